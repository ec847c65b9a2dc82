"""Who does what on a day: who leads, who receives, what stands at the head of a paper, who may fine.

Of several rows in force on the day for the same matter the one recorded last counts: a correction is another row.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Q

from backend.accounts.models import Agency
from backend.registry.models import AgencyDuty, Letterhead, Power
from backend.registry.models.agencies import LEAD

RECEIVES = "receives:"
EVERY_ARTICLE = "*"


@dataclass(frozen=True, slots=True)
class Competent:
    """A post that may impose a fine. `limit_million`: the most it may impose, `needed_million`: the most the band
    allows, both after the organisation's two times."""

    power: Power
    limit_million: Decimal
    needed_million: Decimal

    @property
    def verified(self) -> bool:
        return self.power.verified_on is not None


def lead_duty(day: date) -> AgencyDuty | None:
    """The row that says who leads on minerals; None where none is recorded for the day."""
    return AgencyDuty.objects.filter(_on(day), duty=LEAD).select_related("agency").order_by("id").last()


def lead_agency(day: date) -> Agency | None:
    duty = lead_duty(day)
    return None if duty is None else duty.agency


def receivers(code: str, day: date) -> list[AgencyDuty]:
    """Who receives what the catalogue passes on to `code` (`transfer_to`), by name of the agency; several where there
    are several, such as communes. One query."""
    return receivers_of([code], day)[code]


def receivers_of(codes: Collection[str], day: date) -> dict[str, list[AgencyDuty]]:
    """The same of several codes. One query."""
    duties = {code: LEAD if code == LEAD else RECEIVES + code for code in codes}
    rows = AgencyDuty.objects.filter(_on(day), duty__in=set(duties.values())).select_related("agency").order_by("id")
    found: dict[str, dict[object, AgencyDuty]] = defaultdict(dict)
    for row in rows:
        if row.duty == LEAD:
            found[LEAD].clear()  # one agency leads: the one recorded last
        found[row.duty][row.agency_id] = row
    return {
        code: sorted(found[duty].values(), key=lambda row: row.agency.name) if duty in found else []
        for code, duty in duties.items()
    }


def letterhead(agency: Agency, day: date) -> Letterhead | None:
    return Letterhead.objects.filter(_on(day), agency=agency).select_related("agency").order_by("id").last()


def powers(decree: str, article: str, day: date) -> list[Power]:
    """Which posts may fine under one article of a decree, the smallest power first. One query."""
    return powers_of([(decree, article)], day)[decree, article]


def powers_of(provisions: Collection[tuple[str, str]], day: date) -> dict[tuple[str, str], list[Power]]:
    """The same of several provisions, each (decree, article). One query."""
    articles = {article for _, article in provisions} | {EVERY_ARTICLE}
    rows = (
        Power.objects.filter(_on(day), decree__in={decree for decree, _ in provisions}, article__in=articles)
        .select_related("agency")
        .order_by("id")
    )
    return {provision: _powers(rows, *provision) for provision in provisions}


def _powers(rows: Iterable[Power], decree: str, article: str) -> list[Power]:
    found: dict[tuple[object, str], Power] = {}
    for row in rows:
        if row.decree != decree or row.article not in (article, EVERY_ARTICLE):
            continue
        key = (row.agency_id, row.post)
        before = found.get(key)
        # What is said of the article itself goes before what is said of all, whichever was recorded last.
        if before is None or row.article != EVERY_ARTICLE or before.article == EVERY_ARTICLE:
            found[key] = row
    standing = [row for row in found.values() if row.share_percent or row.limit_million_vnd]
    return sorted(standing, key=lambda row: (row.limit_million_vnd, row.post, row.agency.name))


def competent(
    *, decree: str, article: str, day: date, maximum_million: Decimal | float, organisation: bool
) -> list[Competent]:
    """Posts that may impose a fine of the article, the smallest power first. `maximum_million`: the band's maximum for
    an individual: what is tested, not the sum that will be imposed (Luật XLVPHC Đ52). One query."""
    found = powers(decree, article, day)
    return competent_among(found, maximum_million=maximum_million, organisation=organisation)


def competent_among(
    powers: Iterable[Power], *, maximum_million: Decimal | float, organisation: bool
) -> list[Competent]:
    """Those of the powers that reach the band's maximum for an individual."""
    times = 2 if organisation else 1
    needed = Decimal(str(maximum_million)) * times
    found = [Competent(power, power.limit_million_vnd * times, needed) for power in powers]
    return [one for one in found if one.limit_million >= one.needed_million]


def _on(day: date) -> Q:
    return Q(valid_from__lte=day) & (Q(valid_to=None) | Q(valid_to__gte=day))
