"""The long list: as many row widgets as are seen, however many rows there are."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from mobile.bootstrap import Phone
from mobile.presenters.gallery import MANY, ROWS
from mobile.presenters.routes import Route, Screen
from mobile.presenters.settings import Chosen

if TYPE_CHECKING:
    import pytest

    from tests.mobile.ui.driver import Driver

SPARE = 6  # cut off above and below, and those that a fast finger leaves before they are used again


def test_flinging_ten_thousand_rows_makes_no_more_than_a_screenful(
    phone: Phone, app_of: Callable[..., "Driver"], monkeypatch: "pytest.MonkeyPatch"
) -> None:
    driver = app_of(phone)
    from kivy.core.window import Window

    from mobile.ui.widgets import rows

    made: list[Any] = []
    first = rows._Recycled.__init__
    monkeypatch.setattr(rows._Recycled, "__init__", lambda row, **more: (made.append(row), first(row, **more))[1])
    driver.app.open(Route(Screen.GALLERY, part=ROWS))
    driver.frames(5)
    shown = driver.app.view.list
    assert len(shown.data) == MANY
    least = shown.height / (shown.children[0].default_size[1] + shown.children[0].spacing)
    seen: set[str] = set()
    for _ in range(6):
        driver.drag((200, 200), (200, Window.height - 150), steps=3)  # the finger goes up fast, and lets go
        driver.frames(12)
        seen |= {row.label for row in made if row.parent is not None}
    shown.effect_y.velocity = 0  # a finger stops it
    assert len(seen) > 2 * least  # it did move
    assert len(made) <= least + SPARE
    for place in (0.5, 0.25, 0.0, 1.0):
        shown.scroll_y = place
        driver.frames(2)
    assert len(made) <= 2 * (least + SPARE)  # a jump draws the new place before it takes the old rows away
    assert driver.find("Dòng 1", kind=rows._Recycled)


def test_a_row_says_what_its_place_in_the_list_says(phone: Phone, app_of: Callable[..., "Driver"]) -> None:
    """A row widget is drawn again with other words as it scrolls."""
    driver = app_of(phone)
    driver.app.open(Route(Screen.GALLERY, part=ROWS))
    driver.frames(3)
    driver.app.view.list.scroll_y = 0.0
    driver.frames(4)
    assert driver.sees(f"Dòng {MANY}")
    assert not driver.sees("Dòng 1\n")


def test_rows_wear_the_look_that_was_chosen_last(phone: Phone, app_of: Callable[..., "Driver"]) -> None:
    """Kivy keeps row widgets for the next list; in Vietnamese and in light they must not come back."""
    driver = app_of(phone)
    driver.app.open(Route(Screen.GALLERY, part=ROWS))
    driver.frames(3)
    driver.app.wear(Chosen(language="en", look="dark", scale=200))
    driver.frames(3)
    from mobile.ui.theme import theme
    from mobile.ui.widgets.rows import _Recycled

    shown = [row for row in driver.visible() if isinstance(row, _Recycled)]
    assert len(shown) > 3
    assert all(row.surface._color.rgba == theme.color("surface_container") for row in shown)
    assert all(row._title.font_size == theme.size("body") for row in shown)
    assert all(row.label.startswith("A row") for row in shown)
