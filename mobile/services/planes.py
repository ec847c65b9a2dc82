"""Which plane of VN-2000 is used at a place: by the commune, as far as the phone's reference data tell."""

from collections.abc import Mapping
from typing import Any

from mobile.services.reference import ReferenceData
from shared.geo.communes import Centres
from shared.geo.zones import Zone, zone_of_commune

FAR_M = 40_000.0  # to the nearest centre; farther than any commune reaches, the phone knows nothing of that place


class Planes:
    """`otherwise`: EPSG number of the zone that is kept where nothing tells. Whoever shows coordinates names the zone
    beside them: a merged province may hold tables of two zones, so none of this is more than usual there."""

    def __init__(self, reference: ReferenceData, *, otherwise: int) -> None:
        self._reference, self._otherwise = reference, otherwise
        self._read: tuple[int | None, Centres, Mapping[str, Zone | None]] | None = None

    def at(self, lat: float, lon: float) -> int:
        """By the commune whose centre is nearest."""
        centres, zones = self._known()
        try:
            near = [one for one in centres.nearest(lat, lon, 1) if one.distance_m <= FAR_M]
        except ValueError:  # no place on Earth, as a broken receiver says
            near = []
        return self._number(zones[near[0].code] if near else None)

    def of_facts(self, facts: Mapping[str, Any]) -> int:
        """By the commune that the officer noted, else by the first position."""
        noted = self._known()[1].get(str(facts.get("commune")))
        if noted is not None:
            return noted.epsg
        for position in facts.get("positions") or ():
            if position.get("lat") is not None and position.get("lon") is not None:
                return self.at(position["lat"], position["lon"])
        return self._otherwise

    def _number(self, zone: Zone | None) -> int:
        return self._otherwise if zone is None else zone.epsg

    def _known(self) -> tuple[Centres, Mapping[str, Zone | None]]:
        revision = self._reference.revision()  # before the rows: what comes in between is read the next time
        if self._read is None or self._read[0] != revision:
            rows = [row for row in self._reference.rows("communes") if row.get("code")]
            zones = {str(row["code"]): _zone_of(row) for row in rows}
            self._read = (revision, Centres(row for row in rows if _has_centre(row)), zones)
        return self._read[1], self._read[2]


def _has_centre(row: Mapping[str, Any]) -> bool:
    lat, lon = row.get("lat"), row.get("lon")
    if not isinstance(lat, int | float) or not isinstance(lon, int | float):
        return False
    return abs(lat) <= 90 and abs(lon) <= 180 and bool(row.get("name"))


def _zone_of(row: Mapping[str, Any]) -> Zone | None:
    return zone_of_commune(str(row.get("province_code") or ""), [str(one) for one in row.get("former") or ()])
