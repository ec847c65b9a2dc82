"""What `make apk` says: a line for each check, Vietnamese first, what is wrong below it."""

from collections.abc import Iterable
from typing import TextIO

SHOWN = 12  # faults of one check


class Told:
    def __init__(self, out: TextIO) -> None:
        self._out = out
        self._skipped: list[tuple[str, str, str]] = []
        self.failed = False

    def check(self, vi: str, en: str, faults: Iterable[str]) -> None:
        found = list(faults)
        self._say(f"{'✗' if found else '✓'} {vi} / {en}")
        for fault in found[:SHOWN]:
            self._say(f"    {fault}")
        if len(found) > SHOWN:
            self._say(f"    … +{len(found) - SHOWN}")
        self.failed = self.failed or bool(found)

    def step(self, vi: str, en: str) -> None:
        self._say(f"… {vi} / {en}")

    def note(self, line: str) -> None:
        self._say(f"    {line}")

    def skip(self, vi: str, en: str, why: Exception) -> None:
        self._say(f"– {vi}: bỏ qua / {en}: skipped: {why}")
        self._skipped.append((vi, en, str(why)))

    def end(self, rest: Iterable[tuple[str, str]]) -> int:
        """The exit code. `rest`: what nobody could verify here."""
        self._say("CHƯA kiểm được ở đây / NOT verified here:")
        for vi, en in rest:
            self._say(f"  - {vi} / {en}")
        for vi, en, why in self._skipped:
            self._say(f"  - {vi} / {en}: {why}")
        if self.failed:
            self._say("HỎNG: có điều không đạt ở trên. / FAILED: see above.")
        return int(self.failed)

    def _say(self, line: str) -> None:
        self._out.write(f"{line}\n")
        self._out.flush()
