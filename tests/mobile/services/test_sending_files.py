"""Photos on their way: resumed from the byte, sent again when changed, never silently lost."""

from collections.abc import Callable
from pathlib import Path

import pytest

from mobile.bootstrap import Phone
from mobile.ports import FileState, QueuedReport
from mobile.services.delivery import Progress
from tests.fakes.server import FakeServer
from tests.mobile.conftest import FakeClock, Patience, state_of

Filed = Callable[..., QueuedReport]


def test_a_cut_photo_goes_on_from_the_very_byte_where_the_server_keeps_parts_of_pieces(
    phone: Phone, server: FakeServer, filed: Filed, clock: FakeClock
) -> None:
    server.tus.extensions.remove("checksum")
    report = filed(photos=1, size=700_000)
    server.fail("cut", "POST", "uploads", after=100_001)
    server.fail("cut", "PATCH", after=1)
    server.fail("cut_answer", "PATCH")

    phone.sending.send_until_empty(Patience(clock))

    assert state_of(phone, report) == ("confirmed", ["confirmed"])
    assert server.payload == report.files[0].entry.bytes


def test_a_photo_goes_on_from_the_byte_after_the_phone_was_started_again(
    phone: Phone, server: FakeServer, filed: Filed, clock: FakeClock, new_phone: Callable[..., Phone]
) -> None:
    server.tus.extensions.remove("checksum")
    report = filed(photos=1, size=700_000)
    server.fail("cut", "PATCH", after=100_000)
    server.fail("cut", "HEAD", times=99)
    first = phone.sending.send_round(clock.now())
    assert first.problem == "no_connection"
    phone.close()
    server.faults.clear()

    again = new_phone()
    again.sending.send_until_empty(Patience(clock))

    assert state_of(again, report) == ("confirmed", ["confirmed"])
    assert server.payload == report.files[0].entry.bytes


def test_an_upload_that_expired_is_created_again(
    phone: Phone, server: FakeServer, filed: Filed, clock: FakeClock
) -> None:
    report = filed(photos=1, size=700_000)
    server.fail("cut", "PATCH", after=200_000)
    server.fail("cut", "HEAD", times=99)
    phone.sending.send_round(clock.now())
    server.faults.clear()
    server.tus.expire()

    phone.sending.send_until_empty(Patience(clock))

    assert state_of(phone, report) == ("confirmed", ["confirmed"])


def test_a_photo_changed_on_the_way_is_sent_again_from_the_start_with_growing_waits(
    phone: Phone, server: FakeServer, filed: Filed, clock: FakeClock
) -> None:
    server.tus.extensions.remove("checksum")
    report = filed(photos=1)
    server.fail("corrupt", "", "uploads", times=6)
    patience = Patience(clock)

    phone.sending.send_until_empty(patience)

    assert state_of(phone, report) == ("confirmed", ["confirmed"])
    assert len(server.confirmed_files()) == 1
    assert sum(patience.waits) > 0.75 * (5 + 10 + 20 + 40 + 80 + 160)


def test_a_photo_damaged_on_the_phone_is_said_to_be_and_the_others_arrive(
    phone: Phone, server: FakeServer, filed: Filed, clock: FakeClock, tmp_path: Path
) -> None:
    report = filed(photos=2)
    bad = tmp_path / "phone" / "files" / report.files[0].name
    content = bytearray(bad.read_bytes())
    content[50] ^= 1
    bad.write_bytes(content)

    result = phone.sending.send_until_empty(Patience(clock))

    assert state_of(phone, report) == ("received", ["damaged", "confirmed"])
    assert phone.outbox.get(report.id).files[0].problem == "file_damaged"
    assert (result.left.damaged, result.left.waiting) == (1, 0)


def test_a_refused_photo_is_shown_as_not_sent_at_all(
    phone: Phone, server: FakeServer, filed: Filed, clock: FakeClock
) -> None:
    server.tus.extensions -= {"checksum", "creation-with-upload"}
    report = filed(photos=1, size=700_000)
    server.fail("corrupt", "PATCH")

    phone.sending.send_round(clock.now())

    [file] = phone.outbox.get(report.id).files
    assert (file.state, file.percent, file.problem) == (FileState.ON_PHONE, 0, "evidence_hash_mismatch")


@pytest.mark.parametrize("loss", ["gone", "cut short"])
def test_a_photo_lost_on_the_phone_is_damaged_not_forgotten(
    phone: Phone, filed: Filed, clock: FakeClock, tmp_path: Path, loss: str
) -> None:
    report = filed(photos=1)
    path = tmp_path / "phone" / "files" / report.files[0].name
    if loss == "gone":
        path.unlink()
    else:
        path.write_bytes(path.read_bytes()[:100])

    phone.sending.send_until_empty(Patience(clock))

    assert state_of(phone, report) == ("received", ["damaged"])


def test_progress_tells_each_piece_and_only_the_receipt_says_confirmed(
    phone: Phone, filed: Filed, clock: FakeClock
) -> None:
    report = filed(photos=1, size=700_000)
    seen: list[Progress] = []
    states: list[FileState] = []

    def watch(progress: Progress) -> None:
        seen.append(progress)
        states.append(phone.outbox.get(report.id).files[0].state)

    phone.sending.send_round(clock.now(), progress=watch)

    total = report.files[0].entry.bytes
    steps = [p.sent for p in seen if p.file]
    assert steps == [131_072, 131_072 * 3, total]
    assert states == ["on_phone", "sending", "sending", "received", "confirmed"]
