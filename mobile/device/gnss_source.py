"""Chooses the GNSS adapter by a URL from the settings."""

import math
from collections.abc import Callable
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

from mobile.device.gnss_gpsd import PORT, GpsdGnss
from mobile.device.gnss_nmea import NmeaFileGnss, NmeaTcpGnss, NmeaUdpGnss
from mobile.ports import Clock, Gnss, GnssUnavailable

_SOCKETS: dict[str, Callable[[str, int, Clock], Gnss]] = {
    "nmea-tcp": NmeaTcpGnss,
    "nmea-udp": NmeaUdpGnss,
    "gpsd": GpsdGnss,
}


def open_gnss(url: str, clock: Clock) -> Gnss:
    """The adapter for `nmea-file:path?pace=0.2` (seconds after each fix; "?" in a path is written %3F),
    `nmea-tcp://host:port`, `nmea-udp://host:port` (an address of this device to listen on) or `gpsd://host[:2947]`.

    Nothing is opened before `fixes()`. Raises GnssUnavailable for any other URL.
    """
    scheme, _, rest = url.partition(":")
    if scheme == "nmea-file":
        path, _, query = rest.partition("?")
        pace_s = _pace(query)
        if path and pace_s is not None:
            return NmeaFileGnss(Path(unquote(path)), clock, pace_s=pace_s)
    elif scheme in _SOCKETS:
        address = _address(url, default_port=PORT if scheme == "gpsd" else None)
        if address is not None:
            return _SOCKETS[scheme](*address, clock)
    raise GnssUnavailable(
        f"Địa chỉ máy thu «{url}» không hợp lệ; hãy ghi theo một trong các dạng nmea-file:đường-dẫn?pace=0.2, "
        "nmea-tcp://máy:cổng, nmea-udp://máy:cổng, gpsd://máy:cổng."
    )


def _pace(query: str) -> float | None:
    """Seconds; 0 when the query says nothing, None when it says nonsense."""
    values = parse_qs(query, keep_blank_values=True)
    if not values:
        return None if query else 0.0
    if set(values) != {"pace"} or len(values["pace"]) != 1:
        return None
    try:
        pace_s = float(values["pace"][0])
    except ValueError:
        return None
    return pace_s if math.isfinite(pace_s) and pace_s >= 0 else None


def _address(url: str, default_port: int | None) -> tuple[str, int] | None:
    try:
        parts = urlsplit(url)
        port = parts.port or default_port
    except ValueError:
        return None
    if not parts.hostname or not port or parts.path.strip("/") or parts.query:
        return None
    return parts.hostname, port
