"""The form of a licence's next version: what its paper says, the corner table pasted as text and looked at first."""

import hashlib
import json
from datetime import date, datetime
from typing import Any, ClassVar

from django import forms
from django.utils.datastructures import MultiValueDict

from backend.accounts.models import Officer
from backend.common.languages import both, language
from backend.registry.admin.base import drawn
from backend.registry.admin.forms import DayField, LineField, NumberField, ServiceForm, label
from backend.registry.admin.licence_parts import (
    Equipment,
    Stockyards,
    equipment_of,
    hours_of,
    hours_text,
    season_of,
    season_text,
    stockyards_of,
)
from backend.registry.admin.words import WGS84, answer_words, choices, epsg_words, value_words
from backend.registry.importing.pasting import area_given, pasted_areas
from backend.registry.importing.rows import AreaRow, FileRefused
from backend.registry.importing.run_words import words_of
from backend.registry.models import Licence, LicenceVersion, Mineral
from backend.registry.services.given import AreaGiven, EquipmentGiven, HolderGiven, LicenceGiven, StockyardGiven
from backend.registry.services.licences import licences_record
from shared.geo.zones import ZONES
from shared.problems import Problem
from shared.rules.terms import DepthDatum, EquipmentKind, IssuerLevel, MineralGroup

AMENDMENT, CORRECTION = "amendment", "correction"
KEEP, PASTE, NO_AREA = "keep", "paste", "none"
_ANSWER = "answer:"


class VersionForm(ServiceForm):
    """`row`: the version to start from, None for a new licence. Nothing that is recorded is changed: saving records the
    next version."""

    PATHS: ClassVar[dict[str, str]] = {"areas": "corner_table"}

    number = LineField(60, label=label("số giấy phép", "licence number"))
    change = forms.ChoiceField(
        label=label("lý do ghi bản mới", "why a new version"),
        choices=[
            (AMENDMENT, both("điều chỉnh giấy phép, có hiệu lực từ ngày dưới đây", "amended, from the day below")),
            (CORRECTION, both("sửa lỗi nhập liệu, thay bản đang xem từ ngày của nó", "a slip corrected, from its day")),
        ],
        widget=forms.RadioSelect(attrs={"class": "kk-choices"}),
        initial=AMENDMENT,
    )
    effective_from = DayField(label=label("có hiệu lực từ", "takes effect on"), required=False)
    basis = LineField(200, label=label("văn bản căn cứ", "paper it rests on"), required=False)
    holder = LineField(300, label=label("chủ giấy phép", "holder"))
    tax_code = LineField(20, label=label("mã số thuế", "tax code"), required=False)
    holder_kind = forms.ChoiceField(label=label("chủ là", "the holder is"), choices=lambda: choices("holder.kind"))
    address = LineField(500, label=label("địa chỉ", "address"), required=False)
    issuer = LineField(200, label=label("cơ quan cấp", "issuer"), required=False)
    issuer_level = forms.ChoiceField(
        label=label("cấp", "level of the issuer"), choices=lambda: choices("issuer_level", empty=True), required=False
    )
    issued_on = DayField(label=label("ngày cấp", "issued on"), required=False)
    valid_from = DayField(label=label("giá trị từ", "valid from"), required=False)
    valid_to = DayField(label=label("giá trị đến", "valid to"), required=False)
    group = forms.ChoiceField(
        label=label("nhóm khoáng sản", "group"), choices=lambda: choices("group", empty=True), required=False
    )
    purpose = LineField(300, label=label("mục đích sử dụng", "purpose"), required=False)
    minerals = forms.MultipleChoiceField(
        label=label("khoáng sản", "minerals"),
        required=False,
        widget=forms.CheckboxSelectMultiple(attrs={"class": "kk-choices"}),
    )
    capacity = NumberField(label=label("công suất một năm", "capacity a year"), required=False)
    capacity_unit = forms.ChoiceField(
        label=label("đơn vị công suất", "its unit"), choices=lambda: choices("unit", empty=True), required=False
    )
    capacity_basis = forms.ChoiceField(
        label=label("trạng thái", "measured as"),
        choices=lambda: [c for c in choices("basis", empty=True) if c[0] != "weight"],
        required=False,
    )
    depth_limit_m = NumberField(label=label("độ sâu, mức thấp nhất (m)", "depth limit (m)"), required=False)
    depth_datum = forms.ChoiceField(
        label=label("độ sâu tính theo", "counted as"), choices=lambda: choices("depth_datum")
    )
    hours = LineField(
        200,
        label=label("giờ khai thác", "hours"),
        required=False,
        help_text=both(
            "Như 05:00-19:00; để trống khi giấy phép không ghi.", "As 05:00-19:00; empty where it is silent."
        ),
    )
    season = LineField(
        200,
        label=label("mùa khai thác", "season"),
        required=False,
        help_text=both("Ngày/tháng, như 01/01-30/06; 01/09-31/12.", "Day/month, as 01/01-30/06; 01/09-31/12."),
    )
    explosives = forms.BooleanField(label=label("được dùng vật liệu nổ", "explosives permitted"), required=False)
    areas = forms.ChoiceField(
        label=label("khu vực", "area"), widget=forms.RadioSelect(attrs={"class": "kk-choices"}), initial=KEEP
    )
    epsg = forms.ChoiceField(label=label("hệ tọa độ của bảng", "system of the table"), required=False)
    declared_ha = NumberField(label=label("diện tích ghi trên giấy (ha)", "declared area (ha)"), required=False)
    corner_table = forms.CharField(
        label=label("bảng tọa độ điểm góc", "corner table"),
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"class": "kk-paste", "spellcheck": "false"}),
        help_text=both(
            "Dán nguyên bảng của giấy phép: tên điểm, X (bắc), Y (đông); mỗi khu vực cách nhau một dòng trống.",
            "Paste the licence's own table: label, X (northing), Y (easting); a blank line between areas.",
        ),
    )
    looked_at = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, data: Any = None, *, row: LicenceVersion | None = None, **more: Any) -> None:
        super().__init__(data, row=row, **more)
        self.found: list[AreaRow] = []
        self.refusal = ""
        self.equipment = Equipment(data, prefix="equipment", initial=equipment_of(row))
        self.stockyards = Stockyards(data, prefix="stockyards", initial=stockyards_of(row))
        minerals: Any = self.fields["minerals"]
        minerals.choices = [(m.code, f"{m.name} ({m.code})") for m in Mineral.objects.order_by("name", "code")]
        epsg: Any = self.fields["epsg"]
        epsg.choices = [
            ("", both("— như bảng ghi —", "— as the table says —")),
            *((code, epsg_words(code)) for code in (*sorted(ZONES, key=_by_meridian), WGS84)),
        ]
        areas: Any = self.fields["areas"]
        kept = [(KEEP, both("giữ như bản đang xem", "keep as in the version shown"))] if row is not None else []
        areas.choices = [
            *kept,
            (PASTE, both("theo bảng tọa độ dán dưới đây", "by the corner table pasted below")),
            (NO_AREA, both("sổ chưa có khu vực", "the register has none")),
        ]
        if row is None:
            del self.fields["change"]
            areas.initial = PASTE
            self.fields["effective_from"].required = True
        else:
            self.fields["number"].disabled = True

    def initial_of(self, row: Any) -> dict[str, Any]:
        names = (
            "issuer", "issuer_level", "issued_on", "group", "purpose", "depth_limit_m", "depth_datum", "capacity",
            "capacity_unit", "capacity_basis", "explosives", "valid_from", "valid_to",
        )  # fmt: skip
        areas = list(row.areas.all())
        return {
            **{name: getattr(row, name) for name in names},
            "number": row.licence.number,
            "holder": row.holder.name,
            "tax_code": row.holder.tax_code,
            "holder_kind": row.holder.kind,
            "address": row.holder.address,
            "minerals": [mineral.mineral_id for mineral in row.minerals.all()],
            "hours": hours_text(row.hours),
            "season": season_text(row.season),
            "areas": KEEP,
            "epsg": areas[0].epsg if areas else "",
            "corner_table": "\n\n".join(area.corner_table for area in areas if area.corner_table),
        }

    # --- looked at

    def is_valid(self) -> bool:
        parts = [self.equipment.is_valid(), self.stockyards.is_valid()]
        return super().is_valid() and all(parts)

    def clean_hours(self) -> tuple[tuple[str, str], ...]:
        return hours_of(self.cleaned_data["hours"])

    def clean_season(self) -> tuple[tuple[str, str], ...]:
        return season_of(self.cleaned_data["season"])

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if said.get("areas") == PASTE:
            self._look(said)
        if self.row is not None and said.get("change") == AMENDMENT and not said.get("effective_from"):
            self.add_error("effective_from", both("Ghi ngày có hiệu lực.", "Say from which day it takes effect."))
        return said

    def _look(self, said: dict[str, Any]) -> None:
        """Read the pasted table; what was not looked at, or asks something, is not recorded."""
        epsg = int(said["epsg"]) if said.get("epsg") else None
        table = said.get("corner_table") or ""
        try:
            self.found = pasted_areas(table, epsg=epsg, answers=self.answers())
        except FileRefused as refused:
            self.add_error("corner_table", words_of(refused.code, refused.values, language()))
            return
        if not self.found:
            self.add_error("corner_table", both("Dán bảng tọa độ điểm góc.", "Paste the corner table."))
        elif any(row.taken is None for row in self.found):
            self.add_error(
                None,
                both(
                    "Bảng tọa độ còn chỗ phải trả lời hoặc phải sửa; xem dưới đây.",
                    "Something in the corner table has to be answered or corrected; see below.",
                ),
            )
        elif said.get("looked_at") != self.digest():
            # The form shown next says what was looked at.
            self.data = MultiValueDict({**_lists(self.data), "looked_at": [self.digest()]})
            self.add_error(
                None,
                both(
                    "Xem khu vực trên bản đồ và diện tích dưới đây; nếu đúng thì bấm Ghi lần nữa.",
                    "Look at the area on the map and at its size below; press Record once more if they are right.",
                ),
            )

    def answers(self) -> dict[str, str]:
        """What was said to the questions of the pasted table; of another table's, nothing."""
        if not self.is_bound or self.data.get("answers_for") != self.table_digest():
            return {}
        pairs = self.data.items()
        return {key[len(_ANSWER) :]: str(value)[:40] for key, value in pairs if key.startswith(_ANSWER) and value}

    def table_digest(self) -> str:
        said = [str(self.data.get(name, "")).replace("\r\n", "\n") for name in ("corner_table", "epsg")]
        return hashlib.sha256(json.dumps(said).encode()).hexdigest()

    def digest(self) -> str:
        """Of what the map shows: another table, system or answer has to be looked at anew."""
        said = [[row.as_json() for row in self.found], str(self.data.get("declared_ha", ""))]
        return hashlib.sha256(json.dumps(said, sort_keys=True, default=str).encode()).hexdigest()

    def context(self) -> dict[str, Any]:
        found = [self._found(row) for row in self.found]
        asked = {q["name"] for area in found for note in area["notes"] for q in note["questions"]}
        return {
            "found": found,
            "answers_for": self.table_digest(),
            "answered": [(_ANSWER + key, said) for key, said in self.answers().items() if _ANSWER + key not in asked],
            "shapes": [shape for row in self.found for shape in row_shapes(row.geometry, row.proposed, row.name)],
            "key": shapes_key() if any(row.proposed for row in self.found) else [],
            "formsets": [
                (both("Máy, phương tiện có tên trong giấy phép", "Machines and vehicles it names"), self.equipment),
                (both("Bãi tập kết", "Stockyards"), self.stockyards),
            ],
        }

    def _found(self, row: AreaRow) -> dict[str, Any]:
        return {
            "row": row,
            "outcome": row.outcome.value,
            "outcome_said": value_words("importrow.outcome", row.outcome.value),
            "notes": [
                {
                    "words": words_of(note.code, note.values, language()),
                    "questions": [question(note.values["answer"], note.values.get("choices", ""), self.answers())]
                    if "answer" in note.values
                    else [],
                }
                for note in row.notes
            ],
        }

    # --- recorded

    def save(self, *, by: Officer, now: datetime) -> Licence | None:
        said = self.cleaned_data
        given = LicenceGiven(
            number=said["number"],
            effective_from=self._effective_from(),
            holder=HolderGiven(said["holder"], said["tax_code"], said["holder_kind"], said["address"]),
            minerals=tuple(sorted(said["minerals"])),
            areas=self._areas(by, now),
            basis=said["basis"] or self._basis(),
            issuer=said["issuer"],
            issuer_level=IssuerLevel(said["issuer_level"]) if said["issuer_level"] else None,
            issued_on=said["issued_on"],
            group=MineralGroup(said["group"]) if said["group"] else None,
            purpose=said["purpose"],
            depth_limit_m=None if said["depth_limit_m"] is None else float(said["depth_limit_m"]),
            depth_datum=DepthDatum(said["depth_datum"]),
            capacity=said["capacity"],
            capacity_unit=said["capacity_unit"],
            capacity_basis=said["capacity_basis"],
            hours=said["hours"],
            season=said["season"],
            explosives=said["explosives"],
            valid_from=said["valid_from"],
            valid_to=said["valid_to"],
            equipment=self._equipment(),
            stockyards=self._stockyards(),
            illustration=self.row is not None and self.row.licence.illustration,
        )
        if self.row is None and Licence.objects.filter(number=given.number).exists():
            self.add_error(
                "number", both("Sổ đã có giấy phép này; mở nó và ghi bản mới.", "It is there already; amend it.")
            )
            raise Problem("request_invalid")
        made = licences_record(
            [given], actor=str(by.id), now=now, source=said["basis"] or "admin", subject="registry:licences"
        )
        return made[0].licence if made else None

    def _effective_from(self) -> date:
        said = self.cleaned_data
        day: date = self.row.effective_from if said.get("change") == CORRECTION else said["effective_from"]
        return day

    def _basis(self) -> str:
        """A correction rests on the paper of what it corrects; an amendment has one of its own."""
        return str(self.row.basis) if self.cleaned_data.get("change") == CORRECTION else ""

    def _areas(self, by: Officer, now: datetime) -> tuple[AreaGiven, ...]:
        said = self.cleaned_data
        if said["areas"] == KEEP and self.row is not None:
            return tuple(
                AreaGiven(
                    geometry=area.geometry,
                    epsg=area.epsg,
                    computed_ha=area.computed_ha,
                    name=area.name,
                    corner_table=area.corner_table,
                    declared_ha=area.declared_ha,
                    repair=area.repair,
                    source=area.source,
                )
                for area in self.row.areas.all()
            )
        declared = said["declared_ha"] if len(self.found) == 1 else None
        source = said["basis"]
        return tuple(area_given(row, declared_ha=declared, by=str(by.id), now=now, source=source) for row in self.found)

    def _equipment(self) -> tuple[EquipmentGiven, ...]:
        rows = [form.cleaned_data for form in self.equipment.forms if form.has_changed() or form.initial]
        return tuple(
            EquipmentGiven(EquipmentKind(row["kind"]), row["mark"], row["description"], row["count"])
            for row in rows
            if row and not row.get("DELETE")
        )

    def _stockyards(self) -> tuple[StockyardGiven, ...]:
        rows = [form.cleaned_data for form in self.stockyards.forms]
        return tuple(
            StockyardGiven(
                row["name"],
                row["address"],
                None if row["lat"] is None else float(row["lat"]),
                None if row["lon"] is None else float(row["lon"]),
            )
            for row in rows
            if row and not row.get("DELETE")
        )


def _lists(data: Any) -> dict[str, list[Any]]:
    return dict(data.lists())


def question(key: str, given_choices: str, answers: dict[str, str]) -> dict[str, Any]:
    """A question as a page asks it: its field, what may be answered, what was. No choices: it is free."""
    options = [(value, answer_words(key, value)) for value in given_choices.split("|") if value]
    return {"name": _ANSWER + key, "key": key, "choices": options, "answer": answers.get(key, "")}


def row_shapes(geometry: Any, proposed: Any, name: str) -> list[dict[str, Any]]:
    """The area; where a repair is proposed, the original with the proposal over it."""
    if not proposed:
        return drawn("area", geometry, name)
    return [*drawn("proposed", proposed, name), *drawn("original", geometry, name)]


def shapes_key() -> list[tuple[str, str]]:
    return [
        ("original", both("như trong tệp", "as in the file")),
        ("proposed", both("cách sửa được đề xuất", "the repair proposed")),
    ]


def _by_meridian(epsg: int) -> tuple[bool, float]:
    zone = ZONES[epsg]
    return zone.scale != 0.9999, zone.central_meridian_deg
