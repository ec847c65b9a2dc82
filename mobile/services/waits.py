"""How long to wait before trying again: longer each time, never for ever, never all phones at once."""

from collections.abc import Callable
from datetime import timedelta

from shared.problems import Problem

FIRST = timedelta(seconds=5)
LONGEST = timedelta(hours=1)
# What the server refused for good reasons changes only when a person corrects something there or it is upgraded.
HELD = timedelta(hours=6)
# Between rounds, while there is a line or one may come back any moment.
ROUND_FIRST = timedelta(seconds=1)
ROUND_LONGEST = timedelta(minutes=5)

Random = Callable[[], float]  # 0 ≤ x < 1


def growing(attempts: int, random: Random, *, first: timedelta = FIRST, longest: timedelta = LONGEST) -> timedelta:
    """After the `attempts`-th failure in a row (1, 2, 3 …): doubling, ± 25 % at random so that phones that lost the
    same server do not come back in the same second."""
    return jittered(min(first * 2 ** min(attempts - 1, 30), longest), random)


def jittered(wait: timedelta, random: Random) -> timedelta:
    return wait * (0.75 + 0.5 * random())


def asked_for(problem: Problem, random: Random) -> timedelta | None:
    """How long the server asked to be left alone (Retry-After), at least a second and at most an hour, and up to a
    quarter longer; None when it did not."""
    seconds = problem.values.get("retry_after_s")
    if not isinstance(seconds, float):
        return None
    wait = timedelta(seconds=min(max(seconds, 1.0), LONGEST.total_seconds()))
    return wait * (1 + 0.25 * random())
