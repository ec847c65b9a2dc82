"""What was found."""

from dataclasses import dataclass

from mobile.state.forms import Group, Level


@dataclass(frozen=True, slots=True)
class Detail:
    """One licence or vehicle. `lines`: name and value. `notice`: whether it is in force."""

    title: str
    lines: tuple[tuple[str, str], ...]
    notice: str = ""
    level: Level = Level.INFO


@dataclass(frozen=True, slots=True)
class LookupState:
    """`typed`: as it stands in the field. `reading`: earlier stops are still being read, and how many were. `detail`:
    instead of the groups."""

    title: str
    label: str
    helper: str
    typed: str
    clear: str
    back: str
    groups: tuple[Group, ...] = ()
    detail: Detail | None = None
    empty: str = ""
    more: str = ""
    reading: str = ""
    as_of: str = ""
