"""The field app in this process, over a phone, drawn without a screen and driven as by fingers."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from mobile.ui.environment import configure, prepare


@contextmanager
def app_over(phone: Any, home: Path) -> Iterator[Any]:
    """`tests.mobile.ui.driver.Driver`. Once a process at a time: Kivy has one window."""
    prepare(home / "kivy")
    from kivy.config import Config

    configure()
    for name, _ in Config.items("input"):
        Config.remove_option("input", name)  # no mouse of this machine
    from mobile.composition import Screens
    from mobile.main import window
    from shared.i18n import Words
    from tests.mobile.ui.driver import Driver

    words = Words()
    screens = Screens(phone, words, home)
    driver = Driver(window(screens))
    try:
        yield driver
    finally:
        driver.close()


class Clocks:
    """ms since it was made, or since `again`: by the wall clock, and of the app's own thread on a processor. What
    software GL draws in threads of its own, where a phone has a graphics chip, counts in the first only."""

    def __init__(self) -> None:
        self.again()

    def again(self) -> None:
        self._wall, self._own = time.perf_counter(), time.thread_time()

    @property
    def wall(self) -> float:
        return 1000 * (time.perf_counter() - self._wall)

    @property
    def own(self) -> float:
        return 1000 * (time.thread_time() - self._own)
