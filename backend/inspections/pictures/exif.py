"""What a picture says of itself: when and where it was taken (Exif 2.32, CIPA DC-008). Absent or broken is no fault.

Only what the report can be compared with is read: few, right facts. No names, no serial numbers, no captions.
"""

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

# Tags: Exif 2.32, tables 4, 7, 8 and 15.
_EXIF_IFD, _GPS_IFD, _ORIENTATION = 0x8769, 0x8825, 0x0112
_ORIGINAL, _DIGITIZED, _OFFSET_ORIGINAL, _OFFSET_DIGITIZED = 0x9003, 0x9004, 0x9011, 0x9012
_LAT_REF, _LAT, _LON_REF, _LON, _GPS_TIME, _GPS_STATUS, _GPS_DATE, _ERROR_M = 1, 2, 3, 4, 7, 9, 29, 31
# What a parser of hostile bytes raises; anything else is a defect of ours.
_BROKEN = (ValueError, TypeError, KeyError, IndexError, OverflowError, ZeroDivisionError, AttributeError, SyntaxError,
           OSError, EOFError)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Said:
    """`clock`: what the camera's clock showed, "2026-11-20T08:05:00", with the offset where the picture has it.
    `gps_at`: UTC by satellite, with offset. `lat`, `lon`: WGS84 degrees; `error_m`: of the position, as the camera
    estimated it. `orientation`: 1 to 8. None: not there, or not readable."""

    clock: str | None = None
    gps_at: str | None = None
    lat: float | None = None
    lon: float | None = None
    error_m: float | None = None
    orientation: int = 1

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def said_by(exif: Any) -> Said:
    """`exif`: Pillow's `Image.Exif`."""
    own, gps = _directory(exif, _EXIF_IFD), _directory(exif, _GPS_IFD)
    lat, lon = _position(gps)
    return Said(_clock(own), _gps_time(gps), lat, lon, _error(gps), _orientation(exif))


def _directory(exif: Any, tag: int) -> Mapping[int, Any]:
    try:
        found = exif.get_ifd(tag)
    except _BROKEN:
        return {}
    return found if isinstance(found, Mapping) else {}


def _orientation(exif: Any) -> int:
    try:
        value = int(exif.get(_ORIENTATION, 1))
    except _BROKEN:
        return 1
    return value if 1 <= value <= 8 else 1


def _clock(own: Mapping[int, Any]) -> str | None:
    for tag, offset in ((_ORIGINAL, _OFFSET_ORIGINAL), (_DIGITIZED, _OFFSET_DIGITIZED)):
        try:
            at = datetime.strptime(_text(own[tag])[:19], "%Y:%m:%d %H:%M:%S")  # noqa: DTZ007 - its zone stands elsewhere
        except _BROKEN:
            continue
        zone = _zone(own.get(offset))
        return at.replace(tzinfo=zone).isoformat()
    return None


def _zone(value: Any) -> timezone | None:
    """ "+07:00"; None for what is no offset on this earth."""
    try:
        text = _text(value)
        hours, minutes = int(text[1:3]), int(text[4:6])
        if len(text) != 6 or text[0] not in "+-" or text[3] != ":" or minutes > 59:
            return None
        offset = timedelta(hours=hours, minutes=minutes)
    except _BROKEN:
        return None
    return timezone(offset if text[0] == "+" else -offset) if offset <= timedelta(hours=14) else None


def _gps_time(gps: Mapping[int, Any]) -> str | None:
    try:
        day = datetime.strptime(_text(gps[_GPS_DATE])[:10].replace("-", ":"), "%Y:%m:%d").replace(tzinfo=UTC)
        hours, minutes, seconds = (float(part) for part in gps[_GPS_TIME])
        if not (0 <= hours < 24 and 0 <= minutes < 60 and 0 <= seconds < 61):
            return None
        return (day + timedelta(hours=hours, minutes=minutes, seconds=seconds)).isoformat(timespec="seconds")
    except _BROKEN:
        return None


def _position(gps: Mapping[int, Any]) -> tuple[float, float] | tuple[None, None]:
    """None where there is none, the receiver called it void, or it is 0° 0°: what cameras write that know nothing."""
    try:
        if _text(gps.get(_GPS_STATUS, "A")).upper() == "V":
            return None, None
        lat, lon = _degrees(gps[_LAT], gps[_LAT_REF], "NS", 90), _degrees(gps[_LON], gps[_LON_REF], "EW", 180)
    except _BROKEN:
        return None, None
    return (None, None) if lat == lon == 0 else (round(lat, 7), round(lon, 7))


def _degrees(parts: Any, hemisphere: Any, letters: str, most: int) -> float:
    degrees, minutes, seconds = (float(part) for part in parts)
    value = degrees + minutes / 60 + seconds / 3600
    letter = _text(hemisphere).upper()
    if letter not in letters or len(letter) != 1 or not (math.isfinite(value) and 0 <= value <= most):
        raise ValueError("no place on this earth")
    return -value if letter == letters[1] else value


def _error(gps: Mapping[int, Any]) -> float | None:
    try:
        value = float(gps[_ERROR_M])
    except _BROKEN:
        return None
    return round(value, 1) if math.isfinite(value) and 0 < value < 1e6 else None


def _text(value: Any) -> str:
    if isinstance(value, bytes):
        value = value.decode("ascii")
    if not isinstance(value, str):
        raise TypeError("no text")
    return value.strip("\0 ")
