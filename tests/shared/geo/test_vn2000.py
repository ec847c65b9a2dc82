"""VN-2000 in pure Python beside PROJ: over the whole country, every zone, both widths, there and back."""

import math
import random
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Transformer
from pyproj.crs import CoordinateOperation

from shared.geo.vn2000 import (
    DATUM,
    ZONES,
    Grid,
    LatLon,
    from_wgs84,
    project,
    to_wgs84,
    unproject,
)
from tests.shared.geo.measuring import geodesic_m
from tests.shared.strategies import examples

# Land, shelf and islands: Cà Mau to Đồng Văn, Mường Nhé to Trường Sa.
COUNTRY = [(7.5 + row * 0.7, 102.0 + column) for row in range(24) for column in range(14)]
MILLIMETRE = 0.001
# A millimetre is promised of the projection. The series is PROJ's, so a wrong digit in it would show far below that.
PROJECTION_M, WHOLE_WAY_M = 1e-7, 0.005

latitudes, longitudes = st.floats(7.5, 23.6), st.floats(102.0, 115.0)
epsgs = st.sampled_from(sorted(ZONES))
many = settings(examples, max_examples=150)


@cache
def projection(epsg: int) -> Transformer:
    """(lon, lat) of VN-2000 → (easting, northing)."""
    return Transformer.from_crs(4756, epsg, always_xy=True)


@cache
def datum() -> Transformer:
    """(lat, lon) of VN-2000 → WGS84, pinned: left to itself PROJ may take another operation, 0.7 m away."""
    return Transformer.from_pipeline("urn:ogc:def:coordinateOperation:EPSG::6960")


@cache
def with_heights(convention: str = "coordinate_frame") -> Transformer:
    """(lat, lon, height) of VN-2000 → WGS84; the numbers are those of the registry, read from PROJ's copy."""
    names = {parameter.name: parameter.value for parameter in CoordinateOperation.from_epsg(6960).params}
    x, y, z = (names[f"{axis}-axis translation"] for axis in "XYZ")
    rx, ry, rz = (names[f"{axis}-axis rotation"] for axis in "XYZ")
    return Transformer.from_pipeline(
        "+proj=pipeline +step +proj=axisswap +order=2,1 +step +proj=unitconvert +xy_in=deg +xy_out=rad"
        f" +step +proj=cart +ellps=WGS84 +step +proj=helmert +x={x} +y={y} +z={z} +rx={rx} +ry={ry} +rz={rz}"
        f" +s={names['Scale difference']} +convention={convention} +step +inv +proj=cart +ellps=WGS84"
        " +step +proj=unitconvert +xy_in=rad +xy_out=deg +step +proj=axisswap +order=2,1"
    )


def apart_m(one: Grid, other: Grid) -> float:
    return math.dist(one, other)


def proj_grid(epsg: int, lat: float, lon: float) -> Grid:
    easting, northing = projection(epsg).transform(lon, lat)
    return Grid(northing, easting)


def proj_degrees(epsg: int, grid: Grid) -> LatLon:
    lon, lat = projection(epsg).transform(grid.easting_m, grid.northing_m, direction="INVERSE")
    return LatLon(lat, lon)


def proj_to_wgs84(epsg: int, grid: Grid) -> LatLon:
    there = proj_degrees(epsg, grid)
    return LatLon(*datum().transform(there.lat, there.lon))


# --- agreement with PROJ


@pytest.mark.parametrize("epsg", ZONES)
def test_the_projection_over_the_whole_country(epsg: int) -> None:
    for lat, lon in COUNTRY:
        grid = proj_grid(epsg, lat, lon)
        assert apart_m(project(epsg, lat=lat, lon=lon), grid) <= PROJECTION_M, (lat, lon)
        back = unproject(epsg, northing_m=grid.northing_m, easting_m=grid.easting_m)
        assert geodesic_m(back, (lat, lon)) <= 1e-6, (lat, lon)


@pytest.mark.parametrize("epsg", ZONES)
def test_the_whole_way_over_the_whole_country(epsg: int) -> None:
    for lat, lon in COUNTRY:
        grid = proj_grid(epsg, lat, lon)
        there = proj_to_wgs84(epsg, grid)
        assert geodesic_m(to_wgs84(epsg, northing_m=grid.northing_m, easting_m=grid.easting_m), there) <= WHOLE_WAY_M
        back = proj_grid(epsg, *datum().transform(lat, lon, direction="INVERSE"))
        assert apart_m(from_wgs84(epsg, lat=lat, lon=lon), back) <= WHOLE_WAY_M


@many
@given(epsgs, latitudes, longitudes)
def test_any_place_of_the_country_in_any_zone(epsg: int, lat: float, lon: float) -> None:
    grid = project(epsg, lat=lat, lon=lon)
    assert apart_m(grid, proj_grid(epsg, lat, lon)) <= PROJECTION_M
    said = to_wgs84(epsg, northing_m=grid.northing_m, easting_m=grid.easting_m)
    assert geodesic_m(said, proj_to_wgs84(epsg, grid)) <= WHOLE_WAY_M
    back = datum().transform(lat, lon, direction="INVERSE")
    assert apart_m(from_wgs84(epsg, lat=lat, lon=lon), proj_grid(epsg, *back)) <= WHOLE_WAY_M


@many
@given(latitudes, longitudes, st.floats(-100, 9000))
def test_with_heights(lat: float, lon: float, height: float) -> None:
    """Both heights above the VN-2000 ellipsoid: PROJ's three-dimensional way, a tenth of a millimetre."""
    grid = project(5897, lat=lat, lon=lon)
    said = to_wgs84(5897, northing_m=grid.northing_m, easting_m=grid.easting_m, height_m=height)
    true_lat, true_lon, above_wgs84 = with_heights().transform(lat, lon, height)
    assert geodesic_m(said, (true_lat, true_lon)) <= 1e-4
    assert above_wgs84 == pytest.approx(height, abs=45)
    assert apart_m(from_wgs84(5897, lat=true_lat, lon=true_lon, height_m=height), grid) <= 1e-4


@many
@given(epsgs, latitudes, longitudes, st.floats(0, 3200))
def test_there_and_back(epsg: int, lat: float, lon: float, height: float) -> None:
    """From the plane, and from the receiver."""
    grid = project(epsg, lat=lat, lon=lon)
    wgs84 = to_wgs84(epsg, northing_m=grid.northing_m, easting_m=grid.easting_m, height_m=height)
    assert apart_m(from_wgs84(epsg, lat=wgs84.lat, lon=wgs84.lon, height_m=height), grid) <= MILLIMETRE
    plane = from_wgs84(epsg, lat=lat, lon=lon, height_m=height)
    again = to_wgs84(epsg, northing_m=plane.northing_m, easting_m=plane.easting_m, height_m=height)
    assert geodesic_m(again, (lat, lon)) <= MILLIMETRE
    assert geodesic_m(unproject(epsg, northing_m=grid.northing_m, easting_m=grid.easting_m), (lat, lon)) <= MILLIMETRE


def test_the_parameters_are_the_registrys() -> None:
    operation = CoordinateOperation.from_epsg(6960)
    assert operation.method_name == "Coordinate Frame rotation (geog2D domain)"
    assert {parameter.name: parameter.value for parameter in operation.params} == {
        "X-axis translation": DATUM.tx_m,
        "Y-axis translation": DATUM.ty_m,
        "Z-axis translation": DATUM.tz_m,
        "X-axis rotation": DATUM.rx_arcsec,
        "Y-axis rotation": DATUM.ry_arcsec,
        "Z-axis rotation": DATUM.rz_arcsec,
        "Scale difference": DATUM.ds_ppm,
    }


@pytest.mark.parametrize(("lat", "lon", "turned_m"), [(8.6, 105.0, 0.52), (20.69, 106.04, 0.75), (23.3, 105.3, 0.80)])
def test_the_two_usual_mistakes_show(lat: float, lon: float, turned_m: float) -> None:
    """No change of datum is some 200 m off; rotations copied with the other convention half a metre and more."""
    grid = project(9209, lat=lat, lon=lon)
    there = to_wgs84(9209, northing_m=grid.northing_m, easting_m=grid.easting_m)
    assert 180 < geodesic_m(there, (lat, lon)) < 230
    turned = with_heights("position_vector").transform(lat, lon, 0.0)
    assert geodesic_m(there, turned[:2]) == pytest.approx(turned_m, abs=0.01)


@pytest.mark.parametrize("convert", [project, from_wgs84])
@pytest.mark.parametrize(
    ("lat", "lon"),
    [(math.nan, 105.0), (21.0, math.inf), (91.0, 105.0), (105.0, 21.0), (21.0, 181.0), (21.0, 74.9), (21.0, -75.0)],
)
def test_what_is_no_place_of_the_zone(convert: object, lat: float, lon: float) -> None:
    assert callable(convert)
    with pytest.raises(ValueError, match=r"lies|not a number"):
        convert(5897, lat=lat, lon=lon)


@pytest.mark.parametrize("convert", [unproject, to_wgs84])
@pytest.mark.parametrize(
    ("northing", "easting"),
    [(math.nan, 5e5), (2.3e6, math.inf), (2.3e6, 18_500_000.0), (2.3e6, 48_500_000.0), (1.1e7, 5e5), (-1.1e7, 5e5)],
)
def test_what_is_no_plane_coordinate(convert: object, northing: float, easting: float) -> None:
    assert callable(convert)
    with pytest.raises(ValueError, match=r"is no place|not a number"):
        convert(5897, northing_m=northing, easting_m=easting)


def test_heights_must_be_numbers_and_zones_known() -> None:
    with pytest.raises(ValueError, match="height_m"):
        to_wgs84(5897, northing_m=2.3e6, easting_m=5e5, height_m=math.nan)
    with pytest.raises(ValueError, match="height_m"):
        from_wgs84(5897, lat=21, lon=105, height_m=math.inf)
    for wrong in (4756, 32648):
        with pytest.raises(ValueError, match="is no VN-2000 zone"):
            to_wgs84(wrong, northing_m=2.3e6, easting_m=5e5)


def test_the_series_holds_as_far_as_it_is_let() -> None:
    """Thirty degrees from the meridian, from pole to pole."""
    chance = random.Random(11)
    for _ in range(300):
        lat, lon = chance.uniform(-89, 89), 105 + chance.uniform(-29.9, 29.9)
        grid = project(5897, lat=lat, lon=lon)
        assert apart_m(grid, proj_grid(5897, lat, lon)) <= 1e-6
        assert geodesic_m(unproject(5897, northing_m=grid.northing_m, easting_m=grid.easting_m), (lat, lon)) < 0.001
