"""Which folder a card is: a phone's own slot, or one that is pointed at."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mobile.bootstrap import Phone
from mobile.composition import Screens
from mobile.ports import QueuedReport
from mobile.presenters.routes import Route, Screen
from mobile.services.relay import FOLDER
from shared.i18n import Words
from tests.fakes.shell import FakeShell


class Slot:
    """A phone's slot for a card. A `Cards`."""

    def __init__(self, *folders: Path) -> None:
        self.now = folders

    def folders(self) -> tuple[Path, ...]:
        return self.now


def test_a_phone_with_a_card_asks_for_no_folder(
    phone: Phone, filed: Callable[..., QueuedReport], card: Path, words: Words
) -> None:
    filed()
    slot, shell = Slot(), FakeShell()
    phone.machine.cards = slot
    presenter: Any = Screens(phone, words, card.parent).presenter(Route(Screen.CARRY), shell)
    assert presenter.state.copy == ""
    slot.now = (card,)
    presenter.renewed()
    assert presenter.state.copy
    presenter.copy()
    assert (card / FOLDER / "card.json").exists()
    slot.now = ()
    presenter.take()
    assert [problem.code for problem in shell.told] == ["card_failed"]
    assert shell.choosing == []


def test_a_desktop_begins_with_the_folder_that_was_pointed_at_last(
    phone: Phone, card: Path, words: Words, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(card.parent))
    started: list[Path] = []
    shell = FakeShell()

    def choose_folder(title: str, take: str, folder: Path, then: Callable[[Path], None]) -> None:
        started.append(folder)
        then(card)

    monkeypatch.setattr(shell, "choose_folder", choose_folder)
    presenter: Any = Screens(phone, words, card.parent).presenter(Route(Screen.CARRY), shell)
    presenter.take()
    presenter.take()
    card.rmdir()
    presenter.take()
    assert started == [card.parent, card, card.parent]
