"""Imports: a file is read once without consequences, looked at, and then taken whole or not at all."""

import uuid

from django.db import models

from backend.accounts.models import Officer


class ImportRun(models.Model):
    """`kind`: what the rows become. `sha256`: of the file, kept below IMPORTS_DIR under that name. `answers`: what the
    person said to the questions. `counts`: rows by outcome. `problem`: why the whole file was refused."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(
        max_length=20, choices=[(kind, kind) for kind in ("licences", "boundaries", "declared_output")]
    )
    file_name = models.CharField(max_length=255)
    sha256 = models.CharField(max_length=64)
    size = models.BigIntegerField()
    options = models.JSONField(default=dict)
    answers = models.JSONField(default=dict)
    state = models.CharField(
        max_length=10,
        choices=[(state, state) for state in ("reading", "checked", "refused", "stopped", "applied")],
        default="reading",
    )
    counts = models.JSONField(default=dict)
    problem = models.JSONField(default=dict)
    made_by = models.ForeignKey(Officer, on_delete=models.PROTECT, null=True, related_name="imports")
    made_at = models.DateTimeField()
    applied_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-made_at"]

    def __str__(self) -> str:
        return self.file_name


class ImportRow(models.Model):
    """What became of one row: `outcome` and `notes` as `backend.registry.importing.rows` has them; `content`: the
    row as read, with its geometry and the repair proposed. `key`: what it belongs to (a licence number; number and
    month of a declaration), "" when that is not known; rows of one key are taken together."""

    run = models.ForeignKey(ImportRun, on_delete=models.CASCADE, related_name="rows")
    number = models.PositiveIntegerField()
    name = models.TextField(blank=True)
    key = models.CharField(max_length=80, blank=True)
    outcome = models.CharField(max_length=10)
    notes = models.JSONField(default=list)
    content = models.JSONField(default=dict)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "number"], name="import_row_once")]
        indexes = [
            models.Index(fields=["run", "outcome", "number"], name="import_row_outcome"),
            models.Index(fields=["run", "key", "number"], name="import_row_key"),
        ]
        ordering = ["run", "number"]
