"""What the office says of a picture: held against its report, and against the pictures of all other reports."""

import io
import itertools
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.conf import LazySettings
from PIL import Image, ImageEnhance
from rest_framework.test import APIClient

from backend.inspections.assessing import report_assess, sealed_of
from backend.inspections.models import AlikeContents, Content, Evidence, Finding, Report
from backend.inspections.pictures import looking, reader
from backend.inspections.pictures.hashing import NEAR_DIFFERENCE, apart, looks
from backend.inspections.pictures.tasks import look_into
from shared.wire.v1.records import DeviceTime, Facts, Purpose, RuleAnswer, TimeSource
from shared.workflow.states import Role
from tests.backend.conftest import Cast, Deliverer, at_once, deliverer, officer, on_postgresql
from tests.backend.inspections.pictures import IMMEDIATE, arrive, confirmed, gps, jpeg_of, scene
from tests.factories.reports import STARTED_AT, assessment, evidence_entry, position, rule_result, transport_facts

As = Callable[..., APIClient]
HERE = (20.6471, 106.0489)  # where `position()` is
ORIGINAL, OFFSET = 0x9003, 0x9011


@pytest.fixture(autouse=True)
def _at_once(settings: LazySettings, monkeypatch: pytest.MonkeyPatch) -> None:
    """Pictures are read in this process: they are our own, and `test_pictures` tries the reader's."""
    settings.TASKS = IMMEDIATE
    monkeypatch.setattr(looking, "read_apart", reader.facts_of)
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", Image.MAX_IMAGE_PIXELS)


def said(row: Evidence, rule: str) -> tuple[str, list[str], dict[str, float]] | None:
    found = Finding.objects.filter(report=row.report_id, about=f"evidence:{row.evidence_id}", rule=rule)
    last = found.order_by("revision").last()
    return None if last is None else (last.answer, last.reasons, last.numbers)


def facts(**overrides: Any) -> Facts:
    """Of an inspection of its own, as `transport_facts` makes one each time."""
    return transport_facts(**overrides)


def on(days: int) -> Facts:
    """The facts of an inspection that many days later."""
    later = STARTED_AT + timedelta(days=days)
    return facts(started_at=later, discovered_at=later, finished_at=later + timedelta(minutes=40))


def sealed_on(days: int) -> dict[str, Any]:
    return {"facts": on(days), "sealed_at": STARTED_AT + timedelta(days=days, hours=1)}


def shown(client: APIClient, row: Evidence) -> Any:
    answer = client.get(f"/api/v1/reports/{row.report_id}/")
    assert answer.status_code == 200, answer.content
    return answer.json()


# --- its own place and time


@pytest.mark.parametrize(
    ("lat", "answer", "reason"),
    [
        (20.6473, "yes", "photo_at_place"),
        (20.653, "cannot_tell", "photo_perhaps_elsewhere"),
        (20.7, "no", "photo_elsewhere"),
    ],
)
def test_a_picture_says_where_it_was_taken(phone: Deliverer, lat: float, answer: str, reason: str) -> None:
    row = arrive(phone, jpeg_of(scene(31), place=gps(lat, HERE[1])))
    found = said(row, "photo_position")
    assert found is not None
    assert found[:2] == (answer, [reason])
    assert found[2]["distance_m"] == pytest.approx(abs(lat - HERE[0]) * 110_690, rel=0.01)
    assert found[2]["uncertainty_m"] == pytest.approx(100 + 4.2 * 2.4477 / 1.5096, abs=0.1)


@pytest.mark.parametrize(
    "place",
    [gps(0, 0), gps(20, 106, status="V"), {**gps(20, 106), 2: (99.0, 0.0, 0.0)}, {1: "N"}, None],
    ids=["null island", "void", "no such latitude", "half of it", "none"],
)
def test_a_picture_without_a_place_is_no_finding(phone: Deliverer, place: Any) -> None:
    row = arrive(phone, jpeg_of(scene(32), place=place))
    assert said(row, "photo_position") is None
    assert Content.objects.get(sha256=row.sha256).problem == ""


def test_a_report_without_a_position_has_nothing_to_compare(phone: Deliverer) -> None:
    nowhere = position(lat=None, lon=None, accuracy_m=None, fixed_at=None, samples=0, missing_reason="mất tín hiệu")
    row = arrive(phone, jpeg_of(scene(33), place=gps(10, 100)), report={"facts": facts(positions=(nowhere,))})
    assert said(row, "photo_position") is None


def test_a_simulated_position_is_not_compared_with(phone: Deliverer) -> None:
    row = arrive(
        phone, jpeg_of(scene(34), place=gps(10, 100)), report={"facts": facts(positions=(position(mock=True),))}
    )
    assert said(row, "photo_position") is None


# Of STARTED_AT, when the reports say their pictures were taken.
UTC_TEXT, LOCAL = "2026:11:20 01:00:00", "2026:11:20 08:00:00"
BY_SATELLITE = gps(*HERE, date="2026:11:20", time=(1.0, 0.0, 0.0))


@pytest.mark.parametrize(
    ("own", "place", "answer", "reasons"),
    [
        ({ORIGINAL: LOCAL}, None, "yes", ["photo_time_fits"]),
        ({ORIGINAL: UTC_TEXT, OFFSET: "+00:00"}, None, "yes", ["photo_time_fits"]),
        ({ORIGINAL: UTC_TEXT}, None, "cannot_tell", ["photo_taken_before", "photo_zone_unclear"]),
        ({ORIGINAL: "2026:11:18 08:00:00"}, None, "no", ["photo_taken_before"]),
        ({ORIGINAL: "2026:11:21 09:07:00"}, None, "no", ["photo_taken_after"]),
        ({ORIGINAL: "2000:01:01 00:00:00"}, None, "cannot_tell", ["photo_clock_unset"]),
        ({ORIGINAL: "2026:11:18 08:00:00"}, BY_SATELLITE, "yes", ["photo_time_fits"]),
    ],
    ids=["Vietnam's clock", "an offset", "UTC's clock", "before", "after", "never set", "satellites know better"],
)  # fmt: skip
def test_a_picture_says_when_it_was_taken(
    phone: Deliverer, own: Any, place: Any, answer: str, reasons: list[str]
) -> None:
    row = arrive(phone, jpeg_of(scene(35), own=own, place=place))
    found = said(row, "photo_time")
    assert found is not None
    assert found[:2] == (answer, reasons)


@pytest.mark.parametrize("text", ["0000:00:00 00:00:00", "    :  :     :  :  ", "2026:13:45 08:00:00", "hôm qua"])
def test_a_time_that_is_none_is_no_finding(phone: Deliverer, text: str) -> None:
    row = arrive(phone, jpeg_of(scene(36), own={ORIGINAL: text.encode()}))
    assert said(row, "photo_time") is None


def test_a_wrong_clock_of_the_phone_is_not_the_pictures_fault(phone: Deliverer) -> None:
    """An hour slow, and known to be: the picture carries the same hour, or the right one."""
    slow = facts(device_time=DeviceTime(3600.0, TimeSource.SERVER))
    same = arrive(phone, jpeg_of(scene(37), own={ORIGINAL: LOCAL}), report={"facts": slow})
    right = arrive(phone, jpeg_of(scene(38), own={ORIGINAL: "2026:11:20 09:00:00"}), report={"facts": slow})
    wrong = arrive(phone, jpeg_of(scene(39), place=BY_SATELLITE), report={"facts": slow})
    assert [said(row, "photo_time")[0] for row in (same, right, wrong)] == ["yes", "yes", "no"]  # type: ignore[index]


def test_against_a_clock_that_nobody_checked(phone: Deliverer) -> None:
    unknown = facts(device_time=DeviceTime(None, TimeSource.NONE))
    row = arrive(phone, jpeg_of(scene(40), own={ORIGINAL: "2026:11:18 08:17:00"}), report={"facts": unknown})
    assert said(row, "photo_time")[:2] == (  # type: ignore[index]
        "cannot_tell",
        ["photo_taken_before", "photo_against_unchecked_clock"],
    )


def test_a_file_without_a_moment_belongs_to_the_time_of_the_check(phone: Deliverer) -> None:
    inside = arrive(phone, jpeg_of(scene(41), own={ORIGINAL: "2026:11:20 08:35:00"}), taken_at=None)
    after = arrive(phone, jpeg_of(scene(42), own={ORIGINAL: "2026:11:20 09:00:00"}), taken_at=None)
    assert [said(row, "photo_time")[0] for row in (inside, after)] == ["yes", "no"]  # type: ignore[index]


# --- its type


def test_another_type_than_declared_is_said(phone: Deliverer, cast: Cast, as_: As) -> None:
    row = arrive(phone, jpeg_of(scene(43)), media_type="video/mp4")
    unknown = arrive(phone, b"MZ" + bytes(100))
    assert said(row, "photo_type") == ("no", ["type_differs"], {})
    assert said(unknown, "photo_type") == ("no", ["type_unrecognised"], {})
    client = as_(cast.binh)
    (file,) = shown(client, row)["evidence"]
    assert (file["found_type"], file["small_pictures"], file["width"]) == ("image/jpeg", "ready", 640)
    (finding,) = [one for one in shown(client, row)["findings"] if one["rule"] == "photo_type"]
    assert "khác loại đã khai" in finding["sentence"]
    assert finding["about"] == f"evidence:{row.evidence_id}"


# --- used again


def test_the_very_file_in_a_later_report_is_said_there(phone: Deliverer, cast: Cast, as_: As) -> None:
    content = jpeg_of(scene(44))
    first, second = arrive(phone, content), arrive(phone, content, report=sealed_on(3))
    assert said(first, "photo_reused") is None
    assert said(second, "photo_reused") == ("no", ["file_used_again"], {"other_reports_count": 1.0})
    (file,) = shown(as_(cast.binh), second)["evidence"]
    assert file["used_in"] == [
        {"report": str(first.report_id), "evidence": str(first.evidence_id), "same_file": True, "difference_bits": None}
    ]
    assert file["used_in_hidden"] == 0


def test_whose_act_was_earlier_counts_and_not_who_arrived_first(phone: Deliverer) -> None:
    content = jpeg_of(scene(45))
    later = arrive(phone, content, report=sealed_on(3))
    assert said(later, "photo_reused") is None
    earlier = arrive(phone, content)
    assert said(earlier, "photo_reused") is None
    assert said(later, "photo_reused") == ("no", ["file_used_again"], {"other_reports_count": 1.0})


def test_a_paper_may_be_shown_again(phone: Deliverer) -> None:
    content = b"%PDF-1.7 " + bytes(100)
    arrive(phone, content, media_type="application/pdf", purpose=Purpose.DOCUMENT)
    again = arrive(phone, content, media_type="application/pdf", purpose=Purpose.DOCUMENT, report=sealed_on(3))
    assert said(again, "photo_reused")[:2] == ("cannot_tell", ["paper_file_used_again"])  # type: ignore[index]


def test_a_correction_uses_its_own_picture_again(phone: Deliverer) -> None:
    content = jpeg_of(scene(46))
    first = arrive(phone, content)
    second = arrive(phone, content, report={**sealed_on(1), "supersedes": first.report_id})
    third = arrive(phone, content, report={**sealed_on(2), "supersedes": second.report_id})
    assert [said(row, "photo_reused") for row in (first, second, third)] == [None] * 3


def test_reports_of_one_inspection_share_their_scene_for_a_day(phone: Deliverer) -> None:
    content, check = jpeg_of(scene(47)), facts()
    arrive(phone, content, report={"facts": check})
    same_day = arrive(phone, content, report={"facts": check})
    next_week = replace(on(7), inspection=check.inspection)
    later = arrive(phone, content, report={**sealed_on(7), "facts": next_week})
    assert said(same_day, "photo_reused") is None
    assert said(later, "photo_reused")[0] == "no"  # type: ignore[index]


def changed(picture: Image.Image) -> dict[str, bytes]:
    small = picture.resize((picture.width // 3, picture.height // 3), Image.Resampling.BILINEAR)
    return {
        "compressed": jpeg_of(picture, quality=35),
        "scaled": jpeg_of(small, quality=70),
        "lighter": jpeg_of(ImageEnhance.Brightness(picture).enhance(1.1)),
        "turned by its Exif alone": jpeg_of(picture.transpose(Image.Transpose.ROTATE_90), orientation=6),
    }


@pytest.mark.parametrize("how", ["compressed", "scaled", "lighter", "turned by its Exif alone"])
def test_a_picture_made_over_is_known_again(phone: Deliverer, cast: Cast, as_: As, how: str) -> None:
    picture = scene(48)
    first = arrive(phone, jpeg_of(picture))
    second = arrive(phone, changed(picture)[how], report=sealed_on(3))
    found = said(second, "photo_reused")
    assert found is not None
    assert found[:2] == ("cannot_tell", ["photo_looks_like_other"])
    assert found[2]["alike_reports_count"] == 1.0
    assert found[2]["difference_bits"] <= 7
    (file,) = shown(as_(cast.binh), second)["evidence"]
    assert [(one["report"], one["same_file"]) for one in file["used_in"]] == [(str(first.report_id), False)]


def test_different_pictures_are_not_taken_for_each_other(phone: Deliverer) -> None:
    for seed in range(60, 63):
        arrive(phone, jpeg_of(scene(seed)), report=sealed_on(seed))
    assert AlikeContents.objects.count() == 0
    hashes = [looked[0] for seed in range(60, 100) if (looked := looks(scene(seed)))]
    assert len(hashes) == 40
    assert min(apart(a, b) for a, b in itertools.combinations(hashes, 2)) > NEAR_DIFFERENCE


def shade(start: tuple[int, int, int], step: int) -> Image.Image:
    line = Image.new("RGB", (320, 1))
    line.putdata([tuple(min(255, c + x * step // 40) for c in start) for x in range(320)])
    return line.resize((320, 240))


@pytest.mark.parametrize(
    "plain",
    [Image.new("RGB", (320, 240), "black"), Image.new("RGB", (320, 240), (200, 210, 230)), shade((90, 100, 130), 20)],
    ids=["black", "grey", "sky"],
)
def test_plain_pictures_match_nothing(phone: Deliverer, plain: Image.Image) -> None:
    assert looks(plain) is None
    arrive(phone, jpeg_of(plain, quality=90))
    row = arrive(phone, jpeg_of(plain, quality=60), report=sealed_on(3))
    assert said(row, "photo_reused") is None
    assert Content.objects.get(sha256=row.sha256).band0 is None


def test_another_agencys_report_is_counted_and_not_named(phone: Deliverer, cast: Cast, as_: As) -> None:
    stranger = officer("giang", cast.market_team, Role.INSPECTOR)
    theirs, content = deliverer(stranger, cast.chi), jpeg_of(scene(49))
    first = arrive(theirs, content)
    ours = arrive(phone, content, report=sealed_on(3))
    client = as_(cast.binh)
    (file,) = shown(client, ours)["evidence"]
    assert (file["used_in"], file["used_in_hidden"]) == ([], 1)
    assert str(first.report_id) not in client.get(f"/api/v1/reports/{ours.report_id}/").content.decode()
    assert client.get(f"/api/v1/reports/{first.report_id}/").status_code == 404


# --- beside the other rules


def test_an_assessment_leaves_what_is_said_of_files_alone(phone: Deliverer) -> None:
    row = arrive(phone, jpeg_of(scene(50)), media_type="image/png")
    before = list(Finding.objects.filter(report=row.report_id).order_by("pk").values_list("rule", "revision"))
    assert ("photo_type", 1) in before
    assert len(before) > 1
    report_assess.call(str(row.report_id))
    assert list(Finding.objects.filter(report=row.report_id).order_by("pk").values_list("rule", "revision")) == before


def test_a_report_looked_at_before_its_assessment_is_assessed_all_the_same(
    phone: Deliverer, settings: LazySettings
) -> None:
    """The worker may take the tasks in any order, and reports seen before it are to be judged with its papers."""
    settings.TASKS = {"default": {"BACKEND": "django_tasks.backends.dummy.DummyBackend"}}
    line = evidence_entry(b"MZ" + bytes(50))
    report = phone.file(evidence=(line,))
    settings.TASKS = IMMEDIATE
    row = confirmed(report, line, b"MZ" + bytes(50))
    assert {one.rule for one in Finding.objects.filter(report=report)} == {"photo_type"}
    assert not sealed_of(report).assessed
    assert report_assess.call(str(report)) > 0
    assert sealed_of(report).assessed
    assert said(row, "photo_type") is not None


def test_what_a_phone_says_by_our_names_breaks_nothing(phone: Deliverer) -> None:
    line = evidence_entry(b"MZ" + bytes(60))
    about = f"evidence:{line.id}"
    opinion = assessment(rule_results=(rule_result(rule="photo_type", answer=RuleAnswer.YES, reasons=("x", about)),))
    report = phone.file(evidence=(line,), assessment=opinion)
    row = confirmed(report, line, b"MZ" + bytes(60))
    report_assess.call(str(report))
    assert said(row, "photo_type") == ("no", ["type_unrecognised"], {})
    assert Finding.objects.filter(report=report, rule="photo_type").count() == 1


def test_an_answer_that_no_longer_stands_is_revised(phone: Deliverer) -> None:
    """A correction of the earlier report: then its picture was rightly used again."""
    content = jpeg_of(scene(51))
    first, second = arrive(phone, content), arrive(phone, content, report=sealed_on(3))
    Report.objects.filter(pk=second.report_id).update(supersedes=first.report_id)
    look_into(second.pk, datetime.now(tz=STARTED_AT.tzinfo))
    revisions = Finding.objects.filter(report=second.report_id, rule="photo_reused").order_by("revision")
    assert [(one.revision, one.answer) for one in revisions] == [(1, "no"), (2, "")]


@on_postgresql
@pytest.mark.django_db(transaction=True)
def test_two_workers_at_one_file(cast: Cast) -> None:
    row = arrive(deliverer(cast.an, cast.binh), jpeg_of(scene(52)), media_type="image/png")
    Finding.objects.filter(rule="photo_type").delete()
    now = datetime.now(tz=STARTED_AT.tzinfo)
    at_once(*[lambda: look_into(row.pk, now)] * 4)
    assert Finding.objects.filter(report=row.report_id, rule="photo_type").count() == 1


def test_heic_tells_place_and_time_without_being_drawn(phone: Deliverer) -> None:
    row = arrive(phone, heic(own={ORIGINAL: LOCAL}, place=gps(20.7, HERE[1])), media_type="image/heic")
    assert said(row, "photo_time")[0] == "yes"  # type: ignore[index]
    assert said(row, "photo_position")[0] == "no"  # type: ignore[index]
    assert said(row, "photo_type") is None
    assert Content.objects.get(sha256=row.sha256).problem == "thumbnail_unsupported"


def heic(own: Any, place: Any) -> bytes:
    """As phones write it, but with an item of Exif alone (ISO/IEC 23008-12)."""
    tiff = Image.Exif()
    tiff.get_ifd(0x8769).update(own)
    tiff.get_ifd(0x8825).update(place)
    block = b"\0\0\0\0" + tiff.tobytes()[6:]

    def box(kind: bytes, inner: bytes) -> bytes:
        return (8 + len(inner)).to_bytes(4, "big") + kind + inner

    entry = box(b"infe", b"\2\0\0\0" + b"\0\7" + b"\0\0" + b"Exif" + b"\0")
    listed = box(b"iinf", b"\0\0\0\0" + b"\0\1" + entry)
    head = box(b"ftyp", b"heic\0\0\0\0mif1heic")

    def meta(start: int) -> bytes:
        place_of = b"\0\0\0\0" + b"\x44\0" + b"\0\1" + b"\0\7\0\0\0\1" + start.to_bytes(4, "big")
        return box(b"meta", b"\0\0\0\0" + listed + box(b"iloc", place_of + len(block).to_bytes(4, "big")))

    start = len(head) + len(meta(0)) + 8
    out = io.BytesIO(head + meta(start) + box(b"mdat", block))
    return out.getvalue()
