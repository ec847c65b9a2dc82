"""Time as this product speaks of it: instants in UTC, days and months as Vietnam counts them."""

from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")


class Month(NamedTuple):
    """A calendar month in Vietnam."""

    year: int
    number: int

    @classmethod
    def parse(cls, text: str) -> "Month":
        """`YYYY-MM`, 1900 to 9998 (whose months have an end); ValueError for anything else."""
        if len(text) != 7 or text[4] != "-" or not (text[:4] + text[5:]).isascii():
            raise ValueError(text)
        month = cls(int(text[:4]), int(text[5:]))
        if not text.replace("-", "").isdigit() or not 1 <= month.number <= 12 or not 1900 <= month.year <= 9998:
            raise ValueError(text)
        return month

    @classmethod
    def of(cls, instant: datetime) -> "Month":
        local = instant.astimezone(VIETNAM)
        return cls(local.year, local.month)

    @property
    def start(self) -> datetime:
        """First instant of the month, as UTC."""
        return datetime(self.year, self.number, 1, tzinfo=VIETNAM).astimezone(UTC)

    @property
    def end(self) -> datetime:
        """First instant of the next month, as UTC."""
        following = Month(self.year + self.number // 12, self.number % 12 + 1)
        return following.start

    def __str__(self) -> str:
        return f"{self.year:04d}-{self.number:02d}"


def instant_text(instant: datetime) -> str:
    """RFC 3339 in UTC with offset and milliseconds; the one form this product writes."""
    if instant.tzinfo is None:
        raise ValueError("an instant needs an offset")
    return instant.astimezone(UTC).isoformat(timespec="milliseconds")


def parse_day(text: str) -> date:
    """`YYYY-MM-DD` and nothing else that Python would read (`20260131`, `2026-W05-6`); ValueError otherwise."""
    day = date.fromisoformat(text)
    if day.isoformat() != text:
        raise ValueError(text)
    return day


def to_millisecond(instant: datetime) -> datetime:
    """`instant` cut to what `instant_text` can write, so that what is kept equals what is sent."""
    return instant.astimezone(UTC) - timedelta(microseconds=instant.microsecond % 1000)
