"""What benchmarks share: a figure, how it is measured, where it is written.

A benchmark is a file `tests/bench/bench_<name>.py` with `figures() -> Iterable[Figure]`. It runs in a process of
its own, so what it imports, configures and leaves in memory touches no other. Nothing here needs Django.
"""

import gc
import importlib
import math
import os
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
LEAST_RUNS = 5


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured figure and its limit.

    `name`, `limit_words`: Vietnamese, " / ", English; `limit_words` says what the limit is and how it was measured.
    `value`: the median of `runs` runs in `unit`; `spread`: least and greatest of them. ValueError when that cannot be.
    """

    name: str
    value: float
    unit: str
    limit: float
    limit_words: str
    held: bool
    spread: tuple[float, float]
    runs: int

    def __post_init__(self) -> None:
        if self.runs < LEAST_RUNS:
            raise ValueError(f"{self.name}: {self.runs} runs, at least {LEAST_RUNS} are needed")
        if not all(map(math.isfinite, (self.value, self.limit, *self.spread))):
            raise ValueError(f"{self.name}: {self.value}, {self.limit}, {self.spread} are not all numbers")
        if not self.spread[0] <= self.value <= self.spread[1]:
            raise ValueError(f"{self.name}: {self.value} is not within {self.spread}")
        if not all(" / " in words for words in (self.name, self.limit_words)):
            raise ValueError(f"{self.name}: Vietnamese and English are both needed, with ' / ' between")


def at_most(name: str, values: Sequence[float], unit: str, *, limit: float, limit_words: str) -> Figure:
    """The median of `values` (one a run, at least 5) must not be above `limit`."""
    return _figure(name, values, unit, limit, limit_words, held=statistics.median(values) <= limit)


def at_least(name: str, values: Sequence[float], unit: str, *, limit: float, limit_words: str) -> Figure:
    """The median of `values` (one a run, at least 5) must not be below `limit`."""
    return _figure(name, values, unit, limit, limit_words, held=statistics.median(values) >= limit)


def _figure(name: str, values: Sequence[float], unit: str, limit: float, limit_words: str, *, held: bool) -> Figure:
    spread = (float(min(values)), float(max(values)))
    return Figure(name, float(statistics.median(values)), unit, float(limit), limit_words, held, spread, len(values))


Clock = Callable[[], float]


def seconds(work: Callable[[], object], *, repeats: int = 1, clock: Clock = time.perf_counter) -> float:
    """Seconds for one call of `work`, the mean of `repeats` calls in a row; garbage is not collected meanwhile (as
    timeit does it).

    `clock`: time.process_time counts this process's seconds on a processor only, and not what a busy machine adds.
    """
    collecting = gc.isenabled()
    gc.disable()
    try:
        begun = clock()
        for _ in range(repeats):
            work()
        return (clock() - begun) / repeats
    finally:
        if collecting:
            gc.enable()


def timed(
    work: Callable[[], object], *, runs: int = LEAST_RUNS, repeats: int = 1, clock: Clock = time.perf_counter
) -> list[float]:
    """Seconds for one call, once for every run, after one call that does not count."""
    work()
    return [seconds(work, repeats=repeats, clock=clock) for _ in range(runs)]


def ratios(
    work: Callable[[], object],
    yardstick: Callable[[], object],
    *,
    runs: int = LEAST_RUNS,
    repeats: int = 1,
    yardstick_repeats: int = 1,
    clock: Clock = time.perf_counter,
) -> list[float]:
    """How many times as long as one call of `yardstick` one call of `work` takes: one ratio a run.

    Both are measured in turn within each run, so that a machine that slows down slows both.
    """
    work()
    yardstick()
    return [
        seconds(work, repeats=repeats, clock=clock) / seconds(yardstick, repeats=yardstick_repeats, clock=clock)
        for _ in range(runs)
    ]


def measure(name: str) -> list[Figure]:
    """The figures of `bench_<name>.py`. ValueError when it measured nothing."""
    found = list(importlib.import_module(f"tests.bench.bench_{name}").figures())
    if not found:
        raise ValueError(f"bench_{name}.figures() gave no figure")
    return found


def progress(words: str) -> None:
    """A line to stderr: what is being worked on."""
    sys.stderr.write(f"  … {words}\n")
    sys.stderr.flush()


def results_folder() -> Path:
    """Where the JSON files go: `bench/` in $KK_VAR, or in the project's `var/`."""
    return Path(os.environ.get("KK_VAR") or ROOT / "var") / "bench"


def set_up_django(var: Path, database_url: str = "") -> None:
    """Django on a `var/` of the benchmark's own (`var`, a folder that may be thrown away), never on the office's data.

    To be called before anything of Django or `backend` is imported. `database_url`: default SQLite in `var`.
    RuntimeError when Django has been set up already.
    """
    if "django.conf" in sys.modules and sys.modules["django.conf"].settings.configured:
        raise RuntimeError("Django was set up before the benchmark's own folder was chosen")
    os.environ["KK_VAR"] = str(var)
    os.environ["DJANGO_SETTINGS_MODULE"] = "backend.config.settings"
    os.environ.setdefault("KK_LOG_LEVEL", "WARNING")
    if database_url:
        os.environ["DATABASE_URL"] = database_url
    else:
        os.environ.pop("DATABASE_URL", None)
    import django

    django.setup()
