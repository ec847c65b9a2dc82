"""A backup is taken while the office works, refused when it was touched, and puts everything back."""

import hashlib
import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.conf import LazySettings
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from rest_framework.test import APIClient

from backend.audit.models import Backup, Event, ServerKey
from backend.audit.signing import key_ensure
from backend.backups import databases, restoring, taking
from backend.backups.checking import snapshot_check
from backend.backups.vault import BackupFolder
from backend.inspections.evidence import evidence_path
from backend.inspections.models import Evidence
from shared.problems import Problem
from tests.backend.conftest import Cast, Deliverer, on_postgresql
from tests.backend.sync import tus
from tests.backend.sync.helpers import assert_signed_by
from tests.backend.sync.office import office_folder
from tests.factories.reports import jpeg

ROOT = Path(__file__).resolve().parents[3]
on_sqlite = pytest.mark.skipif(connection.vendor != "sqlite", reason="a SQLite file of its own")


@pytest.fixture
def filed(phone: Deliverer) -> list[str]:
    """Two reports, three originals, one of them declared twice; their hashes."""
    pictures = [jpeg("a"), jpeg("b"), jpeg("c")]
    for contents in (pictures[:2], pictures[1:]):
        sealed = phone.phone.seal(files=contents)
        assert phone.put(sealed).status_code == 201
        for entry, content in zip(sealed.manifest.evidence, contents, strict=True):
            path = tus.create(phone.api, sealed.manifest.id, entry)
            assert tus.patch(phone.api, path, tus.head(phone.api, path)[0], content).status_code in (204, 409)
    assert not Evidence.objects.exclude(state="confirmed").exists()
    return sorted(hashlib.sha256(content).hexdigest() for content in pictures)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "sao-luu"


@pytest.fixture
def dumped(monkeypatch: pytest.MonkeyPatch) -> None:
    """The test's own transaction is not committed, so no other connection could read it: the rest is tested here, the
    real dump with real databases below."""

    def dump(target: Path) -> None:
        target.write_bytes(b"a database")

    monkeypatch.setattr(databases, "dump", dump)


def take(folder: Path, **options: Any) -> taking.Taken:
    return taking.backup_take(folder=folder, now=timezone.now(), **options)


def check(folder: Path, **options: Any) -> None:
    vault = BackupFolder(folder)
    snapshot_check(vault.snapshot(), vault, **options)


@pytest.mark.usefixtures("dumped")
def test_it_holds_every_original_once_and_the_second_copies_what_is_new(
    filed: list[str], phone: Deliverer, folder: Path
) -> None:
    first = take(folder)
    assert (first.files, first.copied, first.keys) == (3, 3, False)
    assert sorted(file.sha256 for file in BackupFolder(folder).snapshot().files()) == filed
    check(folder)
    second = take(folder)
    assert (second.files, second.copied) == (3, 0)
    row = Backup.objects.order_by("id").last()
    assert row is not None
    assert row.name == second.name == BackupFolder(folder).snapshots()[-1]
    event = Event.objects.get(action="backup:taken", subject=f"backup:{row.name}")
    assert row.index == event.index - 1
    assert json.loads(event.data)["manifest"] == row.manifest_sha256


@pytest.mark.usefixtures("dumped")
def test_anything_changed_cut_or_missing_is_refused(filed: list[str], folder: Path) -> None:
    take(folder, passphrase="một hai ba")
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    assert {path.name for path in files} >= {"MANIFEST.json", "MANIFEST.sig", "FILES", *filed}
    for path in files:
        whole = path.read_bytes()
        path.chmod(0o640)
        for damaged in (whole[:-1], whole[:-1] + bytes([whole[-1] ^ 1]), b""):
            path.write_bytes(damaged)
            with pytest.raises(Problem, match="backup_damaged"):
                check(folder)
        path.unlink()
        with pytest.raises(Problem, match="backup_damaged"):
            check(folder)
        path.write_bytes(whole)
    check(folder)


@pytest.mark.usefixtures("dumped", "filed")
def test_a_backup_made_anew_by_somebody_else_is_found_with_a_key_known_from_outside(
    folder: Path, settings: LazySettings, tmp_path: Path
) -> None:
    ours = key_ensure(timezone.now()).public_key
    take(folder)
    check(folder, keys=[ours])
    snapshot = BackupFolder(folder).snapshot()
    forged = {**snapshot.manifest, "server_keys": [_stranger(tmp_path)]}
    raw = json.dumps(forged).encode()
    (snapshot.path / "MANIFEST.json").write_bytes(raw)
    signed = ["openssl", "dgst", "-sha256", "-sign", "key.pem", "-out", str(snapshot.path / "MANIFEST.sig")]
    subprocess.run([*signed, str(snapshot.path / "MANIFEST.json")], cwd=tmp_path, check=True)
    check(folder)  # it fits itself
    with pytest.raises(Problem, match="backup_damaged"):
        check(folder, keys=[ours])


def _stranger(folder: Path) -> dict[str, str]:
    make = "openssl ecparam -name prime256v1 -genkey -noout -out key.pem && openssl pkey -in key.pem -pubout"
    done = subprocess.run(["bash", "-c", make], cwd=folder, check=True, capture_output=True, text=True)
    return {"public_key": done.stdout}


@pytest.mark.usefixtures("dumped")
def test_a_damaged_original_is_not_copied_as_if_it_were_whole(filed: list[str], folder: Path) -> None:
    stored = evidence_path(filed[0])
    stored.chmod(0o640)
    stored.write_bytes(stored.read_bytes()[:-1] + b"x")
    with pytest.raises(Problem, match="backup_file_damaged"):
        take(folder)
    assert BackupFolder(folder).snapshots() == []
    assert not Backup.objects.exists()
    with pytest.raises(Problem, match="backup_missing"):
        BackupFolder(folder).snapshot()


@pytest.mark.usefixtures("dumped", "filed")
def test_one_that_was_interrupted_does_not_count(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def torn(*_: Any) -> str:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("backend.backups.vault.copied", torn)
        with pytest.raises(KeyboardInterrupt):
            take(folder)
    assert BackupFolder(folder).snapshots() == []
    assert take(folder).copied == 3
    assert [path.name[0] for path in (folder / "snapshots").iterdir()] == ["2"]


@pytest.mark.usefixtures("dumped", "filed")
def test_the_private_keys_are_in_it_only_behind_a_passphrase(folder: Path, settings: LazySettings) -> None:
    take(folder)
    assert not list(folder.rglob("*.pem"))
    take(folder, passphrase="một hai ba bốn")
    (locked,) = folder.rglob("*.pem")
    private = next(Path(settings.KEYS_DIR).glob("*.pem")).read_bytes()
    assert locked.read_bytes() != private
    assert b"ENCRYPTED" in locked.read_bytes()
    assert locked.stat().st_mode & 0o077 == 0


def test_what_the_command_says_when_it_cannot(tmp_path: Path, db: None) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(CommandError, match="Không ghi được vào .* cannot be written"):
        call_command("backup", str(tmp_path / "file" / "below"))
    with pytest.raises(CommandError, match="không có bản sao lưu đó.*There is no such backup"):
        call_command("restore", str(tmp_path / "none"), "--check")


# --- whole offices, as processes: the office's data are committed and the commands are the real ones


class Place:
    """An office's data on one kind of database: `var` and a database of its own."""

    def __init__(self, var: Path, url: str) -> None:
        self.var, self.url = var, url

    def manage(self, *arguments: str, passphrase: str = "") -> tuple[int, str]:
        own = {"KK_VAR": str(self.var), "DATABASE_URL": self.url, "KK_BACKUP_PASSPHRASE": passphrase}
        done = subprocess.run(
            [sys.executable, "backend/manage.py", *arguments],
            cwd=ROOT,
            env={**os.environ, **own},
            capture_output=True,
            text=True,
            check=False,
        )
        return done.returncode, done.stdout + done.stderr


@pytest.fixture
def new_place(tmp_path: Path) -> Iterator[Callable[[str], Place]]:
    made: list[str] = []
    server = connection.settings_dict

    def make(name: str) -> Place:
        var = tmp_path / name
        var.mkdir()
        if connection.vendor == "sqlite":
            return Place(var, f"sqlite:///{var / 'kiemkhoang.sqlite3'}")
        database = f"kk_backup_{uuid4().hex[:12]}"
        _elsewhere(f'CREATE DATABASE "{database}"')
        made.append(database)
        return Place(var, f"postgres://{server['USER']}@{server['HOST']}:{server['PORT']}/{database}")

    yield make
    for database in made:
        _elsewhere(f'DROP DATABASE "{database}" WITH (FORCE)')


def _elsewhere(statement: str) -> None:
    import psycopg

    server = connection.settings_dict
    where = {"host": server["HOST"], "port": server["PORT"], "user": server["USER"], "dbname": "postgres"}
    with psycopg.connect(**where, autocommit=True) as other:
        other.execute(statement)


@pytest.fixture
def office(new_place: Callable[[str], Place], tmp_path_factory: pytest.TempPathFactory) -> Place:
    """With people and a few events."""
    if connection.vendor == "sqlite":
        var = office_folder(tmp_path_factory)
        return Place(var, f"sqlite:///{var / 'kiemkhoang.sqlite3'}")
    place = new_place("cu")
    code, said = place.manage("shell", "--verbosity", "0", "-c", FILL)
    assert code == 0, said
    return place


FILL = """
from django.core.management import call_command
call_command("migrate", verbosity=0)
from tests.backend.conftest import make_cast
make_cast()
"""


def actions_in(place: Place) -> list[str]:
    statement = 'SELECT action FROM audit_event ORDER BY "index"'
    if connection.vendor == "sqlite":
        with closing(sqlite3.connect(place.var / "kiemkhoang.sqlite3")) as database:
            return [row[0] for row in database.execute(statement)]
    import psycopg

    with psycopg.connect(place.url) as server:
        return [row[0] for row in server.execute(statement).fetchall()]


def test_put_back_elsewhere_everything_is_there(office: Place, new_place: Callable[[str], Place], folder: Path) -> None:
    passphrase = "một hai ba bốn"
    before = actions_in(office)
    assert "officer:created" in before
    code, said = office.manage("backup", str(folder), passphrase=passphrase)
    assert code == 0, said
    assert "Đã sao lưu" in said
    before = [*before, "key:made"]  # with the first thing that the server signs
    assert actions_in(office) == [*before, "backup:taken"]
    elsewhere = new_place("moi")
    code, said = elsewhere.manage("restore", str(folder), passphrase=passphrase)
    assert code == 0, said
    keys = {path.name: path.read_bytes() for path in (office.var / "keys").glob("*.pem")}
    assert keys == {path.name: path.read_bytes() for path in (elsewhere.var / "keys").glob("*.pem")}
    assert len(keys) == 1
    assert actions_in(elsewhere) == [*before, "backup:restored"]
    if connection.vendor == "sqlite":
        # Once more over it: what stood there is kept beside.
        code, said = elsewhere.manage("restore", str(folder), "--replace")
        assert code == 0, said
        (kept,) = elsewhere.var.glob("kiemkhoang.sqlite3.before-*")
        with closing(sqlite3.connect(kept)) as database:
            query = "SELECT count(*) FROM audit_event WHERE action = 'backup:restored'"
            assert database.execute(query).fetchone() == (1,)
        assert actions_in(elsewhere) == [*before, "backup:restored"]


@on_sqlite
def test_a_database_whose_chain_was_changed_is_not_put_back(office: Place, folder: Path) -> None:
    """By somebody who signs the changed backup anew: the chain still tells."""
    assert office.manage("backup", str(folder))[0] == 0
    snapshot = BackupFolder(folder).snapshot()
    with closing(sqlite3.connect(snapshot.path / "database.sqlite3")) as changing:
        for (name,) in changing.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            changing.execute(f'DROP TRIGGER "{name}"')
        changing.execute('DELETE FROM audit_event WHERE "index" = 2')
        changing.commit()
    target = folder / "kiemkhoang.sqlite3"
    with pytest.raises(Problem, match="backup_chain"):
        restoring._put_sqlite(snapshot, target)
    assert not list(folder.glob("kiemkhoang.sqlite3*"))


@pytest.mark.usefixtures("dumped", "filed")
def test_a_wrong_passphrase_puts_nothing_back(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    take(folder, passphrase="một hai ba bốn")
    touched: list[str] = []
    for step in ("_put_files", "_put_sqlite", "_put_postgresql", "_put_key"):
        monkeypatch.setattr(restoring, step, lambda *_, step=step: touched.append(step))
    monkeypatch.setattr(databases, "is_empty", lambda: True)
    with pytest.raises(Problem, match="backup_passphrase"):
        restoring.backup_restore(folder=folder, now=timezone.now(), passphrase="sai")
    assert touched == []


@pytest.mark.usefixtures("dumped", "filed")
def test_an_office_that_has_data_is_not_overwritten(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    take(folder)
    if connection.vendor == "sqlite":
        (tmp_path / "standing").write_bytes(b"")
        monkeypatch.setitem(connection.settings_dict, "NAME", str(tmp_path / "standing"))
    with pytest.raises(Problem, match="backup_not_empty"):
        restoring.backup_restore(folder=folder, now=timezone.now())


@on_postgresql
def test_a_restore_that_fails_leaves_the_database_empty(new_place: Callable[[str], Place], tmp_path: Path) -> None:
    elsewhere = new_place("moi")
    code, said = elsewhere.manage("shell", "--verbosity", "0", "-c", FAIL)
    assert code == 0, said


FAIL = """
from django.db import connection
from backend.backups import databases
try:
    with databases.emptied_again():
        with connection.cursor() as cursor:
            cursor.execute("CREATE TABLE half (id integer)")
        raise RuntimeError("the chain does not hold")
except RuntimeError:
    pass
assert databases.is_empty()
"""


# --- "in the last backup", for people and for phones


def backed_up(phone: Deliverer, *manifests: str) -> dict[str, Any]:
    """As a stranger: no token is needed."""
    answer = APIClient().post("/api/v1/reports/backed-up/", {"manifests": manifests}, format="json")
    assert answer.status_code == 200, answer.content
    said: dict[str, Any] = answer.json()
    assert_signed_by(said, {"public_key": ServerKey.objects.get(id=said["key"]).public_key})
    return said


@pytest.mark.usefixtures("dumped")
def test_a_report_is_in_the_last_backup_when_all_its_files_are(
    phone: Deliverer, folder: Path, cast: Cast, as_: Callable[..., APIClient]
) -> None:
    content = jpeg("a")
    whole, half = phone.phone.seal(), phone.phone.seal(files=[content])
    for sealed in (whole, half):
        assert phone.put(sealed).status_code == 201
    mine = (whole.manifest_sha256, half.manifest_sha256)
    assert backed_up(phone, *mine) | {"key": "", "signature": ""} == {
        "taken_at": None, "manifests": [], "key": "", "signature": "",
    }  # fmt: skip
    take(folder)
    said = backed_up(phone, *mine, "f" * 64)
    assert said["taken_at"] is not None
    assert said["manifests"] == [whole.manifest_sha256]
    path = tus.create(phone.api, half.manifest.id, half.manifest.evidence[0])
    assert tus.patch(phone.api, path, 0, content).status_code == 204
    # Confirmed, but after the backup.
    assert backed_up(phone, *mine)["manifests"] == [whole.manifest_sha256]
    detail = as_(cast.binh).get(f"/api/v1/reports/{half.manifest.id}/").json()
    assert (detail["in_backup"], detail["evidence"][0]["in_backup"]) == (True, False)
    take(folder)
    assert backed_up(phone, *mine)["manifests"] == sorted(mine)
    detail = as_(cast.binh).get(f"/api/v1/reports/{half.manifest.id}/").json()
    assert detail["evidence"][0]["in_backup"] is True


def test_how_many_may_be_asked_for_and_in_what_form(db: None) -> None:
    for wrong in ([[1]], ["f" * 63], ["g" * 64], ["f" * 64 + "\n"], ["f" * 64] * 501, "f" * 64):
        answer = APIClient().post("/api/v1/reports/backed-up/", {"manifests": wrong}, format="json")
        assert (answer.status_code, answer.json()["code"]) == (400, "request_invalid"), wrong


@pytest.mark.usefixtures("dumped")
def test_asking_for_many_costs_as_many_queries_as_asking_for_one(
    phone: Deliverer, folder: Path, django_assert_num_queries: Any
) -> None:
    manifests = [phone.phone.seal(files=[jpeg(i)]) for i in range(6)]
    for sealed in manifests:
        assert phone.put(sealed).status_code == 201
    take(folder)
    backed_up(phone, manifests[0].manifest_sha256)  # the signing key is found once
    with CaptureQueriesContext(connection) as one:
        backed_up(phone, manifests[0].manifest_sha256)
    with django_assert_num_queries(len(one)):
        backed_up(phone, *(sealed.manifest_sha256 for sealed in manifests))
