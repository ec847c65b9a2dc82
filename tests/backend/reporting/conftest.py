"""Asking for the month, and a report whose every counted thing is said."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from rest_framework.test import APIClient

from shared.wire.v1.records import Basis, BasisKind, Facts, InspectionBasis, Measurement, Mode, QuantityKind
from tests.factories import reports


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def monthly(api: APIClient, month: str, **query: Any) -> Any:
    return api.get("/api/v1/statistics/monthly/", {"month": month, **query})


def tables(api: APIClient, month: str, **query: Any) -> dict[str, Any]:
    answer = monthly(api, month, **query)
    assert answer.status_code == 200, answer.content
    found: dict[str, Any] = answer.json()["tables"]
    return found


def quantity(value: float, unit: str = "m3", basis: Basis | None = Basis.LOOSE) -> Measurement:
    kind = {"m3": QuantityKind.VOLUME, "t": QuantityKind.MASS, "kg": QuantityKind.MASS, "m": QuantityKind.DEPTH}[unit]
    given = {QuantityKind.VOLUME: basis, QuantityKind.MASS: Basis.WEIGHT}.get(kind)
    return reports.measurement(kind=kind, value=value, unit=unit, basis=given, dimensions=())


def facts_of(
    *,
    started: datetime,
    inspection: UUID | None = None,
    mode: Mode = Mode.UNANNOUNCED,
    basis: BasisKind = BasisKind.PATROL,
    measurements: Iterable[Measurement] = (),
    **more: Any,
) -> Facts:
    facts = reports.facts(
        started_at=started, finished_at=None, discovered_at=None, measurements=tuple(measurements), **more
    )
    check = replace(facts.inspection, mode=mode, basis=InspectionBasis(basis, None, None))
    return replace(facts, inspection=check if inspection is None else replace(check, id=inspection))
