"""A phone newer than the office, or older: nothing is lost, and after the upgrade nothing is missing."""

import base64
import json
from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from backend.inspections.models import Evidence, Report, SealedBytes
from backend.sync.models import QuarantinedEnvelope
from shared.wire.v1.canonical import canonical_bytes
from shared.wire.v1.seal import SealedReport
from tests.backend.conftest import Cast, Deliverer
from tests.backend.sync.helpers import as_bytes, put_bytes, quarantined, receipt_of
from tests.factories.reports import SealingPhone, envelope_json

pytestmark = pytest.mark.usefixtures("_at_noon")
Client = Callable[..., APIClient]


def resigned(phone: SealingPhone, envelope: dict[str, Any], change: Callable[[dict[str, Any]], None]) -> dict[str, Any]:
    """The envelope with another manifest, canonical and signed by the phone as its app would."""
    manifest = json.loads(base64.b64decode(envelope["manifest"]))
    change(manifest)
    raw = canonical_bytes(manifest)
    packed = {"manifest": raw, "signature": phone.sign(raw)}
    return {**envelope, **{name: base64.b64encode(value).decode() for name, value in packed.items()}}


def of_a_newer_phone(phone: SealingPhone, **seal: Any) -> tuple[SealedReport, dict[str, Any]]:
    """Sealed by an app that writes "report/1.1"."""
    sealed = phone.seal(**seal)
    return sealed, resigned(phone, envelope_json(sealed), lambda manifest: manifest.update(schema="report/1.1"))


def test_newer_schema_waits_in_quarantine_and_is_filed_whole_after_the_upgrade(
    cast: Cast, phone: Deliverer, as_: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    older = phone.phone.seal()
    sealed, envelope = of_a_newer_phone(phone.phone, files=[b"one"])
    raw = as_bytes(envelope)
    assert phone.put(older).status_code == 201
    for _ in range(2):  # the phone does not give up
        answer = put_bytes(phone.api, sealed.manifest.id, raw)
        assert (answer.status_code, answer.json()["code"]) == (422, "schema_unknown")
        assert "report/1.1" in answer.json()["detail"]
    row = quarantined(raw)
    assert (row.times, row.sequence, row.report) == (2, 2, sealed.manifest.id)
    (entry,) = as_(cast.binh).get("/api/v1/devices/gaps/").json()["results"]
    assert (entry["highest"], entry["missing"]) == (2, [])

    monkeypatch.setattr("shared.wire.v1.seal.REPORT_SCHEMA", "report/1.1")
    found = as_(cast.em).post("/api/v1/quarantine/replay/", {"code": "schema_unknown"}, format="json").json()

    assert [(entry["status"], entry["report"]) for entry in found["results"]] == [(201, str(sealed.manifest.id))]
    kept = SealedBytes.objects.get(report=sealed.manifest.id)
    assert bytes(kept.manifest) == base64.b64decode(envelope["manifest"])
    assert Report.objects.get(id=sealed.manifest.id).flags == []
    assert Evidence.objects.get().state == "missing"
    assert put_bytes(phone.api, sealed.manifest.id, raw).status_code == 200, "the phone hears that it is here"


def test_newer_schema_is_said_before_anything_else_that_differs(phone: Deliverer) -> None:
    """Of a later version nothing can be said to be wrong: other fields, other parts."""
    sealed = phone.phone.seal()

    def later(manifest: dict[str, Any]) -> None:
        del manifest["facts"]
        manifest.update(schema="report/2.0", sequence="41a", weather={"rain": True})

    envelope = resigned(phone.phone, envelope_json(sealed), later)
    answer = put_bytes(phone.api, sealed.manifest.id, as_bytes(envelope))
    assert (answer.status_code, answer.json()["code"]) == (422, "schema_unknown")
    assert QuarantinedEnvelope.objects.get().report == sealed.manifest.id


@pytest.mark.parametrize("how", ["envelope_unknown_field", "manifest_unknown_field", "facts_unknown_field"])
def test_unknown_field_is_named_and_the_whole_is_kept(phone: Deliverer, how: str) -> None:
    sealed = phone.phone.seal()
    raw = as_bytes(phone.phone.tampered(envelope_json(sealed), how))
    answer = put_bytes(phone.api, sealed.manifest.id, raw)
    assert answer.status_code == 422
    assert [error["code"] for error in answer.json()["errors"]] == ["unknown"]
    row = quarantined(raw)
    assert (row.sequence, row.report) == (1, sealed.manifest.id)


@pytest.mark.parametrize("name", ["supersedes", "assessment", "reference_cursor"])
def test_older_phone_that_leaves_an_optional_field_out_is_told_and_loses_nothing(phone: Deliverer, name: str) -> None:
    """report/1.0 has every field, null where there is nothing: what is left out is no report/1.0. The office says which
    field, keeps the whole, and counts it as arrived."""
    sealed = phone.phone.seal()
    envelope = resigned(phone.phone, envelope_json(sealed), lambda manifest: manifest.pop(name))
    answer = put_bytes(phone.api, sealed.manifest.id, raw := as_bytes(envelope))
    assert answer.status_code == 422
    assert [(error["path"], error["code"]) for error in answer.json()["errors"]] == [(name, "missing")]
    assert quarantined(raw).sequence == 1


def test_older_phone_with_nothing_in_the_optional_fields_is_filed(phone: Deliverer) -> None:
    sealed = phone.phone.seal(supersedes=None, reference_cursor=None)
    assert (sealed.manifest.assessment, sealed.manifest.supersedes, sealed.manifest.reference_cursor) == (None,) * 3
    assert phone.put(sealed).status_code == 201
    assert receipt_of(phone.api, sealed)["flags"] == []
