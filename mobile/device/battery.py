"""The battery of this machine, as Linux tells it in /sys."""

from pathlib import Path

from mobile.ports import Charge


class LinuxBattery:
    """A `Battery`. Of several the fullest counts: it is the one that lasts."""

    def __init__(self, root: Path = Path("/")) -> None:
        self._supplies = root / "sys/class/power_supply"

    def __call__(self) -> Charge | None:
        found = [charge for path in sorted(self._supplies.glob("*")) if (charge := _charge(path)) is not None]
        return max(found, key=lambda charge: charge.percent, default=None)


def _charge(path: Path) -> Charge | None:
    """None for a charger, for a battery that says nothing, and for that of a mouse or a headset."""
    try:
        if (path / "type").read_text(encoding="ascii").strip() != "Battery":
            return None
        if _scope(path) == "Device":  # of something else that is joined to this machine
            return None
        percent = int((path / "capacity").read_text(encoding="ascii"))
        status = (path / "status").read_text(encoding="ascii").strip()
    except (OSError, ValueError):
        return None
    return Charge(percent, status in ("Charging", "Full")) if 0 <= percent <= 100 else None


def _scope(path: Path) -> str:
    """What the battery feeds (sysfs-class-power): System or Device; "" where the driver does not say, as most do not of
    a machine's own."""
    try:
        return (path / "scope").read_text(encoding="ascii").strip()
    except OSError:
        return ""
