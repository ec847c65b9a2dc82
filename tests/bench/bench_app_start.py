"""The field app against a bare Kivy window with one label: from the start of the process to the first frame, which is
the app's name, and to the first frame of a screen that can be used."""

import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import median

from tests.bench.app_phone import furnish
from tests.bench.app_starts import BARE, HOME, LOCK, NAME, Start, in_turn, times
from tests.bench.frame import Figure, at_most, results_folder

RUNS = 7
FIRST = 1.6  # what was set for the first frame
USABLE = 2.6  # of our own: what comes after it is the app itself, loaded and laid out
FRAMES = (
    (NAME, FIRST, "khung hình đầu, tên ứng dụng", "its first frame, the app's name"),
    (HOME, USABLE, "màn hình dùng được, Hôm nay", "a screen that can be used, Today"),
    (LOCK, USABLE, "màn hình dùng được, khoá PIN", "a screen that can be used, the PIN lock"),
)


def figures() -> Iterator[Figure]:
    var = results_folder()
    var.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=var) as made:
        open_, locked, empty = Path(made) / "open", Path(made) / "locked", Path(made) / "bare"
        furnish(open_, pin=False)
        furnish(locked, pin=True)
        found = in_turn({BARE: empty, NAME: open_, HOME: open_, LOCK: locked}, RUNS)
    for kind, limit, vi, en in FRAMES:
        yield from _figures(limit, vi, en, found[kind], found[BARE])


def _figures(limit: float, vi: str, en: str, ours: Sequence[Start], bare: Sequence[Start]) -> Iterator[Figure]:
    for vi_clock, en_clock, mine, theirs in (
        ("đồng hồ", "wall clock", [one.wall for one in ours], [one.wall for one in bare]),
        ("bộ xử lý", "processor", [one.cpu for one in ours], [one.cpu for one in bare]),
    ):
        yield at_most(
            f"Mở ứng dụng đến {vi}, {vi_clock} / start of the app to {en}, {en_clock}",
            times(mine, theirs),
            "×",
            limit=limit,
            limit_words=f"{limit:g} lần cửa sổ Kivy trống có một nhãn, cùng lượt"
            f" ({median(mine):.3g} s so với {median(theirs):.3g} s) / "
            f"{limit:g} times a bare Kivy window with one label, same run"
            f" ({median(mine):.3g} s beside {median(theirs):.3g} s)",
        )
