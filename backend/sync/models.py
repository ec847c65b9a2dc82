"""What did not fit, kept whole; and files on their way."""

import uuid

from django.db import models

from backend.accounts.models import Device, Unit
from backend.inspections.models import Evidence


class QuarantinedEnvelope(models.Model):
    """A body that was JSON but could not be filed. The same bytes are kept once and counted.

    `unit`: of the device, null when nobody knows the key. `sequence`: counts as arrived in the device's chain.
    `delivered_by`, `from_card`: who brought it first, so that a replay says so too.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    number = models.BigIntegerField(unique=True, null=True)
    sha256 = models.CharField(max_length=64, unique=True)
    body = models.BinaryField()
    code = models.CharField(max_length=40)
    problem = models.JSONField()
    report = models.UUIDField(null=True)
    device = models.ForeignKey(Device, on_delete=models.PROTECT, null=True, related_name="quarantined")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, null=True, related_name="quarantined")
    sequence = models.BigIntegerField(null=True)
    received_at = models.DateTimeField()
    last_seen_at = models.DateTimeField()
    times = models.PositiveIntegerField(default=1)
    replayed_at = models.DateTimeField(null=True)
    delivered_by = models.ForeignKey(Device, on_delete=models.PROTECT, null=True, related_name="quarantined_for_others")
    from_card = models.BooleanField(default=False)

    class Meta:
        indexes = [models.Index(fields=["replayed_at", "number"], name="quarantine_open")]


class ArrivedNumbers(models.Model):
    """Which numbers of a device's chain arrived, filed or quarantined: `[[first, last], …]` in order, apart from each
    other. Drawn from both tables up to `ArrivedUpTo`, and to be had again from them."""

    device = models.OneToOneField(Device, on_delete=models.CASCADE, primary_key=True, related_name="arrived_numbers")
    ranges = models.JSONField()


class ArrivedUpTo(models.Model):
    """One row: up to which number of each table `ArrivedNumbers` has read."""

    reports = models.BigIntegerField(default=0)
    quarantined = models.BigIntegerField(default=0)


class Upload(models.Model):
    """One file on its way by tus: one a declared file, so that asking again finds what is there already.

    `touched_at`: when something last came for it; unfinished uploads expire from then on.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    evidence = models.OneToOneField(Evidence, on_delete=models.CASCADE, related_name="upload")
    created_at = models.DateTimeField()
    touched_at = models.DateTimeField(db_index=True)
