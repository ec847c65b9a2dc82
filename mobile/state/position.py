"""The receiver, live, and where it says one is."""

from dataclasses import dataclass

from mobile.state.forms import Level, Notice


@dataclass(frozen=True, slots=True)
class Line:
    """A thing known, in words. `level`: how good it is."""

    label: str
    text: str
    level: Level = Level.INFO


@dataclass(frozen=True, slots=True)
class PositionState:
    """`share`: of the fixes wanted that have come, 0 … 1. `accuracy`: large, in words ("±4 m"), "" before a fix.
    `take`: the button that ends the averaging; nothing to take while not `can_take`. `without`: the button that goes on
    with the reason instead of a place."""

    title: str
    accuracy: str
    accuracy_level: Level
    share: float
    progress: str
    lines: tuple[Line, ...] = ()
    notices: tuple[Notice, ...] = ()
    take: str = ""
    again: str = ""
    without: str = ""
    can_take: bool = False
