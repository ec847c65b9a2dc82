"""Today, through the window."""

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from mobile.bootstrap import Phone
from mobile.presenters.routes import Route, Screen
from mobile.state.forms import Level, Notice
from shared.wire.v1.records import Kind
from tests.factories import reports as make

if TYPE_CHECKING:
    from tests.mobile.ui.driver import Driver


def test_each_button_begins_its_kind_of_report(phone: Phone, app_of: Callable[..., "Driver"]) -> None:
    driver = app_of(phone)
    for said, kind in (
        ("Kiểm tra vận chuyển mới", Kind.TRANSPORT),
        ("Phiếu khai thác mới", Kind.EXTRACTION),
        ("Phiếu bến bãi mới", Kind.STOCKYARD),
    ):
        driver.app.reset(Route(Screen.HOME))
        driver.frames(4)
        driver.tap(said)
        driver.until(lambda: driver.app.stack.top.route.screen is Screen.FORM, said)
        assert phone.recording.drafts()[0].kind is kind


def presenter_at_rest(driver: "Driver") -> Any:
    """Nothing goes on beside the screen."""
    presenter = driver.app.stack.top.presenter
    driver.until(lambda: presenter._courier.state.pulled and not presenter._courier.state.running, "rest")
    driver.frames(5)
    return presenter


def test_a_tap_is_not_lost_though_the_screen_changes_under_the_finger(
    phone: Phone, app_of: Callable[..., "Driver"]
) -> None:
    from kivy.tests.common import UnitTestTouch

    driver = app_of(phone)
    presenter = presenter_at_rest(driver)
    button = driver.find("Kiểm tra vận chuyển mới")
    finger = UnitTestTouch(*button.to_window(*button.center))
    finger.touch_down()
    driver.frames(2)
    notice = Notice(Level.WARN, "Một việc vừa xảy ra bên cạnh (minh họa)")
    presenter.show(replace(presenter.state, notices=(notice, *presenter.state.notices)))
    driver.frames(2)
    finger.touch_up()
    driver.until(lambda: driver.app.stack.top.route.screen is Screen.FORM, "the form")
    assert phone.recording.drafts()[0].kind is Kind.TRANSPORT


def test_what_happened_while_a_finger_was_down_is_shown_once_it_is_lifted(
    phone: Phone, app_of: Callable[..., "Driver"]
) -> None:
    from kivy.core.window import Window
    from kivy.tests.common import UnitTestTouch

    driver = app_of(phone)
    presenter, said = presenter_at_rest(driver), "Một việc vừa xảy ra bên cạnh (minh họa)"
    finger = UnitTestTouch(200, Window.height - 8)  # on nothing
    button = driver.find("Kiểm tra vận chuyển mới")
    before = button.to_window(*button.center)
    finger.touch_down()
    presenter.show(replace(presenter.state, notices=(Notice(Level.WARN, said),)))
    driver.frames(3)
    assert not driver.sees(said)
    finger.touch_up()
    driver.until(lambda: driver.sees(said), "what happened")
    driver.frames(5)
    button = driver.find("Kiểm tra vận chuyển mới")
    assert button.to_window(*button.center) == pytest.approx(before)  # what fingers aim at stays in its place


def test_a_draft_opens_and_is_thrown_away_only_when_asked_twice(phone: Phone, app_of: Callable[..., "Driver"]) -> None:
    draft = phone.recording.start(Kind.TRANSPORT)
    phone.recording.save(draft.id, facts=make.transport_facts())
    driver = app_of(phone)
    driver.tap("Bỏ")
    driver.until(lambda: driver.sees("Giữ lại"), "the question")
    driver.tap("Giữ lại")
    driver.frames(4)
    assert len(phone.recording.drafts()) == 1
    driver.tap("Vận chuyển khoáng sản")
    driver.until(lambda: driver.app.stack.top.route.screen is Screen.FORM, "the form")
    driver.key(27, "escape")
    driver.until(lambda: driver.app.stack.top.route.screen is Screen.HOME, "home")
