"""Sending, and one report with its files, through the window."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from mobile.bootstrap import Phone
from mobile.ports import NetworkKind, QueuedReport
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
    server.fail("html", status=502, times=3)
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
