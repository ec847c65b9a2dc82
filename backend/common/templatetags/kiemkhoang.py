"""`{% words "Tìm" "Search" %}`: Vietnamese, or English for a reader who asks for it. And what a map is told."""

import json
from datetime import datetime
from typing import Any

from django import template
from django.conf import settings

from backend.common.languages import language
from shared.clock import VIETNAM

register = template.Library()


@register.simple_tag
def words(vi: str, en: str) -> str:
    return en if language() == "en" else vi


@register.filter
def as_json(value: Any) -> str:
    """Compact; for an attribute, where the template escapes it as it does any text."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=str)


@register.simple_tag
def map_tiles() -> str:
    """Where the map takes its tiles from; "" for none."""
    return str(settings.MAP_TILES)


@register.simple_tag
def map_note() -> str:
    return str(settings.MAP_TILES_NOTE)


@register.filter
def figure(value: Any) -> str:
    """A number as the reader writes it, "—" for none."""
    if value is None:
        return "—"
    text = f"{value:.4f}".rstrip("0").rstrip(".")
    return text if language() == "en" else text.replace(".", ",")


@register.filter
def vietnam_time(value: datetime | None) -> str:
    return "—" if value is None else f"{value.astimezone(VIETNAM):%d/%m/%Y %H:%M}"


@register.filter
def as_list(value: Any) -> list[Any]:
    """One thing where a template wants several."""
    return [value]
