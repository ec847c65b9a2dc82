"""The battery of a phone, as Android's BatteryManager tells it."""

from importlib import import_module
from typing import Any

from mobile.ports import Charge

CAPACITY = 4  # BatteryManager.BATTERY_PROPERTY_CAPACITY, in percent
_UNKNOWN = -(2**31)  # what Android says where it does not know


class AndroidBattery:
    """A `Battery`. Used from any thread."""

    def __init__(self) -> None:
        self._java: Any = import_module("jnius")
        activity = self._java.autoclass("org.kivy.android.PythonActivity").mActivity
        manager = activity.getSystemService("batterymanager")
        self._manager: Any = self._java.cast("android.os.BatteryManager", manager)

    def __call__(self) -> Charge | None:
        percent = int(self._manager.getIntProperty(CAPACITY))
        if percent == _UNKNOWN or not 0 <= percent <= 100:
            return None
        return Charge(percent, bool(self._manager.isCharging()))
