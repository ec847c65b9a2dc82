"""Where the phone's real parts are put together; everything else receives them."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from mobile.device.clock import SystemClock
from mobile.device.keystore_file import FileKeystore
from mobile.ports import Clock, Gnss
from mobile.services.enrolment import Enrolment
from mobile.services.positioning import Positioning
from mobile.services.recording import Recording
from mobile.services.reference import ReferenceData
from mobile.services.sealing import Sealing
from mobile.services.sending import Sending
from mobile.storage.accounts import SqliteAccounts
from mobile.storage.database import Database
from mobile.storage.drafts import SqliteDrafts
from mobile.storage.files import FileFolder
from mobile.storage.outbox import SqliteOutbox
from mobile.storage.reference import SqliteReference
from mobile.transport.api import HttpServerApi
from mobile.transport.http import Http
from shared.wire.v1.messages import App

APP = "kiem-khoang"
VERSION = "0.1.0"


@dataclass(frozen=True, slots=True)
class Phone:
    """`leftovers`: files that a crash left whole but without a row; they lie in `files/leftovers` for a person."""

    clock: Clock
    keystore: FileKeystore
    enrolment: Enrolment
    reference: ReferenceData
    positioning: Positioning
    recording: Recording
    sealing: Sealing
    sending: Sending
    accounts: SqliteAccounts
    drafts: SqliteDrafts
    outbox: SqliteOutbox
    files: FileFolder
    leftovers: tuple[str, ...]
    close: Callable[[], None]


def open_phone(
    home: Path,
    *,
    server: str,
    gnss: str | None = None,
    clock: Clock | None = None,
    model: str = "desktop",
    platform: str = "linux",
) -> Phone:
    """A phone whose key, database and files lie under `home` (made when missing, for this user only).

    `server`: address up to and without `/api/v1`. `gnss`: see `mobile.device.gnss_source.open_gnss`; None for a phone
    without a receiver. Nothing is reached yet. Problem `key_unsafe`, `phone_data_newer`.
    """
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    return _assemble(home, HttpServerApi(Http(server)), gnss, clock or SystemClock(), model, platform)


def _assemble(home: Path, api: HttpServerApi, gnss: str | None, clock: Clock, model: str, platform: str) -> Phone:
    keystore = FileKeystore(home / "key.pem")
    database = Database(home / "phone.sqlite3")
    accounts, drafts, outbox = SqliteAccounts(database), SqliteDrafts(database), SqliteOutbox(database)
    files = FileFolder(home / "files")
    reference = ReferenceData(SqliteReference(database), accounts, api, clock)

    def close() -> None:
        api.close()
        files.close()
        database.close()

    return Phone(
        clock=clock,
        keystore=keystore,
        enrolment=Enrolment(accounts, api, keystore, model=model, platform=platform),
        reference=reference,
        positioning=Positioning(_receiver(gnss, clock), clock),
        recording=Recording(drafts, files, clock),
        sealing=Sealing(drafts, outbox, accounts, reference, keystore, clock, App(APP, VERSION, platform)),
        sending=Sending(outbox, accounts, files, api, keystore, clock),
        accounts=accounts,
        drafts=drafts,
        outbox=outbox,
        files=files,
        leftovers=files.sweep(outbox.file_names),
        close=close,
    )


def _receiver(url: str | None, clock: Clock) -> Callable[[], Gnss] | None:
    if url is None:
        return None
    address = url

    def open_receiver() -> Gnss:
        from mobile.device.gnss_source import open_gnss  # a phone without a receiver needs none of its libraries

        return open_gnss(address, clock)

    return open_receiver
