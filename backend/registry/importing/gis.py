"""Shapefiles (zipped) and GeoPackages as rows, by GDAL with nothing but these two drivers."""

import os
import shutil
import tempfile
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import shapely

from backend.registry.importing import projecting
from backend.registry.importing.archives import unpack
from backend.registry.importing.checking import Shape, check
from backend.registry.importing.naming import name_and_area
from backend.registry.importing.rows import AreaRow, Draft, FileRefused, ReadOptions
from backend.registry.importing.zones import candidates, meridian_words
from shared.geo.vn2000 import ZONES

DRIVERS = frozenset({"ESRI Shapefile", "GPKG"})
PARTS = (".shp", ".shx", ".dbf", ".prj", ".cpg")
CHUNK = 250
# Before GDAL wakes: no plugins, no network, no files beside the one opened, no repair of what it reads.
SETTINGS = {
    "GDAL_DRIVER_PATH": "disable",
    "CPL_VSIL_CURL_ALLOWED_EXTENSIONS": ".none",
    "GDAL_HTTP_TIMEOUT": "1",
    "GDAL_DISABLE_READDIR_ON_OPEN": "FALSE",
    "GDAL_CACHEMAX": "64",
    "OGR_SQLITE_LOAD_EXTENSIONS": "",
    "OGR_SQLITE_SYNCHRONOUS": "OFF",
    "SHAPE_RESTORE_SHX": "NO",
    "OGR_ORGANIZE_POLYGONS": "DEFAULT",
    "PROJ_NETWORK": "OFF",
}
_LEGACY = ("utf-8", "cp1258", "latin-1")


def _gdal() -> Any:
    """pyogrio, with every other driver taken away. RuntimeError when one stays."""
    for name, value in SETTINGS.items():
        os.environ[name] = value
    import pyogrio  # type: ignore[import-untyped,unused-ignore]
    import pyogrio.raw  # type: ignore[import-untyped,unused-ignore]
    from pyogrio import _ogr  # type: ignore[import-untyped,unused-ignore]

    unwanted = [name for name in pyogrio.list_drivers() if name not in DRIVERS]
    if unwanted:
        skip = ",".join(unwanted)
        pyogrio.set_gdal_config_options({"GDAL_SKIP": skip, "OGR_SKIP": skip})
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # each name is found once by GDAL_SKIP and missed by OGR_SKIP
            _ogr._register_drivers()
    left = set(pyogrio.list_drivers())
    if left != DRIVERS:
        raise RuntimeError(f"GDAL kept {sorted(left - DRIVERS)} and lacks {sorted(DRIVERS - left)}")
    return pyogrio


def read_shapefile(path: Path, options: ReadOptions, folder: Path) -> Iterator[AreaRow]:
    """Every shapefile of a zip, numbered on. FileRefused as `unpack`, and where a part is missing."""
    with tempfile.TemporaryDirectory(dir=folder) as name:
        files = unpack(path, Path(name), PARTS, options.max_bytes)
        shapes = sorted(file for file in files if file.suffix == ".shp")
        for shape in shapes:
            missing = [suffix for suffix in (".shx", ".dbf") if not shape.with_suffix(suffix).exists()]
            if missing:
                raise FileRefused("shapefile_incomplete", missing=", ".join(missing))
        count = 0
        for shape in shapes:
            for row in _layer(shape, None, options, count, shapefile=True):
                count = row.number
                yield row


def read_gpkg(path: Path, options: ReadOptions, folder: Path) -> Iterator[AreaRow]:
    """Every layer with geometry. Read from a copy: SQLite may want to write beside the file."""
    pyogrio = _gdal()
    with tempfile.TemporaryDirectory(dir=folder) as name:
        copy = Path(name) / "data.gpkg"
        shutil.copyfile(path, copy)
        try:
            layers = [layer for layer, kind in pyogrio.list_layers(copy) if kind is not None]
        except pyogrio.errors.DataSourceError as error:
            raise FileRefused("gis_broken", reason=str(error)[:200]) from error
        if not layers:
            raise FileRefused("no_layers")
        count = 0
        for layer in layers:
            for row in _layer(copy, layer, options, count, shapefile=False):
                count = row.number
                yield row


def _layer(path: Path, layer: str | None, options: ReadOptions, before: int, *, shapefile: bool) -> Iterator[AreaRow]:
    pyogrio = _gdal()
    errors = (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, pyogrio.errors.FeatureError,
              pyogrio.errors.GeometryError, pyogrio.errors.FieldError, UnicodeDecodeError)  # fmt: skip
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            # Latin-1 gives bytes back untouched; what they are in is found out field by field.
            encoding = {"encoding": "ISO-8859-1"} if shapefile and _own_encoding(path, options) else {}
            info = pyogrio.read_info(path, layer=layer, **encoding)
            reader = _Layer(info["crs"], [str(name) for name in info["fields"]], options, bool(encoding))
            skip, last, fid = 0, -(2**62), info.get("fid_column") or ""
            while True:
                where = {"where": f'"{fid}" > {last}'} if fid and not shapefile else {"skip_features": skip}
                meta, fids, wkb, columns = pyogrio.raw.read(
                    path,
                    layer=layer,
                    max_features=CHUNK,
                    return_fids=True,
                    datetime_as_string=True,
                    **where,
                    **encoding,
                )
                names = [str(name) for name in meta["fields"]]
                for place in range(len(fids)):
                    values = {name: column[place] for name, column in zip(names, columns, strict=True)}
                    yield reader.row(before + skip + place + 1, wkb[place], values)
                if len(fids) < CHUNK:
                    return
                skip, last = skip + len(fids), int(fids[-1])
    except errors as error:
        raise FileRefused("gis_broken", reason=str(error)[:200]) from error


def _own_encoding(path: Path, options: ReadOptions) -> bool:
    """Whether the text of the .dbf is for us to decode: no .cpg says what it is in, or somebody said it."""
    return options.encoding is not None or not path.with_suffix(".cpg").exists()


class _Layer:
    def __init__(self, crs: str | None, names: list[str], options: ReadOptions, raw_text: bool) -> None:
        self.options = options
        self.raw_text = raw_text
        self.crs = crs
        self.reference = projecting.of_text(crs) if crs else None
        if options.epsg is not None:
            self.reference = projecting.of_epsg(options.epsg)

    def row(self, number: int, wkb: bytes | None, values: dict[str, Any]) -> AreaRow:
        draft = Draft(number, self.options.answers)
        draft.properties = {self._text(draft, name): self._value(draft, value) for name, value in values.items()}
        name_and_area(draft, self.options)
        shape = _shape(draft, wkb)
        if shape is not None:
            check(draft, shape, self._reference(draft, shape), self.options.max_vertices)
        return draft.row()

    def _reference(self, draft: Draft, shape: Shape) -> projecting.Reference | None:
        answered = draft.answer("epsg")
        if answered is not None and answered.isdecimal():
            found = projecting.of_epsg(int(answered))
            if found is None:
                draft.refuse("epsg_unknown", epsg=answered)
            return found
        if self.reference is None:
            x, _ = shape.positions()[0]
            zones = list(candidates(x)) if abs(x) > 180 else [(4326, "WGS84"), (4756, "VN-2000")]
            named = ", ".join(f"{epsg} ({words})" for epsg, words in zones)
            draft.ask("crs_missing", "epsg", *(str(epsg) for epsg, _ in zones), zones=named)
        elif self.reference.like is not None and self.options.epsg is None:
            zone = ZONES[self.reference.like]
            draft.ask(
                "crs_like_vn2000", "epsg", str(zone.epsg), epsg=zone.epsg, meridian=meridian_words(zone),
                name=self.reference.name,
            )  # fmt: skip
            return None
        return self.reference

    def _value(self, draft: Draft, value: Any) -> Any:
        if value is None or (isinstance(value, (float, np.floating)) and not np.isfinite(value)):
            return None
        if isinstance(value, np.generic):
            return value.item()
        if isinstance(value, bytes):
            return value.hex()
        return self._text(draft, value) if isinstance(value, str) else value

    def _text(self, draft: Draft, text: str) -> str:
        if not self.raw_text or text.isascii():
            return text
        raw = text.encode("latin-1", "surrogateescape") if all(ord(c) < 256 for c in text) else None
        if raw is None:
            return text
        for encoding in (self.options.encoding,) if self.options.encoding else _LEGACY:
            try:
                found = raw.decode(encoding)
            except (UnicodeDecodeError, LookupError):
                continue
            if encoding != "utf-8" and not any(note.code == "encoding_guessed" for note in draft.notes):
                draft.note("encoding_guessed", encoding=encoding)
            return found
        return text


def _shape(draft: Draft, wkb: bytes | None) -> Shape | None:
    if wkb is None:
        draft.refuse("geometry_missing")
        return None
    try:
        geometry = shapely.from_wkb(wkb)
    except shapely.GEOSException:
        draft.refuse("geometry_odd", found="WKB")
        return None
    return of_shapely(draft, geometry)


def of_shapely(draft: Draft, geometry: Any) -> Shape | None:
    """A shapely geometry as polygons, heights dropped; None, and the draft refused, when it is no area."""
    if geometry is None or geometry.is_empty:
        draft.refuse("geometry_missing")
        return None
    parts = list(shapely.get_parts(geometry))
    if geometry.geom_type not in ("Polygon", "MultiPolygon"):
        parts = [inner for part in parts for inner in shapely.get_parts(part)]
        if any(part.geom_type != "Polygon" for part in parts):
            draft.refuse("not_an_area", found=geometry.geom_type)
            return None
        draft.note("collection_flattened", count=len(parts))
    if geometry.has_z:
        draft.note("height_dropped", count=int(shapely.get_num_coordinates(geometry)))
    polygons = [[[(x, y) for x, y, *_ in ring.coords] for ring in (part.exterior, *part.interiors)] for part in parts]
    return Shape(polygons, geometry.geom_type != "Polygon")
