"""One phone as a process of its own: the real field core, filing in one thread and sending in another, until it is
killed. The same home is the same phone, started again.

python -m tests.soak.phone HOME SERVER

Reads one JSON command a line, says what it does as one JSON object a line:
    {"do": "enrol", "code": …}                     → enrolled
    {"do": "file", "place": …, "photos": [path …]} → sealed
    {"do": "clock", "by": seconds}                 the device's clock jumps; it stays so after a restart
    {"do": "drain", "ticket": n}                   → drained, once nothing is left to be sent
Waits that the sync engine asks for are made short, and the device's clock is moved on by what was left out of them.
"""

import json
import os
import sqlite3
import sys
import threading
import traceback
import zlib
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from mobile.bootstrap import Phone, open_phone
from mobile.services.sending import RoundResult
from mobile.transport.api import HttpServerApi
from mobile.transport.http import Http
from shared.problems import Problem
from shared.wire.v1.records import Kind, Purpose
from tests.factories import reports as make

LONGEST_WAIT_S = 0.12
READ_S = 3.0  # between two bytes; longer than anything this office does, shorter than a black hole
CONNECT_S = 3.0
BY_LIMIT = bool(os.environ.get("KK_SOAK_BY_LIMIT"))  # full disks are done by RLIMIT_FSIZE, see `disks`
EARLIEST, LATEST = datetime(2001, 1, 1, tzinfo=UTC), datetime(2090, 1, 1, tzinfo=UTC)

_saying = threading.Lock()


def tell(event: str, **values: Any) -> None:
    with _saying:
        sys.stdout.write(json.dumps({"event": event, **values}, ensure_ascii=False) + "\n")
        sys.stdout.flush()


class JumpingClock:
    """The system's time moved by what `file` says."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._offset = timedelta(seconds=float(file.read_text(encoding="ascii")) if file.exists() else 0.0)

    def now(self) -> datetime:
        return min(max(datetime.now(UTC) + self._offset, EARLIEST), LATEST)

    def jump(self, seconds: float) -> None:
        self._offset += timedelta(seconds=seconds)
        beside = self._file.with_suffix(".new")
        beside.write_text(str(self._offset.total_seconds()), encoding="ascii")
        beside.replace(self._file)

    def pass_(self, seconds: float) -> None:
        """Time that this run does not wait for."""
        self._offset += timedelta(seconds=seconds)


class Impatience(threading.Event):
    """The sync engine's `Stop`: a wait lasts a moment here, and its full time on the device's clock."""

    def __init__(self, clock: JumpingClock) -> None:
        super().__init__()
        self._clock = clock

    def wait(self, timeout: float | None = None) -> bool:
        real = min(timeout or 0.0, LONGEST_WAIT_S)
        self._clock.pass_((timeout or 0.0) - real)
        return super().wait(real)


class Program:
    def __init__(self, home: Path, server: str) -> None:
        # Beside the home, which may be full.
        self.clock = JumpingClock(home.with_name(f"{home.name}.clock"))
        # A phone in the field is patient with a line; here a black hole of a minute would only cost time.
        api = HttpServerApi(Http(server, connect_s=CONNECT_S, read_s=READ_S))
        self.phone: Phone = open_phone(home, server=server, clock=self.clock, api=api, model="điện thoại chạy thử")
        self.stop = Impatience(self.clock)
        self.ticket = 0  # of the last order to send all that is left
        self.filed = threading.Event()

    def obey(self, command: dict[str, Any]) -> None:
        match command["do"]:
            case "enrol":
                self.phone.enrolment.enrol(command["code"])
                tell("enrolled")
            case "file":
                self._file(command["place"], [Path(photo) for photo in command["photos"]])
            case "clock":
                self.clock.jump(command["by"])
                tell("clock", now=self.clock.now().isoformat())
            case "drain":
                self._finish_drafts()
                self.ticket = int(command["ticket"])
            case other:
                raise ValueError(other)
        self.filed.set()

    def _file(self, place: str, photos: list[Path]) -> None:
        draft = self.phone.recording.start(Kind.TRANSPORT)
        # A load with an invoice of its own: one used twice would be judged anew with each report that shows it.
        invoice = make.document(number=f"{zlib.crc32(draft.id.bytes):010d}")
        facts = make.transport_facts(place=place, loads=(make.load(documents=(invoice,)),))
        self.phone.recording.save(draft.id, facts=facts, assessment=make.assessment("VC-01"))
        for photo in photos:
            self.phone.recording.attach(draft.id, photo, purpose=Purpose.LOAD, from_app_camera=True)
        report = self.phone.sealing.seal(draft.id)
        tell("sealed", report=str(report.id), manifest=report.manifest_sha256, sequence=report.sequence)

    def _finish_drafts(self) -> None:
        """What a kill or a full disk left unfinished is finished by its officer."""
        for draft in self.phone.recording.drafts():
            if draft.facts:
                report = self.phone.sealing.seal(draft.id)
                tell("sealed", report=str(report.id), manifest=report.manifest_sha256, sequence=report.sequence)
            else:
                self.phone.recording.discard(draft.id)

    def send_for_ever(self) -> None:
        told = 0
        while not self.stop.is_set():
            asked = self.ticket
            self.filed.clear()
            try:
                left = self.phone.sending.send_until_empty(self.stop, after_round=_tell_round).left
            except (Problem, sqlite3.OperationalError) as failure:
                _tell_failure(failure)  # the disk may be full; the next attempt comes anyway
                self.stop.wait(1)
                continue
            if left.held:
                self.clock.pass_(left.due_in_s or 0.0)
            elif asked > told and not (left.waiting or left.damaged or self.stop.is_set()):
                tell("drained", ticket=asked)
                told = asked
            self.filed.wait(0.05)


def _tell_round(result: RoundResult) -> None:
    if result.moved or result.failures or result.problem:
        tell(
            "round",
            received=result.received,
            confirmed=result.confirmed_files,
            failures=list(result.failures),
            problem=result.problem,
            waiting=result.left.waiting,
            held=result.left.held,
            damaged=result.left.damaged,
        )


def _or_die(work: Any, *arguments: Any) -> None:
    """A failure that is in no catalogue is a defect: it is told, and the phone is gone."""
    try:
        work(*arguments)
    except (Problem, sqlite3.OperationalError) as failure:
        _tell_failure(failure)
    except BaseException:
        _crash()


def _tell_failure(failure: Problem | sqlite3.OperationalError) -> None:
    if isinstance(failure, Problem):
        tell("problem", code=failure.code)
    elif BY_LIMIT and "disk I/O error" in str(failure):
        tell("problem", code="disk_io_error")  # what SQLite makes of EFBIG; a full disk says something else
    else:
        _crash()


def _crash() -> None:
    tell("crashed", words=traceback.format_exc()[-3000:])
    os._exit(70)


def main(home: str, server: str) -> None:
    try:
        program = Program(Path(home), server)
    except (Problem, sqlite3.OperationalError) as failure:
        _tell_failure(failure)
        sys.exit(1)
    tell("ready")
    threading.Thread(target=_or_die, args=(program.send_for_ever,), daemon=True).start()
    for line in sys.stdin:
        _or_die(program.obey, json.loads(line))
    os._exit(0)  # whoever commanded has gone


if __name__ == "__main__":
    main(*sys.argv[1:])
