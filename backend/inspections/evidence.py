"""Files that manifests named: where they lie, how much of each is here, and that one is whole."""

from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import transaction

from backend.audit import services as audit
from backend.audit.actions import Action
from backend.inspections.models import Evidence
from shared.wire.v1.messages import EvidenceState


def evidence_path(sha256: str) -> Path:
    """Where a file lies: by its content, so that the same bytes are kept once."""
    return Path(settings.EVIDENCE_DIR) / sha256[:2] / sha256[2:4] / sha256


def evidence_progress(*, evidence: Evidence, received: int) -> None:
    state = EvidenceState.PARTIAL if received else EvidenceState.MISSING
    Evidence.objects.filter(pk=evidence.pk).exclude(state=EvidenceState.CONFIRMED.value).update(
        bytes_received=received, state=state.value
    )


def evidence_confirm(*, evidence: Evidence, actor: str, now: datetime) -> None:
    """The bytes lie under their hash on the disk: say so, once."""
    with transaction.atomic():
        changed = (
            Evidence.objects.filter(pk=evidence.pk)
            .exclude(state=EvidenceState.CONFIRMED.value)
            .update(state=EvidenceState.CONFIRMED.value, bytes_received=evidence.bytes, confirmed_at=now)
        )
        if changed:
            audit.record(
                Action.EVIDENCE_CONFIRMED,
                subject=f"evidence:{evidence.report_id}/{evidence.evidence_id}",
                actor=actor,
                at=now,
                sha256=evidence.sha256,
                bytes=evidence.bytes,
            )
