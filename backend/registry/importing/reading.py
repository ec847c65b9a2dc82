"""Files read at arm's length: each in a process of its own with limits, so that whatever a file does to its reader, the
office goes on and hears a sentence. Rows come over a pipe one by one; at most one of them is held here."""

import json
import logging
import os
import selectors
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from time import monotonic
from typing import Any

from backend.registry.importing.rows import MIB, AreaRow, FileRefused, ReadOptions

ROOT = Path(__file__).parents[3]
READER = "backend.registry.importing.reader"
# How the reader ends when it cannot say why: `reader.main` uses these.
EXIT_BROKEN, EXIT_MEMORY = 70, 71
# A row as JSON; the reader refuses a longer one itself.
MOST_LINE = 32 * MIB
_CHUNK = 2**18
_LOOK_UP_S = 0.2  # how often somebody who wants to stop is asked while nothing comes
_TAIL = 8000  # bytes of the reader's stderr that go to the log
_ENVIRONMENT = ("PATH", "LD_LIBRARY_PATH", "PROJ_DATA", "PROJ_LIB", "GDAL_DATA")

Progress = Callable[[int, int | None], None]
Stop = Callable[[], bool]

_log = logging.getLogger(__name__)


def read_file(
    path: Path, options: ReadOptions, *, progress: Progress | None = None, stop: Stop | None = None
) -> Iterator[AreaRow]:
    """The rows of a file as they are read; `options.kind` None: by content. `progress(rows so far, rows in all or
    None)`. When `stop()` says so the rows end early, without an error.

    FileRefused: the file cannot be read, or not within the limits; rows given before belong to nothing then. OSError
    when it cannot be opened. Whatever ends the iteration (also an exception of the caller), the reader is killed and
    its folder removed. Safe in threads: nothing is forked.
    """
    with path.open("rb"):
        pass  # an OSError here is the caller's; in the reader it would be a crash
    with (
        tempfile.TemporaryDirectory(prefix="kk-import-") as folder,
        tempfile.TemporaryFile() as errors,
        _Started(folder, errors) as process,
    ):
        done, total = 0, None
        for kind, *said in _messages(process, _order(path, folder, options), options, stop or (lambda: False), errors):
            if kind == "row":
                done += 1
                yield _row(*said)
            elif kind == "total":
                (total,) = said
            else:
                code, values = said
                raise FileRefused(code, **values)
            if progress is not None:
                progress(done, total)


def _row(row: dict[str, Any], size: int) -> AreaRow:
    return AreaRow.from_json(row, size)


def _order(path: Path, folder: str, options: ReadOptions) -> bytes:
    order = {"path": str(path.resolve()), "folder": folder, "options": options.as_json()}
    return json.dumps(order).encode() + b"\n"


class _Started:
    """The reader, in a session of its own: Ctrl-C reaches only us, and we end it. It gets no secret of ours along."""

    def __init__(self, folder: str, errors: Any) -> None:
        self.folder = folder
        self.errors = errors

    def __enter__(self) -> subprocess.Popen[bytes]:
        kept = {name: os.environ[name] for name in _ENVIRONMENT if name in os.environ}
        single = {f"{library}_NUM_THREADS": "1" for library in ("OMP", "OPENBLAS", "MKL")}
        self.process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
            [sys.executable, "-m", READER],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.errors,
            cwd=ROOT,
            env={**kept, **single, "TMPDIR": self.folder, "PYTHONUTF8": "1", "PYTHONDONTWRITEBYTECODE": "1"},
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


def _messages(
    process: subprocess.Popen[bytes], order: bytes, options: ReadOptions, stop: Stop, errors: Any
) -> Iterator[list[Any]]:
    """What the reader says, until its last word or until told to stop. FileRefused when it dies or is too slow."""
    assert process.stdin is not None  # noqa: S101
    with suppress(BrokenPipeError):  # it died at once; below it is said how
        process.stdin.write(order)
        process.stdin.flush()
    for line in _lines(process, options, stop):
        if line is None:
            return
        kind, *said = json.loads(line)
        if kind == "end":
            return
        yield [kind, *said, len(line)] if kind == "row" else [kind, *said]
    raise _death(process, options, errors)


def _lines(process: subprocess.Popen[bytes], options: ReadOptions, stop: Stop) -> Iterator[bytes | None]:
    """Line by line until the pipe ends; None when it was told to stop. Only the time spent waiting here counts."""
    assert process.stdout is not None  # noqa: S101
    source, buffer, waited = process.stdout.fileno(), bytearray(), 0.0
    with selectors.DefaultSelector() as selector:
        selector.register(source, selectors.EVENT_READ)
        while True:
            begun = monotonic()
            ready = selector.select(min(_LOOK_UP_S, max(options.seconds - waited, 0.0)))
            waited += monotonic() - begun
            if stop():
                yield None
                return
            if not ready:
                if waited >= options.seconds:
                    raise FileRefused("too_slow", seconds=f"{options.seconds:g}")
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
            if len(buffer) > MOST_LINE:
                raise FileRefused("reader_crashed", how=f"> {MOST_LINE // MIB} MiB")


def _death(process: subprocess.Popen[bytes], options: ReadOptions, errors: Any) -> FileRefused:
    """Why the reader went without a last word."""
    try:
        code = process.wait(timeout=5)
    except subprocess.TimeoutExpired:
        code = -signal.SIGKILL  # it closed its pipe and lives on; whoever called us kills it
    size = errors.seek(0, os.SEEK_END)
    errors.seek(max(size - _TAIL, 0))
    tail = errors.read()
    if code == -signal.SIGXCPU:
        return FileRefused("too_slow", seconds=f"{options.seconds:g}")
    if code == EXIT_MEMORY or b"bad_alloc" in tail or b"MemoryError" in tail:
        return FileRefused("too_much_memory", limit=options.memory_bytes // MIB)
    how = signal.Signals(-code).name if code < 0 else f"exit {code}"
    _log.error("The reader of an imported file died (%s): %s", how, tail.decode(errors="replace"))
    return FileRefused("reader_crashed", how=how)
