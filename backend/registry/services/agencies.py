"""Writes to what agencies do, dated. Nothing that was recorded is changed but the day it ends and the mark of
verification: a correction is another row, and of those in force on a day the one recorded last counts."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import TypeVar

from django.db import transaction

from backend.accounts.models import Agency
from backend.audit import services as audit
from backend.audit.actions import Action
from backend.registry.models import AgencyDuty, Letterhead, Power
from backend.registry.models.agencies import LEAD, Dated
from backend.registry.selectors.agencies import RECEIVES
from shared.clock import VIETNAM
from shared.problems import FieldError, Problem

Row = AgencyDuty | Letterhead | Power
D = TypeVar("D", AgencyDuty, Letterhead, Power)
BATCH = 500


def duty_record(
    *,
    agency: Agency,
    duty: str,
    valid_from: date,
    source: str,
    actor: str,
    now: datetime,
    valid_to: date | None = None,
    verified_on: date | None = None,
    verified_by: str = "",
) -> AgencyDuty:
    """That an agency leads on minerals (`lead_minerals`) or receives transfers (`receives:<code>`) from a day on.
    Problem `request_invalid`."""
    row = AgencyDuty(
        agency=agency,
        duty=duty,
        valid_from=valid_from,
        valid_to=valid_to,
        source=source,
        verified_on=verified_on,
        verified_by=verified_by,
    )
    return _record(row, actor=actor, now=now)


def letterhead_record(
    *,
    agency: Agency,
    heading: str,
    code: str,
    place: str,
    valid_from: date,
    source: str,
    actor: str,
    now: datetime,
    superior: str = "",
    addressees: Sequence[str] = (),
    valid_to: date | None = None,
    verified_on: date | None = None,
    verified_by: str = "",
) -> Letterhead:
    """What stands at the head of an agency's papers from a day on. `addressees`: lines of *Kính gửi*. Problem
    `request_invalid`."""
    row = Letterhead(
        agency=agency,
        superior=superior,
        heading=heading,
        code=code,
        place=place,
        addressees=list(addressees),
        valid_from=valid_from,
        valid_to=valid_to,
        source=source,
        verified_on=verified_on,
        verified_by=verified_by,
    )
    return _record(row, actor=actor, now=now)


def power_record(
    *,
    agency: Agency,
    post: str,
    decree: str,
    article: str,
    share_percent: int,
    limit_million_vnd: Decimal,
    valid_from: date,
    source: str,
    actor: str,
    now: datetime,
    valid_to: date | None = None,
    verified_on: date | None = None,
    verified_by: str = "",
) -> Power:
    """That a post may fine under one article, up to a limit for an individual; share and limit 0: that it may not.
    Problem `request_invalid`."""
    row = Power(
        agency=agency,
        post=post,
        decree=decree,
        article=article,
        share_percent=share_percent,
        limit_million_vnd=limit_million_vnd,
        valid_from=valid_from,
        valid_to=valid_to,
        source=source,
        verified_on=verified_on,
        verified_by=verified_by,
    )
    return _record(row, actor=actor, now=now)


def row_end(row: D, *, valid_to: date, source: str, actor: str, now: datetime) -> D:
    """Say on which day a duty, heading or power ends or ended: the new end and the old one are recorded with the paper
    that says so. The day before it began: it never held. Problem `request_invalid`."""
    with transaction.atomic():
        stored = _locked(row)
        errors = []
        if valid_to < stored.valid_from - timedelta(days=1):
            errors.append(FieldError("valid_to", "value", {"expected": f"≥ {stored.valid_from:%d/%m/%Y}"}))
        if not source.strip():
            errors.append(FieldError("source", "required"))
        if errors:
            raise Problem("request_invalid", errors=tuple(errors))
        before = stored.valid_to
        stored.valid_to = valid_to
        stored.save(update_fields=["valid_to"])
        audit.record(
            Action.AGENCIES_RECORDED,
            subject=_subject(stored),
            actor=actor,
            at=now,
            source=source,
            valid_to=valid_to.isoformat(),
            before=before.isoformat() if before else None,
        )
    return stored


def row_verify(row: D, *, verified_on: date, verified_by: str, actor: str, now: datetime) -> D:
    """Note that somebody has compared the row with the gazette. Problem `request_invalid`."""
    errors = _verified_errors(verified_on, verified_by, now)
    if errors:
        raise Problem("request_invalid", errors=tuple(errors))
    with transaction.atomic():
        stored = _locked(row)
        stored.verified_on, stored.verified_by = verified_on, verified_by.strip()
        stored.save(update_fields=["verified_on", "verified_by"])
        audit.record(
            Action.AGENCIES_RECORDED,
            subject=_subject(stored),
            actor=actor,
            at=now,
            verified_on=verified_on.isoformat(),
        )
    return stored


def rows_record(rows: Sequence[Row], *, actor: str, now: datetime, source: str) -> None:
    """Record many rows that were not saved yet, in one transaction with one audit event. Problem `request_invalid`
    names the row, and then nothing is written."""
    errors = [
        FieldError(f"[{i}].{error.path}", error.code, error.values)
        for i, row in enumerate(rows)
        for error in _errors(row, now)
    ]
    if errors:
        raise Problem("request_invalid", errors=tuple(errors))
    with transaction.atomic():
        duties = [row for row in rows if isinstance(row, AgencyDuty)]
        letterheads = [row for row in rows if isinstance(row, Letterhead)]
        powers = [row for row in rows if isinstance(row, Power)]
        AgencyDuty.objects.bulk_create(duties, batch_size=BATCH)
        Letterhead.objects.bulk_create(letterheads, batch_size=BATCH)
        Power.objects.bulk_create(powers, batch_size=BATCH)
        made = {"duties": len(duties), "letterheads": len(letterheads), "powers": len(powers)}
        audit.record(
            Action.AGENCIES_RECORDED, subject="registry:agencies", actor=actor, at=now, source=source, rows=made
        )


def _record(row: D, *, actor: str, now: datetime) -> D:
    errors = _errors(row, now)
    if errors:
        raise Problem("request_invalid", errors=tuple(errors))
    about = {name: getattr(row, name) for name in ("duty", "code", "post", "decree", "article") if hasattr(row, name)}
    with transaction.atomic():
        row.save(force_insert=True)
        audit.record(
            Action.AGENCIES_RECORDED,
            subject=_subject(row),
            actor=actor,
            at=now,
            agency=str(row.agency_id),
            source=row.source,
            valid_from=row.valid_from.isoformat(),
            valid_to=row.valid_to.isoformat() if row.valid_to else None,
            **about,
        )
    return row


def _errors(row: Row, now: datetime) -> list[FieldError]:
    if isinstance(row, AgencyDuty):
        own = _duty_errors(row.duty)
    elif isinstance(row, Letterhead):
        own = _letterhead_errors(row)
    else:
        own = _power_errors(row)
    return [*own, *_dated_errors(row, now)]


def _duty_errors(duty: str) -> list[FieldError]:
    if duty == LEAD or (duty.startswith(RECEIVES) and duty[len(RECEIVES) :].isidentifier() and len(duty) <= 60):
        return []
    return [FieldError("duty", "value", {"expected": f"{LEAD} | {RECEIVES}…"})]


def _letterhead_errors(row: Letterhead) -> list[FieldError]:
    errors = _text_errors((("heading", row.heading, 200), ("code", row.code, 20), ("place", row.place, 100)))
    if len(row.superior) > 200:
        errors.append(FieldError("superior", "value", {"expected": "0–200"}))
    if any(not line.strip() for line in row.addressees):
        errors.append(FieldError("addressees", "required"))
    return errors


def _power_errors(row: Power) -> list[FieldError]:
    errors = _text_errors((("post", row.post, 150), ("decree", row.decree, 60), ("article", row.article, 20)))
    if not 0 <= row.share_percent <= 100:
        errors.append(FieldError("share_percent", "value", {"expected": "0–100"}))
    if not row.limit_million_vnd.is_finite() or row.limit_million_vnd < 0:
        errors.append(FieldError("limit_million_vnd", "value", {"expected": "≥ 0"}))
    return errors


def _text_errors(fields: Iterable[tuple[str, str, int]]) -> list[FieldError]:
    return [
        FieldError(name, "value", {"expected": f"1–{most}"})
        for name, text, most in fields
        if not text.strip() or len(text) > most
    ]


def _dated_errors(row: Dated, now: datetime) -> list[FieldError]:
    errors = []
    if row.valid_to is not None and row.valid_to < row.valid_from:
        errors.append(FieldError("valid_to", "value", {"expected": f"≥ {row.valid_from:%d/%m/%Y}"}))
    if not row.source.strip() or len(row.source) > 300:
        errors.append(FieldError("source", "value", {"expected": "1–300"}))
    if row.verified_on is not None or row.verified_by:
        errors += _verified_errors(row.verified_on, row.verified_by, now)
    return errors


def _verified_errors(on: date | None, by: str, now: datetime) -> list[FieldError]:
    today = now.astimezone(VIETNAM).date()
    errors = []
    if on is None or on > today:
        errors.append(FieldError("verified_on", "value", {"expected": f"≤ {today:%d/%m/%Y}"}))
    if not by.strip() or len(by) > 150:
        errors.append(FieldError("verified_by", "value", {"expected": "1–150"}))
    return errors


def _locked(row: D) -> D:
    return type(row).objects.select_for_update().get(pk=row.pk)


def _subject(row: Row) -> str:
    return f"{row._meta.model_name}:{row.pk}"
