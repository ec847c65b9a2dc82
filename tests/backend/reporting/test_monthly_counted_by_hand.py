"""The month's tables against a count of the same reports by plain loops, over a made-up quarter."""

import random
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from rest_framework.test import APIClient

from backend.accounts import services as accounts
from backend.accounts.models import Unit
from shared.wire.v1.records import Basis, BasisKind, Mode, Subject, SubjectKind, SubjectRole, VehicleKind
from shared.workflow.states import Role
from tests.backend.conftest import Cast, Deliverer, deliverer, officer, review
from tests.backend.reporting.conftest import at, facts_of, quantity, tables
from tests.factories.reports import assessment, subject, vehicle

REPORTS = 60
MONTHS = ("2025-12", "2026-01", "2026-02", "2026-03", "2026-04")
VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")
# Around midnight of the months' ends, where mistakes live, and some hours anywhere.
STARTS = [
    at(f"{day}T{time}+07:00")
    for day in ("2025-12-31", "2026-01-01", "2026-01-31", "2026-02-01", "2026-02-28", "2026-03-01", "2026-03-31")
    for time in ("00:00:00", "00:00:00.001", "06:59:59", "07:00:00", "23:30:00", "23:59:59.999")
] + [at("2026-01-15T10:00:00+07:00") + timedelta(days=9 * i) for i in range(8)]
PEOPLE = (
    {"display_name": "Lê Văn Tài"},
    {"display_name": "LÊ VĂN  TÀI"},
    {"display_name": "Lê Văn Tài", "kind": SubjectKind.HOUSEHOLD_BUSINESS},
    {"display_name": "Bãi Giữa", "kind": SubjectKind.ORGANISATION, "tax_code": "0100000000"},
    {"display_name": "Bãi Giữa (cũ)", "kind": SubjectKind.ORGANISATION, "tax_code": "0100000000"},
    {"display_name": None, "kind": SubjectKind.UNKNOWN},
)
MEASURES = (
    quantity(0.1),
    quantity(0.2),
    quantity(12.375),
    quantity(3.3, basis=Basis.IN_PLACE),
    quantity(1.7, "t"),
    quantity(250.05, "kg"),
    quantity(7.5, "m"),
)
CODES = ("KV-00", "KT-01", "KT-07", "VC-01", "VC-02", "TT-02")


@dataclass
class Filed:
    id: UUID
    officer: str
    unit: Unit
    inspection: UUID
    started: datetime
    mode: str
    basis: str
    subjects: tuple[Subject, ...]
    vehicles: tuple[str, ...]
    measures: tuple[Any, ...]
    codes: tuple[str, ...]
    supersedes: "Filed | None"
    state: str = "received"
    key: Counter[str] = field(default_factory=Counter)


def make_up(dice: random.Random, people: dict[str, tuple[Deliverer, Any]]) -> list[Filed]:
    inspections = [UUID(int=dice.getrandbits(128), version=4) for _ in range(REPORTS // 3)]
    filed: list[Filed] = []
    for _ in range(REPORTS):
        name = dice.choice(list(people))
        source, by = people[name]
        own = [row for row in filed if row.officer == name]
        older = dice.choice(own) if own and dice.random() < 0.25 else None
        row = one(dice, name, source, dice.choice(inspections) if older is None else older.inspection, older)
        filed.append(row)
        if row.state == "received" and dice.random() < 0.85:
            row.state = dice.choice(["accepted"] * 5 + ["returned", "rejected"])
            review(row.id, by, row.state)
            if row.state == "accepted":
                replace_older(row)
    return filed


def replace_older(row: Filed) -> None:
    older = row.supersedes
    while older is not None:
        older.state, older = "superseded", older.supersedes


def one(dice: random.Random, name: str, source: Deliverer, inspection: UUID, older: Filed | None) -> Filed:
    subjects = tuple(
        subject(id=f"s{i}", role=dice.choice(list(SubjectRole)), **dice.choice(PEOPLE))
        for i in range(dice.randrange(4))
    )
    kinds = tuple(dice.choice(list(VehicleKind)) for _ in range(dice.randrange(3)))
    row = Filed(
        id=UUID(int=dice.getrandbits(128), version=4),
        officer=name,
        unit=source.device.unit,
        inspection=inspection,
        started=dice.choice(STARTS),
        mode=dice.choice(list(Mode)).value,
        basis=dice.choice(list(BasisKind)).value,
        subjects=subjects,
        vehicles=tuple(kind.value for kind in kinds),
        measures=tuple(dice.choices(MEASURES, k=dice.randrange(4))),
        codes=tuple(dice.sample(CODES, dice.randrange(4))),
        supersedes=older,
    )
    facts = facts_of(
        started=row.started,
        inspection=inspection,
        mode=Mode(row.mode),
        basis=BasisKind(row.basis),
        subjects=subjects,
        vehicles=tuple(vehicle(id=f"v{i}", kind=kind) for i, kind in enumerate(kinds)),
        measurements=row.measures,
    )
    opinion = assessment(*row.codes) if row.codes or dice.random() < 0.5 else None
    source.file(id=row.id, facts=facts, assessment=opinion, supersedes=older.id if older else None)
    return row


def month_of(instant: datetime) -> str:
    return instant.astimezone(VIETNAM).strftime("%Y-%m")


def who(row: Filed, index: int) -> Any:
    """What makes two subjects of an inspection the same."""
    person = row.subjects[index]
    if person.tax_code:
        return person.tax_code
    return (person.kind, " ".join(person.display_name.lower().split())) if person.display_name else (row.id, index)


def b01(agency: list[Filed], shown: list[Filed], month: str) -> dict[str, Any]:
    rows: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for inspection in {row.inspection for row in shown}:
        first = min((row for row in agency if row.inspection == inspection), key=lambda row: (row.started, row.id))
        if month_of(first.started) != month:
            continue
        mine = [row for row in shown if row.inspection == inspection]
        line = rows[first.mode, first.basis]
        line["inspections"] += 1
        violated = any(code != "KV-00" for row in mine for code in row.codes)
        line["with_violation" if violated else "without_violation"] += 1
        line["subjects"] += len(
            {
                who(row, i)
                for row in mine
                for i, person in enumerate(row.subjects)
                if person.role not in (SubjectRole.WITNESS, SubjectRole.REPRESENTATIVE)
            }
        )
        for row in mine:
            line["road_vehicles"] += row.vehicles.count("road")
            line["vessels"] += row.vehicles.count("vessel")
    names = ("inspections", "subjects", "road_vehicles", "vessels", "with_violation", "without_violation")
    whole = {key: {name: line[name] for name in names} for key, line in rows.items()}
    return {
        "rows": [{"mode": mode, "basis": basis, **whole[mode, basis]} for mode, basis in sorted(whole)],
        "total": {name: sum(line[name] for line in whole.values()) for name in names},
    }


def summed(rows: list[Filed]) -> list[dict[str, str]]:
    sums: dict[tuple[str, str, str], Decimal] = defaultdict(Decimal)
    for row in rows:
        for measured in row.measures:
            if measured.unit != "m":
                sums[measured.kind.value, measured.unit, measured.basis.value] += Decimal(str(measured.value))
    return [
        {"kind": kind, "unit": unit, "basis": basis, "value": format(sums[kind, unit, basis].normalize(), "f")}
        for kind, unit, basis in sorted(sums)
    ]


def b02(shown: list[Filed], month: str) -> dict[str, Any]:
    observed = [row for row in shown if row.codes and month_of(row.started) == month]
    codes = sorted({code for row in observed for code in row.codes})
    of = {code: [row for row in observed if code in row.codes] for code in codes}
    return {
        "rows": [
            {"code": code, "observations": len(of[code]), "reports": len(of[code]), "quantities": summed(of[code])}
            for code in codes
        ],
        "total": {
            "observations": sum(len(row.codes) for row in observed),
            "reports": len(observed),
            "quantities": summed(observed),
        },
    }


def readers(
    cast: Cast, aside: Unit, as_: Callable[..., APIClient]
) -> Iterator[tuple[str, APIClient, dict[str, Any], Unit | None]]:
    """(name, client, query, the unit whose reports it is to count; None for the whole agency)"""
    cuong = as_(cast.cuong)
    yield "director", cuong, {}, None
    yield "auditor", as_(cast.dung), {}, None
    yield "supervisor", as_(cast.binh), {}, cast.division
    yield "head of the team", as_(officer("tổ trưởng", cast.team, Role.SUPERVISOR)), {}, cast.team
    for unit in (cast.division, cast.team, aside):
        yield f"director about {unit.name}", cuong, {"unit": unit.id}, unit


@pytest.mark.parametrize("seed", [1, 2])
def test_tables_are_what_plain_loops_count(seed: int, cast: Cast, as_: Callable[..., APIClient]) -> None:
    aside = accounts.unit_create(agency=cast.department, name="Phòng khác", parent=cast.office)
    hoa, khang = officer("hoa", cast.team, Role.INSPECTOR), officer("khang", cast.division, Role.INSPECTOR)
    sang, minh = officer("sang", aside, Role.INSPECTOR), officer("minh", cast.market_team, Role.INSPECTOR)
    people = {
        "an": (deliverer(cast.an, cast.binh), cast.binh),
        "hoa": (deliverer(hoa, cast.binh), cast.binh),
        "khang": (deliverer(khang, cast.binh), cast.binh),
        "sang": (deliverer(sang, cast.cuong), cast.cuong),
        "minh": (deliverer(minh, cast.chi), cast.chi),
    }
    filed = make_up(random.Random(seed), people)
    accepted = [row for row in filed if row.state == "accepted"]
    agency = [row for row in accepted if row.unit.agency_id == cast.department.id]
    assert 15 < len(agency) < len(accepted) < len(filed)
    assert any(row.state == "superseded" for row in filed)
    for name, api, query, unit in readers(cast, aside, as_):
        shown = [row for row in agency if unit is None or row.unit.path.startswith(unit.path)]
        for month in MONTHS:
            found = tables(api, month, **query)
            for table, expected in (("B01", b01(agency, shown, month)), ("B02", b02(shown, month))):
                told = {"rows": found[table]["rows"], "total": found[table]["total"]}
                assert told == expected, (name, month, table)
    market = [row for row in accepted if row not in agency]
    for month in MONTHS:
        found = tables(as_(cast.chi), month)
        assert found["B01"]["total"] == b01(market, market, month)["total"]
        assert found["B02"]["total"] == b02(market, month)["total"]
