"""What the map shows of the register and of the reports sealed here."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from mobile.ports import Outbox
from mobile.services.reference import ReferenceData
from shared.geo.polygon import Area
from shared.problems import Problem
from shared.rules.terms import LicenceTerms, terms_on
from shared.wire.v1.act import judged_position
from shared.wire.v1.canonical import parse_json
from shared.wire.v1.codec import decode
from shared.wire.v1.records import Facts, Kind

SHOWN = 200  # reports on the map, sealed last first: older ones are on the office's map


@dataclass(frozen=True, slots=True)
class PlacedReport:
    id: UUID
    kind: Kind
    sequence: int
    sealed_at: datetime
    lat: float
    lon: float


class Mapped:
    def __init__(self, reference: ReferenceData, outbox: Outbox) -> None:
        self._reference, self._outbox = reference, outbox

    def licences(self, day: date) -> Iterator[tuple[str, LicenceTerms, Area]]:
        """(id, terms, area) of those that have a readable boundary on that day; what this version cannot read is left
        out, as the rules do."""
        for row in self._reference.rows("licences"):
            terms = _terms(row, day)
            if terms is not None and terms.area is not None:
                yield str(row["id"]), terms, terms.area

    def communes(self) -> Iterator[tuple[str, str, float, float]]:
        """(code, name, lat, lon) of centres."""
        for row in self._reference.rows("communes"):
            try:
                yield (
                    str(row["code"]),
                    f"{row.get('kind') or ''} {row['name']}".strip(),
                    float(row["lat"]),
                    float(row["lon"]),
                )
            except (KeyError, TypeError, ValueError):
                continue  # a row of another version: a label less on the map

    def reports(self) -> Iterator[PlacedReport]:
        """Those of the last `SHOWN` that say where they were."""
        for brief in self._outbox.briefs(limit=SHOWN):
            position = judged_position(self._facts(brief.id))
            if position is not None and position.lat is not None and position.lon is not None:
                yield PlacedReport(brief.id, brief.kind, brief.sequence, brief.sealed_at, position.lat, position.lon)

    def _facts(self, report: UUID) -> Facts:
        return decode(Facts, parse_json(self._outbox.envelope(report).parts.facts), path="facts")


def _terms(row: Any, day: date) -> LicenceTerms | None:
    try:
        return terms_on(row, day)
    except (KeyError, TypeError, ValueError, Problem):
        return None
