"""A phone in a temporary folder, an honest server beside it, and a clock that moves when it is told to."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from mobile.bootstrap import Phone, open_phone
from mobile.ports import NetworkKind, QueuedReport
from shared.wire.v1.records import Kind, Purpose
from tests.factories import reports as make
from tests.fakes.server import FakeServer, officer

MORNING = make.SEALED_AT


class FakeClock:
    def __init__(self, now: datetime = MORNING) -> None:
        self._now = now

    def now(self) -> datetime:
        return self._now

    def move(self, seconds: float) -> datetime:
        self._now += timedelta(seconds=seconds)
        return self._now


class FakeUptime:
    """Seconds since the phone was started."""

    seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds


class Patience:
    """A `Stop` that never waits: it moves the clock, and says stop after `limit` waits."""

    def __init__(self, clock: FakeClock, limit: int = 100) -> None:
        self._clock, self._limit = clock, limit
        self.waits: list[float] = []

    def is_set(self) -> bool:
        return len(self.waits) >= self._limit

    def wait(self, timeout: float) -> bool:
        self.waits.append(timeout)
        self._clock.move(timeout)
        return self.is_set()


class FakeNetwork:
    """The line a phone has: what `now` says, or, while there are any, the next of `coming`."""

    def __init__(self) -> None:
        self.now = NetworkKind.WIFI
        self.coming: list[NetworkKind] = []

    def kind(self) -> NetworkKind:
        return self.coming.pop(0) if self.coming else self.now


@pytest.fixture
def network() -> FakeNetwork:
    return FakeNetwork()


@pytest.fixture
def up() -> FakeUptime:
    return FakeUptime()


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def server() -> Iterator[FakeServer]:
    running = FakeServer()
    yield running
    running.close()
    assert running.errors == []


@pytest.fixture
def new_phone(
    tmp_path: Path, server: FakeServer, clock: FakeClock, network: FakeNetwork
) -> Iterator[Callable[..., Phone]]:
    """Phones by folder name: the same name is the same phone, started again."""
    opened: list[Phone] = []

    def start(name: str = "phone", **how: Any) -> Phone:
        opened.append(open_phone(tmp_path / name, **{"server": server.url, "clock": clock, "network": network, **how}))
        return opened[-1]

    yield start
    for phone in opened:
        phone.close()


@pytest.fixture
def phone(new_phone: Callable[..., Phone], server: FakeServer) -> Phone:
    """Enrolled for An, with a token."""
    started = new_phone()
    started.enrolment.enrol(server.code_for(officer()))
    server.log.clear()
    return started


@pytest.fixture
def photo(tmp_path: Path) -> Callable[..., Path]:
    """A JPEG file of (at least) `size` bytes; another seed, other bytes."""

    def write(seed: object = 0, size: int = 0) -> Path:
        path = tmp_path / f"anh-{seed}.jpg"
        content = make.jpeg(seed)
        path.write_bytes(content + bytes((i * 7 + len(str(seed))) % 251 for i in range(max(0, size - len(content)))))
        return path

    return write


@pytest.fixture
def filed(phone: Phone, photo: Callable[..., Path]) -> Callable[..., QueuedReport]:
    """Record and seal one report with so many photos."""
    count = iter(range(10_000))

    def file(photos: int = 0, size: int = 0, by: Phone = phone) -> QueuedReport:
        draft = by.recording.start(Kind.TRANSPORT)
        for _ in range(photos):
            by.recording.attach(draft.id, photo(next(count), size), purpose=Purpose.LOAD, from_app_camera=True)
        by.recording.save(draft.id, facts=make.transport_facts(), assessment=make.assessment("VC-01"))
        return by.sealing.seal(draft.id)

    return file


def state_of(phone: Phone, report: QueuedReport) -> tuple[str, list[str]]:
    now = phone.outbox.get(report.id)
    return now.state.value, [file.state.value for file in now.files]


@pytest.fixture
def colleague(new_phone: Callable[..., Phone], server: FakeServer, phone: Phone) -> Phone:
    """Bình's phone, enrolled too, after this one."""
    other = new_phone("colleague")
    other.enrolment.enrol(server.code_for(officer("Trần Bình (minh họa)", username="binh")))
    server.log.clear()
    return other


@pytest.fixture
def card(tmp_path: Path) -> Path:
    """Where a card may be; nothing is there yet."""
    return tmp_path / "card"
