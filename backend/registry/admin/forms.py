"""Forms whose saving is a call of a service; what the service refuses is said at the field it is about."""

import re
from datetime import datetime
from decimal import Decimal
from typing import Any, ClassVar

from django import forms
from django.core.validators import ProhibitNullCharactersValidator

from backend.accounts.models import Officer
from backend.common.languages import both, language
from backend.registry.importing.numbers import readings
from shared.problems import Problem

_ROOT = re.compile(r"^(?:\[\d+\]\.?)?(\w*)")


def say_null(field: forms.Field) -> None:
    """Django says it in English only."""
    for validator in field.validators:
        if isinstance(validator, ProhibitNullCharactersValidator):
            validator.message = both("Bỏ ký tự NUL (mã 0) trong mục này.", "Take the NUL character out of this field.")


class ServiceForm(forms.Form):
    """`row`: what is amended, None for a new one."""

    required_css_class = "required"
    # Field of the form by what the service calls it, where the two differ.
    PATHS: ClassVar[dict[str, str]] = {}

    def __init__(self, data: Any = None, *, row: Any = None, **more: Any) -> None:
        self.row = row
        more.setdefault("initial", self.initial_of(row) if row is not None else {})
        super().__init__(data, label_suffix="", **more)
        for field in self.fields.values():
            say_null(field)

    def initial_of(self, row: Any) -> dict[str, Any]:
        return {name: getattr(row, name) for name in self.base_fields if hasattr(row, name)}

    def save(self, *, by: Officer, now: datetime) -> Any:
        """Call the service; the row to show afterwards, None for the list. Problem."""
        raise NotImplementedError

    def context(self) -> dict[str, Any]:
        """What the page shows beside the form."""
        return {}

    def show(self, problem: Problem) -> None:
        """A problem as errors of this form."""
        for error in problem.errors:
            match = _ROOT.match(error.path)
            root = match[1] if match else ""
            name = self.PATHS.get(root, root)
            said = error.as_json(language())["detail"]
            self.add_error(name if name in self.fields else None, said if name in self.fields else f"{root}: {said}")
        if not problem.errors:
            self.add_error(None, problem.detail(language()))


class DayField(forms.DateField):
    """The browser's own calendar; typed days are taken as day/month/year too."""

    def __init__(self, **more: Any) -> None:
        widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
        super().__init__(widget=widget, input_formats=["%Y-%m-%d", "%d/%m/%Y", "%d-%m-%Y"], **more)


class NumberField(forms.CharField):
    """A number as people write it; None when empty. What may be two numbers ("12.500") is not guessed."""

    def __init__(self, **more: Any) -> None:
        super().__init__(max_length=40, **more)

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, (Decimal, float)):
            text = f"{value:.6f}".rstrip("0").rstrip(".")
            text += "0" if re.search(r"\.\d{3}$", text) else ""  # 1,234 may be read in two ways, 1,2340 in one
            return text if language() == "en" else text.replace(".", ",")
        return value

    def clean(self, value: Any) -> Decimal | None:
        text = super().clean(value)
        if not text:
            return None
        found = readings(text)
        if len(found) == 1:
            return found[0]
        if found:
            one, other = (f"{reading:f}" for reading in found)
            raise forms.ValidationError(
                both(
                    f"“{text}” có thể là {one} hoặc {other}; viết liền phần nghìn và thêm phần thập phân (12500,0).",
                    f"“{text}” may be {one} or {other}; write it without thousands signs and with decimals (12500.0).",
                )
            )
        raise forms.ValidationError(both(f"“{text}” không phải là một số.", f"“{text}” is no number."))


class LineField(forms.CharField):
    """One line, without spaces at its ends."""

    def __init__(self, limit: int, **more: Any) -> None:
        more.setdefault("widget", forms.TextInput(attrs={"class": "vTextField"}))
        super().__init__(max_length=limit, **more)
        say_null(self)


def label(vi: str, en: str) -> Any:
    """Of a field: begins with a capital in both languages."""
    return both(vi[:1].upper() + vi[1:], en[:1].upper() + en[1:])
