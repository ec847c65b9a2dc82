"""What is delivered by the wrong phone, too late, or to do harm: a clear answer each time, and nothing given away."""

import base64
import json
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from rest_framework.test import APIClient

from backend.inspections.models import Report
from backend.sync.models import QuarantinedEnvelope
from shared.wire.v1.canonical import canonical_bytes
from shared.wire.v1.seal import sha256_hex
from shared.workflow.states import Role
from tests.backend.conftest import Cast, Deliverer, deliverer, officer, review
from tests.backend.sync.helpers import as_bytes, body_of, post_batch, put_bytes, quarantined, receipt_of
from tests.factories.reports import SEALED_AT, TAMPERINGS, SealingPhone, envelope_json

pytestmark = pytest.mark.usefixtures("_at_noon")


@pytest.fixture
def neighbour(cast: Cast) -> Deliverer:
    """A phone of another agency."""
    return deliverer(officer("minh", cast.market_team, Role.INSPECTOR), cast.chi)


def test_token_of_another_agency_relays_and_reads_nothing(phone: Deliverer, neighbour: Deliverer) -> None:
    sealed = phone.phone.seal(files=[b"one"])
    answer = neighbour.put(sealed)
    assert (answer.status_code, answer.json()["flags"]) == (201, ["relayed"])
    report = Report.objects.get()
    assert (report.unit_id, report.delivered_by) == (phone.device.unit_id, neighbour.device)
    for path in ("", "receipt/", f"evidence/{sealed.manifest.evidence[0].id}/"):
        assert neighbour.api.get(f"/api/v1/reports/{report.id}/{path}").status_code == 404
    assert neighbour.api.get("/api/v1/reports/").json()["results"] == []


@pytest.mark.parametrize("signed_by", ["its own key", "the key of the other, forged"])
def test_report_that_claims_anothers_device_is_refused_and_kept(
    cast: Cast, phone: Deliverer, neighbour: Deliverer, signed_by: str
) -> None:
    sealed = neighbour.phone.seal(device=phone.device.id, officer=cast.an.id, unit=cast.team.id)
    envelope = envelope_json(sealed)
    if signed_by != "its own key":
        envelope["key"] = phone.phone.key_id
    answer = put_bytes(neighbour.api, sealed.manifest.id, raw := as_bytes(envelope))
    expected = ("report_invalid", ["device"]) if signed_by == "its own key" else ("signature_bad", ["signature"])
    problem = answer.json()
    assert answer.status_code == 422
    assert (problem["code"], [error["path"] for error in problem["errors"]]) == expected
    assert not Report.objects.exists()
    row = quarantined(raw)
    if signed_by == "its own key":
        assert (row.device, row.sequence) == (neighbour.device, 1), "counted in the chain of the key that signed"
    else:
        assert row.sequence is None, "nobody's word for a number in the other's chain"
    assert phone.put(phone.phone.seal()).json()["flags"] == []


def test_report_in_the_name_of_an_officer_of_another_agency_is_flagged_and_belongs_to_the_officers_unit(
    cast: Cast, phone: Deliverer, neighbour: Deliverer
) -> None:
    sealed = neighbour.phone.seal(officer=cast.an.id)
    answer = neighbour.put(sealed)
    assert (answer.status_code, answer.json()["flags"]) == (201, ["officer_switched", "unit_differs"])


# --- replayed old reports


def test_report_of_years_ago_from_a_copied_card_is_kept_once_and_flagged(phone: Deliverer) -> None:
    sealed = phone.phone.seal(sealed_at=SEALED_AT - timedelta(days=3 * 365))
    assert phone.put(sealed).json()["flags"] == ["clock_absurd"]
    first = receipt_of(phone.api, sealed)
    for _ in range(3):
        assert put_bytes(APIClient(), sealed.manifest.id, body_of(sealed)).status_code == 200
    assert {**receipt_of(phone.api, sealed), "signature": "", "audit_head": ""} == {
        **first,
        "signature": "",
        "audit_head": "",
    }
    assert Report.objects.count() == 1


def test_superseded_report_sent_again_stays_superseded(cast: Cast, phone: Deliverer) -> None:
    first = phone.phone.seal()
    phone.put(first)
    correction = phone.phone.seal(supersedes=first.manifest.id)
    phone.put(correction)
    review(correction.manifest.id, cast.binh)
    answer = phone.put(first)
    assert (answer.status_code, answer.json()["state"]) == (200, "superseded")
    states = Counter(Report.objects.values_list("state", flat=True))
    assert states == {"superseded": 1, "accepted": 1}


# --- a batch with everything in it


def test_batch_of_a_hundred_with_every_kind_of_error_answers_each_by_itself(phone: Deliverer) -> None:
    known = phone.phone.seal()
    phone.put(known)
    envelopes: list[Any] = []
    expected: list[Any] = []
    for how, code in TAMPERINGS.items():
        envelopes.append(phone.phone.tampered(envelope_json(phone.phone.seal()), how))
        expected.append(code)
    for value in (None, 7, "x", [], {}, {"manifest": None}, {"manifest": "?", "parts": []}, [[[[]]]]):
        envelopes.append(value)
        expected.append("envelope_invalid")
    for sealed, code in (
        (known, 200),
        (phone.phone.seal(id=known.manifest.id), "report_differs"),
        (SealingPhone(officer=known.manifest.officer, unit=known.manifest.unit).seal(), "device_unknown"),
    ):
        envelopes.append(envelope_json(sealed))
        expected.append(code)
    while len(envelopes) < 100:
        envelopes.append(envelope_json(phone.phone.seal()))
        expected.append(201)

    answer = post_batch(phone.api, *envelopes)

    assert answer.status_code == 200
    results = answer.json()["results"]
    said = [entry["problem"]["code"] if "problem" in entry else entry["status"] for entry in results]
    assert said == expected
    assert all(400 <= entry["status"] < 500 for entry in results if "problem" in entry)
    assert Report.objects.count() == 1 + expected.count(201)


# --- JSON to do harm


def deep(levels: int) -> bytes:
    return b"[" * levels + b"]" * levels


DEEP = 100_000


@pytest.mark.parametrize("shape", ["array", "object", "in an envelope", "in a batch"])
def test_json_nested_beyond_reading_is_not_json(phone: Deliverer, shape: str) -> None:
    raw = {
        "array": deep(DEEP),
        "object": b'{"a":' * DEEP + b"1" + b"}" * DEEP,
        "in an envelope": b'{"manifest": ' + deep(DEEP) + b"}",
        "in a batch": b'{"envelopes": [' + deep(DEEP) + b"]}",
    }[shape]
    if shape == "in a batch":
        answer = phone.api.generic("POST", "/api/v1/reports/batch/", raw, content_type="application/json")
    else:
        answer = put_bytes(phone.api, phone.phone.seal().manifest.id, raw)
    assert (answer.status_code, answer.json()["code"]) == (400, "not_json")
    assert not QuarantinedEnvelope.objects.exists()


@pytest.mark.parametrize("levels", [200, 900, 5_000, DEEP])
@pytest.mark.parametrize("where", ["manifest", "facts"])
def test_depth_inside_the_sealed_bytes_is_refused_and_kept(phone: Deliverer, where: str, levels: int) -> None:
    """Signed by an enrolled phone, so that nothing but the depth is wrong."""
    sealed = phone.phone.seal()
    envelope = envelope_json(sealed)
    nested = deep(levels)
    if where == "facts":
        envelope["parts"]["facts"] = base64.b64encode(nested).decode()
        manifest = json.loads(base64.b64decode(envelope["manifest"]))
        manifest["facts"] = sha256_hex(nested)
        raw_manifest = canonical_bytes(manifest)
    else:
        raw_manifest = nested
    envelope["manifest"] = base64.b64encode(raw_manifest).decode()
    envelope["signature"] = base64.b64encode(phone.phone.sign(raw_manifest)).decode()
    answer = put_bytes(phone.api, sealed.manifest.id, raw := as_bytes(envelope))
    assert answer.status_code == 422, answer.content[:300]
    assert answer.json()["code"] in ("not_canonical", "report_invalid")
    assert quarantined(raw).device == phone.device


def test_depth_that_can_just_be_read_is_a_problem_and_never_a_failure(phone: Deliverer) -> None:
    """Around the depth at which Python gives up: what could be read has to be walked, kept and answered too."""
    seen = set()
    report = phone.phone.seal().manifest.id
    for levels in range(250, 550, 25):
        shapes = (deep(levels), b'{"manifest": ' + deep(levels) + b"}", b'{"a":' * levels + b"1" + b"}" * levels)
        for raw in shapes:
            answer = put_bytes(phone.api, report, raw)
            seen.add((answer.status_code, answer.json()["code"]))
        whole = b'{"envelopes": [' + b",".join(shapes) + b"]}"
        answer = phone.api.generic("POST", "/api/v1/reports/batch/", whole, content_type="application/json")
        assert answer.status_code in (200, 400)
    assert seen == {(422, "envelope_invalid"), (400, "not_json")}, "both sides of that depth were tried"
