"""What was lost when the phone's data was damaged, in one sentence."""

from datetime import UTC, datetime

from mobile.ports.recovered import Lost, Recovered
from mobile.presenters.written import moment
from shared.i18n import N_, Words
from shared.i18n.labels import label
from shared.problems import Problem
from shared.wire.v1.records import Kind

NAMED = 6  # more than that nobody reads; the rest is counted


def told(words: Words, recovered: Recovered) -> str:
    """What happened, what is missing by kind and time, what to do."""
    gone = _list(words, [one for one in recovered.lost if not one.older])
    older = _list(words, [one for one in recovered.lost if one.older])
    if recovered.empty:
        said = Problem("phone_data_damaged").detail(words.language)
        return said if not gone else " ".join((said, words(N_("Missing: {list}."), list=gone)))
    said = words(N_("The data on this phone was damaged and has been put back together."))
    if not gone and not older:
        return " ".join((said, words(N_("Nothing is known to be missing."))))
    parts = [said]
    if gone:
        parts.append(words(N_("Missing: {list}."), list=gone))
    if older:
        copied = "–" if recovered.copy_of is None else _moment(recovered.copy_of)
        parts.append(words(N_("As they were at {time}: {list}."), time=copied, list=older))
    parts.append(words(N_("Look through them, write again what is missing, and tell your supervisor.")))
    return " ".join(parts)


def _list(words: Words, lost: list[Lost]) -> str:
    names = [_name(words, one) for one in lost[:NAMED]]
    if len(lost) > NAMED:
        names.append(words.many("{n} more", "{n} more", len(lost) - NAMED))
    return "; ".join(names)


def _name(words: Words, lost: Lost) -> str:
    kind = label(words, Kind(lost.kind)) if lost.kind in {one.value for one in Kind} else words(N_("Report"))
    time = _moment(lost.at)
    if lost.sequence is None:
        return words(N_("draft {kind} begun {time}"), kind=kind, time=time)
    return words(N_("{kind} no. {number} of {time}"), kind=kind, number=lost.sequence, time=time)


def _moment(millis: int) -> str:
    return moment(datetime.fromtimestamp(millis / 1000, UTC))
