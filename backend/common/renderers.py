"""The browsable API, with forms for raw JSON only: what it shows is what a program sends."""

from typing import Any

from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.renderers import BrowsableAPIRenderer

from backend.common.languages import language


def view_name(view: Any) -> str:
    """What a page is called: the first line of its view, "tiếng Việt / English", in the reader's language."""
    first = (view.__doc__ or type(view).__name__).strip().splitlines()[0].rstrip(".")
    vi, _, en = first.partition(" / ")
    name = en if en and language() == "en" else vi
    return name.split(": ")[0][:1].upper() + name.split(": ")[0][1:]


class BrowsableRenderer(BrowsableAPIRenderer):
    template = "kiemkhoang/api.html"

    def get_rendered_html_form(self, data: Any, view: Any, method: str, request: Any) -> Any:
        # DRF's HTML forms ask for every choice of every relation, unscoped. Raw JSON asks for nothing.
        return True if method in ("DELETE", "OPTIONS") and method in view.allowed_methods else None

    def show_form_for_method(self, view: Any, method: str, request: Any, obj: Any) -> bool:
        return method in view.allowed_methods and bool(request.user and request.user.is_authenticated)


class WhateverIsAccepted(DefaultContentNegotiation):
    """For what is handed out as a file: `Accept: application/zip` is no reason to refuse it. Failures are JSON."""

    def select_renderer(self, request: Any, renderers: Any, format_suffix: Any = None) -> Any:
        return renderers[0], renderers[0].media_type
