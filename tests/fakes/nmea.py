"""Writes the NMEA 0183 sentences a receiver would send: for tests, and for a demo without a receiver.

lines = sentences(20.6463, 106.0511, datetime(2026, 11, 3, 2, 15, tzinfo=UTC), hdop=0.8, satellites=11)
socket.sendto(as_bytes(lines), ("127.0.0.1", 5000))
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

# GGA quality (field 6) to the mode indicator RMC uses for the same thing.
MODE_LETTERS = {0: "N", 1: "A", 2: "D", 3: "P", 4: "R", 5: "F", 6: "E", 7: "M", 8: "S"}
KINDS = ("GGA", "RMC", "GSA", "GST")


def sentences(
    lat: float,
    lon: float,
    at: datetime,
    *,
    hdop: float | None = 0.9,
    satellites: int = 8,
    quality: int = 1,
    mode: int = 3,
    altitude_m: float | None = 12.0,
    sigmas_m: tuple[float, float] | None = None,
    talker: str = "GN",
    kinds: Sequence[str] = KINDS,
) -> list[str]:
    """One epoch, without line ends, in the order of `kinds` (GGA, RMC, GSA, GST, GLL, GNS, ZDA, VTG).

    `lat`, `lon`: WGS84 degrees. `at`: aware, to the millisecond. `quality`: GGA field 6, 0 writes an epoch without a
    position. `mode`: GSA's 1 none, 2 2D, 3 3D. `sigmas_m`: one standard deviation of latitude and longitude in metres;
    None leaves GST out. `altitude_m`: above mean sea level.
    """
    utc = at.astimezone(UTC)
    clock = f"{utc:%H%M%S}.{utc.microsecond // 1000:03d}"
    letter = MODE_LETTERS[quality]
    status = "A" if quality else "V"
    place = f"{_dm(lat, 2)},{'S' if lat < 0 else 'N'},{_dm(lon, 3)},{'W' if lon < 0 else 'E'}" if quality else ",,,"
    dilution = _decimal(hdop if quality else None, 2)
    height = _decimal(altitude_m if quality else None, 1)
    used = [str(number) for number in range(1, min(satellites, 12) + 1)] + [""] * (12 - min(satellites, 12))
    bodies = {
        "GGA": f"GGA,{clock},{place},{quality},{satellites:02d},{dilution},{height},M,-28.0,M,,",
        "RMC": f"RMC,{clock},{status},{place},0.0,,{utc:%d%m%y},,,{letter}",
        "GSA": f"GSA,A,{mode},{','.join(used)},{_decimal(hdop, 2)},{dilution},",
        "GLL": f"GLL,{place},{clock},{status},{letter}",
        "GNS": f"GNS,{clock},{place},{letter}N,{satellites:02d},{dilution},{height},-28.0,,",
        "ZDA": f"ZDA,{clock},{utc:%d,%m,%Y},00,00",
        "VTG": f"VTG,,T,,M,0.0,N,0.0,K,{letter}",
    }
    if sigmas_m is not None:
        bodies["GST"] = f"GST,{clock},,,,,{sigmas_m[0]:.3f},{sigmas_m[1]:.3f},"
    return [sentence(talker + bodies[kind]) for kind in kinds if kind in bodies]


def sentence(body: str) -> str:
    """`GPGLL,…` with its "$" and checksum (the exclusive or of all characters between "$" and "*")."""
    checksum = 0
    for character in body.encode("ascii"):
        checksum ^= character
    return f"${body}*{checksum:02X}"


def as_bytes(lines: Iterable[str]) -> bytes:
    """Sentences as they travel, each with CR LF."""
    return "".join(f"{line}\r\n" for line in lines).encode("ascii")


def _dm(degrees: float, digits: int) -> str:
    """Degrees and minutes to 1/1,000,000 minute (2 mm), counted in whole units so that no 60.000000 comes out."""
    whole, rest = divmod(round(abs(degrees) * 60_000_000), 60_000_000)
    minutes, millionths = divmod(rest, 1_000_000)
    return f"{whole:0{digits}d}{minutes:02d}.{millionths:06d}"


def _decimal(value: float | None, places: int) -> str:
    return "" if value is None else f"{value:.{places}f}"
