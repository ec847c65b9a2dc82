"""What is read and tapped while looking something up."""

from collections.abc import Callable

import pytest

from mobile.bootstrap import Phone
from mobile.ports import QueuedReport
from mobile.presenters.lookup import PAUSE_S, LookupPresenter
from mobile.presenters.routes import Route, Screen
from mobile.services.lookup import Lookup
from mobile.state.forms import Level
from shared.i18n import Words
from tests.factories.terms import licence_row, mineral_row, year_row
from tests.fakes.server import FakeServer
from tests.fakes.shell import FakeShell

Start = Callable[..., LookupPresenter]


@pytest.fixture
def shell() -> FakeShell:
    return FakeShell()


@pytest.fixture
def start(phone: Phone, shell: FakeShell) -> Start:
    def begin(typed: str = "", opened: bool = True) -> LookupPresenter:
        lookup = Lookup(phone.reference, phone.outbox)
        presenter = LookupPresenter(lookup, phone.reference, phone.clock, Words("vi"), shell, typed=typed)
        if opened:
            presenter.opened()
        return presenter

    return begin


def give(phone: Phone, server: FakeServer, **changes: object) -> None:
    server.reference = {
        "cursor": "c",
        "removed": ["*"],
        "licences": [licence_row(**changes)],
        "minerals": [mineral_row()],
    }
    phone.reference.pull()


def typed(presenter: LookupPresenter, shell: FakeShell, text: str) -> LookupPresenter:
    presenter.type(text)
    shell.jobs.pass_time(PAUSE_S)
    return presenter


def test_it_searches_when_the_fingers_rest(start: Start, shell: FakeShell, filed: Callable[..., QueuedReport]) -> None:
    report, presenter = filed(), start()
    presenter.opened()
    presenter.type("8")
    presenter.type("87")
    shell.jobs.pass_time(PAUSE_S / 2)
    presenter.type("87c")
    shell.jobs.pass_time(PAUSE_S / 2)
    assert not presenter.state.groups
    assert presenter.state.empty == ""
    shell.jobs.pass_time(PAUSE_S)
    (stops,) = (group for group in presenter.state.groups if group.key == "stops")
    assert [row.page for row in stops.rows] == [str(report.id)]
    assert stops.rows[0].title == "87C-123.45"


def test_a_slower_search_of_before_does_not_come_over_a_later_one(
    start: Start, shell: FakeShell, filed: Callable[..., QueuedReport]
) -> None:
    filed()
    presenter = start()
    shell.jobs.held = []
    typed(presenter, shell, "87c")
    typed(presenter, shell, "zz")
    shell.jobs.go()
    assert not presenter.state.groups
    assert "“zz”" in presenter.state.empty


def test_it_says_what_to_type_and_that_nothing_fits(start: Start, shell: FakeShell) -> None:
    presenter = start()
    assert "ít nhất hai" in presenter.state.empty
    assert "ít nhất hai" in typed(presenter, shell, "-").state.empty
    assert "không có gì khớp với “29x”" in typed(presenter, shell, "29x ").state.empty


def test_stops_and_papers_open_their_report(start: Start, shell: FakeShell, filed: Callable[..., QueuedReport]) -> None:
    report = filed()
    presenter = typed(start(), shell, "00000127")
    assert [group.key for group in presenter.state.groups] == ["stops", "papers"]
    for group in presenter.state.groups:
        presenter.open(group.key, group.rows[0].page)
    assert shell.opened == [Route(Screen.REPORT, str(report.id))] * 2


def test_a_paper_that_was_used_twice_is_a_warning(
    start: Start, shell: FakeShell, filed: Callable[..., QueuedReport]
) -> None:
    filed()
    assert typed(start(), shell, "00000127").state.groups[1].rows[0].level is Level.INFO
    filed()
    row = typed(start(), shell, "00000127").state.groups[1].rows[0]
    assert row.level is Level.WARN
    assert "đã gặp 2 lần" in row.subtitle


def test_a_licence_is_told_with_validity_hours_and_what_is_left(
    phone: Phone, server: FakeServer, start: Start, shell: FakeShell
) -> None:
    give(phone, server)
    presenter = typed(start(), shell, "12/gp")
    (group,) = presenter.state.groups
    presenter.open(group.key, group.rows[0].page)
    detail = presenter.state.detail
    assert detail is not None
    lines = dict(detail.lines)
    assert detail.level is Level.GOOD
    assert lines["Hiệu lực từ – đến"] == "06/05/2024 – 06/05/2029"
    assert lines["Giờ khai thác"] == "06:00–18:00"
    assert lines["Còn lại của năm 2026"] == "nhiều nhất 30.000 m³"
    assert lines["Số liệu đến ngày"] == "19/11/2026"
    assert "Bãi Giữa" in lines["Tổ chức, cá nhân được cấp phép"]

    assert presenter.went_back()
    assert presenter.state.detail is None
    assert not presenter.went_back()


@pytest.mark.parametrize(
    ("changes", "left"),
    [
        ({"ledger": []}, "danh mục không ghi"),
        ({"ledger": [year_row(year=2025)]}, "danh mục không ghi"),
        ({"ledger": [year_row(declared=None, sampled=True)]}, "danh mục không ghi"),
        ({"ledger": [year_row(declared=10_000.0, observed=90_000.0, sampled=True)]}, "nhiều nhất 50.000 m³"),
        ({"ledger": [year_row(declared=70_000.0)]}, "nhiều nhất 0 m³"),
        ({"ledger": [year_row(declared=None, observed=20_000.0)]}, "nhiều nhất 40.000 m³"),
    ],
)
def test_what_is_left_is_said_only_where_somebody_knows(
    phone: Phone, server: FakeServer, start: Start, shell: FakeShell, changes: dict[str, object], left: str
) -> None:
    give(phone, server, **changes)
    presenter = typed(start(), shell, "12/gp")
    presenter.open("licences", presenter.state.groups[0].rows[0].page)
    assert presenter.state.detail is not None
    assert dict(presenter.state.detail.lines)["Còn lại của năm 2026"] == left


def test_an_expired_licence_is_red(phone: Phone, server: FakeServer, start: Start, shell: FakeShell) -> None:
    give(phone, server, valid_to="2026-01-01")
    assert typed(start(), shell, "12/gp").state.groups[0].rows[0].level is Level.BAD


def test_coming_with_a_number_it_is_looked_for_at_once(phone: Phone, server: FakeServer, start: Start) -> None:
    give(phone, server)
    presenter = start("12/GP-UBND")
    assert presenter.state.typed == "12/GP-UBND"
    assert presenter.state.groups


def test_it_says_how_old_the_data_are_and_that_it_is_still_reading(
    phone: Phone, server: FakeServer, start: Start, shell: FakeShell
) -> None:
    give(phone, server)
    shell.jobs.held = []
    presenter = start()
    assert "0" in presenter.state.reading
    shell.jobs.go()
    assert presenter.state.reading == ""
    assert presenter.state.as_of == phone.reference.as_of_words("vi")


def test_what_comes_after_it_was_left_is_not_heard(start: Start, shell: FakeShell) -> None:
    shell.jobs.held = []
    presenter = start("87c")
    shown: list[object] = []
    presenter.watch(shown.append)
    presenter.closed()
    shell.jobs.go()
    assert shown == []
