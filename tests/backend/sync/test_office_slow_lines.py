"""What a slow or silent sender holds: an office with one worker of four threads, of which slow lines may keep two."""

import hashlib
import os
import re
import selectors
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime

import pytest

from tests import memory
from tests.backend.sync.office import Office, office_folder
from tests.backend.sync.test_office_uploads import TUS, Sending, head_of, until_true
from tests.backend.sync.tus import OFFSET_STREAM, metadata
from tests.factories.reports import evidence_entry

THREADS, SLOW, STALL_S = 4, 2, 2
MEBI = 2**20


@pytest.fixture(scope="module")
def small_office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    running = Office(
        office_folder(tmp_path_factory),
        KK_WORKERS="1",
        KK_THREADS=str(THREADS),
        KK_SLOW_LINES=str(SLOW),
        KK_SLOW_LINE_GRACE_S="0.4",
        KK_STALL_S=str(STALL_S),
    )
    running.start()
    yield running
    running.stop()


class Dripping(threading.Thread):
    """A sender that announces its file and then sends it byte by byte, until it is answered or told to stop."""

    def __init__(self, sending: Sending, line: socket.socket, pause_s: float) -> None:
        super().__init__(daemon=True)
        self.sending, self.line, self.pause_s = sending, line, pause_s
        self.enough = threading.Event()
        self.answer = b""

    def run(self) -> None:
        try:
            self.line.sendall(head_of(self.sending))
            for byte in self.sending.content:
                if self.enough.wait(self.pause_s) or self.answered():
                    return
                self.line.sendall(bytes([byte]))
        except OSError:
            self.answered()

    def answered(self) -> bool:
        with selectors.DefaultSelector() as selector:
            selector.register(self.line, selectors.EVENT_READ)
            if not selector.select(0):
                return False
        try:
            self.answer += self.line.recv(4096)
        except OSError:
            self.answer += b"reset"
        return bool(self.answer)


def test_more_slow_senders_than_threads_do_not_keep_others_waiting(small_office: Office) -> None:
    sendings = [Sending(small_office, os.urandom(5000)) for _ in range(THREADS + 2)]
    with ExitStack() as stack:
        lines = [stack.enter_context(small_office.connect()) for _ in sendings]
        dripping = [Dripping(sending, line, 0.05) for sending, line in zip(sendings, lines, strict=True)]
        for one in dripping:
            one.start()
        until_true(lambda: sum(bool(one.answer) for one in dripping) >= len(dripping) - SLOW)
        waits = []
        for _ in range(10):
            begun = time.monotonic()
            assert small_office.request("GET", "/api/v1/hello/?nonce=12345678").status == 200
            waits.append(time.monotonic() - begun)
        still = [one for one in dripping if not one.answer]
        for one in dripping:
            one.enough.set()
            one.join()
    assert len(still) == SLOW  # a slow sender is let go for others only
    assert sorted(waits)[5] < 0.5
    let_go = next(one for one in dripping if one.answer)
    assert b" 204 " in let_go.answer
    brought = int(re.search(rb"Upload-Offset: (\d+)", let_go.answer)[1])  # type: ignore[index]
    assert brought > 0
    sending = let_go.sending
    assert sending.offset() == brought
    assert sending.patch(brought, sending.content[brought:]).status == 204
    assert sending.whole()


def test_silent_line_is_let_go_in_its_body_and_in_its_headers_and_what_came_stays(small_office: Office) -> None:
    sending = Sending(small_office, os.urandom(100_000))
    begun = time.monotonic()
    with small_office.connect() as body, small_office.connect() as headers:
        body.sendall(head_of(sending) + sending.content[:4096])
        headers.sendall(b"PUT /api/v1/reports/ HTTP/1.1\r\nHost: 127")
        answer = body.recv(4096)
        assert headers.recv(4096) == b""
    waited = time.monotonic() - begun
    assert STALL_S <= waited < STALL_S + 8
    assert b" 204 " in answer
    assert b"Upload-Offset: 4096\r\n" in answer
    assert sending.patch(4096, sending.content[4096:]).status == 204
    assert sending.whole()
    assert "Traceback" not in small_office.log


def test_film_of_300_megabytes_is_never_held_in_memory(small_office: Office) -> None:
    """Sent at once, so that the server has to write faster than it could hold."""
    size, zeros = 300 * 10**6, bytes(MEBI)
    digest = hashlib.sha256()
    for at in range(0, size, MEBI):
        digest.update(zeros[: size - at])
    phone, token = small_office.enrolled_phone()
    film = evidence_entry(b"", sha256=digest.hexdigest(), bytes=size, media_type="video/mp4")
    sealed = phone.seal(evidence=(film,), sealed_at=datetime.now(UTC))
    assert small_office.put(sealed, **token).status == 201
    (worker,) = small_office.workers
    before = memory.forget_most(worker)
    answer = small_office.request(
        "POST",
        "/api/v1/uploads/",
        (zeros[: size - at] for at in range(0, size, MEBI)),
        Upload_Metadata=metadata(sealed.manifest.id, film),
        Upload_Length=str(size),
        Content_Length=str(size),
        Content_Type=OFFSET_STREAM,
        **TUS,
    )
    assert (answer.status, answer.headers["Upload-Offset"]) == (201, str(size))
    assert memory.most(worker) - before < 16 * MEBI
    stored = small_office.folder / "evidence" / film.sha256[:2] / film.sha256
    assert stored.stat().st_size == size
    stored.unlink()
