"""Signing in and out with a browser, for the browsable API."""

from typing import Any

from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView
from django.http import HttpRequest, HttpResponse
from rest_framework.throttling import SimpleRateThrottle

from backend.accounts import services
from backend.accounts.authentication import read_clock
from backend.common.languages import language
from backend.common.problems import problem_response
from shared.problems import Problem


class SignInThrottle(SimpleRateThrottle):
    """The same count as `auth/login/`: a guesser gains nothing by changing the door."""

    scope = "sign_in"

    def get_cache_key(self, request: Any, view: Any) -> str:
        return self.cache_format % {"scope": self.scope, "ident": self.get_ident(request)}


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
