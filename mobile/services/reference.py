"""Licences, communes and the other lists, brought up to date."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from mobile.ports import Accounts, Clock, Reference, ServerApi
from shared.clock import to_millisecond
from shared.geo.polygon import Area
from shared.problems import Problem


@dataclass(frozen=True, slots=True)
class LicenceOnPhone:
    """`area` None: the register has no boundary for it, or one that cannot be read."""

    id: UUID
    number: str
    area: Area | None


class ReferenceData:
    def __init__(self, reference: Reference, accounts: Accounts, api: ServerApi, clock: Clock) -> None:
        self._reference, self._accounts, self._api, self._clock = reference, accounts, api, clock

    def pull(self) -> datetime:
        """Fetch what changed since the last time; the new "data as of". Problem `not_enrolled` when nobody with a token
        is signed in, and the server's own."""
        session = self._accounts.session()
        if session is None or session.token is None:
            raise Problem("not_enrolled")
        delta = self._api.reference(self._reference.cursor(), session.token)
        now = to_millisecond(self._clock.now())
        self._reference.apply(delta, now)
        return now

    def as_of(self) -> datetime | None:
        return self._reference.as_of()

    def cursor(self) -> str | None:
        return self._reference.cursor()

    def rows(self, kind: str) -> tuple[Mapping[str, Any], ...]:
        """`licences`, `minerals`, `violation_types`, `communes` or `vehicles`, as the server sent them."""
        return self._reference.rows(kind)

    def settings(self) -> Mapping[str, Any]:
        return self._reference.settings()

    def licence(self, id: UUID) -> LicenceOnPhone | None:
        row = self._reference.row("licences", str(id))
        return None if row is None else _licence(row)

    def licence_by_number(self, number: str) -> LicenceOnPhone | None:
        """The only licence of that number, spaces and case aside; None when there is none or more than one."""
        wanted = _plain(number)
        found = [row for row in self._reference.rows("licences") if _plain(str(row.get("number", ""))) == wanted]
        return _licence(found[0]) if len(found) == 1 else None


def _licence(row: Mapping[str, Any]) -> LicenceOnPhone:
    return LicenceOnPhone(UUID(str(row["id"])), str(row.get("number", "")), _area(row.get("area")))


def _area(geometry: object) -> Area | None:
    try:
        return Area.from_geojson(geometry) if isinstance(geometry, dict) else None
    except (ValueError, TypeError, IndexError):
        return None  # an unreadable boundary answers no question; the rule will say "cannot tell"


def _plain(number: str) -> str:
    return "".join(number.split()).casefold()
