"""The same and other reports arriving at the same instant, through the service: PostgreSQL, real connections."""

import io
import random
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from backend.accounts.models import Device
from backend.audit.models import Event
from backend.audit.verifying import verify
from backend.inspections.models import Evidence, MeasuredQuantity, Report
from backend.sync import services
from backend.sync.importing import CardImport
from backend.sync.models import QuarantinedEnvelope
from shared.problems import Problem
from shared.wire.v1.card import Card
from shared.wire.v1.seal import SealedReport, sha256_hex
from tests.backend.conftest import at_once, enrol, make_cast, on_postgresql
from tests.backend.sync.helpers import as_bytes, body_of
from tests.factories.reports import envelope_json

pytestmark = [on_postgresql, pytest.mark.django_db(transaction=True)]


def delivering(body: dict[str, Any], device: Device | None = None) -> Callable[[], int]:
    """A call that delivers `body` and says the status of the answer."""

    def call() -> int:
        delivery = services.Delivery(device, None)
        try:
            answer = services.envelope_receive(
                value=body, raw=as_bytes(body), report_id=None, delivery=delivery, now=timezone.now()
            )
        except Problem as problem:
            return problem.type.status
        return answer.status

    return call


def put(sealed: SealedReport, device: Device | None = None) -> Callable[[], int]:
    return delivering(envelope_json(sealed), device)


@pytest.mark.parametrize("connections", [2, 8])
def test_same_envelope_at_the_same_instant_is_filed_once(connections: int) -> None:
    cast = make_cast()
    phone, device, _ = enrol(cast.an, cast.binh)
    for _ in range(3):
        sealed = phone.seal(files=[b"one", b"two"])
        statuses = Counter(at_once(*[put(sealed, device)] * connections))
        assert statuses == {201: 1, 200: connections - 1}
        assert Report.objects.filter(id=sealed.manifest.id).count() == 1
        assert Evidence.objects.filter(report_id=sealed.manifest.id).count() == 2
        assert MeasuredQuantity.objects.filter(report_id=sealed.manifest.id).count() == 1
        received = Event.objects.filter(action="report:received", subject=f"report:{sealed.manifest.id}")
        assert received.count() == 1
    assert list(verify()) == []


def test_put_batch_relay_and_card_at_the_same_instant_file_it_once(tmp_path: Path) -> None:
    """The same report by four ways at once: by its phone, twice in a batch, by a colleague and from a card."""
    cast = make_cast()
    phone, device, _ = enrol(cast.an, cast.binh)
    _, colleague, _ = enrol(cast.binh, cast.binh)
    for i in range(4):
        photo = b"photo %d" % i
        sealed = phone.seal(files=[photo])
        body = envelope_json(sealed)
        card = Card.create(tmp_path / str(i))
        card.add_report(sealed.manifest.id, sealed.manifest_sha256, body_of(sealed))
        card.add_file(sha256_hex(photo), io.BytesIO(photo))

        def batch(body: dict[str, Any] = body) -> list[int]:
            delivery = services.Delivery(device, cast.an)
            results = services.batch_receive(
                envelopes=[body, body], delivery=delivery, now=timezone.now(), language="vi"
            )
            return [result["status"] for result in results]

        def from_card(card: Card = card) -> list[str]:
            return [f"{line.kind} {line.outcome}" for line in CardImport(card, cast.binh, timezone.now).run()]

        alone, relayed, both, lines = at_once(put(sealed, device), put(sealed, colleague), batch, from_card)

        by_card = {"report taken": 201, "report known": 200}[lines[0]]
        assert sorted([alone, relayed, *both, by_card]) == [200] * 4 + [201]
        assert lines[1:] == ["file taken", "receipt taken"]
        events = Event.objects.filter(subject=f"report:{sealed.manifest.id}")
        assert events.filter(action="report:received").count() == 1
        assert events.filter(action="report:carried").count() == (by_card == 201)
        assert Evidence.objects.get(report=sealed.manifest.id).state == "confirmed"
    assert QuarantinedEnvelope.objects.count() == 0
    assert list(verify()) == []


@pytest.mark.parametrize("devices", [2, 4])
def test_same_id_with_other_manifests_from_other_devices_is_filed_once_and_the_rest_kept(devices: int) -> None:
    cast = make_cast()
    phones = [enrol(cast.an, cast.binh) for _ in range(devices)]
    first = phones[0][0].seal()
    sealed = [first, *(phone.seal(id=first.manifest.id) for phone, _, _ in phones[1:])]
    calls = [put(one, device) for one, (_, device, _) in zip(sealed, phones, strict=True)]
    assert Counter(at_once(*calls)) == {201: 1, 409: devices - 1}
    report = Report.objects.get()
    kept = {row.sha256 for row in QuarantinedEnvelope.objects.all()}
    assert len(kept) == devices - 1
    assert [one.manifest_sha256 for one in sealed].count(report.manifest_sha256) == 1
    assert all(bytes(row.body) in [body_of(one) for one in sealed] for row in QuarantinedEnvelope.objects.all())
    assert list(verify()) == []


def test_chain_of_twenty_in_random_order_at_once_ends_without_a_gap() -> None:
    cast = make_cast()
    phone, device, _ = enrol(cast.an, cast.binh)
    sealed = [phone.seal() for _ in range(20)]
    shuffled = random.sample(sealed, len(sealed))

    def several(some: list[SealedReport]) -> Callable[[], list[int]]:
        return lambda: [put(one, device)() for one in some]

    for statuses in at_once(*(several(shuffled[i::5]) for i in range(5))):
        assert statuses == [201] * 4
    assert sorted(Report.objects.values_list("sequence", flat=True)) == list(range(1, 21))
    assert {row.sequence: row.flags for row in Report.objects.all() if row.flags} == {}
    assert list(verify()) == []


def test_same_bad_envelope_at_the_same_instant_is_quarantined_once() -> None:
    cast = make_cast()
    phone, device, _ = enrol(cast.an, cast.binh)
    bad = phone.tampered(envelope_json(phone.seal()), "facts_wrong_unit")
    assert at_once(*[delivering(bad, device)] * 8) == [422] * 8
    assert QuarantinedEnvelope.objects.count() == 1
    assert Event.objects.filter(action="quarantine:kept").count() == 1
    assert list(verify()) == []


def test_phones_that_relay_each_other_while_sending_their_own_never_deadlock() -> None:
    """Who delivers is named by a foreign key, which PostgreSQL checks at the end, with the audit head locked."""
    cast = make_cast()
    one, one_device, _ = enrol(cast.an, cast.binh)
    two, two_device, _ = enrol(cast.an, cast.binh)
    for _ in range(12):
        calls = [
            *(put(one.seal(), one_device), put(one.seal(), two_device)),
            *(put(two.seal(), two_device), put(two.seal(), one_device)),
        ]
        assert at_once(*calls) == [201] * 4
    assert list(verify()) == []


def test_good_and_refused_reports_of_a_phone_at_once_never_deadlock() -> None:
    cast = make_cast()
    phone, device, _ = enrol(cast.an, cast.binh)
    for _ in range(12):
        bad = [phone.tampered(envelope_json(phone.seal()), "facts_wrong_unit") for _ in range(2)]
        calls = [put(phone.seal(), device), *(delivering(one, device) for one in bad), put(phone.seal(), device)]
        assert sorted(at_once(*calls)) == [201, 201, 422, 422]
    assert list(verify()) == []
