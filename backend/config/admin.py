"""The site of the office's pages: who may enter, where one signs in and out."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.admin import AdminSite
from django.contrib.auth.views import LogoutView, redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse

from backend.accounts.keeping import may_read
from backend.common.languages import both, language
from shared.problems import Problem

# Everything comes from this server; nothing written into a page runs.
POLICY = (
    "default-src 'self'; img-src 'self' data:; style-src 'self'; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'"
)


class OfficeSite(AdminSite):
    """For administrators and, to look at, auditors of the hosting agency. Roles are rows: `is_staff`, `is_superuser`
    and Django's permissions mean nothing here."""

    site_header = both("Kiểm Khoáng – sổ đăng ký", "Kiểm Khoáng – registry")
    site_title = "Kiểm Khoáng"
    index_title = both("Sổ đăng ký và danh mục", "Registry and catalogues")
    site_url = settings.LOGIN_REDIRECT_URL
    enable_nav_sidebar = True

    def has_permission(self, request: HttpRequest) -> bool:
        return may_read(request.user)

    def admin_view(self, view: Callable[..., Any], cacheable: bool = False) -> Callable[..., HttpResponseBase]:
        inner = super().admin_view(view, cacheable)

        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if request.user.is_authenticated and not self.has_permission(request):
                return _with_policy(self._refused(request))
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path(), settings.LOGIN_URL)
            return _with_policy(inner(request, *args, **kwargs))

        return guarded

    def _refused(self, request: HttpRequest) -> HttpResponseBase:
        """A page, not a way back to the sign-in page, which would send whoever is signed in here again."""
        sentence = Problem("not_allowed").detail(language())
        return TemplateResponse(
            request, "registry/admin/refused.html", {"sentence": sentence, "title": "Kiểm Khoáng"}, status=403
        ).render()

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        return redirect_to_login(request.GET.get("next", "/admin/"), settings.LOGIN_URL)

    def logout(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        return LogoutView.as_view(next_page=settings.LOGOUT_REDIRECT_URL)(request)

    def password_change(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        raise Http404  # passwords are set where accounts are kept

    def password_change_done(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        raise Http404


def _with_policy(response: HttpResponseBase) -> HttpResponseBase:
    response["Content-Security-Policy"] = POLICY
    return response
