"""Who was met: a driver, an owner, a company; and the papers that say who somebody is."""

from typing import Any, cast

from mobile.presenters.forms.builder import Binding, Builder, Facts, Parse, iso_day, text_of
from mobile.presenters.forms.context import IDENTITIES, Context
from mobile.services.filling import blank, paths
from mobile.state.forms import FieldKind
from shared.i18n import N_
from shared.wire.v1.records import SubjectKind, SubjectRole

_PEOPLE = {SubjectKind.PERSON.value, SubjectKind.HOUSEHOLD_BUSINESS.value, SubjectKind.UNKNOWN.value}


def driver(context: Context, build: Builder, load: int) -> None:
    """Of a load; a captain on a vessel."""
    i = context.driver_of(load)
    if i is None:
        build.note("nobody", context.words(N_("Nobody was met.")))
        return
    roles = (SubjectRole.CAPTAIN, SubjectRole.DRIVER, SubjectRole.VEHICLE_OWNER)
    build.choice(f"subjects/{i}/role", N_("Role"), roles, kind=FieldKind.CHOICE, clearable=False)
    build.text(f"subjects/{i}/display_name", N_("Name"))
    build.text(f"subjects/{i}/address", N_("Address"))
    identity(context, build, i)


def offender(context: Context, build: Builder, i: int) -> None:
    """Whoever runs the site or the yard."""
    build.choice(f"subjects/{i}/kind", N_("Who it is"), SubjectKind, clearable=False)
    build.text(f"subjects/{i}/display_name", N_("Name"))
    if context.get(f"subjects/{i}/kind") not in (SubjectKind.PERSON.value, SubjectKind.UNKNOWN.value):
        build.code(f"subjects/{i}/tax_code", N_("Tax code"))
    build.text(f"subjects/{i}/address", N_("Address"))
    if context.get(f"subjects/{i}/kind") in _PEOPLE:
        identity(context, build, i)


def identity(context: Context, build: Builder, i: int) -> None:
    """Kept apart from the facts: removed after its time, without breaking the seal."""
    build.code(
        f"identity/{i}/document_number",
        N_("Number of the identity card"),
        binding=_of(i, "document_number", text_of),
        helper=N_("Kept apart and locked; not printed"),
    )
    build.day(f"identity/{i}/birth_date", N_("Date of birth"), binding=_of(i, "birth_date", iso_day))


def _of(i: int, name: str, parse: Parse) -> Binding:
    def read(facts: Facts) -> Any:
        part = _part(facts, i)
        return None if part is None else paths.get(facts, f"{part}/{name}")

    def write(facts: Facts, value: Any) -> Facts:
        part = _part(facts, i)
        if part is None:
            if value is None:
                return facts
            place = len(paths.get(facts, IDENTITIES, ()))
            facts = paths.append(facts, IDENTITIES, blank.identity())
            facts = paths.put(facts, f"subjects/{i}/identity", f"#{place}")
            part = f"{IDENTITIES}/{place}"
        return cast(Facts, paths.put(facts, f"{part}/{name}", value))

    return Binding(read, write, parse)


def _part(facts: Facts, i: int) -> str | None:
    """Path of the identity part that a subject names."""
    place = paths.get(facts, f"subjects/{i}/identity")
    return f"{IDENTITIES}/{place[1:]}" if isinstance(place, str) and place.startswith("#") else None
