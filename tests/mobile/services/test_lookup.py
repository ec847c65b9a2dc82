"""Finding what is on the phone, however it is written."""

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from mobile.bootstrap import Phone
from mobile.ports import QueuedReport
from mobile.services.lookup import MOST, Lookup, folded
from shared.wire.v1.records import Facts, Kind, Presented
from tests.factories import reports as make
from tests.factories.terms import DAY, licence_row, mineral_row
from tests.fakes.server import FakeServer

FACTS: dict[Kind, Callable[..., Facts]] = {
    Kind.TRANSPORT: make.transport_facts,
    Kind.EXTRACTION: make.extraction_facts,
}
VEHICLE = {
    "id": "7d7d0b1e-0000-4000-8000-000000000001",
    "kind": "waterway",
    "mark": "HY-2345",
    "key": "HY2345",
    "description": "tàu hút Đại Dương",
    "registration_valid_to": "2027-01-02",
    "inspection_valid_to": None,
}


@pytest.fixture
def lookup(phone: Phone) -> Lookup:
    return Lookup(phone.reference, phone.outbox)


@pytest.fixture
def register(phone: Phone, server: FakeServer) -> Callable[..., None]:
    def give(*licences: dict[str, Any]) -> None:
        server.reference = {
            "cursor": f"c{len(server.log)}",
            "removed": ["*"],
            "licences": list(licences) or [licence_row()],
            "minerals": [mineral_row()],
            "vehicles": [VEHICLE],
        }
        phone.reference.pull()

    return give


@pytest.fixture
def sealed(phone: Phone) -> Callable[..., UUID]:
    def seal(kind: Kind = Kind.TRANSPORT, supersedes: UUID | None = None, **changes: Any) -> UUID:
        draft = phone.recording.start(kind, supersedes=supersedes)
        phone.recording.save(draft.id, facts=FACTS[kind](**changes))
        return phone.sealing.seal(draft.id).id

    return seal


def read(lookup: Lookup) -> Lookup:
    lookup.read(threading.Event())
    return lookup


def invoice(number: str, **more: Any) -> Any:
    return make.load(documents=(make.document(number=number, **more),))


@pytest.mark.parametrize(
    "typed", ["12/GP-UBND", "12 gp ubnd", "012/GP–UBND", "12gp", "bãi giữa", "BAI GIUA", "hy0001", "HY-0001", "Cát sỏi"]
)
def test_a_licence_is_found_however_it_is_written(lookup: Lookup, register: Callable[..., None], typed: str) -> None:
    register()
    (found,) = read(lookup).find(typed, DAY).licences
    assert found.number == "12/GP-UBND"


@pytest.mark.parametrize("typed", ["", "1", " - ", "đ", "99/XYZ", "hy 0002"])
def test_too_little_or_something_else_finds_nothing(lookup: Lookup, register: Callable[..., None], typed: str) -> None:
    register()
    assert read(lookup).find(typed, DAY).licences == ()


@pytest.mark.parametrize("typed", ["hy 2345", "HY-23", "dai duong"])
def test_a_vehicle_of_the_register_is_found(lookup: Lookup, register: Callable[..., None], typed: str) -> None:
    register()
    (found,) = read(lookup).find(typed, DAY).vehicles
    assert found.mark == "HY-2345"


@pytest.mark.parametrize("typed", ["87C-123.45", "87c12345", "87 c 123", "12345"])
def test_an_earlier_stop_is_found_by_its_plate(lookup: Lookup, sealed: Callable[..., UUID], typed: str) -> None:
    one = sealed()
    sealed(vehicles=(make.vehicle(mark="29H-999.99"),))
    assert [stop.id for stop in read(lookup).find(typed, DAY).stops] == [one]


def test_stops_are_found_by_trailer_licence_and_paper_and_never_by_a_name(
    lookup: Lookup, sealed: Callable[..., UUID]
) -> None:
    towed = sealed(vehicles=(make.vehicle(trailer="87R-000.11"),))
    dug = sealed(Kind.EXTRACTION)
    read(lookup)
    assert [stop.id for stop in lookup.find("87r 00011", DAY).stops] == [towed]
    assert [stop.id for stop in lookup.find("12/gp-ubnd", DAY).stops] == [dug]
    assert towed in [stop.id for stop in lookup.find("1C26TMH 127", DAY).stops + lookup.find("00000127", DAY).stops]
    assert lookup.find("Lê Văn Tài", DAY).stops == ()


def test_a_paper_seen_twice_is_one_with_its_uses_the_last_first(lookup: Lookup, sealed: Callable[..., UUID]) -> None:
    first = sealed(loads=(invoice("00000555"),))
    read(lookup)
    second = sealed(loads=(invoice("555"),), vehicles=(make.vehicle(mark="29H-999.99"),))
    sealed(loads=(invoice("00000556"),))
    (paper,) = read(lookup).find("555", DAY).papers
    assert [use.id for use in paper.uses] == [second, first]
    assert paper.uses[0].marks == ("29H-999.99",)


def test_papers_that_were_not_shown_are_not_seen(lookup: Lookup, sealed: Callable[..., UUID]) -> None:
    sealed(loads=(invoice("00000777", presented=Presented.NOT_SHOWN),))
    assert read(lookup).find("777", DAY).papers == ()


def test_a_corrected_report_and_its_papers_are_left_out(lookup: Lookup, sealed: Callable[..., UUID]) -> None:
    wrong = sealed(loads=(invoice("00000888"),))
    assert read(lookup).find("888", DAY).stops
    right = sealed(supersedes=wrong, loads=(invoice("00000889"),))
    read(lookup)
    assert lookup.find("888", DAY).stops == ()
    assert lookup.find("888", DAY).papers == ()
    assert [stop.id for stop in lookup.find("889", DAY).stops] == [right]


def test_only_what_is_new_is_unlocked(
    phone: Phone, lookup: Lookup, sealed: Callable[..., UUID], monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[UUID] = []
    envelope = phone.outbox.envelope

    def count(report: UUID) -> Any:
        opened.append(report)
        return envelope(report)

    monkeypatch.setattr(phone.outbox, "envelope", count)
    first = sealed()
    read(lookup).find("87c", DAY)
    lookup.find("87c1", DAY)
    read(lookup)
    second = sealed()
    read(lookup)
    assert opened == [first, second]


def test_reading_that_was_stopped_goes_on_the_next_time(lookup: Lookup, sealed: Callable[..., UUID]) -> None:
    sealed()
    stopped = threading.Event()
    stopped.set()
    lookup.read(stopped)
    assert lookup.find("87c", DAY).stops == ()
    assert read(lookup).find("87c", DAY).stops


def test_the_register_is_read_again_when_it_changed(lookup: Lookup, register: Callable[..., None]) -> None:
    register()
    assert read(lookup).find("12/GP", DAY).licences
    register(licence_row(number="77/GP-UBND"))
    assert read(lookup).find("12/GP", DAY).licences == ()
    assert lookup.find("77/GP", DAY).licences


def test_a_row_of_another_version_is_left_out(lookup: Lookup, register: Callable[..., None]) -> None:
    row = licence_row()
    del row["minerals"]
    register(row)
    assert read(lookup).find("12/GP", DAY).licences == ()


def test_no_more_than_a_screen_of_each_and_that_there_are_others(lookup: Lookup, register: Callable[..., None]) -> None:
    rows = [licence_row(id=str(UUID(int=n + 1, version=4)), number=f"{n}/GP-UBND") for n in range(MOST + 1)]
    register(*rows)
    found = read(lookup).find("gp-ubnd", DAY)
    assert len(found.licences) == MOST
    assert found.more
    assert not lookup.find("20/gp", DAY).more


def test_nothing_of_what_was_read_lies_on_the_disk(
    phone: Phone, lookup: Lookup, filed: Callable[..., QueuedReport], tmp_path: Path
) -> None:
    filed()
    before = set(tmp_path.rglob("*"))
    read(lookup).find("87c", DAY)
    assert set(tmp_path.rglob("*")) == before


def test_folding_keeps_letters_and_digits() -> None:
    assert folded("29C–623.78 Đò") == "29c62378do"
