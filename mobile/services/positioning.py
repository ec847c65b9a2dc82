"""From a receiver's fixes to a position that can stand in a report."""

import math
import threading
from collections.abc import Callable, Generator, Sequence
from contextlib import closing
from dataclasses import dataclass

from mobile.ports import Clock, Gnss, GnssUnavailable, Stop
from shared.clock import to_millisecond
from shared.geo.fix import Fix
from shared.geo.ground import geodesic_m
from shared.wire.v1.records import DeviceTime, Position, PositionRole, TimeSource

SAMPLES = 5
MAX_AGE_S = 10.0
TIMEOUT_S = 30.0
WATCH_S = 60.0

# Why there is no position; written into the report.
NO_RECEIVER = "no_receiver"
NO_FIX = "no_fix_in_time"
ONLY_STALE = "only_stale_fixes"


@dataclass(frozen=True, slots=True)
class Reading:
    """A position, and how far the receiver says the phone's clock is off."""

    position: Position
    device_time: DeviceTime


class Positioning:
    """`open_gnss` makes a fresh receiver each time, because closing one is for good; None where the phone has none."""

    def __init__(self, open_gnss: Callable[[], Gnss] | None, clock: Clock) -> None:
        self._open, self._clock = open_gnss, clock

    def take(
        self,
        *,
        role: PositionRole = PositionRole.OBSERVER,
        samples: int = SAMPLES,
        max_age_s: float = MAX_AGE_S,
        timeout_s: float = TIMEOUT_S,
    ) -> Reading:
        """Wait for `samples` fresh fixes, at most `timeout_s`; what came by then is used. Without any, the position
        says why in `missing_reason`."""
        if self._open is None:
            return _without(role, NO_RECEIVER)
        fixes: list[Fix] = []
        stale = False
        try:
            with closing(self._arriving(self._open, timeout_s)) as arriving:
                for fix in arriving:
                    if abs(fix.age_s(self._clock.now())) > max_age_s:
                        stale = True
                        continue
                    fixes.append(fix)
                    if len(fixes) >= samples:
                        break
        except GnssUnavailable:
            if not fixes:
                return _without(role, NO_RECEIVER)  # the report says so; the user is asked to look at the receiver
        if not fixes:
            return _without(role, ONLY_STALE if stale else NO_FIX)
        return Reading(average(fixes, role), device_time(fixes))

    def watch(self, came: Callable[[Fix], None], stop: Stop) -> str | None:
        """Every fix as it arrives, fresh or not, until `stop`; `came` is called on the caller's thread. Why it ended by
        itself: NO_RECEIVER when there is none or it went away, NO_FIX when its source ended without one, else None."""
        if self._open is None:
            return NO_RECEIVER
        seen = False
        try:
            with closing(self._open()) as gnss:
                watchdog = threading.Thread(target=_close_on, args=(stop, gnss), daemon=True)
                watchdog.start()  # the iterator blocks between epochs
                for fix in gnss.fixes():
                    if stop.is_set():
                        break
                    seen = True
                    came(fix)
        except GnssUnavailable:
            return NO_RECEIVER
        return None if seen or stop.is_set() else NO_FIX

    def reading(self, fixes: Sequence[Fix], role: PositionRole = PositionRole.OBSERVER) -> Reading:
        """What `take` would have made of these; at least one."""
        return Reading(average(fixes, role), device_time(fixes))

    def without(self, reason: str, role: PositionRole = PositionRole.OBSERVER) -> Reading:
        """No place, and why."""
        return _without(role, reason)

    @staticmethod
    def _arriving(open_gnss: Callable[[], Gnss], timeout_s: float) -> Generator[Fix, None, None]:
        gnss = open_gnss()
        # The receiver's iterator blocks between epochs, so the time-out has to come from outside.
        timer = threading.Timer(timeout_s, gnss.close)
        timer.daemon = True
        timer.start()
        try:
            yield from gnss.fixes()
        finally:
            timer.cancel()
            gnss.close()


def _close_on(stop: Stop, gnss: Gnss) -> None:
    while not stop.wait(WATCH_S):
        pass
    gnss.close()


def average(fixes: Sequence[Fix], role: PositionRole) -> Position:
    """One position from fixes of one spot, weighted by their claimed accuracy."""
    judged = [fix for fix in fixes if fix.accuracy_m] or list(fixes)
    weights = [1 / fix.accuracy_m**2 if fix.accuracy_m else 1.0 for fix in judged]
    total = math.fsum(weights)
    lat = math.fsum(weight * fix.lat for weight, fix in zip(weights, judged, strict=True)) / total
    lon = math.fsum(weight * fix.lon for weight, fix in zip(weights, judged, strict=True)) / total
    altitudes = [fix.altitude_m for fix in judged if fix.altitude_m is not None]
    satellites = [fix.satellites for fix in judged if fix.satellites is not None]
    dated = [fix.fixed_at for fix in judged if fix.fixed_at is not None]
    return Position(
        role=role,
        lat=round(lat, 8),
        lon=round(lon, 8),
        accuracy_m=_accuracy(judged, lat, lon),
        altitude_m=round(math.fsum(altitudes) / len(altitudes), 2) if altitudes else None,
        fixed_at=to_millisecond(max(dated)) if dated else None,
        provider=judged[-1].provider,
        satellites=min(satellites) if satellites else None,
        mock=any(fix.mock for fix in fixes),
        samples=len(judged),
        bearing_deg=None,
        distance_m=None,
        method=None,
        uncertainty_m=None,
        missing_reason=None,
    )


def _accuracy(fixes: Sequence[Fix], lat: float, lon: float) -> float | None:
    """68 % radius, never better than the best single fix.

    Averaging n independent errors would shrink them by √n. Errors of consecutive fixes are not independent: orbit,
    ionosphere and reflections from the same bank stay nearly the same for minutes, so n seconds of fixes know little
    more than one. When the fixes scatter wider than the best claims, the scatter is believed.
    """
    claimed = [fix.accuracy_m for fix in fixes if fix.accuracy_m]
    if not claimed:
        return None
    scatter = sorted(geodesic_m((lat, lon), (fix.lat, fix.lon)) for fix in fixes)
    return round(max(min(claimed), scatter[math.ceil(0.68 * len(scatter)) - 1]), 2)


def device_time(fixes: Sequence[Fix]) -> DeviceTime:
    """The least delayed fix tells the offset best: delays on the way only ever make the phone look fast."""
    offsets = [(fix.fixed_at - fix.received_at).total_seconds() for fix in fixes if fix.fixed_at is not None]
    return DeviceTime(round(max(offsets), 3), TimeSource.GNSS) if offsets else DeviceTime(None, TimeSource.NONE)


def _without(role: PositionRole, reason: str) -> Reading:
    position = Position(
        role=role,
        lat=None,
        lon=None,
        accuracy_m=None,
        altitude_m=None,
        fixed_at=None,
        provider=None,
        satellites=None,
        mock=False,
        samples=0,
        bearing_deg=None,
        distance_m=None,
        method=None,
        uncertainty_m=None,
        missing_reason=reason,
    )
    return Reading(position, DeviceTime(None, TimeSource.NONE))
