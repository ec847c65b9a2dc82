"""`manage.py load_demo`: the demo province, its agency with two units, a neighbouring agency, and the demo accounts."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from backend.accounts import services as accounts
from backend.accounts.models import Agency, Unit
from backend.audit import services as audit
from backend.registry import demo_province
from backend.registry.services import defaults
from backend.registry.services.licences import licences_record
from backend.registry.services.minerals import minerals_record
from backend.registry.services.output import outputs_record
from backend.registry.services.places import communes_record
from backend.registry.services.unit_areas import unit_area_set
from shared.clock import VIETNAM
from shared.workflow.states import Role

# Passwords of a demonstration on 127.0.0.1, printed on its screen; `load_demo` refuses a database with people in it.
PASSWORD = "minh-hoa-2026"  # noqa: S105

PEOPLE = (
    ("inspector", "Kiểm tra viên 1 (minh họa)", "Chuyên viên", "field", frozenset({Role.INSPECTOR})),
    ("inspector2", "Kiểm tra viên 2 (minh họa)", "Chuyên viên", "field", frozenset({Role.INSPECTOR})),
    ("supervisor", "Phụ trách (minh họa)", "Trưởng phòng", "minerals", frozenset({Role.SUPERVISOR})),
    ("director", "Giám đốc (minh họa)", "Giám đốc", "office", frozenset({Role.DIRECTOR})),
    ("auditor", "Kiểm soát (minh họa)", "Kiểm soát viên", "office", frozenset({Role.AUDITOR})),
    ("administrator", "Quản trị (minh họa)", "Quản trị hệ thống", "office", frozenset({Role.ADMINISTRATOR})),
    ("stranger", "Phụ trách cơ quan khác (minh họa)", "Đội trưởng", "other", frozenset({Role.SUPERVISOR})),
)


class Command(BaseCommand):
    help = "Nạp tỉnh minh họa / loads the demo province; the last line is JSON with the accounts"

    def handle(self, *args: Any, **options: Any) -> None:
        if Agency.objects.exists():
            raise CommandError(
                "Cơ sở dữ liệu đã có dữ liệu; dùng KK_VAR khác / this database is in use; choose another KK_VAR",
                returncode=2,
            )
        now = timezone.now()
        units = _units()
        told = {**_registry(units, now), "accounts": _people(units)}
        self.stdout.write(json.dumps(told, ensure_ascii=False))


@dataclass(frozen=True)
class Units:
    department: Agency
    market: Agency
    office: Unit
    minerals: Unit
    field: Unit
    other: Unit


def _units() -> Units:
    department = accounts.agency_create(name="Sở Công Thương tỉnh Hưng Yên (minh họa)", hosts=True)
    office = accounts.unit_create(agency=department, name="Ban Giám đốc")
    minerals = accounts.unit_create(agency=department, name="Phòng Quản lý khoáng sản", parent=office)
    field = accounts.unit_create(agency=department, name="Tổ kiểm tra sông Hồng", parent=minerals)
    market = accounts.agency_create(name="Quản lý thị trường (minh họa)")
    other = accounts.unit_create(agency=market, name="Đội Quản lý thị trường số 1")
    return Units(department, market, office, minerals, field, other)


def _registry(units: Units, now: datetime) -> dict[str, int]:
    """How many of what."""
    by: dict[str, Any] = {"actor": audit.SYSTEM, "now": now}
    communes = communes_record(demo_province.communes(), source=demo_province.COMMUNE_SOURCE, **by)
    catalogue = defaults.catalogue_load(**by)
    defaults.hours_load(**by)
    agencies = {"industry_trade_department": units.department, "market_surveillance": units.market}
    duties = defaults.registry_defaults(province="tỉnh Hưng Yên", place="Hưng Yên", agencies=agencies, **by)
    minerals_record(demo_province.MINERALS, source=demo_province.MARK, **by)
    given = list(demo_province.licences())
    made = licences_record(given, source=demo_province.MARK, **by)
    capacities = {
        one.number: (version.licence_id, one.capacity)
        for one, version in zip(given, made, strict=True)
        if one.capacity is not None
    }
    today = now.astimezone(VIETNAM).date()
    outputs = outputs_record(demo_province.declared(capacities, today), source=demo_province.MARK, **by)
    # The department works in the whole province, the river team along the river, the others where they say.
    for unit, box in ((units.office, None), (units.field, demo_province.river_box()), (units.other, None)):
        unit_area_set(unit=unit, province_code=demo_province.PROVINCE_CODE, commune_codes=(), box=box, **by)
    return {
        "communes": communes,
        "licences": len(made),
        "violation_types": len(catalogue.added),
        "duties": duties,
        "declared": len(outputs),
    }


def _people(units: Units) -> dict[str, dict[str, str]]:
    people = {}
    for username, name, post, unit, roles in PEOPLE:
        officer = accounts.officer_create(
            username=username, name=name, post=post, unit=getattr(units, unit), roles=roles, password=PASSWORD
        )
        people[username] = {"id": str(officer.id), "username": username, "password": PASSWORD}
    return people
