"""The sync engine and a server that is busy or newer, and a report that cannot be read: nothing else waits for it."""

from collections.abc import Callable
from uuid import UUID

import pytest

from mobile.bootstrap import Phone
from mobile.ports import QueuedReport
from mobile.services.sending import RoundResult
from shared.problems import Problem
from shared.wire.v1.messages import Envelope
from tests.fakes.server import FakeServer
from tests.mobile.conftest import FakeClock, Patience, state_of

Filed = Callable[..., QueuedReport]


# --- a server that asks to be left alone


@pytest.mark.parametrize("path", ["hello", "^reports/", "uploads", "receipt"])
@pytest.mark.parametrize("kind", ["html", "problem"])
def test_a_server_that_asks_for_a_wait_gets_it_and_nothing_else_is_tried_meanwhile(
    phone: Phone, server: FakeServer, filed: Filed, clock: FakeClock, kind: str, path: str
) -> None:
    reports = [filed(photos=2) for _ in range(2)]
    server.fail(kind, "", path, status=503, code="busy", headers={"Retry-After": "700"})
    patience = Patience(clock, limit=50)
    results: list[RoundResult] = []

    phone.sending.send_until_empty(patience, after_round=results.append)

    [asked] = [result for result in results if result.retry_after_s is not None]
    assert asked.problem in ("busy", "answer_invalid", "not_our_server")
    assert 700 <= patience.waits[results.index(asked)] <= 875
    assert [state_of(phone, report) for report in reports] == [("confirmed", ["confirmed"] * 2)] * 2


@pytest.mark.parametrize(("header", "least", "most"), [("0", 1, 2), ("999999999", 3600, 4500)])
def test_what_a_server_asks_for_has_bounds(
    phone: Phone, server: FakeServer, filed: Filed, clock: FakeClock, header: str, least: float, most: float
) -> None:
    filed()
    server.fail("problem", "PUT", status=429, code="throttled", headers={"Retry-After": header})
    result = phone.sending.send_round(clock.now())
    assert result.retry_after_s is not None
    assert least <= result.retry_after_s <= most
    assert result.left.due_in_s is not None
    assert least <= result.left.due_in_s + 0.01 <= most * 1.25


def test_a_batch_that_meets_a_busy_server_is_not_tried_one_by_one(
    phone: Phone, server: FakeServer, filed: Filed, clock: FakeClock
) -> None:
    for _ in range(6):
        filed()
    server.fail("html", "POST", "batch", status=503, headers={"Retry-After": "60"})
    assert phone.sending.send_round(clock.now()).retry_after_s is not None
    assert not any(method == "PUT" for method, _ in server.log)


# --- one that cannot be read does not keep the others here


@pytest.mark.parametrize("count", [2, 6])
def test_a_report_that_cannot_be_unlocked_waits_and_the_others_go(
    phone: Phone, server: FakeServer, filed: Filed, clock: FakeClock, monkeypatch: pytest.MonkeyPatch, count: int
) -> None:
    reports = [filed() for _ in range(count)]
    unlocked = phone.outbox.envelope

    def envelope(report: UUID) -> Envelope:
        if report == reports[0].id:
            raise Problem("phone_data_locked")
        return unlocked(report)

    monkeypatch.setattr(phone.outbox, "envelope", envelope)
    result = phone.sending.send_round(clock.now())

    assert (result.received, result.failures) == (count - 1, ("phone_data_locked",))
    assert state_of(phone, reports[0])[0] == "on_phone"


# --- a newer server


def test_states_of_a_newer_server_are_taken_for_the_most_careful_one_known(
    phone: Phone, server: FakeServer, filed: Filed, clock: FakeClock
) -> None:
    report = filed(photos=1)
    server.receipt_more = {"state": "notarised", "colour": "xanh"}
    server.evidence_more = {"state": "engraved", "colour": "xanh"}

    result = phone.sending.send_round(clock.now())

    assert result.received == 1
    assert state_of(phone, report) == ("received", ["on_phone"])
    server.receipt_more, server.evidence_more = {"state": "archived"}, {}
    assert phone.sending.send_until_empty(Patience(clock)).left.waiting == 0
    assert state_of(phone, report) == ("confirmed", ["confirmed"])
