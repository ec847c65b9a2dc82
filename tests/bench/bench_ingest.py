"""Accepting reports: a real office (gunicorn, PostgreSQL), 16 clients, one report at a time and a hundred at once.

CPU is read from /proc for the office's processes and for the PostgreSQL backends that serve them, and stands beside an
empty DRF view with a token, asked by the same clients in the same run. The assessment is the background worker's.

PostgreSQL is asked for at `KK_BENCH_POSTGRES` (default the local one), and must run on this machine.
"""

import os
import random
import re
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from tests.bench.frame import LEAST_RUNS, ROOT, Figure, at_least, at_most, progress, set_up_django
from tests.bench.load import Errand, Load, children, cpu_seconds, run

if TYPE_CHECKING:
    from psycopg import Connection

    from tests.factories.reports import SealingPhone

CLIENTS, PROCESSES, BATCH, LICENCES = 16, 4, 100, 50
EMPTY, SINGLE = 40, 12  # requests of each client in a run; of batches each sends one
WEB_MS, DATABASE_MS = 6.0, 3.0
FASTER, FASTER_ASSESSED = 5.0, 3.0
POSTGRES = "postgres://postgres@127.0.0.1:5432/postgres"
PATIENCE_S = 120
WEB, WORKER = "bench-web", "bench-worker"  # what PostgreSQL knows their connections by
MARK = "minh họa"


@dataclass
class Office:
    """`port`: of the web server; `web`, `worker`: ids of its processes, 0 before they run. `backends`: CPU seconds of
    every PostgreSQL process that ever served it, by the program it served and its id, as last seen."""

    folder: Path
    address: str
    port: int = 0
    web: int = 0
    worker: int = 0
    tokens: list[str] = field(default_factory=list)
    phones: "list[SealingPhone]" = field(default_factory=list)
    backends: dict[tuple[str, int], float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Spent:
    """CPU seconds of the office's web processes, of their PostgreSQL backends, of the worker and of its backends."""

    web: float
    database: float
    worker: float
    worker_database: float

    def __sub__(self, other: "Spent") -> "Spent":
        return Spent(
            self.web - other.web,
            self.database - other.database,
            self.worker - other.worker,
            self.worker_database - other.worker_database,
        )


def spent(office: Office, keeper: "Connection[Any]") -> Spent:
    look(office, keeper)
    backends = {name: sum(cpu for (its, _), cpu in office.backends.items() if its == name) for name in (WEB, WORKER)}
    web = cpu_seconds([office.web, *children(office.web)])
    return Spent(web, backends[WEB], cpu_seconds([office.worker]), backends[WORKER])


def look(office: Office, keeper: "Connection[Any]") -> None:
    """A backend that ends takes its count with it, so it is looked at while it lives."""
    query = "SELECT application_name, pid FROM pg_stat_activity WHERE datname = current_database()"
    for name, pid in keeper.execute(query).fetchall():
        if name in (WEB, WORKER) and (cpu := cpu_seconds([pid])):
            office.backends[name, pid] = cpu


@contextmanager
def watched(office: Office) -> Iterator[None]:
    """Looks at the backends ten times a second."""
    import psycopg

    done = threading.Event()

    def watch() -> None:
        with psycopg.connect(office.address, autocommit=True) as keeper:
            while not done.wait(0.1):
                look(office, keeper)

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield
    finally:
        done.set()
        watcher.join()


# --- the office


@contextmanager
def database() -> Iterator[str]:
    """The address of an empty database of its own that goes when this ends. RuntimeError where there is none."""
    import psycopg

    address = os.environ.get("KK_BENCH_POSTGRES", POSTGRES)
    name = f"kk_bench_ingest_{os.getpid()}"
    try:
        keeper = psycopg.connect(address, autocommit=True, connect_timeout=3)
    except psycopg.OperationalError as error:
        raise RuntimeError(
            "Không có PostgreSQL trên máy này: hãy khởi động nó hoặc đặt KK_BENCH_POSTGRES, rồi đo lại. / "
            "There is no PostgreSQL on this machine: start it or set KK_BENCH_POSTGRES, then measure again."
        ) from error
    with keeper:
        keeper.execute(f'CREATE DATABASE "{name}"')
        try:
            yield urlsplit(address)._replace(path=f"/{name}").geturl()
        finally:
            from django.db import connections

            connections.close_all()
            keeper.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def people(office: Office) -> None:
    """A unit, an inspector, a register with the mineral that is carried, and an enrolled phone for each client."""
    from datetime import timedelta

    from django.utils import timezone

    from backend.accounts import services as accounts
    from backend.accounts.models import OfficerToken
    from shared.workflow.states import Role
    from tests.bench.bench_assess import register_filled
    from tests.factories.reports import SealingPhone

    register_filled(random.Random(2026), LICENCES)
    agency = accounts.agency_create(name=f"Sở ({MARK})", hosts=True)
    team = accounts.unit_create(agency=agency, name="Tổ kiểm tra")
    roles = frozenset({Role.INSPECTOR, Role.SUPERVISOR})
    now = timezone.now()
    for place in range(CLIENTS):
        officer = accounts.officer_create(
            username=f"an{place}", name=MARK, post="", unit=team, roles=roles, password=None
        )
        phone = SealingPhone(officer=officer.id, unit=team.id)
        code, _ = accounts.code_make(officer=officer, made_by=officer, now=now)
        device, _, token = accounts.device_enrol(
            code=code, public_key=phone.public_key_pem, model=MARK, platform="bench", now=now - timedelta(days=99)
        )
        phone.device = device.id
        office.phones.append(phone)
        office.tokens.append(str(token))
    if OfficerToken.objects.count() != CLIENTS:
        raise AssertionError("a client has no token")


def environment(office: Office, name: str) -> dict[str, str]:
    return {
        **os.environ,
        "KK_VAR": str(office.folder),
        "DATABASE_URL": office.address,
        "KK_TASKS": "django_tasks_db.DatabaseBackend",
        "KK_LOG_LEVEL": "WARNING",
        "DJANGO_SETTINGS_MODULE": "tests.bench.ingest_settings",
        "PGAPPNAME": name,
        "PYTHONUNBUFFERED": "1",
    }


@contextmanager
def web(office: Office) -> Iterator[None]:
    """gunicorn as the office runs it: its own configuration where there is one."""
    own = ROOT / "backend" / "config" / "gunicorn.py"
    how = ["--config", str(own)] if own.exists() else ["--worker-class", "gthread", "--threads", "8"]
    command = [sys.executable, "-m", "gunicorn", *how, "--workers", "2", "--bind", "127.0.0.1:0"]
    command += ["--no-control-socket", "--log-level", "info", "backend.config.wsgi:application"]
    log = office.folder / "web.log"
    with log.open("wb") as out:
        process = subprocess.Popen(command, cwd=ROOT, env=environment(office, WEB), stdout=out, stderr=out)
    try:
        deadline = time.monotonic() + PATIENCE_S
        while not (found := re.search(r"http://127\.0\.0\.1:(\d+)", log.read_text(errors="replace"))):
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(log.read_text(errors="replace"))
            time.sleep(0.05)
        office.port, office.web = int(found[1]), process.pid
        yield
    finally:
        process.terminate()
        process.wait(30)


@contextmanager
def worker(office: Office) -> Iterator[None]:
    """The office's background worker, held until `assessed` lets it go on."""
    command = [sys.executable, "backend/manage.py", "db_worker", "--interval", "0.05", "--no-startup-delay"]
    log = office.folder / "worker.log"
    with log.open("wb") as out:
        process = subprocess.Popen(command, cwd=ROOT, env=environment(office, WORKER), stdout=out, stderr=out)
    try:
        deadline = time.monotonic() + PATIENCE_S
        while "Starting worker" not in log.read_text(errors="replace"):
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(log.read_text(errors="replace"))
            time.sleep(0.05)
        office.worker = process.pid
        process.send_signal(signal.SIGSTOP)
        yield
    finally:
        process.send_signal(signal.SIGTERM)
        process.send_signal(signal.SIGCONT)
        process.wait(30)


def assessed(office: Office, keeper: "Connection[Any]") -> float:
    """Let the worker do all that waits: seconds."""
    begun = time.perf_counter()
    os.kill(office.worker, signal.SIGCONT)
    while tasks(keeper, "READY", "RUNNING"):
        if time.perf_counter() - begun > PATIENCE_S:
            raise RuntimeError(f"the worker does not keep up\n{log_of(office, 'worker.log')}")
        time.sleep(0.02)
    os.kill(office.worker, signal.SIGSTOP)
    if failed := tasks(keeper, "FAILED"):
        raise RuntimeError(f"{failed} tasks failed")
    return time.perf_counter() - begun


def tasks(keeper: "Connection[Any]", *states: str) -> int:
    from django_tasks_db.models import DBTaskResult

    query = f"SELECT count(*) FROM {DBTaskResult._meta.db_table} WHERE status = ANY(%s)"  # noqa: S608 - a table's name
    return int(keeper.execute(query, [list(states)]).fetchall()[0][0])


def log_of(office: Office, name: str) -> str:
    """The end of what a process of the office had to say."""
    return (office.folder / name).read_text(errors="replace")[-2000:]


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
