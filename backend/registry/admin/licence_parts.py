"""Parts of a licence as they are typed: hours, season, machines, stockyards."""

import re
from typing import Any

from django import forms

from backend.common.languages import both
from backend.registry.admin.forms import LineField, NumberField, label
from backend.registry.admin.words import choices
from backend.registry.models import LicenceVersion

_HOURS = re.compile(r"(\d{1,2})[:hg](\d{2})?\s*[-–]\s*(\d{1,2})[:hg](\d{2})?")
_DAYS = re.compile(r"(\d{1,2})[/.](\d{1,2})\s*[-–]\s*(\d{1,2})[/.](\d{1,2})")


def hours_of(text: str) -> tuple[tuple[str, str], ...]:
    """ "05:00-19:00; 20h-21h30" → (("05:00", "19:00"), ("20:00", "21:30")). ValidationError."""
    found = []
    for part in _parts(text):
        match = _HOURS.fullmatch(part)
        if match is None:
            raise forms.ValidationError(
                both(f"Không hiểu “{part}”; ghi như 05:00-19:00.", f"“{part}” is not understood; write 05:00-19:00.")
            )
        h1, m1, h2, m2 = (int(part or 0) for part in match.groups())
        found.append((f"{h1:02d}:{m1:02d}", f"{h2:02d}:{m2:02d}"))
    return tuple(found)


def season_of(text: str) -> tuple[tuple[str, str], ...]:
    """ "01/01-30/06" (day/month) → (("01-01", "06-30"),). ValidationError."""
    found = []
    for part in _parts(text):
        match = _DAYS.fullmatch(part)
        if match is None:
            raise forms.ValidationError(
                both(
                    f"Không hiểu “{part}”; ghi ngày/tháng như 01/01-30/06.",
                    f"“{part}” is not understood; write day/month: 01/01-30/06.",
                )
            )
        d1, m1, d2, m2 = map(int, match.groups())
        found.append((f"{m1:02d}-{d1:02d}", f"{m2:02d}-{d2:02d}"))
    return tuple(found)


def _parts(text: str) -> list[str]:
    return [part.strip() for part in re.split(r"[;,\n]", text) if part.strip()]


def hours_text(pairs: Any) -> str:
    return "; ".join("-".join(pair) for pair in pairs)


def season_text(pairs: Any) -> str:
    return "; ".join("-".join("/".join(reversed(day.split("-"))) for day in pair) for pair in pairs)


class EquipmentRow(forms.Form):
    kind = forms.ChoiceField(label=label("loại", "kind"), choices=lambda: choices("equipment.kind"))
    mark = LineField(60, label=label("biển số, số đăng ký", "mark"), required=False)
    description = LineField(300, label=label("mô tả", "description"), required=False)
    count = forms.IntegerField(label=label("số lượng", "count"), min_value=1, max_value=10_000, initial=1)

    def has_changed(self) -> bool:
        """A row in which nothing but the kind was chosen is an empty one."""
        return bool(set(self.changed_data) - {"kind"})


class StockyardRow(forms.Form):
    name = LineField(200, label=label("tên bãi", "name"))
    address = LineField(300, label=label("địa chỉ", "address"), required=False)
    lat = NumberField(label=label("vĩ độ", "latitude"), required=False)
    lon = NumberField(label=label("kinh độ", "longitude"), required=False)

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        lat, lon = found.get("lat"), found.get("lon")
        half = (lat is None) != (lon is None)
        if half or (lat is not None and lon is not None and not (-90 <= lat <= 90 and -180 <= lon <= 180)):
            raise forms.ValidationError(
                both("Vĩ độ và kinh độ đi cùng nhau, tính bằng độ.", "Latitude and longitude go together, in degrees.")
            )
        return found


Equipment = forms.formset_factory(EquipmentRow, extra=3, can_delete=True, max_num=500)
Stockyards = forms.formset_factory(StockyardRow, extra=1, can_delete=True, max_num=100)


def equipment_of(row: LicenceVersion | None) -> list[dict[str, Any]]:
    items = row.equipment.all() if row is not None else ()
    return [{name: getattr(item, name) for name in ("kind", "mark", "description", "count")} for item in items]


def stockyards_of(row: LicenceVersion | None) -> list[dict[str, Any]]:
    items = row.stockyards.all() if row is not None else ()
    return [{name: getattr(item, name) for name in ("name", "address", "lat", "lon")} for item in items]
