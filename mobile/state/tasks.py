"""What the officer was given to do."""

from dataclasses import dataclass

from mobile.state.forms import Group, Level
from mobile.state.home import Start


@dataclass(frozen=True, slots=True)
class TasksState:
    """`as_of`: when the office last said what is open."""

    title: str
    as_of: str
    groups: tuple[Group, ...] = ()
    empty: str = ""


@dataclass(frozen=True, slots=True)
class TaskState:
    """One task. `due`: in words, with its `level`. `lines`: name and value. `begun`: the button that goes on with the
    draft or shows the report that answers it, "" before there is one; then `starts` is empty. `licence`: the button
    that looks its licence up."""

    title: str
    words: str
    due: str
    level: Level
    lines: tuple[tuple[str, str], ...]
    told: str = ""
    starts_title: str = ""
    starts: tuple[Start, ...] = ()
    begun: str = ""
    licence: str = ""
    gone: str = ""
