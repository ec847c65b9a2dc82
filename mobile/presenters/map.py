"""The map: licences, communes, the reports of this phone, and where one stands."""

from pathlib import Path

from mobile.ports import Clock, Stop
from mobile.ports.tiles import Tiles
from mobile.presenters.base import Presenter, Shell, Task
from mobile.presenters.home import KIND_ICONS
from mobile.presenters.routes import Route, Screen
from mobile.presenters.written import moment
from mobile.services.mapped import Mapped, PlacedReport
from mobile.services.positioning import Positioning
from mobile.services.reference import ReferenceData
from mobile.state.forms import Level
from mobile.state.map import Card, Here, MapArea, MapPoint, MapState
from shared.clock import VIETNAM
from shared.geo.fix import Fix
from shared.i18n import N_, Words
from shared.i18n.labels import label
from shared.rules.licence import validity
from shared.rules.terms import LicenceTerms
from shared.rules.verdict import Answer

Shown = tuple[dict[str, LicenceTerms], tuple[MapArea, ...], tuple[MapPoint, ...], dict[str, PlacedReport]]
LEVELS = {Answer.YES: Level.GOOD, Answer.NO: Level.BAD, Answer.CANNOT_TELL: Level.WARN}
LEGEND = (
    (N_("Licence in force"), Level.GOOD),
    (N_("Licence not in force"), Level.BAD),
    (N_("Not known whether in force"), Level.WARN),
)


class MapPresenter(Presenter[MapState]):
    """`tiles`: to draw on, None without a map file. `cache`: a folder that the drawing library insists on."""

    def __init__(
        self,
        mapped: Mapped,
        reference: ReferenceData,
        positioning: Positioning,
        tiles: Tiles | None,
        cache: Path,
        clock: Clock,
        words: Words,
        shell: Shell,
    ) -> None:
        self._mapped, self._reference, self._positioning = mapped, reference, positioning
        self.tiles, self.cache, self._clock = tiles, cache, clock
        self._licences: dict[str, LicenceTerms] = {}
        self._areas: tuple[MapArea, ...] = ()
        self._communes: tuple[MapPoint, ...] = ()
        self._reports: dict[str, PlacedReport] = {}
        self._here: Here | None = None
        self._chosen = ""
        self._job: Task | None = None
        self._watching: Task | None = None
        super().__init__(MapState("", "", ""), words, shell)
        self._update()

    def opened(self) -> None:
        self._read()
        self.locate()

    def renewed(self) -> None:
        self._update()
        self._read()

    def closed(self) -> None:
        for task in (self._job, self._watching):
            if task is not None:
                task.cancel()

    # --- what the officer does

    def locate(self) -> None:
        if self._watching is not None:
            self._watching.cancel()
        self._watching = self.shell.jobs.run(self._watch, lambda reason: None)

    def tap(self, key: str) -> None:
        """An area or a report; "" for the bare map."""
        self._chosen = key
        self._update()

    def open(self) -> None:
        if self._chosen in self._reports:
            self.shell.open(Route(Screen.REPORT, self._chosen))
        elif self._chosen in self._licences:
            self.shell.open(Route(Screen.LOOKUP, self._licences[self._chosen].number))

    # --- beside the screen

    def _watch(self, stop: Stop) -> str | None:
        return self._positioning.watch(lambda fix: self.shell.jobs.call(lambda: self._came(fix, stop)), stop)

    def _came(self, fix: Fix, stop: Stop) -> None:
        if not stop.is_set():
            self._here = Here(fix.lat, fix.lon, fix.accuracy_m)
            self._update()

    def _read(self) -> None:
        if self._job is not None:
            self._job.cancel()
        self._job = self.shell.jobs.run(lambda stop: self._shown(), self._got)

    def _shown(self) -> Shown:
        today = self._clock.now().astimezone(VIETNAM).date()
        licences: dict[str, LicenceTerms] = {}
        areas = []
        for key, terms, area in self._mapped.licences(today):
            licences[key] = terms
            level = LEVELS[validity(terms, today).answer]
            areas.append(MapArea(key, terms.number, tuple(area.rings()), level))
        communes = tuple(
            MapPoint(code, lat, lon, name, "", Level.INFO) for code, name, lat, lon in self._mapped.communes()
        )
        return licences, tuple(areas), communes, {str(report.id): report for report in self._mapped.reports()}

    def _got(self, shown: Shown) -> None:
        self._licences, self._areas, self._communes, self._reports = shown
        self._update()

    # --- drawing

    def _update(self) -> None:
        words, tiles = self.words, self.tiles
        points = [point for area in self._areas for ring in area.rings for point in ring]
        box = None
        if points:
            lats, lons = [lat for lat, _ in points], [lon for _, lon in points]
            box = (min(lats), min(lons), max(lats), max(lons))
        self.show(
            MapState(
                title=words(N_("Map")),
                tiles="" if tiles is None else tiles.name,
                credit=self._reference.as_of_words(words.language),
                areas=self._areas,
                communes=self._communes,
                reports=tuple(self._point(report) for report in self._reports.values()),
                here=self._here,
                box=box,
                card=self._card(),
                notice=""
                if tiles is not None
                else words(N_("No map file on this phone: areas are drawn without one.")),
                legend=tuple((words(said), level) for said, level in LEGEND),
                locate=words(N_("Show where I am")),
                closer=words(N_("Closer")),
                farther=words(N_("Farther")),
            )
        )

    def _point(self, report: PlacedReport) -> MapPoint:
        return MapPoint(
            str(report.id), report.lat, report.lon, str(report.sequence), KIND_ICONS[report.kind], Level.INFO
        )

    def _card(self) -> Card | None:
        words = self.words
        if self._chosen in self._reports:
            report = self._reports[self._chosen]
            title = words(N_("{kind} no. {number}"), kind=label(words, report.kind), number=report.sequence)
            return Card(self._chosen, title, (moment(report.sealed_at),), words(N_("Open the report")))
        if self._chosen in self._licences:
            terms = self._licences[self._chosen]
            lines = [", ".join(mineral.name for mineral in terms.minerals)]
            if terms.valid_to is not None:
                lines.append(words(N_("valid until {day}"), day=f"{terms.valid_to:%d/%m/%Y}"))
            return Card(self._chosen, terms.number, tuple(line for line in lines if line), words(N_("Look it up")))
        return None
