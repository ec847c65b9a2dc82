"""The mobile line between phones and server: a TCP relay that can be cut and counts what passes."""

import contextlib
import socket
import threading
import time

_PIECE = 16 * 1024


class Line:
    """Relays 127.0.0.1:`port` to the server's port. `cut_after(n)`: when n more bytes went up, every connection is
    torn down in the middle of what it carries and the line stays dead for `dead_s` seconds, once."""

    def __init__(self, server_port: int) -> None:
        self._server_port = server_port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._lock = threading.Lock()
        self._open: set[socket.socket] = set()
        self._cut_at: int | None = None
        self._dead_s = 0.0
        self._dead_until = 0.0
        self.up_bytes = 0
        self.down_bytes = 0
        self.cuts = 0
        self.cut_connections = 0
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def cut_after(self, up_bytes: int, *, dead_s: float) -> None:
        with self._lock:
            self._cut_at, self._dead_s = self.up_bytes + up_bytes, dead_s

    def close(self) -> None:
        self._listener.close()
        self._tear()

    def _accept(self) -> None:
        while True:
            try:
                phone, _ = self._listener.accept()
            except OSError:
                return  # closed
            threading.Thread(target=self._serve, args=(phone,), daemon=True).start()

    def _serve(self, phone: socket.socket) -> None:
        with phone:
            if time.monotonic() < self._dead_until:
                return
            try:
                server = socket.create_connection(("127.0.0.1", self._server_port), timeout=5)
            except OSError:
                return  # the server is down: to the phone this is a line that goes nowhere
            with server:
                server.settimeout(None)
                self._open |= {phone, server}
                down = threading.Thread(target=self._pump, args=(server, phone, False), daemon=True)
                down.start()
                self._pump(phone, server, True)
                down.join()
                self._open -= {phone, server}

    def _pump(self, source: socket.socket, sink: socket.socket, up: bool) -> None:
        try:
            while piece := source.recv(_PIECE):
                if up and not self._count(len(piece)):
                    return
                if not up:
                    with self._lock:
                        self.down_bytes += len(piece)
                sink.sendall(piece)
        except OSError:
            pass  # either end went away, which is what lines do
        finally:
            with contextlib.suppress(OSError):
                sink.shutdown(socket.SHUT_WR)

    def _count(self, size: int) -> bool:
        """False when the line has just been cut."""
        with self._lock:
            self.up_bytes += size
            if self._cut_at is None or self.up_bytes < self._cut_at:
                return True
            self._cut_at = None
            self._dead_until = time.monotonic() + self._dead_s
            self.cuts += 1
        self._tear()
        return False

    def _tear(self) -> None:
        for end in list(self._open):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
                self.cut_connections += 1
