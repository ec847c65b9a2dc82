"""Carrying reports: what an officer reads of a card, and what a tap does, without a window."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from mobile.bootstrap import Phone
from mobile.ports import QueuedReport
from mobile.presenters.carry import CarryPresenter
from mobile.presenters.courier import Courier
from mobile.services.relay import FOLDER
from mobile.state.forms import Level
from shared.i18n import Words
from shared.problems import CATALOGUE, Problem
from shared.wire.v1.card import Card
from tests.fakes.server import FakeServer
from tests.fakes.shell import FakeShell
from tests.mobile.conftest import FakeClock, Patience, state_of

Filed = Callable[..., QueuedReport]
LARGE = 700_000  # bytes: several pieces


class Desk:
    """A phone's screen. `point`: the officer points at a folder."""

    def __init__(self, phone: Phone, words: Words) -> None:
        self.phone, self.shell = phone, FakeShell()
        self.courier = Courier(lambda: phone.sending, (), phone.clock)
        self.courier.attach(self.shell.jobs)
        self.pointing: list[Callable[[Path], None]] = []
        self.there = True
        self.presenter = CarryPresenter(
            phone.relay,
            self.courier,
            words,
            self.shell,
            choose=lambda title, take, then: self.pointing.append(then),
            somewhere=lambda: self.there,
        )
        self.presenter.opened()

    def copy(self, folder: Path) -> Any:
        self.presenter.copy()
        self.pointing.pop()(folder)
        return self.presenter.state

    def take(self, folder: Path) -> Any:
        self.presenter.take()
        self.pointing.pop()(folder)
        return self.presenter.state

    def said(self) -> list[tuple[Level, str]]:
        return [(notice.level, notice.text) for notice in self.presenter.state.notices]


@pytest.fixture
def desk(phone: Phone, words: Words) -> Desk:
    return Desk(phone, words)


@pytest.fixture
def colleague(colleague: Phone, words: Words) -> Desk:
    return Desk(colleague, words)


# --- onto a card


def test_it_says_what_waits_and_that_copied_is_not_sent(desk: Desk, filed: Filed, words: Words) -> None:
    assert desk.presenter.state.waits == "Trên máy này không còn gì chờ gửi."
    assert not desk.presenter.state.can_copy
    filed(photos=2, size=LARGE)
    filed()
    desk.presenter.renewed()
    state = desk.presenter.state
    assert state.waits == "Còn chờ trên máy này: 2 phiếu, 2 tệp (1,4 MB)"
    assert "chưa phải là gửi" in state.truth
    assert state.can_copy
    words.language = "en"
    desk.presenter.renewed()
    assert desk.presenter.state.waits == "Waiting on this phone: 2 reports, 2 files (1.4 MB)"


def test_what_was_copied_is_told_with_its_place_and_leaves_the_phone_by_no_bit(
    desk: Desk, filed: Filed, card: Path
) -> None:
    report = filed(photos=2)
    for _ in range(2):
        desk.copy(card)
        assert desk.said() == [(Level.INFO, f"Trên thẻ nay có 1 phiếu, 2 tệp; {card / FOLDER}")]
    assert desk.presenter.state.waits.startswith("Còn chờ trên máy này: 1 phiếu, 2 tệp")
    assert state_of(desk.phone, report) == ("on_phone", ["on_phone", "on_phone"])
    assert len(list((card / FOLDER / "files").iterdir())) == 2


def test_it_tells_how_far_it_is_and_stops_when_it_is_told_to(
    desk: Desk, filed: Filed, card: Path, words: Words
) -> None:
    filed(photos=3, size=LARGE)
    desk.presenter.renewed()
    seen: list[Any] = []

    def look(state: Any) -> None:
        seen.append(state)
        if state.share is not None and state.share > 0.5:
            desk.presenter.stop()

    desk.presenter.watch(look)
    desk.copy(card)

    busy = [state for state in seen if state.busy]
    assert busy[0].share is None or busy[0].share == 0
    assert [state.share for state in busy if state.share] == sorted(state.share for state in busy if state.share)
    assert any(state.moving.endswith("/ 2,1 MB") for state in busy)
    assert busy[-1].busy == "Đang dừng…"
    assert desk.presenter.state.busy == ""
    [(first, stopped), (_, there)] = desk.said()
    assert (first, stopped) == (Level.WARN, words("Stopped: not all of it is on the card; copy again for the rest."))
    assert "1 phiếu, 1 tệp" in there
    assert not [path for path in (card / FOLDER).rglob("*") if path.name.endswith(".part")]


@pytest.mark.parametrize("code", ["card_full", "card_failed", "card_locked"])
def test_a_card_that_takes_nothing_more_is_one_sentence_on_the_screen(
    desk: Desk, filed: Filed, card: Path, monkeypatch: pytest.MonkeyPatch, code: str
) -> None:
    filed(photos=1)

    def fails(*given: object) -> None:
        raise Problem(code)

    monkeypatch.setattr(Card, "add_file", fails)
    desk.copy(card)
    assert desk.said() == [(Level.WARN, CATALOGUE[code].detail.say("vi"))]
    assert desk.presenter.state.busy == ""
    assert desk.shell.told == []
    monkeypatch.undo()
    desk.shell.jobs.held = []
    desk.copy(card)
    assert desk.said() == []  # what was is not what goes on
    desk.shell.jobs.go()
    assert desk.said()[0][0] is Level.INFO


def test_a_file_that_is_damaged_here_is_named_and_the_rest_is_copied(
    desk: Desk, filed: Filed, card: Path, tmp_path: Path
) -> None:
    report = filed(photos=2)
    (tmp_path / "phone" / "files" / report.files[0].name).unlink()
    desk.copy(card)
    assert [level for level, _ in desk.said()] == [Level.INFO, Level.BAD]
    assert "1 phiếu, 1 tệp" in desk.said()[0][1]
    assert desk.said()[1][1].startswith("Không chép được tệp")


def test_the_thumb_does_not_end_a_copying_by_a_slip(desk: Desk, filed: Filed, card: Path) -> None:
    filed(photos=1)
    desk.shell.jobs.held = []
    desk.copy(card)
    assert desk.presenter.went_back()
    assert desk.presenter.state.busy.startswith("Đang chép")
    desk.shell.answer()
    assert desk.presenter.state.busy == "Đang dừng…"
    assert not desk.presenter.went_back()  # what does not stop keeps nobody here
    desk.shell.jobs.go()
    assert desk.said()[0][0] is Level.WARN


def test_a_screen_that_is_left_ends_its_copying(desk: Desk, filed: Filed, card: Path) -> None:
    filed(photos=1)
    desk.shell.jobs.held = []
    desk.copy(card)
    desk.presenter.closed()
    desk.shell.jobs.go()
    assert list((card / FOLDER / "reports").iterdir()) == []


def test_nothing_begins_twice(desk: Desk, filed: Filed, card: Path) -> None:
    filed()
    desk.presenter.copy()
    desk.presenter.take()
    desk.shell.jobs.held = []
    for then in desk.pointing:
        then(card)
    desk.presenter.copy()
    assert (len(desk.shell.jobs.held), len(desk.pointing)) == (1, 2)


def test_where_no_card_can_be_there_is_no_button_but_a_sentence(desk: Desk) -> None:
    desk.there = False
    desk.presenter.renewed()
    state = desk.presenter.state
    assert (state.copy, state.take) == ("", "")
    assert state.nowhere == "Trong máy này không có thẻ nhớ."


# --- from a card


def test_what_was_taken_in_is_told_and_goes_on_its_way_at_once(
    desk: Desk, colleague: Desk, filed: Filed, card: Path, server: FakeServer
) -> None:
    reports = [filed(photos=2), filed()]
    desk.copy(card)
    state = colleague.take(card)
    assert colleague.said()[0] == (Level.INFO, "Đã nhận 2 phiếu của 1 máy, 2 tệp; sẽ gửi cùng phiếu của máy này.")
    assert sorted(server.arrivals) == sorted(str(report.id) for report in reports)
    assert state.carried == "Phiếu của đồng nghiệp: 2"
    assert [row.level for row in colleague.presenter.state.rows] == [Level.GOOD, Level.GOOD]


def test_a_card_taken_in_again_doubles_nothing_and_says_so(
    desk: Desk, colleague: Desk, filed: Filed, card: Path
) -> None:
    filed(photos=1)
    desk.copy(card)
    for _ in range(2):
        colleague.take(card)
    assert colleague.said() == [
        (Level.INFO, "1 phiếu đã có sẵn hoặc là của chính máy này nên không nhận thêm lần nữa.")
    ]
    assert len(colleague.presenter.state.rows) == 1
    desk.take(card)
    assert desk.said()[0][1].startswith("1 phiếu đã có sẵn hoặc là của chính máy này")
    assert desk.presenter.state.rows == ()


def test_files_that_come_later_are_waited_for_in_words_and_then_told(
    desk: Desk, colleague: Desk, filed: Filed, card: Path, server: FakeServer
) -> None:
    report = filed(photos=2)
    desk.copy(card)
    away = card / FOLDER / "files" / report.files[1].entry.sha256
    away.rename(card / "away")
    colleague.take(card)
    [row] = colleague.presenter.state.rows
    assert row.subtitle.endswith("· 1 tệp không có trên máy này")
    (card / "away").rename(away)
    colleague.take(card)
    assert colleague.said()[0] == (Level.INFO, "Đã nhận thêm 1 tệp của phiếu đã có sẵn trên máy.")
    colleague.presenter.renewed()
    assert "không có trên máy này" not in colleague.presenter.state.rows[0].subtitle


def test_each_thing_that_was_refused_is_named_with_its_reason_and_many_are_counted(
    desk: Desk, colleague: Desk, filed: Filed, card: Path
) -> None:
    report = filed(photos=1)
    desk.copy(card)
    lying = card / FOLDER
    (lying / "reports" / "aaa.json").write_bytes(b"{}")
    (lying / "receipts" / "bbb.json").write_bytes(b"[]")
    (lying / "files" / report.files[0].entry.sha256).write_bytes(b"other")
    colleague.take(card)
    bad = [text for level, text in colleague.said() if level is Level.BAD]
    assert bad[0] == "Không nhận “aaa.json” (Không phải phiếu); giữ thẻ và máy đã chép ra thẻ."
    assert bad[1].startswith("Không tin biên nhận “bbb.json” (")
    assert bad[2].startswith(f"Không nhận tệp {report.files[0].entry.sha256[:24]}… (Tệp không khớp mã băm)")

    for n in range(9):
        (lying / "reports" / f"x{n}.json").write_bytes(b"{}")
    colleague.take(card)
    bad = [text for level, text in colleague.said() if level is Level.BAD]
    assert len(bad) == 6
    assert bad[-1] == "Còn 7 thứ nữa bị để lại vì những lý do như vậy."


def test_a_folder_without_a_card_and_a_card_that_has_gone_are_a_sentence_each(
    colleague: Desk, card: Path, tmp_path: Path
) -> None:
    colleague.take(card)
    assert colleague.said() == [(Level.WARN, CATALOGUE["card_invalid"].detail.say("vi"))]
    colleague.take(tmp_path / "gone")
    assert colleague.said() == [(Level.WARN, CATALOGUE["card_failed"].detail.say("vi"))]
    colleague.copy(tmp_path / "gone")
    assert colleague.said() == [(Level.WARN, CATALOGUE["card_failed"].detail.say("vi"))]
    assert not (tmp_path / "gone").exists()
    Card.create(card)
    colleague.take(card)
    assert colleague.said() == [(Level.INFO, "Trên thẻ này không có gì.")]


# --- what is carried


def test_each_report_stays_with_its_true_state_until_it_is_confirmed(
    desk: Desk, colleague: Desk, filed: Filed, card: Path, server: FakeServer, clock: FakeClock
) -> None:
    report = filed(photos=2, size=LARGE)
    desk.copy(card)
    colleague.phone.relay.take_in(card / FOLDER)
    colleague.presenter.renewed()

    def row() -> Any:
        colleague.presenter.renewed()
        [found] = colleague.presenter.state.rows
        return found

    assert row().title == f"Niêm phong {report.manifest_sha256[:16]}"
    assert (row().subtitle, row().level) == ("Còn trên máy, chưa gửi", Level.INFO)
    server.fail("cut", "PATCH", after=200_000, times=1)
    server.fail("cut", "HEAD", times=99)
    colleague.phone.sending.send_round(clock.now())
    server.faults.clear()
    assert "tệp đã gửi" in row().subtitle
    assert row().badge.endswith(" %")
    colleague.phone.sending.send_until_empty(Patience(clock))
    assert (row().subtitle, row().level) == ("Đã gửi: máy chủ xác nhận phiếu và mọi tệp", Level.GOOD)


def test_the_list_follows_while_bytes_move_and_when_a_round_ends(
    desk: Desk, colleague: Desk, filed: Filed, card: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    filed(photos=1)
    desk.copy(card)
    colleague.phone.relay.take_in(card / FOLDER)
    colleague.presenter.renewed()
    reads: list[int] = []
    real = colleague.phone.relay.carried
    monkeypatch.setattr(colleague.phone.relay, "carried", lambda *, limit: (reads.append(limit), real(limit=limit))[1])
    state = colleague.courier.state
    colleague.courier._show(replace(state, rounds=1))
    assert len(reads) == 1
    for n in range(20):
        colleague.courier._show(replace(state, rounds=1, moving=((uuid4(), n, 100),)))
    assert len(reads) == 1
    colleague.shell.jobs.pass_time(1.0)
    assert len(reads) == 2
    colleague.presenter.closed()
    colleague.courier._show(replace(state, rounds=2))
    assert len(reads) == 2


def test_a_long_list_shows_first_what_has_not_arrived_and_says_that_there_is_more(
    desk: Desk, colleague: Desk, filed: Filed, card: Path, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mobile.presenters.carry.SHOWN", 2)
    phone, late = colleague.phone, clock.now() + timedelta(hours=1)
    oldest = filed()
    desk.copy(card)
    phone.relay.take_in(card / FOLDER)
    phone.relayed.report_failed(phone.relay.carried(limit=1)[0].key, problem="report_differs", held=True, next_try=late)
    for _ in range(2):
        filed()
    desk.copy(card)
    phone.relay.take_in(card / FOLDER)
    phone.sending.send_round(clock.now())
    colleague.presenter.renewed()
    state = colleague.presenter.state
    assert [row.level for row in state.rows] == [Level.WARN, Level.GOOD]
    assert state.rows[0].title.endswith(oldest.manifest_sha256[:16])
    assert state.carried == "Phiếu của đồng nghiệp: 2 trong số 3"


# --- the way back


def test_the_one_who_sealed_it_learns_from_the_card_that_it_arrived(
    desk: Desk, colleague: Desk, filed: Filed, card: Path
) -> None:
    report = filed(photos=1)
    desk.copy(card)
    colleague.take(card)
    colleague.presenter.renewed()
    assert "còn 1 biên nhận có thể trả đồng nghiệp" in colleague.presenter.state.waits
    assert colleague.presenter.state.can_copy
    colleague.copy(card)
    assert colleague.said() == [
        (Level.GOOD, "Đã ghi 1 biên nhận của máy chủ vào thẻ, để trả cho người niêm phong phiếu.")
    ]
    desk.take(card)
    assert (Level.GOOD, "1 biên nhận báo tin mới về những gì máy chủ đã có.") in desk.said()
    assert state_of(desk.phone, report) == ("confirmed", ["confirmed"])
    assert desk.presenter.state.waits == "Trên máy này không còn gì chờ gửi."
