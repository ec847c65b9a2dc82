"""Accepting reports: a real office (gunicorn, PostgreSQL), 16 clients, one report at a time and a hundred at once.

The office's CPU stands beside an empty DRF view with a token, asked by the same clients in the same run. Reports are
assessed by the background worker: it is held while they are filed and then does all that waits, its CPU is shown apart,
and "and assessed" is the time of both.

PostgreSQL is asked for at `KK_BENCH_POSTGRES` (default the local one), and must run on this machine.
"""

import random
import shutil
import statistics
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.bench.frame import LEAST_RUNS, Figure, at_least, at_most, progress, set_up_django
from tests.bench.ingest_office import (
    CLIENTS,
    Office,
    Spent,
    assessed,
    database,
    log_of,
    people,
    spent,
    watched,
    web,
    worker,
)
from tests.bench.load import Errand, Load, run

if TYPE_CHECKING:
    from psycopg import Connection

    from tests.factories.reports import SealingPhone

PROCESSES, BATCH = 4, 100
EMPTY, SINGLE = 40, 12  # requests of each client in a run; of batches each sends one
WEB_MS, DATABASE_MS = 6.0, 3.0
FASTER, FASTER_ASSESSED = 5.0, 3.0


# --- what the clients send


def envelopes(phone: "SealingPhone", count: int) -> list[tuple[str, bytes]]:
    """Sealed reports of one phone, in order: (id, bytes). A transport with two photos declared, its load, papers and
    what the rules said on the phone."""
    import json

    from django.utils import timezone

    from tests.factories.reports import assessment, document, envelope_json, load, transport_facts

    made = []
    for _ in range(count):
        invoice = document(number=f"{random.randrange(10**8):08d}", series=f"1C26T{random.randrange(10**6):06d}")
        sealed = phone.seal(
            facts=transport_facts(loads=(load(mineral="Cát lòng sông", documents=(invoice,)),)),
            assessment=assessment("KT-07"),
            files=[random.randbytes(16), random.randbytes(16)],
            sealed_at=timezone.now(),
        )
        raw = json.dumps(envelope_json(sealed), separators=(",", ":")).encode()
        made.append((str(sealed.manifest.id), raw))
    return made


def empty(office: Office, place: int) -> Errand:
    return Errand(office.port, office.tokens[place], (("GET", "/bench/empty/", b""),) * EMPTY, 200)


def singles(office: Office, place: int) -> Errand:
    made = envelopes(office.phones[place], SINGLE)
    sent = tuple(("PUT", f"/api/v1/reports/{id_}/", raw) for id_, raw in made)
    return Errand(office.port, office.tokens[place], sent, 201)


def batch(office: Office, place: int) -> Errand:
    body = b'{"envelopes":[%s]}' % b",".join(raw for _, raw in envelopes(office.phones[place], BATCH))
    return Errand(office.port, office.tokens[place], (("POST", "/api/v1/reports/batch/", body),), 200, each=201)


# --- what is measured


@dataclass(frozen=True, slots=True)
class Sample:
    """One kind of load in one run; `reports`: how many were sent (or requests, of the empty view). `assessing`:
    seconds that the worker needed for them afterwards."""

    reports: int
    load: Load
    cpu: Spent
    assessing: float

    @property
    def rate(self) -> float:
        return self.reports / self.load.seconds

    @property
    def rate_assessed(self) -> float:
        return self.reports / (self.load.seconds + self.assessing)

    def ms(self, name: str) -> float:
        return 1000 * float(getattr(self.cpu, name)) / self.reports


def sample(office: Office, keeper: "Connection[Any]", errands: Sequence[Errand], reports: int) -> Sample:
    before = spent(office, keeper)
    try:
        load = run(errands, office.folder, processes=PROCESSES)
    except RuntimeError as error:
        raise RuntimeError(f"{error}\n{log_of(office, 'web.log')}") from error
    sent = spent(office, keeper)
    seconds = assessed(office, keeper)
    after = spent(office, keeper)
    web, rest = sent - before, after - sent
    return Sample(reports, load, Spent(web.web, web.database, rest.worker, rest.worker_database), seconds)


def one_run(office: Office, keeper: "Connection[Any]") -> dict[str, Sample]:
    places = range(CLIENTS)
    return {
        "empty": sample(office, keeper, [empty(office, place) for place in places], CLIENTS * EMPTY),
        "single": sample(office, keeper, [singles(office, place) for place in places], CLIENTS * SINGLE),
        "batch": sample(office, keeper, [batch(office, place) for place in places], CLIENTS * BATCH),
    }


def measured(office: Office) -> list[dict[str, Sample]]:
    import psycopg
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)
    people(office)
    runs = []
    with (
        psycopg.connect(office.address, autocommit=True) as keeper,
        web(office),
        worker(office),
        watched(office),
    ):
        for place in range(LEAST_RUNS + 1):
            begun = time.monotonic()
            found = one_run(office, keeper)
            if place:  # the first one warms up
                runs.append(found)
            progress(f"{place}/{LEAST_RUNS}: {'; '.join(map(said, found.values()))}; {time.monotonic() - begun:.0f} s")
    return runs


def said(one: Sample) -> str:
    waits = " ".join(f"{one.load.percentile(share):.0f}" for share in (0.5, 0.95, 0.99))
    return (
        f"{one.rate:.0f}/s, p50 p95 p99 {waits} ms, CPU web {one.ms('web'):.2f} database {one.ms('database'):.2f}"
        f" worker {one.ms('worker'):.2f}+{one.ms('worker_database'):.2f} ms"
    )


def reported(runs: Sequence[dict[str, Sample]]) -> Iterator[Figure]:
    def of(kind: str, name: str) -> list[float]:
        return [one[kind].ms(name) for one in runs]

    def over(name: str) -> list[float]:
        return [one["single"].ms(name) - one["empty"].ms(name) for one in runs]

    def waits(kind: str) -> str:
        shares = ((share, [one[kind].load.percentile(share) for one in runs]) for share in (0.5, 0.95, 0.99))
        return ", ".join(f"p{100 * share:.0f} {statistics.median(values):.0f} ms" for share, values in shares)

    for name, limit, vi, en in (("web", WEB_MS, "web", "web"), ("database", DATABASE_MS, "cơ sở dữ liệu", "database")):
        bare, whole = statistics.median(of("empty", name)), statistics.median(of("single", name))
        yield at_most(
            f"Nhận một phiếu, CPU {vi}, thêm so với view rỗng / accept one report, CPU of the {en} over an empty view",
            over(name),
            "ms",
            limit=limit,
            limit_words=f"{CLIENTS} máy khách, {waits('single')}; view rỗng {bare:.2f} ms, phiếu {whole:.2f} ms / "
            f"{CLIENTS} clients; empty view {bare:.2f} ms, report {whole:.2f} ms",
        )
    for name, limit, vi, en in (
        ("rate", FASTER, "không chấm", "without assessment"),
        ("rate_assessed", FASTER_ASSESSED, "và chấm", "and assessed"),
    ):
        rate = statistics.median(getattr(one["single"], name) for one in runs)
        worker = [statistics.median(of(kind, "worker")) for kind in ("single", "batch")]
        of_it = [statistics.median(of(kind, "worker_database")) for kind in ("single", "batch")]
        apart = f"{worker[0]:.2f} + {of_it[0]:.2f} → {worker[1]:.2f} + {of_it[1]:.2f} ms"
        yield at_least(
            f"Từng trăm phiếu, {vi}, so với từng phiếu / a hundred at once, {en}, over one at a time",
            [getattr(one["batch"], name) / getattr(one["single"], name) for one in runs],
            "×",
            limit=limit,
            limit_words=f"từng phiếu {rate:.0f} phiếu/s; CPU chấm (tiến trình + cơ sở dữ liệu) {apart} / "
            f"one at a time {rate:.0f} reports/s; CPU of the assessment (worker + database) {apart}",
        )


def figures() -> Iterator[Figure]:
    folder = Path(tempfile.mkdtemp(prefix="bench-ingest-"))
    try:
        with database() as address:
            set_up_django(folder, address)
            yield from list(reported(measured(Office(folder, address))))
    finally:
        shutil.rmtree(folder, ignore_errors=True)
