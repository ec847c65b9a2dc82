"""The radius that holds 68 %, from what receivers say; worked out by drawing places, and by hand."""

import math
import random

import pytest

from shared.geo.fix import (
    RADIUS_68_IN_SIGMA,
    RADIUS_95_IN_SIGMA,
    UERE_SIGMA_M,
    FixQuality,
    radius_68_from_hdop,
    radius_68_from_sigmas,
)


@pytest.mark.parametrize(("radius", "share"), [(RADIUS_68_IN_SIGMA, 0.68), (RADIUS_95_IN_SIGMA, 0.95)])
def test_radii_hold_their_share_of_a_circular_normal_distribution(radius: float, share: float) -> None:
    assert 1 - math.exp(-(radius**2) / 2) == pytest.approx(share, abs=1e-4)
    chance = random.Random(68)
    inside = sum(math.hypot(chance.gauss(0, 1), chance.gauss(0, 1)) <= radius for _ in range(20_000))
    assert inside / 20_000 == pytest.approx(share, abs=0.012)


def test_from_one_sigma_for_each_axis() -> None:
    assert radius_68_from_sigmas(2.0, 2.0) == pytest.approx(2 * 1.5096)
    assert radius_68_from_sigmas(3.0, 1.0) == pytest.approx(math.sqrt(5) * 1.5096)
    assert radius_68_from_sigmas(3.0, 1.0) == radius_68_from_sigmas(1.0, 3.0)


@pytest.mark.parametrize(
    "sigmas", [(0.0, 0.0), (math.nan, 2.0), (2.0, math.nan), (math.inf, 1.0), (math.inf, math.nan), (1.7e308, 1.7e308)]
)
def test_zeros_and_nonsense_are_no_sigmas(sigmas: tuple[float, float]) -> None:
    """A garbled line may hold two hundred digits."""
    assert radius_68_from_sigmas(*sigmas) is None
    assert radius_68_from_sigmas(1e300, 1e300) == pytest.approx(1.5096e300)


def test_from_hdop() -> None:
    assert radius_68_from_hdop(1.0, FixQuality.AUTONOMOUS) == pytest.approx(8.0 * 1.5096 / math.sqrt(2))
    assert radius_68_from_hdop(2.0, FixQuality.DIFFERENTIAL) == pytest.approx(2 * 2.0 * 1.5096 / math.sqrt(2))


@pytest.mark.parametrize("hdop", [0.0, -1.0, 50.0, 99.99, math.nan, math.inf])
def test_what_is_no_hdop(hdop: float) -> None:
    assert radius_68_from_hdop(hdop, FixQuality.AUTONOMOUS) is None


def test_hdop_says_nothing_of_what_satellites_did_not_make() -> None:
    silent = {quality for quality in FixQuality if radius_68_from_hdop(1.0, quality) is None}
    assert silent == {FixQuality.NONE, FixQuality.ESTIMATED, FixQuality.MANUAL} == set(FixQuality) - set(UERE_SIGMA_M)
