"""The GNSS port fed by gpsd: its JSON protocol over a socket (gpsd_json(5)), with the standard library only.

gpsd reports an epoch once or several times (TPV), and beside it the sky (SKY) and error sigmas (GST). Reports with one
time are merged; the fix is given out when a report with another time comes or after `QUIET_S` without a word.

TPV leaves `status` out for an ordinary fix. `eph` is taken as the radius of 95 %: that is what gpsd's own error model
makes (its constants say "95% confidence"), although the manual calls the certainty unknown for receivers that report
their own figure.

When several receivers hang on one gpsd, the first one with a fix is followed until it has been silent for `SWITCH_S`.
"""

import json
import math
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from mobile.ports import Clock, GnssUnavailable
from shared.geo.fix import (
    RADIUS_68_IN_SIGMA,
    RADIUS_95_IN_SIGMA,
    Fix,
    FixMode,
    FixQuality,
    radius_68_from_hdop,
    radius_68_from_sigmas,
)

PORT: Final = 2947
WATCH: Final = b'?WATCH={"enable":true,"json":true}\n'
QUIET_S: Final = 0.25
SILENCE_S: Final = 30.0  # with a receiver gpsd reports every second even without a fix
SWITCH_S: Final = 5.0
CONNECT_S: Final = 5.0
POLL_S: Final = 0.5
MAX_LINE: Final = 65_536  # gpsd's own limit is 10,240; a longer line comes from something else

_MODES: Final = {2: FixMode.TWO_D, 3: FixMode.THREE_D}
_QUALITY: Final = {
    0: FixQuality.UNKNOWN,
    1: FixQuality.AUTONOMOUS,
    2: FixQuality.DIFFERENTIAL,
    3: FixQuality.RTK_FIXED,
    4: FixQuality.RTK_FLOAT,
    5: FixQuality.ESTIMATED,  # dead reckoning
    6: FixQuality.ESTIMATED,  # dead reckoning with GNSS
    7: FixQuality.MANUAL,  # "time (surveyed)": the position was put in
    8: FixQuality.SIMULATED,
    9: FixQuality.PPS,  # P(Y)
}
_MOCK: Final = frozenset({FixQuality.SIMULATED, FixQuality.MANUAL})

Report = dict[str, Any]


@dataclass(slots=True)
class _Sky:
    """What one receiver said beside its TPVs. Older than the epoch it may be: gpsd sends SKY when it likes."""

    hdop: float | None = None
    satellites: int | None = None
    sigmas: tuple[float, float] | None = None
    sigmas_time: object = None


@dataclass(slots=True)
class _Follower:
    """Merges the reports of one receiver into epochs."""

    clock: Clock
    device: str | None = None
    heard: float = -math.inf
    epoch: Report | None = None
    given_out: object = None
    skies: dict[str, _Sky] = field(default_factory=dict)

    def take(self, report: Report) -> Fix | None:
        device = str(report.get("device", ""))
        match report.get("class"):
            case "TPV":
                return self._take_tpv(device, report)
            case "SKY":
                sky = self._sky(device)
                sky.hdop = _number(report, "hdop") or sky.hdop
                sky.satellites = _satellites_used(report, sky.satellites)
            case "GST":
                lat_sigma, lon_sigma = _number(report, "lat"), _number(report, "lon")
                sky = self._sky(device)
                sky.sigmas = None if lat_sigma is None or lon_sigma is None else (lat_sigma, lon_sigma)
                sky.sigmas_time = report.get("time")
        return None

    def flush(self) -> Fix | None:
        epoch, self.epoch = self.epoch, None
        if epoch is None:
            return None
        self.given_out = epoch.get("time")
        return _fix(epoch, self._sky(self.device or ""), self.clock)

    def _take_tpv(self, device: str, report: Report) -> Fix | None:
        now = time.monotonic()
        if device != self.device and now - self.heard < SWITCH_S:
            return None
        usable = report.get("mode") in _MODES and _place(report) is not None
        if not usable:
            # "No fix" in the same epoch as a position takes the position back.
            if self.epoch is not None and device == self.device and _key(report) == _key(self.epoch):
                self.epoch = None
            return None
        done = None
        if self.epoch is not None and (device != self.device or _key(report) != _key(self.epoch)):
            done = self.flush()
        self.device, self.heard = device, now
        if self.epoch is None and self.given_out is not None and report.get("time") == self.given_out:
            return done  # a late word on an epoch already given out
        self.epoch = {**(self.epoch or {}), **report}
        return done

    def _sky(self, device: str) -> _Sky:
        if len(self.skies) > 16 and device not in self.skies:
            self.skies.clear()  # gpsd itself knows no more devices than that
        return self.skies.setdefault(device, _Sky())


def _fix(tpv: Report, sky: _Sky, clock: Clock) -> Fix | None:
    place = _place(tpv)
    if place is None:
        return None
    status = tpv.get("status", 1)
    quality = _QUALITY.get(status, FixQuality.UNKNOWN) if isinstance(status, int) else FixQuality.UNKNOWN
    return Fix(
        lat=place[0],
        lon=place[1],
        accuracy_m=_accuracy(tpv, sky, quality),
        altitude_m=_altitude(tpv),
        fixed_at=_instant(tpv),
        received_at=clock.now(),
        mode=_MODES[tpv["mode"]],
        quality=quality,
        provider="gpsd",
        satellites=sky.satellites,
        mock=quality in _MOCK,
    )


def _accuracy(tpv: Report, sky: _Sky, quality: FixQuality) -> float | None:
    eph = _number(tpv, "eph")
    if eph is not None and eph > 0:
        return eph * RADIUS_68_IN_SIGMA / RADIUS_95_IN_SIGMA
    # A GST of another epoch says nothing of this one; one without a time is the latest there is.
    if sky.sigmas is not None and sky.sigmas_time in (None, tpv.get("time")):
        accuracy = radius_68_from_sigmas(*sky.sigmas)
        if accuracy is not None:
            return accuracy
    return None if sky.hdop is None else radius_68_from_hdop(sky.hdop, quality)


def _key(tpv: Report) -> object:
    """One epoch, one key: its time; while the receiver has none, its place."""
    return tpv.get("time") or (tpv.get("lat"), tpv.get("lon"))


def _place(tpv: Report) -> tuple[float, float] | None:
    lat, lon = _number(tpv, "lat"), _number(tpv, "lon")
    if lat is None or lon is None or not (-90 <= lat <= 90 and -180 <= lon <= 180):
        return None
    return lat, lon


def _altitude(tpv: Report) -> float | None:
    # Before gpsd 3.20 there was only `alt`, and it was above mean sea level for most receivers.
    msl = _number(tpv, "altMSL")
    return _number(tpv, "alt") if msl is None and "altHAE" not in tpv else msl


def _instant(tpv: Report) -> datetime | None:
    text = tpv.get("time")
    if not isinstance(text, str):
        return None
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        return None  # a leap second ("…:60") among others: a fix without a time, which the rules know how to treat
    return instant.replace(tzinfo=UTC) if instant.tzinfo is None else instant.astimezone(UTC)


def _satellites_used(sky: Report, before: int | None) -> int | None:
    used = sky.get("uSat")
    if isinstance(used, int):
        return used
    satellites = sky.get("satellites")
    if not isinstance(satellites, list):
        return before
    return sum(1 for satellite in satellites if isinstance(satellite, dict) and satellite.get("used") is True)


def _number(report: Report, name: str) -> float | None:
    value = report.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return None
    return float(value)


class GpsdGnss:
    """Follows a gpsd. `dropped` counts lines that were not its JSON."""

    def __init__(
        self, host: str, port: int, clock: Clock, *, quiet_s: float = QUIET_S, silence_s: float = SILENCE_S
    ) -> None:
        self.dropped = 0
        self._host = host
        self._port = port
        self._clock = clock
        self._quiet_s = quiet_s
        self._silence_s = silence_s
        self._closed = threading.Event()

    def close(self) -> None:
        """Ends `fixes()`; from any thread, any number of times."""
        self._closed.set()

    def fixes(self) -> Iterator[Fix]:
        """Raises GnssUnavailable when gpsd cannot be reached, goes away, or is silent for `silence_s`."""
        if self._closed.is_set():
            return
        try:
            connection = socket.create_connection((self._host, self._port), timeout=CONNECT_S)
        except OSError as error:
            raise GnssUnavailable(
                f"Không kết nối được dịch vụ định vị gpsd tại {self._host}:{self._port}; "
                "hãy khởi động gpsd, kiểm tra địa chỉ, rồi thử lại."
            ) from error
        with connection:
            yield from self._follow(connection)

    def _follow(self, connection: socket.socket) -> Iterator[Fix]:
        follower = _Follower(self._clock)
        tail = b""
        silent_s = 0.0
        try:
            connection.sendall(WATCH)
        except OSError as error:
            raise GnssUnavailable(self._gone()) from error
        while not self._closed.is_set():
            wait_s = POLL_S if follower.epoch is None else self._quiet_s
            connection.settimeout(wait_s)
            try:
                data = connection.recv(65_536)
            except TimeoutError:
                silent_s += wait_s
                yield from _given(follower.flush())
                if silent_s >= self._silence_s:
                    raise GnssUnavailable(
                        f"gpsd tại {self._host}:{self._port} im lặng đã {silent_s:.0f} giây; "
                        "hãy kiểm tra máy thu đã cắm vào máy chạy gpsd và đang bật, rồi kết nối lại."
                    ) from None
                continue
            except OSError as error:
                yield from _given(follower.flush())
                raise GnssUnavailable(self._gone()) from error
            if not data:
                yield from _given(follower.flush())
                raise GnssUnavailable(self._gone())
            silent_s = 0.0
            *lines, tail = (tail + data).split(b"\n")
            tail = tail[: MAX_LINE + 1]  # one byte too many marks the line as too long, however long it goes on
            for line in lines:
                report = self._report(line)
                if report is not None:
                    yield from _given(follower.take(report))

    def _report(self, line: bytes) -> Report | None:
        if not line.strip():
            return None
        try:
            report = json.loads(line) if len(line) <= MAX_LINE else None
        except (ValueError, RecursionError):
            report = None
        if isinstance(report, dict):
            return report
        self.dropped += 1
        return None

    def _gone(self) -> str:
        return (
            f"Dịch vụ định vị gpsd tại {self._host}:{self._port} đã ngắt kết nối; "
            "hãy kiểm tra gpsd còn chạy và máy thu còn cắm, rồi kết nối lại."
        )


def _given(fix: Fix | None) -> Iterator[Fix]:
    if fix is not None:
        yield fix
