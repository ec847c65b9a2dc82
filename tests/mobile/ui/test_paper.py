"""The paper of a report, made with a tap."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from mobile.bootstrap import Phone
from mobile.ports import QueuedReport
from mobile.presenters.routes import Route, Screen
from mobile.services.signature import draw
from shared.wire.v1.records import Kind, Purpose
from tests.factories import reports as make

if TYPE_CHECKING:
    from tests.mobile.ui.driver import Driver

BUTTON = "Bản giấy phần ghi nhận"


def test_a_tap_makes_the_papers_of_a_report_and_says_where(
    phone: Phone, filed: Callable[..., QueuedReport], app_of: Callable[..., "Driver"], tmp_path: Path
) -> None:
    report = filed(photos=1)
    driver = app_of(phone)
    driver.app.reset(Route(Screen.REPORT, str(report.id)))
    driver.frames(5)
    driver.tap(BUTTON)
    driver.until(lambda: driver.sees("Phiếu in (A4 và khổ 80 mm) ở thư mục"), "where they are")
    assert len(list((tmp_path / "phone" / "papers").glob(f"{report.id}*.pdf"))) == 2


def test_a_tap_on_the_review_page_makes_those_of_the_draft(
    phone: Phone, app_of: Callable[..., "Driver"], tmp_path: Path
) -> None:
    draft = phone.recording.start(Kind.TRANSPORT, facts=make.transport_facts()).id
    phone.recording.attach(draft, draw([[(0.1, 0.1), (0.9, 0.9)]], tmp_path / "s.png"), purpose=Purpose.SIGNATURE)
    driver = app_of(phone)
    driver.app.reset(Route(Screen.FORM, str(draft)))
    driver.app.open(Route(Screen.REVIEW, str(draft)))
    driver.frames(5)
    driver.tap(BUTTON)
    driver.until(lambda: driver.sees("Phiếu in (A4 và khổ 80 mm) ở thư mục"), "where they are")
    assert len(list((tmp_path / "phone" / "papers").glob(f"{draft}*.pdf"))) == 2
