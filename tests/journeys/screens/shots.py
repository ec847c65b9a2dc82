"""The app over a phone of the demo, screen by screen, in both languages and all looks.

python -m tests.journeys.screens.shots HOME SERVER GNSS FOLDER COLLEAGUE

COLLEAGUE: home of another phone of the demo, whose reports this one carries.
"""

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

from PIL import Image

from mobile.ui.environment import configure, prepare

if TYPE_CHECKING:
    from mobile.bootstrap import Phone
    from mobile.presenters.routes import Route
    from tests.mobile.ui.driver import Driver

COLORS = 128  # of a picture: these are drawn, not photographed, but for small photos


@dataclass(frozen=True)
class There:
    """What lies on the phone: drafts, a report that went out, one that came back, a task."""

    transport: UUID
    extraction: UUID
    stockyard: UUID
    sent: UUID
    returned: UUID
    task: UUID


def main(arguments: list[str]) -> int:
    home, server, gnss, folder = Path(arguments[0]), arguments[1], arguments[2], Path(arguments[3])
    prepare(home / "kivy")
    configure()
    from kivy.config import Config

    for name, _ in Config.items("input"):
        Config.remove_option("input", name)  # no mouse of this machine
    from mobile.bootstrap import open_phone
    from mobile.composition import Screens
    from mobile.main import window
    from shared.i18n import Words
    from tests.mobile.ui.driver import Driver

    colleague = open_phone(Path(arguments[4]), server=server, gnss=gnss)
    phone = open_phone(home, server=server, gnss=gnss)
    there = furnish(phone, home)
    carry(colleague, phone, home / "card")
    colleague.close()
    words = Words()
    screens = Screens(phone, words, home)
    driver = Driver(window(screens, closed=screens.closed))
    try:
        draw(driver, there, folder)
    finally:
        driver.close()
    return 0


def furnish(phone: "Phone", home: Path) -> There:
    """Drafts as they are in the middle of the work, and what the office says."""
    from mobile.services.filling import blank
    from shared.clock import to_millisecond
    from shared.identity import uuid7
    from shared.wire.v1.records import Kind
    from tests.journeys.demo import story
    from tests.journeys.demo.phone import write

    for pull in (phone.reference.pull, phone.reviews.pull, phone.tasks.pull):
        pull()
    stops = story.STORIES[1]
    trucks = next(stop for stop in stops if len(stop.trucks) > 1)
    pit = next(stop for stop in stops if stop.pit_m3 is not None)
    transport, _ = write(phone, trucks, 901, uuid7(phone.clock.now()), home)
    extraction, _ = write(phone, pit, 902, uuid7(phone.clock.now()), home)
    session = phone.enrolment.current()
    assert session is not None
    facts = blank.facts(Kind.STOCKYARD, session.officer, (), to_millisecond(phone.clock.now()))
    stockyard = phone.recording.start(Kind.STOCKYARD, facts=facts).id
    (back, *_) = phone.reviews.to_correct()
    sent = next(one.id for one in phone.outbox.briefs(limit=50) if one.id != back.report)
    return There(transport, extraction, stockyard, sent, back.report, phone.tasks.open()[0].task.id)


def carry(colleague: "Phone", phone: "Phone", card: Path) -> None:
    """Two reports of a colleague on this phone, one of them without a photo that the card did not have."""
    from shared.identity import uuid7
    from tests.journeys.demo import story
    from tests.journeys.demo.phone import write

    for n, stop in enumerate(story.STORIES[1][:2]):
        draft, _ = write(colleague, stop, 910 + n, uuid7(colleague.clock.now()), card.parent)
        colleague.sealing.seal(draft)
    colleague.relay.export(card)
    next((card / "files").iterdir()).unlink()
    phone.relay.take_in(card)


def draw(driver: "Driver", there: There, folder: Path) -> None:
    from mobile.presenters.settings import LOOKS, Chosen
    from shared.i18n import LANGUAGES

    variants = [(language, look) for language in LANGUAGES for look, _ in LOOKS]
    for language, look in variants:
        inside = folder / f"{language}-{look}"
        inside.mkdir(parents=True)
        driver.app.wear(Chosen(language=language, look=look))
        for number, name in enumerate(each(driver, there), 1):
            driver.until(lambda: driver.app.textures.idle, "small pictures")
            path = driver.shot(inside / f"{number:02d}-{name}.png")
            _shrink(path)
            sys.stdout.write(f"     {language} {look}: {number} {name}\n")
            sys.stdout.flush()


def each(driver: "Driver", there: There) -> Iterator[str]:
    """Names of the screens; when one comes, that screen is drawn and has all it waits for."""
    from mobile.presenters.routes import Route, Screen

    app = driver.app
    form = Route(Screen.FORM, str(there.transport))
    for name, under, route in (
        ("home", None, Route(Screen.HOME)),
        ("enrol", None, Route(Screen.ENROL, part="add")),
        ("pin", None, Route(Screen.LOCK, part="choose")),
        ("officers", Route(Screen.HOME), Route(Screen.OFFICERS)),
        ("tasks", None, Route(Screen.TASKS)),
        ("task", Route(Screen.TASKS), Route(Screen.TASK, str(there.task))),
        ("map", None, Route(Screen.MAP)),
        ("sync", None, Route(Screen.SYNC)),
        ("report", Route(Screen.SYNC), Route(Screen.REPORT, str(there.sent))),
        ("returned", Route(Screen.HOME), Route(Screen.REPORT, str(there.returned))),
        ("settings", Route(Screen.HOME), Route(Screen.SETTINGS)),
        ("about", Route(Screen.SETTINGS), Route(Screen.ABOUT)),
        ("gallery", Route(Screen.SETTINGS), Route(Screen.GALLERY)),
        ("extraction", Route(Screen.HOME), Route(Screen.FORM, str(there.extraction))),
        ("stockyard", Route(Screen.HOME), Route(Screen.FORM, str(there.stockyard))),
        ("transport", Route(Screen.HOME), form),
    ):
        _go(driver, under, route)
        if route.screen is Screen.FORM:  # a form opens where it was left
            app.stack.top.presenter.open("")
            driver.frames(3)
        if name == "map":
            driver.until(lambda: _is_drawn(app.view), "the map")
            driver.frames(20)  # tiles fade in
        yield name
    yield from _pages(driver, app.stack.top.presenter)
    for name, route in (
        ("sign", Route(Screen.SIGN, str(there.transport), "driver")),
        ("position", Route(Screen.POSITION, str(there.transport))),
        ("review", Route(Screen.REVIEW, str(there.transport))),
    ):
        _go(driver, form, route)
        if name == "position":
            driver.until(lambda: app.stack.top.presenter.state.share >= 1, "enough fixes")
        yield name
    _go(driver, None, Route(Screen.LOOKUP, "12"))
    driver.until(lambda: app.stack.top.presenter.state.groups, "something found")
    yield "lookup"
    first = app.stack.top.presenter.state.groups[0]
    app.stack.top.presenter.open(first.key, first.rows[0].page)
    driver.frames(3)
    yield "licence"
    _go(driver, Route(Screen.SYNC), Route(Screen.CARRY))
    carrying = app.stack.top.presenter
    driver.until(lambda: not carrying._relay.to_carry().reports, "that all of it was delivered but for a photo")
    carrying.renewed()
    driver.frames(5)
    yield "carry"
    _go(driver, Route(Screen.HOME), form)
    _go(driver, form, Route(Screen.PHOTO, str(there.transport), _first_photo(app.stack.top.presenter)))
    driver.until(lambda: app.stack.top.presenter.state.shown, "the photo")
    driver.frames(3)
    yield "photo"


def _is_drawn(view: Any) -> bool:
    """Of a map: it has gone to what there is to see, and its tiles are there."""
    tiles = view.garden._tiles
    return bool(view._looked and tiles and all(tile.state != "loading" for tile in tiles))


def _first_photo(form: Any) -> str:
    form.open("photos")
    return str(next(field for field in form.state.page.fields if field.pictures).pictures[0].id)


def _pages(driver: "Driver", form: Any) -> Iterator[str]:
    for step in form.state.steps:
        form.open(step.page)
        driver.frames(4)
        yield f"form-{step.page.replace('/', '-').replace(':', '-')}"


def _go(driver: "Driver", under: "Route | None", route: "Route") -> None:
    if under is not None:
        driver.app.reset(under)
        driver.app.open(route)
    else:
        driver.app.reset(route)
    driver.frames(6)


def _shrink(path: Path) -> None:
    """To a picture of few colours: a third of the bytes, and nobody sees it."""
    with Image.open(path) as picture:
        few = picture.convert("RGB").quantize(COLORS, dither=Image.Dither.NONE)
    few.save(path, optimize=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
