"""Pages of what agencies do, dated. A correction is another row; a row is only ended, or marked as compared."""

from datetime import datetime
from typing import Any

from django import forms
from django.contrib import admin

from backend.accounts.models import Agency, Officer
from backend.common.languages import both
from backend.registry.admin.base import RowForm, TablePages, number, shown
from backend.registry.admin.forms import DayField, LineField, NumberField, ServiceForm, label
from backend.registry.admin.words import duty_words
from backend.registry.models import AgencyDuty, Letterhead, Power
from backend.registry.models.agencies import LEAD
from backend.registry.services import agencies


class DatedForm(ServiceForm):
    """What every dated row says besides its own."""

    agency = forms.ModelChoiceField(label=label("cơ quan", "agency"), queryset=Agency.objects.none())
    valid_from = DayField(label=label("từ ngày", "from"))
    valid_to = DayField(
        label=label("đến hết ngày", "to the end of"),
        required=False,
        help_text=both("Để trống khi chưa có ngày kết thúc.", "Empty while no end is known."),
    )
    source = LineField(300, label=label("văn bản căn cứ", "the paper that says so"))

    def __init__(self, data: Any = None, *, row: Any = None, **more: Any) -> None:
        super().__init__(data, row=row, **more)
        agency: Any = self.fields["agency"]
        agency.queryset = Agency.objects.order_by("name", "id")

    def dated(self, by: Officer, now: datetime) -> dict[str, Any]:
        names = ("agency", "valid_from", "valid_to", "source")
        return {**{name: self.cleaned_data[name] for name in names}, "actor": str(by.id), "now": now}


class DutyForm(DatedForm):
    field_order = ("agency", "duty")
    duty = LineField(
        60,
        label=label("nhiệm vụ", "duty"),
        help_text=both(
            f"{LEAD}: chủ trì về khoáng sản; receives:<mã nơi nhận trong danh mục vi phạm>.",
            f"{LEAD}: leads on minerals; receives:<code of the catalogue's receiving agency>.",
        ),
    )

    def save(self, *, by: Officer, now: datetime) -> AgencyDuty:
        return agencies.duty_record(duty=self.cleaned_data["duty"], **self.dated(by, now))


class LetterheadForm(DatedForm):
    field_order = ("agency", "superior", "heading", "code", "place", "addressees")
    superior = LineField(200, label=label("cơ quan cấp trên", "superior"), required=False)
    heading = LineField(200, label=label("tên trên văn bản", "heading"))
    code = LineField(20, label=label("ký hiệu (SCT trong 05/BC-SCT)", "code (SCT in 05/BC-SCT)"))
    place = LineField(100, label=label("nơi ký", "place of signing"))
    addressees = forms.CharField(
        label=label("kính gửi, mỗi nơi một dòng", "addressees, a line each"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def initial_of(self, row: Any) -> dict[str, Any]:
        return {**super().initial_of(row), "addressees": "\n".join(row.addressees)}

    def save(self, *, by: Officer, now: datetime) -> Letterhead:
        said = self.cleaned_data
        names = ("superior", "heading", "code", "place")
        lines = [line.strip() for line in said["addressees"].splitlines() if line.strip()]
        return agencies.letterhead_record(
            **{name: said[name] for name in names}, addressees=lines, **self.dated(by, now)
        )


class PowerForm(DatedForm):
    field_order = ("agency", "post", "decree", "article", "share_percent", "limit_million_vnd")
    post = LineField(150, label=label("chức danh", "post"))
    decree = LineField(60, label=label("nghị định", "decree"))
    article = LineField(
        20, label=label("điều", "article"), help_text=both("Như Đ48; * cho mọi điều.", "As Đ48; * for every article.")
    )
    share_percent = forms.IntegerField(label=label("phần của mức tối đa (%)", "share of the maximum (%)"))
    limit_million_vnd = NumberField(
        label=label("mức tối đa với cá nhân (triệu đồng)", "limit for an individual (million VND)")
    )

    def save(self, *, by: Officer, now: datetime) -> Power:
        names = ("post", "decree", "article", "share_percent", "limit_million_vnd")
        return agencies.power_record(**{name: self.cleaned_data[name] for name in names}, **self.dated(by, now))


class EndForm(ServiceForm):
    valid_to = DayField(label=label("đến hết ngày", "to the end of"))
    source = LineField(300, label=label("văn bản căn cứ", "the paper that says so"))

    def initial_of(self, row: Any) -> dict[str, Any]:
        return {"valid_to": row.valid_to}

    def save(self, *, by: Officer, now: datetime) -> Any:
        said = self.cleaned_data
        return agencies.row_end(self.row, valid_to=said["valid_to"], source=said["source"], actor=str(by.id), now=now)


class VerifyForm(ServiceForm):
    """The mark that somebody has compared a row with the gazette."""

    verified_on = DayField(label=label("đối chiếu ngày", "compared on"))
    verified_by = LineField(150, label=label("người đối chiếu", "compared by"))

    def save(self, *, by: Officer, now: datetime) -> Any:
        said = self.cleaned_data
        return agencies.row_verify(
            self.row, verified_on=said["verified_on"], verified_by=said["verified_by"], actor=str(by.id), now=now
        )


_END = RowForm("end", EndForm, ("Ghi ngày kết thúc", "Say when it ends"))
_VERIFY = RowForm("verify", VerifyForm, ("Ghi đã đối chiếu công báo", "Mark as compared with the gazette"))
_COPY = ("Ghi dòng sửa thay dòng này", "Record a row that corrects it")


class DatedPages(TablePages):
    list_select_related = ("agency",)

    @admin.display(description=both("hiệu lực", "in force"), ordering="valid_from")
    def dates(self, row: Any) -> str:
        return f"{shown(row.valid_from)} – {shown(row.valid_to) if row.valid_to else '…'}"

    @admin.display(description=both("đã đối chiếu", "compared"), boolean=True, ordering="verified_on")
    def verified(self, row: Any) -> bool:
        return row.verified_on is not None


@admin.register(AgencyDuty)
class DutyPages(DatedPages):
    add_form_class = DutyForm
    row_forms = (_END, _VERIFY, RowForm("correct", DutyForm, _COPY))
    list_display = ("duty_said", "agency", "dates", "verified")
    list_display_links = ("duty_said",)

    @admin.display(description=both("nhiệm vụ", "duty"), ordering="duty")
    def duty_said(self, row: AgencyDuty) -> str:
        return duty_words(row.duty)


@admin.register(Letterhead)
class LetterheadPages(DatedPages):
    add_form_class = LetterheadForm
    row_forms = (_END, _VERIFY, RowForm("correct", LetterheadForm, _COPY))
    list_display = ("heading", "agency", "code", "place", "dates", "verified")


@admin.register(Power)
class PowerPages(DatedPages):
    add_form_class = PowerForm
    row_forms = (_END, _VERIFY, RowForm("correct", PowerForm, _COPY))
    list_display = ("post", "agency", "decree", "article", "share_percent", "limit", "dates", "verified")
    list_filter = ("decree",)
    search_fields = ("post", "article")

    @admin.display(description=both("mức tối đa (triệu đồng)", "limit (million VND)"), ordering="limit_million_vnd")
    def limit(self, row: Power) -> str:
        return number(row.limit_million_vnd, 3)
