"""Where the phone's real parts are put together; everything else receives them."""

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from mobile.device.clock import SystemClock, uptime
from mobile.device.desktop import Desktop
from mobile.device.space import free_bytes
from mobile.ports import Clock, FreeSpace, Keystore, Machine, Network, Uptime, Vault
from mobile.ports.recovered import Recovered
from mobile.services.backups import BackupNews
from mobile.services.correcting import Correcting
from mobile.services.enrolment import SERVER, Enrolment
from mobile.services.pin import Pins
from mobile.services.positioning import Positioning
from mobile.services.recording import Recording
from mobile.services.reference import ReferenceData
from mobile.services.relay import Relay
from mobile.services.reviews import ReviewNews
from mobile.services.room import Room
from mobile.services.sealing import Sealing
from mobile.services.sending import Sending
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
from shared.wire.v1.messages import App

APP = "kiem-khoang"
VERSION = "0.1.0"
MAPS = "maps"  # folder of .mbtiles files below the phone's home


@dataclass(frozen=True, slots=True)
class Phone:
    """`leftovers`: files that a crash left whole but without a row; they lie in `files/leftovers` for a person."""

    clock: Clock
    machine: Machine
    keystore: Keystore
    enrolment: Enrolment
    pins: Pins
    uptime: Uptime
    reference: ReferenceData
    positioning: Positioning
    recording: Recording
    sealing: Sealing
    reviews: ReviewNews
    correcting: Correcting
    tasks: TaskList
    sending: Sending
    relay: Relay
    traffic: Traffic
    preferences: SqlitePreferences
    vault: Vault
    backups: SqliteBackups
    accounts: SqliteAccounts
    drafts: SqliteDrafts
    outbox: SqliteOutbox
    relayed: SqliteRelayed
    files: FileFolder
    leftovers: tuple[str, ...]
    good: GoodCopy
    room: Room
    recovered: Recovered | None
    close: Callable[[], None]


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

    `server`: address up to and without `/api/v1`, until the QR of an enrolment names another. `api`: in the place of
    one made for that address. `machine`: a desktop where none is given, and then `gnss` is its receiver (see
    `mobile.device.gnss_source.open_gnss`; None for none) and `model` its name. Nothing is reached yet. Problem
    `key_unsafe`, `phone_data_newer`, `phone_data_locked`.
    """
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    ticking = clock or SystemClock()
    made: Machine = machine or Desktop(home, ticking, gnss, model)
    device = _Device(made, ticking, network or made.network(), uptime, space)
    try:
        return _open(home, server, api, device)
    except (sqlite3.DatabaseError, UnicodeDecodeError, Problem) as error:
        if not is_damage(error, home):
            raise
    suspect(home)
    return _open(home, server, api, device)


def _open(home: Path, server: str, api: HttpServerApi | None, device: "_Device") -> Phone:
    database, recovered = open_database(home, device.machine.wrapping(), device.clock.now)
    try:
        reached = api or HttpServerApi(Http(SqlitePreferences(database).get(SERVER) or server))
        return _assemble(home, database, reached, device, recovered)
    except BaseException:
        database.close()
        closed(home)
        raise


@dataclass(frozen=True, slots=True)
class _Device:
    machine: Machine
    clock: Clock
    network: Network
    uptime: Uptime
    space: FreeSpace | None


def _assemble(
    home: Path, database: Database, api: HttpServerApi, device: _Device, recovered: Recovered | None
) -> Phone:
    clock, machine = device.clock, device.machine
    keystore = machine.keystore()
    vault = open_vault(database, machine.wrapping())
    lock_old_rows(database, vault)
    accounts = SqliteAccounts(database, vault)
    drafts, outbox = SqliteDrafts(database, vault), SqliteOutbox(database, vault, ChainLog(home / CHAIN))
    preferences, relayed, backups = SqlitePreferences(database), SqliteRelayed(database, vault), SqliteBackups(database)
    traffic = Traffic(device.network, preferences)
    files = FileFolder(home / "files", vault)
    leftovers = _sweep(files, outbox, relayed, drafts)
    lock_old_files(database, files)
    reference = ReferenceData(SqliteReference(database), accounts, api, clock, traffic.report_may)
    good = GoodCopy(home / NAME, home / GOOD, device.uptime)
    if not (home / GOOD).exists():
        good.keep()  # it has the data key, without which nothing that is locked can be recovered
    news = BackupNews(backups, accounts, api, keystore, preferences)

    def close() -> None:
        api.close()
        files.close()
        database.close()
        closed(home)

    recording, reviews, held = Recording(drafts, files, clock), SqliteReviews(database, vault), SqliteHeld(database)
    return Phone(
        clock=clock,
        machine=machine,
        keystore=keystore,
        enrolment=Enrolment(accounts, preferences, api, keystore, model=machine.model, platform=machine.platform),
        pins=Pins(SqlitePins(database, vault), accounts, device.uptime),
        uptime=device.uptime,
        reference=reference,
        positioning=Positioning(machine.receiver(), clock),
        recording=recording,
        sealing=Sealing(drafts, outbox, accounts, reference, keystore, clock, App(APP, VERSION, machine.platform)),
        reviews=ReviewNews(reviews, accounts, api, traffic.report_may),
        correcting=Correcting(recording, outbox, reviews),
        tasks=TaskList(SqliteTasks(database, vault), accounts, outbox, preferences, api, clock, traffic.report_may),
        sending=Sending(outbox, relayed, accounts, files, api, keystore, clock, traffic, news),
        relay=Relay(outbox, relayed, files, held, accounts, keystore, clock),
        traffic=traffic,
        preferences=preferences,
        vault=vault,
        backups=backups,
        accounts=accounts,
        drafts=drafts,
        outbox=outbox,
        relayed=relayed,
        files=files,
        leftovers=leftovers,
        good=good,
        room=Room(held, lambda: _size_of(home / MAPS), device.space or free_bytes(home)),
        recovered=recovered,
        close=close,
    )


def _sweep(files: FileFolder, outbox: SqliteOutbox, relayed: SqliteRelayed, drafts: SqliteDrafts) -> tuple[str, ...]:
    return files.sweep(
        lambda: outbox.file_names() | relayed.file_names(),
        lambda stored, label: relayed.adopt(stored) or drafts.adopt(stored, label),
    )


def _size_of(folder: Path) -> int:
    """Bytes of the files in it."""
    return sum(path.stat().st_size for path in folder.iterdir() if path.is_file()) if folder.is_dir() else 0
