"""When and where the thing judged was, and the geofence asked about it."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from shared.clock import VIETNAM
from shared.geo.ground import destination
from shared.geo.polygon import Area
from shared.rules import geofence
from shared.rules.verdict import Answer, Verdict
from shared.wire.v1.records import Facts, Position, PositionRole


def moment_of_act(facts: Facts) -> datetime:
    """Discovery, else the beginning of the check, by the better clock where one was known."""
    return (facts.discovered_at or facts.started_at) + timedelta(seconds=facts.device_time.offset_s or 0.0)


def day_of_act(facts: Facts) -> date:
    """The Vietnam day of `moment_of_act`."""
    return moment_of_act(facts).astimezone(VIETNAM).date()


@dataclass(frozen=True, slots=True)
class Place:
    """Where the thing judged was. `position`: the fix it stands on. `offset_m` (95 %): of the step from there."""

    lat: float
    lon: float
    position: Position
    offset_m: float


def judged_position(facts: Facts) -> Position | None:
    """The thing judged with coordinates of its own: a target, else the observer; None when neither is known."""
    for role in (PositionRole.TARGET, PositionRole.OBSERVER):
        for position in facts.positions:
            if position.role is role and position.lat is not None and position.lon is not None:
                return position
    return None


def place_of_act(facts: Facts) -> Place | str:
    """Where the thing judged was, or why nobody can say.

    A target with coordinates lies there. One seen from elsewhere lies in the bearing and distance from the observer;
    without a bearing anywhere round the observer, so that the distance itself is uncertainty. Without a target the
    observer stood on the spot.
    """
    placed = judged_position(facts)
    if placed is None or placed.lat is None or placed.lon is None:
        return "position_missing"
    if placed.role is PositionRole.TARGET:
        if placed.uncertainty_m is None and placed.distance_m:
            return "target_uncertainty_unknown"
        return Place(placed.lat, placed.lon, placed, placed.uncertainty_m or 0.0)
    target = next((position for position in facts.positions if position.role is PositionRole.TARGET), None)
    if target is None:
        return Place(placed.lat, placed.lon, placed, 0.0)
    if target.distance_m is None:
        return "target_distance_unknown"
    if target.uncertainty_m is None:
        return "target_uncertainty_unknown"
    if target.bearing_deg is None:
        return Place(placed.lat, placed.lon, placed, target.distance_m + target.uncertainty_m)
    lat, lon = destination((placed.lat, placed.lon), target.bearing_deg, target.distance_m)
    return Place(lat, lon, placed, target.uncertainty_m)


def inside_licence(area: Area | None, facts: Facts, *, sealed_at: datetime) -> Verdict:
    """The geofence for one licence. `area` None: the register has no boundary that can be read."""
    place = place_of_act(facts)
    if area is None:
        return cannot_tell("licence_area_unknown")
    if isinstance(place, str):
        return cannot_tell(place)
    age = geofence.fix_age_s(
        place.position.fixed_at,
        started_at=facts.started_at,
        ended_at=facts.finished_at or sealed_at,
        offset_s=facts.device_time.offset_s,
    )
    return geofence.geofence(
        area,
        lat=place.lat,
        lon=place.lon,
        accuracy_m=place.position.accuracy_m,
        age_s=age,
        mock=place.position.mock,
        offset_m=place.offset_m,
    )


def cannot_tell(reason: str, **numbers: float) -> Verdict:
    """The geofence's answer when something it needs is not there."""
    return Verdict(geofence.RULE, geofence.VERSION, Answer.CANNOT_TELL, (reason,), numbers)
