"""THE ONE PLACE that says which rows an officer may see. Every selector of every app goes through `within`."""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q

from backend.accounts.models import Officer
from shared.workflow.states import Role


@dataclass(frozen=True, slots=True)
class Scope:
    """`agency`: the officer's, None for nobody. `case_work`, `people`: prefixes of unit paths whose reports and cases,
    or officers and devices, may be seen. `own`: things this officer filed may be seen. `unattributed`: what belongs to
    no unit (an envelope of an unknown key) may be seen.
    """

    officer: UUID
    agency: UUID | None
    own: bool
    case_work: tuple[str, ...]
    people: tuple[str, ...]
    unattributed: bool


def roles_of(officer: Officer) -> frozenset[Role]:
    """Read once per request and kept on the officer."""
    kept: frozenset[Role] | None = getattr(officer, "_roles", None)
    if kept is None:
        kept = frozenset(Role(row.role) for row in officer.role_rows.all())
        officer._roles = kept  # type: ignore[attr-defined]  # our own, for this request
    return kept


NOBODY = Scope(UUID(int=0), None, own=False, case_work=(), people=(), unattributed=False)


def scope_of(officer: Officer, acting: Collection[Role] = frozenset(Role)) -> Scope:
    """Design §2: a supervisor the own unit and those below; director and auditor the whole agency; an administrator
    people and devices of the agency, no case work; an inspector what they filed. Two roles see the union.

    `acting`: the roles that may do what is asked for. Whoever supervises a unit and audits the agency sees all of the
    agency, and changes things in the unit alone.
    """
    roles, unit = roles_of(officer) & frozenset(acting), officer.unit
    if unit is None:
        return NOBODY
    agency = f"/{unit.agency_id}/"
    case_work, people = set(), set()
    if Role.SUPERVISOR in roles:
        case_work.add(unit.path)
        people.add(unit.path)
    if roles & {Role.DIRECTOR, Role.AUDITOR}:
        case_work.add(agency)
        people.add(agency)
    if Role.ADMINISTRATOR in roles:
        people.add(agency)
    return Scope(
        officer.id,
        unit.agency_id,
        own=Role.INSPECTOR in roles,
        case_work=tuple(sorted(case_work)),
        people=tuple(sorted(people)),
        unattributed=Role.ADMINISTRATOR in roles and unit.agency.hosts,
    )


def roles_over(officer: Officer, unit_path: str) -> frozenset[Role]:
    """The roles in which this officer has to do with the case work of the unit with that path."""
    return frozenset(
        role
        for role in roles_of(officer)
        if any(unit_path.startswith(prefix) for prefix in scope_of(officer, {role}).case_work)
    )


def within(scope: Scope, *, unit: str, owner: str | None = None) -> Q:
    """Rows of case work in scope. `unit`: lookup of the row's unit (`unit`, `report__unit`); `owner`: lookup of who
    filed it, where own rows count."""
    own = Q(**{owner: scope.officer}) if owner and scope.own else _NOTHING
    return own | _below(scope.case_work, unit)


def within_people(scope: Scope, *, unit: str) -> Q:
    """Rows about officers, devices and quarantine in scope."""
    seen = _below(scope.people, unit)
    return seen | Q(**{f"{unit}__isnull": True}) if scope.unattributed else seen


_NOTHING = Q(pk__in=())


def _below(prefixes: tuple[str, ...], unit: str) -> Q:
    found = _NOTHING
    for prefix in prefixes:
        found |= Q(**{f"{unit}__path__startswith": prefix})
    return found
