"""VN-2000: pairs and vectors with known answers, made by others, beside `shared.geo.vn2000`."""

import csv
import json
from pathlib import Path

import pytest
from pyproj import Geod

from backend.registry.importing.zones import suspect_axes
from shared.geo.vn2000 import DATUM, PROVINCE_ZONES, ZONES, from_wgs84, suggested_zone, to_wgs84

FOLDER = "08_vn2000"
GEOD = Geod(ellps="WGS84")


def rows(corpora: Path, name: str) -> list[dict[str, str]]:
    with (corpora / FOLDER / f"{name}.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def metres(lat: float, lon: float, row: dict[str, str], which: str) -> float:
    return float(GEOD.inv(lon, lat, float(row[f"lon_{which}"]), float(row[f"lat_{which}"]))[2])


def test_pairs_made_with_proj(corpora: Path, corpora_summary: list[str]) -> None:
    """Communes of Hưng Yên; the plane to a tenth of a millimetre, both ways."""
    pairs = rows(corpora, "proj_reference_vectors")
    assert len(pairs) >= 50
    worst = 0.0
    for row in pairs:
        epsg, northing, easting = int(row["epsg"]), float(row["northing_x"]), float(row["easting_y"])
        there = to_wgs84(epsg, northing_m=northing, easting_m=easting)
        back = from_wgs84(epsg, lat=float(row["lat_wgs84"]), lon=float(row["lon_wgs84"]))
        worst = max(worst, metres(there.lat, there.lon, row, "wgs84"))
        worst = max(worst, abs(back.northing_m - northing), abs(back.easting_m - easting))
    corpora_summary.append(f"VN-2000: {len(pairs)} cặp toạ độ / pairs, lệch nhất / worst {worst * 1000:.2f} mm")
    assert worst <= 0.005
    table = [(float(row["northing_x"]), float(row["easting_y"])) for row in pairs]
    assert suspect_axes(table, degrees=False) == ""
    assert suspect_axes([(second, first) for first, second in table], degrees=False) == "swapped"


def test_vectors_of_other_programs_are_as_far_off_as_is_known_of_them(corpora: Path) -> None:
    """They turned the other way: each carries how far it is from EPSG:6960, and what that would say."""
    vectors = rows(corpora, "third_party_vectors")
    assert vectors
    for row in vectors:
        epsg = next(
            e for e, zone in ZONES.items() if (zone.central_meridian_deg, zone.scale) == (float(row["lon0"]), 0.9999)
        )
        there = to_wgs84(
            epsg,
            northing_m=float(row["northing"]),
            easting_m=float(row["easting"]),
            height_m=float(row["h_vn2000"]),
        )
        assert metres(there.lat, there.lon, row, "epsg6960") <= 0.005
        assert metres(there.lat, there.lon, row, "claimed") == pytest.approx(
            float(row["dist_m_to_epsg6960"]), abs=0.005
        )


def test_parameters(corpora: Path) -> None:
    given = json.loads((corpora / FOLDER / "parameters.json").read_text(encoding="utf-8"))
    for name in ("tx_m", "ty_m", "tz_m", "rx_arcsec", "ry_arcsec", "rz_arcsec", "ds_ppm"):
        assert getattr(DATUM, name) == given[name], name
    zone = ZONES[given["hung_yen"]["epsg"]]
    assert zone.central_meridian_deg == given["hung_yen"]["lon_0"]
    assert suggested_zone("Hưng Yên") == suggested_zone("Thái Bình") == zone


def test_zones(corpora: Path) -> None:
    listed = rows(corpora, "epsg_vn2000_crs")
    assert {int(row["epsg"]) for row in listed} == set(ZONES)
    for row in listed:
        zone = ZONES[int(row["epsg"])]
        assert (zone.name, zone.central_meridian_deg, zone.scale) == (row["name"], float(row["lon_0"]), float(row["k"]))
        assert float(row["x_0"]) == 500_000


def test_meridians_by_province(corpora: Path) -> None:
    provinces = rows(corpora, "central_meridian_by_province_63")
    assert len(provinces) == len(PROVINCE_ZONES) == 63
    for row in provinces:
        zone = suggested_zone(row["province_key"].replace("_", " "))
        assert zone is not None, row
        assert (zone.epsg, zone.central_meridian_deg) == (int(row["epsg"]), float(row["lon0_vn2000converter"])), row
