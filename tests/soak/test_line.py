"""The bad line itself: each fault strikes where it says, once, and what both ends see is what it promises."""

import http.client
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tests.fakes.line import FaultLine
from tests.fakes.line_faults import IN_BODY, Fault, How, Where

BODY = b'{"words": "' + bytes(range(97, 123)) * 4000 + b'"}'
ANSWER = b'{"heard": "' + b"0123456789" * 3000 + b'"}'


class Echo(ThreadingHTTPServer):
    """Answers everything with ANSWER; `seen`: (method and path, body) of every request that came whole."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Hearer)
        self.seen: list[tuple[str, bytes]] = []

    def handle_error(self, request: object, client_address: object) -> None:
        """Cut connections are what these tests are about."""


class Hearer(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Echo

    def _hear(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if len(body) == int(self.headers.get("Content-Length", 0)):
            self.server.seen.append((f"{self.command} {self.path}", body))
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(ANSWER)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(ANSWER)

    do_GET = do_PUT = do_HEAD = do_PATCH = _hear  # noqa: N815 - http.server calls them so

    def log_message(self, *_: object) -> None:
        """Quiet."""


@pytest.fixture
def echo() -> Iterator[Echo]:
    server = Echo()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def line(echo: Echo) -> Iterator[FaultLine]:
    laid = FaultLine(echo.server_port, seed=1)
    yield laid
    laid.close()
    assert laid.errors == []


def ask(line: FaultLine, method: str = "PUT", path: str = "/x", body: bytes | None = BODY) -> tuple[int, bytes]:
    with closing(http.client.HTTPConnection("127.0.0.1", line.port, timeout=10)) as connection:
        connection.request(method, path, body, {"Content-Type": "application/json"})
        answer = connection.getresponse()
        return answer.status, answer.read()


def fails(line: FaultLine, **how: object) -> type[BaseException] | None:
    """What a phone notices: the kind of error, None for an answer that is right."""
    try:
        return None if ask(line, **how) == (200, ANSWER) else ValueError  # type: ignore[arg-type]
    except (OSError, http.client.HTTPException) as error:
        return type(error)


def test_without_faults_everything_passes_and_is_counted(line: FaultLine, echo: Echo) -> None:
    assert ask(line) == (200, ANSWER)
    assert ask(line, "HEAD", "/y", None) == (200, b"")
    assert echo.seen == [("PUT /x", BODY), ("HEAD /y", b"")]
    assert len(BODY) < line.up_bytes < len(BODY) + 1000
    assert len(ANSWER) < line.down_bytes < len(ANSWER) + 1000
    assert line.log == []


def test_one_connection_carries_many_exchanges(line: FaultLine, echo: Echo) -> None:
    with closing(http.client.HTTPConnection("127.0.0.1", line.port, timeout=10)) as connection:
        for number in range(8):
            connection.request("PUT", f"/{number}", BODY[: 100 * number])
            assert connection.getresponse().read() == ANSWER
    assert [len(body) for _, body in echo.seen] == [100 * number for number in range(8)]


@pytest.mark.parametrize("where", Where, ids=str)
def test_a_cut_strikes_once_at_its_place(line: FaultLine, echo: Echo, where: Where) -> None:
    line.arm(Fault(How.CUT, where))
    noticed = fails(line)
    assert noticed is not None
    assert noticed is ConnectionResetError or where is not Where.BEFORE_ANSWER  # elsewhere a part may have come
    assert line.struck == {f"cut:{where}": 1}
    # What was cut on the way up never came whole; what was cut on the way back did.
    assert (len(echo.seen) == 0) == where.up
    assert fails(line) is None
    assert line.armed == 0


@pytest.mark.parametrize(
    ("where", "least", "most"),
    [
        (Where.REQUEST_LINE, 0, len("PUT /x HTTP/1.1\r\n") - 1),
        (Where.BODY_START, 0, 15),
        (Where.BODY_MIDDLE, len(BODY) // 4, len(BODY) * 3 // 4),
        (Where.LAST_BYTE, len(BODY) - 1, len(BODY) - 1),
        (Where.STATUS_LINE, 0, len("HTTP/1.1 200 OK\r\n") - 1),
        (Where.ANSWER_BODY, 0, len(ANSWER) - 1),
    ],
    ids=lambda value: str(value),
)
def test_the_byte_is_of_the_class_asked_for(line: FaultLine, where: Where, least: int, most: int) -> None:
    for _ in range(8):
        line.arm(Fault(How.CUT, where))
        assert fails(line) is not None
    struck = [one.byte for one in line.log]
    assert all(byte is not None and least <= byte <= most for byte in struck)
    assert len(set(struck)) > 1 or least == most


@pytest.mark.parametrize("where", [Where.BODY_MIDDLE, Where.ANSWER_BODY, Where.BEFORE_ANSWER], ids=str)
def test_a_half_close_is_a_regular_end_in_the_middle(line: FaultLine, where: Where) -> None:
    line.arm(Fault(How.HALF_CLOSE, where))
    expected = (http.client.IncompleteRead, http.client.RemoteDisconnected, None)
    # The office above answers even to half a body; the phone's own end is what matters on the way down.
    assert fails(line) in expected[: 3 if where.up else 2]
    assert line.struck == {f"half_close:{where}": 1}


@pytest.mark.parametrize("where", [where for where in Where if where is not Where.BEFORE_ANSWER], ids=str)
def test_a_changed_byte_changes_exactly_one(line: FaultLine, echo: Echo, where: Where) -> None:
    line.arm(Fault(How.CORRUPT, where))
    fails(line)
    assert line.struck == {f"corrupt:{where}": 1}
    if where in IN_BODY:
        came = echo.seen[0][1]
        assert sum(a != b for a, b in zip(came, BODY, strict=True)) == 1
        assert line.corrupted == [came]
    elif where.up:
        assert line.corrupted in ([BODY], [])  # a head that cannot be read is answered before the body came


def test_a_hole_ends_in_a_reset_and_a_delay_in_an_answer(line: FaultLine) -> None:
    line.arm(Fault(How.HOLE, Where.BODY_MIDDLE, seconds=0.05))
    assert fails(line) is not None
    line.arm(Fault(How.DELAY, Where.BODY_MIDDLE, seconds=0.05))
    assert fails(line) is None
    assert line.struck == {"hole:body_middle": 1, "delay:body_middle": 1}


def test_a_limit_slows_its_exchange_only(line: FaultLine) -> None:
    line.arm(Fault(How.LIMIT, rate=400_000))
    begun = time.monotonic()
    assert fails(line) is None
    slow = time.monotonic() - begun
    assert slow > (len(BODY) + len(ANSWER)) / 400_000 * 0.9
    begun = time.monotonic()
    assert fails(line) is None
    assert time.monotonic() - begun < slow / 2


def test_a_duplicate_brings_the_same_bytes_twice(line: FaultLine, echo: Echo) -> None:
    line.arm(Fault(How.DUPLICATE))
    assert fails(line) is None
    assert line.wait_until(lambda: len(echo.seen) == 2, 5)
    assert echo.seen == [("PUT /x", BODY)] * 2


def test_a_request_is_overtaken_by_the_next(line: FaultLine, echo: Echo) -> None:
    line.arm(Fault(How.OVERTAKE, seconds=10))
    first = threading.Thread(target=ask, args=(line, "PUT", "/first", BODY))
    first.start()
    assert line.wait_until(lambda: line.up_bytes > len(BODY), 5)
    ask(line, "PUT", "/second", BODY)
    first.join()
    assert [path for path, _ in echo.seen] == ["PUT /second", "PUT /first"]
    assert line.struck == {"overtake": 1}


def test_an_overtaking_that_nobody_did_is_armed_again(line: FaultLine, echo: Echo) -> None:
    line.arm(Fault(How.OVERTAKE, seconds=0.05))
    assert fails(line) is None
    assert (line.armed, line.struck) == (1, {})


def test_what_was_not_reached_strikes_the_next_exchange(line: FaultLine) -> None:
    line.arm(Fault(How.CUT, Where.LAST_BYTE))
    with socket.create_connection(("127.0.0.1", line.port), timeout=10) as phone:
        phone.sendall(b"PUT /x HTTP/1.1\r\nContent-Length: 1000\r\n\r\nthe phone leaves in the middle")
    assert line.wait_until(lambda: line.up_bytes > 60, 5)
    assert (line.armed, line.struck) == (1, {})
    assert fails(line) is not None
    assert (line.armed, line.struck) == (0, {"cut:last_byte": 1})


def test_a_late_request_reaches_the_office_after_the_one_that_replaced_it(line: FaultLine, echo: Echo) -> None:
    line.arm(Fault(How.LATE, seconds=5))
    assert fails(line, path="/first") is not None
    assert fails(line, path="/second") is None
    assert line.wait_until(lambda: len(echo.seen) == 2, 5)
    assert [path for path, _ in echo.seen] == ["PUT /second", "PUT /first"]


def test_the_same_seed_strikes_the_same_bytes(echo: Echo) -> None:
    struck = []
    for _ in range(2):
        line = FaultLine(echo.server_port, seed=7)
        for where in (Where.BODY_MIDDLE, Where.HEADERS, Where.ANSWER_BODY):
            line.arm(Fault(How.CUT, where))
            fails(line)
        struck.append([one.byte for one in line.log])
        line.close()
    assert struck[0] == struck[1]


def test_a_server_that_is_down_is_a_line_that_goes_nowhere(line: FaultLine, echo: Echo) -> None:
    line.server_port = 9
    assert fails(line) is not None
    line.server_port = echo.server_port
    assert fails(line) is None
