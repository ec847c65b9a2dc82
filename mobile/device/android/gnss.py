"""The receiver of a phone, through Android's LocationManager: satellites only, nothing of Google's."""

import threading
from collections import deque
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
_REFUSED = "java.lang.SecurityException"
# Listeners. Java has no more than the address of one, and a call that Android had under way when it was sent away must
# not meet an address where nothing is left.
_HELD: deque[Any] = deque(maxlen=8)

NOT_ALLOWED = (
    "Ứng dụng chưa được phép dùng vị trí; hãy mở Cài đặt của máy, Ứng dụng, Kiểm Khoáng, Quyền, chọn Vị trí chính xác."
)
SWITCHED_OFF = "Vị trí trên máy đang tắt; hãy bật Vị trí trong cài đặt nhanh rồi đo lại."
NO_RECEIVER = "Máy này không có bộ thu vệ tinh; hãy dùng máy khác hoặc lập phiếu không có vị trí."


class AndroidGnss:
    """A `Gnss`. Android calls its listener on the thread of its own screen.

    `close` says nothing to Java: a thread that has spoken with Java and ends without taking leave ends the app, and
    pyjnius takes that leave only for threads that have no `run` of their own. `threading.Timer` has one. So it is the
    reader's thread that asks Android for positions, and that sends the listener away once `fixes` ends."""

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
        self._came: deque[Fix] = deque(maxlen=KEPT)
        self._changed = threading.Condition()  # guards all that follows, and `_came`
        self._closed = False
        self._fault: BaseException | None = None  # why it ended by itself

    def close(self) -> None:
        """Ends `fixes()`, once what came before is read; from any thread, any number of times."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def fixes(self) -> Iterator[Fix]:
        """Once. Raises GnssUnavailable when positions are not allowed, switched off, or made by no satellites here."""
        if self._closed:
            return
        self._ask()
        listener = self._listener()
        _HELD.append(listener)
        self._listen(listener)
        try:
            while (fix := self._next()) is not None:
                yield fix
        finally:
            self.close()
            self._manager.removeUpdates(listener)

    def _next(self) -> Fix | None:
        """None at the end. What came before a fault is given out first."""
        with self._changed:
            while not (self._came or self._closed or self._fault):
                self._changed.wait()
            if self._came:
                return self._came.popleft()
            if self._fault is not None:
                raise self._fault
            return None

    # --- Android

    def _ask(self) -> None:
        if self._activity.checkSelfPermission(_FINE) != _GRANTED:
            raise GnssUnavailable(NOT_ALLOWED)
        if not self._manager.getAllProviders().contains(PROVIDER):
            raise GnssUnavailable(NO_RECEIVER)
        if not self._manager.isProviderEnabled(PROVIDER):
            raise GnssUnavailable(SWITCHED_OFF)

    def _listen(self, listener: Any) -> None:
        try:
            self._manager.requestLocationUpdates(PROVIDER, EVERY_MS, 0.0, listener, self._looper.getMainLooper())
        except self._java.JavaException as error:
            if error.classname != _REFUSED:
                raise
            # Between the question and this the officer may have taken the permission away.
            raise GnssUnavailable(NOT_ALLOWED) from error

    def _listener(self) -> Any:
        """Android calls one of the two forms of `onLocationChanged` or the other, and before Android 10
        `onStatusChanged`; what is not there ends the app."""
        calls: tuple[tuple[str, str, Callable[..., None]], ...] = (
            ("onLocationChanged", "(Landroid/location/Location;)V", self._located),
            ("onLocationChanged", "(Ljava/util/List;)V", self._located_all),
            ("onFlushComplete", "(I)V", _nothing),
            ("onProviderEnabled", "(Ljava/lang/String;)V", _nothing),
            ("onProviderDisabled", "(Ljava/lang/String;)V", self._switched_off),
            ("onStatusChanged", "(Ljava/lang/String;ILandroid/os/Bundle;)V", _nothing),
        )
        parts: dict[str, Any] = {"__javainterfaces__": ["android/location/LocationListener"]}
        for place, (name, signature, call) in enumerate(calls):
            parts[f"call_{place}"] = self._java.java_method(signature, name=name)(self._called(call))
        return type("Listener", (self._java.PythonJavaClass,), parts)()

    def _called(self, call: Callable[..., None]) -> Callable[..., None]:
        """A function of its own for each, for pyjnius writes its signature on what it is given. What goes wrong in it
        is raised where the fixes are read: Java would only print it."""

        def called(_listener: Any, *arguments: Any) -> None:
            try:
                call(*arguments)
            except BaseException as error:
                self._fail(error)

        return called

    def _fail(self, error: BaseException) -> None:
        with self._changed:
            self._fault = self._fault or error
            self._changed.notify_all()

    def _switched_off(self, _provider: str) -> None:
        self._fail(GnssUnavailable(SWITCHED_OFF))

    def _located_all(self, locations: Any) -> None:
        for place in range(locations.size()):
            self._located(locations.get(place))

    def _located(self, location: Any) -> None:
        fix = self._fix(location)
        if not (abs(fix.lat) <= 90 and abs(fix.lon) <= 180):
            return  # an app that simulates may say anything
        with self._changed:
            if not self._closed:
                self._came.append(fix)
                self._changed.notify_all()

    def _fix(self, location: Any) -> Fix:
        """The age comes from the time since the phone was started, which nobody can set. Android's own altitude is
        above the ellipsoid, some 30 m off in Vietnam: only what it calls above sea level is taken."""
        age = timedelta(seconds=(self._uptime.elapsedRealtimeNanos() - location.getElapsedRealtimeNanos()) / 1e9)
        altitude = None
        if self._level >= MSL_SINCE and location.hasMslAltitude():
            altitude = float(location.getMslAltitudeMeters())
        accuracy = float(location.getAccuracy()) if location.hasAccuracy() else 0.0
        extras = location.getExtras()
        satellites = extras.getInt("satellites", 0) if extras is not None else 0
        mock = bool(location.isMock() if self._level >= MOCK_SINCE else location.isFromMockProvider())
        return Fix(
            lat=float(location.getLatitude()),
            lon=float(location.getLongitude()),
            accuracy_m=accuracy if accuracy > 0 else None,  # 68 %, as Android says
            altitude_m=altitude,
            fixed_at=_instant(location.getTime()),
            received_at=self._clock.now() - age,
            mode=FixMode.THREE_D if location.hasAltitude() else FixMode.TWO_D,
            quality=FixQuality.SIMULATED if mock else FixQuality.UNKNOWN,  # of how, Android says nothing
            provider=str(location.getProvider()),
            satellites=satellites or None,
            mock=mock,
        )


def _instant(milliseconds: int) -> datetime | None:
    """Of a receiver that has no date yet Android says 0."""
    return datetime.fromtimestamp(milliseconds / 1000, UTC) if milliseconds > 0 else None


def _nothing(*_: Any) -> None:
    """Android calls it, and it says nothing that matters here."""
