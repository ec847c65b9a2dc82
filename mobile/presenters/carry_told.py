"""What came of a card, a sentence each."""

from collections.abc import Iterator

from mobile.services.relay import CardTaken, CardWritten, Refused, Thing
from mobile.services.states import NO_REASON, why
from mobile.state.forms import Level, Notice
from shared.i18n import N_, Words
from shared.problems import Problem

Outcome = CardWritten | CardTaken | Problem
MOST = 5  # things that were left, named one by one
_NAME = 24  # letters of a file's name
_NOT_WRITTEN = {
    Thing.REPORT: N_("Report {name} could not be copied ({why}); it stays on this phone, tell the supervisor."),
    Thing.FILE: N_("File {name} could not be copied ({why}); keep this phone and tell the supervisor."),
}
_NOT_TAKEN = {
    Thing.REPORT: N_("“{name}” was not taken in ({why}); keep the card and the phone it is from."),
    Thing.FILE: N_("File {name} was not taken in ({why}); have it copied again by the phone it is from."),
    Thing.RECEIPT: N_("Receipt “{name}” was not believed ({why}); the report goes on waiting for another."),
}


def told_of(words: Words, came: Outcome) -> tuple[Notice, ...]:
    if isinstance(came, Problem):
        return (Notice(Level.WARN, came.detail(words.language)),)
    if isinstance(came, CardWritten):
        said, refusals = _written(words, came), _NOT_WRITTEN
    else:
        said, refusals = _taken(words, came), _NOT_TAKEN
    return (*said, *_left(words, came.refused, refusals))


def _written(words: Words, came: CardWritten) -> Iterator[Notice]:
    if came.halted:
        yield Notice(Level.WARN, words(N_("Stopped: not all of it is on the card; copy again for the rest.")))
    if came.reports or came.files:
        said = N_("On the card now: {reports}, {files}; {folder}")
        yield Notice(
            Level.INFO, words(said, reports=_reports(words, came), files=_files(words, came), folder=came.folder)
        )
    if came.receipts:
        yield Notice(
            Level.GOOD,
            words.many(
                "{n} receipt goes back on the card, for whoever sealed that report.",
                "{n} receipts go back on the card, for whoever sealed those reports.",
                came.receipts,
            ),
        )
    if not (came.reports or came.files or came.receipts or came.halted):
        yield Notice(Level.INFO, words(N_("There was nothing to copy.")))


def _taken(words: Words, came: CardTaken) -> Iterator[Notice]:
    if came.halted:
        yield Notice(Level.WARN, words(N_("Stopped: not all of it was taken in; take it in again for the rest.")))
    if came.reports:
        phones = words.many("{n} phone", "{n} phones", len(came.phones))
        said = N_("Taken in: {reports} of {phones}, {files}; they are sent with this phone's own.")
        yield Notice(Level.INFO, words(said, reports=_reports(words, came), files=_files(words, came), phones=phones))
    elif came.files:
        said = N_("Taken in: {files} of reports that were here already.")
        yield Notice(Level.INFO, words(said, files=_files(words, came)))
    if came.known:
        yield Notice(
            Level.INFO,
            words.many(
                "{n} report was here already, or is of this phone; it was not doubled.",
                "{n} reports were here already, or are of this phone; they were not doubled.",
                came.known,
            ),
        )
    if came.receipts:
        yield Notice(
            Level.GOOD,
            words.many(
                "{n} receipt brought news of what the server has.",
                "{n} receipts brought news of what the server has.",
                came.receipts,
            ),
        )
    if came == CardTaken():
        yield Notice(Level.INFO, words(N_("There is nothing on this card.")))


def _left(words: Words, refused: list[Refused], sentences: dict[Thing, str]) -> Iterator[Notice]:
    for one in refused[:MOST]:
        reason = (why(one.code) or NO_REASON).say(words.language)
        yield Notice(Level.BAD, words(sentences[one.thing], name=_short(one.name), why=reason))
    if len(refused) > MOST:
        more = words.many(
            "{n} more thing was left for such reasons.",
            "{n} more things were left for such reasons.",
            len(refused) - MOST,
        )
        yield Notice(Level.BAD, more)


def _reports(words: Words, came: CardWritten | CardTaken) -> str:
    return words.many("{n} report", "{n} reports", came.reports)


def _files(words: Words, came: CardWritten | CardTaken) -> str:
    return words.many("{n} file", "{n} files", came.files)


def _short(name: str) -> str:
    return name if len(name) <= _NAME else f"{name[:_NAME]}…"
