from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.core import checks
from django.db.models.signals import post_migrate


class AuditConfig(AppConfig):
    name = "backend.audit"
    label = "audit"

    def ready(self) -> None:
        post_migrate.connect(_ensure_triggers, sender=self)
        checks.register(_triggers_stand, checks.Tags.database)
        from backend.audit import heads, services  # models are loaded only now

        services.step_reached.connect(heads.head_publish_due)


def _ensure_triggers(using: str, **_: Any) -> None:
    from backend.audit.triggers import triggers_ensure

    triggers_ensure(using)


def _triggers_stand(databases: Sequence[str] | None = None, **_: Any) -> list[checks.CheckMessage]:
    """`manage.py check --database default`. A warning, not an error: migrate checks first, and then mends it."""
    from backend.audit.triggers import trigger_faults

    return [
        checks.Warning(
            f"{using}: thiếu trigger giữ chuỗi nhật ký / triggers that keep the audit chain are missing: {names}",
            hint="Chạy migrate, rồi audit_verify / run migrate, then audit_verify",
            id="audit.W001",
        )
        for using in databases or ()
        if (names := ", ".join(trigger_faults(using)))
    ]
