"""Papers shown, and one paper shown twice."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.rules import papers
from shared.rules.papers import KEY_LENGTH, Paper, PaperUse, paper_key
from shared.rules.terms import MineralFamily
from shared.rules.verdict import Answer, Verdict
from tests.shared.strategies import examples

SAND = frozenset({MineralFamily.RIVERBED_SAND})
CLAY = frozenset({MineralFamily.COMMON})
NOBODY_KNOWS: frozenset[MineralFamily] = frozenset()
DAY = date(2026, 11, 20)
AT = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)


def paper(kind: str = "invoice", presented: str = "shown", **given: Any) -> Paper:
    values: dict[str, Any] = {
        "issuer": "Công ty Cát sỏi Bãi Giữa (minh họa)",
        "series": "1C26TMH",
        "number": "00000127",
        "date": DAY,
        "quantity": 24.0,
        "unit": "m3",
    }
    return Paper(kind, presented, **(values | given))


def use(report: int, quantity: float | None = 12.0, **given: Any) -> PaperUse:
    values: dict[str, Any] = {"load": "l1", "at": AT, "mark_key": f"87C{report}", "unit": "m3"}
    return PaperUse(report=UUID(int=report), quantity=quantity, **(values | given))


# --- shown


@pytest.mark.parametrize(
    ("there", "answer", "reasons"),
    [
        ([paper()], Answer.YES, ("papers_shown",)),
        ([paper("delivery_note")], Answer.YES, ("papers_shown",)),
        ([paper(quantity=None), paper("weigh_slip")], Answer.YES, ("papers_shown",)),
        ([paper(quantity=None), paper("log_book", quantity=None)], Answer.YES, ("papers_shown",)),
        ([paper(presented="not_shown"), paper("delivery_note")], Answer.YES, ("papers_shown",)),
        ([paper(quantity=None)], Answer.CANNOT_TELL, ("volume_papers_not_asked",)),
        (
            [paper(quantity=None), paper("weigh_slip", "not_shown")],
            Answer.NO,
            ("volume_papers_not_shown",),
        ),
        (
            [paper(presented="not_shown", quantity=None), paper("weigh_slip")],
            Answer.NO,
            ("origin_papers_not_shown",),
        ),
        (
            [paper(presented="promised", quantity=None), paper("weigh_slip", "promised")],
            Answer.CANNOT_TELL,
            ("origin_papers_promised", "volume_papers_promised"),
        ),
        ([], Answer.CANNOT_TELL, ("origin_papers_not_asked", "volume_papers_not_asked")),
        ([paper("contract")], Answer.CANNOT_TELL, ("origin_papers_not_asked", "volume_papers_not_asked")),
    ],
)
def test_river_sand_needs_origin_and_volume(there: list[Paper], answer: Answer, reasons: tuple[str, ...]) -> None:
    verdict = papers.shown(there, SAND, DAY)
    assert (verdict.answer, verdict.reasons) == (answer, reasons)
    assert verdict.numbers == {"shown_count": sum(one.presented == "shown" for one in there)}


def test_other_minerals_need_origin_only_and_unknown_ones_prove_nothing_of_the_volume() -> None:
    no_volume = [paper(quantity=None), paper("log_book", "not_shown")]
    assert papers.shown(no_volume, CLAY, DAY).answer is Answer.YES
    assert papers.shown(no_volume, SAND, DAY).answer is Answer.NO
    assert papers.shown(no_volume, NOBODY_KNOWS, DAY).answer is Answer.CANNOT_TELL
    assert papers.shown([paper(presented="not_shown")], CLAY, DAY).answer is Answer.NO


def test_the_duty_is_cited_from_the_day_it_was_one() -> None:
    assert papers.shown([], SAND, date(2025, 7, 2)).citation == "NĐ 193/2025/NĐ-CP Đ117 k2"
    assert papers.shown([], SAND, date(2025, 7, 1)).citation == ""
    assert papers.shown([], CLAY, DAY).citation == ""


@examples
@given(st.lists(st.tuples(st.sampled_from(["invoice", "weigh_slip", "log_book"]), st.booleans()), max_size=5))
def test_showing_one_more_paper_never_makes_it_worse(said: list[tuple[str, bool]]) -> None:
    order = [Answer.NO, Answer.CANNOT_TELL, Answer.YES]
    before = [paper(kind, "shown" if there else "not_shown") for kind, there in said]
    for more in (paper(), paper("weigh_slip")):
        worse = papers.shown(before, SAND, DAY).answer
        assert order.index(papers.shown([*before, more], SAND, DAY).answer) >= order.index(worse)


# --- the key


def key(**given: Any) -> str:
    return paper(**given).key


def test_the_same_paper_differently_written_has_the_same_key() -> None:
    assert key() == key(number=" 127 ", series="1c26-tmh")
    assert key() == key(issuer=None), "series and date tell it"
    assert key(date=None) == key(date=None, issuer="CTY TNHH cát sỏi BÃI GIỮA (minh họa)")
    assert key(series=None) == key(series="", issuer="Công ty cổ phần Cát sỏi Bãi Giữa (minh họa)")


@pytest.mark.parametrize(
    "other",
    [
        {"number": "00000128"},
        {"number": "1/27"},
        {"series": "1C26TMA"},
        {"date": date(2026, 11, 21)},
        {"kind": "delivery_note"},
    ],
)
def test_another_paper_has_another_key(other: dict[str, Any]) -> None:
    assert key() != key(**other)
    assert key(**other) != ""


@pytest.mark.parametrize(
    "weak",
    [
        {"number": None},
        {"number": "số"},
        {"number": "0000"},
        {"series": None, "date": None},
        {"issuer": None, "date": None},
        {"series": None, "issuer": None},
        {"series": " ", "issuer": "..."},
    ],
)
def test_what_is_too_weak_to_tell_has_no_key(weak: dict[str, Any]) -> None:
    assert key(**weak) == ""
    assert papers.reused(paper(**weak), use(1), [use(2)]).reasons == ("paper_number_weak",)


texts = st.none() | st.text(max_size=300)


@examples
@given(st.sampled_from(["invoice", "weigh_slip"]), texts, texts, texts, st.none() | st.dates())
def test_any_text_has_a_key_that_fits(
    kind: str, issuer: str | None, series: str | None, number: str | None, day: date | None
) -> None:
    found = paper_key(kind, issuer, series, number, day)
    assert len(found) <= KEY_LENGTH
    assert found == "" or found.startswith(f"{kind}|")


# --- used again


def test_a_paper_not_seen_before_is_in_order() -> None:
    verdict = papers.reused(paper(), use(1), [])
    assert (verdict.answer, verdict.reasons) == (Answer.YES, ("paper_seen_once",))


@pytest.mark.parametrize(
    ("on_paper", "answer", "reason"),
    [
        (24.0, Answer.YES, "paper_covers_loads"),
        (23.0, Answer.CANNOT_TELL, "paper_near_quantity"),
        (21.6, Answer.CANNOT_TELL, "paper_near_quantity"),
        (21.5, Answer.NO, "paper_exceeded"),
        (12.0, Answer.NO, "paper_exceeded"),
        (None, Answer.CANNOT_TELL, "paper_quantity_unknown"),
    ],
)
def test_loads_are_added_up_against_the_paper(on_paper: float | None, answer: Answer, reason: str) -> None:
    verdict = papers.reused(paper(quantity=on_paper), use(1), [use(2)])
    assert (verdict.answer, verdict.reasons) == (answer, ("paper_used_again", reason))
    assert verdict.numbers["other_loads_count"] == 1
    if on_paper is not None:
        assert (verdict.numbers["loads_m3"], verdict.numbers["paper_m3"]) == (24.0, on_paper)


def test_a_load_nobody_measured_leaves_it_open_unless_the_others_are_too_much() -> None:
    unmeasured = use(3, None, unit="")
    assert papers.reused(paper(), use(1, 6.0), [use(2, 6.0), unmeasured]).reasons[1] == "paper_quantity_unknown"
    assert papers.reused(paper(), use(1, 20.0), [use(2, 20.0), unmeasured]).answer is Answer.NO
    assert papers.reused(paper(), use(1, None), [unmeasured]).reasons[1] == "paper_quantity_unknown"
    weighed = use(4, 30.0, unit="t")
    assert papers.reused(paper(), use(1, 6.0), [weighed]).reasons[1] == "paper_quantity_unknown"


def test_one_vehicle_stopped_twice_on_one_way_may_carry_one_load() -> None:
    small = paper(quantity=12.0)
    later = use(2, mark_key="87C1", at=AT + timedelta(hours=12))
    assert papers.reused(small, use(1), [later]).reasons == ("paper_used_again", "paper_may_be_same_load")
    next_day = replace(later, at=AT + timedelta(hours=12, seconds=1))
    assert papers.reused(small, use(1), [next_day]).answer is Answer.NO
    assert papers.reused(small, use(1), [later, use(3)]).answer is Answer.NO, "another vehicle too"
    unmarked = papers.reused(small, use(1, mark_key=""), [use(2, mark_key="")])
    assert unmarked.answer is Answer.NO, "nobody knows that they are one"
    beside = use(1, load="l2", mark_key="87C1")
    assert papers.reused(small, use(1), [beside]).answer is Answer.NO, "two loads of one stop are two"


uses = st.builds(
    use,
    st.integers(1, 10**6),
    st.none() | st.floats(0.1, 60),
    mark_key=st.sampled_from(["", "87C1", "87C2"]),
    at=st.integers(0, 72).map(lambda hours: AT + timedelta(hours=hours)),
)


@examples
@given(uses, uses, st.floats(1, 200))
def test_it_is_the_same_whichever_load_is_asked_about(one: PaperUse, other: PaperUse, quantity: float) -> None:
    def verdict(here: PaperUse, there: PaperUse) -> Verdict:
        return papers.reused(paper(quantity=quantity), here, [there])

    assert verdict(one, other) == verdict(other, one)


@examples
@given(uses, st.lists(uses, max_size=5), uses, st.floats(1, 200))
def test_one_more_load_of_another_vehicle_never_makes_it_better(
    here: PaperUse, others: list[PaperUse], more: PaperUse, quantity: float
) -> None:
    order = [Answer.NO, Answer.CANNOT_TELL, Answer.YES]
    said = paper(quantity=quantity)
    before = papers.reused(said, here, others).answer
    after = papers.reused(said, here, [*others, replace(more, mark_key="29H9")]).answer
    assert order.index(after) <= order.index(before)
