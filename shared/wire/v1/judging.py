"""The rules asked about a report's facts: the one way both phone and server ask them."""

import hashlib
from collections import defaultdict
from collections.abc import Callable, Collection, Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Protocol
from uuid import UUID

from shared.rules import depth, geofence, hours, ledger, licence, load, papers
from shared.rules.papers import PaperUse
from shared.rules.terms import DatedHours, EquipmentKind, LicenceTerms, LicensedMineral, MineralFamily
from shared.rules.verdict import Answer, Verdict
from shared.vietnamese import name_key
from shared.wire.v1.act import Place, cannot_tell, day_of_act, inside_licence, moment_of_act, place_of_act
from shared.wire.v1.load_papers import measured_load, papers_of, papers_seen, read_paper, use_of
from shared.wire.v1.records import (
    Activity,
    Facts,
    Kind,
    Load,
    Measurement,
    QuantityKind,
    RuleAnswer,
    RuleResult,
    TimeSource,
    VehicleKind,
)

# Names of the rules `judge` may give.
RULES_OF_OURS = frozenset(
    {
        geofence.RULE,
        depth.RULE,
        hours.RULE,
        licence.VALIDITY,
        licence.MINERAL,
        licence.LISTED,
        papers.SHOWN,
        papers.REUSED,
        load.RULE,
        ledger.OVER,
        ledger.DECLARED_LESS,
    }
)
# What this module adds to the geofence's own reasons.
REASONS = frozenset(
    {
        "position_missing",
        "target_distance_unknown",
        "target_uncertainty_unknown",
        "licence_area_unknown",
        "licence_unknown",
        "no_licence_near",
    }
)
# How far `Register.licences_at` looks for the nearest licence.
NEAR_M = 5000.0
ABOUT_LENGTH = 120
REPORT = "report"


class Register(Protocol):
    """What a side knows. Each answer is of the day of the act."""

    def licence(self, id: UUID, day: date) -> LicenceTerms | None:
        """As it stood on that day; None when the register does not have it."""

    def licence_by_number(self, number: str, day: date) -> LicenceTerms | None:
        """The only one with that `number_key`; None when there is none or more than one."""

    def licences_at(self, lat: float, lon: float, day: date) -> Sequence[LicenceTerms]:
        """Those whose area holds the place, else the nearest one within `NEAR_M`, else none."""

    def minerals(self, keys: Collection[str]) -> Mapping[str, LicensedMineral]:
        """Minerals of the register by `shared.vietnamese.name_key` of their name; those it does not have are absent."""

    def hours(self) -> Sequence[DatedHours]:
        """Provincial default hours, of all times."""

    def paper_uses(self, keys: Collection[str], *, but: UUID) -> Mapping[str, Sequence[PaperUse]]:
        """Loads of other reports for which a paper with that key was shown; reports that were superseded do not count,
        nor do, whether they are given or not, those of later acts. Keys without any are absent."""


@dataclass(frozen=True, slots=True)
class Judged:
    """A verdict and what it is about (≤ 120 characters): `licence:<uuid>`, `licence:<number>` for one the register does
    not have, `licence:<uuid>/machine:m1`, `…/vehicle:v1`, `…/load:l1`, `…/year:2026`, `load:l1`,
    `load:l1/paper:invoice:2` (the second of the papers that count for that load), `report`."""

    about: str
    licence_version: int | None
    verdict: Verdict


def judge(
    kind: Kind,
    report: UUID,
    facts: Facts,
    register: Register,
    *,
    judged_at: datetime,
    supersedes: UUID | None = None,
) -> tuple[Judged, ...]:
    """Every rule that applies to such a report. `judged_at`: when it was sealed. `supersedes`: the report this one
    corrects, whose papers are the same ones and not used again."""
    asked = _Asked(kind, report, facts, register, judged_at, supersedes)
    said = {Kind.EXTRACTION: _extraction, Kind.TRANSPORT: _transport, Kind.STOCKYARD: _stockyard}[kind](asked)
    # One answer for one question: two papers with the number of one licence are one licence.
    return tuple({(judged.verdict.rule, judged.about): judged for judged in said}.values())


# --- to and from the wire


def as_results(judged: Iterable[Judged]) -> tuple[RuleResult, ...]:
    """For the wire: the last reason is `about`."""
    return tuple(
        RuleResult(
            one.verdict.rule,
            one.verdict.version,
            RuleAnswer(one.verdict.answer.value),
            {name: float(value) for name, value in one.verdict.numbers.items()},
            (*one.verdict.reasons, one.about),
        )
        for one in judged
    )


def from_result(result: RuleResult) -> tuple[str, str, Verdict]:
    """(rule, about, verdict) of what a phone said; `about` "" where there is none."""
    reasons, about = result.reasons, ""
    if reasons and (reasons[-1] == REPORT or ":" in reasons[-1]):
        reasons, about = reasons[:-1], reasons[-1]
    verdict = Verdict(result.rule, result.version, Answer(result.answer.value), reasons, dict(result.numbers))
    return result.rule, about, verdict


# --- one report and what it is asked with


class _Asked:
    """A report with what several rules need of it, worked out once."""

    def __init__(
        self,
        kind: Kind,
        report: UUID,
        facts: Facts,
        register: Register,
        judged_at: datetime,
        supersedes: UUID | None,
    ) -> None:
        self.kind, self.report, self.facts, self.register = kind, report, facts, register
        self.judged_at, self.supersedes = judged_at, supersedes
        self.at = moment_of_act(facts)
        self.day = day_of_act(facts)

    @cached_property
    def minerals(self) -> Mapping[str, LicensedMineral]:
        """The register's minerals by the key of what was typed."""
        typed = [carried.mineral for carried in self.facts.loads]
        typed += [shown.mineral for shown in self.facts.licences_shown if shown.mineral]
        return self.register.minerals({name_key(name) for name in typed} - {""})

    def families(self, typed: Iterable[str], terms: LicenceTerms | None) -> frozenset[MineralFamily]:
        """Of what was typed, else of the licence."""
        found = {self.minerals[name_key(name)].family for name in typed if name_key(name) in self.minerals}
        return frozenset(found) or (terms.families if terms is not None else frozenset())

    @cached_property
    def licences(self) -> Sequence[tuple[str, LicenceTerms | None]]:
        """(about, terms) of each licence shown; None for one the register does not have."""
        found: dict[str, LicenceTerms | None] = {}
        for shown in self.facts.licences_shown:
            terms = (
                self.register.licence_by_number(shown.number, self.day)
                if shown.matched is None
                else self.register.licence(shown.matched, self.day)
            )
            found[_about(f"licence:{shown.number if terms is None else terms.id}")] = terms
        return list(found.items())

    @cached_property
    def place(self) -> Place | str:
        return place_of_act(self.facts)

    def density(self, typed: str) -> load.Density | None:
        """Of the mineral as typed, else of the one mineral of the one licence shown."""
        found = self.minerals.get(name_key(typed))
        known = [terms for _, terms in self.licences if terms is not None]
        if found is None and len(known) == 1 and len(known[0].minerals) == 1:
            found = known[0].minerals[0]
        if found is None or found.density is None:
            return None
        return load.Density(found.density, found.density_source)


def _about(*parts: str) -> str:
    """Ids are the phone's and may be of any length."""
    whole = "/".join(parts)
    if len(whole) <= ABOUT_LENGTH:
        return whole
    return f"{whole[: ABOUT_LENGTH - 17]}~{hashlib.sha256(whole.encode()).hexdigest()[:16]}"


# --- extraction


def _extraction(asked: _Asked) -> Iterator[Judged]:
    licences: Sequence[tuple[str, LicenceTerms | None]] = asked.licences
    if not licences:
        licences = yield from _licences_here(asked)
    for about, terms in licences:
        if terms is None:
            yield Judged(about, None, cannot_tell("licence_unknown"))
        else:
            yield from _under_licence(asked, about, terms)
    if not any(terms for _, terms in licences):
        yield from _hours(asked, REPORT, None)


def _licences_here(asked: _Asked) -> Generator[Judged, None, list[tuple[str, LicenceTerms | None]]]:
    """None was shown: whose area is it? Gives the licences whose terms count here: all but those it is outside of."""
    place = asked.place
    found: list[tuple[str, LicenceTerms | None]] = []
    if isinstance(place, str):
        yield Judged(REPORT, None, cannot_tell(place))
        return found
    near = asked.register.licences_at(place.lat, place.lon, asked.day)
    if not near:
        yield Judged(REPORT, None, cannot_tell("no_licence_near", searched_m=NEAR_M))
    for terms in near:
        verdict = inside_licence(terms.area, asked.facts, sealed_at=asked.judged_at)
        if verdict.answer is Answer.NO:
            yield Judged(_about(f"licence:{terms.id}"), terms.version, verdict)
        else:
            found.append((_about(f"licence:{terms.id}"), terms))
    return found


def _under_licence(asked: _Asked, about: str, terms: LicenceTerms) -> Iterator[Judged]:
    facts, year = asked.facts, f"year:{asked.day.year}"

    def said(verdict: Verdict, *more: str) -> Judged:
        return Judged(_about(about, *more), terms.version, verdict)

    yield said(inside_licence(terms.area, facts, sealed_at=asked.judged_at))
    yield said(licence.validity(terms, asked.day))
    yield from _hours(asked, about, terms)
    depths = [_depth(terms, found, facts) for found in facts.measurements if found.kind is QuantityKind.DEPTH]
    if depths:
        yield said(min(depths, key=lambda verdict: (_GRAVEST.index(verdict.answer), -verdict.numbers["depth_m"])))
    for carried in facts.loads:
        found = asked.minerals.get(name_key(carried.mineral))
        yield said(licence.mineral(terms, carried.mineral, found), f"load:{carried.id}")
    for machine in facts.machines:
        yield said(licence.listed(terms, EquipmentKind.MACHINE, machine.mark), f"machine:{machine.id}")
    for vehicle in facts.vehicles:
        yield said(licence.listed(terms, _EQUIPMENT[vehicle.kind], vehicle.mark), f"vehicle:{vehicle.id}")
    yield said(ledger.capacity(terms, asked.day.year), year)
    yield said(ledger.declared_against_observed(terms, asked.day.year), year)


_EQUIPMENT = {VehicleKind.ROAD: EquipmentKind.ROAD, VehicleKind.VESSEL: EquipmentKind.WATERWAY}


def _hours(asked: _Asked, about: str, terms: LicenceTerms | None) -> Iterator[Judged]:
    """Only where something is being extracted; an hour says nothing of a boat that lies still or moves."""
    facts = asked.facts
    if facts.activity not in (Activity.DIGGING, Activity.PUMPING):
        return
    typed = [carried.mineral for carried in facts.loads]
    if terms is None:
        typed += [shown.mineral for shown in facts.licences_shown if shown.mineral]
    verdict = hours.hours(
        terms,
        asked.families(typed, terms),
        asked.at,
        asked.register.hours(),
        clock_known=facts.device_time.source is not TimeSource.NONE,
    )
    yield Judged(about, None if terms is None else terms.version, verdict)


# Of several depths the one that says most against.
_GRAVEST = (Answer.NO, Answer.CANNOT_TELL, Answer.YES)


def _depth(terms: LicenceTerms, found: Measurement, facts: Facts) -> Verdict:
    # Nothing in a report says where a depth was counted from: on the water it is the water's surface.
    return depth.depth(
        terms, depth_m=found.value, uncertainty_m=found.uncertainty, through_water=facts.water is not None
    )


# --- transport, stockyard


def _transport(asked: _Asked) -> Iterator[Judged]:
    yield from _licences_named(asked)
    here: dict[str, dict[str, PaperUse]] = defaultdict(dict)  # key → load → its use in this report
    for seen in papers_seen(asked.kind, asked.report, asked.facts):
        here[seen.key][seen.use.load] = seen.use
    keys = here.keys() - {""}
    earlier = asked.register.paper_uses(keys, but=asked.report) if keys else {}

    def others(key: str, carried: Load) -> list[PaperUse]:
        # Whoever shows a paper a second time is told so, not who showed it first, whichever report is sealed first.
        before = [use for use in earlier.get(key, ()) if use.at <= asked.at]
        before = [use for use in before if use.report not in (asked.report, asked.supersedes)]
        beside = [use for name, use in here[key].items() if name != carried.id]
        return list({(use.report, use.load): use for use in [*before, *beside]}.values())

    for carried in asked.facts.loads:
        yield from _load(asked, carried, others)


def _load(asked: _Asked, carried: Load, others: Callable[[str, Load], list[PaperUse]]) -> Iterator[Judged]:
    facts, about = asked.facts, f"load:{carried.id}"
    there = papers_of(facts, carried)
    families = asked.families([carried.mineral], _only(asked.licences))
    yield Judged(_about(about), None, papers.shown([paper for _, paper in there], families, asked.day))
    for place, paper in there:
        if paper.kind not in papers.FOR_A_LOAD or paper.presented != "shown":
            continue
        which = _about(about, f"paper:{paper.kind}:{place}")
        use = use_of(asked.report, facts, carried, paper)
        yield Judged(which, None, papers.reused(paper, use, others(paper.key, carried)))
        said = None if paper.quantity is None or not paper.unit else load.Quantity(paper.quantity, paper.unit)
        measured = measured_load(carried, paper.unit)
        yield Judged(which, None, load.against_paper(measured, said, asked.density(carried.mineral)))


def _stockyard(asked: _Asked) -> Iterator[Judged]:
    yield from _licences_named(asked)
    facts = asked.facts
    documents = [*facts.documents, *(document for carried in facts.loads for document in carried.documents)]
    if documents:
        typed = [carried.mineral for carried in facts.loads]
        families = asked.families(typed, _only(asked.licences))
        verdict = papers.shown([read_paper(document) for document in documents], families, asked.day)
        yield Judged(REPORT, None, verdict)


def _licences_named(asked: _Asked) -> Iterator[Judged]:
    """Away from the mine the licence on the papers is asked for its term and its minerals only."""
    for about, terms in asked.licences:
        if terms is None:
            yield Judged(about, None, Verdict(licence.VALIDITY, licence.VERSION, Answer.CANNOT_TELL, _NOT_THERE, {}))
            continue
        yield Judged(about, terms.version, licence.validity(terms, asked.day))
        for carried in asked.facts.loads:
            verdict = licence.mineral(terms, carried.mineral, asked.minerals.get(name_key(carried.mineral)))
            yield Judged(_about(about, f"load:{carried.id}"), terms.version, verdict)


_NOT_THERE = ("licence_unknown",)


def _only(licences: Sequence[tuple[str, LicenceTerms | None]]) -> LicenceTerms | None:
    known = [terms for _, terms in licences if terms is not None]
    return known[0] if len(known) == 1 else None
