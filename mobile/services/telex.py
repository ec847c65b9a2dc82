"""Telex: what a key makes of the word at the caret. Pure; a text in which nothing is composed is left as it is.

s f r x j set the tone and z takes it away; aa ee oo give â ê ô, aw ow uw ă ơ ư, w alone ư, uow ươ, dd đ. A tone or mark
may be typed anywhere after its vowel, at the end of the word too (nguyeenx, nguyenex). The same key again takes back
what it did and is written itself (ass → as). A key that could only give an impossible syllable is an ordinary letter;
so is every key in a word with digits (29C-123.45). Two things are given back when the word turns out to be foreign: a
tone that a final stop does not bear (text), and an ư that stands for a w at the beginning (windows). Else an impossible
word keeps what it had: a space forgotten between two words must not undo the first.
"""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from mobile.services.syllables import (
    ACUTE,
    DOT,
    GRAVE,
    HOOK,
    LEVEL,
    PLAIN,
    TILDE,
    VOWELS,
    Style,
    Word,
    possible,
    read,
    split,
    unmarked_uo,
    written,
)

__all__ = ["BACKSPACE", "Edited", "Style", "compose"]

BACKSPACE = "\b"
_TONES = {"s": ACUTE, "f": GRAVE, "r": HOOK, "x": TILDE, "j": DOT}
_TONE_KEYS = {tone: key for key, tone in _TONES.items()}
_CIRCUMFLEX = {"a": "â", "e": "ê", "o": "ô"}
_HORN = {"a": "ă", "o": "ơ", "u": "ư"}
_HORNED = {marked: plain for plain, marked in _HORN.items()}
_RAW = {"ă": "aw", "â": "aa", "ê": "ee", "ô": "oo", "ơ": "ow", "ư": "uw", "đ": "dd"}
# uow at the end is uơ in thuở, huơ, khuơ; a letter more makes it ươ.
_WITH_UO = ("th", "h", "kh")


@dataclass(frozen=True, slots=True)
class Edited:
    """The whole text, NFC, and the caret in characters, 0 to its length."""

    text: str
    caret: int


def compose(text: str, caret: int, key: str, style: Style = Style.OLD) -> Edited:
    """`key` typed at `caret` (in characters of `text`; outside it, at the nearest end).

    One ASCII letter composes; anything else, longer text too, is inserted as it is; `BACKSPACE` takes one character
    away and composes nothing.
    """
    caret = min(max(caret, 0), len(text))
    left, right = (unicodedata.normalize("NFC", part) for part in (text[:caret], text[caret:]))
    if key == BACKSPACE:
        return _joined(left[:-1], right)
    if len(key) != 1 or not key.isascii() or not key.isalpha():
        return _joined(left + unicodedata.normalize("NFC", key), right)
    start, end = _word_start(left), _word_end(right)
    before, after = _typed(left[start:], right[:end], key, style)
    return _joined(left[:start] + before, after + right[end:])


def _joined(left: str, right: str) -> Edited:
    text = unicodedata.normalize("NFC", left + right)
    return Edited(text, min(len(unicodedata.normalize("NFC", left)), len(text)))


def _in_word(character: str) -> bool:
    return character.isalnum() or character == "_" or bool(unicodedata.combining(character))


def _word_start(left: str) -> int:
    start = len(left)
    while start and _in_word(left[start - 1]):
        start -= 1
    return start


def _word_end(right: str) -> int:
    return next((i for i, character in enumerate(right) if not _in_word(character)), len(right))


def _typed(left: str, right: str, key: str, style: Style) -> tuple[str, str]:
    """The word's two parts after the key. What is composed must stand before the caret, at least in part."""
    word = read(left + right)
    if word is None or not possible(word):
        return left + key, right
    at = len(left)
    if (marked := _marked(word, at, key.lower())) is not None:
        return _parts(marked, at, style)
    if (undone := _undone(word, at, key)) is not None:
        return _parts_as_typed(*undone, style)
    if word.tone and key.lower() == "z" and _has_vowel(word, at):
        return _parts(word.with_tone(LEVEL), at, style)
    if key.lower() == "w":
        horned = word.inserted(at, "Ư" if key.isupper() else "ư")
        if possible(horned):
            return _parts(horned, at + 1, style)
    return _with_letter(word, left, right, key, style)


def _with_letter(word: Word, left: str, right: str, key: str, style: Style) -> tuple[str, str]:
    """An ordinary letter: the tone moves to where it belongs now."""
    at = len(left)
    longer = word.inserted(at, key)
    if (both := unmarked_uo(longer)) is not None and at > both + 1:
        longer = longer.with_letter(both, "ư").with_letter(both + 1, "ơ")
    if possible(longer):
        return _parts(longer, at + 1, style)
    if split(longer.letters) is not None:  # a final stop under a tone it does not bear
        return _as_keys(word, style) + key, right
    if not right and word.letters.startswith("ư") and key.lower() not in (*_TONES, "z", "w"):
        return _as_keys(word, style) + key, right
    return left + key, right


def _has_vowel(word: Word, end: int) -> bool:
    parts = split(word.letters)
    return parts is not None and any(letter in VOWELS for letter in word.letters[len(parts[0]) : end])


def _marked(word: Word, at: int, key: str) -> Word | None:
    """The word with the tone or mark of the key, None where it has none to give."""
    if key in _TONES:
        toned = word.with_tone(_TONES[key])
        return toned if _TONES[key] != word.tone and _has_vowel(word, at) and possible(toned) else None
    return next((candidate for candidate in _candidates(word, at, key) if possible(candidate)), None)


def _candidates(word: Word, at: int, key: str) -> Iterator[Word]:
    """What a mark key could mean, the likeliest first: the nearest vowel before the caret."""
    letters = word.letters[:at]
    if key == "d" and letters.startswith("d"):
        yield word.with_letter(0, "đ")
    first = len((split(word.letters) or ("", ""))[0])
    if key in _CIRCUMFLEX:
        for i in range(at - 1, first - 1, -1):
            # A horn or breve becomes a circumflex only just behind it (awa → â): rơm + o is no rôm.
            if letters[i] == key or (letters[i] == _HORN.get(key) and i == at - 1):
                yield word.with_letter(i, _CIRCUMFLEX[key])
                if i and letters[i - 1] == "ư":
                    yield word.with_letter(i, _CIRCUMFLEX[key]).with_letter(i - 1, "u")
    if key == "w":
        yield from _horned(word, letters, first)


def _horned(word: Word, letters: str, first: int) -> Iterator[Word]:
    for i in range(len(letters) - 1, first, -1):
        u, o = letters[i - 1], letters[i]
        if PLAIN.get(u, u) == "u" and PLAIN.get(o, o) == "o" and u + o != "ươ" and i - 1 >= first:
            if word.letters[:first] in _WITH_UO and i == len(word.letters) - 1 and u + o != "uơ":
                yield word.with_letter(i - 1, "u").with_letter(i, "ơ")
            yield word.with_letter(i - 1, "ư").with_letter(i, "ơ")
    for i in range(len(letters) - 1, first - 1, -1):
        plain = PLAIN.get(letters[i], letters[i])
        if plain in _HORN and letters[i] not in _HORNED:
            yield word.with_letter(i, _HORN[plain])


def _undone(word: Word, at: int, key: str) -> tuple[Word, int, str] | None:
    """The word without what this key did, where the key itself is to stand, and the key. None: it did nothing."""
    lower, letters = key.lower(), word.letters[:at]
    if lower in _TONES:
        return (word.with_tone(LEVEL), at, key) if word.tone == _TONES[lower] and _has_vowel(word, at) else None
    if lower == "d" and letters.startswith("đ"):
        return word.with_letter(0, "d"), at, key
    if lower in _CIRCUMFLEX and _CIRCUMFLEX[lower] in letters:
        return word.with_letter(letters.rindex(_CIRCUMFLEX[lower]), lower), at, key
    if lower == "w" and any(letter in _HORNED for letter in letters):
        # A lone ư may have been typed w or uw; w is the likelier to be meant.
        if letters.endswith("ư") and at == len(word.letters) and not word.tone:
            return word.without(at - 1), at - 1, key
        plain = word
        for i, letter in enumerate(letters):
            plain = plain.with_letter(i, _HORNED.get(letter, letter))
        return plain, at, key
    return None


def _parts(word: Word, at: int, style: Style) -> tuple[str, str]:
    text = written(word, style)
    return text[:at], text[at:]


def _parts_as_typed(word: Word, at: int, key: str, style: Style) -> tuple[str, str]:
    """As `_parts`, with the key as a letter; the tone stays where it was before the word stopped being one."""
    text = written(word, style)
    return text[:at] + key, text[at:]


def _as_keys(word: Word, style: Style) -> str:
    """What was typed to get the word, as far as it can be known: marks at their vowels, the tone last."""
    tone = _TONE_KEYS.get(word.tone, "")
    if word.upper[-1]:
        tone = tone.upper()
    if not word.letters.startswith("ư"):
        return written(word.with_tone(LEVEL), style) + tone
    keys = ["w"] + [_RAW.get(letter, letter) for letter in word.letters[1:]]
    return "".join(k.upper() if upper else k for k, upper in zip(keys, word.upper, strict=True)) + tone
