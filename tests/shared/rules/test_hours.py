"""Hours and seasons of extraction, in Vietnam's time."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.clock import VIETNAM
from shared.rules.hours import hours, is_night, read_hours
from shared.rules.terms import DatedHours, MineralFamily
from shared.rules.verdict import Answer, Verdict
from tests.factories.terms import mineral_row, terms
from tests.shared.strategies import examples

SAND = frozenset({MineralFamily.RIVERBED_SAND})
CLAY = frozenset({MineralFamily.COMMON})
instants = st.integers(0, 15 * 365 * 86_400).map(lambda s: datetime(2020, 1, 1, tzinfo=UTC) + timedelta(seconds=s))
PROVINCE = read_hours(
    [
        {
            "family": "riverbed_sand",
            "windows": [["05:00", "19:00"]],
            "valid_from": "2025-03-01",
            "valid_to": "2026-06-30",
            "source": "QĐ 1 (minh họa)",
        },
        {
            "family": "riverbed_sand",
            "windows": [["07:00", "11:00"], ["13:00", "17:00"]],
            "valid_from": "2026-07-01",
            "valid_to": None,
            "source": "QĐ 2 (minh họa)",
        },
    ]
)


def at(clock: str, day: str = "2026-11-20") -> datetime:
    return datetime.combine(date.fromisoformat(day), time.fromisoformat(clock), VIETNAM)


def asked(
    when: datetime,
    families: frozenset[MineralFamily] = SAND,
    provincial: tuple[DatedHours, ...] = (),
    *,
    licence: bool = True,
    clock_known: bool = True,
    **row: Any,
) -> Verdict:
    return hours(terms(when.date(), **row) if licence else None, families, when, provincial, clock_known=clock_known)


@pytest.mark.parametrize(
    ("clock", "answer", "reasons"),
    [
        ("05:59", Answer.NO, ("night", "outside_licence_hours")),
        ("06:00", Answer.YES, ("within_licence_hours",)),
        ("17:59", Answer.YES, ("within_licence_hours",)),
        ("18:00", Answer.NO, ("outside_licence_hours",)),
        ("21:59", Answer.NO, ("outside_licence_hours",)),
        ("22:00", Answer.NO, ("night", "outside_licence_hours")),
        ("23:05", Answer.NO, ("night", "outside_licence_hours")),
        ("00:00", Answer.NO, ("night", "outside_licence_hours")),
    ],
)
def test_a_window_holds_its_first_minute_and_not_its_last(clock: str, answer: Answer, reasons: tuple[str, ...]) -> None:
    verdict = asked(at(clock))
    assert (verdict.answer, verdict.reasons) == (answer, reasons)


def test_no_licence_allows_river_sand_at_night() -> None:
    verdict = asked(at("23:05"), hours=[["00:00", "23:59"]])
    assert (verdict.answer, verdict.reasons) == (Answer.NO, ("night",))
    assert asked(at("23:05"), CLAY, hours=[["00:00", "23:59"]]).answer is Answer.YES


def test_the_licence_goes_before_the_province_and_the_province_by_date() -> None:
    assert asked(at("06:30"), SAND, PROVINCE).reasons == ("within_licence_hours",)
    silent: dict[str, Any] = {"hours": []}
    assert asked(at("06:30"), SAND, PROVINCE, **silent).reasons == ("outside_provincial_hours",)
    assert asked(at("12:00"), SAND, PROVINCE, **silent).answer is Answer.NO
    assert asked(at("13:00"), SAND, PROVINCE, **silent).reasons == ("within_provincial_hours",)
    assert asked(at("06:30", "2026-06-30"), SAND, PROVINCE, **silent).reasons == ("within_provincial_hours",)
    assert asked(at("06:30", "2025-02-28"), SAND, PROVINCE, **silent).reasons == ("hours_unknown",)
    assert asked(at("12:00"), CLAY, PROVINCE, **silent).reasons == ("no_hours_set",)


def test_of_rows_that_overlap_the_later_one_counts() -> None:
    both = (
        DatedHours(MineralFamily.RIVERBED_SAND, PROVINCE[0].windows, date(2025, 3, 1), None, "cũ"),
        DatedHours(MineralFamily.RIVERBED_SAND, PROVINCE[1].windows, date(2026, 7, 1), None, "mới"),
    )
    for rows in (both, both[::-1]):
        assert asked(at("12:00"), SAND, rows, hours=[]).answer is Answer.NO


def test_without_a_licence_only_the_night_is_certain() -> None:
    assert asked(at("23:05"), licence=False).reasons == ("night",)
    assert asked(at("12:30"), licence=False).reasons == ("hours_unknown",)
    assert asked(at("12:30"), CLAY, licence=False).reasons == ("hours_unknown",)
    assert asked(at("12:30"), SAND, PROVINCE, licence=False).answer is Answer.NO


def test_what_is_not_known_to_be_river_sand_is_not_judged_as_such() -> None:
    nothing: frozenset[MineralFamily] = frozenset()
    assert asked(at("23:05"), nothing, licence=False).reasons == ("hours_family_unknown",)
    both = asked(at("23:05"), SAND | CLAY, hours=[["00:00", "23:59"]])
    assert (both.answer, both.reasons) == (Answer.CANNOT_TELL, ("hours_family_unknown",))
    assert asked(at("12:00"), SAND | CLAY).answer is Answer.YES
    # families with different hours of the province
    assert asked(at("12:00"), SAND | CLAY, PROVINCE, hours=[]).reasons == ("hours_unknown",)


def test_a_season_counts_by_day_and_may_run_over_new_year() -> None:
    winter: dict[str, Any] = {"season": [["11-01", "02-28"]]}
    assert asked(at("12:00", "2026-11-01"), **winter).answer is Answer.YES
    assert asked(at("12:00", "2027-02-28"), **winter).answer is Answer.YES
    assert asked(at("12:00", "2026-10-31"), **winter).reasons == ("outside_season",)
    assert asked(at("23:00", "2026-10-31"), **winter).reasons == ("night", "outside_season", "outside_licence_hours")


def test_a_phone_that_nobody_told_the_time_cannot_tell() -> None:
    for clock in ("12:00", "23:05"):
        verdict = asked(at(clock), clock_known=False)
        assert (verdict.answer, verdict.reasons[0]) == (Answer.CANNOT_TELL, "clock_unverified")


def test_the_numbers_are_minutes_of_the_day() -> None:
    verdict = asked(at("13:05"), SAND, PROVINCE, hours=[])
    assert verdict.numbers == {
        "time_min": 785,
        "window1_opens_min": 420,
        "window1_closes_min": 660,
        "window2_opens_min": 780,
        "window2_closes_min": 1020,
    }


@pytest.mark.parametrize(
    ("day", "citation"),
    [
        ("2020-04-09", ""),
        ("2024-06-01", "NĐ 23/2020/NĐ-CP Đ9"),
        ("2025-07-01", "NĐ 23/2020/NĐ-CP Đ9, NĐ 10/2025/NĐ-CP"),
        ("2025-07-02", "NĐ 193/2025/NĐ-CP Đ115"),
    ],
)
def test_the_text_cited_is_the_one_of_that_day(day: str, citation: str) -> None:
    assert asked(at("23:05", day), licence=False).citation == citation
    assert asked(at("23:05", day), CLAY, licence=False).citation == ""


@examples
@given(instants)
def test_the_same_instant_has_one_answer_in_whatever_zone_it_is_told(when: datetime) -> None:
    assert asked(when) == asked(when.astimezone(VIETNAM))


@examples
@given(instants, st.integers(-800, 800))
def test_every_day_is_like_the_next(when: datetime, days: int) -> None:
    """Vietnam has no summer time: the same clock has the same answer, across midnight and across any day."""
    moved = when + timedelta(days=days)
    assert asked(when).reasons == asked(moved).reasons
    assert asked(when).numbers == asked(moved).numbers


@examples
@given(instants)
def test_night_is_eight_hours_and_never_in_order_for_river_sand(when: datetime) -> None:
    local = when.astimezone(VIETNAM).time()
    assert is_night(local) == (local.hour in (22, 23, 0, 1, 2, 3, 4, 5))
    for provincial in ((), PROVINCE):
        for licence in (True, False):
            verdict = asked(when, SAND, provincial, licence=licence, hours=[["00:00", "23:59"]])
            if is_night(local):
                assert verdict.answer is Answer.NO


def test_rows_that_are_none_of_ours_are_refused() -> None:
    good = {"family": "common", "windows": [["06:00", "18:00"]], "valid_from": "2026-01-01", "valid_to": None}
    with pytest.raises(KeyError):
        read_hours([good])
    with pytest.raises(ValueError, match="is not a valid"):
        read_hours([{**good, "family": "moon", "source": ""}])


def test_families_of_a_licence_are_its_minerals() -> None:
    both = [mineral_row(), mineral_row("Sét", code="MH-SET", family="common")]
    assert terms(minerals=both).families == SAND | CLAY
