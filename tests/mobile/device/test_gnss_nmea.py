import math
import socket
import threading
import time
import tracemalloc
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mobile.device.gnss_nmea import (
    MAX_SENTENCE,
    EpochAssembler,
    NmeaFileGnss,
    NmeaTcpGnss,
    NmeaUdpGnss,
    SentenceSplitter,
)
from mobile.device.gnss_source import open_gnss
from mobile.ports import Gnss, GnssUnavailable
from shared.geo.fix import Fix, FixMode, FixQuality
from tests.fakes.nmea import as_bytes, sentence, sentences

LAT, LON = 20.646321, 106.051187
START = datetime(2026, 11, 3, 2, 15, tzinfo=UTC)
DEVICE_NOW = datetime(2031, 5, 1, tzinfo=UTC)  # a device's clock may be years off


class FixedClock:
    def now(self) -> datetime:
        return DEVICE_NOW


def replayed(data: bytes) -> tuple[list[Fix], int]:
    """Fixes and dropped lines of a whole stream."""
    splitter, assembler = SentenceSplitter(), EpochAssembler(FixedClock(), "test")
    fixes = [fix for line in splitter.feed(data) if (fix := assembler.feed(line))]
    fixes += [fix for line in splitter.finish() if (fix := assembler.feed(line))]
    last = assembler.flush()
    return fixes + ([last] if last else []), splitter.dropped + assembler.dropped


def fixes_of(*lines: str) -> list[Fix]:
    return replayed(as_bytes(lines))[0]


def epochs(count: int, step_s: float = 1.0, start: datetime = START) -> list[list[str]]:
    return [
        sentences(LAT + n * 1e-4, LON, start + timedelta(seconds=n * step_s), sigmas_m=(1.2, 0.9)) for n in range(count)
    ]


# --- one epoch ---


def test_an_epoch_carries_what_its_sentences_say() -> None:
    [fix] = fixes_of(*sentences(LAT, LON, START, hdop=1.4, satellites=9, altitude_m=7.5))
    assert [fix.lat, fix.lon] == pytest.approx([LAT, LON], abs=2e-8)
    assert fix.fixed_at == START
    assert fix.received_at == DEVICE_NOW
    assert (fix.mode, fix.quality, fix.satellites) == (FixMode.THREE_D, FixQuality.AUTONOMOUS, 9)
    assert (fix.altitude_m, fix.mock, fix.provider) == (7.5, False, "test")


@pytest.mark.parametrize(("lat", "lon"), [(-33.868123, 151.209321), (64.15, -21.94), (-0.000001, -179.999999)])
def test_hemispheres_keep_their_sign(lat: float, lon: float) -> None:
    [fix] = fixes_of(*sentences(lat, lon, START))
    assert [fix.lat, fix.lon] == pytest.approx([lat, lon], abs=2e-8)


def test_talkers_of_one_time_make_one_epoch() -> None:
    lines = [
        *sentences(LAT, LON, START, talker="GP", kinds=["GGA"], satellites=12),
        *sentences(LAT, LON, START, talker="GN", kinds=["RMC", "GNS"], satellites=21),
        *sentences(LAT, LON, START, talker="GL", kinds=["GLL", "GSA"]),
        *sentences(LAT, LON, START, talker="BD", kinds=["GSA"]),
    ]
    [fix] = fixes_of(*lines)
    assert fix.satellites == 21  # GGA must not count beyond 12
    assert fix.altitude_m == 12.0


def test_an_epoch_begins_with_its_time_whatever_sentence_comes_first() -> None:
    order = ["ZDA", "GST", "GLL", "GSA", "RMC", "GGA", "VTG"]
    lines = [
        line
        for n in range(3)
        for line in sentences(LAT + n, LON, START + timedelta(seconds=n), sigmas_m=(1, 1), kinds=order)
    ]
    fixes = fixes_of(*lines)
    assert [round(fix.lat - LAT) for fix in fixes] == [0, 1, 2]
    assert [fix.fixed_at for fix in fixes] == [START + timedelta(seconds=n) for n in range(3)]


def test_times_a_few_milliseconds_apart_are_one_epoch_and_twenty_apart_are_two() -> None:
    gll = sentences(LAT, LON, START + timedelta(milliseconds=5), kinds=["GLL"])
    assert len(fixes_of(*sentences(LAT, LON, START), *gll)) == 1
    fast = sentences(LAT, LON, START + timedelta(milliseconds=20))
    assert len(fixes_of(*sentences(LAT, LON, START), *fast)) == 2


# --- mode and quality ---


@pytest.mark.parametrize(
    ("number", "quality", "mock"),
    [
        (1, FixQuality.AUTONOMOUS, False),
        (2, FixQuality.DIFFERENTIAL, False),
        (3, FixQuality.PPS, False),
        (4, FixQuality.RTK_FIXED, False),
        (5, FixQuality.RTK_FLOAT, False),
        (6, FixQuality.ESTIMATED, False),
        (7, FixQuality.MANUAL, True),
        (8, FixQuality.SIMULATED, True),
    ],
)
@pytest.mark.parametrize("kind", ["GGA", "RMC", "GNS", "GLL"])
def test_quality_is_read_from_every_kind_of_position(kind: str, number: int, quality: FixQuality, mock: bool) -> None:
    [fix] = fixes_of(*sentences(LAT, LON, START, quality=number, kinds=[kind]))
    assert (fix.quality, fix.mock) == (quality, mock)


def test_one_sentence_that_says_simulated_marks_the_epoch_as_mock() -> None:
    gga = sentences(LAT, LON, START, quality=1, kinds=["GGA"])
    rmc = sentences(LAT, LON, START, quality=8, kinds=["RMC"])
    [fix] = fixes_of(*gga, *rmc)
    assert fix.mock


@pytest.mark.parametrize(("gsa", "mode"), [(2, FixMode.TWO_D), (3, FixMode.THREE_D)])
def test_mode_is_the_one_gsa_states(gsa: int, mode: FixMode) -> None:
    [fix] = fixes_of(*sentences(LAT, LON, START, mode=gsa))
    assert fix.mode is mode


def test_mode_without_gsa_needs_an_altitude_and_four_satellites_for_3d() -> None:
    def mode(**given: float | None) -> FixMode:
        return fixes_of(*sentences(LAT, LON, START, kinds=["GGA", "RMC"], **given))[0].mode  # type: ignore[arg-type]

    assert mode(satellites=4) is FixMode.THREE_D
    assert mode(satellites=3) is FixMode.TWO_D
    assert mode(altitude_m=None) is FixMode.TWO_D


def test_no_fix_is_given_out_without_a_position_or_against_gsa() -> None:
    assert fixes_of(*sentences(LAT, LON, START, quality=0, mode=1)) == []
    assert fixes_of(*sentences(LAT, LON, START, quality=1, mode=1)) == []


def test_a_position_the_same_talker_denies_is_not_believed() -> None:
    gga = sentences(LAT, LON, START, quality=6, kinds=["GGA"])
    denial = sentences(LAT, LON, START, quality=0, kinds=["RMC"])
    assert fixes_of(*gga, *denial) == []


def test_a_measured_position_from_no_satellite_is_not_believed() -> None:
    assert fixes_of(*sentences(LAT, LON, START, satellites=0, kinds=["GGA", "RMC"])) == []


def test_one_constellation_without_satellites_does_not_undo_the_solution_of_the_others() -> None:
    idle = sentences(LAT, LON, START, mode=1, satellites=0, kinds=["GSA"], talker="BD")
    [fix] = fixes_of(*sentences(LAT, LON, START, mode=3), *idle)
    assert fix.mode is FixMode.THREE_D


# --- accuracy ---


def test_accuracy_from_gst_is_the_68_percent_radius() -> None:
    [fix] = fixes_of(*sentences(LAT, LON, START, sigmas_m=(3.0, 4.0), hdop=9.0))
    assert fix.accuracy_m == pytest.approx(1.5096 * math.sqrt((9 + 16) / 2))


def test_accuracy_from_hdop_when_gst_is_missing_or_zero() -> None:
    expected = pytest.approx(1.5096 * 8.0 * 1.5 / math.sqrt(2))
    assert fixes_of(*sentences(LAT, LON, START, hdop=1.5))[0].accuracy_m == expected
    assert fixes_of(*sentences(LAT, LON, START, hdop=1.5, sigmas_m=(0, 0)))[0].accuracy_m == expected


def test_accuracy_is_better_with_a_better_solution_of_the_same_sky() -> None:
    radii = [fixes_of(*sentences(LAT, LON, START, hdop=1.0, quality=quality))[0].accuracy_m for quality in (1, 2, 5, 4)]
    assert all(radius is not None for radius in radii)
    assert radii == sorted(radii, key=lambda radius: -(radius or 0))


@pytest.mark.parametrize(("hdop", "quality"), [(None, 1), (99.99, 1), (0.0, 1), (1.0, 6), (1.0, 7)])
def test_accuracy_is_unknown_when_nothing_speaks_of_it(hdop: float | None, quality: int) -> None:
    assert fixes_of(*sentences(LAT, LON, START, hdop=hdop, quality=quality))[0].accuracy_m is None


# --- date ---


def test_fixed_at_is_none_until_a_date_was_heard_and_then_known() -> None:
    first = sentences(LAT, LON, START, kinds=["GGA"])
    second = sentences(LAT, LON, START + timedelta(seconds=1), kinds=["GGA", "ZDA"])
    third = sentences(LAT, LON, START + timedelta(seconds=2), kinds=["GGA"])
    assert [fix.fixed_at for fix in fixes_of(*first, *second, *third)] == [
        None,
        START + timedelta(seconds=1),
        START + timedelta(seconds=2),
    ]


def test_the_date_is_carried_over_midnight() -> None:
    evening = datetime(2026, 12, 31, 23, 59, 58, tzinfo=UTC)
    lines = sentences(LAT, LON, evening)
    for n in range(1, 4):
        lines += sentences(LAT, LON, evening + timedelta(seconds=n), kinds=["GGA"])
    assert [fix.fixed_at for fix in fixes_of(*lines)] == [evening + timedelta(seconds=n) for n in range(4)]


def test_a_time_a_little_back_does_not_change_the_date() -> None:
    back = START - timedelta(seconds=13)
    fixes = fixes_of(*sentences(LAT, LON, START), *sentences(LAT, LON, back, kinds=["GGA"]))
    assert [fix.fixed_at for fix in fixes] == [START, back]


def test_the_date_of_a_receiver_without_a_fix_is_not_taken() -> None:
    factory = datetime(1980, 1, 6, 0, 0, 1, tzinfo=UTC)
    lines = sentences(LAT, LON, factory, quality=0, mode=1) + sentences(LAT, LON, START, kinds=["GGA"])
    assert [fix.fixed_at for fix in fixes_of(*lines)] == [None]


def test_a_date_before_a_week_rollover_is_passed_on_as_it_is() -> None:
    rolled = START - timedelta(weeks=1024)
    assert fixes_of(*sentences(LAT, LON, rolled))[0].fixed_at == rolled


# --- damage ---


@pytest.mark.parametrize(
    "damage",
    [
        b"$GNGGA,021500.000,2038.77926,N,10603.07122,E,1,08,0.9,12.0,M,-28.0,M,,*00\r\n",  # wrong checksum
        b"$GNGGA,021500.000,2038.7\r\n",  # cut short
        b"8.77926,N,10603.07122,E,1,08*4A\r\n",  # begun in the middle
        b"\x00\xff\xb5\x62\x01\x07\x5c\n",  # UBX between
        b"$GNGGA," + b"1" * (10 * MAX_SENTENCE) + b"*00\r\n",
        as_bytes([sentence("GNGGA,250000.000,2038.77926,N,10603.07122,E,1,08,0.9,12.0,M,,M,,")]),
        as_bytes([sentence("GNGGA,021500.000,9938.77926,N,10603.07122,E,1,08,0.9,12.0,M,,M,,")]),
        as_bytes([sentence("GNGGA,021500.000,2038.77926,N,10603.07122,E,x,08,0.9,12.0,M,,M,,")]),
        as_bytes([sentence("GNGGA,021500.000,2038.77926,N,10603.07122,E,1,08,nan,12.0,M,,M,,")]),
        as_bytes([sentence("GNZDA,021500.000,31,02,2026,00,00")]),
        as_bytes([sentence("GNGSA,A,7,,,,,,,,,,,,,,,")]),
    ],
)
def test_a_damaged_line_is_dropped_counted_and_harms_no_neighbour(damage: bytes) -> None:
    before, after = (as_bytes(lines) for lines in epochs(2))
    expected, none = replayed(before + after)
    assert len(expected) == 2
    assert none == 0
    assert replayed(before + damage + after) == (expected, 1)
    assert replayed(damage + before + after) == (expected, 1)


def test_a_lost_line_end_loses_no_sentence() -> None:
    lines = [line for epoch in epochs(3) for line in epoch]
    assert replayed("".join(lines).encode()) == replayed(as_bytes(lines))


def test_empty_fields_are_no_damage() -> None:
    silent = [
        "GPGGA,,,,,,0,00,99.99,,,,,,",
        "GPRMC,,V,,,,,,,,,,N",
        "GPGLL,,,,,,V,N",
        "GPZDA,,,,,00,00",
        "GPGST,,,,,,,,",
    ]
    gsa = "GPGSA,A,1,,,,,,,,,,,,,99.99,99.99,99.99"
    fixes, dropped = replayed(as_bytes([*map(sentence, [*silent, gsa]), *sentences(LAT, LON, START, kinds=["GGA"])]))
    assert dropped == 0
    assert len(fixes) == 1


def test_sentences_of_other_instruments_are_neither_used_nor_counted() -> None:
    others = [sentence("SDDBT,8.1,f,2.4,M,1.3,F"), sentence("PGRME,7.6,M,41.7,M,42.4,M"), "!AIVDM,1,1,,A,14eG;o@0,0*7D"]
    assert replayed(as_bytes(others)) == ([], 0)


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_no_stream_however_corrupted_raises_and_whole_epochs_still_come_out(data: st.DataObject) -> None:
    good = epochs(6)
    pieces: list[bytes] = []
    spared: set[datetime] = set()
    for number, lines in enumerate(good):
        raw = as_bytes(lines)
        if data.draw(st.booleans(), label=f"spare epoch {number}"):
            spared.add(START + timedelta(seconds=number))
        else:
            damaged = bytearray(raw)
            for _ in range(data.draw(st.integers(1, 8))):
                place = data.draw(st.integers(0, len(damaged) - 1))
                match data.draw(st.sampled_from(["change", "remove", "insert"])):
                    case "change":
                        damaged[place] = data.draw(st.integers(0, 255))
                    case "remove":
                        del damaged[place : place + data.draw(st.integers(1, 60))]
                        damaged = damaged or bytearray(b"\n")
                    case "insert":
                        damaged[place:place] = data.draw(st.binary(max_size=80))
            raw = bytes(damaged) + b"\r\n"
        pieces.append(raw)
    whole = b"".join(pieces)
    fixes, _ = replayed(whole)
    assert spared <= {fix.fixed_at for fix in fixes if fix.fixed_at}
    assert all(abs(fix.lat) <= 90 and abs(fix.lon) <= 180 for fix in fixes)


@settings(max_examples=100, deadline=None)
@given(data=st.binary(max_size=2000), cuts=st.lists(st.integers(0, 2000), max_size=8))
def test_how_the_stream_is_cut_into_pieces_makes_no_difference(data: bytes, cuts: list[int]) -> None:
    data += as_bytes(epochs(1)[0])
    splitter = SentenceSplitter()
    edges = sorted({0, len(data), *(cut for cut in cuts if cut < len(data))})
    lines = [line for a, b in zip(edges, edges[1:], strict=False) for line in splitter.feed(data[a:b])]
    whole = SentenceSplitter()
    assert lines + list(splitter.finish()) == list(whole.feed(data)) + list(whole.finish())
    assert splitter.dropped == whole.dropped


def test_memory_stays_flat_on_an_endless_stream() -> None:
    splitter, assembler = SentenceSplitter(), EpochAssembler(FixedClock(), "test")
    same_second = as_bytes(sentences(LAT, LON, START))
    no_line_end = b"x" * 20_000

    def rounds(numbers: range) -> int:
        """Bytes held after as many rounds."""
        for n in numbers:
            only_gsa = as_bytes([sentence(f"GNGSA,A,3,{n},,,,,,,,,,,,1,1,1")])
            for data in (same_second, only_gsa, no_line_end):
                for line in splitter.feed(data):
                    assembler.feed(line)
        return tracemalloc.get_traced_memory()[0]

    tracemalloc.start()
    try:
        before = rounds(range(100))
        assert rounds(range(100, 400)) - before < 10_000
    finally:
        tracemalloc.stop()


def test_a_line_without_end_is_given_up_not_gathered() -> None:
    splitter = SentenceSplitter()
    for _ in range(100):
        assert list(splitter.feed(b"x" * 10_000)) == []
    assert len(splitter._tail) <= MAX_SENTENCE + 1
    assert len(list(splitter.feed(b"\r\n" + as_bytes(epochs(1)[0])))) == 4
    assert splitter.dropped == 1


# --- file ---


def test_a_file_is_replayed_to_its_last_epoch(tmp_path: Path) -> None:
    log = tmp_path / "walk.nmea"
    log.write_bytes(b"# a comment\n" + b"".join(map(as_bytes, epochs(5))).rstrip())
    gnss = NmeaFileGnss(log, FixedClock())
    assert [fix.fixed_at for fix in gnss.fixes()] == [START + timedelta(seconds=n) for n in range(5)]
    assert gnss.dropped == 1


def test_a_replay_can_be_paced_and_closed_from_another_thread(tmp_path: Path) -> None:
    log = tmp_path / "walk.nmea"
    log.write_bytes(b"".join(map(as_bytes, epochs(5))))
    started = time.monotonic()
    assert len(list(open_gnss(f"nmea-file:{log}?pace=0.05", FixedClock()).fixes())) == 5
    assert time.monotonic() - started >= 0.25
    gnss = NmeaFileGnss(log, FixedClock(), pace_s=60)
    threading.Timer(0.1, gnss.close).start()
    started = time.monotonic()
    assert len(list(gnss.fixes())) == 1
    assert time.monotonic() - started < 5


def test_a_file_that_is_not_there_is_told_in_vietnamese(tmp_path: Path) -> None:
    with pytest.raises(GnssUnavailable, match="Không đọc được tệp vết định vị «none.nmea»; hãy"):
        list(NmeaFileGnss(tmp_path / "none.nmea", FixedClock()).fixes())


# --- sockets ---


def collect(gnss: Gnss, into: list[tuple[Fix, float]], failures: list[Exception]) -> threading.Thread:
    def run() -> None:
        try:
            for fix in gnss.fixes():
                into.append((fix, time.monotonic()))
        except GnssUnavailable as failure:
            failures.append(failure)

    thread = threading.Thread(target=run)
    thread.start()
    return thread


def until(condition: object, timeout_s: float = 5.0) -> None:
    assert callable(condition)
    deadline = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.005)


@pytest.fixture
def server() -> Iterator[socket.socket]:
    with closing(socket.create_server(("127.0.0.1", 0))) as listening:
        listening.settimeout(5)
        yield listening


def free_udp_port() -> int:
    with closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_a_live_epoch_comes_out_after_the_quiet_time_not_with_the_next_epoch(server: socket.socket) -> None:
    gnss = open_gnss(f"nmea-tcp://127.0.0.1:{server.getsockname()[1]}", FixedClock())
    seen: list[tuple[Fix, float]] = []
    failures: list[Exception] = []
    thread = collect(gnss, seen, failures)
    receiver, _ = server.accept()
    with receiver:
        lines = epochs(1)[0]
        sent = time.monotonic()
        receiver.sendall(as_bytes(lines[:2]))
        time.sleep(0.05)
        receiver.sendall(as_bytes(lines[2:]))
        until(lambda: seen)
        assert 0.2 < seen[0][1] - sent < 0.8
        assert seen[0][0].accuracy_m == pytest.approx(1.5096 * math.sqrt((1.2**2 + 0.9**2) / 2))
        receiver.sendall(as_bytes(lines[:1]))  # a late repetition
        receiver.sendall(as_bytes(sentences(LAT, LON, START + timedelta(seconds=1))))
        until(lambda: len(seen) == 2)
        gnss.close()
        thread.join(5)
    assert not thread.is_alive()
    assert [fix.fixed_at for fix, _ in seen] == [START, START + timedelta(seconds=1)]
    assert failures == []


def test_a_fast_receiver_loses_no_epoch(server: socket.socket) -> None:
    gnss = NmeaTcpGnss("127.0.0.1", server.getsockname()[1], FixedClock())
    seen: list[tuple[Fix, float]] = []
    failures: list[Exception] = []
    thread = collect(gnss, seen, failures)
    receiver, _ = server.accept()
    with receiver:
        for lines in epochs(50, step_s=0.1):
            receiver.sendall(as_bytes(lines))
            time.sleep(0.002)
    thread.join(5)
    assert len(seen) == 50
    assert "đã ngắt kết nối; hãy" in str(failures[0])  # the receiver hung up


def test_udp_datagrams_are_heard_and_close_ends_it() -> None:
    port = free_udp_port()
    gnss = open_gnss(f"nmea-udp://127.0.0.1:{port}", FixedClock())
    seen: list[tuple[Fix, float]] = []
    failures: list[Exception] = []
    thread = collect(gnss, seen, failures)
    with closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as sender:

        def send_until_heard() -> bool:
            for lines in epochs(1):
                sender.sendto(as_bytes(lines).rstrip(), ("127.0.0.1", port))  # the last line end left out
            sender.sendto(b"", ("127.0.0.1", port))
            time.sleep(0.3)
            return bool(seen)

        until(send_until_heard)
    gnss.close()
    thread.join(5)
    assert not thread.is_alive()
    assert [fix.fixed_at for fix, _ in seen] == [START]
    assert failures == []


def test_a_silent_receiver_is_reported() -> None:
    gnss = NmeaUdpGnss("127.0.0.1", free_udp_port(), FixedClock(), quiet_s=0.05, silence_s=0.3)
    with pytest.raises(GnssUnavailable, match="im lặng đã .* giây; hãy"):
        list(gnss.fixes())


def test_a_receiver_that_cannot_be_reached_is_told_in_vietnamese() -> None:
    with pytest.raises(GnssUnavailable, match="Không kết nối được máy thu tại 127.0.0.1:1; hãy"):
        list(NmeaTcpGnss("127.0.0.1", 1, FixedClock()).fixes())
    with pytest.raises(GnssUnavailable, match="Không mở được cổng UDP 192.0.2.1:5000"):
        list(NmeaUdpGnss("192.0.2.1", 5000, FixedClock()).fixes())


# --- choosing by URL ---


@pytest.mark.parametrize(
    "url",
    [
        "",
        "nmea-file:",
        "nmea-file:a?pace=fast",
        "nmea-file:a?pace=-1",
        "nmea-file:a?speed=1",
        "nmea-tcp://127.0.0.1",
        "nmea-tcp://:5000",
        "nmea-udp://127.0.0.1:70000",
        "gpsd://",
        "serial:/dev/ttyUSB0",
    ],
)
def test_open_gnss_refuses_an_address_it_does_not_know(url: str) -> None:
    with pytest.raises(GnssUnavailable, match="không hợp lệ; hãy ghi theo một trong các dạng"):
        open_gnss(url, FixedClock())
