"""The two-tier division in force since 1/7/2025 (QĐ 19/2025/QĐ-TTg) and what it was made from."""

from datetime import date

from django.db import models

from backend.accounts.models import Unit

TWO_TIERS_FROM = date(2025, 7, 1)


class Province(models.Model):
    """A province or city by its two-digit code; a change of name or rank is another row with its dates."""

    code = models.CharField(max_length=2)
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=40)
    lat = models.FloatField(null=True, blank=True)
    lon = models.FloatField(null=True, blank=True)
    valid_from = models.DateField(default=TWO_TIERS_FROM)
    valid_to = models.DateField(null=True, blank=True)
    source = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["code", "valid_from"], name="province_once")]
        ordering = ["code", "valid_from"]

    def __str__(self) -> str:
        return f"{self.kind} {self.name}"


class Commune(models.Model):
    """A commune by its five-digit code. `lat`, `lon`: a centre point, WGS84. `name_key`: see `shared.vietnamese`."""

    code = models.CharField(max_length=5)
    province_code = models.CharField(max_length=2, db_index=True)
    name = models.CharField(max_length=120)
    name_key = models.CharField(max_length=120, db_index=True)
    kind = models.CharField(max_length=20)
    lat = models.FloatField()
    lon = models.FloatField()
    area_km2 = models.FloatField(null=True, blank=True)
    valid_from = models.DateField(default=TWO_TIERS_FROM)
    valid_to = models.DateField(null=True, blank=True)
    source = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["code", "valid_from"], name="commune_once")]
        indexes = [models.Index(fields=["lat", "lon"], name="commune_centre")]
        ordering = ["code", "valid_from"]

    def __str__(self) -> str:
        return f"{self.kind} {self.name}"


class FormerCommune(models.Model):
    """A commune as it was before, with the district the old papers name; `successors`: what it went into (several when
    it was divided)."""

    code = models.CharField(max_length=5, blank=True)
    name = models.CharField(max_length=120)
    name_key = models.CharField(max_length=120, db_index=True)
    kind = models.CharField(max_length=40, blank=True)
    district = models.CharField(max_length=120, blank=True)
    province = models.CharField(max_length=120)
    valid_to = models.DateField()
    successors = models.ManyToManyField(Commune, related_name="predecessors", blank=True)
    source = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["code", "name", "district", "province", "valid_to"], name="former_commune_once"
            )
        ]
        ordering = ["province", "district", "name"]

    def __str__(self) -> str:
        return ", ".join(part for part in (f"{self.kind} {self.name}".strip(), self.district, self.province) if part)


class Boundary(models.Model):
    """A boundary as a department's file gave it: GeoJSON MultiPolygon, WGS84. `proposal`: how an invalid ring was
    mended and who confirmed it, {} when it was valid."""

    geometry = models.JSONField()
    south = models.FloatField()
    west = models.FloatField()
    north = models.FloatField()
    east = models.FloatField()
    proposal = models.JSONField(default=dict, blank=True)
    source = models.CharField(max_length=200)
    imported_at = models.DateTimeField()

    class Meta:
        abstract = True


class CommuneBoundary(Boundary):
    """Of one row of a commune: a change of name only takes the boundary along."""

    commune = models.OneToOneField(Commune, on_delete=models.CASCADE, related_name="boundary")

    class Meta:
        indexes = [models.Index(fields=["south", "north", "west", "east"], name="boundary_box")]


class ProvinceBoundary(Boundary):
    """Of one row of a province."""

    province = models.OneToOneField(Province, on_delete=models.CASCADE, related_name="boundary")


class UnitArea(models.Model):
    """Where a unit works: what its phones take along is this box (degrees, WGS84) with the neighbours round it. A unit
    without one inherits from the unit above; without any, phones take all."""

    unit = models.OneToOneField(Unit, on_delete=models.CASCADE, related_name="area")
    province_code = models.CharField(max_length=2, blank=True)
    commune_codes = models.JSONField(default=list, blank=True)
    south = models.FloatField()
    west = models.FloatField()
    north = models.FloatField()
    east = models.FloatField()

    def __str__(self) -> str:
        return f"{self.unit}"
