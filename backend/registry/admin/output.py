"""Pages of declared output: a month is entered, a correction is the next revision."""

import re
from datetime import datetime
from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse

from backend.accounts.models import Officer
from backend.common.languages import both
from backend.registry.admin.base import Cell, Listing, RowForm, TablePages, number, shown
from backend.registry.admin.forms import LineField, NumberField, ServiceForm, label
from backend.registry.admin.words import choices, value_words
from backend.registry.models import DeclaredOutput, Licence
from backend.registry.selectors.pages import declared_revisions
from backend.registry.services.output import output_declare
from shared.problems import Problem

_MONTH = re.compile(r"(\d{1,2})\s*[/.-]\s*(\d{4})|(\d{4})-(\d{1,2})")


class OutputForm(ServiceForm):
    """`row`: the declaration to correct."""

    PATHS: ClassVar[dict[str, str]] = {"year": "month"}

    licence = LineField(60, label=label("số giấy phép", "licence number"))
    month = LineField(
        10, label=label("tháng", "month"), help_text=both("Tháng/năm, như 03/2026.", "Month/year, as 03/2026.")
    )
    quantity = NumberField(label=label("sản lượng", "quantity"))
    unit = forms.ChoiceField(label=label("đơn vị", "unit"), choices=lambda: choices("unit"))
    basis = forms.ChoiceField(
        label=label("trạng thái khi đo", "measured as"), choices=lambda: choices("basis", empty=True), required=False
    )
    source = LineField(300, label=label("văn bản, bảng khai", "the paper or sheet"))

    def __init__(self, data: Any = None, *, row: DeclaredOutput | None = None, **more: Any) -> None:
        super().__init__(data, row=row, **more)
        if row is not None:
            self.fields["licence"].disabled = self.fields["month"].disabled = True

    def initial_of(self, row: Any) -> dict[str, Any]:
        known = {name: getattr(row, name) for name in ("quantity", "unit", "basis")}
        return {**known, "licence": row.licence.number, "month": f"{row.month:02d}/{row.year}"}

    def clean_licence(self) -> Licence:
        found = Licence.objects.filter(number=self.cleaned_data["licence"]).first()
        if found is None:
            raise forms.ValidationError(both("Sổ không có giấy phép này.", "The register has no such licence."))
        return found

    def clean_month(self) -> tuple[int, int]:
        match = _MONTH.fullmatch(self.cleaned_data["month"])
        if match is None:
            raise forms.ValidationError(both("Ghi tháng/năm, như 03/2026.", "Write month/year, as 03/2026."))
        month, year = (match[1], match[2]) if match[1] else (match[4], match[3])
        return int(year), int(month)

    def save(self, *, by: Officer, now: datetime) -> DeclaredOutput:
        said = self.cleaned_data
        year, month = said["month"]
        if said["quantity"] is None:
            raise Problem("request_invalid")
        return output_declare(
            licence=said["licence"],
            year=year,
            month=month,
            quantity=said["quantity"],
            unit=said["unit"],
            basis=said["basis"],
            source=said["source"],
            actor=str(by.id),
            now=now,
        )


@admin.register(DeclaredOutput)
class OutputPages(TablePages):
    add_form_class = OutputForm
    add_words = ("Ghi sản lượng một tháng", "Enter a month")
    row_forms = (RowForm("correct", OutputForm, ("Sửa con số của tháng này", "Correct this month")),)
    list_display = ("licence", "month_said", "revision", "quantity_said", "basis_said", "source", "recorded_said")
    list_filter = ("year", "unit")
    list_select_related = ("licence",)
    ordering = ("-year", "-month", "licence__number", "-revision")
    search_fields = ("licence__number",)

    @admin.display(description=both("tháng", "month"), ordering="month")
    def month_said(self, row: DeclaredOutput) -> str:
        return f"{row.month:02d}/{row.year}"

    @admin.display(description=both("sản lượng", "quantity"), ordering="quantity")
    def quantity_said(self, row: DeclaredOutput) -> str:
        return f"{number(row.quantity, 3)} {value_words('unit', row.unit)}"

    @admin.display(description=both("trạng thái khi đo", "measured as"))
    def basis_said(self, row: DeclaredOutput) -> str:
        return value_words("basis", row.basis) if row.basis else shown(None)

    @admin.display(description=both("ghi lúc", "recorded at"), ordering="recorded_at")
    def recorded_said(self, row: DeclaredOutput) -> str:
        return shown(row.recorded_at)

    def listings(self, request: HttpRequest, row: DeclaredOutput) -> list[Listing]:
        licence = Cell(row.licence.number, reverse("admin:registry_licence_change", args=[row.licence_id]))
        rows = [
            [str(one.revision), self.quantity_said(one), self.basis_said(one), one.source, shown(one.recorded_at)]
            for one in declared_revisions(row)
        ]
        return [
            Listing(both("Giấy phép", "Licence"), [both("số", "number")], [[licence]]),
            Listing(
                both("Các bản của tháng này", "Revisions of this month"),
                [
                    both("bản", "revision"),
                    both("sản lượng", "quantity"),
                    both("trạng thái", "measured as"),
                    both("nguồn", "source"),
                    both("ghi lúc", "recorded at"),
                ],
                rows,
            ),
        ]
