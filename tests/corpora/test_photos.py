"""Photographs by real cameras, with odd Exif, turned, malformed, and bombs: each is looked into as the office would.

Read in place and never copied.
"""

import hashlib
import io
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from itertools import combinations
from pathlib import Path
from time import monotonic

import pytest
from django.conf import LazySettings
from PIL import Image, ImageEnhance

from backend.inspections.files import evidence_path, small_picture_path, small_pictures_folder
from backend.inspections.pictures import hashing, looking
from backend.inspections.pictures.looking import look
from backend.inspections.pictures.reader import DECODERS
from shared.wire.v1.media import HEAD_BYTES, media_type, same_type
from tests.corpora.measured_reader import notes_in

FOLDER = "05_photos"
# One look: start of a process, decoding, two small pictures; on a busy machine of two cores.
MOST_SECONDS = 15.0
MOST_MEMORY = 250 * 2**20
# What the endings promise, where the content keeps it; the rest is in EXCEPTIONS.
BY_ENDING = {".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".png": "image/png", ".gif": "image/gif",
             ".webp": "image/webp", ".tif": "image/tiff", ".heic": "image/heic"}  # fmt: skip
# File → what it is in truth.
EXCEPTIONS = {"notjpeg.jpg": "application/octet-stream"}


def files(corpora: Path) -> list[Path]:
    found = sorted(path for path in (corpora / FOLDER).rglob("*") if path.is_file())
    if not found:
        pytest.skip(f"no {FOLDER}")
    return found


@pytest.fixture
def stored(tmp_path: Path, settings: LazySettings) -> Path:
    settings.EVIDENCE_DIR = tmp_path / "evidence"
    return tmp_path


def stand_in(path: Path) -> str:
    """The original at its place, as a link: nothing of the corpora is copied."""
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    place = evidence_path(sha256)
    place.parent.mkdir(parents=True, exist_ok=True)
    if not place.exists():
        place.symlink_to(path)
    return sha256


def test_every_file_is_looked_into_and_nothing_breaks(
    corpora: Path, stored: Path, corpora_summary: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(looking, "READER", "tests.corpora.measured_reader")
    outcomes: Counter[str] = Counter()
    slowest = 0.0
    for path in files(corpora):
        before = path.stat()
        sha256 = stand_in(path)
        begun = monotonic()
        found = look(sha256)
        slowest = max(slowest, monotonic() - begun)
        outcomes[f"{found.media_type}: {found.problem or ('ready' if found.pictured else 'no picture')}"] += 1
        assert found.problem != "thumbnail_failed", path  # nothing here kills its reader or takes too much
        assert _ready(sha256) == (found.pictured and not found.problem), path
        assert (path.stat().st_size, path.stat().st_mtime_ns) == (before.st_size, before.st_mtime_ns)
    assert slowest < MOST_SECONDS
    readers = [int(line) for line in notes_in(small_pictures_folder()).read_text().splitlines()]
    assert len(readers) == outcomes.total() - sum(n for outcome, n in outcomes.items() if "no picture" in outcome)
    most = max(readers)
    assert most < MOST_MEMORY
    corpora_summary.append(f"photos: {dict(sorted(outcomes.items()))}; slowest {slowest:.2f} s, {most // 2**20} MiB")


def _ready(sha256: str) -> bool:
    paths = [small_picture_path(sha256, size) for size in ("thumbnail", "preview")]
    for path in paths:
        if path.exists():
            with Image.open(path) as small:
                small.load()
                assert max(small.size) <= (320 if "thumbnail" in path.name else 1280)
                assert not small.getexif()
    return all(path.exists() for path in paths)


def test_types_are_told_by_content(corpora: Path) -> None:
    wrong = []
    for path in files(corpora):
        with path.open("rb") as file:
            found = media_type(file.read(HEAD_BYTES))
        expected = EXCEPTIONS.get(path.name, BY_ENDING.get(path.suffix.lower()))
        if expected is not None and not same_type(expected, found):
            wrong.append(f"{path.name}: {found}")
    assert wrong == []


@pytest.mark.parametrize("number", range(1, 9))
def test_all_eight_ways_of_holding_a_camera_give_one_picture(corpora: Path, stored: Path, number: int) -> None:
    folder = corpora / FOLDER / "exif-samples" / "jpg" / "orientation"
    upright, turned = (look(stand_in(folder / f"landscape_{n}.jpg")) for n in (1, number))
    assert (turned.width, turned.height) == (upright.width, upright.height)
    assert upright.looks is not None
    assert turned.looks is not None
    assert hashing.apart(upright.looks[0], turned.looks[0]) <= hashing.NEAR_DIFFERENCE


# What the tags hold, as a dump of them shows: time, and degrees, minutes, seconds north and east.
KNOWN = {
    "exif-samples/jpg/gps/DSCN0010.jpg": ("2008-10-22T16:28:39", (43, 28, 2.814), (11, 53, 6.456)),
    "exif-samples/jpg/gps/DSCN0021.jpg": ("2008-10-22T16:38:20", (43, 28, 1.494), (11, 53, 4.338)),
    "exif-samples/jpg/gps/DSCN0042.jpg": ("2008-10-22T17:00:07", (43, 27, 52.038), (11, 52, 53.322)),
    "exif-samples/jpg/Canon_DIGITAL_IXUS_400.jpg": ("2004-08-27T13:52:55", None, None),
}


@pytest.mark.parametrize("name", sorted(KNOWN))
def test_what_cameras_wrote(corpora: Path, stored: Path, name: str) -> None:
    said = look(stand_in(corpora / FOLDER / name)).said
    clock, *place = KNOWN[name]
    assert said.clock == clock
    for value, parts in zip((said.lat, said.lon), place, strict=True):
        assert value == (None if parts is None else pytest.approx(_degrees(*parts), abs=1e-6))


def _degrees(degrees: int, minutes: int, seconds: float) -> float:
    return degrees + (minutes * 60 + seconds) / 3600


def test_an_offset_of_the_clock_is_read(corpora: Path, stored: Path) -> None:
    found = look(stand_in(corpora / FOLDER / "gpsbabel_geotagged" / "ricoh-rdc5300_offsettime.jpg"))
    assert found.said.clock is not None
    assert datetime.fromisoformat(found.said.clock).utcoffset() is not None


def _photographs(corpora: Path) -> dict[str, Image.Image]:
    """Whole photographs of some size, each content once."""
    kept: dict[str, Image.Image] = {}
    for path in files(corpora):
        with path.open("rb") as file:
            if media_type(file.read(HEAD_BYTES)) != "image/jpeg":
                continue
        try:
            with Image.open(path, formats=DECODERS["image/jpeg"]) as opened:
                opened.load()
                picture = opened.convert("RGB")
        except (OSError, SyntaxError, ValueError):
            continue
        if min(picture.size) >= 200:
            kept.setdefault(hashlib.sha256(picture.tobytes()).hexdigest(), picture)
    return kept


def _hashed(picture: Image.Image) -> tuple[int, int] | None:
    small = picture.copy()
    small.thumbnail((320, 320), Image.Resampling.LANCZOS, reducing_gap=2.0)
    return hashing.looks(small)


def _near(one: tuple[int, int], other: tuple[int, int] | None) -> bool:
    return other is not None and (
        hashing.apart(one[0], other[0]) <= hashing.NEAR_DIFFERENCE
        and hashing.apart(one[1], other[1]) <= hashing.NEAR_FREQUENCY
    )


def test_copies_are_known_and_strangers_are_not(corpora: Path, corpora_summary: list[str]) -> None:
    """The measurement on which the two thresholds of `hashing` stand."""
    pictures = _photographs(corpora)
    looked = {key: hashes for key, picture in pictures.items() if (hashes := _hashed(picture))}
    missed: Counter[str] = Counter()
    for key, hashes in looked.items():
        for how, copy in _copies(pictures[key]):
            missed[how] += not _near(hashes, _hashed(copy))
    assert {how: missed[how] for how in ("quality 30", "quality 60", "a quarter")} == {
        "quality 30": 0, "quality 60": 0, "a quarter": 0
    }  # fmt: skip
    assert missed["lighter"] <= len(looked) // 20
    pairs = sum(_near(a, b) for a, b in combinations(looked.values(), 2))
    corpora_summary.append(f"alike: {len(looked)} photographs, missed {dict(missed)}, {pairs} pairs taken for copies")
    assert pairs == 0


def _copies(picture: Image.Image) -> Iterator[tuple[str, Image.Image]]:
    for quality in (30, 60):
        buffer = io.BytesIO()
        picture.save(buffer, "JPEG", quality=quality)
        yield f"quality {quality}", Image.open(buffer)
    yield "a quarter", picture.resize((picture.width // 4, picture.height // 4), Image.Resampling.BILINEAR)
    yield "lighter", ImageEnhance.Brightness(picture).enhance(1.15)
    edge = picture.width // 50, picture.height // 50
    yield "2 % cut off", picture.crop((*edge, picture.width - edge[0], picture.height - edge[1]))
