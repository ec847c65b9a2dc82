"""Enrolling by a typed code on a phone that knows no server."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from mobile.bootstrap import Phone
from mobile.presenters.routes import Screen
from mobile.presenters.settings import Chosen
from tests.fakes.server import FakeServer, officer
from tests.mobile.ui.hand import Hand

if TYPE_CHECKING:
    from tests.mobile.ui.driver import Driver


def test_the_address_is_typed_beside_the_code(
    new_phone: Callable[..., Phone], server: FakeServer, app_of: Callable[..., "Driver"]
) -> None:
    phone = new_phone(server="")
    driver = app_of(phone)
    driver.app.wear(Chosen(telex=True))  # which would make an ư of www
    driver.frames(5)
    hand = Hand(driver)
    hand.write("code", server.code_for(officer()))
    hand.write("server", "www")
    assert driver.app.stack.top.presenter.state.server == "www"
    driver.app.stack.top.presenter.type_server("")
    hand.write("server", server.url)
    hand.tap("Kích hoạt")
    driver.until(lambda: driver.app.stack.top.route.screen is Screen.LOCK, "a PIN to choose")
    assert phone.enrolment.server == server.url


def test_it_is_not_asked_for_where_a_server_is_known(
    new_phone: Callable[..., Phone], app_of: Callable[..., "Driver"]
) -> None:
    driver = app_of(new_phone())
    driver.frames(5)
    assert driver.sees("Mã kích hoạt")
    assert not driver.sees("Địa chỉ máy chủ")
