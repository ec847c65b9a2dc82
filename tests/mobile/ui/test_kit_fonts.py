"""The fonts that come with the app hold every letter and every icon it draws."""

import ast
import unicodedata
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

import pytest
from fontTools.ttLib import TTFont

from mobile.fonts import FOLDER
from mobile.presenters.samples import LETTERS
from mobile.ui.icons import CODES
from shared.i18n.build import entries
from shared.problems import CATALOGUE, FIELD_ERRORS, Text
from shared.rules import band_words, photo_words
from shared.rules.words import WORDS

ROOT = Path(__file__).parents[3]
TONES = ("", "\u0300", "\u0301", "\u0303", "\u0309", "\u0323")  # level, grave, acute, tilde, hook, dot below
VOWELS = "aăâeêioôơuưy"
OTHERS = "đĐ°±×²³–—“”‘’…·%‰€₫•"
ICON_FIRST = ("Icon", "IconButton", "Empty")  # called with the name of an icon as the first argument


@cache
def glyphs(name: str) -> frozenset[int]:
    return frozenset(TTFont(FOLDER / name).getBestCmap())


def vietnamese() -> set[str]:
    letters = {unicodedata.normalize("NFC", vowel + tone) for vowel in VOWELS for tone in TONES}
    return letters | {letter.upper() for letter in letters}


def texts() -> Iterator[str]:
    """Every sentence the app can say."""
    for _, message in entries():
        for part in (message.id, message.string):
            yield from [part] if isinstance(part, str) else part
    for entry in CATALOGUE.values():
        yield from (entry.title.vi, entry.title.en, entry.detail.vi, entry.detail.en)
    pairs = [*FIELD_ERRORS.values(), *WORDS.values(), *_pairs(band_words), *_pairs(photo_words)]
    for pair in pairs:
        yield from (pair.vi, pair.en)


def _pairs(module: object) -> Iterator[Text]:
    for value in vars(module).values():
        if isinstance(value, Text):
            yield value
        elif isinstance(value, Mapping):
            yield from (one for one in value.values() if isinstance(one, Text))


@pytest.mark.parametrize("font", ["Roboto-Regular.ttf", "Roboto-Bold.ttf"])
def test_every_vietnamese_letter_has_a_glyph(font: str) -> None:
    assert len(vietnamese()) == 144  # 12 vowels × 6 tones × 2
    wanted = vietnamese() | set(OTHERS) | set(LETTERS)
    assert sorted(letter for letter in wanted if ord(letter) not in glyphs(font)) == []


@pytest.mark.parametrize("font", ["Roboto-Regular.ttf", "Roboto-Bold.ttf"])
def test_every_sign_of_every_sentence_has_a_glyph(font: str) -> None:
    missing = {sign: text for text in texts() for sign in text if ord(sign) not in glyphs(font) and sign != "\n"}
    assert missing == {}


def test_the_font_has_the_icons_that_are_named_and_no_others() -> None:
    assert set(CODES.values()) == set(glyphs("icons.ttf")) - {0x20}


def named() -> Iterator[tuple[str, str]]:
    """(where, icon) of every icon that a text in the code names."""
    for path in sorted((ROOT / "mobile").rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.Call):
                yield from ((f"{path.name}:{node.lineno}", icon) for icon in _icons_of(node))


def _icons_of(call: ast.Call) -> Iterator[str]:
    arguments = [word.value for word in call.keywords if word.arg == "icon"]
    name = call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")
    if name in ICON_FIRST and call.args:
        arguments.append(call.args[0])
    for argument in arguments:
        yield from _texts_of(argument)


def _texts_of(node: ast.expr) -> Iterator[str]:
    """The texts that it can come to: not what an `if` asks."""
    match node:
        case ast.Constant(value=str(text)) if text:
            yield text
        case ast.IfExp():
            yield from (*_texts_of(node.body), *_texts_of(node.orelse))
        case ast.BoolOp():
            yield from (text for value in node.values for text in _texts_of(value))


def test_every_icon_that_the_code_names_is_there() -> None:
    found = list(named())
    assert len(found) > 30
    assert [f"{where}: {icon}" for where, icon in found if icon not in CODES] == []
