"""What an officer reads of tasks and what a tap does, without a window."""

from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest

from mobile.bootstrap import Phone
from mobile.ports import OpenTask
from mobile.presenters.courier import Courier
from mobile.presenters.routes import Route, Screen
from mobile.presenters.tasks import TaskPresenter, TasksPresenter, due_level, due_words, task_row, today
from mobile.state.forms import Level
from shared.i18n import Words
from shared.wire.v1.codec import encode
from shared.wire.v1.records import Kind
from tests.factories import reports as make
from tests.fakes.server import FakeServer, task
from tests.fakes.shell import FakeShell

DAY = date(2026, 11, 20)
Give = Callable[..., UUID]


@pytest.fixture
def shell() -> FakeShell:
    return FakeShell()


@pytest.fixture
def courier(phone: Phone, shell: FakeShell) -> Courier:
    made = Courier(lambda: phone.sending, (phone.tasks.pull,), phone.clock)
    made.attach(shell.jobs)
    return made


@pytest.fixture
def give(phone: Phone, server: FakeServer) -> Give:
    session = phone.enrolment.current()
    assert session is not None

    def one(number: str = "NV-2026-0001", **more: Any) -> UUID:
        server.tasks.append(task(session.officer.id, number, **more))
        phone.tasks.pull()
        return UUID(server.tasks[-1]["id"])

    return one


def tasks(phone: Phone, courier: Courier, shell: FakeShell, language: str = "vi") -> TasksPresenter:
    return TasksPresenter(phone.tasks, courier, phone.clock, Words(language), shell)


def one_task(phone: Phone, courier: Courier, shell: FakeShell, about: UUID) -> TaskPresenter:
    def begin(given: OpenTask, kind: Kind) -> UUID:
        return phone.tasks.begin(given, kind, lambda of: encode(make.transport_facts()), phone.recording)

    return TaskPresenter(about, phone.tasks, courier, phone.clock, Words("vi"), shell, begin=begin)


@pytest.mark.parametrize(
    ("due", "said", "level"),
    [
        (date(2026, 11, 18), "quá hạn 2 ngày (18/11/2026)", Level.BAD),
        (date(2026, 11, 20), "hạn hôm nay", Level.WARN),
        (date(2026, 11, 22), "còn 2 ngày (22/11/2026)", Level.WARN),
        (date(2026, 11, 23), "còn 3 ngày (23/11/2026)", Level.INFO),
    ],
)
def test_due_day_is_told_in_words_and_colour(due: date, said: str, level: Level) -> None:
    assert due_words(Words("vi"), due, DAY) == said
    assert due_level(due, DAY) is level


def test_english_has_one_day_and_days() -> None:
    assert due_words(Words("en"), date(2026, 11, 21), DAY) == "due in 1 day (21/11/2026)"
    assert due_words(Words("en"), date(2026, 11, 18), DAY) == "2 days overdue (18/11/2026)"


def test_list_has_overdue_ones_first_and_begun_ones_last(
    phone: Phone, courier: Courier, shell: FakeShell, give: Give
) -> None:
    begun = give("NV-2026-0001", due="2026-11-21")
    give("NV-2026-0002", due="2026-11-25")
    give("NV-2026-0003", due="2026-11-19")
    one_task(phone, courier, shell, begun).start("transport")
    shown = tasks(phone, courier, shell).state
    assert [(group.key, [row.subtitle[:12] for row in group.rows]) for group in shown.groups] == [
        ("late", ["NV-2026-0003"]),
        ("open", ["NV-2026-0002"]),
        ("begun", ["NV-2026-0001"]),
    ]
    assert shown.empty == ""
    assert shown.as_of == "Cập nhật lúc 20/11/2026 08:45"


def test_an_empty_list_says_so_and_that_nobody_was_asked(phone: Phone, courier: Courier, shell: FakeShell) -> None:
    shown = tasks(phone, courier, shell).state
    assert shown.groups == ()
    assert shown.empty == "Không còn nhiệm vụ nào được giao mà chưa xong."
    assert shown.as_of == "Chưa hỏi được cơ quan lần nào."


def test_opening_the_list_asks_the_office_and_shows_what_it_said(
    phone: Phone, courier: Courier, shell: FakeShell, server: FakeServer
) -> None:
    session = phone.enrolment.current()
    assert session is not None
    server.tasks.append(task(session.officer.id))
    presenter = tasks(phone, courier, shell)
    presenter.opened()
    assert [row.title for row in presenter.state.groups[0].rows] == ["Kiểm tra bãi Giữa sau 18 giờ (minh họa)"]
    presenter.open(presenter.state.groups[0].rows[0].page)
    assert shell.opened == [Route(Screen.TASK, server.tasks[0]["id"])]
    presenter.closed()


def test_a_task_shows_what_was_said_and_nothing_that_was_not(
    phone: Phone, courier: Courier, shell: FakeShell, give: Give
) -> None:
    licence, case = {"id": str(uuid4()), "number": "12/GP-UBND"}, {"id": str(uuid4()), "number": "VV-2026-0001"}
    about = give(licence=licence, case=case)
    presenter = one_task(phone, courier, shell, about)
    shown = presenter.state
    assert (shown.title, shown.words) == ("NV-2026-0001", "Kiểm tra bãi Giữa sau 18 giờ (minh họa)")
    assert shown.lines == (
        ("Người giao", "Trần Bình (minh họa) · 18/11/2026 09:00"),
        ("Giấy phép", "12/GP-UBND"),
        ("Vụ việc", "VV-2026-0001"),
    )
    presenter.licence()
    assert shell.opened == [Route(Screen.LOOKUP, "12/GP-UBND")]


def test_a_start_opens_the_form_and_the_button_goes_on_with_it(
    phone: Phone, courier: Courier, shell: FakeShell, give: Give
) -> None:
    presenter = one_task(phone, courier, shell, give())
    assert [start.kind for start in presenter.state.starts] == ["transport", "extraction", "stockyard"]
    presenter.start("transport")
    (draft,) = phone.recording.drafts()
    assert shell.opened == [Route(Screen.FORM, str(draft.id))]
    assert presenter.state.starts == ()
    assert presenter.state.told == "Phiếu trả lời nhiệm vụ này đã bắt đầu, chưa niêm phong."
    presenter.go_on()
    assert shell.opened[-1] == Route(Screen.FORM, str(draft.id))


def test_after_sealing_it_tells_where_the_report_is(
    phone: Phone, courier: Courier, shell: FakeShell, give: Give, server: FakeServer
) -> None:
    about = give()
    presenter = one_task(phone, courier, shell, about)
    presenter.start("transport")
    (draft,) = phone.recording.drafts()
    phone.sealing.seal(draft.id)
    presenter.renewed()
    assert presenter.state.told == "Phiếu trả lời nhiệm vụ này đang chờ gửi trên máy."
    presenter.go_on()
    assert shell.opened[-1] == Route(Screen.REPORT, str(draft.id))
    phone.sending.send_round(phone.clock.now())
    presenter.renewed()
    assert presenter.state.told == "Cơ quan đã nhận phiếu; nhiệm vụ sẽ đóng ở lần cập nhật tới."
    phone.tasks.pull()
    presenter.renewed()
    assert presenter.state.gone.startswith("Nhiệm vụ này không còn mở")
    presenter.start("transport")
    assert len(phone.recording.drafts()) == 0


def test_a_row_speaks_of_one_task(phone: Phone, give: Give) -> None:
    give(due="2026-11-20")
    (one,) = phone.tasks.open()
    row = task_row(Words("vi"), one, today(phone.clock))
    assert (row.subtitle, row.level) == ("NV-2026-0001 · hạn hôm nay", Level.WARN)
