"""The GNSS port fed by NMEA 0183 sentences: from a file (replay), a TCP stream or UDP datagrams.

pynmeagps takes single sentences apart; putting them together to epochs is done here. An epoch is all sentences with one
UTC time of day (to `SAME_EPOCH`), whoever the talker is. It is given out

* when the next epoch's time begins, or the source ends;
* from a socket also after `QUIET_S` without a byte: receivers send an epoch in one burst, so the first silence is its
  end, and a live user waits a quarter of a second instead of until the next burst. A sentence that comes later with the
  same time cannot change a fix that is already out and is not given out again.

Sentences without a time (GSA, GSV, VTG) belong to the epoch that is open; with none open, to the next.

The mode is GSA's, the last one heard for up to `GSA_HOLD_EPOCHS`; without any, an epoch with an altitude and at least
four satellites counts as 3D. (gpsd takes every altitude for 3D, even where GSA says 2D; here the receiver is believed.)

Dates come from ZDA and from valid RMC, and are carried over midnight when the time of day jumps back by more than half
a day. A receiver whose GPS week counter has rolled over dates its fixes 1,024 weeks (19.6 years) or a multiple too
early. This is passed on as the receiver said it: which one is right, receiver or device, is for the rules to judge,
and they have `received_at` beside `fixed_at`. A leap second (23:59:60) does not fit Python's `datetime`; that epoch is
lost.

Whatever is no sentence with a right checksum (half lines, binary data, comments in a log, sentences without checksum,
over-long lines) is dropped and counted, and nothing of it ever ends the stream. Well-formed sentences of other
instruments (AIS, depth, makers' own) are neither used nor counted.
"""

import math
import re
import socket
import threading
from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Final

from pynmeagps import (
    NMEAMessage,
    NMEAMessageError,
    NMEAParseError,
    NMEAReader,
    NMEATypeError,
)

from mobile.ports import Clock, GnssUnavailable
from shared.geo.fix import UERE_SIGMA_M, Fix, FixMode, FixQuality, radius_68_from_hdop, radius_68_from_sigmas

QUIET_S: Final = 0.25  # longer than the gaps inside a burst at 4800 baud, shorter than the gap between bursts at 1-2 Hz
SILENCE_S: Final = 30.0  # a working receiver speaks every second even without a fix
CONNECT_S: Final = 5.0
POLL_S: Final = 0.5  # how long `close()` may take to be noticed
CHUNK: Final = 4096
MAX_SENTENCE: Final = 255  # NMEA 0183 says 82; GSV and GNS of real receivers are longer
SATELLITES_FOR_3D: Final = 4
MAX_GSA: Final = 24  # more in one epoch come from a receiver that sends nothing else; they must not pile up
GSA_HOLD_EPOCHS: Final = 10  # some receivers send GSA only every few epochs

_SENTENCE = re.compile(rb"\$[A-Z][A-Z0-9]{2,14},[\x20-\x7e]*\*[0-9A-Fa-f]{2}")
_BREAK = re.compile(rb"[\r\n]+|(?=[$!])")  # a new start ends a sentence even when its line end was lost

_GGA_QUALITY: Final = {
    0: FixQuality.NONE,
    1: FixQuality.AUTONOMOUS,
    2: FixQuality.DIFFERENTIAL,
    3: FixQuality.PPS,
    4: FixQuality.RTK_FIXED,
    5: FixQuality.RTK_FLOAT,
    6: FixQuality.ESTIMATED,
    7: FixQuality.MANUAL,
    8: FixQuality.SIMULATED,
}
# Mode indicator of RMC, GLL, VTG and (one letter per constellation) GNS. Strongest claim first, and before all of them
# what marks a position as not measured: GNS may say "SA".
_LETTER_QUALITY: Final = {
    "S": FixQuality.SIMULATED,
    "M": FixQuality.MANUAL,
    "R": FixQuality.RTK_FIXED,
    "F": FixQuality.RTK_FLOAT,
    "P": FixQuality.PPS,
    "D": FixQuality.DIFFERENTIAL,
    "A": FixQuality.AUTONOMOUS,
    "E": FixQuality.ESTIMATED,
}
_MOCK: Final = frozenset({FixQuality.SIMULATED, FixQuality.MANUAL})
_GSA_MODE: Final = {1: FixMode.NONE, 2: FixMode.TWO_D, 3: FixMode.THREE_D}
_MODE_RANK: Final = (FixMode.NONE, FixMode.TWO_D, FixMode.THREE_D)
_POSITION_KINDS: Final = ("GGA", "GNS", "RMC", "GLL")  # best first: GGA and GNS carry altitude, HDOP and satellites
_KINDS: Final = frozenset({*_POSITION_KINDS, "GSA", "GST", "VTG", "ZDA"})  # GSV tells of satellites in view only
_HALF_A_DAY: Final = timedelta(hours=12)
SAME_EPOCH: Final = timedelta(milliseconds=10)  # the fastest receivers on the market give 50 epochs a second


class SentenceSplitter:
    """Cuts a byte stream into NMEA sentences of at most `MAX_SENTENCE` bytes; everything else is counted in `dropped`.

    Holds no more than one unfinished sentence. A checksum is not looked at here, only its presence.
    """

    def __init__(self) -> None:
        self.dropped = 0
        self._tail = b""

    def feed(self, data: bytes) -> Iterator[bytes]:
        pieces = _BREAK.split(self._tail + data)
        # One byte over the limit is enough to know that the sentence is too long, however long it goes on.
        self._tail = pieces.pop()[: MAX_SENTENCE + 1]
        for piece in pieces:
            yield from self._checked(piece)

    def flush(self) -> Iterator[bytes]:
        """What is left when the stream ends or pauses: some senders leave out the last line end."""
        if _SENTENCE.fullmatch(self._tail):
            tail, self._tail = self._tail, b""
            yield tail

    def finish(self) -> Iterator[bytes]:
        tail, self._tail = self._tail, b""
        yield from self._checked(tail)

    def _checked(self, piece: bytes) -> Iterator[bytes]:
        text = piece.strip()
        # "!" begins AIS messages: well-formed, not about us. A lone "$" is what "$$GNGGA" of some ST receivers leaves.
        if text in (b"", b"$") or text.startswith(b"!"):
            return
        if len(text) <= MAX_SENTENCE and _SENTENCE.fullmatch(text):
            yield text
        else:
            self.dropped += 1


@dataclass(frozen=True, slots=True)
class _Denial:
    """A sentence says that there is no position."""


@dataclass(frozen=True, slots=True)
class _Report:
    """What one sentence says about the position."""

    talker: str
    kind: str
    lat: float
    lon: float
    quality: FixQuality
    altitude_m: float | None = None
    hdop: float | None = None
    satellites: int | None = None

    def preference(self) -> tuple[int, int]:
        """Smaller is better: the solution of all constellations first, then GPS."""
        talker = {"GN": 0, "GP": 1}.get(self.talker, 2)
        return talker, _POSITION_KINDS.index(self.kind)

    def claims_the_impossible(self) -> bool:
        """Measured, with no satellite: receivers say so while they repeat the last position they had."""
        return self.satellites == 0 and self.quality in UERE_SIGMA_M and self.quality not in _MOCK


@dataclass(slots=True)
class _Epoch:
    at: time
    day: date | None = None
    # By talker and kind, so that a receiver that repeats itself without end takes no more memory.
    reports: dict[tuple[str, str], _Report | _Denial] = field(default_factory=dict)
    gsa: dict[tuple[str, str], tuple[FixMode, float | None, int]] = field(default_factory=dict)
    sigmas: tuple[float, float] | None = None
    vtg: FixQuality | None = None

    def usable(self) -> list[_Report]:
        """Reports with a position, best first. A talker that denies in one sentence what it says in another (u-blox:
        GGA 6 with RMC V when the user's limits are exceeded) is not believed."""
        denied = {talker for (talker, _), report in self.reports.items() if isinstance(report, _Denial)}
        reports = (report for report in self.reports.values() if isinstance(report, _Report))
        good = sorted((report for report in reports if report.talker not in denied), key=_Report.preference)
        if not self.used() and any(report.claims_the_impossible() for report in good):
            return []
        return good

    def used(self) -> int:
        """Satellites in the solution, as GSA lists them."""
        return sum(count for _, _, count in self.gsa.values())


class EpochAssembler:
    """Turns sentences into fixes. `dropped` counts sentences with a wrong checksum or impossible contents."""

    def __init__(self, clock: Clock, provider: str) -> None:
        self.dropped = 0
        self._clock = clock
        self._provider = provider
        self._epoch: _Epoch | None = None
        self._given_out: time | None = None
        self._early_gsa: dict[tuple[str, str], tuple[FixMode, float | None, int]] = {}
        self._held_mode: FixMode | None = None
        self._held_for = 0
        self._day: date | None = None
        self._day_at = time()

    def feed(self, sentence: bytes) -> Fix | None:
        """The fix that this sentence completes: the epoch before the one it begins."""
        address = sentence[1 : sentence.index(b",")].decode("ascii")
        kind = address[2:]
        if kind not in _KINDS or address.startswith("P"):
            return None
        try:
            return self._take(kind, NMEAReader.parse(sentence))
        except (NMEAParseError, NMEAMessageError, NMEATypeError, ValueError):
            # A damaged or impossible sentence is an everyday event on a serial line: it is counted, and shown.
            self.dropped += 1
            return None

    def flush(self) -> Fix | None:
        """The open epoch, when it is good for a fix already; without one it stays open for what is still to come."""
        if self._epoch is None or not self._epoch.usable():
            return None
        return self._close()

    def _take(self, kind: str, message: NMEAMessage | None) -> Fix | None:
        if message is None:
            raise ValueError(f"pynmeagps knows no {kind}")
        if kind == "GSA":
            self._take_gsa(message)
            return None
        if kind == "VTG":
            if self._epoch is not None:
                self._epoch.vtg = _letter_quality(message)
            return None
        at = getattr(message, "time", "")
        if not isinstance(at, time):
            if _text(message.payload[0] if kind != "GLL" else "".join(message.payload[4:5])):
                raise ValueError("impossible time of day")
            return None  # before its first fix a receiver has no time to give
        contents = _contents(kind, message)  # before the epoch changes: an impossible sentence must not end one
        done = self._turn_to(at)
        if self._epoch is None:
            return done  # late words of an epoch already given out
        match contents:
            case _Report() | _Denial():
                self._epoch.reports[message.talker, kind] = contents
                if kind == "RMC" and isinstance(contents, _Report) and isinstance(message.date, date):
                    self._epoch.day = self._epoch.day or message.date
            case date():
                self._epoch.day = contents  # ZDA writes the year in full: better than RMC's two digits
            case (float(), float()):
                self._epoch.sigmas = contents
        return done

    def _turn_to(self, at: time) -> Fix | None:
        if self._epoch is not None and _same_epoch(self._epoch.at, at):
            return None
        if self._epoch is None and self._given_out is not None and _same_epoch(self._given_out, at):
            return None
        done = self._close()
        self._epoch = _Epoch(at, gsa=self._early_gsa)
        self._early_gsa = {}
        return done

    def _take_gsa(self, message: NMEAMessage) -> None:
        mode = _GSA_MODE.get(getattr(message, "navMode", None) or 0)
        if mode is None:
            raise ValueError("GSA without a mode")
        if self._epoch is None and mode is FixMode.NONE:
            return  # more likely about the time without a fix that ends now than about the epoch that begins
        used = sum(1 for number in message.payload[2:14] if number)
        place = self._early_gsa if self._epoch is None else self._epoch.gsa
        # One GSA per constellation; those of talker GN differ in the system or, in older receivers, in the numbers.
        place[message.talker, f"{getattr(message, 'systemId', '')}:{message.payload[2:3]}"] = (
            mode,
            _number(message, "HDOP"),
            used,
        )
        if len(place) > MAX_GSA:
            place.clear()

    def _close(self) -> Fix | None:
        epoch, self._epoch = self._epoch, None
        if epoch is None:
            return None
        self._given_out = epoch.at
        self._carry_day(epoch)
        claimed = self._mode(epoch)
        reports = epoch.usable()
        if not reports or claimed is FixMode.NONE:
            return None
        best = reports[0]
        quality = _best_quality(reports, epoch.vtg)
        hdops = [report.hdop for report in reports] + [hdop for _, hdop, _ in epoch.gsa.values()]
        hdop = next((value for value in hdops if value is not None), None)
        accuracy = radius_68_from_sigmas(*epoch.sigmas) if epoch.sigmas else None
        if accuracy is None and hdop is not None:
            accuracy = radius_68_from_hdop(hdop, quality)
        altitude = next((report.altitude_m for report in reports if report.altitude_m is not None), None)
        counts = [report.satellites for report in reports if report.satellites is not None]
        # GGA must not count beyond 12, GNS may: the greater number is the true one.
        satellites = max(counts, default=0) or epoch.used() or None
        flat = altitude is None or (satellites is not None and satellites < SATELLITES_FOR_3D)
        return Fix(
            lat=best.lat,
            lon=best.lon,
            accuracy_m=accuracy,
            altitude_m=altitude,
            fixed_at=datetime.combine(self._day, epoch.at, UTC) if self._day else None,
            received_at=self._clock.now(),
            mode=claimed or (FixMode.TWO_D if flat else FixMode.THREE_D),
            quality=quality,
            provider=self._provider,
            satellites=satellites,
            mock=any(report.quality in _MOCK for report in reports) or epoch.vtg in _MOCK,
        )

    def _mode(self, epoch: _Epoch) -> FixMode | None:
        """The mode GSA claims, None when no GSA was heard lately. GSA of a constellation that adds nothing to the
        solution may say "no fix" beside others that say 3D: the highest counts."""
        if epoch.gsa:
            self._held_mode = max((mode for mode, _, _ in epoch.gsa.values()), key=_MODE_RANK.index)
            self._held_for = 0
            return self._held_mode
        self._held_for += 1
        if self._held_mode is FixMode.NONE or self._held_for > GSA_HOLD_EPOCHS:
            return None
        return self._held_mode

    def _carry_day(self, epoch: _Epoch) -> None:
        if epoch.day is not None:
            self._day = epoch.day
        elif self._day is not None:
            step = datetime.combine(self._day, epoch.at) - datetime.combine(self._day, self._day_at)
            if abs(step) > _HALF_A_DAY:
                self._day += timedelta(days=1 if step < timedelta() else -1)
        self._day_at = epoch.at


def _same_epoch(one: time, other: time) -> bool:
    """Some receivers (Magellan eXplorist) round the time of one epoch differently in GLL and in GGA."""
    apart = datetime.combine(date.min, one) - datetime.combine(date.min, other)
    return abs(apart) < SAME_EPOCH


def _contents(kind: str, message: NMEAMessage) -> _Report | _Denial | date | tuple[float, float] | None:
    """What a sentence with a time says: a position, that there is none, a day, or the sigmas of latitude and longitude
    in metres. None: all its fields are empty. Raises ValueError for what cannot be."""
    if kind == "ZDA":
        parts = (_number(message, "year"), _number(message, "month"), _number(message, "day"))
        return date(*(int(part) for part in parts if part is not None)) if None not in parts else None
    if kind == "GST":
        lat_sigma, lon_sigma = _number(message, "stdLat"), _number(message, "stdLong")
        return None if lat_sigma is None or lon_sigma is None else (lat_sigma, lon_sigma)
    quality = _quality(kind, message)
    if quality is FixQuality.NONE:
        return _Denial()
    lat, lon = _number(message, "lat"), _number(message, "lon")
    if lat is None or lon is None:
        return _Denial()
    if not (-90 <= lat <= 90 and -180 <= lon <= 180):
        raise ValueError("no such place on earth")
    satellites = _number(message, "numSV")
    return _Report(
        message.talker,
        kind,
        lat,
        lon,
        quality,
        altitude_m=_number(message, "alt") if getattr(message, "altUnit", "M") in ("M", "") else None,
        hdop=_number(message, "HDOP"),
        satellites=None if satellites is None else int(satellites),
    )


def _quality(kind: str, message: NMEAMessage) -> FixQuality:
    if kind == "GGA":
        number = _number(message, "quality")
        return FixQuality.NONE if number is None else _GGA_QUALITY.get(int(number), FixQuality.UNKNOWN)
    if kind != "GNS" and getattr(message, "status", "") != "A":
        return FixQuality.NONE
    # Before NMEA 2.3 RMC and GLL had no mode indicator: valid, but nothing is known of how.
    return _letter_quality(message) or (FixQuality.NONE if kind == "GNS" else FixQuality.UNKNOWN)


def _letter_quality(message: NMEAMessage) -> FixQuality | None:
    letters = _text(getattr(message, "posMode", ""))
    known = next((quality for letter, quality in _LETTER_QUALITY.items() if letter in letters), None)
    return FixQuality.NONE if known is None and "N" in letters else known


def _best_quality(reports: list[_Report], vtg: FixQuality | None) -> FixQuality:
    """GGA knows most kinds of solution, then GNS, RMC, GLL, VTG."""
    by_kind = sorted(reports, key=lambda report: _POSITION_KINDS.index(report.kind))
    known = (report.quality for report in by_kind if report.quality is not FixQuality.UNKNOWN)
    return next(known, None) or (vtg if vtg not in (None, FixQuality.NONE) else None) or FixQuality.UNKNOWN


def _number(message: NMEAMessage, name: str) -> float | None:
    value = getattr(message, name, "")
    if not isinstance(value, int | float):
        return None
    if not math.isfinite(value):
        raise ValueError(f"{name} is not a number")
    return float(value)


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


class _NmeaGnss:
    """What file and sockets share: bytes in, fixes out."""

    def __init__(self, clock: Clock, provider: str) -> None:
        self._closed = threading.Event()
        self._splitter = SentenceSplitter()
        self._assembler = EpochAssembler(clock, provider)

    @property
    def dropped(self) -> int:
        """Lines thrown away so far because they were no whole sentence or failed their checksum."""
        return self._splitter.dropped + self._assembler.dropped

    def close(self) -> None:
        """Ends `fixes()`; from any thread, any number of times."""
        self._closed.set()

    def _feed(self, data: bytes) -> Iterator[Fix]:
        yield from self._fixes_of(self._splitter.feed(data))

    def _pause(self) -> Iterator[Fix]:
        yield from self._fixes_of(self._splitter.flush())
        yield from self._last()

    def _end(self) -> Iterator[Fix]:
        yield from self._fixes_of(self._splitter.finish())
        yield from self._last()

    def _fixes_of(self, sentences: Iterator[bytes]) -> Iterator[Fix]:
        for sentence in sentences:
            if (fix := self._assembler.feed(sentence)) is not None:
                yield fix

    def _last(self) -> Iterator[Fix]:
        if (fix := self._assembler.flush()) is not None:
            yield fix


class NmeaFileGnss(_NmeaGnss):
    """Replays a log. `pace_s`: seconds to wait after each fix; 0 replays as fast as the file can be read."""

    def __init__(self, path: Path, clock: Clock, *, pace_s: float = 0.0) -> None:
        super().__init__(clock, "nmea-file")
        self._path = path
        self._pace_s = pace_s

    def fixes(self) -> Iterator[Fix]:
        """Ends with the file. Raises GnssUnavailable when it cannot be read."""
        for fix in self._replay():
            if self._closed.is_set():
                return
            yield fix
            if self._closed.wait(self._pace_s):
                return

    def _replay(self) -> Iterator[Fix]:
        try:
            with self._path.open("rb") as log:
                while data := log.read(CHUNK):
                    yield from self._feed(data)
                    if self._closed.is_set():
                        return
        except OSError as error:
            raise GnssUnavailable(
                f"Không đọc được tệp vết định vị «{self._path.name}»; "
                "hãy kiểm tra tệp còn đó và được phép đọc, rồi mở lại."
            ) from error
        yield from self._end()


class _NmeaSocketGnss(_NmeaGnss, ABC):
    def __init__(self, host: str, port: int, clock: Clock, provider: str, quiet_s: float, silence_s: float) -> None:
        super().__init__(clock, provider)
        self._host = host
        self._port = port
        self._quiet_s = quiet_s
        self._silence_s = silence_s

    def fixes(self) -> Iterator[Fix]:
        """Raises GnssUnavailable when the receiver cannot be reached, hangs up, or is silent for `silence_s`."""
        if self._closed.is_set():
            return
        try:
            connection = self._open()
        except OSError as error:
            raise GnssUnavailable(self._unreachable()) from error
        with connection:
            silent_s = 0.0
            paused = False
            while not self._closed.is_set():
                wait_s = POLL_S if paused else self._quiet_s
                connection.settimeout(wait_s)
                try:
                    data = connection.recv(65535)
                except TimeoutError:
                    silent_s += wait_s
                    paused = True
                    yield from self._pause()
                    if silent_s >= self._silence_s:
                        raise GnssUnavailable(
                            f"Máy thu tại {self._host}:{self._port} im lặng đã {silent_s:.0f} giây; "
                            "hãy kiểm tra máy thu đang bật và còn trong cùng mạng, rồi kết nối lại."
                        ) from None
                    continue
                except OSError as error:
                    yield from self._end()
                    raise GnssUnavailable(self._hung_up()) from error
                if not data and self._ends_with_empty_read():
                    yield from self._end()
                    raise GnssUnavailable(self._hung_up())
                silent_s = 0.0
                paused = False
                yield from self._feed(data)

    @abstractmethod
    def _open(self) -> socket.socket: ...

    @abstractmethod
    def _ends_with_empty_read(self) -> bool: ...

    @abstractmethod
    def _unreachable(self) -> str: ...

    def _hung_up(self) -> str:
        return (
            f"Máy thu tại {self._host}:{self._port} đã ngắt kết nối; "
            "hãy kiểm tra máy thu còn bật và còn trong cùng mạng, rồi kết nối lại."
        )


class NmeaTcpGnss(_NmeaSocketGnss):
    """Connects to a receiver (or a forwarder app) that serves NMEA sentences over TCP."""

    def __init__(
        self, host: str, port: int, clock: Clock, *, quiet_s: float = QUIET_S, silence_s: float = SILENCE_S
    ) -> None:
        super().__init__(host, port, clock, "nmea-tcp", quiet_s, silence_s)

    def _open(self) -> socket.socket:
        return socket.create_connection((self._host, self._port), timeout=CONNECT_S)

    def _ends_with_empty_read(self) -> bool:
        return True

    def _unreachable(self) -> str:
        return (
            f"Không kết nối được máy thu tại {self._host}:{self._port}; "
            "hãy bật máy thu, kiểm tra địa chỉ và mạng, rồi thử lại."
        )


class NmeaUdpGnss(_NmeaSocketGnss):
    """Listens on an address of this device (`0.0.0.0` for every one) for datagrams with NMEA sentences."""

    def __init__(
        self, host: str, port: int, clock: Clock, *, quiet_s: float = QUIET_S, silence_s: float = SILENCE_S
    ) -> None:
        super().__init__(host, port, clock, "nmea-udp", quiet_s, silence_s)

    def _open(self) -> socket.socket:
        family, kind, protocol, _, address = socket.getaddrinfo(
            self._host, self._port, type=socket.SOCK_DGRAM, flags=socket.AI_PASSIVE
        )[0]
        listener = socket.socket(family, kind, protocol)
        try:
            listener.bind(address)
        except OSError:
            listener.close()
            raise
        return listener

    def _ends_with_empty_read(self) -> bool:
        return False  # an empty datagram is a datagram

    def _unreachable(self) -> str:
        return (
            f"Không mở được cổng UDP {self._host}:{self._port} để nghe máy thu; "
            "hãy kiểm tra địa chỉ là của thiết bị này và cổng chưa bị ứng dụng khác dùng, rồi thử lại."
        )
