"""Pages of holders and of the vehicles that licences name. A holder changes with the next version of a licence, so that
what was recorded under the old name keeps it."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse

from backend.common.languages import both
from backend.registry.admin.base import Cell, Listing, TablePages, shown
from backend.registry.admin.words import value_words
from backend.registry.models import Holder, Licence
from backend.registry.selectors import pages


@admin.register(Holder)
class HolderPages(TablePages):
    personal = True
    list_display = ("name", "kind_said", "tax_code_said", "address", "licence_count")
    list_filter = ("kind", "illustration")
    search_fields = ("name",)
    search_help_text = both("Tên hoặc mã số thuế.", "Name or tax code.")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Holder]:
        return pages.holders_listed()

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        return queryset.filter(pages.holders_matching(search_term)) if search_term.strip() else queryset, False

    @admin.display(description=both("loại", "kind"), ordering="kind")
    def kind_said(self, row: Holder) -> str:
        return value_words("holder.kind", row.kind)

    @admin.display(description=both("mã số thuế", "tax code"), ordering="tax_code")
    def tax_code_said(self, row: Holder) -> str:
        return shown(row.tax_code)

    @admin.display(description=both("số giấy phép", "licences"), ordering="licence_count")
    def licence_count(self, row: Any) -> int:
        return int(row.licence_count)

    def listings(self, request: HttpRequest, row: Holder) -> list[Listing]:
        return [licence_listing(pages.licences_of_holder(row))]


def licence_listing(licences: list[Licence]) -> Listing:
    rows = [[Cell(row.number, reverse("admin:registry_licence_change", args=[row.pk]))] for row in licences]
    return Listing(both("Giấy phép", "Licences"), [both("số", "number")], rows)
