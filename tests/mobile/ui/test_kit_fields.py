"""Fields through the window: what is typed is read as it was meant, or not at all."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from mobile.bootstrap import Phone
from mobile.presenters.routes import Route, Screen

if TYPE_CHECKING:
    from tests.mobile.ui.driver import Driver


@pytest.fixture
def gallery(phone: Phone, app_of: Callable[..., "Driver"]) -> "Driver":
    driver = app_of(phone)
    driver.app.open(Route(Screen.GALLERY))
    driver.frames(3)
    return driver


def into(driver: "Driver", key: str, text: str) -> tuple[str, str]:
    """Type letter by letter; (what stands in the field, what stands below it)."""
    from mobile.ui.widgets.fields import TextField

    field = driver.find(key=key, kind=TextField)
    field.put("")
    driver.tap(field.entry)
    driver.type(text)
    return field.text, field._words.text


def test_a_number_is_read_as_it_was_meant_or_asked_about(gallery: "Driver") -> None:
    assert into(gallery, "number", "1,5") == ("1,5", "Hiểu là 1,5")
    assert into(gallery, "number", "1.5") == ("1.5", "Hiểu là 1,5")
    assert into(gallery, "number", "1 500") == ("1 500", "Hiểu là 1500")
    assert into(gallery, "number", "1.234,5") == ("1.234,5", "Hiểu là 1234,5")
    typed, said = into(gallery, "number", "1.500")
    assert (typed, "1500" in said, "1,5" in said) == ("1.500", True, True)
    assert "Hiểu là" not in said
    assert "Hiểu là" not in into(gallery, "number", "1,,5")[1]
    assert "Hiểu là" not in into(gallery, "number", "-2")[1]


def test_a_number_field_takes_no_letters_and_says_so_when_they_are_pasted(gallery: "Driver") -> None:
    assert into(gallery, "number", "abc12đ") == ("12", "Hiểu là 12")


def test_a_bad_day_is_no_day(gallery: "Driver") -> None:
    for text in ("31/02/2026", "32/01/2026", "1/13/2026", "5/3/26", "hôm qua", "05/03", "00/00/0000"):
        typed, said = into(gallery, "day", text)
        assert typed == text.upper()
        assert "Hiểu là" not in said, text
        assert said not in ("", "Hãy nhập thử"), text


def test_a_good_day_is_written_in_one_way(gallery: "Driver") -> None:
    for text in ("5/3/2026", "05032026", "05-03-2026", "2026-03-05", "05/03/2026"):
        assert into(gallery, "day", text)[1] == "Hiểu là 05/03/2026", text


def test_a_day_that_is_picked_stands_in_the_field(gallery: "Driver") -> None:
    gallery.tap("Chọn ngày")
    gallery.tap("Tháng trước")
    gallery.tap("15")
    from mobile.ui.widgets.fields import TextField

    field = gallery.find(key="day", kind=TextField)
    assert field.text.startswith("15/")
    assert field._words.text == f"Hiểu là {field.text}"
    assert gallery.app.overlays.depth == 0


def test_the_field_that_is_wrong_has_a_sign_beside_its_colour(gallery: "Driver") -> None:
    from mobile.ui.widgets.fields import TextField

    field = gallery.find(key="number", kind=TextField)
    into(gallery, "number", "1.500")
    assert field._mark.parent is not None
    into(gallery, "number", "1500")
    assert field._mark.parent is None


def test_chips_that_stay_are_the_same_widgets_and_doubles_are_two(gallery: "Driver") -> None:
    from mobile.state.forms import Option
    from mobile.ui.widgets.choices import Chips

    chips = Chips((Option("a", "A"), Option("b", "B")), on_choose=lambda value: None)
    before = {chip.key: chip for chip in chips.children}
    chips.show((Option("a", "A"), Option("b", "B", chosen=True), Option("b", "B", chosen=True)))
    after = list(reversed(chips.children))
    assert [chip.key for chip in after] == ["a", "b", "b"]
    assert after[0] is before["a"]
    assert after[1] is not before["b"]
