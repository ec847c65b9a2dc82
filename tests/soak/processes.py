"""Programs of the run: started so that none outlives it, killed as power cuts and the kernel kill."""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None)


def _die_with_parent() -> None:
    """In the child, before its program: whoever kills the run kills this too. Linux; holds for the thread that starts
    it, so programs are started from the main thread only."""
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def start(command: Sequence[str], log: Path, environment: Mapping[str, str], **how: Any) -> "subprocess.Popen[bytes]":
    """In a session of its own, so that Ctrl-C reaches the run alone; output goes to the end of `log`."""
    with log.open("ab") as output:
        return subprocess.Popen(
            [sys.executable, *command],
            cwd=ROOT,
            env={**os.environ, **environment, "PYTHONPATH": str(ROOT)},
            stderr=output,
            **{"stdout": output, **how},
            start_new_session=True,
            preexec_fn=_die_with_parent,
        )


def children(pid: int) -> list[int]:
    try:
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()]
    except OSError:
        return []  # gone


def kill(*pids: int) -> None:
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):  # it was quicker
            os.kill(pid, signal.SIGKILL)


def kill_tree(process: "subprocess.Popen[bytes] | None") -> None:
    """The program and what it started, at once: nobody gets to tidy up."""
    if process is not None and process.poll() is None:
        kill(process.pid, *children(process.pid))
        process.wait(15)


def end(process: "subprocess.Popen[bytes] | None") -> None:
    """As an administrator ends it; by force when it does not."""
    if process is None or process.poll() is not None:
        return
    process.terminate()
    try:
        process.wait(15)
    except subprocess.TimeoutExpired:
        kill_tree(process)
