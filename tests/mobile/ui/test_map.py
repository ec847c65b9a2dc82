"""The map, through the window: what is drawn, and what a tap opens."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from mobile.bootstrap import Phone
from mobile.ports import QueuedReport
from mobile.presenters.routes import Route, Screen
from tests.fakes.server import FakeServer
from tests.mobile.presenters.forms import register

if TYPE_CHECKING:
    from tests.mobile.ui.driver import Driver


def test_a_report_on_the_map_is_tapped_and_opened(
    phone: Phone, server: FakeServer, filed: Callable[..., QueuedReport], app_of: Callable[..., "Driver"]
) -> None:
    register(phone, server)
    report = filed()
    driver = app_of(phone)
    driver.app.open(Route(Screen.MAP))
    view = driver.app.view
    driver.until(lambda: view.presenter.state.reports and view._looked, "the report")
    driver.frames(6)
    assert driver.sees("Giấy phép còn hiệu lực")  # the legend of what is drawn
    (point,) = view.presenter.state.reports
    x, y = view.garden.get_window_xy_from(point.lat, point.lon, view.garden.zoom)
    driver.tap_at(*view.garden.to_window(x, y))
    driver.until(lambda: driver.sees("Mở phiếu"), "its card")
    driver.tap("Mở phiếu")
    driver.until(lambda: driver.app.stack.top.route == Route(Screen.REPORT, str(report.id)), "the report")


def test_buttons_bring_it_closer_and_farther(phone: Phone, server: FakeServer, app_of: Callable[..., "Driver"]) -> None:
    register(phone, server)
    driver = app_of(phone)
    driver.app.open(Route(Screen.MAP))
    view = driver.app.view
    driver.until(lambda: view._looked, "the licence")
    driver.frames(4)
    before = view.garden.zoom
    driver.tap("Phóng to")
    driver.frames(4)
    assert view.garden.zoom == before + 1
    driver.tap("Thu nhỏ")
    driver.frames(4)
    assert view.garden.zoom == before
