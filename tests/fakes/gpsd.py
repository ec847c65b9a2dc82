"""The real gpsd, fed by UDP: nothing here is made up but the sentences."""

import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Sequence
from contextlib import closing
from types import TracebackType

import pytest

from tests.fakes.nmea import as_bytes

needs_gpsd = pytest.mark.skipif(
    shutil.which("gpsd") is None, reason="gpsd is not installed here (apt-get install gpsd)"
)
EVERY_S = 0.1  # between two epochs
PATIENCE_S = 10.0


class RealGpsd:
    """`epochs`: sentences of each, as `tests.fakes.nmea.sentences` writes them; sent one after the other from when
    gpsd listens."""

    def __init__(self, epochs: Sequence[Sequence[str]]) -> None:
        self._epochs = epochs
        self._udp, self._port = _free_port(socket.SOCK_DGRAM), _free_port(socket.SOCK_STREAM)
        self._stop = threading.Event()
        self._feeder = threading.Thread(target=self._feed, daemon=True)

    @property
    def url(self) -> str:
        return f"gpsd://127.0.0.1:{self._port}"

    def __enter__(self) -> "RealGpsd":
        command = ["gpsd", "-N", "-n", "-S", str(self._port), f"udp://127.0.0.1:{self._udp}"]
        self._daemon = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            self._until_listening()
        except BaseException:
            self.end()
            raise
        self._feeder.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        self._feeder.join(PATIENCE_S)
        self.end()

    def end(self) -> None:
        self._daemon.terminate()
        self._daemon.wait(PATIENCE_S)

    def _feed(self) -> None:
        with closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as sender:
            for lines in self._epochs:
                sender.sendto(as_bytes(lines), ("127.0.0.1", self._udp))
                if self._stop.wait(EVERY_S):
                    return

    def _until_listening(self) -> None:
        deadline = time.monotonic() + PATIENCE_S
        while True:
            try:
                socket.create_connection(("127.0.0.1", self._port), timeout=1).close()
            except ConnectionRefusedError:
                assert self._daemon.poll() is None, "gpsd ended by itself"
                assert time.monotonic() < deadline, "gpsd does not listen"
                time.sleep(0.05)
            else:
                return


def _free_port(kind: socket.SocketKind) -> int:
    with closing(socket.socket(socket.AF_INET, kind)) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
