"""What the officer may choose; all of it survives sign-out and belongs to the phone."""

from collections.abc import Callable
from dataclasses import dataclass

from mobile.ports import Preferences
from mobile.presenters.base import Presenter, Shell
from mobile.presenters.routes import Route, Screen
from mobile.services.traffic import WORDS as TRAFFIC_WORDS
from mobile.services.traffic import Policy, Traffic
from mobile.state.forms import Option, Row
from mobile.state.settings import AboutState, Choice, SettingsState
from shared.i18n import LANGUAGES, N_, Words

LANGUAGE, LOOK, SCALE, TELEX = "language", "look", "text_size", "telex"
LANGUAGE_NAMES = {"vi": "Tiếng Việt", "en": "English"}  # each in itself
LOOKS = (("light", N_("Light")), ("dark", N_("Dark")), ("sun", N_("Sunlight")))
SCALES = (100, 125, 150, 175, 200)
ON, OFF = "on", "off"
LOCK_NOW, PIN = "lock_now", "pin"  # rows that open no screen of their own


@dataclass(frozen=True, slots=True)
class Chosen:
    """`scale`: percent."""

    language: str = "vi"
    look: str = "light"
    scale: int = 100
    telex: bool = True


def read_choices(preferences: Preferences) -> Chosen:
    """What an older or newer version wrote and this one does not know counts as not chosen."""
    language, look = preferences.get(LANGUAGE), preferences.get(LOOK)
    scale = preferences.get(SCALE)
    return Chosen(
        language if language in LANGUAGES else "vi",
        look if look in dict(LOOKS) else "light",
        int(scale) if scale in {str(one) for one in SCALES} else 100,
        preferences.get(TELEX) != OFF,
    )


class SettingsPresenter(Presenter[SettingsState]):
    """`apply`: makes the app look and speak so at once. `storage`: what lies on the phone, asked beside the screen.
    `pin`: whether the officer has one; `lock`: at once."""

    def __init__(
        self,
        preferences: Preferences,
        traffic: Traffic,
        words: Words,
        shell: Shell,
        *,
        apply: Callable[[Chosen], None],
        storage: Callable[[], tuple[Row, ...]],
        typing: bool = True,
        pin: Callable[[], bool] = lambda: False,
        lock: Callable[[], None] = lambda: None,
    ) -> None:
        self._preferences, self._traffic, self._apply, self._storage = preferences, traffic, apply, storage
        self._typing, self._pin, self._lock = typing, pin, lock
        self._stored: tuple[Row, ...] = ()
        super().__init__(SettingsState("", (), (), "", (), ""), words, shell)
        self._update()

    def opened(self) -> None:
        self._measure()

    def renewed(self) -> None:
        self._update()
        self._measure()

    def choose(self, key: str, value: str) -> None:
        if key == "traffic":
            self._traffic.choose(Policy(value))
            self._update()
            return
        self._preferences.put(key, value)
        self._update()
        self._apply(read_choices(self._preferences))

    def open(self, page: str) -> None:
        if page == LOCK_NOW:
            self._lock()
        elif page == PIN:
            self.shell.open(Route(Screen.LOCK, part="change"))
        else:
            self.shell.open(Route(Screen(page)))

    def _measure(self) -> None:
        self.shell.jobs.run(lambda stop: self._storage(), self._measured)

    def _measured(self, rows: tuple[Row, ...]) -> None:
        self._stored = rows
        self._update()

    def _update(self) -> None:
        words = self.words
        self.show(
            SettingsState(
                title=words(N_("Settings")),
                choices=self._choices(),
                storage=self._stored,
                storage_title=words(N_("On this phone")),
                rows=(
                    Row("officers", words(N_("Officers of this phone")), icon="account-switch-outline"),
                    *self._lock_rows(),
                    Row("about", words(N_("About the app")), icon="information-outline"),
                ),
                rows_title=words(N_("More")),
            )
        )

    def _lock_rows(self) -> tuple[Row, ...]:
        words = self.words
        if not self._pin():
            return (Row(PIN, words(N_("Choose a PIN")), icon="lock-outline"),)
        return (
            Row(LOCK_NOW, words(N_("Lock now")), icon="lock-outline"),
            Row(PIN, words(N_("Change PIN")), icon="pencil-outline"),
        )

    def _choices(self) -> tuple[Choice, ...]:
        words, chosen = self.words, read_choices(self._preferences)
        languages = tuple(Option(one, LANGUAGE_NAMES[one], one == chosen.language) for one in LANGUAGES)
        looks = tuple(Option(value, words(said), value == chosen.look) for value, said in LOOKS)
        scales = tuple(Option(str(one), f"{one} %", one == chosen.scale) for one in SCALES)
        policies = tuple(
            Option(policy.value, TRAFFIC_WORDS[policy].say(words.language), policy is self._traffic.policy)
            for policy in Policy
        )
        telex = (
            Option(ON, words(N_("Telex")), chosen.telex),
            Option(OFF, words(N_("As typed")), not chosen.telex),
        )
        typing = (Choice(TELEX, words(N_("Typing Vietnamese")), telex),) if self._typing else ()
        return (
            Choice(LANGUAGE, words(N_("Language")), languages),
            Choice(LOOK, words(N_("Look")), looks),
            Choice(SCALE, words(N_("Size of text")), scales),
            Choice("traffic", words(N_("What may be sent over which network")), policies),
            *typing,
        )


class AboutPresenter(Presenter[AboutState]):
    """`facts`: version, device, server, key … in the officer's words; `notices`: of fonts and libraries."""

    def __init__(
        self, facts: Callable[[], tuple[tuple[str, str], ...]], notices: str, words: Words, shell: Shell
    ) -> None:
        self._facts, self._notices = facts, notices
        super().__init__(AboutState("", (), "", ""), words, shell)
        self.renewed()

    def renewed(self) -> None:
        self.show(
            AboutState(
                title=self.words(N_("About the app")),
                lines=self._facts(),
                notices_title=self.words(N_("Fonts and libraries")),
                notices=self._notices,
                rows=(Row("gallery", self.words(N_("Look of the app")), icon="palette-outline"),),
            )
        )

    def open(self, page: str) -> None:
        self.shell.open(Route(Screen(page)))
