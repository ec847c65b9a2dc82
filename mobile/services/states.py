"""Where a report and each of its files is, in words that are true.

on phone → sent n % → received → confirmed → in the last backup. "Sent" without a number is never said: a report is safe
when every file of it is confirmed, and that is what "confirmed" says. Beside the way stand held (the server refused it,
and why) and damaged (a file on the phone is no longer what was sealed).
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from mobile.ports import FileState, LocalFile, QueuedReport, QueueState, RelayedFile, RelayedReport, ReportBrief
from shared.clock import VIETNAM
from shared.problems import CATALOGUE, Text


class Stage(StrEnum):
    ON_PHONE = "on_phone"
    SENDING = "sending"
    RECEIVED = "received"
    CONFIRMED = "confirmed"
    BACKED_UP = "backed_up"
    HELD = "held"
    DAMAGED = "damaged"


FILE_WORDS = {
    Stage.ON_PHONE: Text("Còn trên máy", "On this phone"),
    Stage.SENDING: Text("Đã gửi {percent} %", "Sent {percent} %"),
    Stage.RECEIVED: Text("Máy chủ đã nhận đủ, đang kiểm mã băm", "Received whole, its hash is being checked"),
    Stage.CONFIRMED: Text("Máy chủ đã xác nhận mã băm", "Confirmed: the server vouches for its hash"),
    Stage.BACKED_UP: Text("Đã xác nhận và có trong bản sao lưu {when}", "Confirmed, and in the backup of {when}"),
    Stage.DAMAGED: Text(
        "Tệp trên máy không còn như lúc niêm phong; báo phụ trách.",
        "The file on this phone is no longer as it was sealed; tell the supervisor.",
    ),
}
REPORT_WORDS = {
    Stage.ON_PHONE: Text("Còn trên máy, chưa gửi", "On this phone, not sent yet"),
    Stage.SENDING: Text(
        "Phiếu đã nhận; tệp đã gửi {percent} % ({confirmed}/{files} tệp được xác nhận)",
        "Report received; files sent {percent} % ({confirmed} of {files} confirmed)",
    ),
    Stage.RECEIVED: Text(
        "Phiếu đã nhận; còn chờ xác nhận tệp ({confirmed}/{files})",
        "Report received; files still to be confirmed ({confirmed} of {files})",
    ),
    Stage.CONFIRMED: Text("Đã gửi: máy chủ xác nhận phiếu và mọi tệp", "Sent: the server vouches for all of it"),
    Stage.BACKED_UP: Text("Đã gửi, và có trong bản sao lưu {when}", "Sent, and in the backup of {when}"),
    Stage.HELD: Text(
        "Máy chủ chưa nhận phiếu ({why}); phiếu vẫn nằm trên máy và sẽ tự gửi lại, báo phụ trách.",
        "The server has not taken the report ({why}); it stays here and is tried again, tell the supervisor.",
    ),
    Stage.DAMAGED: Text(
        "Có tệp trên máy không còn như lúc niêm phong nên không gửi được; báo phụ trách.",
        "A file on this phone is no longer as it was sealed and cannot be sent; tell the supervisor.",
    ),
}
NO_REASON = Text("không rõ lý do", "no reason given")


@dataclass(frozen=True, slots=True)
class Told:
    """`percent`: of the bytes, as the server counted them, 100 only when it has all; `why`: what went wrong last, None
    when nothing did."""

    stage: Stage
    percent: int
    words: Text
    why: Text | None

    def say(self, language: str = "vi") -> str:
        return self.words.say(language)


def tell_file(file: LocalFile | RelayedFile, backed_up: datetime | None = None) -> Told:
    """`backed_up`: when the backup was made in which its report stands whole."""
    stage = Stage(file.state.value)
    if stage is Stage.CONFIRMED and backed_up is not None:
        stage = Stage.BACKED_UP
    percent = file.offset * 100 // file.bytes
    return Told(stage, percent, _fill(FILE_WORDS[stage], percent=percent, when=_when(backed_up)), why(file.problem))


def tell_report(report: QueuedReport | RelayedReport, backed_up: datetime | None = None) -> Told:
    """The report with its files: never further than the file that is furthest behind."""
    because = why(report.problem) or next((why(file.problem) for file in report.files if file.problem), None)
    counts = _Counts(
        report.state,
        files=len(report.files),
        confirmed=sum(file.state is FileState.CONFIRMED for file in report.files),
        damaged=sum(file.state is FileState.DAMAGED for file in report.files),
        unsent=sum(file.state in (FileState.ON_PHONE, FileState.SENDING) for file in report.files),
        offset=sum(file.offset for file in report.files),
        bytes=sum(file.bytes for file in report.files),
    )
    return _tell(counts, because, backed_up)


def tell_brief(report: ReportBrief, backed_up: datetime | None = None) -> Told:
    """The same, from what a list knows; of what went wrong with a single file it does not speak."""
    counts = _Counts(
        report.state, report.files, report.confirmed, report.damaged, report.unsent, report.offset, report.bytes
    )
    return _tell(counts, why(report.problem), backed_up)


def why(code: str | None) -> Text | None:
    """A stored code in a few words; the server may be newer and have ones this phone does not know."""
    if code is None:
        return None
    known = CATALOGUE.get(code)
    return known.title if known is not None else Text(f"mã {code}", f"code {code}")


@dataclass(frozen=True, slots=True)
class _Counts:
    state: QueueState
    files: int
    confirmed: int
    damaged: int
    unsent: int
    offset: int
    bytes: int


def _tell(counts: _Counts, because: Text | None, backed_up: datetime | None) -> Told:
    stage, percent = _stage(counts, backed_up), _percent(counts)
    words = _fill(
        REPORT_WORDS[stage],
        percent=percent,
        confirmed=counts.confirmed,
        files=counts.files,
        when=_when(backed_up),
        why=because or NO_REASON,
    )
    return Told(stage, percent, words, because)


def _stage(counts: _Counts, backed_up: datetime | None) -> Stage:
    if counts.state is QueueState.HELD:
        return Stage.HELD
    if counts.damaged:
        return Stage.DAMAGED
    if counts.state is QueueState.ON_PHONE:
        return Stage.ON_PHONE
    if counts.state is QueueState.CONFIRMED:
        return Stage.CONFIRMED if backed_up is None else Stage.BACKED_UP
    return Stage.SENDING if counts.unsent else Stage.RECEIVED


def _percent(counts: _Counts) -> int:
    if counts.bytes == 0:
        return 0 if counts.state in (QueueState.ON_PHONE, QueueState.HELD) else 100
    return counts.offset * 100 // counts.bytes


def _fill(words: Text, **values: int | Text) -> Text:
    vi = {name: value.vi if isinstance(value, Text) else value for name, value in values.items()}
    en = {name: value.en if isinstance(value, Text) else value for name, value in values.items()}
    return Text(words.vi.format(**vi), words.en.format(**en))


def _when(instant: datetime | None) -> Text:
    if instant is None:
        return Text("", "")
    local = instant.astimezone(VIETNAM)
    return Text(f"{local:%H:%M} ngày {local:%d/%m/%Y}", f"{local:%H:%M} on {local:%d/%m/%Y}")
