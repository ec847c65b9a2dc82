"""The rows 422, 400 and 413 of the answer table: kept whole in quarantine, or not at all."""

import gzip
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.conf import LazySettings
from rest_framework.test import APIClient

from backend.audit.models import Event
from shared.wire.v1.canonical import canonical_bytes
from shared.wire.v1.codec import encode
from shared.wire.v1.seal import SealedReport
from tests.backend.conftest import Cast, Deliverer
from tests.backend.sync.helpers import as_bytes, body_of, grown, put_bytes, quarantined, rows
from tests.factories.reports import (
    TAMPERINGS,
    SealingPhone,
    assessment,
    document,
    envelope_json,
    load,
    measurement,
    transport_facts,
)

pytestmark = pytest.mark.usefixtures("_at_noon")

# Way to break an envelope → where the answer says it is broken.
PATHS = {
    "signature_of_something_else": "signature",
    "signature_not_der": "signature",
    "signature_by_another_phone": "signature",
    "manifest_changed": "signature",
    "key_never_enrolled": "key",
    "facts_of_another_report": "parts.facts",
    "assessment_swapped": "parts.assessment",
    "identity_added": "parts.identities",
    "facts_with_spaces": "facts",
    "facts_not_nfc": "facts",
    "facts_with_a_key_twice": "facts",
    "facts_not_json": "facts",
    "manifest_with_spaces": "manifest",
    "schema_newer": "schema",
    "facts_unknown_field": "facts.mood",
    "facts_missing_field": "facts.weather",
    "facts_wrong_type": "facts.started_at",
    "facts_wrong_unit": "facts.loads[0].measurements[0].unit",
    "facts_dangling_reference": "facts.loads[0].vehicles[0]",
    "manifest_unknown_field": "colour",
    "manifest_missing_field": "unit",
    "manifest_sequence_zero": "sequence",
    "envelope_unknown_field": "note",
    "envelope_missing_field": "key",
    "envelope_not_base64": "manifest",
    "envelope_key_no_hash": "key",
}


def assert_refused_and_kept(answer: Any, raw: bytes, before: dict[str, int], code: str, path: str) -> None:
    assert answer.status_code == 422, answer.content
    assert answer["Content-Type"] == "application/problem+json"
    problem = answer.json()
    assert (problem["code"], problem["status"]) == (code, 422)
    assert [error["path"] for error in problem["errors"]] == [path]
    assert all(error["detail"] for error in problem["errors"])
    assert grown(before) == {"QuarantinedEnvelope": 1, "Event": 1}
    row = quarantined(raw)
    assert (row.code, row.times) == (code, 1)
    event = Event.objects.get(action="quarantine:kept")
    assert (event.index, event.subject) == (row.number, f"quarantine:{row.id}")


def test_every_tampering_has_its_path() -> None:
    assert set(PATHS) == set(TAMPERINGS)


@pytest.mark.parametrize("how", TAMPERINGS)
def test_put_of_a_tampered_envelope_gives_422_with_code_and_path_and_keeps_it_whole(phone: Deliverer, how: str) -> None:
    sealed = phone.phone.seal(files=[b"one"])
    raw = as_bytes(phone.phone.tampered(envelope_json(sealed), how))
    before = rows()
    answer = put_bytes(phone.api, sealed.manifest.id, raw)
    assert_refused_and_kept(answer, raw, before, TAMPERINGS[how], PATHS[how])


def test_put_keeps_a_refused_body_to_the_byte_whatever_its_spacing(phone: Deliverer) -> None:
    sealed = phone.phone.seal()
    raw = b' \n{"note" : "g\xe1\xba\xa5p \\u0041",' + body_of(sealed)[1:] + b"\t\r\n"
    before = rows()
    answer = put_bytes(phone.api, sealed.manifest.id, raw)
    assert_refused_and_kept(answer, raw, before, "envelope_invalid", "note")


def test_put_of_an_unenrolled_phone_gives_422_and_is_kept_for_an_administrator(cast: Cast) -> None:
    stranger = SealingPhone(officer=cast.an.id, unit=cast.team.id)
    sealed = stranger.seal()
    before, raw = rows(), body_of(sealed)
    answer = put_bytes(APIClient(), sealed.manifest.id, raw)
    assert_refused_and_kept(answer, raw, before, "device_unknown", "key")
    assert (quarantined(raw).unit_id, quarantined(raw).report) == (None, sealed.manifest.id)


def test_put_at_the_address_of_another_id_gives_422(phone: Deliverer) -> None:
    sealed = phone.phone.seal()
    before, raw = rows(), body_of(sealed)
    answer = put_bytes(phone.api, uuid4(), raw)
    assert_refused_and_kept(answer, raw, before, "id_mismatch", "id")


@pytest.mark.parametrize("party", ["device", "officer", "unit"])
def test_put_naming_a_party_nobody_knows_gives_422_at_its_path(phone: Deliverer, party: str) -> None:
    sealed = phone.phone.seal(**{party: UUID(int=7)})
    before, raw = rows(), body_of(sealed)
    answer = put_bytes(phone.api, sealed.manifest.id, raw)
    assert_refused_and_kept(answer, raw, before, "report_invalid", party)


def test_put_naming_an_officer_without_a_unit_gives_422(cast: Cast, phone: Deliverer) -> None:
    cast.an.unit = None
    cast.an.save()
    sealed = phone.phone.seal()
    before, raw = rows(), body_of(sealed)
    answer = put_bytes(phone.api, sealed.manifest.id, raw)
    assert_refused_and_kept(answer, raw, before, "report_invalid", "officer")


def resealed(phone: SealingPhone, sealed: SealedReport, **facts: Any) -> dict[str, Any]:
    """`sealed` with facts that the app itself would refuse to seal."""
    return phone.signed_again(envelope_json(sealed), facts=canonical_bytes(encode(transport_facts(**facts))))


@pytest.mark.parametrize(
    ("facts", "path"),
    [
        ({"measurements": (measurement(), measurement(unit="t"))}, "facts.measurements[1].unit"),
        ({"loads": (load(measurements=(measurement(unit="kg"),)),)}, "facts.loads[0].measurements[0].unit"),
        ({"measurements": (measurement(basis=None),)}, "facts.measurements[0].basis"),
        ({"measurements": (measurement(value=-1.0),)}, "facts.measurements[0].value"),
        ({"documents": (document(evidence=(UUID(int=9),)),)}, "facts.documents[0].evidence[0]"),
    ],
    ids=["volume in tonnes", "load in kilograms", "no basis", "negative", "file that is not there"],
)
def test_put_of_facts_that_contradict_themselves_names_the_place(
    phone: Deliverer, facts: dict[str, Any], path: str
) -> None:
    sealed = phone.phone.seal()
    raw = as_bytes(resealed(phone.phone, sealed, **facts))
    before = rows()
    answer = put_bytes(phone.api, sealed.manifest.id, raw)
    assert_refused_and_kept(answer, raw, before, "report_invalid", path)


@pytest.mark.parametrize("changes", [{"assessment": assessment("")}, {"assessment": assessment("KT-01", "KT-01")}])
def test_put_of_an_assessment_that_makes_no_sense_is_refused(phone: Deliverer, changes: dict[str, Any]) -> None:
    sealed = phone.phone.seal(assessment=assessment("KT-01"))
    body = phone.phone.signed_again(envelope_json(sealed), assessment=canonical_bytes(encode(changes["assessment"])))
    answer = put_bytes(phone.api, sealed.manifest.id, raw := as_bytes(body))
    assert (answer.status_code, answer.json()["code"]) == (422, "report_invalid")
    assert quarantined(raw)


@pytest.mark.parametrize(
    "value", [[], {}, None, True, 7, "envelope", {"manifest": 1, "signature": [], "key": None, "parts": {}}], ids=repr
)
def test_put_of_json_that_is_no_envelope_gives_422_and_is_kept(db: None, value: Any) -> None:
    before, raw = rows(), as_bytes(value)
    answer = put_bytes(APIClient(), uuid4(), raw)
    assert (answer.status_code, answer.json()["code"]) == (422, "envelope_invalid")
    assert grown(before) == {"QuarantinedEnvelope": 1, "Event": 1}
    assert quarantined(raw)


# Text that JSON can carry and PostgreSQL cannot (U+0000), at every place that is copied into a column of its own.
NUL = "a\x00b"


@pytest.mark.parametrize(
    "broken",
    [
        {NUL: 1},
        {"key": "\x00" * 64},
        {"manifest": NUL},
        {"parts": {NUL: NUL}},
    ],
    ids=["name", "key", "manifest", "part"],
)
def test_put_of_an_envelope_with_nul_characters_is_refused_and_kept(phone: Deliverer, broken: dict[str, Any]) -> None:
    sealed = phone.phone.seal()
    raw = as_bytes({**envelope_json(sealed), **broken})
    answer = put_bytes(phone.api, sealed.manifest.id, raw)
    assert (answer.status_code, answer.json()["code"]) == (422, "envelope_invalid")
    assert quarantined(raw)


@pytest.mark.parametrize("change", [{NUL: 1}, {"schema": NUL}, {"id": NUL}, {"sequence": True}, {"evidence": [NUL]}])
def test_put_of_a_manifest_with_nonsense_in_it_is_refused_and_kept(phone: Deliverer, change: dict[str, Any]) -> None:
    sealed = phone.phone.seal()
    manifest = canonical_bytes({**encode(sealed.manifest), **change})
    raw = as_bytes(phone.phone.signed_again(envelope_json(sealed), manifest=manifest))
    answer = put_bytes(phone.api, sealed.manifest.id, raw)
    assert answer.status_code == 422, answer.content
    assert quarantined(raw).sequence == (None if "sequence" in change else 1)


def test_put_of_a_report_wrong_in_a_thousand_places_says_so_in_a_bounded_answer(phone: Deliverer) -> None:
    sealed = phone.phone.seal()
    raw = as_bytes({**envelope_json(sealed), **{f"x{i}": 1 for i in range(10_000)}})
    answer = put_bytes(phone.api, sealed.manifest.id, raw)
    assert answer.status_code == 422
    assert len(answer.content) < 100_000
    assert quarantined(raw)


def test_put_of_what_is_no_json_gives_400_and_keeps_nothing(phone: Deliverer) -> None:
    sealed = phone.phone.seal()
    before = rows()
    for raw in (b"", b"{", body_of(sealed)[:-1], gzip.compress(body_of(sealed)), b"\xff\xd8\xff\xe0", b"NaN"):
        answer = put_bytes(phone.api, sealed.manifest.id, raw)
        assert (answer.status_code, answer.json()["code"]) == (400, "not_json"), raw[:20]
    assert grown(before) == {}


def test_put_over_the_limit_gives_413_and_keeps_nothing(phone: Deliverer, settings: LazySettings) -> None:
    sealed = phone.phone.seal()
    raw = body_of(sealed)
    before = rows()
    settings.ENVELOPE_MAX_BYTES = len(raw) - 1
    answer = put_bytes(phone.api, sealed.manifest.id, raw)
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
    assert str(len(raw) - 1) in answer.json()["detail"]
    assert grown(before) == {}
    settings.ENVELOPE_MAX_BYTES = len(raw)
    assert put_bytes(phone.api, sealed.manifest.id, raw).status_code == 201
