"""That somebody looked at personal data of the register."""

from datetime import datetime
from typing import Any

from django.db import transaction

from backend.audit import services as audit
from backend.audit.actions import Action


def registry_viewed(*, subject: str, actor: str, now: datetime, **data: Any) -> None:
    """Record a view. `subject`: `holder:<id>`, or `registry:holder` for a list; `data`: what was shown by its ids; no
    names."""
    with transaction.atomic():
        audit.record(Action.REGISTRY_VIEWED, subject=subject, actor=actor, at=now, **data)
