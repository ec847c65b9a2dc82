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
import time
from collections.abc import Callable, Iterator, Sequence
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
EMPTY, SINGLE, SINGLE_ASSESSED, BATCHES_ASSESSED = 40, 15, 10, 1  # requests of each client in a run
WEB_MS, DATABASE_MS = 6.0, 3.0
FASTER, FASTER_ASSESSED = 5.0, 3.0
POSTGRES = "postgres://postgres@127.0.0.1:5432/postgres"
PATIENCE_S = 120
WEB, WORKER = "bench-web", "bench-worker"  # what PostgreSQL knows their connections by
MARK = "minh họa"


@dataclass
class Office:
    """`port`: of the web server. `keeper`: a connection to the database that is no part of what is measured."""

    folder: Path
    address: str
    keeper: "Connection[Any]"
    port: int = 0
    web: int = 0
    worker: int = 0
    tokens: list[str] = field(default_factory=list)
    phones: "list[SealingPhone]" = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Spent:
    """CPU seconds of the office's web processes, of their PostgreSQL backends, of the worker and of its backend."""

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


def spent(office: Office) -> Spent:
    rows = office.keeper.execute(
        "SELECT application_name, pid FROM pg_stat_activity WHERE datname = current_database()"
    ).fetchall()
    backends = {name: [pid for its, pid in rows if its == name] for name in (WEB, WORKER)}
    return Spent(
        cpu_seconds([office.web, *children(office.web)]),
        cpu_seconds(backends[WEB]),
        cpu_seconds([office.worker]) if office.worker else 0.0,
        cpu_seconds(backends[WORKER]),
    )


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
    """The office's background worker; ends when its queue is looked at no more."""
    command = [sys.executable, "backend/manage.py", "db_worker", "--interval", "0.05", "--no-startup-delay"]
    log = office.folder / "worker.log"
    with log.open("ab") as out:
        process = subprocess.Popen(command, cwd=ROOT, env=environment(office, WORKER), stdout=out, stderr=out)
    try:
        deadline = time.monotonic() + PATIENCE_S
        while not office.keeper.execute(
            "SELECT 1 FROM pg_stat_activity WHERE application_name = %s", [WORKER]
        ).fetchone():
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(log.read_text(errors="replace"))
            time.sleep(0.05)
        office.worker = process.pid
        yield
    finally:
        office.worker = 0
        process.send_signal(signal.SIGTERM)
        process.wait(30)


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


def singles(office: Office, place: int, count: int) -> Errand:
    made = envelopes(office.phones[place], count)
    sent = tuple(("PUT", f"/api/v1/reports/{id_}/", raw) for id_, raw in made)
    return Errand(office.port, office.tokens[place], sent, 201)


def batches(office: Office, place: int, count: int) -> Errand:
    made = (envelopes(office.phones[place], BATCH) for _ in range(count))
    bodies = (b'{"envelopes":[%s]}' % b",".join(raw for _, raw in each) for each in made)
    sent = tuple(("POST", "/api/v1/reports/batch/", body) for body in bodies)
    return Errand(office.port, office.tokens[place], sent, 200, each=201)


# --- what is measured


@dataclass(frozen=True, slots=True)
class Sample:
    """One kind of load in one run; `reports`: how many were sent (or requests, of the empty view). `seconds`: from the
    first request to the last answer, or to the last assessment where a worker is at it."""

    reports: int
    load: Load
    seconds: float
    cpu: Spent

    @property
    def rate(self) -> float:
        return self.reports / self.seconds

    def ms(self, name: str) -> float:
        return 1000 * float(getattr(self.cpu, name)) / self.reports


def sample(office: Office, errands: Sequence[Errand], reports: int, *, assessed: bool = False) -> Sample:
    before, begun = spent(office), time.perf_counter()
    try:
        load = run(errands, office.folder, processes=PROCESSES)
    except RuntimeError as error:
        raise RuntimeError(f"{error}\n{_log(office)}") from error
    seconds = load.seconds
    if assessed:
        sent = time.perf_counter()
        _drained(office)
        seconds += time.perf_counter() - sent
    return Sample(reports, load, seconds, spent(office) - before)


def _log(office: Office) -> str:
    """The end of what the web server had to say."""
    return (office.folder / "web.log").read_text(errors="replace")[-2000:]


def _drained(office: Office) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while _tasks(office, "READY", "RUNNING"):
        if time.monotonic() > deadline:
            log = (office.folder / "worker.log").read_text(errors="replace")
            raise RuntimeError(f"the worker does not keep up\n{log[-2000:]}")
        time.sleep(0.02)
    if failed := _tasks(office, "FAILED"):
        raise RuntimeError(f"{failed} tasks failed")


def _tasks(office: Office, *states: str) -> int:
    query = f"SELECT count(*) FROM {_task_table()} WHERE status = ANY(%s)"  # noqa: S608 - the name of a table
    rows = office.keeper.execute(query, [list(states)]).fetchall()
    return int(rows[0][0])


def _task_table() -> str:
    from django_tasks_db.models import DBTaskResult

    return DBTaskResult._meta.db_table


def one_run(office: Office) -> dict[str, Sample]:
    def of_all(make: Callable[[int], Errand]) -> list[Errand]:
        return [make(place) for place in range(CLIENTS)]

    found = {}
    found["empty"] = sample(office, of_all(lambda place: empty(office, place)), CLIENTS * EMPTY)
    found["single"] = sample(office, of_all(lambda place: singles(office, place, SINGLE)), CLIENTS * SINGLE)
    found["batch"] = sample(office, of_all(lambda place: batches(office, place, 1)), CLIENTS * BATCH)
    office.keeper.execute(f"TRUNCATE {_task_table()}")  # these are not assessed here
    alone = of_all(lambda place: singles(office, place, SINGLE_ASSESSED))
    many = of_all(lambda place: batches(office, place, BATCHES_ASSESSED))
    with worker(office):
        found["single assessed"] = sample(office, alone, CLIENTS * SINGLE_ASSESSED, assessed=True)
        found["batch assessed"] = sample(office, many, CLIENTS * BATCH * BATCHES_ASSESSED, assessed=True)
    return found


def measured(office: Office) -> list[dict[str, Sample]]:
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)
    people(office)
    runs = []
    with web(office):
        for place in range(LEAST_RUNS + 1):
            begun = time.monotonic()
            found = one_run(office)
            if place:  # the first one warms up
                runs.append(found)
            says = ", ".join(
                f"{name} {one.rate:.0f}/s {one.ms('web'):.2f}+{one.ms('database'):.2f} ms"
                f" (worker {one.ms('worker'):.2f}+{one.ms('worker_database'):.2f})"
                for name, one in found.items()
            )
            progress(f"{place}/{LEAST_RUNS}: {says}; {time.monotonic() - begun:.0f} s")
    return runs


def reported(runs: Sequence[dict[str, Sample]]) -> Iterator[Figure]:
    def of(kind: str, name: str) -> list[float]:
        return [one[kind].ms(name) for one in runs]

    def over(name: str) -> list[float]:
        return [one["single"].ms(name) - one["empty"].ms(name) for one in runs]

    for name, limit, vi, en in (("web", WEB_MS, "web", "web"), ("database", DATABASE_MS, "cơ sở dữ liệu", "database")):
        bare, whole = statistics.median(of("empty", name)), statistics.median(of("single", name))
        yield at_most(
            f"Nhận một phiếu, CPU {vi}, thêm so với view rỗng / accept one report, CPU of the {en} over an empty view",
            over(name),
            "ms",
            limit=limit,
            limit_words=f"{CLIENTS} máy khách; view rỗng {bare:.2f} ms, phiếu {whole:.2f} ms / "
            f"{CLIENTS} clients; empty view {bare:.2f} ms, report {whole:.2f} ms",
        )
    for kind, single, limit, vi, en in (
        ("batch", "single", FASTER, "không chấm", "without assessment"),
        ("batch assessed", "single assessed", FASTER_ASSESSED, "đến khi chấm xong", "until assessed"),
    ):
        rate = statistics.median(one[single].rate for one in runs)
        yield at_least(
            f"Từng trăm phiếu, {vi}, so với từng phiếu / a hundred at once, {en}, over one at a time",
            [one[kind].rate / one[single].rate for one in runs],
            "×",
            limit=limit,
            limit_words=f"từng phiếu {rate:.0f} phiếu/s / one at a time {rate:.0f} reports/s",
        )


def figures() -> Iterator[Figure]:
    import psycopg

    folder = Path(tempfile.mkdtemp(prefix="bench-ingest-"))
    try:
        with database() as address:
            set_up_django(folder, address)
            with psycopg.connect(address, autocommit=True) as keeper:
                yield from list(reported(measured(Office(folder, address, keeper))))
    finally:
        shutil.rmtree(folder, ignore_errors=True)
