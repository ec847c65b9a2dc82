"""A sealed report is delivered: the first three rows of the answer table (design §5)."""

from collections.abc import Callable
from uuid import UUID

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from backend.accounts import services as accounts
from backend.audit.models import Event
from backend.audit.verifying import verify
from backend.inspections.models import Evidence, Report, SealedBytes, SealedIdentity
from shared.wire.v1.records import Kind
from shared.wire.v1.seal import identity_hash
from tests.backend.conftest import Cast, Deliverer, enrol
from tests.backend.sync.helpers import (
    as_bytes,
    assert_signed_by,
    body_of,
    grown,
    put_bytes,
    quarantined,
    receipt_of,
    rows,
)
from tests.factories.reports import (
    SealingPhone,
    assessment,
    envelope_json,
    identity_part,
    subject,
    transport_facts,
)

pytestmark = pytest.mark.usefixtures("_at_noon")


def test_put_new_gives_201_and_a_receipt_signed_with_the_key_of_enrolment_and_hello(
    cast: Cast, as_: Callable[..., APIClient]
) -> None:
    code, _ = accounts.code_make(officer=cast.an, made_by=cast.binh, now=timezone.now())
    sealing = SealingPhone(officer=cast.an.id, unit=cast.team.id)
    wish = {"code": code, "public_key": sealing.public_key_pem, "model": "thử", "platform": "test"}
    enrolled = as_(None).post("/api/v1/devices/enrol/", wish, format="json").json()
    sealing.device = UUID(enrolled["device"])
    sealed = sealing.seal(files=[b"one", b"two"], sealed_at=timezone.now())
    api = APIClient(headers={"Authorization": f"Token {enrolled['token']}"})

    answer = put_bytes(api, sealed.manifest.id, body_of(sealed))

    assert answer.status_code == 201, answer.content
    receipt = answer.json()
    hello = api.get("/api/v1/hello/?nonce=12345678").json()
    assert enrolled["keys"] == hello["keys"]
    for keys in (enrolled["keys"], hello["keys"]):
        assert_signed_by(receipt, next(key for key in keys if key["id"] == receipt["key"]))
    assert receipt["report"] == str(sealed.manifest.id)
    assert receipt["manifest_sha256"] == sealed.manifest_sha256
    assert (receipt["state"], receipt["flags"]) == ("received", [])
    assert receipt["evidence"] == [
        {"id": str(entry.id), "sha256": entry.sha256, "bytes_received": 0, "state": "missing"}
        for entry in sealed.manifest.evidence
    ]
    event = Event.objects.get(subject=f"report:{sealed.manifest.id}", action="report:received")
    assert receipt["number"] == event.index
    assert set(receipt) == {
        *("report", "manifest_sha256", "received_at", "number", "state", "flags", "evidence"),
        *("audit_head", "key", "signature"),
    }


@pytest.mark.parametrize("kind", Kind)
def test_put_keeps_every_sealed_byte(phone: Deliverer, kind: Kind) -> None:
    part = identity_part()
    facts = transport_facts(subjects=(subject(identity=identity_hash(part)),))
    sealed = phone.phone.seal(facts=facts, kind=kind, assessment=assessment("VC-01"), identities=(part,))
    assert phone.put(sealed).status_code == 201

    kept, envelope = SealedBytes.objects.get(report_id=sealed.manifest.id), sealed.envelope
    assert (bytes(kept.manifest), bytes(kept.signature), kept.key) == (
        envelope.manifest,
        envelope.signature,
        envelope.key,
    )
    assert kept.assessment is not None
    assert (bytes(kept.facts), bytes(kept.assessment)) == (envelope.parts.facts, envelope.parts.assessment)
    assert [bytes(row.content or b"") for row in SealedIdentity.objects.filter(report_id=sealed.manifest.id)] == [
        *envelope.parts.identities
    ]


def test_put_again_gives_200_with_the_same_receipt_and_doubles_nothing(phone: Deliverer) -> None:
    phone.api.get("/api/v1/hello/?nonce=12345678")  # makes the server's key, which is an event of its own
    sealed = phone.phone.seal(files=[b"one"], assessment=assessment("VC-01", "VC-02"))
    first = phone.put(sealed)
    before = rows()
    assert before["MeasuredQuantity"] > 0
    assert before["SeenVehicle"] > 0
    assert before["SeenSubject"] > 0
    assert before["SeenViolation"] == 2

    again = phone.put(sealed)

    assert (first.status_code, again.status_code) == (201, 200)
    changing = ("signature", "audit_head")  # ECDSA: another one each time; the head moved on, it was assessed
    assert {k: v for k, v in again.json().items() if k not in changing} == {
        k: v for k, v in first.json().items() if k not in changing
    }
    assert grown(before) == {}


def test_put_again_signed_anew_is_the_same_report(phone: Deliverer) -> None:
    """A phone may lose the signature and make it again; ECDSA gives another one over the same manifest."""
    sealed = phone.phone.seal()
    phone.put(sealed)
    anew = phone.phone.signed_again(envelope_json(sealed), manifest=sealed.envelope.manifest)
    assert anew["signature"] != envelope_json(sealed)["signature"]
    before = rows()
    assert phone.put_json(str(sealed.manifest.id), anew).status_code == 200
    assert grown(before) == {}


def test_put_again_after_the_officer_left_the_unit_is_still_200(cast: Cast, phone: Deliverer) -> None:
    sealed = phone.phone.seal()
    phone.put(sealed)
    cast.an.unit = None
    cast.an.save()
    before = rows()
    assert phone.put(sealed).status_code == 200
    assert grown(before) == {}


def test_put_of_another_manifest_under_the_same_id_gives_409_and_touches_the_first_in_nothing(
    phone: Deliverer,
) -> None:
    first = phone.phone.seal(files=[b"one"])
    phone.put(first)
    kept = SealedBytes.objects.values().get(report_id=first.manifest.id)
    row = Report.objects.values().get(id=first.manifest.id)
    evidence = list(Evidence.objects.values())
    second = phone.phone.seal(id=first.manifest.id, facts=transport_facts(statement="khác"), files=[b"two"])
    before = rows()

    answer = put_bytes(phone.api, second.manifest.id, raw := body_of(second))

    assert answer.status_code == 409
    assert answer.json()["code"] == "report_differs"
    assert grown(before) == {"QuarantinedEnvelope": 1, "Event": 1}
    second_copy = quarantined(raw)
    assert (second_copy.code, second_copy.report, second_copy.sequence) == ("report_differs", first.manifest.id, 2)
    assert SealedBytes.objects.values().get(report_id=first.manifest.id) == kept
    assert Report.objects.values().get(id=first.manifest.id) == row
    assert list(Evidence.objects.values()) == evidence
    assert receipt_of(phone.api, first)["manifest_sha256"] == first.manifest_sha256
    assert phone.put(first).status_code == 200


def test_put_of_an_id_another_device_has_used_gives_409(cast: Cast, phone: Deliverer) -> None:
    other, _, _ = enrol(cast.an, cast.binh)
    first = phone.phone.seal()
    phone.put(first)
    second = other.seal(id=first.manifest.id)
    answer = phone.put(second)
    assert (answer.status_code, answer.json()["code"]) == (409, "report_differs")
    assert Report.objects.get().device_id == phone.device.id


def test_put_refused_twice_is_quarantined_once_and_counted(phone: Deliverer) -> None:
    first = phone.phone.seal()
    phone.put(first)
    second = phone.phone.seal(id=first.manifest.id)
    raw = body_of(second)
    before = rows()
    for _ in range(3):
        assert put_bytes(phone.api, second.manifest.id, raw).status_code == 409
    assert grown(before) == {"QuarantinedEnvelope": 1, "Event": 1}
    assert quarantined(raw).times == 3


def test_put_ignores_whitespace_around_the_envelope(phone: Deliverer) -> None:
    """The envelope is not what is signed: its JSON may be written in any way."""
    sealed = phone.phone.seal()
    pretty = b"\n " + as_bytes(envelope_json(sealed)).replace(b'","', b'" ,\n"') + b"\n"
    assert put_bytes(phone.api, sealed.manifest.id, pretty).status_code == 201
    assert list(verify()) == []
