"""Shapefiles in a zip and GeoPackages, made by GDAL as a department's GIS makes them."""

import sqlite3
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio.raw  # type: ignore[import-untyped,unused-ignore]
import pyproj
import pytest
import shapely
from shapely.geometry import Point, Polygon

from backend.registry.importing.rows import Outcome
from tests.backend.registry.importing.files import (
    BOW_TIE,
    CORNERS,
    HECTARES,
    RING,
    ZONE,
    codes,
    places,
    read_apart,
    refusal,
    values,
)

PIT = Polygon([(y, x) for x, y in CORNERS])  # GIS files have the easting first
FIELDS = {"SO_GP": ["1/GP"], "DIENTICH": ["6 ha"]}


def layer(
    path: Path, shapes: Sequence[Any], fields: dict[str, list[Any]], crs: str | None, kind: str, **more: Any
) -> Path:
    pyogrio.raw.write(
        path,
        np.array([shapely.to_wkb(shape) if shape is not None else None for shape in shapes], dtype=object),
        [np.array(column, dtype=object) for column in fields.values()],
        list(fields),
        crs=crs,
        geometry_type=kind,
        **more,
    )
    return path


def zipped(folder: Path, without: Sequence[str] = (), name: str = "gói.zip") -> Path:
    path = folder / name
    with zipfile.ZipFile(path, "w") as archive:
        for part in sorted(folder.iterdir()):
            if part.suffix in (".shp", ".shx", ".dbf", ".prj", ".cpg") and part.suffix not in without:
                archive.write(part, f"lớp/{part.name}")
    return path


def shapefile(
    folder: Path, shapes: Sequence[Any] = (PIT,), fields: dict[str, list[Any]] | None = None,
    crs: str | None = "EPSG:9209", *, kind: str = "Polygon", without: Sequence[str] = (), **more: Any,
) -> Path:  # fmt: skip
    layer(folder / "khu_mo.shp", shapes, fields or FIELDS, crs, kind, driver="ESRI Shapefile", **more)
    return zipped(folder, without)


def gpkg(
    folder: Path,
    shapes: Sequence[Any] = (PIT,),
    fields: dict[str, list[Any]] | None = None,
    crs: str | None = "EPSG:9209",
    **more: Any,
) -> Path:
    return layer(
        folder / "khu_mo.gpkg", shapes, fields or FIELDS, crs, more.pop("kind", "Polygon"), driver="GPKG", **more
    )


MAKERS = pytest.mark.parametrize("make", [shapefile, gpkg])


def near(row: Any) -> None:
    """The place is that of the phone's formulas, to a centimetre."""
    found = sorted(tuple(corner) for corner in row.geometry["coordinates"][0][:-1])
    for got, wanted in zip(found, sorted(places()), strict=True):
        assert got == pytest.approx(wanted, abs=9e-8)


@MAKERS
def test_a_layer_in_vn2000(tmp_path: Path, make: Any) -> None:
    (row,) = read_apart(make(tmp_path))
    assert (row.name, row.epsg, row.outcome, str(row.declared_ha)) == ("1/GP", ZONE, Outcome.ACCEPTED, "6")
    assert (row.computed_ha, row.corner_table) == (pytest.approx(HECTARES, abs=1e-6), "")
    near(row)


@MAKERS
def test_invalid_rings_and_missing_shapes(tmp_path: Path, make: Any) -> None:
    path = make(tmp_path, [Polygon(BOW_TIE), None, Polygon(RING)], {"SO_GP": ["1/GP", "2/GP", "3/GP"]}, "EPSG:4326")
    rows = read_apart(path)
    assert [(row.name, row.outcome.value) for row in rows] == [
        ("1/GP", "question"),
        ("2/GP", "refused"),
        ("3/GP", "accepted"),
    ]
    assert (codes(rows[0])[-1], codes(rows[1])) == ("repair_proposed", ["geometry_missing"])
    assert read_apart(path, answers={"repair": "accept"})[0].outcome is Outcome.REPAIRED


@MAKERS
def test_more_rows_than_are_read_at_once(tmp_path: Path, make: Any) -> None:
    path = make(tmp_path, [PIT] * 620, {"SO_GP": [f"{n}/GP" for n in range(620)]})
    rows = read_apart(path)
    assert [row.number for row in rows] == list(range(1, 621))
    assert [row.name for row in rows] == [f"{n}/GP" for n in range(620)]


@MAKERS
def test_points_are_no_areas(tmp_path: Path, make: Any) -> None:
    (row,) = read_apart(make(tmp_path, [Point(106, 20)], FIELDS, "EPSG:4326", kind="Point"))
    assert (row.outcome, codes(row)) == (Outcome.REFUSED, ["not_an_area"])


@MAKERS
def test_swapped_axes_are_asked_about(tmp_path: Path, make: Any) -> None:
    path = make(tmp_path, [Polygon(CORNERS)])
    (row,) = read_apart(path)
    assert (row.outcome, values(row, "axes_swapped")["answer"]) == (Outcome.QUESTION, "axes:1")
    (row,) = read_apart(path, answers={"axes": "swapped"})
    assert row.outcome is Outcome.ACCEPTED
    near(row)


def test_without_a_system_it_is_asked_for(tmp_path: Path) -> None:
    path = shapefile(tmp_path, without=[".prj"])
    (row,) = read_apart(path)
    asked = values(row, "crs_missing")
    assert (row.outcome, row.geometry) == (Outcome.QUESTION, None)
    assert "9209" in asked["choices"].split("|")
    for options in ({"answers": {"epsg": "9209"}}, {"epsg": 9209}):
        (row,) = read_apart(path, **options)
        assert row.outcome is Outcome.ACCEPTED
        near(row)
    assert codes(read_apart(path, answers={"epsg": "999999"})[0])[-1] == "epsg_unknown"


def test_the_grid_of_vn2000_with_another_datum_is_asked_about(tmp_path: Path) -> None:
    """What GIS programs write for a zone they do not know: 200 m away if taken at its word."""
    crs = "+proj=tmerc +lat_0=0 +lon_0=105.5 +k=0.9999 +x_0=500000 +y_0=0 +datum=WGS84 +units=m +no_defs"
    path = shapefile(tmp_path, crs=pyproj.CRS.from_user_input(crs).to_wkt("WKT1_ESRI"))
    (row,) = read_apart(path)
    asked = values(row, "crs_like_vn2000")
    assert (row.outcome, asked["epsg"], asked["meridian"]) == (Outcome.QUESTION, 9209, "105°30′")
    (row,) = read_apart(path, answers={"epsg:1": "9209"})
    near(row)


def test_vn2000_by_its_parameters(tmp_path: Path) -> None:
    """A .prj without a number: towgs84 as published in Vietnam."""
    crs = (
        "+proj=tmerc +lat_0=0 +lon_0=105.5 +k=0.9999 +x_0=500000 +y_0=0 +ellps=WGS84 "
        "+towgs84=-191.90441429,-39.30318279,-111.45032835,-0.00928836,0.01975479,-0.00427372,0.252906278 "
        "+units=m +no_defs"
    )
    (row,) = read_apart(gpkg(tmp_path, crs=crs))
    assert (row.epsg, row.outcome) == (ZONE, Outcome.ACCEPTED)
    near(row)


@pytest.mark.parametrize("part", [".shx", ".dbf"])
def test_a_part_is_missing(tmp_path: Path, part: str) -> None:
    assert refusal(shapefile(tmp_path, without=[part])).values == {"missing": part}


def test_two_shapefiles_in_one_zip_are_numbered_on(tmp_path: Path) -> None:
    shapefile(tmp_path)
    layer(
        tmp_path / "khac.shp", [PIT, PIT], {"SO_GP": ["2/GP", "3/GP"]}, "EPSG:9209", "Polygon", driver="ESRI Shapefile"
    )
    rows = read_apart(zipped(tmp_path))
    assert [row.number for row in rows] == [1, 2, 3]
    assert {row.name for row in rows} == {"1/GP", "2/GP", "3/GP"}


@pytest.mark.parametrize(("encoding", "guess"), [("UTF-8", None), ("CP1258", "cp1258")])
def test_text_of_a_dbf_without_its_code_page(tmp_path: Path, encoding: str, guess: str | None) -> None:
    name = "Mỏ cát" if encoding == "UTF-8" else "Mo\u0309 cát"
    path = shapefile(tmp_path, fields={"SO_GP": ["1/GP"], "TEN": [name]}, encoding=encoding, without=[".cpg"])
    (row,) = read_apart(path)
    assert row.properties["TEN"] == name
    assert ("encoding_guessed" in codes(row)) == (guess is not None)
    if guess:
        assert values(row, "encoding_guessed") == {"encoding": guess}


def test_a_shapefile_that_breaks_off(tmp_path: Path) -> None:
    shapefile(tmp_path)
    whole = (tmp_path / "khu_mo.shp").read_bytes()
    (tmp_path / "khu_mo.shp").write_bytes(whole[:120])
    assert refusal(zipped(tmp_path)).code == "gis_broken"


def test_every_layer_of_a_geopackage(tmp_path: Path) -> None:
    path = gpkg(tmp_path, layer="một")
    gpkg(tmp_path, fields={"SO_GP": ["2/GP"]}, layer="hai", append=True)
    with sqlite3.connect(path) as database:
        database.execute("CREATE TABLE notes (x TEXT)")
    before = path.read_bytes()
    assert [(row.number, row.name) for row in read_apart(path)] == [(1, "1/GP"), (2, "2/GP")]
    assert path.read_bytes() == before  # read from a copy


def test_a_geopackage_without_layers(tmp_path: Path) -> None:
    path = gpkg(tmp_path)
    with sqlite3.connect(path) as database:
        database.execute("DELETE FROM gpkg_contents")
        database.execute("DELETE FROM gpkg_geometry_columns")
    assert refusal(path).code in ("no_layers", "no_rows")


def test_a_geopackage_that_is_broken(tmp_path: Path) -> None:
    path = gpkg(tmp_path)
    raw = path.read_bytes()
    path.write_bytes(raw[:4096] + bytes(len(raw) - 4096))
    assert refusal(path).code in ("gis_broken", "no_layers")


def test_a_view_without_end_is_ended(tmp_path: Path) -> None:
    """SQL of the file runs when it is read: the limit of time is what ends it."""
    path = gpkg(tmp_path)
    with sqlite3.connect(path) as database:
        database.execute("ALTER TABLE khu_mo RENAME TO real")
        database.execute(
            "CREATE VIEW khu_mo AS WITH RECURSIVE c(fid) AS (SELECT 1 UNION ALL SELECT fid + 1 FROM c) "
            "SELECT c.fid, real.geom, real.SO_GP FROM c, real WHERE c.fid < 0"
        )
    assert refusal(path, seconds=2).code in ("too_slow", "gis_broken", "no_rows")


def test_gdal_has_nothing_but_the_two_drivers(tmp_path: Path) -> None:
    """A file whose driver was taken away is not opened, whatever its name says."""
    path = tmp_path / "x.gpkg"
    path.write_text('<OGRVRTDataSource><OGRVRTLayer name="x"/></OGRVRTDataSource>', encoding="utf-8")
    assert refusal(path, kind="gpkg").code in ("gis_broken", "kind_unknown")
