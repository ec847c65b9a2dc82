"""The office judges the golden reports as the phone does (tests/mobile/services/test_sealing.py): the same register,
recorded through the services here, and one way of asking."""

import json
from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from backend.audit import services as audit
from backend.inspections.assessing import report_assess
from backend.inspections.models import Finding
from backend.registry.models import LedgerYear
from backend.registry.services.given import AreaGiven, EquipmentGiven, HolderGiven, LicenceGiven
from backend.registry.services.hours import hours_record
from backend.registry.services.licences import licences_record
from backend.registry.services.minerals import MineralGiven, minerals_record
from shared.rules.terms import DepthDatum, EquipmentKind, IssuerLevel, MineralFamily, MineralGroup
from shared.wire.v1.codec import decode
from shared.wire.v1.records import Facts, Kind
from tests import golden
from tests.backend.conftest import Deliverer

GOLDEN = golden.read("rule_cases.json")


def day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


def given(row: Mapping[str, Any]) -> LicenceGiven:
    capacity = row["capacity"] or {"value": None, "unit": "", "basis": ""}
    return LicenceGiven(
        number=row["number"],
        effective_from=date.fromisoformat(row["effective_from"]),
        holder=HolderGiven(row["holder"]),
        minerals=tuple(mineral["code"] for mineral in row["minerals"]),
        areas=() if row["area"] is None else (AreaGiven(row["area"], 4326, 18.5),),
        issuer=row["issuer"],
        issuer_level=IssuerLevel(row["issuer_level"]),
        group=MineralGroup(row["group"]),
        depth_limit_m=row["depth_limit_m"],
        depth_datum=DepthDatum(row["depth_datum"]),
        capacity=None if capacity["value"] is None else Decimal(capacity["value"]),
        capacity_unit=capacity["unit"],
        capacity_basis=capacity["basis"],
        hours=tuple((opens, closes) for opens, closes in row["hours"]),
        valid_from=day(row["valid_from"]),
        valid_to=day(row["valid_to"]),
        equipment=tuple(
            EquipmentGiven(EquipmentKind(e["kind"]), e["mark"], e["description"], e["count"]) for e in row["equipment"]
        ),
    )


@pytest.fixture
def ids(db: None) -> dict[str, str]:
    """The golden register recorded; golden id of a licence → the one it has here."""
    now = timezone.now() - timedelta(days=1)
    minerals_record(
        [
            MineralGiven(
                code=m["code"],
                name=m["name"],
                family=MineralFamily(m["family"]),
                unit=m["unit"],
                density=m["density"],
                density_source=m["density_source"],
            )
            for m in GOLDEN["minerals"]
        ],
        actor=audit.SYSTEM,
        now=now,
        source="thử",
    )
    for row in GOLDEN["hours"]:
        hours_record(
            family=MineralFamily(row["family"]),
            hours=row["windows"],
            valid_from=date.fromisoformat(row["valid_from"]),
            valid_to=day(row["valid_to"]),
            source=row["source"],
            actor=audit.SYSTEM,
            now=now,
        )
    versions = licences_record(map(given, GOLDEN["licences"]), actor=audit.SYSTEM, now=now, source="thử")
    found = {}
    for row, version in zip(GOLDEN["licences"], versions, strict=True):
        found[row["id"]] = str(version.licence_id)
        for year in row["ledger"]:
            LedgerYear.objects.create(licence_id=version.licence_id, **{**year, "as_of": day(year["as_of"])})
    return found


def here(value: Any, ids: Mapping[str, str]) -> Any:
    """With the ids of this register."""
    text = json.dumps(value)
    for theirs, ours in ids.items():
        text = text.replace(theirs, ours)
    return json.loads(text)


@pytest.mark.parametrize("case", GOLDEN["cases"], ids=lambda case: case["name"])
def test_golden_rules_at_the_office(phone: Deliverer, ids: dict[str, str], case: dict[str, Any]) -> None:
    def facts(patch: Mapping[str, Any]) -> Facts:
        return decode(Facts, here({**GOLDEN["base"][case["kind"]], **patch}, ids))

    kind = Kind(case["kind"])
    earlier = [phone.file(kind=kind, facts=facts(patch)) for patch in case["earlier"]]
    corrected = None if case["supersedes"] is None else earlier[case["supersedes"]]
    report = phone.file(kind=kind, facts=facts(case["facts"]), supersedes=corrected)
    report_assess.call(str(report))

    said = {
        f"{finding.rule} {finding.about}": [finding.answer, *finding.reasons]
        for finding in Finding.objects.filter(report=report)
    }
    assert said == here(case["says"], ids)
