"""The PIN of each officer of a phone.

It keeps a colleague or a finder from reading and writing in an officer's name. A try is counted before the PIN is
looked at, so that killing the app gives no free one; waits are counted by how long the phone has been up, so that no
clock that somebody sets ends or lengthens them, and a restart of the phone begins the present one anew.
"""

import hashlib
import hmac
import math
import secrets
from datetime import timedelta
from uuid import UUID

from mobile.ports import Accounts, PinStore, Uptime
from shared.problems import Problem

SHORTEST, LONGEST = 4, 8  # digits
MOST_WRONG = 10  # tries in a row
# After how many wrong tries in a row which wait; the last one holds for all further ones.
WAITS = {3: timedelta(minutes=1), 4: timedelta(minutes=5), 5: timedelta(minutes=15), 6: timedelta(hours=1)}
_SALT_BYTES = 16


class Pins:
    def __init__(self, store: PinStore, accounts: Accounts, uptime: Uptime) -> None:
        self._store, self._accounts, self._uptime = store, accounts, uptime

    def has(self, officer: UUID) -> bool:
        return self._store.get(officer) is not None

    def choose(self, officer: UUID, pin: str) -> None:
        """Problem `pin_invalid`, `phone_full`."""
        check_form(pin)
        salt = secrets.token_bytes(_SALT_BYTES)
        self._store.put(officer, salt, _digest(pin, salt))

    def check(self, officer: UUID, pin: str) -> None:
        """Returns when it is the officer's. Problem `pin_wrong`; `pin_waits` without looking at it; `pin_used_up` after
        the last try, with the officer's token and PIN gone from this phone and nothing else; `not_enrolled` without a
        PIN. Slow on purpose (scrypt)."""
        record = self._store.get(officer)
        if record is None:
            raise Problem("not_enrolled")
        left = self.wait(officer)
        if left:
            raise Problem("pin_waits", minutes=minutes(left))
        wrong = self._store.tried(officer, self._uptime())
        if hmac.compare_digest(_digest(pin, record.salt), record.digest):
            self._store.passed(officer)
            return
        if wrong >= MOST_WRONG:
            self._accounts.dropped(officer)
            self._store.remove(officer)
            raise Problem("pin_used_up")
        raise Problem("pin_wrong", left=MOST_WRONG - wrong)

    def wait(self, officer: UUID) -> timedelta:
        """Until the next try is taken; zero when it is at once."""
        record = self._store.get(officer)
        whole = timedelta() if record is None else _wait_after(record.wrong)
        if record is None or not whole:
            return timedelta()
        now = self._uptime()
        if now < record.since:  # the phone was restarted
            self._store.moved(officer, now)
            return whole
        return max(timedelta(), whole - timedelta(seconds=now - record.since))

    def forget(self, officer: UUID) -> None:
        """After a new enrolment code; harmless without a PIN."""
        self._store.remove(officer)


def check_form(pin: str) -> None:
    """Problem `pin_invalid`."""
    if not (SHORTEST <= len(pin) <= LONGEST and pin.isascii() and pin.isdigit()):
        raise Problem("pin_invalid", shortest=SHORTEST, longest=LONGEST)


def minutes(wait: timedelta) -> int:
    """Rounded up: whoever comes back then is let in."""
    return math.ceil(wait.total_seconds() / 60)


def _wait_after(wrong: int) -> timedelta:
    return WAITS.get(min(wrong, max(WAITS)), timedelta())


def _digest(pin: str, salt: bytes) -> bytes:
    return hashlib.scrypt(pin.encode("utf-8"), salt=salt, n=2**14, r=8, p=1)
