"""Times and amounts as an officer reads them."""

from datetime import datetime

from shared.clock import VIETNAM
from shared.i18n import N_, Words

_KB = 1000


def moment(instant: datetime) -> str:
    """dd/mm/yyyy HH:MM in Vietnam, whatever the phone's zone is."""
    return f"{instant.astimezone(VIETNAM):%d/%m/%Y %H:%M}"


def hour(instant: datetime) -> str:
    return f"{instant.astimezone(VIETNAM):%H:%M}"


def day(instant: datetime) -> str:
    return f"{instant.astimezone(VIETNAM):%d/%m/%Y}"


def when(words: Words, instant: datetime, now: datetime) -> str:
    """The hour alone when it is of today."""
    if instant.astimezone(VIETNAM).date() == now.astimezone(VIETNAM).date():
        return words(N_("today {time}"), time=hour(instant))
    return moment(instant)


def amount(words: Words, count: int) -> str:
    """Bytes in kB, MB or GB (powers of 1000), as phones count their storage."""
    if count < _KB:
        return f"{count} B"
    value, unit = count / _KB, "kB"
    for larger in ("MB", "GB"):
        if value >= _KB:
            value, unit = value / _KB, larger
    text = f"{value:.0f}" if value >= 100 else f"{value:.1f}"
    return f"{text.replace('.', ',') if words.language == 'vi' else text} {unit}"
