"""What licences say they took out."""

from django.db import models

from backend.registry.models.licences import Licence


class DeclaredOutput(models.Model):
    """What the holder declared for one calendar month, in the unit of the declaration. A correction is the next
    `revision`; the last one counts. `source`: the paper or sheet it comes from."""

    licence = models.ForeignKey(Licence, on_delete=models.CASCADE, related_name="declared")
    year = models.PositiveSmallIntegerField()
    month = models.PositiveSmallIntegerField()
    revision = models.PositiveIntegerField(default=1)
    quantity = models.DecimalField(max_digits=18, decimal_places=3)
    unit = models.CharField(max_length=3, choices=[("m3", "m3"), ("t", "t")])
    basis = models.CharField(
        max_length=10, choices=[(basis, basis) for basis in ("loose", "in_place", "weight")], blank=True
    )
    source = models.CharField(max_length=300)
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["licence", "year", "month", "revision"], name="declared_once"),
            models.CheckConstraint(condition=models.Q(month__gte=1, month__lte=12), name="declared_month"),
            models.CheckConstraint(condition=models.Q(quantity__gte=0), name="declared_not_negative"),
        ]
        ordering = ["licence", "year", "month", "revision"]


class LedgerYear(models.Model):
    """The sums of one licence and calendar year, as phones carry them; made again from the entries whenever one
    changes. Quantities in the capacity's unit; `observed` counts accepted reports."""

    licence = models.ForeignKey(Licence, on_delete=models.CASCADE, related_name="ledger_years")
    year = models.PositiveSmallIntegerField()
    declared = models.FloatField(null=True)
    observed = models.FloatField(default=0.0)
    uncertainty = models.FloatField(null=True)
    sampled = models.BooleanField(default=True)
    as_of = models.DateField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["licence", "year"], name="ledger_year_once")]
