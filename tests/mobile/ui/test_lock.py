"""The lock: nothing of a report stands on it, and what was open is there again behind it."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from mobile.bootstrap import Phone
from mobile.presenters.routes import Route, Screen
from shared.wire.v1.records import Kind
from tests.fakes.server import FakeServer, officer
from tests.mobile.conftest import FakeUptime

if TYPE_CHECKING:
    from tests.mobile.ui.driver import Driver

PIN = "2580"
SECRET = "51C-123.45"


@pytest.fixture
def held(new_phone: Callable[..., Phone], server: FakeServer, up: FakeUptime) -> Phone:
    phone = new_phone(uptime=up)
    phone.enrolment.enrol(server.code_for(officer()))
    return phone


def secure(phone: Phone) -> None:
    session = phone.enrolment.current()
    assert session is not None
    phone.pins.choose(session.officer.id, PIN)


def press(app: "Driver", pin: str) -> None:
    for digit in pin:
        app.tap(digit)
    app.tap("Tiếp tục")


def on(app: "Driver") -> Screen:
    top: Any = app.app.stack.top
    screen: Screen = top.route.screen
    return screen


def test_it_opens_locked_and_the_pin_leads_home(held: Phone, app_of: Callable[..., "Driver"]) -> None:
    secure(held)
    app = app_of(held)
    assert on(app) is Screen.LOCK

    press(app, "1111")
    app.until(lambda: app.sees("còn 9 lần thử"))
    app.key(27, "back")
    assert on(app) is Screen.LOCK

    press(app, PIN)
    app.until(lambda: on(app) is Screen.HOME)


def test_a_form_is_covered_after_five_minutes_and_comes_back(
    held: Phone, app_of: Callable[..., "Driver"], up: FakeUptime, tmp_path: Path
) -> None:
    secure(held)
    draft = held.recording.start(Kind.TRANSPORT)
    app = app_of(held)
    press(app, PIN)
    app.until(lambda: on(app) is Screen.HOME)
    app.app.open(Route(Screen.FORM, str(draft.id)))
    app.frames(3)
    form = app.app.stack.top.presenter
    app.app.ask("Bỏ?", SECRET, yes="a", no="b", then=lambda: None)
    app.frames(3)
    before = set(app.texts())
    assert any(SECRET in text for text in before)

    up.seconds += 299
    app.app._resumed()
    assert on(app) is Screen.FORM
    up.seconds += 1
    app.app._resumed()
    app.frames(3)
    assert on(app) is Screen.LOCK
    title = form.state.title
    assert not app.sees(SECRET)
    assert not app.sees(title)
    for _ in range(3):
        app.key(27, "back")
    assert on(app) is Screen.LOCK

    press(app, PIN)
    app.until(lambda: on(app) is Screen.FORM)
    assert app.app.stack.top.presenter is form


def test_a_job_that_ends_under_the_lock_goes_on_after_the_pin(
    held: Phone, app_of: Callable[..., "Driver"], up: FakeUptime
) -> None:
    secure(held)
    app = app_of(held)
    press(app, PIN)
    app.until(lambda: on(app) is Screen.HOME)
    up.seconds += 300
    app.app._resumed()
    for go in (app.app.open, app.app.replace, app.app.reset):
        go(Route(Screen.SYNC))
        app.frames(2)
        assert on(app) is Screen.LOCK

    press(app, PIN)
    app.until(lambda: on(app) is Screen.SYNC)
    assert [entry.route.screen for entry in app.app.stack._open] == [Screen.SYNC]


def test_a_touch_puts_the_lock_off(held: Phone, app_of: Callable[..., "Driver"], up: FakeUptime) -> None:
    app = app_of(held)
    secure(held)
    up.seconds += 200
    app.tap_at(5, 5)
    up.seconds += 200
    app.app._resumed()
    assert on(app) is Screen.HOME
    up.seconds += 100
    app.app._resumed()
    assert on(app) is Screen.LOCK


def test_what_waits_is_sent_while_locked(
    held: Phone, app_of: Callable[..., "Driver"], filed: Callable[..., Any]
) -> None:
    report = filed(by=held)
    secure(held)
    app = app_of(held)
    app.app._resumed()
    app.until(lambda: held.outbox.get(report.id).state.value == "confirmed")
    assert on(app) is Screen.LOCK


def test_a_new_officer_chooses_a_pin_twice(
    new_phone: Callable[..., Phone], server: FakeServer, app_of: Callable[..., "Driver"]
) -> None:
    phone = new_phone()
    app = app_of(phone, code=server.code_for(officer()))
    app.tap("Kích hoạt")
    app.until(lambda: on(app) is Screen.LOCK)
    press(app, PIN)
    press(app, "2581")
    assert app.sees("Hai lần nhập không giống nhau. Đặt lại mã PIN.")
    press(app, PIN)
    press(app, PIN)
    app.until(lambda: on(app) is Screen.HOME)

    app.app.open(Route(Screen.SETTINGS))
    app.frames(3)
    app.tap("Khóa ngay")
    assert on(app) is Screen.LOCK
    press(app, PIN)
    app.until(lambda: on(app) is Screen.SETTINGS)

    app.tap("Đổi mã PIN")
    press(app, PIN)
    app.until(lambda: app.sees("Đặt mã PIN"))
    press(app, "1357")
    press(app, "1357")
    app.until(lambda: on(app) is Screen.SETTINGS)
    session = phone.enrolment.current()
    assert session is not None
    phone.pins.check(session.officer.id, "1357")


def test_officers_take_over_with_their_pin_and_sign_out_with_a_question(
    held: Phone, server: FakeServer, app_of: Callable[..., "Driver"]
) -> None:
    secure(held)
    first = held.enrolment.current()
    held.enrolment.enrol(server.code_for(officer()))
    held.pins.choose(held.enrolment.current().officer.id, "1357")  # type: ignore[union-attr]
    assert first is not None
    app = app_of(held)
    app.tap("Kiểm tra viên khác")
    app.frames(2)
    assert on(app) is Screen.OFFICERS
    assert not app.sees("Đăng xuất")  # whoever finds the phone signs nobody out
    app.tap(key=str(first.officer.id))
    press(app, PIN)
    app.until(lambda: on(app) is Screen.HOME)
    assert held.enrolment.current() == first

    draft = held.recording.start(Kind.TRANSPORT)
    app.app.open(Route(Screen.OFFICERS))
    app.frames(2)
    app.tap("Đăng xuất")
    assert any("vẫn ở trên máy này" in text for text in app.texts())
    app.tap("Đăng xuất", nth=2)  # the first is the button below the question
    app.until(lambda: held.enrolment.current() is None)
    app.until(lambda: on(app) is Screen.OFFICERS)
    assert [one.id for one in held.recording.drafts()] == [draft.id]


def test_what_was_lost_is_told_after_the_pin(held: Phone, app_of: Callable[..., "Driver"]) -> None:
    from mobile.ports.recovered import KEPT, Lost, Recovered

    secure(held)
    lost = Recovered("phone.damaged-x.sqlite3", 1_795_000_000_000, (Lost("transport", 1_795_000_000_000, 7),))
    held.preferences.put(KEPT, lost.text())
    app = app_of(held)
    app.frames(3)
    app.tap("Kiểm tra viên khác")
    app.frames(3)
    assert on(app) is Screen.OFFICERS
    assert not app.sees("Dữ liệu đã bị hỏng")
    app.key(27, "back")
    assert not app.sees("Dữ liệu đã bị hỏng")  # nothing of a report on the lock
    press(app, PIN)
    app.until(lambda: app.sees("Tôi đã đọc"))
    assert app.sees("số 7 lúc")
    app.tap("Tôi đã đọc")
    assert held.preferences.get(KEPT) == ""
