"""Forms without a window: a draft on a real phone, filled in as fingers would."""

from collections.abc import Callable
from pathlib import Path
from uuid import UUID

from mobile.bootstrap import Phone
from mobile.composition import Screens
from mobile.ports import QueuedReport
from mobile.presenters.forms.form import FormPresenter
from mobile.presenters.review import ReviewPresenter
from mobile.presenters.routes import Route, Screen
from mobile.presenters.sign import SignPresenter
from mobile.services.positioning import Positioning, Reading
from mobile.state.forms import Field, Level
from shared.i18n import Words
from shared.wire.v1.codec import decode
from shared.wire.v1.records import Facts, Kind
from tests.factories.terms import LAT, LON, licence_row, mineral_row
from tests.fakes.server import FakeServer
from tests.fakes.shell import FakeShell
from tests.mobile.services.test_positioning import fix

STROKES = (tuple((x / 20, 0.5 + (x % 3) / 20) for x in range(12)),)


def register(phone: Phone, server: FakeServer, **licence: object) -> None:
    """A licence round the place of the reports, river sand."""
    row = licence_row(**licence)
    server.reference = {"cursor": "c", "removed": ["*"], "licences": [row], "minerals": [mineral_row()]}
    phone.reference.pull()


def here(phone: Phone, lat: float = LAT, lon: float = LON) -> Reading:
    return Positioning(None, phone.clock).reading([fix(lat=lat, lon=lon)] * 3)


class Desk:
    """`draft`: of an earlier desk, as after a restart."""

    def __init__(self, phone: Phone, home: Path, kind: Kind = Kind.TRANSPORT, draft: UUID | None = None) -> None:
        self.phone, self.shell, self.words = phone, FakeShell(), Words("vi")
        self.screens = Screens(phone, self.words, home)
        self.id = draft or self.screens.forms.begin(kind)
        self.form = self._form()

    def _form(self) -> FormPresenter:
        made = self.screens.presenter(Route(Screen.FORM, str(self.id)), self.shell)
        assert isinstance(made, FormPresenter)
        made.opened()
        return made

    @property
    def fields(self) -> dict[str, Field]:
        return {field.key: field for field in self.form.state.page.fields}

    def type(self, page: str, **values: str) -> None:
        """`mark="29C-123.45"`: into the field of that page whose key ends so."""
        self.form.open(page)
        for end, text in values.items():
            (key,) = [key for key in self.fields if key.split("/")[-1] == end]
            self.form.type(key, text)

    def choose(self, page: str, key: str, value: str) -> None:
        self.form.open(page)
        self.form.choose(key, value)

    def photograph(self, purpose: str, path: Path) -> None:
        self.form.open("photos")
        self.form.press(f"photo:{purpose}")
        self.shell.choosing.pop()(path)

    def sign(self, role: str, who: str = "Lê Văn Lái (minh họa)", *, refuses: str = "") -> None:
        self.form.open("statement")
        self.form.press(f"{'refuse' if refuses else 'sign'}:{role}")
        made = self.screens.presenter(self.shell.opened[-1], self.shell)
        assert isinstance(made, SignPresenter)
        made.name(who)
        if refuses:
            made.reason(refuses)
        else:
            made.drawn(STROKES)
        made.done()

    def review(self) -> ReviewPresenter:
        self.form.open("")
        self.form.review()
        made = self.screens.presenter(self.shell.opened[-1], self.shell)
        assert isinstance(made, ReviewPresenter)
        made.opened()
        return made

    def seal(self) -> QueuedReport:
        review = self.review()
        assert review.state.can_seal, review.state.missing
        review.seal()
        assert review.state.problem == "", review.state.problem
        return self.phone.outbox.get(self.id)

    def facts(self) -> Facts:
        """Of the draft, as they would be sealed; Problem `report_invalid`."""
        return decode(Facts, self.phone.recording.get(self.id).facts, path="facts")

    def missing(self, level: Level = Level.BAD) -> list[str]:
        self.form.open("")
        return [notice.text for notice in self.form.state.missing if notice.level is level]

    def said(self) -> list[str]:
        """What the rules hold against it, on the overview."""
        self.form.open("")
        self.shell.jobs.pass_time(1.0)
        return [notice.text for notice in self.form.state.notices]


def fill_transport(desk: Desk, mark: str = "87C-123.45", number: str = "0000123") -> None:
    """Everything that a truck which stops has to have."""
    desk.form.position_taken(here(desk.phone))
    desk.type("vehicle/0", mark=mark)
    desk.choose("load/0", "loads/0/mineral", "Cát san lấp")
    desk.type("load/0", volume="12,5")
    desk.choose("papers/0", "loads/0/documents/0/presented", "shown")
    desk.type("paper/loads.0.documents/0", number=number, series="K26TMH", date="20/11/2026", quantity="12,5")
    desk.form.choose("loads/0/documents/0/unit", "m3")


Begin = Callable[..., Desk]
