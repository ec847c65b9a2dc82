"""What the register says of a licence or a vehicle, line by line."""

from collections.abc import Iterator
from datetime import date

from mobile.services.lookup import ListedVehicle
from mobile.services.typed import day_text
from mobile.state.forms import Level
from mobile.state.lookup import Detail
from shared.i18n import N_, Words
from shared.rules import ledger
from shared.rules.licence import validity
from shared.rules.terms import LicenceTerms, YearSoFar
from shared.rules.verdict import Answer
from shared.rules.words import number, sentence

LEVELS = {Answer.YES: Level.GOOD, Answer.NO: Level.BAD, Answer.CANNOT_TELL: Level.WARN}
UNITS = {"m3": "m³"}


def licence_detail(words: Words, terms: LicenceTerms, today: date) -> Detail:
    verdict = validity(terms, today)
    unknown = words(N_("not in the register"))
    begins, ends = (unknown if day is None else day_text(day) for day in (terms.valid_from, terms.valid_to))
    hours = ", ".join(f"{window.opens:%H:%M}–{window.closes:%H:%M}" for window in terms.hours)
    lines = [
        (words(N_("Holder")), terms.holder),
        (words(N_("Issuer")), terms.issuer),
        (words(N_("Minerals")), ", ".join(mineral.name for mineral in terms.minerals)),
        (words(N_("Validity from – to")), f"{begins} – {ends}"),
        (words(N_("Hours of extraction")), hours),
        (words(N_("Machines, vehicles and vessels")), ", ".join(_equipment(terms))),
        *_year(words, terms, today.year),
    ]
    title = words(N_("Licence {number} of the register"), number=terms.number)
    lines = [(name, value or unknown) for name, value in lines]
    return Detail(title, tuple(lines), sentence(verdict, words.language), LEVELS[verdict.answer])


def vehicle_detail(words: Words, one: ListedVehicle) -> Detail:
    unknown = words(N_("not in the register"))

    def until(name: str) -> str:
        value = one.row.get(name)
        return unknown if value is None else day_text(date.fromisoformat(str(value)))

    lines = (
        (words(N_("What it looks like")), str(one.row.get("description") or unknown)),
        (words(N_("Registration valid to")), until("registration_valid_to")),
        (words(N_("Technical inspection valid to")), until("inspection_valid_to")),
    )
    return Detail(one.mark, lines)


def _equipment(terms: LicenceTerms) -> Iterator[str]:
    for one in terms.equipment:
        yield " ".join(part for part in (one.description, one.key, f"× {one.count}" if one.count > 1 else "") if part)


def _year(words: Words, terms: LicenceTerms, year: int) -> Iterator[tuple[str, str]]:
    permitted, figures = terms.capacity, terms.year(year)
    if permitted is None:
        yield words(N_("Yearly capacity")), ""
        return
    unit = UNITS.get(permitted.unit, permitted.unit)
    yield words(N_("Yearly capacity")), f"{number(permitted.value, words.language)} {unit}"
    taken = None if figures is None else _taken(figures)
    if figures is None or taken is None:
        yield words(N_("Left of {year}"), year=year), ""
        return
    left = number(max(0.0, permitted.value - taken), words.language)
    # Nobody knows of what was neither declared nor seen: more may have been taken.
    yield words(N_("Left of {year}"), year=year), words(N_("at most {left} {unit}"), left=left, unit=unit)
    if figures.as_of is not None:
        yield words(N_("Figures of the day")), day_text(figures.as_of)
    yield words(N_("Output of {year}"), year=year), sentence(ledger.capacity(terms, year), words.language)


def _taken(figures: YearSoFar) -> float | None:
    """At least this much, by whoever says more; None where nobody says anything."""
    if figures.declared is None and figures.sampled:
        return None
    return max(figures.declared or 0.0, 0.0 if figures.sampled else figures.observed)
