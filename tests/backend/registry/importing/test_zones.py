"""What a table says about its own zone: read where it can be read in one way, else asked about."""

import pytest

from backend.registry.importing import projecting
from backend.registry.importing.zones import suspect_axes, zone_stated
from shared.geo.vn2000 import ZONES, from_wgs84


@pytest.mark.parametrize(
    ("text", "epsg"),
    [
        ("Hệ tọa độ VN-2000, kinh tuyến trục 105°30', múi chiếu 3°", 9209),
        ("VN2000 KTT 105 độ 30 phút múi 3 độ", 9209),
        ("kinh tuyến trục 105⁰30' múi chiếu 3⁰", 9209),
        ("Kinh tuyến trục 1050 30'", 9209),
        ("kinh tuyến trục 105 30'", 9209),
        ("kinh tuyến trục 10530'", 9209),
        ("kinh tuyến trục 105,5", 9209),
        ("KTTƯ 105°30'", 9209),
        ("L0 = 105°30'", 9209),
        ("VN-2000 / TM-3 105-30", 9209),
        ("kinh tuyến trục 105°, múi chiếu 3°", 5897),
        ("kinh tuyến trục 105° múi 6°", 3405),
        ("kinh tuyến trục 105°00', múi chiếu 60", 3405),
        ("kinh tuyến trục 105°00' múi chiếu 6⁰", 3405),
        ("kinh tuyến trục 107°45' múi chiếu 30", 5899),
        ("kinh tuyến trục 105", 5897),
        ("EPSG:9209", 9209),
    ],
)
def test_stated_zones_are_read(text: str, epsg: int) -> None:
    assert zone_stated(text) == epsg


@pytest.mark.parametrize(
    "text",
    [
        "kinh tuyến trục 105 30",  # degrees and minutes, or a meridian and something else
        "kinh tuyến trục 10530",
        "kinh tuyến trục 105°305",
        "kinh tuyến trục 105°17'",  # no zone has it
        "kinh tuyến trục 105°30', múi chiếu 4,5",
        "tọa độ điểm góc",
    ],
)
def test_what_is_not_read_for_certain_is_none(text: str) -> None:
    assert zone_stated(text) is None


@pytest.mark.parametrize("epsg", [2044, 2045, 4147])
def test_a_datum_without_a_known_way_to_wgs84_is_not_projected(epsg: int) -> None:
    """Hà Nội-72: what PROJ has for it is no official shift, or none at all."""
    reference = projecting.of_epsg(epsg)
    assert reference is None or not projecting.can_project(reference)


PLACES = [(8.6, 104.8), (10.4, 107.2), (16.0, 108.2), (20.7, 106.0), (23.3, 105.3)]  # from Cà Mau to Đồng Văn


@pytest.mark.parametrize("epsg", ZONES)
def test_columns_the_wrong_way_round_are_recognised_in_every_zone(epsg: int) -> None:
    places = [(lat, lon) for lat, lon in PLACES if abs(lon - ZONES[epsg].central_meridian_deg) <= 3]
    rows = [tuple(from_wgs84(epsg, lat=lat, lon=lon)) for lat, lon in places]
    turned = [(easting, northing) for northing, easting in rows]
    if rows:
        assert (suspect_axes(rows, degrees=False), suspect_axes(turned, degrees=False)) == ("", "swapped")
        assert suspect_axes([*rows, (288_884.9, 556_370.1)], degrees=False) == "neither"
        assert suspect_axes([rows[0], (rows[0][1], rows[0][0])], degrees=False) == "neither"
