import json
import math
import socket
import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from mobile.device.gnss_gpsd import GpsdGnss
from mobile.device.gnss_source import open_gnss
from mobile.ports import GnssUnavailable
from shared.geo.fix import Fix, FixMode, FixQuality
from tests.fakes.gpsd import RealGpsd, needs_gpsd
from tests.fakes.nmea import sentences

DEVICE_NOW = datetime(2031, 5, 1, tzinfo=UTC)
TPV: dict[str, Any] = {
    "class": "TPV",
    "device": "/dev/ttyUSB0",
    "mode": 3,
    "time": "2026-11-03T02:15:00.000Z",
    "lat": 20.646321,
    "lon": 106.051187,
    "altHAE": -15.5,
    "altMSL": 12.5,
}


class FixedClock:
    def now(self) -> datetime:
        return DEVICE_NOW


class FakeGpsd:
    """Waits for WATCH, sends what it is told, hangs up."""

    def __init__(self) -> None:
        self._server = socket.create_server(("127.0.0.1", 0))
        self._server.settimeout(5)
        self.port = int(self._server.getsockname()[1])

    def start(self, *parts: object, pause_s: float = 0.0, stay_s: float = 0.0) -> None:
        """`parts`: reports (dict), raw bytes, or seconds to wait (float)."""
        self._thread = threading.Thread(target=self._run, args=(parts, pause_s, stay_s))
        self._thread.start()

    def _run(self, parts: tuple[object, ...], pause_s: float, stay_s: float) -> None:
        client, _ = self._server.accept()
        with client:
            self.request = client.recv(200)
            client.sendall(b'{"class":"VERSION","release":"3.22","proto_major":3,"proto_minor":14}\r\n')
            for part in parts:
                if isinstance(part, float):
                    time.sleep(part)
                else:
                    client.sendall(part if isinstance(part, bytes) else json.dumps(part).encode() + b"\r\n")
                time.sleep(pause_s)
            time.sleep(stay_s)

    def stop(self) -> None:
        self._server.close()
        self._thread.join(10)


@pytest.fixture
def gpsd() -> Iterator[FakeGpsd]:
    fake = FakeGpsd()
    yield fake
    fake.stop()


def seen_of(gpsd: FakeGpsd, *parts: object) -> list[Fix]:
    """All fixes before gpsd hangs up, which is an exception: so they are gathered one by one."""
    gpsd.start(*parts)
    seen: list[Fix] = []
    gnss = GpsdGnss("127.0.0.1", gpsd.port, FixedClock())
    with pytest.raises(GnssUnavailable, match="đã ngắt kết nối; hãy"):
        deque(map(seen.append, gnss.fixes()), maxlen=0)
    return seen


def at(second: int) -> dict[str, Any]:
    return {**TPV, "time": f"2026-11-03T02:15:{second:02d}.000Z"}


def test_a_tpv_becomes_a_fix(gpsd: FakeGpsd) -> None:
    [fix] = seen_of(gpsd, {"class": "SKY", "device": "/dev/ttyUSB0", "hdop": 0.8, "uSat": 11}, {**TPV, "eph": 19.0})
    assert b'?WATCH={"enable":true,"json":true}' in gpsd.request
    assert fix.accuracy_m == pytest.approx(19.0 * 1.5096 / 2.4477)
    assert replace(fix, accuracy_m=None) == Fix(
        lat=20.646321,
        lon=106.051187,
        accuracy_m=None,
        altitude_m=12.5,
        fixed_at=datetime(2026, 11, 3, 2, 15, tzinfo=UTC),
        received_at=DEVICE_NOW,
        mode=FixMode.THREE_D,
        quality=FixQuality.AUTONOMOUS,
        provider="gpsd",
        satellites=11,
        mock=False,
    )


def test_two_tpvs_of_one_epoch_are_merged(gpsd: FakeGpsd) -> None:
    flat = {key: value for key, value in TPV.items() if not key.startswith("alt")}
    fixes = seen_of(gpsd, {**TPV, "mode": 2}, {**flat, "eph": 4.0}, at(1), at(1), at(2))
    assert [fix.fixed_at and fix.fixed_at.second for fix in fixes] == [0, 1, 2]
    assert (fixes[0].mode, fixes[0].altitude_m) == (FixMode.THREE_D, 12.5)
    assert fixes[0].accuracy_m == pytest.approx(4.0 * 1.5096 / 2.4477)


def test_a_late_tpv_of_an_epoch_already_given_out_is_no_second_fix(gpsd: FakeGpsd) -> None:
    assert len(seen_of(gpsd, TPV, 0.6, {**TPV, "eph": 4.0}, 0.6, at(1))) == 2


def test_a_receiver_without_a_time_that_stands_still_goes_on_giving_fixes(gpsd: FakeGpsd) -> None:
    untimed = {key: value for key, value in TPV.items() if key != "time"}
    fixes = seen_of(gpsd, untimed, 0.6, untimed, 0.6, untimed)
    assert [fix.fixed_at for fix in fixes] == [None, None, None]


def test_accuracy_without_eph_comes_from_gst_of_the_same_time_else_from_hdop(gpsd: FakeGpsd) -> None:
    gst = {"class": "GST", "device": "/dev/ttyUSB0", "time": TPV["time"], "lat": 3.0, "lon": 4.0}
    sky = {"class": "SKY", "device": "/dev/ttyUSB0", "hdop": 1.5, "satellites": [{"PRN": 3, "used": True}, {"PRN": 4}]}
    fixes = seen_of(gpsd, TPV, gst, sky, at(1))
    assert fixes[0].accuracy_m == pytest.approx(1.5096 * math.sqrt(12.5))
    assert fixes[1].accuracy_m == pytest.approx(1.5096 * 8.0 * 1.5 / math.sqrt(2))
    assert fixes[1].satellites == 1


@pytest.mark.parametrize(
    ("status", "quality", "mock"),
    [
        (0, FixQuality.UNKNOWN, False),
        (2, FixQuality.DIFFERENTIAL, False),
        (3, FixQuality.RTK_FIXED, False),
        (4, FixQuality.RTK_FLOAT, False),
        (6, FixQuality.ESTIMATED, False),
        (7, FixQuality.MANUAL, True),
        (8, FixQuality.SIMULATED, True),
        (42, FixQuality.UNKNOWN, False),
    ],
)
def test_status_becomes_quality(gpsd: FakeGpsd, status: int, quality: FixQuality, mock: bool) -> None:
    [fix] = seen_of(gpsd, {**TPV, "status": status})
    assert (fix.quality, fix.mock) == (quality, mock)


def test_no_fix_comes_of_mode_1_or_of_nonsense_and_nonsense_ends_nothing(gpsd: FakeGpsd) -> None:
    nonsense: list[object] = [
        b"\xff\xfe{{{\n",
        b"[1, 2]\n",
        b"[" * 100_000 + b"\n",
        b'{"class":"TPV","mode":3,"lat":NaN,"lon":1}\n',
        {**TPV, "lat": 123.0},
        {**TPV, "lat": "20.6"},
        {**TPV, "mode": 1},
        {"class": "SKY", "satellites": 7},
        {"class": "TPV"},
    ]
    gpsd.start(*nonsense, at(5))
    gnss = GpsdGnss("127.0.0.1", gpsd.port, FixedClock())
    fixes = gnss.fixes()
    assert next(fixes).fixed_at == datetime(2026, 11, 3, 2, 15, 5, tzinfo=UTC)
    with pytest.raises(GnssUnavailable):
        next(fixes)
    assert gnss.dropped == 3


def test_a_position_is_taken_back_by_no_fix_of_the_same_time(gpsd: FakeGpsd) -> None:
    assert seen_of(gpsd, TPV, {**TPV, "mode": 1}) == []


def test_only_one_of_two_receivers_is_followed(gpsd: FakeGpsd) -> None:
    def other(second: int) -> dict[str, Any]:
        return {**at(second), "time": f"2026-11-03T02:15:{second:02d}.500Z", "device": "/dev/ttyACM0", "lat": 21.0}

    fixes = seen_of(gpsd, at(0), other(0), at(1), other(1), at(2))
    assert [fix.lat for fix in fixes] == [20.646321] * 3


def test_an_epoch_comes_out_after_the_quiet_time(gpsd: FakeGpsd) -> None:
    gpsd.start(TPV, stay_s=1.5)
    started = time.monotonic()
    next(GpsdGnss("127.0.0.1", gpsd.port, FixedClock()).fixes())
    assert time.monotonic() - started < 1.0


def test_close_from_another_thread_ends_it(gpsd: FakeGpsd) -> None:
    gpsd.start(stay_s=3.0)
    gnss = GpsdGnss("127.0.0.1", gpsd.port, FixedClock())
    threading.Timer(0.2, gnss.close).start()
    started = time.monotonic()
    assert list(gnss.fixes()) == []
    assert time.monotonic() - started < 2.0


def test_a_silent_gpsd_is_reported(gpsd: FakeGpsd) -> None:
    gpsd.start(stay_s=1.0)
    gnss = GpsdGnss("127.0.0.1", gpsd.port, FixedClock(), quiet_s=0.05, silence_s=0.4)
    with pytest.raises(GnssUnavailable, match="im lặng đã .* giây; hãy"):
        list(gnss.fixes())


def test_a_gpsd_that_is_not_there_is_told_in_vietnamese() -> None:
    with pytest.raises(GnssUnavailable, match="Không kết nối được dịch vụ định vị gpsd tại 127.0.0.1:1; hãy"):
        list(open_gnss("gpsd://127.0.0.1:1", FixedClock()).fixes())


# --- the real one ---


@needs_gpsd
def test_the_real_gpsd_fed_by_udp_gives_the_same_epochs() -> None:
    start = datetime.now(UTC).replace(microsecond=0)  # gpsd corrects dates that are far from its own clock
    epochs = [
        sentences(20.64 + n * 1e-4, 106.05, start + timedelta(seconds=n), hdop=0.9, satellites=9, altitude_m=12.0)
        for n in range(200)
    ]
    seen: list[Fix] = []
    with RealGpsd(epochs) as daemon:
        with closing(open_gnss(daemon.url, FixedClock())) as gnss:
            for fix in gnss.fixes():
                seen.append(fix)
                if len(seen) == 12:
                    break
        times = [fix.fixed_at for fix in seen if fix.fixed_at is not None]
        assert len(set(times)) == len(times)
        assert len(times) >= 10
        for fix in seen:
            if fix.fixed_at is not None:
                n = round((fix.fixed_at - start).total_seconds())
                assert fix.lat == pytest.approx(20.64 + n * 1e-4, abs=2e-8)
                assert fix.lon == pytest.approx(106.05, abs=2e-8)
        last = seen[-1]
        assert (last.mode, last.quality) == (FixMode.THREE_D, FixQuality.AUTONOMOUS)
        assert last.altitude_m == pytest.approx(12.0)
        assert last.accuracy_m is not None
        assert 1 < last.accuracy_m < 30

        daemon.end()
        with pytest.raises(GnssUnavailable):
            list(open_gnss(daemon.url, FixedClock()).fixes())
