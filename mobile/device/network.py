"""Over which network this machine speaks, as Linux tells it in /proc and /sys."""

from pathlib import Path

from mobile.ports import NetworkKind

# Drivers of telephones and modems on a cable (drivers/net/usb of Linux): what they bring is paid for by the byte.
_TETHERS = frozenset(
    {"rndis_host", "cdc_ether", "cdc_ncm", "cdc_mbim", "qmi_wwan", "ipheth", "sierra_net", "huawei_cdc_ncm"}
)
_MODEMS = ("ppp", "wwan", "rmnet")


class LinuxNetwork:
    """By the interface of the default route. A cable counts as Wi-Fi: what the officer chooses by is the price."""

    def __init__(self, root: Path = Path("/")) -> None:
        self._routes = root / "proc/net/route"
        self._interfaces = root / "sys/class/net"

    def kind(self) -> NetworkKind:
        try:
            name = self._default()
        except OSError:
            return NetworkKind.UNKNOWN  # not Linux, or not to be seen from here: never taken for Wi-Fi
        if name is None:
            return NetworkKind.NONE
        interface = self._interfaces / name
        if name.startswith(_MODEMS) or self._driver(interface) in _TETHERS:
            return NetworkKind.MOBILE
        if (interface / "wireless").exists() or (interface / "phy80211").exists() or (interface / "device").exists():
            return NetworkKind.WIFI
        return NetworkKind.UNKNOWN  # a tunnel, a bridge: what it runs over is not said

    def _default(self) -> str | None:
        """Of the routes to everywhere, the one with the least metric; None when there is none."""
        routes = [line.split() for line in self._routes.read_text(encoding="ascii").splitlines()[1:]]
        found = [(int(route[6]), route[0]) for route in routes if len(route) > 7 and route[1] == route[7] == "0" * 8]
        return min(found)[1] if found else None

    @staticmethod
    def _driver(interface: Path) -> str:
        return (interface / "device" / "driver").resolve().name
