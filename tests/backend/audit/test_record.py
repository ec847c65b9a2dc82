"""An event and what it records live or die together; the chain has no hole, whoever writes."""

import hashlib
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from backend.audit.actions import Action
from backend.audit.models import ChainHead, Event
from backend.audit.selectors import GENESIS, event_content, event_hash, head_hash
from backend.audit.services import SYSTEM, Entry, record, record_many
from backend.audit.verifying import verify
from backend.inspections.models import Report
from backend.sync.models import QuarantinedEnvelope
from shared.wire.v1.canonical import canonical_bytes
from tests.backend.conftest import Cast, Deliverer, at_once, on_postgresql
from tests.backend.sync.helpers import as_bytes, put_bytes, rows
from tests.factories.reports import envelope_json

NOW = datetime(2026, 11, 20, 2, 0, 0, 123456, tzinfo=UTC)


def append(n: int = 1) -> list[Event]:
    with transaction.atomic():
        return [record(Action.CASE_VIEWED, subject=f"case:{i}", actor=SYSTEM, at=NOW, n=i, ch="“đ”") for i in range(n)]


@pytest.mark.django_db(transaction=True)
def test_record_outside_a_transaction_is_refused() -> None:
    with pytest.raises(RuntimeError, match="transaction"):
        record(Action.CASE_VIEWED, subject="case:1", actor=SYSTEM, at=NOW)
    assert not Event.objects.exists()


def test_record_links_each_event_to_the_one_before(db: None) -> None:
    one, two = append(2)
    assert (one.index, one.previous, two.index, two.previous) == (1, GENESIS, 2, one.hash)
    assert (head_hash(), ChainHead.objects.get().index) == (two.hash, 2)
    assert event_hash(Event.objects.get(index=2)) == two.hash  # as it comes back from the database
    assert list(verify()) == []


def test_record_many_links_them_all_and_moves_the_head_once(db: None) -> None:
    append()
    entries = [Entry(f"case:{i}", SYSTEM, {"n": i}) for i in range(3)]
    with transaction.atomic(), CaptureQueriesContext(connection) as queries:
        events = record_many(Action.CASE_VIEWED, entries, at=NOW)
    assert [event.index for event in events] == [2, 3, 4]
    assert ChainHead.objects.get().hash == events[-1].hash
    assert list(verify()) == []
    assert sum("UPDATE" in query["sql"].upper().split("FOR UPDATE")[0] for query in queries) == 1


@pytest.mark.parametrize(
    "text", ["", "“đ”", "e\u0323\u0302", "\x00\x1f\x7f\u2028", 'a"\\/\b\f\n\r\t', "\U0001f4f7", "ﬀ"], ids=ascii
)
def test_hash_is_of_the_rfc_8785_form_whatever_stands_in_the_event(text: str) -> None:
    event = Event(index=2**53 - 1, at=NOW, actor=text, action="a:b", subject=text, data=text, previous=GENESIS)
    assert event_hash(event) == hashlib.sha256(canonical_bytes(event_content(event))).hexdigest()


@pytest.mark.django_db(transaction=True)
def test_record_goes_when_its_transaction_does() -> None:
    append()
    head = head_hash()

    def append_and_fail() -> None:
        with transaction.atomic():
            append()
            raise RuntimeError("after the event")

    with pytest.raises(RuntimeError, match="after the event"):
        append_and_fail()
    assert (Event.objects.count(), head_hash()) == (1, head)
    assert append()[0].index == 2
    assert list(verify()) == []


Write = Callable[[Cast, Deliverer, Callable[..., APIClient]], Any]


def _put(cast: Cast, phone: Deliverer, as_: Callable[..., APIClient]) -> Any:
    return phone.put(phone.phone.seal(files=[b"one"]))


def _put_bad(cast: Cast, phone: Deliverer, as_: Callable[..., APIClient]) -> Any:
    sealed = phone.phone.seal()
    raw = as_bytes(phone.phone.tampered(envelope_json(sealed), "facts_wrong_unit"))
    return put_bytes(phone.api, sealed.manifest.id, raw)


def _make_code(cast: Cast, phone: Deliverer, as_: Callable[..., APIClient]) -> Any:
    return as_(cast.binh).post("/api/v1/devices/codes/", {"officer": str(cast.an.id)}, format="json")


def _revoke(cast: Cast, phone: Deliverer, as_: Callable[..., APIClient]) -> Any:
    return as_(cast.binh).post(f"/api/v1/devices/{phone.device.id}/revoke/")


def _sign_in(cast: Cast, phone: Deliverer, as_: Callable[..., APIClient]) -> Any:
    wish = {"username": "an", "password": "mật-khẩu-thử-2026"}
    return as_(None).post("/api/v1/auth/login/", wish, format="json")


@pytest.mark.parametrize("write", [_put, _put_bad, _make_code, _revoke, _sign_in])
def test_write_that_fails_after_its_event_leaves_neither(
    cast: Cast, phone: Deliverer, as_: Callable[..., APIClient], monkeypatch: pytest.MonkeyPatch, write: Write
) -> None:
    """The event is written, then the machine fails: 500, and every table as it was."""
    clients = [as_(cast.binh), as_(None)]  # tokens of their own, made before the count
    ready = iter([clients[1 if write is _sign_in else 0]] * 5)

    def fail(*args: Any, **data: Any) -> None:
        record_many(*args, **data)
        raise RuntimeError("after the event")

    before = rows()
    with monkeypatch.context() as patched:
        patched.setattr("backend.audit.services.record_many", fail)
        answer = write(cast, phone, lambda *_: next(ready))
    assert (answer.status_code, answer.json()["code"]) == (500, "server_error")
    assert rows() == before
    assert list(verify()) == []
    phone.device.refresh_from_db()
    assert phone.device.revoked_at is None


def test_report_that_failed_is_filed_by_the_next_attempt(phone: Deliverer, monkeypatch: pytest.MonkeyPatch) -> None:
    sealed = phone.phone.seal()

    def fail(*_: Any, **__: Any) -> None:
        raise RuntimeError("no event")

    with monkeypatch.context() as patched:
        patched.setattr("backend.audit.services.record_many", fail)
        assert phone.put(sealed).status_code == 500
    assert not Report.objects.exists()
    assert not QuarantinedEnvelope.objects.exists()
    assert phone.put(sealed).status_code == 201


@on_postgresql
@pytest.mark.django_db(transaction=True)
def test_eight_writers_at_once_make_one_chain_without_a_hole() -> None:
    """The head row is missing too: whoever comes first makes it."""

    def twenty() -> list[int]:
        return [append()[0].index for _ in range(20)]

    indexes = [index for run in at_once(*[twenty] * 8) for index in run]
    assert sorted(indexes) == list(range(1, 161))
    assert list(Event.objects.order_by("index").values_list("index", flat=True)) == list(range(1, 161))
    assert list(verify()) == []


@on_postgresql
@pytest.mark.django_db(transaction=True)
def test_verify_while_others_write_finds_nothing_wrong() -> None:
    append(50)

    def write() -> list[Any]:
        for _ in range(30):
            append()
        return []

    def check() -> list[Any]:
        return [fault for _ in range(15) for fault in verify()]

    assert at_once(write, write, check, check) == [[]] * 4
