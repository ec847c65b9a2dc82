"""A phone with something on every screen, and a walk through all that can be reached on it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any
from uuid import UUID

from mobile.bootstrap import Phone
from mobile.composition import Screens
from mobile.presenters.forms.form import FormPresenter
from mobile.presenters.lookup import LICENCES, VEHICLES, LookupPresenter
from mobile.presenters.routes import Route, Screen
from mobile.presenters.samples import LONG
from mobile.state.forms import FieldKind
from shared.i18n import N_
from shared.wire.v1.codec import encode
from shared.wire.v1.records import Facts, Kind, Purpose, SubjectRole
from tests.factories import reports as make
from tests.factories.terms import licence_row, mineral_row
from tests.fakes.server import FakeServer, task

_FACTS: dict[Kind, Callable[[], Facts]] = {
    Kind.TRANSPORT: make.transport_facts,
    Kind.EXTRACTION: make.extraction_facts,
    Kind.STOCKYARD: make.stockyard_facts,
}
SOUGHT = ("12/GP-UBND", "87C", "1C26TMH")  # a licence, a plate, an invoice of the reports that tests make
LONG_TASK = (
    "Kiểm tra lại bãi chứa bên bờ trái sau 18 giờ, ghi rõ số phương tiện, khối lượng còn tại bãi, camera và trạm cân "
    "có hoạt động hay không (minh họa)"
)
OVERLAYS = ("ask", "tell", "sheet", "day", "time", "say", "say-act")


@dataclass
class Furnished:
    """`drafts`: one of each kind, filled in; `blank`: one with nothing typed; `folder`: with a picture and a folder;
    `photo`: id of one of the draft of a truck."""

    report: UUID
    blank: UUID
    folder: Path
    tasks: tuple[UUID, ...] = ()
    drafts: dict[Kind, UUID] = field(default_factory=dict)
    photo: str = ""


def furnish(phone: Phone, server: FakeServer, photo: Callable[..., Path], report: UUID) -> Furnished:
    server.reference = {"cursor": "c", "removed": ["*"], "licences": [licence_row()], "minerals": [mineral_row()]}
    phone.reference.pull()
    tasks = _give(phone, server)
    picture = photo("xe tải chở cát, đầu bến")
    folder = picture.parent / "DCIM"
    (folder / "Camera").mkdir(parents=True)
    picture.rename(folder / picture.name)
    found = Furnished(report, phone.recording.start(Kind.TRANSPORT, facts=make.facts()).id, folder, tasks)
    for n, (kind, facts) in enumerate(_FACTS.items()):
        draft = phone.recording.start(kind, facts=facts())
        for purpose in (Purpose.LOAD, Purpose.PLATE):
            phone.recording.attach(draft.id, photo(f"{n}{purpose}"), purpose=purpose)
        found.drafts[kind] = draft.id
    found.photo = str(phone.recording.get(found.drafts[Kind.TRANSPORT]).files[0].id)
    return found


def _give(phone: Phone, server: FakeServer) -> tuple[UUID, ...]:
    """One that is late and says all there can be said, one for later, one that is begun."""
    session = phone.enrolment.current()
    assert session is not None
    whole = {
        "licence": {"id": str(UUID(int=3)), "number": "12/GP-UBND"},
        "place": {"code": "1", "name": "Xã Hùng An (minh họa)"},
        "case": {"id": str(UUID(int=4)), "number": "VV-2026-0001"},
    }
    server.tasks = [
        task(session.officer.id, "NV-2026-0001", words=LONG_TASK, due="2026-11-18", **whole),
        task(session.officer.id, "NV-2026-0002"),
        task(session.officer.id, "NV-2026-0003", words="Cân lại xe ở bến (minh họa)"),
    ]
    phone.tasks.pull()
    phone.tasks.begin(phone.tasks.open()[-1], Kind.TRANSPORT, lambda kind: encode(make.facts()), phone.recording)
    return tuple(one.task.id for one in phone.tasks.open())


def routes(there: Furnished) -> list[Route]:
    """Every route that the app has a screen for, in an order in which each can be opened."""
    draft = str(there.drafts[Kind.TRANSPORT])
    of_screen: dict[Screen, list[Route]] = {
        Screen.LOCK: [Route(Screen.LOCK), Route(Screen.LOCK, part="choose")],
        Screen.FORM: [Route(Screen.FORM, str(one)) for one in (there.blank, *there.drafts.values())],
        Screen.REVIEW: [Route(Screen.REVIEW, str(one)) for one in (there.blank, *there.drafts.values())],
        Screen.SIGN: [
            Route(Screen.SIGN, draft, SubjectRole.DRIVER.value),
            Route(Screen.SIGN, draft, f"refuse:{SubjectRole.DRIVER}"),
        ],
        Screen.LOOKUP: [Route(Screen.LOOKUP), *(Route(Screen.LOOKUP, words) for words in SOUGHT)],
        Screen.TASK: [Route(Screen.TASK, str(one)) for one in (*there.tasks, UUID(int=0))],
        Screen.PHOTO: [Route(Screen.PHOTO, draft, there.photo)],
        Screen.POSITION: [Route(Screen.POSITION, draft)],
        Screen.REPORT: [Route(Screen.REPORT, str(there.report))],
        Screen.GALLERY: [Route(Screen.GALLERY), Route(Screen.GALLERY, part="rows")],
    }
    found: list[Route] = []
    for screen in Screen:
        if hasattr(Screens, f"_{screen.value}"):
            found += of_screen.get(screen, [Route(screen)])
    return found


def walk(driver: Any, there: Furnished) -> Iterator[tuple[str, Any]]:
    """Where one is, and the widget to look at, after it was drawn: each screen, each page of a form, what lies over a
    screen."""
    app = driver.app
    told: set[Screen] = set()
    for route in routes(there):
        app.reset(route)
        _lay_out()
        yield f"{route.screen}{f' {route.part}' if route.part else ''}{_kind_of(route, there)}", app.root_layer
        presenter = app.stack.top.presenter
        yield from _beyond(driver, route, there)
        if route.screen in told or route.screen is Screen.GALLERY:
            continue
        told.add(route.screen)
        presenter.show(_all_said(presenter.state, app.words(LONG)))
        _lay_out()
        yield f"{route.screen}, all said{_kind_of(route, there)}", app.root_layer


def _beyond(driver: Any, route: Route, there: Furnished) -> Iterator[tuple[str, Any]]:
    """What a route shows after a tap or a word."""
    app, presenter = driver.app, driver.app.stack.top.presenter
    if isinstance(presenter, FormPresenter) and route.about != str(there.blank):
        yield from _pages(app, presenter, _kind_of(route, there))
    elif isinstance(presenter, LookupPresenter) and route.about:
        yield from _found(driver, presenter)
    elif route.screen is Screen.HOME:
        app.choose_file(app.words(N_("Photos")), app.words(N_("Take this file")), there.folder, lambda path: None)
        _lay_out()
        yield "home, over it files", app.root_layer.children[0]
        app.overlays.close_all()
    elif route.screen is Screen.GALLERY and not route.part:
        for does in OVERLAYS:
            app.view._press(does)
            _lay_out()
            yield f"gallery, over it {does}", app.root_layer.children[0]
            app.overlays.close_all()


def _found(driver: Any, lookup: LookupPresenter) -> Iterator[tuple[str, Any]]:
    """What there is, and the first licence or vehicle of it."""
    driver.until(lambda: lookup.state.groups, "something found")
    _lay_out()
    yield "lookup, found", driver.app.root_layer
    for group in lookup.state.groups:
        if group.key in (LICENCES, VEHICLES):
            lookup.open(group.key, group.rows[0].page)
            _lay_out()
            yield f"lookup, one of {group.key}", driver.app.root_layer


def _all_said(state: Any, sentence: str) -> Any:
    """The state with a long sentence wherever nothing is said: failures, what is waited for, what is missing."""
    silent = [one.name for one in fields(state) if getattr(state, one.name) == "" and one.name != "code"]
    more = dict.fromkeys(silent, sentence)
    if getattr(state, "share", 0.0) is None:
        more["share"] = 0.4
    return replace(state, **more)


def _lay_out() -> None:
    """What a frame does but for drawing, that nobody looks at here."""
    from kivy.clock import Clock
    from kivy.lang import Builder

    for _ in range(3):
        Clock.tick()
        Builder.sync()
        Clock.tick_draw()
        Builder.sync()


def _kind_of(route: Route, there: Furnished) -> str:
    kinds = {str(draft): f" of {kind}" for kind, draft in there.drafts.items()}
    return kinds.get(route.about, "")


def _pages(app: Any, form: FormPresenter, kind: str) -> Iterator[tuple[str, Any]]:
    """The steps, and the pages that open from their rows."""
    form.open("")
    waiting = [step.page for step in form.state.steps]
    seen: set[str] = set()
    while waiting:
        page = waiting.pop(0)
        if page in seen:
            continue
        seen.add(page)
        form.open(page)
        _lay_out()
        yield f"form{kind} {page}", app.root_layer
        rows = [row for one in form.state.page.fields if one.kind is FieldKind.ROWS for row in one.rows]
        opens = [one.key[5:] for one in form.state.page.fields if one.key.startswith("open:")]
        waiting += [*(row.page for row in rows), *opens]
