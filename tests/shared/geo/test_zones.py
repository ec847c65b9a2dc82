"""The table of zones beside PROJ's copy of the EPSG registry."""

import re
import sqlite3
import unicodedata
from contextlib import closing
from itertools import product
from pathlib import Path

import pytest
import vietnamadminunits.database
from pyproj import CRS
from pyproj.database import query_crs_info
from pyproj.enums import PJType

from shared.geo.zones import MERGED_ZONES, PROVINCE_ZONES, ZONES, suggested_zone, zone, zone_of_commune
from shared.vietnamese import search_key


def areas_of_use() -> dict[int, str]:
    """What EPSG says of where each zone is used; some have it twice, once for the whole strip."""
    found: dict[int, str] = {}
    for info in query_crs_info(auth_name="EPSG", pj_types=PJType.PROJECTED_CRS):
        if info.name.startswith("VN-2000 /") and info.area_of_use:
            code = int(info.code)
            found[code] = found.get(code, "") + " " + info.area_of_use.name.replace("-", " ").lower()
    return found


def test_every_plane_system_of_the_registry_is_there() -> None:
    assert set(ZONES) == set(areas_of_use())
    assert len(ZONES) == 20


@pytest.mark.parametrize("epsg", ZONES)
def test_every_number_is_the_registrys(epsg: int) -> None:
    crs = CRS.from_epsg(epsg)
    operation = crs.coordinate_operation
    assert operation is not None
    assert operation.method_name == "Transverse Mercator"
    assert {parameter.name: parameter.value for parameter in operation.params} == {
        "Latitude of natural origin": 0.0,
        "Longitude of natural origin": ZONES[epsg].central_meridian_deg,
        "Scale factor at natural origin": ZONES[epsg].scale,
        "False easting": 500_000.0,
        "False northing": 0.0,
    }
    assert crs.name == ZONES[epsg].name
    assert ZONES[epsg].epsg == epsg
    geodetic = crs.geodetic_crs
    assert geodetic is not None
    assert geodetic.to_epsg() == 4756


def test_every_province_is_where_the_registry_says() -> None:
    """And in no other zone's list. (EPSG still lists Hà Tây, which has been Hà Nội since 2008.)"""
    areas = areas_of_use()
    for (name, epsg), other in product(PROVINCE_ZONES.items(), areas):
        named = re.search(rf"\b{search_key(name)}\b", areas[other]) is not None
        assert named == (other == epsg), (name, epsg, other)


def test_all_provinces_before_the_mergers_are_there() -> None:
    provinces = vietnamadminunits.database.get_data(["province"], "admin_units_legacy")
    names = {row["province"] for row in provinces if row["province"]}
    assert len(names) == len(PROVINCE_ZONES) == 63
    found = {name: suggested_zone(name) for name in names}
    assert None not in found.values()
    # Each of the table's names is meant by exactly one of them.
    assert sorted(one.epsg for one in found.values() if one) == sorted(PROVINCE_ZONES.values())


@pytest.mark.parametrize(
    ("written", "epsg"),
    [
        ("Hưng Yên", 9209),
        ("tỉnh HƯNG YÊN", 9209),
        ("Thái Bình", 9209),
        ("hung yen", 9209),
        ("Tỉnh Hoà Bình", 9211),
        ("Hòa Bình", 9211),
        (unicodedata.normalize("NFD", "Tỉnh Hòa Bình"), 9211),
        ("TP. Hồ Chí Minh", 9210),
        ("Thành phố Hồ Chí Minh", 9210),
        ("TP.HCM", 9210),
        ("TPHCM", 9210),
        ("Bà Rịa – Vũng Tàu", 5899),
        ("Ba Ria-Vung Tau", 5899),
        ("Thừa Thiên - Huế", 9214),
        ("Thành phố Huế", 9214),
        ("Đắc Lắc", 9218),
        ("Đăk Nông", 9218),
        ("Bắc Cạn", 9213),
    ],
)
def test_a_province_in_any_spelling(written: str, epsg: int) -> None:
    assert suggested_zone(written) == ZONES[epsg]


@pytest.mark.parametrize("written", ["", "tỉnh", "Thành phố", "Hưng", "Sài Gòn xưa", "Hưng Yên 2"])
def test_what_is_no_province(written: str) -> None:
    assert suggested_zone(written) is None


@pytest.mark.parametrize("epsg", [0, 4756, 4326, 32648, 9219])
def test_what_is_no_zone(epsg: int) -> None:
    with pytest.raises(ValueError, match=f"EPSG:{epsg} is no VN-2000 zone; known are 3405, 3406, 5896"):
        zone(epsg)


def test_the_tables_cannot_be_changed() -> None:
    for table in (ZONES, PROVINCE_ZONES, MERGED_ZONES):
        with pytest.raises(TypeError):
            table["x"] = 1  # type: ignore[index]  # what a careless caller would do


# --- provinces of today


def test_a_province_of_today_has_a_zone_exactly_where_all_it_was_made_of_had_that_one() -> None:
    """By the communes of the package: one of today carries the code of one it was made of."""
    path = Path(vietnamadminunits.database.__file__).parents[1] / "data" / "dataset.db"
    with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as connection:
        rows = connection.execute(
            "SELECT DISTINCT n.provinceCode, o.province FROM admin_units n JOIN admin_units_legacy o"
            " ON n.wardCode = o.wardCode"
        ).fetchall()
    found: dict[str, set[int]] = {}
    for code, province in rows:
        before = suggested_zone(province)
        assert before is not None, province
        found.setdefault(code, set()).add(before.epsg)
    assert len(found) == 34
    assert {code: zones.pop() for code, zones in found.items() if len(zones) == 1} == MERGED_ZONES


def test_a_commune_of_a_mixed_province_is_told_by_its_former_one() -> None:
    assert zone_of_commune("33", ()) == ZONES[9209]
    assert zone_of_commune("31", ["Xã A, Huyện B, Tỉnh Hải Dương", "xã A cũ"]) == ZONES[9209]
    assert zone_of_commune("31", ["Xã A, Huyện B, Tỉnh Hải Dương", "Xã C, Huyện D, Thành phố Hải Phòng"]) is None
    assert zone_of_commune("31", ["Hải Dương"]) is None  # the name of a commune, not of its province
    assert zone_of_commune("", ()) is None


def test_every_zone_says_its_meridian() -> None:
    assert ZONES[9208].title == "VN-2000 / TM-3 104-45, 104°45'"
    assert ZONES[5897].title == "VN-2000 / TM-3 zone 482, 105°00'"
