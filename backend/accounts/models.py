"""Agencies side by side, each with its own tree of units; officers, roles, devices and tokens."""

import uuid
from typing import Any

from django.contrib.auth.models import AbstractUser
from django.db import models
from knox.models import AbstractAuthToken

from shared.workflow.states import Role


class Agency(models.Model):
    """The department, a commune, market surveillance, police … `hosts`: runs this installation."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=200)
    hosts = models.BooleanField(default=False)

    def __str__(self) -> str:
        return self.name


class Unit(models.Model):
    """A part of an agency. `path` is `/agency/unit/…/this/`: everything below begins with it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="units")
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="children")
    name = models.CharField(max_length=200)
    path = models.CharField(max_length=400, unique=True, editable=False)

    def __str__(self) -> str:
        return self.name


class Officer(AbstractUser):  # type: ignore[django-manager-missing]  # knox has no types
    """Somebody who works here. Roles are rows, so that one person may hold two."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    # A Vietnamese name is one field.
    first_name = None  # type: ignore[assignment]
    last_name = None  # type: ignore[assignment]
    name = models.CharField(max_length=150)
    post = models.CharField(max_length=150, blank=True)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, null=True, related_name="officers")

    def __str__(self) -> str:
        return self.name or self.username


class OfficerRole(models.Model):
    officer = models.ForeignKey(Officer, on_delete=models.CASCADE, related_name="role_rows")
    role = models.CharField(max_length=20, choices=[(role.value, role.value) for role in Role])

    class Meta:
        constraints = [models.UniqueConstraint(fields=["officer", "role"], name="role_once")]


class Device(models.Model):  # type: ignore[django-manager-missing]  # knox has no types
    """A phone that was enrolled. Its key stays known for ever: what it sealed is accepted even after revocation."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    number = models.BigIntegerField(unique=True, null=True)
    key_id = models.CharField(max_length=64, unique=True)
    public_key = models.TextField()
    model = models.CharField(max_length=100)
    platform = models.CharField(max_length=100)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="devices")
    enrolled_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)


class DeviceOfficer(models.Model):
    """That an officer was enrolled on a device, kept after the token is gone. `revoked_at`: may no longer work with it,
    until a fresh code is used."""

    device = models.ForeignKey(Device, on_delete=models.PROTECT, related_name="officer_rows")
    officer = models.ForeignKey(Officer, on_delete=models.PROTECT, related_name="device_rows")
    since = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["device", "officer"], name="device_officer_once")]


class EnrolmentCode(models.Model):
    """A one-time code; only its SHA-256 is kept."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    digest = models.CharField(max_length=64, unique=True)
    officer = models.ForeignKey(Officer, on_delete=models.CASCADE, related_name="codes")
    made_by = models.ForeignKey(Officer, on_delete=models.PROTECT, related_name="codes_made")
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)


class RateCount(models.Model):
    """How often somebody tried something within one window of time; see `rates.py`. Nothing but a counter: rows go
    when their time is over."""

    key = models.CharField(max_length=64)
    slot = models.BigIntegerField()
    spent = models.IntegerField()
    ends_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["key", "slot"], name="rate_count_once")]


class OfficerToken(AbstractAuthToken):  # type: ignore[misc]  # knox has no types
    """One officer on one device (or none, for people and scripts); only its hash is kept."""

    device = models.ForeignKey(Device, on_delete=models.CASCADE, null=True, related_name="tokens")

    def __str__(self) -> str:
        return f"{self.token_key}…"


def unit_path(agency: Agency, parent: Unit | None, unit_id: Any) -> str:
    return f"{parent.path if parent else f'/{agency.id}/'}{unit_id}/"
