"""Files sent to a real gunicorn process: lines cut, two senders at once, and the office killed in the middle."""

import base64
import hashlib
import os
import socket
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from urllib.parse import urlsplit

from shared.wire.v1.seal import SealedReport
from tests.backend.sync.office import Office, Reply
from tests.backend.sync.tus import OFFSET_STREAM, metadata

TUS = {"Tus_Resumable": "1.0.0"}


def until_true(condition: Callable[[], bool], within_s: float = 20) -> None:
    deadline = time.monotonic() + within_s
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def head_of(sending: "Sending", offset: int = 0, *extra: str) -> bytes:
    """A PATCH that announces all the rest."""
    lines = (
        f"PATCH {sending.path} HTTP/1.1",
        "Host: 127.0.0.1",
        f"Content-Type: {OFFSET_STREAM}",
        "Tus-Resumable: 1.0.0",
        f"Upload-Offset: {offset}",
        f"Content-Length: {len(sending.content) - offset}",
        *extra,
    )
    return "\r\n".join((*lines, "", "")).encode()


class Sending:
    """A report that declares `content`, filed with the office, and its upload begun."""

    def __init__(self, office: Office, content: bytes) -> None:
        self.office, self.content = office, content
        phone, token = office.enrolled_phone()
        self.sealed: SealedReport = phone.seal(files=[content], sealed_at=datetime.now(UTC))
        assert office.put(self.sealed, **token).status == 201, office.log[-3000:]
        self.path = self.create()

    def create(self) -> str:
        entry = self.sealed.manifest.evidence[0]
        answer = self.office.request(
            "POST",
            "/api/v1/uploads/",
            Upload_Metadata=metadata(self.sealed.manifest.id, entry),
            Upload_Length=str(entry.bytes),
            **TUS,
        )
        assert answer.status == 201, answer.content
        return urlsplit(answer.headers["Location"]).path

    @property
    def partial(self) -> str:
        """Name of the partial file."""
        return f"{self.sealed.manifest.id}.{self.sealed.manifest.evidence[0].id}"

    def offset(self) -> int:
        answer = self.office.request("HEAD", self.path, **TUS)
        assert answer.status == 200
        return int(answer.headers["Upload-Offset"])

    def patch(self, offset: int, part: bytes, **headers: str) -> Reply:
        given = {"Upload_Offset": str(offset), "Content_Type": OFFSET_STREAM, **TUS, **headers}
        return self.office.request("PATCH", self.path, part, **given)

    def send_and_hang_up(self, offset: int, until: int, *extra: str) -> None:
        """Announces everything, sends some, and closes the line."""
        with self.office.connect() as line:
            line.sendall(head_of(self, offset, *extra) + self.content[offset:until])

    def settled(self, offset: int) -> int:
        """The offset, once the office has written what it was sent (or after 5 s whatever it is)."""
        deadline = time.monotonic() + 5
        while (here := self.offset()) != offset and time.monotonic() < deadline:
            time.sleep(0.02)
        return here

    def whole(self) -> bool:
        """Receipt and disk agree that exactly the content is here."""
        sha256 = self.sealed.manifest.evidence[0].sha256
        stored = self.office.folder / "evidence" / sha256[:2] / sha256
        query = f"receipt/?manifest={self.sealed.manifest_sha256}"
        receipt = self.office.request("GET", f"/api/v1/reports/{self.sealed.manifest.id}/{query}").json()
        (line,) = receipt["evidence"]
        on_disk = hashlib.sha256(stored.read_bytes()).hexdigest() if stored.exists() else None
        return (line["state"], line["bytes_received"], on_disk) == ("confirmed", len(self.content), sha256)


def test_line_cut_in_the_middle_keeps_what_came_and_goes_on_from_there(office: Office) -> None:
    sending = Sending(office, os.urandom(300_000))
    sending.send_and_hang_up(0, 150_001)
    assert sending.settled(150_001) == 150_001
    sending.send_and_hang_up(150_001, 200_000)
    assert sending.settled(200_000) == 200_000
    assert sending.patch(200_000, sending.content[200_000:]).status == 204
    assert sending.whole()


def test_line_cut_in_the_middle_of_a_part_with_checksum_keeps_nothing_of_the_part(office: Office) -> None:
    sending = Sending(office, os.urandom(300_000))
    assert sending.patch(0, sending.content[:1000]).status == 204
    digest = base64.b64encode(hashlib.sha256(sending.content[1000:]).digest()).decode()
    begun = len(office.log)
    sending.send_and_hang_up(1000, 200_000, f"Upload-Checksum: sha256 {digest}")
    time.sleep(0.5)
    assert sending.settled(1000) == 1000
    assert sending.patch(1000, sending.content[1000:]).status == 204
    assert sending.whole()
    assert "Traceback" not in office.log[begun:]


def begin(sending: Sending, line: socket.socket, until: int) -> None:
    """Announces the whole file on an open line, sends the beginning, and waits until the office has some of it."""
    line.sendall(head_of(sending) + sending.content[:until])
    until_true(lambda: sending.offset() > 0)


def overtake(sending: Sending, until: int) -> None:
    """Goes on from where the office stands up to `until`, on a line of its own; the other line may still move it."""

    def taken() -> bool:
        here = sending.offset()
        return sending.patch(here, sending.content[here:until]).status == 204

    until_true(taken)


def test_line_that_died_without_a_word_does_not_keep_its_phone_from_going_on(office: Office) -> None:
    """No hang-up ever arrives: the old connection stays open while the phone comes back on a new one."""
    sending = Sending(office, os.urandom(400_000))
    with office.connect() as dead:
        begin(sending, dead, 150_000)
        overtake(sending, 300_000)
        dead.sendall(sending.content[150_000:])  # it wakes up after all: too late, and it spoils nothing
        assert b" 409 " in dead.recv(1000)
    assert sending.offset() == 300_000
    assert sending.patch(300_000, sending.content[300_000:]).status == 204
    assert sending.whole()


def test_slow_sender_finds_the_file_finished_by_another_and_gives_way(office: Office) -> None:
    sending = Sending(office, os.urandom(400_000))
    with office.connect() as slow:
        begin(sending, slow, 150_000)
        overtake(sending, 400_000)
        assert sending.whole()
        slow.sendall(sending.content[150_000:])
        assert b" 409 " in slow.recv(1000)
    assert sending.whole()
    assert not (office.folder / "evidence" / "incoming" / sending.partial).exists()


def test_many_senders_of_the_same_part_at_once_end_with_the_whole_file(office: Office) -> None:
    sending = Sending(office, os.urandom(200_000))
    statuses: list[int] = []
    while (here := sending.offset()) < len(sending.content):
        part = sending.content[here : here + 50_000]
        with ThreadPoolExecutor(6) as pool:
            statuses += pool.map(lambda _, at=here, p=part: sending.patch(at, p).status, range(6))  # type: ignore[misc]
        assert len(statuses) < 100
    assert set(statuses) <= {204, 409, 423}
    assert statuses.count(204) >= 4
    assert sending.whole()


def test_refusal_is_seen_by_a_sender_of_much_more(office: Office) -> None:
    """An answer sent before the body was read must not be lost to a reset of the line."""
    sending = Sending(office, os.urandom(3_000_000))
    for answer, status in (
        (sending.patch(5, sending.content[5:]), 409),
        (sending.patch(0, sending.content + b"x"), 413),
        (sending.patch(0, sending.content, Tus_Resumable="0.1"), 412),
        (sending.patch(0, sending.content, Content_Type="image/jpeg"), 415),
    ):
        assert answer.status == status
    assert sending.offset() == 0


def test_office_killed_in_the_middle_of_a_file_goes_on_from_there(own_office: Office) -> None:
    sending = Sending(own_office, os.urandom(1_000_000))
    with own_office.connect() as line:
        line.sendall(head_of(sending) + sending.content[:600_000])
        until_true(lambda: sending.offset() > 400_000)
        own_office.kill()
    own_office.start()
    here = sending.offset()
    assert 0 < here <= 600_000
    path = urlsplit(sending.create())
    assert path.path == sending.path
    assert sending.patch(here, sending.content[here:]).status == 204
    assert sending.whole()


def test_office_killed_again_and_again_loses_nothing(own_office: Office) -> None:
    """Killed at any moment of a file of several parts; the sender only ever asks where to go on."""
    sending = Sending(own_office, os.urandom(400_000))
    for delay in (0.0, 0.005, 0.02):
        killer = threading.Timer(delay, own_office.kill)
        killer.start()
        try:
            here = sending.offset()
            while here < len(sending.content):
                here = int(sending.patch(here, sending.content[here : here + 20_000]).headers["Upload-Offset"])
        except OSError:
            pass  # the office is gone
        killer.join()
        own_office.start()
    here = sending.offset()
    assert sending.patch(here, sending.content[here:]).status == 204
    assert sending.whole()
