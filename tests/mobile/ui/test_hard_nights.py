"""What goes wrong at 23:00 on a boat, through the window: the inspector reads one sentence and keeps the work."""

import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest

from mobile.bootstrap import Phone
from mobile.ports import QueuedReport
from mobile.presenters.routes import Route, Screen
from mobile.presenters.settings import Chosen
from mobile.services.positioning import Positioning
from shared.wire.v1.records import Kind, Purpose
from tests.bench.bench_save import fill
from tests.factories import reports as make
from tests.fakes.server import FakeServer, officer
from tests.mobile.conftest import MORNING, FakeClock
from tests.mobile.presenters.forms import register
from tests.mobile.services.test_positioning import Receiver, fix
from tests.mobile.ui.hand import Hand
from tests.mobile.ui.typist import WORDS

if TYPE_CHECKING:
    from tests.mobile.ui.driver import Driver

App = Callable[..., "Driver"]


def on(driver: "Driver") -> Screen:
    top: Any = driver.app.stack.top
    screen: Screen = top.route.screen
    return screen


def filled(phone: Phone) -> UUID:
    draft = phone.recording.start(Kind.TRANSPORT)
    phone.recording.save(draft.id, facts=make.transport_facts())
    return draft.id


def open_form(driver: "Driver", draft: UUID, page: str = "") -> Hand:
    driver.app.reset(Route(Screen.HOME))
    driver.app.open(Route(Screen.FORM, str(draft), page))
    driver.frames(5)
    return Hand(driver)


# --- a report comes back


def test_a_returned_report_is_corrected_by_touches(
    phone: Phone, server: FakeServer, filed: Callable[..., QueuedReport], app_of: App
) -> None:
    register(phone, server)
    first = filed(photos=2)
    phone.sending.send_round(phone.clock.now())
    server.review(first.id, "returned", "Sai địa điểm, xem lại (minh họa)")
    driver = app_of(phone)
    hand = Hand(driver)
    driver.until(lambda: driver.sees("Sai địa điểm, xem lại (minh họa)"), "the note on the first screen")
    hand.tap("Sai địa điểm, xem lại (minh họa)")
    driver.until(lambda: on(driver) is Screen.REPORT, "the report")
    hand.tap("Lập phiếu sửa")
    driver.until(lambda: on(driver) is Screen.FORM, "the form")
    assert driver.sees("Sai địa điểm, xem lại (minh họa)")
    hand.tap("Hiện trường")
    hand.write("place", " mới")
    hand.tap(driver.find(kind=_back_button()))
    hand.tap("Xem lại và niêm phong")
    hand.tap("Niêm phong: sau đó không sửa được nữa")
    driver.until(lambda: len(server.reports) == 2 and len(server.confirmed_files()) == 4, "the correction")
    (second,) = (one for one in server.reports.values() if one.manifest.supersedes == first.id)
    assert second.facts.place is not None
    assert second.facts.place.endswith(" mới")
    assert {e.sha256 for e in second.manifest.evidence} == {f.sha256 for f in first.files}


def _back_button() -> type:
    from mobile.ui.widgets.buttons import IconButton

    return IconButton


# --- killed


@pytest.mark.parametrize("letters", [1, 17, len(WORDS)])
def test_killed_while_typing_nothing_that_was_drawn_is_lost(
    new_phone: Callable[..., Phone], server: FakeServer, app_of: App, tmp_path: Path, letters: int
) -> None:
    phone = new_phone()
    phone.enrolment.enrol(server.code_for(officer()))
    phone.close()
    command = [sys.executable, "-m", "tests.mobile.ui.typist", str(tmp_path / "phone")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as child:
        assert child.stdout is not None
        said = next((line for line in child.stdout if line.strip() == str(letters)), None)
        child.kill()
    assert said is not None, "the typist ended by itself"

    again = new_phone()
    (draft,) = again.recording.drafts()
    driver = app_of(again)
    driver.tap("Vận chuyển khoáng sản")
    driver.until(lambda: on(driver) is Screen.FORM, "the form")
    assert driver.app.stack.top.presenter.state.page.page == "statement"
    shown = next(text for text in driver.texts() if text.startswith(WORDS[0]) and text in WORDS)
    assert len(shown) >= letters
    assert str(draft.facts["statement"]) == shown


# --- the phone is full


class Space:
    free = 10_000_000_000

    def __call__(self) -> int:
        return self.free


def test_a_full_phone_takes_no_photo_and_keeps_the_words(
    new_phone: Callable[..., Phone], server: FakeServer, app_of: App, pictures: Path
) -> None:
    space = Space()
    phone = new_phone(space=space)
    phone.enrolment.enrol(server.code_for(officer()))
    driver = app_of(phone)
    hand = open_form(driver, filled(phone), "statement")
    hand.write("statement", " thêm")
    driver.app.view.presenter.open("photos")
    driver.frames(4)
    space.free = 20_000_000
    hand.photograph("Biển số, số đăng ký", "bien-so.jpg")
    driver.until(lambda: driver.sees("không còn chỗ"), "the sentence")
    (draft,) = phone.recording.drafts()
    assert draft.files == ()
    assert draft.facts["statement"].endswith(" thêm")


def test_a_disk_that_is_full_while_typing_says_so_and_keeps_the_screen(
    phone: Phone, app_of: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    from shared.problems import Problem

    driver = app_of(phone)
    hand = open_form(driver, filled(phone), "statement")

    def full(*_: object, **__: object) -> None:
        raise Problem("phone_full")

    with monkeypatch.context() as broken:
        broken.setattr(type(phone.recording), "save", full)
        hand.write("statement", " viết lúc đầy")
        driver.until(lambda: driver.sees("không còn chỗ"), "the sentence")
        assert any(text.endswith(" viết lúc đầy") for text in driver.texts())
    driver.type(".")  # there is room again: the next letter keeps all of it
    driver.frames(4)
    (draft,) = phone.recording.drafts()
    assert draft.facts["statement"].endswith(" viết lúc đầy.")


# --- no position, an old one, a made-up one


def positions(phone: Phone, receiver: Receiver | None, clock: FakeClock, app_of: App) -> tuple["Driver", Hand, UUID]:
    draft = filled(phone)
    phone.recording.save(draft, facts={**phone.recording.get(draft).facts, "positions": []})
    given = Positioning(None if receiver is None else lambda: receiver, clock)
    phone.positioning = given
    driver = app_of(phone)
    hand = open_form(driver, draft, "scene")
    hand.tap(key="positions")
    driver.until(lambda: on(driver) is Screen.POSITION, "the panel")
    return driver, hand, draft


@pytest.mark.parametrize(
    ("fixes", "sentence", "reason"),
    [
        (None, "Máy không có hoặc không tới được bộ thu", "no_receiver"),
        ([], "Chưa có vị trí", "no_fix_in_time"),
        ([fix(received_at=MORNING - timedelta(seconds=30))] * 3, "Chỉ có vị trí cũ", "only_stale_fixes"),
    ],
    ids=["no receiver", "no fix", "stale"],
)
def test_without_a_position_the_report_says_why(
    phone: Phone, clock: FakeClock, app_of: App, fixes: Any, sentence: str, reason: str
) -> None:
    receiver = None if fixes is None else Receiver(fixes)
    driver, hand, draft = positions(phone, receiver, clock, app_of)
    driver.until(lambda: any(text.startswith(sentence) for text in driver.texts()), sentence)
    hand.tap("Tiếp tục không có vị trí")
    driver.until(lambda: on(driver) is Screen.FORM, "the form")
    (position,) = phone.recording.get(draft).facts["positions"]
    assert (position["missing_reason"], position["lat"]) == (reason, None)
    phone.sealing.seal(draft)


def test_a_position_made_up_by_an_app_is_taken_and_named(phone: Phone, clock: FakeClock, app_of: App) -> None:
    driver, hand, draft = positions(phone, Receiver([fix(mock=True)] * 10), clock, app_of)
    driver.until(lambda: driver.sees("giả lập"), "the warning")
    hand.tap("Dùng vị trí này")
    driver.until(lambda: on(driver) is Screen.FORM, "the form")
    (position,) = phone.recording.get(draft).facts["positions"]
    assert position["mock"] is True


# --- much of it


def test_forty_five_photos_in_one_report(
    phone: Phone, server: FakeServer, photo: Callable[..., Path], app_of: App
) -> None:
    register(phone, server)
    draft = filled(phone)
    for n in range(45):
        phone.recording.attach(draft, photo(n), purpose=Purpose.LOAD)
    driver = app_of(phone)
    hand = open_form(driver, draft, "photos")
    from mobile.ui.widgets.photos import PhotoGrid

    grid = driver.find(kind=PhotoGrid)
    assert len(grid.children) == 45
    driver.until(lambda: driver.app.textures.idle, "all small pictures")
    driver.app.view.presenter.open("")
    driver.frames(4)
    hand.tap("Xem lại và niêm phong")
    hand.tap("Niêm phong: sau đó không sửa được nữa")
    driver.until(lambda: len(server.confirmed_files()) == 45, "every photo at the office")
    (sealed,) = server.reports.values()
    assert [one.purpose for one in sealed.manifest.evidence] == [Purpose.LOAD] * 45


def test_ten_thousand_reports_are_turned_page_by_page(phone: Phone, app_of: App) -> None:
    fill(phone, 10_000)
    driver = app_of(phone)
    hand = Hand(driver)
    driver.app.open(Route(Screen.SYNC))
    driver.frames(3)
    shown = driver.app.view.list
    assert len(shown.data) == 101
    shown.scroll_y = 0.0
    driver.frames(4)
    hand.tap("Phiếu cũ hơn")
    driver.until(lambda: shown.scroll_y == 1.0, "the beginning of the next page")
    driver.frames(3)
    assert driver.sees("Vận chuyển khoáng sản số 9900")
    assert len(shown.data) == 102
    hand.tap("Vận chuyển khoáng sản số 9900")
    driver.until(lambda: on(driver) is Screen.REPORT, "the report")


# --- another language, another look, in the middle of it


def test_language_and_look_change_under_a_half_typed_word(phone: Phone, app_of: App) -> None:
    driver = app_of(phone)
    hand = open_form(driver, filled(phone), "statement")
    hand.write("statement", " đang gõ dở")
    driver.app.wear(Chosen(language="en", look="sun", scale=150))
    driver.frames(5)
    assert driver.sees("Statement and signatures")
    assert any(text.endswith(" đang gõ dở") for text in driver.texts())
    Hand(driver).write("statement", ", nay gõ tiếp")
    driver.app.wear(Chosen())
    driver.frames(5)
    assert driver.sees("Lời khai và chữ ký")
    (draft,) = phone.recording.drafts()
    assert draft.facts["statement"].endswith(" đang gõ dở, nay gõ tiếp")
