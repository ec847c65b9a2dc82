"""Field reports as they were sealed, and the columns drawn from them for lists and counts.

The sealed bytes are the truth; every other column can be made again from them.
"""

from django.db import models

from backend.accounts.models import Device, Officer, Unit
from shared.wire.v1.messages import EvidenceState, ReportState
from shared.wire.v1.records import BasisKind, Kind, Mode, Purpose, VehicleKind


class Report(models.Model):
    """A field report. `number`: index of the audit event that recorded its receipt: grows in the order of commits.

    `unit`: stamped at receipt. `flags`: what is odd about it, never a reason to refuse it.
    """

    id = models.UUIDField(primary_key=True, editable=False)
    number = models.BigIntegerField(unique=True, null=True)
    kind = models.CharField(max_length=20, choices=[(k.value, k.value) for k in Kind])
    state = models.CharField(
        max_length=20, choices=[(s.value, s.value) for s in ReportState], default=ReportState.RECEIVED.value
    )
    device = models.ForeignKey(Device, on_delete=models.PROTECT, related_name="reports")
    officer = models.ForeignKey(Officer, on_delete=models.PROTECT, related_name="reports")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="reports")
    sequence = models.BigIntegerField()
    previous = models.CharField(max_length=64, null=True)
    manifest_sha256 = models.CharField(max_length=64)
    supersedes = models.UUIDField(null=True, db_index=True)
    superseded_by = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="replaces")
    flags = models.JSONField(default=list)
    sealed_at = models.DateTimeField()
    received_at = models.DateTimeField()
    delivered_by = models.ForeignKey(Device, on_delete=models.PROTECT, null=True, related_name="deliveries")
    reference_cursor = models.CharField(max_length=200, null=True)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    discovered_at = models.DateTimeField(null=True)
    act_ended_at = models.DateTimeField(null=True)
    inspection = models.UUIDField()
    inspection_mode = models.CharField(max_length=20, choices=[(m.value, m.value) for m in Mode])
    inspection_basis = models.CharField(max_length=20, choices=[(b.value, b.value) for b in BasisKind])
    inter_agency = models.BooleanField()
    commune = models.CharField(max_length=10, blank=True)
    place = models.CharField(max_length=500, blank=True)
    lat = models.FloatField(null=True)
    lon = models.FloatField(null=True)
    accuracy_m = models.FloatField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["device", "sequence"], name="report_chain"),
            models.Index(fields=["state", "started_at"], name="report_month"),
            models.Index(fields=["inspection", "started_at"], name="report_inspection"),
            models.Index(fields=["unit", "-number"], name="report_unit_page"),
            models.Index(fields=["officer", "-number"], name="report_officer_page"),
            models.Index(fields=["state", "-number"], name="report_state_page"),
        ]


class SealedBytes(models.Model):
    """The envelope's bytes, verbatim; the identity parts stand apart in `SealedIdentity`."""

    report = models.OneToOneField(Report, on_delete=models.PROTECT, primary_key=True, related_name="sealed")
    manifest = models.BinaryField()
    signature = models.BinaryField()
    key = models.CharField(max_length=64)
    facts = models.BinaryField()
    assessment = models.BinaryField(null=True)


class SealedIdentity(models.Model):
    """Who somebody is; may be removed after its retention without breaking the seal."""

    report = models.ForeignKey(Report, on_delete=models.PROTECT, related_name="identity_parts")
    sha256 = models.CharField(max_length=64)
    content = models.BinaryField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["report", "sha256"], name="identity_once")]


class Evidence(models.Model):
    """A file that a manifest named. `bytes_received` counts what lies safely on the disk."""

    report = models.ForeignKey(Report, on_delete=models.PROTECT, related_name="evidence")
    evidence_id = models.UUIDField()
    position = models.PositiveSmallIntegerField()
    sha256 = models.CharField(max_length=64, db_index=True)
    bytes = models.BigIntegerField()
    media_type = models.CharField(max_length=100)
    purpose = models.CharField(max_length=20, choices=[(p.value, p.value) for p in Purpose])
    taken_at = models.DateTimeField(null=True)
    from_app_camera = models.BooleanField()
    state = models.CharField(
        max_length=10, choices=[(s.value, s.value) for s in EvidenceState], default=EvidenceState.MISSING.value
    )
    bytes_received = models.BigIntegerField(default=0)
    confirmed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["report", "evidence_id"], name="evidence_once")]


class SeenSubject(models.Model):
    """Drawn from the facts for counting. `counted_as`: equal for the same subject within one inspection."""

    report = models.ForeignKey(Report, on_delete=models.CASCADE, related_name="seen_subjects")
    kind = models.CharField(max_length=20)
    role = models.CharField(max_length=20)
    counted_as = models.CharField(max_length=64)


class SeenVehicle(models.Model):
    """Drawn from the facts for counting and looking up: one row a stop."""

    report = models.ForeignKey(Report, on_delete=models.CASCADE, related_name="seen_vehicles")
    kind = models.CharField(max_length=10, choices=[(k.value, k.value) for k in VehicleKind])
    mark = models.CharField(max_length=60, blank=True)
    mark_key = models.CharField(max_length=60, blank=True, db_index=True)


class MeasuredQuantity(models.Model):
    """Drawn from the facts for counting: volumes and masses, those of the loads included."""

    report = models.ForeignKey(Report, on_delete=models.CASCADE, related_name="quantities")
    kind = models.CharField(max_length=10)
    unit = models.CharField(max_length=5)
    basis = models.CharField(max_length=10)
    value = models.DecimalField(max_digits=18, decimal_places=6)


class SeenViolation(models.Model):
    """Drawn from the assessment for counting: an observation by its code."""

    report = models.ForeignKey(Report, on_delete=models.CASCADE, related_name="violations")
    code = models.CharField(max_length=20, db_index=True)


class Finding(models.Model):
    """What a rule says at the server, beside what it said on the phone."""

    report = models.ForeignKey(Report, on_delete=models.PROTECT, related_name="findings")
    rule = models.CharField(max_length=40)
    version = models.CharField(max_length=10)
    about = models.CharField(max_length=60)
    answer = models.CharField(max_length=12)
    reasons = models.JSONField()
    numbers = models.JSONField()
    made_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["report", "rule", "version", "about"], name="finding_once")]


class Review(models.Model):
    """A supervisor's word on a report. Never changed; a report has at most one, a correction is another report."""

    report = models.OneToOneField(Report, on_delete=models.PROTECT, related_name="review")
    officer = models.ForeignKey(Officer, on_delete=models.PROTECT, related_name="reviews")
    verdict = models.CharField(
        max_length=10, choices=[("accepted", "accepted"), ("returned", "returned"), ("rejected", "rejected")]
    )
    note = models.TextField(blank=True)
    at = models.DateTimeField()
