"""Provinces and communes: what is loaded, what a change leaves behind, where a position is, what an old name means."""

import gzip
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.models import Count
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from rest_framework.test import APIClient

from backend.audit import services as audit
from backend.audit.models import Event
from backend.audit.verifying import verify
from backend.registry.importing import admin_units
from backend.registry.importing.admin_units import AdminUnits
from backend.registry.models import Commune, CommuneBoundary, FormerCommune, Province, ReferenceRow
from backend.registry.selectors.place_names import address_parts, place_key, split_kind
from backend.registry.selectors.places import Named, communes_at, communes_named, places_at, provinces_at
from backend.registry.selectors.reference import bodies
from backend.registry.services.boundaries import COMMUNE, PROVINCE, BoundaryGiven, boundaries_record
from backend.registry.services.places import (
    CommuneGiven,
    FormerGiven,
    PlacesRecorded,
    ProvinceGiven,
    communes_record,
    places_record,
)
from backend.registry.services.unit_areas import unit_area_set
from shared.geo.communes import BOUNDARY, NEAREST_CENTRE, nearest_centres
from shared.problems import Problem
from tests.backend.conftest import Cast
from tests.factories.registry import square

NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
DAY = date(2026, 11, 24)
TWO_TIERS = date(2025, 7, 1)
CITY = date(2026, 4, 30)

pytestmark = pytest.mark.django_db


def load(*more: str) -> str:
    out = StringIO()
    call_command("load_communes", *more, stdout=out)
    return out.getvalue()


def commune(code: str = "11977", name: str = "Tân Hưng", **more: Any) -> CommuneGiven:
    values = {"province_code": "33", "kind": "Xã", "lat": 20.6384, "lon": 106.097}
    return CommuneGiven(code, name=name, **(values | more))  # type: ignore[arg-type]


def record(*communes: CommuneGiven, now: datetime = NOW, **more: Any) -> PlacesRecorded:
    return places_record(communes=communes, source="thử", actor=audit.SYSTEM, now=now, **more)


def rows(code: str = "11977") -> list[tuple[str, date, date | None]]:
    found = Commune.objects.filter(code=code).order_by("valid_from")
    return [(str(row), row.valid_from, row.valid_to) for row in found]


def on_phones() -> dict[str, dict[str, Any]]:
    return {row["id"]: row for row in bodies("communes")}


def bounded(*given: tuple[str, dict[str, Any]], place: str = COMMUNE) -> dict[str, int]:
    found = [BoundaryGiven(place, code, geometry, source="thử") for code, geometry in given]
    return boundaries_record(found, actor=audit.SYSTEM, now=NOW)


def refused(call: Callable[[], Any]) -> list[tuple[str, str]]:
    with pytest.raises(Problem, match="request_invalid") as caught:
        call()
    return [(error.path, error.code) for error in caught.value.errors]


# --- the whole country, as loaded


def test_all_34_provinces_and_3321_communes() -> None:
    said = load()
    assert "34 tỉnh, 3321 xã, 10040 đơn vị cũ" in said
    now = Commune.objects.filter(valid_to=None)
    assert (Province.objects.filter(valid_to=None).count(), now.count()) == (34, 3321)
    kinds = dict(now.order_by().values_list("kind").annotate(n=Count("id")))
    assert kinds == {"Xã": 2611, "Phường": 697, "Đặc khu": 13}
    assert set(now.values_list("province_code", flat=True)) == set(
        Province.objects.values_list("code", flat=True).distinct()
    )
    assert dict(Commune.objects.filter(province_code="33").order_by().values_list("kind").annotate(n=Count("id"))) == {
        "Xã": 93,
        "Phường": 11,
    }
    assert now.filter(province_code="15").count() == 99
    assert {"20333", "22736"} <= set(now.filter(kind="Đặc khu").values_list("code", flat=True))  # Hoàng Sa, Trường Sa
    assert Commune.objects.filter(valid_from=TWO_TIERS).count() == 3321
    assert not now.filter(name__regex=r"^(Xã|Phường|Đặc khu) ").exists()
    assert not FormerCommune.objects.filter(successors=None).exists()
    assert not now.filter(valid_from=TWO_TIERS, predecessors=None).exists()
    assert len(on_phones()) == 3321

    before = list(Commune.objects.values_list()), list(Province.objects.values_list()), list(bodies("communes"))
    with CaptureQueriesContext(connection) as queries:
        assert "thêm 0, sửa 0, 0 cho điện thoại" in load()
    assert len(queries) <= 60  # 3,321 communes, 10,040 former ones
    assert before == (
        list(Commune.objects.values_list()),
        list(Province.objects.values_list()),
        list(bodies("communes")),
    )
    assert list(verify()) == []


def test_dong_nai_became_a_city_with_ten_wards() -> None:
    load("--province", "75")
    found = Province.objects.filter(code="75").order_by("valid_from")
    assert [(str(row), row.valid_from, row.valid_to) for row in found] == [
        ("Tỉnh Đồng Nai", TWO_TIERS, CITY - timedelta(days=1)),
        ("Thành phố Đồng Nai", CITY, None),
    ]
    assert "30/2026/QH16" in found[1].source
    assert rows("26248") == [
        ("Xã Trảng Bom", TWO_TIERS, CITY - timedelta(days=1)),
        ("Phường Trảng Bom", CITY, None),
    ]
    kinds = dict(Commune.objects.filter(valid_to=None).order_by().values_list("kind").annotate(n=Count("id")))
    assert kinds == {"Xã": 62, "Phường": 33}
    assert on_phones()["26248"]["kind"] == "Phường"
    assert on_phones()["26248"]["former"][0] == "Xã Trảng Bom"
    assert [one.name for one in communes_named("Trảng Bom", date(2026, 1, 1))][0] == "Xã Trảng Bom"
    assert [one.name for one in communes_named("Trảng Bom", DAY)][0] == "Phường Trảng Bom"


def test_a_list_loaded_before_a_change_was_known_learns_of_it() -> None:
    record(commune("26248", "Trảng Bom", province_code="75"), now=datetime(2025, 9, 1, tzinfo=UTC))
    load("--province", "75")
    assert [row[0] for row in rows("26248")] == ["Xã Trảng Bom", "Phường Trảng Bom"]


def test_one_province_alone_and_the_rest_later() -> None:
    assert "1 tỉnh, 104 xã, 381 đơn vị cũ" in load("--province", "33")
    assert set(Commune.objects.values_list("province_code", flat=True)) == {"33"}
    assert set(FormerCommune.objects.values_list("province", flat=True)) == {"Tỉnh Hưng Yên", "Tỉnh Thái Bình"}
    assert "thêm 0, sửa 0" in load("--province", "33")
    load()
    assert Commune.objects.filter(province_code="33").count() == 104


@pytest.mark.parametrize("code", ["99", "%", "3", "0x"])
def test_a_province_that_is_none_is_said(code: str) -> None:
    with pytest.raises(CommandError, match="không có tỉnh nào mã này") as caught:
        load("--province", code)
    assert caught.value.returncode == 2


def test_a_package_that_is_not_there_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(admin_units, "find_spec", lambda name: None)
    with pytest.raises(CommandError, match="không đọc được|Không đọc được"):
        load()
    assert not Event.objects.exists()


def test_the_name_decides_the_kind_and_wrong_centres_are_put_right() -> None:
    found = {row.code: row for row in AdminUnits().communes()}
    # The package's column says "Xã" of the first and "Phường" of the second.
    assert (found["10543"].kind, found["11848"].kind) == ("Phường", "Xã")
    # Exchanged in the package: the one lay 80 km off, where the other is.
    assert (found["04924"].lat, found["08296"].lat) == (20.8806, 21.4723)
    # One area for two communes of a name: at most one of them has it.
    assert (found["15448"].area_km2, found["11953"].area_km2) == (37.71, 21.5)
    assert found["02962"].area_km2 is None
    assert all(row.area_km2 is None or row.area_km2 > 0.5 for row in found.values())


# --- what phones get


def test_a_phone_row_is_small_and_says_what_there_was() -> None:
    load("--province", "33")
    row = on_phones()["11977"]
    assert row["former"]
    assert all(name.count(", ") == 2 for name in row["former"])
    assert row == {
        "id": "11977",
        "code": "11977",
        "province_code": "33",
        "name": "Tân Hưng",
        "key": place_key("Xã Tân Hưng"),
        "kind": "Xã",
        "lat": 20.6384,
        "lon": 106.097,
        "valid_from": "2025-07-01",
        "former": row["former"],
    }
    stored = ReferenceRow.objects.get(row_id="11977")
    assert (stored.south, stored.west, stored.north, stored.east) == (20.6384, 106.097, 20.6384, 106.097)


def test_a_phone_gets_the_communes_of_its_place(cast: Cast, as_: Callable[..., APIClient]) -> None:
    load("--province", "33")
    record(commune("30313", "Mỹ Hòa Hưng", province_code="91", lat=10.4, lon=105.4))
    unit_area_set(
        unit=cast.team, province_code="33", commune_codes=[], box=None, actor=audit.SYSTEM, now=timezone.now()
    )
    answer = as_(cast.an).get("/api/v1/reference/", headers={"Accept-Encoding": "gzip"})
    found = json.loads(gzip.decompress(answer.content))["communes"]
    assert len(found) == 104
    assert len(gzip.compress(json.dumps(found, ensure_ascii=False).encode())) < 20_000


def test_the_event_names_what_was_recorded() -> None:
    record(commune(), provinces=[ProvinceGiven("33", "Tỉnh Hưng Yên", "Tỉnh")])
    event = Event.objects.get()
    assert (event.action, event.subject) == ("places:recorded", "registry:places")
    said = json.loads(event.data)
    assert said["places"] == ["made:province:33@2025-07-01", "made:commune:11977@2025-07-01"]
    assert said["counts"] == {"made": 2}
    assert ReferenceRow.objects.get().number == event.index


# --- changes


def test_rows_as_the_demo_gives_them() -> None:
    given = {"code": "11977", "province_code": "33", "name": "Xã Tân Hưng", "kind": "Xã", "lat": 20.6, "lon": 106.1}
    assert communes_record([given], source="thử", actor=audit.SYSTEM, now=NOW) == 1
    row = Commune.objects.get()
    assert (row.name, row.kind, row.name_key, row.source) == ("Tân Hưng", "Xã", place_key("Tân Hưng"), "thử")


def test_a_changed_name_is_another_row() -> None:
    record(commune())
    assert record(commune(name="Tân Thịnh", valid_from=date(2026, 3, 1))).made == 1
    assert rows() == [("Xã Tân Hưng", TWO_TIERS, date(2026, 2, 28)), ("Xã Tân Thịnh", date(2026, 3, 1), None)]
    assert on_phones()["11977"]["name"] == "Tân Thịnh"
    assert on_phones()["11977"]["former"] == ["Xã Tân Hưng"]


def test_a_change_without_a_date_begins_today() -> None:
    record(commune())
    record(commune(kind="Phường"), now=datetime(2026, 11, 23, 18, 0, tzinfo=UTC))  # 24/11 in Vietnam
    assert rows() == [("Xã Tân Hưng", TWO_TIERS, date(2026, 11, 23)), ("Phường Tân Hưng", DAY, None)]


def test_another_name_since_the_same_day_is_refused_and_nothing_written() -> None:
    record(commune())
    assert refused(lambda: record(commune("11978", "Khác"), commune(name="Tân Thịnh", valid_from=TWO_TIERS))) == [
        ("communes[1]", "place_differs")
    ]
    assert [row.code for row in Commune.objects.all()] == ["11977"]
    assert len(on_phones()) == 1


def test_a_spelling_is_no_change_and_a_centre_is_put_right() -> None:
    record(commune(name="Hoà Bình"))
    done = record(commune(name="Hòa Bình", lat=20.64, area_km2=19.2))
    assert (done.made, done.corrected, done.phones) == (0, 1, 1)
    row = Commune.objects.get()
    assert (row.name, row.lat, row.area_km2) == ("Hoà Bình", 20.64, 19.2)
    assert record(commune(name="Hòa Bình", lat=20.64)).corrected == 0  # an area not said stays
    assert Commune.objects.get().area_km2 == 19.2


def test_a_row_before_the_first_ends_where_that_begins() -> None:
    record(commune(kind="Phường", valid_from=date(2026, 3, 1)))
    record(commune(valid_from=TWO_TIERS))
    assert rows() == [("Xã Tân Hưng", TWO_TIERS, date(2026, 2, 28)), ("Phường Tân Hưng", date(2026, 3, 1), None)]


def test_what_has_ended_leaves_phones_and_is_not_there_again_by_an_old_list() -> None:
    record(commune(), commune("11978", "Khác"))
    record(commune(valid_from=TWO_TIERS, valid_to=date(2026, 6, 30)))
    assert set(on_phones()) == {"11978"}
    assert record(commune()).made == 0
    assert rows() == [("Xã Tân Hưng", TWO_TIERS, date(2026, 6, 30))]
    record(commune(valid_from=date(2026, 9, 1)))
    assert len(rows()) == 2
    assert set(on_phones()) == {"11977", "11978"}


def test_a_change_dated_ahead_is_not_yet_on_phones() -> None:
    record(commune())
    record(commune(kind="Phường", valid_from=DAY + timedelta(days=7)))
    assert on_phones()["11977"]["kind"] == "Xã"
    assert record(commune(), now=NOW + timedelta(days=8)).made == 1  # an old list, after the day: what it says is newer
    assert rows()[1][2] == date(2026, 12, 1)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("code", "1197"),
        ("code", "١١٩٧٧"),
        ("province_code", "3"),
        ("name", "  "),
        ("name", "a" * 121),
        ("kind", ""),
        ("lat", 91.0),
        ("lat", float("nan")),
        ("lon", float("inf")),
        ("area_km2", 0.0),
        ("area_km2", float("nan")),
        ("valid_to", date(2025, 1, 1)),
    ],
)
def test_what_is_no_commune_is_refused(field: str, value: Any) -> None:
    wrong = replace(commune(valid_from=TWO_TIERS), **{field: value})
    assert refused(lambda: record(commune("11978"), wrong)) == [(f"communes[1].{field}", "value")]
    assert not Commune.objects.exists()
    assert not Event.objects.exists()


@given(
    steps=st.lists(
        st.tuples(st.integers(0, 40), st.sampled_from(["Tân Hưng", "Tân Thịnh"]), st.sampled_from(["Xã", "Phường"])),
        max_size=6,
    )
)
@pytest.mark.usefixtures("db")
def test_the_rows_of_a_place_never_overlap_and_no_name_is_lost(steps: list[tuple[int, str, str]]) -> None:
    Commune.objects.all().delete()
    told: dict[date, str] = {}
    for days, name, kind in steps:
        since = TWO_TIERS + timedelta(days=days)
        try:
            made = record(commune(name=name, kind=kind, valid_from=since)).made
        except Problem:
            assert any(row[1] == since for row in rows())
            continue
        if made:
            told[since] = f"{kind} {name}"
    found = rows()
    for (_, _, ended), (_, begun, _) in zip(found, found[1:], strict=False):
        assert ended is not None
        assert ended + timedelta(days=1) == begun
    assert not found or found[-1][2] is None
    for since, name in told.items():
        standing = [row for row in found if row[1] <= since and (row[2] is None or row[2] >= since)]
        assert [row[0] for row in standing] == [name]


# --- former units


OLD = FormerGiven(
    "12106", "Xuân Quan", "Xã", "Huyện Văn Giang", "Tỉnh Hưng Yên", date(2025, 6, 30), frozenset({"11977"})
)


def test_successors_are_put_right() -> None:
    record(commune(), commune("11978", "Khác"), former=[OLD])
    done = record(former=[replace(OLD, successors=frozenset({"11977", "11978"}))])
    assert (done.made, done.corrected, done.phones) == (0, 1, 1)
    done = record(former=[replace(OLD, successors=frozenset({"11978"}))])
    assert (done.corrected, done.phones) == (1, 1)
    assert on_phones()["11977"]["former"] == []
    assert on_phones()["11978"]["former"] == ["Xã Xuân Quan, Huyện Văn Giang, Tỉnh Hưng Yên"]
    assert FormerCommune.objects.count() == 1


def test_a_successor_that_is_not_there_is_refused() -> None:
    wrong = replace(OLD, successors=frozenset({"11977", "99999"}))
    assert refused(lambda: record(commune(), former=[wrong])) == [("former[0].successors", "unknown_place")]
    assert not Commune.objects.exists()


# --- names


def names(text: str, day: date = DAY) -> list[tuple[str, str]]:
    return [(one.code, one.former) for one in communes_named(text, day)]


def test_a_commune_is_found_by_its_own_name_however_the_tone_is_placed() -> None:
    record(commune("12826", "Thái Thụy"), provinces=[ProvinceGiven("33", "Hưng Yên", "Tỉnh")])
    for text in ("Thái Thuỵ", "xã Thái Thụy", "X. THÁI THỤY", "Tha\u0301i Thu\u0323y", "Thái Thụy, T. Hưng Yên"):
        assert communes_named(text, DAY) == [Named("12826", "Xã Thái Thụy", "33", "Tỉnh Hưng Yên")], text
    for text in ("", " , ", "Thái Thúy", "Thai Thuy", "Thái Thụy, tỉnh Thái Bình", "xã"):
        assert communes_named(text, DAY) == [], text


def test_old_papers_are_read_with_their_districts() -> None:
    load("--province", "33")
    words = "xã Xuân Quan, huyện Văn Giang, tỉnh Hưng Yên"
    ((code, former),) = names(words)
    assert former == "Xã Xuân Quan, Huyện Văn Giang, Tỉnh Hưng Yên"
    assert names("Xuân Quan huyện Văn Giang") == names("X. Xuân Quan, H. Văn Giang, T. Hưng Yên") == names(words)
    assert names("Xuân Quan, huyện Văn Lâm") == []
    assert Commune.objects.get(code=code).province_code == "33"
    # A unit of Thái Bình of old lies in Hưng Yên now; its paper may name either.
    old = FormerCommune.objects.filter(province="Tỉnh Thái Bình", kind="Thị trấn").order_by("id")[0]
    meant = {one.code for one in communes_named(str(old), DAY)}
    assert meant == set(old.successors.values_list("code", flat=True))
    assert meant <= {one.code for one in communes_named(f"{old.kind} {old.name}, tỉnh Hưng Yên", DAY)}


def test_a_divided_unit_means_every_part_and_a_number_its_ward() -> None:
    record(
        commune("11977"),
        commune("11978", "Khác"),
        former=[
            replace(OLD, name="3", kind="Phường", district="Quận 5", successors=frozenset({"11977", "11978"})),
            replace(OLD, code="12107", name="3", kind="Phường", district="Quận 6"),
        ],
    )
    assert [code for code, _ in names("Phường 03, Quận 5")] == ["11977", "11978"]
    assert [code for code, _ in names("P.3 q.06")] == ["11977"]
    assert len(names("Phường 3")) == 3


def test_own_names_come_first_and_the_kind_written_next() -> None:
    record(
        commune("11977", "Tân Hưng"),
        commune("11978", "Khác"),
        commune("11979", "Tân Hưng", kind="Phường"),
        former=[replace(OLD, name="Tân Hưng", successors=frozenset({"11978"}))],
    )
    assert [code for code, _ in names("Phường Tân Hưng")] == ["11979", "11977", "11978"]
    assert [code for code, _ in names("Xã Tân Hưng")] == ["11977", "11979", "11978"]


def test_a_name_is_asked_in_five_queries_whatever_it_is() -> None:
    load("--province", "33")
    for text in ("Xuân Quan", "Tân Hưng, tỉnh Hưng Yên", "Không Có"):
        with CaptureQueriesContext(connection) as queries:
            communes_named(text, DAY)
        assert len(queries) <= 5, text


@pytest.mark.parametrize(
    ("text", "kind", "name"),
    [
        ("Thị xã Sơn Tây", "Thị xã", "Sơn Tây"),
        ("TX.Sơn Tây", "Thị xã", "Sơn Tây"),
        ("TP Huế", "Thành phố", "Huế"),
        ("đặc  khu Phú Quý", "Đặc khu", "Phú Quý"),
        ("Xa\u0303 Ea H'Leo", "Xã", "Ea H'Leo"),
        ("T Nưng", "", "T Nưng"),
        ("Phường", "", "Phường"),
        ("Văn Miếu - Quốc Tử Giám", "", "Văn Miếu - Quốc Tử Giám"),
    ],
)
def test_the_kind_is_told_from_the_name(text: str, kind: str, name: str) -> None:
    assert split_kind(text) == (kind, name)


@given(st.text(max_size=60))
def test_no_text_breaks_the_reading_of_names(text: str) -> None:
    for part in address_parts(text):
        place_key(part)
    kind, name = split_kind(text)
    assert split_kind(name)[1] == name or split_kind(name)[0]
    assert not kind or name


# --- where a position is

WEST, EAST = square(20.60, 106.00), square(20.60, 106.01)
HOLED = {
    "type": "Polygon",
    "coordinates": [square(20.70, 106.00)["coordinates"][0], square(20.703, 106.003, 0.004)["coordinates"][0][::-1]],
}


@pytest.fixture
def places() -> None:
    record(
        commune("11977", "Tây", lat=20.605, lon=106.005),
        commune("11978", "Đông", lat=20.605, lon=106.015),
        commune("11979", "Khuyết", lat=20.7005, lon=106.0005),
        commune("11980", "Xa", lat=20.80, lon=106.00),
        commune("11981", "Xa nữa", lat=21.90, lon=106.00),
        provinces=[ProvinceGiven("33", "Hưng Yên", "Tỉnh")],
    )
    bounded(("11977", WEST), ("11978", EAST), ("11979", HOLED))


def found(lat: float, lon: float, day: date = DAY) -> list[tuple[str, str]]:
    return [(one.code, one.by) for one in communes_at(lat, lon, day)]


@pytest.mark.usefixtures("places")
def test_a_boundary_says_which_commune() -> None:
    (one,) = communes_at(20.605, 106.002, DAY)
    assert (one.code, one.name, one.by) == ("11977", "Xã Tây", BOUNDARY)
    assert one.distance_m == pytest.approx(208.5, abs=0.5)  # 0.002° of longitude
    assert found(20.605, 106.018) == [("11978", BOUNDARY)]


@pytest.mark.usefixtures("places")
def test_on_the_border_both_are_said() -> None:
    assert set(found(20.605, 106.01)) == {("11977", BOUNDARY), ("11978", BOUNDARY)}
    assert found(20.605, 106.010005) == [("11978", BOUNDARY), ("11977", BOUNDARY)]  # half a metre inside
    assert found(20.605, 106.01002) == [("11978", BOUNDARY)]  # two metres
    assert found(20.599995, 106.005) == [("11977", BOUNDARY)]  # half a metre outside the outer side
    assert found(20.59998, 106.005)[0][1] == NEAREST_CENTRE


@pytest.mark.usefixtures("places")
def test_a_hole_is_outside() -> None:
    assert found(20.7015, 106.005) == [("11979", BOUNDARY)]
    assert [by for _, by in found(20.705, 106.005)] == [NEAREST_CENTRE] * 2


@pytest.mark.usefixtures("places")
def test_without_a_boundary_the_nearest_centres_are_offered_and_marked() -> None:
    """Communes with a boundary are not among them: theirs says that the position is elsewhere."""
    assert found(20.72, 106.00) == [("11980", NEAREST_CENTRE), ("11981", NEAREST_CENTRE)]
    (near, far) = communes_at(20.72, 106.00, DAY)
    assert near.distance_m == pytest.approx(8857, abs=5)  # 0.08° of latitude
    assert far.distance_m > 130_000


def test_where_all_have_boundaries_the_nearest_are_offered_all_the_same() -> None:
    record(commune("11977", "Tây"), commune("11978", "Đông", lon=106.2))
    bounded(("11977", WEST), ("11978", EAST))
    assert found(20.60, 106.30) == [("11978", NEAREST_CENTRE), ("11977", NEAREST_CENTRE)]


@given(lat=st.floats(8.0, 24.0), lon=st.floats(102.0, 112.0))
def test_the_window_never_hides_a_nearer_centre(lat: float, lon: float) -> None:
    if not Commune.objects.exists():
        load("--province", "33")
    everywhere = Commune.objects.filter(valid_to=None).values("code", "kind", "name", "lat", "lon")
    assert communes_at(lat, lon, DAY) == nearest_centres(everywhere, lat, lon)


def test_a_centre_just_beyond_the_window_is_nearer_than_those_in_its_corners() -> None:
    corners = [commune(f"1200{i}", f"Góc {i}", lat=20.0 + 0.31, lon=106.0 + 0.32 - i / 1000) for i in range(3)]
    record(*corners, commune("12009", "Bắc", lat=20.0 + 0.34, lon=106.0))
    assert [one.code for one in communes_at(20.0, 106.0, DAY)] == ["12009", "12002", "12001"]


def test_an_empty_list_offers_nothing() -> None:
    assert found(20.6, 106.0) == []


@pytest.mark.usefixtures("places")
def test_a_day_selects_the_places_of_then() -> None:
    record(commune("11977", "Tây", kind="Phường", valid_from=date(2026, 3, 1), lat=20.605, lon=106.005))
    assert [one.name for one in communes_at(20.605, 106.002, date(2026, 2, 28))] == ["Xã Tây"]
    # Another kind has the same boundary.
    assert [one.name for one in communes_at(20.605, 106.002, DAY)] == ["Phường Tây"]
    assert found(20.605, 106.002, date(2025, 6, 30)) == []
    assert CommuneBoundary.objects.count() == 4


@pytest.mark.usefixtures("places")
def test_the_phone_learns_how_far_a_commune_reaches() -> None:
    stored = ReferenceRow.objects.get(row_id="11977")
    assert (stored.south, stored.west, stored.north, stored.east) == (20.60, 106.00, 20.61, 106.01)


def test_queries_do_not_grow_with_the_places() -> None:
    def counted(lat: float, lon: float) -> int:
        with CaptureQueriesContext(connection) as queries:
            places_at(lat, lon, DAY)
        return len(queries)

    record(commune("11977", "Tây"))
    bounded(("11977", WEST))
    few = counted(20.605, 106.005), counted(20.9, 107.0)
    more = [commune(f"{12000 + i}", f"Xã {i}", lat=20.0 + i / 100, lon=106.0) for i in range(60)]
    record(*more)
    bounded(*((one.code, square(20.605, 106.0 - i / 1000)) for i, one in enumerate(more[:30])))
    assert len(found(20.6051, 106.0001)) > 5
    assert (counted(20.6051, 106.0001), counted(20.9, 107.0)) == few
    assert few[0] <= 4
    assert few[1] <= 6


@pytest.mark.parametrize(("lat", "lon"), [(91.0, 0.0), (0.0, 181.0), (float("nan"), 0.0), (0.0, float("inf"))])
def test_what_is_no_place_is_an_error(lat: float, lon: float) -> None:
    with pytest.raises(ValueError, match="no place on Earth"):
        communes_at(lat, lon, DAY)
    with pytest.raises(ValueError, match="no place on Earth"):
        provinces_at(lat, lon, DAY)


# --- the addresses


@pytest.fixture
def an(cast: Cast, as_: Callable[..., APIClient]) -> APIClient:
    return as_(cast.an)


@pytest.mark.usefixtures("places")
def test_a_position_is_asked_for_its_commune(an: APIClient) -> None:
    bounded(("33", square(20.0, 105.5, 2.0)), place=PROVINCE)
    answer = an.get("/api/v1/communes/at/", {"lat": "20.605", "lon": "106.002", "day": "2026-11-24"})
    assert answer.status_code == 200
    body = answer.json()
    assert body["day"] == "2026-11-24"
    (result,) = body["results"]
    assert result.pop("distance_m") == pytest.approx(208.5, abs=0.5)
    assert result == {
        "code": "11977",
        "name": "Xã Tây",
        "province_code": "33",
        "province": "Tỉnh Hưng Yên",
        "by": "boundary",
    }
    assert [(one["code"], one["name"]) for one in body["provinces"]] == [("33", "Tỉnh Hưng Yên")]
    offered = an.get("/api/v1/communes/at/", {"lat": "20.72", "lon": "106.0"}).json()["results"]
    assert {one["by"] for one in offered} == {"nearest_centre"}


def wrong_questions() -> Iterator[tuple[dict[str, str], str]]:
    yield {"lon": "106"}, "lat"
    yield {"lat": "20,6", "lon": "106"}, "lat"
    yield {"lat": "nan", "lon": "106"}, "lat"
    yield {"lat": "inf", "lon": "106"}, "lat"
    yield {"lat": "90.1", "lon": "106"}, "lat"
    yield {"lat": "20", "lon": "-181"}, "lon"
    yield {"lat": "20", "lon": "106", "day": "24/11/2026"}, "day"
    yield {"lat": "20", "lon": "106", "day": "2026-02-30"}, "day"


@pytest.mark.parametrize(("question", "field"), list(wrong_questions()))
def test_a_wrong_question_is_answered_with_a_problem(question: dict[str, str], field: str, an: APIClient) -> None:
    answer = an.get("/api/v1/communes/at/", question)
    assert (answer.status_code, answer.json()["code"]) == (400, "request_invalid")
    assert [error["path"] for error in answer.json()["errors"]] == [field]


def test_a_name_is_asked_for_its_communes(an: APIClient) -> None:
    record(commune(), former=[OLD], provinces=[ProvinceGiven("33", "Hưng Yên", "Tỉnh")])
    answer = an.get("/api/v1/communes/named/", {"name": "Xuân Quan, Văn Giang"})
    assert answer.json()["results"] == [
        {
            "code": "11977",
            "name": "Xã Tân Hưng",
            "province_code": "33",
            "province": "Tỉnh Hưng Yên",
            "former": "Xã Xuân Quan, Huyện Văn Giang, Tỉnh Hưng Yên",
        }
    ]
    for name in ("", "a\0b", "x" * 201):
        answer = an.get("/api/v1/communes/named/", {"name": name})
        assert (answer.status_code, answer.json()["code"]) == (400, "request_invalid"), name
