"""Every reason has its sentence, in both languages, with its numbers."""

import ast
import inspect
import re
from string import Formatter
from types import ModuleType

import pytest

from shared.rules import depth, geofence, hours, ledger, licence, load, papers, photos
from shared.rules.verdict import Answer, Verdict
from shared.rules.words import WORDS, number, sentence
from shared.wire.v1 import judging

MODULES = (geofence, depth, hours, licence, papers, load, ledger, photos, judging)
_STEMS = re.compile(r"[a-z]+(_[a-z0-9]+)+")
# Written in the modules, but no reasons: rules, numbers, kinds and states of the wire.
_OTHERS = re.compile(
    r".*_(m|m3|t|min|days|count|percent|s|kg|bits)|valid_(from|to)|not_(shown|asked)|in_place|delivery_note|weigh_slip"
    r"|log_book|density_.*"
)


def test_every_reason_has_words_and_all_words_are_used() -> None:
    reasons = frozenset().union(*(module.REASONS for module in MODULES))
    assert reasons == set(WORDS)


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.__name__.rpartition(".")[2])
def test_no_module_gives_a_reason_that_it_does_not_list(module: ModuleType) -> None:
    """Reads the source: every code written in a function is a rule's name, a number's name, or a listed reason."""
    names = {value for value in vars(module).values() if isinstance(value, str)}
    functions = [node for node in ast.walk(ast.parse(inspect.getsource(module))) if isinstance(node, ast.FunctionDef)]
    written = {
        node.value
        for function in functions
        for node in ast.walk(function)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and _STEMS.fullmatch(node.value)
    }
    foreign = written - module.REASONS - geofence.REASONS - judging.REASONS - names
    assert {code for code in foreign if not _OTHERS.fullmatch(code)} == set()


@pytest.mark.parametrize("code", sorted(WORDS))
def test_both_languages_say_the_same_numbers(code: str) -> None:
    text = WORDS[code]
    fields = [sorted(name for _, name, _, _ in Formatter().parse(words) if name) for words in (text.vi, text.en)]
    assert fields[0] == fields[1]
    assert text.vi != text.en


def test_the_handheld_verdict_says_what_it_is() -> None:
    numbers = {"distance_m": 43.0, "uncertainty_m": 9.0, "age_s": 1.0}
    outside = Verdict("geofence", "1", Answer.NO, ("outside_area_handheld",), numbers)
    assert sentence(outside, "vi") == "43 m ngoài ranh giới theo thiết bị cầm tay, ±9 m – cần đo đạc"
    assert sentence(outside, "en") == "43 m outside the boundary by handheld device, ±9 m: survey to confirm"


def test_windows_and_quantities_are_written_out() -> None:
    numbers = {
        "time_min": 1385,
        "window1_opens_min": 420,
        "window1_closes_min": 660,
        "window2_opens_min": 780,
        "window2_closes_min": 1020,
    }
    late = Verdict("hours", "1", Answer.NO, ("outside_provincial_hours",), numbers)
    assert sentence(late, "vi") == "23:05, ngoài giờ tỉnh quy định (07:00–11:00, 13:00–17:00)"
    over = Verdict(
        "capacity",
        "1",
        Answer.NO,
        ("over_capacity", "declared_over"),
        {"permitted_m3": 60_000.0, "declared_m3": 75_432.5, "over_percent": 25.7},
    )
    assert sentence(over, "vi") == ("vượt công suất 60.000 m³ của năm 25,7 %; theo sản lượng đã kê khai 75.432 m³")
    assert sentence(over, "en") == ("25.7 % over the year's capacity of 60,000 m³; by the declared output of 75,432 m³")


def test_a_reason_or_number_this_side_does_not_know_breaks_nothing() -> None:
    newer = Verdict("geofence", "9", Answer.NO, ("from_{the}_future", "outside_area_handheld"), {})
    assert sentence(newer, "vi") == "from_{the}_future; … m ngoài ranh giới theo thiết bị cầm tay, ±… m – cần đo đạc"


@pytest.mark.parametrize(
    ("value", "vi", "en"),
    [
        (0, "0", "0"),
        (-0.001, "0", "0"),
        (6.94, "6,94", "6.94"),
        (9.999, "10", "10"),
        (43.25, "43,2", "43.2"),
        (1234.4, "1.234", "1,234"),
        (-1234567.0, "-1.234.567", "-1,234,567"),
    ],
)
def test_numbers_are_written_as_each_language_does(value: float, vi: str, en: str) -> None:
    assert (number(value, "vi"), number(value, "en")) == (vi, en)
