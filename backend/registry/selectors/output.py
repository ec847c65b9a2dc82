"""Reading what licences declared."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from uuid import UUID

from backend.registry.models import DeclaredOutput, Licence

Month = tuple[UUID, int, int]


def declared_months(licence_ids: Iterable[UUID], year: int) -> dict[UUID, dict[int, DeclaredOutput]]:
    """licence → month → the revision that counts (the last one), in one query; licences that declared nothing that
    year are not in it."""
    found: dict[UUID, dict[int, DeclaredOutput]] = defaultdict(dict)
    rows = DeclaredOutput.objects.filter(licence_id__in=list(licence_ids), year=year).order_by("revision")
    for row in rows:
        found[row.licence_id][row.month] = row
    return dict(found)


def last_declared(licence_ids: Iterable[UUID], years: Iterable[int]) -> dict[Month, DeclaredOutput]:
    """(licence, year, month) → the revision that counts, in one query."""
    rows = DeclaredOutput.objects.filter(licence_id__in=list(licence_ids), year__in=list(years)).order_by("revision")
    return {(row.licence_id, row.year, row.month): row for row in rows}


def licence_ids(numbers: Sequence[str]) -> dict[str, UUID]:
    """Number → id of the licences the register has, in one query."""
    return dict(Licence.objects.filter(number__in=numbers).values_list("number", "id"))
