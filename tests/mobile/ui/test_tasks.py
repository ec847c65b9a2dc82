"""Tasks, through the window."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from mobile.bootstrap import Phone
from mobile.presenters.routes import Screen
from tests.fakes.server import FakeServer, task

if TYPE_CHECKING:
    from tests.mobile.ui.driver import Driver

WORDS = "Kiểm tra bãi Giữa sau 18 giờ (minh họa)"


@pytest.fixture
def app(phone: Phone, server: FakeServer, app_of: Callable[..., "Driver"]) -> "Driver":
    session = phone.enrolment.current()
    assert session is not None
    server.tasks = [
        task(session.officer.id, "NV-2026-0001", due="2026-11-18", licence={"id": "x", "number": "12/GP-UBND"}),
        task(session.officer.id, "NV-2026-0002", words="Cân lại xe ở bến (minh họa)"),
    ]
    return app_of(phone)


def test_a_task_travels_down_and_is_answered_from_home(app: "Driver", phone: Phone) -> None:
    app.until(lambda: app.sees(WORDS), "the task on the first screen")
    app.tap(WORDS)
    app.until(lambda: app.sees("quá hạn 2 ngày"), "the task")
    app.tap("Kiểm tra vận chuyển mới")
    app.until(lambda: app.app.stack.top.route.screen is Screen.FORM, "the form")
    (draft,) = phone.recording.drafts()
    assert draft.facts["inspection"]["basis"]["number"] == "NV-2026-0001"


def test_the_place_of_tasks_lists_them(app: "Driver", phone: Phone) -> None:
    app.until(lambda: app.sees(WORDS), "the task on the first screen")
    app.tap("Nhiệm vụ", nth=1)
    app.until(lambda: app.app.stack.top.route.screen is Screen.TASKS, "the list")
    app.until(lambda: app.sees("Quá hạn") and app.sees("Cần làm"), "both groups")
    app.tap(WORDS)
    app.until(lambda: app.app.stack.top.route.screen is Screen.TASK, "the task")
