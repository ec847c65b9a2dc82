"""Room on the phone, and data that was damaged: what the officer is told."""

from collections.abc import Callable
from pathlib import Path

import pytest

from mobile.bootstrap import Phone, open_phone
from mobile.ports import Charge, QueuedReport
from mobile.ports.recovered import KEPT, Lost, Recovered
from mobile.presenters.alerts import Alerts
from mobile.presenters.recovered import told
from shared.i18n import Words
from tests.fakes.server import FakeServer, officer
from tests.fakes.shell import FakeShell

AT = 1_795_000_000_000  # 18/11/2026 18:06 in Vietnam


class FakeSpace:
    free = 10_000_000_000

    def __call__(self) -> int:
        return self.free


@pytest.fixture
def space() -> FakeSpace:
    return FakeSpace()


@pytest.fixture
def roomy(new_phone: Callable[..., Phone], server: FakeServer, space: FakeSpace) -> Phone:
    phone = new_phone(space=space)
    phone.enrolment.enrol(server.code_for(officer()))
    return phone


def alerts(phone: Phone, language: str = "vi") -> Alerts:
    return Alerts(phone.preferences, phone.room, Words(language))


def test_the_rows_count_what_lies_here(
    roomy: Phone, filed: Callable[..., QueuedReport], tmp_path: Path, space: FakeSpace
) -> None:
    report = filed(photos=2, size=600_000, by=roomy)
    maps = tmp_path / "phone" / "maps"
    maps.mkdir()
    (maps / "tinh.mbtiles").write_bytes(bytes(2_000_000))
    space.free = 3_500_000_000
    rows = {row.title: row.subtitle for row in alerts(roomy).storage()}
    assert rows["Tệp chưa gửi xong"].startswith("2 tệp · 1,2 MB")
    assert rows["Bản đồ"] == "2,0 MB"
    assert rows["Còn trống trên máy"] == "3,5 GB"

    roomy.reference.pull()
    roomy.sending.send_round(roomy.clock.now())
    assert roomy.outbox.get(report.id).state.value == "confirmed"
    assert {row.title: row.subtitle for row in alerts(roomy).storage()}["Tệp chưa gửi xong"] == "0 tệp · 0 B"


def test_little_room_is_told_and_a_photo_needs_its_own_and_some(roomy: Phone, space: FakeSpace) -> None:
    space.free = 200_000_000
    assert alerts(roomy).notices() == ()
    space.free -= 1
    (notice,) = alerts(roomy, "en").notices()
    assert notice.text.startswith("Only 200 MB is free on this phone")

    assert roomy.room.has_place_for(149_999_999)
    assert not roomy.room.has_place_for(150_000_000)


@pytest.mark.parametrize(
    ("recovered", "said"),
    [
        (
            Recovered("x", AT, (Lost("transport", AT, 7), Lost("extraction", AT))),
            "The data on this phone was damaged and has been put back together. Missing: transport no. 7 of"
            " {time}; draft extraction begun {time}. Look through them, write again what is missing, and tell"
            " your supervisor.",
        ),
        (
            Recovered("x", AT, (Lost("transport", AT, older=True),)),
            "The data on this phone was damaged and has been put back together. As they were at {time}: draft transport"
            " begun {time}. Look through them, write again what is missing, and tell your supervisor.",
        ),
        (
            Recovered("x", AT, ()),
            "The data on this phone was damaged and has been put back together. Nothing is known to be missing.",
        ),
    ],
)
def test_what_was_lost_is_named(recovered: Recovered, said: str) -> None:
    from datetime import UTC, datetime

    from mobile.presenters.written import moment

    time = moment(datetime.fromtimestamp(AT / 1000, UTC))
    assert told(Words("en"), recovered).lower() == said.format(time=time).lower()


def test_many_are_counted_and_a_kind_that_does_not_read_is_a_report() -> None:
    lost = tuple(Lost("transport", AT, number) for number in range(1, 31))
    assert "và 24 phiếu khác" in told(Words("vi"), Recovered("x", AT, lost))
    assert "Phiếu số 1 " in told(Words("vi"), Recovered("x", AT, (Lost("tr\ufffd", AT, 1),)))


def test_nothing_readable_says_what_to_do() -> None:
    assert "xin mã kích hoạt mới" in told(Words("vi"), Recovered("x", None, (), empty=True))


def test_it_is_told_at_each_start_until_it_was_read(phone: Phone, tmp_path: Path) -> None:
    phone.close()
    (tmp_path / "phone" / "phone.sqlite3").write_bytes(b"")
    damaged = open_phone(tmp_path / "phone", server="http://127.0.0.1:9")
    for _ in range(2):
        shell, told_now = FakeShell(), alerts(damaged)
        told_now.ask(shell)
        told_now.ask(shell)
        assert [title for title, _ in shell.asked] == ["Dữ liệu đã bị hỏng"]
        assert len(told_now.notices()) == 1
    shell.answer()
    assert damaged.preferences.get(KEPT) == ""
    again = FakeShell()
    alerts(damaged).ask(again)
    assert again.asked == []
    assert alerts(damaged).notices() == ()
    damaged.close()


def test_a_photo_that_does_not_fit_is_not_taken(roomy: Phone, space: FakeSpace, tmp_path: Path) -> None:
    from mobile.composition import Screens

    path, taken, shell = tmp_path / "anh.jpg", [], FakeShell()
    path.write_bytes(bytes(1000))
    screens = Screens(roomy, Words("vi"), tmp_path / "phone")
    space.free = 50_000_999
    screens.forms._take_file(path, shell, taken.append)  # type: ignore[arg-type]
    assert [problem.code for problem in shell.told] == ["phone_full"]
    assert taken == [None]
    space.free += 1
    screens.forms._take_file(path, shell, taken.append)  # type: ignore[arg-type]
    assert taken[1] is not None
    path.unlink()  # a card that was pulled out
    screens.forms._take_file(path, shell, taken.append)  # type: ignore[arg-type]
    assert [problem.code for problem in shell.told] == ["phone_full", "photo_unreadable"]
    assert taken[2] is None


@pytest.mark.parametrize(
    ("charge", "said"),
    [
        (Charge(15, charging=False), True),
        (Charge(16, charging=False), False),
        (Charge(3, charging=True), False),
        (None, False),
    ],
)
def test_an_empty_battery_is_told_in_time(roomy: Phone, charge: Charge | None, said: bool) -> None:
    notices = Alerts(roomy.preferences, roomy.room, Words("vi"), lambda: charge).notices()
    assert any("Pin còn" in notice.text for notice in notices) is said
