"""Which roles may call what: declared on the view, checked here."""

from typing import Any, ClassVar

from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from backend.accounts.models import Officer
from backend.accounts.scoping import roles_of
from shared.workflow.states import Role

EVERYONE = frozenset(Role)
CASE_READERS = frozenset({Role.INSPECTOR, Role.SUPERVISOR, Role.DIRECTOR, Role.AUDITOR})
OFFICE_READERS = frozenset({Role.SUPERVISOR, Role.DIRECTOR, Role.AUDITOR})
CASE_WORKERS = frozenset({Role.SUPERVISOR, Role.DIRECTOR})
DEVICE_KEEPERS = CASE_WORKERS | {Role.ADMINISTRATOR}
DEVICE_READERS = DEVICE_KEEPERS | {Role.AUDITOR}


class MayDoThis(BasePermission):
    """`roles` of the view: HTTP method → roles. A method that is not named is open to nobody."""

    def has_permission(self, request: Request, view: Any) -> bool:
        if request.method == "OPTIONS":
            return bool(request.user and request.user.is_authenticated)
        if not isinstance(request.user, Officer) or not request.user.is_authenticated:
            return False
        allowed: dict[str, frozenset[Role]] = getattr(view, "roles", {})
        method = "GET" if request.method == "HEAD" else str(request.method)
        return not roles_of(request.user).isdisjoint(allowed.get(method, frozenset()))


class Anybody(BasePermission):
    """For what needs no sign-in: hello, sign-in, enrolment, deliveries. Each of them is throttled."""

    message: ClassVar[str] = ""

    def has_permission(self, request: Request, view: Any) -> bool:
        return True
