"""The benchmarks' frame: a figure that misses its limit fails the run, and so does one that could not be measured."""

import ast
import json
import random
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from tests.bench import __main__ as program
from tests.bench import bench_geo
from tests.bench.frame import LEAST_RUNS, Figure, at_least, at_most, ratios, seconds, timed

BENCH = Path(program.__file__).parent


def figure(values: Sequence[float], limit: float = 20.0) -> Figure:
    return at_most("Tên / name", values, "×", limit=limit, limit_words="hai mươi / twenty")


HELD, MISSED = figure([9.0, 10.0, 11.0, 12.0, 99.0]), figure([19.0, 20.0, 20.1, 21.0, 22.0])


def test_the_median_is_held_against_the_limit() -> None:
    assert (HELD.value, HELD.held, HELD.spread, HELD.runs) == (11.0, True, (9.0, 99.0), 5)
    assert (MISSED.value, MISSED.held) == (20.1, False)
    assert figure([20.0] * 5).held
    words = {"limit": 20.0, "limit_words": "hai mươi / twenty"}
    assert at_least("Tên / name", [20.0] * 5, "×", **words).held
    assert not at_least("Tên / name", [19.9] * 5, "×", **words).held


@pytest.mark.parametrize(
    ("values", "name", "said"),
    [
        ([1.0] * (LEAST_RUNS - 1), "Tên / name", "at least 5 are needed"),
        ([1.0, 1.0, float("nan"), 1.0, 1.0], "Tên / name", "not all numbers"),
        ([1.0] * 5, "Tên", "Vietnamese and English"),
    ],
)
def test_what_is_no_figure(values: list[float], name: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        at_most(name, values, "×", limit=2.0, limit_words="hai / two")


def test_times_are_of_one_call() -> None:
    def sleep() -> None:
        time.sleep(0.002)

    def work() -> None:
        sum(range(20_000))

    def more() -> None:
        sum(range(200_000))

    assert 0.002 <= seconds(sleep, repeats=3) < 0.05
    assert seconds(sleep, repeats=3, clock=time.process_time) < 0.002
    assert len(timed(work, runs=6)) == 6
    found = sorted(ratios(more, work, runs=7, clock=time.process_time))
    assert 4 < found[3] < 25


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., int]:
    """Runs the program with figures given per benchmark; an exception is one that breaks."""

    def start(*arguments: str, **given: list[Figure] | Exception) -> int:
        def measured(name: str) -> list[Figure]:
            found = given[name]
            if isinstance(found, Exception):
                raise found
            return found

        monkeypatch.setattr(program, "names", lambda: sorted(given))
        monkeypatch.setattr(program, "in_its_own_process", measured)
        monkeypatch.setenv("KK_VAR", str(tmp_path))
        return program.main(arguments)

    return start


def written(folder: Path, name: str) -> dict[str, object]:
    found: dict[str, object] = json.loads((folder / "bench" / f"{name}.json").read_text(encoding="utf-8"))
    return found


def test_all_held_is_0(run: Callable[..., int], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(geo=[HELD, HELD], reference=[HELD]) == 0
    assert (written(tmp_path, "geo")["held"], len(written(tmp_path, "geo")["figures"])) == (True, 2)
    table = capsys.readouterr().out
    assert table.count("đạt / ok") == 3
    assert "HỎNG" not in table
    assert "hai mươi / twenty" in table


def test_one_missed_is_1_and_is_written(
    run: Callable[..., int], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(geo=[HELD, MISSED], reference=[HELD]) == 1
    assert written(tmp_path, "geo")["held"] is False
    assert "HỎNG / FAIL  20.1 ×" in capsys.readouterr().out


def test_a_broken_one_is_1_leaves_no_old_result_and_does_not_stop_the_others(
    run: Callable[..., int], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(geo=[HELD], reference=[HELD]) == 0
    assert run(geo=ValueError("gave no figure"), reference=[HELD]) == 1
    assert not (tmp_path / "bench" / "geo.json").exists()
    assert written(tmp_path, "reference")["held"] is True
    assert "These benchmarks broke: geo" in capsys.readouterr().err


def test_only_the_one_asked_for(run: Callable[..., int], tmp_path: Path) -> None:
    assert run("reference", geo=[MISSED], reference=[HELD]) == 0
    assert run("bench_reference", geo=[MISSED], reference=[HELD]) == 0
    assert not (tmp_path / "bench" / "geo.json").exists()


def test_an_unknown_name_is_2_and_the_known_ones_are_said(
    run: Callable[..., int], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("goe", geo=[HELD]) == 2
    assert "There is no benchmark goe; choose among: geo." in capsys.readouterr().err


def test_every_benchmark_says_what_it_measures_and_has_figures() -> None:
    assert "geo" in program.names()
    for name in program.names():
        tree = ast.parse((BENCH / f"bench_{name}.py").read_text(encoding="utf-8"))
        assert ast.get_docstring(tree), name
        functions = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}
        assert "figures" in functions, name
        limits = {
            keyword.arg
            for call in ast.walk(functions["figures"])
            if isinstance(call, ast.Call) and getattr(call.func, "id", "") in ("at_most", "at_least")
            for keyword in call.keywords
        }
        assert not limits or {"limit", "limit_words"} <= limits, name


def test_what_is_measured_is_right() -> None:
    """The verdicts that bench_geo times, beside asking every licence."""
    chance = random.Random(5)
    areas = [bench_geo.licence(chance, bench_geo.PROVINCE) for _ in range(60)]
    register = bench_geo.register_of(areas)
    here = bench_geo.places(chance, areas, bench_geo.PROVINCE)[::10]
    far = 0
    for lat, lon in here:
        metres = {str(key): area.distance_to_boundary_m(lat, lon) for key, area in enumerate(areas)}
        holding = {str(key) for key, area in enumerate(areas) if area.contains(lat, lon)}
        nearest = min(metres, key=lambda number: metres[number])
        found = dict(bench_geo.verdicts(register, lat, lon))
        far += not found
        assert set(found) == (holding or {nearest} if holding or metres[nearest] <= 5000 else set())
        for number, verdict in found.items():
            assert verdict.numbers["distance_m"] == round(metres[number], 1)
    assert far < len(here) / 2
