"""Writes to the violation catalogue: a correction is the next revision of its row, the older one is retired, not
changed; verification is a mark on a row."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.db import transaction

from backend.audit import services as audit
from backend.audit.actions import Action
from backend.registry.models import CatalogueEntry
from backend.registry.mutators import PhoneRow, publish, withdraw
from backend.registry.selectors.catalogue import catalogue_standing, entry_id, entry_row, phone_row, standing
from shared.clock import VIETNAM
from shared.problems import FieldError, Problem
from shared.rules import catalogue

SUBJECT = "registry:catalogue"
# What a row says; the marks of verification are not part of it.
_SAYS = ("code", "valid_from", "valid_to", "content")


def catalogue_record(
    rows: Iterable[Mapping[str, Any]], *, actor: str, now: datetime, source: str
) -> list[CatalogueEntry]:
    """Record rows as `shared.rules.catalogue.rows_of` gives them; those that say something else than what stands for
    their code and first day become its next revision. All or nothing, with one audit event.

    A row that says the same keeps the verification it has, and takes the one it brings where it has none. Problem
    `request_invalid` where the catalogue could not be read afterwards (two rows overlap, a code is missing).
    """
    given = [dict(row) for row in rows]
    if twice := [key for key, count in Counter(_key(row) for row in given).items() if count > 1]:
        raise Problem(
            "request_invalid", errors=tuple(FieldError("rows", "duplicate", {"name": "@".join(key)}) for key in twice)
        )
    with transaction.atomic():
        stands = {_key(entry_row(entry)): entry for entry in standing().select_for_update()}
        made, marked = [], []
        for row in given:
            before = stands.get(_key(row))
            if before is None or not _same(row, before):
                made.append(_next(row, before))
            elif row["verified_on"] and before.verified_on is None:
                before.verified_on, before.verified_by = _date(row["verified_on"]), row["verified_by"]
                marked.append(before)
        _retire([entry for entry in (stands.get(_key(entry_row(new))) for new in made) if entry is not None])
        CatalogueEntry.objects.bulk_create(made)
        CatalogueEntry.objects.bulk_update(marked, ["verified_on", "verified_by"])
        _check()
        event = audit.record(
            Action.CATALOGUE_RECORDED,
            subject=SUBJECT,
            actor=actor,
            at=now,
            source=source,
            revisions=[f"{entry_id(entry)}:{entry.revision}" for entry in made],
            verified=[entry_id(entry) for entry in marked],
        )
        publish("violation_types", _phone_rows([*made, *marked]), number=event.index)
    return made


def catalogue_verify(
    entry: CatalogueEntry, *, verified_on: date, verified_by: str, actor: str, now: datetime
) -> CatalogueEntry:
    """Note that somebody has compared this row with the gazette: from then on its citation is printed.

    Problems: `not_found` for a row that a later revision has replaced; `request_invalid` for a day that has not come
    or nobody's name.
    """
    errors = []
    if verified_on > now.astimezone(VIETNAM).date():
        errors.append(FieldError("verified_on", "value", {"expected": f"≤ {now.astimezone(VIETNAM):%d/%m/%Y}"}))
    if not verified_by.strip() or len(verified_by) > 150:
        errors.append(FieldError("verified_by", "value", {"expected": "1–150"}))
    if errors:
        raise Problem("request_invalid", errors=tuple(errors))
    with transaction.atomic():
        row = _standing_or_gone(entry)
        before = row.verified_on
        row.verified_on, row.verified_by = verified_on, verified_by.strip()
        row.save(update_fields=["verified_on", "verified_by"])
        event = audit.record(
            Action.CATALOGUE_RECORDED,
            subject=f"catalogue:{entry_id(row)}:{row.revision}",
            actor=actor,
            at=now,
            verified_on=verified_on.isoformat(),
            before=before.isoformat() if before else None,
        )
        publish("violation_types", _phone_rows([row]), number=event.index)
    return row


def catalogue_retire(entry: CatalogueEntry, *, reason: str, actor: str, now: datetime) -> CatalogueEntry:
    """Take a row out that should never have stood; it stays readable. Problems: `not_found` when it is out already,
    `request_invalid` where another row refers to it, or without a reason."""
    if not reason.strip():
        raise Problem("request_invalid", errors=(FieldError("reason", "required"),))
    with transaction.atomic():
        row = _standing_or_gone(entry)
        _retire([row])
        _check()
        event = audit.record(
            Action.CATALOGUE_RECORDED,
            subject=f"catalogue:{entry_id(row)}:{row.revision}",
            actor=actor,
            at=now,
            retired=True,
            reason=reason,
        )
        withdraw("violation_types", [entry_id(row)], number=event.index)
    return row


def _standing_or_gone(entry: CatalogueEntry) -> CatalogueEntry:
    row = standing().select_for_update().filter(pk=entry.pk).first()
    if row is None:
        raise Problem("not_found")
    return row


def _key(row: Mapping[str, Any]) -> tuple[str, str]:
    return row["code"], row["valid_from"]


def _same(row: Mapping[str, Any], entry: CatalogueEntry) -> bool:
    stands = entry_row(entry)
    return all(row[name] == stands[name] for name in _SAYS)


def _next(row: Mapping[str, Any], before: CatalogueEntry | None) -> CatalogueEntry:
    """ValueError of a row that cannot be read becomes a Problem."""
    try:
        catalogue.row_checked(row)
    except ValueError as error:
        raise _unreadable(error) from error
    valid_from = date.fromisoformat(row["valid_from"])
    # A provision that was taken out and comes back goes on counting where it stopped.
    last = (
        CatalogueEntry.objects.filter(code=row["code"], valid_from=valid_from)
        .order_by("-revision")
        .values_list("revision", flat=True)
        .first()
        if before is None
        else before.revision
    )
    return CatalogueEntry(
        code=row["code"],
        valid_from=valid_from,
        valid_to=_date(row["valid_to"]),
        revision=(last or 0) + 1,
        verified_on=_date(row["verified_on"]),
        verified_by=row["verified_by"],
        content=row["content"],
    )


def _retire(entries: Sequence[CatalogueEntry]) -> None:
    CatalogueEntry.objects.filter(pk__in=[entry.pk for entry in entries]).update(retired=True)
    for entry in entries:
        entry.retired = True


def _check() -> None:
    try:
        catalogue_standing()
    except ValueError as error:
        raise _unreadable(error) from error


def _unreadable(error: ValueError) -> Problem:
    return Problem("request_invalid", errors=(FieldError("rows", "catalogue_row", {"reason": str(error)}),))


def _phone_rows(entries: Iterable[CatalogueEntry]) -> list[PhoneRow]:
    return [PhoneRow(entry_id(entry), phone_row(entry)) for entry in entries]


def _date(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)
