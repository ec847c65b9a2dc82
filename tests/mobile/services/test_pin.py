"""PINs: counted tries, waits that no clock ends, and what the last wrong one takes away."""

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest

from mobile.bootstrap import Phone
from mobile.ports import QueuedReport
from shared.problems import Problem
from tests.fakes.server import FakeServer, officer
from tests.mobile.conftest import FakeClock

PIN = "2580"


class FakeUptime:
    def __init__(self) -> None:
        self.seconds = 5000.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def up() -> FakeUptime:
    return FakeUptime()


@pytest.fixture
def locked(new_phone: Callable[..., Phone], server: FakeServer, up: FakeUptime) -> Phone:
    phone = new_phone(uptime=up)
    session = phone.enrolment.enrol(server.code_for(officer()))
    phone.pins.choose(session.officer.id, PIN)
    return phone


def who(phone: Phone) -> UUID:
    session = phone.enrolment.current()
    assert session is not None
    return session.officer.id


def refused(phone: Phone, pin: str) -> Problem:
    with pytest.raises(Problem) as refusal:
        phone.pins.check(who(phone), pin)
    return refusal.value


def wrong(phone: Phone, times: int) -> Problem:
    for _ in range(times):
        problem = refused(phone, "0000")
    return problem


def four_wrong(phone: Phone, up: FakeUptime) -> None:
    """The wait is five minutes then."""
    wrong(phone, 3)
    up.seconds += 60
    wrong(phone, 1)


def test_the_right_pin_opens_and_forgives_the_wrong_ones(locked: Phone) -> None:
    assert wrong(locked, 2).values["left"] == 8
    locked.pins.check(who(locked), PIN)
    assert refused(locked, "2581").values["left"] == 9


@pytest.mark.parametrize("pin", ["", "123", "123456789", "12a4", "١٢٣٤", "12 4"])
def test_what_is_no_pin_is_not_taken(locked: Phone, pin: str) -> None:
    with pytest.raises(Problem) as refusal:
        locked.pins.choose(who(locked), pin)
    assert refusal.value.code == "pin_invalid"
    locked.pins.check(who(locked), PIN)


def test_waits_grow_and_the_right_pin_does_not_end_them(locked: Phone, up: FakeUptime) -> None:
    wrong(locked, 2)
    for minutes in (1, 5, 15, 60, 60):
        wrong(locked, 1)
        assert refused(locked, PIN).values["minutes"] == minutes
        up.seconds += minutes * 60 - 1
        assert refused(locked, PIN).code == "pin_waits"
        up.seconds += 1
    locked.pins.check(who(locked), PIN)


def test_no_clock_that_somebody_sets_ends_a_wait(locked: Phone, up: FakeUptime, clock: FakeClock) -> None:
    four_wrong(locked, up)
    for days in (-400, 800):
        clock.move(days * 86400)
        assert locked.pins.wait(who(locked)) == timedelta(minutes=5)


def test_a_restart_of_app_or_phone_forgives_nothing(
    locked: Phone, new_phone: Callable[..., Phone], up: FakeUptime
) -> None:
    four_wrong(locked, up)
    locked.close()
    up.seconds += 200
    again = new_phone(uptime=up)
    assert again.pins.wait(who(again)) == timedelta(seconds=100)

    again.close()
    up.seconds = 30  # the phone itself was restarted
    restarted = new_phone(uptime=up)
    assert restarted.pins.wait(who(restarted)) == timedelta(minutes=5)
    up.seconds += 299
    assert refused(restarted, PIN).code == "pin_waits"
    up.seconds += 1
    restarted.pins.check(who(restarted), PIN)


def test_a_try_is_counted_before_it_is_looked_at(locked: Phone, monkeypatch: pytest.MonkeyPatch) -> None:
    def killed(*_: object) -> bytes:
        raise SystemExit

    with monkeypatch.context() as patched:
        patched.setattr("mobile.services.pin._digest", killed)
        with pytest.raises(SystemExit):
            locked.pins.check(who(locked), "0000")
    assert refused(locked, "0000").values["left"] == 8


def test_the_tenth_wrong_one_takes_the_token_and_leaves_the_reports(
    locked: Phone, up: FakeUptime, filed: Callable[..., QueuedReport], server: FakeServer
) -> None:
    report, officer_id = filed(photos=1, by=locked), who(locked)
    draft = locked.recording.start(report.kind)
    locked.pins.choose(officer_id, PIN)
    for _ in range(9):
        wrong(locked, 1)
        up.seconds += 3600
    with pytest.raises(Problem) as refusal:
        locked.pins.check(officer_id, "0000")
    assert refusal.value.code == "pin_used_up"
    assert locked.enrolment.current() is None
    assert officer_id not in [one.officer.id for one in locked.enrolment.officers()]
    assert not locked.pins.has(officer_id)
    assert [one.id for one in locked.recording.drafts()] == [draft.id]
    assert locked.outbox.get(report.id).state.value == "on_phone"

    locked.enrolment.enrol(server.code_for(officer()))
    locked.sending.send_round(locked.clock.now())
    assert locked.outbox.get(report.id).state.value == "confirmed"


def test_the_pin_lies_on_the_phone_only_as_a_locked_hash(locked: Phone) -> None:
    from mobile.storage.pins import SqlitePins

    store = locked.pins._store
    assert isinstance(store, SqlitePins)
    row = store._database.connection.execute("SELECT body FROM pins").fetchone()
    record = store.get(who(locked))
    assert record is not None
    assert record.digest not in bytes(row["body"])
    assert PIN.encode() not in record.digest + record.salt + bytes(row["body"])
