"""Signing, refusing to, and the last look before sealing, through the window."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from mobile.bootstrap import Phone
from mobile.presenters.routes import Route, Screen
from shared.wire.v1.records import Kind
from tests.factories import reports as make
from tests.mobile.ui.hand import Hand

if TYPE_CHECKING:
    from tests.mobile.ui.driver import Driver


def test_whoever_refuses_to_sign_is_named_with_a_reason(phone: Phone, app_of: Callable[..., "Driver"]) -> None:
    draft = phone.recording.start(Kind.TRANSPORT)
    phone.recording.save(draft.id, facts=make.transport_facts(signatures=()))
    driver = app_of(phone)
    driver.app.open(Route(Screen.FORM, str(draft.id), "statement"))
    driver.frames(5)
    hand = Hand(driver)
    hand.tap("Từ chối ký")
    driver.until(lambda: driver.app.stack.top.route.screen is Screen.SIGN, "the page")
    from mobile.ui.widgets.entry import Entry

    reason = [one for one in driver.walk() if isinstance(one, Entry)][-1]
    driver.tap(reason)
    driver.type("Không nêu lý do")
    hand.tap("Xong")
    driver.until(lambda: driver.app.stack.top.route.screen is Screen.FORM, "the form")
    (signature,) = phone.recording.get(draft.id).facts["signatures"]
    assert (signature["result"], signature["reason"], signature["evidence"]) == ("refused", "Không nêu lý do", None)


def test_the_last_look_leads_back_to_what_is_missing(phone: Phone, app_of: Callable[..., "Driver"]) -> None:
    draft = phone.recording.start(Kind.TRANSPORT)
    phone.recording.save(draft.id, facts=make.transport_facts())
    driver = app_of(phone)
    driver.app.open(Route(Screen.FORM, str(draft.id)))
    driver.frames(4)
    hand = Hand(driver)
    hand.tap("Xem lại và niêm phong")
    driver.until(lambda: driver.app.stack.top.route.screen is Screen.REVIEW, "the last look")
    assert driver.sees("87C-123.45")
    assert driver.sees("Niêm phong: sau đó không sửa được nữa")
