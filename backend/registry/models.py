"""Communes and licences. First version: what a geofence and a list of names need."""

import uuid

from django.db import models


class Commune(models.Model):
    """A commune of the two-tier division in force since 1/7/2025, by its five-digit code."""

    code = models.CharField(primary_key=True, max_length=5)
    province_code = models.CharField(max_length=2, db_index=True)
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=20)
    lat = models.FloatField()
    lon = models.FloatField()

    def __str__(self) -> str:
        return self.name


class Licence(models.Model):
    """An extraction licence with its area as GeoJSON in WGS84. `illustration`: drawn for show."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    number = models.CharField(max_length=60, unique=True)
    holder = models.CharField(max_length=200)
    mineral = models.CharField(max_length=120)
    area = models.JSONField()
    valid_from = models.DateField()
    valid_to = models.DateField()
    illustration = models.BooleanField(default=False)

    def __str__(self) -> str:
        return self.number
