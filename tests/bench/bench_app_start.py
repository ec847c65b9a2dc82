"""The field app against a bare Kivy window with one label: process start to the first frame, and memory then."""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from shared.wire.v1.records import Kind
from tests.bench.bench_save import phone_in
from tests.bench.frame import ROOT, Figure, at_most, progress, results_folder
from tests.factories import reports as make

RUNS = 9
TIMES, MORE_MB = 1.6, 40.0
USABLE_TIMES = 3.5  # no figure of the design: what was reached, so that it does not grow unseen
REPORTS, DRAFTS = 30, 3


@dataclass(frozen=True, slots=True)
class Start:
    """s of the wall clock, s on a processor, MB, all at the first frame."""

    wall: float
    cpu: float
    memory: float


def start(kind: str, folder: Path) -> Start:
    """RuntimeError when the child drew nothing."""
    environment = {name: value for name, value in os.environ.items() if name not in ("DISPLAY", "WAYLAND_DISPLAY")}
    command = [sys.executable, "-m", "tests.bench.app_child", kind, str(folder)]
    begun = time.monotonic()
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60, check=False)
    if done.returncode != 0 or not done.stdout.strip():
        raise RuntimeError(f"{kind} drew nothing: {done.stderr[-500:]}")
    said = json.loads(done.stdout.splitlines()[-1])
    return Start(said["at"] - begun, said["cpu"], said["memory"] / 1e6)


def furnish(folder: Path) -> None:
    """A phone in the middle of its work."""
    with phone_in(folder) as phone:
        for _ in range(REPORTS):
            draft = phone.recording.start(Kind.TRANSPORT)
            phone.recording.save(draft.id, facts=make.transport_facts())
            phone.sealing.seal(draft.id)
        for _ in range(DRAFTS):
            draft = phone.recording.start(Kind.TRANSPORT)
            phone.recording.save(draft.id, facts=make.transport_facts())


def figures() -> Iterator[Figure]:
    var = results_folder()
    var.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=var) as made:
        home, empty = Path(made) / "phone", Path(made) / "bare"
        furnish(home)
        ours: list[Start] = []
        usable: list[Start] = []
        bare: list[Start] = []
        for run in range(RUNS + 1):
            progress(f"mở ứng dụng và cửa sổ trống {run}/{RUNS} / starting the app and a bare window")
            found = start("bare", empty), start("app", home), start("screen", home)
            if run:  # the first one writes what Python compiles, and fills the system's cache
                for kept, one in zip((bare, ours, usable), found, strict=True):
                    kept.append(one)
    yield from _times("khung hình đầu", "its first frame", ours, bare, TIMES)
    yield from _times("màn hình đầu dùng được", "its first screen that can be used", usable, bare, USABLE_TIMES)
    yield at_most(
        "Bộ nhớ ở màn hình đầu, phần nhiều hơn cửa sổ trống / memory at the first screen, beyond a bare window",
        [a.memory - b.memory for a, b in zip(usable, bare, strict=True)],
        "MB",
        limit=MORE_MB,
        limit_words=f"{MORE_MB:.0f} MB hơn cửa sổ trống ({median(one.memory for one in bare):.3g} MB), cùng lượt / "
        f"{MORE_MB:.0f} MB more than the bare window ({median(one.memory for one in bare):.3g} MB), same run",
    )


def _times(vi: str, en: str, ours: list[Start], bare: list[Start], limit: float) -> Iterator[Figure]:
    for vi_clock, en_clock, mine, theirs in (
        ("đồng hồ", "wall clock", [one.wall for one in ours], [one.wall for one in bare]),
        ("bộ xử lý", "processor", [one.cpu for one in ours], [one.cpu for one in bare]),
    ):
        yield at_most(
            f"Mở ứng dụng đến {vi}, {vi_clock} / start of the app to {en}, {en_clock}",
            [a / b for a, b in zip(mine, theirs, strict=True)],
            "×",
            limit=limit,
            limit_words=f"{limit:g} lần cửa sổ Kivy trống có một nhãn, cùng lượt"
            f" ({median(mine):.3g} s so với {median(theirs):.3g} s) / "
            f"{limit:g} times a bare Kivy window with one label, same run"
            f" ({median(mine):.3g} s beside {median(theirs):.3g} s)",
        )
