"""One look into the bytes of a file: what it is and, of a picture, the small ones and what it says of itself."""

import json
import shutil
import tempfile
import time
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from django.conf import settings

from backend.common.apart import ReaderDied, said_apart
from backend.common.confined import MIB, Limits
from backend.inspections.files import evidence_path, small_picture_path, small_pictures_folder
from backend.inspections.pictures.exif import Said
from backend.inspections.pictures.reader import CONTAINERS, DECODERS, SIZES, Order
from shared.wire.v1.media import HEAD_BYTES, media_type

READER = "backend.inspections.pictures.reader"
_FORGOTTEN_S = 3600  # after which a folder that a killed process left is removed


@dataclass(frozen=True, slots=True)
class Found:
    """`pictured`: small pictures are wanted of such a type. `problem`: why there are none, "" when there are. `looks`:
    difference and frequency hash, None for what is plain."""

    media_type: str
    pictured: bool
    problem: str = ""
    said: Said = Said()
    width: int | None = None
    height: int | None = None
    looks: tuple[int, int] | None = None


def look(sha256: str) -> Found:
    """Read a stored original in a process of its own; its small pictures lie beside when this returns. Whatever the
    file does to its reader ends as a `problem`. OSError where the original is not there or the disk refuses."""
    path = evidence_path(sha256)
    with path.open("rb") as file:
        found = media_type(file.read(HEAD_BYTES))
    if found not in DECODERS and found not in CONTAINERS:
        return Found(found, pictured=False)
    if path.stat().st_size > settings.PICTURE_MAX_BYTES:
        return Found(found, pictured=True, problem="thumbnail_too_large")
    making = small_pictures_folder() / "making"
    making.mkdir(parents=True, exist_ok=True)
    _sweep(making)
    with tempfile.TemporaryDirectory(dir=making) as folder:
        try:
            facts = read_apart(order_for(path, found, folder))
        except ReaderDied:
            return Found(found, pictured=True, problem="thumbnail_failed")
        if facts["problem"] is None:
            _put_beside(sha256, Path(folder))
    return Found(
        found,
        pictured=True,
        problem=facts["problem"] or "",
        said=Said(**facts["said"]),
        width=facts["width"],
        height=facts["height"],
        looks=None if facts["looks"] is None else (facts["looks"][0], facts["looks"][1]),
    )


def order_for(path: Path, found: str, folder: str) -> Order:
    return Order(
        path=str(path.resolve()),
        folder=folder,
        media_type=found,
        max_pixels=settings.PICTURE_MAX_PIXELS,
        seconds=settings.PICTURE_SECONDS,
        memory_bytes=settings.PICTURE_MEMORY_BYTES,
        file_bytes=16 * MIB,
    )


def read_apart(order: Order) -> dict[str, Any]:
    """What the reader says of a picture. ReaderDied."""
    limits = Limits(order.seconds, order.memory_bytes, order.file_bytes)
    told = json.dumps(asdict(order)).encode() + b"\n"
    with closing(said_apart(READER, told, limits, folder=order.folder)) as messages:
        for (kind, *said), _ in messages:
            if kind == "picture":
                facts: dict[str, Any] = said[0]
                return facts
    raise ReaderDied("reader_crashed", how="silent")


def _put_beside(sha256: str, folder: Path) -> None:
    """Small pictures can be made again: they are put in place whole, but nothing waits for the disk."""
    for size in SIZES:
        target = small_picture_path(sha256, size)
        target.parent.mkdir(parents=True, exist_ok=True)
        (folder / f"{size}.jpg").replace(target)


def _sweep(making: Path) -> None:
    for left in making.iterdir():
        try:
            forgotten = time.time() - left.stat().st_mtime > _FORGOTTEN_S
        except FileNotFoundError:
            continue  # another worker was done with it
        if forgotten:
            shutil.rmtree(left, ignore_errors=True)


def small_pictures_missing(sha256: str) -> bool:
    return not all(small_picture_path(sha256, size).is_file() for size in SIZES)
