"""The server's key is changed while phones sleep, processes run and machines die; what was signed stays signed."""

import base64
import json
import subprocess
import sys
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings, settings
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client

from backend.audit import signing
from backend.audit.models import Event, ServerKey
from backend.audit.selectors import server_keys
from backend.audit.services import SYSTEM
from backend.audit.triggers import triggers_drop
from backend.audit.verifying import verify
from mobile.device.keystore_file import FileKeystore
from mobile.services.trust import check_hello, receipt_is_true
from shared.problems import Problem
from shared.wire.v1.canonical import canonical_bytes
from shared.wire.v1.messages import Hello, Receipt
from shared.wire.v1.signed import read_signed
from tests.backend.audit.test_record import NOW
from tests.backend.conftest import Deliverer, at_once, on_postgresql

NONCE = "một câu hỏi"


@pytest.fixture
def keystore(tmp_path: Path) -> FileKeystore:
    return FileKeystore(tmp_path / "phone.pem")


def hello(pinned: dict[str, str], keystore: FileKeystore) -> dict[str, str]:
    """What a phone that pinned these keys pins after the office's true answer."""
    answer = Client().get("/api/v1/hello/", {"nonce": NONCE})
    assert answer.status_code == 200
    return {key.id: key.public_key for key in check_hello(read_signed(Hello, answer.json()), NONCE, pinned, keystore)}


def pins(*rows: ServerKey) -> dict[str, str]:
    return {row.id: row.public_key for row in rows}


def holds(row: ServerKey, body: dict[str, Any], signature: str) -> bool:
    return signing.signature_holds(row.public_key, canonical_bytes(body), base64.b64decode(signature))


def files() -> set[str]:
    return {path.name for path in Path(settings.KEYS_DIR).iterdir()}


def test_new_key_signs_from_then_on_and_the_old_one_announces_it(db: None) -> None:
    old = signing.key_ensure(NOW)
    row = signing.key_rotate(NOW, "officer-1")
    assert server_keys() == [old, row]
    assert row.announced_by == old.id
    assert row.valid_from > old.valid_from  # though the clock stood still
    assert holds(row, {"a": 1}, signing.sign({"a": 1}))
    assert not holds(old, {"a": 1}, signing.sign({"a": 1}))
    event = Event.objects.get(action="key:rotated")
    assert (event.subject, event.actor, json.loads(event.data)) == (f"key:{row.id}", "officer-1", {"old": old.id})
    assert list(verify()) == []


def test_announcement_can_be_checked_with_openssl_alone(db: None, tmp_path: Path) -> None:
    old, row = signing.key_ensure(NOW), signing.key_rotate(NOW, SYSTEM)
    (tmp_path / "signature").write_bytes(base64.b64decode(row.announcement))
    (tmp_path / "message").write_bytes(signing.announced_bytes(row))
    (tmp_path / "old.pem").write_text(old.public_key, encoding="ascii")
    check = ["openssl", "dgst", "-sha256", "-verify", "old.pem", "-signature", "signature", "message"]
    assert subprocess.run(check, cwd=tmp_path, capture_output=True, check=True).stdout.strip() == b"Verified OK"


def test_phone_that_slept_through_two_rotations_follows_and_a_stranger_is_still_none(
    db: None, keystore: FileKeystore
) -> None:
    first = signing.key_ensure(NOW)
    asleep = pins(first)
    second = signing.key_rotate(NOW, SYSTEM)
    awake = hello(asleep, keystore)
    third = signing.key_rotate(NOW - timedelta(days=900), SYSTEM)  # the server's clock fell back
    assert awake == pins(first, second)
    assert hello(asleep, keystore) == hello(awake, keystore) == pins(first, second, third)
    for nobody in ({}, pins(ServerKey(id="f" * 64, public_key=keystore.public_key_pem))):
        with pytest.raises(Problem, match="not_our_server"):
            hello(nobody, keystore)
    triggers_drop()
    ServerKey.objects.filter(id=third.id).update(announcement=second.announcement)
    with pytest.raises(Problem, match="not_our_server"):
        hello(asleep, keystore)


def test_receipts_name_the_key_that_signed_them_whenever_it_changes(phone: Deliverer, keystore: FileKeystore) -> None:
    sealed = phone.phone.seal()
    first = phone.put(sealed).json()
    old = server_keys()[-1]
    row = signing.key_rotate(NOW, SYSTEM)
    second = phone.put(sealed).json()
    assert (first["key"], second["key"]) == (old.id, row.id)
    for receipt in (first, second):
        assert receipt_is_true(read_signed(Receipt, receipt), pins(old, row), keystore)
    assert not receipt_is_true(read_signed(Receipt, second), pins(old), keystore)


def test_message_whose_key_was_named_before_a_rotation_names_the_one_that_signed(db: None) -> None:
    old = signing.key_ensure(NOW)
    row = signing.key_rotate(NOW, SYSTEM)
    body = signing.signed_body({"key": old.id, "n": 1})
    assert body["key"] == row.id
    assert holds(row, {"key": row.id, "n": 1}, body["signature"])
    assert set(signing.signed_body({"n": 1})) == {"n", "signature"}


@on_postgresql  # the tests' SQLite lies in this process's memory
@pytest.mark.django_db(transaction=True)
def test_other_processes_sign_with_the_new_key_without_a_restart() -> None:
    """This process has the old key in its memory; another one rotates and destroys."""
    old = signing.key_ensure(NOW)
    signing.sign({"n": 1})
    program = (
        "import os, django; os.environ['DJANGO_SETTINGS_MODULE'] = 'backend.config.settings'; django.setup();"
        "from django.core.management import call_command; from django.conf import settings;"
        "from django.db import connection;"
        f"settings.KEYS_DIR = {str(settings.KEYS_DIR)!r};"
        f"connection.settings_dict['NAME'] = {connection.settings_dict['NAME']!r};"
        "call_command('rotate_key', '--destroy-old')"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    row = server_keys()[-1]
    assert row.id in done.stdout
    assert row != old
    assert holds(row, {"n": 2}, signing.sign({"n": 2}))
    assert signing._private_key.cache_info().currsize == 1  # the old one is out of memory


def test_rotated_and_destroyed_between_the_question_and_the_file(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    old = signing.key_ensure(NOW)
    row = signing.key_rotate(NOW, SYSTEM)
    signing.old_keys_destroy(NOW, SYSTEM)
    signing._private_key.cache_clear()
    monkeypatch.setattr(signing, "key_ensure", lambda _: old)
    assert holds(row, {"n": 1}, signing.sign({"n": 1}))


def test_old_private_keys_are_destroyed_only_when_told(db: None) -> None:
    rows = [signing.key_ensure(NOW), signing.key_rotate(NOW, SYSTEM), signing.key_rotate(NOW, SYSTEM)]
    assert {f"{row.id}.pem" for row in rows} <= files()
    assert signing.old_keys_destroy(NOW, SYSTEM) == [rows[0].id, rows[1].id]
    assert {name for name in files() if name.endswith(".pem")} == {f"{rows[2].id}.pem"}
    assert signing.old_keys_destroy(NOW, SYSTEM) == []
    subjects = Event.objects.filter(action="key:destroyed").values_list("subject", flat=True)
    assert list(subjects) == [f"key:{rows[0].id}", f"key:{rows[1].id}"]
    assert server_keys() == rows
    assert signing.sign({"n": 1})
    assert signing._private_key.cache_info().currsize == 1  # what is gone from the folder is gone from the memory


def test_files_of_keys_are_the_servers_alone_and_none_is_left_half_made(db: None) -> None:
    row = signing.key_rotate(NOW, SYSTEM)
    assert {path.stat().st_mode & 0o777 for path in Path(settings.KEYS_DIR).iterdir()} == {0o600}
    assert files() == {f"{row.announced_by}.pem", f"{row.id}.pem", f"{row.id}.json"}


# --- a machine that dies


def dies(monkeypatch: pytest.MonkeyPatch, at: str) -> None:
    def die(*_: Any, **__: Any) -> None:
        raise SystemExit("power cut")

    with monkeypatch.context() as patched:
        patched.setattr(at, die)
        with pytest.raises(SystemExit):
            signing.key_rotate(NOW, SYSTEM)


@pytest.mark.parametrize("at", ["record", "save"])
def test_rotation_that_died_between_its_files_and_its_row_is_finished_by_the_next(
    db: None, monkeypatch: pytest.MonkeyPatch, at: str, keystore: FileKeystore
) -> None:
    first = signing.key_ensure(NOW)
    dies(monkeypatch, {"record": "backend.audit.services.record", "save": "backend.audit.models.ServerKey.save"}[at])
    assert server_keys() == [first]
    assert holds(first, {"n": 1}, signing.sign({"n": 1}))  # goes on as it was
    before = files()
    row = signing.key_rotate(NOW + timedelta(days=1), SYSTEM)
    assert files() == before
    assert server_keys() == [first, row]
    assert hello(pins(first), keystore) == pins(first, row)
    assert Event.objects.filter(action="key:rotated").count() == 1
    another = signing.key_rotate(NOW + timedelta(days=2), SYSTEM)
    assert server_keys()[-1] == another != row


@pytest.mark.parametrize("file", [1, 2])
def test_rotation_that_died_within_its_files_begins_again(
    db: None, monkeypatch: pytest.MonkeyPatch, file: int, keystore: FileKeystore
) -> None:
    first = signing.key_ensure(NOW)
    link, calls = signing.os.link, []

    def die(*paths: Any) -> None:
        calls.append(paths)
        if len(calls) == file:
            raise SystemExit("power cut")
        link(*paths)

    with monkeypatch.context() as patched:
        patched.setattr(signing.os, "link", die)
        with pytest.raises(SystemExit):
            signing.key_rotate(NOW, SYSTEM)
    row = signing.key_rotate(NOW, SYSTEM)
    assert hello(pins(first), keystore) == pins(first, row)
    assert holds(row, {"n": 1}, signing.sign({"n": 1}))


def test_database_put_back_from_before_two_rotations_learns_its_keys_again(db: None, keystore: FileKeystore) -> None:
    """Phones have pinned the third, the first is destroyed: the folder knows what the database has forgotten."""
    first = signing.key_ensure(NOW)
    second, third = signing.key_rotate(NOW, SYSTEM), signing.key_rotate(NOW, SYSTEM)
    signing.old_keys_destroy(NOW, SYSTEM)
    triggers_drop()
    ServerKey.objects.exclude(id=first.id).delete()
    signing._private_key.cache_clear()
    with pytest.raises(FileNotFoundError):
        signing.sign({"n": 1})
    assert signing.key_rotate(NOW, SYSTEM) == third
    assert server_keys() == [first, second, third]
    assert hello(pins(first), keystore) == hello(pins(third, first), keystore) == pins(first, second, third)


def test_announcement_without_a_private_half_or_by_a_stranger_is_not_followed(db: None) -> None:
    first = signing.key_ensure(NOW)
    lost = signing.key_rotate(NOW, SYSTEM)
    triggers_drop()
    ServerKey.objects.filter(id=lost.id).delete()
    signing._key_path(lost.id).unlink()
    row = signing.key_rotate(NOW, SYSTEM)
    assert (row.announced_by, row.id != lost.id) == (first.id, True)
    ServerKey.objects.filter(id=row.id).delete()
    file = Path(settings.KEYS_DIR) / f"{row.id}.json"
    said = json.loads(file.read_bytes())
    said["announced_by"]["signature"] = lost.announcement
    file.write_text(json.dumps(said))
    assert signing.key_rotate(NOW, SYSTEM).id not in (row.id, lost.id)


# --- at the same time


@on_postgresql
@pytest.mark.django_db(transaction=True)
def test_four_rotations_and_many_signatures_at_the_same_instant_make_one_line_of_keys(keystore: FileKeystore) -> None:
    first = signing.key_ensure(NOW)

    def rotate() -> str:
        return signing.key_rotate(NOW, SYSTEM).id

    def sign() -> list[dict[str, Any]]:
        return [signing.signed_body({"key": "", "n": n}) for n in range(30)]

    *rotated, one, two = at_once(*[rotate] * 4, sign, sign)
    rows = server_keys()
    assert [row.id for row in rows[1:]] == sorted(rotated, key=[row.id for row in rows].index)
    assert [row.announced_by for row in rows] == ["", *(row.id for row in rows[:-1])]
    assert hello(pins(first), keystore) == pins(*rows)
    known = {row.id: row for row in rows}
    for body in (*one, *two):
        signature = body.pop("signature")
        assert holds(known[body["key"]], body, signature)


# --- the command


def test_command_rotates_destroys_and_says_what_it_did(db: None) -> None:
    old = signing.key_ensure(NOW)
    out = StringIO()
    call_command("rotate_key", "--destroy-old", stdout=out)
    assert server_keys()[-1].id in out.getvalue()
    assert f"private half removed: {old.id}" in out.getvalue()
    assert "Khoá mới" in out.getvalue()


def test_command_without_the_old_private_key_is_a_sentence(db: None, settings: LazySettings, tmp_path: Path) -> None:
    signing.key_ensure(NOW)
    signing._private_key.cache_clear()
    for folder in (tmp_path / "empty", tmp_path / "none"):
        settings.KEYS_DIR = folder
        if folder.name == "empty":
            folder.mkdir()
        with pytest.raises(CommandError, match=r"Không đổi được khoá.*the key was not rotated"):
            call_command("rotate_key")
    assert len(server_keys()) == 1
