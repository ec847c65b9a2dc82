"""UUIDv7: of the right kind, and growing whatever the clock does."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from time import sleep
from uuid import RFC_4122, UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared import identity
from shared.identity import minted_at, uuid7
from tests.shared.strategies import examples

NOW = datetime(2026, 11, 20, 1, 45, 0, 123456, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each test is a process that has minted nothing; what it mints does not push others into the future."""
    monkeypatch.setattr(identity, "_last", (0, 0))


def millis_of(minted: UUID) -> int:
    return minted.int >> 80


def test_version_variant_and_time() -> None:
    minted = uuid7(NOW)
    assert (minted.version, minted.variant) == (7, RFC_4122)
    assert millis_of(minted) == 1795139100123


def test_an_id_read_as_text_is_the_same_id() -> None:
    minted = uuid7(NOW)
    assert str(minted)[14] == "7"
    assert str(minted)[19] in "89ab"
    assert UUID(str(minted)) == minted


def test_ids_grow_within_a_millisecond() -> None:
    """More than the 4096 a counter of 12 bits can tell apart."""
    minted = [uuid7(NOW) for _ in range(10_000)]
    assert all(a < b for a, b in pairwise(minted))
    assert all(one.version == 7 and one.variant == RFC_4122 for one in minted)
    assert millis_of(minted[-1]) - millis_of(minted[0]) <= 5


@examples
@given(st.lists(st.integers(-5000, 5000), min_size=2, max_size=30))
def test_ids_grow_when_the_clock_jumps(steps: list[int]) -> None:
    minted = [uuid7(NOW + timedelta(milliseconds=step)) for step in steps]
    assert all(a < b for a, b in pairwise(minted))


def test_ids_follow_the_clock_again_once_it_has_caught_up() -> None:
    uuid7(NOW + timedelta(seconds=10))
    assert millis_of(uuid7(NOW)) == 1795139110123
    assert millis_of(uuid7(NOW + timedelta(seconds=11))) == 1795139111123


def test_threads_never_mint_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every thread begins a new millisecond with the same random start, and is held up exactly there: without the lock
    all of them would count on from the same place."""

    def held_up(bits: int) -> int:
        if bits != 11:
            return 0
        sleep(0.002)
        return 5

    monkeypatch.setattr(identity.secrets, "randbits", held_up)
    with ThreadPoolExecutor(8) as pool:
        minted = list(pool.map(lambda i: uuid7(NOW + timedelta(milliseconds=i // 8)), range(80)))
    assert len(set(minted)) == len(minted)


def test_another_process_would_mint_others() -> None:
    assert uuid7(NOW).int & (1 << 62) - 1 != uuid7(NOW).int & (1 << 62) - 1


def test_an_id_tells_when_it_was_minted_and_one_of_another_kind_does_not() -> None:
    later = NOW + timedelta(days=400)  # another test may have minted in a later millisecond
    found = minted_at(uuid7(later))
    assert found is not None
    assert abs(found - later) < timedelta(seconds=1)
    assert minted_at(uuid4()) is None
