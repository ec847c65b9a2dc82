"""A phone's clock may stand in 1970 or 2099 and be put right any time: nothing waits for ever, order is by number."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest

from mobile.bootstrap import Phone
from mobile.ports import QueuedReport
from mobile.storage.outbox import HORIZON
from shared.wire.v1.records import Kind
from tests.factories import reports as make
from tests.fakes.server import FakeServer
from tests.mobile.conftest import FakeClock, Patience, state_of

Filed = Callable[..., QueuedReport]
YEARS = (
    datetime(1970, 1, 2, tzinfo=UTC),  # a clock that lost its battery
    datetime(2026, 7, 1, 3, tzinfo=UTC),
    datetime(2099, 12, 31, tzinfo=UTC),
)


def set_to(clock: FakeClock, instant: datetime) -> None:
    clock.move((instant - clock.now()).total_seconds())


@pytest.mark.parametrize(("then", "now"), list(permutations(YEARS, 2)), ids=lambda instant: str(instant.year))
def test_a_wait_set_by_another_clock_is_over_within_the_horizon(
    phone: Phone, filed: Filed, clock: FakeClock, then: datetime, now: datetime
) -> None:
    report = filed(photos=1)
    wait = timedelta(hours=6)
    phone.outbox.report_failed(report.id, problem="server_error", held=True, next_try=then + wait)
    phone.outbox.file_failed(report.files[0].entry.id, problem="server_error", next_try=then + wait)

    assert [due.id for due in phone.outbox.due_reports(now)] == [report.id]
    assert phone.outbox.left(now).due_in_s == 0
    assert phone.outbox.due_reports(then) == (), "by the clock that set it, it still waits"
    assert phone.outbox.left(then).due_in_s == wait.total_seconds()


def test_no_clock_makes_anything_wait_longer_than_the_horizon(phone: Phone, filed: Filed) -> None:
    report, now = filed(), YEARS[1]
    for back in (
        timedelta(0),
        timedelta(minutes=1),
        timedelta(hours=5),
        HORIZON,
        timedelta(days=1),
        timedelta(days=9999),
    ):
        phone.outbox.report_failed(report.id, problem="server_error", held=False, next_try=now + back)
        waited = phone.outbox.left(now).due_in_s
        assert waited is not None
        assert waited <= HORIZON.total_seconds()
        assert phone.outbox.due_reports(now + timedelta(seconds=waited))


def test_reports_keep_their_order_whatever_the_clock_said_when_they_were_sealed(
    phone: Phone, filed: Filed, clock: FakeClock
) -> None:
    sealed = []
    for instant in (YEARS[1], YEARS[2], YEARS[0], YEARS[1]):
        set_to(clock, instant)
        sealed.append(filed().id)
    assert [due.id for due in phone.outbox.due_reports(clock.now())] == sealed
    assert [due.sequence for due in phone.outbox.due_reports(clock.now())] == [1, 2, 3, 4]
    assert [report.id for report in phone.outbox.reports(limit=9)] == sealed[::-1]


def test_everything_arrives_while_the_clock_jumps_between_tries(
    phone: Phone, server: FakeServer, filed: Filed, clock: FakeClock
) -> None:
    reports = [filed(photos=1) for _ in range(2)]
    for turn, instant in enumerate((*YEARS[::-1], *YEARS)):
        set_to(clock, instant)
        server.fail("problem", times=1, status=503)
        phone.sending.send_round(clock.now())
        reports.append(filed(photos=turn % 2))
    phone.sending.send_until_empty(Patience(clock))
    assert {state for report in reports for state in (state_of(phone, report)[0],)} == {"confirmed"}
    assert len(server.reports) == len(reports)


def test_a_draft_begun_by_a_clock_of_1970_can_be_finished_and_sealed(phone: Phone, clock: FakeClock) -> None:
    set_to(clock, YEARS[0])
    draft = phone.recording.start(Kind.TRANSPORT)
    set_to(clock, YEARS[1])
    phone.recording.save(draft.id, facts=make.transport_facts())
    assert phone.recording.get(draft.id).started_at == YEARS[0]
    assert phone.sealing.seal(draft.id).sequence == 1
