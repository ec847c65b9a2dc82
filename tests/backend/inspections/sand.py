"""A sand licence and the lorries that come from it."""

from typing import Any
from uuid import UUID

from shared.wire.v1.records import Facts, Kind, LicenceShown
from tests.backend.conftest import Deliverer
from tests.factories import reports as made


def shown(licence: UUID | None, number: str = "12/GP-UBND") -> LicenceShown:
    return LicenceShown(number, None, None, None, None, None, None, None, None, None, licence)


def lorry(licence: UUID | None, m3: float = 12.0, paper: str = "00000127", **more: Any) -> Facts:
    """One load of sand from the licence, measured with ±0.6 m³, with an invoice for 12 m³."""
    load = made.load(
        mineral="Cát lòng sông",
        measurements=(made.measurement(value=m3),),
        documents=(made.document(number=paper),),
    )
    return made.transport_facts(loads=(load,), licences_shown=(shown(licence),), **more)


def stop(phone: Deliverer, licence: UUID | None, **more: Any) -> UUID:
    return phone.file(facts=lorry(licence, **more), kind=Kind.TRANSPORT)
