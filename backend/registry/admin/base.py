"""What the pages of all tables have in common: who may what, nothing is deleted, every write is a service, and looking
at personal data is recorded."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import partial
from typing import Any, ClassVar

from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.text import capfirst

from backend.accounts.keeping import may_keep, may_read
from backend.accounts.models import Officer
from backend.common.languages import both, language
from backend.registry.admin.forms import ServiceForm
from backend.registry.admin.words import value_words, values_of
from backend.registry.services.viewing import registry_viewed
from shared.clock import VIETNAM
from shared.problems import Problem

NONE = "—"


@dataclass(frozen=True, slots=True)
class Cell:
    """A value with the page it leads to, "" for none."""

    value: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class RowForm:
    """Something that can be done about a row, on a page of its own; `name` is the end of its address."""

    name: str
    form: type[ServiceForm]
    words: tuple[str, str]


@dataclass(frozen=True, slots=True)
class Listing:
    """A table on a page; a value of a row is text, shown as it is."""

    title: str
    headers: Sequence[str]
    rows: Sequence[Sequence[Cell | str]]


def shown(value: object) -> str:
    """A value in the reader's way of writing it; instants in Vietnam's time."""
    match value:
        case None | "" | [] | {}:
            return NONE
        case bool():
            return str(both("có", "yes") if value else both("không", "no"))
        case datetime():
            return f"{value.astimezone(VIETNAM):%d/%m/%Y %H:%M}"
        case date():
            return f"{value:%d/%m/%Y}"
        case Decimal() | float():
            return number(value)
        case list() | tuple():
            return ", ".join(shown(item) if isinstance(item, str) else "–".join(map(str, item)) for item in value)
    return str(value)


def number(value: Decimal | float, digits: int = 6) -> str:
    """With the comma of Vietnam, or the point for a reader of English; no thousands signs, no trailing zeros."""
    text = f"{value:.{digits}f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return text if language() == "en" else text.replace(".", ",")


def actor_of(request: HttpRequest) -> Officer:
    """Who asks; the site let officers in alone."""
    if not isinstance(request.user, Officer):
        raise PermissionDenied
    return request.user


class TablePages(admin.ModelAdmin[Any]):
    """List and detail of one table. `personal`: its rows say something of people, so that looking is recorded.
    `add_form_class`: the page on which a row is recorded; `row_forms`: what can be done about one, which makes another
    row wherever the table is dated. `column_facts`: columns of the detail page, all of the model's by default."""

    actions = None
    list_per_page = 50
    list_max_show_all = 0
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    change_list_template = "registry/admin/list.html"
    detail_template = "registry/admin/detail.html"
    form_template = "registry/admin/form.html"
    personal: ClassVar[bool] = False
    add_form_class: ClassVar[type[ServiceForm] | None] = None
    row_forms: ClassVar[Sequence[RowForm]] = ()
    add_words: ClassVar[tuple[str, str]] = ("Ghi thêm", "Record another")
    column_facts: ClassVar[Sequence[str] | None] = None

    # --- who may what

    def has_module_permission(self, request: HttpRequest) -> bool:
        return may_read(request.user)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return may_read(request.user)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self.add_form_class is not None and may_keep(request.user)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False  # Django's own form writes rows; ours calls services

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def row_actions(self, request: HttpRequest, row: Any) -> list[tuple[str, str]]:
        """(address, words) of what the reader may do about a row."""
        if not may_keep(request.user):
            return []
        return [(self.url(one.name, row.pk), both(*one.words)) for one in self.row_forms if self.may_do(row, one)]

    def may_do(self, row: Any, one: RowForm) -> bool:
        return True

    # --- addresses

    def get_urls(self) -> list[URLPattern]:
        own = [
            self.address(f"<path:object_id>/{one.name}/", partial(self.row_form_view, one), one.name)
            for one in self.row_forms
        ]
        return [*own, *super().get_urls()]

    def address(self, route: str, view: Callable[..., Any], name: str) -> URLPattern:
        def guarded(request: HttpRequest, **values: Any) -> Any:
            return self.admin_site.admin_view(view)(request, **values)

        return path(route, guarded, name=f"{self.opts.app_label}_{self.opts.model_name}_{name}")

    def url(self, name: str, *values: Any) -> str:
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_{name}", args=values)

    # --- pages

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        if "\0" in request.GET.urlencode() or "%00" in request.GET.urlencode():
            return HttpResponseRedirect(request.path)  # no row holds it, and PostgreSQL refuses to be asked
        more = {
            "title": capfirst(self.opts.verbose_name_plural),
            "add_url": self.url("add"),
            "add_words": both(*self.add_words),
            **(extra_context or {}),
        }
        response = super().changelist_view(request, more)
        rows = getattr(response, "context_data", None) or {}
        if self.personal and "cl" in rows:
            shown_rows = list(rows["cl"].result_list)
            self.viewed(request, None, rows=[str(row.pk) for row in shown_rows], searched=bool(request.GET.get("q")))
        return response

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> Any:
        row = self.row_of(request, object_id)
        self.viewed(request, row)
        return self.page(request, self.detail_template, str(row), row=row, **self.detail(request, row))

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None) -> Any:
        if self.add_form_class is None or not self.has_add_permission(request):
            raise PermissionDenied
        title = f"{both(*self.add_words)}: {self.opts.verbose_name}"
        return self.form_page(request, self.add_form_class, None, title)

    def row_form_view(self, one: RowForm, request: HttpRequest, object_id: str) -> Any:
        if not may_keep(request.user):
            raise PermissionDenied
        row = self.row_of(request, object_id)
        if not self.may_do(row, one):
            raise PermissionDenied
        self.viewed(request, row)
        return self.form_page(request, one.form, row, f"{both(*one.words)}: {row}")

    def delete_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> Any:
        raise PermissionDenied  # nothing is taken out of a register

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> Any:
        raise Http404  # what happened to a row is in the audit chain, not in Django's own log

    def form_page(self, request: HttpRequest, kind: type[ServiceForm], row: Any, title: str) -> Any:
        form = kind(request.POST if request.method == "POST" else None, row=row)
        if request.method == "POST" and form.is_valid():
            try:
                made = form.save(by=actor_of(request), now=timezone.now())
            except Problem as problem:
                form.show(problem)
            else:
                return self.done(request, made if made is not None else row)
        return self.page(request, self.form_template, title, row=row, form=form, **form.context())

    def done(self, request: HttpRequest, row: Any, vi: str = "Đã ghi.", en: str = "Recorded.") -> HttpResponse:
        messages.success(request, str(both(vi, en)))
        return HttpResponseRedirect(self.url("change", row.pk) if row is not None else self.url("changelist"))

    def page(self, request: HttpRequest, template: str, title: object, **context: Any) -> TemplateResponse:
        return TemplateResponse(
            request,
            template,
            {
                **self.admin_site.each_context(request),
                "opts": self.opts,
                "title": title,
                "list_url": self.url("changelist"),
                **context,
            },
        )

    def row_of(self, request: HttpRequest, object_id: str) -> Any:
        """The row of an address, or the page that says there is none."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        row = None if "\0" in object_id else self.get_object(request, unquote(object_id))
        if row is None:
            raise Http404
        return row

    def detail(self, request: HttpRequest, row: Any) -> dict[str, Any]:
        """What the detail page shows: facts, shapes for the map, tables."""
        return {
            "facts": facts_of(row, self.column_facts),
            "shapes": self.shapes(row),
            "listings": self.listings(request, row),
            "actions": self.row_actions(request, row),
        }

    def shapes(self, row: Any) -> list[dict[str, Any]]:
        return []

    def listings(self, request: HttpRequest, row: Any) -> list[Listing]:
        return []

    # --- what is recorded

    def viewed(self, request: HttpRequest, row: Any, **data: Any) -> None:
        """Nothing where the table says nothing of people."""
        if not self.personal:
            return
        name = self.opts.model_name
        subject = f"registry:{name}" if row is None else f"{name}:{row.pk}"
        registry_viewed(subject=subject, actor=str(actor_of(request).id), now=timezone.now(), **data)


def facts_of(row: Model, columns: Sequence[str] | None = None) -> list[tuple[str, str]]:
    """(label, value) of a row's own columns, in the reader's words."""
    model = row._meta.model_name or ""
    hidden = {"id", "name_key", "mark_key", "number_key", "geometry", "proposal"}
    found = []
    for field in row._meta.fields:
        if field.name not in (columns if columns is not None else {f.name for f in row._meta.fields} - hidden):
            continue
        value = getattr(row, field.name)
        named = values_of(model, field.name)
        text = value_words(named, value) if named and value not in (None, "") else shown(value)
        found.append((str(field.verbose_name), text))
    return found


def box_shape(south: float, west: float, north: float, east: float) -> dict[str, Any]:
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {"type": "Polygon", "coordinates": [ring]}


def point_shape(lat: float, lon: float) -> dict[str, Any]:
    return {"type": "Point", "coordinates": [lon, lat]}


def drawn(role: str, geometry: Mapping[str, Any] | None, label: object = "") -> list[dict[str, Any]]:
    """One shape of a map: `role` says how it is drawn (static/registry/map.css); [] where there is none."""
    return [{"role": role, "geometry": geometry, "label": str(label)}] if geometry else []
