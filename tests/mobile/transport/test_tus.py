"""Files on their way: in one request where the server can, piece by piece where the line is bad, and checked."""

import io
from collections.abc import Iterator
from dataclasses import dataclass, replace
from uuid import UUID

import pytest

from mobile.ports import FileState, ServerProblem
from mobile.transport.http import Http
from mobile.transport.pace import FIRST, LEAST, MOST, Pace
from mobile.transport.tus import Tus
from shared.problems import Problem
from tests.factories.reports import SealingPhone, evidence_entry
from tests.fakes.server import FakeServer


@dataclass(frozen=True)
class File:
    """What `Tus` asks of a file."""

    key: UUID
    owner: UUID
    report: UUID
    id: UUID
    sha256: str
    bytes: int
    name: str = "x"
    state: FileState = FileState.ON_PHONE
    offset: int = 0
    upload_url: str | None = None
    attempts: int = 0


class Job:
    """A file of `size` bytes that a report at the server declares, and the phone's side of it."""

    def __init__(self, server: FakeServer, size: int) -> None:
        self.content = bytes(i * 31 % 251 for i in range(size))
        entry = evidence_entry(self.content)
        sealed = SealingPhone().seal(evidence=(entry,))
        server.reports[str(sealed.manifest.id)] = sealed
        self.server = server
        self.file = File(entry.id, sealed.manifest.id, sealed.manifest.id, entry.id, entry.sha256, entry.bytes)
        self.told: list[int] = []
        self.url: str | None = None

    def send(self, tus: Tus, upload_url: str | None = None) -> None:
        file = replace(self.file, upload_url=upload_url)
        tus.send(file, io.BytesIO(self.content), None, self._moved, lambda: None)

    def _moved(self, url: str, offset: int) -> None:
        self.url = url
        self.told.append(offset)

    @property
    def asked(self) -> list[str]:
        return [method for method, path in self.server.log if path.startswith("uploads")]

    @property
    def arrived(self) -> bool:
        return self.server.confirmed_files() == {str(self.file.id): self.content}


@pytest.fixture
def tus(server: FakeServer) -> Iterator[Tus]:
    http = Http(server.url, read_s=2)
    yield Tus(http)
    http.close()


def test_a_small_file_is_one_request_once_it_is_known_that_the_server_can(server: FakeServer, tus: Tus) -> None:
    first, second = Job(server, 100_000), Job(server, 90_000)
    first.send(tus)
    assert first.asked == ["OPTIONS", "POST"]
    second.send(tus)
    assert second.asked == ["OPTIONS", "POST", "POST"]
    assert (first.told, second.told) == ([100_000], [90_000])
    assert server.payload == 190_000


@pytest.mark.parametrize("lack", ["it says so", "it says otherwise", "no OPTIONS", "a portal answered OPTIONS"])
def test_a_server_without_creation_with_upload_gets_it_in_two(server: FakeServer, tus: Tus, lack: str) -> None:
    job = Job(server, 100_000)
    if lack == "it says so":
        server.tus.extensions.remove("creation-with-upload")
    elif lack == "it says otherwise":
        server.fail("html", "POST", "uploads", status=415)
    elif lack == "no OPTIONS":
        server.fail("html", "OPTIONS", status=405)
    else:
        server.fail("portal", "OPTIONS")
    job.send(tus)
    assert job.arrived
    assert job.asked == ["OPTIONS", "POST", *(["POST"] if lack == "it says otherwise" else []), "PATCH"]


def test_a_newly_reached_server_is_asked_again_what_it_can(server: FakeServer, tus: Tus) -> None:
    Job(server, 10).send(tus)
    tus.forget()
    last = Job(server, 10)
    last.send(tus)
    assert last.asked.count("OPTIONS") == 2


@pytest.mark.parametrize("method", ["POST", "PATCH"])
def test_a_byte_changed_on_the_line_costs_one_piece_and_not_the_file(server: FakeServer, tus: Tus, method: str) -> None:
    job = Job(server, 1_000_000)
    server.fail("corrupt", method, "uploads")
    job.send(tus)
    assert job.arrived
    assert job.told == sorted(job.told)
    assert method == "POST" or "HEAD" not in job.asked  # the answer has said that nothing of the piece was kept
    assert server.payload - 1_000_000 <= 2 * FIRST


def test_a_line_that_changes_a_byte_of_every_piece_ends_in_a_problem_and_what_is_there_stays(
    server: FakeServer, tus: Tus
) -> None:
    job = Job(server, 1_000_000)
    server.fail("corrupt", "PATCH", times=99)
    with pytest.raises(ServerProblem) as failure:
        job.send(tus)
    assert (failure.value.code, failure.value.status) == ("checksum_mismatch", 460)
    assert job.told[-1] == FIRST
    server.faults.clear()
    job.send(tus, job.url)
    assert job.arrived


def test_no_checksum_is_sent_to_a_server_that_has_none(server: FakeServer, tus: Tus) -> None:
    server.tus.extensions.remove("checksum")  # the fake server asserts it
    job = Job(server, 300_000)
    job.send(tus)
    assert job.arrived


@pytest.mark.parametrize("how", ["expired", "unknown"])
def test_an_upload_that_went_is_made_again_and_said_to_stand_at_its_beginning(
    server: FakeServer, tus: Tus, how: str
) -> None:
    job = Job(server, 1_000_000)
    server.fail("cut", "PATCH", "uploads", times=99)
    server.fail("cut", "HEAD", "uploads", times=99)
    with pytest.raises(Problem, match="no_connection"):
        job.send(tus)
    server.faults.clear()
    if how == "expired":
        server.tus.expire()
    else:
        server.uploads.clear()
    job.told.clear()
    job.send(tus, job.url)
    assert job.told[0] == 0
    assert job.arrived


def test_an_upload_that_goes_in_the_middle_is_said_to_stand_at_its_beginning(server: FakeServer, tus: Tus) -> None:
    job = Job(server, 1_000_000)

    def moved(url: str, offset: int) -> None:
        if not job.told:
            server.tus.expire()
        job._moved(url, offset)

    tus.send(job.file, io.BytesIO(job.content), None, moved, lambda: None)
    assert job.told[:2] == [FIRST, 0]
    assert job.arrived


def test_a_server_that_forgets_every_upload_at_once_ends_in_a_problem(server: FakeServer, tus: Tus) -> None:
    job = Job(server, 1_000_000)
    server.fail("problem", "PATCH", status=410, code="upload_expired", times=10_000)
    with pytest.raises(Problem, match="answer_invalid"):
        job.send(tus)
    assert job.asked.count("PATCH") <= 3


def test_after_a_cut_of_the_first_request_the_server_is_asked_before_anything_is_sent_again(
    server: FakeServer, tus: Tus
) -> None:
    job = Job(server, 100_000)
    server.fail("cut_answer", "POST", "uploads")
    job.send(tus)
    assert job.asked == ["OPTIONS", "POST", "POST"]
    assert (job.told, server.payload) == ([100_000], 100_000)


@pytest.mark.parametrize("lie", ["999999999999", "-1", "١٢", "", "1e3"])
def test_an_offset_that_cannot_be_is_no_answer(server: FakeServer, tus: Tus, lie: str) -> None:
    job = Job(server, 100_000)
    server.tus.extensions.remove("creation-with-upload")
    server.bent_offset = lie
    with pytest.raises(Problem, match="answer_invalid"):
        job.send(tus)


def test_whatever_may_says_is_raised_before_the_next_request(server: FakeServer, tus: Tus) -> None:
    job = Job(server, 1_000_000)
    asked = iter([None, None])

    def may() -> None:
        if next(asked, "no") == "no":
            raise Problem("waits_for_wifi")

    with pytest.raises(Problem, match="waits_for_wifi"):
        tus.send(job.file, io.BytesIO(job.content), None, job._moved, may)
    assert job.asked == ["OPTIONS", "POST"]
    assert job.told == [FIRST]


def test_a_file_that_ends_early_is_unreadable(server: FakeServer, tus: Tus) -> None:
    job = Job(server, 300_000)
    with pytest.raises(Problem, match="photo_unreadable"):
        tus.send(job.file, io.BytesIO(job.content[:200_000]), None, job._moved, lambda: None)


def test_a_cut_piece_is_sent_again_in_smaller_ones(server: FakeServer, tus: Tus) -> None:
    job = Job(server, 1_000_000)
    server.fail("cut", "PATCH", after=50_000)
    job.send(tus)
    assert job.arrived
    assert job.told[:2] == [FIRST, FIRST + FIRST]  # without the cut it would have been twice as much


# --- how large a piece is


def test_pieces_grow_while_it_flows_to_what_the_line_carries_in_the_time_aimed_at() -> None:
    pace = Pace(aim_s=4)
    sizes = []
    for _ in range(8):
        pace.went(pace.size, pace.size / 32_000)  # 256 kbit/s
        sizes.append(pace.size)
    assert sizes == [128_000] * 8
    fast = Pace()
    for _ in range(20):
        fast.went(fast.size, 0.001)
    assert fast.size == MOST


def test_pieces_shrink_with_each_cut_and_never_below_the_least() -> None:
    pace = Pace()
    sizes = []
    for _ in range(6):
        pace.cut()
        sizes.append(pace.size)
    assert sizes == [65_536, 32_768, 16_384, 16_384, 16_384, 16_384]
    assert min(sizes) == LEAST
    pace.went(100, 0.001)
    assert pace.size == LEAST  # the end of a file says nothing of the line
