"""Pictures made for the tests, and how a report with files comes to the office whole."""

import io
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.utils import timezone
from PIL import Image, ImageDraw

from backend.inspections.evidence import evidence_confirm
from backend.inspections.files import evidence_path
from backend.inspections.models import Evidence
from shared.wire.v1.messages import EvidenceEntry
from tests.backend.conftest import Deliverer
from tests.factories.reports import evidence_entry

# Tasks carried out where they are ordered.
IMMEDIATE = {"default": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend"}}
_EXIF, _GPS = 0x8769, 0x8825


def scene(seed: int, size: tuple[int, int] = (640, 480)) -> Image.Image:
    """A picture with features of its own: shades and blocks; another seed gives one that looks otherwise."""
    picture = Image.new("RGB", size, (90, 110, 130))
    draw = ImageDraw.Draw(picture)
    state = seed * 2654435761 % 2**32
    for _ in range(40):
        numbers = []
        for _ in range(5):
            state = (state * 1103515245 + 12345) % 2**31
            numbers.append(state >> 8)
        x, y = numbers[0] % size[0], numbers[1] % size[1]
        shade = numbers[4] % 256
        draw.rectangle(
            (x, y, x + 40 + numbers[2] % 160, y + 40 + numbers[3] % 120), fill=(shade, shade, (shade * 3) % 256)
        )
    return picture


def gps(lat: float, lon: float, **more: Any) -> dict[int, Any]:
    """An Exif GPS directory. `more`: date, time, error, status."""
    found: dict[int, Any] = {
        1: "N" if lat >= 0 else "S",
        2: _parts(abs(lat)),
        3: "E" if lon >= 0 else "W",
        4: _parts(abs(lon)),
    }
    numbers = {"date": 29, "time": 7, "error": 31, "status": 9}
    return found | {numbers[name]: value for name, value in more.items()}


def _parts(value: float) -> tuple[float, float, float]:
    minutes = value % 1 * 60
    return float(int(value)), float(int(minutes)), round(minutes % 1 * 60, 4)


def jpeg_of(
    picture: Image.Image,
    *,
    own: Mapping[int, Any] | None = None,
    place: Mapping[int, Any] | None = None,
    orientation: int | None = None,
    quality: int = 88,
) -> bytes:
    exif = Image.Exif()
    if own:
        exif.get_ifd(_EXIF).update(own)
    if place:
        exif.get_ifd(_GPS).update(place)
    if orientation is not None:
        exif[0x0112] = orientation
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", quality=quality, exif=exif)
    return buffer.getvalue()


def arrive(phone: Deliverer, content: bytes, *, report: Mapping[str, Any] | None = None, **entry: Any) -> Evidence:
    """A report with one file, both whole at the office. `entry`: of the manifest's line."""
    line = evidence_entry(content, **entry)
    report_id = phone.file(evidence=(line,), **(report or {}))
    return confirmed(report_id, line, content)


def confirmed(report_id: UUID, line: EvidenceEntry, content: bytes) -> Evidence:
    row = Evidence.objects.get(report_id=report_id, evidence_id=line.id)
    path = evidence_path(row.sha256)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    evidence_confirm(evidence=row, actor="anonymous", now=timezone.now())
    row.refresh_from_db()
    return row
