"""Parts of a report with nothing in them yet. Every field is there, so that what is typed later always decodes."""

import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from mobile.ports import Officer
from shared.identity import uuid7
from shared.wire.v1.codec import encode
from shared.wire.v1.records import (
    ActEnded,
    ActState,
    BasisKind,
    DeviceTime,
    DocumentKind,
    Facts,
    Inspection,
    InspectionBasis,
    Kind,
    LicenceCheckItem,
    Mode,
    Presented,
    SubjectKind,
    SubjectRole,
    TeamMember,
    TimeSource,
    VehicleKind,
)

Part = dict[str, Any]
# Papers asked for on board, in the order in which they are usually handed over; the others are added by hand.
ON_BOARD = (
    DocumentKind.INVOICE,
    DocumentKind.DELIVERY_NOTE,
    DocumentKind.WEIGH_SLIP,
    DocumentKind.REGISTRATION,
    DocumentKind.DRIVING_LICENCE,
)
IN_THE_YARD = (DocumentKind.INVOICE, DocumentKind.CONTRACT, DocumentKind.LOG_BOOK)
# What a site has to have, and a wharf yard (NĐ 193/2025 Đ59, Đ115, Đ116).
AT_THE_MINE = tuple(LicenceCheckItem)
AT_THE_YARD = (LicenceCheckItem.BOARD, LicenceCheckItem.SCALE, LicenceCheckItem.CAMERA, LicenceCheckItem.LAND_LEASE)


def facts(kind: Kind, officer: Officer | None, team: Sequence[Mapping[str, Any]], now: datetime) -> Part:
    """A report begun now by this officer, with the others of the team as they were last. Discovered when it was begun,
    until somebody says otherwise: the clocks of the law start from there."""
    lead = [] if officer is None else [TeamMember(officer.name, officer.post, officer.agency, True)]
    whole = Facts(
        inspection=Inspection(uuid7(now), InspectionBasis(BasisKind.PATROL, None, None), Mode.UNANNOUNCED, False),
        officers=tuple(lead),
        started_at=now,
        finished_at=None,
        discovered_at=now,
        act_ended=ActEnded(ActState.UNKNOWN, None, None),
        device_time=DeviceTime(None, TimeSource.NONE),
        positions=(),
        commune=None,
        place=None,
        weather=None,
        water=None,
        subjects=(),
        licences_shown=(),
        licence_checks=(),
        machines=(),
        vehicles=(),
        activity=None,
        loads=(),
        measurements=(),
        documents=(),
        statement=None,
        scene_actions=(),
        signatures=(),
    )
    made: Part = encode(whole)
    made["officers"] += [dict(member) for member in team]
    if kind is Kind.TRANSPORT:
        return with_load(made)
    if kind is Kind.STOCKYARD:
        made["subjects"] = [subject("s1", SubjectRole.OFFENDER, SubjectKind.ORGANISATION)]
        made["licence_checks"] = [check(item) for item in AT_THE_YARD]
        made["loads"] = [load("l1", [], [])]
        made["documents"] = [document(kind) for kind in IN_THE_YARD]
        return made
    made["subjects"] = [subject("s1", SubjectRole.OFFENDER, SubjectKind.UNKNOWN)]
    made["licence_checks"] = [check(item) for item in AT_THE_MINE]
    return made


def with_load(before: Mapping[str, Any]) -> Part:
    """One more vehicle with its driver and what it carries."""
    number = next_id("l", before["loads"])
    vehicle_id, driver_id = next_id("v", before["vehicles"]), next_id("s", before["subjects"])
    return {
        **before,
        "vehicles": [*before["vehicles"], vehicle(vehicle_id, before["vehicles"])],
        "subjects": [*before["subjects"], subject(driver_id, SubjectRole.DRIVER, SubjectKind.PERSON)],
        "loads": [*before["loads"], load(number, [vehicle_id], [driver_id], before["loads"])],
    }


def next_id(letter: str, items: Sequence[Mapping[str, Any]]) -> str:
    """An id that none of them has; one that was taken away is not given again while a later one is there."""
    used = [int(str(item["id"])[1:]) for item in items if str(item["id"])[1:].isdigit()]
    return f"{letter}{max(used, default=0) + 1}"


def vehicle(id: str, others: Sequence[Mapping[str, Any]] = ()) -> Part:
    """Of the kind of the one before it: a convoy is of one kind."""
    kind = others[-1]["kind"] if others else VehicleKind.ROAD.value
    return {"id": id, "kind": kind, "mark": None, "description": None, "trailer": None}


def subject(id: str, role: SubjectRole, kind: SubjectKind) -> Part:
    return {
        "id": id,
        "role": role.value,
        "kind": kind.value,
        "display_name": None,
        "tax_code": None,
        "address": None,
        "identity": None,
    }


def load(id: str, vehicles: list[str], subjects: list[str], others: Sequence[Mapping[str, Any]] = ()) -> Part:
    """The mineral and where it goes are those of the load before: a convoy comes from one place."""
    before = others[-1] if others else {}
    return {
        "id": id,
        "vehicles": vehicles,
        "mineral": before.get("mineral", ""),
        "measurements": [],
        "documents": [document(kind) for kind in ON_BOARD] if vehicles else [],
        "origin": before.get("origin"),
        "destination": before.get("destination"),
        "subjects": subjects,
    }


def document(kind: DocumentKind) -> Part:
    return {
        "kind": kind.value,
        "presented": Presented.NOT_ASKED.value,
        "promised_by": None,
        "issuer": None,
        "series": None,
        "number": None,
        "date": None,
        "quantity": None,
        "unit": None,
        "evidence": [],
    }


def check(item: LicenceCheckItem) -> Part:
    return {"item": item.value, "result": "not_checked", "note": None}


def machine(id: str) -> Part:
    return {"id": id, "kind": "", "mark": None, "description": None}


def licence_shown() -> Part:
    names = ("date", "issuer", "mineral", "area_ha", "capacity", "capacity_unit", "depth_m", "hours", "valid_to")
    return {"number": "", **dict.fromkeys(names), "matched": None}


def measurement(kind: str, value: float, unit: str, basis: str | None) -> Part:
    return {
        "kind": kind,
        "value": value,
        "unit": unit,
        "basis": basis,
        "dimensions": [],
        "slip_number": None,
        "method": None,
        "instrument": None,
        "uncertainty": None,
        "measured_by": None,
        "conversion": None,
        "evidence": [],
    }


def scene_action() -> Part:
    names = ("number", "condition", "place_kept", "keeper")
    return {"kind": "detain", "item": "", **dict.fromkeys(names)}


def identity() -> Part:
    names = ("document_kind", "document_number", "name", "birth_date", "address", "photo")
    return {"salt": secrets.token_hex(16), **dict.fromkeys(names)}


def signature(who: str, role: str, *, evidence: UUID | None, reason: str | None) -> Part:
    """Signed with that picture, or refused for that reason."""
    return {
        "who": who,
        "role": role,
        "agency": None,
        "result": "signed" if evidence is not None else "refused",
        "reason": reason,
        "evidence": None if evidence is None else str(evidence),
    }
