"""The inside of a process that reads one file from outside: its limits, and what it may not do.

Started by `apart.said_apart` alone. In: one line of JSON on stdin, the order; stdin stays open, and its end means that
nobody waits any more. Out: lines of JSON on stdout, the last one ["end"] or a refusal. Limits are set before the file
is touched; there is no network and no other program. Nothing of Django is imported here: every file would pay for it.
"""

import json
import math
import os
import resource
import sys
import threading
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

MIB = 2**20
# How it ends when it cannot say why.
EXIT_BROKEN, EXIT_MEMORY = 70, 71
_CHUNK = 2**20
_FILES = 128
_FORBIDDEN = ("socket.", "subprocess.", "os.system", "os.exec", "os.fork", "os.posix_spawn", "os.spawn", "pty.")


@dataclass(frozen=True, slots=True)
class Limits:
    """`seconds`: of processor time, and of waiting for it; `memory_bytes`: address space; `file_bytes`: the largest
    file it may write."""

    seconds: float
    memory_bytes: int
    file_bytes: int


def confine(limits: Limits) -> None:
    """Address space, processor seconds, bytes of a file written, open files, no core dump. What is lower already
    stays."""
    wanted = {
        resource.RLIMIT_AS: limits.memory_bytes,
        resource.RLIMIT_CPU: max(math.ceil(limits.seconds), 1),
        resource.RLIMIT_FSIZE: limits.file_bytes,
        resource.RLIMIT_NOFILE: _FILES,
        resource.RLIMIT_CORE: 0,
    }
    for which, most in wanted.items():
        _, hard = resource.getrlimit(which)
        most = most if hard == resource.RLIM_INFINITY else min(most, hard)
        # One second more until the hard limit, or the signal that tells of the soft one never comes.
        spare = 1 if which == resource.RLIMIT_CPU and (hard == resource.RLIM_INFINITY or most < hard) else 0
        resource.setrlimit(which, (most, most + spare))


def alone(event: str, arguments: object) -> None:
    """Audit hook: PermissionError for whatever would reach beyond this process and its files."""
    if event.startswith(_FORBIDDEN):
        raise PermissionError(f"the reader of a file does not do {event}")


def line(kind: str, *said: Any) -> bytes:
    return json.dumps([kind, *said], default=str, separators=(",", ":")).encode() + b"\n"


def run(tell: Callable[[Mapping[str, Any], Any], None], limits_of: Callable[[Mapping[str, Any]], Limits]) -> None:
    """The whole life of such a process: `tell(order, out)` writes its lines to `out`. Does not return."""
    # What libraries print must not get between the lines.
    out = os.fdopen(os.dup(1), "wb", buffering=2**16)
    os.dup2(2, 1)
    stdin = os.fdopen(0, "rb", buffering=0)
    order = json.loads(_first_line(stdin))
    confine(limits_of(order))
    threading.Thread(target=_watch, args=(stdin,), daemon=True).start()
    sys.addaudithook(alone)
    try:
        tell(order, out)
        code = 0
    except BrokenPipeError:
        code = EXIT_BROKEN
    except MemoryError:
        code = EXIT_MEMORY
    except Exception as error:
        # Where, but not the message: it may quote the file, and files name people.
        sys.stderr.write("".join([*traceback.format_tb(error.__traceback__), type(error).__name__, "\n"]))
        sys.stderr.flush()
        code = EXIT_MEMORY if "bad_alloc" in str(error) else EXIT_BROKEN
    os._exit(code)  # nothing of a library's goodbye is wanted, and the thread above may be reading


def _watch(stdin: Any) -> None:
    """Leave when whoever asked is gone."""
    while stdin.read(1):
        pass
    os._exit(EXIT_BROKEN)


def _first_line(stdin: Any) -> bytes:
    """Unbuffered, so that the rest stays for the thread."""
    found = bytearray()
    while not found.endswith(b"\n"):
        more = stdin.read(_CHUNK)
        if not more:
            os._exit(EXIT_BROKEN)
        found += more
    return bytes(found)
