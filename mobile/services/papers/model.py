"""What a paper says, before anything is drawn."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Line:
    """`label` empty for a paragraph. `depth` 0 … 2: how far it stands in. `mono`: hashes, smaller."""

    label: str
    text: str
    depth: int = 0
    mono: bool = False


@dataclass(frozen=True, slots=True)
class Section:
    title: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Signer:
    """`picture`: PNG or JPEG bytes; None with `room` leaves room for a pen."""

    who: str
    said: str
    picture: bytes | None
    room: bool


@dataclass(frozen=True, slots=True)
class Paper:
    """`notice`: what the paper is and is not. `foot`: stands on every page before its number."""

    title: str
    subtitle: str
    notice: str
    sections: tuple[Section, ...]
    signers_title: str
    signers: tuple[Signer, ...]
    foot: str
