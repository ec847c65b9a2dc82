"""The violation catalogue: dated rows, read by `shared.rules.catalogue`."""

from django.db import models


class CatalogueEntry(models.Model):
    """One provision as it stood from `valid_from` to `valid_to`. A lawyer's correction is another row, or the mark of
    verification on this one; `content` is the row `shared.rules.catalogue.violation_type` reads."""

    code = models.CharField(max_length=20, db_index=True)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)
    revision = models.PositiveIntegerField(default=1)
    retired = models.BooleanField(default=False, help_text="replaced by a later revision")
    verified_on = models.DateField(null=True, blank=True)
    verified_by = models.CharField(max_length=150, blank=True)
    content = models.JSONField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["code", "valid_from", "revision"], name="catalogue_once")]
        ordering = ["code", "valid_from", "revision"]
        verbose_name_plural = "catalogue entries"

    def __str__(self) -> str:
        return f"{self.code} ({self.valid_from})"
