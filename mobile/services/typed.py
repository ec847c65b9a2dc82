"""What an inspector types into a field for a number, a date or a time of day: its value, or why it has none.

Nothing is guessed. An empty field is None; what can be read in two ways, or in none, is `Refused` with a sentence that
says what to type instead. Digits are 0 to 9 only.

A number may use the comma or the point as its decimal sign, the other one or a space between groups of three digits.
One sign with three digits behind it and one to three before (1.234) is over a thousand to one reader and little more
than one to another: it is refused, unless it begins with 0 (0.125). `number_text` writes what `number` reads back
unchanged.
"""

import math
import re
import unicodedata
from dataclasses import dataclass, field
from datetime import date, time
from decimal import Decimal

from shared.i18n import N_, Words

__all__ = ["Refused", "day", "day_text", "number", "number_text", "time_of_day", "time_text", "whole"]

MAX_DIGITS = 12
YEARS = range(1900, 2101)
_SHOWN = 40

_LETTERS = N_("{text} is not a number: type digits only, for example 12{sign}5.")
_GROUPS = N_("{text}: the digits are grouped wrongly. Type the number without separators, for example 1234{sign}5.")
_AMBIGUOUS = N_("{text} can mean {large} or {small}: type {large}, or {small}0 with a zero at the end.")
_UNFINISHED = N_("{text}: digits are missing before or after the decimal sign. Type for example 0{sign}5 or 12.")
_NEGATIVE = N_("{text}: a number below zero cannot stand here. Type it without the minus sign.")
_TOO_LONG = N_("{text} has too many digits: at most {most} are possible. Check the number and its unit.")
_NOT_WHOLE = N_("{text} is not a whole number: type digits only, for example 12.")
_NO_DATE = N_("{text} is not a date: type day/month/year, for example 05/03/2026.")
_SHORT_YEAR = N_("{text}: type the year with four digits, for example 05/03/2026.")
_NO_SUCH_DAY = N_("{text} is not in the calendar: check the day and the month, in this order.")
_STRANGE_YEAR = N_("{text}: the year must lie between {first} and {last}. Check it.")
_NO_TIME = N_("{text} is not a time: type hours and minutes, for example 23:05 or 2305.")
_NO_SUCH_TIME = N_("{text}: hours go from 00 to 23, minutes from 00 to 59. Check the time.")

_GROUPED = re.compile(r"[0-9]{1,3}(?:(?P<sign>[., ])[0-9]{3})(?:(?P=sign)[0-9]{3})*")
_DATE = re.compile(r"([0-9]{1,2})([/.-])([0-9]{1,2})\2([0-9]+)")
_TIME = re.compile(r"([0-9]{1,2})(?::|h|g|giờ)([0-9]{2})(?:p|phút)?")
_HOUR = re.compile(r"([0-9]{1,2})(?:h|g|giờ)")


@dataclass(frozen=True, slots=True)
class Refused:
    """`reason` is a msgid, `values` fill it; `{sign}` and the readings of a number are written as the language does."""

    reason: str
    values: dict[str, str | Decimal | int] = field(default_factory=dict)

    def say(self, words: Words) -> str:
        sign = "," if words.language == "vi" else "."
        written = {k: f"{v:f}".replace(".", sign) if isinstance(v, Decimal) else v for k, v in self.values.items()}
        return words(self.reason, **written, **({"sign": sign} if "{sign}" in self.reason else {}))


def number(text: str, *, negative: bool = False, max_digits: int = MAX_DIGITS) -> float | Refused | None:
    """ "12,5", "12.5", "1.234,5", "1,234.5", "1 234" → a number; a minus only where `negative`. At most `max_digits`
    digits, zeros in front not counted."""
    typed = _tidy(text)
    if not typed:
        return None
    minus = typed.startswith(("-", "\u2212"))
    body = typed[1:].lstrip(" ") if minus else typed
    if not re.fullmatch(r"[0-9., ]+", body) or not re.search("[0-9]", body):
        return _refused(_LETTERS, typed)
    if minus and not negative:
        return _refused(_NEGATIVE, typed)
    value = _magnitude(body, typed)
    if isinstance(value, Refused):
        return value
    if len(_plain(value).replace(".", "").lstrip("0")) > max_digits:
        return _refused(_TOO_LONG, typed, most=max_digits)
    return float(-value if minus else value)


def whole(text: str, *, max_digits: int = MAX_DIGITS) -> int | Refused | None:
    """A count: no sign, no decimals ("12,0" is refused as well). "1.234" is asked about as in any number."""
    value = number(text, max_digits=max_digits)
    if isinstance(value, float):
        typed = _tidy(text)
        if value != int(value) or _decimals(typed):
            return _refused(_NOT_WHOLE, typed)
        return int(value)
    return value


def day(text: str) -> date | Refused | None:
    """d/m/yyyy with /, - or . between, ddmmyyyy, or yyyy-mm-dd; years 1900 to 2100."""
    typed = _tidy(text)
    if not typed:
        return None
    plain = re.sub(r" ?([/.-]) ?", r"\1", typed)
    if re.fullmatch(r"[0-9]{8}", plain):
        parts = (plain[:2], plain[2:4], plain[4:])
    elif iso := re.fullmatch(r"([0-9]{4})-([0-9]{2})-([0-9]{2})", plain):
        parts = (iso[3], iso[2], iso[1])
    elif re.fullmatch(r"[0-9]{6}", plain):
        return _refused(_SHORT_YEAR, typed)
    elif match := _DATE.fullmatch(plain):
        parts = (match[1], match[3], match[4])
    else:
        return _refused(_NO_DATE, typed)
    return _calendar_day(parts, typed)


def time_of_day(text: str) -> time | Refused | None:
    """HH:MM, H:MM, HHMM, 23h05, 23g05, 23 giờ 05 phút, and 23h for the full hour."""
    typed = _tidy(text)
    if not typed:
        return None
    plain = typed.lower().replace(" ", "")
    if re.fullmatch(r"[0-9]{4}", plain):
        hours, minutes = plain[:2], plain[2:]
    elif match := _TIME.fullmatch(plain):
        hours, minutes = match[1], match[2]
    elif match := _HOUR.fullmatch(plain):
        hours, minutes = match[1], "0"
    else:
        return _refused(_NO_TIME, typed)
    if int(hours) > 23 or int(minutes) > 59:
        return _refused(_NO_SUCH_TIME, typed)
    return time(int(hours), int(minutes))


def number_text(value: float, language: str) -> str:
    """The shortest text that `number` reads as this value: 1234,5 in Vietnamese, 1234.5 in English; no groups, no
    exponent. A value with three decimals that could be misread gets a zero more (1,2340). ValueError unless finite."""
    if not math.isfinite(value):
        raise ValueError(f"{value} cannot be typed")
    text = _plain(Decimal(repr(float(value))))
    integer, _, decimals = text.lstrip("-").partition(".")
    if len(decimals) == 3 and len(integer) <= 3 and integer != "0":
        text += "0"
    return text if language == "en" else text.replace(".", ",")


def day_text(value: date) -> str:
    """dd/mm/yyyy, in both languages."""
    return f"{value.day:02d}/{value.month:02d}/{value.year:04d}"


def time_text(value: time) -> str:
    """HH:MM, 24 hours."""
    return f"{value.hour:02d}:{value.minute:02d}"


def _tidy(text: str) -> str:
    """NFC, one ASCII space for any run of spaces, none around it."""
    return " ".join(unicodedata.normalize("NFC", text).split())


def _plain(value: Decimal) -> str:
    text = format(value, "f")
    return (text.rstrip("0").rstrip(".") if "." in text else text) or "0"


def _decimals(typed: str) -> bool:
    """Whether a text that is a number has a decimal sign (not only signs between groups)."""
    return bool(re.search("[.,]", typed)) and not _GROUPED.fullmatch(typed)


def _magnitude(body: str, typed: str) -> Decimal | Refused:
    signs = [character for character in body if character in ".,"]
    if len(signs) == 1 and " " not in body:
        integer, decimals = re.split("[.,]", body)
        if len(decimals) == 3 and 1 <= len(integer) <= 3 and not integer.startswith("0"):
            large, small = Decimal(integer + decimals), Decimal(f"{integer}.{decimals}")
            return _refused(_AMBIGUOUS, typed, large=large, small=small)
    if not signs or signs.count(signs[-1]) > 1:
        return _grouped(body, typed)
    integer, decimals = body.rsplit(signs[-1], 1)
    if not integer or not decimals:
        return _refused(_UNFINISHED, typed)
    if not re.fullmatch("[0-9]+", decimals):
        return _refused(_GROUPS, typed)
    before = _grouped(integer, typed)
    return before if isinstance(before, Refused) else Decimal(f"{_plain(before)}.{decimals}")


def _grouped(integer: str, typed: str) -> Decimal | Refused:
    if re.fullmatch("[0-9]+", integer) or (_GROUPED.fullmatch(integer) and not integer.startswith("0")):
        return Decimal(re.sub("[., ]", "", integer))
    return _refused(_GROUPS, typed)


def _refused(reason: str, typed: str, **values: str | Decimal | int) -> Refused:
    """A text pasted by mistake is shown by its beginning only."""
    return Refused(reason, {"text": typed if len(typed) <= _SHOWN else f"{typed[:_SHOWN]}…", **values})


def _calendar_day(parts: tuple[str, str, str], typed: str) -> date | Refused:
    of_month, month, year = parts
    if len(year) != 4:
        return _refused(_SHORT_YEAR if len(year) == 2 else _NO_DATE, typed)
    if int(year) not in YEARS:
        return _refused(_STRANGE_YEAR, typed, first=YEARS[0], last=YEARS[-1])
    try:
        return date(int(year), int(month), int(of_month))
    except ValueError:
        return _refused(_NO_SUCH_DAY, typed)
