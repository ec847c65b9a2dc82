"""A report comes back from a supervisor and is corrected: a real phone, a real office, HTTP between them."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from mobile.bootstrap import Phone, open_phone
from mobile.ports import Verdict
from shared.wire.v1.records import Kind, Purpose
from tests.backend.sync.office import Office, office_folder
from tests.factories import reports as make


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    running = Office(office_folder(tmp_path_factory))
    running.start()
    yield running
    running.stop()


def asked(office: Office, method: str, path: str, body: Any = None) -> Any:
    """By Bình, who supervises An's unit."""
    token = (office.folder / "token").read_text(encoding="ascii")
    sent = None if body is None else json.dumps(body).encode()
    headers = {"Authorization": f"Token {token}", "Content_Type": "application/json"}
    answer = office.request(method, f"/api/v1/{path}", sent, **headers)
    assert answer.status < 300, answer.content
    return answer.json()


@pytest.fixture
def phone(office: Office, tmp_path: Path) -> Iterator[Phone]:
    """Enrolled for An."""
    with closing(sqlite3.connect(office.folder / "kiemkhoang.sqlite3")) as rows:
        an = rows.execute("SELECT id FROM accounts_officer WHERE username = 'an'").fetchone()[0]
    opened = open_phone(tmp_path / "phone", server=f"http://127.0.0.1:{office.port}")
    opened.enrolment.enrol(asked(office, "POST", "devices/codes/", {"officer": an})["code"])
    yield opened
    opened.close()


def test_a_returned_report_is_corrected(phone: Phone, office: Office, tmp_path: Path) -> None:
    picture = tmp_path / "anh.jpg"
    picture.write_bytes(make.jpeg("bien so"))
    draft = phone.recording.start(Kind.TRANSPORT)
    phone.recording.attach(draft.id, picture, purpose=Purpose.PLATE)
    phone.recording.save(draft.id, facts=make.transport_facts(place="Bến cũ"))
    first = phone.sealing.seal(draft.id)
    phone.sending.send_round(datetime.now(UTC))
    assert phone.reviews.pull() == 0

    asked(office, "POST", f"reports/{first.id}/review/", {"verdict": "returned", "note": "Sai địa điểm"})
    assert phone.reviews.pull() == 1
    assert phone.reviews.pull() == 0
    (back,) = phone.reviews.to_correct()
    assert (back.report, back.verdict, back.note) == (first.id, Verdict.RETURNED, "Sai địa điểm")

    corrected = phone.correcting.begin(first.id)
    facts = {**phone.recording.get(corrected).facts, "place": "Bến mới"}
    phone.recording.save(corrected, facts=facts)
    second = phone.sealing.seal(corrected)
    phone.sending.send_round(datetime.now(UTC))

    shown = asked(office, "GET", f"reports/{second.id}/")
    assert (shown["facts"]["place"], shown["supersedes"]) == ("Bến mới", str(first.id))
    assert [file["state"] for file in shown["evidence"]] == ["confirmed"]
    assert phone.reviews.to_correct() == ()

    asked(office, "POST", f"reports/{second.id}/review/", {"verdict": "accepted"})
    assert asked(office, "GET", f"reports/{first.id}/")["state"] == "superseded"
    assert phone.reviews.pull() == 0
