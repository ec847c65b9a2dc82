"""What the app's benchmarks make of what their processes say."""

import pytest

from tests.bench.app_child import memory
from tests.bench.app_process import answer_of, last_answer
from tests.bench.app_starts import beyond, times

SMAPS = """\
55d3c0a00000-7ffd5d1fe000 ---p 00000000 00:00 0                          [rollup]
Rss:              130636 kB
Pss:              118100 kB
Pss_Dirty:         60000 kB
"""


def test_memory_is_what_its_line_says_in_bytes() -> None:
    assert (memory("Pss", SMAPS), memory("Rss", SMAPS)) == (118_100 * 1024, 130_636 * 1024)
    with pytest.raises(OSError, match="nothing of Swap"):
        memory("Swap", SMAPS)


def test_the_last_line_is_the_answer() -> None:
    assert last_answer('Kivy says something\n{"cpu": 1}\n{"cpu": 2.5}\n') == {"cpu": 2.5}


@pytest.mark.parametrize("output", ["", "\n", "[1]", "5", '{"cpu": 1}\nTraceback', '{"cpu":'])
def test_what_is_no_answer(output: str) -> None:
    with pytest.raises(RuntimeError, match="no answer"):
        last_answer(output)


def test_a_process_that_fails_is_no_measurement() -> None:
    with pytest.raises(RuntimeError, match="tests.bench.nothing_here ended with 1"):
        answer_of("tests.bench.nothing_here")


def test_runs_are_compared_one_by_one() -> None:
    assert times([2.0, 9.0], [1.0, 3.0]) == [2.0, 3.0]
    assert beyond([2.0, 9.0], [1.0, 3.0]) == [1.0, 6.0]
    with pytest.raises(ValueError, match="longer"):
        times([2.0], [1.0, 3.0])
