"""The last look before a report is sealed."""

from dataclasses import dataclass

from mobile.state.forms import Notice


@dataclass(frozen=True, slots=True)
class Part:
    """`lines`: (label, what stands there), in reading order. `page`: where it can still be changed."""

    page: str
    title: str
    lines: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class ReviewState:
    title: str
    parts: tuple[Part, ...]
    missing: tuple[Notice, ...]
    missing_title: str
    verdicts: tuple[Notice, ...]
    verdicts_title: str
    files: str
    seal: str
    can_seal: bool
    paper: str
    busy: str = ""
    problem: str = ""


@dataclass(frozen=True, slots=True)
class SignState:
    """`text`: what is being signed. `refusing`: then a reason is asked for instead of a signature."""

    title: str
    who_label: str
    who: str
    text: str
    refusing: bool
    reason_label: str
    reason: str
    clear: str
    done: str
    can_end: bool
    other_way: str
    problem: str = ""
