"""Looking up a plate, a vessel, a licence or a paper while one types."""

from datetime import date
from uuid import UUID

from mobile.ports import Clock, Stop
from mobile.presenters.base import Presenter, Shell, Task
from mobile.presenters.home import KIND_ICONS
from mobile.presenters.licence_told import LEVELS, licence_detail, vehicle_detail
from mobile.presenters.routes import Route, Screen
from mobile.presenters.written import moment
from mobile.services.lookup import Found, ListedVehicle, Lookup, ShownPaper, Stopped, folded
from mobile.services.reference import ReferenceData
from mobile.state.forms import Group, Level, Row
from mobile.state.lookup import Detail, LookupState
from shared.clock import VIETNAM
from shared.i18n import N_, Words
from shared.i18n.labels import label
from shared.rules.licence import validity
from shared.rules.terms import LicenceTerms
from shared.rules.words import sentence

PAUSE_S = 0.2  # between the last letter and the search
LICENCES, VEHICLES, STOPS, PAPERS = "licences", "vehicles", "stops", "papers"


class LookupPresenter(Presenter[LookupState]):
    """`typed`: what to look for at first."""

    def __init__(
        self, lookup: Lookup, reference: ReferenceData, clock: Clock, words: Words, shell: Shell, *, typed: str = ""
    ) -> None:
        self._lookup, self._reference, self._clock = lookup, reference, clock
        self._typed, self._found, self._sought = typed, Found(), ""
        self._detail: LicenceTerms | ListedVehicle | None = None
        self._reading: int | None = None
        self._timer: Task | None = None
        self._search: Task | None = None
        self._job: Task | None = None
        super().__init__(LookupState("", "", "", "", "", ""), words, shell)
        self._update()

    # --- moments

    def opened(self) -> None:
        self._reading = 0
        self._update()
        self._job = self.shell.jobs.run(self._read, self._was_read)

    def closed(self) -> None:
        for task in (self._job, self._timer, self._search):
            if task is not None:
                task.cancel()

    def renewed(self) -> None:
        self._update()

    def went_back(self) -> bool:
        if self._detail is None:
            return False
        self.to_list()
        return True

    # --- intents

    def type(self, text: str) -> None:
        """At every letter; searched when the fingers rest."""
        self._typed, self._detail = text, None
        if self._timer is not None:
            self._timer.cancel()
        self._timer = self.shell.jobs.later(PAUSE_S, self._seek)
        self._update()

    def open(self, group: str, key: str) -> None:
        if group in (STOPS, PAPERS):
            self.shell.open(Route(Screen.REPORT, key))
            return
        listed: dict[str, LicenceTerms | ListedVehicle] = {str(one.id): one for one in self._found.licences}
        listed |= {one.mark: one for one in self._found.vehicles}
        self._detail = listed.get(key)
        self._update()

    def to_list(self) -> None:
        self._detail = None
        self._update()

    # --- beside the screen

    def _read(self, stop: Stop) -> None:
        def tell(count: int) -> None:
            self.shell.jobs.call(lambda: self._counted(count, stop))

        self._lookup.read(stop, tell)

    def _counted(self, count: int, stop: Stop) -> None:
        if not stop.is_set():
            self._reading = count
            self._update()

    def _was_read(self, _: None) -> None:
        self._reading = None
        self._update()
        if self._typed:
            self._seek()

    def _seek(self) -> None:
        if self._search is not None:
            self._search.cancel()
        typed, today = self._typed, self._today()
        self._search = self.shell.jobs.run(
            lambda stop: self._lookup.find(typed, today), lambda found: self._got(found, typed)
        )

    def _got(self, found: Found, typed: str) -> None:
        self._found, self._sought = found, typed
        self._update()

    def _today(self) -> date:
        return self._clock.now().astimezone(VIETNAM).date()

    # --- drawing

    def _update(self) -> None:
        words, groups = self.words, self._groups()
        sought = self._sought == self._typed and self._reading is None
        nothing = words(N_("Nothing on this phone fits “{typed}”."), typed=self._typed.strip())
        hint = words(N_("Type at least two letters or digits; accents, spaces and signs do not matter."))
        self.show(
            LookupState(
                title=words(N_("Look up")),
                label=words(N_("Plate, vessel mark, number of a licence or a paper")),
                helper=words(N_("Works without a network")),
                typed=self._typed,
                clear=words(N_("Clear what was typed")),
                back=words(N_("Back to what was found")),
                groups=groups,
                detail=self._told(),
                empty="" if groups else hint if len(folded(self._typed)) < 2 else nothing if sought else "",
                more=words(N_("There are others: type more.")) if groups and self._found.more else "",
                reading=""
                if self._reading is None
                else words.many("Reading earlier stops: {n}", "Reading earlier stops: {n}", self._reading),
                as_of=self._reference.as_of_words(words.language),
            )
        )

    def _told(self) -> Detail | None:
        if self._detail is None:
            return None
        if isinstance(self._detail, ListedVehicle):
            return vehicle_detail(self.words, self._detail)
        return licence_detail(self.words, self._detail, self._today())

    def _groups(self) -> tuple[Group, ...]:
        words, found = self.words, self._found
        groups = (
            Group(LICENCES, words(N_("Licences")), tuple(map(self._licence, found.licences))),
            Group(VEHICLES, words(N_("Vehicles in the register")), tuple(map(self._vehicle, found.vehicles))),
            Group(STOPS, words(N_("Earlier stops of this phone")), tuple(map(self._stop, found.stops))),
            Group(PAPERS, words(N_("Papers seen before")), tuple(map(self._paper, found.papers))),
        )
        return tuple(group for group in groups if group.rows)

    def _licence(self, terms: LicenceTerms) -> Row:
        verdict = validity(terms, self._today())
        said = sentence(verdict, self.words.language)
        return Row(
            page=str(terms.id),
            title=terms.number,
            subtitle=f"{terms.holder} · {said}",
            level=LEVELS[verdict.answer],
            icon="file-document-outline",
        )

    def _vehicle(self, one: ListedVehicle) -> Row:
        return Row(page=one.mark, title=one.mark, subtitle=str(one.row.get("description") or ""), icon="truck-outline")

    def _stop(self, one: Stopped) -> Row:
        words = self.words
        marks = ", ".join(one.marks) or words(N_("no number"))
        return Row(
            page=str(one.id),
            title=marks,
            subtitle=" · ".join(part for part in (label(words, one.kind), moment(one.sealed_at), one.place) if part),
            icon=KIND_ICONS[one.kind],
        )

    def _paper(self, one: ShownPaper) -> Row:
        words = self.words
        last: UUID = one.uses[0].id
        times = words.many("seen {n} time", "seen {n} times", len(one.uses))
        day = "" if one.day is None else f"{one.day:%d/%m/%Y}"
        marks = ", ".join(dict.fromkeys(mark for use in one.uses for mark in use.marks))
        return Row(
            page=str(last),
            title=f"{label(words, one.kind)} {one.number}",
            subtitle=" · ".join(part for part in (one.issuer, day, times, marks) if part),
            level=Level.WARN if len(one.uses) > 1 else Level.INFO,
            icon="file-document-outline",
        )
