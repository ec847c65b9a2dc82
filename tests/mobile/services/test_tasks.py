"""Tasks: fetched, answered by a report that names them, and gone when the office has the answer."""

from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from mobile.bootstrap import Phone
from mobile.ports import NetworkKind, OpenTask, ServerProblem
from mobile.services.traffic import Policy
from shared.problems import Problem
from shared.wire.v1.codec import encode
from shared.wire.v1.records import BasisKind, Kind
from tests.factories import reports as make
from tests.fakes.server import FakeServer, officer, task
from tests.mobile.conftest import FakeNetwork


def me(phone: Phone) -> UUID:
    session = phone.enrolment.current()
    assert session is not None
    return session.officer.id


def blank(kind: Kind) -> dict[str, Any]:
    facts: dict[str, Any] = encode(make.transport_facts())
    return facts


def begin(phone: Phone, one: OpenTask) -> UUID:
    return phone.tasks.begin(one, Kind.TRANSPORT, blank, phone.recording)


@pytest.fixture
def given(phone: Phone, server: FakeServer) -> OpenTask:
    server.tasks.append(task(me(phone), licence={"id": str(uuid4()), "number": "12/GP-UBND"}, place=None))
    assert phone.tasks.pull() == 1
    (one,) = phone.tasks.open()
    return one


def test_what_was_given_is_fetched_page_by_page_and_stands_due_first(phone: Phone, server: FakeServer) -> None:
    server.page = 2
    days = ("2026-11-24", "2026-11-21", "2026-12-01", "2026-11-19", "2026-11-22")
    server.tasks += [task(me(phone), f"NV-2026-{i:04d}", due=day) for i, day in enumerate(days)]
    server.tasks.append(task(uuid4(), "NV-2026-0099"))
    assert phone.tasks.pull() == 5
    assert [one.task.due.isoformat() for one in phone.tasks.open()] == sorted(days)
    assert phone.tasks.pull() == 0


def test_everything_that_was_said_is_read(given: OpenTask) -> None:
    one = given.task
    assert (one.number, one.words, one.due.isoformat()) == (
        "NV-2026-0001",
        "Kiểm tra bãi Giữa sau 18 giờ (minh họa)",
        "2026-11-24",
    )
    assert (one.given_by, one.licence, one.place, one.case, one.report) == (
        "Trần Bình (minh họa)",
        "12/GP-UBND",
        None,
        None,
        None,
    )


def test_what_the_office_changed_is_changed_here(phone: Phone, server: FakeServer, given: OpenTask) -> None:
    server.tasks[0] |= {"words": "Không cần nữa trước thứ Sáu", "due": "2026-11-28"}
    assert phone.tasks.pull() == 0
    (one,) = phone.tasks.open()
    assert (one.task.words, one.task.due.isoformat()) == ("Không cần nữa trước thứ Sáu", "2026-11-28")


def test_words_of_a_task_lie_locked(phone: Phone, given: OpenTask, tmp_path: Path) -> None:
    phone.close()
    for path in (tmp_path / "phone").glob("phone.sqlite3*"):
        raw = path.read_bytes()
        assert "bãi Giữa".encode() not in raw
        assert b"12/GP-UBND" not in raw


def test_a_draft_that_was_begun_names_the_task(phone: Phone, given: OpenTask) -> None:
    draft = phone.recording.get(begin(phone, given))
    basis = draft.facts["inspection"]["basis"]
    assert basis == {"kind": BasisKind.TASK.value, "number": "NV-2026-0001", "date": "2026-11-18"}


def test_one_task_has_one_open_draft(phone: Phone, given: OpenTask) -> None:
    draft = begin(phone, given)
    (again,) = phone.tasks.open()
    assert again.answer == draft
    assert begin(phone, again) == draft
    assert len(phone.recording.drafts()) == 1


def test_a_draft_thrown_away_answers_nothing(phone: Phone, given: OpenTask) -> None:
    phone.recording.discard(begin(phone, given))
    (again,) = phone.tasks.open()
    assert again.answer is None
    assert begin(phone, again) in [draft.id for draft in phone.recording.drafts()]


def test_a_report_that_arrived_closes_the_task_when_the_office_is_asked(
    phone: Phone, server: FakeServer, given: OpenTask
) -> None:
    draft = begin(phone, given)
    phone.sealing.seal(draft)
    phone.tasks.pull()
    (waiting,) = phone.tasks.open()  # not sent: the office knows of nothing
    assert waiting.answer == draft
    phone.sending.send_round(phone.clock.now())
    phone.tasks.pull()
    assert phone.tasks.open() == ()
    assert str(draft) in server.reports


def test_a_report_that_named_another_task_after_all_answers_nothing(
    phone: Phone, server: FakeServer, given: OpenTask
) -> None:
    draft = begin(phone, given)
    facts = phone.recording.get(draft).facts
    phone.recording.save(draft, facts=facts | {"inspection": facts["inspection"] | {"basis": PATROL}})
    phone.sealing.seal(draft)
    phone.sending.send_round(phone.clock.now())
    phone.tasks.pull()
    (again,) = phone.tasks.open()
    assert again.answer is None


PATROL = {"kind": BasisKind.PATROL.value, "number": None, "date": None}


def test_each_officer_of_a_phone_has_their_own(phone: Phone, server: FakeServer, given: OpenTask) -> None:
    an = me(phone)
    phone.enrolment.enrol(server.code_for(officer("Lê Cường (minh họa)")))
    assert phone.tasks.open() == ()
    assert phone.tasks.asked_at() is None
    assert phone.tasks.pull() == 0  # and An's stay
    phone.enrolment.change_to(an)
    assert [one.task.id for one in phone.tasks.open()] == [given.task.id]


def test_asked_at_is_when_the_office_answered(phone: Phone, server: FakeServer, given: OpenTask) -> None:
    before = phone.tasks.asked_at()
    assert before == phone.clock.now()
    server.fail("html", path="tasks/", status=502)
    with pytest.raises(Problem):
        phone.tasks.pull()
    assert phone.tasks.asked_at() == before
    assert [one.task.id for one in phone.tasks.open()] == [given.task.id]


@pytest.mark.parametrize(
    "bent",
    [
        {"due": "ngày mai"},
        {"due": None},
        {"given_by": None},
        {"id": "không phải"},
        {"licence": "12/GP-UBND"},
        {"licence": {"id": "x"}},
        {"report": "x"},
        {"given_at": "hôm qua"},
    ],
    ids=str,
)
def test_nonsense_is_refused_whole_and_what_is_here_stays(
    phone: Phone, server: FakeServer, given: OpenTask, bent: dict[str, Any]
) -> None:
    server.tasks.append(task(me(phone), "NV-2026-0002", **bent))
    with pytest.raises(Problem, match="answer_invalid"):
        phone.tasks.pull()
    assert [one.task.id for one in phone.tasks.open()] == [given.task.id]


def test_an_older_office_that_has_no_tasks_disturbs_nothing(phone: Phone, server: FakeServer, given: OpenTask) -> None:
    server.fail("problem", path="tasks/", status=404, code="not_found")
    with pytest.raises(ServerProblem):
        phone.tasks.pull()
    assert phone.tasks.open() == (given,)


def test_without_a_token_nothing_is_asked(phone: Phone, server: FakeServer, given: OpenTask) -> None:
    phone.enrolment.sign_out()
    server.log.clear()
    with pytest.raises(Problem, match="not_enrolled"):
        phone.tasks.pull()
    assert server.log == []


def test_wifi_only_means_it(phone: Phone, server: FakeServer, given: OpenTask, network: FakeNetwork) -> None:
    phone.traffic.choose(Policy.ALL_ON_WIFI)
    network.now = NetworkKind.MOBILE
    server.log.clear()
    with pytest.raises(Problem, match="waits_for_wifi"):
        phone.tasks.pull()
    assert server.log == []
