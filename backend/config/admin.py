"""The site of the office's pages: who may enter, where one signs in and out, what a browser may load."""

from collections.abc import Callable
from functools import cache
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.admin import AdminSite
from django.contrib.auth.views import LogoutView, redirect_to_login
from django.core.exceptions import ImproperlyConfigured, PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse

from backend.accounts.keeping import may_read
from backend.common.languages import both, language
from shared.problems import Problem

# Everything comes from this server but the map's tiles, where an office has some; nothing written into a page runs.
POLICY = (
    "default-src 'self'; img-src 'self' data:{tiles}; style-src 'self'; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'"
)
_ORDER = (
    "importrun", "licence", "holder", "vehicle", "declaredoutput", "mineral", "provincialhours", "catalogueentry",
    "agencyduty", "letterhead", "power", "unitarea", "province", "provinceboundary", "commune",
    "communeboundary", "formercommune",
)  # fmt: skip


def _place(name: str) -> int:
    return _ORDER.index(name) if name in _ORDER else len(_ORDER)


@cache
def policy(tiles: str) -> str:
    """The Content-Security-Policy of pages whose map takes its tiles from `tiles` (an address with {z}, {x}, {y}, or
    ""). ImproperlyConfigured for what is no such address."""
    if not tiles:
        return POLICY.format(tiles="")
    found = urlsplit(tiles.replace("{s}", "*"))
    host = found.netloc
    if found.scheme not in ("http", "https") or not host or not all(c.isalnum() or c in ".-:*[]" for c in host):
        raise ImproperlyConfigured(f"KK_MAP_TILES={tiles}: http(s)://…/{{z}}/{{x}}/{{y}}.png")
    return POLICY.format(tiles=f" {found.scheme}://{host}")


class OfficeSite(AdminSite):
    """For administrators and, to look at, auditors of the hosting agency. Roles are rows: `is_staff`, `is_superuser`
    and Django's permissions mean nothing here."""

    site_header = both("Kiểm Khoáng – sổ đăng ký", "Kiểm Khoáng – registry")
    site_title = "Kiểm Khoáng"
    index_title = both("Sổ đăng ký và danh mục", "Registry and catalogues")
    site_url = settings.LOGIN_REDIRECT_URL
    index_template = app_index_template = "registry/admin/index.html"
    enable_nav_sidebar = True

    def register(self, model_or_iterable: Any, admin_class: Any = None, **options: Any) -> None:
        """Tables of the registry alone: people, tokens and tasks are kept elsewhere, by rules this site knows not."""
        models = model_or_iterable if isinstance(model_or_iterable, (list, tuple)) else [model_or_iterable]
        ours = [model for model in models if model._meta.app_label == "registry"]
        super().register(ours, admin_class, **options)

    def has_permission(self, request: HttpRequest) -> bool:
        return may_read(request.user)

    def admin_view(self, view: Callable[..., Any], cacheable: bool = False) -> Any:
        inner = super().admin_view(view, cacheable)

        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path(), settings.LOGIN_URL)
            try:
                if not self.has_permission(request):
                    raise PermissionDenied
                response: HttpResponseBase = inner(request, *args, **kwargs)
            except PermissionDenied:
                response = self._sentence(request, Problem("not_allowed"))
            except Http404:
                response = self._sentence(request, Problem("not_found"))
            except Problem as problem:
                response = self._sentence(request, problem)
            response["Content-Security-Policy"] = policy(settings.MAP_TILES)
            return response

        return guarded

    def _sentence(self, request: HttpRequest, problem: Problem) -> HttpResponseBase:
        """A page, not a way back to the sign-in page, which would send whoever is signed in here again."""
        context = {
            "sentence": problem.detail(language()),
            "title": problem.type.title.say(language()),
            "may_enter": self.has_permission(request),
        }
        return TemplateResponse(request, "registry/admin/refused.html", context, status=problem.type.status).render()

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        """In the order of the work, not of the alphabet."""
        found = super().get_app_list(request, app_label)
        for app in found:
            app["models"].sort(key=lambda model: _place(model["model"]._meta.model_name))
        return found

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        return redirect_to_login(request.GET.get("next", "/admin/"), settings.LOGIN_URL)

    def logout(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        return LogoutView.as_view(next_page=settings.LOGOUT_REDIRECT_URL)(request)

    def password_change(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        raise Http404  # passwords are set where accounts are kept

    def password_change_done(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        raise Http404
