"""What the phone takes along: what changed since, where its officer works, and what it has to drop."""

import dataclasses
import gzip
import json
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from rest_framework.test import APIClient

from backend.accounts.models import Unit
from backend.audit import services as audit
from backend.audit.actions import Action
from backend.audit.models import Event
from backend.registry.models import ReferenceRow, UnitArea
from backend.registry.mutators import ID_FORMS, PhoneRow, publish, withdraw
from backend.registry.selectors import reference
from backend.registry.selectors.licences import area_in_row
from backend.registry.services.given import EquipmentGiven
from backend.registry.services.licences import licences_record
from backend.registry.services.minerals import MineralGiven, minerals_record
from backend.registry.services.unit_areas import unit_area_set
from shared.problems import Problem
from shared.rules.terms import EquipmentKind, MineralFamily, terms_on
from tests.backend.conftest import Cast, Deliverer
from tests.factories.registry import given, licence, mineral, square

Box = tuple[float, float, float, float]
HERE: Box = (20.50, 105.90, 20.70, 106.10)
FAR: Box = (10.00, 106.00, 10.20, 106.20)
PARTS = {"cursor", "licences", "minerals", "violation_types", "communes", "vehicles", "settings", "removed"}


@pytest.fixture
def an(cast: Cast, as_: Callable[..., APIClient]) -> APIClient:
    return as_(cast.an)


def pull(api: APIClient, cursor: str | None = None) -> dict[str, Any]:
    answer = api.get("/api/v1/reference/", {} if cursor is None else {"cursor": cursor})
    assert answer.status_code == 200, answer.content
    found: dict[str, Any] = answer.json()
    return found


def works_in(unit: Unit, box: Box) -> UnitArea:
    return unit_area_set(
        unit=unit, province_code="33", commune_codes=(), box=box, actor=audit.SYSTEM, now=timezone.now()
    )


def record(number: str = "12/GP-UBND", area: dict[str, Any] | None = None, **fields: Any) -> str:
    return str(licence(number, area, **fields).id)


def tell(kind: str, *rows: PhoneRow) -> None:
    """Publish as a service would: with the number of an event of its own."""
    with transaction.atomic():
        publish(kind, rows, number=_event())


def drop(kind: str, *ids: str) -> int:
    with transaction.atomic():
        return withdraw(kind, ids, number=_event())


def _event() -> int:
    return audit.record(Action.REGISTRY_CHANGED, subject="registry:test", actor=audit.SYSTEM, at=timezone.now()).index


def commune(code: str = "12142", name: str = "Minh Họa", box: Box | None = None) -> PhoneRow:
    return PhoneRow(code, {"id": code, "code": code, "name": name}, box)


def ids(rows: list[dict[str, Any]]) -> list[str]:
    return [row["id"] for row in rows]


class Pocket:
    """A phone as the contract has it: drops what is removed, keeps what comes."""

    def __init__(self, api: APIClient) -> None:
        self.api, self.cursor, self.rows = api, None, dict[str, Any]()

    def pull(self) -> dict[str, Any]:
        answer = pull(self.api, self.cursor)
        if "*" in answer["removed"]:
            self.rows.clear()
        for id_ in answer["removed"]:
            self.rows.pop(id_, None)
        for kind in reference.KINDS:
            self.rows |= {row["id"]: row for row in answer[kind]}
        self.cursor = answer["cursor"]
        return answer


# --- what comes


def test_first_pull_has_every_part_and_rows_that_the_rules_read(an: APIClient) -> None:
    id_ = record()
    answer = pull(an)
    assert set(answer) == PARTS
    assert ids(answer["licences"]) == [id_]
    assert answer["removed"] == []
    terms = terms_on(answer["licences"][0], date(2026, 1, 1))
    assert (terms.number, str(terms.id), terms.capacity and terms.capacity.value) == ("12/GP-UBND", id_, 10_000)


def test_every_kind_travels_under_its_name(an: APIClient) -> None:
    record(equipment=(EquipmentGiven(EquipmentKind.WATERWAY, "HY-1234", "Tàu hút"),))
    minerals_record(
        [MineralGiven("SET", "Sét", MineralFamily.COMMON)], actor=audit.SYSTEM, now=timezone.now(), source=""
    )
    tell("communes", commune())
    tell("violation_types", PhoneRow("KT-01@2020-05-10", {"id": "KT-01@2020-05-10", "code": "KT-01"}))
    tell("settings", PhoneRow("lead_agency", {"name": "Sở (thử)"}))
    answer = pull(an)
    assert [len(answer[kind]) for kind in reference.KINDS] == [1, 1, 1, 1, 1]
    assert answer["vehicles"][0]["key"] == "HY1234"
    assert answer["minerals"][0]["code"] == "SET"
    assert answer["settings"] == {"lead_agency": {"name": "Sở (thử)"}}


def test_nothing_comes_when_nothing_changed(an: APIClient) -> None:
    record()
    tell("settings", PhoneRow("lead_agency", "Sở (thử)"))
    cursor = pull(an)["cursor"]
    again = pull(an, cursor)
    assert again == {
        **dict.fromkeys(reference.KINDS, []),
        "cursor": cursor,
        "removed": [],
        "settings": {"lead_agency": "Sở (thử)"},
    }


def test_delta_has_the_changed_licence_alone_with_the_version_it_replaces(an: APIClient) -> None:
    first, second = record("1/GP"), record("2/GP")
    cursor = pull(an)["cursor"]
    amended = given("1/GP", capacity=Decimal(15_000), effective_from=date(2026, 11, 1))
    licences_record([amended], actor=audit.SYSTEM, now=timezone.now(), source="")
    answer = pull(an, cursor)
    assert (ids(answer["licences"]), answer["removed"]) == ([first], [])
    assert second not in json.dumps(answer)
    (row,) = answer["licences"]
    capacities = [terms_on(row, day).capacity for day in (date(2026, 10, 31), date(2026, 11, 1))]
    assert [found and found.value for found in capacities] == [10_000, 15_000]


def test_recording_the_same_again_moves_no_cursor(an: APIClient) -> None:
    record()
    cursor = pull(an)["cursor"]
    licences_record([given()], actor=audit.SYSTEM, now=timezone.now(), source="")
    assert pull(an, cursor)["cursor"] == cursor


def test_areas_travel_with_seven_decimals_and_small_ones_whole() -> None:
    ring = [[106.123456789, 20.123456789], [106.2, 20.1], [106.2, 20.2], [106.123456789, 20.123456789]]
    tiny = [[106 + 1e-9 * x, 20 + 1e-9 * y] for x, y in ((0, 0), (1, 0), (1, 1), (0, 0))]
    near = [*ring[:1], [106.123456788, 20.123456788], *ring[1:]]
    rounded = area_in_row({"type": "MultiPolygon", "coordinates": [[ring, near], [tiny]]})
    outer = [[106.1234568, 20.1234568], [106.2, 20.1], [106.2, 20.2], [106.1234568, 20.1234568]]
    assert rounded["coordinates"] == [[outer, outer], [tiny]]


def test_licences_that_name_a_mineral_come_anew_when_its_density_is_known(an: APIClient) -> None:
    mineral()
    id_ = record()
    cursor = pull(an)["cursor"]
    sand = MineralGiven("CAT", "Cát lòng sông", MineralFamily.RIVERBED_SAND, "m3", 1.45, "QĐ 1 (thử)")
    minerals_record([sand], actor=audit.SYSTEM, now=timezone.now(), source="")
    answer = pull(an, cursor)
    assert ids(answer["licences"]) == [id_]
    assert terms_on(answer["licences"][0], date(2026, 1, 1)).minerals[0].density == 1.45
    assert minerals_record([sand], actor=audit.SYSTEM, now=timezone.now(), source="") == []


# --- where


def test_phone_takes_its_area_and_neighbours_and_what_is_everywhere(cast: Cast, an: APIClient) -> None:
    inside, beside = record("1/GP", square(20.60, 106.0)), record("2/GP", square(20.80, 106.0))
    record("3/GP", square(20.90, 106.0))
    record("4/GP", square(10.1, 106.1))
    nowhere = record("5/GP", areas=())
    works_in(cast.team, HERE)
    assert sorted(ids(pull(an)["licences"])) == sorted([inside, beside, nowhere])


def test_margin_is_in_kilometres_on_all_sides(cast: Cast, an: APIClient) -> None:
    """15 km are 0.136° of latitude and 0.144° to 0.150° of longitude: what begins just within comes, on each side."""
    tiny = 0.001
    near = [(20.835, 106.0), (20.3655, 106.0), (20.6, 106.243), (20.6, 105.757 - tiny)]
    for i, (lat, lon) in enumerate(near):
        record(f"{i}/GP", square(lat, lon, tiny))
    for i, (lat, lon) in enumerate([(20.85, 106.0), (20.35, 106.0), (20.6, 106.26), (20.6, 105.74)], 10):
        record(f"{i}/GP", square(lat, lon, tiny))
    works_in(cast.team, HERE)
    assert sorted(row["number"] for row in pull(an)["licences"]) == ["0/GP", "1/GP", "2/GP", "3/GP"]


@pytest.mark.parametrize("where", ["team", "division", "office"])
def test_unit_without_a_place_inherits_it_from_above(where: str, cast: Cast, an: APIClient) -> None:
    record("4/GP", square(10.1, 106.1))
    works_in(getattr(cast, where), HERE)
    assert pull(an)["licences"] == []


def test_nearest_place_above_counts(cast: Cast, an: APIClient) -> None:
    far = record("4/GP", square(10.1, 106.1))
    works_in(cast.office, HERE)
    works_in(cast.team, FAR)
    assert ids(pull(an)["licences"]) == [far]


def test_place_of_another_agency_is_not_ours(cast: Cast, an: APIClient) -> None:
    works_in(cast.market_team, FAR)
    id_ = record()
    assert ids(pull(an)["licences"]) == [id_]


# --- what goes


def test_withdrawn_row_is_dropped_once(an: APIClient) -> None:
    tell("communes", commune("12142"), commune("12143"))
    pocket = Pocket(an)
    pocket.pull()
    assert drop("communes", "12142", "99999") == 1
    assert pocket.pull()["removed"] == ["12142"]
    assert list(pocket.rows) == ["12143"]
    assert pocket.pull()["removed"] == []
    assert drop("communes", "12142") == 0


def test_row_that_came_back_is_there_again(an: APIClient) -> None:
    tell("communes", commune())
    pocket = Pocket(an)
    pocket.pull()
    drop("communes", "12142")
    pocket.pull()
    tell("communes", commune())
    assert ids(pocket.pull()["communes"]) == ["12142"]


def test_row_that_left_the_area_is_dropped_and_one_that_came_into_it_comes(cast: Cast, an: APIClient) -> None:
    works_in(cast.team, HERE)
    tell("communes", commune("12142", box=HERE), commune("12143", box=FAR))
    pocket = Pocket(an)
    assert ids(pocket.pull()["communes"]) == ["12142"]
    # The bodies say what they said before: only where they matter has changed.
    tell("communes", commune("12142", box=FAR), commune("12143", box=HERE))
    answer = pocket.pull()
    assert (ids(answer["communes"]), answer["removed"]) == (["12143"], ["12142"])


def test_what_came_elsewhere_or_came_and_went_is_not_told(cast: Cast, an: APIClient) -> None:
    works_in(cast.team, HERE)
    cursor = pull(an)["cursor"]
    tell("communes", commune("12142", box=FAR), commune("12143", box=HERE))
    drop("communes", "12143")
    assert pull(an, cursor)["removed"] == []


def test_licence_that_had_no_area_and_has_one_elsewhere_now_is_dropped(cast: Cast, an: APIClient) -> None:
    works_in(cast.team, HERE)
    id_ = record("5/GP", areas=())
    pocket = Pocket(an)
    pocket.pull()
    far = given("5/GP", square(10.1, 106.1), effective_from=date(2026, 1, 1))
    licences_record([far], actor=audit.SYSTEM, now=timezone.now(), source="")
    assert pocket.pull()["removed"] == [id_]


def test_withdrawn_setting_is_gone_from_the_settings(an: APIClient) -> None:
    tell("settings", PhoneRow("lead_agency", "Sở (thử)"), PhoneRow("night", [1]))
    cursor = pull(an)["cursor"]
    drop("settings", "night")
    answer = pull(an, cursor)
    assert (answer["settings"], answer["removed"]) == ({"lead_agency": "Sở (thử)"}, [])
    assert answer["cursor"] != cursor


# --- a cursor of no use: everything anew, and everything else away


def test_changed_place_of_the_unit_brings_everything_anew(cast: Cast, an: APIClient) -> None:
    here, far = record("1/GP"), record("4/GP", square(10.1, 106.1))
    works_in(cast.team, HERE)
    pocket = Pocket(an)
    pocket.pull()
    works_in(cast.team, FAR)
    answer = pocket.pull()
    assert (ids(answer["licences"]), set(answer["removed"])) == ([far], {"*", here})
    assert list(pocket.rows) == [far]


def test_phone_taken_over_by_an_officer_of_elsewhere_has_only_theirs(
    cast: Cast, an: APIClient, as_: Callable[..., APIClient]
) -> None:
    record("1/GP")
    far = record("4/GP", square(10.1, 106.1))
    works_in(cast.team, HERE)
    works_in(cast.market_team, FAR)
    pocket = Pocket(an)
    pocket.pull()
    pocket.api = as_(cast.chi)
    pocket.pull()
    assert list(pocket.rows) == [far]


def test_phone_taken_over_by_a_colleague_goes_on_from_where_it_was(
    cast: Cast, an: APIClient, as_: Callable[..., APIClient]
) -> None:
    record()
    works_in(cast.office, HERE)
    cursor = pull(an)["cursor"]
    answer = pull(as_(cast.binh), cursor)
    assert (answer["licences"], answer["removed"], answer["cursor"]) == ([], [], cursor)


def test_office_put_back_from_a_backup_gives_everything_anew(an: APIClient) -> None:
    """The phone has more than the office: rows it has never heard of, and a number above its own."""
    tell("communes", commune())
    pocket = Pocket(an)
    pocket.pull()
    backup = list(ReferenceRow.objects.all())
    events = list(Event.objects.all())
    tell("communes", commune("12143"), commune("12142", "Tên khác"))
    pocket.pull()
    _put_back(backup, events)
    answer = pocket.pull()
    assert ids(answer["communes"]) == ["12142"]
    assert answer["removed"] == ["*"]
    assert pocket.rows == {"12142": commune().body}


def test_office_put_back_that_has_gone_on_since_is_found_out_by_its_chain(an: APIClient) -> None:
    """Its numbers are above the phone's again, but stand for other changes."""
    tell("communes", commune())
    pocket = Pocket(an)
    pocket.pull()
    backup, events = list(ReferenceRow.objects.all()), list(Event.objects.all())
    tell("communes", commune("12143"))
    pocket.pull()
    _put_back(backup, events)
    tell("communes", commune("12144"))
    tell("communes", commune("12145"))
    pocket.pull()
    assert sorted(pocket.rows) == ["12142", "12144", "12145"]


def _put_back(rows: list[ReferenceRow], events: list[Event]) -> None:
    from backend.audit.models import ChainHead
    from backend.audit.triggers import triggers_drop, triggers_ensure

    ReferenceRow.objects.all().delete()
    ReferenceRow.objects.bulk_create(rows)
    # The chain's triggers refuse to forget; what a backup restores is the file beneath them.
    last = max(events, key=lambda event: event.index)
    triggers_drop()
    Event.objects.filter(index__gt=last.index).delete()
    ChainHead.objects.filter(id=1).update(index=last.index, hash=last.hash)
    triggers_ensure()


@pytest.mark.parametrize(
    "cursor",
    ["x", "0" * 32, "ốc", "3.1.all", "2.1.all.00000000", "3.٣.all.-", "3.-1.all.-", "3." + "9" * 40 + ".all.-"],
)
def test_cursor_of_no_use_gives_everything_anew(cursor: str, an: APIClient) -> None:
    id_ = record()
    answer = pull(an, cursor)
    assert (ids(answer["licences"]), answer["removed"]) == ([id_], ["*"])


def test_empty_cursor_is_none(an: APIClient) -> None:
    id_ = record()
    answer = pull(an, "")
    assert (ids(answer["licences"]), answer["removed"]) == ([id_], [])


def test_rows_of_another_format_are_fetched_anew(an: APIClient, monkeypatch: pytest.MonkeyPatch) -> None:
    id_ = record()
    cursor = pull(an)["cursor"]
    monkeypatch.setattr(reference, "FORMAT", "4")
    answer = pull(an, cursor)
    assert (ids(answer["licences"]), answer["removed"]) == ([id_], ["*"])
    assert answer["cursor"].startswith("4.")


# --- how it travels


def test_answer_travels_packed_to_whoever_takes_that(an: APIClient) -> None:
    record()
    packed = an.get("/api/v1/reference/", headers={"Accept-Encoding": "gzip"})
    assert packed["Content-Encoding"] == "gzip"
    assert json.loads(gzip.decompress(packed.content)) == pull(an)
    assert "Content-Encoding" not in an.get("/api/v1/reference/")


@pytest.mark.parametrize("encoding", ["gzip", "identity"])
def test_answer_known_by_its_etag_is_not_sent_again(encoding: str, an: APIClient) -> None:
    record()
    cursor = pull(an)["cursor"]
    first = an.get("/api/v1/reference/", {"cursor": cursor}, headers={"Accept-Encoding": encoding})
    known = {"Accept-Encoding": encoding, "If-None-Match": first["ETag"]}
    again = an.get("/api/v1/reference/", {"cursor": cursor}, headers=known)
    assert (again.status_code, again.content) == (304, b"")
    assert again["ETag"].removeprefix("W/") == first["ETag"].removeprefix("W/")
    # The same etag for another question says nothing.
    assert an.get("/api/v1/reference/", headers=known).status_code == 200
    record("2/GP")
    assert an.get("/api/v1/reference/", {"cursor": cursor}, headers=known).status_code == 200


def test_etag_changes_with_the_settings_alone(an: APIClient) -> None:
    tell("settings", PhoneRow("lead_agency", "Sở (thử)"))
    cursor = pull(an)["cursor"]
    before = an.get("/api/v1/reference/", {"cursor": cursor})["ETag"]
    tell("settings", PhoneRow("lead_agency", "Sở khác (thử)"))
    assert an.get("/api/v1/reference/", {"cursor": cursor})["ETag"] != before


def test_queries_do_not_grow_with_the_rows(cast: Cast, an: APIClient) -> None:
    works_in(cast.team, HERE)
    licences_record([given("0/GP")] if mineral() else [], actor=audit.SYSTEM, now=timezone.now(), source="")

    def counted(cursor: str | None = None, status: int = 200, **headers: str) -> int:
        with CaptureQueriesContext(
            connection,
        ) as few:
            answer = an.get("/api/v1/reference/", {} if cursor is None else {"cursor": cursor}, headers=headers)
        assert answer.status_code == status
        return len(few)

    counted()
    one, nothing = counted(), counted(pull(an)["cursor"])
    cursor = pull(an)["cursor"]
    licences_record([given(f"{i}/GP") for i in range(1, 40)], actor=audit.SYSTEM, now=timezone.now(), source="")
    assert counted() == one
    assert counted(cursor) == nothing
    cursor = pull(an)["cursor"]
    etag = an.get("/api/v1/reference/", {"cursor": cursor})["ETag"]
    assert counted(cursor, 304, **{"If-None-Match": etag}) == nothing - 2  # neither rows nor settings


def test_phone_takes_the_reference_with_its_token(phone: Deliverer) -> None:
    record()
    assert len(pull(phone.api)["licences"]) == 1


# --- publishing


def test_publishing_needs_a_transaction(transactional_db: None) -> None:
    with pytest.raises(RuntimeError):
        publish("communes", [commune()], number=1)
    with pytest.raises(RuntimeError):
        withdraw("communes", ["12142"], number=1)


@pytest.mark.parametrize(
    ("kind", "id_"),
    [
        ("communes", "1214"),
        ("minerals", "12142"),
        ("licences", "12/GP"),
        ("violation_types", "KT-01"),
        ("vehicles", "HY-1"),
    ],
)
def test_id_that_might_be_another_kinds_is_refused(kind: str, id_: str, db: None) -> None:
    with pytest.raises(ValueError, match="is no id for"):
        tell(kind, PhoneRow(id_, {"id": id_}))


def test_body_of_another_id_is_refused(db: None) -> None:
    with pytest.raises(ValueError, match="says that it is"):
        tell("communes", PhoneRow("12142", {"id": "12143"}))


def test_no_id_fits_two_kinds() -> None:
    import re
    import uuid

    examples = {
        "licences": [str(uuid.UUID(int=7))],
        "communes": ["12142"],
        "minerals": ["mineral:12142", "mineral:KT-01@2020-05-10", f"mineral:{uuid.UUID(int=7)}"],
        "violation_types": ["KT-01@2020-05-10", "BP-01@2026-01-01"],
    }
    for kind, found in examples.items():
        others = [form for other, form in ID_FORMS.items() if other not in (kind, "vehicles", "settings")]
        for id_ in found:
            assert re.fullmatch(ID_FORMS[kind], id_)
            assert not any(re.fullmatch(form, id_) for form in others)


def test_only_rows_that_differ_take_the_new_number(db: None) -> None:
    tell("communes", commune("12142"), commune("12143"))
    before = dict(ReferenceRow.objects.values_list("row_id", "number"))
    with transaction.atomic():
        assert publish("communes", [commune("12142"), commune("12143", "Khác")], number=99) == 1
    after = dict(ReferenceRow.objects.values_list("row_id", "number"))
    assert (after["12142"], after["12143"]) == (before["12142"], 99)


def test_thousands_of_rows_are_published_in_few_statements(db: None) -> None:
    rows = [commune(f"{i:05d}") for i in range(2000)]
    with transaction.atomic(), CaptureQueriesContext(connection) as queries:
        assert publish("communes", rows, number=1) == 2000
    assert len(queries) <= 28 + 4  # for each 500: one to read, and as many to write as the database needs


# --- where a unit works


def test_place_of_a_unit_is_recorded_and_can_be_changed(cast: Cast) -> None:
    works_in(cast.team, HERE)
    works_in(cast.team, FAR)
    area = UnitArea.objects.get()
    assert (area.unit, area.south, area.east) == (cast.team, FAR[0], FAR[3])
    (first, last) = Event.objects.filter(action="places:recorded").order_by("index")
    assert json.loads(last.data)["box"] == list(FAR)
    assert first.subject == f"unit:{cast.team.id}"


@pytest.mark.parametrize(
    "box",
    [
        (20.7, 105.9, 20.5, 106.1),
        (20.5, 106.1, 20.7, 105.9),
        (20.5, 105.9, 95.0, 106.1),
        (20.5, 105.9, float("nan"), 106.1),
    ],
)
def test_box_that_is_none_is_refused(box: Box, cast: Cast) -> None:
    with pytest.raises(Problem, match="request_invalid"):
        works_in(cast.team, box)
    assert not UnitArea.objects.exists()


def test_place_is_found_from_the_communes_named_or_the_province(cast: Cast) -> None:
    from backend.registry.models import Commune

    for code, lat, lon in (("12142", 20.6, 106.0), ("12143", 20.7, 106.1), ("12144", 20.9, 105.9)):
        Commune.objects.create(code=code, province_code="33", name=code, name_key=code, kind="Xã", lat=lat, lon=lon)

    def box(province: str, *codes: str) -> Box:
        area = unit_area_set(
            unit=cast.team,
            province_code=province,
            commune_codes=codes,
            box=None,
            actor=audit.SYSTEM,
            now=timezone.now(),
        )
        return area.south, area.west, area.north, area.east

    assert box("33", "12142", "12143") == pytest.approx((20.5, 105.9, 20.8, 106.2))
    assert box("33") == pytest.approx((20.5, 105.8, 21.0, 106.2))
    for province, codes in (("99", ()), ("33", ("12142", "99999"))):
        with pytest.raises(Problem) as refusal:
            box(province, *codes)
        assert refusal.value.errors[0].code == "unknown_place"


def test_minerals_are_checked(db: None) -> None:
    wrong = MineralGiven("", " ", MineralFamily.COMMON, "kg", 0.0)
    with pytest.raises(Problem) as refusal:
        minerals_record(
            [MineralGiven("A", "a", MineralFamily.COMMON), wrong], actor=audit.SYSTEM, now=timezone.now(), source=""
        )
    assert [error.path for error in refusal.value.errors] == [
        f"[1].{name}" for name in ("code", "name", "unit", "density", "density_source")
    ]
    changed = dataclasses.replace(wrong, code="B", name="b", unit="t", density=None)
    assert [row.code for row in minerals_record([changed], actor=audit.SYSTEM, now=timezone.now(), source="")] == ["B"]
