"""On every screen, in both languages, at the smallest and the largest text, in every look, on narrow phones: no word is
cut or too like its ground, and nothing that is tapped is smaller than a gloved finger."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from mobile.bootstrap import Phone
from mobile.ports import QueuedReport
from mobile.presenters.routes import Route, Screen
from mobile.presenters.settings import Chosen
from tests.fakes.server import FakeServer
from tests.mobile.ui.walk import furnish, walk

if TYPE_CHECKING:
    from tests.mobile.ui.driver import Driver

NARROW, HIGH = 320, 568  # dp: the narrowest phone that is still sold
SMALL = 360  # a common small one
# Where less has to do: a week has seven days, and 7 × 48 dp are more than the narrowest phone has.
ALLOWED = re.compile(r"over it day: 44 × 48: _Day")


@pytest.mark.parametrize(("language", "scale", "look"), [("vi", 100, "light"), ("vi", 200, "sun"), ("en", 200, "dark")])
def test_nothing_is_cut_or_too_small_or_too_pale(
    phone: Phone,
    server: FakeServer,
    photo: Callable[..., Path],
    filed: Callable[..., QueuedReport],
    app_of: Callable[..., "Driver"],
    language: str,
    scale: int,
    look: str,
) -> None:
    """What is whole on the narrowest phone and at the largest text is whole on the wider one and at smaller text."""
    there = furnish(phone, server, photo, filed(photos=2).id)
    driver = app_of(phone)
    from kivy.core.window import Window

    from tests.mobile.ui.looks import cut, small, weak_on

    Window.size = (NARROW, HIGH)
    driver.app.wear(Chosen(language=language, scale=scale, look=look))
    faults: list[str] = []
    count = 0
    for place, root in walk(driver, there):
        count += 1
        faults += [f"{place}: {fault}" for fault in (*cut(root), *small(root), *weak_on(root, look == "sun"))]
    faults = [fault for fault in faults if not ALLOWED.search(fault)]
    assert not faults, "\n".join(sorted(set(faults)))
    assert count > 40


def test_a_day_is_as_wide_as_a_finger_where_a_week_has_the_room(phone: Phone, app_of: Callable[..., "Driver"]) -> None:
    driver = app_of(phone)
    from kivy.core.window import Window

    from tests.mobile.ui.looks import small

    Window.size = (SMALL, 640)
    driver.app.open(Route(Screen.GALLERY))
    driver.frames(2)
    driver.app.view._press("day")
    driver.frames(3)
    assert small(driver.app.root_layer.children[0]) == []
    assert driver.find("28").width >= 48


# --- what is looked for is found


def test_faults_are_found(drive: Callable[..., "Driver"]) -> None:
    from kivy.app import App
    from kivy.core.window import Window
    from kivy.uix.floatlayout import FloatLayout

    from mobile.ui.theme import Look, theme
    from mobile.ui.widgets.buttons import IconButton
    from mobile.ui.widgets.layout import Card
    from mobile.ui.widgets.text import Line, Text
    from tests.mobile.ui.looks import cut, small, weak_on

    theme.apply(Look.LIGHT, 1.0)
    driver, root = drive(App()), FloatLayout()
    Window.add_widget(root)

    def found(widget: Any, **how: Any) -> list[str]:
        root.clear_widgets()
        root.add_widget(widget)
        driver.frames(3)
        for name, value in how.items():
            setattr(widget, name, value)
        return [*cut(root), *small(root), *weak_on(root, sun=False)]

    whole = Text("Kiểm tra vận chuyển")
    assert found(whole, pos=(0, 0)) == []
    assert any("off the window sideways" in one for one in found(Line("Kiểm tra"), x=Window.width - 10))
    assert any("above or below" in one for one in found(Line("Kiểm tra"), y=-10))
    assert any("too high" in one for one in found(Text("Kiểm tra " * 40), height=20))
    assert any("too wide" in one for one in found(Line("Kiểm tra"), width=10))
    narrow = Text("Unannounced")
    narrow.size_hint_x, narrow.width = None, 40
    assert any("broken in two" in one for one in found(narrow))
    pale = Text("Kiểm tra", color="outline_variant")
    assert any("contrast" in one for one in found(pale))
    card = Card()
    card.add_widget(Text("Kiểm tra"))
    assert any("outside its Card" in one for one in found(card, height=4))
    assert any(one.startswith("40 × 40") for one in found(IconButton("close", "x"), size=(40, 40)))
