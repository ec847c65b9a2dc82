"""Who may read a receipt, and that it says what is."""

from collections.abc import Callable

import pytest
from rest_framework.test import APIClient

from tests.backend.conftest import Cast, Deliverer, deliverer
from tests.backend.sync.helpers import assert_signed_by, receipt_of

pytestmark = pytest.mark.usefixtures("_at_noon")


def test_receipt_is_signed_anew_over_what_is_now(phone: Deliverer) -> None:
    sealed = phone.phone.seal()
    first = phone.put(sealed).json()
    phone.put(phone.phone.seal())
    receipt = receipt_of(phone.api, sealed)
    (key,) = phone.api.get("/api/v1/hello/?nonce=12345678").json()["keys"]
    assert_signed_by(receipt, key)
    assert receipt["number"] == first["number"]
    assert receipt["audit_head"] != first["audit_head"]


def test_receipt_without_token_is_for_whoever_knows_the_manifest(phone: Deliverer) -> None:
    sealed = phone.phone.seal()
    phone.put(sealed)
    path = f"/api/v1/reports/{sealed.manifest.id}/receipt/"
    stranger = APIClient()
    assert stranger.get(path, {"manifest": sealed.manifest_sha256}).status_code == 200
    for query in ("", "?manifest=", f"?manifest={'0' * 64}", f"?manifest={sealed.manifest_sha256.upper()}"):
        answer = stranger.get(path + query)
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found"), query


def test_receipt_with_a_token_is_for_the_scope(cast: Cast, phone: Deliverer, as_: Callable[..., APIClient]) -> None:
    sealed = phone.phone.seal()
    phone.put(sealed)
    path = f"/api/v1/reports/{sealed.manifest.id}/receipt/"
    allowed = {"an": cast.an, "binh": cast.binh, "cuong": cast.cuong, "dung": cast.dung}
    assert {name: as_(officer).get(path).status_code for name, officer in allowed.items()} == dict.fromkeys(
        allowed, 200
    )
    # Em administers and sees no case work; Chi belongs to another agency.
    assert as_(cast.em).get(path).status_code == 404
    assert as_(cast.chi).get(path).status_code == 404
    colleague = deliverer(cast.binh, cast.binh)
    assert colleague.api.get(path).status_code == 200


def test_receipt_of_an_unknown_report_is_not_found(phone: Deliverer) -> None:
    sealed = phone.phone.seal()
    answer = phone.api.get(f"/api/v1/reports/{sealed.manifest.id}/receipt/?manifest={sealed.manifest_sha256}")
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


def test_receipt_without_token_lets_nothing_else_be_read(phone: Deliverer) -> None:
    sealed = phone.phone.seal(files=[b"one"])
    phone.put(sealed)
    stranger, query = APIClient(), f"?manifest={sealed.manifest_sha256}"
    (entry,) = sealed.manifest.evidence
    for path in ("", f"evidence/{entry.id}/"):
        assert stranger.get(f"/api/v1/reports/{sealed.manifest.id}/{path}{query}").status_code == 401
