"""A line between phones and office that is as bad as it is told to be.

It relays HTTP/1.1 over TCP on this machine, knows where in an exchange it is, and does there what was armed: cuts,
holds, changes a byte, brings a request twice, or late. What it does is written down; every byte is chosen by a seed.
"""

import contextlib
import random
import select
import socket
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.fakes.http_message import Head, MessageOver, read_head, reset
from tests.fakes.line_faults import IN_BODY, OF_WHOLE, Fault, How, Struck, Where

_PIECE = 16 * 1024
_PATIENCE_S = 60.0  # no exchange of ours takes longer; then something hangs, and the connection goes
_THROWN_S = 10.0  # how long the answer to a copy of a request is waited for


class _Over(Exception):
    """This connection has ended, by a fault or because one end left."""


@dataclass(slots=True)
class _Exchange:
    """One request on its way. `server` is opened anew for each connection of a phone. `body`: of a JSON request, while
    it is needed to tell later what was changed."""

    connection: int
    phone: socket.socket
    server: socket.socket
    head: Head
    rate: int | None = None
    fault: Fault | None = None  # taken for this exchange, has not struck yet
    corrupted: bool = False
    body: bytearray = field(default_factory=bytearray)


class FaultLine:
    """Relays 127.0.0.1:`port` to 127.0.0.1:`server_port` (may be changed while it runs).

    `armed` faults strike, each once, at the first place that fits. `corrupted`: bodies of the JSON requests that
    reached the server changed, or with a changed head. `up_bytes`, `down_bytes`: as they came from and went to phones.
    """

    def __init__(self, server_port: int, *, seed: int = 0) -> None:
        self.server_port = server_port
        self.up_bytes = 0
        self.down_bytes = 0
        self.log: list[Struck] = []
        self.corrupted: list[bytes] = []
        self.errors: list[BaseException] = []
        self._random = random.Random(seed)
        self._armed: list[Fault] = []
        self._ordered = 0
        self._answered = 0
        self._changed = threading.Condition()
        self._closing = threading.Event()
        self._began = time.monotonic()
        self._open: set[socket.socket] = set()
        self._threads: list[threading.Thread] = []
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port: int = self._listener.getsockname()[1]
        self._start(self._accept)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    # --- for whoever makes the weather

    def arm(self, *faults: Fault) -> None:
        with self._changed:
            self._armed += faults
            self._ordered += len(faults)

    def disarm(self) -> list[Fault]:
        """Nothing strikes any more; what did not get to strike."""
        with self._changed:
            left, self._armed = self._armed, []
            self._ordered -= len(left)
            return left

    @property
    def armed(self) -> int:
        """How many have not struck yet."""
        with self._changed:
            return self._ordered - len(self.log)

    @property
    def struck(self) -> Counter[str]:
        with self._changed:
            return Counter(one.fault for one in self.log)

    def wait_until(self, true: Callable[[], bool], timeout: float) -> bool:
        """Until `true()` after something struck or was answered; False when the time is over."""
        deadline = time.monotonic() + timeout
        with self._changed:
            while not true():
                if (left := deadline - time.monotonic()) <= 0:
                    return False
                self._changed.wait(min(left, 0.02))
        return True

    def close(self) -> None:
        if self._closing.is_set():
            return
        self._closing.set()
        self._listener.shutdown(socket.SHUT_RDWR)  # wakes `accept`, which `close` would not
        with self._changed:
            for end in self._open:
                with contextlib.suppress(OSError):
                    end.shutdown(socket.SHUT_RDWR)  # its own thread closes it
            threads = list(self._threads)
            self._changed.notify_all()
        for thread in threads:
            thread.join(_THROWN_S + 5)
        self._listener.close()

    # --- connections

    def _start(self, work: Callable[..., None], *arguments: object) -> None:
        thread = threading.Thread(target=self._guarded, args=(work, *arguments), daemon=True)
        with self._changed:
            self._threads = [old for old in self._threads if old.is_alive()]
            thread.start()
            self._threads.append(thread)

    def _guarded(self, work: Callable[..., None], *arguments: object) -> None:
        try:
            work(*arguments)
        except (OSError, MessageOver, _Over):
            pass  # an end went away, which is what lines are for
        except BaseException as error:
            self.errors.append(error)

    def _accept(self) -> None:
        number = 0
        while True:
            phone, _ = self._listener.accept()
            number += 1
            self._start(self._serve, phone, number)

    def _serve(self, phone: socket.socket, number: int) -> None:
        server: socket.socket | None = None
        try:
            self._hold(phone)
            server = socket.create_connection(("127.0.0.1", self.server_port), timeout=_PATIENCE_S)
            self._hold(server)
            while True:
                self._until_readable(phone, server)
                head = read_head(phone)
                self._count(up=len(head.raw))
                now = _Exchange(number, phone, server, head)
                try:
                    self._exchange(now)
                finally:
                    if now.fault is not None:  # the exchange ended before its place was reached
                        self._arm_again(now.fault)
                with self._changed:
                    self._answered += 1
                    self._changed.notify_all()
        finally:
            for end in (phone, server):
                if end is not None:
                    with self._changed:
                        self._open.discard(end)
                    end.close()

    def _hold(self, end: socket.socket) -> None:
        end.settimeout(_PATIENCE_S)
        end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # a head and its body are not to wait for each other
        with self._changed:
            self._open.add(end)

    def _until_readable(self, wanted: socket.socket, other: socket.socket) -> None:
        """Until `wanted` has something to say; _Over when `other` speaks out of turn or leaves."""
        ready = select.select([wanted, other], [], [], _PATIENCE_S)[0]
        if self._closing.is_set() or wanted not in ready:
            raise _Over

    # --- one exchange

    def _exchange(self, now: _Exchange) -> None:
        limit = self._take(now, lambda fault: fault.how is How.LIMIT)
        if limit is not None:
            now.rate = limit.rate
            self._note(now, limit, None)
        whole = None
        if now.head.length and now.head.method not in ("GET", "HEAD"):
            whole = self._take(now, lambda fault: fault.how in OF_WHOLE)
        if whole is not None:
            early = self._whole(now, whole)
        else:
            self._carry(now, now.head.line, Where.REQUEST_LINE)
            self._carry(now, now.head.fields, Where.HEADERS)
            early = self._body_up(now)
        if now.corrupted and now.head.is_json:
            self.corrupted.append(bytes(now.body))
        self._answer(now)
        if early:
            raise _Over  # the phone has more to say that nobody wants to hear

    def _carry(self, now: _Exchange, data: bytes, where: Where) -> None:
        """One part of a message, and what happens in it."""
        fault = self._take(now, lambda fault: fault.where is where)
        if fault is None:
            self._send(now, data, up=where.up)
            return
        with self._changed:
            at = self._random.randrange(len(data))
        self._strike(now, fault, data, at)

    def _strike(self, now: _Exchange, fault: Fault, data: bytes, at: int, noted: int | None = None) -> None:
        """Send `data` with `fault` at its byte `at`."""
        up = fault.where is not None and fault.where.up
        self._send(now, data[:at], up=up)
        self._note(now, fault, at if noted is None else noted)
        if fault.how is How.CORRUPT:
            with self._changed:
                data = data[:at] + bytes([data[at] ^ self._random.randrange(1, 256)]) + data[at + 1 :]
            now.corrupted = now.corrupted or up
        else:
            self._break(now, fault, up)
        self._send(now, data[at:], up=up)
        if up and now.head.is_json and fault.where in IN_BODY:
            now.body += data[at:]

    def _break(self, now: _Exchange, fault: Fault, up: bool) -> None:
        """Returns when the exchange goes on after all."""
        if fault.how in (How.DELAY, How.HOLE):
            self._closing.wait(fault.seconds)
        if fault.how is How.DELAY:
            return
        if fault.how is How.HALF_CLOSE:
            (now.server if up else now.phone).shutdown(socket.SHUT_WR)
            if up:
                self._answer(now)
            raise _Over
        reset(now.phone)
        reset(now.server)
        raise _Over

    def _body_up(self, now: _Exchange) -> bool:
        """True when the server answered before it had all of it."""
        length, done = now.head.length, 0
        fault = self._take(now, lambda fault: fault.where in IN_BODY) if length >= len(IN_BODY) else None
        strike_at = None if fault is None else self._place(fault, length)
        while done < length:
            ready = select.select([now.phone, now.server], [], [], _PATIENCE_S)[0]
            if now.server in ready:
                return True
            piece = now.phone.recv(min(_PIECE, length - done))
            if not piece:
                raise _Over
            self._count(up=len(piece))
            if fault is not None and strike_at is not None and done <= strike_at < done + len(piece):
                now.body += piece[: strike_at - done] if now.head.is_json else b""
                self._strike(now, fault, piece, strike_at - done, strike_at)
            else:
                now.body += piece if now.head.is_json else b""
                self._send(now, piece, up=True)
            done += len(piece)
        return False

    def _place(self, fault: Fault, length: int) -> int:
        with self._changed:
            match fault.where:
                case Where.BODY_START:
                    return self._random.randrange(min(16, length))
                case Where.BODY_MIDDLE:
                    return self._random.randrange(length // 4, max(length * 3 // 4, length // 4 + 1))
                case _:
                    return length - 1

    def _answer(self, now: _Exchange) -> None:
        self._until_answered(now)
        fault = self._take(now, lambda fault: fault.where is Where.BEFORE_ANSWER)
        if fault is not None:
            self._note(now, fault, None)
            self._break(now, fault, False)
        head = read_head(now.server)
        self._carry(now, head.line, Where.STATUS_LINE)
        self._carry(now, head.fields, Where.ANSWER_HEADERS)
        length = head.answer_length(now.head.method)
        if length is None:
            self._until_closed(now)
        fault = self._take(now, lambda fault: fault.where is Where.ANSWER_BODY) if length else None
        with self._changed:
            strike_at = None if fault is None or not length else self._random.randrange(length)
        done = 0
        while length and done < length:
            piece = now.server.recv(min(_PIECE, length - done))
            if not piece:
                raise _Over
            if fault is not None and strike_at is not None and done <= strike_at < done + len(piece):
                self._strike(now, fault, piece, strike_at - done, strike_at)
            else:
                self._send(now, piece, up=False)
            done += len(piece)

    def _until_answered(self, now: _Exchange) -> None:
        """_Over when the phone left meanwhile."""
        while True:
            ready = select.select([now.phone, now.server], [], [], _PATIENCE_S)[0]
            if now.server in ready:
                return
            if not ready or not now.phone.recv(1, socket.MSG_PEEK):
                raise _Over
            time.sleep(0.005)  # the phone said more than its request; the answer decides what becomes of that

    def _until_closed(self, now: _Exchange) -> None:
        """An answer without a length goes on until the server closes; so does the connection."""
        while piece := now.server.recv(_PIECE):
            self._send(now, piece, up=False)
        raise _Over

    # --- requests that come twice or in another order

    def _whole(self, now: _Exchange, fault: Fault) -> bool:
        body = bytearray()
        while len(body) < now.head.length:
            piece = now.phone.recv(min(_PIECE, now.head.length - len(body)))
            if not piece:
                raise _Over
            self._count(up=len(piece))
            body += piece
        message = now.head.raw + bytes(body)
        if fault.how is How.LATE:
            self._note(now, fault, None)
            self._start(self._throw_late, message, self._answered, fault.seconds)
            reset(now.phone)
            raise _Over
        if fault.how is How.OVERTAKE:
            before = self._answered
            if self.wait_until(lambda: self._answered > before or self._closing.is_set(), fault.seconds):
                self._note(now, fault, None)
            else:
                now.fault = None
                self._arm_again(fault)  # nobody came by
        else:
            self._note(now, fault, None)
            self._start(self._throw, message)
        self._send(now, message, up=True)
        return False

    def _throw_late(self, message: bytes, answered: int, seconds: float) -> None:
        self.wait_until(lambda: self._answered > answered or self._closing.is_set(), max(seconds, 2.0))
        self._throw(message)

    def _throw(self, message: bytes) -> None:
        """Bring a request whose answer nobody hears."""
        with socket.create_connection(("127.0.0.1", self.server_port), timeout=_THROWN_S) as server:
            server.sendall(message)
            server.recv(_PIECE)

    # --- small parts

    def _take(self, now: _Exchange, fits: Callable[[Fault], bool]) -> Fault | None:
        with self._changed:
            for index, fault in enumerate(self._armed):
                if now.fault is None and fits(fault):
                    now.fault = self._armed.pop(index)
                    return now.fault
        return None

    def _arm_again(self, fault: Fault) -> None:
        with self._changed:
            self._armed.append(fault)
            self._changed.notify_all()

    def _note(self, now: _Exchange, fault: Fault, byte: int | None) -> None:
        request = now.head.line.decode("latin-1").strip()
        with self._changed:
            now.fault = None
            self.log.append(Struck(time.monotonic() - self._began, now.connection, request, fault.name, byte))
            self._changed.notify_all()

    def _send(self, now: _Exchange, data: bytes, *, up: bool) -> None:
        sink = now.server if up else now.phone
        step = len(data) if now.rate is None else max(1, now.rate // 20)
        for at in range(0, len(data), max(1, step)):
            sink.sendall(data[at : at + step])
            if not up:
                self._count(down=len(data[at : at + step]))
            if now.rate is not None:
                self._closing.wait(len(data[at : at + step]) / now.rate)

    def _count(self, *, up: int = 0, down: int = 0) -> None:
        with self._changed:
            self.up_bytes += up
            self.down_bytes += down
