"""One photo, as large as the screen."""

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class PhotoState:
    """`shown`: the file whose picture the presenter holds, None while it is made (`busy` says so) and where there is
    none (`problem`, one sentence). `take_out`: "" where it stays. From `previous` on: labels of buttons."""

    title: str
    purpose: str
    lines: tuple[str, ...]
    shown: UUID | None = None
    busy: str = ""
    problem: str = ""
    has_previous: bool = False
    has_next: bool = False
    take_out: str = ""
    previous: str = ""
    next: str = ""
    closer: str = ""
    farther: str = ""
    whole: str = ""
