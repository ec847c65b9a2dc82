"""What has arrived, report by report, and how the bytes move."""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from mobile.ports import Clock, Outbox, ReportBrief, Totals
from mobile.presenters.base import Presenter, Shell
from mobile.presenters.courier import Courier
from mobile.presenters.routes import Route, Screen
from mobile.presenters.told import report_row
from mobile.presenters.written import amount
from mobile.services.traffic import WORDS as TRAFFIC_WORDS
from mobile.services.traffic import Traffic
from mobile.state.forms import Level, Notice, Row
from mobile.state.sync import NEWER, OLDER, SyncState
from shared.i18n import N_, Words
from shared.problems import CATALOGUE

PAGE = 100
NO_TIME = datetime.fromisoformat("9999-01-01T00:00:00+00:00")
TakenAt = Callable[[Collection[UUID]], Mapping[UUID, datetime]]


class SyncPresenter(Presenter[SyncState]):
    def __init__(
        self,
        outbox: Outbox,
        courier: Courier,
        traffic: Traffic,
        backed_up: TakenAt,
        clock: Clock,
        words: Words,
        shell: Shell,
    ) -> None:
        self._outbox, self._courier, self._traffic, self._backed_up = outbox, courier, traffic, backed_up
        self._clock = clock
        self._before: list[int] = []  # numbers of the reports above each page that was turned
        self._rounds = -1
        self._briefs: tuple[ReportBrief, ...] = ()
        self._unwatch: Callable[[], None] | None = None
        super().__init__(SyncState("", "", Level.INFO, "", ""), words, shell)
        self._read()

    def opened(self) -> None:
        self._unwatch = self._courier.watch(lambda _: self._moved())
        self._courier.kick()

    def closed(self) -> None:
        if self._unwatch is not None:
            self._unwatch()

    def renewed(self) -> None:
        self._read()

    def send(self) -> None:
        self._courier.kick()
        self._read()

    def carry(self) -> None:
        self.shell.open(Route(Screen.CARRY))

    def open(self, report: str) -> None:
        """A report, or another page: however many there are, a list is never longer than a page."""
        if report == OLDER:
            self._before.append(self._briefs[PAGE - 1].number)
            self._read()
        elif report == NEWER:
            self._before.pop()
            self._read()
        else:
            self.shell.open(Route(Screen.REPORT, report))

    def _moved(self) -> None:
        """Bytes moved: the list is read again only when a round ended or something arrived whole."""
        state = self._courier.state
        if state.rounds != self._rounds or not state.moving:
            self._rounds = state.rounds
            self._read()
        else:
            self._update()

    def _read(self) -> None:
        before = self._before[-1] if self._before else None
        self._briefs = self._outbox.briefs(limit=PAGE + 1, before=before)
        self._update()

    def _update(self) -> None:
        words, now = self.words, self._clock.now()
        totals = self._outbox.totals(NO_TIME)
        courier = self._courier.state
        shown = self._briefs[:PAGE]
        backups = self._backed_up([brief.id for brief in shown])
        there = sum(sent for _, sent, _ in courier.moving)
        whole = sum(total for _, _, total in courier.moving)
        summary, level = self._summary(totals)
        self.show(
            SyncState(
                title=words(N_("Sending")),
                summary=summary,
                level=level,
                network=TRAFFIC_WORDS[self._traffic.policy].say(words.language),
                button=words(N_("Send now")),
                carry=words(N_("Carry on a memory card")),
                running=courier.running and bool(totals.waiting or totals.sending),
                share=there / whole if whole else None,
                moving=words(N_("{sent} of {total}"), sent=amount(words, there), total=amount(words, whole))
                if whole
                else "",
                notices=self._notices(),
                rows=(
                    *self._turning(NEWER, N_("Newer reports"), "arrow-left", self._before),
                    *(report_row(words, brief, now, backups.get(brief.id)) for brief in shown),
                    *self._turning(OLDER, N_("Older reports"), "chevron-down", self._briefs[PAGE:]),
                ),
                page=len(self._before),
                empty="" if shown else words(N_("No report has been sealed on this phone yet.")),
            )
        )

    def _turning(self, page: str, said: str, icon: str, there: Sequence[object]) -> tuple[Row, ...]:
        return (Row(page=page, title=self.words(said), icon=icon),) if there else ()

    def _summary(self, totals: Totals) -> tuple[str, Level]:
        words = self.words
        if totals.held:
            said = words.many(
                "The server has not taken {n} report", "The server has not taken {n} reports", totals.held
            )
            return said, Level.WARN
        left = totals.waiting + totals.sending
        if left:
            return words.many("{n} report is not safe yet", "{n} reports are not safe yet", left), Level.INFO
        if totals.confirmed:
            return words(N_("All reports have arrived whole")), Level.GOOD
        return words(N_("Nothing to send")), Level.INFO

    def _notices(self) -> tuple[Notice, ...]:
        code = self._courier.state.notice
        if code is None or code not in CATALOGUE:
            return ()
        return (Notice(Level.WARN, CATALOGUE[code].detail.say(self.words.language)),)
