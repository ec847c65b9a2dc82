"""The Exif block of a HEIC, HEIF or AVIF file, found without decoding anything (ISO/IEC 14496-12, 8.11; 23008-12, A.2).

Nothing here can decode HEIC, but phones save their pictures in it, and when and where one was taken is worth comparing.
"""

from collections.abc import Iterator
from typing import BinaryIO

MOST_META = 2**20  # bytes of the box that lists the items; phones write some kilobytes
MOST_EXIF = 2**20
_MOST_BOXES = 10_000


class NotHeif(Exception):
    """No Exif there, or a file that breaks its own rules."""


def exif_of(file: BinaryIO, size: int) -> bytes:
    """The TIFF bytes of the Exif item. NotHeif."""
    meta = _meta(file, size)
    item = _exif_item(meta)
    start, length = _extent(meta, item)
    if not 10 <= length <= MOST_EXIF or start + length > size:
        raise NotHeif("an extent outside the file")
    file.seek(start)
    block = file.read(length)
    skip = 4 + int.from_bytes(block[:4], "big")  # exif_tiff_header_offset
    if skip >= len(block):
        raise NotHeif("an Exif block without a header")
    return block[skip:]


def _meta(file: BinaryIO, size: int) -> bytes:
    """Content of the first `meta` box, behind its version and flags."""
    place = 0
    for _ in range(_MOST_BOXES):
        file.seek(place)
        head = file.read(16)
        if len(head) < 8:
            break
        length, kind, skip = int.from_bytes(head[:4], "big"), head[4:8], 8
        if length == 1:
            length, skip = int.from_bytes(head[8:16], "big"), 16
        elif length == 0:
            length = size - place
        if length < skip:
            break
        if kind == b"meta":
            if length > MOST_META:
                raise NotHeif("a list too long")
            file.seek(place + skip + 4)
            return file.read(length - skip - 4)
        place += length
    raise NotHeif("no meta box")


def _boxes(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    place = 0
    while place + 8 <= len(content):
        length = int.from_bytes(content[place : place + 4], "big")
        if length < 8 or place + length > len(content):
            return
        yield content[place + 4 : place + 8], content[place + 8 : place + length]
        place += length


def _box(content: bytes, wanted: bytes) -> bytes:
    for kind, inner in _boxes(content):
        if kind == wanted:
            return inner
    raise NotHeif(f"no {wanted!r} box")


def _exif_item(meta: bytes) -> int:
    """Id of the item of the type `Exif` (item information box)."""
    entries = _box(meta, b"iinf")
    for kind, entry in _boxes(entries[6 if entries[:1] == b"\0" else 8 :]):
        if kind != b"infe" or entry[:1] not in (b"\2", b"\3"):
            continue
        wide = 2 if entry[0] == 2 else 4
        if entry[4 + wide + 2 : 4 + wide + 6] == b"Exif":
            return int.from_bytes(entry[4 : 4 + wide], "big")
    raise NotHeif("no Exif item")


class _Numbers:
    """Big-endian numbers, one after the other."""

    def __init__(self, content: bytes) -> None:
        self.content, self.place = content, 0

    def take(self, size: int) -> int:
        end = self.place + size
        if end > len(self.content):
            raise NotHeif("a list cut short")
        found = int.from_bytes(self.content[self.place : end], "big")
        self.place = end
        return found


def _extent(meta: bytes, wanted: int) -> tuple[int, int]:
    """(offset, length) of an item that lies in one piece in the file (item location box)."""
    numbers = _Numbers(_box(meta, b"iloc"))
    version = numbers.take(4) >> 24
    sizes = numbers.take(2)
    offset, length, base, index = sizes >> 12 & 15, sizes >> 8 & 15, sizes >> 4 & 15, sizes & 15
    for _ in range(numbers.take(2 if version < 2 else 4)):
        item = numbers.take(2 if version < 2 else 4)
        method = numbers.take(2) & 15 if version in (1, 2) else 0
        numbers.take(2)  # which file: 0 is this one
        start = numbers.take(base)
        extents = []
        for _ in range(numbers.take(2)):
            if version in (1, 2) and index:
                numbers.take(index)
            extents.append((numbers.take(offset), numbers.take(length)))
        if item == wanted:
            if method != 0 or len(extents) != 1:
                raise NotHeif("an Exif block in pieces")
            return start + extents[0][0], extents[0][1]
    raise NotHeif("an item without a place")
