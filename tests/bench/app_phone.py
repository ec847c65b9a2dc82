"""Phones as officers have them: enrolled, with a register and the work of some days."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import UUID

from mobile.bootstrap import Phone, open_phone
from mobile.services.filling import blank
from mobile.services.filling.memory import Memory
from shared.wire.v1.codec import encode
from shared.wire.v1.records import Kind
from tests.factories import reports as make
from tests.factories.terms import licence_row, mineral_row
from tests.fakes.server import FakeServer, officer

NOWHERE = "http://127.0.0.1:9"  # nobody answers there
LICENCES = 200
REPORTS, DRAFTS = 30, 3
PIN = "2580"


@contextmanager
def phone_with_register(folder: Path) -> Iterator[Phone]:
    """Enrolled at a server that is gone afterwards, with the licences of a province and the plates met last."""
    server = FakeServer()
    try:
        phone = open_phone(folder, server=server.url)
        try:
            phone.enrolment.enrol(server.code_for(officer()))
            server.reference = {
                "cursor": "c",
                "removed": ["*"],
                "licences": [licence_row(id=str(UUID(int=n)), number=f"{n}/GP-UBND") for n in range(1, LICENCES + 1)],
                "minerals": [mineral_row()],
            }
            phone.reference.pull()
            memory = Memory(phone.preferences, phone.vault)
            for n in range(20):
                facts = encode(make.transport_facts(vehicles=(make.vehicle(mark=f"87C-{n:03d}.45"),)))
                memory.remember(facts)
            yield phone
        finally:
            phone.close()
    finally:
        server.close()


def furnish(folder: Path, *, pin: bool) -> None:
    """In the middle of its work: reports that wait, drafts; with `pin` it opens locked."""
    with phone_with_register(folder) as phone:
        for _ in range(REPORTS):
            phone.sealing.seal(a_draft(phone, 0))
        for _ in range(DRAFTS):
            a_draft(phone, 0)
        if pin:
            session = phone.enrolment.current()
            if session is None:
                raise RuntimeError("the phone is not enrolled")
            phone.pins.choose(session.officer.id, PIN)


def a_draft(phone: Phone, more_loads: int) -> UUID:
    """A transport check with everything filled in that the factory knows, and so many loads more than one."""
    facts = encode(make.transport_facts())
    for _ in range(more_loads):
        facts = blank.with_load(facts)
    draft = phone.recording.start(Kind.TRANSPORT)
    phone.recording.save(draft.id, facts=facts)
    return draft.id
