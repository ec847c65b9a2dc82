"""The receiver of a phone: what Android says of a position, and what it calls."""

import gc
import threading
import weakref
from collections.abc import Callable
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from mobile.device.android.gnss import KEPT, AndroidGnss
from mobile.ports import Gnss, GnssUnavailable
from shared.geo.fix import Fix, FixMode, FixQuality
from tests.fakes.jnius import FakeJnius, JavaException, call_java

NOW = datetime(2026, 11, 20, 1, 45, tzinfo=UTC)
LOCATION = "(Landroid/location/Location;)V"
UP = 5_000_000_000_000  # ns since the phone was started


class JavaList:
    def __init__(self, *items: Any) -> None:
        self._items = items

    def contains(self, item: Any) -> bool:
        return item in self._items

    def size(self) -> int:
        return len(self._items)

    def get(self, place: int) -> Any:
        return self._items[place]


class Location:
    """`old`: seconds since it was found."""

    def __init__(self, *, lat: float = 20.6471, old: float = 0.0, level: int = 34, **said: Any) -> None:
        self._said = {"accuracy": 4.5, "msl": 6.0, "mock": False, "time": int(NOW.timestamp() * 1000), **said}
        self._lat, self._old, self._level = lat, old, level

    def getLatitude(self) -> float:  # noqa: N802
        return self._lat

    def getLongitude(self) -> float:  # noqa: N802
        return 106.0489

    def hasAccuracy(self) -> bool:  # noqa: N802
        return self._said["accuracy"] is not None

    def getAccuracy(self) -> float:  # noqa: N802
        return float(self._said["accuracy"] or 0.0)

    def hasAltitude(self) -> bool:  # noqa: N802
        return self._said["msl"] is not None

    def hasMslAltitude(self) -> bool:  # noqa: N802
        self._since(34)
        return self._said["msl"] is not None

    def getMslAltitudeMeters(self) -> float:  # noqa: N802
        self._since(34)
        return float(self._said["msl"])

    def getTime(self) -> int:  # noqa: N802
        return int(self._said["time"])

    def getElapsedRealtimeNanos(self) -> int:  # noqa: N802
        return UP - int(self._old * 1e9)

    def getProvider(self) -> str:  # noqa: N802
        return "gps"

    def getExtras(self) -> Any:  # noqa: N802
        count = self._said.get("satellites")
        return (
            None
            if count is None
            else SimpleNamespace(getInt=lambda name, other: {"satellites": count}.get(name, other))
        )

    def isMock(self) -> bool:  # noqa: N802
        self._since(31)
        return bool(self._said["mock"])

    def isFromMockProvider(self) -> bool:  # noqa: N802
        return bool(self._said["mock"])

    def _since(self, level: int) -> None:
        if self._level < level:
            raise JavaException("no such method", "java.lang.NoSuchMethodError")


class Manager:
    """`getAllProviders`, `isProviderEnabled` as told; keeps who listens."""

    def __init__(self) -> None:
        self.providers, self.enabled, self.refuses = ["gps", "network"], True, ""
        self.while_asked: Callable[[], None] = lambda: None
        self.listening: list[Any] = []
        self.asked: list[Any] = []
        self.removed_on: list[int] = []  # threads
        self.began = threading.Event()

    def getAllProviders(self) -> JavaList:  # noqa: N802
        return JavaList(*self.providers)

    def isProviderEnabled(self, name: str) -> bool:  # noqa: N802
        assert name == "gps"
        return self.enabled

    def requestLocationUpdates(self, *asked: Any) -> None:  # noqa: N802
        if self.refuses:
            raise JavaException("no", self.refuses)
        self.while_asked()
        self.asked.append(asked)
        self.listening.append(asked[3])
        self.began.set()

    def removeUpdates(self, listener: Any) -> None:  # noqa: N802
        self.listening.remove(listener)
        self.removed_on.append(threading.get_ident())


@pytest.fixture
def manager() -> Manager:
    return Manager()


@pytest.fixture
def phone(jnius: FakeJnius, manager: Manager) -> SimpleNamespace:
    activity: Any = SimpleNamespace(
        granted=0,
        checkSelfPermission=lambda name: activity.granted,
        getSystemService=lambda name: {"location": manager}[name],
    )
    version = SimpleNamespace(SDK_INT=34)
    jnius.classes |= {
        "org.kivy.android.PythonActivity": SimpleNamespace(mActivity=activity),
        "android.os.Build$VERSION": version,
        "android.os.SystemClock": SimpleNamespace(elapsedRealtimeNanos=lambda: UP),
        "android.os.Looper": SimpleNamespace(getMainLooper=lambda: "main"),
    }
    return SimpleNamespace(activity=activity, version=version)


class Clock:
    def now(self) -> datetime:
        return NOW


Read = Callable[..., list[Fix]]


@pytest.fixture
def read(phone: SimpleNamespace, manager: Manager) -> Read:
    """What comes of calls from Java: each (method, arguments); then the receiver is closed."""

    def reading(*calls: tuple[Any, ...]) -> list[Fix]:
        gnss: Gnss = AndroidGnss(Clock())
        found: list[Fix] = []
        thread = threading.Thread(target=lambda: found.extend(gnss.fixes()), daemon=True)
        thread.start()
        assert manager.began.wait(5)
        for name, *arguments in calls:
            many = isinstance(arguments[0], JavaList)
            signature = "(Ljava/util/List;)V" if many else "(Landroid/location/Location;)V"
            call_java(manager.listening[0], name, *arguments, signature=signature)
        gnss.close()
        thread.join(5)
        assert not thread.is_alive()
        assert manager.listening == []
        return found

    return reading


def test_a_location_becomes_a_fix(read: Read) -> None:
    (fix,) = read(("onLocationChanged", Location(satellites=9)))
    assert fix == Fix(
        lat=20.6471,
        lon=106.0489,
        accuracy_m=4.5,
        altitude_m=6.0,
        fixed_at=NOW,
        received_at=NOW,
        mode=FixMode.THREE_D,
        quality=FixQuality.UNKNOWN,
        provider="gps",
        satellites=9,
        mock=False,
    )


def test_android_12_hands_over_lists(read: Read) -> None:
    fixes = read(("onLocationChanged", JavaList(Location(lat=20.1), Location(lat=20.2))))
    assert [fix.lat for fix in fixes] == [20.1, 20.2]


def test_every_method_of_the_listener_is_there(phone: SimpleNamespace, manager: Manager) -> None:
    listener = AndroidGnss(Clock())._listener()
    signatures = {
        (function.java_name, function.java_signature)
        for function in vars(type(listener)).values()
        if hasattr(function, "java_name")
    }
    assert signatures == {
        ("onLocationChanged", "(Landroid/location/Location;)V"),
        ("onLocationChanged", "(Ljava/util/List;)V"),
        ("onFlushComplete", "(I)V"),
        ("onProviderEnabled", "(Ljava/lang/String;)V"),
        ("onProviderDisabled", "(Ljava/lang/String;)V"),
        ("onStatusChanged", "(Ljava/lang/String;ILandroid/os/Bundle;)V"),
    }
    assert type(listener).__javainterfaces__ == ["android/location/LocationListener"]


def test_an_old_position_is_as_old_as_the_phone_says(read: Read) -> None:
    (fix,) = read(("onLocationChanged", Location(old=42.0)))
    assert fix.age_s(NOW) == pytest.approx(42.0)


def test_what_android_does_not_say_is_not_made_up(read: Read) -> None:
    (fix,) = read(("onLocationChanged", Location(accuracy=None, msl=None, time=0)))
    assert (fix.accuracy_m, fix.altitude_m, fix.fixed_at, fix.satellites) == (None, None, None, None)
    assert fix.mode is FixMode.TWO_D


def test_an_accuracy_of_nought_says_nothing(read: Read) -> None:
    (fix,) = read(("onLocationChanged", Location(accuracy=0.0)))
    assert fix.accuracy_m is None


@pytest.mark.parametrize("level", [29, 30, 31, 33, 34])
def test_a_simulated_position_is_named_on_every_android(level: int, phone: SimpleNamespace, read: Read) -> None:
    phone.version.SDK_INT = level
    (fix,) = read(("onLocationChanged", Location(mock=True, level=level)))
    assert (fix.mock, fix.quality) == (True, FixQuality.SIMULATED)
    assert (fix.altitude_m is not None) is (level >= 34)  # before that Android knows the ellipsoid only


def test_android_is_asked_for_every_second_on_the_thread_of_its_screen(read: Read, manager: Manager) -> None:
    read()
    ((provider, every, metres, _, looper),) = manager.asked
    assert (provider, every, metres, looper) == ("gps", 1000, 0.0, "main")


def test_a_slow_reader_gets_the_last_ones(phone: SimpleNamespace, manager: Manager) -> None:
    gnss = AndroidGnss(Clock())
    fixes = gnss.fixes()
    listener = gnss._listener()
    for n in range(KEPT + 30):
        call_java(listener, "onLocationChanged", Location(lat=n / 1000), signature=LOCATION)
    assert next(fixes).lat == pytest.approx(30 / 1000)
    gnss.close()
    assert len(list(fixes)) == KEPT - 1


def test_fixes_that_crowd_in_after_the_end_do_not_push_it_out(phone: SimpleNamespace, manager: Manager) -> None:
    gnss = AndroidGnss(Clock())
    fixes = gnss.fixes()
    listener = gnss._listener()
    call_java(listener, "onLocationChanged", Location(), signature=LOCATION)
    next(fixes)
    gnss.close()
    for _ in range(KEPT + 1):
        call_java(listener, "onLocationChanged", Location(), signature=LOCATION)
    assert list(fixes) == []


def test_only_the_thread_that_reads_speaks_with_java(
    phone: SimpleNamespace, manager: Manager, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A `threading.Timer` that has spoken with Java ends the app with itself; it is what closes after a time-out."""
    gnss = AndroidGnss(Clock())
    fixes = gnss.fixes()
    call_java(gnss._listener(), "onLocationChanged", Location(), signature=LOCATION)
    next(fixes)
    timer = threading.Timer(0, gnss.close)
    timer.start()
    timer.join()
    assert len(manager.listening) == 1
    assert list(fixes) == []
    assert manager.listening == []
    assert manager.removed_on == [threading.get_ident()]


def test_closed_while_android_is_being_asked_nobody_listens_on(phone: SimpleNamespace, manager: Manager) -> None:
    gnss = AndroidGnss(Clock())
    manager.while_asked = gnss.close
    assert list(gnss.fixes()) == []
    assert (len(manager.asked), manager.listening) == (1, [])


def test_a_call_under_way_still_meets_the_listener_that_was_sent_away(phone: SimpleNamespace, manager: Manager) -> None:
    gnss = AndroidGnss(Clock())
    manager.while_asked = gnss.close
    assert list(gnss.fixes()) == []
    listener = weakref.ref(manager.asked.pop()[3])
    del gnss
    gc.collect()
    assert listener() is not None


def test_a_reader_that_has_enough_leaves_no_listener(phone: SimpleNamespace, manager: Manager) -> None:
    gnss = AndroidGnss(Clock())
    fixes = gnss.fixes()
    call_java(gnss._listener(), "onLocationChanged", Location(), signature=LOCATION)
    next(fixes)
    fixes.close()  # type: ignore[attr-defined]
    assert manager.listening == []


def test_what_goes_wrong_in_a_call_from_java_is_raised_where_fixes_are_read(
    phone: SimpleNamespace, manager: Manager
) -> None:
    gnss = AndroidGnss(Clock())
    call_java(gnss._listener(), "onLocationChanged", object(), signature=LOCATION)
    with pytest.raises(AttributeError):
        list(gnss.fixes())
    assert manager.listening == []


@pytest.mark.parametrize("lat", [90.5, -91.0, float("nan"), float("inf")])
def test_a_place_that_is_not_on_earth_is_no_fix(read: Read, lat: float) -> None:
    assert read(("onLocationChanged", Location(lat=lat))) == []


def unavailable(phone: SimpleNamespace) -> str:
    with pytest.raises(GnssUnavailable) as caught:
        list(AndroidGnss(Clock()).fixes())
    return str(caught.value)


def test_without_the_permission_it_says_where_it_is_given(phone: SimpleNamespace, manager: Manager) -> None:
    phone.activity.granted = -1
    assert "Quyền" in unavailable(phone)
    phone.activity.granted, manager.refuses = 0, "java.lang.SecurityException"
    assert "Quyền" in unavailable(phone)
    assert manager.listening == []


def test_any_other_refusal_of_android_is_a_defect(phone: SimpleNamespace, manager: Manager) -> None:
    manager.refuses = "java.lang.IllegalArgumentException"
    with pytest.raises(JavaException):
        list(AndroidGnss(Clock()).fixes())


def test_switched_off_or_without_a_receiver_it_says_so(phone: SimpleNamespace, manager: Manager) -> None:
    manager.enabled = False
    assert "đang tắt" in unavailable(phone)
    manager.providers = ["network"]
    assert "không có bộ thu" in unavailable(phone)


def test_switched_off_in_the_middle_ends_it_with_that(phone: SimpleNamespace, manager: Manager) -> None:
    gnss = AndroidGnss(Clock())
    fixes = gnss.fixes()
    listener = gnss._listener()
    call_java(listener, "onLocationChanged", Location(), signature=LOCATION)
    call_java(listener, "onProviderDisabled", "gps")
    assert next(fixes).lat == 20.6471
    with pytest.raises(GnssUnavailable, match="đang tắt"):
        next(fixes)
    assert manager.listening == []


def test_closed_before_it_began_it_gives_nothing(phone: SimpleNamespace, manager: Manager) -> None:
    phone.activity.granted = -1
    gnss = AndroidGnss(Clock())
    gnss.close()
    gnss.close()
    assert list(gnss.fixes()) == []
    assert manager.asked == []
