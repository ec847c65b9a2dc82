"""The lock and the officers of a phone, without a window."""

from collections.abc import Callable

import pytest

from mobile.bootstrap import Phone
from mobile.ports import Session
from mobile.presenters.guard import IDLE_S, Guard
from mobile.presenters.lock import LockPresenter
from mobile.presenters.lock_routes import lock_presenter
from mobile.presenters.officers import OfficersPresenter
from mobile.presenters.routes import Route, Screen
from shared.i18n import Words
from tests.fakes.server import FakeServer, officer
from tests.fakes.shell import FakeShell
from tests.mobile.conftest import FakeUptime

PIN, OTHER = "2580", "13579"


@pytest.fixture
def pair(new_phone: Callable[..., Phone], server: FakeServer, up: FakeUptime) -> tuple[Phone, Session, Session]:
    """A phone of two officers with PINs; the second works with it."""
    phone = new_phone(uptime=up)
    first, second = (phone.enrolment.enrol(server.code_for(officer())) for _ in range(2))
    phone.pins.choose(first.officer.id, PIN)
    phone.pins.choose(second.officer.id, OTHER)
    return phone, first, second


def guard_of(phone: Phone) -> Guard:
    return Guard(phone.enrolment, phone.pins, phone.uptime)


def lock(phone: Phone, guard: Guard, shell: FakeShell, route: Route) -> LockPresenter:
    return lock_presenter(route, phone.enrolment, phone.pins, guard, Words("vi"), shell)


def press(presenter: LockPresenter, pin: str) -> None:
    for digit in pin:
        presenter.digit(digit)
    presenter.enter()


def test_the_right_pin_opens_and_no_state_has_a_digit(pair: tuple[Phone, Session, Session]) -> None:
    phone, shell = pair[0], FakeShell()
    guard = guard_of(phone)
    assert guard.first() == Route(Screen.LOCK, part="start")
    presenter = lock(phone, guard, shell, guard.first())
    states = []
    presenter.watch(states.append)
    assert presenter.went_back()
    press(presenter, OTHER)
    assert shell.opened == [Route(Screen.HOME)]
    assert not guard.locked
    assert OTHER[0] not in "".join(str(state.hint) + state.error + state.officer for state in states)
    assert [state.typed for state in states][:5] == [1, 2, 3, 4, 5]


def test_over_an_open_screen_it_goes_back_to_that(pair: tuple[Phone, Session, Session], up: FakeUptime) -> None:
    phone, shell = pair[0], FakeShell()
    guard, covered = guard_of(phone), []
    assert guard.attach(shell.jobs.every, covered.append)
    guard.unlock()
    up.seconds += IDLE_S - 1
    shell.jobs.pass_time(15)
    assert covered == []
    up.seconds += 1
    shell.jobs.pass_time(15)
    assert covered == [Route(Screen.LOCK)]
    shell.jobs.pass_time(60)
    assert len(covered) == 1  # once

    press(lock(phone, guard, shell, covered[0]), OTHER)
    assert (shell.backs, shell.opened) == (1, [])


def test_without_a_pin_nothing_locks(phone: Phone) -> None:
    guard, covered, shell = guard_of(phone), [], FakeShell()
    guard.attach(shell.jobs.every, covered.append)
    guard.lock()
    assert (covered, guard.locked, guard.first()) == ([], False, Route(Screen.HOME))


def test_waits_are_said_and_no_digit_is_taken_meanwhile(pair: tuple[Phone, Session, Session], up: FakeUptime) -> None:
    phone, shell = pair[0], FakeShell()
    presenter = lock(phone, guard_of(phone), shell, Route(Screen.LOCK))
    presenter.opened()
    for _ in range(3):
        press(presenter, "0000")
    assert presenter.state.waits == "Đã sai nhiều lần. Chờ 1 phút rồi nhập lại."
    presenter.digit("1")
    assert presenter.state.typed == 0
    up.seconds += 60
    shell.jobs.pass_time(5)
    assert presenter.state.waits == ""
    press(presenter, OTHER)
    assert shell.backs == 1


def test_after_the_last_try_the_other_officer_is_asked(pair: tuple[Phone, Session, Session], up: FakeUptime) -> None:
    phone, first, _ = pair
    guard, shell = guard_of(phone), FakeShell()
    presenter = lock(phone, guard, shell, guard.first())
    for _ in range(10):
        press(presenter, "0000")
        up.seconds += 3600
        presenter.renewed()
    assert [problem.code for problem in shell.told] == ["pin_used_up"]
    assert shell.opened == [Route(Screen.OFFICERS)]
    assert [one.officer.id for one in phone.enrolment.officers()] == [first.officer.id]

    press(lock(phone, guard, shell, Route(Screen.LOCK, str(first.officer.id), "switch")), PIN)
    current = phone.enrolment.current()
    assert current is not None
    assert current.officer.id == first.officer.id


def test_who_has_no_pin_cannot_take_over_a_locked_phone(pair: tuple[Phone, Session, Session]) -> None:
    phone, first, second = pair
    phone.pins.forget(first.officer.id)
    guard, shell = guard_of(phone), FakeShell()
    officers = OfficersPresenter(phone.enrolment, phone.pins, guard, Words("vi"), shell, changed=lambda: None)
    officers.open(str(first.officer.id))
    assert [problem.code for problem in shell.told] == ["pin_missing"]
    assert phone.enrolment.current() == second
    officers.sign_out()
    assert shell.asked == []  # nor is anybody signed out

    guard.unlock()
    officers.open(str(first.officer.id))
    assert phone.enrolment.current() == first
    assert shell.opened == [Route(Screen.LOCK, str(first.officer.id), "choose")]
