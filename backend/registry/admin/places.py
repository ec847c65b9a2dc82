"""Pages of places: provinces, communes with their boundaries and predecessors, and where units work."""

from datetime import datetime
from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse

from backend.accounts.models import Officer, Unit
from backend.common.languages import both
from backend.registry.admin.base import Cell, Listing, RowForm, TablePages, box_shape, drawn, point_shape, shown
from backend.registry.admin.forms import LineField, NumberField, ServiceForm, label
from backend.registry.admin.repairs import before_key, before_shapes, repairs_of
from backend.registry.models import Commune, CommuneBoundary, FormerCommune, Province, ProvinceBoundary, UnitArea
from backend.registry.selectors import pages
from backend.registry.services.unit_areas import unit_area_set
from shared.vietnamese import name_key


class ByName(TablePages):
    """Search by name, whatever the case and placement of tones, or by code."""

    search_help_text = both("Tên hoặc mã.", "Name or code.")
    key = "name_key"
    code = "code"

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        text = search_term.strip()
        if not text:
            return queryset, False
        if text.isdecimal():
            return queryset.filter(**{f"{self.code}__startswith": text}), False
        return queryset.filter(**{f"{self.key}__contains": name_key(text)}), False


@admin.register(Province)
class ProvincePages(TablePages):
    list_display = ("code", "kind", "name", "valid_from", "valid_to")
    list_display_links = ("code", "name")
    search_fields = ("name", "code")
    ordering = ("code", "valid_from")

    def shapes(self, row: Province) -> list[dict[str, Any]]:
        boundary = pages.province_boundary_of(row)
        return (drawn("boundary", boundary.geometry, str(row)) if boundary else []) + [
            shape
            for commune in pages.communes_of_province(row.code)
            for shape in drawn("point", point_shape(commune.lat, commune.lon), str(commune))
        ]

    def listings(self, request: HttpRequest, row: Province) -> list[Listing]:
        rows = [commune_cells(commune) for commune in pages.communes_of_province(row.code)]
        return [Listing(both("Xã, phường", "Communes"), commune_headers(), rows)]


@admin.register(Commune)
class CommunePages(ByName):
    list_display = ("code", "kind", "name", "province_code", "lat", "lon", "valid_from", "valid_to")
    list_display_links = ("code", "name")
    list_filter = ("province_code", "kind")
    search_fields = ("name",)
    ordering = ("code", "valid_from")

    def shapes(self, row: Commune) -> list[dict[str, Any]]:
        boundary = pages.boundary_of(row)
        return [
            *(drawn("boundary", boundary.geometry, str(row)) if boundary else []),
            *drawn("point", point_shape(row.lat, row.lon), both("điểm giữa", "centre point")),
        ]

    def listings(self, request: HttpRequest, row: Commune) -> list[Listing]:
        boundary = pages.boundary_of(row)
        rows: list[list[Cell | str]] = [
            [
                Cell(str(former), reverse("admin:registry_formercommune_change", args=[former.pk])),
                shown(former.valid_to),
            ]
            for former in pages.predecessors_of(row)
        ]
        source = [
            [Cell(boundary.source, reverse("admin:registry_communeboundary_change", args=[boundary.pk]))]
            for boundary in ([boundary] if boundary else [])
        ]
        return [
            Listing(both("Ranh giới", "Boundary"), [both("nguồn", "source")], source),
            Listing(both("Hình thành từ", "Made from"), [both("tên", "name"), both("đến ngày", "to")], rows),
        ]


class BoundaryPages(TablePages):
    """Of many, without their shapes."""

    place: ClassVar[str]
    search_help_text = both("Tên hoặc mã.", "Name or code.")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows: QuerySet[Any] = self.model._default_manager.select_related(self.place)
        one = request.resolver_match is not None and "object_id" in request.resolver_match.kwargs
        return rows if one else rows.defer("geometry")

    @admin.display(description=both("mã", "code"))
    def code_said(self, row: Any) -> str:
        return str(getattr(row, self.place).code)

    @admin.display(description=both("đã sửa ranh giới", "mended"), boolean=True)
    def mended(self, row: Any) -> bool:
        return bool(row.proposal)

    @admin.display(description=both("nhập lúc", "imported at"), ordering="imported_at")
    def imported_said(self, row: Any) -> str:
        return shown(row.imported_at)

    def shapes(self, row: Any) -> list[dict[str, Any]]:
        return [*drawn("boundary", row.geometry, getattr(row, self.place)), *before_shapes(row.proposal)]

    def detail(self, request: HttpRequest, row: Any) -> dict[str, Any]:
        return {**super().detail(request, row), "key": before_key() if row.proposal else []}

    def listings(self, request: HttpRequest, row: Any) -> list[Listing]:
        (repair,) = repairs_of([row.proposal])
        if repair is None:
            return []
        agreed = f"{both('Người đồng ý:', 'Agreed to by:')} {repair.by}, {repair.at}"
        rows = [[sentence] for sentence in (*repair.said, agreed)]
        return [Listing(both("Ranh giới đã được sửa", "The boundary was mended"), [both("vì sao", "why")], rows)]


@admin.register(CommuneBoundary)
class CommuneBoundaryPages(BoundaryPages):
    place = "commune"
    list_display = ("commune", "code_said", "source", "mended", "imported_said")
    list_filter = ("commune__province_code",)
    search_fields = ("commune__name", "commune__code")
    ordering = ("commune__code",)


@admin.register(ProvinceBoundary)
class ProvinceBoundaryPages(BoundaryPages):
    place = "province"
    list_display = ("province", "code_said", "source", "mended", "imported_said")
    search_fields = ("province__name", "province__code")
    ordering = ("province__code",)


@admin.register(FormerCommune)
class FormerCommunePages(ByName):
    list_display = ("name", "kind", "district", "province", "valid_to", "now")
    list_filter = ("province",)
    search_fields = ("name",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[FormerCommune]:
        return FormerCommune.objects.prefetch_related("successors")

    @admin.display(description=both("nay là", "now"))
    def now(self, row: FormerCommune) -> str:
        return ", ".join(str(commune) for commune in row.successors.all()) or shown(None)

    def shapes(self, row: FormerCommune) -> list[dict[str, Any]]:
        return [s for one in row.successors.all() for s in drawn("point", point_shape(one.lat, one.lon), str(one))]

    def listings(self, request: HttpRequest, row: FormerCommune) -> list[Listing]:
        return [Listing(both("Nay là", "Now"), commune_headers(), [commune_cells(one) for one in row.successors.all()])]


class UnitAreaForm(ServiceForm):
    """`row`: the area that is set anew. Without a box it is drawn round the communes, or round the whole province."""

    unit = forms.ModelChoiceField(label=label("đơn vị", "unit"), queryset=Unit.objects.none())
    province_code = LineField(2, label=label("mã tỉnh", "province code"), required=False)
    commune_codes = forms.CharField(
        label=label("mã các xã", "codes of communes"),
        required=False,
        max_length=6000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=both("Cách nhau dấu phẩy; để trống là cả tỉnh.", "Parted by commas; empty: the whole province."),
    )
    south = NumberField(label=label("cạnh nam (vĩ độ)", "southern side (latitude)"), required=False)
    west = NumberField(label=label("cạnh tây (kinh độ)", "western side (longitude)"), required=False)
    north = NumberField(label=label("cạnh bắc (vĩ độ)", "northern side (latitude)"), required=False)
    east = NumberField(
        label=label("cạnh đông (kinh độ)", "eastern side (longitude)"),
        required=False,
        help_text=both(
            "Bốn cạnh để trống: lấy khung quanh các xã. Ghi đủ bốn cạnh: lấy đúng khung ấy.",
            "Four sides empty: the box round the communes. All four given: that box.",
        ),
    )

    def __init__(self, data: Any = None, *, row: UnitArea | None = None, **more: Any) -> None:
        super().__init__(data, row=row, **more)
        unit: Any = self.fields["unit"]
        unit.queryset = Unit.objects.select_related("agency").order_by("agency__name", "path")
        unit.label_from_instance = lambda one: f"{one.agency.name} – {one.name}"
        unit.disabled = row is not None

    def initial_of(self, row: Any) -> dict[str, Any]:
        return {
            "unit": row.unit_id,
            "province_code": row.province_code,
            "commune_codes": ", ".join(row.commune_codes),
            **{side: getattr(row, side) for side in ("south", "west", "north", "east")},
        }

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        sides = [said.get(side) for side in ("south", "west", "north", "east")]
        if any(side is None for side in sides) and any(side is not None for side in sides):
            self.add_error(None, both("Ghi đủ bốn cạnh, hoặc để trống cả bốn.", "Give all four sides, or none."))
        return said

    def save(self, *, by: Officer, now: datetime) -> UnitArea:
        said = self.cleaned_data
        south, west, north, east = (said[side] for side in ("south", "west", "north", "east"))
        box = None if south is None else (float(south), float(west), float(north), float(east))
        codes = said["commune_codes"].replace(",", " ").replace(";", " ").split()
        return unit_area_set(
            unit=said["unit"],
            province_code=said["province_code"],
            commune_codes=codes,
            box=box,
            actor=str(by.id),
            now=now,
        )

    def context(self) -> dict[str, Any]:
        row = self.row
        return {} if row is None else {"shapes": drawn("box", box_shape(row.south, row.west, row.north, row.east))}


@admin.register(UnitArea)
class UnitAreaPages(TablePages):
    add_form_class = UnitAreaForm
    row_forms = (RowForm("set", UnitAreaForm, ("Đặt lại địa bàn", "Set it anew")),)
    add_words = ("Ghi địa bàn của một đơn vị", "Say where a unit works")
    list_display = ("unit", "agency", "province_code", "communes", "south", "west", "north", "east")
    ordering = ("unit__path",)
    list_select_related = ("unit__agency",)

    @admin.display(description=both("cơ quan", "agency"))
    def agency(self, row: UnitArea) -> str:
        return row.unit.agency.name

    @admin.display(description=both("số xã", "communes"))
    def communes(self, row: UnitArea) -> int:
        return len(row.commune_codes)

    def shapes(self, row: UnitArea) -> list[dict[str, Any]]:
        communes = pages.communes_by_code(row.commune_codes)
        return [
            *drawn("box", box_shape(row.south, row.west, row.north, row.east), row.unit),
            *(s for one in communes for s in drawn("point", point_shape(one.lat, one.lon), str(one))),
        ]

    def listings(self, request: HttpRequest, row: UnitArea) -> list[Listing]:
        communes = pages.communes_by_code(row.commune_codes)
        return [Listing(both("Xã, phường", "Communes"), commune_headers(), [commune_cells(one) for one in communes])]


def commune_headers() -> list[str]:
    return [both("mã", "code"), both("tên", "name"), both("từ ngày", "from"), both("đến ngày", "to")]


def commune_cells(commune: Commune) -> list[Cell | str]:
    link = Cell(commune.code, reverse("admin:registry_commune_change", args=[commune.pk]))
    return [link, str(commune), shown(commune.valid_from), shown(commune.valid_to)]
