"""The office of a run as processes of its own: database, server, background worker."""

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

from tests.soak import processes
from tests.soak.postgres import free_port
from tests.soak.processes import ROOT

PATIENCE_S = 60.0
ABANDONED_S = 8.0  # no task of a run takes longer
GUNICORN_CONFIG = "backend/config/gunicorn.py"


class Office:
    """Everything it keeps lies in `folder`. `database`: URL, None for SQLite in the folder."""

    def __init__(self, folder: Path, logs: Path, database: str | None = None) -> None:
        self.folder, self.logs = folder, logs
        self.port = free_port()
        self.database = database or f"sqlite:///{folder / 'kiemkhoang.sqlite3'}"
        self.deaths: list[str] = []  # programs that ended although nobody killed them
        self._server: subprocess.Popen[bytes] | None = None
        self._worker: subprocess.Popen[bytes] | None = None
        self._token = ""

    @property
    def environment(self) -> dict[str, str]:
        return {
            "KK_VAR": str(self.folder),
            "DATABASE_URL": self.database,
            "KK_TASKS": "django_tasks_db.DatabaseBackend",
            "KK_LOG_LEVEL": "WARNING",
            "KK_RATE_DELIVERY": "1000000/min",  # all phones of a run have one address
            "KK_RATE_ENROL": "1000/min",
            "KK_TASK_ABANDONED_S": str(ABANDONED_S),
            "KK_TASK_RETRY_FIRST_S": "0.2",
            "KK_TASK_RETRY_LONGEST_S": "2",
            "KK_TASK_LOOK_S": "0.5",
            "PYTHONUNBUFFERED": "1",
        }

    # --- preparing

    def prepare(self) -> None:
        """An empty database with the cast of the tests in it."""
        self._token = self._run("-m", "tests.backend.sync.set_up_office").strip()

    def use_prepared(self, token: str) -> None:
        """The folder is the copy of a prepared one; `token`: of a supervisor in it."""
        self._token = token

    def manage(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [sys.executable, "backend/manage.py", *arguments],
            cwd=ROOT,
            env={**os.environ, **self.environment, "PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            check=False,
        )

    def _run(self, *command: str) -> str:
        done = subprocess.run(
            [sys.executable, *command],
            cwd=ROOT,
            env={**os.environ, **self.environment},
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise RuntimeError(f"{' '.join(command)}: {done.stderr[-2000:]}")
        return done.stdout

    def enrolment_code(self) -> str:
        an = self._ask("me/")
        return str(self._ask("devices/codes/", {"officer": an["id"]})["code"])

    def _ask(self, path: str, body: dict[str, Any] | None = None) -> Any:
        headers = {"Authorization": f"Token {self._token}", "Content-Type": "application/json"}
        content = None if body is None else json.dumps(body).encode()
        with urlopen(
            Request(f"http://127.0.0.1:{self.port}/api/v1/{path}", content, headers), timeout=PATIENCE_S
        ) as answer:
            return json.load(answer)

    # --- running

    def start_server(self, *, wait: bool = True) -> None:
        command = ["-m", "gunicorn", "backend.config.wsgi", "--bind", f"127.0.0.1:{self.port}", "--no-control-socket"]
        if (ROOT / GUNICORN_CONFIG).exists():
            command += ["--config", GUNICORN_CONFIG]
        else:
            command += ["--workers", "2", "--worker-class", "gthread", "--threads", "4", "--preload"]
        self._server = processes.start(command, self.logs / "server.log", self.environment)
        if wait:
            self.wait_healthy()

    def start_worker(self) -> None:
        command = ["backend/manage.py", "db_worker", "--interval", "0.2", "--no-startup-delay"]
        self._worker = processes.start(command, self.logs / "worker.log", self.environment)

    def tend(self) -> None:
        """Start again what died, as a service manager would."""
        if self._server is not None and self._server.poll() is not None:
            self.deaths.append(f"server: exit {self._server.returncode}")
            self.start_server(wait=False)
        if self._worker is not None and self._worker.poll() is not None:
            self.deaths.append(f"worker: exit {self._worker.returncode}")
            self.start_worker()

    def wait_healthy(self) -> None:
        """RuntimeError when it does not come up."""
        deadline, deaths = time.monotonic() + PATIENCE_S, len(self.deaths)
        while self.health() != 200:
            if time.monotonic() > deadline or len(self.deaths) > deaths + 3:
                raise RuntimeError(f"the office does not come up; see {self.logs / 'server.log'}")
            self.tend()
            time.sleep(0.05)

    def health(self) -> int:
        """Status of /healthz; 0 when nobody answers."""
        from http.client import HTTPConnection, HTTPException

        connection = HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request("GET", "/healthz")
            return connection.getresponse().status
        except (OSError, HTTPException):
            return 0
        finally:
            connection.close()

    def stop(self) -> None:
        for process in (self._server, self._worker):
            processes.end(process)
        self._server = self._worker = None

    # --- faults

    @property
    def pids(self) -> list[int]:
        return [process.pid for process in (self._server, self._worker) if process is not None]

    def kill_server(self) -> None:
        """The whole of it: master and workers."""
        processes.kill_tree(self._server)
        self._server = None

    def kill_server_worker(self, pick: Any) -> bool:
        """One of the processes that answer; its master starts another."""
        workers = processes.children(self._server.pid) if self._server is not None else []
        if workers:
            processes.kill(pick(workers))
        return bool(workers)

    def kill_worker(self) -> None:
        processes.kill_tree(self._worker)
        self._worker = None

    # --- what it said

    def defects(self) -> dict[str, int]:
        """Last lines of the tracebacks in the logs → how often."""
        counted: dict[str, int] = {}
        for line in self._raised():
            counted[line] = counted.get(line, 0) + 1
        return counted

    def _raised(self) -> Iterator[str]:
        for log in (self.logs / "server.log", self.logs / "worker.log"):
            if log.exists():
                for match in re.finditer(r"^([\w.]+(?:Error|Exception|Failure)\b[^\n]{0,160})", _text(log), re.M):
                    yield re.sub(r"'[^']*'|\d{2,}", "…", match[1])  # whose file or port it was says nothing


def _text(log: Path) -> str:
    # Tracebacks inside JSON lines have their line ends escaped.
    return log.read_text(encoding="utf-8", errors="replace").replace("\\n", "\n")
