"""What the phone says: sentences whose id is their English, translated by gettext.

    words = Words("vi")
    words("Send now"); words("{n} of {total} files", n=3, total=5); words.many("{n} photo", "{n} photos", 2)

The Vietnamese stands in `vi/<area>.po` and is read from `vi/LC_MESSAGES/kiem_khoang.mo`, which `python -m
shared.i18n.build` makes of them. A sentence without translation is said in English. `labels` has the enums of the wire.
"""

import gettext
from functools import cache
from pathlib import Path

__all__ = ["LANGUAGES", "N_", "PSEUDO", "Words"]

LANGUAGES = ("vi", "en")
# Wraps every message in ⟦…⟧, so that a test finds text on a screen that did not come from here.
PSEUDO = "xx"
DOMAIN = "kiem_khoang"
MO_FILE = Path(__file__).parent / "vi" / "LC_MESSAGES" / f"{DOMAIN}.mo"
_PLACES = 3


def N_(msgid: str) -> str:  # noqa: N802 - gettext's customary name
    """Marks a constant for translation; it is said later, by `words(CONSTANT)`."""
    return msgid


class Words:
    """One officer's language. Whoever speaks gets this object; setting `language` changes it for all of them, and what
    they said before stays as it was until they say it again."""

    __slots__ = ("_language",)

    def __init__(self, language: str = "vi") -> None:
        self.language = language

    @property
    def language(self) -> str:
        """ "vi", "en", or "xx" in tests."""
        return self._language

    @language.setter
    def language(self, language: str) -> None:
        """ValueError for a language there is not."""
        if language not in (*LANGUAGES, PSEUDO):
            raise ValueError(f"{language!r} is none of {', '.join(LANGUAGES)}")
        self._language = language

    def __call__(self, msgid: str, /, **values: object) -> str:
        """The sentence with its `{placeholders}` filled; KeyError when one is not given.

        A float is written with the language's decimal sign, at most three decimals, no grouping; other forms come as
        text. A brace that is meant as a brace is doubled in the msgid.
        """
        if self._language == "vi" and msgid:  # gettext's "" is the header of the catalogue
            return self._filled(_vietnamese().gettext(msgid), values)
        return self._filled(msgid, values)

    def many(self, one: str, other: str, n: int, /, **values: object) -> str:
        """`one` for exactly one thing in English, else `other`; Vietnamese has a single form. `{n}` is the number."""
        if self._language == "vi":
            return self._filled(_vietnamese().ngettext(one, other, n), {"n": n, **values})
        return self._filled(one if n == 1 else other, {"n": n, **values})

    def context(self, context: str, msgid: str, /, **values: object) -> str:
        """For an English word that is several in Vietnamese; `context` is the entry's msgctxt."""
        if self._language == "vi":
            return self._filled(_vietnamese().pgettext(context, msgid), values)
        return self._filled(msgid, values)

    def _filled(self, text: str, values: dict[str, object]) -> str:
        text = text.format_map({name: self._written(value) for name, value in values.items()})
        return f"⟦{text}⟧" if self._language == PSEUDO and text else text

    def _written(self, value: object) -> object:
        if not isinstance(value, float):
            return value
        text = f"{value:.{_PLACES}f}".rstrip("0").rstrip(".")
        text = "0" if text == "-0" else text
        return text.replace(".", ",") if self._language == "vi" else text


@cache
def _vietnamese() -> gettext.GNUTranslations:
    with MO_FILE.open("rb") as file:
        return gettext.GNUTranslations(file)
