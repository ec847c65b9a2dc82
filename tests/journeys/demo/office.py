"""The office as processes of its own: database, server, background worker; and its API as a supervisor calls it."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

import requests

from tests.journeys.demo.screen import fail

MANAGE = ("backend/manage.py",)


class Office:
    """Runs the server from `root`, with everything it keeps below `var`. `port` is where it listens on 127.0.0.1."""

    def __init__(self, root: Path, var: Path, port: int) -> None:
        self.root, self.var, self.port = root, var, port
        self.url = f"http://127.0.0.1:{port}"
        self.logs = var / "logs"
        self.logs.mkdir(parents=True, exist_ok=True)
        self._environment = {**os.environ, "KK_VAR": str(var), "PYTHONPATH": str(root)}
        self._server: subprocess.Popen[bytes] | None = None
        self._worker: subprocess.Popen[bytes] | None = None

    def manage(self, *arguments: str, exit_code: int = 0) -> str:
        """Run a management command; its output. Failed with its last line when it exits with another code."""
        done = subprocess.run(
            [sys.executable, *MANAGE, *arguments],
            cwd=self.root,
            env=self._environment,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != exit_code:
            last = (done.stderr.strip() or done.stdout.strip() or "?").splitlines()[-1]
            fail(f"Lệnh {arguments[0]} không chạy được: {last}", f"{arguments[0]} failed")
        return done.stdout

    def start_server(self) -> None:
        """gunicorn on the port; returns when `/healthz` answers."""
        self.refuse_taken_port()
        gunicorn = [
            sys.executable,
            "-m",
            "gunicorn",
            "-c",
            "python:backend.config.gunicorn",
            "backend.config.wsgi",
            "--log-level",
            "warning",
        ]
        environment = {**self._environment, "KK_BIND": f"127.0.0.1:{self.port}"}
        self._server = subprocess.Popen(
            gunicorn, cwd=self.root, env=environment, stdout=self._log("server"), stderr=subprocess.STDOUT
        )
        self._until_healthy()

    def start_worker(self) -> None:
        command = [sys.executable, *MANAGE, "db_worker", "--interval", "0.2"]
        self._worker = subprocess.Popen(
            command, cwd=self.root, env=self._environment, stdout=self._log("worker"), stderr=subprocess.STDOUT
        )

    def stop_server(self) -> None:
        _end(self._server)
        self._server = None

    def stop(self) -> None:
        self.stop_server()
        _end(self._worker)
        self._worker = None

    def wait(self) -> None:
        """Until the server ends or somebody interrupts."""
        if self._server is not None:
            self._server.wait()

    def _log(self, name: str) -> IO[bytes]:
        return (self.logs / f"{name}.log").open("ab")

    def refuse_taken_port(self) -> None:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", self.port))
            except OSError:
                fail(
                    f"Cổng {self.port} đang có chương trình khác dùng; tắt chương trình đó hoặc đặt DEMO_PORT=8001",
                    f"port {self.port} is taken; stop what uses it or set DEMO_PORT=8001",
                )

    def _until_healthy(self) -> None:
        for _ in range(300):
            if self._server is None or self._server.poll() is not None:
                break
            try:
                if requests.get(f"{self.url}/healthz", timeout=2).status_code == 200:
                    return
            except requests.RequestException:
                pass  # not listening yet, or still waking up
            time.sleep(0.1)
        fail(
            f"Máy chủ không khởi động được; xem {self.logs / 'server.log'}",
            f"the server did not start; see {self.logs / 'server.log'}",
        )


def _end(process: subprocess.Popen[bytes] | None) -> None:
    if process is None or process.poll() is not None:
        return
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(timeout=15)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


class Api:
    """The API with one person's token. Anything but success ends the job with the problem's own sentence."""

    def __init__(self, url: str, username: str, password: str) -> None:
        self._base = f"{url}/api/v1/"
        self._session = requests.Session()
        answer = self.post("auth/login/", {"username": username, "password": password})
        self.officer: dict[str, Any] = answer["officer"]
        self._session.headers["Authorization"] = f"Token {answer['token']}"

    def get(self, path: str, **query: Any) -> dict[str, Any]:
        return self._json(self._session.get(self._base + path, params=query, timeout=30))

    def post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        return self._json(self._session.post(self._base + path, json=body, timeout=30))

    def download(self, path: str) -> bytes:
        answer = self._session.get(self._base + path, timeout=60)
        if not answer.ok:
            self._json(answer)
        return answer.content

    def all(self, path: str, **query: Any) -> Iterator[dict[str, Any]]:
        """Every row of a list, page by page."""
        page = self.get(path, **query)
        while True:
            yield from page["results"]
            if not page["next"]:
                return
            page = self._json(self._session.get(page["next"], timeout=30))

    @staticmethod
    def _json(answer: requests.Response) -> dict[str, Any]:
        body: dict[str, Any] = answer.json() if answer.content else {}
        if not answer.ok:
            fail(
                f"Máy chủ từ chối: {body.get('detail', answer.status_code)}", f"the server refused: {body.get('code')}"
            )
        return body
