"""Who may open the pages on which the hosting agency keeps its tables (the register, the catalogue, duties)."""

from typing import Any

from backend.accounts.models import Officer
from backend.accounts.scoping import roles_of
from shared.workflow.states import Role

KEEPERS = frozenset({Role.ADMINISTRATOR})
READERS = KEEPERS | {Role.AUDITOR}


def may_keep(user: Any) -> bool:
    """May change them: administrators of the agency that runs this installation."""
    return _one_of(user, KEEPERS)


def may_read(user: Any) -> bool:
    """May look at them: its administrators and auditors."""
    return _one_of(user, READERS)


def _one_of(user: Any, roles: frozenset[Role]) -> bool:
    if not isinstance(user, Officer) or not user.is_active or user.unit is None or not user.unit.agency.hosts:
        return False
    return not roles_of(user).isdisjoint(roles)
