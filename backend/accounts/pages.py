"""Signing in and out with a browser, for the browsable API; and the page on which enrolment codes are made."""

import itertools
from datetime import datetime
from typing import Any
from uuid import UUID

import segno
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView, redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.safestring import SafeString, mark_safe
from django.views import View

from backend.accounts import selectors, services
from backend.accounts.authentication import read_clock
from backend.accounts.models import Officer
from backend.accounts.permissions import DEVICE_KEEPERS
from backend.accounts.rates import SignInThrottle
from backend.accounts.scoping import roles_of, scope_of
from backend.common.languages import language
from backend.common.problems import problem_response
from shared.problems import Problem


class SignInPage(LoginView):
    """Every attempt is throttled and recorded, as through the API."""

    template_name = "kiemkhoang/login.html"
    redirect_authenticated_user = True

    def post(self, request: HttpRequest, *args: str, **kwargs: Any) -> HttpResponse:
        throttle = SignInThrottle()
        if not throttle.allow_request(request, self):  # type: ignore[arg-type]  # a Django request has all it asks for
            return problem_response(Problem("throttled", wait=int(throttle.wait() or 0) + 1))
        return super().post(request, *args, **kwargs)

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        answer = super().form_valid(form)
        services.session_begin_record(officer=form.get_user(), now=read_clock())
        return answer

    def form_invalid(self, form: AuthenticationForm) -> HttpResponse:
        services.sign_in_refuse_record(username=str(form.data.get("username", "")), now=read_clock())
        form.errors.clear()
        form.add_error(None, Problem("login_failed").detail(language()))
        return super().form_invalid(form)


# Everything comes from this server; nothing written into the page runs, no other page may show it in a frame.
_POLICY = (
    "default-src 'self'; img-src 'self' data:; style-src 'self'; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'"
)


class CodesPage(View):
    """A supervisor or administrator chooses an officer and is shown a one-time code, once: the page is kept by no
    cache, and the code stands in no address."""

    http_method_names = ["get", "head", "post"]

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not isinstance(request.user, Officer):
            return redirect_to_login(request.get_full_path())
        try:
            if roles_of(request.user).isdisjoint(DEVICE_KEEPERS):
                raise Problem("not_allowed")
            response: HttpResponse = super().dispatch(request, *args, **kwargs)  # type: ignore[assignment]  # base: HttpResponseBase
        except Problem as problem:
            response = self._page(request, refused=problem.detail(language()), status=problem.type.status)
        response["Cache-Control"] = "no-store"
        response["Content-Security-Policy"] = _POLICY
        return response

    def get(self, request: HttpRequest) -> HttpResponse:
        return self._page(request)

    def post(self, request: HttpRequest) -> HttpResponse:
        by = request.user
        if not isinstance(by, Officer):
            raise Problem("not_signed_in")
        try:
            officer_id = UUID(request.POST.get("officer", ""))
        except ValueError as error:
            raise Problem("not_found") from error
        officer = selectors.officer_in(scope_of(by, DEVICE_KEEPERS), officer_id)
        now = read_clock()
        code, expires_at = services.code_make(officer=officer, made_by=by, now=now)
        text = services.code_text(server=request.build_absolute_uri("/"), code=code, now=now)
        return self._page(request, made=_made(officer, code, text, now, expires_at))

    @staticmethod
    def _page(request: HttpRequest, status: int = 200, **more: Any) -> HttpResponse:
        user = request.user
        may = isinstance(user, Officer) and not roles_of(user).isdisjoint(DEVICE_KEEPERS)
        officers = selectors.officers_in(scope_of(user, DEVICE_KEEPERS)) if may and isinstance(user, Officer) else ()
        by_unit = [
            (unit, list(rows))
            for unit, rows in itertools.groupby(
                sorted(officers, key=lambda row: (str(row.unit), row.name)), key=lambda row: str(row.unit)
            )
        ]
        return TemplateResponse(request, "accounts/codes.html", {"by_unit": by_unit, **more}, status=status).render()


def _made(officer: Officer, code: str, text: str, now: datetime, expires_at: datetime) -> dict[str, Any]:
    seconds = int((expires_at - now).total_seconds())
    return {
        "officer": officer,
        "code": code,
        "text": text,
        "qr": qr_drawing(text),
        "expires_at": expires_at,
        "seconds": seconds,
        "minutes": -(-seconds // 60),
    }


def qr_drawing(text: str) -> SafeString:
    """A QR code as SVG to stand in a page: black on white in dark pages too, with the quiet zone of ISO/IEC 18004 (4
    modules), error correction M: a scratched screen still reads."""
    drawn = segno.make(text, error="m", micro=False).svg_inline(
        scale=4, border=4, dark="#000", light="#fff", omitsize=True, svgclass="kk-qr", lineclass=None
    )
    return mark_safe(drawn)  # noqa: S308 - drawn here from modules; `text` itself is not in it
