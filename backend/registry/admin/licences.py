"""Pages of the licence register: the list, a licence with all its versions beside a map, its next version."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest
from django.utils import timezone

from backend.accounts.keeping import may_keep
from backend.common.languages import both
from backend.registry.admin.base import (
    Listing,
    RowForm,
    TablePages,
    drawn,
    number,
    point_shape,
    shown,
)
from backend.registry.admin.licence_forms import VersionForm
from backend.registry.admin.licence_parts import hours_text, season_text
from backend.registry.admin.repairs import before_key, before_shapes, repairs_of
from backend.registry.admin.words import epsg_words, value_words
from backend.registry.models import Licence, LicenceArea, LicenceVersion, Mineral
from backend.registry.selectors import pages
from backend.registry.selectors.licences import in_force
from shared.clock import VIETNAM

_MOST_CORNERS = 60  # that are named on the map
_MOST_DERIVED = 500  # that are listed
_DIFFERENT = 1.0  # % between declared and computed area from which a page says so, as imports do


class ValidityFilter(admin.SimpleListFilter):
    title = both("hiệu lực hôm nay", "validity today")
    parameter_name = "validity"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [
            (pages.VALID, both("còn hạn", "valid")),
            (pages.ENDED, both("hết hạn", "ended")),
            (pages.COMING, both("chưa đến ngày", "not yet valid")),
            (pages.UNKNOWN, both("sổ không ghi", "not in the register")),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Licence]) -> QuerySet[Licence]:
        value = self.value()
        known = {key for key, _ in self.lookups(request, None)}
        return pages.licences_of_validity(queryset, value, _today()) if value in known else queryset


class MineralFilter(admin.SimpleListFilter):
    title = both("khoáng sản", "mineral")
    parameter_name = "mineral"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return list(Mineral.objects.order_by("name", "code").values_list("code", "name"))

    def queryset(self, request: HttpRequest, queryset: QuerySet[Licence]) -> QuerySet[Licence]:
        code = self.value()
        return pages.licences_with_mineral(queryset, code) if code else queryset


@admin.register(Licence)
class LicencePages(TablePages):
    personal = True
    add_form_class = VersionForm
    row_forms = (RowForm("amend", VersionForm, ("Ghi bản mới", "Record a new version")),)
    add_words = ("Ghi giấy phép mới", "Record a new licence")
    form_template = "registry/admin/version.html"
    detail_template = "registry/admin/licence.html"
    list_display = ("number", "holder", "minerals", "valid_from", "valid_to", "capacity", "illustrated")
    list_filter = (ValidityFilter, MineralFilter, "illustration")
    search_fields = ("number",)
    search_help_text = both(
        "Số giấy phép, tên hoặc mã số thuế của chủ, biển số phương tiện.",
        "Licence number, name or tax code of the holder, mark of a vehicle.",
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Licence]:
        return pages.licences_listed(_today()).order_by("number")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        return pages.licences_matching(queryset, search_term) if search_term.strip() else queryset, False

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        response = super().changelist_view(request, extra_context)
        listed = getattr(response, "context_data", None) or {}
        if "cl" in listed:
            rows = listed["cl"].result_list = list(listed["cl"].result_list)
            versions = pages.versions_by_id([row.current_id for row in rows])
            for row in rows:
                row.current = versions.get(row.current_id)
        return response

    @admin.display(description=both("chủ giấy phép", "holder"), ordering="current_holder")
    def holder(self, row: Any) -> str:
        return row.current.holder.name if row.current else ""

    @admin.display(description=both("khoáng sản", "minerals"))
    def minerals(self, row: Any) -> str:
        return mineral_names(row.current) if row.current else ""

    @admin.display(description=both("giá trị từ", "valid from"), ordering="current_from")
    def valid_from(self, row: Any) -> str:
        return shown(row.current_from)

    @admin.display(description=both("đến", "to"), ordering="current_to")
    def valid_to(self, row: Any) -> str:
        return shown(row.current_to)

    @admin.display(description=both("công suất một năm", "capacity a year"))
    def capacity(self, row: Any) -> str:
        return capacity_words(row.current) if row.current else ""

    @admin.display(description=both("minh họa", "illustration"), boolean=True, ordering="illustration")
    def illustrated(self, row: Any) -> bool:
        return bool(row.illustration)

    # --- one licence

    def detail(self, request: HttpRequest, row: Licence) -> dict[str, Any]:
        versions = pages.versions_of(row)
        if not versions:
            return {**super().detail(request, row), "areas": []}
        current = in_force(versions, _today())
        asked = request.GET.get("version", "")
        wanted = next((v for v in versions if str(v.version) == asked), None)
        if asked and wanted is None:
            raise Http404
        version = pages.version_whole(row, (wanted or current).version)
        assert version is not None  # noqa: S101 - it was listed a moment ago
        areas = list(version.areas.all())
        actions = [(f"{url}?version={version.version}", words) for url, words in self.row_actions(request, row)]
        return {
            "facts": version_facts(version),
            "shapes": self.version_shapes(version),
            "key": before_key() if any(area.repair for area in areas) else [],
            "areas": [
                {**area_page(area), "repair": repair}
                for area, repair in zip(areas, repairs_of(area.repair for area in areas), strict=True)
            ],
            "listings": [*version_listings(version), *self.history(row)],
            "versions": list(reversed(versions)),
            "version": version,
            "current": current,
            "actions": actions,
        }

    def version_shapes(self, version: LicenceVersion) -> list[dict[str, Any]]:
        """Other licences nearby, then the areas with the originals of mended rings, corners by name, stockyards."""
        shapes = []
        for other in pages.neighbours(version, _today()):
            shapes += drawn("other", other.area, other.licence.number)
        for area in version.areas.all():
            shapes += drawn("area", area.geometry, area.name or version.licence.number)
            shapes += before_shapes(area.repair)
            shapes += corner_shapes(area)
        for yard in version.stockyards.all():
            if yard.lat is not None and yard.lon is not None:
                shapes += drawn("stockyard", point_shape(yard.lat, yard.lon), yard.name)
        return shapes

    def history(self, row: Licence) -> list[Listing]:
        ledger = [
            [
                str(year.year),
                shown(year.declared),
                shown(year.observed),
                f"± {shown(year.uncertainty)}" if year.uncertainty is not None else shown(None),
                shown(year.sampled),
                shown(year.as_of),
            ]
            for year in pages.ledger_of(row)
        ]
        declared = [
            [
                f"{one.month:02d}/{one.year}",
                str(one.revision),
                f"{number(one.quantity, 3)} {value_words('unit', one.unit)}",
                value_words("basis", one.basis) if one.basis else shown(None),
                one.source,
                shown(one.recorded_at),
            ]
            for one in pages.declared_of(row)
        ]
        return [
            Listing(
                both("Sổ theo dõi khối lượng theo năm", "Ledger by year"),
                [
                    both("năm", "year"),
                    both("khai báo", "declared"),
                    both("quan sát được", "observed"),
                    both("sai số (95 %)", "uncertainty (95 %)"),
                    both("chỉ là mẫu", "a sample only"),
                    both("tính đến", "as of"),
                ],
                ledger,
            ),
            Listing(
                both("Sản lượng khai báo theo tháng", "Declared output by month"),
                [
                    both("tháng", "month"),
                    both("bản", "revision"),
                    both("sản lượng", "quantity"),
                    both("trạng thái", "measured as"),
                    both("nguồn", "source"),
                    both("ghi lúc", "recorded at"),
                ],
                declared,
            ),
        ]

    # --- the next version

    def row_form_view(self, one: RowForm, request: HttpRequest, object_id: str) -> Any:
        if not may_keep(request.user):
            raise PermissionDenied
        row: Licence = self.row_of(request, object_id)
        versions = pages.versions_of(row)
        asked = request.GET.get("version") or str(in_force(versions, _today()).version)
        version = pages.version_whole(row, int(asked)) if asked.isdecimal() and len(asked) < 9 else None
        if version is None:
            raise Http404
        self.viewed(request, row)
        title = both(f"Bản mới của {row.number}", f"New version of {row.number}")
        return self.form_page(request, VersionForm, version, title)

    def done(self, request: HttpRequest, row: Any, vi: str = "Đã ghi.", en: str = "Recorded.") -> Any:
        """A form that says what the register has already makes no version."""
        if isinstance(row, LicenceVersion):
            vi, en = "Nội dung giống bản đã có nên không ghi thêm.", "It says what the register has; nothing was added."
            row = row.licence
        return super().done(request, row, vi, en)


def _today() -> Any:
    return timezone.now().astimezone(VIETNAM).date()


def mineral_names(version: LicenceVersion) -> str:
    return ", ".join(item.mineral.name for item in version.minerals.all())


def capacity_words(version: LicenceVersion) -> str:
    if version.capacity is None:
        return shown(None)
    basis = f" ({value_words('basis', version.capacity_basis)})" if version.capacity_basis else ""
    return f"{number(version.capacity, 3)} {value_words('unit', version.capacity_unit)}{basis}"


def version_facts(version: LicenceVersion) -> list[tuple[str, str]]:
    """All that a version says but its areas, equipment and stockyards."""
    holder = version.holder
    depth = (
        f"{number(version.depth_limit_m)} {value_words('depth_datum', version.depth_datum)}"
        if version.depth_limit_m is not None
        else shown(None)
    )
    issued = f" ({value_words('issuer_level', version.issuer_level)})" if version.issuer_level else ""
    return [
        (both("chủ giấy phép", "holder"), holder.name),
        (both("loại chủ", "kind of holder"), value_words("holder.kind", holder.kind)),
        (both("mã số thuế", "tax code"), shown(holder.tax_code)),
        (both("địa chỉ", "address"), shown(holder.address)),
        (both("có hiệu lực từ", "takes effect on"), shown(version.effective_from)),
        (both("văn bản căn cứ", "paper it rests on"), shown(version.basis)),
        (both("cơ quan cấp", "issuer"), f"{shown(version.issuer)}{issued}"),
        (both("ngày cấp", "issued on"), shown(version.issued_on)),
        (both("giá trị", "valid"), f"{shown(version.valid_from)} – {shown(version.valid_to)}"),
        (both("khoáng sản", "minerals"), mineral_names(version) or shown(None)),
        (both("nhóm", "group"), shown(version.group)),
        (both("mục đích sử dụng", "purpose"), shown(version.purpose)),
        (both("công suất một năm", "capacity a year"), capacity_words(version)),
        (both("độ sâu", "depth"), depth),
        (both("giờ khai thác", "hours"), hours_text(version.hours) or shown(None)),
        (both("mùa khai thác", "season"), season_text(version.season) or shown(None)),
        (both("vật liệu nổ", "explosives"), shown(version.explosives)),
        (both("ghi lúc", "recorded at"), f"{shown(version.recorded_at)} (#{version.number or '—'})"),
    ]


def version_listings(version: LicenceVersion) -> list[Listing]:
    equipment = [
        [value_words("equipment.kind", item.kind), shown(item.mark), shown(item.description), str(item.count)]
        for item in version.equipment.all()
    ]
    yards = [[yard.name, shown(yard.address), shown(yard.lat), shown(yard.lon)] for yard in version.stockyards.all()]
    return [
        Listing(
            both("Máy, phương tiện có tên trong giấy phép", "Machines and vehicles it names"),
            [
                both("loại", "kind"),
                both("biển số, số đăng ký", "mark"),
                both("mô tả", "description"),
                both("số lượng", "count"),
            ],
            equipment,
        ),
        Listing(
            both("Bãi tập kết", "Stockyards"),
            [
                both("tên", "name"),
                both("địa chỉ", "address"),
                both("vĩ độ", "latitude"),
                both("kinh độ", "longitude"),
            ],
            yards,
        ),
    ]


def area_page(area: LicenceArea) -> dict[str, Any]:
    """One area as the page shows it: the paper's table, what was derived, the two sizes and what lies between them."""
    declared = float(area.declared_ha) if area.declared_ha else None
    percent = None if declared is None else (area.computed_ha / declared - 1) * 100
    return {
        "name": area.name,
        "corner_table": area.corner_table,
        "facts": [
            (both("hệ tọa độ của bảng", "system of the table"), epsg_words(area.epsg)),
            (both("diện tích ghi trên giấy", "declared area"), f"{shown(area.declared_ha)} ha"),
            (both("diện tích tính được", "computed area"), f"{number(area.computed_ha, 4)} ha"),
            (
                both("chênh lệch", "difference"),
                shown(None) if percent is None else f"{number(percent, 2)} %",
            ),
            (both("nguồn", "source"), shown(area.source)),
        ],
        "differs": percent is not None and abs(percent) > _DIFFERENT,
        "derived": derived_corners(area),
        "more": max(0, sum(len(ring) for ring in rings_of(area.geometry)) - _MOST_DERIVED),
    }


def rings_of(geometry: dict[str, Any]) -> list[list[list[float]]]:
    polygons = geometry["coordinates"] if geometry["type"] == "MultiPolygon" else [geometry["coordinates"]]
    return [ring for polygon in polygons for ring in polygon]


def derived_corners(area: LicenceArea) -> list[tuple[int, int, str, str]]:
    """(ring, corner, latitude, longitude): WGS84 with seven decimals, 1 cm; closing corners left out."""
    found = []
    for n, ring in enumerate(rings_of(area.geometry), start=1):
        corners = ring[:-1] if ring[0] == ring[-1] else ring
        found += [(n, i, number(lat, 7), number(lon, 7)) for i, (lon, lat, *_) in enumerate(corners, start=1)]
    return found[:_MOST_DERIVED]


def corner_shapes(area: LicenceArea) -> list[dict[str, Any]]:
    """The corners of the first ring, numbered as the derived table numbers them, where they are few enough to be
    told apart."""
    ring = rings_of(area.geometry)[0]
    corners = ring[:-1] if ring[0] == ring[-1] else ring
    if len(corners) > _MOST_CORNERS:
        return []
    return [
        shape
        for i, (lon, lat, *_) in enumerate(corners, start=1)
        for shape in drawn("corner", point_shape(lat, lon), i)
    ]
