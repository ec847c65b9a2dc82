"""The look into each confirmed file, in the background: read it, make small pictures, compare, say what was found.

Every step can be done again, so a worker may be killed anywhere; what it left, or what failed for a passing reason, is
taken up again as any task is (`backend.common.resuming`). What was given up there was not looked into, and
`make_thumbnails` finds it.
"""

from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone
from django_tasks import task

from backend.audit import services as audit
from backend.audit.actions import Action
from backend.inspections.models import Content, Evidence
from backend.inspections.pictures.alike import pairs_record
from backend.inspections.pictures.comparing import findings_revise
from backend.inspections.pictures.hashing import bands, signed
from backend.inspections.pictures.looking import Found, look, small_pictures_missing
from shared.wire.v1.messages import EvidenceState

# So long after a look began, small pictures that are missing are ordered again: longer than any look takes.
RESTORED_AFTER = timedelta(minutes=10)


@task()
def evidence_look(evidence: int) -> str:
    """Look into a confirmed file; "" or the code why it has no small pictures."""
    return look_into(evidence, timezone.now())


@task()
def evidences_look(evidence: list[int]) -> None:
    """Order a look into each of these, which were confirmed together."""
    with transaction.atomic():
        for row in evidence:
            evidence_look.enqueue(row)


def look_into(evidence: int, now: datetime, *, again: bool = False) -> str:
    """`again`: read the bytes also when that was done before. OSError when the original is gone or the disk is full."""
    rows = Evidence.objects.filter(pk=evidence, state=EvidenceState.CONFIRMED.value)
    if not rows.update(look_began_at=now):
        return ""
    row = rows.get()
    content = content_read(row.sha256, now, again=again)
    pairs_record(content)
    for later in _compare(row, content, now):
        _compare(Evidence.objects.get(pk=later), None, now)
    return content.problem


def content_read(sha256: str, now: datetime, *, again: bool = False) -> Content:
    known = Content.objects.filter(sha256=sha256).first()
    if known is not None and not again:
        drawn = known.pictured and not known.problem
        if not drawn or not small_pictures_missing(sha256):
            return known
    return _keep(sha256, look(sha256), now)


def _keep(sha256: str, found: Found, now: datetime) -> Content:
    said, looks = found.said, found.looks
    split = (None,) * 4 if looks is None else bands(looks[0])
    row, _ = Content.objects.update_or_create(
        sha256=sha256,
        defaults={
            "media_type": found.media_type,
            "pictured": found.pictured,
            "problem": found.problem,
            "width": found.width,
            "height": found.height,
            "clock": said.clock or "",
            "gps_at": None if said.gps_at is None else datetime.fromisoformat(said.gps_at),
            "lat": said.lat,
            "lon": said.lon,
            "error_m": said.error_m,
            "difference_hash": None if looks is None else signed(looks[0]),
            "frequency_hash": None if looks is None else signed(looks[1]),
            **{f"band{i}": split[i] for i in range(4)},
            "read_at": now,
        },
    )
    return row


def _compare(evidence: Evidence, content: Content | None, now: datetime) -> list[int]:
    """Revise the findings about a file and record the look; rows of evidence that are to be compared anew. `content`
    None: as it was read before."""
    if content is None:
        content = Content.objects.filter(sha256=evidence.sha256).first()
        if content is None:
            return []  # its own look is still to come
    try:
        return _compared(evidence, content, now)
    except IntegrityError:
        # Another worker compared it in the same moment and was first: beside what it wrote there is less to add.
        return _compared(evidence, content, now)


def _compared(evidence: Evidence, content: Content, now: datetime) -> list[int]:
    with transaction.atomic():
        added, later = findings_revise(evidence, content, now)
        first = Evidence.objects.filter(pk=evidence.pk, looked_at__isnull=True).update(looked_at=now)
        if added or first:
            audit.record(
                Action.EVIDENCE_LOOKED_INTO,
                subject=f"evidence:{evidence.report_id}/{evidence.evidence_id}",
                actor=audit.SYSTEM,
                at=now,
                media_type=content.media_type,
                problem=content.problem,
                findings=added,
            )
    return later


def small_pictures_restore(evidence: Evidence, now: datetime) -> None:
    """Order small pictures that are not where they should be (a restored backup brings none), once in a while."""
    with transaction.atomic():
        rows = Evidence.objects.filter(pk=evidence.pk, look_began_at__lt=now - RESTORED_AFTER)
        if rows.update(look_began_at=now):
            evidence_look.enqueue(evidence.pk)


def evidences_to_look_into(*, again: bool, after: int, limit: int) -> list[int]:
    """Rows above `after` that were never looked into, or all of them. For the command."""
    rows = Evidence.objects.filter(state=EvidenceState.CONFIRMED.value, pk__gt=after)
    if not again:
        rows = rows.filter(looked_at__isnull=True)
    return list(rows.order_by("pk").values_list("pk", flat=True)[:limit])
