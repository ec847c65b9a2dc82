"""Files of a department's kind, made for one test each, and what reading them gives."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from backend.registry.importing.reader import rows
from backend.registry.importing.reading import read_file
from backend.registry.importing.rows import AreaRow, FileRefused, ReadOptions
from backend.registry.importing.words import WORDS
from shared.geo.vn2000 import to_wgs84

# A sand pit on a river of Hưng Yên in zone 105°30′ (EPSG:9209): (x = northing, y = easting), 300 m by 200 m.
CORNERS = (
    (2_283_500.25, 561_200.50),
    (2_283_500.25, 561_500.50),
    (2_283_300.25, 561_500.50),
    (2_283_300.25, 561_200.50),
)
ZONE = 9209
HECTARES = 6.0
RING = [[106.0, 20.5], [106.01, 20.5], [106.01, 20.51], [106.0, 20.51], [106.0, 20.5]]
BOW_TIE = [[106.0, 20.5], [106.01, 20.51], [106.01, 20.5], [106.0, 20.51], [106.0, 20.5]]


def read(path: Path, **options: Any) -> list[AreaRow]:
    """In this process: quick, and its lines count as covered."""
    found = list(rows(path, ReadOptions(**options), path.parent))
    said(found)
    return found


def read_apart(path: Path, **options: Any) -> list[AreaRow]:
    """As the office does it: in a process of its own."""
    found = list(read_file(path, ReadOptions(**options)))
    said(found)
    return found


def said(found: Sequence[AreaRow]) -> None:
    """Every note has its words in both languages, with all their values."""
    for row in found:
        for note in row.notes:
            assert WORDS[note.code].say("vi", **note.values) != WORDS[note.code].say("en", **note.values)


def refusal(path: Path, **options: Any) -> FileRefused:
    """The refusal of the whole file, which must have words."""
    with pytest.raises(FileRefused) as caught:
        read_apart(path, **options)
    words = WORDS[caught.value.code]
    assert words.say("vi", **caught.value.values) != words.say("en", **caught.value.values)
    return caught.value


def codes(row: AreaRow) -> list[str]:
    return [note.code for note in row.notes]


def values(row: AreaRow, code: str) -> dict[str, Any]:
    return next(note.values for note in row.notes if note.code == code)


def text_file(folder: Path, *lines: str, name: str = "bảng.csv", encoding: str = "utf-8") -> Path:
    path = folder / name
    path.write_bytes(("\n".join(lines) + "\n").encode(encoding))
    return path


def corner_lines(corners: Sequence[Sequence[Any]] = CORNERS, sign: str = ";", comma: bool = True) -> list[str]:
    """Label, x, y; with decimal commas unless told."""
    texts = [[f"{number:.2f}" for number in corner] for corner in corners]
    return [
        sign.join([str(n), *(text.replace(".", ",") if comma else text for text in line)])
        for n, line in enumerate(texts, start=1)
    ]


def table(folder: Path, *, head: str = "Kinh tuyến trục 105°30', múi chiếu 3°", lines: Sequence[str] = ()) -> Path:
    """A corner table as it is pasted out of a decision."""
    return text_file(folder, head, "Số hiệu điểm;X (m);Y (m)", *(lines or corner_lines()))


def feature(ring: Any = None, properties: dict[str, Any] | None = None, **geometry: Any) -> dict[str, Any]:
    shape = geometry or {"type": "Polygon", "coordinates": [RING if ring is None else ring]}
    return {"type": "Feature", "properties": properties or {"Số giấy phép": "1/GP"}, "geometry": shape}


def geojson(folder: Path, *features: Any, name: str = "bản đồ.geojson", **root: Any) -> Path:
    path = folder / name
    path.write_text(
        json.dumps({"type": "FeatureCollection", **root, "features": features}, ensure_ascii=False), encoding="utf-8"
    )
    return path


def places(corners: Sequence[Sequence[float]] = CORNERS, zone: int = ZONE) -> list[tuple[float, float]]:
    """(lon, lat) of corners by the formulas of the phone, which know nothing of PROJ."""
    found = [to_wgs84(zone, northing_m=x, easting_m=y) for x, y in corners]
    return [(place.lon, place.lat) for place in found]
