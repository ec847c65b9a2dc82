"""From fixes to a position."""

import threading
from collections.abc import Iterator
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mobile.ports import GnssUnavailable
from mobile.services.positioning import Positioning, average
from shared.geo.fix import Fix, FixMode, FixQuality
from shared.wire.v1.records import PositionRole, TimeSource
from tests.mobile.conftest import MORNING, FakeClock


def fix(**changes: object) -> Fix:
    values: dict[str, object] = {
        "lat": 20.6471,
        "lon": 106.0489,
        "accuracy_m": 5.0,
        "altitude_m": 6.0,
        "fixed_at": MORNING,
        "received_at": MORNING,
        "mode": FixMode.THREE_D,
        "quality": FixQuality.AUTONOMOUS,
        "provider": "nmea",
        "satellites": 9,
        "mock": False,
    }
    return Fix(**{**values, **changes})  # type: ignore[arg-type]  # a builder


class Receiver:
    """Gives these fixes; then ends, fails, or keeps silent until it is closed."""

    def __init__(self, fixes: list[Fix], then: str = "end") -> None:
        self._fixes, self._then = fixes, then
        self.closed = threading.Event()

    def fixes(self) -> Iterator[Fix]:
        yield from self._fixes
        if self._then == "fail":
            raise GnssUnavailable("Máy thu đã tắt; hãy bật lại.")
        if self._then == "silent":
            assert self.closed.wait(5)

    def close(self) -> None:
        self.closed.set()


def positioning(receiver: Receiver | None) -> Positioning:
    return Positioning(None if receiver is None else lambda: receiver, FakeClock())


def test_n_fixes_are_averaged_and_the_receiver_is_closed() -> None:
    receiver = Receiver([fix(lat=20.0 + i * 1e-6, satellites=9 - i) for i in range(9)])
    reading = positioning(receiver).take(samples=3)
    assert reading.position.lat == pytest.approx(20.000001)
    assert (reading.position.samples, reading.position.role, reading.position.satellites) == (
        3,
        PositionRole.OBSERVER,
        7,
    )
    assert reading.position.missing_reason is None
    assert receiver.closed.is_set()


def test_stale_fixes_are_refused() -> None:
    old = [fix(received_at=MORNING - timedelta(seconds=11), lat=10.0) for _ in range(5)]
    assert positioning(Receiver(old)).take().position.missing_reason == "only_stale_fixes"
    mixed = positioning(Receiver([*old, fix(received_at=MORNING - timedelta(seconds=9))])).take().position
    assert (mixed.lat, mixed.samples) == (20.6471, 1)


@pytest.mark.parametrize(
    ("receiver", "reason"),
    [(None, "no_receiver"), (Receiver([], "fail"), "no_receiver"), (Receiver([]), "no_fix_in_time")],
)
def test_a_position_that_is_missing_says_why(receiver: Receiver | None, reason: str) -> None:
    position = positioning(receiver).take().position
    assert (position.lat, position.lon, position.samples, position.missing_reason) == (None, None, 0, reason)


def test_a_silent_receiver_ends_at_the_time_out_with_what_came() -> None:
    assert positioning(Receiver([fix()], "silent")).take(timeout_s=0.05).position.samples == 1
    assert positioning(Receiver([], "silent")).take(timeout_s=0.05).position.missing_reason == "no_fix_in_time"


def test_a_receiver_lost_half_way_gives_what_came() -> None:
    assert positioning(Receiver([fix(), fix()], "fail")).take(samples=5).position.samples == 2


@given(st.lists(st.floats(0.5, 80), min_size=1, max_size=12), st.floats(0, 1e-3))
def test_the_average_never_claims_to_be_better_than_the_best_fix(accuracies: list[float], spread: float) -> None:
    fixes = [fix(accuracy_m=accuracy, lat=20.0 + spread * (i % 3)) for i, accuracy in enumerate(accuracies)]
    claimed = average(fixes, PositionRole.OBSERVER).accuracy_m
    assert claimed is not None
    assert claimed >= round(min(accuracies), 2)


def test_fixes_that_scatter_wider_than_they_claim_are_not_believed() -> None:
    fixes = [fix(accuracy_m=2.0, lat=20.0 + (i % 2) * 4e-4) for i in range(6)]  # 44 m apart
    claimed = average(fixes, PositionRole.OBSERVER).accuracy_m
    assert claimed is not None
    assert claimed > 20


def test_one_mock_fix_marks_the_position_and_no_accuracy_is_none() -> None:
    position = average([fix(accuracy_m=None), fix(accuracy_m=None, mock=True)], PositionRole.TARGET)
    assert (position.mock, position.accuracy_m) == (True, None)


def test_the_receivers_time_tells_how_far_the_phones_clock_is_off() -> None:
    late = [fix(fixed_at=MORNING + timedelta(seconds=3600 - delay)) for delay in (0.3, 0.1, 0.8)]
    reading = positioning(Receiver(late)).take()
    assert (reading.device_time.offset_s, reading.device_time.source) == (3599.9, TimeSource.GNSS)
    undated = positioning(Receiver([fix(fixed_at=None)])).take()
    assert (undated.device_time.offset_s, undated.device_time.source) == (None, TimeSource.NONE)
