"""Every code the import can say has its words, in both languages, with no value that is not given."""

import ast
import re
from pathlib import Path

import pytest

import backend.registry.importing as importing
from backend.common import apart
from backend.registry.importing.run_words import RUN_WORDS, words_of
from backend.registry.importing.words import WORDS, reason_words
from shared.problems import Text
from tests.architecture.test_house_rules import argument, called, literals, placeholders

ALL = {**WORDS, **RUN_WORDS}
SAYING = {"note", "ask", "refuse", "FileRefused", "Odd", "_Odd", "ValueRefused", "Note", "append"}
ASKED = {"answer", "choices"}  # what `ask` adds
# Codes that one function hands to another, with the values given there.
HANDED = {"quantity_unreadable": {"field", "value"}, "cell_number_unreadable": {"field", "value"}}
SOURCES = sorted(Path(importing.__file__).parent.glob("*.py"))
# What a reader can die of is said where readers are started.
APART = Path(apart.__file__)


def keys(node: ast.expr | None) -> set[str] | None:
    """The keys of a dict that is written out; None when it is not."""
    return {name for key in node.keys for name in literals(key)} if isinstance(node, ast.Dict) else None


def sayings(tree: ast.Module) -> list[tuple[int, str, set[str] | None]]:
    """(line, code, values given or None where they are not written out)."""
    found: list[tuple[int, str, set[str] | None]] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Tuple) and len(node.elts) == 2 and keys(node.elts[1]) is not None:
            found += [(node.lineno, code, keys(node.elts[1])) for code in literals(node.elts[0]) if code in ALL]
        if isinstance(node, ast.Dict) and "code" in {n for key in node.keys for n in literals(key)}:
            said = {literals(key)[0]: value for key, value in zip(node.keys, node.values, strict=True) if literals(key)}
            found += [(node.lineno, code, keys(said.get("values"))) for code in literals(said["code"])]
        if not isinstance(node, ast.Call) or called(node) not in SAYING:
            continue
        given: set[str] | None = {keyword.arg for keyword in node.keywords if keyword.arg}
        if any(keyword.arg is None for keyword in node.keywords):
            given = None
        if called(node) == "Note":
            given = keys(argument(node, 1, "values"))
        elif called(node) == "ask" and given is not None:
            given |= ASKED
        found += [(node.lineno, code, given) for code in literals(argument(node, 0, "code"))]
    return found


def faults(name: str, tree: ast.Module) -> list[str]:
    found = []
    for line, code, given in sayings(tree):
        if code not in ALL:
            found.append(f"{name}:{line}: {code} has no words")
        elif given is not None and not placeholders(ALL[code].vi) | placeholders(ALL[code].en) <= given:
            found.append(f"{name}:{line}: {code} is given {sorted(given)}")
    return found


def test_every_code_has_words_and_is_given_their_values() -> None:
    assert [fault for path in SOURCES for fault in faults(path.name, ast.parse(path.read_text("utf-8")))] == []


def test_no_words_are_left_over() -> None:
    used = {code for path in SOURCES for _, code, _ in sayings(ast.parse(path.read_text("utf-8")))}
    text = "".join(path.read_text("utf-8") for path in (*SOURCES, APART) if not path.name.endswith("words.py"))
    assert sorted(code for code in ALL if code not in used and code not in HANDED and f'"{code}"' not in text) == []
    assert len(used) > 80  # the walk finds what it is for


@pytest.mark.parametrize(
    "source",
    [
        'draft.note("no_such_code")',
        'draft.ask("axes_swapped", "axes", "swapped", first=1)',
        'raise FileRefused("too_slow")',
        'Note("row_too_deep", {})',
        'notes.append(("total_skipped", {"line": 1}))',
        '{"code": "licence_rows_differ", "values": {"fields": ""}}',
    ],
)
def test_a_code_without_words_or_values_is_seen(source: str) -> None:
    assert faults("some.py", ast.parse(source))


@pytest.mark.parametrize("code", sorted(WORDS))
def test_words_are_one_sentence_in_each_language(code: str) -> None:
    words: Text = WORDS[code]
    assert words.vi != words.en
    assert {name.removesuffix("_vi") for name in placeholders(words.vi)} == {
        name.removesuffix("_en") for name in placeholders(words.en)
    }
    for sentence in (words.vi, words.en):
        assert sentence.endswith(".")
        assert "  " not in sentence
        # Says what to do, or that nothing needs doing: more than a bare statement.
        assert len(sentence.split()) >= 6


def test_vietnamese_is_vietnamese() -> None:
    for code, words in WORDS.items():
        assert re.search("[ăâđêôơưàáảãạằắẳẵặầấẩẫậèéẻẽẹềếểễệìíỉĩịòóỏõọồốổỗộờớởỡợùúủũụừứửữựỳýỷỹỵ]", words.vi), code


def test_a_reason_of_geos_is_said_with_its_place() -> None:
    said = reason_words("Self-intersection[106.005 21.005]")
    assert said == {
        "reason_vi": "ranh giới tự cắt (21.005; 106.005)",
        "reason_en": "the boundary crosses itself (21.005; 106.005)",
    }
    assert reason_words("Something new")["reason_vi"] == "Something new"


def test_run_words_and_reader_words_are_one_catalogue() -> None:
    assert not WORDS.keys() & RUN_WORDS.keys()
    assert words_of("hn72", {"prefix": "18"}, "vi") != words_of("hn72", {"prefix": "18"}, "en")
