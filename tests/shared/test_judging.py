"""The one way phone and server ask the rules about a report."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.geo.polygon import Area
from shared.rules.hours import read_hours
from shared.rules.papers import PaperUse
from shared.rules.terms import DatedHours, LicenceTerms, LicensedMineral, MineralFamily, terms_on
from shared.rules.verdict import Answer
from shared.rules.words import WORDS, sentence
from shared.vietnamese import number_key
from shared.wire.v1.act import day_of_act, inside_licence, judged_position, place_of_act
from shared.wire.v1.codec import decode, encode
from shared.wire.v1.judging import (
    ABOUT_LENGTH,
    NEAR_M,
    RULES_OF_OURS,
    Judged,
    as_results,
    from_result,
    judge,
)
from shared.wire.v1.load_papers import papers_seen
from shared.wire.v1.records import Basis, Facts, Kind, PositionRole, QuantityKind, RuleResult, Water
from tests import golden
from tests.factories import reports as make
from tests.factories.terms import LICENCE, licence_row, mineral_row
from tests.shared.strategies import examples

GOLDEN = golden.read("rule_cases.json")
OBSERVER, TARGET = (20.6000, 106.0000), (20.6040, 106.0000)
SEALED_AT = make.SEALED_AT


class Table:
    """A register of rows, as simple as can be."""

    def __init__(
        self,
        licences: Sequence[Mapping[str, Any]] = (),
        minerals: Sequence[Mapping[str, Any]] = (),
        hours: Sequence[Mapping[str, Any]] = (),
    ) -> None:
        self._licences, self._minerals, self._hours = licences, minerals, hours
        self.uses: dict[str, list[PaperUse]] = defaultdict(list)

    def file(self, kind: Kind, report: UUID, facts: Facts) -> None:
        for seen in papers_seen(kind, report, facts):
            self.uses[seen.key].append(seen.use)

    def licence(self, id: UUID, day: date) -> LicenceTerms | None:
        return next((terms_on(row, day) for row in self._licences if row["id"] == str(id)), None)

    def licence_by_number(self, number: str, day: date) -> LicenceTerms | None:
        found = [row for row in self._licences if number_key(row["number"]) == number_key(number)]
        return terms_on(found[0], day) if len(found) == 1 else None

    def licences_at(self, lat: float, lon: float, day: date) -> Sequence[LicenceTerms]:
        placed = [terms for terms in (terms_on(row, day) for row in self._licences) if terms.area is not None]
        holding = [terms for terms in placed if terms.area is not None and terms.area.contains(lat, lon)]
        if holding:
            return holding
        far = {terms.id: terms.area.distance_to_boundary_m(lat, lon) for terms in placed if terms.area is not None}
        return [terms for terms in placed if far[terms.id] == min(far.values()) <= NEAR_M]

    def minerals(self, keys: Collection[str]) -> Mapping[str, LicensedMineral]:
        return {
            row["key"]: LicensedMineral(
                row["code"], row["name"], row["key"], MineralFamily(row["family"]), row["density"], ""
            )
            for row in self._minerals
            if row["key"] in keys
        }

    def hours(self) -> Sequence[DatedHours]:
        return read_hours(self._hours)

    def paper_uses(self, keys: Collection[str], *, but: UUID) -> Mapping[str, Sequence[PaperUse]]:
        return {key: [use for use in self.uses[key] if use.report != but] for key in keys if key in self.uses}


def golden_register() -> Table:
    return Table(GOLDEN["licences"], GOLDEN["minerals"], GOLDEN["hours"])


def golden_facts(case: Mapping[str, Any], patch: Mapping[str, Any]) -> Facts:
    return decode(Facts, {**GOLDEN["base"][case["kind"]], **patch})


def said(judged: Sequence[Judged]) -> dict[str, list[str]]:
    return {f"{one.verdict.rule} {one.about}": [one.verdict.answer.value, *one.verdict.reasons] for one in judged}


@pytest.mark.parametrize("case", GOLDEN["cases"], ids=lambda case: case["name"])
def test_golden(case: dict[str, Any]) -> None:
    register, kind = golden_register(), Kind(case["kind"])
    earlier = [uuid4() for _ in case["earlier"]]
    for report, patch in zip(earlier, case["earlier"], strict=True):
        register.file(kind, report, golden_facts(case, patch))
    corrected = None if case["supersedes"] is None else earlier[case["supersedes"]]
    facts = golden_facts(case, case["facts"])
    found = judge(kind, uuid4(), facts, register, judged_at=SEALED_AT, supersedes=corrected)
    assert said(found) == case["says"]


def test_the_golden_cases_hear_yes_and_no_from_every_rule() -> None:
    heard = {(key.split()[0], answer[0]) for case in GOLDEN["cases"] for key, answer in case["says"].items()}
    assert heard >= {(rule, answer) for rule in RULES_OF_OURS for answer in ("yes", "no")}
    assert {rule for rule, _ in heard} == RULES_OF_OURS


# --- where the thing judged was


def square(centre: tuple[float, float], half: float = 0.001) -> Area:
    lat, lon = centre
    corners = ((-1, -1), (-1, 1), (1, 1), (1, -1), (-1, -1))
    return Area(((tuple((lat + a * half, lon + b * half) for a, b in corners),),))


def seen(**target: Any) -> Facts:
    base = make.extraction_facts()
    observer = make.position(lat=OBSERVER[0], lon=OBSERVER[1], fixed_at=base.started_at, accuracy_m=4.0)
    other = make.position(
        role=PositionRole.TARGET,
        lat=TARGET[0],
        lon=TARGET[1],
        fixed_at=base.started_at,
        accuracy_m=4.0,
        uncertainty_m=8.0,
    )
    return replace(base, positions=(observer, replace(other, **target)))


def fenced(area: Area | None, facts: Facts) -> tuple[Answer, tuple[str, ...]]:
    verdict = inside_licence(area, facts, sealed_at=facts.started_at + timedelta(hours=2))
    return verdict.answer, verdict.reasons


def test_a_target_with_coordinates_is_judged_and_not_its_observer() -> None:
    facts = seen()
    assert fenced(square(TARGET), facts)[0] is Answer.YES
    assert fenced(square(OBSERVER), facts)[0] is Answer.NO


def test_a_target_seen_by_bearing_and_distance_lies_there_and_not_at_its_observer() -> None:
    facts = seen(lat=None, lon=None, bearing_deg=0.0, distance_m=443.0, uncertainty_m=20.0)
    assert judged_position(facts) == facts.positions[0]
    place = place_of_act(facts)
    assert not isinstance(place, str)
    assert (place.lat, place.lon) == pytest.approx(TARGET, abs=1e-5)
    assert fenced(square(TARGET), facts)[0] is Answer.YES
    assert fenced(square(OBSERVER), facts)[0] is Answer.NO


def test_without_a_bearing_the_distance_itself_is_uncertainty() -> None:
    round_about = seen(lat=None, lon=None, bearing_deg=None, distance_m=50.0, uncertainty_m=5.0)
    assert fenced(square(OBSERVER), round_about)[0] is Answer.YES  # 111 m to the nearest edge
    far = seen(lat=None, lon=None, bearing_deg=None, distance_m=120.0, uncertainty_m=5.0)
    assert fenced(square(OBSERVER), far) == (Answer.CANNOT_TELL, ("within_uncertainty",))


@pytest.mark.parametrize(
    ("target", "reason"),
    [
        ({"lat": None, "lon": None}, "target_distance_unknown"),
        ({"lat": None, "lon": None, "distance_m": 40.0, "uncertainty_m": None}, "target_uncertainty_unknown"),
        ({"distance_m": 176.0, "uncertainty_m": None}, "target_uncertainty_unknown"),
    ],
)
def test_a_target_that_is_not_well_described_is_not_placed(target: dict[str, Any], reason: str) -> None:
    assert fenced(square(OBSERVER), seen(**target)) == (Answer.CANNOT_TELL, (reason,))


def test_a_target_that_somebody_stood_on_needs_no_offset() -> None:
    assert fenced(square(TARGET), seen(uncertainty_m=None))[0] is Answer.YES


def test_the_step_to_the_target_widens_the_uncertainty() -> None:
    near_edge = square((TARGET[0] - 0.001 - 0.00012, TARGET[1]))  # the target lies 13 m outside
    assert fenced(near_edge, seen(uncertainty_m=1.0))[0] is Answer.NO
    assert fenced(near_edge, seen(uncertainty_m=30.0)) == (Answer.CANNOT_TELL, ("within_uncertainty",))


def test_a_fix_from_before_the_check_is_stale_and_one_during_it_is_not() -> None:
    facts = seen()
    assert facts.finished_at is not None
    old = seen(fixed_at=facts.started_at - timedelta(minutes=10))
    assert fenced(square(TARGET), old) == (Answer.CANNOT_TELL, ("fix_stale",))
    late = seen(fixed_at=facts.finished_at)
    assert fenced(square(TARGET), late)[0] is Answer.YES


def test_a_phone_clock_that_is_wrong_by_hours_makes_no_fix_stale_when_the_offset_is_known() -> None:
    facts = seen()
    wrong = timedelta(hours=5)
    off = replace(
        facts, started_at=facts.started_at - wrong, finished_at=(facts.finished_at or facts.started_at) - wrong
    )
    assert fenced(square(TARGET), off)[1] == ("fix_stale",)
    known = replace(off, device_time=replace(off.device_time, offset_s=wrong.total_seconds()))
    assert fenced(square(TARGET), known)[0] is Answer.YES


def test_without_boundary_or_position_it_cannot_tell_and_says_why() -> None:
    facts = seen()
    assert fenced(None, facts) == (Answer.CANNOT_TELL, ("licence_area_unknown",))
    lost = replace(facts, positions=(replace(facts.positions[0], lat=None, lon=None, missing_reason="no_receiver"),))
    assert fenced(square(TARGET), lost) == (Answer.CANNOT_TELL, ("position_missing",))


# --- which day, which licence


@pytest.mark.parametrize(
    ("discovered", "offset_s", "day"),
    [
        ("2026-11-20T16:59:59.000+00:00", 0.0, "2026-11-20"),
        ("2026-11-20T17:00:00.000+00:00", 0.0, "2026-11-21"),
        ("2026-11-20T17:00:00.000+00:00", -1.0, "2026-11-20"),
        ("2026-11-20T16:59:59.000+00:00", None, "2026-11-20"),
        (None, 16 * 3600.0, "2026-11-21"),
    ],
)
def test_the_day_of_the_act_is_vietnams_by_the_better_clock(
    discovered: str | None, offset_s: float | None, day: str
) -> None:
    facts = make.facts(discovered_at=None if discovered is None else datetime.fromisoformat(discovered))
    facts = replace(facts, device_time=replace(facts.device_time, offset_s=offset_s))
    assert day_of_act(facts).isoformat() == day


def extraction(register: Table, **facts: Any) -> dict[str, list[str]]:
    return said(judge(Kind.EXTRACTION, uuid4(), make.extraction_facts(**facts), register, judged_at=SEALED_AT))


def test_a_report_is_judged_by_the_version_of_its_day() -> None:
    deeper = {**licence_row(), "version": 2, "effective_from": "2026-11-21", "depth_limit_m": 3.0}
    register = Table([licence_row(versions=[deeper])])
    [judged] = [
        one
        for one in judge(Kind.EXTRACTION, uuid4(), make.extraction_facts(), register, judged_at=SEALED_AT)
        if one.verdict.rule == "depth"
    ]
    assert (judged.licence_version, judged.verdict.answer) == (1, Answer.YES)
    later = make.STARTED_AT + timedelta(days=1)
    answers = extraction(register, started_at=later, discovered_at=None, finished_at=None, water=None)
    assert answers[f"depth licence:{LICENCE}"] == ["no", "too_deep"]


def test_of_several_depths_the_one_that_says_most_against_counts() -> None:
    depth = make.extraction_facts().measurements[0]
    unsure = replace(depth, value=20.0, uncertainty=None)
    deep = replace(depth, value=9.0, uncertainty=0.2)
    answers = extraction(Table([licence_row()]), water=None, measurements=(depth, unsure, deep))
    assert answers[f"depth licence:{LICENCE}"] == ["no", "too_deep"]


def test_two_papers_of_one_licence_are_one_licence_and_two_licences_two() -> None:
    shown = make.extraction_facts().licences_shown[0]
    other = licence_row(id=str(uuid4()), number="7/GP-UBND")
    one = extraction(Table([licence_row(), other]), licences_shown=(shown, replace(shown, number="12 / gp–ubnd")))
    two = extraction(Table([licence_row(), other]), licences_shown=(shown, replace(shown, number="7/GP-UBND")))
    assert (len(one), len(two)) == (9, 18)


def test_ids_of_any_length_fit_the_findings_table_and_stay_apart() -> None:
    load = make.extraction_facts().loads[0]
    loads = tuple(replace(load, id=f"{'x' * 300}{i}") for i in range(2))
    shown = replace(make.extraction_facts().licences_shown[0], number="9" * 300)
    for licences in ((shown,), make.extraction_facts().licences_shown):
        answers = judge(
            Kind.EXTRACTION,
            uuid4(),
            make.extraction_facts(loads=loads, licences_shown=licences),
            Table([licence_row()]),
            judged_at=SEALED_AT,
        )
        assert all(len(one.about) <= ABOUT_LENGTH for one in answers)
        assert len({(one.verdict.rule, one.about) for one in answers}) == len(answers)
    assert len([one for one in answers if one.verdict.rule == "mineral"]) == 2


# --- papers


def transport(*loads: Any, register: Table | None = None, **facts: Any) -> dict[str, list[str]]:
    whole = make.transport_facts(loads=loads or (make.load(),), **facts)
    return said(judge(Kind.TRANSPORT, uuid4(), whole, register or Table(), judged_at=SEALED_AT))


def test_papers_of_the_whole_stop_count_for_each_load() -> None:
    papers = (make.document(quantity=24.0),)
    loads = (make.load(documents=()), make.load(id="l2", documents=()))
    answers = transport(*loads, documents=papers)
    for load in ("l1", "l2"):
        assert answers[f"papers_shown load:{load}"] == ["yes", "papers_shown"]
        assert answers[f"paper_reused load:{load}/paper:invoice:1"] == ["yes", "paper_used_again", "paper_covers_loads"]


def test_only_papers_made_out_for_a_load_and_shown_on_the_move_are_remembered() -> None:
    facts = make.transport_facts()
    report = uuid4()
    [seen_paper] = papers_seen(Kind.TRANSPORT, report, facts)
    assert (seen_paper.kind, seen_paper.quantity, seen_paper.unit) == ("invoice", 12.0, "m3")
    assert seen_paper.use == PaperUse(report, "l1", make.STARTED_AT - timedelta(seconds=0.4), "87C12345", 12.0, "m3")
    assert papers_seen(Kind.STOCKYARD, report, facts) == ()
    assert papers_seen(Kind.EXTRACTION, report, facts) == ()


@pytest.mark.parametrize(("minutes", "answer"), [(-60, "no"), (0, "no"), (60, "yes")])
def test_who_showed_a_paper_first_is_not_told_of_a_second_time(minutes: int, answer: str) -> None:
    register, other = Table(), make.STARTED_AT + timedelta(minutes=minutes)
    lorry = make.vehicle(mark="87C-999.99")
    register.file(
        Kind.TRANSPORT, uuid4(), make.transport_facts(vehicles=(lorry,), started_at=other, discovered_at=other)
    )
    assert transport(register=register)["paper_reused load:l1/paper:invoice:1"][0] == answer


def test_a_paper_shown_twice_for_one_load_is_shown_once() -> None:
    assert transport(make.load(), documents=(make.document(),))["paper_reused load:l1/paper:invoice:2"] == [
        "yes",
        "paper_seen_once",
    ]


def test_the_sharper_measurement_in_the_papers_unit_is_compared() -> None:
    rough = make.measurement(value=20.0, uncertainty=9.0)
    weighed = make.measurement(kind=QuantityKind.MASS, unit="kg", basis=Basis.WEIGHT, value=17_000.0, uncertainty=20.0)
    load = make.load(measurements=(rough, make.measurement(), weighed))
    assert transport(load)["load_against_paper load:l1/paper:invoice:1"] == ["yes", "load_as_on_paper"]
    by_weight = replace(load, documents=(make.document(quantity=17.0, unit="t"),))
    assert transport(by_weight)["load_against_paper load:l1/paper:invoice:1"] == ["yes", "load_as_on_paper"]


def test_the_density_of_the_only_licence_serves_where_the_mineral_was_typed_otherwise() -> None:
    shown = make.extraction_facts().licences_shown
    load = make.load(mineral="cát lạ", documents=(make.document(unit="t"),))
    key = "load_against_paper load:l1/paper:invoice:1"
    assert transport(load)[key] == ["cannot_tell", "load_density_unknown"]
    assert transport(load, register=Table([licence_row()]), licences_shown=shown)[key] == ["no", "load_more_than_paper"]
    two = licence_row(minerals=[mineral_row(), mineral_row("Sét", code="MH-SET", family="common")])
    assert transport(load, register=Table([two]), licences_shown=shown)[key] == ["cannot_tell", "load_density_unknown"]


# --- on the wire


def test_a_result_goes_to_the_wire_and_comes_back() -> None:
    judged = judge(Kind.EXTRACTION, uuid4(), make.extraction_facts(), golden_register(), judged_at=SEALED_AT)
    for one, result in zip(judged, as_results(judged), strict=True):
        assert decode(RuleResult, encode(result)) == result
        rule, about, verdict = from_result(result)
        assert (rule, about) == (one.verdict.rule, one.about)
        assert verdict == replace(one.verdict, citation="")


def test_a_result_that_names_nothing_comes_back_too() -> None:
    bare = make.rule_result()
    about_all = replace(bare, reasons=(*bare.reasons, "report"))
    assert (from_result(bare)[1], from_result(about_all)[1]) == ("", "report")
    assert from_result(bare)[2] == from_result(about_all)[2]


@examples
@given(
    st.sampled_from(list(Kind)),
    st.booleans(),
    st.lists(st.sampled_from(["cát san lấp", "Sét gạch ngói", "?"]), max_size=3),
    st.lists(st.sampled_from(["12/GP-UBND", "13/GP-UBND", "x"]), max_size=3),
    st.floats(-0.01, 0.02),
    st.none() | st.floats(0, 200),
)
def test_whatever_the_report_says_its_results_can_be_sealed_and_read(
    kind: Kind, water: bool, minerals: list[str], numbers: list[str], north: float, accuracy: float | None
) -> None:
    base = {
        Kind.EXTRACTION: make.extraction_facts,
        Kind.TRANSPORT: make.transport_facts,
        Kind.STOCKYARD: make.stockyard_facts,
    }[kind]()
    shown = make.extraction_facts().licences_shown[0]
    facts = replace(
        base,
        water=Water(None, None) if water else None,
        positions=(make.position(lat=20.6471 + north, accuracy_m=accuracy),),
        loads=tuple(make.load(id=f"l{i}", mineral=mineral) for i, mineral in enumerate(minerals)),
        licences_shown=tuple(replace(shown, number=number) for number in numbers),
    )
    judged = judge(kind, uuid4(), facts, golden_register(), judged_at=SEALED_AT)
    assert len({(one.verdict.rule, one.about) for one in judged}) == len(judged)
    for one, result in zip(judged, as_results(judged), strict=True):
        assert decode(RuleResult, encode(result)) == result
        assert one.verdict.rule in RULES_OF_OURS
        assert set(one.verdict.reasons) <= set(WORDS)
        for language in ("vi", "en"):
            assert "…" not in sentence(one.verdict, language), "every number of a sentence is given"
