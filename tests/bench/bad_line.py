"""A line as thin as a telephone's at the river, that breaks: a relay on this machine which counts what reaches it."""

import contextlib
import random
import socket
import threading
import time

from tests.fakes.http_message import Head, MessageOver, read_head, reset

PIECE = 4096
PATIENCE_S = 60.0


class BadLine:
    """Relays 127.0.0.1:`port` to `server_port`, upwards at `rate` bytes a second for all connections together.

    Each request is reset with the probability `resets`, at a random byte of it. After each `cut_bytes` that went up,
    every connection breaks. `payload`: bytes of bodies that reached the line from the phone; `heads`: of all else.
    """

    def __init__(self, server_port: int, *, rate: float, resets: float, cut_bytes: int, seed: int) -> None:
        self._server_port, self._rate, self._resets, self._cut_bytes = server_port, rate, resets, cut_bytes
        self._random = random.Random(seed)
        self.payload = self.heads = self.requests = self.reset = self.cuts = 0
        self._carried = 0
        self._free_at = time.monotonic()
        self._lock = threading.Lock()
        self._open: set[socket.socket] = set()
        self._threads: list[threading.Thread] = []
        self._closing = False
        self._listener = socket.create_server(("127.0.0.1", 0))
        # Little of what the phone says may wait unseen in this machine's own buffers.
        self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, PIECE)
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self._start(self._accept)

    def close(self) -> None:
        self._closing = True
        self._listener.shutdown(socket.SHUT_RDWR)
        self._tear()
        for thread in self._threads:
            thread.join(PATIENCE_S)
        self._listener.close()

    def _start(self, work: object, *arguments: object) -> None:
        thread = threading.Thread(target=work, args=arguments, daemon=True)  # type: ignore[arg-type]
        self._threads = [old for old in self._threads if old.is_alive()] + [thread]
        thread.start()

    def _accept(self) -> None:
        while True:
            try:
                phone, _ = self._listener.accept()
            except OSError:
                return  # closed
            self._start(self._serve, phone)

    def _serve(self, phone: socket.socket) -> None:
        server = socket.create_connection(("127.0.0.1", self._server_port), timeout=PATIENCE_S)
        phone.settimeout(PATIENCE_S)
        for end in (phone, server):
            end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with self._lock:
            self._open |= {phone, server}
        try:
            while not self._closing:
                self._exchange(phone, server)
        except (OSError, MessageOver):
            pass  # the line broke, or an end left: what it is for
        finally:
            with self._lock:
                self._open -= {phone, server}
            reset(phone)
            reset(server)

    def _exchange(self, phone: socket.socket, server: socket.socket) -> None:
        head = read_head(phone)
        strike = self._strike_at(head)
        self._carry(len(head.raw), heads=True)
        if strike is not None and strike < len(head.raw):
            raise ConnectionResetError
        server.sendall(head.raw)
        done = 0
        while done < head.length:
            piece = phone.recv(min(PIECE, head.length - done))
            if not piece:
                raise MessageOver
            done += len(piece)
            self._carry(len(piece))
            over = 0 if strike is None else len(head.raw) + done - strike
            server.sendall(piece[: max(0, len(piece) - over)])
            if over > 0:
                raise ConnectionResetError
        answer = read_head(server)
        phone.sendall(answer.raw)
        left = answer.answer_length(head.method) or 0
        while left:
            piece = server.recv(min(PIECE, left))
            if not piece:
                raise MessageOver
            phone.sendall(piece)
            left -= len(piece)

    def _strike_at(self, head: Head) -> int | None:
        with self._lock:
            self.requests += 1
            if self._random.random() >= self._resets:
                return None
            self.reset += 1
            return self._random.randrange(len(head.raw) + head.length)

    def _carry(self, size: int, *, heads: bool = False) -> None:
        """Count, and take the time the line needs; ConnectionError when that is when it was cut."""
        with self._lock:
            if heads:
                self.heads += size
            else:
                self.payload += size
            self._free_at = max(self._free_at, time.monotonic()) + size / self._rate
            until = self._free_at
            before, self._carried = self._carried, self._carried + size
            cut = before // self._cut_bytes != self._carried // self._cut_bytes
            self.cuts += cut
        time.sleep(max(0.0, until - time.monotonic()))
        if cut:
            self._tear()
            raise ConnectionResetError

    def _tear(self) -> None:
        with self._lock:
            ends = list(self._open)
        for end in ends:
            with contextlib.suppress(OSError):  # it had gone
                end.shutdown(socket.SHUT_RDWR)
