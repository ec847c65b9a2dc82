"""Who does what, from when to when. Every row is dated; a lawyer's correction is a new row, not a release."""

from django.db import models

from backend.accounts.models import Agency

LEAD = "lead_minerals"


class Dated(models.Model):
    """In force on the days from `valid_from` to `valid_to`, both included; null: open end. A correction is another row:
    of those in force on a day the one recorded last counts. `verified_on` null: nobody has checked it against the
    gazette."""

    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)
    source = models.CharField(max_length=300)
    verified_on = models.DateField(null=True, blank=True)
    verified_by = models.CharField(max_length=150, blank=True)

    class Meta:
        abstract = True


class AgencyDuty(Dated):
    """`duty`: `lead_minerals`, or `receives:<code>` with a code of the catalogue's `transfer_to`
    (`receives:market_surveillance`)."""

    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="duties")
    duty = models.CharField(max_length=60, db_index=True)

    class Meta:
        ordering = ["duty", "valid_from"]
        verbose_name_plural = "agency duties"

    def __str__(self) -> str:
        return f"{self.duty}: {self.agency}"


class Letterhead(Dated):
    """What stands at the head of an agency's papers and to whom they go. `superior`: the line above the agency's own;
    `addressees`: lines of *Kính gửi*."""

    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="letterheads")
    superior = models.CharField(max_length=200, blank=True)
    heading = models.CharField(max_length=200)
    code = models.CharField(max_length=20, help_text="SCT in 05/BC-SCT")
    place = models.CharField(max_length=100)
    addressees = models.JSONField(default=list, blank=True)

    class Meta:
        ordering = ["agency", "valid_from"]

    def __str__(self) -> str:
        return self.heading


class Power(Dated):
    """That a post of an agency may fine under one article of a decree: up to `limit_million_vnd` for an individual
    (twice that for an organisation); 0 where a correction says that it may not. `article`: as the catalogue has it
    ("48", "54a"), or "*" for every article of the decree; `decree`: "36/2020/NĐ-CP"."""

    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="powers")
    post = models.CharField(max_length=150)
    decree = models.CharField(max_length=60)
    article = models.CharField(max_length=20)
    share_percent = models.PositiveSmallIntegerField(help_text="of the field's maximum")
    limit_million_vnd = models.DecimalField(max_digits=10, decimal_places=3)

    class Meta:
        ordering = ["agency", "post", "decree", "article", "valid_from"]
        indexes = [models.Index(fields=["decree", "article", "valid_from"], name="power_by_article")]

    def __str__(self) -> str:
        return f"{self.post} {self.article} {self.decree}"
