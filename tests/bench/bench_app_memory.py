"""The field app against a bare Kivy window with one label: memory at the first frame of the first screen."""

import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import median

from tests.bench.app_phone import furnish
from tests.bench.app_starts import BARE, HOME, LOCK, Start, beyond, in_turn
from tests.bench.frame import Figure, at_most, results_folder

RUNS = 7
MORE_MB = 40.0


def figures() -> Iterator[Figure]:
    var = results_folder()
    var.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=var) as made:
        open_, locked, empty = Path(made) / "open", Path(made) / "locked", Path(made) / "bare"
        furnish(open_, pin=False)
        furnish(locked, pin=True)
        found = in_turn({BARE: empty, HOME: open_, LOCK: locked}, RUNS)
    yield from _figures("Hôm nay", "Today", found[HOME], found[BARE])
    yield from _figures("khoá PIN", "the PIN lock", found[LOCK], found[BARE])


def _figures(vi: str, en: str, ours: Sequence[Start], bare: Sequence[Start]) -> Iterator[Figure]:
    for name, mine, theirs in (
        ("PSS", [one.pss for one in ours], [one.pss for one in bare]),
        ("RSS", [one.rss for one in ours], [one.rss for one in bare]),
    ):
        words = f"{median(mine):.4g} MB", f"{median(theirs):.4g} MB"
        yield at_most(
            f"Bộ nhớ ({name}) ở khung hình đầu của màn hình đầu, {vi}, phần nhiều hơn cửa sổ trống / memory ({name}) at"
            f" the first frame of the first screen, {en}, beyond a bare window",
            beyond(mine, theirs),
            "MB",
            limit=MORE_MB,
            limit_words=f"{MORE_MB:.0f} MB hơn cửa sổ Kivy trống có một nhãn, cùng lượt ({words[0]} so với {words[1]})"
            f" / {MORE_MB:.0f} MB more than a bare Kivy window with one label, same run ({words[0]} beside"
            f" {words[1]})",
        )
