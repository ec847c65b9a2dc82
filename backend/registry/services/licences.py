"""Writes to the licence register: a licence, an amendment or a correction is a new version, never a change of one."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db import transaction
from shapely import get_parts, union_all
from shapely.geometry import MultiPolygon, Polygon, mapping, shape

from backend.audit import services as audit
from backend.audit.actions import Action
from backend.registry.models import (
    Holder,
    Licence,
    LicenceArea,
    LicenceVersion,
    LicensedEquipment,
    LicensedMineral,
    Mineral,
    Stockyard,
    Vehicle,
)
from backend.registry.mutators import BATCH, PhoneRow, publish
from backend.registry.selectors.licences import licence_box, licence_row, with_terms
from backend.registry.selectors.vehicles import vehicle_row, vehicles_named
from backend.registry.services.given import HolderGiven, LicenceGiven, check, tax_code_checked
from backend.registry.services.ledger import years_of, years_refresh
from shared.clock import VIETNAM
from shared.problems import FieldError, Problem
from shared.rules.terms import EquipmentKind
from shared.vietnamese import mark_key, name_key


def licences_record(
    given: Iterable[LicenceGiven], *, actor: str, now: datetime, source: str, subject: str = "registry:licences"
) -> list[LicenceVersion]:
    """Record versions, in one transaction with one audit event; those that differ from the last recorded version of
    their licence. Problem `request_invalid` names row and field, and then nothing is written.

    `actor`: an officer's id or audit.SYSTEM. Reads and writes in batches of 500, whatever their number.
    """
    made = _record(given, actor=actor, now=now, source=source, subject=subject)
    found = LicenceVersion.objects.select_related("licence", "holder").in_bulk([one.pk for one in made])
    return [found[one.pk] for one in made]


def licences_write(
    given: Iterable[LicenceGiven], *, actor: str, now: datetime, source: str, subject: str = "registry:licences"
) -> int:
    """As `licences_record`, for registers of any size: memory stays flat. How many versions that made."""
    return len(_record(given, actor=actor, now=now, source=source, subject=subject))


class _Made(NamedTuple):
    """All that is kept of a version while others are recorded: a register has thousands, with their areas."""

    pk: int
    licence_id: UUID
    version: int


def _record(given: Iterable[LicenceGiven], *, actor: str, now: datetime, source: str, subject: str) -> list[_Made]:
    made: list[_Made] = []
    with transaction.atomic():
        for batch in _batches(given):
            made += [_Made(v.pk, v.licence_id, v.version) for v in _record_batch(batch, now)]
        event = audit.record(
            Action.LICENCES_RECORDED,
            subject=subject,
            actor=actor,
            at=now,
            source=source,
            versions=len(made),
            licences=[f"{one.licence_id}:{one.version}" for one in made[:BATCH]],
        )
        for i in range(0, len(made), BATCH):
            LicenceVersion.objects.filter(id__in=[one.pk for one in made[i : i + BATCH]]).update(number=event.index)
        licences_publish([one.licence_id for one in made], number=event.index, now=now)
    return made


def licences_publish(ids: Sequence[UUID], *, number: int, now: datetime) -> int:
    """Bring what phones have of these licences, and of the vehicles they name, up to date; how many rows changed."""
    today = now.astimezone(VIETNAM).date()
    changed = 0
    for i in range(0, len(ids), BATCH):
        rows = [
            PhoneRow(str(licence.id), licence_row(licence, today=today), licence_box(licence))
            for licence in with_terms().filter(id__in=ids[i : i + BATCH])
        ]
        changed += publish("licences", rows, number=number)
        named = vehicles_named(ids[i : i + BATCH])
        vehicles = [PhoneRow(str(vehicle.id), vehicle_row(vehicle), box) for vehicle, box in named]
        changed += publish("vehicles", vehicles, number=number)
    return changed


def _batches(given: Iterable[LicenceGiven]) -> Iterator[list[LicenceGiven]]:
    batch: list[LicenceGiven] = []
    for one in given:
        batch.append(one)
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def _record_batch(batch: Sequence[LicenceGiven], now: datetime) -> list[LicenceVersion]:
    for i, given in enumerate(batch):
        try:
            check(given)
        except Problem as problem:
            errors = tuple(FieldError(f"[{i}].{e.path}", e.code, e.values) for e in problem.errors)
            raise Problem("request_invalid", errors=errors) from problem
    _check_minerals(batch)
    licences = _licences(batch)
    holders = _holders([given.holder for given in batch])
    last = _last_versions(licences)
    made: list[tuple[LicenceVersion, LicenceGiven]] = []
    for given in batch:
        licence, digest = licences[given.number], given.digest()
        count, before = last[licence.id]
        if before == digest:
            continue
        last[licence.id] = (count + 1, digest)
        holder = holders[_holder_key(given.holder)]
        made.append((_version(licence, count + 1, given, holder, digest, now), given))
    LicenceVersion.objects.bulk_create([version for version, _ in made])
    _write_parts(made)
    # A capacity in another unit counts the year in another unit.
    years_refresh(years_of({version.licence_id for version, _ in made}), now=now)
    return [version for version, _ in made]


def _check_minerals(batch: Sequence[LicenceGiven]) -> None:
    wanted = {code for given in batch for code in given.minerals}
    known = set(Mineral.objects.filter(code__in=wanted).values_list("code", flat=True))
    if wanted - known:
        errors = tuple(FieldError("minerals", "unknown_mineral", {"code": code}) for code in sorted(wanted - known))
        raise Problem("request_invalid", errors=errors)


def _licences(batch: Sequence[LicenceGiven]) -> dict[str, Licence]:
    """By number; those that are new are made. The rows stay locked, so that two who amend one licence take turns.
    NO KEY: see `ledger.licences_lock`."""
    marks = {given.number: given.illustration for given in batch}
    Licence.objects.bulk_create(
        [Licence(number=number, illustration=mark) for number, mark in marks.items()], ignore_conflicts=True
    )
    return {row.number: row for row in Licence.objects.select_for_update(no_key=True).filter(number__in=marks)}


def _holder_key(holder: HolderGiven) -> tuple[str, str]:
    """Tax code and name: a firm that changed its name is another row, so that older versions keep the name they had."""
    return tax_code_checked(holder.tax_code), name_key(holder.name)


def _holders(given: Sequence[HolderGiven]) -> dict[tuple[str, str], Holder]:
    """By key; those that are new are made. Who is there stays as it is: an address is corrected by its own service."""
    wanted = {_holder_key(holder): holder for holder in given}
    rows = Holder.objects.filter(name_key__in={name for _, name in wanted}).order_by("id")
    known = {(row.tax_code, row.name_key): row for row in rows}
    fresh = [
        Holder(
            name=holder.name.strip(),
            name_key=key[1],
            tax_code=key[0],
            kind=holder.kind,
            address=holder.address,
        )
        for key, holder in wanted.items()
        if key not in known
    ]
    Holder.objects.bulk_create(fresh)
    return known | {(row.tax_code, row.name_key): row for row in fresh}


def _last_versions(licences: dict[str, Licence]) -> dict[UUID, tuple[int, str]]:
    """licence → (last version, its digest); (0, "") for a new one."""
    last: dict[UUID, tuple[int, str]] = defaultdict(lambda: (0, ""))
    rows = LicenceVersion.objects.filter(licence__in=licences.values()).order_by("version")
    for licence, version, digest in rows.values_list("licence_id", "version", "digest"):
        last[licence] = (version, digest)
    return last


def _version(
    licence: Licence, version: int, given: LicenceGiven, holder: Holder, digest: str, now: datetime
) -> LicenceVersion:
    area = combined_area([area.geometry for area in given.areas])
    south = west = north = east = None
    if area is not None:
        west, south, east, north = shape(area).bounds
    return LicenceVersion(
        licence=licence,
        version=version,
        effective_from=given.effective_from,
        basis=given.basis,
        holder=holder,
        issuer=given.issuer,
        issuer_level=given.issuer_level.value if given.issuer_level else "",
        issued_on=given.issued_on,
        group=given.group.value if given.group else "",
        purpose=given.purpose,
        depth_limit_m=given.depth_limit_m,
        depth_datum=given.depth_datum.value,
        capacity=given.capacity,
        capacity_unit=given.capacity_unit,
        capacity_basis=given.capacity_basis,
        hours=[list(window) for window in given.hours],
        season=[list(days) for days in given.season],
        explosives=given.explosives,
        valid_from=given.valid_from,
        valid_to=given.valid_to,
        area=area,
        south=south,
        west=west,
        north=north,
        east=east,
        digest=digest,
        recorded_at=now,
    )


def combined_area(geometries: Sequence[dict[str, Any]]) -> dict[str, Any] | None:
    """One MultiPolygon of them all, so that where two areas touch there is no boundary to be near to."""
    if not geometries:
        return None
    joined = shape(geometries[0]) if len(geometries) == 1 else union_all([shape(geometry) for geometry in geometries])
    parts = [part for part in get_parts(joined) if isinstance(part, Polygon)]
    found: dict[str, Any] = mapping(MultiPolygon(parts))
    return {"type": "MultiPolygon", "coordinates": _lists(found["coordinates"])}


def _lists(value: Any) -> Any:
    return [_lists(item) for item in value] if isinstance(value, (list, tuple)) else value


def _write_parts(made: Sequence[tuple[LicenceVersion, LicenceGiven]]) -> None:
    """One statement a table."""
    LicensedMineral.objects.bulk_create(
        LicensedMineral(version=version, mineral_id=code) for version, given in made for code in given.minerals
    )
    LicenceArea.objects.bulk_create(
        LicenceArea(
            version=version,
            name=area.name,
            corner_table=area.corner_table,
            epsg=area.epsg,
            geometry=area.geometry,
            declared_ha=area.declared_ha,
            computed_ha=area.computed_ha,
            repair=area.repair,
            source=area.source,
        )
        for version, given in made
        for area in given.areas
    )
    equipment = [
        LicensedEquipment(
            version=version,
            kind=item.kind.value,
            mark=item.mark,
            mark_key=mark_key(item.mark)[:60],
            description=item.description,
            count=item.count,
        )
        for version, given in made
        for item in given.equipment
    ]
    LicensedEquipment.objects.bulk_create(equipment)
    Stockyard.objects.bulk_create(
        Stockyard(version=version, name=yard.name, address=yard.address, lat=yard.lat, lon=yard.lon)
        for version, given in made
        for yard in given.stockyards
    )
    Vehicle.objects.bulk_create(
        [
            Vehicle(kind=row.kind, mark=row.mark, mark_key=row.mark_key, description=row.description)
            for row in {r.mark_key: r for r in equipment if r.mark_key and r.kind != EquipmentKind.MACHINE}.values()
        ],
        ignore_conflicts=True,
    )
