"""Canonical bytes: the cases anybody can check, and properties over made-up JSON."""

import hashlib
import json
import math
import unicodedata
from contextlib import suppress
from typing import Any

import pytest
import rfc8785
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.problems import Problem
from shared.wire.v1 import canonical
from shared.wire.v1.canonical import canonical_bytes, parse_canonical, parse_json
from tests import golden
from tests.shared.strategies import examples

CASES = golden.read("canonical_cases.json")
GOOD = [case for case in CASES if not case.get("refused")]
REFUSED = [case for case in CASES if case.get("refused")]

text = st.text(st.characters(exclude_categories=["Cs"]), max_size=10)
json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.floats(allow_nan=False, allow_infinity=False).filter(lambda x: not 2**53 <= abs(x) < 1e21)
    | text,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(text, inner, max_size=4),
    max_leaves=15,
)


@pytest.mark.parametrize("case", GOOD, ids=lambda case: case["name"])
def test_golden(case: dict[str, Any]) -> None:
    raw = canonical_bytes(parse_json(case["input"].encode("utf-8")))
    assert raw == case["canonical"].encode("utf-8")
    assert hashlib.sha256(raw).hexdigest() == case["sha256"]
    assert canonical_bytes(parse_canonical(raw, "facts")) == raw


@pytest.mark.parametrize("case", REFUSED, ids=lambda case: case["name"])
def test_golden_refused(case: dict[str, Any]) -> None:
    with pytest.raises(Problem) as caught:
        parse_canonical(case["input"].encode("utf-8"), "facts")
    assert caught.value.code == "not_canonical"
    assert [error.path for error in caught.value.errors] == ["facts"]


@examples
@given(json_values)
def test_canonical_bytes_are_a_fixed_point(value: Any) -> None:
    raw = canonical_bytes(value)
    assert canonical_bytes(parse_canonical(raw, "")) == raw


@examples
@given(json_values)
def test_any_other_writing_has_the_same_canonical_bytes_and_is_refused_itself(value: Any) -> None:
    raw = canonical_bytes(value)
    other = json.dumps(value, ensure_ascii=True, indent=1).encode()
    assert canonical_bytes(parse_json(other)) == raw
    if other != raw:
        with pytest.raises(Problem, match="not_canonical"):
            parse_canonical(other, "")


@examples
@given(text)
def test_composed_and_decomposed_text_give_the_same_bytes(words: str) -> None:
    composed = canonical_bytes({"statement": unicodedata.normalize("NFC", words)})
    assert canonical_bytes({"statement": unicodedata.normalize("NFD", words)}) == composed


@examples
@given(st.binary(max_size=60) | text.map(str.encode))
def test_no_bytes_make_the_readers_fall_over(raw: bytes) -> None:
    """A value or a Problem, nothing else."""
    for read in (parse_json, lambda given: parse_canonical(given, "x")):
        with suppress(Problem):
            read(raw)


@pytest.mark.parametrize(
    "value",
    [math.nan, math.inf, -math.inf, 2**53, -(2**53), 1e20, 2.0**53, "\ud83d", {"\udc00": 1}],
)
def test_what_has_no_canonical_form_is_a_value_error(value: object) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - the words come from several libraries
        canonical_bytes([value])


@pytest.mark.parametrize("depth", [100, 300, 450, 500, 700, 900, 1000, 5000, 100_000])
@pytest.mark.parametrize(("opening", "closing"), [(b"[", b"]"), (b'{"a":', b"}")])
def test_nesting_is_read_or_refused_but_never_breaks(depth: int, opening: bytes, closing: bytes) -> None:
    try:
        parse_canonical(opening * depth + b"1" + closing * depth, "facts")
    except Problem:
        assert depth > 100


def test_nesting_is_refused_when_written_too() -> None:
    value: list[Any] = []
    for _ in range(5000):
        value = [value]
    with pytest.raises(ValueError):  # noqa: PT011 - the words are Python's
        canonical_bytes(value)


@pytest.mark.parametrize(
    "raw", [b"", b" ", b"{} {}", b"\xef\xbb\xbf{}", b"'a'", b"{a:1}", b"[1,]", b"\xff", b"1" * 5000]
)
def test_not_json(raw: bytes) -> None:
    with pytest.raises(Problem, match="not_json"):
        parse_json(raw)


def test_a_key_twice_is_not_canonical() -> None:
    with pytest.raises(Problem, match="not_canonical"):
        parse_canonical(b'{"a":1,"a":1}', "facts")


numbers = (
    st.floats()
    | st.floats(-1e-3, 1e-3)
    | st.floats(1e14, 1e22)
    | st.integers(-(2**54), 2**54)
    | st.integers(-(10**6), 10**6).map(float)
)
any_values = st.recursive(
    st.none() | st.booleans() | numbers | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=3), inner, max_size=4),
    max_leaves=12,
)


@settings(examples, max_examples=300)
@given(any_values)
def test_the_quick_writer_writes_and_refuses_what_rfc8785_does(value: Any) -> None:
    """All of Unicode, every double, integers beyond what JSON keeps: whichever way a value goes."""

    def slowly() -> bytes | None:
        try:
            return rfc8785.dumps(canonical._nfc(value))
        except ValueError:  # rfc8785's own errors are some too
            return None

    def quickly() -> bytes | None:
        try:
            return canonical_bytes(value)
        except ValueError:
            return None

    assert quickly() == slowly()


@pytest.mark.parametrize(
    "value", [{"b": [1, 2.5, 9.0, -0.0, "đá\u0007"], "a": None, "c": {"e": 0.0001}}], ids=["plain"]
)
def test_ordinary_values_go_the_quick_way(value: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = rfc8785.dumps(value)
    monkeypatch.setattr(canonical.rfc8785, "dumps", None)
    assert canonical_bytes(value) == wanted
