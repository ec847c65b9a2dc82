"""When the app locks itself."""

from collections.abc import Callable

from mobile.ports import Uptime
from mobile.presenters.base import Task
from mobile.presenters.routes import Route, Screen
from mobile.services.enrolment import Enrolment
from mobile.services.pin import Pins

IDLE_S = 300.0  # without a touch, or in the background
LOOK_S = 15.0


class Guard:
    """`locked`: nothing of a report may be shown. Sending knows nothing of it and goes on. `cover`: closes what lies
    over the screens and shows a route on top of them, so that what was open is there again afterwards."""

    def __init__(self, enrolment: Enrolment, pins: Pins, uptime: Uptime) -> None:
        self._enrolment, self._pins, self._uptime = enrolment, pins, uptime
        self._touched = uptime()
        self._cover: Callable[[Route], None] | None = None
        self.locked = enrolment.current() is None or self.has_pin()

    def has_pin(self) -> bool:
        session = self._enrolment.current()
        return session is not None and self._pins.has(session.officer.id)

    def first(self) -> Route:
        """Where the app opens, and where it goes when an officer has left."""
        if self._enrolment.current() is not None:
            return Route(Screen.LOCK, part="start") if self.locked else Route(Screen.HOME)
        return Route(Screen.OFFICERS if self._enrolment.officers() else Screen.ENROL)

    def attach(self, every: Callable[[float, Callable[[], None]], Task], cover: Callable[[Route], None]) -> bool:
        """Once; later calls change nothing and give False."""
        if self._cover is not None:
            return False
        self._cover = cover
        every(LOOK_S, self.look)
        return True

    def touched(self) -> None:
        self._touched = self._uptime()

    def look(self) -> None:
        """Lock when nobody has touched the phone for too long."""
        if self._uptime() - self._touched >= IDLE_S:
            self.lock()

    def lock(self) -> None:
        """Harmless without a PIN, and when locked."""
        if self._cover is not None and not self.locked and self.has_pin():
            self.locked = True
            self._cover(Route(Screen.LOCK))

    def unlock(self) -> None:
        self.locked = False
        self.touched()

    def left(self) -> None:
        """Nobody works with the phone now."""
        self.locked = True
