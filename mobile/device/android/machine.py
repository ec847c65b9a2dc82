"""An Android phone: keys in its hardware, its own receiver, camera, network and papers."""

from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

from mobile.device.android.battery import AndroidBattery
from mobile.device.android.camera import AndroidCamera
from mobile.device.android.cards import AndroidCards
from mobile.device.android.gnss import AndroidGnss
from mobile.device.android.keystore import AndroidKeystore
from mobile.device.android.keywrap import AndroidKeyWrap
from mobile.device.android.network import AndroidNetwork
from mobile.device.android.qr import AndroidScanner
from mobile.device.android.share import AndroidShare
from mobile.ports import Battery, Camera, Cards, Clock, Gnss, Keystore, KeyWrap, Network, Scanner, Share

PERMISSIONS = ("android.permission.ACCESS_FINE_LOCATION", "android.permission.ACCESS_COARSE_LOCATION")


class AndroidMachine:
    """A `Machine`. Made on the thread of the screen. `post`: takes calls from any thread to that of the screen."""

    platform = "android"

    def __init__(self, home: Path, clock: Clock, post: Callable[[Callable[[], None]], None]) -> None:
        self._java: Any = import_module("jnius")
        # Java finds the app's own classes from this thread alone (JNI's FindClass); pyjnius needs this one at the first
        # object that it gives to Java, which is the receiver's listener, made on another.
        self._java.autoclass("org.jnius.NativeInvocationHandler")
        build = self._java.autoclass("android.os.Build")
        self.model = f"{build.MANUFACTURER} {build.MODEL}"[:100]
        self._clock = clock
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.camera: Camera | None = AndroidCamera(home, clock, post)
        self.cards: Cards | None = AndroidCards()

    def keystore(self) -> Keystore:
        return AndroidKeystore()

    def wrapping(self) -> KeyWrap:
        return AndroidKeyWrap()

    def network(self) -> Network:
        return AndroidNetwork()

    def battery(self) -> Battery:
        return AndroidBattery()

    def receiver(self) -> Callable[[], Gnss] | None:
        return lambda: AndroidGnss(self._clock)

    def scanner(self) -> Scanner:
        return AndroidScanner()

    def share(self) -> Share:
        return AndroidShare()

    def thread_ends(self) -> None:
        """A thread that Java knows and that ends without a word ends the app."""
        self._java.detach()

    def ask_permissions(self) -> None:
        """For the position; Android asks the officer, and remembers the answer."""
        import_module("android.permissions").request_permissions(list(PERMISSIONS))
