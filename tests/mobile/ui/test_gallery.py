"""The gallery: reached from About, every part of it answers, nothing of it is kept."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from mobile.bootstrap import Phone
from mobile.presenters.routes import Route, Screen
from mobile.presenters.settings import Chosen
from mobile.state.gallery import Shape

if TYPE_CHECKING:
    from tests.mobile.ui.driver import Driver


@pytest.fixture
def gallery(phone: Phone, app_of: Callable[..., "Driver"]) -> "Driver":
    driver = app_of(phone)
    driver.app.open(Route(Screen.ABOUT))
    driver.frames(3)
    driver.tap("Giao diện ứng dụng")
    return driver


def test_it_shows_every_shape_and_is_left_by_the_back_arrow(gallery: "Driver") -> None:
    state = gallery.app.stack.top.presenter.state
    shown = {sample.shape for section in state.sections for sample in section.samples}
    assert shown == set(Shape)
    gallery.tap("←")
    assert gallery.app.stack.top.route == Route(Screen.ABOUT)


def test_what_lies_over_a_screen_is_taken_away_by_back(gallery: "Driver") -> None:
    for name in ("Câu hỏi", "Báo lỗi", "Tấm kéo từ dưới lên", "Bảng chọn ngày", "Bảng chọn giờ"):
        gallery.tap(name)
        assert gallery.app.overlays.depth == 1, name
        gallery.key(27, "escape")
        assert gallery.app.overlays.depth == 0, name
    assert gallery.app.stack.top.route == Route(Screen.GALLERY)


def test_a_tap_beside_a_question_answers_no(gallery: "Driver") -> None:
    gallery.tap("Câu hỏi")
    gallery.tap_at(5, 5)
    assert gallery.app.overlays.depth == 0
    assert not gallery.sees("Đã làm xong")
    gallery.tap("Câu hỏi")
    gallery.tap("Có, làm đi")
    assert gallery.sees("Đã làm xong")


def test_choices_show_what_was_chosen(gallery: "Driver") -> None:
    from mobile.ui.widgets.choices import CheckRow, Chip, SwitchRow

    for kind, key in ((SwitchRow, "switch"), (CheckRow, "box")):
        row = gallery.find(kind=kind, key=key)
        gallery.tap(row)
        assert row.on
        gallery.tap(row)
        assert not row.on
    gallery.tap(gallery.find(kind=Chip, key="no"))
    assert [gallery.find(kind=Chip, key=key).option.chosen for key in ("yes", "no")] == [False, True]
    gallery.tap(gallery.find(kind=Chip, key="one"))
    assert [gallery.find(kind=Chip, key=key).option.chosen for key in ("one", "two")] == [True, True]


def test_what_is_switched_off_does_not_answer(gallery: "Driver") -> None:
    from mobile.ui.widgets.choices import SwitchRow

    row = gallery.find(kind=SwitchRow, key="switch-off")
    gallery.tap(row)
    assert not row.on


def test_what_was_typed_stays_when_look_and_language_change(gallery: "Driver") -> None:
    from mobile.ui.widgets.fields import TextField

    gallery.tap(gallery.find(key="number", kind=TextField).entry)
    gallery.type("1.500")
    gallery.app.wear(Chosen(language="en", look="dark", scale=150))
    gallery.frames(3)
    field = gallery.find(key="number", kind=TextField)
    assert field.text == "1.500"
    assert "can mean" in field._words.text


def test_a_file_is_chosen_where_there_is_no_camera(gallery: "Driver", tmp_path: Path) -> None:
    from mobile.ui.widgets.chooser import FileChoice

    folder = tmp_path / "DCIM"
    (folder / "Camera").mkdir(parents=True)
    (folder / "Camera" / "xe tải.jpg").write_bytes(b"x")
    (folder / "ghi chú.txt").write_bytes(b"x")
    (folder / "lạc.jpg").symlink_to(folder / "không có.jpg")
    chosen: list[Path] = []
    gallery.app.choose_file("Ảnh", "Lấy tệp này", folder, chosen.append)
    gallery.frames(4)
    choice = gallery.find(kind=FileChoice)
    assert choice.button.disabled
    assert not gallery.sees("ghi chú.txt")
    assert not gallery.sees("lạc.jpg")
    gallery.tap("Camera")
    gallery.frames(4)
    gallery.tap("xe tải.jpg")
    gallery.tap("Lấy tệp này")
    assert chosen == [folder / "Camera" / "xe tải.jpg"]
    assert gallery.app.overlays.depth == 0
