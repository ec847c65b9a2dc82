"""The window of the field app without a screen: one process, real GL, an app started and closed for each test."""

import gc
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from mobile.bootstrap import Phone
from mobile.ui.environment import HEIGHT, WIDTH, configure, prepare
from tests.factories import reports as make

prepare(Path(tempfile.mkdtemp(prefix="kiem-khoang-kivy-")))

if TYPE_CHECKING:
    from tests.mobile.ui.driver import Driver


@pytest.fixture(autouse=True, scope="package")
def calm_collector() -> Iterator[None]:
    """Python's collector goes through all that pytest has loaded: half of a test's time otherwise."""
    thresholds = gc.get_threshold()
    gc.set_threshold(100_000, 10, 10)
    yield
    gc.set_threshold(*thresholds)


@pytest.fixture
def drive() -> Iterator[Callable[[Any], "Driver"]]:
    """Starts an app and drives it; closes what it started."""
    from kivy.config import Config

    configure()
    for name, _ in Config.items("input"):
        Config.remove_option("input", name)  # no mouse of this machine
    from tests.mobile.ui.driver import Driver, Window

    started: list[Driver] = []

    def start(app: Any) -> Driver:
        if not started and tuple(Window.size) != (WIDTH, HEIGHT):  # made before `configure` was heard
            Window.size = (WIDTH, HEIGHT)
        driver = Driver(app)
        started.append(driver)
        return driver

    yield start
    if started and tuple(Window.size) != (WIDTH, HEIGHT):  # a test made it narrow
        Window.size = (WIDTH, HEIGHT)
        started[-1].frames(3)
    for driver in started:
        driver.close()


@pytest.fixture
def app_of(tmp_path: Path, drive: Callable[[Any], "Driver"]) -> Callable[..., "Driver"]:
    """The real app over a phone, driven. The phone is closed by whoever opened it."""

    def start(phone: Phone, **how: Any) -> "Driver":
        from mobile.composition import Screens
        from mobile.main import window
        from shared.i18n import Words

        return drive(window(Screens(phone, Words(), tmp_path / "phone", **how)))

    return start


@pytest.fixture
def pictures(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "pictures"
    folder.mkdir()
    for name in ("bien-so.jpg", "hang.jpg"):
        (folder / name).write_bytes(make.jpeg(name))
    monkeypatch.setenv("HOME", str(folder))
    return folder
