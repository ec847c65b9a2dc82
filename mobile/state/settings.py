"""What the officer chose, and what the phone is."""

from dataclasses import dataclass

from mobile.state.forms import Option, Row


@dataclass(frozen=True, slots=True)
class Choice:
    key: str
    label: str
    options: tuple[Option, ...]
    helper: str = ""


@dataclass(frozen=True, slots=True)
class SettingsState:
    title: str
    choices: tuple[Choice, ...]
    storage: tuple[Row, ...]
    storage_title: str
    rows: tuple[Row, ...]
    rows_title: str


@dataclass(frozen=True, slots=True)
class AboutState:
    title: str
    lines: tuple[tuple[str, str], ...]
    notices_title: str
    notices: str
    rows: tuple[Row, ...] = ()
