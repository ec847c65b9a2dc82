"""What the last finished backup holds: a report, and each of its files from the moment it was confirmed."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from backend.audit import signing
from backend.audit.actions import Action
from backend.audit.models import Backup, Event
from backend.inspections.models import Evidence, Report
from shared.clock import instant_text
from shared.wire.v1.messages import EvidenceState


def last_backup() -> Backup | None:
    return Backup.objects.order_by("-id").first()


def files_backed_up(reports: Collection[UUID], backup: Backup | None) -> set[tuple[UUID, UUID]]:
    """(report, evidence id) of the files whose confirmation is an event that the backup holds."""
    if backup is None:
        return set()
    rows = Evidence.objects.filter(report__in=reports, state=EvidenceState.CONFIRMED.value)
    named = {
        f"evidence:{report}/{evidence}": (report, evidence)
        for report, evidence in rows.values_list("report_id", "evidence_id")
    }
    told = Event.objects.filter(
        subject__in=named, action=Action.EVIDENCE_CONFIRMED.value, index__lte=backup.index
    ).values_list("subject", flat=True)
    return {named[subject] for subject in told}


def manifests_backed_up(manifests: Sequence[str]) -> dict[str, Any]:
    """Which of these reports are in the last backup with every file, in the server's hand: `{taken_at, manifests, key,
    signature}`; `taken_at` null where there was no backup yet."""
    backup = last_backup()
    whole: list[str] = []
    if backup is not None:
        found = dict(
            Report.objects.filter(manifest_sha256__in=manifests, number__lte=backup.index).values_list(
                "id", "manifest_sha256"
            )
        )
        declared: dict[UUID, set[UUID]] = defaultdict(set)
        for report, evidence in Evidence.objects.filter(report__in=found).values_list("report_id", "evidence_id"):
            declared[report].add(evidence)
        kept = files_backed_up(found.keys(), backup)
        whole = sorted(
            manifest
            for report, manifest in found.items()
            if all((report, evidence) in kept for evidence in declared[report])
        )
    taken_at = None if backup is None else instant_text(backup.taken_at)
    return signing.signed_body({"taken_at": taken_at, "manifests": whole, "key": ""})
