"""What was carried, measured, shown, said and done: the later sections of a paper."""

from collections.abc import Sequence

from mobile.services.papers.model import Section, Signer
from mobile.services.papers.say import Part, Say, Sheet, grouped, parts
from shared.i18n import N_
from shared.rules.measuring_words import METHODS, NAMES, dimension_name, symbol
from shared.wire.v1.messages import EvidenceEntry
from shared.wire.v1.records import (
    Basis,
    CheckResult,
    DocumentKind,
    LicenceCheckItem,
    Presented,
    Purpose,
    QuantityKind,
    SceneActionKind,
    SignatureResult,
    SubjectRole,
)

# Method → the formulas it has, each with the lengths that tell it from the others.
FORMULAS: dict[str, tuple[tuple[frozenset[str], str], ...]] = {
    "truck_body": ((frozenset({"heap"}), "V = L × W × (H + h)"), (frozenset(), "V = L × W × H")),
    "trapezoid_body": ((frozenset(), "V = H × (L0 × W0 + (L0 + L1) × (W0 + W1) + L1 × W1) / 6"),),
    "truncated_pile": ((frozenset(), "V = H × (L0 × W0 + (L0 + L1) × (W0 + W1) + L1 × W1) / 6"),),
    "cone_pile": (
        (frozenset({"circumference"}), "V = C² × H / (12 × π)"),
        (frozenset(), "V = π × D² × H / 12"),
    ),
    "ridge_pile": (
        (frozenset({"crest_width"}), "V = (L − B) × (B + b) × H / 2 + π × H × (B² + B × b + b²) / 12"),
        (frozenset(), "V = (L − B) × B × H / 2 + π × B² × H / 12"),
    ),
    "truncated_cone_pile": ((frozenset(), "V = π × H × (D² + D × d + d²) / 12"),),
    "corners": ((frozenset(), "S = |Σ (E(i) × N(i+1) − E(i+1) × N(i))| / 2"),),
    "pit": ((frozenset(), "V = S × (h1 + … + hn) / n"),),
    "spread_pile": ((frozenset(), "V = S × (h1 + … + hn) / n"),),
    "draught_survey": ((frozenset(), "m = ρ × Cb × L × B × (T1 − T0)"),),
    "count": ((frozenset(), "V = n × V1"),),
}


def licences(say: Say, facts: Part) -> Section:
    sheet = Sheet(say, N_("Licences shown, conditions on site"))
    for one in parts(facts, "licences_shown"):
        sheet.head(say.words(N_("Licence {number}"), number=say.text(one.get("number"))))
        sheet.pair(N_("Given on"), say.day(one.get("date")), 1)
        sheet.pair(N_("Given by"), say.text(one.get("issuer")), 1)
        sheet.pair(N_("Mineral"), say.text(one.get("mineral")), 1)
        sheet.pair(N_("Area of the licence"), say.number(one.get("area_ha"), "ha"), 1)
        sheet.pair(N_("Capacity"), say.number(one.get("capacity"), one.get("capacity_unit") or ""), 1)
        sheet.pair(N_("Depth or level"), say.number(one.get("depth_m"), "m"), 1)
        sheet.pair(N_("Hours of the licence"), say.text(one.get("hours")), 1)
        sheet.pair(N_("Valid to"), say.day(one.get("valid_to")), 1)
    for one in parts(facts, "licence_checks"):
        text = say.member(CheckResult, one.get("result"))
        note = f" – {one['note']}" if one.get("note") else ""
        sheet.line(f"{say.member(LicenceCheckItem, one.get('item'))}: {text}{note}")
    return sheet.done()


def loads(say: Say, facts: Part) -> Section:
    sheet = Sheet(say, N_("Loads"))
    marks = {one.get("id"): one.get("mark") or one.get("description") for one in parts(facts, "vehicles")}
    names = {one.get("id"): one.get("display_name") for one in parts(facts, "subjects")}
    for number, one in enumerate(parts(facts, "loads"), 1):
        sheet.head(say.words(N_("Load {n}: {mineral}"), n=number, mineral=say.text(one.get("mineral"))))
        sheet.pair(N_("On"), _listed(say, [marks.get(name) for name in one.get("vehicles") or ()]), 1)
        sheet.pair(N_("With"), _listed(say, [names.get(name) for name in one.get("subjects") or ()]), 1)
        sheet.pair(N_("From"), say.text(one.get("origin")), 1)
        sheet.pair(N_("To"), say.text(one.get("destination")), 1)
        _measurements(sheet, parts(one, "measurements"), 1)
        _documents(sheet, parts(one, "documents"), 1)
    return sheet.done()


def measured(say: Say, facts: Part) -> Section:
    sheet = Sheet(say, N_("Other measurements"))
    if parts(facts, "measurements"):
        _measurements(sheet, parts(facts, "measurements"), 0)
    return sheet.done()


def documents(say: Say, facts: Part) -> Section:
    sheet = Sheet(say, N_("Other papers asked for"))
    if parts(facts, "documents"):
        _documents(sheet, parts(facts, "documents"), 0)
    return sheet.done()


def _listed(say: Say, names: Sequence[object]) -> str:
    return "; ".join(say.text(name) for name in names) or say.nothing()


def _measurements(sheet: Sheet, items: Sequence[Part], depth: int) -> None:
    say = sheet.say
    if not items:
        sheet.pair(N_("Quantity"), say.nothing(), depth)
    for one in items:
        unit, spread = one.get("unit") or "", one.get("uncertainty")
        basis = f", {say.member(Basis, one['basis'])}" if one.get("basis") else ""
        off = say.words(N_("uncertainty not noted")) if spread is None else f"± {say.number(spread, unit)} (95 %)"
        name = say.member(QuantityKind, one.get("kind"))
        sheet.head(f"{name}: {say.number(one.get('value'), unit)} {off}{basis}", depth)
        method = one.get("method")
        said = say.words(METHODS[str(method)]) if method in METHODS else say.text(method)
        sheet.pair(N_("Way of measuring"), said, depth + 1)
        given = parts(one, "dimensions")
        formula = _formula(method, frozenset(str(length.get("name")) for length in given))
        if formula:
            sheet.pair(N_("Formula"), formula, depth + 1)
        if given:
            sheet.pair(N_("Lengths"), "; ".join(_length(say, length) for length in given), depth + 1)
        sheet.pair(N_("Instrument"), say.text(one.get("instrument")), depth + 1)
        sheet.pair(N_("Measured by"), say.text(one.get("measured_by")), depth + 1)
        if one.get("slip_number"):
            sheet.pair(N_("Weigh slip"), one["slip_number"], depth + 1)
        if one.get("conversion"):
            sheet.pair(N_("Converted"), _conversion(say, one["conversion"]), depth + 1)


def _formula(method: object, given: frozenset[str]) -> str:
    return next((text for wanted, text in FORMULAS.get(str(method), ()) if wanted <= given), "")


def _length(say: Say, one: Part) -> str:
    name, value = str(one.get("name")), say.number(one.get("value_m"), "m")
    kind, _, number = name.rpartition("_")
    if name in NAMES or (number.isdigit() and kind in NAMES):
        return f"{dimension_name(say.words, name)} ({symbol(name)}) {value}"
    return f"{name} {value}"


def _conversion(say: Say, one: Part) -> str:
    measured = say.number(one.get("measured"), one.get("unit") or "")
    return f"{measured} × {say.number(one.get('factor'))} ({say.text(one.get('source'))})"


def _documents(sheet: Sheet, items: Sequence[Part], depth: int) -> None:
    say = sheet.say
    if not items:
        sheet.pair(N_("Papers"), say.nothing(), depth)
    for one in items:
        shown = one.get("presented")
        state = say.member(Presented, shown)
        if shown == Presented.PROMISED.value:
            state = say.words(N_("{state} by {day}"), state=state, day=say.day(one.get("promised_by")))
        sheet.head(f"{say.member(DocumentKind, one.get('kind'))}: {state}", depth)
        if shown != Presented.SHOWN.value:
            continue
        sheet.pair(N_("Number and series"), f"{say.text(one.get('number'))} / {say.text(one.get('series'))}", depth + 1)
        sheet.pair(N_("Date"), say.day(one.get("date")), depth + 1)
        sheet.pair(N_("Issued by (paper)"), say.text(one.get("issuer")), depth + 1)
        sheet.pair(N_("Quantity written"), say.number(one.get("quantity"), one.get("unit") or ""), depth + 1)


def statement(say: Say, facts: Part) -> Section:
    sheet = Sheet(say, N_("Statement, word for word"))
    for paragraph in str(facts.get("statement") or "").splitlines():
        sheet.line(paragraph)
    return sheet.done()


def actions(say: Say, facts: Part) -> Section:
    sheet = Sheet(say, N_("Measures taken at the scene"))
    for one in parts(facts, "scene_actions"):
        sheet.head(f"{say.member(SceneActionKind, one.get('kind'))}: {say.text(one.get('item'))}")
        sheet.pair(N_("Seal or record number"), say.text(one.get("number")), 1)
        sheet.pair(N_("Condition"), say.text(one.get("condition")), 1)
        sheet.pair(N_("Place kept"), say.text(one.get("place_kept")), 1)
        sheet.pair(N_("Keeper"), say.text(one.get("keeper")), 1)
    return sheet.done()


def files(say: Say, entries: Sequence[EvidenceEntry]) -> Section:
    sheet = Sheet(say, N_("Photos and files"))
    for number, one in enumerate(entries, 1):
        taken = say.time(None if one.taken_at is None else one.taken_at.isoformat())
        origin = say.words(N_("taken in the app")) if one.from_app_camera else say.words(N_("brought from elsewhere"))
        sheet.line(f"{number}. {say.member(Purpose, one.purpose.value)} – {taken} – {origin}")
        sheet.line(f"SHA-256 {grouped(one.sha256)}", 1, mono=True)
    return sheet.done()


def signers(say: Say, facts: Part, pictures: dict[str, bytes], *, room: bool) -> tuple[Signer, ...]:
    """`pictures`: by id of the file. `room`: for a pen, where somebody has not signed on the screen."""
    witnesses = [str(one.get("display_name") or "") for one in parts(facts, "subjects") if _is_witness(one)]
    found = []
    for one in parts(facts, "signatures"):
        role = say.member(SubjectRole, one["role"]) if one.get("role") else ""
        who = ", ".join(str(part) for part in (one.get("who"), role, one.get("agency")) if part)
        if one.get("result") == SignatureResult.REFUSED.value:
            said = say.words(
                N_("Refused to sign. Reason: {reason}. Witnesses: {names}"),
                reason=say.text(one.get("reason")),
                names="; ".join(name for name in witnesses if name) or say.nothing(),
            )
            found.append(Signer(who or say.nothing(), said, None, False))
        else:
            picture = pictures.get(str(one.get("evidence")))
            said = say.words(N_("Signed on the phone")) if picture else say.words(N_("Signed; no picture of it"))
            found.append(Signer(who or say.nothing(), said, picture, False))
    if room:
        for name in (N_("Inspector"), N_("Person or body inspected"), N_("Witness of the inspection")):
            found.append(Signer(say.words(name), say.words(N_("Sign here and write your full name")), None, True))
    return tuple(found)


def _is_witness(one: Part) -> bool:
    return one.get("role") == SubjectRole.WITNESS.value
