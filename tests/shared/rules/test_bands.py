"""Bands: the golden cases, and what must hold of a suggestion whatever was measured."""

import ast
import inspect
import math
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.problems import Text
from shared.rules import band_words, bands
from shared.rules.actors import Actor, ActorKind, LicenceLevel, Method, MineralKind
from shared.rules.bands import BandSuggestion, Measured, crime_threshold, suggest
from shared.rules.provisions import MILLION, Act, Band, Column, Measure, ViolationType
from shared.rules.terms import MineralFamily
from shared.rules.verdict import Answer
from tests import golden
from tests.shared.rules.catalogue_data import CATALOGUE
from tests.shared.strategies import examples

TODAY = date(2026, 10, 1)
CASES = golden.read("band_cases.json")["cases"]
_KINDS: dict[str, Any] = {
    "kind": ActorKind,
    "licence": LicenceLevel,
    "family": MineralFamily,
    "mineral": MineralKind,
    "method": Method,
}


def type_on(code: str, day: date = TODAY) -> ViolationType:
    found = CATALOGUE.type_on(code, day)
    assert found is not None
    return found


def actor_of(given: dict[str, Any]) -> Actor:
    return Actor(**{name: _KINDS[name](value) if name in _KINDS else value for name, value in given.items()})


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_golden(case: dict[str, Any]) -> None:
    day = date.fromisoformat(case["act_on"])
    found = suggest(
        type_on(case["code"], day),
        act_on=day,
        actor=actor_of(case["actor"]),
        measured=[
            Measured(Measure(m), value, error, case.get("handheld", False)) for m, value, error in case["measured"]
        ],
        depth_area_ha=case.get("depth_area_ha"),
        prohibited_area=case.get("prohibited_area"),
    )
    assert (found.low, found.high, found.start) == (case["low"], case["high"], case["start"])
    assert found.competence_maximum == case["competence"]
    assert [[option.band.low, option.band.high] for option in found.alternatives] == case["alternatives"]
    assert sorted(found.reasons) == sorted(case["reasons"])
    if "missing" in case:
        assert list(found.missing) == case["missing"]
    if "judged_by" in case:
        assert list(found.judged_by) == case["judged_by"]


# --- whatever the row, the actor and the measurement

kinds = st.sampled_from(ActorKind)
known_kinds = st.sampled_from([kind for kind in ActorKind if kind is not ActorKind.UNKNOWN])
maybe = st.none() | st.booleans()


def actors(kind: st.SearchStrategy[ActorKind] = kinds) -> st.SearchStrategy[Actor]:
    return st.builds(
        Actor,
        kind=kind,
        licence=st.none() | st.sampled_from(LicenceLevel),
        explosives=maybe,
        family=st.none() | st.sampled_from(MineralFamily),
        mineral=st.none() | st.sampled_from(MineralKind),
        method=st.none() | st.sampled_from(Method),
        capacity_m3=st.none() | st.floats(0, 100_000),
        corridor=maybe,
    )


WITH_BANDS = [found for found in CATALOGUE.types if found.acts]
MEASURING = [(found, act) for found in WITH_BANDS for act in found.acts if act.measures]


@st.composite
def measuring(draw: st.DrawFn) -> tuple[ViolationType, Act, list[Measured]]:
    """A row, one act of it, and measurements near its tiers' edges."""
    found, act = draw(st.sampled_from(MEASURING))
    wanted = draw(st.lists(st.sampled_from(act.measures), min_size=1, unique=True))
    measured = []
    for measure in wanted:
        edges = [float(tier.spans[measure].start) for tier in act.tiers]
        value = draw(st.sampled_from(edges) | st.floats(0, edges[-1] * 2 + 1, allow_nan=False))
        measured.append(Measured(measure, value, draw(st.floats(0, edges[-1] + 1)), draw(st.booleans())))
    return found, act, measured


def asked(
    found: ViolationType, act: Act | None, actor: Actor, measured: Sequence[Measured] = (), **more: Any
) -> BandSuggestion:
    key = None if act is None else act.key
    return suggest(found, act_on=found.valid_from, actor=actor, measured=measured, act=key, **more)


def tiers(found: BandSuggestion) -> set[int]:
    """Every tier that may stand; -1 under the lowest."""
    below = {-1} if {"below_lowest_tier", "may_be_below", "depth_area_small"} & set(found.reasons) else set()
    return {option.tier for option in (*found.options, *found.alternatives)} | below


PRIVATE_OPEN_PIT = Actor(ActorKind.PERSON, LicenceLevel.PROVINCE, False, method=Method.OPEN_PIT, corridor=True)


@examples
@given(measuring(), st.floats(0, 1000), st.sampled_from(MineralFamily))
def test_a_larger_uncertainty_never_narrows_the_possible_tiers(
    row: tuple[ViolationType, Act, list[Measured]], more: float, family: MineralFamily
) -> None:
    found, act, measured = row
    actor = replace(PRIVATE_OPEN_PIT, family=family)
    wider = [replace(one, uncertainty=(one.uncertainty or 0) + more) for one in measured]
    narrow, wide = (asked(found, act, actor, each, depth_area_ha=1.0) for each in (measured, wider))
    assert tiers(narrow) <= tiers(wide)
    assert narrow.options == wide.options, "what was measured is the same"
    assert (narrow.competence_maximum or 0) <= (wide.competence_maximum or 0)


@examples
@given(measuring())
def test_the_tier_that_holds_the_value_is_among_the_possible(row: tuple[ViolationType, Act, list[Measured]]) -> None:
    found, act, (first, *_) = row
    suggestion = asked(found, act, Actor(), [first], depth_area_ha=10.0)
    holding = [
        index
        for index, tier in enumerate(act.tiers)
        for span in (tier.spans[first.measure],)
        if first.value > 0 and span.start <= first.value and (span.end is None or first.value < span.end)
    ]
    assert len(holding) <= 1
    at = {option.tier for option in suggestion.options}
    assert at <= set(holding)
    if not at and holding:
        assert {"stands_elsewhere", "no_column"} & set(suggestion.reasons)


@examples
@given(st.sampled_from(WITH_BANDS), actors(st.just(ActorKind.PERSON)), st.data())
def test_an_organisation_pays_exactly_twice(found: ViolationType, person: Actor, data: st.DataObject) -> None:
    act = data.draw(st.sampled_from(found.acts))
    measured = [Measured(measure, data.draw(st.floats(0, 600)), 1.0) for measure in act.measures]
    one = asked(found, act, person, measured)
    two = asked(found, act, replace(person, kind=ActorKind.ORGANISATION), measured)
    assert one.options == two.options
    for name in ("low", "high", "start", "competence_maximum"):
        single, double = getattr(one, name), getattr(two, name)
        assert double == (None if single is None else 2 * single), name
    assert one.right_to_explain == two.right_to_explain, "15 million of one is 30 of the other"


@examples
@given(st.sampled_from(WITH_BANDS), actors(), st.data(), maybe)
def test_start_lies_inside_the_band_and_the_band_inside_the_fields_maximum(
    found: ViolationType, actor: Actor, data: st.DataObject, prohibited: bool | None
) -> None:
    act = data.draw(st.sampled_from([None, *found.acts]))
    measures = {measure for one in found.acts for measure in one.measures}
    measured = [Measured(measure, data.draw(st.floats(0, 600)), 2.0) for measure in measures]
    suggestion = asked(found, act, actor, measured, prohibited_area=prohibited)
    assert suggestion.decides is False
    if suggestion.start is not None:
        assert suggestion.low is not None
        assert suggestion.high is not None
        assert suggestion.low <= suggestion.start <= suggestion.high
        if "prohibited_area_top" in suggestion.reasons:
            assert suggestion.start == suggestion.high
        else:
            assert suggestion.start * 2 == suggestion.low + suggestion.high, "the middle (Luật XLVPHC Đ23 k4)"
    if suggestion.high is not None:
        assert suggestion.competence_maximum is not None
        assert suggestion.high <= suggestion.competence_maximum <= found.field_maximum * max(suggestion.multipliers)
    said = {*suggestion.reasons, *suggestion.missing}
    assert said <= set(band_words.WORDS), "every code has its words"


@examples
@given(st.sampled_from(WITH_BANDS), actors())
def test_more_is_known_less_is_left(found: ViolationType, actor: Actor) -> None:
    nobody = {option.band for option in asked(found, None, Actor()).options}
    assert {option.band for option in asked(found, None, actor).options} <= nobody


@pytest.mark.parametrize("found", CATALOGUE.types, ids=lambda found: f"{found.code} {found.valid_from}")
def test_tiers_of_every_row_follow_each_other_without_gap_or_overlap(found: ViolationType) -> None:
    for act in found.acts:
        for measure in act.measures:
            spans = [tier.spans[measure] for tier in act.tiers]
            assert all(former.end == later.start for former, later in pairwise(spans))
            assert spans[-1].end is None
        for column in act.columns:
            bands_up = [tier.cells[column] for tier in act.tiers if column in tier.cells]
            rising = [band for band in bands_up if isinstance(band, Band)]
            assert all(a.low <= b.low and a.high <= b.high for a, b in pairwise(rising))


# --- words


def codes_in_the_rule() -> set[str]:
    """Every text in lower case with underscores that the rule's source has: its codes, and names of its fields."""
    tree = ast.parse(inspect.getsource(bands))
    return {
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.isidentifier()
    }


def test_no_words_are_left_of_codes_that_are_gone() -> None:
    facts_of_actors = {"licence", "explosives", "family", "mineral", "method", "capacity", "corridor", "actor_kind"}
    assert set(band_words.WORDS) <= codes_in_the_rule() | facts_of_actors


@pytest.mark.parametrize(
    ("code", "text"),
    [*band_words.WORDS.items(), ("suggestion", band_words.SUGGESTION)],
    ids=lambda value: str(value)[:30],
)
def test_words_are_there_in_both_languages(code: str, text: Text) -> None:
    assert text.vi.strip()
    assert text.en.strip()
    assert text.vi != text.en
    assert "{" not in text.vi + text.en


def test_crime_signs_have_their_words() -> None:
    every = [
        crime_threshold(illegal_gain=g, mineral_value=v, sanctioned_before=s)
        for g in (None, 1, 10**8, 10**9)
        for v in (None, 1, 5 * 10**8, 10**9)
        for s in (None, True, False)
    ]
    assert {reason for verdict in every for reason in verdict.reasons} <= set(band_words.WORDS)


def test_handheld_says_that_a_survey_is_needed() -> None:
    assert band_words.WORDS["handheld_needs_survey"].vi == "Theo thiết bị cầm tay – cần đo đạc."


# --- what is printed

PERSON = Actor(ActorKind.PERSON)
EIGHT_M3 = [Measured(Measure.VOLUME_M3, 8, 0.5)]


def test_the_neutral_sentence_is_printed_while_nobody_has_verified() -> None:
    found = suggest(type_on("KT-01"), act_on=TODAY, actor=PERSON, measured=EIGHT_M3)
    assert found.verified is False
    assert found.printed.vi.endswith(
        "xử lý theo quy định pháp luật về xử phạt vi phạm hành chính trong lĩnh vực khoáng sản."
    )
    assert "Điều 48" not in found.printed.vi
    assert "48" not in found.printed.en


def verified(code: str, day: date = TODAY) -> ViolationType:
    return replace(type_on(code, day), verified_on=date(2026, 11, 1), verified_by="Luật sư (thử)")


def test_the_citation_is_printed_once_verified() -> None:
    found = suggest(verified("KT-01"), act_on=TODAY, actor=PERSON, measured=EIGHT_M3)
    assert found.printed.vi == (
        "điểm a khoản 1 Điều 48 Nghị định số 36/2020/NĐ-CP (được sửa đổi, bổ sung bởi Nghị định số 04/2022/NĐ-CP)"
    )
    assert "not_verified" not in found.reasons


def test_no_citation_is_printed_while_two_stand_side_by_side() -> None:
    found = suggest(verified("KT-01"), act_on=TODAY, actor=PERSON)
    assert len({option.citation for option in found.options}) == 6
    assert found.printed.vi.endswith("điểm, khoản, điều áp dụng do người có thẩm quyền xác định.")
    assert "Điều 48" not in found.printed.vi


def test_the_amending_decree_is_not_named_for_an_act_before_it() -> None:
    row = verified("KT-14")
    before, after = (
        suggest(row, act_on=day, actor=Actor(ActorKind.PERSON, family=MineralFamily.PRECIOUS)).options[0].citation.vi
        for day in (date(2022, 1, 5), date(2022, 1, 6))
    )
    assert "04/2022" not in before
    assert "04/2022" in after


# --- competence, explanation, edges


def test_competence_is_tested_on_the_top_of_every_band_in_reach() -> None:
    near = suggest(
        type_on("KT-01"),
        act_on=TODAY,
        actor=Actor(ActorKind.ORGANISATION),
        measured=[Measured(Measure.VOLUME_M3, 48, 3)],
    )
    assert (near.high, near.competence_maximum) == (300 * MILLION, 400 * MILLION)
    assert "straddles_tier" in near.reasons


def with_band(low: int, high: int, months: int | None = None) -> ViolationType:
    """KT-21 with another band, and a withdrawal for so many months."""
    row = type_on("KT-21")
    (act,) = row.acts
    (tier,) = act.tiers
    band = Band(low * MILLION, high * MILLION, False, "3", "d")
    extra = type_on("KT-23").acts[1].extra if months else ()
    return replace(row, acts=(replace(act, tiers=(replace(tier, cells={Column.ALL: band}, extra=extra),)),))


@pytest.mark.parametrize("kind", [ActorKind.PERSON, ActorKind.ORGANISATION, ActorKind.UNKNOWN])
@pytest.mark.parametrize(
    ("high", "months", "answer"),
    [(14, None, Answer.NO), (15, None, Answer.YES), (16, None, Answer.YES), (14, 3, Answer.YES)],
)
def test_right_to_explain_from_15_million_of_a_person_or_a_suspension(
    kind: ActorKind, high: int, months: int | None, answer: Answer
) -> None:
    found = suggest(with_band(5, high, months), act_on=TODAY, actor=Actor(kind))
    assert found.right_to_explain is answer


def test_right_to_explain_is_open_where_only_a_repetition_brings_a_suspension() -> None:
    household = Actor(ActorKind.HOUSEHOLD_BUSINESS, family=MineralFamily.RIVERBED_SAND)
    answers = [
        suggest(type_on("KT-09"), act_on=TODAY, actor=household, repeated=repeated).right_to_explain
        for repeated in (None, True, False)
    ]
    assert answers == [Answer.CANNOT_TELL, Answer.YES, Answer.NO]


def test_an_extra_sanction_for_repetition_goes_when_it_is_the_first_time() -> None:
    household = Actor(ActorKind.HOUSEHOLD_BUSINESS, family=MineralFamily.RIVERBED_SAND)
    found = suggest(type_on("KT-09"), act_on=TODAY, actor=household, repeated=False)
    assert found.options[0].extra == ()
    (extra,) = suggest(type_on("KT-09"), act_on=TODAY, actor=household).options[0].extra
    assert (extra.code, extra.months_from, extra.months_to) == ("BS-04", 3, 6)


def test_a_depth_without_its_area_says_so_and_one_over_too_little_does_not_count() -> None:
    company = Actor(ActorKind.ORGANISATION, LicenceLevel.PROVINCE, family=MineralFamily.COMMON)
    deep = [Measured(Measure.DEPTH_BEYOND_M, 2.5, 0.1)]
    unknown = suggest(type_on("KT-05"), act_on=TODAY, actor=company, measured=deep)
    assert "depth_area_unknown" in unknown.reasons
    assert unknown.start == 170 * MILLION
    small = suggest(type_on("KT-05"), act_on=TODAY, actor=company, measured=deep, depth_area_ha=0.009)
    assert (small.options, "depth_area_small" in small.reasons) == ((), True)
    enough = suggest(type_on("KT-05"), act_on=TODAY, actor=company, measured=deep, depth_area_ha=0.01)
    assert enough.start == 170 * MILLION


def test_a_quantity_of_unknown_uncertainty_says_so() -> None:
    found = suggest(type_on("KT-01"), act_on=TODAY, actor=PERSON, measured=[Measured(Measure.VOLUME_M3, 8)])
    assert "uncertainty_unknown" in found.reasons


def test_a_band_over_the_fields_maximum_is_cut_and_said() -> None:
    row = replace(with_band(30, 50), field_maximum=40 * MILLION)
    found = suggest(row, act_on=TODAY, actor=PERSON)
    assert (found.low, found.high, found.start, found.capped) == (30 * MILLION, 40 * MILLION, 35 * MILLION, True)


def test_a_measure_of_another_act_is_said_to_be_of_no_use() -> None:
    found = suggest(type_on("KT-21"), act_on=TODAY, actor=PERSON, measured=EIGHT_M3)
    assert "measure_not_used" in found.reasons
    assert found.start == 40 * MILLION


def test_a_mineral_of_another_family_is_said() -> None:
    found = suggest(
        type_on("KT-01"), act_on=TODAY, actor=replace(PERSON, family=MineralFamily.PRECIOUS), measured=EIGHT_M3
    )
    assert "other_family" in found.reasons


def test_an_act_of_a_type_with_several_has_to_be_chosen() -> None:
    row = type_on("KT-10")
    open_ = suggest(row, act_on=TODAY, actor=PERSON)
    assert "act" in open_.missing
    assert open_.start is None
    chosen = suggest(row, act_on=TODAY, actor=PERSON, act="k1b")
    assert (chosen.start, "act" in chosen.missing) == (7_500_000, False)


@pytest.mark.parametrize(
    ("row", "day", "more"),
    [
        ("KT-01", date(2020, 5, 9), {}),
        ("KT-10", TODAY, {"act": "k9"}),
        ("KT-01", TODAY, {"measured": [*EIGHT_M3, *EIGHT_M3]}),
    ],
)
def test_what_cannot_be_asked_is_refused(row: str, day: date, more: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"in force|no act|twice"):
        suggest(type_on(row), act_on=day, actor=PERSON, **more)


@pytest.mark.parametrize(("value", "uncertainty"), [(-1, 0), (math.nan, 0), (math.inf, 0), (1, -1), (1, math.inf)])
def test_what_is_no_quantity_is_refused(value: float, uncertainty: float) -> None:
    with pytest.raises(ValueError, match="no quantity"):
        Measured(Measure.VOLUME_M3, value, uncertainty)


# --- BLHS Đ227


@pytest.mark.parametrize(
    ("gain", "value", "before", "answer", "reasons"),
    [
        (99_999_999, 499_999_999, False, Answer.NO, ()),
        (100_000_000, 0, False, Answer.YES, ("gain_over_clause_1",)),
        (499_999_999, 0, False, Answer.YES, ("gain_over_clause_1",)),
        (500_000_000, 0, False, Answer.YES, ("gain_over_clause_2",)),
        (0, 500_000_000, False, Answer.YES, ("value_over_clause_1",)),
        (0, 999_999_999, False, Answer.YES, ("value_over_clause_1",)),
        (0, 1_000_000_000, False, Answer.YES, ("value_over_clause_2",)),
        (0, 0, True, Answer.YES, ("sanctioned_before",)),
        (None, 0, False, Answer.CANNOT_TELL, ("gain_unknown",)),
        (0, None, False, Answer.CANNOT_TELL, ("value_unknown",)),
        (0, 0, None, Answer.CANNOT_TELL, ("record_unknown",)),
        (None, 600_000_000, None, Answer.YES, ("value_over_clause_1", "gain_unknown", "record_unknown")),
    ],
)
def test_crime_threshold(
    gain: int | None, value: int | None, before: bool | None, answer: Answer, reasons: tuple[str, ...]
) -> None:
    verdict = crime_threshold(illegal_gain=gain, mineral_value=value, sanctioned_before=before)
    assert verdict.answer is answer
    assert verdict.reasons == (*reasons, "a_person_decides")
    assert verdict.citation == "BLHS Đ227"
