"""Files read at arm's length: each in a process of its own with limits (`confined`), so that whatever a file does to
its reader, the office goes on and hears a sentence (docs/decisions/0009)."""

import json
import logging
import os
import selectors
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from time import monotonic
from typing import Any

from backend.common.confined import EXIT_MEMORY, MIB, Limits

ROOT = Path(__file__).parents[2]
# What the process gets of our surroundings: no secret.
ENVIRONMENT = ("PATH", "LD_LIBRARY_PATH")
MOST_LINE = 32 * MIB
_CHUNK = 2**18
_LOOK_UP_S = 0.2  # how often somebody who wants to stop is asked while nothing comes
_TAIL = 8000  # bytes of its stderr that go to the log

Stop = Callable[[], bool]
_log = logging.getLogger(__name__)


class ReaderDied(Exception):
    """It went without a last word. `code`: too_slow (`seconds`) | too_much_memory (`limit`, MiB) | reader_crashed
    (`how`)."""

    def __init__(self, code: str, **values: Any) -> None:
        self.code, self.values = code, values
        super().__init__(f"{code} {values}")


def said_apart(
    module: str,
    order: bytes,
    limits: Limits,
    *,
    folder: str,
    stop: Stop | None = None,
    root: Path = ROOT,
    environment: Sequence[str] = ENVIRONMENT,
    most_line: int = MOST_LINE,
) -> Generator[tuple[list[Any], int], None, None]:
    """What `python -m module` says to the order, message by message with the bytes of its line, until ["end"] or until
    `stop()` says so; at most one message is held here. `folder`: for its temporary files, the caller's to remove.
    ReaderDied. Whatever ends the iteration (also an exception of the caller), the process is killed. Safe in threads:
    nothing is forked.
    """
    with tempfile.TemporaryFile() as errors, _Started(module, folder, root, environment, errors) as process:
        assert process.stdin is not None  # noqa: S101
        with suppress(BrokenPipeError):  # it died at once; below it is said how
            process.stdin.write(order)
            process.stdin.flush()
        for line in _lines(process, limits, stop or (lambda: False), most_line):
            if line is None:
                return
            message = json.loads(line)
            if message[0] == "end":
                return
            yield message, len(line)
        raise _death(process, limits, errors)


class _Started:
    """The process, in a session of its own: Ctrl-C reaches only us, and we end it."""

    def __init__(self, module: str, folder: str, root: Path, environment: Sequence[str], errors: Any) -> None:
        self.module, self.folder, self.root, self.errors = module, folder, root, errors
        self.kept = {name: os.environ[name] for name in environment if name in os.environ}

    def __enter__(self) -> subprocess.Popen[bytes]:
        single = {f"{library}_NUM_THREADS": "1" for library in ("OMP", "OPENBLAS", "MKL")}
        self.process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
            [sys.executable, "-m", self.module],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.errors,
            cwd=self.root,
            env={**self.kept, **single, "TMPDIR": self.folder, "PYTHONUTF8": "1", "PYTHONDONTWRITEBYTECODE": "1"},
            start_new_session=True,
        )
        return self.process

    def __exit__(self, *exception: object) -> None:
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None:
                with suppress(BrokenPipeError):  # what it was told and never read
                    pipe.close()


def _lines(process: subprocess.Popen[bytes], limits: Limits, stop: Stop, most_line: int) -> Iterator[bytes | None]:
    """Line by line until the pipe ends; None when it was told to stop. Only the time spent waiting here counts."""
    assert process.stdout is not None  # noqa: S101
    source, buffer, waited = process.stdout.fileno(), bytearray(), 0.0
    with selectors.DefaultSelector() as selector:
        selector.register(source, selectors.EVENT_READ)
        while True:
            begun = monotonic()
            ready = selector.select(min(_LOOK_UP_S, max(limits.seconds - waited, 0.0)))
            waited += monotonic() - begun
            if stop():
                yield None
                return
            if not ready:
                if waited >= limits.seconds:
                    raise ReaderDied("too_slow", seconds=f"{limits.seconds:g}")
                continue
            chunk = os.read(source, _CHUNK)
            if not chunk:
                return
            *lines, rest = chunk.split(b"\n")
            for line in lines:
                buffer += line
                yield bytes(buffer)
                buffer.clear()
                if stop():
                    yield None
                    return
            buffer += rest
            if len(buffer) > most_line:
                raise ReaderDied("reader_crashed", how=f"> {most_line // MIB} MiB")


def _death(process: subprocess.Popen[bytes], limits: Limits, errors: Any) -> ReaderDied:
    """Why it went without a last word."""
    try:
        code = process.wait(timeout=5)
    except subprocess.TimeoutExpired:
        code = -signal.SIGKILL  # it closed its pipe and lives on; whoever called us kills it
    size = errors.seek(0, os.SEEK_END)
    errors.seek(max(size - _TAIL, 0))
    tail = errors.read()
    if code == -signal.SIGXCPU:
        return ReaderDied("too_slow", seconds=f"{limits.seconds:g}")
    if code == EXIT_MEMORY or b"bad_alloc" in tail or b"MemoryError" in tail:
        return ReaderDied("too_much_memory", limit=limits.memory_bytes // MIB)
    how = signal.Signals(-code).name if code < 0 else f"exit {code}"
    _log.error("The reader of a file died (%s): %s", how, tail.decode(errors="replace"))
    return ReaderDied("reader_crashed", how=how)
