"""Load on a real office: clients in processes of their own, and the CPU that the office's processes spend on it.

`python -m tests.bench.load <file>` is one such process: the file holds a pickled list of `Errand`, one a connection.
"""

import http.client
import json
import os
import pickle
import subprocess
import sys
import threading
import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from typing import Any

from tests.bench.frame import ROOT

PATIENCE_S = 120
_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Errand:
    """What one client sends, one request after the other over one connection: (method, path, body).

    `headers`: of each request beside its token, none where it is shorter.

    `wanted`: the status every answer must have. `each`: statuses wanted within every answer of a batch, 0 where there
    are none.
    """

    port: int
    token: str
    requests: tuple[tuple[str, str, bytes], ...]
    wanted: int
    each: int = 0
    headers: tuple[dict[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Load:
    """`seconds`: from the first request to the last answer of all clients. `waits_ms`: of every request, sorted."""

    seconds: float
    waits_ms: tuple[float, ...]

    def percentile(self, share: float) -> float:
        return self.waits_ms[min(len(self.waits_ms) - 1, int(share * len(self.waits_ms)))]


def run(errands: Sequence[Errand], folder: Path, *, processes: int) -> Load:
    """All errands at once, shared out among `processes`. RuntimeError when an answer is not the wanted one."""
    clients = []
    for place in range(processes):
        path = folder / f"errands-{place}"
        path.write_bytes(pickle.dumps(list(errands[place::processes])))
        clients.append(
            subprocess.Popen(
                [sys.executable, "-m", "tests.bench.load", str(path)],
                cwd=ROOT,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
        )
    try:
        for client in clients:
            _line(client)  # it has read its errands and holds its connections
        for client in clients:
            if client.stdin is None:
                raise RuntimeError("no way to start a client")
            client.stdin.write("go\n")
            client.stdin.flush()
        said = [json.loads(_line(client)) for client in clients]
    finally:
        for client in clients:
            client.kill()
            client.communicate()
    if wrong := [words for one in said for words in one["wrong"]]:
        raise RuntimeError(f"{len(wrong)} wrong answers: {wrong[:3]}")
    asked, answered = sum(len(one.requests) for one in errands), sum(len(one["waits_ms"]) for one in said)
    if asked != answered:
        raise RuntimeError(f"{answered} answers to {asked} requests")
    begun, ended = min(one["begun"] for one in said), max(one["ended"] for one in said)
    return Load(ended - begun, tuple(sorted(wait for one in said for wait in one["waits_ms"])))


def _line(client: "subprocess.Popen[str]") -> str:
    line = "" if client.stdout is None else client.stdout.readline()
    if not line:
        raise RuntimeError(f"a client ended: {client.poll()}")
    return line


def cpu_seconds(pids: Collection[int]) -> float:
    """User and system time of these processes and of their children that ended; those that are gone count nothing."""
    total = 0.0
    for pid in pids:
        try:
            stat = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace")
        except (FileNotFoundError, ProcessLookupError):
            continue
        total += sum(int(word) for word in stat.rpartition(")")[2].split()[11:15]) / _TICKS
    return total


def children(pid: int) -> list[int]:
    return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()]


# --- the client's own process


class _Client(threading.Thread):
    def __init__(self, errand: Errand, start: threading.Event) -> None:
        super().__init__(daemon=True)
        self.errand, self.go = errand, start
        self.waits_ms: list[float] = []
        self.wrong: list[str] = []
        self.connection = http.client.HTTPConnection("127.0.0.1", errand.port, timeout=PATIENCE_S)

    def run(self) -> None:
        self.go.wait()
        headers = {"Authorization": f"Token {self.errand.token}", "Content-Type": "application/json"}
        for (method, path, body), more in zip_longest(self.errand.requests, self.errand.headers, fillvalue={}):
            begun = time.perf_counter()
            try:
                self.connection.request(method, path, body or None, {**headers, **more})
                answer = self.connection.getresponse()
                content = answer.read()
            except (OSError, http.client.HTTPException) as error:
                self.wrong.append(repr(error))
                return
            self.waits_ms.append(1000 * (time.perf_counter() - begun))
            if answer.status != self.errand.wanted or not self._each_is_right(content):
                self.wrong.append(f"{answer.status} {content[:300]!r}")
        self.connection.close()

    def _each_is_right(self, content: bytes) -> bool:
        if not self.errand.each:
            return True
        return all(one["status"] == self.errand.each for one in json.loads(content)["results"])


def _main(path: str) -> None:
    errands: list[Errand] = pickle.loads(Path(path).read_bytes())  # noqa: S301 - written by `run`
    start = threading.Event()
    clients = [_Client(errand, start) for errand in errands]
    for client in clients:
        client.start()
    _say("ready")
    sys.stdin.readline()
    begun = time.time()
    start.set()
    for client in clients:
        client.join()
    ended = time.time()
    waits = [wait for client in clients for wait in client.waits_ms]
    wrong = [words for client in clients for words in client.wrong]
    _say({"begun": begun, "ended": ended, "waits_ms": waits, "wrong": wrong})


def _say(value: Any) -> None:
    sys.stdout.write(json.dumps(value) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    _main(sys.argv[1])
