"""What can be armed on a `tests.fakes.line.FaultLine`, and what it says when one struck."""

from dataclasses import dataclass
from enum import StrEnum


class Where(StrEnum):
    """A class of bytes: where in an exchange a fault strikes."""

    REQUEST_LINE = "request_line"
    HEADERS = "headers"
    BODY_START = "body_start"
    BODY_MIDDLE = "body_middle"
    LAST_BYTE = "last_byte"
    BEFORE_ANSWER = "before_answer"
    STATUS_LINE = "status_line"
    ANSWER_HEADERS = "answer_headers"
    ANSWER_BODY = "answer_body"

    @property
    def up(self) -> bool:
        """On the way from the phone to the office."""
        return self in _UP


_UP = frozenset({Where.REQUEST_LINE, Where.HEADERS, Where.BODY_START, Where.BODY_MIDDLE, Where.LAST_BYTE})
IN_BODY = (Where.BODY_START, Where.BODY_MIDDLE, Where.LAST_BYTE)


class How(StrEnum):
    CUT = "cut"  # both ends get a reset
    HALF_CLOSE = "half_close"  # whoever was being sent to sees a regular end in the middle
    HOLE = "hole"  # nothing moves for `seconds`, then a reset
    DELAY = "delay"  # nothing moves for `seconds`, then all goes on
    CORRUPT = "corrupt"  # one byte becomes another
    LIMIT = "limit"  # this exchange goes at `rate` bytes a second
    DUPLICATE = "duplicate"  # the server gets the request twice
    OVERTAKE = "overtake"  # the request waits until another one has been answered
    LATE = "late"  # the phone gets a reset, the request reaches the server after a later one


OF_WHOLE = (How.DUPLICATE, How.OVERTAKE, How.LATE)


@dataclass(frozen=True, slots=True)
class Fault:
    """`where` None for what concerns a whole exchange (limit, duplicate, overtake, late)."""

    how: How
    where: Where | None = None
    seconds: float = 0.5
    rate: int = 64 * 1024

    @property
    def name(self) -> str:
        return self.how.value if self.where is None else f"{self.how.value}:{self.where.value}"


@dataclass(frozen=True, slots=True)
class Struck:
    """One fault that struck. `at`: seconds since the line was laid; `byte`: position in its part of the message."""

    at: float
    connection: int
    request: str
    fault: str
    byte: int | None
