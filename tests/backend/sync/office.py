"""A real office: gunicorn with threads over a SQLite file of its own, reached by HTTP on this machine only."""

import fcntl
import http.client
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from shared.wire.v1.seal import SealedReport
from tests.backend.sync.helpers import body_of
from tests.factories.reports import SealingPhone

ROOT = Path(__file__).resolve().parents[3]
PATIENCE_S = 30


@dataclass(frozen=True)
class Reply:
    status: int
    headers: dict[str, str]
    content: bytes

    def json(self) -> Any:
        return json.loads(self.content)


class Office:
    """`folder`: database, evidence, keys and log. May be killed and started again over the same folder.

    `settings`: environment of the server (KK_…) beside what every office here has.
    """

    def __init__(self, folder: Path, **settings: str) -> None:
        self.folder, self.settings = folder, settings
        self.port = 0
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def log(self) -> str:
        return (self.folder / "log").read_text(encoding="utf-8", errors="replace")

    def start(self) -> None:
        command = "-m gunicorn -c python:backend.config.gunicorn"
        begun = len(self.log) if (self.folder / "log").exists() else 0
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, *command.split(), "backend.config.wsgi:application"],
                cwd=ROOT,
                env={**_environment(self.folder), **self.settings},
                stdout=log,
                stderr=log,
            )
        deadline = time.monotonic() + PATIENCE_S
        try:
            while not self._is_up(begun):
                assert self.process.poll() is None, self.log[begun:]
                assert time.monotonic() < deadline, self.log[begun:]
                time.sleep(0.05)
        except BaseException:
            self.process.kill()
            self.process.wait(10)
            raise

    def _is_up(self, begun: int) -> bool:
        listening = re.search(r"http://127\.0\.0\.1:(\d+)", self.log[begun:])
        if listening is None:
            return False
        self.port = int(listening[1])
        try:
            return self.request("GET", "/healthz").status == 200
        except OSError:
            return False

    @property
    def workers(self) -> list[int]:
        assert self.process is not None
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text(encoding="ascii")
        return [int(pid) for pid in children.split()]

    def stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGQUIT)  # at once: what a test left open is not waited for
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.kill()

    def kill(self) -> None:
        """As if the power went: nobody gets to tidy up."""
        assert self.process is not None
        for pid in [self.process.pid, *self.workers]:
            os.kill(pid, signal.SIGKILL)
        self.process.wait(10)

    def connect(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE_S)

    def request(self, method: str, path: str, body: bytes | Iterable[bytes] | None = None, **headers: str) -> Reply:
        """`headers`: `Upload_Offset="0"` is sent as `Upload-Offset`."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE_S)) as connection:
            connection.request(method, path, body, named)
            answer = connection.getresponse()
            return Reply(answer.status, dict(answer.headers), answer.read())

    def put(self, sealed: SealedReport, **headers: str) -> Reply:
        path = f"/api/v1/reports/{sealed.manifest.id}/"
        return self.request("PUT", path, body_of(sealed), Content_Type="application/json", **headers)

    def enrolled_phone(self) -> tuple[SealingPhone, dict[str, str]]:
        """A phone of An's, enrolled by HTTP: (phone, header with its token)."""
        binh = {"Authorization": f"Token {(self.folder / 'token').read_text(encoding='ascii')}"}
        agreed = {**binh, "Content_Type": "application/json"}
        an = self.request("GET", "/api/v1/me/", None, **binh).json()
        code = self.request("POST", "/api/v1/devices/codes/", json.dumps({"officer": an["id"]}).encode(), **agreed)
        phone = SealingPhone()
        wish = {"code": code.json()["code"], "public_key": phone.public_key_pem, "model": "thử", "platform": "test"}
        answer = self.request(
            "POST", "/api/v1/devices/enrol/", json.dumps(wish).encode(), Content_Type="application/json"
        )
        assert answer.status == 201, answer.content
        enrolled = answer.json()
        phone.device = UUID(enrolled["device"])
        phone.officer, phone.unit = UUID(enrolled["officer"]["id"]), UUID(enrolled["officer"]["unit"])
        return phone, {"Authorization": f"Token {enrolled['token']}"}


def office_folder(factory: pytest.TempPathFactory) -> Path:
    """A fresh folder with a migrated database; migrating is done once for all processes of a test run."""
    base = factory.getbasetemp()
    shared = base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base
    template = shared / "office-template"
    with (shared / "office-template.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not template.exists():
            making = shared / "office-template-making"
            making.mkdir()
            token = subprocess.run(
                [sys.executable, "-m", "tests.backend.sync.set_up_office"],
                cwd=ROOT,
                env=_environment(making),
                check=True,
                capture_output=True,
                text=True,
            )
            (making / "token").write_text(token.stdout, encoding="ascii")
            making.rename(template)
    return Path(shutil.copytree(template, factory.mktemp("office") / "var"))


def _environment(folder: Path) -> dict[str, str]:
    return {
        **os.environ,
        "KK_VAR": str(folder),
        "DATABASE_URL": f"sqlite:///{folder / 'kiemkhoang.sqlite3'}",
        "KK_TASKS": "django_tasks_db.DatabaseBackend",
        "KK_LOG_LEVEL": "INFO",
        "KK_BIND": "127.0.0.1:0",
        "KK_WORKERS": "2",
        "KK_THREADS": "8",
        "PYTHONUNBUFFERED": "1",
    }
