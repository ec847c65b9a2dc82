"""The receiver of a phone, through Android's LocationManager: satellites only, nothing of Google's."""

import contextlib
import queue
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from importlib import import_module
from typing import Any

from mobile.ports import Clock, GnssUnavailable
from shared.geo.fix import Fix, FixMode, FixQuality

PROVIDER = "gps"  # LocationManager.GPS_PROVIDER
EVERY_MS = 1000
KEPT = 20  # fixes that nobody has taken yet; a slow reader gets the last ones
MOCK_SINCE, MSL_SINCE = 31, 34  # Android's API levels: Location.isMock, Location.hasMslAltitude
_FINE, _GRANTED = "android.permission.ACCESS_FINE_LOCATION", 0
_OFF = object()  # in the queue: the officer switched positions off
_END = object()

NOT_ALLOWED = (
    "Ứng dụng chưa được phép dùng vị trí; hãy mở Cài đặt của máy, Ứng dụng, Kiểm Khoáng, Quyền, chọn Vị trí chính xác."
)
SWITCHED_OFF = "Vị trí trên máy đang tắt; hãy bật Vị trí trong cài đặt nhanh rồi đo lại."
NO_RECEIVER = "Máy này không có bộ thu vệ tinh; hãy dùng máy khác hoặc lập phiếu không có vị trí."


class AndroidGnss:
    """A `Gnss`. Made and closed on any thread; Android calls its listeners on the thread of its own screen."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._java: Any = import_module("jnius")
        autoclass = self._java.autoclass
        self._level: int = autoclass("android.os.Build$VERSION").SDK_INT
        self._uptime = autoclass("android.os.SystemClock")
        self._looper = autoclass("android.os.Looper")
        self._activity: Any = autoclass("org.kivy.android.PythonActivity").mActivity
        manager = self._activity.getSystemService("location")
        self._manager: Any = self._java.cast("android.location.LocationManager", manager)
        self._came: queue.Queue[Any] = queue.Queue()
        self._listeners: list[Any] = []
        self._lock = threading.Lock()
        self._closed = False

    def fixes(self) -> Iterator[Fix]:
        self._listen()
        try:
            while (came := self._came.get()) is not _END:
                if came is _OFF:
                    raise GnssUnavailable(SWITCHED_OFF)
                yield came
        finally:
            self.close()

    def close(self) -> None:
        with self._lock:
            if self._closed:
                return
            self._closed = True
            listeners, self._listeners = self._listeners, []
        self._came.put(_END)
        for listener in listeners:
            self._manager.removeUpdates(listener)

    # --- Android

    def _listen(self) -> None:
        if self._activity.checkSelfPermission(_FINE) != _GRANTED:
            raise GnssUnavailable(NOT_ALLOWED)
        if not self._manager.getAllProviders().contains(PROVIDER):
            raise GnssUnavailable(NO_RECEIVER)
        if not self._manager.isProviderEnabled(PROVIDER):
            raise GnssUnavailable(SWITCHED_OFF)
        listener = self._listener()
        with self._lock:
            if self._closed:
                return
            self._listeners.append(listener)  # pyjnius holds it only weakly
        try:
            self._manager.requestLocationUpdates(PROVIDER, EVERY_MS, 0.0, listener, self._looper.getMainLooper())
        except self._java.JavaException as error:
            # Between the question and this the officer may have taken the permission away.
            raise GnssUnavailable(NOT_ALLOWED) from error

    def _listener(self) -> Any:
        """Android calls one of the two forms of `onLocationChanged` or the other, and before Android 10
        `onStatusChanged`; what is not there ends the app."""
        calls: tuple[tuple[str, str, Callable[..., None]], ...] = (
            ("onLocationChanged", "(Landroid/location/Location;)V", lambda _, location: self._located(location)),
            ("onLocationChanged", "(Ljava/util/List;)V", lambda _, locations: self._located_all(locations)),
            ("onFlushComplete", "(I)V", _nothing),
            ("onProviderEnabled", "(Ljava/lang/String;)V", _nothing),
            ("onProviderDisabled", "(Ljava/lang/String;)V", lambda _, provider: self._came.put(_OFF)),
            ("onStatusChanged", "(Ljava/lang/String;ILandroid/os/Bundle;)V", _nothing),
        )
        parts: dict[str, Any] = {"__javainterfaces__": ["android/location/LocationListener"]}
        for place, (name, signature, call) in enumerate(calls):
            parts[f"call_{place}"] = self._java.java_method(signature, name=name)(_of_its_own(call))
        return type("Listener", (self._java.PythonJavaClass,), parts)()

    def _located_all(self, locations: Any) -> None:
        for place in range(locations.size()):
            self._located(locations.get(place))

    def _located(self, location: Any) -> None:
        fix = self._fix(location)
        while self._came.qsize() >= KEPT:
            with contextlib.suppress(queue.Empty):  # the reader was quicker
                self._came.get_nowait()
        self._came.put(fix)

    def _fix(self, location: Any) -> Fix:
        """The age comes from the time since the phone was started, which nobody can set. Android's own altitude is
        above the ellipsoid, some 30 m off in Vietnam: only what it calls above sea level is taken."""
        age = timedelta(seconds=(self._uptime.elapsedRealtimeNanos() - location.getElapsedRealtimeNanos()) / 1e9)
        altitude = None
        if self._level >= MSL_SINCE and location.hasMslAltitude():
            altitude = float(location.getMslAltitudeMeters())
        extras = location.getExtras()
        satellites = extras.getInt("satellites", 0) if extras is not None else 0
        return Fix(
            lat=float(location.getLatitude()),
            lon=float(location.getLongitude()),
            accuracy_m=float(location.getAccuracy()) if location.hasAccuracy() else None,  # 68 %, as Android says
            altitude_m=altitude,
            fixed_at=_instant(location.getTime()),
            received_at=self._clock.now() - age,
            mode=FixMode.THREE_D if location.hasAltitude() else FixMode.TWO_D,
            quality=FixQuality.AUTONOMOUS,
            provider=str(location.getProvider()),
            satellites=satellites or None,
            mock=bool(location.isMock() if self._level >= MOCK_SINCE else location.isFromMockProvider()),
        )


def _instant(milliseconds: int) -> datetime | None:
    """Of a receiver that has no date yet Android says 0."""
    return datetime.fromtimestamp(milliseconds / 1000, UTC) if milliseconds > 0 else None


def _nothing(*_: Any) -> None:
    """Android calls it, and it says nothing that matters here."""


def _of_its_own(call: Callable[..., None]) -> Callable[..., None]:
    """pyjnius writes its signature on the function it is given."""
    return lambda *arguments: call(*arguments)
