"""What lies on the phone, in rows."""

from mobile.presenters.written import amount
from mobile.services.room import Stored
from mobile.state.forms import Level, Notice, Row
from shared.i18n import N_, Words


def rows(words: Words, stored: Stored) -> tuple[Row, ...]:
    waiting = words.many("{n} file", "{n} files", stored.waiting)
    size = amount(words, stored.waiting_bytes)
    return (
        Row("", words(N_("Files not sent yet")), subtitle=f"{waiting} · {size}", icon="image-outline"),
        Row("", words(N_("Maps")), subtitle=amount(words, stored.map_bytes), icon="map-outline"),
        Row("", words(N_("Register")), subtitle=amount(words, stored.reference_bytes), icon="text-box-outline"),
        Row("", words(N_("Free on this phone")), subtitle=amount(words, stored.free), icon="harddisk"),
    )


def low(words: Words, free: int) -> Notice:
    said = words(
        N_("Only {size} is free on this phone: send what waits and remove what is not needed, or photos will not fit."),
        size=amount(words, free),
    )
    return Notice(Level.WARN, said)
