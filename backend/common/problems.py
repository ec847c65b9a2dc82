"""Every failure leaves the office as RFC 9457 `application/problem+json`, in the reader's language."""

import errno
import logging
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import DatabaseError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import set_rollback

from backend.common.languages import language
from shared.problems import FieldError, Problem

PROBLEM_JSON = "application/problem+json"
log = logging.getLogger(__name__)


def handle(error: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's exception handler."""
    problem = as_problem(error)
    if problem is None:
        return None  # Django makes the 500 out of it (and logs it): see `server_error`
    set_rollback()
    # The browsable API makes a page of it, which is HTML whatever it is about.
    page = getattr(getattr(context.get("request"), "accepted_renderer", None), "format", None) == "api"
    response = Response(
        problem_json(problem, language()),
        status=problem.type.status,
        content_type=None if page else PROBLEM_JSON,
    )
    if isinstance(error, exceptions.Throttled):
        response["Retry-After"] = str(_wait_s(error))
    if problem.type.status == 401:
        response["WWW-Authenticate"] = "Token"
    return response


def _wait_s(error: exceptions.Throttled) -> int:
    wait: float | None = getattr(error, "wait", None)
    return int(wait or 0) + 1


def as_problem(error: Exception) -> Problem | None:
    """The catalogue's name for what Django and DRF raise; None for a defect of ours."""
    match error:
        case Problem():
            return error
        case exceptions.ValidationError():
            return Problem("request_invalid", errors=tuple(field_errors(error.get_codes(), "")))
        case exceptions.NotAuthenticated():
            return Problem("not_signed_in")
        case exceptions.AuthenticationFailed():
            return Problem("token_invalid")
        case exceptions.PermissionDenied() if str(error.detail).startswith("CSRF"):
            return Problem("csrf_failed")
        case exceptions.PermissionDenied() | PermissionDenied():
            return Problem("not_allowed")
        case Http404() | exceptions.NotFound():
            return Problem("not_found")
        case exceptions.MethodNotAllowed():
            method = error.args[0] if error.args else ""
            return Problem("method_not_allowed", method=method)
        case exceptions.UnsupportedMediaType():
            return Problem("media_type_unsupported", expected="application/json")
        case exceptions.NotAcceptable():
            return Problem("not_acceptable")
        case exceptions.ParseError():
            return Problem("not_json")
        case exceptions.Throttled():
            return Problem("throttled", wait=_wait_s(error))
        case OSError() if is_full(error):
            return Problem("storage_full")
        case DatabaseError() if database_is_full(error):
            return Problem("storage_full")
    return None


_MOST_ERRORS, _LONGEST_TEXT = 100, 500


def problem_json(problem: Problem, language: str) -> dict[str, Any]:
    """The RFC 9457 members, bounded, because names in a refused body may be as long and as many as the body allows;
    and without U+0000, which such names may hold and PostgreSQL's JSON may not."""
    body = {name: _shown(value) for name, value in problem.as_json(language).items()}
    if problem.errors:
        body["errors"] = [
            {name: _shown(value) for name, value in error.as_json(language).items()}
            for error in problem.errors[:_MOST_ERRORS]
        ]
    return body


def _shown(value: Any) -> Any:
    return value[:_LONGEST_TEXT].replace("\0", "\N{REPLACEMENT CHARACTER}") if isinstance(value, str) else value


# DRF's codes that say more than "not right" in our own words.
_WORDS = {"required": "required", "null": "required", "blank": "required", "empty": "required", "missing": "missing"}


def field_errors(codes: Any, path: str) -> list[FieldError]:
    """DRF's nested error codes as paths: `reports[0]`, `data.reason`."""
    if isinstance(codes, str):
        return [FieldError(path, _WORDS.get(codes, "invalid"))]
    if isinstance(codes, dict):
        found = []
        for name, entry in codes.items():
            name = "" if name == "non_field_errors" else str(name)
            found += field_errors(entry, f"{path}[{name}]" if name.isdigit() else f"{path}.{name}".strip("."))
        return found
    if all(isinstance(entry, str) for entry in codes):
        return [error for entry in codes for error in field_errors(entry, path)]
    return [error for i, entry in enumerate(codes) if entry for error in field_errors(entry, f"{path}[{i}]")]


def problem_response(problem: Problem) -> JsonResponse:
    body = problem_json(problem, language())
    return JsonResponse(
        body, status=problem.type.status, content_type=PROBLEM_JSON, json_dumps_params={"ensure_ascii": False}
    )


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return problem_response(Problem("not_found"))


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return problem_response(Problem("request_invalid"))


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return problem_response(Problem("not_allowed"))


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return problem_response(Problem("csrf_failed"))


def server_error(request: HttpRequest) -> HttpResponse:
    return problem_response(Problem("server_error"))


def is_full(error: OSError) -> bool:
    """No room on the disk, or none left for this user."""
    return error.errno in (errno.ENOSPC, errno.EDQUOT)


def database_is_full(error: DatabaseError) -> bool:
    """SQLite says "database or disk is full", PostgreSQL "No space left on device" (SQLSTATE 53100)."""
    text = str(error).lower()
    return "disk is full" in text or "no space left" in text
