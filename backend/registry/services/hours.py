"""Writes to the hours a province's chair sets for licences that are silent (NĐ 193/2025 Đ115)."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from django.db import transaction

from backend.audit import services as audit
from backend.audit.actions import Action
from backend.registry.models import ProvincialHours
from backend.registry.mutators import PhoneRow, publish
from backend.registry.selectors.hours import hours_rows
from shared.problems import FieldError, Problem
from shared.rules.terms import MineralFamily, windows

SETTING = "hours"


def hours_record(
    *,
    family: MineralFamily,
    hours: Sequence[Sequence[str]],
    valid_from: date,
    source: str,
    actor: str,
    now: datetime,
    valid_to: date | None = None,
) -> ProvincialHours:
    """Hours of a family from a day on: [["05:00", "19:00"], …]. What was in force until then ends the day before; the
    same family and first day again is a correction, recorded with what stood there before.

    Problem `request_invalid`: no hours, hours over midnight, no paper, or days that a later row already covers.
    """
    given = [list(window) for window in hours]
    errors = _errors(given, valid_from, valid_to, source)
    with transaction.atomic():
        others = list(ProvincialHours.objects.select_for_update().filter(family=family.value).order_by("valid_from"))
        before = next((row for row in others if row.valid_from == valid_from), None)
        later = next((row for row in others if row.valid_from > valid_from), None)
        if later is not None and (valid_to is None or valid_to >= later.valid_from):
            errors.append(FieldError("valid_to", "value", {"expected": f"< {later.valid_from:%d/%m/%Y}"}))
        if errors:
            raise Problem("request_invalid", errors=tuple(errors))
        eve = valid_from - timedelta(days=1)
        ended = [row for row in others if row.valid_from < valid_from and (row.valid_to is None or row.valid_to > eve)]
        for row in ended:
            row.valid_to = eve
            row.save(update_fields=["valid_to"])
        stood = None if before is None else _said(before)
        saved = before or ProvincialHours(family=family.value, valid_from=valid_from)
        saved.windows, saved.valid_to, saved.source = given, valid_to, source
        saved.save()
        _recorded(saved, actor=actor, now=now, before=stood, ended=[row.pk for row in ended])
    return saved


def hours_end(row: ProvincialHours, *, valid_to: date, source: str, actor: str, now: datetime) -> ProvincialHours:
    """Say on which day hours end or ended, with the paper that says so. Problem `request_invalid`."""
    with transaction.atomic():
        stored = ProvincialHours.objects.select_for_update().get(pk=row.pk)
        errors = _errors(stored.windows, stored.valid_from, valid_to, source)
        later = ProvincialHours.objects.filter(family=stored.family, valid_from__gt=stored.valid_from).first()
        if later is not None and valid_to >= later.valid_from:
            errors.append(FieldError("valid_to", "value", {"expected": f"< {later.valid_from:%d/%m/%Y}"}))
        if errors:
            raise Problem("request_invalid", errors=tuple(errors))
        stood = _said(stored)
        stored.valid_to = valid_to
        stored.save(update_fields=["valid_to"])
        _recorded(stored, actor=actor, now=now, before=stood, ended=[], paper=source)
    return stored


def _recorded(
    row: ProvincialHours, *, actor: str, now: datetime, before: object, ended: list[int], paper: str = ""
) -> None:
    event = audit.record(
        Action.REGISTRY_CHANGED,
        subject=f"hours:{row.family}:{row.valid_from.isoformat()}",
        actor=actor,
        at=now,
        source=paper or row.source,
        hours=_said(row),
        before=before,
        ended=ended,
    )
    publish("settings", [PhoneRow(SETTING, hours_rows())], number=event.index)


def _said(row: ProvincialHours) -> dict[str, object]:
    return {"windows": row.windows, "valid_to": row.valid_to.isoformat() if row.valid_to else None}


def _errors(hours: Sequence[Sequence[str]], valid_from: date, valid_to: date | None, source: str) -> list[FieldError]:
    errors = []
    try:
        readable = bool(windows(hours))
    except ValueError:
        readable = False
    if not readable:
        errors.append(FieldError("windows", "value", {"expected": '[["05:00", "19:00"]]'}))
    if valid_to is not None and valid_to < valid_from:
        errors.append(FieldError("valid_to", "value", {"expected": f"≥ {valid_from:%d/%m/%Y}"}))
    if not source.strip() or len(source) > 300:
        errors.append(FieldError("source", "value", {"expected": "1–300"}))
    return errors
