"""In force, for this mineral, with this machine or vehicle."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.rules import licence
from shared.rules.terms import EquipmentKind, LicensedMineral, MineralFamily
from shared.rules.verdict import Answer, Verdict
from shared.vietnamese import name_key
from tests.factories.terms import licence_row, mineral_row, terms
from tests.shared.strategies import examples

MACHINE, ROAD, WATERWAY = EquipmentKind.MACHINE, EquipmentKind.ROAD, EquipmentKind.WATERWAY


def validity(on: str, **row: Any) -> Verdict:
    day = date.fromisoformat(on)
    return licence.validity(terms(day, **row), day)


@pytest.mark.parametrize(
    ("on", "reason", "numbers"),
    [
        ("2024-05-05", "not_yet_in_force", {"early_days": 1}),
        ("2024-05-06", "in_force", {"left_days": 1826}),
        ("2029-05-06", "in_force", {"left_days": 0}),
        ("2029-05-07", "expired", {"over_days": 1}),
    ],
)
def test_both_ends_of_the_term_count(on: str, reason: str, numbers: dict[str, int]) -> None:
    verdict = validity(on)
    assert (verdict.reasons, verdict.numbers) == ((reason,), numbers)
    assert verdict.answer is (Answer.YES if reason == "in_force" else Answer.NO)


def test_what_the_register_does_not_know_is_not_guessed() -> None:
    assert validity("2026-11-20", valid_to=None).reasons == ("validity_unknown",)
    assert validity("2024-01-01", valid_from=None).reasons == ("validity_unknown",)
    assert validity("2026-11-20", valid_from=None).answer is Answer.YES
    assert validity("2030-01-01", valid_from=None).answer is Answer.NO


def test_the_version_of_the_day_counts_and_not_todays() -> None:
    longer = {"version": 2, "effective_from": "2026-12-01", "valid_to": "2030-12-31"}
    assert validity("2026-11-20", valid_to="2026-11-10", versions=[{**licence_row(), **longer}]).reasons == ("expired",)
    assert validity("2026-12-02", valid_to="2026-11-10", versions=[{**licence_row(), **longer}]).reasons == (
        "in_force",
    )


@examples
@given(st.integers(-3000, 3000))
def test_a_licence_is_in_force_on_each_day_of_its_term_and_on_no_other(days: int) -> None:
    known = terms()
    assert known.valid_from is not None
    assert known.valid_to is not None
    day = date(2026, 11, 20) + timedelta(days=days)
    inside = known.valid_from <= day <= known.valid_to
    assert licence.validity(known, day).answer is (Answer.YES if inside else Answer.NO)


def known(name: str, code: str, family: MineralFamily) -> LicensedMineral:
    return LicensedMineral(code, name, name_key(name), family, None, "")


@pytest.mark.parametrize("typed", ["Cát san lấp", "CÁT  san lấp", "cát san lâ\u0301p", "cat san lap"])
def test_a_mineral_is_known_by_its_name_however_it_is_typed(typed: str) -> None:
    assert licence.mineral(terms(), typed, None).answer is Answer.YES


def test_a_mineral_is_known_by_the_registers_code_too() -> None:
    assert (
        licence.mineral(terms(), "cát đen", known("cát đen", "MH-CAT", MineralFamily.RIVERBED_SAND)).answer
        is Answer.YES
    )


def test_another_mineral_is_not_licensed() -> None:
    clay = known("Sét gạch ngói", "MH-SET", MineralFamily.COMMON)
    verdict = licence.mineral(terms(), "Sét gạch ngói", clay)
    assert (verdict.answer, verdict.reasons) == (Answer.NO, ("mineral_not_licensed",))


def test_another_sand_of_the_river_and_a_word_nobody_knows_prove_nothing() -> None:
    sand = known("Cát xây dựng", "MH-CXD", MineralFamily.RIVERBED_SAND)
    assert licence.mineral(terms(), "Cát xây dựng", sand).reasons == ("mineral_other_name",)
    assert licence.mineral(terms(), "đá lạ", None).reasons == ("mineral_unrecognised",)
    assert licence.mineral(terms(minerals=[]), "Cát san lấp", None).reasons == ("minerals_unknown",)
    clay_licence = terms(minerals=[mineral_row("Sét", code="MH-SET", family="common")])
    assert licence.mineral(clay_licence, "Cát xây dựng", sand).answer is Answer.NO


def equipment(kind: EquipmentKind, key: str, count: int = 1) -> dict[str, Any]:
    return {"kind": kind.value, "mark": key, "key": key, "description": "", "count": count}


@pytest.mark.parametrize(
    ("listed", "kind", "mark", "answer", "reason"),
    [
        ([equipment(WATERWAY, "HY0001")], WATERWAY, "hy-0001", Answer.YES, "mark_listed"),
        ([equipment(WATERWAY, "HY0001")], MACHINE, "HY 0001", Answer.YES, "mark_listed"),
        ([equipment(WATERWAY, "HY0001")], WATERWAY, "HY-0002", Answer.NO, "mark_not_listed"),
        ([equipment(WATERWAY, "HY0001")], WATERWAY, None, Answer.CANNOT_TELL, "mark_missing"),
        ([equipment(WATERWAY, "HY0001")], WATERWAY, " - ", Answer.CANNOT_TELL, "mark_missing"),
        ([equipment(WATERWAY, "HY0001")], ROAD, "87C-123.45", Answer.CANNOT_TELL, "equipment_unknown"),
        ([], WATERWAY, "HY-0001", Answer.CANNOT_TELL, "equipment_unknown"),
        ([equipment(MACHINE, "", 2)], MACHINE, "PC200", Answer.CANNOT_TELL, "listed_without_mark"),
        ([equipment(MACHINE, "", 2)], MACHINE, None, Answer.CANNOT_TELL, "listed_without_mark"),
        ([equipment(ROAD, "", 2), equipment(ROAD, "87C1")], ROAD, "87C-9", Answer.CANNOT_TELL, "listed_without_mark"),
    ],
)
def test_machines_and_vehicles_are_compared_by_mark(
    listed: list[dict[str, Any]], kind: EquipmentKind, mark: str | None, answer: Answer, reason: str
) -> None:
    verdict = licence.listed(terms(equipment=listed), kind, mark)
    assert (verdict.answer, verdict.reasons) == (answer, (reason,))


def test_the_number_listed_is_of_that_kind() -> None:
    both = [equipment(ROAD, "87C1"), equipment(ROAD, "87C2"), equipment(MACHINE, "", 5)]
    assert licence.listed(terms(equipment=both), ROAD, "87C3").numbers == {"listed_count": 2}
    assert licence.listed(terms(equipment=both), MACHINE, None).numbers == {"listed_count": 5}
