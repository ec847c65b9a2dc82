"""Pages that every kind of report has: the scene, photos, what was said and signed."""

from typing import Any, cast

from mobile.presenters.forms.builder import Binding, Builder, Facts, text_of
from mobile.presenters.forms.context import Context
from mobile.services.filling import blank, paths
from mobile.services.positioning import NO_FIX, NO_RECEIVER, ONLY_STALE
from mobile.state.forms import Field, FieldKind, Level, Row
from shared.i18n import N_
from shared.i18n.labels import label
from shared.rules.words import number
from shared.wire.v1.records import (
    BasisKind,
    Mode,
    Purpose,
    SceneActionKind,
    SignatureResult,
    SubjectKind,
    SubjectRole,
)

WHY_NO_POSITION = {
    NO_RECEIVER: N_("no receiver"),
    NO_FIX: N_("no position came in time"),
    ONLY_STALE: N_("only old positions came"),
}
# Papers behind a check that have a number and a date.
_NUMBERED = {BasisKind.PLAN, BasisKind.ORDER, BasisKind.TASK, BasisKind.TRANSFER, BasisKind.TIP}
PHOTO = "photo:"  # before a purpose: the action that takes one
SIGN, REFUSE = "sign:", "refuse:"  # before a role


# --- the scene


def scene(context: Context, build: Builder, _: int) -> None:
    build.position("positions", N_("Position"), position_words(context), needed=True, icon="crosshairs-gps")
    if context.communes:
        build.choice("commune", N_("Commune"), context.communes)
    build.text("place", N_("Place"), helper=N_("River, road, landing, kilometre"))
    build.moment("discovered_at", N_("Discovered at"), needed=True)
    build.choice("inspection/basis/kind", N_("Basis of the check"), BasisKind, clearable=False)
    if context.get("inspection/basis/kind") in {kind.value for kind in _NUMBERED}:
        build.code("inspection/basis/number", N_("Number of the document"))
        build.day("inspection/basis/date", N_("Date of the document"))
    build.choice("inspection/mode", N_("Kind of check"), Mode, kind=FieldKind.SEGMENT, clearable=False)
    build.switch("inspection/inter_agency", N_("Inter-agency team"))
    build.rows("officers", N_("Team"), team_rows(context), add=N_("Add a member"))
    build.text("weather", N_("Weather"))
    water = any(context.is_vessel(i) for i in range(context.count("loads"))) or context.get("water") is not None
    if water:
        build.text("water/level", N_("Water level"))
        build.text("water/tide", N_("Tide"))


def scene_summary(context: Context, _: int) -> str:
    return position_words(context)


def position_words(context: Context) -> str:
    """Where, how well known, how often measured; or why there is none."""
    words = context.words
    found = [p for p in context.get("positions", ()) if p["role"] == "observer"]
    if not found:
        return words(N_("No position yet"))
    position = found[0]
    if position["lat"] is None:
        reason = WHY_NO_POSITION.get(position["missing_reason"])
        return words(N_("No position: {why}"), why=words(reason) if reason else str(position["missing_reason"]))
    accuracy = position["accuracy_m"]
    known = "" if accuracy is None else f" ±{number(accuracy, words.language)} m"
    mock = f" ({words(N_('simulated'))})" if position["mock"] else ""
    return f"{position['lat']:.6f}, {position['lon']:.6f}{known}{mock}"


def team_rows(context: Context) -> list[Row]:
    words = context.words
    rows = []
    for i, member in enumerate(context.get("officers", ())):
        post = ", ".join(part for part in (member["post"], member["agency"]) if part)
        badge = words(N_("lead")) if member["lead"] else ""
        rows.append(
            Row(
                f"member/{i}",
                member["name"] or words(N_("no name yet")),
                post,
                badge=badge,
                key="" if member["lead"] else f"officers/{i}",
                icon="account-outline",
            )
        )
    return rows


def member(context: Context, build: Builder, i: int) -> None:
    build.name(f"officers/{i}/name", N_("Name"), needed=True)
    build.text(f"officers/{i}/post", N_("Post"))
    build.name(f"officers/{i}/agency", N_("Agency"), needed=True)


# --- photos


def photos(context: Context, build: Builder, _: int) -> None:
    for purpose, icon in PURPOSES[context.kind.value]:
        build.fields.append(_photo(context, purpose, icon))
    build.pictures("files", N_("Photos and files"), context.pictures())


def _photo(context: Context, purpose: Purpose, icon: str) -> Field:
    taken = sum(entry.purpose is purpose for entry in context.files)
    words = label(context.words, purpose)
    return Field(
        f"{PHOTO}{purpose.value}",
        FieldKind.ACTION,
        words if not taken else context.words(N_("{what} ({n})"), what=words, n=taken),
        icon=icon,
        level=Level.GOOD if taken else Level.INFO,
    )


PURPOSES = {
    "transport": (
        (Purpose.PLATE, "card-account-details-outline"),
        (Purpose.LOAD, "truck-outline"),
        (Purpose.DOCUMENT, "receipt-text-outline"),
        (Purpose.OVERVIEW, "image-outline"),
        (Purpose.MEASUREMENT, "ruler"),
        (Purpose.OTHER, "camera-outline"),
    ),
    "extraction": (
        (Purpose.OVERVIEW, "image-outline"),
        (Purpose.MARKER, "map-marker-outline"),
        (Purpose.BOARD, "text-box-outline"),
        (Purpose.MEASUREMENT, "ruler"),
        (Purpose.DOCUMENT, "receipt-text-outline"),
        (Purpose.OTHER, "camera-outline"),
    ),
    "stockyard": (
        (Purpose.OVERVIEW, "image-outline"),
        (Purpose.LOAD, "warehouse"),
        (Purpose.BOARD, "text-box-outline"),
        (Purpose.MEASUREMENT, "ruler"),
        (Purpose.DOCUMENT, "receipt-text-outline"),
        (Purpose.OTHER, "camera-outline"),
    ),
}


def photos_summary(context: Context, _: int) -> str:
    count = len(context.pictures())
    return context.words.many("{n} photo", "{n} photos", count)


# --- what was said, done and signed


def statement(context: Context, build: Builder, _: int) -> None:
    build.long_text(
        "statement", N_("Statement of the subject"), helper=N_("Word for word, as it was said; nothing of your own")
    )
    build.rows("scene_actions", N_("Measures on the spot"), action_rows(context), add=N_("Add a measure"))
    build.text("witness", N_("Witness"), binding=_witness(), helper=N_("Name; the witness signs below"))
    signers = signer_roles(context)
    for role in signers:
        said = context.words(N_("Signature: {who}"), who=label(context.words, role))
        build.note(f"note:{role.value}", signature_words(context, role) or said)
        if not signature_words(context, role):
            build.action(f"{SIGN}{role.value}", N_("Sign on the screen"), icon="draw")
            build.action(f"{REFUSE}{role.value}", N_("Refuses to sign"), icon="cancel")
        else:
            build.action(f"unsign:{role.value}", N_("Take the signature back"), icon="undo")


def _witness() -> Binding:
    """A subject of its own, there as long as it has a name."""

    def found(facts: Facts) -> int | None:
        for i, subject in enumerate(paths.get(facts, "subjects", ())):
            if subject["role"] == SubjectRole.WITNESS.value:
                return i
        return None

    def read(facts: Facts) -> Any:
        i = found(facts)
        return None if i is None else paths.get(facts, f"subjects/{i}/display_name")

    def write(facts: Facts, value: Any) -> Facts:
        i = found(facts)
        if value is None:
            return facts if i is None else cast(Facts, paths.drop(facts, f"subjects/{i}"))
        if i is None:
            made = blank.subject(blank.next_id("s", facts["subjects"]), SubjectRole.WITNESS, SubjectKind.PERSON)
            return cast(Facts, paths.append(facts, "subjects", {**made, "display_name": value}))
        return cast(Facts, paths.put(facts, f"subjects/{i}/display_name", value))

    return Binding(read, write, text_of)


def signer_roles(context: Context) -> list[SubjectRole]:
    """Everybody met, each role once."""
    roles = []
    for subject in context.get("subjects", ()):
        role = SubjectRole(subject["role"])
        if role not in roles and (role is not SubjectRole.WITNESS or subject["display_name"]):
            roles.append(role)
    return roles


def signature_words(context: Context, role: SubjectRole) -> str:
    words = context.words
    for signature in context.get("signatures", ()):
        if signature["role"] == role.value:
            who = signature["who"] or label(words, role)
            if signature["result"] == SignatureResult.SIGNED.value:
                return words(N_("{who} has signed"), who=who)
            return words(N_("{who} refused to sign: {why}"), who=who, why=signature["reason"])
    return ""


def action_rows(context: Context) -> list[Row]:
    rows = []
    for i, action in enumerate(context.get("scene_actions", ())):
        kind = label(context.words, SceneActionKind(action["kind"]))
        rows.append(Row(f"action/{i}", kind, action["item"], key=f"scene_actions/{i}", icon="gavel"))
    return rows


def action(context: Context, build: Builder, i: int) -> None:
    path = f"scene_actions/{i}"
    build.choice(f"{path}/kind", N_("Measure"), SceneActionKind, kind=FieldKind.CHOICE, clearable=False)
    build.name(f"{path}/item", N_("What"), needed=True)
    build.code(f"{path}/number", N_("Number or mark"))
    build.text(f"{path}/condition", N_("Condition"))
    build.text(f"{path}/place_kept", N_("Where it is kept"))
    build.text(f"{path}/keeper", N_("Who keeps it"))


def statement_summary(context: Context, _: int) -> str:
    signed = context.count("signatures")
    return context.words.many("{n} signature or refusal", "{n} signatures or refusals", signed)
