"""A form as a screen draws it. Presenters make it anew at every change; what is equal to before is not drawn again."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID


class FieldKind(StrEnum):
    TEXT = "text"
    LONG_TEXT = "long_text"  # several lines: a statement, a description
    NUMBER = "number"  # decimal comma or point, see `mobile.services.typed`
    DATE = "date"
    MOMENT = "moment"  # date and time
    CHOICE = "choice"  # chips, one of many; tapping the chosen one takes it back where `clearable`
    CHOICES = "choices"  # chips, any of many
    SEGMENT = "segment"  # one of two to four, all in one row
    SWITCH = "switch"
    ROWS = "rows"  # parts with a page of their own: vehicles, loads, papers, people
    PHOTOS = "photos"
    POSITION = "position"
    SIGNATURE = "signature"
    ACTION = "action"  # a button
    NOTE = "note"  # words to read


class Keyboard(StrEnum):
    TEXT = "text"
    CODE = "code"  # plates, numbers of papers: capitals, no composing
    NUMBER = "number"
    ADDRESS = "address"  # of a server: as it is typed, no composing


class Level(StrEnum):
    INFO = "info"
    GOOD = "good"
    WARN = "warn"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Option:
    value: str
    label: str
    chosen: bool = False
    icon: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """`page`: what opens when it is tapped; `key`: by which it can be taken away, "" where it cannot."""

    page: str
    title: str
    subtitle: str = ""
    badge: str = ""
    level: Level = Level.INFO
    key: str = ""
    icon: str = ""


@dataclass(frozen=True, slots=True)
class Picture:
    """A photo or file of the report. `path`: of a small picture in clear on no disk; None where none can be drawn (then
    `icon` stands for it)."""

    id: UUID
    caption: str
    purpose: str
    icon: str = ""
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """Rows under one heading. `key`: what its rows stand for; a group without rows is not drawn."""

    key: str
    title: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Field:
    """`key`: its path in the facts (`loads/0/documents/1/number`), the same from one state to the next. `text`: as
    it was typed, else the value as it is written in the officer's language. `on`: of a switch. `helper` and `error`
    are one sentence; an error hides the helper."""

    key: str
    kind: FieldKind
    label: str
    text: str = ""
    helper: str = ""
    error: str = ""
    unit: str = ""
    on: bool = False
    needed: bool = False
    clearable: bool = True
    keyboard: Keyboard = Keyboard.TEXT
    options: tuple[Option, ...] = ()
    suggestions: tuple[str, ...] = ()
    rows: tuple[Row, ...] = ()
    add_label: str = ""
    pictures: tuple[Picture, ...] = ()
    icon: str = ""
    level: Level = Level.INFO


@dataclass(frozen=True, slots=True)
class Notice:
    """What a rule says while typing, or what is wrong. `key`: the field it speaks of, "" for the page; `page`: where
    that field stands."""

    level: Level
    text: str
    key: str = ""
    page: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """One page of the form in its overview."""

    page: str
    title: str
    summary: str = ""
    missing: int = 0
    level: Level = Level.INFO
    icon: str = ""


@dataclass(frozen=True, slots=True)
class FormPage:
    """`page`: "" is the overview, whose steps stand in `FormState.steps`. `up`: the page the back arrow leads to, None
    where it leaves the form. `next_page`: where "Next" leads, "" where there is none."""

    page: str
    title: str
    fields: tuple[Field, ...] = ()
    notices: tuple[Notice, ...] = ()
    up: str | None = None
    next_page: str = ""
    next_label: str = ""


@dataclass(frozen=True, slots=True)
class FormState:
    """`saved`: in words, when it was last kept; `problem`: why it could not be, one sentence; `busy`: in words, what is
    being waited for, "" when nothing is."""

    draft: UUID
    title: str
    page: FormPage
    steps: tuple[Step, ...] = ()
    notices: tuple[Notice, ...] = ()
    missing: tuple[Notice, ...] = ()
    saved: str = ""
    problem: str = ""
    busy: str = ""
    can_seal: bool = False
    review_label: str = ""
    another_label: str = ""
