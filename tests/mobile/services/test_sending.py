"""The sync engine against an honest server: order, trust, refusals, and bad luck."""

import hashlib
from collections.abc import Callable

import pytest

from mobile.bootstrap import Phone
from mobile.ports import QueuedReport, QueueState
from mobile.transport.api import HttpServerApi
from mobile.transport.http import Http
from tests.factories.reports import SealingPhone
from tests.fakes.server import FakeServer, SigningKey, officer
from tests.mobile.conftest import FakeClock, Patience, state_of

Filed = Callable[..., QueuedReport]


def paths(server: FakeServer) -> list[str]:
    """What was asked for, without ids."""
    names = []
    for method, path in server.log:
        first, *rest = path.strip("/").split("/")
        names.append(
            f"{method} {first}" + ("/receipt" if rest[-1:] == ["receipt"] else "/batch" if rest == ["batch"] else "")
        )
    return names


def test_a_round_delivers_the_report_and_its_photos_and_believes_only_the_receipt(
    phone: Phone, server: FakeServer, filed: Filed, clock: FakeClock
) -> None:
    report = filed(photos=2)

    result = phone.sending.send_round(clock.now())

    assert (result.received, result.sent_files, result.confirmed_files, result.problem, result.failures) == (
        1,
        2,
        2,
        None,
        (),
    )
    assert state_of(phone, report) == ("confirmed", ["confirmed", "confirmed"])
    assert result.left.waiting == 0
    local = {str(file.entry.id): phone.files.measure(file.name) for file in report.files}
    arrived = {
        name: (hashlib.sha256(content).hexdigest(), len(content)) for name, content in server.confirmed_files().items()
    }
    assert arrived == local


def test_a_round_with_nothing_due_asks_the_server_nothing(phone: Phone, server: FakeServer, clock: FakeClock) -> None:
    assert phone.sending.send_round(clock.now()).left.waiting == 0
    assert server.log == []


def test_a_round_sends_all_reports_then_one_photo_of_each_then_the_rest(
    phone: Phone, server: FakeServer, filed: Filed, clock: FakeClock
) -> None:
    reports = [filed(photos=2) for _ in range(3)]

    phone.sending.send_round(clock.now())

    assert server.arrivals == [str(report.id) for report in reports]
    owners = [upload.report for upload in server.uploads.values()]  # in the order in which they came
    assert owners == server.arrivals * 2
    first_file = next(i for i, (method, path) in enumerate(server.log) if (method, path) == ("POST", "uploads/"))
    assert max(i for i, (method, _) in enumerate(server.log) if method == "PUT") < first_file


def test_many_reports_go_in_batches_by_sequence(
    phone: Phone, server: FakeServer, filed: Filed, clock: FakeClock
) -> None:
    reports = [filed() for _ in range(25)]

    result = phone.sending.send_round(clock.now())

    assert result.received == 25
    assert server.arrivals == [str(report.id) for report in reports]
    assert "PUT reports" not in paths(server)
    assert 1 < paths(server).count("POST reports/batch") < 10


def test_one_bad_report_in_a_batch_is_held_and_the_others_are_received(
    phone: Phone, server: FakeServer, filed: Filed, clock: FakeClock
) -> None:
    reports = [filed() for _ in range(5)]
    server.reports[str(reports[2].id)] = SealingPhone().seal()  # another phone was here first

    result = phone.sending.send_round(clock.now())

    states = [state_of(phone, report)[0] for report in reports]
    assert states == ["confirmed", "confirmed", "held", "confirmed", "confirmed"]
    assert phone.outbox.get(reports[2].id).problem == "report_differs"
    assert (result.left.held, result.left.waiting) == (1, 0)


def test_a_batch_refused_as_a_whole_goes_again_one_by_one(
    phone: Phone, server: FakeServer, filed: Filed, clock: FakeClock
) -> None:
    reports = [filed() for _ in range(5)]
    server.fail("problem", "POST", "batch", status=413, code="too_large", times=9)

    result = phone.sending.send_round(clock.now())

    assert result.received == 5
    assert paths(server).count("PUT reports") == len(reports)


def test_a_wrong_hello_stops_the_round_before_anything_leaves_the_phone(
    phone: Phone, server: FakeServer, filed: Filed, clock: FakeClock
) -> None:
    filed(photos=1)
    server.fail("stranger", "GET", "hello")

    result = phone.sending.send_round(clock.now())

    assert result.problem == "not_our_server"
    assert paths(server) == ["GET hello"]


@pytest.mark.parametrize("kind", ["portal", "redirect"])
def test_a_portal_gets_nothing_but_a_hello(
    phone: Phone, server: FakeServer, filed: Filed, clock: FakeClock, kind: str
) -> None:
    report = filed(photos=1)
    server.fail(kind, times=99)

    result = phone.sending.send_round(clock.now())

    assert result.problem == "not_our_server"
    assert paths(server) == ["GET hello"]
    assert state_of(phone, report) == ("on_phone", ["on_phone"])


def test_a_new_server_key_is_taken_when_a_pinned_one_announced_it_and_a_stranger_is_not(
    phone: Phone, server: FakeServer, filed: Filed, clock: FakeClock
) -> None:
    old, new, stranger = server.key, SigningKey(), SigningKey()
    server.keys = [old.record(), new.record(announced_by=old), stranger.record(announced_by=stranger)]
    server.key = new
    report = filed()

    phone.sending.send_round(clock.now())

    assert state_of(phone, report)[0] == "confirmed"
    assert set(phone.accounts.server_keys()) == {old.id, new.id}


@pytest.mark.parametrize("forgery", ["signature of another key", "id of another key"])
def test_a_key_that_only_claims_to_be_announced_is_no_server_of_ours(
    phone: Phone, server: FakeServer, filed: Filed, clock: FakeClock, forgery: str
) -> None:
    old, new = server.key, SigningKey()
    record = new.record(announced_by=new)
    record["announced_by"]["key"] = old.id
    if forgery == "id of another key":
        # Really announced, but another PEM stands under the announced id than the one that has it.
        value = {"id": SigningKey().id, "public_key": new.pem, "valid_from": record["valid_from"]}
        record = {**value, "announced_by": {"key": old.id, "signature": old.sign(value)}}
    server.keys, server.key = [old.record(), record], new
    filed()

    assert phone.sending.send_round(clock.now()).problem == "not_our_server"
    assert server.reports == {}


def test_a_key_that_nobody_announced_is_no_server_of_ours(
    phone: Phone, server: FakeServer, filed: Filed, clock: FakeClock
) -> None:
    server.key = SigningKey()
    server.keys = [server.key.record()]
    filed()

    assert phone.sending.send_round(clock.now()).problem == "not_our_server"
    assert server.reports == {}


@pytest.mark.parametrize("kind", ["stranger", "other_receipt"])
def test_a_receipt_that_does_not_hold_leaves_the_report_on_the_phone_and_it_is_sent_again(
    phone: Phone, server: FakeServer, filed: Filed, clock: FakeClock, kind: str
) -> None:
    report = filed(photos=1)
    server.fail(kind, "PUT", "reports/")

    first = phone.sending.send_round(clock.now())

    assert first.received == 0
    assert state_of(phone, report) == ("on_phone", ["on_phone"])
    assert phone.outbox.get(report.id).receipt is None
    phone.sending.send_round(clock.move(60))
    assert state_of(phone, report) == ("confirmed", ["confirmed"])


@pytest.mark.parametrize("kind", ["stranger", "other_receipt", "other_hash"])
def test_a_file_stays_in_the_queue_when_the_receipt_that_names_it_does_not_hold(
    phone: Phone, server: FakeServer, filed: Filed, clock: FakeClock, kind: str
) -> None:
    report = filed(photos=1)
    server.fail(kind, "GET", "receipt")

    phone.sending.send_round(clock.now())

    assert state_of(phone, report) == ("received", ["on_phone"])
    phone.sending.send_until_empty(Patience(clock))
    assert state_of(phone, report) == ("confirmed", ["confirmed"])
    assert server.payload == report.files[0].entry.bytes


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (409, "report_differs"),
        (422, "schema_unknown"),
        (422, "a_code_of_a_newer_server"),
        (400, "not_json"),
        (413, "too_large"),
    ],
)
def test_a_refused_report_is_kept_held_with_its_code_and_tried_again_slowly(
    phone: Phone, server: FakeServer, filed: Filed, clock: FakeClock, status: int, code: str
) -> None:
    report = filed(photos=1)
    server.fail("problem", "PUT", "reports/", status=status, code=code)

    result = phone.sending.send_until_empty(Patience(clock))

    held = phone.outbox.get(report.id)
    assert (held.state, held.problem) == (QueueState.HELD, code)
    assert (result.left.held, result.left.waiting) == (1, 0)
    assert phone.sending.send_round(clock.move(3600)).failures == ()
    assert paths(server).count("PUT reports") == 1
    phone.sending.send_round(clock.move(8 * 3600))
    assert state_of(phone, report) == ("confirmed", ["confirmed"])


@pytest.mark.parametrize(
    ("kind", "how"),
    [
        ("html", {"status": 500}),
        ("html", {"status": 404}),
        ("html", {"status": 401}),
        ("portal", {}),
        ("problem", {"status": 503, "code": "x"}),
        ("problem", {"status": 404, "code": "not_found"}),
        ("problem", {"status": 429, "code": "throttled"}),
        ("cut", {"after": 100}),
        ("cut_answer", {}),
    ],
)
@pytest.mark.parametrize("path", ["^reports/[^/]*/$", "uploads", "receipt"])
def test_any_failure_is_outlived_and_nothing_is_lost_or_doubled(
    phone: Phone, server: FakeServer, filed: Filed, clock: FakeClock, kind: str, how: dict[str, object], path: str
) -> None:
    reports = [filed(photos=1), filed(photos=1)]
    server.fail(kind, "", path, times=3, **how)

    result = phone.sending.send_until_empty(Patience(clock))

    assert result.left.waiting == 0
    assert [state_of(phone, report) for report in reports] == [("confirmed", ["confirmed"])] * 2
    assert sorted(server.arrivals) == sorted(str(report.id) for report in reports)
    assert server.quarantine == []


def test_retries_never_end_and_their_waits_grow_to_a_limit(
    phone: Phone, server: FakeServer, filed: Filed, clock: FakeClock
) -> None:
    report = filed()
    server.fail("html", "", "hello", status=502, times=10_000)
    patience = Patience(clock, limit=60)

    phone.sending.send_until_empty(patience)

    assert len(patience.waits) == 60
    assert patience.waits[0] < 2
    assert patience.waits[-1] > 200
    assert max(patience.waits) < 400
    server.faults.clear()
    phone.sending.send_until_empty(Patience(clock))
    assert state_of(phone, report)[0] == "confirmed"


def test_a_server_that_cannot_be_reached_is_no_connection_and_costs_no_attempt(
    phone: Phone, server: FakeServer, filed: Filed, clock: FakeClock, new_phone: Callable[..., Phone]
) -> None:
    report = filed()
    lonely = new_phone(server="http://127.0.0.1:9")

    result = lonely.sending.send_round(clock.now())

    assert result.problem == "no_connection"
    assert phone.outbox.get(report.id).attempts == 0


def test_a_server_too_slow_to_answer_is_asked_again(
    phone: Phone, server: FakeServer, filed: Filed, clock: FakeClock, new_phone: Callable[..., Phone]
) -> None:
    report = filed()
    hurried = new_phone(api=HttpServerApi(Http(server.url, read_s=0.2))).sending
    server.fail("slow", "PUT", "", seconds=0.6)

    assert hurried.send_round(clock.now()).problem == "no_connection"
    hurried.send_until_empty(Patience(clock))
    assert state_of(phone, report)[0] == "confirmed"
    assert server.arrivals == [str(report.id)]


def test_a_server_restored_from_an_old_backup_gets_the_report_again(
    phone: Phone, server: FakeServer, filed: Filed, clock: FakeClock
) -> None:
    report = filed(photos=2)
    server.fail("html", "POST", "uploads", times=2)
    phone.sending.send_round(clock.now())
    server.reports.clear()
    server.arrivals.clear()

    phone.sending.send_until_empty(Patience(clock))

    assert state_of(phone, report) == ("confirmed", ["confirmed", "confirmed"])
    assert server.arrivals == [str(report.id)]


def test_resend_delivers_a_confirmed_report_again_to_a_server_that_lost_it(
    phone: Phone, server: FakeServer, filed: Filed, clock: FakeClock
) -> None:
    report = filed(photos=1)
    phone.sending.send_until_empty(Patience(clock))
    server.reports.clear()
    server.arrivals.clear()
    server.uploads.clear()

    phone.sending.resend(report.id)
    phone.sending.send_until_empty(Patience(clock))

    assert state_of(phone, report) == ("confirmed", ["confirmed"])
    assert len(server.confirmed_files()) == 1


def test_resend_to_a_server_that_has_everything_sends_no_photo_byte_again(
    phone: Phone, server: FakeServer, filed: Filed, clock: FakeClock
) -> None:
    report = filed(photos=1)
    phone.sending.send_until_empty(Patience(clock))

    phone.sending.resend(report.id)
    phone.sending.send_until_empty(Patience(clock))

    assert state_of(phone, report) == ("confirmed", ["confirmed"])
    assert server.payload == report.files[0].entry.bytes


def test_delivery_goes_on_without_a_token_and_with_a_dead_one(
    phone: Phone, server: FakeServer, filed: Filed, clock: FakeClock
) -> None:
    filed(photos=1)
    server.dead_tokens |= server.tokens
    result = phone.sending.send_round(clock.now())
    assert (result.left.waiting, result.notice) == (0, "session_ended")
    assert server.tokens_seen.count("Token token-1") == 1  # once in a round is enough to know
    filed(photos=1)
    phone.enrolment.sign_out()
    server.tokens_seen.clear()

    result = phone.sending.send_until_empty(Patience(clock))

    assert result.left.waiting == 0
    assert len(server.confirmed_files()) == 2
    assert set(server.tokens_seen) == {None}


def test_a_clock_that_was_years_ahead_does_not_keep_a_report_back(
    phone: Phone, server: FakeServer, filed: Filed, clock: FakeClock
) -> None:
    clock.move(5 * 365 * 86400)
    report = filed()
    server.fail("html", "PUT")
    phone.sending.send_round(clock.now())
    clock.move(-5 * 365 * 86400)
    assert phone.sending.left().due_in_s == 0

    phone.sending.send_round(clock.now())

    assert state_of(phone, report)[0] == "confirmed"


def test_another_officer_on_the_phone_sends_what_the_first_left(
    phone: Phone, server: FakeServer, filed: Filed, clock: FakeClock
) -> None:
    report = filed(photos=1)
    phone.enrolment.enrol(server.code_for(officer("Trần Bình (minh họa)", username="binh")))

    phone.sending.send_until_empty(Patience(clock))

    assert state_of(phone, report) == ("confirmed", ["confirmed"])
