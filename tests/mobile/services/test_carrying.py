"""Carrying as an officer sees it: what waits, how far it is, that it can be stopped, what a card says of itself."""

import errno
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from mobile.bootstrap import Phone
from mobile.ports import QueuedReport, ToCarry
from mobile.services.relay import FOLDER, CardTaken, CardWritten, card_to_read, card_to_write
from shared.problems import Problem
from tests.fakes.server import FakeServer, officer
from tests.mobile.conftest import FakeClock, Patience, state_of

Filed = Callable[..., QueuedReport]
LARGE = 700_000  # bytes: several pieces


def lying(card: Path, room: str) -> list[str]:
    return sorted(path.name for path in (card / room).iterdir())


def test_what_is_said_to_wait_is_what_a_card_gets(
    phone: Phone, colleague: Phone, filed: Filed, clock: FakeClock, card: Path, server: FakeServer
) -> None:
    assert phone.relay.to_carry() == ToCarry(0, 0, 0, 0, 0)
    filed(photos=2, by=colleague)
    colleague.relay.export(card)
    phone.relay.take_in(card)
    phone.sending.send_until_empty(Patience(clock))  # the colleague's: delivered, its receipt waits for the card
    filed(photos=3)
    phone.sending.send_until_empty(Patience(clock))  # arrived: no part of what waits
    server.fail("html", "POST", "uploads", times=99)
    half, damaged = filed(photos=2), filed(photos=1)
    phone.sending.send_round(clock.now())
    phone.outbox.file_damaged(damaged.files[0].id)
    carried = filed(photos=2, by=colleague)
    colleague.relay.export(card)
    (card / "files" / carried.files[1].entry.sha256).unlink()  # nobody can hand on what did not come
    phone.relay.take_in(card)
    assert state_of(phone, half)[0] == "received"

    said = phone.relay.to_carry()
    written = phone.relay.export(card.with_name("second"))

    assert (said.reports, said.files) == (written.reports, written.files) == (3, 3)
    assert said.bytes == sum(path.stat().st_size for path in (card.with_name("second") / "files").iterdir())
    assert (said.carried, said.receipts) == (2, 1)


def test_what_was_delivered_goes_back_with_whatever_is_copied(
    phone: Phone, colleague: Phone, filed: Filed, clock: FakeClock, card: Path
) -> None:
    report = filed(photos=1)
    phone.relay.export(card)
    colleague.relay.take_in(card)
    colleague.sending.send_until_empty(Patience(clock))
    assert colleague.relay.export(card) == CardWritten(receipts=1)
    assert phone.relay.take_in(card) == CardTaken(known=1, receipts=1)
    assert state_of(phone, report) == ("confirmed", ["confirmed"])


def test_it_tells_how_many_bytes_are_through_and_ends_with_all_of_them(
    phone: Phone, colleague: Phone, filed: Filed, card: Path
) -> None:
    filed(photos=2, size=LARGE)
    told: list[tuple[int, int]] = []
    phone.relay.export(card, moved=lambda done, total: told.append((done, total)))
    whole = sum(path.stat().st_size for path in (card / "files").iterdir())
    assert {total for _, total in told} == {whole}
    assert (told[0][0], told[-1][0]) == (0, whole)
    assert [done for done, _ in told] == sorted(done for done, _ in told)
    assert len({done for done, _ in told}) > 4

    told.clear()
    phone.relay.export(card, moved=lambda done, total: told.append((done, total)))
    assert told[-1] == (whole, whole)  # what lay there counts as through

    told.clear()
    colleague.relay.take_in(card, moved=lambda done, total: told.append((done, total)))
    assert (told[0], told[-1]) == ((0, whole), (whole, whole))


def test_a_copying_that_is_stopped_leaves_whole_things_and_nothing_of_it_leaves_the_phone(
    phone: Phone, colleague: Phone, filed: Filed, card: Path
) -> None:
    report = filed(photos=2, size=LARGE)
    far = [0]

    def moved(done: int, total: int) -> None:
        far[0] = done

    written = phone.relay.export(card, moved=moved, halted=lambda: far[0] > LARGE)
    assert written == CardWritten(reports=1, files=1, halted=True)
    assert lying(card, "files") == [path for path in lying(card, "files") if not path.startswith(".")]
    assert len(lying(card, "files")) == 1
    assert state_of(phone, report) == ("on_phone", ["on_phone", "on_phone"])
    assert colleague.relay.take_in(card) == CardTaken(reports=1, files=1)
    assert phone.relay.export(card) == CardWritten(reports=1, files=2)
    taken = colleague.relay.take_in(card, halted=lambda: True)
    assert taken == CardTaken(halted=True)
    assert colleague.relay.take_in(card) == CardTaken(files=1, known=1)


def test_new_reports_say_from_how_many_phones_they_come(
    phone: Phone, colleague: Phone, filed: Filed, card: Path, new_phone: Callable[..., Phone], server: FakeServer
) -> None:
    third = new_phone("third")
    third.enrolment.enrol(server.code_for(officer("Lê Cường (minh họa)", username="cuong")))
    for by in (phone, phone, colleague):
        filed(by=by)
    phone.relay.export(card)
    colleague.relay.export(card)
    taken = third.relay.take_in(card)
    assert (taken.reports, len(taken.phones)) == (3, 2)


def test_a_card_pulled_out_while_it_is_read_is_said_so(
    phone: Phone, colleague: Phone, filed: Filed, card: Path, tmp_path: Path
) -> None:
    filed(photos=2, size=LARGE)
    phone.relay.export(card)

    def pull_out(done: int, total: int) -> None:
        if card.exists():
            card.rename(tmp_path / "pulled")

    with pytest.raises(Problem, match="card_failed"):
        colleague.relay.take_in(card, moved=pull_out)
    (tmp_path / "pulled").rename(card)
    assert colleague.relay.take_in(card).files == 2


@pytest.mark.parametrize("number", [errno.EROFS, errno.EACCES, errno.EPERM])
@pytest.mark.parametrize("there", [False, True])
def test_a_locked_card_is_another_sentence_than_one_that_fails(
    phone: Phone, filed: Filed, card: Path, monkeypatch: pytest.MonkeyPatch, number: int, there: bool
) -> None:
    filed(photos=1)
    if there:
        phone.relay.export(card)
    real = Path.open

    def locked(path: Path, mode: str = "r", *more: object) -> object:
        if card in path.parents and "x" in mode:
            raise OSError(number, os.strerror(number))
        return real(path, mode, *more)  # type: ignore[call-overload]

    monkeypatch.setattr(Path, "open", locked)
    with pytest.raises(Problem, match="card_locked"):
        phone.relay.export(card)


def test_a_card_lies_in_a_folder_of_its_own_but_for_one_that_is_a_card(
    phone: Phone, filed: Filed, tmp_path: Path
) -> None:
    filed()
    home = tmp_path / "home"
    (home / "files").mkdir(parents=True)
    assert card_to_write(home) == home / FOLDER
    with pytest.raises(Problem, match="card_invalid"):
        card_to_read(home)
    phone.relay.export(card_to_write(home))
    assert (card_to_read(home), card_to_read(home / FOLDER)) == (home / FOLDER, home / FOLDER)
    assert (card_to_write(home), card_to_write(home / FOLDER)) == (home / FOLDER, home / FOLDER)
    assert sorted(path.name for path in home.iterdir()) == ["files", FOLDER]
    assert list((home / "files").iterdir()) == []


@pytest.mark.parametrize("find", [card_to_write, card_to_read])
def test_a_card_that_was_taken_out_before_is_not_made_anew_in_its_place(
    find: Callable[[Path], Path], tmp_path: Path
) -> None:
    with pytest.raises(Problem, match="card_failed"):
        find(tmp_path / "media" / "CARD")


def test_what_has_arrived_is_told_of_for_a_month_and_what_has_not_for_ever(
    phone: Phone, colleague: Phone, filed: Filed, clock: FakeClock, card: Path
) -> None:
    arrived = filed()
    phone.relay.export(card)
    colleague.relay.take_in(card)
    colleague.sending.send_until_empty(Patience(clock))
    waits = filed()
    phone.relay.export(card)
    colleague.relay.take_in(card)
    assert (colleague.relay.to_carry().carried, colleague.relay.to_carry().receipts) == (2, 1)
    assert [one.id for one in colleague.relay.carried(limit=9)] == [waits.id, arrived.id]
    clock.move(31 * 86_400)
    assert (colleague.relay.to_carry().carried, colleague.relay.to_carry().receipts) == (1, 0)
    assert [one.id for one in colleague.relay.carried(limit=9)] == [waits.id]
    assert colleague.relay.export(card).receipts == 1  # its receipt goes back all the same
