"""What the office's own pages list."""

from collections.abc import Collection
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from backend.accounts.models import Officer
from backend.registry.models import (
    Commune,
    CommuneBoundary,
    DeclaredOutput,
    FormerCommune,
    Holder,
    LedgerYear,
    Licence,
    LicenceVersion,
    LicensedEquipment,
    Province,
    ProvinceBoundary,
)
from shared.vietnamese import mark_key, name_key

VALID, ENDED, COMING, UNKNOWN = "valid", "ended", "coming", "unknown"


def licences_listed(today: date) -> QuerySet[Any]:
    """Each with `current_id`, `current_from`, `current_to`, `current_holder` of the version in force today (the first
    one where none is yet)."""
    versions = LicenceVersion.objects.filter(licence=OuterRef("pk"))
    begun = versions.filter(effective_from__lte=today).order_by("-effective_from", "-version").values("pk")[:1]
    first = versions.order_by("effective_from", "version").values("pk")[:1]
    found = Licence.objects.annotate(current_id=Coalesce(Subquery(begun), Subquery(first)))
    current = LicenceVersion.objects.filter(pk=OuterRef("current_id")).order_by()
    return found.annotate(
        current_from=Subquery(current.values("valid_from")[:1]),
        current_to=Subquery(current.values("valid_to")[:1]),
        current_holder=Subquery(current.values("holder__name")[:1]),
    )


def versions_by_id(ids: list[int]) -> dict[int, LicenceVersion]:
    """With holder and minerals, without the area: two queries."""
    rows = LicenceVersion.objects.filter(pk__in=ids).defer("area").select_related("holder")
    return {row.pk: row for row in rows.prefetch_related("minerals__mineral")}


def licences_of_validity(rows: QuerySet[Any], state: str, today: date) -> QuerySet[Any]:
    """Of `licences_listed`, those whose version in force today is VALID, ENDED, COMING or of UNKNOWN dates."""
    wanted = {
        VALID: Q(current_from__lte=today) & (Q(current_to__gte=today) | Q(current_to=None)),
        ENDED: Q(current_to__lt=today),
        COMING: Q(current_from__gt=today),
        UNKNOWN: Q(current_from=None) & Q(current_to=None),
    }
    return rows.filter(wanted[state])


def licences_with_mineral(rows: QuerySet[Any], code: str) -> QuerySet[Any]:
    versions = LicenceVersion.objects.filter(minerals__mineral=code)
    return rows.filter(current_id__in=versions.values("pk"))


def licences_matching(rows: QuerySet[Licence], text: str) -> QuerySet[Licence]:
    """By number, by the name of any holder it ever had, by tax code, or by the mark of a vehicle it names."""
    versions = LicenceVersion.objects.filter(holders_matching(text, "holder__"))
    found = Q(number__icontains=text) | Q(pk__in=versions.values("licence"))
    if mark := mark_key(text):
        named = LicensedEquipment.objects.filter(mark_key__startswith=mark).exclude(mark_key="")
        found |= Q(pk__in=named.values("version__licence"))
    return rows.filter(found)


def holders_matching(text: str, prefix: str = "") -> Q:
    """By name, whatever the case and placement of tones, or by the beginning of the tax code."""
    found = Q(**{f"{prefix}name_key__contains": name_key(text)})
    return found | Q(**{f"{prefix}tax_code__startswith": text.strip()}) if text.strip().isdecimal() else found


def versions_of(licence: Licence) -> list[LicenceVersion]:
    """By when they take effect, without their areas."""
    rows = LicenceVersion.objects.filter(licence=licence).defer("area").select_related("holder")
    return list(rows.order_by("effective_from", "version"))


def version_whole(licence: Licence, version: int) -> LicenceVersion | None:
    """With all its parts, in a fixed number of queries."""
    rows = LicenceVersion.objects.filter(licence=licence, version=version).select_related("holder", "licence")
    return rows.prefetch_related("minerals__mineral", "areas", "equipment", "stockyards").first()


def neighbours(version: LicenceVersion, today: date, most: int = 30) -> list[LicenceVersion]:
    """Versions in force today of other licences whose box meets the version's, to be drawn round it."""
    if version.south is None:
        return []
    current = licences_listed(today).exclude(pk=version.licence_id).values("current_id")
    rows = LicenceVersion.objects.filter(
        pk__in=current,
        south__lte=version.north,
        north__gte=version.south,
        west__lte=version.east,
        east__gte=version.west,
    )
    return list(rows.select_related("licence").order_by("licence__number")[:most])


def ledger_of(licence: Licence) -> list[LedgerYear]:
    return list(LedgerYear.objects.filter(licence=licence).order_by("-year"))


def declared_of(licence: Licence, most: int = 36) -> list[DeclaredOutput]:
    """The newest months first, each with its revisions from the last to the first."""
    rows = DeclaredOutput.objects.filter(licence=licence).order_by("-year", "-month", "-revision")
    return list(rows[:most])


def licences_of_holder(holder: Holder, most: int = 200) -> list[Licence]:
    rows = Licence.objects.filter(versions__holder=holder).distinct().order_by("number")
    return list(rows[:most])


def holders_listed() -> QuerySet[Any]:
    return Holder.objects.annotate(licence_count=Count("versions__licence", distinct=True)).order_by("name", "id")


def licences_naming(mark: str, most: int = 50) -> list[Licence]:
    """Licences one of whose versions names this vehicle (by its key)."""
    rows = Licence.objects.filter(versions__equipment__mark_key=mark).distinct().order_by("number")
    return list(rows[:most])


def declared_revisions(row: DeclaredOutput) -> list[DeclaredOutput]:
    """All that was declared for the month of a declaration, the last first."""
    same = DeclaredOutput.objects.filter(licence=row.licence_id, year=row.year, month=row.month)
    return list(same.order_by("-revision"))


def communes_of_province(code: str) -> list[Commune]:
    return list(Commune.objects.filter(province_code=code).order_by("code", "valid_from"))


def communes_by_code(codes: list[str]) -> list[Commune]:
    return list(Commune.objects.filter(code__in=codes).order_by("code", "valid_from"))


def province_boundary_of(province: Province) -> ProvinceBoundary | None:
    return ProvinceBoundary.objects.filter(province=province).first()


def officer_names(ids: Collection[str]) -> dict[str, str]:
    """Id → name of those that are officers; one query, none for nobody."""
    wanted = [found for found in map(_uuid, ids) if found is not None]
    rows = Officer.objects.filter(id__in=wanted).values_list("id", "name") if wanted else ()
    return {str(officer): name for officer, name in rows}


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def boundary_of(commune: Commune) -> CommuneBoundary | None:
    return CommuneBoundary.objects.filter(commune=commune).first()


def predecessors_of(commune: Commune) -> list[FormerCommune]:
    return list(FormerCommune.objects.filter(successors=commune).order_by("province", "district", "name"))
