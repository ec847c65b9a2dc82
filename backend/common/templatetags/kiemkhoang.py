"""`{% words "Tìm" "Search" %}`: Vietnamese, or English for a reader who asks for it."""

from django import template

from backend.common.languages import language

register = template.Library()


@register.simple_tag
def words(vi: str, en: str) -> str:
    return en if language() == "en" else vi
