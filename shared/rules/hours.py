"""Was it an hour and a season in which extraction is allowed? Nothing here speaks of transport."""

from collections.abc import Iterable, Mapping, Sequence, Set
from datetime import date, datetime, time
from typing import Any

from shared.clock import VIETNAM
from shared.rules.citing import RIVERBED_HOURS, cited
from shared.rules.terms import DatedHours, LicenceTerms, MineralFamily, Window, windows
from shared.rules.verdict import Answer, Verdict

RULE = "hours"
VERSION = "1"
REASONS = frozenset(
    {
        "within_licence_hours",
        "within_provincial_hours",
        "no_hours_set",
        "night",
        "outside_licence_hours",
        "outside_provincial_hours",
        "outside_season",
        "hours_unknown",
        "hours_family_unknown",
        "clock_unverified",
    }
)
# Luật Xử lý vi phạm hành chính Đ8: from 22:00 to before 06:00 of the next day.
NIGHT_FROM, NIGHT_TO = time(22), time(6)


def hours(
    terms: LicenceTerms | None,
    families: Set[MineralFamily],
    at: datetime,
    provincial: Sequence[DatedHours],
    *,
    clock_known: bool = True,
) -> Verdict:
    """YES allowed, NO not. The licence's own hours, where it has none those of the province for that family and day.

    River and lake sand is never extracted at night, whatever else says. `terms` None: no licence is known. `families`
    of what is extracted, empty where nobody knows. `clock_known` False: `at` is the phone's word alone. Numbers are
    minutes after midnight in Vietnam: `time_min`, and for each window that counts `window1_opens_min`,
    `window1_closes_min` …
    """
    local = at.astimezone(VIETNAM)
    allowed, source = _windows(terms, families, local.date(), provincial)
    numbers: dict[str, float] = {"time_min": _minutes(local.time())}
    for i, window in enumerate(allowed, 1):
        numbers[f"window{i}_opens_min"] = _minutes(window.opens)
        numbers[f"window{i}_closes_min"] = _minutes(window.closes)
    against = list(_against(terms, families, local, allowed, source))
    doubts = list(_doubts(terms, families, local.time(), source))
    if not clock_known:
        return _verdict(Answer.CANNOT_TELL, ["clock_unverified", *against, *doubts], numbers, local.date(), families)
    if against:
        return _verdict(Answer.NO, against, numbers, local.date(), families)
    if doubts:
        return _verdict(Answer.CANNOT_TELL, doubts, numbers, local.date(), families)
    reason = f"within_{source}_hours" if source else "no_hours_set"
    return _verdict(Answer.YES, [reason], numbers, local.date(), families)


def read_hours(rows: Iterable[Mapping[str, Any]]) -> tuple[DatedHours, ...]:
    """From rows as phones carry them: {family, windows, valid_from, valid_to, source}. KeyError, TypeError or
    ValueError when one of them is none of ours."""
    return tuple(
        DatedHours(
            MineralFamily(row["family"]),
            windows(row["windows"]),
            date.fromisoformat(row["valid_from"]),
            None if row["valid_to"] is None else date.fromisoformat(row["valid_to"]),
            str(row["source"]),
        )
        for row in rows
    )


def is_night(local: time) -> bool:
    return local >= NIGHT_FROM or local < NIGHT_TO


def _against(
    terms: LicenceTerms | None,
    families: Set[MineralFamily],
    local: datetime,
    allowed: Sequence[Window],
    source: str,
) -> Iterable[str]:
    if families == {MineralFamily.RIVERBED_SAND} and is_night(local.time()):
        yield "night"
    if terms is not None and terms.season and not any(season.holds(local.date()) for season in terms.season):
        yield "outside_season"
    if source and not any(window.opens <= local.time() < window.closes for window in allowed):
        yield f"outside_{source}_hours"


def _doubts(terms: LicenceTerms | None, families: Set[MineralFamily], local: time, source: str) -> Iterable[str]:
    """Why it cannot be said that all is in order."""
    if not families or (MineralFamily.RIVERBED_SAND in families and len(families) > 1 and is_night(local)):
        yield "hours_family_unknown"
    elif not source and (terms is None or MineralFamily.RIVERBED_SAND in families):
        # Hours must be set for riverbed sand; for others a licence that is silent sets none.
        yield "hours_unknown"


def _windows(
    terms: LicenceTerms | None, families: Set[MineralFamily], day: date, provincial: Sequence[DatedHours]
) -> tuple[Sequence[Window], str]:
    """The windows that count, and whose they are; ((), "") where none are set or families would differ."""
    if terms is not None and terms.hours:
        return terms.hours, "licence"
    found = {_provincial(family, day, provincial) for family in families}
    provided = found.pop() if len(found) == 1 else None
    return ((), "") if provided is None else (provided, "provincial")


def _provincial(family: MineralFamily, day: date, rows: Sequence[DatedHours]) -> tuple[Window, ...] | None:
    """Of rows that overlap, the one that began last."""
    valid = [
        row
        for row in rows
        if row.family is family and row.valid_from <= day and (row.valid_to is None or day <= row.valid_to)
    ]
    return max(valid, key=lambda row: row.valid_from).windows if valid else None


def _minutes(local: time) -> int:
    return local.hour * 60 + local.minute


def _verdict(
    answer: Answer, reasons: Sequence[str], numbers: dict[str, float], day: date, families: Set[MineralFamily]
) -> Verdict:
    citation = cited(RIVERBED_HOURS, day) if MineralFamily.RIVERBED_SAND in families else ""
    return Verdict(RULE, VERSION, answer, tuple(reasons), numbers, citation)
