"""The limitation period: when it starts, when it ends, on which day in Vietnam."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.clock import VIETNAM
from shared.workflow.clocks import CLOCKS, LIMITATION, ClockKind, ClockRow, limitation
from tests.shared.strategies import examples

DISCOVERED = datetime(2026, 11, 20, 1, tzinfo=UTC)


def test_an_ongoing_act_runs_from_discovery() -> None:
    clock = limitation(act_ended_at=None, discovered_at=DISCOVERED)
    assert (clock.row, clock.started_on, clock.ends_on) == (LIMITATION, date(2026, 11, 20), date(2028, 11, 20))


def test_an_act_with_a_proven_end_runs_from_its_end() -> None:
    clock = limitation(act_ended_at=datetime(2025, 3, 1, 2, tzinfo=UTC), discovered_at=DISCOVERED)
    assert (clock.started_on, clock.ends_on) == (date(2025, 3, 1), date(2027, 3, 1))


@pytest.mark.parametrize(
    ("discovered_at", "started_on", "ends_on"),
    [
        (datetime(2028, 2, 29, 3, tzinfo=UTC), date(2028, 2, 29), date(2030, 2, 28)),
        (datetime(2026, 2, 28, 3, tzinfo=UTC), date(2026, 2, 28), date(2028, 2, 28)),
        (datetime(2026, 3, 1, 3, tzinfo=UTC), date(2026, 3, 1), date(2028, 3, 1)),
        # the day is Vietnam's: 17:00 UTC is the next one
        (datetime(2026, 12, 31, 16, 59, tzinfo=UTC), date(2026, 12, 31), date(2028, 12, 31)),
        (datetime(2026, 12, 31, 17, 0, tzinfo=UTC), date(2027, 1, 1), date(2029, 1, 1)),
        (datetime(2028, 2, 28, 17, 0, tzinfo=UTC), date(2028, 2, 29), date(2030, 2, 28)),
    ],
)
def test_days_are_vietnams_and_29_february_becomes_28(discovered_at: datetime, started_on: date, ends_on: date) -> None:
    clock = limitation(act_ended_at=None, discovered_at=discovered_at)
    assert (clock.started_on, clock.ends_on) == (started_on, ends_on)


@examples
@given(st.datetimes(datetime(2000, 1, 1), datetime(2090, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001
def test_it_is_two_years_give_or_take_the_leap_day(moment: datetime) -> None:
    clock = limitation(act_ended_at=None, discovered_at=moment)
    assert clock.started_on == moment.astimezone(VIETNAM).date()
    assert timedelta(730) <= clock.ends_on - clock.started_on <= timedelta(731)


def test_the_limitation_is_no_deadline() -> None:
    """When it runs out a power ends; nobody was late."""
    assert LIMITATION.kind is ClockKind.LIMITATION


@pytest.mark.parametrize("row", CLOCKS, ids=lambda row: row.code)
def test_every_clock_names_its_article_and_what_happens(row: ClockRow) -> None:
    assert row.citation.strip()
    assert row.years > 0
    for words in (row.label, row.on_expiry):
        assert words.vi.strip()
        assert words.en.strip()


def test_codes_of_clocks_are_unique() -> None:
    assert len({row.code for row in CLOCKS}) == len(CLOCKS)
