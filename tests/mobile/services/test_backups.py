"""In the last backup: asked seldom, believed only with a signature, never in the way of sending."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from mobile.bootstrap import Phone
from mobile.ports import NetworkKind, QueuedReport
from mobile.services.backups import MOST
from mobile.services.states import Stage, tell_file, tell_report
from mobile.services.traffic import Policy
from tests.fakes.server import FakeServer
from tests.mobile.conftest import FakeClock, FakeNetwork, Patience

Filed = Callable[..., QueuedReport]
NIGHT = datetime(2026, 11, 20, 18, 30, tzinfo=UTC)


def confirmed(phone: Phone, filed: Filed, clock: FakeClock, **how: int) -> QueuedReport:
    report = filed(**how)
    phone.sending.send_until_empty(Patience(clock))
    return phone.outbox.get(report.id)


def test_a_report_in_the_last_backup_says_so_with_every_file(
    phone: Phone, server: FakeServer, filed: Filed, clock: FakeClock
) -> None:
    report, other = confirmed(phone, filed, clock, photos=1), confirmed(phone, filed, clock)
    server.backup = (NIGHT, {report.manifest_sha256})
    clock.move(3601)

    assert phone.sending.send_round(clock.now()).backup_problem is None

    when = phone.backups.taken_at([report.id, other.id])
    assert when == {report.id: NIGHT}
    told = tell_report(phone.outbox.get(report.id), when.get(report.id))
    assert (told.stage, told.say("vi")) == (
        Stage.BACKED_UP,
        "Đã gửi, và có trong bản sao lưu 01:30 ngày 21/11/2026",
    )
    assert tell_file(report.files[0], when[report.id]).stage is Stage.BACKED_UP
    assert tell_report(phone.outbox.get(other.id), when.get(other.id)).stage is Stage.CONFIRMED


def test_the_question_comes_an_hour_after_the_first_confirmation_and_then_once_an_hour(
    phone: Phone, server: FakeServer, filed: Filed, clock: FakeClock
) -> None:
    report = confirmed(phone, filed, clock)
    for _ in range(6):
        phone.sending.send_round(clock.move(900))
    assert server.backups_asked == [[report.manifest_sha256]]
    server.backup = (NIGHT, {report.manifest_sha256})
    for _ in range(20):
        phone.sending.send_round(clock.move(900))
    assert server.backups_asked == [[report.manifest_sha256]] * 2  # nothing left to ask for


def test_a_clock_put_back_does_not_keep_the_phone_from_asking(
    phone: Phone, server: FakeServer, filed: Filed, clock: FakeClock
) -> None:
    confirmed(phone, filed, clock)
    phone.sending.send_round(clock.now())
    clock.move(-5 * 365 * 86400)
    phone.sending.send_round(clock.now())
    assert len(server.backups_asked) == 1


@pytest.mark.parametrize(
    ("kind", "how", "code"),
    [
        ("stranger", {}, "not_our_server"),
        ("portal", {}, "answer_invalid"),
        ("html", {"status": 404}, "answer_invalid"),
        ("problem", {"status": 404, "code": "not_found"}, "not_found"),
        ("cut", {}, "no_connection"),
        ("more", {}, "answer_invalid"),
    ],
)
def test_no_answer_is_believed_that_is_not_ours_and_none_keeps_a_report_from_going(
    phone: Phone, server: FakeServer, filed: Filed, clock: FakeClock, kind: str, how: dict[str, object], code: str
) -> None:
    report = confirmed(phone, filed, clock)
    server.backup = (NIGHT, {report.manifest_sha256})
    clock.move(3601)
    new = filed(photos=1)
    if kind == "more":
        server.backup_says = [report.manifest_sha256, "f" * 64]  # signed, but of one that nobody asked about
    else:
        server.fail(kind, "POST", "backed-up", **how)

    result = phone.sending.send_round(clock.now())

    assert (result.backup_problem, result.problem) == (code, None)
    assert phone.outbox.get(new.id).state == "confirmed"
    assert phone.backups.taken_at([report.id]) == {}
    phone.sending.send_round(clock.move(60))
    assert len([path for _, path in server.log if "backed-up" in path]) == 1  # a failure is no reason to hurry


def test_the_question_waits_for_wifi_like_everything_else(
    phone: Phone, server: FakeServer, filed: Filed, clock: FakeClock, network: FakeNetwork
) -> None:
    confirmed(phone, filed, clock)
    clock.move(3601)
    phone.traffic.choose(Policy.ALL_ON_WIFI)
    network.now = NetworkKind.MOBILE
    server.log.clear()
    phone.sending.send_round(clock.now())
    assert server.log == []


def test_not_more_is_asked_at_once_than_the_server_takes(phone: Phone, filed: Filed, clock: FakeClock) -> None:
    reports = [confirmed(phone, filed, clock) for _ in range(3)]
    assert phone.backups.unbacked(limit=2) == tuple(report.manifest_sha256 for report in reports[:2])
    assert MOST == 500


def test_a_report_that_went_back_into_the_queue_meanwhile_is_not_marked(phone: Phone, filed: Filed) -> None:
    report = filed()
    phone.backups.backed_up([report.manifest_sha256], NIGHT)
    assert phone.backups.taken_at([report.id]) == {}
