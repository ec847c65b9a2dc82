"""Pages of minerals, vehicles and the province's hours."""

from datetime import datetime
from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from backend.accounts.models import Officer
from backend.common.languages import both
from backend.registry.admin.base import Listing, RowForm, TablePages, shown
from backend.registry.admin.forms import DayField, LineField, NumberField, ServiceForm, label
from backend.registry.admin.holders import licence_listing
from backend.registry.admin.licence_parts import hours_of, hours_text
from backend.registry.admin.words import choices, value_words
from backend.registry.models import Mineral, ProvincialHours, Vehicle
from backend.registry.selectors.pages import licences_naming
from backend.registry.services.hours import hours_end, hours_record
from backend.registry.services.minerals import MineralGiven, minerals_record
from backend.registry.services.vehicles import VehicleGiven, vehicles_record
from shared.rules.terms import MineralFamily
from shared.vietnamese import mark_key, name_key

SOURCE = "admin"


class MineralForm(ServiceForm):
    """`row`: what is changed; its code stays, because licences name it by that."""

    code = LineField(20, label=label("mã", "code"))
    name = LineField(200, label=label("tên", "name"))
    family = forms.ChoiceField(label=label("họ khoáng sản", "family"), choices=lambda: choices("family"))
    unit = forms.ChoiceField(label=label("đơn vị", "unit"), choices=lambda: choices("unit"))
    density = NumberField(label=label("tỷ trọng (tấn/m³ rời)", "density (t per loose m³)"), required=False)
    density_source = LineField(
        300,
        label=label("nguồn của tỷ trọng", "source of the density"),
        required=False,
        help_text=both("Không có nguồn thì để trống cả tỷ trọng.", "Leave the density empty too where there is none."),
    )

    def __init__(self, data: Any = None, *, row: Mineral | None = None, **more: Any) -> None:
        super().__init__(data, row=row, **more)
        if row is not None:
            self.fields["code"].disabled = True

    def save(self, *, by: Officer, now: datetime) -> Mineral | None:
        said = self.cleaned_data
        given = MineralGiven(
            code=said["code"],
            name=said["name"],
            family=MineralFamily(said["family"]),
            unit=said["unit"],
            density=None if said["density"] is None else float(said["density"]),
            density_source=said["density_source"],
            illustration=self.row is not None and self.row.illustration,
        )
        made = minerals_record([given], actor=str(by.id), now=now, source=SOURCE)
        return made[0] if made else Mineral.objects.get(code=given.code)


@admin.register(Mineral)
class MineralPages(TablePages):
    add_form_class = MineralForm
    row_forms = (RowForm("change-it", MineralForm, ("Sửa", "Change")),)
    list_display = ("code", "name", "family_said", "unit_said", "density_said", "illustration")
    list_filter = ("family",)
    search_fields = ("code", "name")
    ordering = ("code",)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        if not search_term.strip():
            return queryset, False
        by_code = queryset.filter(code__icontains=search_term.strip())
        return by_code | queryset.filter(name_key__contains=name_key(search_term)), False

    @admin.display(description=both("họ khoáng sản", "family"), ordering="family")
    def family_said(self, row: Mineral) -> str:
        return value_words("family", row.family)

    @admin.display(description=both("đơn vị", "unit"), ordering="unit")
    def unit_said(self, row: Mineral) -> str:
        return value_words("unit", row.unit)

    @admin.display(description=both("tỷ trọng (tấn/m³ rời)", "density (t per loose m³)"), ordering="density")
    def density_said(self, row: Mineral) -> str:
        return shown(row.density)


class VehicleForm(ServiceForm):
    """`row`: what is changed; its mark stays, because it is known by that."""

    kind = forms.ChoiceField(label=label("loại", "kind"), choices=lambda: choices("vehicle.kind"))
    mark = LineField(60, label=label("biển số, số đăng ký", "mark"))
    description = LineField(300, label=label("mô tả", "description"), required=False)
    registration_valid_to = DayField(label=label("đăng ký đến ngày", "registration valid to"), required=False)
    inspection_valid_to = DayField(label=label("đăng kiểm đến ngày", "inspection valid to"), required=False)

    def __init__(self, data: Any = None, *, row: Vehicle | None = None, **more: Any) -> None:
        super().__init__(data, row=row, **more)
        if row is not None:
            self.fields["mark"].disabled = True

    def save(self, *, by: Officer, now: datetime) -> Vehicle | None:
        said = self.cleaned_data
        names = ("kind", "mark", "description", "registration_valid_to", "inspection_valid_to")
        illustration = self.row is not None and self.row.illustration
        given = VehicleGiven(**{name: said[name] for name in names}, illustration=illustration)
        made = vehicles_record([given], actor=str(by.id), now=now, source=SOURCE)
        return made[0] if made else Vehicle.objects.get(mark_key=mark_key(given.mark))


@admin.register(Vehicle)
class VehiclePages(TablePages):
    personal = True
    add_form_class = VehicleForm
    row_forms = (RowForm("change-it", VehicleForm, ("Sửa", "Change")),)
    list_display = ("mark", "kind_said", "description", "registration", "inspection", "illustration")
    list_filter = ("kind",)
    search_fields = ("mark",)
    ordering = ("mark_key",)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        mark = mark_key(search_term)
        return queryset.filter(mark_key__contains=mark) if mark else queryset, False

    @admin.display(description=both("loại", "kind"), ordering="kind")
    def kind_said(self, row: Vehicle) -> str:
        return value_words("vehicle.kind", row.kind)

    @admin.display(description=both("đăng ký đến ngày", "registration valid to"), ordering="registration_valid_to")
    def registration(self, row: Vehicle) -> str:
        return shown(row.registration_valid_to)

    @admin.display(description=both("đăng kiểm đến ngày", "inspection valid to"), ordering="inspection_valid_to")
    def inspection(self, row: Vehicle) -> str:
        return shown(row.inspection_valid_to)

    def listings(self, request: HttpRequest, row: Vehicle) -> list[Listing]:
        return [licence_listing(licences_naming(row.mark_key))]


class HoursForm(ServiceForm):
    """`row`: what is put right; the same family and first day again is a correction."""

    PATHS: ClassVar[dict[str, str]] = {"windows": "hours"}

    family = forms.ChoiceField(label=label("họ khoáng sản", "family"), choices=lambda: choices("family"))
    hours = LineField(200, label=label("khung giờ", "hours"), help_text=both("Như 05:00-19:00.", "As 05:00-19:00."))
    valid_from = DayField(label=label("từ ngày", "from"))
    valid_to = DayField(label=label("đến hết ngày", "to the end of"), required=False)
    source = LineField(300, label=label("văn bản căn cứ", "the paper that says so"))

    def __init__(self, data: Any = None, *, row: ProvincialHours | None = None, **more: Any) -> None:
        super().__init__(data, row=row, **more)
        if row is not None:
            self.fields["family"].disabled = self.fields["valid_from"].disabled = True

    def initial_of(self, row: Any) -> dict[str, Any]:
        return {**super().initial_of(row), "hours": hours_text(row.windows)}

    def clean_hours(self) -> tuple[tuple[str, str], ...]:
        return hours_of(self.cleaned_data["hours"])

    def save(self, *, by: Officer, now: datetime) -> ProvincialHours:
        said = self.cleaned_data
        return hours_record(
            family=MineralFamily(said["family"]),
            hours=said["hours"],
            valid_from=said["valid_from"],
            valid_to=said["valid_to"],
            source=said["source"],
            actor=str(by.id),
            now=now,
        )


class HoursEndForm(ServiceForm):
    valid_to = DayField(label=label("đến hết ngày", "to the end of"))
    source = LineField(300, label=label("văn bản căn cứ", "the paper that says so"))

    def initial_of(self, row: Any) -> dict[str, Any]:
        return {"valid_to": row.valid_to}

    def save(self, *, by: Officer, now: datetime) -> ProvincialHours:
        said = self.cleaned_data
        return hours_end(self.row, valid_to=said["valid_to"], source=said["source"], actor=str(by.id), now=now)


@admin.register(ProvincialHours)
class HoursPages(TablePages):
    add_form_class = HoursForm
    row_forms = (
        RowForm("correct", HoursForm, ("Sửa", "Correct")),
        RowForm("end", HoursEndForm, ("Ghi ngày kết thúc", "Say when it ends")),
    )
    list_display = ("family_said", "hours_said", "from_said", "to_said", "source")
    list_filter = ("family",)
    ordering = ("family", "-valid_from")

    @admin.display(description=both("họ khoáng sản", "family"), ordering="family")
    def family_said(self, row: ProvincialHours) -> str:
        return value_words("family", row.family)

    @admin.display(description=both("khung giờ", "hours"))
    def hours_said(self, row: ProvincialHours) -> str:
        return hours_text(row.windows)

    @admin.display(description=both("từ ngày", "from"), ordering="valid_from")
    def from_said(self, row: ProvincialHours) -> str:
        return shown(row.valid_from)

    @admin.display(description=both("đến ngày", "to"), ordering="valid_to")
    def to_said(self, row: ProvincialHours) -> str:
        return shown(row.valid_to)
