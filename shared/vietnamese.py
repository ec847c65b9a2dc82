"""Vietnamese names, marks and numbers as keys: what is the same thing differently written has the same key.

A name is compared with its accents (Hòa is not Hoa) but whatever the placement of the tone (Hòa is Hoà) and the form of
Unicode. A search takes the accents away as well.
"""

import hashlib
import re
import unicodedata

KEY_LENGTH = 120
# Grave, acute, tilde, hook above, dot below: the five tone marks. Breve, circumflex and horn belong to the vowel.
_TONES = "\u0300\u0301\u0303\u0309\u0323"
_TONE = re.compile(f"[{_TONES}]")
# Between words; an accent that no letter takes in is part of its word (a key's own tones are).
_GAPS = re.compile(r"(?:[^\w\u0300-\u036f]|_)+")
# A sign between letters of a number: GP-UBND, GP/UBND and GP UBND are one.
_BETWEEN_LETTERS = re.compile(r"(?<=[^\W\d_])[\W_]+(?=[^\W\d_])")
# The Icelandic and the African letter that look like Đ stand for it in much Vietnamese data.
_LOOK_LIKE_D = str.maketrans("\u00d0\u00f0\u0189\u0256", "ĐđĐđ")


def name_key(name: str) -> str:
    """Words in lower case, each with its tone behind it; at most `KEY_LENGTH` characters, "" only for no name.

    A longer key is cut and ends with a hash of the whole, so that long names that begin alike stay apart.
    """
    plain = unicodedata.normalize("NFC", name.translate(_LOOK_LIKE_D)).casefold()
    key = " ".join(_tone_last(word) for word in _GAPS.sub(" ", plain).split())
    # A name made of signs only is still a name of its own.
    return _shortened(key or " ".join(plain.split()))


def search_key(text: str) -> str:
    """Lower case without accents, letters and digits with single spaces: "Xã Hoà Bình" → "xa hoa binh"."""
    return " ".join(_GAPS.sub(" ", without_accents(text)).split())


def mark_key(mark: str) -> str:
    """A plate or a vessel's mark by its Latin letters and digits, upper case: "29C-623.78" → "29C62378"."""
    return "".join(c for c in without_accents(mark).upper() if c.isascii() and c.isalnum())


def number_key(number: str) -> str:
    """A number of a licence or a paper by its letters and digits, so that "012 /GP–UBND" is "12/GP UBND"; signs between
    two digits still part them (1/23 is not 12/3). "" when it has none."""
    plain = _BETWEEN_LETTERS.sub("", without_accents(number))
    parts = re.findall(r"[^\W\d_]+|\d+", plain)
    return ".".join(part.lstrip("0") or "0" if part.isdigit() else part for part in parts)


def without_accents(text: str) -> str:
    """Lower case without any accent, đ as d; № and full-width letters as their plain ones."""
    whole = unicodedata.normalize("NFKD", text.translate(_LOOK_LIKE_D)).casefold()
    apart = unicodedata.normalize("NFKD", whole)
    return "".join(c for c in apart if not unicodedata.combining(c)).replace("đ", "d")


def _tone_last(word: str) -> str:
    apart = unicodedata.normalize("NFD", word)
    # More than one is no Vietnamese; in Unicode's order the key stays the same when it is normalised again.
    tones = "".join(sorted(_TONE.findall(apart), key=lambda tone: (unicodedata.combining(tone), tone)))
    return unicodedata.normalize("NFC", _TONE.sub("", apart)) + tones


def _shortened(key: str) -> str:
    if len(key) <= KEY_LENGTH:
        return key
    return f"{key[: KEY_LENGTH - 17]}~{hashlib.sha256(key.encode('utf-8', 'surrogatepass')).hexdigest()[:16]}"
