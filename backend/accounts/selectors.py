"""Reading officers and devices, always through a scope."""

from collections.abc import Collection
from functools import cache
from uuid import UUID

from django.db import connection
from django.db.models import Model, Prefetch, QuerySet
from knox.settings import CONSTANTS

from backend.accounts.models import Device, DeviceOfficer, Officer, OfficerToken, Unit
from backend.accounts.scoping import Scope, roles_of, within_people
from backend.common.asking import Statement, ask_together, rows_of
from shared.problems import Problem


def officers_in(scope: Scope) -> QuerySet[Officer]:
    return Officer.objects.filter(within_people(scope, unit="unit"), is_active=True).select_related("unit__agency")


def officer_in(scope: Scope, officer_id: UUID) -> Officer:
    """Problem `not_found` outside the scope."""
    officer = officers_in(scope).filter(id=officer_id).first()
    if officer is None:
        raise Problem("not_found")
    return officer


def devices_in(scope: Scope) -> QuerySet[Device]:
    officers = DeviceOfficer.objects.select_related("officer").order_by("since", "pk")
    found = Device.objects.filter(within_people(scope, unit="unit")).select_related("unit")
    return found.prefetch_related(Prefetch("officer_rows", officers))


def device_in(scope: Scope, device_id: UUID) -> Device:
    device = devices_in(scope).filter(id=device_id).first()
    if device is None:
        raise Problem("not_found")
    return device


def device_by_key(key_id: str) -> Device | None:
    return Device.objects.filter(key_id=key_id).select_related("unit").first()


def devices_by_key(key_ids: Collection[str]) -> list[Device]:
    return list(Device.objects.filter(key_id__in=key_ids).select_related("unit"))


def officers_by_id(officer_ids: Collection[UUID]) -> list[Officer]:
    return list(Officer.objects.filter(id__in=officer_ids))


def units_that_exist(unit_ids: Collection[UUID]) -> set[UUID]:
    return set(Unit.objects.filter(id__in=unit_ids).values_list("id", flat=True))


def tokens_that_begin_like(token: str) -> list[OfficerToken]:
    """Rows whose key the token has, with officer and device; the hash is not looked at. One question, whose words are
    not composed anew: every request asks it."""
    found = []
    for values in ask_together((_tokens_statement(), [token[: CONSTANTS.TOKEN_KEY_LENGTH]]))[0]:
        of_token, of_officer = len(_names(OfficerToken)), len(_names(OfficerToken)) + len(_names(Officer))
        (row,) = rows_of(OfficerToken, _names(OfficerToken), [values[:of_token]])
        (row.user,) = rows_of(Officer, _names(Officer), [values[of_token:of_officer]])
        if row.device_id is None:
            row.device = None
        else:
            (row.device,) = rows_of(Device, _names(Device), [values[of_officer:]])
        found.append(row)
    return found


@cache
def _names(model: type[Model]) -> tuple[str, ...]:
    return tuple(field.attname for field in model._meta.concrete_fields)


@cache
def _tokens_statement() -> str:
    quote = connection.ops.quote_name
    columns = [
        f"{letter}.{quote(str(field.column))}"
        for letter, model in (("t", OfficerToken), ("o", Officer), ("d", Device))
        for field in model._meta.concrete_fields
    ]
    return (
        f"SELECT {', '.join(columns)} FROM {quote(OfficerToken._meta.db_table)} t"  # noqa: S608 - our own tables
        f" JOIN {quote(Officer._meta.db_table)} o ON o.id = t.user_id"
        f" LEFT JOIN {quote(Device._meta.db_table)} d ON d.id = t.device_id WHERE t.token_key = %s"
    )


ENROLMENT = ("id", "device_id", "officer_id", "revoked_at")


def enrolments_statement(devices: Collection[UUID], officers: Collection[UUID]) -> Statement:
    """Which of these officers were enrolled on which of these devices, and whether that was taken back: columns
    ENROLMENT of `DeviceOfficer`, to be asked together with other things."""
    there, who = (", ".join(["%s"] * len(ids)) for ids in (devices, officers))
    columns, table = ", ".join(ENROLMENT), DeviceOfficer._meta.db_table
    query = f"SELECT {columns} FROM {table} WHERE device_id IN ({there}) AND officer_id IN ({who})"  # noqa: S608 - our own
    return query, [_as_key(one, connection) for one in (*devices, *officers)]


_as_key = Device._meta.pk.get_db_prep_value


def unit_in(scope: Scope, unit_id: UUID) -> Unit:
    """A unit whose case work is in scope; Problem `not_found` otherwise."""
    unit = Unit.objects.filter(id=unit_id).first()
    if unit is None or not any(unit.path.startswith(prefix) for prefix in scope.case_work):
        raise Problem("not_found")
    return unit


def officer_json(officer: Officer) -> dict[str, object]:
    """The `officer` of the contract."""
    unit = officer.unit
    return {
        "id": str(officer.id),
        "username": officer.username,
        "name": officer.name,
        "post": officer.post,
        "unit": None if unit is None else str(unit.id),
        "agency": None if unit is None else str(unit.agency_id),
        "roles": sorted(role.value for role in roles_of(officer)),
    }
