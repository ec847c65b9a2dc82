"""A head that left the database is signed, public, and enough to find a chain that was made again."""

import base64
import json
import os
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from django.conf import LazySettings, settings
from django.core.cache import cache
from django.core.management import call_command
from django.db import transaction
from rest_framework.test import APIClient
from rest_framework.throttling import ScopedRateThrottle

from backend.audit import heads, signing
from backend.audit.actions import Action
from backend.audit.models import Event, ServerKey
from backend.audit.selectors import GENESIS, event_content, event_hash, events_about, head, server_keys
from backend.audit.services import SYSTEM, record
from backend.audit.triggers import triggers_drop
from shared.wire.v1.canonical import canonical_bytes
from tests.backend.audit.attack import audit_verify, cut, recompute
from tests.backend.audit.test_record import NOW, append
from tests.backend.conftest import Deliverer

ADDRESS = "/api/v1/audit/head/"


def holds(value: dict[str, Any]) -> bool:
    said = {name: entry for name, entry in value.items() if name != "signature"}
    pem = {row.id: row.public_key for row in server_keys()}[value["key"]]
    return signing.signature_holds(pem, canonical_bytes(said), base64.b64decode(value["signature"]))


def published() -> list[dict[str, Any]]:
    files = sorted(Path(settings.HEADS_DIR).glob("*"))
    return [json.loads(line) for file in files for line in file.read_text(encoding="ascii").splitlines()]


def lines(folder: Path, *values: Any) -> str:
    file = folder / f"{uuid4().hex}.txt"
    file.write_text("".join(json.dumps(value) + "\n" for value in values), encoding="utf-8")
    return str(file)


@pytest.fixture(autouse=True)
def _five_events(db: None) -> None:
    append(5)


# --- what a head is


def test_head_names_the_last_event_and_is_signed() -> None:
    value = heads.signed_head(NOW)
    assert list(value) == ["index", "hash", "at", "key", "signature"]
    assert (value["index"], value["hash"]) == head() == (6, Event.objects.get(action="key:made").hash)
    assert value["at"] == "2026-11-20T02:00:00.123+00:00"
    assert holds(value)
    assert not holds({**value, "index": 5})


def test_head_can_be_checked_with_openssl_alone(tmp_path: Path) -> None:
    value = heads.signed_head(NOW)
    (tmp_path / "signature").write_bytes(base64.b64decode(value.pop("signature")))
    (tmp_path / "head").write_bytes(canonical_bytes(value))
    (tmp_path / "key.pem").write_text(server_keys()[-1].public_key, encoding="ascii")
    check = ["openssl", "dgst", "-sha256", "-verify", "key.pem", "-signature", "signature", "head"]
    assert subprocess.run(check, cwd=tmp_path, capture_output=True, check=True).stdout.strip() == b"Verified OK"


def test_anybody_is_told_the_head_and_nothing_else(as_: Callable[..., APIClient]) -> None:
    answer = as_(None).get(ADDRESS)
    assert answer.status_code == 200
    assert set(answer.json()) == {"index", "hash", "at", "key", "signature"}
    assert holds(answer.json())
    assert as_(None).post(ADDRESS).status_code == 405


def test_asking_for_the_head_is_counted(as_: Callable[..., APIClient], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ScopedRateThrottle, "THROTTLE_RATES", {"head": "2/min"})
    cache.clear()
    assert [as_(None).get(ADDRESS).status_code for _ in range(3)] == [200, 200, 429]


# --- events about something


def test_events_about_gives_them_in_order_with_what_their_hash_covers() -> None:
    with transaction.atomic():
        for subject in ("report:1", "evidence:1/2", "report:2", "report:1"):
            record(Action.REPORT_VIEWED, subject=subject, actor=SYSTEM, at=NOW, ch="đ")
    found = events_about({"report:1", "evidence:1/2", *(f"case:9{i}" for i in range(2500))})
    assert [(event.index, event.subject) for event in found] == [(6, "report:1"), (7, "evidence:1/2"), (9, "report:1")]
    for event in found:
        content = event_content(event)
        assert set(content) == {"index", "at", "actor", "action", "subject", "data", "previous"}
        assert event_hash(event) == event.hash
        assert json.loads(json.dumps(content)) == content
    assert events_about([]) == []


# --- published


def test_publish_appends_a_line_and_touches_none_before(tmp_path: Path) -> None:
    call_command("audit_publish")
    append()
    call_command("audit_publish")
    first, second = published()
    assert (first["index"], second["index"]) == (6, 7)
    assert holds(first)
    assert holds(second)
    heads.head_publish(datetime(2026, 11, 30, 17, 0, tzinfo=UTC))  # the first hour of December in Vietnam
    assert (Path(settings.HEADS_DIR) / "heads-2026-12.jsonl").exists()
    call_command("audit_publish", "--to", str(tmp_path / "stick" / "copy"))
    (file,) = (tmp_path / "stick" / "copy").iterdir()
    assert json.loads(file.read_text())["index"] == 7


def test_published_head_is_on_the_disk_before_anybody_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    signing.key_ensure(NOW)
    fsync, synced = os.fsync, []

    def noted(descriptor: int) -> None:
        synced.append(Path(f"/proc/self/fd/{descriptor}").resolve())
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", noted)
    _, path = heads.head_publish(NOW)
    assert synced == [path, path.parent]
    heads.head_publish(NOW)
    assert synced[2:] == [path]


def test_line_that_a_crash_cut_short_stays_alone_and_hinders_nobody() -> None:
    _, path = heads.head_publish(NOW)
    whole = path.read_bytes()
    path.write_bytes(whole + whole[:100])
    heads.head_publish(NOW)
    one, torn, two = path.read_bytes().splitlines()
    assert (one + b"\n", torn) == (whole, whole[:100])
    assert json.loads(two)["index"] == 6
    code, said = audit_verify()
    assert code == 0
    assert f"{path}:2: dòng viết dở" in said


def test_publish_that_cannot_write_says_so() -> None:
    Path(settings.HEADS_DIR).write_text("in the way")
    code, said = audit_verify()
    assert (code, "could not be written" in said) == (0, False)  # no key yet: nothing to sign with
    signing.key_ensure(NOW)
    code, said = audit_verify()
    assert (code, "could not be written" in said) == (0, True)
    with pytest.raises(Exception, match="could not be|was not|the head"):
        call_command("audit_publish")


def test_every_step_of_events_publishes_a_head_after_its_commit(
    settings: LazySettings, django_capture_on_commit_callbacks: Any
) -> None:
    settings.HEADS_EVERY = 4
    signing.key_ensure(NOW)  # event 6
    with django_capture_on_commit_callbacks(execute=True):
        append(1)
        assert published() == []
        append(2)
        assert published() == []  # event 8 is not committed yet
    assert [value["index"] for value in published()] == [9]
    settings.HEADS_EVERY = 0
    with django_capture_on_commit_callbacks() as waiting:
        append(8)
    assert waiting == []


@pytest.mark.django_db(transaction=True)
def test_head_that_cannot_be_written_undoes_nothing(settings: LazySettings, caplog: pytest.LogCaptureFixture) -> None:
    settings.HEADS_EVERY = 1
    Path(settings.HEADS_DIR).write_text("in the way")
    before = Event.objects.count()
    append()
    assert Event.objects.filter(action="case:viewed").count() == 6
    assert Event.objects.count() > before
    assert "on_commit" in caplog.text


def test_verify_publishes_the_head_of_a_whole_chain_only() -> None:
    signing.key_ensure(NOW)
    assert audit_verify()[0] == 0
    assert [value["index"] for value in published()] == [6]
    Event.objects.filter(index=3).update(actor="another")
    assert audit_verify()[0] == 1
    assert len(published()) == 1


# --- a chain that was made again, a tail that was cut


def test_chain_made_again_is_found_by_the_heads_this_office_published_and_where() -> None:
    call_command("audit_publish")  # 6
    append(4)
    call_command("audit_publish")  # 10
    append(4)
    triggers_drop()
    Event.objects.filter(index=8).update(actor="another")
    recompute()
    code, said = audit_verify()
    assert code == 1
    assert "10: mã đầu chuỗi đã phát ra nhưng không còn" in said
    assert "made again within 7–10" in said
    assert "6: " not in said


def test_tail_cut_off_is_found_by_the_heads_this_office_published() -> None:
    append(4)
    call_command("audit_publish")  # 10
    triggers_drop()
    cut(7)
    code, said = audit_verify()
    assert (code, "6: đuôi chuỗi bị cắt" in said, "7–10" in said) == (1, True, True)


def test_head_of_another_event_with_that_hash_is_found(tmp_path: Path) -> None:
    index, hash_ = heads.signed_head(NOW)["index"], head()[1]
    forged = signing.signed_body({"index": index - 1, "hash": hash_, "at": "x", "key": ""})
    assert audit_verify("--against", lines(tmp_path, forged))[0] == 1


def test_head_of_an_empty_chain_and_earlier_heads_go_on_being_true(tmp_path: Path) -> None:
    kept = [{"index": 0, "hash": GENESIS}, {"index": 3, "hash": Event.objects.get(index=3).hash}]
    signed = [signing.signed_body({**value, "at": "x", "key": ""}) for value in kept]
    append(3)
    assert audit_verify("--against", lines(tmp_path, *signed, GENESIS))[0] == 0


# --- what heads come as


def test_receipts_are_checked_with_their_signatures(phone: Deliverer, tmp_path: Path) -> None:
    receipts = [phone.put(phone.phone.seal()).json() for _ in range(2)]
    assert audit_verify("--against", lines(tmp_path, receipts[0], receipts[1]["audit_head"]))[0] == 0
    code, said = audit_verify("--against", lines(tmp_path, {**receipts[0], "number": 1}))
    assert (code, "chữ ký trên mã đầu chuỗi không đúng" in said) == (1, True)
    code, said = audit_verify("--against", lines(tmp_path, {"audit_head": receipts[0]["audit_head"]}))
    assert (code, "khoá lạ" in said) == (1, True)
    triggers_drop()
    cut(Event.objects.get(hash=receipts[1]["audit_head"]).index)
    code, said = audit_verify("--against", lines(tmp_path, *receipts))
    assert code == 1
    assert receipts[1]["audit_head"] in said


def test_folders_are_searched_for_heads_and_receipts(tmp_path: Path) -> None:
    value = heads.signed_head(NOW)
    places = (
        "bundle/heads.jsonl",
        "card/receipts/1.json",
        "bundle/report/receipt.json",
        "published/heads-2026-11.jsonl",
    )
    for place in places:
        folder = tmp_path / place.partition("/")[0]
        file = tmp_path / place
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps({**value, "index": 1}, indent=2 if place.endswith(".json") else None))
        code, said = audit_verify("--against", str(folder))
        assert (code, "signature on a head does not hold" in said, str(file) in said) == (1, True, True), place
        file.write_text(json.dumps(value, indent=2 if place.endswith(".json") else None))
        assert audit_verify("--against", str(folder))[0] == 0, place
    (tmp_path / "empty").mkdir()
    assert audit_verify("--against", str(tmp_path / "empty"))[0] == 2
    assert audit_verify("--against", str(tmp_path / "none"))[0] == 2


@pytest.mark.parametrize(
    "content",
    ["{", '{"no": "head"}', "[]\n{", b"\xff\xfe", '"short"', f'{{"index": "1", "hash": "{GENESIS}"}}'],
    ids=repr,
)
def test_file_that_holds_no_head_is_2_and_the_chain_is_checked_all_the_same(
    tmp_path: Path, content: str | bytes
) -> None:
    file = tmp_path / "heads"
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    code, said = audit_verify("--against", str(file))
    assert (code, f"{file}:1: không có mã" in said) == (2, True)
    triggers_drop()
    Event.objects.filter(index=3).update(actor="another")
    code, said = audit_verify("--against", str(file))
    assert (code, "3: sự kiện bị sửa" in said) == (1, True)


# --- whose signature counts


def test_attacker_who_made_the_chain_again_and_put_in_a_key_of_their_own_is_found(
    tmp_path: Path, settings: LazySettings
) -> None:
    """Owner of database and heads, but not of the private key: with a PEM from outside nothing helps them."""
    ours = tmp_path / "ours.pem"
    ours.write_text(signing.key_ensure(NOW).public_key, encoding="ascii")
    private = ec.generate_private_key(ec.SECP256R1())
    key = ServerKey(
        id=signing.key_id(private.public_key()), public_key=signing.public_pem(private.public_key()), valid_from=NOW
    )
    triggers_drop()
    Event.objects.filter(index=2).update(actor="another")
    recompute()
    ServerKey.objects.all().delete()
    key.save(force_insert=True)
    settings.KEYS_DIR = tmp_path / "theirs"
    signing._write_private(key.id, private)
    call_command("audit_publish")  # heads of the new chain, by their key
    assert audit_verify()[0] == 0
    code, said = audit_verify("--keys", str(ours))
    assert code == 1
    assert (
        f"0: khoá không được khoá đáng tin nào giới thiệu / a stored key that no trusted key announces {key.id}" in said
    )
    assert "khoá lạ" in said


def test_key_put_beside_ours_is_found_without_any_help() -> None:
    signing.key_ensure(NOW)
    stranger = ec.generate_private_key(ec.SECP256R1()).public_key()
    later = NOW + timedelta(hours=1)
    row = ServerKey(id=signing.key_id(stranger), public_key=signing.public_pem(stranger), valid_from=later)
    row.save(force_insert=True)
    code, said = audit_verify()
    assert (code, row.id in said) == (1, True)


def test_key_that_only_claims_to_be_announced_by_ours_is_found() -> None:
    ours, stranger = signing.key_ensure(NOW), ec.generate_private_key(ec.SECP256R1()).public_key()
    row = ServerKey(id=signing.key_id(stranger), public_key=signing.public_pem(stranger), valid_from=NOW)
    row.announced_by, row.announcement = ours.id, signing.sign({"another": "message"})
    row.save(force_insert=True)
    code, said = audit_verify()
    assert (code, row.id in said) == (1, True)


def test_keys_from_outside_vouch_for_what_they_announced(tmp_path: Path) -> None:
    first = signing.key_ensure(NOW)
    early = heads.signed_head(NOW)
    signing.key_rotate(NOW, SYSTEM)
    last = signing.key_rotate(NOW, SYSTEM)
    late = heads.signed_head(NOW)
    oldest, newest = tmp_path / "oldest.pem", tmp_path / "newest.pem"
    oldest.write_text(first.public_key, encoding="ascii")
    newest.write_text("words around it\n" + last.public_key, encoding="ascii")
    file = lines(tmp_path, early, late)
    assert audit_verify("--against", file)[0] == 0
    assert audit_verify("--against", file, "--keys", str(oldest))[0] == 0
    code, said = audit_verify("--against", file, "--keys", str(newest))
    assert (code, first.id in said) == (1, True)  # nothing vouches backwards
    assert audit_verify("--against", file, "--keys", str(newest), str(oldest))[0] == 0


@pytest.mark.parametrize("content", ["", "x", "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n"], ids=repr)
def test_keys_that_are_none_are_2(tmp_path: Path, content: str) -> None:
    (tmp_path / "key").write_text(content)
    assert audit_verify("--keys", str(tmp_path / "key"))[0] == 2
    assert audit_verify("--keys", str(tmp_path / "none"))[0] == 2
