"""Public keys as people hand them over: PEM files."""

import re
from collections.abc import Iterable
from pathlib import Path

_PEM = re.compile("-----BEGIN PUBLIC KEY-----.+?-----END PUBLIC KEY-----\n?", re.DOTALL)


def read_keys(paths: Iterable[Path]) -> tuple[str, ...]:
    """Every PEM in these files. OSError where one cannot be read; ValueError naming a file that holds none."""
    found: list[str] = []
    for path in paths:
        pems = _PEM.findall(path.read_text(encoding="utf-8", errors="replace"))
        if not pems:
            raise ValueError(str(path))
        found += pems
    return tuple(found)
