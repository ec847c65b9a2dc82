"""A vehicle or vessel, its driver, and one that does not stop."""

from mobile.presenters.forms.builder import Builder
from mobile.presenters.forms.context import Context
from mobile.presenters.forms.people import driver
from mobile.services.lookup import folded
from mobile.state.forms import FieldKind
from shared.i18n import N_
from shared.wire.v1.records import VehicleKind

OFFERED = 3


def vehicle(context: Context, build: Builder, load: int) -> None:
    i = context.vehicle_of(load)
    if i is None:
        return
    craft(context, build, i)
    if context.fled():
        fled(context, build)
    else:
        driver(context, build, load)
        build.action("fled", N_("It fled: nobody was met"), icon="run")


def craft(context: Context, build: Builder, i: int) -> None:
    build.choice(f"vehicles/{i}/kind", N_("Road or water"), VehicleKind, kind=FieldKind.SEGMENT, clearable=False)
    nameless = context.raw.get(f"vehicles/{i}/nameless") == "1" or (
        not context.get(f"vehicles/{i}/mark") and bool(context.get(f"vehicles/{i}/description"))
    )
    if not nameless:
        offered = marks_like(context, i)
        build.code(f"vehicles/{i}/mark", N_("Plate or mark"), needed=True, suggestions=offered)
    build.switch(f"vehicles/{i}/nameless", N_("No mark to be seen"), on=nameless)
    if nameless:
        build.text(f"vehicles/{i}/description", N_("How to know it again"), needed=True)
    build.code(f"vehicles/{i}/trailer", N_("Trailer or towed barge"))


def marks_like(context: Context, i: int) -> tuple[str, ...]:
    """Met before and of this kind, and like what is typed; none when it stands there whole."""
    kind, typed = context.get(f"vehicles/{i}/kind"), folded(context.get(f"vehicles/{i}/mark") or "")
    here = {folded(one["mark"]) for one in context.get("vehicles", ()) if one["mark"]} - {typed}
    found = [mark for of_kind, mark in context.marks if of_kind == kind and folded(mark) not in here]
    if typed in map(folded, found):
        return ()
    return tuple(mark for mark in found if typed in folded(mark))[:OFFERED]


def fled(context: Context, build: Builder) -> None:
    """Seen, not stopped: where it was from here."""
    i = target(context)
    path = f"positions/{i}"
    build.number(f"{path}/bearing_deg", N_("Bearing to it"), unit="°", helper=N_("0 is north, 90 east"))
    build.number(f"{path}/distance_m", N_("Distance to it"), unit="m", needed=True)
    build.number(f"{path}/uncertainty_m", N_("± of the distance"), unit="m", needed=True)
    build.text(f"{path}/method", N_("How that was measured"), helper=N_("By eye, range finder, chart"))
    build.action("met", N_("Somebody was met after all"), icon="undo")


def target(context: Context) -> int:
    for i, position in enumerate(context.get("positions", ())):
        if position["role"] == "target":
            return i
    return context.count("positions")


def vehicle_summary(context: Context, load: int) -> str:
    i, words = context.vehicle_of(load), context.words
    mark = None if i is None else context.get(f"vehicles/{i}/mark") or context.get(f"vehicles/{i}/description")
    if context.fled():
        return words(N_("{mark} · fled"), mark=mark or words(N_("no mark yet")))
    person = context.driver_of(load)
    name = None if person is None else context.get(f"subjects/{person}/display_name")
    return " · ".join(str(part) for part in (mark or words(N_("no mark yet")), name) if part)
