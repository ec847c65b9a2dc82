"""Today, through the window."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from mobile.bootstrap import Phone
from mobile.presenters.routes import Route, Screen
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
