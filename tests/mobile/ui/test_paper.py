"""The paper of a report, made with a tap."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from mobile.bootstrap import Phone
from mobile.ports import QueuedReport
from mobile.presenters.routes import Route, Screen
from mobile.presenters.settings import Chosen
from mobile.services.signature import draw
from shared.wire.v1.records import Kind, Purpose
from tests.factories import reports as make

if TYPE_CHECKING:
    from tests.mobile.ui.driver import Driver

BUTTON = "Bản giấy phần ghi nhận"


def test_the_paper_of_a_report_is_made_in_the_form_that_is_tapped_and_it_says_where(
    phone: Phone, filed: Callable[..., QueuedReport], app_of: Callable[..., "Driver"], tmp_path: Path
) -> None:
    report = filed(photos=1)
    driver = app_of(phone)
    driver.app.reset(Route(Screen.REPORT, str(report.id)))
    driver.frames(5)
    driver.tap(BUTTON)
    driver.frames(3)
    driver.tap("Khổ A4")
    driver.until(lambda: driver.sees("Phiếu in ở thư mục"), "where it is")
    assert driver.app.overlays.depth == 0
    assert [path.name for path in (tmp_path / "phone" / "papers").iterdir()] == [f"{report.id}-A4.pdf"]


def test_the_review_page_makes_that_of_the_draft(phone: Phone, app_of: Callable[..., "Driver"], tmp_path: Path) -> None:
    draft = phone.recording.start(Kind.TRANSPORT, facts=make.transport_facts()).id
    phone.recording.attach(draft, draw([[(0.1, 0.1), (0.9, 0.9)]], tmp_path / "s.png"), purpose=Purpose.SIGNATURE)
    driver = app_of(phone)
    driver.app.reset(Route(Screen.FORM, str(draft)))
    driver.app.open(Route(Screen.REVIEW, str(draft)))
    driver.frames(5)
    driver.tap(BUTTON)
    driver.frames(3)
    driver.tap("Cuộn giấy 80 mm")
    driver.until(lambda: driver.sees("Phiếu in ở thư mục"), "where it is")
    assert [path.name for path in (tmp_path / "phone" / "papers").iterdir()] == [f"{draft}-80mm.pdf"]


def test_the_question_is_whole_on_a_small_phone_with_large_words(
    phone: Phone, filed: Callable[..., QueuedReport], app_of: Callable[..., "Driver"]
) -> None:
    driver = app_of(phone)
    from kivy.core.window import Window

    from tests.mobile.ui.looks import cut, small

    Window.size = (320, 640)
    for language in ("vi", "en"):
        driver.app.wear(Chosen(language=language, scale=200))
        driver.app.reset(Route(Screen.REPORT, str(filed().id)))
        driver.frames(5)
        driver.app.stack.top.presenter.paper()
        driver.frames(5)
        assert driver.app.overlays.depth == 1
        over = driver.app.root_layer.children[0]
        assert cut(over) + small(over) == []
