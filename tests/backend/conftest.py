"""The cast: An inspects in the field team, Bình supervises the minerals division above it, Cường directs the
department, Dung audits, Em administers; Chi supervises a team of another agency and must see nothing."""

import itertools
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.conf import LazySettings
from django.db import connection
from django.test import TransactionTestCase
from django.utils import timezone
from pytest_django import DjangoDbBlocker
from rest_framework.test import APIClient

from backend.accounts import services as accounts
from backend.accounts.models import Agency, Device, Officer, OfficerToken, Unit
from backend.audit.triggers import triggers_drop, triggers_ensure
from backend.inspections import services as inspections
from backend.inspections.models import Report
from shared.problems import Problem
from shared.workflow.states import Role
from tests.factories.reports import SealingPhone, envelope_json

PASSWORD = "mật-khẩu-thử-2026"


@dataclass(frozen=True)
class Cast:
    department: Agency
    office: Unit
    division: Unit
    team: Unit
    market: Agency
    market_team: Unit
    an: Officer
    binh: Officer
    cuong: Officer
    dung: Officer
    em: Officer
    chi: Officer

    @property
    def by_role(self) -> dict[str, Officer]:
        return {
            "inspector": self.an,
            "supervisor": self.binh,
            "director": self.cuong,
            "auditor": self.dung,
            "administrator": self.em,
        }


_DATABASE = {"db", "transactional_db", "new_place"}


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """On PostgreSQL only what touches a database: the rest was run on SQLite and cannot come out differently."""
    if connection.vendor != "postgresql":
        return
    other = [item for item in items if not _touches_database(item)]
    config.hook.pytest_deselected(items=other)
    items[:] = [item for item in items if item not in set(other)]


def _touches_database(item: pytest.Item) -> bool:
    if Path(__file__).parent not in item.path.parents or item.get_closest_marker("django_db"):
        return True
    return not _DATABASE.isdisjoint(getattr(item, "fixturenames", ()))


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> None:
    """knox's migrations make its own token table although ours stands in for it; Django does not know of it and could
    not empty the officers that it refers to (PostgreSQL, transactional tests)."""
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS knox_authtoken")


@pytest.fixture(scope="session", autouse=True)
def _flush_past_triggers() -> Iterator[None]:
    """Transactional tests empty the database afterwards, which the audit chain's triggers refuse: they stand during
    every test and are away for that moment only."""
    flush = TransactionTestCase._fixture_teardown

    def flush_without(test: TransactionTestCase) -> None:
        triggers_drop()
        try:
            flush(test)
        finally:
            triggers_ensure()

    TransactionTestCase._fixture_teardown = flush_without  # type: ignore[method-assign]
    yield
    TransactionTestCase._fixture_teardown = flush  # type: ignore[method-assign]


@pytest.fixture(autouse=True)
def _own_files(tmp_path: Path, settings: LazySettings) -> None:
    """Every test has its own evidence and keys; passwords are hashed fast; tasks run at once."""
    settings.EVIDENCE_DIR = tmp_path / "evidence"
    settings.KEYS_DIR = tmp_path / "keys"
    settings.HEADS_DIR = tmp_path / "heads"
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


def officer(username: str, unit: Unit, *roles: Role) -> Officer:
    return accounts.officer_create(
        username=username,
        name=f"{username.title()} (thử)",
        post="",
        unit=unit,
        roles=frozenset(roles),
        password=PASSWORD,
    )


def make_cast() -> Cast:
    department = accounts.agency_create(name="Sở (thử)", hosts=True)
    office = accounts.unit_create(agency=department, name="Ban Giám đốc")
    division = accounts.unit_create(agency=department, name="Phòng khoáng sản", parent=office)
    team = accounts.unit_create(agency=department, name="Tổ kiểm tra", parent=division)
    market = accounts.agency_create(name="Quản lý thị trường (thử)")
    market_team = accounts.unit_create(agency=market, name="Đội 1")

    return Cast(
        department,
        office,
        division,
        team,
        market,
        market_team,
        an=officer("an", team, Role.INSPECTOR),
        binh=officer("binh", division, Role.SUPERVISOR),
        cuong=officer("cuong", office, Role.DIRECTOR),
        dung=officer("dung", office, Role.AUDITOR),
        em=officer("em", office, Role.ADMINISTRATOR),
        chi=officer("chi", market_team, Role.SUPERVISOR),
    )


@pytest.fixture
def cast(db: None) -> Cast:
    return make_cast()


@pytest.fixture
def as_() -> Callable[..., APIClient]:
    """`as_(officer)`: a client with a token of theirs; `as_(None)`: a stranger. `device`: the token is the phone's."""

    def client(officer: Officer | None, device: Device | None = None, **headers: str) -> APIClient:
        api = APIClient(headers=headers or None, raise_request_exception=False)
        if officer is not None:
            _, token = OfficerToken.objects.create(officer, device=device)
            api.credentials(HTTP_AUTHORIZATION=f"Token {token}")
        return api

    return client


_models = itertools.count(1)


def enrol(officer: Officer, by: Officer, phone: SealingPhone | None = None) -> tuple[SealingPhone, Device, str]:
    """Enrol an in-memory phone for `officer`: (phone, device row, token)."""
    phone = phone or SealingPhone(officer=officer.id, unit=officer.unit_id)
    code, _ = accounts.code_make(officer=officer, made_by=by, now=timezone.now())
    device, _, token = accounts.device_enrol(
        code=code,
        public_key=phone.public_key_pem,
        model=f"Máy thử {next(_models)}",
        platform="test",
        now=timezone.now() - timedelta(days=400),
    )
    phone.device = device.id
    return phone, device, token


@dataclass
class Deliverer:
    """An enrolled phone of An's and the client that delivers what it seals."""

    phone: SealingPhone
    device: Device
    api: APIClient

    def put(self, sealed: Any, **extra: Any) -> Any:
        return self.put_json(str(sealed.manifest.id), envelope_json(sealed), **extra)

    def put_json(self, report_id: str, body: Any, **extra: Any) -> Any:
        return self.api.put(f"/api/v1/reports/{report_id}/", body, format="json", **extra)

    def file(self, **seal: Any) -> UUID:
        """Seal a report as `SealingPhone.seal` is told, deliver it, and say its id."""
        sealed = self.phone.seal(**seal)
        answer = self.put(sealed)
        assert answer.status_code == 201, answer.content
        return sealed.manifest.id

    def file_accepted(self, by: Officer, **seal: Any) -> UUID:
        report_id = self.file(**seal)
        review(report_id, by)
        return report_id


def deliverer(officer: Officer, by: Officer, phone: SealingPhone | None = None) -> Deliverer:
    sealing, device, token = enrol(officer, by, phone)
    api = APIClient(raise_request_exception=False)
    api.credentials(HTTP_AUTHORIZATION=f"Token {token}")
    return Deliverer(sealing, device, api)


@pytest.fixture
def phone(cast: Cast, as_: Callable[..., APIClient]) -> Deliverer:
    return deliverer(cast.an, cast.binh)


def review(report_id: UUID, by: Officer, verdict: str = "accepted", now: datetime | None = None) -> Report:
    return inspections.report_review(
        report=Report.objects.get(id=report_id),
        by=by,
        verdict=verdict,
        note="" if verdict == "accepted" else "bổ sung số đo",
        now=now or timezone.now(),
    )


on_postgresql = pytest.mark.skipif(
    connection.vendor != "postgresql", reason="only PostgreSQL lets two connections write at the same time"
)


def at_once(*calls: Callable[[], Any]) -> list[Any]:
    """Every call in a thread and a database connection of its own, started together: what each returned, or the code
    of the Problem it raised."""
    start = threading.Barrier(len(calls))

    def run(call: Callable[[], Any]) -> Any:
        try:
            connection.ensure_connection()
            start.wait(timeout=20)
            return call()
        except Problem as problem:
            return problem.code
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))
