"""Starts of the field app and of a bare window, in fresh processes, in turn."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.bench.app_process import answer_of
from tests.bench.frame import progress

BARE, NAME, HOME, LOCK = "bare", "name", "home", "lock"


@dataclass(frozen=True, slots=True)
class Start:
    """At the frame that was asked for: s of the wall clock since the process was started, s on a processor, MB of
    memory (its part of what it shares, and all that it maps)."""

    wall: float
    cpu: float
    pss: float
    rss: float


def start(kind: str, folder: Path) -> Start:
    """RuntimeError when that frame never came."""
    said = answer_of("tests.bench.app_child", kind, str(folder))
    return Start(said["at"] - said["begun"], said["cpu"], said["pss"] / 1e6, said["rss"] / 1e6)


def in_turn(folders: dict[str, Path], runs: int) -> dict[str, list[Start]]:
    """`runs` of each kind, after one that does not count: it writes what Python compiles, and fills the system's
    cache."""
    found: dict[str, list[Start]] = {kind: [] for kind in folders}
    for run in range(runs + 1):
        progress(f"mở ứng dụng và cửa sổ trống {run}/{runs} / starting the app and a bare window")
        for kind, folder in folders.items():
            one = start(kind, folder)
            if run:
                found[kind].append(one)
    return found


def times(ours: Sequence[float], bare: Sequence[float]) -> list[float]:
    """One ratio a run."""
    return [a / b for a, b in zip(ours, bare, strict=True)]


def beyond(ours: Sequence[float], bare: Sequence[float]) -> list[float]:
    """One difference a run."""
    return [a - b for a, b in zip(ours, bare, strict=True)]
