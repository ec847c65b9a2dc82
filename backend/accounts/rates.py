"""Limits on what strangers may try, counted in the database: over all processes, and exactly under any race."""

import ipaddress
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import connection
from django.utils.crypto import salted_hmac
from rest_framework.exceptions import Throttled
from rest_framework.request import Request
from rest_framework.throttling import SimpleRateThrottle

from backend.accounts.authentication import read_clock
from backend.accounts.models import RateCount

EVERYBODY = "everybody"  # one count for all callers together
_PARTS = 20  # of a period


def spend(*, scope: str, whom: str, limit: int, period_s: int, now: datetime) -> float | None:
    """Take one of `limit` tries in any `period_s` seconds: None when there was one left, else the seconds to wait.

    The period is counted in parts, and one part more than it has: so no stretch of that length, wherever it begins, has
    more than `limit`, at the price of a twentieth of what would be allowed. What is refused is not counted, so that
    whoever keeps trying gets in again. `whom` is kept as a keyed hash only.
    """
    key, part_s = _key(scope, whom), period_s / _PARTS
    slot = _slot(now, period_s)
    older = RateCount.objects.filter(key=key, slot__gte=slot - _PARTS, slot__lt=slot, spent__gt=0).order_by("slot")
    counts = list(older.values_list("slot", "spent"))
    allowed = limit - sum(spent for _, spent in counts)
    spent = _take(key, slot, allowed, now + timedelta(seconds=period_s + 2 * part_s)) if allowed >= 1 else None
    if spent is None:
        first = counts[0][0] if counts else slot
        return min(period_s, (first + _PARTS + 1) * part_s - now.timestamp())
    if spent == 1:
        RateCount.objects.filter(ends_at__lt=now).delete()
    return None


def give_back(*, scope: str, whom: str, period_s: int, now: datetime) -> None:
    """Undo one `spend` of the same instant: what was tried was right."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE accounts_ratecount SET spent = spent - 1 WHERE key = %s AND slot = %s AND spent > 0",
            [_key(scope, whom), _slot(now, period_s)],
        )


def _slot(now: datetime, period_s: int) -> int:
    return int(now.timestamp() * _PARTS // period_s)


def _take(key: str, slot: int, allowed: int, ends_at: datetime) -> int | None:
    """The count with this one, None when it would exceed `allowed`. One statement, so that nobody comes between."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO accounts_ratecount (key, slot, spent, ends_at) VALUES (%s, %s, 1, %s) "
            "ON CONFLICT (key, slot) DO UPDATE SET spent = accounts_ratecount.spent + 1 "
            "WHERE accounts_ratecount.spent < %s RETURNING spent",
            [key, slot, connection.ops.adapt_datetimefield_value(ends_at.astimezone(UTC)), allowed],
        )
        row = cursor.fetchone()
    return None if row is None else int(row[0])


def _key(scope: str, whom: str) -> str:
    return salted_hmac("kiemkhoang.rates", f"{scope}\n{whom}", algorithm="sha256").hexdigest()


def neighbourhood(address: str) -> str:
    """Whom an address stands for: a line with IPv6 has 2^64 of them, which are one caller."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped is not None:
            return str(found.ipv4_mapped)
        return str(ipaddress.ip_network((found, 64), strict=False))
    return str(found)


class SharedThrottle(SimpleRateThrottle):
    """A limit for each caller's address; `scope` names the rate in the settings."""

    num_requests: int | None  # both None where no limit is set
    duration: int | None  # seconds

    def __init__(self) -> None:
        super().__init__()
        self._wait_s: float | None = None

    def get_cache_key(self, request: Request, view: Any) -> str:
        return neighbourhood(str(self.get_ident(request)))

    def allow_request(self, request: Request, view: Any) -> bool:
        if not hasattr(view, str(request.method).lower()):
            return True  # nothing is tried: the answer is 405
        return self.take(request, view, read_clock())

    def take(self, request: Request, view: Any, now: datetime) -> bool:
        if self.num_requests is None or self.duration is None:
            return True
        self._wait_s = spend(
            scope=str(self.scope),
            whom=self.get_cache_key(request, view),
            limit=self.num_requests,
            period_s=self.duration,
            now=now,
        )
        return self._wait_s is None

    def wait(self) -> float | None:
        return self._wait_s

    def give_back(self, request: Request, view: Any, now: datetime) -> None:
        if self.duration is not None:
            whom = self.get_cache_key(request, view)
            give_back(scope=str(self.scope), whom=whom, period_s=self.duration, now=now)


class SignInThrottle(SharedThrottle):
    """One count for the API and the sign-in page: a guesser gains nothing by changing the door."""

    scope = "sign_in"


class EnrolThrottle(SharedThrottle):
    scope = "enrol"


class WrongCodes(SharedThrottle):
    """Codes that were wrong, from one address."""

    scope = "wrong_code"


class WrongCodesOfEverybody(SharedThrottle):
    """Codes that were wrong, from anywhere: a guesser with many addresses shares one count."""

    scope = "wrong_code_everybody"

    def get_cache_key(self, request: Request, view: Any) -> str:
        return EVERYBODY


class CodeGuess:
    """Around one try of a code: counted as wrong before it is tried, so that tries at once cannot outrun the count,
    and given back when it was right. Throttled when there were too many."""

    def __init__(self, request: Request, view: Any, now: datetime) -> None:
        self._request, self._view, self._now = request, view, now
        self._taken: list[SharedThrottle] = []

    def begin(self) -> None:
        for throttle in (WrongCodes(), WrongCodesOfEverybody()):
            if not throttle.take(self._request, self._view, self._now):
                self.give_back()
                raise Throttled(wait=throttle.wait())
            self._taken.append(throttle)

    def give_back(self) -> None:
        for throttle in self._taken:
            throttle.give_back(self._request, self._view, self._now)
        self._taken = []
