"""Corner tables: northing is x and easting is y; what is not sure is asked, what is written is kept."""

from decimal import Decimal
from pathlib import Path

import pyproj
import pytest
from geopy.distance import geodesic

from backend.registry.importing.rows import Outcome
from shared.geo.vn2000 import ZONES, from_wgs84
from tests.backend.registry.importing.files import (
    CORNERS,
    HECTARES,
    ZONE,
    codes,
    corner_lines,
    places,
    read,
    read_apart,
    refusal,
    table,
    text_file,
    values,
)

HEAD = "Số hiệu điểm;X (m);Y (m)"
SWAPPED = corner_lines([(y, x) for x, y in CORNERS])


def farthest_m(ring: list[list[float]], wanted: list[tuple[float, float]]) -> float:
    """The distance of the worst corner to the nearest wanted one."""
    return max(min(geodesic((lat, lon), (b, a)).meters for a, b in wanted) for lon, lat in ring)


def test_a_table_out_of_a_decision(tmp_path: Path) -> None:
    (row,) = read_apart(table(tmp_path))
    assert (row.outcome, row.epsg, codes(row)) == (Outcome.ACCEPTED, ZONE, ["zone_stated", "areas_both"])
    assert row.computed_ha == pytest.approx(HECTARES, abs=1e-6)
    assert row.corner_table.splitlines() == [
        "Số hiệu điểm\tX (m)\tY (m)",
        "1\t2283500,25\t561200,50",
        "2\t2283500,25\t561500,50",
        "3\t2283300,25\t561500,50",
        "4\t2283300,25\t561200,50",
    ]


def test_the_place_is_that_of_proj_and_of_the_phone(tmp_path: Path) -> None:
    (row,) = read(table(tmp_path))
    assert row.geometry is not None
    (ring,) = row.geometry["coordinates"]
    assert len(ring) == 5
    assert farthest_m(ring, places()) < 0.01
    unproject = pyproj.Transformer.from_crs(ZONE, 4756, always_xy=True)
    shift = pyproj.Transformer.from_pipeline("urn:ogc:def:coordinateOperation:EPSG::6960")
    degrees = [unproject.transform(y, x) for x, y in CORNERS]
    of_proj = [tuple(reversed(shift.transform(lat, lon))) for lon, lat in degrees]
    assert farthest_m(ring, of_proj) < 0.01
    # x taken for the easting would be another place altogether.
    assert 20.6 < ring[0][1] < 20.7


@pytest.mark.parametrize("zone", sorted(ZONES))
def test_every_zone(tmp_path: Path, zone: int) -> None:
    meridian = ZONES[zone].central_meridian_deg
    around = ((20.5, meridian), (20.5, meridian + 0.01), (20.51, meridian + 0.01), (20.51, meridian))
    grid = [from_wgs84(zone, lat=lat, lon=lon) for lat, lon in around]
    lines = [f"{n};{g.northing_m:.4f};{g.easting_m:.4f}" for n, g in enumerate(grid, 1)]
    (row,) = read(table(tmp_path, head=f"EPSG:{zone}", lines=lines), answers={"decimal": "point"})
    assert (row.epsg, row.outcome) == (zone, Outcome.ACCEPTED)
    assert row.geometry is not None
    assert farthest_m(row.geometry["coordinates"][0], [(lon, lat) for lat, lon in around]) < 0.01


@pytest.mark.parametrize(
    ("head", "zone"),
    [
        ("Hệ tọa độ VN-2000, kinh tuyến trục 105°30', múi chiếu 3°", 9209),
        ("KTT 105 độ 30 phút, mui chieu 3", 9209),
        ("Kinh tuyến trục 105,5", 9209),
        ("VN-2000 kinh tuyến trục 105°30′", 9209),
        ("Kinh tuyến trung ương 105°00', múi 6°", 3405),
        ("EPSG: 9210", 9210),
    ],
)
def test_the_zone_as_papers_state_it(tmp_path: Path, head: str, zone: int) -> None:
    assert read(table(tmp_path, head=head))[0].epsg == zone


def test_a_zone_that_nobody_said_is_asked_for(tmp_path: Path) -> None:
    path = table(tmp_path, head="Bảng tọa độ")
    (row,) = read(path)
    assert (row.outcome, row.geometry, row.epsg, row.taken) == (Outcome.QUESTION, None, None, None)
    asked = values(row, "zone_missing")
    assert asked["answer"] == "epsg:1"
    assert str(ZONE) in asked["choices"].split("|")
    assert "105°30′" in asked["zones"]
    assert row.computed_ha == pytest.approx(HECTARES)  # the plane knows without the zone
    for options in ({"answers": {"epsg": "9209"}}, {"answers": {"epsg:1": "9209"}}, {"epsg": 9209}):
        (again,) = read(path, **options)
        assert (again.outcome, again.epsg) == (Outcome.ACCEPTED, 9209)


def test_two_zones_are_a_question(tmp_path: Path) -> None:
    path = table(tmp_path)
    (row,) = read(path, epsg=9210)
    assert (row.outcome, values(row, "zone_conflict")["choices"]) == (Outcome.QUESTION, "9210|9209")
    assert read(path, epsg=9210, answers={"epsg": "9209"})[0].epsg == 9209


def test_a_zone_of_its_own_for_each_licence(tmp_path: Path) -> None:
    lines = [f"1/GP;105°30';{line}" for line in corner_lines()] + [f"2/GP;9210;{line}" for line in corner_lines()]
    lines += [f"3/GP;;{line}" for line in corner_lines()]
    rows = read(text_file(tmp_path, "Số giấy phép;Kinh tuyến trục;" + HEAD, *lines))
    assert [(row.name, row.epsg, row.outcome.value) for row in rows] == [
        ("1/GP", 9209, "accepted"),
        ("2/GP", 9210, "accepted"),
        ("3/GP", None, "question"),
    ]


@pytest.mark.parametrize("epsg", [999999, 4326, 4756, 5773])
def test_a_system_that_does_not_fit(tmp_path: Path, epsg: int) -> None:
    (row,) = read(table(tmp_path, head="Bảng"), epsg=epsg)
    assert (row.outcome, codes(row)[-1]) == (Outcome.REFUSED, "epsg_unfit")


def test_hn72_is_refused_and_a_zone_before_the_easting_taken_off(tmp_path: Path) -> None:
    lines = corner_lines([(x, y + 18_000_000) for x, y in CORNERS])
    (row,) = read(table(tmp_path, lines=lines))
    assert (row.outcome, codes(row)[-1]) == (Outcome.REFUSED, "hn72")
    lines = corner_lines([(x, y + 48_000_000) for x, y in CORNERS])
    (row,) = read(table(tmp_path, head="Bảng", lines=lines))
    assert (row.epsg, row.outcome) == (3405, Outcome.ACCEPTED)
    assert values(row, "zone_prefix") == {"prefix": "48"}


# --- the two axes


def test_swapped_columns_are_asked_about_and_not_guessed(tmp_path: Path) -> None:
    path = table(tmp_path, lines=SWAPPED)
    (row,) = read(path)
    assert (row.outcome, row.geometry) == (Outcome.QUESTION, None)
    asked = values(row, "axes_swapped")
    assert (asked["answer"], asked["choices"]) == ("axes:1", "swapped")
    assert (asked["first"], asked["second"]) == ("561200.5", "2283500.25")
    (turned,) = read(path, answers={"axes": "swapped"})
    assert (turned.outcome, "axes_turned" in codes(turned)) == (Outcome.ACCEPTED, True)
    assert turned.geometry is not None
    assert farthest_m(turned.geometry["coordinates"][0], places()) < 0.01
    # What is kept is what was written.
    assert turned.corner_table.splitlines()[1] == "1\t561200,50\t2283500,25"


def test_an_answer_for_the_file_turns_only_what_needs_it(tmp_path: Path) -> None:
    path = table(tmp_path, lines=["Khu 1;;", *corner_lines(), "Khu 2;;", *SWAPPED])
    assert [row.outcome.value for row in read(path)] == ["accepted", "question"]
    first, second = read(path, answers={"axes": "swapped"})
    assert [row.outcome.value for row in (first, second)] == ["accepted", "accepted"]
    assert ("axes_turned" in codes(first), "axes_turned" in codes(second)) == (False, True)
    assert first.geometry == second.geometry


def test_latitude_and_longitude_swapped(tmp_path: Path) -> None:
    lines = [f"{n};{lon:.8f};{lat:.8f}" for n, (lon, lat) in enumerate(places(), 1)]
    path = text_file(tmp_path, "Điểm;Vĩ độ;Kinh độ", *lines)
    (row,) = read(path)
    assert (row.outcome, codes(row)) == (Outcome.QUESTION, ["axes_swapped"])
    (turned,) = read(path, answers={"axes": "swapped"})
    assert turned.geometry is not None
    assert farthest_m(turned.geometry["coordinates"][0], places()) < 0.01


def test_metres_of_utm_on_wgs84_swapped(tmp_path: Path) -> None:
    """A system that is used elsewhere too, so that it may be right as it is."""
    path = table(tmp_path, head="Bảng", lines=SWAPPED)
    (row,) = read(path, epsg=32648)
    assert (row.outcome, values(row, "axes_swapped")["choices"]) == (Outcome.QUESTION, "swapped|as_written")
    assert read(path, epsg=32648, answers={"axes": "swapped"})[0].outcome is Outcome.ACCEPTED
    assert "outside_vietnam" in codes(read(path, epsg=32648, answers={"axes": "as_written"})[0])


def test_what_fits_no_way_round_is_refused(tmp_path: Path) -> None:
    (row,) = read(
        table(tmp_path, lines=corner_lines([*CORNERS[:3], (2_283_300.25, 61_200.50 - 60_000)])),
        answers={"decimal": "comma"},
    )
    assert (row.outcome, codes(row)[-1]) == (Outcome.REFUSED, "outside_zone")


# --- numbers


@pytest.mark.parametrize(
    ("x", "y"),
    [
        ("2283500,25", "561200,50"),
        ("2283500.25", "561200.50"),
        ("2.283.500,25", "561.200,50"),
        ("2,283,500.25", "561,200.50"),
        ("2 283 500,25", "561 200,50"),
        ("2\u00a0283\u00a0500,25", "561\u202f200,50"),
        ("2283500,250", "561200,500"),  # one reading is no place in Vietnam
    ],
)
def test_numbers_as_they_are_written(tmp_path: Path, x: str, y: str) -> None:
    (row,) = read(table(tmp_path, lines=[f"1;{x};{y}", *corner_lines()[1:]]))
    assert (row.outcome, row.computed_ha) == (Outcome.ACCEPTED, pytest.approx(HECTARES))
    assert f"1\t{x}\t{y}" in row.corner_table


def test_a_number_that_may_be_two_is_asked_about(tmp_path: Path) -> None:
    """Where the range tells, nobody is asked: no place here has a latitude of 20501 degrees."""
    lines = [f"{n};20,{lat};106.{lon}" for n, (lat, lon) in enumerate([(501, 101), (501, 109), (509, 109)], 1)]
    (row,) = read(text_file(tmp_path, "Điểm;Vĩ độ;Kinh độ", *lines))
    assert (row.outcome, codes(row)) == (Outcome.ACCEPTED, ["numbers_by_range"])
    path = table(tmp_path, lines=["1;1.501;561200,50", *corner_lines()[1:]])
    (row,) = read(path)
    asked = values(row, "coordinate_ambiguous")
    assert (row.outcome, row.geometry) == (Outcome.QUESTION, None)
    assert (asked["answer"], asked["choices"], {asked["one"], asked["other"]}) == (
        "decimal:1",
        "comma|point",
        {"1501", "1.501"},
    )


@pytest.mark.parametrize("value", ["", "?", "1.2.3,4", "2283500..25", "=1+1", "#REF!"])
def test_a_number_that_is_none(tmp_path: Path, value: str) -> None:
    (row,) = read(table(tmp_path, lines=[f"1;{value};561200,50", *corner_lines()[1:]]))
    assert (row.outcome, codes(row)[-1]) == (Outcome.REFUSED, "coordinate_unreadable")
    assert values(row, "coordinate_unreadable")["label"] == "1"


def test_degrees_minutes_seconds(tmp_path: Path) -> None:
    lines = ["1;20°38'29,05\"N;106°02'34,8\"E", "2;20 38 29.05;106 02 44.8", "3;20°38′19,05″;106°02′44,8″"]
    (row,) = read(text_file(tmp_path, "Điểm;Vĩ độ;Kinh độ", *lines))
    assert (row.outcome, row.epsg) == (Outcome.ACCEPTED, 4326)
    assert row.geometry is not None
    assert [106.04300000, 20.64140278] in row.geometry["coordinates"][0]


@pytest.mark.parametrize(
    ("header", "cell", "hectares"),
    [
        ("Diện tích", "298,2633 ha", "298.2633"),
        ("Diện tích", "10, 359.5982", "10359.5982"),
        ("Diện tích (ha)", "6", "6"),
        ("Diện tích (m2)", "60000", "6.0000"),
        ("Diện tích", "60.000,5 m²", "6.00005"),
        ("Diện tích (km2)", "0,06", "6.00"),
        ("areaKm2", "0.06", "6.00"),
    ],
)
def test_declared_areas_as_they_are_written(tmp_path: Path, header: str, cell: str, hectares: str) -> None:
    lines = [f"{corner};{cell if n == 0 else ''}" for n, corner in enumerate(corner_lines())]
    (row,) = read(text_file(tmp_path, "EPSG:9209", f"{HEAD};{header}", *lines))
    assert row.declared_ha == Decimal(hectares)
    wanted = (HECTARES / float(Decimal(hectares)) - 1) * 100
    assert row.difference_percent == pytest.approx(wanted, abs=0.001)
    assert ("area_differs" in codes(row)) == (abs(wanted) > 1)


def test_the_difference_is_shown(tmp_path: Path) -> None:
    lines = [f"{corner};6,5 ha" for corner in corner_lines()]
    (row,) = read(text_file(tmp_path, "EPSG:9209", f"{HEAD};Diện tích", *lines))
    said = values(row, "area_differs")
    assert (said["declared"], said["computed"], said["percent"]) == (
        "6.5",
        pytest.approx(6.0),
        pytest.approx(-7.692, abs=0.001),
    )


def test_an_area_that_may_be_two_numbers(tmp_path: Path) -> None:
    path = text_file(tmp_path, "EPSG:9209", f"{HEAD};Diện tích (ha)", *[f"{c};6.000" for c in corner_lines()])
    (row,) = read(path)
    assert (row.outcome, values(row, "number_ambiguous")["choices"]) == (Outcome.QUESTION, "6000|6.000")
    assert read(path, answers={"decimal": "point"})[0].declared_ha == Decimal("6.000")
    assert read(path, answers={"number:1": "6000"})[0].declared_ha == Decimal(6000)


# --- lines and areas


def test_areas_by_title_by_blank_line_and_by_column(tmp_path: Path) -> None:
    by_title = read(table(tmp_path, lines=["Khu I;;", *corner_lines(), "Khu II;;", *corner_lines()]))
    assert [row.name for row in by_title] == ["Khu I", "Khu II"]
    by_blank = read(table(tmp_path, lines=[*corner_lines(), ";;", *corner_lines()]))
    assert len(by_blank) == 2
    lines = [f"{name};{line}" for name in ("1/GP", "2/GP") for line in corner_lines()]
    by_column = read(text_file(tmp_path, "EPSG:9209", f"Số giấy phép;{HEAD}", *lines))
    assert [(row.name, len(row.corner_table.splitlines())) for row in by_column] == [("1/GP", 5), ("2/GP", 5)]


def test_totals_and_headers_between_are_passed_over_with_a_note(tmp_path: Path) -> None:
    lines = [*corner_lines(), "Tổng diện tích: 6 ha;;", "Ghi chú: không;;"]
    (row,) = read(table(tmp_path, lines=lines))
    assert row.outcome is Outcome.ACCEPTED
    assert codes(row).count("total_skipped") == 2


def test_a_header_of_every_page_is_passed_over(tmp_path: Path) -> None:
    lines = [f"1/GP;{line}" for line in corner_lines()]
    head = f"Số giấy phép;{HEAD}"
    (row,) = read(text_file(tmp_path, "EPSG:9209", head, *lines[:2], head, *lines[2:]))
    assert (row.outcome, row.computed_ha) == (Outcome.ACCEPTED, pytest.approx(HECTARES))
    assert values(row, "header_repeated_line") == {"line": 5}


def test_the_same_area_again_is_a_question(tmp_path: Path) -> None:
    lines = [f"{name};{line}" for name in ("1/GP", "2/GP", "1/GP") for line in corner_lines()]
    path = text_file(tmp_path, "EPSG:9209", f"Số giấy phép;{HEAD}", *lines)
    assert [row.outcome.value for row in read(path)] == ["accepted", "accepted", "question"]
    assert [row.outcome.value for row in read(path, answers={"group": "separate"})] == ["accepted"] * 3


def test_one_label_at_two_places_is_a_question(tmp_path: Path) -> None:
    lines = corner_lines()
    path = table(tmp_path, lines=[*lines[:3], lines[3].replace("4;", "1;", 1)])
    (row,) = read(path)
    assert (row.outcome, values(row, "label_twice")["label"]) == (Outcome.QUESTION, "1")
    assert read(path, answers={"labels": "keep"})[0].outcome is Outcome.ACCEPTED


def test_a_closing_corner_is_no_corner_more(tmp_path: Path) -> None:
    closed = [*corner_lines(), corner_lines()[0]]
    (row,) = read(table(tmp_path, lines=closed))
    assert (row.outcome, row.geometry) == (Outcome.ACCEPTED, read(table(tmp_path))[0].geometry)
    assert len(row.corner_table.splitlines()) == 6


def test_a_table_that_crosses_itself_is_proposed_a_repair(tmp_path: Path) -> None:
    lines = corner_lines([CORNERS[0], CORNERS[2], CORNERS[1], CORNERS[3]])
    path = table(tmp_path, lines=lines)
    (row,) = read(path)
    assert (row.outcome, row.taken) == (Outcome.QUESTION, None)
    assert row.geometry is not None
    assert row.proposed is not None
    assert values(row, "repair_proposed")["parts"] == 2
    (taken,) = read(path, answers={"repair:1": "accept"})
    assert (taken.outcome, taken.taken) == (Outcome.REPAIRED, row.proposed)
    assert taken.geometry == row.geometry  # what the paper says stays beside it


def test_places_are_no_corners(tmp_path: Path) -> None:
    path = text_file(tmp_path, "name,lat,lon", "Mỏ A,20.5,106.1", "Mỏ B,20.6,106.2", "Mỏ C,20.7,106.3")
    assert all(row.outcome is Outcome.REFUSED for row in read(path))


def test_no_coordinates_at_all(tmp_path: Path) -> None:
    refused = refusal(text_file(tmp_path, "Số giấy phép;Chủ", "1/GP;A"))
    assert (refused.code, refused.values) == ("no_coordinate_columns", {"found": "Số giấy phép, Chủ"})


def test_columns_may_be_named(tmp_path: Path) -> None:
    path = text_file(tmp_path, "EPSG:9209", "c1;c2;c3", *corner_lines())
    (row,) = read(path, columns={"label": "c1", "northing": "c2", "easting": "c3"})
    assert (row.outcome, row.computed_ha) == (Outcome.ACCEPTED, pytest.approx(HECTARES))


def test_a_slipped_line_is_refused(tmp_path: Path) -> None:
    (row,) = read(table(tmp_path, lines=[*corner_lines()[:3], "4;2283300,25;561200,50;7"]))
    assert (row.outcome, codes(row)[-1]) == (Outcome.REFUSED, "line_too_wide")
