"""Who had a file of evidence, and when: its steps in the audit chain, from the phone to whoever looked last."""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q

from backend.accounts.models import Device, Officer
from backend.audit.actions import Action
from backend.audit.models import Event
from backend.inspections.models import Evidence, Report
from shared.problems import Problem

_OF_FILE = {
    Action.EVIDENCE_CONFIRMED: "confirmed",
    Action.EVIDENCE_LOOKED_INTO: "looked_into",
    Action.EVIDENCE_VIEWED: "viewed",
    Action.EVIDENCE_DOWNLOADED: "downloaded",
}
# Of the report: what happens to it happens to its files.
_OF_REPORT = {Action.REPORT_RECEIVED: "received", Action.REPORT_CARRIED: "carried", Action.REPORT_BUNDLED: "bundled"}
_STEPS: Mapping[str, str] = {action.value: step for action, step in {**_OF_FILE, **_OF_REPORT}.items()}


@dataclass(frozen=True, slots=True)
class Holder:
    kind: str
    id: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """`via`: the phone that brought the report, where it was not the one that sealed it."""

    index: int
    at: datetime
    step: str
    who: Holder
    via: Holder | None
    size: str | None
    part: str | None


def declared(report: Report, evidence_id: UUID) -> Evidence:
    """A file that the report names, arrived or not. Problem `not_found`."""
    row = Evidence.objects.filter(report=report, evidence_id=evidence_id).first()
    if row is None:
        raise Problem("not_found")
    return row


def steps(report: Report, row: Evidence, *, after: int, limit: int) -> list[Step]:
    """The next `limit` steps above event `after`, in the order of the chain."""
    about = (f"report:{report.id}", f"evidence:{report.id}/{row.evidence_id}")
    # A bundle says which files it took along.
    taken = ~Q(action=Action.REPORT_BUNDLED.value) | Q(data__contains=str(row.evidence_id))
    events = Event.objects.filter(taken, subject__in=about, action__in=_STEPS, index__gt=after).order_by("index")
    found = [(event, json.loads(event.data)) for event in events[:limit]]
    named = [event.actor for event, _ in found] + [
        f"device:{data['delivered_by']}" for _, data in found if data.get("delivered_by")
    ]
    holders = _holders(named)
    return [
        Step(
            event.index,
            event.at,
            _STEPS[event.action],
            holders[event.actor],
            _via(event, data, holders),
            # Before there were small pictures, a view was one of the original.
            data.get("size", "original") if event.action in _LOOKS else None,
            data.get("part"),
        )
        for event, data in found
    ]


_LOOKS = frozenset({Action.EVIDENCE_VIEWED.value, Action.EVIDENCE_DOWNLOADED.value})


def _via(event: Event, data: Mapping[str, Any], holders: Mapping[str, Holder]) -> Holder | None:
    brought = f"device:{data['delivered_by']}" if data.get("delivered_by") else None
    return holders[brought] if brought is not None and brought != event.actor else None


def _holders(actors: Collection[str]) -> dict[str, Holder]:
    """Actors as events name them, with the names of today."""
    devices = {actor for actor in actors if actor.startswith("device:")}
    officers = {actor for actor in actors if _is_uuid(actor)}
    models = {f"device:{pk}": model for pk, model in _pairs(Device, "model", [one[7:] for one in devices])}
    names = {str(pk): name for pk, name in _pairs(Officer, "name", officers)}
    return {
        actor: Holder("device", actor[7:], models.get(actor, ""))
        if actor in devices
        else Holder("officer", actor, names.get(actor, ""))
        if actor in officers
        else Holder(actor, "")
        for actor in actors
    }


def _pairs(model: Any, column: str, ids: Collection[str]) -> list[tuple[UUID, str]]:
    return list(model.objects.filter(pk__in=[one for one in ids if _is_uuid(one)]).values_list("pk", column))


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
