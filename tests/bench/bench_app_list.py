"""Ten thousand reports on the phone, through the window: the list opens, and moves under a fast finger."""

import gc
import tempfile
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import Any

from tests.bench.app_window import Clocks, app_over
from tests.bench.bench_save import fill, phone_in
from tests.bench.frame import Figure, at_most, progress, results_folder

FEW, MANY = 100, 10_000
RUNS = 7
TIMES, FRAME_MS = 5.0, 50.0
FLINGS, FRAMES = 8, 40  # a run: so many flings, so many frames after each


def opening(driver: Any) -> list[float]:
    """ms of the app's thread, from the tap to the frame that shows the list, once a run."""
    from mobile.presenters.routes import Route, Screen

    times = []
    for run in range(RUNS + 1):
        driver.app.reset(Route(Screen.SETTINGS))
        driver.frames(3)
        gc.collect()
        clocks = Clocks()
        driver.app.open(Route(Screen.SYNC))
        driver.frames(2)  # laid out, and drawn
        if run:
            times.append(clocks.own)
    return times


def flinging(driver: Any) -> list[tuple[float, float]]:
    """(wall, own) ms of the longest frame of each run. The list grows at its end while it moves: each run begins with
    the list as it opens."""
    from kivy.core.window import Window

    from mobile.presenters.routes import Route, Screen

    longest = []
    for _ in range(RUNS):
        driver.app.reset(Route(Screen.SETTINGS))
        driver.app.open(Route(Screen.SYNC))
        driver.frames(5)
        gc.collect()
        frames = []
        for _ in range(FLINGS):
            driver.drag((200, 200), (200, Window.height - 150), steps=3)
            for _ in range(FRAMES):
                clocks = Clocks()
                driver.frames(1)
                frames.append((clocks.wall, clocks.own))
        longest.append(max(frames))
    return longest


def figures() -> Iterator[Figure]:
    var = results_folder()
    var.mkdir(parents=True, exist_ok=True)
    opened: dict[int, list[float]] = {}
    flung: dict[int, list[tuple[float, float]]] = {}
    with tempfile.TemporaryDirectory(dir=var) as made:
        for count in (FEW, MANY):
            home = Path(made) / str(count)
            with phone_in(home) as phone:
                progress(f"{count} phiếu: ghi / reports: writing")
                fill(phone, count)
                progress(f"{count} phiếu: mở và cuộn / reports: opening and flinging")
                with app_over(phone, home) as driver:
                    opened[count], flung[count] = opening(driver), flinging(driver)
    yield at_most(
        "Mở danh sách 10 000 phiếu so với 100 phiếu / opening the list of 10,000 reports beside one of 100",
        [a / b for a, b in zip(opened[MANY], opened[FEW], strict=True)],
        "×",
        limit=TIMES,
        limit_words=f"{TIMES:g} lần danh sách 100 phiếu ({median(opened[MANY]):.3g} ms so với"
        f" {median(opened[FEW]):.3g} ms bộ xử lý), cùng lượt / {TIMES:g} times the list of 100"
        f" ({median(opened[MANY]):.3g} ms beside {median(opened[FEW]):.3g} ms on the processor), same run",
    )
    few = median(wall for wall, _ in flung[FEW])
    yield at_most(
        "Khung hình lâu nhất khi vuốt nhanh danh sách 10 000 phiếu / longest frame while flinging the list of 10,000",
        [wall for wall, _ in flung[MANY]],
        "ms",
        limit=FRAME_MS,
        limit_words=f"{FRAME_MS:g} ms đồng hồ, vẽ bằng bộ xử lý; với 100 phiếu {few:.3g} ms, riêng luồng ứng dụng"
        f" {median(own for _, own in flung[MANY]):.3g} ms, cùng lượt / {FRAME_MS:g} ms by the clock, drawn by the"
        f" processor; {few:.3g} ms with 100, the app's own thread"
        f" {median(own for _, own in flung[MANY]):.3g} ms, same run",
    )
