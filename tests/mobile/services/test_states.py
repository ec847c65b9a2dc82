"""What the phone says of a report and its files is true at each step, in both languages."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from mobile.bootstrap import Phone
from mobile.ports import QueuedReport
from mobile.services.states import FILE_WORDS, REPORT_WORDS, Stage, tell_file, tell_report, why
from tests.fakes.server import FakeServer
from tests.mobile.conftest import FakeClock, Patience

Filed = Callable[..., QueuedReport]
Said = tuple[str, str, int]


def said(phone: Phone, report: QueuedReport) -> tuple[Said, list[tuple[str, int]]]:
    now = phone.outbox.get(report.id)
    told = tell_report(now)
    files = [tell_file(file) for file in now.files]
    return (told.stage.value, told.say("vi"), told.percent), [(file.stage.value, file.percent) for file in files]


def test_a_report_on_its_way_says_where_it_is_at_each_step(
    phone: Phone, server: FakeServer, filed: Filed, clock: FakeClock
) -> None:
    report = filed(photos=2, size=400_000)
    assert said(phone, report) == (
        ("on_phone", "Còn trên máy, chưa gửi", 0),
        [("on_phone", 0), ("on_phone", 0)],
    )
    server.fail("html", "POST", "uploads", times=2)
    phone.sending.send_round(clock.now())
    assert said(phone, report) == (
        ("sending", "Phiếu đã nhận; tệp đã gửi 0 % (0/2 tệp được xác nhận)", 0),
        [("on_phone", 0), ("on_phone", 0)],
    )
    server.fail("slow", "PATCH", times=1)  # one piece gets through
    server.fail("cut", "PATCH", times=99)
    phone.sending.send_round(clock.move(60))
    assert said(phone, report) == (
        ("sending", "Phiếu đã nhận; tệp đã gửi 16 % (0/2 tệp được xác nhận)", 16),
        [("sending", 32), ("on_phone", 0)],
    )
    server.faults.clear()
    server.fail("html", "GET", "receipt", times=99)
    phone.sending.send_round(clock.move(60))
    told, files = said(phone, report)
    assert told[0] in ("received", "sending")  # whole at the server, but nobody has vouched for a hash
    assert "Đã gửi:" not in told[1]
    assert not any(stage == "confirmed" for stage, _ in files)
    server.faults.clear()
    phone.sending.send_until_empty(Patience(clock))
    assert said(phone, report) == (
        ("confirmed", "Đã gửi: máy chủ xác nhận phiếu và mọi tệp", 100),
        [("confirmed", 100), ("confirmed", 100)],
    )


def test_received_is_not_sent(phone: Phone, server: FakeServer, filed: Filed, clock: FakeClock) -> None:
    report = filed(photos=1)
    server.fail("cut", "GET", "receipt", times=99)
    phone.sending.send_round(clock.now())
    assert said(phone, report) == (
        ("received", "Phiếu đã nhận; còn chờ xác nhận tệp (0/1)", 100),
        [("received", 100)],
    )


def test_a_held_report_says_why_in_one_sentence(
    phone: Phone, server: FakeServer, filed: Filed, clock: FakeClock
) -> None:
    report = filed()
    server.fail("problem", "PUT", status=422, code="device_unknown")
    phone.sending.send_round(clock.now())
    told = tell_report(phone.outbox.get(report.id))
    assert told.stage is Stage.HELD
    assert told.say("vi").startswith("Máy chủ chưa nhận phiếu (")
    assert told.say("vi").endswith("); phiếu vẫn nằm trên máy và sẽ tự gửi lại, báo phụ trách.")
    assert told.say("en").count(".") == 1


def test_a_reason_this_phone_does_not_know_is_said_by_its_code(
    phone: Phone, server: FakeServer, filed: Filed, clock: FakeClock
) -> None:
    report = filed()
    server.fail("problem", "PUT", status=422, code="moon_too_full")
    phone.sending.send_round(clock.now())
    assert "(mã moon_too_full)" in tell_report(phone.outbox.get(report.id)).say("vi")
    assert why(None) is None


def test_a_damaged_file_is_said_of_the_file_and_of_the_report(
    phone: Phone, filed: Filed, clock: FakeClock, tmp_path: Path
) -> None:
    report = filed(photos=2)
    (tmp_path / "phone" / "files" / report.files[0].name).unlink()
    phone.sending.send_until_empty(Patience(clock))
    told, files = said(phone, report)
    assert (told[0], [stage for stage, _ in files]) == ("damaged", ["damaged", "confirmed"])


def test_a_report_without_files_is_sent_when_it_is_received(phone: Phone, filed: Filed, clock: FakeClock) -> None:
    report = filed()
    assert tell_report(phone.outbox.get(report.id)).percent == 0
    phone.sending.send_round(clock.now())
    assert said(phone, report)[0][::2] == ("confirmed", 100)


@pytest.mark.parametrize("language", ["vi", "en"])
def test_every_stage_has_words(language: str) -> None:
    values = {"percent": 7, "confirmed": 1, "files": 3, "when": "x", "why": "y"}
    assert set(REPORT_WORDS) == set(Stage)
    assert set(FILE_WORDS) == set(Stage) - {Stage.HELD}
    for words in (*REPORT_WORDS.values(), *FILE_WORDS.values()):
        assert "{" not in words.say(language, **values)


def test_the_backup_counts_only_for_what_is_confirmed(phone: Phone, filed: Filed) -> None:
    report = filed(photos=1)
    when = datetime(2026, 11, 20, tzinfo=UTC)
    assert tell_report(report, when).stage is Stage.ON_PHONE
    assert tell_file(report.files[0], when).stage is Stage.ON_PHONE
