"""Field reports as they were sealed, and the columns drawn from them for lists and counts.

The sealed bytes are the truth; every other column can be made again from them.
"""

from django.db import models

from backend.accounts.models import Device, Officer, Unit
from backend.registry.models import Licence
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
    manifest_sha256 = models.CharField(max_length=64, db_index=True)
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
    """A file that a manifest named. `bytes_received` counts what lies safely on the disk. `look_began_at`,
    `looked_at`: of the background's look into it (`pictures.tasks`), the last one's begin and the first one's end."""

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
    look_began_at = models.DateTimeField(null=True)
    looked_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["report", "evidence_id"], name="evidence_once")]


class Content(models.Model):
    """What a look into confirmed bytes found; one row for a content, however many reports declare it.

    `media_type`: by the bytes. `problem`: code of the catalogue, why there are no small pictures; "" when there are or
    none are wanted of such a file (`pictured`). `clock`, `gps_at`, `lat`, `lon`, `error_m`: what a picture says of
    itself (`pictures.exif.Said`). `difference_hash`, `frequency_hash`: how it looks (`pictures.hashing`), null when it
    is plain; `band0` … `band3`: the first one's bands, for the search.
    """

    sha256 = models.CharField(primary_key=True, max_length=64)
    media_type = models.CharField(max_length=100)
    pictured = models.BooleanField()
    problem = models.CharField(max_length=40, blank=True)
    width = models.PositiveIntegerField(null=True)
    height = models.PositiveIntegerField(null=True)
    clock = models.CharField(max_length=40, blank=True)
    gps_at = models.DateTimeField(null=True)
    lat = models.FloatField(null=True)
    lon = models.FloatField(null=True)
    error_m = models.FloatField(null=True)
    difference_hash = models.BigIntegerField(null=True)
    frequency_hash = models.BigIntegerField(null=True)
    band0 = models.PositiveIntegerField(null=True)
    band1 = models.PositiveIntegerField(null=True)
    band2 = models.PositiveIntegerField(null=True)
    band3 = models.PositiveIntegerField(null=True)
    read_at = models.DateTimeField()

    class Meta:
        # The search reads these and nothing else of most rows.
        indexes = [models.Index(fields=[f"band{i}", "difference_hash"], name=f"content_band{i}") for i in range(4)]


class AlikeContents(models.Model):
    """Two pictures that look alike, `first` < `second`. `bits`: in which their difference hashes differ."""

    first = models.CharField(max_length=64)
    second = models.CharField(max_length=64, db_index=True)
    bits = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["first", "second"], name="alike_contents_once")]


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


class ObservedLoad(models.Model):
    """Drawn from the facts for the load ledger: what one load brought past a stop or a gate.

    `licence`: the register's, where the papers leave no doubt which; else null. `place_kind`: a stop on the road or the
    river, or the gate of a mine or stockyard. `volume_m3` (loose) and `mass_t`: as measured, or worked out with
    `density` (t per loose m³) of `density_source`; null where nobody can say. `measured`: volume | mass | "", what
    `uncertainty` (95 %, m³ or t) and `basis` belong to. `sampled`: a stop sees some loads, the scale at a gate all.
    """

    report = models.ForeignKey(Report, on_delete=models.CASCADE, related_name="observed_loads")
    load = models.CharField(max_length=60)
    licence = models.ForeignKey(Licence, on_delete=models.PROTECT, null=True, related_name="observed_loads")
    year = models.PositiveSmallIntegerField()
    at = models.DateTimeField()
    place_kind = models.CharField(max_length=10, choices=[("stop", "stop"), ("gate", "gate")])
    sampled = models.BooleanField()
    mineral = models.CharField(max_length=200)
    mineral_code = models.CharField(max_length=20, blank=True)
    volume_m3 = models.FloatField(null=True)
    mass_t = models.FloatField(null=True)
    basis = models.CharField(max_length=10, blank=True)
    measured = models.CharField(max_length=10, blank=True)
    uncertainty = models.FloatField(null=True)
    density = models.FloatField(null=True)
    density_source = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["report", "load"], name="observed_load_once")]
        indexes = [models.Index(fields=["licence", "year", "at"], name="ledger_of_licence")]


class SeenPaper(models.Model):
    """Drawn from the facts: a paper shown for a load. `key`: equal for the same paper (`shared.rules.papers`), "" where
    its number is too weak to tell."""

    report = models.ForeignKey(Report, on_delete=models.CASCADE, related_name="seen_papers")
    load = models.CharField(max_length=60)
    kind = models.CharField(max_length=30)
    key = models.CharField(max_length=200, blank=True, db_index=True)
    mark_key = models.CharField(max_length=60, blank=True)
    at = models.DateTimeField()
    quantity = models.FloatField(null=True)
    unit = models.CharField(max_length=5, blank=True)
    load_quantity = models.FloatField(null=True)
    load_unit = models.CharField(max_length=5, blank=True)


class Finding(models.Model):
    """What a rule says at the server, beside what it said on the phone (`phone_…`, empty where the phone was silent),
    with the state of the register that the server asked; the phone's is the report's `reference_cursor`.

    Never changed: what another assessment says differently (a new rule, a corrected licence) is the next `revision`,
    and the last one counts. `answer` "": the server has no answer about it, only the phone had, or no longer has one.
    """

    report = models.ForeignKey(Report, on_delete=models.PROTECT, related_name="findings")
    rule = models.CharField(max_length=40)
    version = models.CharField(max_length=10)
    about = models.CharField(max_length=120)
    revision = models.PositiveIntegerField(default=1)
    licence_version = models.PositiveIntegerField(null=True)
    answer = models.CharField(max_length=12)
    reasons = models.JSONField()
    numbers = models.JSONField()
    citation = models.CharField(max_length=200, blank=True)
    reference_cursor = models.CharField(max_length=200, blank=True)
    phone_version = models.CharField(max_length=10, blank=True)
    phone_answer = models.CharField(max_length=12, blank=True)
    phone_reasons = models.JSONField(null=True)
    phone_numbers = models.JSONField(null=True)
    made_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["report", "rule", "about", "revision"], name="finding_revision_once")
        ]
        indexes = [models.Index(fields=["about"], name="finding_about")]


class Review(models.Model):
    """A supervisor's word on a report. Never changed; a report has at most one, a correction is another report."""

    report = models.OneToOneField(Report, on_delete=models.PROTECT, related_name="review")
    officer = models.ForeignKey(Officer, on_delete=models.PROTECT, related_name="reviews")
    verdict = models.CharField(
        max_length=10, choices=[("accepted", "accepted"), ("returned", "returned"), ("rejected", "rejected")]
    )
    note = models.TextField(blank=True)
    at = models.DateTimeField()
