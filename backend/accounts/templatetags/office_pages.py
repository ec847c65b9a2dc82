"""Which of the office's pages a reader may open."""

from typing import Any

from django import template

from backend.accounts.models import Officer
from backend.accounts.permissions import DEVICE_KEEPERS
from backend.accounts.scoping import roles_of

register = template.Library()


@register.filter
def may_make_codes(user: Any) -> bool:
    """Supervisors, directors and administrators make enrolment codes."""
    return isinstance(user, Officer) and not roles_of(user).isdisjoint(DEVICE_KEEPERS)
