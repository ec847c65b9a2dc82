"""Cases and their history; tasks given to officers."""

import uuid

from django.db import models

from backend.accounts.models import Agency, Officer, Unit
from backend.inspections.models import Report
from backend.registry.models import Licence
from shared.workflow.states import CaseAction, CaseState


class CaseSerial(models.Model):
    """The last number given in an agency's year; its row is locked while the next is taken."""

    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="case_serials")
    year = models.PositiveSmallIntegerField()
    last = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["agency", "year"], name="case_serial_once")]


class Case(models.Model):
    """A case (vụ việc). `number`: index of the audit event that opened it; `name`: what people call it, `VV-2026-0001`.

    `version` grows with every move; whoever moves it says which version they saw.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    number = models.BigIntegerField(unique=True, null=True)
    name = models.CharField(max_length=30)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="cases")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="cases")
    title = models.CharField(max_length=300, blank=True)
    state = models.CharField(
        max_length=20, choices=[(s.value, s.value) for s in CaseState], default=CaseState.OPENED.value
    )
    version = models.PositiveIntegerField(default=1)
    opened_by = models.ForeignKey(Officer, on_delete=models.PROTECT, related_name="cases_opened")
    opened_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["agency", "name"], name="case_name_once")]
        indexes = [models.Index(fields=["unit", "-number"], name="case_unit_page")]


class CaseReport(models.Model):
    """A report belongs to one case at most."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="report_rows")
    report = models.OneToOneField(Report, on_delete=models.PROTECT, related_name="case_row")


class CaseEvent(models.Model):
    """One move, never changed. `version`: the case's version after it."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="events")
    version = models.PositiveIntegerField()
    action = models.CharField(max_length=30, choices=[("open", "open"), *((a.value, a.value) for a in CaseAction)])
    source = models.CharField(max_length=20, blank=True)
    target = models.CharField(max_length=20)
    officer = models.ForeignKey(Officer, on_delete=models.PROTECT, related_name="case_events")
    at = models.DateTimeField()
    data = models.JSONField(default=dict)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "version"], name="case_event_once")]


class TaskSerial(models.Model):
    """As `CaseSerial`, of tasks."""

    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="task_serials")
    year = models.PositiveSmallIntegerField()
    last = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["agency", "year"], name="task_serial_once")]


class Task(models.Model):
    """What an officer was given to do (nhiệm vụ). `number`: index of the audit event that gave it; `name`: by which a
    report names it as the basis of its inspection, `NV-2026-0001`, and `key` that as `shared.vietnamese.number_key` has
    it. `unit`: the officer's then, so that everybody above sees it. `commune`: its code, "" for none.

    Done when there is an `answer`: the report, its correction once there is one. `done_at`, `done_by`: when it was
    first answered, and by whom: who filed the report that named it, or who named a report by hand.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    number = models.BigIntegerField(unique=True, null=True)
    name = models.CharField(max_length=30)
    key = models.CharField(max_length=40)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="tasks")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="tasks")
    officer = models.ForeignKey(Officer, on_delete=models.PROTECT, related_name="tasks")
    words = models.CharField(max_length=2000)
    due = models.DateField()
    report = models.ForeignKey(Report, on_delete=models.PROTECT, null=True, related_name="tasks")
    licence = models.ForeignKey(Licence, on_delete=models.PROTECT, null=True, related_name="tasks")
    commune = models.CharField(max_length=10, blank=True)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, null=True, related_name="tasks")
    given_by = models.ForeignKey(Officer, on_delete=models.PROTECT, related_name="tasks_given")
    given_at = models.DateTimeField()
    answer = models.ForeignKey(Report, on_delete=models.PROTECT, null=True, related_name="tasks_answered")
    done_at = models.DateTimeField(null=True)
    done_by = models.ForeignKey(Officer, on_delete=models.PROTECT, null=True, related_name="tasks_done")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["agency", "key"], name="task_name_once")]
        indexes = [
            models.Index(fields=["unit", "-number"], name="task_unit_page"),
            models.Index(fields=["officer", "-number"], name="task_officer_page"),
        ]
