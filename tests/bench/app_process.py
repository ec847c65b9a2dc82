"""A benchmark's fresh processes: each draws without a screen, measures, and says what it found in one line of JSON."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping
from typing import Any

from tests.bench.frame import ROOT

TIMEOUT_S = 60.0


def environment() -> dict[str, str]:
    """Of this process, without its screen."""
    return {name: value for name, value in os.environ.items() if name not in ("DISPLAY", "WAYLAND_DISPLAY")}


def answer_of(module: str, *arguments: str) -> dict[str, Any]:
    """What `python -m module arguments` says last, and `begun`: s on CLOCK_MONOTONIC when it was started. RuntimeError
    when it fails or says nothing."""
    begun = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-m", module, *arguments],
        cwd=ROOT,
        env=environment(),
        capture_output=True,
        text=True,
        timeout=TIMEOUT_S,
        check=False,
    )
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join((module, *arguments))} ended with {done.returncode}: {done.stderr[-2000:]}")
    return {**last_answer(done.stdout), "begun": begun}


def last_answer(output: str) -> dict[str, Any]:
    """The last line of `output`. RuntimeError when it is no JSON object."""
    lines = output.splitlines()
    try:
        found = json.loads(lines[-1]) if lines else None
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise RuntimeError(f"no answer, but {output[-500:]!r}")
    return found


def say(found: Mapping[str, Any]) -> None:
    """In the fresh process: the answer, and its end. What Kivy would still do is not measured."""
    sys.stdout.write("\n" + json.dumps(found) + "\n")
    sys.stdout.flush()
    os._exit(0)
