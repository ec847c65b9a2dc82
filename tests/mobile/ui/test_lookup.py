"""Looking something up, through the window."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from mobile.bootstrap import Phone
from mobile.ports import QueuedReport
from mobile.presenters.routes import Route, Screen
from mobile.presenters.settings import Chosen
from tests.factories.terms import licence_row, mineral_row
from tests.fakes.server import FakeServer
from tests.mobile.ui.looks import cut

if TYPE_CHECKING:
    from tests.mobile.ui.driver import Driver

App = Callable[..., "Driver"]


@pytest.fixture
def app(phone: Phone, server: FakeServer, filed: Callable[..., QueuedReport], app_of: App) -> "Driver":
    """Two stops with one invoice, and a licence."""
    server.reference = {
        "cursor": "c",
        "removed": ["*"],
        "licences": [licence_row()],
        "minerals": [mineral_row()],
    }
    phone.reference.pull()
    filed()
    filed()
    driver = app_of(phone)
    driver.app.reset(Route(Screen.LOOKUP))
    driver.until(lambda: driver.sees("Gõ ít nhất hai"), "the screen")
    driver.frames(5)  # laid out
    return driver


def look_for(driver: "Driver", text: str) -> None:
    driver.tap(driver.app.view.field.entry)
    driver.type(text)


def test_a_plate_leads_to_the_stop_and_back(app: "Driver") -> None:
    look_for(app, "87c123")
    app.until(lambda: app.sees("Các lần kiểm tra trước"), "what was found")
    assert not app.sees("Gõ ít nhất hai")
    app.tap("87C-123.45")
    app.until(lambda: app.app.stack.top.route.screen is Screen.REPORT, "the report")


def test_a_licence_opens_and_the_back_button_closes_it(app: "Driver") -> None:
    look_for(app, "12gp")
    app.until(lambda: app.sees("12/GP-UBND"), "the licence")
    app.tap("12/GP-UBND")
    app.until(lambda: app.sees("Còn lại của năm"), "its lines")
    app.frames(3)
    assert app.app.view.body.scroll_y == 1.0
    assert not app.sees("Gõ ít nhất hai")
    app.key(27, "escape")
    app.until(lambda: not app.sees("Còn lại của năm"), "the list again")
    assert app.app.stack.top.route.screen is Screen.LOOKUP
    assert app.sees("12/GP-UBND")


def test_typing_on_keeps_the_field_and_its_letters(app: "Driver") -> None:
    look_for(app, "87c")
    app.until(lambda: app.sees("Các lần kiểm tra trước"), "what was found")
    app.type("zzz")
    app.until(lambda: app.sees("không có gì khớp"), "that nothing fits")
    assert app.app.view.field.text.lower() == "87czzz"


@pytest.mark.parametrize("look", [("light", 100), ("dark", 100), ("sun", 200)])
def test_nothing_is_cut(app: "Driver", tmp_path: Path, look: tuple[str, int]) -> None:
    app.app.wear(Chosen(look=look[0], scale=look[1]))
    app.frames(5)
    look_for(app, "00000127")
    app.until(lambda: app.sees("Giấy tờ đã gặp"), "papers")
    assert cut(app.app.root_layer) == []
    app.shot(tmp_path / "found.png")
    app.app.view.field.put("")
    app.app.view.presenter.type("12gp")
    app.until(lambda: app.sees("12/GP-UBND"), "the licence")
    app.tap("12/GP-UBND")
    app.until(lambda: app.sees("Về danh sách kết quả"), "its lines")
    assert cut(app.app.root_layer) == []
    app.shot(tmp_path / "licence.png")
