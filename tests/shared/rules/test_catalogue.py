"""The catalogue file against tables written down by hand, and the reader against rows that are wrong."""

import copy
import json
import re
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from shared.rules import catalogue
from shared.rules.catalogue import for_phones, in_force, read, rows_of, version_of, violation_type
from shared.rules.provisions import MILLION, Band, Column, Elsewhere, Measure, ViolationType, When
from shared.rules.terms import MineralFamily
from tests.shared.rules.catalogue_data import CATALOGUE, FILE, ROWS

OLD, NEW = date(2022, 1, 5), date(2022, 1, 6)  # the last day of NĐ 36/2020 as it was, the first of NĐ 04/2022
TODAY = date(2026, 10, 1)

CODES = {
    *(f"KT-{n:02d}" for n in range(1, 27)),
    *(f"VC-{n:02d}" for n in range(1, 6)),
    *("TT-01", "TT-02", "TT-03", "DD-01", "TC-01", "MT-01", "CC-01", "HS-01", "KV-00"),
}
CONSEQUENCES = {*(f"BP-{n:02d}" for n in range(1, 9)), *(f"BS-{n:02d}" for n in range(1, 5))}


def row(code: str, day: date = TODAY) -> ViolationType:
    found = CATALOGUE.type_on(code, day)
    assert found is not None, code
    return found


def million(cell: Band | Elsewhere) -> tuple[float, float] | str:
    if isinstance(cell, Elsewhere):
        return cell.code
    return "warning" if cell.warning else (cell.low / MILLION, cell.high / MILLION)


def bands(code: str, day: date = TODAY, act: int = 0) -> list[dict[str, tuple[float, float] | str]]:
    """Per tier, column → band in million đồng."""
    return [
        {str(column): million(cell) for column, cell in tier.cells.items()} for tier in row(code, day).acts[act].tiers
    ]


def starts(code: str, measure: Measure, day: date = TODAY) -> list[float]:
    return [float(tier.spans[measure].start) for tier in row(code, day).acts[0].tiers]


def steps(*pairs: tuple[float, float] | str) -> list[tuple[float, float] | str]:
    return list(pairs)


# --- what the file holds


def test_every_code_of_the_catalogue_is_there_and_nothing_else() -> None:
    assert {found.code for found in CATALOGUE.types} == CODES
    assert set(CATALOGUE.consequences) == CONSEQUENCES


@pytest.mark.parametrize("code", sorted(CODES))
def test_every_code_has_one_row_for_every_day_since_the_decree_is_in_force(code: str) -> None:
    rows = sorted((found for found in CATALOGUE.types if found.code == code), key=lambda found: found.valid_from)
    assert rows[0].valid_from == date(2020, 5, 10)
    assert rows[-1].valid_to is None
    for former, later in zip(rows, rows[1:], strict=False):
        assert former.valid_to is not None
        assert (later.valid_from - former.valid_to).days == 1


def test_nothing_is_marked_as_verified_that_nobody_has_verified() -> None:
    assert not any(found.verified for found in CATALOGUE.types)


def test_every_extraction_row_names_decree_article_and_clause() -> None:
    for found in CATALOGUE.types:
        if not found.acts:
            assert found.transfer_to or found.code == "KV-00", found.code
            continue
        assert found.decree == "36/2020/NĐ-CP"
        assert found.source
        for act in found.acts:
            assert re.fullmatch(r"\d+[a-z]?", act.article)
            for tier in act.tiers:
                for cell in tier.cells.values():
                    assert isinstance(cell, Elsewhere) or re.fullmatch(r"\d+[a-z]?", cell.clause)


KT_01 = steps((20, 30), (30, 50), (50, 80), (80, 100), (100, 150), (150, 200))
KT_01_OUTSIDE = steps((10, 20), (20, 30), (30, 50), (50, 70), (70, 100), (100, 150))
KT_02 = steps((1, 3), (3, 5), (10, 20), (20, 30), (30, 40), (40, 50))
KT_04 = steps((50, 70), (100, 200), (300, 400), (500, 600), (700, 800), (800, 1000))


def test_river_sand_without_licence_by_the_day_of_the_act() -> None:
    assert starts("KT-01", Measure.VOLUME_M3) == starts("KT-01", Measure.VOLUME_M3, OLD) == [0, 10, 20, 30, 40, 50]
    assert [tier["ALL"] for tier in bands("KT-01")] == KT_01
    assert [tier["CORRIDOR"] for tier in bands("KT-01", OLD)] == KT_01
    assert [tier["OUTSIDE_CORRIDOR"] for tier in bands("KT-01", OLD)] == KT_01_OUTSIDE
    assert (row("KT-01", OLD).prohibited_area_top, row("KT-01", NEW).prohibited_area_top) == (True, False)
    assert {(extra.code, extra.when) for extra in row("KT-01").acts[0].extra} == {
        ("BS-01", When.ALWAYS),
        ("BS-02", When.ALWAYS),
    }


@pytest.mark.parametrize("day", [OLD, NEW])
def test_other_minerals_without_licence(day: date) -> None:
    assert [tier["ALL"] for tier in bands("KT-02", day)] == KT_02
    assert starts("KT-02", Measure.VOLUME_M3, day) == [0, 10, 20, 30, 40, 50]
    assert bands("KT-03", day) == [{"HH": (70, 100), "P": (200, 300), "M": (300, 500)}]
    assert [tier["ALL"] for tier in bands("KT-04", day)] == KT_04
    assert starts("KT-04", Measure.MASS_T, day) == [0, 100, 200, 300, 400, 500]
    assert all(row(code, day).prohibited_area_top for code in ("KT-02", "KT-03", "KT-04")), "the top of the band (Đ47)"


KT_05 = [
    {"HH": (3, 5), "P": (5, 10), "M": (10, 20)},
    {"HH": (10, 20), "P": (50, 70), "M": (70, 100)},
    {"HH": (30, 50), "P": (70, 100), "M": (100, 200), "GM": (200, 300)},
    {"HH": "KT-06", "P": (100, 200), "M": (200, 300), "GM": (300, 500)},
    {"HH": "KT-06", "P": "KT-06", "M": "KT-06", "GM": "KT-06"},
]


@pytest.mark.parametrize(("day", "over_ha"), [(OLD, 0.1), (NEW, 0.01)])
def test_outside_the_boundary_table(day: date, over_ha: float) -> None:
    assert bands("KT-05", day) == KT_05
    assert starts("KT-05", Measure.AREA_OUTSIDE_HA, day) == [0, 0.1, 0.5, 1, 1.5]
    assert starts("KT-05", Measure.DEPTH_BEYOND_M, day) == [0.5, 1, 2, 3, 5]
    (act,) = row("KT-05", day).acts
    assert float(act.depth_over_ha or 0) == over_ha
    withdrawn = [[(e.code, e.months_from, e.months_to, e.under) for e in tier.extra] for tier in act.tiers]
    assert withdrawn == [[], [("BS-03", 3, 6, True)], [("BS-03", 6, 9, True)], [("BS-03", 9, 12, False)], []]
    assert bands("KT-06", day) == [
        {"NX": (40, 50), "X_HH": (70, 100), "P": (200, 300), "M": (300, 500), "G": (800, 1000)}
    ]
    (as_none,) = row("KT-06", day).acts
    assert [(e.code, e.months_from, e.months_to) for e in as_none.extra] == [("BS-03", 12, 15)]


def test_river_sand_outside_the_boundary_table() -> None:
    assert [tier["ALL"] for tier in bands("KT-07")] == [(50, 70), (70, 100), (150, 200)]
    assert [tier["CORRIDOR"] for tier in bands("KT-07", OLD)] == [(50, 70), (70, 100), (150, 200)]
    assert [tier["OUTSIDE_CORRIDOR"] for tier in bands("KT-07", OLD)] == [(50, 70), (70, 100), (100, 150)]
    assert starts("KT-07", Measure.DISTANCE_OUTSIDE_M) == [0, 100, 200]
    assert starts("KT-07", Measure.DEPTH_BEYOND_M) == [0, 2, 5]


KT_08_COLUMNS = ("HH", "NXR_PEAT_WATER", "RS_X", "OTHER", "G", "FACING", "CEMENT", "COAL")
KT_08 = [
    steps((10, 20), (30, 50), (70, 100), (100, 200), (200, 300), (300, 400), (400, 500), (500, 600)),
    steps((30, 50), (50, 70), (100, 200), (200, 300), (300, 400), (400, 500), (500, 600), (600, 700)),
    steps((50, 70), (100, 200), (300, 400), (400, 500), (500, 600), (600, 700), (700, 800), (800, 900)),
    steps((70, 100), (200, 300), (400, 500), (500, 600), (600, 700), (700, 800), (800, 900), (900, 1000)),
]


def test_over_capacity_table() -> None:
    assert [[tier[column] for column in KT_08_COLUMNS] for tier in bands("KT-08")] == KT_08
    assert starts("KT-08", Measure.PERCENT_OVER) == [15, 25, 50, 100]
    halts = [[(e.code, e.months_from, e.months_to, e.when) for e in tier.extra] for tier in row("KT-08").acts[0].tiers]
    assert halts == [[("BS-04", n, n + 1, When.REPEATED)] for n in (2, 3, 4, 5)]


def test_over_capacity_table_before_the_lowest_step_was_repealed() -> None:
    columns = ("HH", "NXR_PEAT", "RS_X_WATER", "OTHER", "G", "FACING", "CEMENT", "COAL")
    lowest, *rest = bands("KT-08", OLD)
    assert set(lowest.values()) == {"warning"}
    assert [[tier[column] for column in columns] for tier in rest] == KT_08
    assert starts("KT-08", Measure.PERCENT_OVER, OLD) == [0, 15, 25, 50, 100]


FLAT = {
    # code, act → column → band
    ("KT-09", 0): {"HH": (5, 10), "NX_PEAT": (20, 30), "X": (30, 50), "OP": (50, 70), "UG": (70, 100), "G": (100, 150)},
    ("KT-10", 0): {"ALL": (2, 5)},
    ("KT-10", 1): {"ALL": (5, 10)},
    ("KT-10", 2): {"HH": "warning", "P": (5, 10), "M": (10, 20)},
    ("KT-11", 0): {"ALL": "warning"},
    ("KT-12", 0): {"S30": "warning", "NX": (10, 20), "X": (20, 30), "OP": (30, 50), "UG": (50, 70), "TOXIC": (70, 100)},
    ("KT-13", 0): {
        "HH": (10, 20),
        "NX_PEAT": (30, 50),
        "X": (50, 70),
        "OP": (70, 100),
        "UG": (100, 150),
        "G": (150, 200),
    },
    ("KT-14", 0): {"HH": "warning", "NX_PEAT": (5, 10), "X": (20, 30), "OP": (30, 50), "UG": (50, 70), "G": (120, 150)},
    ("KT-15", 0): {"HH": (5, 10), "P": (50, 70), "M": (70, 100)},
    ("KT-16", 0): {"HH": (5, 10), "P": (10, 20), "M": (30, 50)},
    ("KT-17", 0): {
        "HH": (10, 20),
        "NX_PEAT": (50, 70),
        "X": (70, 100),
        "OP": (100, 200),
        "UG": (200, 300),
        "G": (300, 500),
    },
    ("KT-17", 1): {"HH": "warning", "P": (5, 10), "M": (20, 30)},
    ("KT-17", 2): {"HH": "warning", "P": (1, 3), "M": (3, 5)},
    ("KT-18", 0): {
        "HH": (10, 20),
        "NX_PEAT": (30, 50),
        "X": (50, 70),
        "OP": (70, 100),
        "UG": (120, 150),
        "G": (160, 200),
    },
    ("KT-18", 2): {"ALL": (1, 5)},
    ("KT-18", 3): {"ALL": (5, 10)},
    ("KT-19", 0): {"HH": (10, 20), "NXR_PEAT": (30, 50), "RS_X_WATER": (50, 70), "OTHER": (70, 100), "G": (100, 200)},
    ("KT-21", 0): {"ALL": (30, 50)},
    ("KT-22", 0): {"ALL": (50, 70)},
    ("KT-22", 1): {"ALL": (50, 70)},
    ("KT-22", 2): {"ALL": (70, 100)},
    ("KT-22", 3): {"ALL": (3, 5)},
    ("KT-23", 0): {"ALL": (30, 50)},
    ("KT-23", 1): {"ALL": (30, 50)},
    ("KT-24", 0): {"HH": (30, 50), "P": (120, 150), "M": (260, 300)},
    ("KT-25", 0): {"ALL": (30, 40)},
    ("KT-25", 1): {"ALL": (50, 70)},
    ("KT-26", 0): {"HH": (30, 50), "P": (50, 70), "M": (70, 100)},
    ("KT-26", 1): {"HH": (30, 50), "P": (60, 80), "M": (80, 150)},
    ("DD-01", 0): {"ALL": (15, 20)},
}


@pytest.mark.parametrize(("code", "act"), FLAT, ids=lambda value: str(value))
def test_bands_without_tiers(code: str, act: int) -> None:
    assert bands(code, TODAY, act) == [FLAT[code, act]]


def test_mine_director_unqualified_runs_from_5_10_to_70_100() -> None:
    (cells,) = bands("KT-18", TODAY, 1)
    assert (cells["HH"], cells["G"]) == ((5, 10), (70, 100))


def test_yearly_report_late_has_a_step_at_60_days_since_2022() -> None:
    assert starts("KT-20", Measure.DAYS_LATE) == [15, 30, 60]
    assert [tier["ALL"] for tier in bands("KT-20")] == [(20, 30), (30, 50), (50, 60)]
    assert starts("KT-20", Measure.DAYS_LATE, OLD) == [15, 30]


@pytest.mark.parametrize(
    ("code", "receivers"),
    {
        "VC-01": ["market_surveillance", "police"],
        "VC-02": ["tax", "market_surveillance"],
        "VC-03": ["lead_minerals", "police"],
        "VC-04": ["waterway_police", "construction_department"],
        "VC-05": ["traffic_police"],
        "TT-01": ["market_surveillance"],
        "TT-02": ["construction_department", "lead_minerals", "commune"],
        "TT-03": ["lead_minerals", "market_surveillance"],
        "DD-01": ["dyke_authority"],
        "TC-01": ["tax"],
        "MT-01": ["agriculture_environment_department"],
        "CC-01": ["police"],
        "HS-01": ["investigation_body"],
        "KV-00": [],
    }.items(),
)
def test_what_has_no_band_is_passed_on(code: str, receivers: list[str]) -> None:
    assert list(row(code).transfer_to) == receivers
    assert bool(row(code).acts) == (code == "DD-01")


@pytest.mark.parametrize(("code", "duty"), [("VC-01", "NĐ 193/2025 Đ117 k2"), ("TT-02", "NĐ 193/2025 Đ116")])
def test_duties_of_nd_193_begin_on_its_first_day(code: str, duty: str) -> None:
    assert row(code, date(2025, 7, 2)).duty == duty
    assert row(code, date(2025, 7, 1)).duty == ""


# --- rows by day, versions, phones


def test_in_force_gives_the_row_of_the_day_or_none() -> None:
    assert in_force(CATALOGUE.types, "KT-01", date(2020, 5, 9)) is None
    assert in_force(CATALOGUE.types, "KT-99", TODAY) is None
    old, new = (in_force(CATALOGUE.types, "KT-01", day) for day in (OLD, NEW))
    assert old is not None
    assert new is not None
    assert (old.valid_to, new.valid_from) == (OLD, NEW)


def test_version_names_the_rows_in_any_order_and_changes_with_them() -> None:
    assert version_of(reversed(ROWS)) == version_of(ROWS) == CATALOGUE.version
    changed = copy.deepcopy(ROWS)
    changed[0]["content"]["act"][0]["tiers"][0]["CORRIDOR"] = ["1/a", 20, 31]
    assert version_of(changed) != version_of(ROWS)
    assert version_of(ROWS[1:]) != version_of(ROWS)


def test_phones_read_the_same_catalogue_without_the_notes() -> None:
    sent = json.loads(json.dumps([{**for_phones(one), "id": "x"} for one in ROWS]))
    found = read(sent)
    assert found.version == CATALOGUE.version, "an observation made on a phone names the office's version"
    plain = [replace(t, source="", unsure="") for t in CATALOGUE.types]
    assert list(found.types) == plain, "all but the notes"
    assert not any(t.source or t.unsure for t in found.types)
    assert any(t.unsure for t in CATALOGUE.types)


def test_the_file_is_read_as_it_is() -> None:
    assert rows_of(FILE.read_text(encoding="utf-8")) == ROWS


# --- rows that are wrong

GOOD: dict[str, Any] = {
    "code": "KT-01",
    "valid_from": "2022-01-06",
    "valid_to": None,
    "verified_on": None,
    "verified_by": "",
    "content": {
        "kind": "violation",
        "vi": "Hành vi",
        "en": "An act",
        "decree": "36/2020/NĐ-CP",
        "source": "thử",
        "families": ["riverbed_sand"],
        "act": [
            {
                "article": "48",
                "columns": ["HH", "ALL"],
                "extra": [["BS-01", "always"], ["BS-04", 2, "<3", "repeated", ["HH"]]],
                "remedies": ["BP-01"],
                "tiers": [
                    {"clause": "1", "volume_m3": [0, 10], "ALL": ["a", 20, 30], "HH": ["2/b", 7.5, 20]},
                    {"clause": "1", "volume_m3": [10], "ALL": ["b", 30, 50], "HH": ["", "see", "KT-02"]},
                ],
            }
        ],
    },
}


def test_a_row_is_read_as_it_is_written() -> None:
    found = violation_type(GOOD)
    assert found.families == {MineralFamily.RIVERBED_SAND}
    (act,) = found.acts
    always, suspended = act.extra
    assert (always.months_from, always.months_to, always.when, always.columns) == (None, None, When.ALWAYS, frozenset())
    assert (suspended.months_from, suspended.months_to, suspended.under) == (2, 3, True)
    assert suspended.columns == {Column.HH}
    assert act.tiers[0].cells[Column.HH] == Band(7_500_000, 20 * MILLION, False, "2", "b")
    assert act.tiers[1].cells[Column.HH] == Elsewhere("KT-02")


def test_a_row_may_carry_more_than_the_reader_asks_for() -> None:
    assert violation_type({**GOOD, "id": "KT-01@2022-01-06", "revision": 2}) == violation_type(GOOD)


def put(path: str, value: Any) -> dict[str, Any]:
    """GOOD with one place changed; "-" takes it away."""
    changed = copy.deepcopy(GOOD)
    *parents, last = [int(part) if part.isdigit() else part for part in path.split(".")]
    place: Any = changed
    for part in parents:
        place = place[part]
    if value == "-":
        del place[last]
    else:
        place[last] = value
    return changed


ACT = "content.act.0"
WRONG = [
    ("code", "kt-1", "two capitals"),
    ("code", None, "two capitals"),
    ("valid_from", "2022-02-30", "KT-01 of 2022-02-30"),
    ("valid_to", "2022-01-05", "valid_from is after valid_to"),
    ("verified_on", "2026-11-01", "go together"),
    ("verified_by", "Luật sư", "go together"),
    ("content.vi", " ", "vi is missing"),
    ("content.en", "-", "en is missing"),
    ("content.decree", "-", "a band without a decree"),
    ("content.colour", "red", "unknown word: colour"),
    ("content.families", ["sand"], "unknown mineral family: sand"),
    ("content.field_maximum_million", 0.0000001, "no whole number of đồng"),
    (f"{ACT}.article", "-", "article is missing"),
    (f"{ACT}.columns", ["HH", "ZZ"], "unknown column: ZZ"),
    (f"{ACT}.columns", ["HH", "ALL", "NX"], "column NX has no band"),
    (f"{ACT}.columns", "-", "columns is missing"),
    (f"{ACT}.tiers", [], "an act without tiers"),
    (f"{ACT}.tiers.0.volume_m3", "-", "every tier has a span"),
    (f"{ACT}.tiers.1.volume_m3", [11], "gap between tiers from 10 to 11"),
    (f"{ACT}.tiers.1.volume_m3", [9], "tiers overlap at 9"),
    (f"{ACT}.tiers.0.volume_m3", [0], "tiers overlap"),
    (f"{ACT}.tiers.1.volume_m3", [10, 20], "open upwards"),
    (f"{ACT}.tiers.0.volume_m3", [10, 10], "empty span"),
    (f"{ACT}.tiers.0.volume_m3", [-1, 10], "empty span"),
    (f"{ACT}.tiers.0.volume_m3", [], "a span is"),
    (f"{ACT}.tiers.0.ALL", ["a", 30, 20], "from is over to"),
    (f"{ACT}.tiers.0.ALL", ["a", 0, 20], "from is over to"),
    (f"{ACT}.tiers.0.ALL", ["a", 20], "a band is point, from, to"),
    (f"{ACT}.tiers.0.ALL", ["a", 40, 60], "a graver tier has a lower band"),
    (f"{ACT}.tiers.0.clause", "-", "a band without its clause"),
    (f"{ACT}.tiers.0.NX", ["a", 1, 2], "unknown word: NX"),
    (f"{ACT}.extra", [["BS-04", 3, 2, "always"]], "3 to 2 months"),
    (f"{ACT}.extra", [["BS-04", 3, 6, "sometimes"]], "unknown condition: sometimes"),
    (f"{ACT}.extra", [["BS-04", 3, 6, "always", ["NX"]]], "NX is no column of this act"),
]


@pytest.mark.parametrize(("path", "value", "said"), WRONG, ids=lambda value: str(value)[:40])
def test_a_wrong_row_is_refused_with_its_reason(path: str, value: Any, said: str) -> None:
    with pytest.raises(ValueError, match=re.escape(said)):
        violation_type(put(path, value))


def test_two_acts_with_the_same_key_are_refused() -> None:
    twice = copy.deepcopy(GOOD)
    twice["content"]["act"] *= 2
    with pytest.raises(ValueError, match="the same key"):
        violation_type(twice)


def consequence(code: str) -> dict[str, Any]:
    return {**GOOD, "code": code, "content": {"kind": "consequence", "vi": "Biện pháp", "en": "A measure"}}


def together(*rows: dict[str, Any]) -> list[dict[str, Any]]:
    """With what GOOD refers to."""
    other = {**GOOD, "code": "KT-02", "content": {**GOOD["content"], "act": []}}
    return [*rows, other, *(consequence(code) for code in ("BS-01", "BS-04", "BP-01"))]


def test_rows_that_overlap_in_time_are_refused() -> None:
    earlier = {**GOOD, "valid_from": "2021-01-01", "valid_to": "2022-01-06"}
    with pytest.raises(ValueError, match="overlap in time"):
        read(together(GOOD, earlier))
    assert len(read(together(GOOD, {**earlier, "valid_to": "2022-01-05"})).types) == 3


@pytest.mark.parametrize(
    ("path", "value", "named"),
    [
        ("content.see", ["KT-77"], "KT-77"),
        (f"{ACT}.remedies", ["BP-77"], "BP-77"),
        (f"{ACT}.extra", [["BS-77", "always"]], "BS-77"),
        (f"{ACT}.tiers.0.extra", [["BS-78", "always"]], "BS-78"),
        (f"{ACT}.tiers.1.HH", ["", "see", "KT-78"], "KT-78"),
    ],
)
def test_a_code_that_is_not_there_is_refused(path: str, value: Any, named: str) -> None:
    with pytest.raises(ValueError, match=named):
        read(together(put(path, value)))


TOML = """
[[violation]]
code = "KT-01"
vi = "Hành vi"
en = "An act"
valid_from = 2022-01-06
source = "thử"
"""


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (TOML.replace('source = "thử"', ""), "KT-01: source is missing"),
        (TOML.replace("[[violation]]", "[[offence]]"), "unknown table: offence"),
        (TOML.replace("valid_from = 2022-01-06", ""), "KT-01"),
        (TOML + TOML, "overlap in time"),
    ],
)
def test_a_wrong_file_is_refused(text: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        rows_of(text)


def test_a_verified_row_of_the_file_keeps_its_mark() -> None:
    (found,) = rows_of(TOML + 'verified_on = 2026-12-01\nverified_by = "Luật sư (thử)"\n')
    assert (found["verified_on"], found["verified_by"]) == ("2026-12-01", "Luật sư (thử)")
    assert catalogue.read([found]).types[0].verified
