"""Reports on a memory card, and what this phone carries for colleagues."""

from dataclasses import dataclass

from mobile.state.forms import Notice, Row


@dataclass(frozen=True, slots=True)
class CarryState:
    """`copy`, `take`: what the buttons say, "" where there is no folder to choose, and `nowhere` says so. `busy`: what
    is going on, "" when nothing is; then `share` of its bytes are through, None while nobody knows, and `stop` ends it.
    `notices`: what came of it, a sentence each. `rows`: what is carried for colleagues."""

    title: str
    waits: str
    truth: str
    copy: str = ""
    take: str = ""
    nowhere: str = ""
    can_copy: bool = False
    busy: str = ""
    share: float | None = None
    moving: str = ""
    stop: str = ""
    notices: tuple[Notice, ...] = ()
    carried: str = ""
    rows: tuple[Row, ...] = ()
    empty: str = ""
