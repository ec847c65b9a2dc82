"""A photo as large as the screen, through the window: opened, leafed, brought nearer, moved, taken out."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from mobile.bootstrap import Phone
from mobile.ports import QueuedReport
from mobile.presenters.routes import Route, Screen
from shared.wire.v1.records import Kind, Purpose
from tests.factories import reports as make

if TYPE_CHECKING:
    from tests.mobile.ui.driver import Driver


@pytest.fixture
def form(phone: Phone, app_of: Callable[..., "Driver"], photo: Callable[..., Path]) -> "Driver":
    """The page of photos, with two on it."""
    draft = phone.recording.start(Kind.TRANSPORT, facts=make.transport_facts()).id
    for purpose in (Purpose.PLATE, Purpose.LOAD):
        phone.recording.attach(draft, photo(purpose), purpose=purpose)
    driver = app_of(phone)
    driver.app.reset(Route(Screen.FORM, str(draft)))
    driver.app.stack.top.presenter.open("photos")
    driver.frames(5)
    return driver


@pytest.fixture
def large(form: "Driver") -> "Driver":
    """The first of them, large."""
    from mobile.ui.widgets.photos import _Tile

    form.tap(kind=_Tile)
    form.frames(5)
    drawn(form)
    return form


def drawn(driver: "Driver") -> Any:
    """The view with its picture."""
    view = driver.until(lambda: driver.app.view.zoom if driver.app.stack.top.presenter.state.shown else None, "a photo")
    driver.frames(3)
    return view


def middle_of(view: Any) -> tuple[float, float]:
    x, y = view.to_window(*view.center)
    return float(x), float(y)


def test_it_is_fitted_and_seen(large: "Driver", tmp_path: Path) -> None:
    from PIL import Image

    view = drawn(large)
    left, bottom, width, height = view.picture
    assert width == pytest.approx(view.width)
    assert height == pytest.approx(view.width * 240 / 320)
    assert left == pytest.approx(view.x)
    assert bottom >= view.y
    assert large.sees("Biển số, số đăng ký")
    assert large.sees("Ảnh 1/2")
    with Image.open(large.shot(tmp_path / "shot.png")) as shot, Image.open(tmp_path / "anh-plate.jpg") as photo:
        x, y = view.to_window(left + width / 8, bottom + height * 3 / 4)  # middle of the upper left of its 4 × 2 fields
        seen, meant = shot.convert("RGB").getpixel((int(x), int(shot.height - y))), photo.getpixel((40, 60))
    assert max(abs(a - b) for a, b in zip(seen, meant, strict=True)) < 12


def test_buttons_bring_it_nearer_and_back(large: "Driver") -> None:
    view = drawn(large)
    large.tap("Phóng to")
    assert view.factor > 1.5
    large.tap("Thu nhỏ")
    assert view.factor == pytest.approx(1.0)
    large.tap("Phóng to")
    large.tap("Xem cả ảnh")
    assert view.factor == 1.0


def test_two_taps_bring_it_near_and_two_more_back(large: "Driver") -> None:
    view = drawn(large)
    for wanted in (3.0, 1.0):
        large.tap_at(*middle_of(view))
        large.tap_at(*middle_of(view))
        assert view.factor == pytest.approx(wanted)


def test_a_finger_moves_what_is_near_and_not_beyond_its_edge(large: "Driver") -> None:
    view = drawn(large)
    view.zoom(4.0, view.center)
    x, y = middle_of(view)
    before = view.picture[0]
    large.drag((x, y), (x - 80, y))
    assert view.picture[0] == pytest.approx(before - 80, abs=2)
    for _ in range(12):
        large.drag((x + 150, y), (x - 150, y))
    assert view.picture[0] + view.picture[2] == pytest.approx(view.right, abs=1)
    assert large.app.stack.top.presenter.state.title == "Ảnh 1/2"


def test_two_fingers_pinch_it(large: "Driver") -> None:
    from kivy.tests.common import UnitTestTouch

    view = drawn(large)
    x, y = middle_of(view)
    one, other = UnitTestTouch(x - 40, y), UnitTestTouch(x + 40, y)
    one.touch_down()
    other.touch_down()
    for step in range(1, 6):
        one.touch_move(x - 40 - 8 * step, y)
        other.touch_move(x + 40 + 8 * step, y)
    large.frames(2)
    assert view.factor == pytest.approx(2.0, abs=0.05)
    one.touch_up()
    other.touch_up()
    large.frames(2)
    assert large.app.stack.top.presenter.state.title == "Ảnh 1/2"


def test_a_swipe_and_the_arrows_leaf(large: "Driver") -> None:
    view = drawn(large)
    x, y = middle_of(view)
    large.drag((x + 100, y), (x - 100, y))
    assert large.sees("Ảnh 2/2")
    drawn(large)
    large.drag((x - 100, y), (x + 100, y))
    assert large.sees("Ảnh 1/2")
    drawn(large)
    large.tap("Ảnh sau")
    assert large.sees("Ảnh 2/2")
    large.tap("Ảnh trước")
    assert large.sees("Ảnh 1/2")


def test_it_is_taken_out_and_back_leads_to_the_form(large: "Driver", phone: Phone) -> None:
    large.tap("Bỏ tệp này khỏi phiếu")
    large.tap("Bỏ ra khỏi phiếu")
    large.until(lambda: large.sees("Ảnh 1/1"), "the other")
    large.tap("←")
    large.frames(3)
    assert large.app.stack.top.route.screen is Screen.FORM
    assert len(large.app.stack.top.presenter.state.page.fields[-1].pictures) == 1


def test_a_damaged_one_is_a_sentence(form: "Driver", phone: Phone) -> None:
    from mobile.ui.widgets.photos import _Tile

    tile = form.find(kind=_Tile)
    phone.files.remove(tile.key)
    form.tap(tile)
    form.until(lambda: form.sees("Ảnh này đã hỏng"), "the sentence")


def test_a_file_of_a_sealed_report_opens_too(
    phone: Phone, filed: Callable[..., QueuedReport], app_of: Callable[..., "Driver"]
) -> None:
    report = filed(photos=1)
    driver = app_of(phone)
    driver.app.reset(Route(Screen.REPORT, str(report.id)))
    driver.frames(5)
    driver.tap(key=str(report.files[0].id))
    drawn(driver)
    assert driver.sees("Ảnh 1/1")
