"""A phone of the run as whoever holds it sees it: starts it, gives it orders, hears what it says, kills it."""

import json
import subprocess
import threading
import time
from collections import Counter
from pathlib import Path
from typing import Any

from tests.soak import processes
from tests.soak.disks import Disk, can_mount

PATIENCE_S = 60.0


class Handset:
    """`sealed`: report → manifest hash, of every report that this phone said it had sealed. `crashes`: tracebacks.
    `problems`: codes it told → how often."""

    def __init__(self, number: int, folder: Path, logs: Path, server: str) -> None:
        self.number = number
        self.home = folder / f"phone-{number}" / "home"
        self.disk = Disk(folder / f"phone-{number}")
        self.sealed: dict[str, str] = {}
        self.crashes: list[str] = []
        self.problems: Counter[str] = Counter()
        self.kills = 0
        self.waiting = 0  # reports and files, as it last said
        self.drained = 0  # ticket of the last order to send everything that it has fulfilled
        self._log = logs / f"phone-{number}.log"
        self._server = server
        self._process: subprocess.Popen[bytes] | None = None
        self._said: Counter[str] = Counter()
        self._heard = threading.Condition()

    def start(self) -> None:
        self._process = processes.start(
            ["-m", "tests.soak.phone", str(self.home), self._server],
            self._log,
            {} if can_mount() else {"KK_SOAK_BY_LIMIT": "1"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        threading.Thread(target=self._listen, args=(self._process,), daemon=True).start()

    @property
    def pids(self) -> list[int]:
        return [] if self._process is None else [self._process.pid]

    def order(self, **command: Any) -> bool:
        """False when the phone is off."""
        if self._process is None or self._process.stdin is None:
            return False
        try:
            self._process.stdin.write(json.dumps(command).encode() + b"\n")
            self._process.stdin.flush()
        except OSError:
            return False
        return True

    def wait_for(self, event: str, times: int = 1, timeout: float = PATIENCE_S) -> None:
        """Until the phone has said `event` so many times since its last start. TimeoutError."""
        with self._heard:
            if not self._heard.wait_for(lambda: self._said[event] >= times, timeout):
                raise TimeoutError(f"phone {self.number} did not say {event}: {dict(self._said)} {dict(self.problems)}")

    def kill(self) -> None:
        processes.kill_tree(self._process)
        self.kills += 1
        self._process = None
        with self._heard:
            self._said.clear()

    def tend(self) -> None:
        """Start again what ended by itself: a phone that could not start because its disk was full."""
        if self._process is not None and self._process.poll() is not None:
            with self._heard:
                self._said.clear()
            self.start()

    def stop(self) -> None:
        if self._process is not None and self._process.stdin is not None:
            try:
                self._process.stdin.close()
                self._process.wait(15)
            except (OSError, subprocess.TimeoutExpired):
                processes.kill_tree(self._process)
        self._process = None

    def _listen(self, process: "subprocess.Popen[bytes]") -> None:
        assert process.stdout is not None
        with process.stdout as stream:
            for line in stream:
                if line.endswith(b"\n"):  # a half line was never said
                    self._hear(json.loads(line))

    def _hear(self, said: dict[str, Any]) -> None:
        with self._heard:
            self._said[said["event"]] += 1
            match said["event"]:
                case "drained":
                    self.drained = said["ticket"]
                case "sealed":
                    self.sealed[said["report"]] = said["manifest"]
                case "crashed":
                    self.crashes.append(said["words"])
                case "problem":
                    self.problems[said["code"]] += 1
                case "round":
                    self.waiting = said["waiting"]
                    self.problems.update(said["failures"])
                    if said["problem"]:
                        self.problems[said["problem"]] += 1
            self._heard.notify_all()


def wait_all_drained(phones: list[Handset], timeout: float, tend: Any) -> list[str]:
    """Ask every phone to send what is left; those that did not manage in time."""
    late, deadline = [], time.monotonic() + timeout
    ticket = max(phone.drained for phone in phones) + 1
    for phone in phones:
        phone.order(do="drain", ticket=ticket)
        asked = time.monotonic()
        while phone.drained < ticket and time.monotonic() < deadline:
            time.sleep(0.05)
            if time.monotonic() > asked + 1:  # it may have been started anew meanwhile
                tend()
                phone.order(do="drain", ticket=ticket)
                asked = time.monotonic()
        if phone.drained < ticket:
            late.append(f"phone {phone.number}: {phone.waiting} waiting; {dict(phone.problems)}")
    return late
