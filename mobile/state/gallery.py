"""Every part of the kit, in each of its states."""

from dataclasses import dataclass
from enum import StrEnum

from mobile.state.forms import Field, Level, Picture, Row
from mobile.state.shell import Place


class Shape(StrEnum):
    """What a sample is drawn with."""

    TEXT = "text"
    ICON = "icon"
    BAR = "bar"
    PLACES = "places"
    BUTTON = "button"
    ICON_BUTTON = "icon_button"
    ROW = "row"
    FIELD = "field"
    CHECK = "check"
    BADGE = "badge"
    PROGRESS = "progress"
    NOTICE = "notice"
    PHOTOS = "photos"
    EMPTY = "empty"
    PAD = "pad"
    KEYS = "keys"


@dataclass(frozen=True, slots=True)
class Sample:
    """`style`: of a button, role of a text. `does`: what a tap asks of the presenter, "" for nothing. `off`: cannot be
    used now. `share`: 0 … 1, None while nobody knows."""

    shape: Shape
    label: str = ""
    text: str = ""
    icon: str = ""
    style: str = ""
    does: str = ""
    off: bool = False
    on: bool = False
    share: float | None = None
    level: Level = Level.INFO
    field: Field | None = None
    row: Row | None = None
    places: tuple[Place, ...] = ()
    pictures: tuple[Picture, ...] = ()


@dataclass(frozen=True, slots=True)
class Section:
    title: str
    samples: tuple[Sample, ...]


@dataclass(frozen=True, slots=True)
class GalleryState:
    """`rows`: of the page that is one long list; empty on the page with the sections."""

    title: str
    subtitle: str = ""
    sections: tuple[Section, ...] = ()
    rows: tuple[Row, ...] = ()
