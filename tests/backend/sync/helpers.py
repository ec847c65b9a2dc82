"""What the tests of deliveries look at: raw bodies, every table, signatures."""

import base64
import hashlib
import json
from typing import Any

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from django.apps import apps
from rest_framework.test import APIClient

from backend.accounts.models import RateCount
from backend.audit.models import ChainHead
from backend.sync.models import ArrivedNumbers, ArrivedUpTo, QuarantinedEnvelope
from shared.wire.v1.canonical import canonical_bytes
from shared.wire.v1.seal import SealedReport
from tests.factories.reports import envelope_json

OURS = ("accounts", "audit", "registry", "inspections", "enforcement", "sync")


def body_of(sealed: SealedReport) -> bytes:
    """An envelope's bytes as a phone sends them."""
    return as_bytes(envelope_json(sealed))


def as_bytes(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def put_bytes(api: APIClient, report_id: object, raw: bytes, **extra: Any) -> Any:
    content: Any = raw  # the stubs of generic know text only
    return api.generic("PUT", f"/api/v1/reports/{report_id}/", content, content_type="application/json", **extra)


def post_batch(api: APIClient, *envelopes: Any) -> Any:
    raw: Any = as_bytes({"envelopes": list(envelopes)})
    return api.generic("POST", "/api/v1/reports/batch/", raw, content_type="application/json")


def rows() -> dict[str, int]:
    """Model → number of rows, of every table that is ours; but for the one row that says where the chain ends,
    counters of tries, and what is drawn from other tables when somebody asks."""
    ours = (
        model
        for label in OURS
        for model in apps.get_app_config(label).get_models()
        if model not in (ChainHead, RateCount, ArrivedNumbers, ArrivedUpTo)
    )
    return {model.__name__: model._default_manager.count() for model in ours}


def grown(before: dict[str, int]) -> dict[str, int]:
    """Model → rows more than `before`; those that stayed as they were are left out."""
    return {name: count - before[name] for name, count in rows().items() if count != before[name]}


def quarantined(raw: bytes) -> QuarantinedEnvelope:
    """The row that keeps exactly these bytes."""
    row = QuarantinedEnvelope.objects.get(sha256=hashlib.sha256(raw).hexdigest())
    assert bytes(row.body) == raw
    return row


def assert_signed_by(message: dict[str, Any], key: dict[str, Any]) -> None:
    """The server's signature over the RFC 8785 form without itself; raises InvalidSignature when it does not hold."""
    public = serialization.load_pem_public_key(key["public_key"].encode("ascii"))
    assert isinstance(public, ec.EllipticCurvePublicKey)
    unsigned = {name: value for name, value in message.items() if name != "signature"}
    public.verify(base64.b64decode(message["signature"]), canonical_bytes(unsigned), ec.ECDSA(hashes.SHA256()))


def receipt_of(api: APIClient, sealed: SealedReport) -> dict[str, Any]:
    answer = api.get(f"/api/v1/reports/{sealed.manifest.id}/receipt/?manifest={sealed.manifest_sha256}")
    assert answer.status_code == 200, answer.content
    receipt: dict[str, Any] = answer.json()
    return receipt
