"""THE TABLE of legal clocks. A `limitation` is not a `deadline`: when it runs out, a power ends; nobody was late."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from shared.clock import VIETNAM
from shared.problems import Text


class ClockKind(StrEnum):
    LIMITATION = "limitation"
    DEADLINE = "deadline"


@dataclass(frozen=True, slots=True)
class ClockRow:
    code: str
    kind: ClockKind
    label: Text
    years: int
    citation: str
    on_expiry: Text


LIMITATION = ClockRow(
    "limitation",
    ClockKind.LIMITATION,
    Text("Thời hiệu xử phạt", "Limitation period"),
    2,
    "NĐ 36/2020 Đ5b",
    Text(
        "Không ra quyết định xử phạt; vẫn có thể buộc khắc phục hậu quả.",
        "No penalty may be imposed; remedies may still be ordered.",
    ),
)
CLOCKS: tuple[ClockRow, ...] = (LIMITATION,)


@dataclass(frozen=True, slots=True)
class RunningClock:
    row: ClockRow
    started_on: date
    ends_on: date


def limitation(*, act_ended_at: datetime | None, discovered_at: datetime) -> RunningClock:
    """Two years from the end of the act where that is proven, else from discovery (NĐ 36/2020 Đ5b k2: an end the
    violator cannot prove counts as still in time). Days are Vietnam's; 29 February becomes 28."""
    start = (act_ended_at or discovered_at).astimezone(VIETNAM).date()
    year = start.year + LIMITATION.years
    try:
        end = start.replace(year=year)
    except ValueError:
        end = start.replace(year=year, day=28)
    return RunningClock(LIMITATION, start, end)
