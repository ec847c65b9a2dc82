"""How a rule answers."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Answer(StrEnum):
    """Three, because "cannot tell" is what an honest instrument says near a boundary."""

    YES = "yes"
    NO = "no"
    CANNOT_TELL = "cannot_tell"


@dataclass(frozen=True, slots=True)
class Verdict:
    """A rule's answer with its grounds.

    `rule`, `version`: which rule spoke. `reasons`: stable codes, most important first. `numbers`: name → value, the
    unit is the name's last part (`distance_m`). `citation`: the provision it stands on, "" where it is a measurement.
    """

    rule: str
    version: str
    answer: Answer
    reasons: tuple[str, ...]
    numbers: Mapping[str, float]
    citation: str = ""
