"""A real office for benchmarks: gunicorn and the background worker on a PostgreSQL database of its own, and the CPU
that each of them spends, read from /proc for its processes and for the PostgreSQL backends that serve them."""

import os
import random
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from tests.bench.frame import ROOT
from tests.bench.load import children, cpu_seconds

if TYPE_CHECKING:
    from psycopg import Connection

    from tests.factories.reports import SealingPhone

CLIENTS, LICENCES = 16, 50
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
