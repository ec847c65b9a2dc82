"""Evidence of 150 kB: a real office (gunicorn, PostgreSQL), 16 clients, each file in one request by tus' creation with
upload; beside a bare DRF view that streams the same bytes to the disk and syncs them, for the same clients in the same
run. It asks for a token as its library does; a second one as the office does, which is a third of such a request
cheaper.

PostgreSQL is asked for at `KK_BENCH_POSTGRES` (default the local one), and must run on this machine.
"""

import json
import os
import random
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from base64 import b64encode
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tests.bench.bench_ingest import Office, database, people
from tests.bench.frame import LEAST_RUNS, ROOT, Figure, at_least, progress, set_up_django
from tests.bench.load import Errand, Load, children, cpu_seconds, run

if TYPE_CHECKING:
    from shared.wire.v1.messages import EvidenceEntry
    from tests.factories.reports import SealingPhone

CLIENTS, PROCESSES, FILES, SIZE = 16, 2, 30, 150_000
RUNS = LEAST_RUNS + 4
SHARE = 0.70
SHARE_OF_LEAN = 0.40  # a limit of our own
PATIENCE_S = 60
STREAM = "application/offset+octet-stream"


@dataclass(frozen=True, slots=True)
class Sample:
    load: Load
    cpu_s: float

    @property
    def rate(self) -> float:
        return CLIENTS * FILES / self.load.seconds

    @property
    def words(self) -> str:
        waits = " ".join(f"{self.load.percentile(share):.0f}" for share in (0.5, 0.95, 0.99))
        cpu = 1000 * self.cpu_s / (CLIENTS * FILES)
        return f"{self.rate:.0f}/s, p50 p95 p99 {waits} ms, web CPU {cpu:.2f} ms"


@contextmanager
def web(office: Office) -> Iterator[tuple[int, int]]:
    """The office's own gunicorn: its port and process."""
    environment = {
        **os.environ,
        "KK_VAR": str(office.folder),
        "DATABASE_URL": office.address,
        "KK_LOG_LEVEL": "WARNING",
        "DJANGO_SETTINGS_MODULE": "tests.bench.upload_settings",
        "KK_BIND": "127.0.0.1:0",
    }
    command = [sys.executable, "-m", "gunicorn", "-c", "python:backend.config.gunicorn", "backend.config.wsgi"]
    log = office.folder / "upload-web.log"
    with log.open("wb") as out:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=out, stderr=out)
    try:
        deadline = time.monotonic() + PATIENCE_S
        while not (found := re.search(r"http://127\.0\.0\.1:(\d+)", log.read_text(errors="replace"))):
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(log.read_text(errors="replace"))
            time.sleep(0.05)
        yield int(found[1]), process.pid
    finally:
        process.terminate()
        process.wait(30)


def filed(phone: "SealingPhone", contents: Sequence[bytes]) -> tuple[str, "tuple[EvidenceEntry, ...]"]:
    """A report that declares these files, filed: (id, its entries)."""
    from django.utils import timezone

    from backend.sync.filing import Delivery
    from backend.sync.services import envelope_receive
    from tests.factories.reports import envelope_json

    now = timezone.now()
    sealed = phone.seal(files=contents, sealed_at=now)
    value = envelope_json(sealed)
    envelope_receive(
        value=value, raw=json.dumps(value).encode(), report_id=None, delivery=Delivery(None, None), now=now
    )
    return str(sealed.manifest.id), sealed.manifest.evidence


def creation(report: str, entry: "EvidenceEntry") -> dict[str, str]:
    words = {"report": report, "evidence": str(entry.id), "sha256": entry.sha256}
    return {
        "Tus-Resumable": "1.0.0",
        "Content-Type": STREAM,
        "Upload-Length": str(entry.bytes),
        "Upload-Metadata": ",".join(f"{name} {b64encode(word.encode()).decode()}" for name, word in words.items()),
    }


def sample(errands: Sequence[Errand], folder: Path, pid: int) -> Sample:
    before = cpu_seconds([pid, *children(pid)])
    load = run(errands, folder, processes=PROCESSES)
    return Sample(load, cpu_seconds([pid, *children(pid)]) - before)


def one_run(office: Office, port: int, pid: int, place: int) -> dict[str, Sample]:
    """The same bytes all three ways; which way goes first changes, so that none has the emptier disk cache."""
    ways: dict[str, list[Errand]] = {"bare": [], "lean": [], "ours": []}
    for phone, token in zip(office.phones, office.tokens, strict=True):
        contents = [random.randbytes(SIZE) for _ in range(FILES)]
        report, entries = filed(phone, contents)
        sent = tuple(("POST", "/api/v1/uploads/", content) for content in contents)
        headers = tuple(creation(report, entry) for entry in entries)
        ways["ours"].append(Errand(port, token, sent, 201, headers=headers))
        for name in ("bare", "lean"):
            plain = tuple(("POST", f"/bench/{name}/", content) for content in contents)
            ways[name].append(Errand(port, token, plain, 201, headers=({"Content-Type": STREAM},) * FILES))
    order = [*ways][place % 3 :] + [*ways][: place % 3]
    found = {}
    for name in order:
        os.sync()
        found[name] = sample(ways[name], office.folder, pid)
    return found


def measured(office: Office) -> list[dict[str, Sample]]:
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)
    people(office)
    runs = []
    with web(office) as (port, pid):
        for place in range(RUNS + 1):
            found = one_run(office, port, pid, place)
            if place:  # the first one warms up
                runs.append(found)
            progress(f"{place}/{RUNS}: " + "; ".join(f"{name} {one.words}" for name, one in sorted(found.items())))
    confirm_all()
    return runs


def confirm_all() -> None:
    """What was measured was the whole way: every file that was sent is confirmed."""
    from backend.inspections.models import Evidence

    total = Evidence.objects.count()
    confirmed = Evidence.objects.filter(state="confirmed").count()
    if total != confirmed or total != CLIENTS * FILES * (RUNS + 1):
        raise RuntimeError(f"{confirmed} of {total} files are confirmed")


def reported(runs: Sequence[dict[str, Sample]]) -> Iterator[Figure]:
    def middle(name: str) -> Sample:
        return sorted((one[name] for one in runs), key=lambda one: one.rate)[len(runs) // 2]

    for name, limit, vietnamese, english in (
        ("bare", SHARE, "view trần", "a bare view"),
        (
            "lean",
            SHARE_OF_LEAN,
            "view trần tra mã như văn phòng",
            "a bare view that looks tokens up as the office does",
        ),
    ):
        cpu = statistics.median(one["ours"].cpu_s - one[name].cpu_s for one in runs) / (CLIENTS * FILES) * 1000
        yield at_least(
            f"Nhận tệp 150 kB trong một yêu cầu, so với {vietnamese} / "
            f"take 150 kB files in one request, over {english}",
            [one["ours"].rate / one[name].rate for one in runs],
            "×",
            limit=limit,
            limit_words=f"{CLIENTS} máy khách; view {middle(name).words}; ở đây {middle('ours').words}, "
            f"CPU thêm {cpu:.2f} ms / "
            f"{CLIENTS} clients; the view {middle(name).words}; ours {middle('ours').words}, {cpu:.2f} ms CPU more",
        )


def figures() -> Iterator[Figure]:
    folder = Path(tempfile.mkdtemp(prefix="bench-upload-"))
    try:
        with database() as address:
            set_up_django(folder, address)
            yield from list(reported(measured(Office(folder, address))))
    finally:
        shutil.rmtree(folder, ignore_errors=True)
