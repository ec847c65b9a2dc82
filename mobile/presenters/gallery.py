"""The kit, to look at and to try: nothing done here is kept."""

from datetime import date, time

from mobile.presenters import samples
from mobile.presenters.base import Presenter, Shell
from mobile.presenters.routes import Route, Screen
from mobile.services.typed import Refused, day, day_text, number, number_text, time_of_day, time_text
from mobile.state.forms import Field, FieldKind, Row
from mobile.state.gallery import GalleryState
from shared.i18n import N_, Words
from shared.problems import Problem

ROWS = "rows"  # part of the route: the long list by itself
MANY = 10_000
NUMBER, DAY, TIME = "number", "day", "time"


class GalleryPresenter(Presenter[GalleryState]):
    """`part`: "" for the sections, `rows` for the long list."""

    def __init__(self, part: str, words: Words, shell: Shell) -> None:
        self._part = part
        self._typed: dict[str, str] = {}
        self._chosen = frozenset({"two"})
        self._segment = "yes"
        self._on = frozenset({"switch-on", "box-ticked"})
        super().__init__(GalleryState(""), words, shell)
        self._update()

    def renewed(self) -> None:
        self._update()

    def type(self, key: str, text: str) -> None:
        self._typed[key] = text
        self._update()

    def choose(self, key: str, value: str) -> None:
        if key == "segments":
            self._segment = value
        else:
            self._chosen ^= {value}
        self._update()

    def switch(self, key: str, on: bool) -> None:
        self._on = self._on | {key} if on else self._on - {key}
        self._update()

    def press(self, does: str) -> None:
        words, shell = self.words, self.shell
        if does == ROWS:
            shell.open(Route(Screen.GALLERY, part=ROWS))
        elif does == "ask":
            title, text = words(N_("A question")), words(samples.LONG)
            shell.ask(title, text, yes=words(N_("Yes, do it")), no=words(N_("No, leave it")), then=self._agreed)
        elif does == "tell":
            shell.tell(Problem("no_connection"))
        elif does == "say":
            shell.say(words(samples.LONG))
        elif does == "say-act":
            shell.say(words(N_("Something was done")), action=words(N_("Take it back")), then=self._agreed)

    def _agreed(self) -> None:
        self.shell.say(self.words(N_("Something was done")))

    def _update(self) -> None:
        words = self.words
        title = words(N_("Look of the app"))
        if self._part == ROWS:
            self.show(GalleryState(title, words(N_("10,000 rows")), rows=self._rows()))
            return
        live = (self._number(), self._day(), self._time())
        choices = (samples.chip_field(words, self._chosen), samples.segment_field(words, self._segment))
        self.show(
            GalleryState(
                title,
                sections=(
                    samples.words_section(words),
                    samples.bars_section(words),
                    samples.buttons_section(words),
                    samples.rows_section(words),
                    samples.fields_section(words, live),
                    samples.choices_section(words, choices, self._on),
                    samples.overlays_section(words),
                    samples.told_section(words),
                    samples.photos_section(words),
                    samples.ends_section(words),
                ),
            )
        )

    def _rows(self) -> tuple[Row, ...]:
        words = self.words
        title, below = words(N_("A row")), words(N_("A line below the title"))
        return tuple(Row(str(n), f"{title} {n + 1}", below, icon="truck-outline") for n in range(MANY))

    def _number(self) -> Field:
        value = number(text := self._typed.get(NUMBER, ""))
        read = "" if value is None or isinstance(value, Refused) else number_text(value, self.words.language)
        return self._live(NUMBER, FieldKind.NUMBER, self.words(N_("Number to type")), text, value, read, unit="m³")

    def _day(self) -> Field:
        value = day(text := self._typed.get(DAY, ""))
        read = day_text(value) if isinstance(value, date) else ""
        return self._live(DAY, FieldKind.DATE, self.words(N_("Day to type")), text, value, read)

    def _time(self) -> Field:
        value = time_of_day(text := self._typed.get(TIME, ""))
        read = time_text(value) if isinstance(value, time) else ""
        return self._live(TIME, FieldKind.TEXT, self.words(N_("Time to type")), text, value, read)

    def _live(
        self, key: str, kind: FieldKind, label: str, text: str, value: object, read: str, *, unit: str = ""
    ) -> Field:
        """What was typed, and below it what it was read as, or why it was not."""
        helper = self.words(N_("Read as {value}"), value=read) if read else self.words(N_("Type something"))
        error = value.say(self.words) if isinstance(value, Refused) else ""
        return Field(key, kind, label, text=text, helper=helper, error=error, unit=unit)
