"""Looks are tried again by their tasks alone, without a count of their own. A look that was given up was said to be
made: that is taken back, so that `make_thumbnails` finds the file."""

from typing import Any

from django.db import migrations

GIVEN_UP_AFTER = 3


def never_looked_into(apps: Any, editor: Any) -> None:
    """A look that was made is in the audit chain."""
    evidence, event = apps.get_model("inspections", "Evidence"), apps.get_model("audit", "Event")
    for row in evidence.objects.filter(looks_begun__gte=GIVEN_UP_AFTER, looked_at__isnull=False):
        subject = f"evidence:{row.report_id}/{row.evidence_id}"
        if not event.objects.filter(subject=subject, action="evidence:looked_into").exists():
            evidence.objects.filter(pk=row.pk).update(looked_at=None)


class Migration(migrations.Migration):
    dependencies = [("inspections", "0005_manifest_index"), ("audit", "0001_initial")]

    operations = [
        migrations.RunPython(never_looked_into, migrations.RunPython.noop, elidable=True),
        migrations.RemoveIndex(model_name="evidence", name="evidence_left_unlooked"),
        migrations.RemoveField(model_name="evidence", name="looks_begun"),
    ]
