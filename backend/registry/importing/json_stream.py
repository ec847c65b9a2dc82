"""JSON read value by value, memory flat. The standard library's decoder on a growing window: the fast streaming parsers
at hand die of a number with thousands of digits or lose half characters."""

import codecs
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from backend.registry.importing.rows import FileRefused

_CHUNK = 2**18
MOST_CHARACTERS = 48 * 2**20  # of one value (a feature)
_SPACE = re.compile(r"[ \t\n\r]*")
_LONGEST_NUMBER = 300


class Oversized(str):
    """A number no computer number can hold, as written."""


class ValueRefused(Exception):
    """A value that is no plain JSON but whose end is known. `code` and `values` as of a note."""

    def __init__(self, code: str, **values: Any) -> None:
        self.code = code
        self.values = values
        super().__init__(code)


def _float(text: str) -> float | Oversized:
    found = float(text)
    return found if abs(found) != float("inf") else Oversized(text)


def _int(text: str) -> int | Oversized:
    return int(text) if len(text) <= _LONGEST_NUMBER else Oversized(text)


def _constant(text: str) -> Any:
    raise ValueRefused("json_constant", value=text)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        seen: set[str] = set()
        for key, _ in pairs:
            if key in seen:
                raise ValueRefused("json_key_twice", key=key[:100])
            seen.add(key)
    return found


_STRICT = json.JSONDecoder(object_pairs_hook=_object, parse_float=_float, parse_int=_int, parse_constant=_constant)
# Only to find where a value ends.
_LENIENT = json.JSONDecoder(parse_float=str, parse_int=str, parse_constant=str)


class JsonStream:
    """A window on a text; every reading raises FileRefused when the text is no JSON."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("rb")
        self._decoder = codecs.getincrementaldecoder("utf-8-sig")()
        self._text = ""
        self._at = 0
        self._before = 0  # characters that left the window
        self._ended = False

    def close(self) -> None:
        self._file.close()

    def _fill(self, size: int = _CHUNK) -> bool:
        """Take more into the window; False at the end of the file."""
        if self._ended:
            return False
        raw = self._file.read(size)
        self._ended = not raw
        try:
            more = self._decoder.decode(raw, final=self._ended)
        except UnicodeDecodeError as error:
            raise FileRefused("json_not_utf8") from error
        self._before += self._at
        self._text = self._text[self._at :] + more
        self._at = 0
        return True

    def peek(self) -> str:
        """The next character that is no space; "" at the end."""
        while True:
            match = _SPACE.match(self._text, self._at)
            self._at = match.end() if match else self._at
            if self._at < len(self._text):
                return self._text[self._at]
            if not self._fill():
                return ""

    def take(self, wanted: str) -> None:
        if self.peek() != wanted:
            self._broken(f"“{wanted}”", self._at)
        self._at += 1

    def _broken(self, expected: str, at: int) -> None:
        raise FileRefused("json_broken", position=self._before + at + 1, expected=expected)

    def value(self) -> Any:
        """The next value. ValueRefused when it has a key twice or a NaN; the stream then stands behind it."""
        self.peek()
        try:
            return self._decoded(_STRICT)
        except ValueRefused:
            self._decoded(_LENIENT)
            raise

    def _decoded(self, decoder: json.JSONDecoder) -> Any:
        size = _CHUNK
        while True:
            try:
                found, end = decoder.raw_decode(self._text, self._at)
            except RecursionError as error:
                raise FileRefused("json_too_deep") from error
            except json.JSONDecodeError as error:
                far = error.pos < len(self._text) - 64 and not error.msg.startswith("Unterminated")
                if far or not self._grow(size):
                    self._broken(error.msg, error.pos)
            else:
                # A number at the edge of the window may go on.
                if end < len(self._text) or not self._grow(size):
                    self._at = end
                    return found
            size *= 2

    def _grow(self, size: int) -> bool:
        if len(self._text) - self._at > MOST_CHARACTERS:
            raise FileRefused("feature_too_large", limit=MOST_CHARACTERS)
        return self._fill(size)

    def items(self) -> Iterator[None]:
        """Stand before each element of the array that begins here; the caller takes it."""
        self.take("[")
        if self.peek() == "]":
            self.take("]")
            return
        while True:
            yield
            if self.peek() == "]":
                self.take("]")
                return
            self.take(",")

    def members(self) -> Iterator[str]:
        """The keys of the object that begins here, one before each value, which the caller takes."""
        self.take("{")
        seen: set[str] = set()
        if self.peek() == "}":
            self.take("}")
            return
        while True:
            if self.peek() != '"':
                self._broken('“"”', self._at)
            key = self.value()
            if key in seen:
                raise FileRefused("json_file_key_twice", key=key[:100])
            seen.add(key)
            self.take(":")
            yield key
            if self.peek() == "}":
                self.take("}")
                return
            self.take(",")

    def end(self) -> None:
        if self.peek():
            self._broken("hết tệp / end of file", self._at)
