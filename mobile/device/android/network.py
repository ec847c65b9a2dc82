"""Over which network a phone speaks, as Android's ConnectivityManager tells it."""

from importlib import import_module
from typing import Any

from mobile.ports import NetworkKind

# NetworkCapabilities
INTERNET, NOT_METERED, VALIDATED = 12, 11, 16
CELLULAR, WIFI, ETHERNET, VPN = 0, 1, 3, 4


class AndroidNetwork:
    """A `Network`. Wi-Fi is what is not paid for by the byte: the hot spot of another phone says of itself that it is
    metered, and then counts as mobile. Used from any thread."""

    def __init__(self) -> None:
        self._java: Any = import_module("jnius")
        activity = self._java.autoclass("org.kivy.android.PythonActivity").mActivity
        manager = activity.getSystemService("connectivity")
        self._manager: Any = self._java.cast("android.net.ConnectivityManager", manager)

    def kind(self) -> NetworkKind:
        network = self._manager.getActiveNetwork()
        said = None if network is None else self._manager.getNetworkCapabilities(network)
        if said is None or not said.hasCapability(INTERNET):
            return NetworkKind.NONE
        if said.hasTransport(CELLULAR):
            return NetworkKind.MOBILE
        if said.hasTransport(WIFI) or said.hasTransport(ETHERNET) or said.hasTransport(VPN):
            # A tunnel has the price of what it runs over, and Android passes that on.
            return NetworkKind.WIFI if said.hasCapability(NOT_METERED) else NetworkKind.MOBILE
        return NetworkKind.UNKNOWN
