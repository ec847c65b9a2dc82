"""What has arrived and what has not."""

from dataclasses import dataclass

from mobile.state.forms import Level, Notice, Row

OLDER, NEWER = "older", "newer"  # rows that stand for no report


@dataclass(frozen=True, slots=True)
class SyncState:
    """`share`: of the bytes on their way that the server has, 0 … 1; None when nothing is on its way. `page`: which
    page of reports it is, from 0, the last ones sealed; the rows `OLDER` and `NEWER` turn it."""

    title: str
    summary: str
    level: Level
    network: str
    button: str
    carry: str = ""
    running: bool = False
    share: float | None = None
    moving: str = ""
    notices: tuple[Notice, ...] = ()
    rows: tuple[Row, ...] = ()
    page: int = 0
    empty: str = ""


@dataclass(frozen=True, slots=True)
class FileRow:
    """`share`: of its bytes that the server has, 0 … 1."""

    key: str
    title: str
    words: str
    amount: str
    share: float
    level: Level
    why: str = ""


@dataclass(frozen=True, slots=True)
class ReportState:
    """One sealed report, file by file. `review`: what the supervisor said, "" before."""

    title: str
    subtitle: str
    words: str
    level: Level
    why: str
    number: str
    files: tuple[FileRow, ...]
    files_title: str
    review: str = ""
    review_level: Level = Level.INFO
    correct: str = ""
    paper: str = ""
    resend: str = ""
