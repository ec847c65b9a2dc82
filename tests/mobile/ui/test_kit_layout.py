"""On every screen, in both languages, at the smallest and the largest text, in every look, on narrow phones: no word is
cut or too like its ground, and nothing that is tapped is smaller than a gloved finger."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from mobile.bootstrap import Phone
from mobile.ports import QueuedReport
from mobile.presenters.settings import Chosen
from tests.fakes.server import FakeServer
from tests.mobile.ui.walk import furnish, walk

if TYPE_CHECKING:
    from tests.mobile.ui.driver import Driver

PHONES = {360: 640, 320: 568}  # dp: a common small phone; the narrowest that is still sold
# Where less has to do, and why.
ALLOWED = {
    320: re.compile(r"over it day: 44 × 48: _Day"),  # a week has seven days: 7 × 48 dp are more than the phone has
    360: re.compile(r"(?!)"),
}


@pytest.mark.parametrize(
    ("width", "language", "scale", "look"),
    [(320, "vi", 100, "sun"), (320, "vi", 200, "light"), (320, "en", 200, "dark"), (360, "en", 100, "light")],
)
def test_nothing_is_cut_or_too_small_or_too_pale(
    phone: Phone,
    server: FakeServer,
    photo: Callable[..., Path],
    filed: Callable[..., QueuedReport],
    app_of: Callable[..., "Driver"],
    width: int,
    language: str,
    scale: int,
    look: str,
) -> None:
    """What the narrow phone and the largest text leave whole, the wider phone and the smaller text do too."""
    there = furnish(phone, server, photo, filed(photos=2).id)
    driver = app_of(phone)
    from kivy.core.window import Window

    from tests.mobile.ui.looks import cut, small, weak_on

    Window.size = (width, PHONES[width])
    driver.app.wear(Chosen(language=language, scale=scale, look=look))
    faults: list[str] = []
    count = 0
    for place, root in walk(driver, there):
        count += 1
        faults += [f"{place}: {fault}" for fault in (*cut(root), *small(root), *weak_on(root, look == "sun"))]
    faults = [fault for fault in faults if not ALLOWED[width].search(fault)]
    assert not faults, "\n".join(sorted(set(faults)))
    assert count > 40


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
