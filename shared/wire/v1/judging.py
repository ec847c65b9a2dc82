"""The rules asked about a report's facts: the one way both phone and server ask them."""

from datetime import datetime

from shared.geo.polygon import Area
from shared.rules import geofence
from shared.rules.verdict import Answer, Verdict
from shared.wire.v1.records import Facts, Position, PositionRole


def judged_position(facts: Facts) -> Position | None:
    """Where the thing judged was: a target with coordinates, else the observer; None when neither is known."""
    for role in (PositionRole.TARGET, PositionRole.OBSERVER):
        for position in facts.positions:
            if position.role is role and position.lat is not None and position.lon is not None:
                return position
    return None


def inside_licence(area: Area | None, facts: Facts, *, sealed_at: datetime) -> Verdict:
    """The geofence for one licence. `area` None: the register has no boundary that can be read."""
    position = judged_position(facts)
    if area is None:
        return cannot_tell("licence_area_unknown")
    if position is None or position.lat is None or position.lon is None:
        return cannot_tell("position_missing")
    age = geofence.fix_age_s(
        position.fixed_at,
        started_at=facts.started_at,
        ended_at=facts.finished_at or sealed_at,
        offset_s=facts.device_time.offset_s,
    )
    return geofence.geofence(
        area,
        lat=position.lat,
        lon=position.lon,
        accuracy_m=position.accuracy_m,
        age_s=age,
        mock=position.mock,
        offset_m=position.uncertainty_m or 0.0,
    )


def cannot_tell(reason: str) -> Verdict:
    """The geofence's answer when something it needs is not there."""
    return Verdict(geofence.RULE, geofence.VERSION, Answer.CANNOT_TELL, (reason,), {})
