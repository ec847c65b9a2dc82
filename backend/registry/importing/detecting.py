"""What a file is, by its content; its name decides nothing."""

import re
from pathlib import Path
from zipfile import BadZipFile, ZipFile

from backend.registry.importing.rows import FileRefused, size_words

KINDS = ("table", "xlsx", "geojson", "shapefile", "gpkg", "kml", "kmz")
_HEAD = 8192
_OTHERS = (
    (b"\xd0\xcf\x11\xe0", "xls"),
    (b"%PDF", "pdf"),
    (b"Rar!", "rar"),
    (b"7z\xbc\xaf", "7z"),
    (b"\x1f\x8b", "gz"),
    (b"AC10", "dwg"),
    (b"\xff\xd8\xff", "jpeg"),
    (b"\x89PNG", "png"),
)


def kind_of(path: Path, max_bytes: int) -> str:
    """One of KINDS. FileRefused: empty, too large, or of a kind that is not read."""
    size = path.stat().st_size
    if size > max_bytes:
        raise FileRefused("too_large", size=size_words(size), limit=size_words(max_bytes))
    if size == 0:
        raise FileRefused("file_empty")
    with path.open("rb") as file:
        head = file.read(_HEAD)
    if head.startswith(b"PK\x03\x04"):
        return _in_zip(path)
    if head.startswith(b"SQLite format 3\x00"):
        # application_id at byte 68: "GPKG", or "GP10" of version 1.0 (OGC 12-128)
        if head[68:72] in (b"GPKG", b"GP10", b"GP11"):
            return "gpkg"
        raise FileRefused("kind_unknown", found="SQLite")
    if head.startswith(b"\x00\x00\x27\x0a"):
        raise FileRefused("shapefile_alone")
    for magic, name in _OTHERS:
        if head.startswith(magic):
            raise FileRefused("kind_unknown", found=name)
    return _in_text(head)


def _in_text(head: bytes) -> str:
    text = head
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        text = head.replace(b"\x00", b"")[2:]
    text = text.removeprefix(b"\xef\xbb\xbf").lstrip()
    if text.startswith(b"<"):
        if re.search(rb"<(?:\w+:)?kml[\s>]", text) or b"kml/2." in text:
            return "kml"
        raise FileRefused("kind_unknown", found="XML/HTML")
    if text.startswith((b"{", b"[")) or _scalar_json(text):
        return "geojson"
    if b"\x00" in head and not _utf16(head):
        raise FileRefused("not_text")
    return "table"


def _scalar_json(text: bytes) -> bool:
    return text.strip() in (b"null", b"true", b"false")


def _utf16(head: bytes) -> bool:
    """UTF-16 without a mark: every other byte of mostly Latin text is zero."""
    return head.startswith((b"\xff\xfe", b"\xfe\xff")) or max(head[0::2].count(0), head[1::2].count(0)) > len(head) / 4


def _in_zip(path: Path) -> str:
    try:
        with ZipFile(path) as archive:
            names = [info.filename for info in archive.infolist()[:10_000]]
    except (BadZipFile, NotImplementedError, ValueError, UnicodeDecodeError) as error:
        raise FileRefused("zip_broken", reason=str(error)[:200]) from error
    lower = [name.lower() for name in names]
    if "xl/workbook.xml" in lower:
        return "xlsx"
    if any(name.endswith(".shp") for name in lower):
        return "shapefile"
    if any(name.endswith(".kml") for name in lower):
        return "kmz"
    raise FileRefused("zip_without_data", names=", ".join(names[:5])[:200])
