"""A real office with gunicorn, and a real phone that is enrolled at it."""

import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from mobile.bootstrap import Phone, open_phone
from tests.backend.sync.office import Office, office_folder


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    running = Office(office_folder(tmp_path_factory))
    running.start()
    yield running
    running.stop()


@pytest.fixture
def binh(office: Office) -> Callable[..., Any]:
    """Asks the office as Bình, who supervises An's unit: `binh("POST", "devices/codes/", {…})`."""
    token = (office.folder / "token").read_text(encoding="ascii")

    def ask(method: str, path: str, body: Any = None) -> Any:
        sent = None if body is None else json.dumps(body).encode()
        headers = {"Authorization": f"Token {token}", "Content_Type": "application/json"}
        answer = office.request(method, f"/api/v1/{path}", sent, **headers)
        assert answer.status < 300, answer.content
        return answer.json()

    return ask


@pytest.fixture
def an(office: Office) -> str:
    """Id of the officer."""
    with closing(sqlite3.connect(office.folder / "kiemkhoang.sqlite3")) as rows:
        return str(rows.execute("SELECT id FROM accounts_officer WHERE username = 'an'").fetchone()[0])


@pytest.fixture
def phone(office: Office, binh: Callable[..., Any], an: str, tmp_path: Path) -> Iterator[Phone]:
    """Enrolled for An."""
    opened = open_phone(tmp_path / "phone", server=f"http://127.0.0.1:{office.port}")
    opened.enrolment.enrol(binh("POST", "devices/codes/", {"officer": an})["code"])
    yield opened
    opened.close()
