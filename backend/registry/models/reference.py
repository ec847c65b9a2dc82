"""What phones carry, row by row, with the number of the change that made it so."""

from django.db import models


class ReferenceRow(models.Model):
    """One row of `GET reference/`. `number`: index of the audit event of the change (grows in the order of commits), so
    that a delta is everything above a cursor. `first`: number of the change that brought it; a phone whose cursor is
    below has never had it. `removed`: tell phones to drop it. The box (degrees) says where it matters; null:
    everywhere."""

    kind = models.CharField(max_length=20)
    row_id = models.CharField(max_length=60)
    number = models.BigIntegerField(db_index=True)
    first = models.BigIntegerField()
    removed = models.BooleanField(default=False)
    body = models.TextField()
    south = models.FloatField(null=True)
    west = models.FloatField(null=True)
    north = models.FloatField(null=True)
    east = models.FloatField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "row_id"], name="reference_row_once")]
