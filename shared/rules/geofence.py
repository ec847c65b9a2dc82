"""Is a place inside a licence's area? Inside, outside, or too near the boundary for this receiver to tell."""

import math
from datetime import datetime, timedelta

from shared.geo.polygon import Area
from shared.rules.verdict import Answer, Verdict

RULE = "geofence"
VERSION = "1"
REASONS = frozenset(
    {
        "inside_area",
        "outside_area_handheld",
        "within_uncertainty",
        "position_mock",
        "fix_time_unknown",
        "fix_stale",
        "accuracy_unknown",
        "accuracy_poor",
    }
)

# A radius that holds 68 % becomes one that holds 95 % (circular normal distribution): 2.4477 / 1.5096.
_TO_95 = 1.6214
# What a handheld reading is worth against a boundary given in VN-2000, beyond the fix itself: the published datum
# shift is of the one-metre class (domain notes B9). Added in quadrature, metres at 95 %.
DATUM_M = 1.0
# A fix older than this says where somebody was, not where they are.
MAX_AGE_S = 120.0
# Beyond this radius (68 %) a position is a district, not a place.
MAX_ACCURACY_M = 100.0


def fix_age_s(
    fixed_at: datetime | None, *, started_at: datetime, ended_at: datetime, offset_s: float | None
) -> float | None:
    """Seconds by which a fix lies outside the check, 0 when it was made during it; None when the fix has no time.

    A check lasts an hour or more and the position is taken once, so an age against one moment of it would call honest
    fixes stale. `started_at`, `ended_at` (of the check, or of sealing when it has no end) are the phone's times;
    `offset_s` (better clock − phone) brings them to the receiver's.
    """
    if fixed_at is None:
        return None
    offset = timedelta(seconds=offset_s or 0.0)
    before, after = started_at + offset - fixed_at, fixed_at - (ended_at + offset)
    return max(before.total_seconds(), after.total_seconds(), 0.0)


def geofence(
    area: Area,
    *,
    lat: float,
    lon: float,
    accuracy_m: float | None,
    age_s: float | None,
    mock: bool = False,
    offset_m: float = 0.0,
) -> Verdict:
    """YES inside, NO outside, CANNOT_TELL otherwise.

    `accuracy_m`: 68 % radius of the fix, None or 0 when the receiver gave none. `age_s`: seconds between the fix and
    the moment judged, None when the fix has no time. `offset_m`: uncertainty (95 %) of the step from observer to
    target, 0 when the observer stood on the spot. Numbers: `distance_m` to the nearest boundary point, `uncertainty_m`
    (95 %, covering fix, datum and offset), `age_s`.
    """
    distance = area.distance_to_boundary_m(lat, lon)
    numbers: dict[str, float] = {"distance_m": round(distance, 1)}
    reasons: list[str] = []
    if mock:
        reasons.append("position_mock")
    if age_s is None or not math.isfinite(age_s):
        reasons.append("fix_time_unknown")
    else:
        numbers["age_s"] = round(age_s, 1)
        if abs(age_s) > MAX_AGE_S:
            reasons.append("fix_stale")
    # Android writes 0.0 for "no accuracy": a radius of nothing would claim to know the place to the metre.
    if accuracy_m is None or not 0 < accuracy_m < math.inf:
        reasons.append("accuracy_unknown")
    else:
        uncertainty = math.hypot(accuracy_m * _TO_95, DATUM_M, offset_m)
        if math.isfinite(uncertainty):
            numbers["uncertainty_m"] = round(uncertainty, 1)
        if accuracy_m > MAX_ACCURACY_M:
            reasons.append("accuracy_poor")
        if not distance > uncertainty:  # an offset that is no number makes no answer
            reasons.append("within_uncertainty")
    if reasons:
        return Verdict(RULE, VERSION, Answer.CANNOT_TELL, tuple(reasons), numbers)
    if area.contains(lat, lon):
        return Verdict(RULE, VERSION, Answer.YES, ("inside_area",), numbers)
    return Verdict(RULE, VERSION, Answer.NO, ("outside_area_handheld",), numbers)
