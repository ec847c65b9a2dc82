"""Names of places as people write them: the kind apart from the name, and a key for what stays."""

import re
import unicodedata

from shared.vietnamese import name_key

# What a paper puts before a name, and what it stands for. Longer ones first: "thị xã" is no "xã".
_WORDS = ("đặc khu", "thị trấn", "thị xã", "thành phố", "phường", "huyện", "quận", "tỉnh", "xã")
_SHORT = {
    "tp": "Thành phố", "tx": "Thị xã", "tt": "Thị trấn", "đk": "Đặc khu", "p": "Phường", "x": "Xã", "h": "Huyện",
    "q": "Quận", "t": "Tỉnh",
}  # fmt: skip
# An abbreviation has its point, or is of two letters: "P.3", "TP Huế"; "T Nưng" is a name.
_WITH_KIND = re.compile(
    rf"\s*(?:(?P<word>{'|'.join(_WORDS)})\s|(?P<short>{'|'.join(_SHORT)})\.|(?P<two>tp|tx|tt)\s)\s*(?P<name>\S.*)", re.I
)
_NEXT = "|".join(("huyện", "quận", "thị xã", "thành phố", "tỉnh", "tp", "tx"))
_PARTS = re.compile(rf"[,;\n]|\s+(?=(?:{_NEXT})[\s.])|\s+(?=[hqt]\.)", re.I)
_ZEROS = re.compile(r"0+(?=[0-9])")


def split_kind(text: str) -> tuple[str, str]:
    """ "TX. Sơn Tây" → ("Thị xã", "Sơn Tây"); the kind is "" where none is written."""
    plain = " ".join(unicodedata.normalize("NFC", text).split())
    found = _WITH_KIND.fullmatch(plain)
    if found is None:
        return "", plain
    short = found["short"] or found["two"]
    return _SHORT[short.casefold()] if short else found["word"].capitalize(), found["name"]


def place_key(text: str) -> str:
    """`name_key` of a place's name without its kind; "Phường 03" is "Phường 3"."""
    _, name = split_kind(text)
    return _ZEROS.sub("", name_key(name)) if name[:1].isdigit() else name_key(name)


def address_parts(text: str) -> list[str]:
    """ "xã Xuân Quan, huyện Văn Giang tỉnh Hưng Yên" → three parts, from the smallest place to the largest."""
    plain = unicodedata.normalize("NFC", text)
    return [part.strip() for part in _PARTS.split(plain) if part.strip(" .")]
