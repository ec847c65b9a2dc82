"""A GNSS receiver on the boat: NMEA sentences over TCP, ten epochs a second, along the river."""

import contextlib
import random
import socket
import threading
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from tests.fakes.nmea import as_bytes, sentences

RATE_HZ = 10
_METRES_A_DEGREE = 111_320


class Receiver:
    """Each connection finds the boat at the next of `places` (lat, lon), drifting downstream by centimetres. The
    receiver's clock is exact; its noise is that of the quality it reports."""

    def __init__(self, places: Sequence[tuple[float, float]], seed: int) -> None:
        self._places = list(places)
        self._random = random.Random(seed)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self.sentences = 0
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def url(self) -> str:
        return f"nmea-tcp://127.0.0.1:{self.port}"

    def close(self) -> None:
        self._listener.close()

    def _accept(self) -> None:
        for place in self._places:
            try:
                phone, _ = self._listener.accept()
            except OSError:
                return  # closed
            threading.Thread(target=self._send, args=(phone, place), daemon=True).start()

    def _send(self, phone: socket.socket, place: tuple[float, float]) -> None:
        lat, lon = place
        pause = threading.Event()
        at = datetime.now(UTC)
        at -= timedelta(microseconds=at.microsecond % 100_000)
        with phone, contextlib.suppress(OSError):  # the phone hangs up when it has enough
            while True:
                noise = self._random.gauss(0, 0.8) / _METRES_A_DEGREE, self._random.gauss(0, 0.8) / _METRES_A_DEGREE
                lines = sentences(lat + noise[0], lon + noise[1], at, hdop=0.9, satellites=11, sigmas_m=(2.1, 1.9))
                self.sentences += len(lines)
                phone.sendall(as_bytes(lines))
                at += timedelta(seconds=1 / RATE_HZ)
                lat -= 0.05 / _METRES_A_DEGREE
                pause.wait(max(0.0, (at - datetime.now(UTC)).total_seconds()))
