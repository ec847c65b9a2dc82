"""How each blow is dealt to a machine of the run, and taken back."""

import random
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from tests.soak.deck import Blow
from tests.soak.handset import Handset

if TYPE_CHECKING:
    from tests.soak.run import Run

YEAR_S = 365.25 * 86_400
AWAY_S = (0.3, 0.9)  # how long a disk is full or away


class Striker:
    def __init__(self, run: "Run") -> None:
        self._run = run

    @property
    def _dice(self) -> random.Random:
        return self._run.dice

    def strike(self, blow: Blow) -> None:
        deal: Callable[[], None] = getattr(self, blow.value)
        deal()

    # --- kills

    def kill_server(self) -> None:
        self._run.office.kill_server()
        self._meanwhile(0.2)
        self._run.office.start_server()

    def kill_server_worker(self) -> None:
        deadline = time.monotonic() + 10
        while not self._run.office.kill_server_worker(self._dice.choice):
            if time.monotonic() > deadline:
                raise RuntimeError("the server has no workers")
            time.sleep(0.05)

    def kill_task_worker(self) -> None:
        self._run.office.kill_worker()
        self._run.office.start_worker()

    def kill_phone(self) -> None:
        phone = self._phone()
        self._run.file(phone)
        time.sleep(self._dice.random() * 0.15)  # somewhere in recording, sealing or sending
        phone.kill()
        phone.start()

    # --- clocks

    def clock_back(self) -> None:
        self._jump(-self._dice.uniform(1, 8) * YEAR_S)

    def clock_forward(self) -> None:
        self._jump(self._dice.uniform(1, 8) * YEAR_S)

    def _jump(self, seconds: float) -> None:
        phone = self._phone()
        phone.order(do="clock", by=seconds)
        self._run.file(phone)

    # --- disks

    def disk_full_phone(self) -> None:
        phone = self._phone()
        phone.disk.fill(phone.pids)
        for _ in range(2):
            self._run.file(phone)
        self._meanwhile(self._dice.uniform(*AWAY_S))
        phone.disk.free(phone.pids)

    def disk_full_server(self) -> None:
        office = self._run.office
        self._run.disk.fill(office.pids)
        self._meanwhile(self._dice.uniform(*AWAY_S))
        self._run.disk.free(office.pids)

    def storage_away(self) -> None:
        """As when a volume is not mounted: the folder's place is empty, what lies there is not seen; and when it is
        mounted again, what was written in its place is not seen."""
        self._without(lambda place: None)

    def storage_broken(self) -> None:
        self._without(lambda place: place.write_bytes(b""))

    def _without(self, put_in_place: Callable[[Path], object]) -> None:
        store = self._run.office.folder / "evidence"
        aside = store.with_name(f"evidence-away-{self._run.struck.total()}")
        store.mkdir(exist_ok=True)
        store.rename(aside)
        put_in_place(store)
        self._meanwhile(self._dice.uniform(*AWAY_S))
        while True:
            try:
                if store.exists():
                    store.rename(store.with_name(f"{aside.name}-instead"))
                aside.rename(store)
                return
            except OSError:
                continue  # the office made the folder anew between the two

    # --- the database

    def database_restart(self) -> None:
        cluster = self._run.plan.cluster
        assert cluster is not None
        cluster.stop(self._dice.choice(("immediate", "fast")))
        self._meanwhile(0.2)
        cluster.start()

    def sessions_cut(self) -> None:
        cluster = self._run.plan.cluster
        assert cluster is not None
        cluster.cut_sessions()

    # --- small parts

    def _phone(self) -> Handset:
        return self._dice.choice(self._run.phones)

    def _meanwhile(self, seconds: float) -> None:
        """Work goes on while something is away."""
        self._run.file()
        time.sleep(seconds)
