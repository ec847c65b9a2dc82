"""Replays receivers' NMEA logs of the gpsd project through our NMEA port and compares with gpsd's own decode.

A `.chk` holds every sentence of its log followed by the reports (JSON) gpsd made after it. How gpsd differs from us,
and what is therefore compared:

* gpsd reports an epoch several times as its sentences come in: all TPVs in a row with one time are one expected epoch.
  Ours must have a fix for every epoch whose last TPV has a position and a mode of 2D or 3D. The time of a TPV without
  "time" (gpsd has no date yet) is the time of day of the sentence before it.
* Position: within `PLACE_TOLERANCE_M` of one of the epoch's TPVs. Logs whose sentences of one second differ among
  themselves, so that gpsd and we can choose differently, are in `PLACE_DIFFERENCES`.
* Mode: that of the epoch's last TPV, or what the last GSA in the log said: gpsd raises the mode to 3D when GGA has an
  altitude even if GSA says 2D, we believe GSA. What remains is counted in `MODE_DIFFERENCES`.
* Time: ours to `TIME_TOLERANCE` of the TPV's, date included. Logs whose date gpsd moved by GPS weeks: `WEEK_ROLLOVER`.
* gpsd gives out an epoch with the sentence it has learned to be the last of each, so an epoch cut off before that
  sentence (the last of most logs, others where a log was spliced) is missing there. A fix of ours that gpsd does not
  have must be the last of its log or be counted in `EXTRA_FIXES`.
* Every fix of ours, compared or not, must be stated as valid by a sentence of the log with the same time of day, which
  is read here by other code than the code under test.
"""

import json
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from mobile.device.gnss_nmea import NmeaFileGnss
from shared.geo.fix import Fix, FixMode
from tests.corpora.conftest import corpora_dir

FOLDER = Path("04_gps/gpsd/daemon")

# gpsd prints 9 decimals of a degree (0.1 mm), pynmeagps keeps 10; half a unit of each along both axes is below 0.2 mm.
PLACE_TOLERANCE_M = 0.001
# gpsd and we both count sentences less than 10 ms apart as one epoch, and may name it after different ones.
TIME_TOLERANCE = timedelta(milliseconds=10)

LEAST_LOGS = 61
LEAST_EPOCHS = 1300

NOT_COMPARED = {
    "bu303-climbing.log": "no .chk beside it: nothing to compare with (SiRF binary)",
    "geostar-geos1m-binary.log": "no .chk beside it: nothing to compare with (GeoStar binary)",
}

# Compared too: neither gpsd nor we may find a fix in them. Listed, so that no log slips in among them unnoticed.
WITHOUT_FIX = {
    "holux-gm-210.log": "GGA quality 0 and RMC V throughout",
    "pypilot.log": "an autopilot: attitude and wind, no position",
    "tn200-all.log": "GGA quality 0 and RMC V throughout",
    "ublox-lea-5q.log": "GGA quality 0 and RMC V throughout",
}

WEEK_ROLLOVER = {
    "neo-m8n.log": "the log says 2015, as its header does; gpsd took it for a rollover and says 2034",
    "rst39.log": "the log says 2014, its header 2015; gpsd took it for a rollover and says 2033",
}

# Log: metres.
PLACE_DIFFERENCES = {
    "ac12.log": (0.1, "RMC has 4 decimals of a minute (18 cm), GGA 5: we take GGA, gpsd reports after RMC"),
    "bundg_zeus_9.log": (3.2, "GGA, GLL and RMC of one second are positions up to one second of sailing apart"),
}

# Log: number of fixes of ours that gpsd does not report, the last one of the log not counted.
EXTRA_FIXES = {
    "bt451.log": (1, "spliced after GSA of 15:25:08.5, gpsd was waiting for GLL"),
    "bundg_zeus_9.log": (1, "GLL of 09:48:16 is stamped 09:48:17 like the next RMC, so gpsd never reports 09:48:16"),
    "gp-320fw-2019-03-28.log": (1, "GLL of the last but one epoch is not in the log, gpsd was waiting for it"),
    "gp-320fw-2019-04-06-overflow.log": (1, "GLL of the last but one epoch is not in the log, gpsd was waiting for it"),
    "humminbird-M37.log": (
        2,
        "one sentence a second, of changing kind: gpsd is still learning which one ends an epoch",
    ),
    "rst39.log": (1, "ten GGA a second beside one RMC: gpsd is still learning which one ends an epoch"),
    "ublox-lea-5h.log": (1, "spliced after RMC of 08:37:36, gpsd was waiting for GLL"),
}

# Log: number of epochs where neither the last TPV nor the last GSA has our mode.
MODE_DIFFERENCES = {
    "humminbird-M37.log": (22, "no GSA: RMC or GLL alone is 2D to us, gpsd keeps the 3D of an earlier GGA"),
    "motorola-t805.log": (4, "no GSA for these: three satellites are 2D to us, 3D to gpsd because of the altitude"),
    "mtk-3301.log": (2, "no GSA since the fix: three satellites are 2D to us (GSA says so later), 3D to gpsd"),
}


class FixedClock:
    def now(self) -> datetime:
        return datetime(2026, 1, 1, tzinfo=UTC)


@dataclass
class Expected:
    """One epoch of gpsd. `at`: time of day, None when not even the sentence before has one."""

    at: timedelta | None
    gsa_mode: int | None
    tpvs: list[dict[str, Any]] = field(default_factory=list)

    def is_fix(self) -> bool:
        return self.tpvs[-1]["mode"] >= 2 and "lat" in self.tpvs[-1]


@dataclass
class Comparison:
    ours: list[Fix]
    epochs: int = 0
    missing: list[Expected] = field(default_factory=list)
    extra: list[Fix] = field(default_factory=list)
    odd_modes: list[tuple[Fix, Expected]] = field(default_factory=list)
    by_gsa: int = 0
    wrong_times: list[tuple[Fix, Expected]] = field(default_factory=list)
    shifts: set[timedelta] = field(default_factory=set)
    worst_m: float = 0.0


# --- reading the .chk, independent of the code under test ---


_TIMED = re.compile(r"\$+[A-Z]{2}(?:(?:GGA|RMC|GNS|GST|ZDA),|GLL,[^,]*,[^,]*,[^,]*,[^,]*,)(\d\d)(\d\d)(\d\d(?:\.\d*)?)")
_GSA = re.compile(r"\$+[A-Z]{2}GSA,[AM]?,([123])")
_VALID = re.compile(
    r"\$+[A-Z]{2}(?:GGA,([\d.]+),([\d.]+),([NS]),([\d.]+),([EW]),[1-9]"
    r"|RMC,([\d.]+),A,([\d.]+),([NS]),([\d.]+),([EW])"
    r"|GNS,([\d.]+),([\d.]+),([NS]),([\d.]+),([EW]),[A-Z]*[A-MO-Z]"
    r"|GLL,(?P<lat>[\d.]+),(?P<ns>[NS]),(?P<lon>[\d.]+),(?P<ew>[EW]),(?P<at>[\d.]+),A)"
)


def time_of_day(text: str) -> timedelta:
    """From hhmmss.sss; hours over 23 and the like as they stand."""
    return timedelta(hours=int(text[:2]), minutes=int(text[2:4]), seconds=float(text[4:]))


def since_midnight(instant: datetime) -> timedelta:
    return instant - instant.replace(hour=0, minute=0, second=0, microsecond=0)


def instant_of(tpv: dict[str, Any]) -> datetime | None:
    return datetime.fromisoformat(tpv["time"]) if "time" in tpv else None


def expected_epochs(chk: Path) -> list[Expected]:
    epochs: list[Expected] = []
    spoken: timedelta | None = None
    gsa_mode: int | None = None
    for line in chk.read_text("latin-1").splitlines():
        if line.startswith("{"):
            report = json.loads(line)
            if report["class"] != "TPV":
                continue
            instant = instant_of(report)
            at = since_midnight(instant) if instant else spoken
            if not epochs or not same_time(epochs[-1].at, at):
                epochs.append(Expected(at, gsa_mode))
            epochs[-1].tpvs.append(report)
            epochs[-1].gsa_mode = gsa_mode
        elif match := _TIMED.match(line):
            spoken = time_of_day("".join(match.groups()))
        elif match := _GSA.match(line):
            gsa_mode = int(match[1])
    return epochs


def same_time(one: timedelta | None, other: timedelta | None) -> bool:
    return one is not None and other is not None and abs(one - other) < TIME_TOLERANCE


def stated_positions(log: Path) -> Iterator[tuple[timedelta, float, float]]:
    """Time of day, latitude and longitude of every sentence that calls itself valid."""
    for match in _VALID.finditer(log.read_text("latin-1")):
        at, lat, ns, lon, ew = (
            [match[name] for name in ("at", "lat", "ns", "lon", "ew")]
            if match["at"]
            else [group for group in match.groups() if group is not None]
        )
        yield time_of_day(at), degrees(lat, 2, ns == "S"), degrees(lon, 3, ew == "W")


def degrees(text: str, digits: int, negative: bool) -> float:
    value = int(text[:digits]) + float(text[digits:]) / 60
    return -value if negative else value


def metres(lat_a: float, lon_a: float, lat_b: float, lon_b: float) -> float:
    return 111_320 * math.hypot(lat_a - lat_b, (lon_a - lon_b) * math.cos(math.radians(lat_a)))


# --- comparing ---


def compare(log: Path) -> Comparison:
    expected = expected_epochs(Path(f"{log}.chk"))
    ours = list(NmeaFileGnss(log, FixedClock()).fixes())
    result = Comparison(ours)
    matched: set[int] = set()
    for epoch in expected:
        if not epoch.is_fix():
            matched |= {
                n for n, fix in enumerate(ours) if is_of(fix, epoch) and any(t["mode"] >= 2 for t in epoch.tpvs)
            }
            continue
        candidates = [(n, fix) for n, fix in enumerate(ours) if is_of(fix, epoch)]
        matched |= {n for n, _ in candidates}
        distances = [
            (metres(fix.lat, fix.lon, tpv["lat"], tpv["lon"]), n)
            for n, fix in candidates
            for tpv in epoch.tpvs
            if "lat" in tpv
        ]
        if not distances:
            result.missing.append(epoch)
            continue
        distance, number = min(distances)
        result.epochs += 1
        result.worst_m = max(result.worst_m, distance)
        compare_one(ours[number], epoch, result)
    result.extra = [fix for n, fix in enumerate(ours) if n not in matched]
    return result


def is_of(fix: Fix, epoch: Expected) -> bool:
    if fix.fixed_at is not None:
        return same_time(since_midnight(fix.fixed_at), epoch.at)
    # Without a date there is no time to match by: the place then has to be the same, and gpsd's date unknown as well.
    return any(
        "time" not in tpv and "lat" in tpv and metres(fix.lat, fix.lon, tpv["lat"], tpv["lon"]) < PLACE_TOLERANCE_M
        for tpv in epoch.tpvs
    )


def compare_one(fix: Fix, epoch: Expected, result: Comparison) -> None:
    mode = {FixMode.TWO_D: 2, FixMode.THREE_D: 3}[fix.mode]
    if mode != epoch.tpvs[-1]["mode"]:
        if mode == epoch.gsa_mode:
            result.by_gsa += 1
        else:
            result.odd_modes.append((fix, epoch))
    instant = instant_of(epoch.tpvs[-1])
    if instant is not None:
        if fix.fixed_at is None:
            result.wrong_times.append((fix, epoch))
        elif abs(fix.fixed_at - instant) >= TIME_TOLERANCE:
            result.shifts.add(timedelta(days=round((instant - fix.fixed_at) / timedelta(days=1))))


def logs_of(config: pytest.Config) -> list[Path]:
    folder = corpora_dir(config)
    return [] if folder is None else sorted((folder / FOLDER).glob("*.log"))


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "log" in metafunc.fixturenames:
        logs = [log for log in logs_of(metafunc.config) if log.name not in NOT_COMPARED]
        metafunc.parametrize("log", logs, ids=lambda log: log.name)


def test_log_gives_the_fixes_gpsd_found(log: Path) -> None:
    result = compare(log)
    name = log.name
    assert (result.epochs == 0) == (name in WITHOUT_FIX)
    assert result.worst_m < PLACE_DIFFERENCES.get(name, (PLACE_TOLERANCE_M, ""))[0]
    assert result.missing == []
    assert len(result.odd_modes) == MODE_DIFFERENCES.get(name, (0, ""))[0], result.odd_modes
    assert result.wrong_times == []
    if name in WEEK_ROLLOVER:
        assert result.shifts == {timedelta(weeks=1024)}
    else:
        assert result.shifts == set()

    inside = [fix for fix in result.extra if fix != result.ours[-1]]
    assert len(inside) == EXTRA_FIXES.get(name, (0, ""))[0], inside
    stated = list(stated_positions(log))
    for fix in result.ours:
        at = None if fix.fixed_at is None else since_midnight(fix.fixed_at)
        assert any(
            (at is None or same_time(said_at, at)) and metres(fix.lat, fix.lon, lat, lon) < PLACE_TOLERANCE_M
            for said_at, lat, lon in stated
        ), f"invented: {fix}"


def test_enough_logs_and_epochs_are_compared(corpora: Path, corpora_summary: list[str]) -> None:
    logs = [log for log in sorted((corpora / FOLDER).glob("*.log")) if log.name not in NOT_COMPARED]
    results = {log.name: compare(log) for log in logs}
    epochs = sum(result.epochs for result in results.values())
    corpora_summary.append(
        f"GNSS: {len(results)} logs, {epochs} epochs compared; worst place "
        f"{max(r.worst_m for name, r in results.items() if name not in PLACE_DIFFERENCES):.5f} m "
        f"({max(r.worst_m for r in results.values()):.2f} m where sentences differ); "
        f"{sum(r.by_gsa for r in results.values())} modes by GSA against gpsd, "
        f"{sum(len(r.odd_modes) for r in results.values())} other modes; "
        f"{sum(len(r.missing) for r in results.values())} fixes only gpsd has, "
        f"{sum(len(r.extra) for r in results.values())} only we have"
    )
    assert len(results) >= LEAST_LOGS
    assert epochs >= LEAST_EPOCHS


def test_every_exclusion_is_still_needed(corpora: Path) -> None:
    present = {log.name for log in (corpora / FOLDER).glob("*.log")}
    tables = (WITHOUT_FIX, WEEK_ROLLOVER, PLACE_DIFFERENCES, EXTRA_FIXES, MODE_DIFFERENCES)
    assert {*NOT_COMPARED}.union(*tables) <= present
    for name in NOT_COMPARED:
        assert not (corpora / FOLDER / f"{name}.chk").exists()
    for name in PLACE_DIFFERENCES:
        assert compare(corpora / FOLDER / name).worst_m > PLACE_TOLERANCE_M
    # The other tables are held exactly by each log's own test, so an entry cannot outlive its reason.
    assert all(count > 0 for table in (EXTRA_FIXES, MODE_DIFFERENCES) for count, _ in table.values())
