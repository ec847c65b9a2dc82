"""What did not fit, kept whole; and files on their way."""

import uuid

from django.db import models

from backend.accounts.models import Device, Unit
from backend.inspections.models import Evidence


class QuarantinedEnvelope(models.Model):
    """A body that was JSON but could not be filed. The same bytes are kept once and counted.

    `unit`: of the device, null when nobody knows the key. `sequence`: counts as arrived in the device's chain.
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


class Upload(models.Model):
    """One file on its way by tus: one a declared file, so that asking again finds what is there already."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    evidence = models.OneToOneField(Evidence, on_delete=models.CASCADE, related_name="upload")
    created_at = models.DateTimeField()
