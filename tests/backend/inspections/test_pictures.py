"""What the office makes of a file once its bytes are confirmed, and how it hands it out."""

import io
import os
import struct
import time
import zlib
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.conf import LazySettings
from django.core.management import call_command
from django.utils import timezone
from PIL import Image
from rest_framework.test import APIClient

from backend.audit.models import Event
from backend.inspections.files import evidence_path, small_picture_path, small_pictures_folder
from backend.inspections.models import Content, Evidence, Finding
from backend.inspections.pictures import tasks
from shared.wire.v1.records import Purpose
from tests import memory
from tests.backend.conftest import Cast, Deliverer, deliverer
from tests.backend.inspections.pictures import IMMEDIATE, arrive, confirmed, jpeg_of, scene
from tests.factories.reports import evidence_entry

As = Callable[..., APIClient]


@pytest.fixture(autouse=True)
def _at_once(settings: LazySettings) -> None:
    settings.TASKS = IMMEDIATE


def address(row: Evidence, rest: str = "") -> str:
    return f"/api/v1/reports/{row.report_id}/evidence/{row.evidence_id}/{rest}"


def body(answer: Any) -> bytes:
    assert answer.status_code in (200, 206), answer.content
    return b"".join(answer.streaming_content)


def image(answer: Any) -> Image.Image:
    assert answer["Content-Type"] == "image/jpeg"
    return Image.open(io.BytesIO(body(answer)))


def png_of(width: int, height: int) -> bytes:
    """All black and one bit deep: some kilobytes whatever its size."""
    chunk = lambda kind, data: struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))  # noqa: E731
    packer = zlib.compressobj(9)
    line = bytes(1 + (width + 7) // 8)
    packed = b"".join(packer.compress(line * 64) for _ in range(height // 64)) + packer.flush()
    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", packed) + chunk(b"IEND", b"")


# --- small pictures


def test_small_pictures_are_turned_upright_and_carry_nothing_along(phone: Deliverer, cast: Cast, as_: As) -> None:
    content = jpeg_of(scene(1, (2000, 1000)), own={0x9003: "2026:11:20 08:00:00"}, orientation=6)
    row = arrive(phone, content)
    client = as_(cast.binh)
    for size, longest in (("thumbnail", 320), ("preview", 1280)):
        small = image(client.get(address(row, f"?size={size}")))
        assert small.size == (longest // 2, longest)
        assert not small.getexif()
        assert "icc_profile" not in small.info
    assert evidence_path(row.sha256).read_bytes() == content


def test_a_small_picture_is_not_made_larger(phone: Deliverer, cast: Cast, as_: As) -> None:
    row = arrive(phone, jpeg_of(scene(2, (200, 100))))
    assert image(as_(cast.binh).get(address(row, "?size=preview"))).size == (200, 100)


@pytest.mark.parametrize(
    ("kind", "mode"), [("PNG", "RGBA"), ("PNG", "P"), ("PNG", "1"), ("WEBP", "RGBA"), ("GIF", "P"), ("AVIF", "RGB")]
)
def test_every_format_that_can_be_drawn(phone: Deliverer, tmp_path: Any, kind: str, mode: str) -> None:
    buffer = io.BytesIO()
    scene(3, (64, 48)).convert(mode).save(buffer, kind)
    row = arrive(phone, buffer.getvalue(), media_type=f"image/{kind.lower()}")
    content = Content.objects.get(sha256=row.sha256)
    assert (content.media_type, content.problem) == (f"image/{kind.lower()}", "")
    with Image.open(small_picture_path(row.sha256, "thumbnail")) as small:
        assert small.size == (64, 48)
    assert not Finding.objects.filter(rule="photo_type").exists()


def test_sixteen_bits_are_not_cut_off_at_white(phone: Deliverer) -> None:
    grey = Image.new("I;16", (60, 40), 32768)
    buffer = io.BytesIO()
    grey.save(buffer, "PNG")
    row = arrive(phone, buffer.getvalue(), media_type="image/png")
    with Image.open(small_picture_path(row.sha256, "thumbnail")) as small:
        assert small.convert("L").getpixel((30, 20)) in range(124, 133)


HEIC = b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic" + bytes(200)
REASONS: dict[str, tuple[bytes, str]] = {
    "heic": (HEIC, "thumbnail_unsupported"),
    "video": (b"\x00\x00\x00\x18ftypisom" + bytes(200), "thumbnail_not_picture"),
    "nothing known": (b"MZ" + bytes(200), "thumbnail_not_picture"),
    "only a head": (b"\xff\xd8\xff\xe0" + bytes(200), "thumbnail_unreadable"),
    "cut short": (jpeg_of(scene(4))[:9000], "thumbnail_unreadable"),
    "no height": (b"GIF89a" + bytes(20), "thumbnail_unreadable"),
    "too many pixels": (png_of(20_032, 20_032), "thumbnail_too_large"),
}


@pytest.mark.parametrize("name", list(REASONS))
def test_where_there_is_no_small_picture_it_is_said_why(phone: Deliverer, cast: Cast, as_: As, name: str) -> None:
    content, code = REASONS[name]
    row = arrive(phone, content)
    assert row.state == "confirmed"
    client = as_(cast.binh)
    answer = client.get(address(row, "?size=thumbnail"), HTTP_ACCEPT_LANGUAGE="en")
    assert (answer.status_code, answer.json()["code"]) == (404, code)
    assert body(client.get(address(row))) == content
    (file,) = client.get(f"/api/v1/reports/{row.report_id}/", HTTP_ACCEPT_LANGUAGE="en").json()["evidence"]
    assert (file["small_pictures"], file["small_pictures_words"]) == ("none", answer.json()["detail"])


def test_a_file_too_large_to_decode_is_kept(phone: Deliverer, settings: LazySettings) -> None:
    settings.PICTURE_MAX_BYTES = 1000
    row = arrive(phone, jpeg_of(scene(5)))
    assert Content.objects.get(sha256=row.sha256).problem == "thumbnail_too_large"


@pytest.mark.parametrize(
    ("name", "value"), [("PICTURE_MEMORY_BYTES", 128 * 2**20), ("PICTURE_SECONDS", 0.01)], ids=["memory", "time"]
)
def test_a_bomb_ends_its_reader_and_nothing_else(
    phone: Deliverer, settings: LazySettings, name: str, value: float
) -> None:
    settings.PICTURE_MAX_PIXELS = 2**40
    setattr(settings, name, value)
    before = memory.forget_most()
    row = arrive(phone, png_of(30_016, 30_016))
    grown = memory.most() - before
    assert Content.objects.get(sha256=row.sha256).problem == "thumbnail_failed"
    assert grown < 32 * 2**20
    assert list((small_pictures_folder() / "making").iterdir()) == []


def test_not_looked_into_yet(phone: Deliverer, cast: Cast, as_: As) -> None:
    row = arrive(phone, jpeg_of(scene(6)))
    Content.objects.all().delete()
    answer = as_(cast.binh).get(address(row, "?size=preview"))
    assert (answer.status_code, answer.json()["code"]) == (404, "thumbnail_pending")


def test_small_pictures_that_are_gone_are_made_again(phone: Deliverer, cast: Cast, as_: As) -> None:
    """A backup brings none."""
    row = arrive(phone, jpeg_of(scene(7)))
    small_picture_path(row.sha256, "thumbnail").unlink()
    client = as_(cast.binh)
    assert client.get(address(row, "?size=thumbnail")).json()["code"] == "thumbnail_pending"
    assert not small_picture_path(row.sha256, "thumbnail").exists()  # it was looked into a moment ago
    Evidence.objects.update(look_began_at=timezone.now() - timedelta(hours=1))
    assert client.get(address(row, "?size=thumbnail")).json()["code"] == "thumbnail_pending"
    assert image(client.get(address(row, "?size=thumbnail"))).size == (320, 240)


def test_an_unknown_size(phone: Deliverer, cast: Cast, as_: As) -> None:
    row = arrive(phone, jpeg_of(scene(8)))
    assert as_(cast.binh).get(address(row, "?size=huge")).json()["errors"][0]["path"] == "size"


# --- a worker that is killed, a task that runs twice


def test_looking_twice_changes_nothing(phone: Deliverer) -> None:
    row = arrive(phone, jpeg_of(scene(9)), media_type="image/png")
    events, findings = Event.objects.count(), Finding.objects.count()
    read = Content.objects.get(sha256=row.sha256).read_at
    tasks.look_into(row.pk, timezone.now())
    assert (Event.objects.count(), Finding.objects.count()) == (events, findings)
    assert Content.objects.get(sha256=row.sha256).read_at == read


def left_by_a_killed_worker(row: Evidence) -> None:
    Finding.objects.filter(rule__startswith="photo_").delete()
    Content.objects.all().delete()
    Evidence.objects.filter(pk=row.pk).update(looked_at=None, look_began_at=timezone.now() - timedelta(hours=1))


def test_the_command_looks_into_what_was_left(phone: Deliverer, capsys: pytest.CaptureFixture[str]) -> None:
    row, gone = arrive(phone, jpeg_of(scene(12))), arrive(phone, jpeg_of(scene(13)))
    for one in (row, gone):
        left_by_a_killed_worker(one)
    evidence_path(gone.sha256).unlink()
    call_command("make_thumbnails")
    assert Content.objects.filter(sha256=row.sha256, problem="").exists()
    said = capsys.readouterr()
    assert f"file {gone.pk}" in said.err
    assert "looked into 2 files, 0 without small pictures, 1 without an original" in said.out
    call_command("make_thumbnails")
    assert "looked into 1 files" in capsys.readouterr().out


def test_the_command_makes_all_again(phone: Deliverer) -> None:
    row = arrive(phone, jpeg_of(scene(14)))
    small = small_picture_path(row.sha256, "preview")
    small.write_bytes(b"an older way of making them")
    call_command("make_thumbnails", again=True, verbosity=0)
    assert small.read_bytes().startswith(b"\xff\xd8\xff")


def test_folders_that_a_killed_worker_left_are_removed(phone: Deliverer) -> None:
    making = small_pictures_folder() / "making"
    left = making / "left"
    left.mkdir(parents=True)
    os.utime(left, (time.time() - 7200,) * 2)
    arrive(phone, jpeg_of(scene(15)))
    assert list(making.iterdir()) == []


# --- originals


def test_a_part_of_an_original(phone: Deliverer, cast: Cast, as_: As) -> None:
    content = os.urandom(100_000)
    row = arrive(phone, content)
    client = as_(cast.binh)
    for asked, (first, last) in {
        "bytes=0-9": (0, 9),
        "bytes=70000-": (70_000, 99_999),
        "bytes=-5": (99_995, 99_999),
        "bytes=5-1000000": (5, 99_999),
    }.items():
        answer = client.get(address(row), HTTP_RANGE=asked)
        assert answer.status_code == 206
        assert answer["Content-Range"] == f"bytes {first}-{last}/100000"
        assert body(answer) == content[first : last + 1]
        assert int(answer["Content-Length"]) == last - first + 1


@pytest.mark.parametrize("asked", ["bytes=5-2", "bytes=0-1,5-6", "pages=1-2", "bytes=-", "bytes=a-b"])
def test_a_range_that_makes_no_sense_is_all_of_it(phone: Deliverer, cast: Cast, as_: As, asked: str) -> None:
    row = arrive(phone, b"a" * 50)
    answer = as_(cast.binh).get(address(row), HTTP_RANGE=asked)
    assert (answer.status_code, body(answer)) == (200, b"a" * 50)


@pytest.mark.parametrize("asked", ["bytes=50-", "bytes=50-60", "bytes=-0"])
def test_a_range_behind_the_end(phone: Deliverer, cast: Cast, as_: As, asked: str) -> None:
    row = arrive(phone, b"a" * 50)
    answer = as_(cast.binh).get(address(row), HTTP_RANGE=asked)
    assert (answer.status_code, answer.json()["code"]) == (416, "range_unsatisfiable")


def test_an_original_that_is_gone(phone: Deliverer, cast: Cast, as_: As) -> None:
    row = arrive(phone, b"some bytes")
    evidence_path(row.sha256).unlink()
    before = Event.objects.filter(action="evidence:downloaded").count()
    assert as_(cast.binh).get(address(row)).json()["code"] == "evidence_damaged"
    assert Event.objects.filter(action="evidence:downloaded").count() == before


# --- custody


def custody(client: APIClient, row: Evidence, query: str = "") -> Any:
    answer = client.get(address(row, f"custody/{query}"))
    assert answer.status_code == 200, answer.content
    return answer.json()


def test_custody_tells_who_had_it(phone: Deliverer, cast: Cast, as_: As) -> None:
    row = arrive(phone, jpeg_of(scene(16)))
    reader, auditor = as_(cast.binh), as_(cast.dung)
    body(reader.get(address(row, "?size=thumbnail")))
    body(auditor.get(address(row)))
    body(auditor.get(address(row), HTTP_RANGE="bytes=0-99"))
    body(auditor.get(f"/api/v1/reports/{row.report_id}/bundle/"))
    said = custody(auditor, row)
    assert said["sha256"] == row.sha256
    steps = [(step["step"], step["who"]["kind"], step["who"]["name"], step["size"]) for step in said["results"]]
    assert steps == [
        ("received", "device", phone.device.model, None),
        ("confirmed", "anonymous", "", None),
        ("looked_into", "system", "", None),
        ("viewed", "officer", cast.binh.name, "thumbnail"),
        ("downloaded", "officer", cast.dung.name, "original"),
        ("downloaded", "officer", cast.dung.name, "original"),
        ("bundled", "officer", cast.dung.name, None),
    ]
    assert said["results"][5]["part"] == "0-99"
    assert Event.objects.filter(action="custody:viewed", actor=str(cast.dung.id)).count() == 1


def test_a_bundle_made_before_the_file_came_took_none_along(phone: Deliverer, cast: Cast, as_: As) -> None:
    line = evidence_entry(b"some bytes")
    report, client = phone.file(evidence=(line,)), as_(cast.binh)
    body(client.get(f"/api/v1/reports/{report}/bundle/"))
    row = confirmed(report, line, b"some bytes")
    assert "bundled" not in [step["step"] for step in custody(client, row)["results"]]


def test_custody_goes_on_page_by_page(phone: Deliverer, cast: Cast, as_: As) -> None:
    row = arrive(phone, b"some bytes")
    client = as_(cast.binh)
    for _ in range(3):
        body(client.get(address(row)))
    found, link = [], address(row, "custody/?limit=2")
    while link:
        page = client.get(link).json()
        assert len(page["results"]) <= 2
        found += [step["index"] for step in page["results"]]
        link = page["next"]
    assert len(found) == 6
    assert found == sorted(set(found))


def test_custody_of_another_report_says_nothing(phone: Deliverer, cast: Cast, as_: As) -> None:
    row, other = arrive(phone, b"one"), arrive(phone, b"two")
    client = as_(cast.binh)
    body(client.get(address(other)))
    assert [step["step"] for step in custody(client, row)["results"]] == ["received", "confirmed", "looked_into"]
    assert client.get(f"/api/v1/reports/{row.report_id}/evidence/{other.evidence_id}/custody/").status_code == 404


def test_custody_names_who_relayed(phone: Deliverer, cast: Cast, as_: As) -> None:
    relay = deliverer(cast.an, cast.binh)
    line = evidence_entry(b"carried")
    sealed = phone.phone.seal(evidence=(line,))
    assert relay.put(sealed).status_code == 201
    row = confirmed(sealed.manifest.id, line, b"carried")
    received = custody(as_(cast.binh), row)["results"][0]
    assert (received["who"]["id"], received["via"]["id"]) == (str(phone.device.id), str(relay.device.id))


def test_the_inspector_does_not_read_who_looked(phone: Deliverer, cast: Cast, as_: As) -> None:
    row = arrive(phone, b"some bytes")
    assert as_(cast.an).get(address(row, "custody/")).status_code == 403


def test_nobody_of_another_agency_gets_a_small_picture(phone: Deliverer, cast: Cast, as_: As) -> None:
    row = arrive(phone, jpeg_of(scene(17)))
    for who in (cast.chi, cast.em, None):
        answer = as_(who).get(address(row, "?size=thumbnail"))
        assert answer.status_code in (401, 403, 404)
    assert not Event.objects.filter(action="evidence:viewed").exists()


def test_a_look_is_recorded_in_the_chain(phone: Deliverer) -> None:
    row = arrive(phone, jpeg_of(scene(18)), media_type="image/png", purpose=Purpose.PLATE)
    event = Event.objects.get(action="evidence:looked_into")
    assert event.subject == f"evidence:{row.report_id}/{row.evidence_id}"
    assert '"findings":1' in event.data
    assert '"media_type":"image/jpeg"' in event.data
