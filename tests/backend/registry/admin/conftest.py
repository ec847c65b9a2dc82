"""A register with one row of everything, and browsers of everybody."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.conf import LazySettings
from django.test import Client

from backend.accounts.models import Officer
from backend.audit.models import Event
from backend.registry.models import (
    CatalogueEntry,
    Commune,
    CommuneBoundary,
    FormerCommune,
    Licence,
    Province,
    ProvinceBoundary,
)
from backend.registry.services import agencies
from backend.registry.services.catalogue import catalogue_record
from backend.registry.services.given import EquipmentGiven, HolderGiven, StockyardGiven
from backend.registry.services.hours import hours_record
from backend.registry.services.licences import licences_record
from backend.registry.services.output import output_declare
from backend.registry.services.unit_areas import unit_area_set
from backend.registry.services.vehicles import VehicleGiven, vehicles_record
from shared.rules.catalogue import rows_of
from shared.rules.terms import EquipmentKind, MineralFamily
from shared.vietnamese import name_key
from shared.workflow.states import Role
from tests.backend.conftest import PASSWORD, Cast, officer
from tests.factories.registry import given, mineral, square

NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
SYSTEM = "system"
CATALOGUE = Path(__file__).parents[4] / "backend" / "registry" / "data" / "violation_types.toml"


@pytest.fixture(autouse=True)
def _own_imports(tmp_path: Path, settings: LazySettings) -> Iterator[None]:
    """Its own folder, readings carried out at once, and a day on which licences are what the tests say."""
    settings.IMPORTS_DIR = tmp_path / "imports"
    settings.TASKS = {"default": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend"}}
    with time_machine.travel(NOW, tick=True):
        yield


Browser = Callable[..., Client]


@pytest.fixture
def browser(cast: Cast) -> Browser:
    """`browser(officer)`: signed in with a session; None: a stranger."""

    def make(who: Officer | None, language: str = "vi", **more: Any) -> Client:
        client = Client(headers={"accept-language": language}, raise_request_exception=False, **more)
        if who is not None:
            assert client.login(username=who.username, password=PASSWORD)
        return client

    return make


@pytest.fixture
def other_administrator(cast: Cast) -> Officer:
    """Of an agency that does not run this installation."""
    return officer("giang", cast.market_team, Role.ADMINISTRATOR)


@pytest.fixture
def em(cast: Cast, browser: Browser) -> Client:
    return browser(cast.em)


def person(number: str = "7/GP-UBND", name: str = "Nguyễn Văn Thử", **fields: Any) -> Licence:
    """A licence whose holder is a person with an address."""
    mineral()
    holder = HolderGiven(name, kind="person", address="Thôn Thử, xã Thử")
    (version,) = licences_record([given(number, holder=holder, **fields)], actor=SYSTEM, now=NOW, source="thử")
    return version.licence


@pytest.fixture
def register(cast: Cast) -> dict[str, Any]:
    """Model → a row of it, made by the services; a licence with two versions, machines, stockyard, declared months."""
    mineral()
    terms = given(
        equipment=(
            EquipmentGiven(EquipmentKind.WATERWAY, "HY-1234", "Tàu hút", 1),
            EquipmentGiven(EquipmentKind.MACHINE, "", "Máy xúc", 2),
        ),
        stockyards=(StockyardGiven("Bãi thử", "Xã Thử", 20.601, 106.001),),
        hours=(("05:00", "19:00"),),
        season=(("01-01", "06-30"),),
        holder=HolderGiven("Công ty Cát Sông (thử)", "0100109106", "organisation", "1 Phố Thử"),
    )
    licences_record([terms], actor=SYSTEM, now=NOW, source="thử")
    amended = replace(terms, effective_from=date(2026, 1, 1), basis="QĐ 2 (thử)", capacity=Decimal(8000))
    (version,) = licences_record([amended], actor=SYSTEM, now=NOW, source="thử")
    province = Province.objects.create(code="33", name="Hưng Yên", kind="Tỉnh", source="thử")
    commune = Commune.objects.create(
        code="12345", province_code="33", name="Thử", name_key=name_key("Thử"), kind="Xã", lat=20.65, lon=106.05
    )
    box = {"south": 20.6, "west": 106.0, "north": 20.61, "east": 106.01}
    area = {"type": "MultiPolygon", "coordinates": [square()["coordinates"]]}
    boundary = CommuneBoundary.objects.create(commune=commune, geometry=area, source="thử", imported_at=NOW, **box)
    provincial = ProvinceBoundary.objects.create(province=province, geometry=area, source="thử", imported_at=NOW, **box)
    former = FormerCommune.objects.create(
        code="09999", name="Cũ", name_key=name_key("Cũ"), province="Hưng Yên", valid_to=date(2025, 6, 30)
    )
    former.successors.add(commune)
    catalogue_record(rows_of(CATALOGUE.read_text("utf-8")), actor=SYSTEM, now=NOW, source="thử")
    common: dict[str, Any] = {"agency": cast.department, "actor": SYSTEM, "now": NOW, "source": "QĐ thử"}
    since = date(2026, 1, 1)
    (vehicle,) = vehicles_record([VehicleGiven("road", "89C-123.45")], actor=SYSTEM, now=NOW, source="thử")
    return {
        "licence": version.licence,
        "holder": version.holder,
        "mineral": mineral(),
        "vehicle": vehicle,
        "declaredoutput": output_declare(
            licence=version.licence,
            year=2026,
            month=3,
            quantity=Decimal("120.5"),
            unit="m3",
            basis="loose",
            source="bảng khai",
            actor=SYSTEM,
            now=NOW,
        ),
        "provincialhours": hours_record(
            family=MineralFamily.RIVERBED_SAND,
            hours=[["05:00", "19:00"]],
            valid_from=since,
            source="QĐ thử",
            actor=SYSTEM,
            now=NOW,
        ),
        "catalogueentry": CatalogueEntry.objects.get(code="KT-01", valid_from=date(2022, 1, 6)),
        "agencyduty": agencies.duty_record(duty="lead_minerals", valid_from=since, **common),
        "letterhead": agencies.letterhead_record(
            heading="SỞ THỬ", code="SCT", place="Hưng Yên", addressees=["UBND tỉnh"], valid_from=since, **common
        ),
        "power": agencies.power_record(
            post="Chánh Thanh tra",
            decree="36/2020/NĐ-CP",
            article="48",
            share_percent=50,
            limit_million_vnd=Decimal(125),
            valid_from=since,
            **common,
        ),
        "unitarea": unit_area_set(
            unit=cast.team, province_code="33", commune_codes=["12345"], box=None, actor=SYSTEM, now=NOW
        ),
        "province": province,
        "provinceboundary": provincial,
        "commune": commune,
        "communeboundary": boundary,
        "formercommune": former,
    }


def events(action: str | None = None) -> list[Event]:
    rows = Event.objects.order_by("index")
    return list(rows.filter(action=action) if action else rows)


def listed(model: str) -> str:
    return f"/admin/registry/{model}/"


def page_of(model: str, pk: object, end: str = "change") -> str:
    return f"/admin/registry/{model}/{pk}/{end}/"


def body_of(answer: Any) -> bytes:
    """Of a page, or of a file that is sent piece by piece, which is then closed."""
    return b"".join(answer.streaming_content) if answer.streaming else bytes(answer.content)
