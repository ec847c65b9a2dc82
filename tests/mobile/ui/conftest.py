"""The window of the field app without a screen: one process, real GL, an app started and closed for each test."""

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from mobile.ui.environment import configure, prepare

prepare(Path(tempfile.mkdtemp(prefix="kiem-khoang-kivy-")))

if TYPE_CHECKING:
    from tests.mobile.ui.driver import Driver


@pytest.fixture
def drive() -> Iterator[Callable[[Any], "Driver"]]:
    """Starts an app and drives it; closes what it started."""
    from kivy.config import Config

    configure()
    for name, _ in Config.items("input"):
        Config.remove_option("input", name)  # no mouse of this machine
    from tests.mobile.ui.driver import Driver

    started: list[Driver] = []

    def start(app: Any) -> Driver:
        driver = Driver(app)
        started.append(driver)
        return driver

    yield start
    for driver in started:
        driver.close()
