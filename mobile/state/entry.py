"""Before the work: enrolling, the PIN, who works with the phone."""

from dataclasses import dataclass

from mobile.state.forms import Row


@dataclass(frozen=True, slots=True)
class EnrolState:
    """`code`, `server`: as typed so far; `server_label`: "" where none is asked for; `busy`: what is being waited for,
    "" when nothing is; `error`: one sentence."""

    title: str
    intro: str
    label: str
    helper: str
    button: str
    scan: str
    code: str = ""
    server_label: str = ""
    server_helper: str = ""
    server: str = ""
    busy: str = ""
    error: str = ""
    back: bool = False


@dataclass(frozen=True, slots=True)
class LockState:
    """`typed`: how many digits so far; `waits`: in words, until when no PIN is taken, "" when one is. `back`: whether
    one can leave without a PIN."""

    title: str
    officer: str
    hint: str
    typed: int = 0
    longest: int = 8
    error: str = ""
    waits: str = ""
    ready: bool = False
    forgotten: str = ""
    others: str = ""
    back: bool = False
    enter: str = ""
    erase: str = ""


@dataclass(frozen=True, slots=True)
class OfficersState:
    title: str
    rows: tuple[Row, ...]
    add: str
    sign_out: str
    note: str = ""
    back: bool = True
