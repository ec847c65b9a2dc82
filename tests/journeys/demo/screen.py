"""What the user sees: a line a step, progress on the long ones, one sentence when it fails."""

import sys
import time
from typing import NoReturn


class Screen:
    """Lines on standard output, flushed, with the seconds since the start; a counter in place on a terminal."""

    def __init__(self) -> None:
        self._start = time.monotonic()
        self._step = 0
        self._terminal = sys.stdout.isatty()

    def step(self, vi: str, en: str) -> None:
        self._step += 1
        self._write(f"{self._clear()}[{self._step:2d}] {vi} / {en}  ({time.monotonic() - self._start:.1f} s)\n")

    def progress(self, words: str) -> None:
        if self._terminal:
            self._write(f"{self._clear()}     {words}")
        else:
            self._write(f"     {words}\n")

    def say(self, words: str) -> None:
        self._write(f"{self._clear()}{words}\n")

    def _clear(self) -> str:
        return "\r\033[K" if self._terminal else ""

    @staticmethod
    def _write(text: str) -> None:
        sys.stdout.write(text)
        sys.stdout.flush()


class Failed(Exception):
    """A step did not hold; the text is the sentence for the user."""


def fail(vi: str, en: str) -> NoReturn:
    raise Failed(f"{vi} / {en}")


def hold(condition: bool, vi: str, en: str) -> None:
    """A check of the job: nothing when it holds, Failed when not."""
    if not condition:
        fail(vi, en)
