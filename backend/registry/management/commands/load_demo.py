"""`manage.py load_demo`: the demo province, its agency with two units, a neighbouring agency, and the demo accounts."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from backend.accounts import services as accounts
from backend.accounts.models import Agency
from backend.registry import demo_province, services
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
        communes = services.communes_load(demo_province.communes(), source=demo_province.COMMUNE_SOURCE, now=now)
        licences = services.licences_load(demo_province.licences(), source=demo_province.MARK, now=now)
        department = accounts.agency_create(name="Sở Công Thương tỉnh Hưng Yên (minh họa)", hosts=True)
        office = accounts.unit_create(agency=department, name="Ban Giám đốc")
        minerals = accounts.unit_create(agency=department, name="Phòng Quản lý khoáng sản", parent=office)
        field = accounts.unit_create(agency=department, name="Tổ kiểm tra sông Hồng", parent=minerals)
        market = accounts.agency_create(name="Quản lý thị trường (minh họa)")
        other = accounts.unit_create(agency=market, name="Đội Quản lý thị trường số 1")
        units = {"office": office, "minerals": minerals, "field": field, "other": other}
        people = {}
        for username, name, post, unit, roles in PEOPLE:
            officer = accounts.officer_create(
                username=username, name=name, post=post, unit=units[unit], roles=roles, password=PASSWORD
            )
            people[username] = {"id": str(officer.id), "username": username, "password": PASSWORD}
        self.stdout.write(
            json.dumps({"communes": communes, "licences": licences, "accounts": people}, ensure_ascii=False)
        )
