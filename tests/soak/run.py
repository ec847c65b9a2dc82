"""One run: an office, some phones, a bad line between them; faults one after another; then calm, and the count."""

import hashlib
import json
import random
import shutil
import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.factories.reports import jpeg
from tests.fakes.line import FaultLine
from tests.fakes.line_faults import Fault as LineFault
from tests.soak import books, checks
from tests.soak.blows import Striker
from tests.soak.deck import Card, name_of
from tests.soak.disks import Disk, can_mount
from tests.soak.handset import Handset, wait_all_drained
from tests.soak.office import Office
from tests.soak.postgres import Cluster

ARMED_AT_ONCE = 4
STRIKE_S = 20.0  # how long the line has for what is armed, while reports are filed
CALM_S = 180.0
BACKLOG = 24
SIZES = (3_000, 30_000, 120_000, 300_000)
LARGE = 2_000_000
PICTURES = 0.15
SOUND = b"ID3\x04" + bytes(6)  # how an MP3 file begins


@dataclass(frozen=True, slots=True)
class Plan:
    """`folder`: everything of the run lies there. `prepared`: (folder, token) of an office that is copied instead of
    made. `cluster`: where the database is, None for SQLite."""

    folder: Path
    seed: int
    phones: int = 3
    prepared: tuple[Path, str] | None = None
    cluster: Cluster | None = None


class Run:
    def __init__(self, plan: Plan, say: Callable[[str], None]) -> None:
        self.plan, self.say = plan, say
        self.dice = random.Random(plan.seed)
        self.struck: Counter[str] = Counter()
        self.photos: dict[str, Path] = {}
        self.filings = 0
        self.began = time.monotonic()
        self._figures: dict[str, Any] = {}
        logs = plan.folder / "logs"
        logs.mkdir(parents=True)
        (plan.folder / "camera").mkdir()
        self.disk = Disk(plan.folder / "office")
        self.office = Office(self.disk.at / "var", logs, plan.cluster.url if plan.cluster else None)
        self.line = FaultLine(self.office.port, seed=plan.seed)
        self.phones = [Handset(n, plan.folder / "phones", logs, self.line.url) for n in range(1, plan.phones + 1)]
        self.striker = Striker(self)

    # --- before

    def begin(self) -> None:
        self._open_office()
        for phone in self.phones:
            phone.start()
        for phone in self.phones:
            phone.wait_for("ready")
            phone.order(do="enrol", code=self.office.enrolment_code())
            phone.wait_for("enrolled")
        self.say(f"{len(self.phones)} điện thoại đã kích hoạt / phones enrolled  ({self.seconds:.0f} s)")

    def _open_office(self) -> None:
        if self.plan.prepared is not None:
            folder, token = self.plan.prepared
            shutil.copytree(folder, self.office.folder)
            self.office.use_prepared(token)
        else:
            self.office.folder.mkdir(parents=True)
            self.office.prepare()
        self.office.start_worker()
        self.office.start_server()

    @property
    def seconds(self) -> float:
        return time.monotonic() - self.began

    # --- work and faults

    def file(self, phone: Handset | None = None) -> None:
        """Order one report with 0–3 pictures; now and then a large one, or one that was used before."""
        self.filings += 1
        chosen = phone or self.dice.choice(self.phones)
        pictures = [str(self._picture()) for _ in range(self.dice.choices((0, 1, 2, 3), (15, 45, 25, 15))[0])]
        chosen.order(do="file", place=f"nơi {self.filings} (minh họa)", photos=pictures)

    def _picture(self) -> Path:
        if self.photos and self.dice.random() < 0.08:
            return self.dice.choice(list(self.photos.values()))
        size = LARGE if self.dice.random() < 0.06 else self.dice.choice(SIZES)
        # Pictures cost the office a look each; most files of a run are sound.
        begin = jpeg(len(self.photos)) if self.dice.random() < PICTURES else SOUND
        content = begin + self.dice.randbytes(size)
        sha256 = hashlib.sha256(content).hexdigest()
        path = self.plan.folder / "camera" / str(len(self.photos))
        path.write_bytes(content)
        self.photos[sha256] = path
        return path

    def strike_all(self, cards: Iterable[Card]) -> None:
        """Each fault in turn, the phones filing and sending meanwhile; returns when each has struck."""
        for number, card in enumerate(cards, 1):
            self.line.wait_until(lambda: self._backlog < BACKLOG, 1.0)
            if self._backlog < BACKLOG:
                self.file()
            if isinstance(card, LineFault):
                self._while_working(lambda: self.line.armed < ARMED_AT_ONCE)
                self.line.arm(card)
            else:
                self.striker.strike(card)
                self.struck[card.value] += 1
            self.tend()
            if number % 10 == 0:
                self.say(self._progress(name_of(card)))
        self._while_working(lambda: self.line.armed == 0)

    @property
    def _backlog(self) -> int:
        """How much waits on the phones: were it to grow, faults would meet reports only and hardly a file."""
        return sum(phone.waiting for phone in self.phones)

    def _while_working(self, done: Callable[[], bool]) -> None:
        """Until the line has done what was wanted: every fault strikes only where something passes."""
        deadline = time.monotonic() + STRIKE_S
        while not self.line.wait_until(done, 0.4):
            self.tend()
            self.file()
            if time.monotonic() > deadline:
                left = [fault.name for fault in self.line.disarm()]
                raise RuntimeError(f"these faults found nothing to strike: {left}")

    def tend(self) -> None:
        """What a service manager and an officer do: start again what ended."""
        self.office.tend()
        for phone in self.phones:
            phone.tend()

    @property
    def all_struck(self) -> Counter[str]:
        return self.struck + self.line.struck

    def _progress(self, last: str) -> str:
        sealed = sum(len(phone.sealed) for phone in self.phones)
        megabytes = self.line.up_bytes / 1e6
        return (
            f"{self.all_struck.total():4d} lỗi, {sealed} phiếu, {megabytes:.1f} MB / faults, reports, MB up"
            f"  ({self.seconds:.0f} s; {last})"
        )

    # --- after

    def calm(self) -> list[checks.Fault]:
        """No faults any more: everything has to arrive."""
        self.line.disarm()
        self.tend()
        self.office.wait_healthy()
        late = wait_all_drained(self.phones, CALM_S, self.tend)
        self.say(f"Điện thoại đã gửi hết / phones have nothing left  ({self.seconds:.0f} s)")
        found = [checks.Fault("did_not_arrive", words) for words in late] + self._wait_for_tasks()
        self.say(f"Việc nền đã xong / background work is done  ({self.seconds:.0f} s)")
        return found

    def _wait_for_tasks(self) -> list[checks.Fault]:
        deadline = time.monotonic() + CALM_S / 3
        while waiting := books.tasks_waiting(self.office.database):
            if time.monotonic() > deadline:
                return [checks.Fault("tasks_left", str(waiting))]
            self.office.tend()  # what a killed worker left or what failed is taken up by the worker itself
            time.sleep(0.1)
        return [checks.Fault("did_not_arrive", words) for words in wait_all_drained(self.phones, CALM_S, self.tend)]

    def count(self) -> list[checks.Fault]:
        """Everything off, then the books of both sides."""
        found = []
        health = self.office.health()
        if health != 200:
            found.append(checks.Fault("not_healthy", str(health)))
        for phone in self.phones:
            phone.stop()
            found += [checks.Fault("phone_crashed", words) for words in phone.crashes]
        self.line.close()
        self.office.stop()
        found += [checks.Fault("line_broke", repr(error)) for error in self.line.errors]
        kept = [books.read_phone(phone.number, phone.home, phone.sealed) for phone in self.phones]
        there = books.read_office(self.office.folder, self.office.database)
        found += checks.faults(there, kept, self.photos, self.line.corrupted)
        found += audit_whole(self.office, books.receipts_of(kept), self.plan.folder)
        self._figures = _count_figures(there, kept)
        return found

    def record(self, found: list[checks.Fault]) -> dict[str, Any]:
        """What is written down of this run."""
        struck = self.all_struck
        return {
            "ok": not found,
            "seed": self.plan.seed,
            "database": "sqlite" if self.plan.cluster is None else "postgresql",
            "full_disk_by": "tmpfs" if can_mount() else "RLIMIT_FSIZE",
            "seconds": round(self.seconds, 1),
            "faults": struck.total(),
            "struck": dict(sorted(struck.items())),
            "phones": len(self.phones),
            **self._figures,
            "up_bytes": self.line.up_bytes,
            "down_bytes": self.line.down_bytes,
            "told_by_phones": dict(sum((phone.problems for phone in self.phones), Counter())),
            "office_raised": self.office.defects(),
            "office_ended_by_itself": Counter(self.office.deaths),
            "found": [str(fault) for fault in found],
        }

    def keep(self) -> None:
        """What lies on disks that end with this program, copied beside them."""
        if can_mount():
            for disk in (self.disk, *(phone.disk for phone in self.phones)):
                shutil.copytree(disk.at, self.plan.folder / "kept" / disk.at.name, dirs_exist_ok=True)

    def close(self) -> None:
        for phone in self.phones:
            phone.kill()
        self.line.close()
        self.office.kill_server()
        self.office.kill_worker()


def _count_figures(office: books.OfficeBooks, phones: list[books.PhoneBooks]) -> dict[str, Any]:
    return {
        "reports": len(office.reports),
        "files": len(office.evidence),
        "content_bytes": sum(row.size for row in office.evidence),
        "sealed": sum(len(phone.reports) for phone in phones),
        "confirmed": sum(kept.state == checks.CONFIRMED for phone in phones for kept in phone.reports),
        "quarantined": len(office.quarantine),
        "unfinished_tasks": Counter(office.unfinished),
    }


def audit_whole(office: Office, receipts: list[dict[str, Any]], folder: Path) -> list[checks.Fault]:
    """The office's own verification, against every head that a receipt on a phone names."""
    heads = folder / "receipts.jsonl"
    heads.write_text("".join(json.dumps(receipt) + "\n" for receipt in receipts), encoding="utf-8")
    done = office.manage("audit_verify", "--against", str(heads))
    if done.returncode:
        return [checks.Fault("audit", (done.stdout + done.stderr)[-1500:])]
    return []
