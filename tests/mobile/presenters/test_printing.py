"""What an officer hears of a paper that is being made."""

from collections.abc import Callable
from uuid import UUID, uuid4

import pytest

from mobile.presenters.printing import FORMS, printing
from mobile.services.papers.service import LAYOUTS
from shared.i18n import Words
from shared.problems import Problem
from tests.fakes.shell import FakeShell

PLACE = "/srv/an/papers/x-A4.pdf"


def tapped(shell: FakeShell, start: Callable[[UUID], None], form: str = "A4") -> None:
    start(uuid4())
    shell.offered.pop()[1](form)


def test_asks_for_the_form_makes_that_one_and_says_where_it_is() -> None:
    shell, report = FakeShell(), uuid4()
    asked: list[tuple[UUID, str]] = []

    def make(about: UUID, form: str) -> str:
        asked.append((about, form))
        return PLACE

    printing(shell, Words("vi"), make)(report)
    assert asked == []
    options, choose = shell.offered.pop()
    assert options == (("A4", "Khổ A4"), ("80mm", "Cuộn giấy 80 mm"))
    choose("80mm")
    assert asked == [(report, "80mm")]
    assert shell.said == ["Phiếu in ở thư mục /srv/an/papers."]


def test_every_form_that_there_is_can_be_chosen() -> None:
    assert [form for form, _ in FORMS] == list(LAYOUTS)


def test_a_second_tap_while_it_is_made_does_nothing_and_the_next_one_makes_another() -> None:
    shell = FakeShell()
    shell.jobs.held = []
    start = printing(shell, Words("vi"), lambda about, form: PLACE)
    start(uuid4())
    start(uuid4())  # before anything was chosen
    for _, choose in (shell.offered.pop(), shell.offered.pop()):
        choose("A4")
    start(uuid4())
    assert shell.offered == []
    assert len(shell.jobs.held) == 1
    shell.jobs.go()
    tapped(shell, start)
    assert len(shell.said) == 2


def test_a_failure_is_told_and_can_be_tried_again() -> None:
    shell = FakeShell()
    full = True

    def make(about: UUID, form: str) -> str:
        if full:
            raise Problem("phone_full")
        return PLACE

    start = printing(shell, Words("vi"), make)
    tapped(shell, start)
    assert [problem.code for problem in shell.told] == ["phone_full"]
    full = False
    tapped(shell, start)
    assert len(shell.said) == 1


def test_after_a_defect_the_next_tap_is_heard() -> None:
    shell = FakeShell()
    whole = False

    def make(about: UUID, form: str) -> str:
        if not whole:
            raise PermissionError("the folder cannot be written")
        return PLACE

    start = printing(shell, Words("vi"), make)
    with pytest.raises(PermissionError):
        tapped(shell, start)
    whole = True
    tapped(shell, start)
    assert len(shell.said) == 1
