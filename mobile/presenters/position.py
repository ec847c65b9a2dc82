"""The position panel: a receiver watched live, fixes averaged, the nearest boundary in words."""

from collections.abc import Callable, Sequence
from datetime import datetime

from mobile.ports import Clock, Stop
from mobile.presenters.base import Presenter, Shell, Task
from mobile.presenters.written import moment
from mobile.services.positioning import MAX_AGE_S, NO_FIX, NO_RECEIVER, ONLY_STALE, Positioning, Reading
from mobile.services.register import PhoneRegister
from mobile.state.forms import Level, Notice
from mobile.state.position import Line, PositionState
from shared.clock import VIETNAM
from shared.geo import vn2000
from shared.geo.fix import Fix
from shared.i18n import N_, Words
from shared.rules import geofence
from shared.rules.verdict import Answer
from shared.rules.words import number, sentence
from shared.wire.v1.records import PositionRole

WANTED = 10  # fixes; consecutive ones know little more than one, so more would only cost time (see `positioning`)
GOOD_M, POOR_M = 10.0, 30.0  # 68 % radius: what tells a boundary well, what hardly does
EVERY_S = 1.0
REASONS = {
    NO_RECEIVER: N_("This phone has no receiver that can be reached: the report will say so."),
    NO_FIX: N_("No position yet: go where the sky is open and hold the phone still."),
    ONLY_STALE: N_("Only old positions came: go where the sky is open and wait for a fresh one."),
}
Receive = Callable[[Reading], None]


class PositionPresenter(Presenter[PositionState]):
    """`receive` gets the reading, or the reason why there is none. `register`: the licences at hand, None where none
    were fetched. `zone`: EPSG number of the VN-2000 plane that is used at a place."""

    def __init__(
        self,
        positioning: Positioning,
        clock: Clock,
        words: Words,
        shell: Shell,
        *,
        receive: Receive,
        register: Callable[[], PhoneRegister | None],
        zone: Callable[[float, float], int],
        role: PositionRole = PositionRole.OBSERVER,
        wanted: int = WANTED,
    ) -> None:
        self._positioning, self._clock = positioning, clock
        self._receive, self._register, self._zone, self._role, self._wanted = receive, register, zone, role, wanted
        self._fixes: list[Fix] = []
        self._last: Fix | None = None
        self._reason: str | None = None
        self._job: Task | None = None
        self._ticking: Task | None = None
        super().__init__(PositionState("", "", Level.INFO, 0.0, ""), words, shell)
        self._update()

    # --- moments

    def opened(self) -> None:
        self.again()
        self._ticking = self.shell.jobs.every(EVERY_S, self._update)  # the age grows without a fix, too

    def closed(self) -> None:
        for task in (self._job, self._ticking):
            if task is not None:
                task.cancel()

    def renewed(self) -> None:
        self._update()

    # --- what the officer does

    def again(self) -> None:
        """Forget what came and begin anew: one has walked on."""
        if self._job is not None:
            self._job.cancel()
        self._fixes, self._last, self._reason = [], None, None
        self._job = self.shell.jobs.run(self._watch, lambda reason: self._ended(reason))
        self._update()

    def take(self) -> None:
        """What has come so far, averaged, into the report."""
        if self._fixes:
            self._receive(self._positioning.reading(self._fixes, self._role))
            self.shell.back()

    def without(self) -> None:
        """Go on without a place; the report says why."""
        self._receive(self._positioning.without(self._reason or NO_FIX, self._role))
        self.shell.back()

    # --- the receiver, beside the screen

    def _watch(self, stop: Stop) -> str | None:
        return self._positioning.watch(lambda fix: self.shell.jobs.call(lambda: self._came(fix, stop)), stop)

    def _came(self, fix: Fix, stop: Stop) -> None:
        if stop.is_set():
            return
        self._last = fix
        if abs(fix.age_s(self._clock.now())) > MAX_AGE_S:
            self._reason = ONLY_STALE
        else:
            self._fixes.append(fix)
            del self._fixes[: -self._wanted]
        self._update()

    def _ended(self, reason: str | None) -> None:
        self._reason = reason or self._reason
        self._update()

    # --- drawing

    def _update(self) -> None:
        words, now = self.words, self._clock.now()
        reading = self._positioning.reading(self._fixes, self._role) if self._fixes else None
        accuracy = None if reading is None else reading.position.accuracy_m
        self.show(
            PositionState(
                title=words(N_("Position")),
                accuracy="" if reading is None else self._accuracy(accuracy),
                accuracy_level=_level(accuracy),
                share=len(self._fixes) / self._wanted,
                progress=words(N_("{n} of {wanted} positions averaged"), n=len(self._fixes), wanted=self._wanted),
                lines=self._lines(reading, now),
                notices=tuple(self._notices(reading, now)),
                take=words(N_("Use this position")),
                can_take=reading is not None,
                again=words(N_("Measure again")),
                without=words(N_("Go on without a position")),
            )
        )

    def _accuracy(self, accuracy: float | None) -> str:
        if accuracy is None:
            return self.words(N_("accuracy unknown"))
        return f"±{number(accuracy, self.words.language)} m"

    def _lines(self, reading: Reading | None, now: datetime) -> tuple[Line, ...]:
        words, last = self.words, self._last
        lines: list[Line] = []
        if last is not None:
            age = max(0.0, last.age_s(now))
            level = Level.INFO if age <= MAX_AGE_S else Level.WARN
            lines.append(Line(words(N_("Age of the last position")), words(N_("{s} s"), s=round(age)), level))
            satellites = "–" if last.satellites is None else str(last.satellites)
            lines.append(Line(words(N_("Satellites")), satellites))
            lines.append(Line(words(N_("Source")), last.provider))
        if reading is not None and reading.position.lat is not None and reading.position.lon is not None:
            position = reading.position
            lat, lon = position.lat or 0.0, position.lon or 0.0
            lines.append(Line("WGS84", f"{lat:.6f}, {lon:.6f}"))
            zone = self._zone(lat, lon)
            plane = vn2000.zone(zone).title.removeprefix("VN-2000 / ")
            lines.append(Line(words(N_("VN-2000 ({plane})"), plane=plane), self._on_plane(zone, lat, lon)))
            if position.fixed_at is not None:
                lines.append(Line(words(N_("Time of the receiver")), moment(position.fixed_at)))
            lines += self._boundaries(reading, now)
        return tuple(lines)

    def _on_plane(self, zone: int, lat: float, lon: float) -> str:
        words = self.words
        if not vn2000.reaches(zone, lon=lon):  # a receiver that was moved by an app, or a wrong one
            return words(N_("too far from Vietnam for its planes"))
        grid = vn2000.from_wgs84(zone, lat=lat, lon=lon)
        return words(N_("X {north} · Y {east}"), north=f"{grid.northing_m:.2f}", east=f"{grid.easting_m:.2f}")

    def _boundaries(self, reading: Reading, now: datetime) -> Sequence[Line]:
        register, position = self._register(), reading.position
        if register is None or position.lat is None or position.lon is None:
            return ()
        found = register.licences_at(position.lat, position.lon, now.astimezone(VIETNAM).date())
        lines = []
        for licence in found:
            if licence.area is None:
                continue
            verdict = geofence.geofence(
                licence.area,
                lat=position.lat,
                lon=position.lon,
                accuracy_m=position.accuracy_m,
                age_s=0.0,
                mock=position.mock,
            )
            level = {Answer.YES: Level.GOOD, Answer.NO: Level.BAD, Answer.CANNOT_TELL: Level.WARN}[verdict.answer]
            lines.append(Line(licence.number, sentence(verdict, self.words.language), level))
        return lines or (Line(self.words(N_("Licences")), self.words(N_("none within 5 km by the data at hand"))),)

    def _notices(self, reading: Reading | None, now: datetime) -> Sequence[Notice]:
        words = self.words
        notices: list[Notice] = []
        if self._last is not None and self._last.mock:
            said = words(N_("The position is simulated by an app: switch that app off; the report records it."))
            notices.append(Notice(Level.BAD, said))
        if reading is None and self._reason in REASONS:
            notices.append(Notice(Level.WARN, words(REASONS[self._reason])))
        elif reading is None:
            notices.append(Notice(Level.INFO, words(N_("Waiting for the receiver…"))))
        if self._last is not None and self._last.age_s(now) > MAX_AGE_S:
            said = words(N_("No fresh position for a while: the last one is too old to be used."))
            notices.append(Notice(Level.WARN, said))
        if reading is not None and (reading.position.accuracy_m or 0.0) > POOR_M:
            notices.append(
                Notice(Level.WARN, words(N_("Too inaccurate to tell a boundary: go where the sky is open.")))
            )
        return notices


def _level(accuracy: float | None) -> Level:
    if accuracy is None:
        return Level.WARN
    return Level.GOOD if accuracy <= GOOD_M else Level.INFO if accuracy <= POOR_M else Level.WARN
