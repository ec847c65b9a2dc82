"""The licence register. A licence is a number; what it permits is its versions, none of which is ever overwritten."""

import uuid

from django.db import models

from shared.rules.terms import DepthDatum, EquipmentKind, IssuerLevel, MineralFamily, MineralGroup


def _choices(
    kind: type[MineralFamily | MineralGroup | IssuerLevel | DepthDatum | EquipmentKind],
) -> list[tuple[str, str]]:
    return [(member.value, member.value) for member in kind]


class Holder(models.Model):
    """Who holds licences. `tax_code`: "" when not known, else checked (python-stdnum, `stdnum.vn.mst`)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=300)
    name_key = models.CharField(max_length=300, db_index=True, editable=False)
    tax_code = models.CharField(max_length=20, blank=True, db_index=True)
    kind = models.CharField(
        max_length=20,
        choices=[(kind, kind) for kind in ("organisation", "household_business", "person", "unknown")],
        default="organisation",
    )
    address = models.CharField(max_length=500, blank=True)
    illustration = models.BooleanField(default=False)

    def __str__(self) -> str:
        return self.name


class Mineral(models.Model):
    """A mineral by the register's code. `density`: tonnes per loose cubic metre with its source; null until somebody
    has established one, and then no weight is made into a volume."""

    code = models.CharField(primary_key=True, max_length=20)
    name = models.CharField(max_length=200)
    name_key = models.CharField(max_length=200, db_index=True, editable=False)
    family = models.CharField(max_length=20, choices=_choices(MineralFamily))
    unit = models.CharField(max_length=3, choices=[("m3", "m3"), ("t", "t")], default="m3")
    density = models.FloatField(null=True, blank=True)
    density_source = models.CharField(max_length=300, blank=True)
    illustration = models.BooleanField(default=False)

    def __str__(self) -> str:
        return self.name


class Licence(models.Model):
    """An extraction licence by its number as it stands on the paper. `illustration`: drawn for show."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    number = models.CharField(max_length=60, unique=True)
    illustration = models.BooleanField(default=False)

    class Meta:
        ordering = ["number"]

    def __str__(self) -> str:
        return self.number


class LicenceVersion(models.Model):
    """What the licence permits from `effective_from` until the next version takes effect. Never changed: an amendment
    or a correction is the next `version`, and reports made meanwhile keep the one they were made under.

    `number`: index of the audit event that recorded it. `basis`: the paper that grants or amends. `capacity` a calendar
    year in `capacity_unit`. `hours`: [["05:00", "19:00"], …], `season`: [["01-01", "06-30"], …], both [] when silent.
    `area`: union of the areas, GeoJSON MultiPolygon WGS84, null when the register has none; its box in degrees.
    """

    licence = models.ForeignKey(Licence, on_delete=models.CASCADE, related_name="versions")
    version = models.PositiveIntegerField()
    number = models.BigIntegerField(null=True, editable=False, db_index=True)
    effective_from = models.DateField()
    basis = models.CharField(max_length=200, blank=True)
    holder = models.ForeignKey(Holder, on_delete=models.PROTECT, related_name="versions")
    issuer = models.CharField(max_length=200, blank=True)
    issuer_level = models.CharField(max_length=10, choices=_choices(IssuerLevel), blank=True)
    issued_on = models.DateField(null=True, blank=True)
    group = models.CharField(max_length=4, choices=_choices(MineralGroup), blank=True)
    purpose = models.CharField(max_length=300, blank=True)
    depth_limit_m = models.FloatField(null=True, blank=True)
    depth_datum = models.CharField(max_length=10, choices=_choices(DepthDatum), default=DepthDatum.SURFACE.value)
    capacity = models.DecimalField(max_digits=18, decimal_places=3, null=True, blank=True)
    capacity_unit = models.CharField(max_length=3, choices=[("m3", "m3"), ("t", "t")], blank=True)
    capacity_basis = models.CharField(max_length=10, choices=[("loose", "loose"), ("in_place", "in_place")], blank=True)
    hours = models.JSONField(default=list, blank=True)
    season = models.JSONField(default=list, blank=True)
    explosives = models.BooleanField(default=False)
    valid_from = models.DateField(null=True, blank=True)
    valid_to = models.DateField(null=True, blank=True)
    area = models.JSONField(null=True, blank=True)
    south = models.FloatField(null=True, editable=False)
    west = models.FloatField(null=True, editable=False)
    north = models.FloatField(null=True, editable=False)
    east = models.FloatField(null=True, editable=False)
    digest = models.CharField(max_length=64, editable=False)
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["licence", "version"], name="licence_version_once")]
        ordering = ["licence", "version"]

    def __str__(self) -> str:
        return f"{self.licence} · {self.version}"


class LicenceArea(models.Model):
    """One area of a version: the corner table as the paper has it (northing is x, easting is y), the CRS its numbers
    are in, and what was derived. `repair`: how an invalid ring was mended and who confirmed it, {} when nothing was."""

    version = models.ForeignKey(LicenceVersion, on_delete=models.CASCADE, related_name="areas")
    name = models.CharField(max_length=200, blank=True)
    corner_table = models.TextField(blank=True)
    epsg = models.PositiveIntegerField()
    geometry = models.JSONField()
    declared_ha = models.DecimalField(max_digits=14, decimal_places=4, null=True, blank=True)
    computed_ha = models.FloatField()
    repair = models.JSONField(default=dict, blank=True)
    source = models.CharField(max_length=300, blank=True)

    def __str__(self) -> str:
        return self.name or f"{self.version}"


class LicensedMineral(models.Model):
    version = models.ForeignKey(LicenceVersion, on_delete=models.CASCADE, related_name="minerals")
    mineral = models.ForeignKey(Mineral, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["version", "mineral"], name="licensed_mineral_once")]


class Stockyard(models.Model):
    """Where a licence may pile up what it takes out (NĐ 193/2025 Đ116)."""

    version = models.ForeignKey(LicenceVersion, on_delete=models.CASCADE, related_name="stockyards")
    name = models.CharField(max_length=200)
    address = models.CharField(max_length=300, blank=True)
    lat = models.FloatField(null=True, blank=True)
    lon = models.FloatField(null=True, blank=True)

    def __str__(self) -> str:
        return self.name


class Vehicle(models.Model):
    """A truck, trailer or vessel the register knows. `mark_key`: see `shared.vietnamese.mark_key`."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=10, choices=[("road", "road"), ("waterway", "waterway")])
    mark = models.CharField(max_length=60)
    mark_key = models.CharField(max_length=60, unique=True, editable=False)
    description = models.CharField(max_length=300, blank=True)
    registration_valid_to = models.DateField(null=True, blank=True)
    inspection_valid_to = models.DateField(null=True, blank=True)
    illustration = models.BooleanField(default=False)

    def __str__(self) -> str:
        return self.mark


class LicensedEquipment(models.Model):
    """A machine, vehicle or vessel a version names; `mark` "" where it names only a kind and a number of them."""

    version = models.ForeignKey(LicenceVersion, on_delete=models.CASCADE, related_name="equipment")
    kind = models.CharField(max_length=10, choices=_choices(EquipmentKind))
    mark = models.CharField(max_length=60, blank=True)
    mark_key = models.CharField(max_length=60, blank=True, editable=False, db_index=True)
    description = models.CharField(max_length=300, blank=True)
    count = models.PositiveIntegerField(default=1)


class ProvincialHours(models.Model):
    """Hours the province chair has set (NĐ 193/2025 Đ115 as amended by NĐ 21/2026), for licences that are silent."""

    family = models.CharField(max_length=20, choices=_choices(MineralFamily))
    windows = models.JSONField(help_text='[["05:00", "19:00"]]')
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)
    source = models.CharField(max_length=300)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["family", "valid_from"], name="hours_once")]
        verbose_name_plural = "provincial hours"

    def __str__(self) -> str:
        return f"{self.family} {self.valid_from}"
