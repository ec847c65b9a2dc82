"""What an entry of the catalogue is made of."""

from dataclasses import dataclass

TYPE_PREFIX = "https://kiemkhoang.vn/problems/"


@dataclass(frozen=True, slots=True)
class Text:
    """One sentence, Vietnamese first. `str.format` fields may stand in both."""

    vi: str
    en: str

    def say(self, language: str, **values: object) -> str:
        return (self.en if language == "en" else self.vi).format(**values)


@dataclass(frozen=True, slots=True)
class ProblemType:
    code: str
    status: int
    title: Text
    detail: Text
    alert: bool = False  # worth waking an operator
    retired: bool = False

    @property
    def uri(self) -> str:
        return TYPE_PREFIX + self.code


def problem(
    code: str, status: int, title: tuple[str, str], detail: tuple[str, str], alert: bool = False
) -> ProblemType:
    return ProblemType(code, status, Text(*title), Text(*detail), alert)
