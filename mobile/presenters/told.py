"""Rows that tell where sealed reports and their files are, the same words everywhere."""

from datetime import datetime

from mobile.ports import FileState, LocalFile, QueuedReport, QueueState, RelayedReport, ReportBrief, Reviewed, Verdict
from mobile.presenters.written import amount, moment, when
from mobile.services.states import Stage, Told, tell_brief, tell_file, tell_report
from mobile.state.forms import Level, Row
from mobile.state.sync import FileRow
from shared.i18n import N_, Words
from shared.i18n.labels import label

LEVELS = {
    Stage.ON_PHONE: Level.INFO,
    Stage.SENDING: Level.INFO,
    Stage.RECEIVED: Level.INFO,
    Stage.CONFIRMED: Level.GOOD,
    Stage.BACKED_UP: Level.GOOD,
    Stage.HELD: Level.WARN,
    Stage.DAMAGED: Level.BAD,
}
ICONS = {
    Stage.ON_PHONE: "cellphone",
    Stage.SENDING: "cloud-upload-outline",
    Stage.RECEIVED: "cloud-outline",
    Stage.CONFIRMED: "check-circle-outline",
    Stage.BACKED_UP: "shield-check-outline",
    Stage.HELD: "alert-outline",
    Stage.DAMAGED: "alert-octagon-outline",
}


def report_title(words: Words, brief: ReportBrief) -> str:
    return words(N_("{kind} no. {number}"), kind=label(words, brief.kind), number=brief.sequence)


def report_row(words: Words, brief: ReportBrief, now: datetime, backed_up: datetime | None = None) -> Row:
    told = tell_brief(brief, backed_up)
    return Row(
        page=str(brief.id),
        title=report_title(words, brief),
        subtitle=f"{when(words, brief.sealed_at, now)} · {told.say(words.language)}",
        badge=f"{told.percent} %" if told.stage is Stage.SENDING else "",
        level=LEVELS[told.stage],
        icon=ICONS[told.stage],
    )


def file_row(words: Words, file: LocalFile, number: int, backed_up: datetime | None = None) -> FileRow:
    """`number`: its place in the report, from 1: a file has no name that an officer knows."""
    told: Told = tell_file(file, backed_up)
    return FileRow(
        key=str(file.id),
        title=words(N_("{number}. {purpose}"), number=number, purpose=label(words, file.entry.purpose)),
        words=told.say(words.language),
        amount=amount(words, file.bytes),
        share=1.0 if told.stage in (Stage.CONFIRMED, Stage.BACKED_UP) else file.offset / max(file.bytes, 1),
        level=LEVELS[told.stage],
        why="" if told.why is None else told.why.say(words.language),
    )


def carried_row(words: Words, report: RelayedReport) -> Row:
    """A colleague's. Its seal is what the colleague's own phone shows of it too; what is in it nobody here has read."""
    told = tell_report(report)
    parts = [told.say(words.language)]
    if away := sum(not file.here and file.state is not FileState.CONFIRMED for file in report.files):
        parts.append(words.many("{n} file is not on this phone", "{n} files are not on this phone", away))
    return Row(
        page=str(report.key),
        title=words(N_("Seal {hash}"), hash=report.manifest_sha256[:16]),
        subtitle=" · ".join(parts),
        badge=f"{told.percent} %" if told.stage is Stage.SENDING else "",
        level=LEVELS[told.stage],
        icon=ICONS[told.stage],
    )


def is_waiting(brief: ReportBrief) -> bool:
    return brief.state is not QueueState.CONFIRMED


# --- what supervisors said

VERDICT_LEVELS = {Verdict.RETURNED: Level.WARN, Verdict.REJECTED: Level.BAD}


def review_words(words: Words, review: Reviewed) -> str:
    if review.verdict is Verdict.RETURNED:
        return words(N_("Returned on {when}: {note}"), when=moment(review.at), note=review.note)
    return words(N_("Rejected on {when}: {note}"), when=moment(review.at), note=review.note)


def returned_row(words: Words, report: QueuedReport, review: Reviewed) -> Row:
    return Row(
        page=str(report.id),
        title=words(N_("{kind} no. {number}"), kind=label(words, report.kind), number=report.sequence),
        subtitle=review.note,
        level=VERDICT_LEVELS[review.verdict],
        icon="undo",
    )
