"""Where the phone's real parts are put together; everything else receives them."""

import sqlite3
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from mobile.device.clock import SystemClock, uptime
from mobile.device.space import free_bytes
from mobile.ports import Clock, FreeSpace, Machine, Network, Uptime
from mobile.services.enrolment import SERVER, Enrolment
from mobile.services.pin import Pins
from mobile.services.recording import Recording
from mobile.services.reference import ReferenceData
from mobile.services.reviews import ReviewNews
from mobile.services.room import Room
from mobile.services.tasks import TaskList
from mobile.services.traffic import Traffic
from mobile.storage.accounts import SqliteAccounts
from mobile.storage.backups import SqliteBackups
from mobile.storage.chain_log import ChainLog
from mobile.storage.database import Database
from mobile.storage.drafts import SqliteDrafts
from mobile.storage.files import FileFolder
from mobile.storage.good_copy import GoodCopy
from mobile.storage.held import SqliteHeld
from mobile.storage.locking import lock_old_files, lock_old_rows
from mobile.storage.outbox import SqliteOutbox
from mobile.storage.pins import SqlitePins
from mobile.storage.preferences import SqlitePreferences
from mobile.storage.recovery import CHAIN, GOOD, NAME, closed, is_damage, open_database, suspect
from mobile.storage.reference import SqliteReference
from mobile.storage.relayed import SqliteRelayed
from mobile.storage.reviews import SqliteReviews
from mobile.storage.tasks import SqliteTasks
from mobile.storage.vault import open_vault
from mobile.transport.api import HttpServerApi
from mobile.transport.http import Http
from shared.problems import Problem

if TYPE_CHECKING:
    from mobile.ports.recovered import Recovered
    from mobile.services.correcting import Correcting
    from mobile.services.positioning import Positioning
    from mobile.services.relay import Relay
    from mobile.services.sealing import Sealing
    from mobile.services.sending import Sending

APP = "kiem-khoang"
VERSION = "0.1.0"
MAPS = "maps"  # folder of .mbtiles files below the phone's home


@dataclass(frozen=True, slots=True)
class _Device:
    machine: Machine
    clock: Clock
    network: Network
    uptime: Uptime
    space: FreeSpace | None


class Phone:
    """`leftovers`: files that a crash left whole but without a row; they lie in `files/leftovers` for a person.

    What the first screen does not need is made, and its modules are loaded, when it is first asked for.
    """

    def __init__(
        self, home: Path, database: Database, api: HttpServerApi, device: _Device, recovered: "Recovered | None"
    ) -> None:
        self._home, self._database, self._api, self._device = home, database, api, device
        self.recovered = recovered
        self.clock, self.machine, self.uptime = device.clock, device.machine, device.uptime
        self.keystore = device.machine.keystore()
        self.vault = open_vault(database, device.machine.wrapping())
        lock_old_rows(database, self.vault)
        self.accounts, self.preferences = SqliteAccounts(database, self.vault), SqlitePreferences(database)
        self.drafts = SqliteDrafts(database, self.vault)
        self.outbox = SqliteOutbox(database, self.vault, ChainLog(home / CHAIN))
        self.relayed, self.backups = SqliteRelayed(database, self.vault), SqliteBackups(database)
        self.files = FileFolder(home / "files", self.vault)
        self.leftovers = _sweep(self.files, self.outbox, self.relayed, self.drafts)
        lock_old_files(database, self.files)
        self.traffic = Traffic(device.network, self.preferences)
        self.good = GoodCopy(home / NAME, home / GOOD, device.uptime)
        if not (home / GOOD).exists():
            self.good.keep()  # it has the data key, without which nothing that is locked can be recovered

    def close(self) -> None:
        self._api.close()
        self.files.close()
        self._database.close()
        closed(self._home)

    # --- the officers and what came from the office

    @cached_property
    def enrolment(self) -> Enrolment:
        machine = self.machine
        return Enrolment(
            self.accounts, self.preferences, self._api, self.keystore, model=machine.model, platform=machine.platform
        )

    @cached_property
    def pins(self) -> Pins:
        return Pins(SqlitePins(self._database, self.vault), self.accounts, self.uptime)

    @cached_property
    def reference(self) -> ReferenceData:
        reference = SqliteReference(self._database)
        return ReferenceData(reference, self.accounts, self._api, self.clock, self.traffic.report_may)

    @cached_property
    def reviews(self) -> ReviewNews:
        return ReviewNews(self._reviews, self.accounts, self._api, self.traffic.report_may)

    @cached_property
    def tasks(self) -> TaskList:
        return TaskList(
            SqliteTasks(self._database, self.vault),
            self.accounts,
            self.outbox,
            self.preferences,
            self._api,
            self.clock,
            self.traffic.report_may,
        )

    # --- reports

    @cached_property
    def recording(self) -> Recording:
        return Recording(self.drafts, self.files, self.clock)

    @cached_property
    def positioning(self) -> "Positioning":
        from mobile.services.positioning import Positioning

        return Positioning(self.machine.receiver(), self.clock)

    @cached_property
    def sealing(self) -> "Sealing":
        from mobile.services.sealing import Sealing
        from shared.wire.v1.messages import App

        app = App(APP, VERSION, self.machine.platform)
        return Sealing(self.drafts, self.outbox, self.accounts, self.reference, self.keystore, self.clock, app)

    @cached_property
    def correcting(self) -> "Correcting":
        from mobile.services.correcting import Correcting

        return Correcting(self.recording, self.outbox, self._reviews)

    # --- their way

    @cached_property
    def sending(self) -> "Sending":
        from mobile.services.backups import BackupNews
        from mobile.services.sending import Sending

        news = BackupNews(self.backups, self.accounts, self._api, self.keystore, self.preferences)
        return Sending(
            self.outbox,
            self.relayed,
            self.accounts,
            self.files,
            self._api,
            self.keystore,
            self.clock,
            self.traffic,
            news,
        )

    @cached_property
    def relay(self) -> "Relay":
        from mobile.services.relay import Relay

        return Relay(self.outbox, self.relayed, self.files, self._held, self.accounts, self.keystore, self.clock)

    @cached_property
    def room(self) -> Room:
        home = self._home
        return Room(self._held, lambda: _size_of(home / MAPS), self._device.space or free_bytes(home))

    # --- stores that two services share

    @cached_property
    def _reviews(self) -> SqliteReviews:
        return SqliteReviews(self._database, self.vault)

    @cached_property
    def _held(self) -> SqliteHeld:
        return SqliteHeld(self._database)


def open_phone(
    home: Path,
    *,
    server: str,
    gnss: str | None = None,
    machine: Machine | None = None,
    clock: Clock | None = None,
    network: Network | None = None,
    api: HttpServerApi | None = None,
    uptime: Uptime = uptime,
    space: FreeSpace | None = None,
    model: str = "desktop",
) -> Phone:
    """A phone whose key, database and files lie under `home` (made when missing, for this user only).

    `server`: address up to and without `/api/v1`, until an enrolment names another; "" for none yet. `api`: in place of
    one made for that address. `machine`: a desktop where none is given, and then `gnss` is its receiver (see
    `mobile.device.gnss_source.open_gnss`; None for none) and `model` its name. Nothing is reached yet. Problem
    `key_unsafe`, `phone_data_newer`, `phone_data_locked`.
    """
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    ticking = clock or SystemClock()
    made = machine or _desktop(home, ticking, gnss, model)
    device = _Device(made, ticking, network or made.network(), uptime, space)
    try:
        return _open(home, server, api, device)
    except (sqlite3.DatabaseError, UnicodeDecodeError, Problem) as error:
        if not is_damage(error, home):
            raise
    suspect(home)
    return _open(home, server, api, device)


def _desktop(home: Path, clock: Clock, gnss: str | None, model: str) -> Machine:
    from mobile.device.desktop import Desktop  # a phone needs none of it

    return Desktop(home, clock, gnss, model)


def _open(home: Path, server: str, api: HttpServerApi | None, device: _Device) -> Phone:
    database, recovered = open_database(home, device.machine.wrapping(), device.clock.now)
    try:
        reached = api or HttpServerApi(Http(SqlitePreferences(database).get(SERVER) or server))
        return Phone(home, database, reached, device, recovered)
    except BaseException:
        database.close()
        closed(home)
        raise


def _sweep(files: FileFolder, outbox: SqliteOutbox, relayed: SqliteRelayed, drafts: SqliteDrafts) -> tuple[str, ...]:
    return files.sweep(
        lambda: outbox.file_names() | relayed.file_names(),
        lambda stored, label: relayed.adopt(stored) or drafts.adopt(stored, label),
    )


def _size_of(folder: Path) -> int:
    """Bytes of the files in it."""
    return sum(path.stat().st_size for path in folder.iterdir() if path.is_file()) if folder.is_dir() else 0
