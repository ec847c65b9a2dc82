"""What an officer hears of a paper that is being made."""

from uuid import UUID, uuid4

import pytest

from mobile.presenters.printing import printing
from shared.i18n import Words
from shared.problems import Problem
from tests.fakes.shell import FakeShell

PLACES = ("/srv/an/papers/x-A4.pdf", "/srv/an/papers/x-80mm.pdf")


def test_says_where_the_papers_are() -> None:
    shell, report = FakeShell(), uuid4()
    asked: list[UUID] = []

    def make(about: UUID) -> tuple[str, ...]:
        asked.append(about)
        return PLACES

    printing(shell, Words("vi"), make)(report)
    assert asked == [report]
    assert shell.said == ["Phiếu in (A4 và khổ 80 mm) ở thư mục /srv/an/papers."]


def test_a_second_tap_while_it_is_made_does_nothing_and_the_next_one_makes_another() -> None:
    shell = FakeShell()
    shell.jobs.held = []
    start = printing(shell, Words("vi"), lambda about: PLACES)
    start(uuid4())
    start(uuid4())
    assert len(shell.jobs.held) == 1
    shell.jobs.go()
    start(uuid4())
    assert len(shell.said) == 2


def test_a_failure_is_told_and_can_be_tried_again() -> None:
    shell = FakeShell()
    full = True

    def make(about: UUID) -> tuple[str, ...]:
        if full:
            raise Problem("phone_full")
        return PLACES

    start = printing(shell, Words("vi"), make)
    start(uuid4())
    assert [problem.code for problem in shell.told] == ["phone_full"]
    full = False
    start(uuid4())
    assert len(shell.said) == 1


def test_after_a_defect_the_next_tap_is_heard() -> None:
    shell = FakeShell()
    whole = False

    def make(about: UUID) -> tuple[str, ...]:
        if not whole:
            raise PermissionError("the folder cannot be written")
        return PLACES

    start = printing(shell, Words("vi"), make)
    with pytest.raises(PermissionError):
        start(uuid4())
    whole = True
    start(uuid4())
    assert len(shell.said) == 1
