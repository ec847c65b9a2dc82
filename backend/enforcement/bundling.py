"""A case as a stranger can check it: its history, and every report of it as `inspections.bundling` makes one."""

import json
from collections.abc import Collection, Iterator
from datetime import datetime
from typing import Any

from django.db import transaction

from backend.accounts.models import Officer
from backend.audit import services as audit
from backend.audit.actions import Action
from backend.common.zips import Entry
from backend.enforcement.models import Case
from backend.enforcement.selectors import events_of
from backend.inspections.bundling import Bundle, Part, compose, handing_out_record, report_part
from shared.clock import instant_text


def case_bundle(*, case: Case, without: Collection[Part], by: Officer, now: datetime) -> Bundle:
    """The case and its reports, oldest first; handing it out is recorded first. Problem `evidence_damaged`."""
    rows = sorted(case.report_rows.all(), key=lambda row: row.report.number or 0)
    parts = [report_part(row.report, without) for row in rows]
    with transaction.atomic():
        for part in parts:
            handing_out_record(part, without=without, by=by, now=now)
        audit.record(Action.CASE_BUNDLED, subject=f"case:{case.id}", actor=str(by.id), at=now, without=sorted(without))
    return compose(
        folder=f"vu-viec-{case.name}",
        about={"kind": "case", "case": {"id": str(case.id), "name": case.name, "version": case.version}},
        parts=parts,
        extra=tuple(_case_entries(case)),
        without=without,
        by=by,
        now=now,
        subjects=(f"case:{case.id}",),
    )


def _case_entries(case: Case) -> Iterator[Entry]:
    said = {
        "id": str(case.id),
        "name": case.name,
        "state": case.state,
        "version": case.version,
        "title": case.title,
        "agency": case.agency.name,
        "unit": case.unit.name,
        "opened_at": instant_text(case.opened_at),
    }
    yield Entry.of("case/case.json", _readable(said))
    history = [
        {
            "version": event.version,
            "action": event.action,
            "source": event.source,
            "target": event.target,
            "officer": str(event.officer_id),
            "at": instant_text(event.at),
            "data": event.data,
        }
        for event in events_of(case)
    ]
    yield Entry.of("case/history.json", _readable(history))


def _readable(value: Any) -> bytes:
    """What people typed into a case may hold numbers that RFC 8785 refuses; the list of hashes covers these bytes."""
    return (json.dumps(value, ensure_ascii=False, indent=1) + "\n").encode("utf-8")
