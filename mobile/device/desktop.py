"""A desktop as a phone: keys in files, a receiver over the network, pictures from its own folders."""

from collections.abc import Callable
from pathlib import Path

from mobile.device.battery import LinuxBattery
from mobile.device.keystore_file import FileKeystore
from mobile.device.keywrap_file import FileKeyWrap
from mobile.device.network import LinuxNetwork
from mobile.ports import Battery, Camera, Cards, Clock, Gnss, Keystore, KeyWrap, Network, Scanner, Share

PAPERS = "papers"  # folder of papers below the phone's home


class Desktop:
    """A `Machine`. `receiver`: see `mobile.device.gnss_source.open_gnss`; None where there is none."""

    platform = "linux"

    def __init__(self, home: Path, clock: Clock, receiver: str | None = None, model: str = "desktop") -> None:
        self._home, self._clock, self._receiver, self.model = home, clock, receiver, model
        self.camera: Camera | None = None
        self.cards: Cards | None = None

    def keystore(self) -> Keystore:
        return FileKeystore(self._home / "key.pem")

    def wrapping(self) -> KeyWrap:
        return FileKeyWrap(self._home / "lock.key")

    def network(self) -> Network:
        return LinuxNetwork()

    def battery(self) -> Battery:
        return LinuxBattery()

    def receiver(self) -> Callable[[], Gnss] | None:
        if self._receiver is None:
            return None
        address, clock = self._receiver, self._clock

        def open_receiver() -> Gnss:
            from mobile.device.gnss_source import open_gnss  # a phone without a receiver needs none of its libraries

            return open_gnss(address, clock)

        return open_receiver

    def scanner(self) -> Scanner:
        from mobile.device.qr_file import FileScanner

        return FileScanner()

    def share(self) -> Share:
        from mobile.device.share_folder import FolderShare

        return FolderShare(self._home / PAPERS)

    def thread_ends(self) -> None:
        """Nothing: only Java has to be told."""
