"""Days and months as Vietnam counts them."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.clock import Month, instant_text, parse_day, to_millisecond
from tests.shared.strategies import examples

instants = st.datetimes(datetime(1950, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


@pytest.mark.parametrize(
    ("instant", "month"),
    [
        (datetime(2026, 1, 31, 16, 59, 59, 999999, tzinfo=UTC), "2026-01"),
        (datetime(2026, 1, 31, 17, 0, tzinfo=UTC), "2026-02"),
        (datetime(2025, 12, 31, 17, 0, tzinfo=UTC), "2026-01"),
        (datetime(2026, 12, 31, 16, 59, tzinfo=UTC), "2026-12"),
        (datetime(2028, 2, 29, 16, 59, tzinfo=UTC), "2028-02"),
        (datetime(2028, 2, 29, 17, 0, tzinfo=UTC), "2028-03"),
        (datetime(2026, 2, 1, 0, 0, tzinfo=timezone(timedelta(hours=7))), "2026-02"),
        (datetime(2026, 1, 31, 23, 59, tzinfo=timezone(timedelta(hours=9))), "2026-01"),
    ],
)
def test_an_instant_belongs_to_the_month_it_has_in_vietnam(instant: datetime, month: str) -> None:
    assert str(Month.of(instant)) == month


def test_a_month_begins_and_ends_at_midnight_in_vietnam() -> None:
    month = Month(2026, 12)
    assert month.start == datetime(2026, 11, 30, 17, tzinfo=UTC)
    assert month.end == datetime(2026, 12, 31, 17, tzinfo=UTC)
    assert month.start.tzinfo is UTC


@examples
@given(instants)
def test_every_instant_lies_in_exactly_its_month(instant: datetime) -> None:
    month = Month.of(instant)
    assert month.start <= instant < month.end
    assert Month.of(month.end) != month
    assert Month.of(month.end - timedelta(microseconds=1)) == month
    assert Month.parse(str(month)) == month


@pytest.mark.parametrize("text", ["1900-01", "2026-09", "9998-12"])
def test_a_month_is_read(text: str) -> None:
    month = Month.parse(text)
    assert str(month) == text
    assert month.start < month.end


@pytest.mark.parametrize(
    "text",
    [
        "", "2026", "2026-1", "2026-13", "2026-00", "2026/01", "202601", "2026-01-01", "26-01", "+026-01",
        "2026-+1", " 026-01", "2026-1 ", "２０２６-01", "2026-٠١", "1899-12", "9999-12", "0000-01", "abcd-ef",
        "2026-01\n", "-026-01",
    ],
)  # fmt: skip
def test_what_is_no_month_is_a_value_error(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - the words are Python's in places
        Month.parse(text)


def test_a_day_is_read() -> None:
    assert parse_day("2028-02-29") == date(2028, 2, 29)


@pytest.mark.parametrize(
    "text", ["", "20260131", "2026-W05-6", "2026-1-31", "2026-02-29", "31/01/2026", "2026-01-31T00:00"]
)
def test_what_is_no_day_is_a_value_error(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - the words are Python's in places
        parse_day(text)


def test_an_instant_is_written_in_utc() -> None:
    moment = datetime(2026, 2, 1, 0, 30, 5, 678999, tzinfo=timezone(timedelta(hours=7)))
    assert instant_text(moment) == "2026-01-31T17:30:05.678+00:00"


def test_a_time_without_an_offset_is_no_instant() -> None:
    with pytest.raises(ValueError, match="offset"):
        instant_text(datetime(2026, 2, 1))  # noqa: DTZ001 - the point of the test


@examples
@given(instants)
def test_what_is_kept_equals_what_is_sent(instant: datetime) -> None:
    kept = to_millisecond(instant)
    assert datetime.fromisoformat(instant_text(instant)) == kept
    assert instant_text(kept) == instant_text(instant)
    assert timedelta(0) <= instant - kept < timedelta(milliseconds=1)
