"""The day at a glance."""

from dataclasses import dataclass

from mobile.state.forms import Group, Notice


@dataclass(frozen=True, slots=True)
class Start:
    """A button that begins a report. `kind`: value of `shared.wire.v1.records.Kind`."""

    kind: str
    icon: str
    label: str


@dataclass(frozen=True, slots=True)
class HomeState:
    """`as_of`: how old the register is that the phone carries; `sent`: today's count in words."""

    title: str
    officer: str
    starts: tuple[Start, ...]
    as_of: str
    sent: str
    notices: tuple[Notice, ...] = ()
    groups: tuple[Group, ...] = ()
    empty: str = ""
    settings: str = ""
    officers: str = ""
    discard: str = ""
