"""Where something is dug or kept: the licence shown, what a site has to have, machines, what goes on."""

from mobile.presenters.forms.builder import Builder
from mobile.presenters.forms.context import Context
from mobile.presenters.forms.loads import quantity
from mobile.state.forms import FieldKind, Level, Row
from shared.i18n import N_
from shared.i18n.labels import label
from shared.wire.v1.records import Activity, CheckResult, LicenceCheckItem

_LEVELS = {CheckResult.PRESENT.value: Level.GOOD, CheckResult.ABSENT.value: Level.BAD}


def activity(context: Context, build: Builder, _: int) -> None:
    build.choice("activity", N_("What was going on"), Activity)
    build.rows("machines", N_("Machines"), machine_rows(context), add=N_("Add a machine"))
    build.rows("vehicles", N_("Vehicles and vessels"), vehicle_rows(context), add=N_("Add a vehicle"))
    state = context.get("act_ended/state")
    build.choice(
        "act_ended/state",
        N_("Has the act ended?"),
        [
            ("ongoing", context.words(N_("Going on"))),
            ("ended", context.words(N_("Ended"))),
            ("unknown", context.words(N_("Not known"))),
        ],
        kind=FieldKind.SEGMENT,
        clearable=False,
    )
    if state == "ended":
        build.moment("act_ended/at", N_("Ended at"), needed=True)
        build.text("act_ended/proof", N_("How that is known"))


def activity_summary(context: Context, _: int) -> str:
    words = context.words
    parts = []
    if context.get("activity"):
        parts.append(label(words, Activity(context.get("activity"))))
    machines = context.count("machines")
    if machines:
        parts.append(words.many("{n} machine", "{n} machines", machines))
    return " · ".join(parts)


def machine_rows(context: Context) -> list[Row]:
    return [
        Row(f"machine/{i}", one["kind"] or context.words(N_("no name yet")), one["mark"] or "", key=f"machines/{i}")
        for i, one in enumerate(context.get("machines", ()))
    ]


def vehicle_rows(context: Context) -> list[Row]:
    return [
        Row(f"craft/{i}", one["mark"] or one["description"] or context.words(N_("no mark yet")), key=f"vehicles/{i}")
        for i, one in enumerate(context.get("vehicles", ()))
    ]


def machine(context: Context, build: Builder, i: int) -> None:
    build.name(f"machines/{i}/kind", N_("Kind of machine"), needed=True)
    build.code(f"machines/{i}/mark", N_("Mark"))
    build.text(f"machines/{i}/description", N_("How to know it again"))


def licence(context: Context, build: Builder, _: int) -> None:
    """The paper as it was shown; the register is asked by its number."""
    if not context.count("licences_shown"):
        build.action("show-licence", N_("A licence was shown"), icon="file-document-outline")
    for i in range(context.count("licences_shown")):
        path = f"licences_shown/{i}"
        build.name(f"{path}/number", N_("Number of the licence"), needed=True)
        build.day(f"{path}/date", N_("Date"))
        build.text(f"{path}/mineral", N_("Mineral"))
        build.day(f"{path}/valid_to", N_("Valid to"))
        build.action(f"remove:{path}", N_("No licence was shown"), icon="undo")
    for i, one in enumerate(context.get("licence_checks", ())):
        build.choice(f"licence_checks/{i}/result", N_("Check"), CheckResult, kind=FieldKind.SEGMENT, clearable=False)
        build.rename(label(context.words, LicenceCheckItem(one["item"])))


def licence_summary(context: Context, _: int) -> str:
    words = context.words
    numbers = [str(one["number"]) for one in context.get("licences_shown", ()) if one["number"]]
    looked = [one for one in context.get("licence_checks", ()) if one["result"] != CheckResult.NOT_CHECKED.value]
    absent = sum(one["result"] == CheckResult.ABSENT.value for one in looked)
    parts = [", ".join(numbers) or words(N_("no licence shown"))]
    if looked:
        parts.append(words(N_("{n} checked, {absent} absent"), n=len(looked), absent=absent))
    return " · ".join(parts)


def quantities(context: Context, build: Builder, _: int) -> None:
    """What was taken out, where nothing is carried yet."""
    path = "measurements"
    build.number(f"{path}/area", N_("Area"), binding=quantity(path, "area", "m2", None), unit="m²")
    build.number(f"{path}/depth", N_("Depth"), binding=quantity(path, "depth", "m", None), unit="m")
    build.number(
        f"{path}/volume", N_("Volume, in place"), binding=quantity(path, "volume", "m3", "in_place"), unit="m³"
    )
    measured = next((m for m in context.get(path, ()) if m["method"]), None)
    if measured is not None:
        build.note(f"{path}/how", context.how(measured))
    build.action(f"open:measure/{context.count('loads')}", N_("Measure with a tape"), icon="ruler")


def quantities_summary(context: Context, _: int) -> str:
    return " · ".join(context.quantity(one) for one in context.get("measurements", ()))
