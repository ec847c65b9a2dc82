"""What an officer has to be told that no report speaks of: room on the phone, data that was damaged."""

from mobile.ports import Battery, Preferences
from mobile.ports.recovered import KEPT, Recovered
from mobile.presenters import room
from mobile.presenters.base import Shell
from mobile.presenters.recovered import told
from mobile.services.room import Room
from mobile.state.forms import Level, Notice, Row
from shared.i18n import N_, Words

LOW_PERCENT = 15


class Alerts:
    """`battery`: of this phone."""

    def __init__(self, preferences: Preferences, space: Room, words: Words, battery: Battery = lambda: None) -> None:
        self._preferences, self._space, self.words, self._battery = preferences, space, words, battery
        self._asked = False

    def storage(self) -> tuple[Row, ...]:
        return room.rows(self.words, self._space.stored())

    def notices(self) -> tuple[Notice, ...]:
        found = []
        text = self._preferences.get(KEPT)
        if text:
            found.append(Notice(Level.WARN, told(self.words, Recovered.read(text))))
        if self._space.is_low():
            found.append(room.low(self.words, self._space.stored().free))
        charge = self._battery()
        if charge is not None and charge.percent <= LOW_PERCENT and not charge.charging:
            said = N_("Battery at {n} %: put the phone on a cable. What is typed is kept, but sending will stop.")
            found.append(Notice(Level.WARN, self.words(said, n=charge.percent)))
        return tuple(found)

    def ask(self, shell: Shell) -> None:
        """What was lost: once at each start, until the officer says that it was read."""
        text = "" if self._asked else self._preferences.get(KEPT)
        self._asked = True
        if not text:
            return
        words, said = self.words, told(self.words, Recovered.read(text))

        def ask() -> None:
            shell.ask(
                words(N_("Data was damaged")),
                said,
                yes=words(N_("I have read it")),
                no=words(N_("Later")),
                then=lambda: self._preferences.put(KEPT, ""),
            )

        shell.jobs.call(ask)
