"""A supervisor gives a task, it travels down, and a report that names it answers it: a real phone, a real office."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from mobile.bootstrap import Phone
from mobile.composition import Screens
from mobile.presenters.routes import Route, Screen
from shared.clock import VIETNAM
from shared.i18n import Words
from shared.wire.v1.codec import encode
from tests.factories import reports as make
from tests.fakes.shell import FakeShell


def test_a_task_is_given_done_and_corrected(phone: Phone, binh: Callable[..., Any], an: str, tmp_path: Path) -> None:
    due = datetime.now(UTC).astimezone(VIETNAM).date() + timedelta(days=3)
    words = "Cân lại xe ở bến Gạch (minh họa)"
    given = binh("POST", "tasks/", {"officer": an, "words": words, "due": due.isoformat()})
    assert phone.tasks.pull() == 1
    (one,) = phone.tasks.open()
    assert (str(one.task.id), one.task.number, one.task.words, one.task.due) == (
        given["id"],
        given["number"],
        words,
        due,
    )

    shell = FakeShell()
    screens = Screens(phone, Words("vi"), tmp_path / "phone")
    task: Any = screens.presenter(Route(Screen.TASK, given["id"]), shell)
    task.start("transport")
    (draft,) = phone.recording.drafts()
    basis = draft.facts["inspection"]["basis"]
    facts: dict[str, Any] = encode(make.transport_facts())
    phone.recording.save(draft.id, facts={**facts, "inspection": {**facts["inspection"], "basis": basis}})
    phone.sealing.seal(draft.id)
    phone.sending.send_round(datetime.now(UTC))

    done = binh("GET", f"tasks/{given['id']}/")
    assert (done["state"], done["answer"]) == ("done", str(draft.id))
    phone.tasks.pull()
    assert phone.tasks.open() == ()

    binh("POST", f"reports/{draft.id}/review/", {"verdict": "returned", "note": "Thiếu phiếu cân"})
    phone.reviews.pull()
    second = phone.sealing.seal(phone.correcting.begin(draft.id))
    phone.sending.send_round(datetime.now(UTC))
    assert binh("GET", f"tasks/{given['id']}/")["answer"] == str(second.id)
