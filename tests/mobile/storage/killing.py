"""A phone process that is killed before the n-th thing it asks of the operating system. `python -m` this file.

Reads lines of JSON `{"job", "home", "photo", "calls"}` and answers each with `{"calls", "said"}`: for each, a child is
forked that does the job on that phone, stopped at every system call (ptrace, PTRACE_SYSCALL) and killed with SIGKILL
when it enters or leaves the one with that number; `calls` null lets it end, and tells how many there were.
Needs Linux. `said`: what it had been told was saved before it died.
"""

import ctypes
import json
import os
import signal
import sys
import threading
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

from mobile.bootstrap import open_phone
from shared.wire.v1.records import Kind, Purpose
from tests.factories import reports as make

SERVER = "http://127.0.0.1:9"  # nothing is sent here
TRACEME, SYSCALL, SETOPTIONS, EXITKILL = 0, 24, 0x4200, 1 << 20

_libc = ctypes.CDLL(None, use_errno=True)
_libc.ptrace.argtypes = (ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p)
_libc.ptrace.restype = ctypes.c_long

Say = Callable[..., None]


def ptrace(request: int, process: int, data: int = 0) -> None:
    if _libc.ptrace(request, process, None, data) == -1:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


def record(home: Path, photo: Path, say: Say) -> None:
    """Two photos, one of them taken back, words, a seal; then a draft that is thrown away."""
    phone = open_phone(home, server=SERVER)
    draft = phone.recording.start(Kind.TRANSPORT)
    say(draft=str(draft.id))
    for turn in range(2):
        entry = phone.recording.attach(draft.id, photo, purpose=Purpose.LOAD)
        say(file=str(entry.id))
        if not turn:
            say(detaching=str(entry.id))
            phone.recording.detach(draft.id, entry.id)
            say(detached=str(entry.id))
    phone.recording.save(draft.id, facts=make.transport_facts(place="nơi đã lưu"))
    say(saved=str(draft.id))
    report = phone.sealing.seal(draft.id)
    say(sealed=str(report.id))
    other = phone.recording.start(Kind.STOCKYARD)
    entry = phone.recording.attach(other.id, photo, purpose=Purpose.LOAD)
    say(file=str(entry.id))
    say(discarding=str(other.id), files=[str(entry.id)])
    phone.recording.discard(other.id)
    say(discarded=str(other.id))
    phone.close()


def start(home: Path, photo: Path, say: Say) -> None:
    """Only starting the app: an older version's data is locked by that."""
    open_phone(home, server=SERVER).close()
    say(started=True)


JOBS = {"record": record, "start": start}


def child(job: str, home: Path, photo: Path, out: int) -> None:
    def say(**words: Any) -> None:
        os.write(out, (json.dumps(words) + "\n").encode())

    ptrace(TRACEME, 0)
    os.kill(os.getpid(), signal.SIGSTOP)
    JOBS[job](home, photo, say)


def step(process: int, calls: int | None) -> int:
    """Until it ends or has made so many; a call counts twice, when it begins and when it is done."""
    os.waitpid(process, 0)  # it stopped itself
    ptrace(SETOPTIONS, process, EXITKILL)
    made = passed_on = 0
    while calls is None or made < calls:
        ptrace(SYSCALL, process, passed_on)
        _, status = os.waitpid(process, 0)
        if not os.WIFSTOPPED(status):
            if status:
                raise RuntimeError(f"the job itself failed: {status}")
            return made
        stop = os.WSTOPSIG(status)
        passed_on = 0 if stop == signal.SIGTRAP else stop
        made += stop == signal.SIGTRAP
    os.kill(process, signal.SIGKILL)
    os.waitpid(process, 0)
    return made


def run(order: dict[str, Any]) -> dict[str, Any]:
    reading, writing = os.pipe()
    process = os.fork()
    if not process:
        code = 1
        try:
            os.close(reading)
            child(order["job"], Path(order["home"]), Path(order["photo"]), writing)
            code = 0
        finally:
            os._exit(code)
    os.close(writing)
    made = step(process, order["calls"])
    with os.fdopen(reading, "rb") as pipe:
        lines = pipe.read().splitlines(keepends=True)
    return {"calls": made, "said": [json.loads(line) for line in lines if line.endswith(b"\n")]}


def load() -> None:
    """What a phone loads when it first needs it: a child that is stopped at each call is not to load anything."""
    for name in (
        "mobile.device.desktop",
        "mobile.services.sealing",
        "shared.rules.papers",
        "shared.wire.v1.load_papers",
    ):
        import_module(name)


def main() -> None:
    load()
    if threading.active_count() != 1:
        raise RuntimeError("only one thread may be forked")
    for line in sys.stdin:
        sys.stdout.write(json.dumps(run(json.loads(line))) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
