"""Boundaries from a file: whose each is, what is asked and refused, and that they are taken whole or not at all."""

import csv
import json
from datetime import UTC, date, datetime
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from backend.audit import services as audit
from backend.audit.models import Event
from backend.audit.verifying import verify
from backend.registry.importing import runs
from backend.registry.importing.rows import ReadOptions
from backend.registry.models import CommuneBoundary, ImportRow, ImportRun, ProvinceBoundary, ReferenceRow
from backend.registry.selectors.places import communes_at
from backend.registry.services.boundaries import COMMUNE, BoundaryGiven, boundaries_record
from backend.registry.services.places import CommuneGiven, ProvinceGiven, places_record
from shared.problems import Problem
from tests.backend.conftest import Cast
from tests.factories.registry import square

NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
DAY = date(2026, 11, 24)

pytestmark = pytest.mark.django_db

# Code, province, name, kind, and where the south-western corner of its square of 0.01° lies; the centre in the middle.
PLACES = (
    ("00004", "01", "Ba Đình", "Phường", 21.03, 105.83),
    ("11977", "33", "Tân Hưng", "Xã", 20.63, 106.09),
    ("12826", "33", "Thái Thụy", "Xã", 20.56, 106.54),
    ("12000", "33", "Hòa Bình", "Xã", 20.70, 106.20),
    ("13000", "25", "Hòa Bình", "Phường", 20.80, 105.30),
    ("13003", "25", "Tân Hưng", "Xã", 20.83, 105.40),
)


@pytest.fixture(autouse=True)
def _own_imports(tmp_path: Path, settings: LazySettings) -> None:
    settings.IMPORTS_DIR = tmp_path / "imports"


@pytest.fixture(autouse=True)
def _places(db: None) -> None:
    provinces = [("01", "Hà Nội", "Thành phố"), ("33", "Hưng Yên", "Tỉnh"), ("25", "Phú Thọ", "Tỉnh")]
    places_record(
        provinces=[ProvinceGiven(*row) for row in provinces],
        communes=[
            CommuneGiven(code, province, name, kind, lat + 0.005, lon + 0.005)
            for code, province, name, kind, lat, lon in PLACES
        ],
        source="thử",
        actor=audit.SYSTEM,
        now=NOW,
    )


def at(code: str) -> dict[str, Any]:
    return next(square(lat, lon) for one, *_, lat, lon in PLACES if one == code)


def feature(geometry: dict[str, Any], **properties: Any) -> dict[str, Any]:
    return {"type": "Feature", "properties": properties, "geometry": geometry}


def read(folder: Path, *features: dict[str, Any], name: str = "ranh giới.geojson", **more: Any) -> ImportRun:
    path = folder / name
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    return read_path(path, **more)


def read_path(path: Path, **more: Any) -> ImportRun:
    values = {"kind": "boundaries", "options": ReadOptions(), "answers": {}, "by": None, "now": NOW}
    return runs.run_read(path=path, file_name=path.name, **(values | more))  # type: ignore[arg-type]


def apply(run: ImportRun, **more: Any) -> dict[str, int]:
    done: dict[str, int] = runs.run_apply(run=run, **({"by": None, "now": NOW} | more)).counts
    return done


def said(run: ImportRun) -> list[tuple[str, str, list[str]]]:
    return [(row.key, row.outcome, codes(row)) for row in run.rows.order_by("number")]


def codes(row: ImportRow) -> list[str]:
    return [note["code"] for note in row.notes if note["code"] not in ("area_unit_assumed", "area_differs")]


def asked(run: ImportRun, **values: Any) -> tuple[str, str]:
    """(answer to give, choices) of the only question of the only row."""
    row = run.rows.get()
    (note,) = [note for note in row.notes if "answer" in note["values"]]
    assert row.outcome == "question"
    assert all(runs.row_words(row, language) for language in ("vi", "en"))
    return note["values"]["answer"], note["values"]["choices"]


# --- whose a boundary is


@pytest.mark.parametrize(
    "properties",
    [
        {"ma_xa": "11977"},
        {"Mã xã": 11977, "Tên xã": "Tân Hưng"},
        {"code": "11977", "name": "Tân Hưng", "fullName": "Xã Tân Hưng", "areaKm2": 1.0},
        {"ward_code": 11977.0},
        {"MAXA": " 11977 "},
        {"ten_xa": "Xã Tân Hưng", "ten_tinh": "Tỉnh Hưng Yên"},
        {"ten_xa": "TÂN HƯNG", "ma_tinh": 33},
        {"Ward": "X. Tân Hưng", "Province": "Hưng Yên"},
    ],
)
def test_a_commune_is_known_by_its_code_or_its_name(properties: dict[str, Any], tmp_path: Path) -> None:
    run = read(tmp_path, feature(at("11977"), **properties))
    assert said(run) == [("commune:11977", "accepted", [])]
    assert run.rows.get().name == "Xã Tân Hưng"
    assert apply(run)["commune_boundaries"] == 1
    assert [one.code for one in communes_at(20.635, 106.095, DAY)] == ["11977"]


@pytest.mark.parametrize("name", ["Thái Thuỵ", "xã Thái Thụy", "Tha\u0301i Thu\u0323y"])
def test_a_name_is_the_same_however_the_tone_is_placed(name: str, tmp_path: Path) -> None:
    assert said(read(tmp_path, feature(at("12826"), ten=name))) == [("commune:12826", "accepted", [])]


def test_zeros_that_a_sheet_took_away_are_known() -> None:
    from backend.registry.importing.boundary_rows import Gazetteer

    places = Gazetteer(DAY)
    assert [one.key for one in places.coded("4")] == ["commune:00004"]
    assert [one.key for one in places.coded("1")] == ["province:01"]
    assert [one.key for one in places.coded("01")] == ["province:01"]
    assert places.coded("١١٩٧٧") == places.coded("119770") == places.coded("x") == []


@pytest.mark.parametrize(
    "properties",
    [{"code": "33"}, {"ma_tinh": "33", "ten_tinh": "Hưng Yên"}, {"name": "Tỉnh Hưng Yên"}, {"tinh": "hưng yên"}],
)
def test_a_province_is_known_too(properties: dict[str, Any], tmp_path: Path) -> None:
    run = read(tmp_path, feature(square(20.3, 105.9, 0.8), **properties))
    assert said(run) == [("province:33", "accepted", [])]
    assert apply(run)["province_boundaries"] == 1
    assert ProvinceBoundary.objects.get().province.code == "33"


def test_a_name_that_may_be_several_is_asked_about(tmp_path: Path) -> None:
    boundary = feature(at("12000"), ten="Hòa Bình")
    run = read(tmp_path, boundary)
    assert asked(run) == ("place:1", "12000|13000")
    with pytest.raises(Problem, match="import_open_questions"):
        apply(run)
    assert not CommuneBoundary.objects.exists()
    assert apply(runs.run_answer(run=run, answers={"place:1": "12000"}, by=None, now=NOW))["commune_boundaries"] == 1
    assert said(read(tmp_path, feature(at("12000"), ten="Xã Hòa Bình")))[0][:2] == ("commune:12000", "accepted")
    known = read(tmp_path, boundary, defaults={"province": "33"})
    assert said(known) == [("commune:12000", "accepted", ["boundary_unchanged"])]


def test_a_code_and_a_name_that_disagree_are_asked_about(tmp_path: Path) -> None:
    run = read(tmp_path, feature(at("11977"), code="12826", name="Tân Hưng", tinh="33"))
    assert asked(run) == ("place:1", "12826|11977")
    run = read(tmp_path, feature(at("11977"), code="11978", name="Tân Hưng", tinh="33"))
    assert asked(run) == ("place:1", "11977")
    assert codes(run.rows.get()) == ["place_code_unknown"]


def test_what_the_list_does_not_have_is_refused(tmp_path: Path) -> None:
    run = read(
        tmp_path,
        feature(at("11977"), code="99999"),
        feature(at("11977"), name="Không Có"),
        feature(at("11977"), color="red"),
        feature(at("11977"), tinh="Không Có"),
    )
    assert [one[1:] for one in said(run)] == [
        ("refused", ["place_unknown"]),
        ("refused", ["place_unknown"]),
        ("refused", ["place_missing"]),
        ("refused", ["place_unknown"]),
    ]
    with pytest.raises(Problem, match="import_nothing"):
        apply(run)
    wrong = read(tmp_path, feature(at("11977"), color="red"), answers={"place:1": "99999"})
    assert said(wrong) == [("", "refused", ["place_unknown"])]


def test_a_boundary_far_from_the_centre_is_asked_about(tmp_path: Path) -> None:
    """The right name in the wrong province, where only one of the name is known: its centre lies elsewhere."""
    run = read(tmp_path, feature(at("12826"), code="11977"))
    assert asked(run) == ("place:1", "11977")
    (note,) = [note for note in run.rows.get().notes if note["code"] == "place_far"]
    assert note["values"]["km"] == 47  # 0.445° of longitude, 0.065° of latitude
    again = runs.run_answer(run=run, answers={"place:1": "11977"}, by=None, now=NOW)
    assert said(again) == [("commune:11977", "accepted", [])]


def test_a_place_that_stands_there_twice_is_refused_wherever_it_stands(tmp_path: Path) -> None:
    run = read(
        tmp_path,
        feature(at("11977"), code="11977"),
        feature(at("12826"), code="12826"),
        feature(square(20.64, 106.09), code="11977"),
    )
    assert [one[:2] for one in said(run)] == [
        ("commune:11977", "refused"),
        ("commune:12826", "accepted"),
        ("commune:11977", "refused"),
    ]
    assert "boundary_repeated" in codes(run.rows.get(number=1))
    assert apply(run)["commune_boundaries"] == 1


# --- what is wrong with a boundary


def bow_tie() -> dict[str, Any]:
    ring = [[106.09, 20.63], [106.10, 20.64], [106.10, 20.63], [106.09, 20.64], [106.09, 20.63]]
    return {"type": "Polygon", "coordinates": [ring]}


def test_a_repair_is_proposed_and_taken_when_confirmed_and_says_by_whom(tmp_path: Path, cast: Cast) -> None:
    run = read(tmp_path, feature(bow_tie(), code="11977"))
    assert asked(run) == ("repair:1", "accept")
    again = runs.run_answer(run=run, answers={"repair": "accept"}, by=cast.binh, now=NOW)
    assert [one[:2] for one in said(again)] == [("commune:11977", "repaired")]
    apply(again, by=cast.cuong)
    boundary = CommuneBoundary.objects.get()
    assert boundary.proposal["by"] == str(cast.binh.id)
    assert boundary.proposal["before"]["coordinates"] == bow_tie()["coordinates"]
    # Read again by somebody else: the same boundary, and who confirmed it stays.
    once_more = read(tmp_path, feature(bow_tie(), code="11977"), answers={"repair": "accept"}, by=cast.em)
    assert apply(once_more)["commune_boundaries"] == 0
    assert CommuneBoundary.objects.get().proposal["by"] == str(cast.binh.id)


def test_what_is_no_area_is_refused(tmp_path: Path) -> None:
    run = read(tmp_path, feature({"type": "Point", "coordinates": [106.09, 20.63]}, code="11977"))
    assert said(run) == [("commune:11977", "refused", ["not_an_area"])]


def test_topojson_is_refused_with_a_sentence(tmp_path: Path) -> None:
    path = tmp_path / "xã.topojson"
    path.write_text('{"type": "Topology", "arcs": [], "objects": {}}', encoding="utf-8")
    run = read_path(path)
    assert (run.state, run.problem["code"]) == ("refused", "topojson")
    assert "TopoJSON" in runs.problem_words(run, "vi")
    assert "TopoJSON" in runs.problem_words(run, "en")


def test_other_formats_are_read_too(tmp_path: Path) -> None:
    path = tmp_path / "xã.csv"
    ring = at("11977")["coordinates"][0]
    wkt = "POLYGON((" + ", ".join(f"{x} {y}" for x, y in ring) + "))"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([["ma_xa", "ten_xa", "wkt"], ["11977", "Tân Hưng", wkt]])
    run = read_path(path, options=ReadOptions(epsg=4326))
    assert [one[:2] for one in said(run)] == [("commune:11977", "accepted")]


# --- taking them


def test_boundaries_are_recorded_and_audited(tmp_path: Path, cast: Cast) -> None:
    run = read(tmp_path, feature(at("11977"), code="11977"), feature(at("12826"), code="12826"), by=cast.binh)
    assert not CommuneBoundary.objects.exists()
    assert Event.objects.filter(action="places:recorded").count() == 1
    apply(run, by=cast.cuong)
    boundary = CommuneBoundary.objects.get(commune__code="11977")
    assert boundary.geometry == {"type": "MultiPolygon", "coordinates": [at("11977")["coordinates"]]}
    assert (boundary.south, boundary.west, boundary.north, boundary.east) == (20.63, 106.09, 20.64, 106.10)
    assert (boundary.source, boundary.imported_at, boundary.proposal) == ("ranh giới.geojson", NOW, {})
    event = Event.objects.filter(action="places:recorded").latest("index")
    assert (event.actor, event.subject) == (str(cast.cuong.id), f"import:{run.id}")
    assert json.loads(event.data)["boundaries"] == ["commune:11977", "commune:12826"]
    assert ReferenceRow.objects.get(row_id="11977").number == event.index
    assert list(verify()) == []


def test_another_file_replaces_a_boundary_and_says_so_first(tmp_path: Path) -> None:
    apply(read(tmp_path, feature(at("11977"), code="11977")))
    smaller = square(20.63, 106.09, 0.009)
    run = read(tmp_path, feature(smaller, code="11977"), name="mới.geojson")
    row = run.rows.get()
    assert codes(row) == ["boundary_replaces"]
    assert "24/11/2026, ranh giới.geojson" in " ".join(runs.row_words(row, "vi"))
    apply(run)
    assert CommuneBoundary.objects.get().north == 20.639


def test_a_place_that_ended_since_the_reading_keeps_all_from_being_taken(tmp_path: Path) -> None:
    run = read(tmp_path, feature(at("11977"), code="11977"), feature(at("12826"), code="12826"))
    ended = CommuneGiven(
        "12826", "33", "Thái Thụy", "Xã", 20.565, 106.545, valid_from=date(2025, 7, 1), valid_to=date(2026, 11, 1)
    )
    places_record(communes=[ended], source="", actor=audit.SYSTEM, now=NOW)
    with pytest.raises(Problem, match="request_invalid"):
        apply(run)
    assert not CommuneBoundary.objects.exists()
    assert ImportRun.objects.get().state == "checked"


def test_what_a_place_was_before_gets_a_boundary_too_but_keeps_its_own(tmp_path: Path) -> None:
    ward = CommuneGiven("11977", "33", "Tân Hưng", "Phường", 20.635, 106.095, valid_from=date(2026, 3, 1))
    places_record(communes=[ward], source="", actor=audit.SYSTEM, now=NOW)
    apply(read(tmp_path, feature(at("11977"), code="11977")))
    apply(read(tmp_path, feature(square(20.63, 106.09, 0.009), code="11977")))
    found = dict(CommuneBoundary.objects.values_list("commune__kind", "north"))
    assert found == {"Xã": 20.64, "Phường": 20.639}


def test_the_service_refuses_a_place_that_is_not_there() -> None:
    with pytest.raises(Problem, match="request_invalid") as caught:
        boundaries_record(
            [BoundaryGiven(COMMUNE, "11977", at("11977")), BoundaryGiven(COMMUNE, "99999", at("11977"))],
            actor=audit.SYSTEM,
            now=NOW,
        )
    assert [(error.path, error.code) for error in caught.value.errors] == [("[1].code", "unknown_place")]
    assert not CommuneBoundary.objects.exists()


def test_queries_do_not_grow_with_the_rows(tmp_path: Path) -> None:
    def counted(count: int) -> tuple[int, int]:
        rows = [feature(square(20.0, 106.0 + i / 50), code=f"{14000 + i}") for i in range(count)]
        places_record(
            communes=[
                CommuneGiven(f"{14000 + i}", "33", f"Xã Thử {i}", "Xã", 20.005, 106.005 + i / 50) for i in range(count)
            ],
            source="",
            actor=audit.SYSTEM,
            now=NOW,
        )
        with CaptureQueriesContext(connection) as reading:
            run = read(tmp_path, *rows)
        with CaptureQueriesContext(connection) as taking:
            assert apply(run)["commune_boundaries"] == count
        return len(reading), len(taking)

    few = counted(2)
    CommuneBoundary.objects.all().delete()
    assert counted(60) == few


# --- the command


def command(path: Path, *more: str) -> str:
    out = StringIO()
    call_command("import_boundaries", str(path), *more, stdout=out)
    return out.getvalue()


def test_the_command_checks_first_and_imports_when_told_to(tmp_path: Path) -> None:
    path = tmp_path / "xã.geojson"
    features = [feature(at("11977"), code="11977"), feature(bow_tie(), code="11977")]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features[:1]}), encoding="utf-8")
    assert "chưa nhập gì" in command(path)
    assert not CommuneBoundary.objects.exists()
    assert "đã nhập" in command(path, "--apply")
    assert CommuneBoundary.objects.count() == 1
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features[1:]}), encoding="utf-8")
    with pytest.raises(CommandError) as caught:
        command(path, "--apply")
    assert caught.value.returncode == 1
    assert "đã nhập" in command(path, "--apply", "--accept-repairs")
    assert CommuneBoundary.objects.get().proposal["by"] == audit.SYSTEM
