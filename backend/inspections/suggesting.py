"""Which bands may stand for what an inspector saw: for whoever reviews the report. It suggests and never decides, and
stands on no paper that the subject sees."""

import math
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from types import MappingProxyType
from typing import Any, TypeVar

from backend.accounts.models import Officer
from backend.accounts.permissions import OFFICE_READERS
from backend.accounts.scoping import roles_over
from backend.inspections.loads import quantities
from backend.inspections.models import Report
from backend.inspections.suggestion_rows import Found, Said, as_json
from backend.registry.selectors.catalogue import types_on
from backend.registry.selectors.terms import Register, register
from shared.clock import VIETNAM
from shared.rules import depth, geofence, ledger
from shared.rules.actors import Actor, ActorKind, LicenceLevel
from shared.rules.bands import Measured, suggest
from shared.rules.provisions import Measure, ViolationType
from shared.rules.terms import LicenceTerms, MineralFamily
from shared.rules.verdict import Answer
from shared.vietnamese import name_key, search_key
from shared.wire.v1.act import day_of_act
from shared.wire.v1.codec import decode
from shared.wire.v1.records import ActState, Facts, Measurement, QuantityKind, SubjectKind, SubjectRole

# For these acts the bands ask who would have licensed the mineral, not who did.
WITHOUT_LICENCE = frozenset({"KT-01", "KT-02", "KT-03", "KT-04"})
_ACTORS: Mapping[SubjectKind, ActorKind] = MappingProxyType(
    {
        SubjectKind.PERSON: ActorKind.PERSON,
        SubjectKind.HOUSEHOLD_BUSINESS: ActorKind.HOUSEHOLD_BUSINESS,
        SubjectKind.ORGANISATION: ActorKind.ORGANISATION,
        # Inside its authority a branch is the organisation, outside it pays like an individual: nobody has said which.
        SubjectKind.BRANCH: ActorKind.UNKNOWN,
        SubjectKind.UNKNOWN: ActorKind.UNKNOWN,
    }
)
_PER_TONNE = {"t": 1.0, "kg": 0.001}
_PER_HECTARE = {"ha": 1.0, "m2": 0.0001}
T = TypeVar("T")


def suggestions(
    facts: Facts,
    codes: Iterable[str],
    findings: Sequence[Mapping[str, Any]],
    *,
    today: date,
    language: str,
) -> list[dict[str, Any]]:
    """One JSON object for each code that was observed, in their order; no violation (KV-00) has none.

    `findings`: what the server's rules say (`rule`, `about`, `answer`, `reasons`, `numbers`). `today`: who may decide
    is asked of the day of the decision. Amounts are đồng. A fixed number of queries.
    """
    wanted = list(dict.fromkeys(codes))
    if not wanted:
        return []
    day, known = day_acted(facts), register()
    types = types_on(wanted, day)
    terms = [found for found in licences_of(facts, known, day) if found is not None]
    actor, quantities_found = actor_of(facts, known, terms), quantities_of(facts, known, findings)
    said: list[Said] = []
    for code in wanted:
        type_ = types.get(code)
        if type_ is None:
            said.append((code, None, None, ()))
        elif type_.acts or type_.transfer_to:
            level = actor.licence or (LicenceLevel.NONE if code in WITHOUT_LICENCE and not _shown(facts) else None)
            asked = _with(actor, licence=level)
            used = [found for measure in _measures(type_) for found in quantities_found.get(measure, ())]
            measured = [found.measured for found in used if found.measured is not None]
            said.append((code, type_, suggest(type_, act_on=day, actor=asked, measured=measured), tuple(used)))
    return as_json(said, today, language)


def for_reviewer(
    officer: Officer, report: Report, detail: Mapping[str, Any], *, now: datetime, language: str
) -> list[dict[str, Any]] | None:
    """The suggestions of one report for somebody who reviews it or watches over those who do; None for anybody else,
    whoever filed it among them. `detail`: `facts`, `assessment`, `findings` as `selectors.report_detail` gives them."""
    if report.officer_id == officer.id or roles_over(officer, report.unit.path).isdisjoint(OFFICE_READERS):
        return None
    observed = (detail["assessment"] or {}).get("observations", ())
    return suggestions(
        decode(Facts, detail["facts"]),
        [row["code"] for row in observed],
        detail["findings"],
        today=now.astimezone(VIETNAM).date(),
        language=language,
    )


def day_acted(facts: Facts) -> date:
    """The Vietnam day the act ended where that is known, else the day it was found (NĐ 36/2020 Đ5b)."""
    ended = facts.act_ended
    if ended.state is ActState.ENDED and ended.at is not None:
        return ended.at.astimezone(VIETNAM).date()
    return day_of_act(facts)


# --- who


def licences_of(facts: Facts, known: Register, day: date) -> list[LicenceTerms | None]:
    """Of each licence shown, as it stood on that day; None for one the register does not have."""
    return [
        known.licence_by_number(shown.number, day) if shown.matched is None else known.licence(shown.matched, day)
        for shown in facts.licences_shown
    ]


def _shown(facts: Facts) -> bool:
    return bool(facts.licences_shown)


def actor_of(facts: Facts, known: Register, terms: Sequence[LicenceTerms]) -> Actor:
    """What the report and the licences shown say of the offender and the mine. Where they say two things, nothing."""
    offenders = {_ACTORS[subject.kind] for subject in facts.subjects if subject.role is SubjectRole.OFFENDER}
    complete = len(terms) == len(facts.licences_shown)
    levels = {None if one.issuer_level is None else LicenceLevel(one.issuer_level.value) for one in terms}
    capacity = _only({one.capacity for one in terms})
    return Actor(
        kind=_only(offenders) or ActorKind.UNKNOWN,
        licence=_only(levels) if complete else None,
        explosives=_only({one.explosives for one in terms}) if complete else None,
        family=_only(families_of(facts, known, terms)),
        capacity_m3=capacity.value if complete and capacity is not None and capacity.unit == "m3" else None,
    )


def families_of(facts: Facts, known: Register, terms: Sequence[LicenceTerms]) -> frozenset[MineralFamily]:
    """Of the minerals typed that the register knows, else of the licences shown."""
    typed = {name_key(load.mineral) for load in facts.loads}
    typed |= {name_key(shown.mineral) for shown in facts.licences_shown if shown.mineral}
    found = frozenset(mineral.family for mineral in known.minerals(typed - {""}).values())
    return found or frozenset(family for one in terms for family in one.families)


def _only(found: Collection[T]) -> T | None:
    return next(iter(found)) if len(found) == 1 else None


def _with(actor: Actor, *, licence: LicenceLevel | None) -> Actor:
    return Actor(actor.kind, licence, actor.explosives, actor.family, capacity_m3=actor.capacity_m3)


# --- how much


def quantities_of(
    facts: Facts, known: Register, findings: Sequence[Mapping[str, Any]]
) -> dict[Measure, tuple[Found, ...]]:
    """What was measured, by the measure of a tier. At most one entry of each has a quantity: where the report has two,
    nobody guesses."""
    gathered = {
        Measure.VOLUME_M3: [
            *_measured(facts, QuantityKind.VOLUME, Measure.VOLUME_M3),
            *_carried(facts, known, "volume"),
        ],
        Measure.MASS_T: [*_measured(facts, QuantityKind.MASS, Measure.MASS_T), *_carried(facts, known, "mass")],
        Measure.AREA_OUTSIDE_HA: list(_measured(facts, QuantityKind.AREA, Measure.AREA_OUTSIDE_HA)),
        Measure.PERCENT_OVER: [
            *_measured(facts, QuantityKind.PERCENT, Measure.PERCENT_OVER),
        ]
        or list(_over_capacity(findings)),
        Measure.DISTANCE_OUTSIDE_M: list(_outside(findings)),
        Measure.DEPTH_BEYOND_M: list(_too_deep(findings)),
    }
    return {measure: _one(found) for measure, found in gathered.items()}


def _one(found: Sequence[Found]) -> tuple[Found, ...]:
    if sum(one.measured is not None for one in found) > 1:
        return (Found(", ".join(one.source for one in found), None, "several_quantities"),)
    return tuple(found)


def _measured(facts: Facts, kind: QuantityKind, measure: Measure) -> Iterator[Found]:
    for i, found in enumerate(facts.measurements):
        if found.kind is kind and 0 <= found.value < math.inf:
            factor = {**_PER_TONNE, **_PER_HECTARE}.get(found.unit, 1.0)
            error = found.uncertainty
            error = error * factor if error is not None and 0 <= error < math.inf else None
            yield Found(f"measurements[{i}]", Measured(measure, found.value * factor, error, handheld(found)))


def handheld(found: Measurement) -> bool:
    """Measured with a phone or handheld receiver, as far as the words say so."""
    words = search_key(f"{found.method or ''} {found.instrument or ''}")
    if "rtk" in words:
        return False
    return any(name in words for name in ("cam tay", "dien thoai", "gps", "phone"))


def _carried(facts: Facts, known: Register, kind: str) -> Iterator[Found]:
    """The sum of all loads: of what was measured, or worked out with a density that somebody has established. Errors
    add up, for one tape or one scale may be wrong for all."""
    total, error = 0.0, 0.0 if facts.loads else None
    for load in facts.loads:
        key = name_key(load.mineral)
        found = quantities(load.measurements, known.minerals([key]).get(key))
        value = found.volume_m3 if kind == "volume" else found.mass_t
        if value is None:
            yield Found("loads", None, "load_without_quantity")
            return
        total += value
        # What was worked out with a density is as uncertain as the density, and nobody has said how much that is.
        known_error = found.uncertainty if found.measured == kind else None
        error = None if error is None or known_error is None else error + known_error
    if facts.loads:
        measure = Measure.VOLUME_M3 if kind == "volume" else Measure.MASS_T
        yield Found("loads", Measured(measure, total, error))


def _outside(findings: Sequence[Mapping[str, Any]]) -> Iterator[Found]:
    """Metres outside by the handheld device. Inside one licence it is outside of none that matters; of several it is
    the nearest boundary that counts (NĐ 36/2020 Đ37 k8)."""
    said = [found for found in findings if found["rule"] == geofence.RULE]
    outside = [found for found in said if found["answer"] == Answer.NO.value]
    if outside and not any(found["answer"] == Answer.YES.value for found in said):
        nearest = min(outside, key=lambda found: float(found["numbers"]["distance_m"]))
        distance, error = nearest["numbers"]["distance_m"], nearest["numbers"].get("uncertainty_m")
        yield Found(
            f"{geofence.RULE} {nearest['about']}", Measured(Measure.DISTANCE_OUTSIDE_M, distance, error, handheld=True)
        )


def _too_deep(findings: Sequence[Mapping[str, Any]]) -> Iterator[Found]:
    """Metres below the licence's limit, of the deepest place measured. What was taken through water says nothing."""
    found = [
        (numbers["depth_m"] - numbers["limit_m"], numbers.get("uncertainty_m"), one["about"])
        for one in findings
        if one["rule"] == depth.RULE and "depth_through_water" not in one["reasons"]
        for numbers in (one["numbers"],)
        if "limit_m" in numbers and numbers["depth_m"] > numbers["limit_m"]
    ]
    if found:
        beyond, error, about = max(found, key=lambda one: one[0])
        yield Found(f"{depth.RULE} {about}", Measured(Measure.DEPTH_BEYOND_M, round(beyond, 2), error))


def _over_capacity(findings: Sequence[Mapping[str, Any]]) -> Iterator[Found]:
    """Per cent over the licensed capacity, where the ledger proves it. Declared is declared; of what was observed the
    rule has taken the uncertainty off already, so it is at least that much."""
    for one in findings:
        if one["rule"] == ledger.OVER and one["answer"] == Answer.NO.value and "over_percent" in one["numbers"]:
            error = 0.0 if "declared_over" in one["reasons"] else None
            yield Found(
                f"{ledger.OVER} {one['about']}", Measured(Measure.PERCENT_OVER, one["numbers"]["over_percent"], error)
            )


def _measures(type_: ViolationType) -> list[Measure]:
    return list(dict.fromkeys(measure for act in type_.acts for measure in act.measures))
