"""Sending, and one report with its files, through the window."""

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from mobile.bootstrap import Phone
from mobile.ports import NetworkKind, QueuedReport
from mobile.presenters import courier
from mobile.presenters.routes import Route, Screen
from tests.fakes.server import FakeServer
from tests.mobile.conftest import FakeNetwork

if TYPE_CHECKING:
    from tests.mobile.ui.driver import Driver


def test_a_tap_sends_and_every_file_says_where_it_is(
    phone: Phone,
    server: FakeServer,
    network: FakeNetwork,
    filed: Callable[..., QueuedReport],
    app_of: Callable[..., "Driver"],
) -> None:
    network.now = NetworkKind.NONE
    server.fail("html", status=502, times=1000)  # until it is told otherwise
    filed(photos=2)
    driver = app_of(phone)
    driver.app.open(Route(Screen.SYNC))
    driver.until(lambda: driver.sees("1 phiếu chưa an toàn"), "what waits")
    driver.frames(5)  # laid out
    network.now = NetworkKind.WIFI
    server.faults.clear()
    driver.tap("Gửi ngay")
    driver.until(lambda: driver.sees("Mọi phiếu đã đến đủ"), "that it arrived")
    assert len(server.confirmed_files()) == 2
    driver.tap("Vận chuyển khoáng sản số 1")
    driver.until(lambda: driver.app.stack.top.route.screen is Screen.REPORT, "the report")
    assert sum(text == "Máy chủ đã xác nhận mã băm" for text in driver.texts()) == 2


def test_the_app_ends_at_once_though_what_sends_sleeps_until_the_next_try(
    phone: Phone,
    server: FakeServer,
    filed: Callable[..., QueuedReport],
    app_of: Callable[..., "Driver"],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from mobile.ui.threads import KivyJobs

    server.fail("html", status=502, times=1000)
    filed()
    asleep, left = threading.Event(), []
    wait, close = courier._Wake.wait, KivyJobs.close

    def waits(bell: courier._Wake, seconds: float) -> None:
        if seconds > 0:
            asleep.set()
            seconds = 60.0
        wait(bell, seconds)

    def closes(jobs: KivyJobs) -> None:
        close(jobs)
        left.append(len(jobs._running))

    monkeypatch.setattr(courier._Wake, "wait", waits)
    monkeypatch.setattr(KivyJobs, "close", closes)
    driver = app_of(phone)
    driver.until(asleep.is_set, "that it sleeps")
    driver.close()
    assert left[:1] == [0]  # the database is closed after this: nobody may be at it
