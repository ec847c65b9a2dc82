"""What a file of evidence says of itself, held against the report: type, place, time, and whether it was used before.

A camera's own data can be absent, wrong or made up: absent is no fault, and what differs is a hint for a person to
look, never a proof by itself. The rules are asked at the office, where all reports are.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from shared.clock import VIETNAM
from shared.geo.fix import RADIUS_68_IN_SIGMA, RADIUS_95_IN_SIGMA
from shared.geo.ground import geodesic_m
from shared.rules.verdict import Answer, Verdict

TYPE, POSITION, TIME, REUSED = "photo_type", "photo_position", "photo_time", "photo_reused"
RULES = frozenset({TYPE, POSITION, TIME, REUSED})
VERSION = "1"
REASONS = frozenset(
    {
        "type_differs",
        "type_unrecognised",
        "photo_at_place",
        "photo_elsewhere",
        "photo_perhaps_elsewhere",
        "photo_time_fits",
        "photo_taken_before",
        "photo_taken_after",
        "photo_zone_unclear",
        "photo_clock_unset",
        "photo_against_unchecked_clock",
        "file_used_again",
        "paper_file_used_again",
        "photo_looks_like_other",
    }
)

# Our own round figures. A check takes place within a bend of the river or the yard of a quarry, and the report has one
# or a few points of it; a photograph 300 m from the nearest is still of the same check. Phones write the last position
# they know into a picture, which may be some minutes of driving old: only from 1,000 m on it was taken elsewhere.
SAME_PLACE_M, ELSEWHERE_M = 300.0, 1000.0
# 95 % radius of a position in a picture that gives none: a phone's position by cell and Wi-Fi in the open country.
PICTURE_ERROR_M = 100.0
# A camera's clock that nobody sets drifts by seconds a day: minutes in a season.
SAME_TIME = timedelta(minutes=10)
# Cameras without a battery begin again at 1970, 1980 or the year they were made.
EARLIEST_YEAR = 2015
_ZONE_STEP = timedelta(minutes=15)  # zones of this earth differ by multiples of it
_FURTHEST_ZONE = timedelta(hours=14)


@dataclass(frozen=True, slots=True)
class Point:
    """`error_m`: 95 % radius."""

    lat: float
    lon: float
    error_m: float

    @classmethod
    def of_fix(cls, lat: float, lon: float, accuracy_m: float | None, *, extra_m: float = 0.0) -> "Point":
        """`accuracy_m`: 68 % radius, as reports have it; `extra_m`: of a target's bearing and distance (95 %)."""
        return cls(lat, lon, (accuracy_m or 0.0) * RADIUS_95_IN_SIGMA / RADIUS_68_IN_SIGMA + extra_m)


@dataclass(frozen=True, slots=True)
class Window:
    """When a picture was taken by the report. `first`, `last`: by the phone's clock, equal where the phone knows the
    moment. `offset`: better clock minus phone's, None where nobody compared them."""

    first: datetime
    last: datetime
    offset: timedelta | None


def typed(declared: str, found: str, *, same: bool, known: bool) -> Verdict | None:
    """NO: the content is something else than was declared. None: as declared."""
    if same:
        return None
    return _verdict(TYPE, Answer.NO, "type_differs" if known else "type_unrecognised")


def placed(lat: float, lon: float, error_m: float | None, places: Sequence[Point]) -> Verdict | None:
    """YES taken at one of the report's places, NO further from all of them than can be explained. None: the report has
    no position. Numbers: `distance_m` to the nearest, `uncertainty_m` (95 %) of both together."""
    if not places:
        return None
    own = PICTURE_ERROR_M if error_m is None else error_m
    distance, spread = min((geodesic_m((lat, lon), (at.lat, at.lon)), at.error_m + own) for at in places)
    numbers = {"distance_m": round(distance, 1), "uncertainty_m": round(spread, 1)}
    if distance <= SAME_PLACE_M + spread:
        return _verdict(POSITION, Answer.YES, "photo_at_place", **numbers)
    if distance <= ELSEWHERE_M + spread:
        return _verdict(POSITION, Answer.CANNOT_TELL, "photo_perhaps_elsewhere", **numbers)
    return _verdict(POSITION, Answer.NO, "photo_elsewhere", **numbers)


def timed(clock: datetime | None, gps_at: datetime | None, window: Window) -> Verdict | None:
    """YES taken when the report says, NO at another time. None: the picture has no time.

    `clock`: of the camera; without a zone it is taken as Vietnam's. `gps_at`: by satellite, believed before the other.
    Number: `difference_min`.
    """
    at = gps_at if gps_at is not None else clock
    if at is None:
        return None
    zoned = at.tzinfo is not None
    at = at if zoned else at.replace(tzinfo=VIETNAM)
    if at.year < EARLIEST_YEAR:
        return _verdict(TIME, Answer.CANNOT_TELL, "photo_clock_unset")
    gap = _gap(at, window, by_satellite=gps_at is not None)
    numbers = {"difference_min": round(abs(gap) / timedelta(minutes=1), 1)}
    if abs(gap) <= SAME_TIME:
        return _verdict(TIME, Answer.YES, "photo_time_fits", **numbers)
    reason = "photo_taken_before" if gap < timedelta(0) else "photo_taken_after"
    if not zoned and _is_a_zone_away(abs(gap)):
        return _verdict(TIME, Answer.CANNOT_TELL, reason, "photo_zone_unclear", **numbers)
    if window.offset is None:
        return _verdict(TIME, Answer.CANNOT_TELL, reason, "photo_against_unchecked_clock", **numbers)
    return _verdict(TIME, Answer.NO, reason, **numbers)


def _gap(at: datetime, window: Window, *, by_satellite: bool) -> timedelta:
    """How long before (negative) or after the window it was. A camera's clock may be the phone's own, wrong by the
    same, or another one that is right: the smaller difference counts. Satellite time is compared with the better one.
    """
    known = window.offset or timedelta(0)
    shifts = {known} if by_satellite else {known, timedelta(0)}
    gaps = []
    for shift in shifts:
        first, last = window.first + shift, window.last + shift
        gaps.append(at - first if at < first else max(at - last, timedelta(0)))
    return min(gaps, key=abs)


def _is_a_zone_away(gap: timedelta) -> bool:
    rest = gap % _ZONE_STEP
    return gap <= _FURTHEST_ZONE + SAME_TIME and min(rest, _ZONE_STEP - rest) <= timedelta(minutes=2)


def reused(*, same_file: int, alike: int, nearest_bits: int | None, of_paper: bool) -> Verdict | None:
    """NO: the very file stands in another report of an earlier act; CANNOT_TELL: one that looks like it does, or the
    file is of a paper, which may rightly be shown again. None: not seen.

    `same_file`, `alike`: other reports; `nearest_bits`: in which the most similar picture differs (of 64).
    """
    numbers: dict[str, float] = {}
    if alike:
        numbers |= {"alike_reports_count": alike, "difference_bits": nearest_bits or 0}
    if same_file:
        numbers["other_reports_count"] = same_file
        answer = Answer.CANNOT_TELL if of_paper else Answer.NO
        return _verdict(REUSED, answer, "paper_file_used_again" if of_paper else "file_used_again", **numbers)
    return _verdict(REUSED, Answer.CANNOT_TELL, "photo_looks_like_other", **numbers) if alike else None


def _verdict(rule: str, answer: Answer, *reasons: str, **numbers: float) -> Verdict:
    return Verdict(rule, VERSION, answer, reasons, numbers)
