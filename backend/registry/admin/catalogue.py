"""Pages of the violation catalogue: every provision with its dates and its mark of verification. A correction is the
next revision; what it replaces stays readable."""

import json
from datetime import datetime
from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.http import HttpRequest

from backend.accounts.models import Officer
from backend.common.languages import both, language
from backend.registry.admin.base import Cell, Listing, RowForm, TablePages, number, shown
from backend.registry.admin.forms import DayField, LineField, ServiceForm, label
from backend.registry.models import CatalogueEntry
from backend.registry.selectors.catalogue import revisions
from backend.registry.services.catalogue import catalogue_record, catalogue_retire, catalogue_verify

_MOST_TEXT = 100_000
_TITLES = (
    "vi",
    "en",
    "decree",
    "amended_by",
    "amended_from",
    "duty",
    "families",
    "transfer_to",
    "see",
    "source",
    "unsure",
)
_WORDS = {
    "vi": ("hành vi", "the act, in Vietnamese"),
    "en": ("hành vi, tiếng Anh", "the act"),
    "decree": ("nghị định", "decree"),
    "amended_by": ("sửa đổi bởi", "amended by"),
    "amended_from": ("bản sửa đổi từ", "amended from"),
    "duty": ("nghĩa vụ bị vi phạm", "duty broken"),
    "families": ("họ khoáng sản", "mineral families"),
    "transfer_to": ("nơi nhận chuyển giao", "receiving agency"),
    "see": ("xem thêm", "see also"),
    "source": ("nguồn", "source"),
    "unsure": ("còn chưa chắc", "unsure"),
}


class EntryForm(ServiceForm):
    """`row`: what is corrected; code and first day stay. `content` is written as `violation_types.toml` explains it."""

    PATHS: ClassVar[dict[str, str]] = {"rows": "content"}

    code = LineField(20, label=label("mã", "code"))
    valid_from = DayField(label=label("từ ngày", "from"))
    valid_to = DayField(label=label("đến hết ngày", "to the end of"), required=False)
    content = forms.CharField(
        label=label("nội dung (JSON)", "content (JSON)"),
        max_length=_MOST_TEXT,
        widget=forms.Textarea(attrs={"class": "kk-paste", "rows": 24, "spellcheck": "false"}),
        help_text=both(
            "Tiền phạt: triệu đồng với cá nhân. Bản trước được giữ; bản mới chưa có dấu đối chiếu.",
            "Fines in million VND of an individual. The revision before is kept; the new one is not yet compared.",
        ),
    )
    source = LineField(300, label=label("lý do, văn bản", "reason, the paper"))

    def __init__(self, data: Any = None, *, row: CatalogueEntry | None = None, **more: Any) -> None:
        super().__init__(data, row=row, **more)
        if row is not None:
            self.fields["code"].disabled = self.fields["valid_from"].disabled = True

    def initial_of(self, row: Any) -> dict[str, Any]:
        known = {name: getattr(row, name) for name in ("code", "valid_from", "valid_to")}
        return {**known, "content": json.dumps(row.content, ensure_ascii=False, indent=2)}

    def clean_content(self) -> dict[str, Any]:
        try:
            found = json.loads(self.cleaned_data["content"])
        except (ValueError, RecursionError) as error:
            raise forms.ValidationError(both(f"Không phải JSON ({error}).", f"This is no JSON ({error}).")) from error
        if not isinstance(found, dict):
            raise forms.ValidationError(both("Cần một đối tượng JSON {…}.", "A JSON object {…} is needed."))
        return found

    def save(self, *, by: Officer, now: datetime) -> CatalogueEntry | None:
        said = self.cleaned_data
        row = {
            "code": said["code"],
            "valid_from": said["valid_from"].isoformat(),
            "valid_to": said["valid_to"].isoformat() if said["valid_to"] else None,
            "verified_on": None,
            "verified_by": "",
            "content": said["content"],
        }
        made = catalogue_record([row], actor=str(by.id), now=now, source=said["source"])
        return made[0] if made else None


class EntryVerifyForm(ServiceForm):
    verified_on = DayField(label=label("đối chiếu ngày", "compared on"))
    verified_by = LineField(150, label=label("người đối chiếu, chức danh", "compared by, post"))

    def save(self, *, by: Officer, now: datetime) -> CatalogueEntry:
        said = self.cleaned_data
        return catalogue_verify(
            self.row, verified_on=said["verified_on"], verified_by=said["verified_by"], actor=str(by.id), now=now
        )


class EntryRetireForm(ServiceForm):
    reason = LineField(300, label=label("lý do", "reason"))

    def save(self, *, by: Officer, now: datetime) -> CatalogueEntry:
        return catalogue_retire(self.row, reason=self.cleaned_data["reason"], actor=str(by.id), now=now)


@admin.register(CatalogueEntry)
class CataloguePages(TablePages):
    add_form_class = EntryForm
    row_forms = (
        RowForm("verify", EntryVerifyForm, ("Ghi đã đối chiếu công báo", "Mark as compared with the gazette")),
        RowForm("correct", EntryForm, ("Ghi bản sửa", "Record a correction")),
        RowForm("retire", EntryRetireForm, ("Rút khỏi danh mục", "Take it out")),
    )
    column_facts = ("code", "valid_from", "valid_to", "revision", "retired", "verified_on", "verified_by")
    list_display = ("code", "title_said", "decree", "dates", "revision", "verified", "retired")
    list_filter = ("retired", ("verified_on", admin.EmptyFieldListFilter))
    search_fields = ("code",)
    ordering = ("retired", "code", "valid_from", "-revision")

    def may_do(self, row: CatalogueEntry, one: RowForm) -> bool:
        return not row.retired

    @admin.display(description=both("hành vi", "act"))
    def title_said(self, row: CatalogueEntry) -> str:
        return str(row.content.get(language(), ""))

    @admin.display(description=both("nghị định", "decree"))
    def decree(self, row: CatalogueEntry) -> str:
        return shown(row.content.get("decree"))

    @admin.display(description=both("hiệu lực", "in force"), ordering="valid_from")
    def dates(self, row: CatalogueEntry) -> str:
        return f"{shown(row.valid_from)} – {shown(row.valid_to) if row.valid_to else '…'}"

    @admin.display(description=both("đã đối chiếu", "compared"), boolean=True, ordering="verified_on")
    def verified(self, row: CatalogueEntry) -> bool:
        return row.verified_on is not None

    def detail(self, request: HttpRequest, row: CatalogueEntry) -> dict[str, Any]:
        found = super().detail(request, row)
        content = [(both(*_WORDS[name]), shown(row.content[name])) for name in _TITLES if row.content.get(name)]
        return {**found, "facts": [*found["facts"], *content]}

    def listings(self, request: HttpRequest, row: CatalogueEntry) -> list[Listing]:
        acts = [self.act(act) for act in row.content.get("act", [])]
        others: list[list[Cell | str]] = [
            [
                Cell(str(one.revision), self.url("change", one.pk)),
                shown(one.valid_to),
                shown(one.verified_on),
                shown(one.verified_by),
                shown(one.retired),
            ]
            for one in revisions(row.code, row.valid_from)
        ]
        return [
            *acts,
            Listing(
                both("Các bản của điều khoản này", "Revisions of this provision"),
                [
                    both("bản", "revision"),
                    both("đến ngày", "to"),
                    both("đối chiếu ngày", "compared on"),
                    both("người đối chiếu", "compared by"),
                    both("đã được thay", "replaced"),
                ],
                others,
            ),
        ]

    def act(self, act: dict[str, Any]) -> Listing:
        """An act with its tiers: a line each, a column for each column of the provision."""
        columns = [str(name) for name in act.get("columns", [])]
        extra = "; ".join(" ".join(str(part) for part in one) for one in act.get("extra", []))
        remedies = ", ".join(map(str, act.get("remedies", [])))
        title = f"{both('Điều', 'Article')} {act.get('article', '')} {act.get(language(), '')}".strip()
        said = ((both("bổ sung", "extra"), extra), (both("khắc phục", "remedies"), remedies))
        title += "".join(f" · {words}: {value}" for words, value in said if value)
        rows = [
            [span_words(tier, columns), *(cell_words(tier.get(name)) for name in columns)]
            for tier in act.get("tiers", [])
        ]
        return Listing(title, [both("mức", "tier"), *columns], rows)


def span_words(tier: dict[str, Any], columns: list[str]) -> str:
    """The measures of a tier: `volume_m3` [10, 20] → "volume_m3 10–20"; [50] → "volume_m3 ≥ 50"."""
    parts = [f"{both('khoản', 'clause')} {tier['clause']}"] if tier.get("clause") else []
    for name, span in tier.items():
        if name in (*columns, "clause", "extra") or not isinstance(span, list):
            continue
        ends = [number(float(end)) if isinstance(end, (int, float)) else str(end) for end in span]
        parts.append(f"{name} {'–'.join(ends)}" if len(ends) == 2 else f"{name} ≥ {' '.join(ends)}")
    return ", ".join(parts) or "—"


def cell_words(cell: Any) -> str:
    """["b", 5, 10] → "b: 5–10"; ["a", "warning"] and ["", "see", "KT-06"] in words."""
    if not isinstance(cell, list) or not cell:
        return "—"
    point, *rest = cell
    numbers = all(isinstance(part, (int, float)) for part in rest)
    words = "–".join(number(float(part)) for part in rest) if numbers else " ".join(_cell_word(part) for part in rest)
    return f"{point}: {words}" if point else words


def _cell_word(part: object) -> str:
    words = {"warning": ("cảnh cáo", "warning"), "see": ("xem", "see")}.get(str(part))
    return str(both(*words)) if words else str(part)
