"""What was refused waits whole, counts as arrived, and is filed once its cause is mended."""

from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from backend.accounts.models import Device
from backend.audit.models import Event
from backend.inspections.models import Report, SealedBytes
from backend.sync.models import QuarantinedEnvelope
from tests.backend.conftest import Cast, Deliverer
from tests.backend.sync.helpers import as_bytes, body_of, grown, put_bytes, quarantined, receipt_of, rows
from tests.factories.reports import SealingPhone, envelope_json

pytestmark = pytest.mark.usefixtures("_at_noon")

Client = Callable[..., APIClient]


def replay(as_em: APIClient, row: QuarantinedEnvelope) -> Any:
    return as_em.post(f"/api/v1/quarantine/{row.id}/replay/")


def gaps(api: APIClient, device: Device) -> dict[str, Any]:
    found = [entry for entry in api.get("/api/v1/devices/gaps/").json()["results"] if entry["device"] == str(device.id)]
    assert len(found) == 1
    entry: dict[str, Any] = found[0]
    return entry


def test_replay_after_the_device_was_enrolled_files_the_report(cast: Cast, as_: Client) -> None:
    """The office was restored from a backup older than the phone; now the device is put back."""
    stranger = SealingPhone(officer=cast.an.id, unit=cast.team.id)
    sealed = stranger.seal(files=[b"one"])
    put_bytes(APIClient(), sealed.manifest.id, raw := body_of(sealed))
    row = quarantined(raw)
    assert row.code == "device_unknown"
    Device.objects.create(
        id=stranger.device,
        key_id=stranger.key_id,
        public_key=stranger.public_key_pem,
        unit=cast.team,
        enrolled_at=timezone.now(),
    )
    before = rows()

    answer = replay(as_(cast.em), row)

    assert answer.status_code == 201, answer.content
    assert answer.json()["report"] == str(sealed.manifest.id)
    assert bytes(SealedBytes.objects.get().manifest) == sealed.envelope.manifest
    assert {name: grown(before)[name] for name in ("Report", "Evidence")} == {"Report": 1, "Evidence": 1}
    row.refresh_from_db()
    assert row.replayed_at == timezone.now()
    event = Event.objects.get(action="quarantine:replayed")
    assert (event.subject, event.actor) == (f"quarantine:{row.id}", str(cast.em.id))


def test_replay_after_the_officer_was_given_a_unit_files_the_report(cast: Cast, phone: Deliverer, as_: Client) -> None:
    cast.an.unit = None
    cast.an.save()
    sealed = phone.phone.seal()
    put_bytes(phone.api, sealed.manifest.id, raw := body_of(sealed))
    refused = replay(as_(cast.em), quarantined(raw))
    assert (refused.status_code, refused.json()["code"]) == (422, "still_refused")
    cast.an.unit = cast.team
    cast.an.save()
    assert replay(as_(cast.em), quarantined(raw)).status_code == 201
    assert Report.objects.get().unit_id == cast.team.id


def test_replay_again_files_nothing_twice(cast: Cast, phone: Deliverer, as_: Client) -> None:
    sealed = phone.phone.seal()
    wrong_address = phone.phone.seal()
    put_bytes(phone.api, sealed.manifest.id, raw := body_of(wrong_address))
    row = quarantined(raw)
    assert row.code == "id_mismatch"
    assert replay(as_(cast.em), row).status_code == 201  # the address was wrong, the report is not
    before = rows()
    assert replay(as_(cast.em), row).status_code == 200
    assert set(grown(before)) <= {"Event", "OfficerToken"}
    assert phone.put(wrong_address).status_code == 200


@pytest.mark.parametrize("how", ["signature_of_something_else", "facts_wrong_unit", "schema_newer"])
def test_replay_of_what_is_still_wrong_says_why_and_keeps_it(
    cast: Cast, phone: Deliverer, as_: Client, how: str
) -> None:
    sealed = phone.phone.seal()
    raw = as_bytes(phone.phone.tampered(envelope_json(sealed), how))
    first = put_bytes(phone.api, sealed.manifest.id, raw)
    row = quarantined(raw)
    api = as_(cast.em)
    before = rows()
    answer = replay(api, row)
    assert (answer.status_code, answer.json()["code"]) == (422, "still_refused")
    assert first.json()["detail"] in answer.json()["detail"]
    assert answer.json()["errors"] == first.json()["errors"]
    assert grown(before) == {}
    assert quarantined(raw).replayed_at is None


def test_replay_of_a_second_copy_is_still_refused_while_the_first_stands(
    cast: Cast, phone: Deliverer, as_: Client
) -> None:
    first = phone.phone.seal()
    phone.put(first)
    second = phone.phone.seal(id=first.manifest.id)
    put_bytes(phone.api, first.manifest.id, raw := body_of(second))
    answer = replay(as_(cast.em), quarantined(raw))
    assert (answer.status_code, answer.json()["code"]) == (422, "still_refused")
    assert Report.objects.get().manifest_sha256 == first.manifest_sha256


def test_replay_is_for_administrators_of_the_agency_only(cast: Cast, phone: Deliverer, as_: Client) -> None:
    sealed = phone.phone.seal()
    put_bytes(phone.api, sealed.manifest.id, raw := body_of(phone.phone.seal()))
    row = quarantined(raw)
    for role, officer in cast.by_role.items():
        if role != "administrator":
            assert replay(as_(officer), row).status_code == 403, role
    assert replay(as_(None), row).status_code == 401
    assert not Report.objects.exists()


def test_quarantine_list_shows_what_is_known_of_a_row_and_not_its_body(
    cast: Cast, phone: Deliverer, as_: Client
) -> None:
    sealed = phone.phone.seal()
    raw = as_bytes(phone.phone.tampered(envelope_json(sealed), "facts_wrong_unit"))
    put_bytes(phone.api, sealed.manifest.id, raw)
    (entry,) = as_(cast.em).get("/api/v1/quarantine/").json()["results"]
    assert (entry["report"], entry["device"], entry["sequence"], entry["code"], entry["times"]) == (
        str(sealed.manifest.id),
        str(phone.device.id),
        1,
        "report_invalid",
        1,
    )
    assert "body" not in entry


@pytest.mark.parametrize(
    "how", ["facts_wrong_unit", "schema_newer", "facts_of_another_report", "envelope_unknown_field"]
)
def test_quarantined_report_counts_as_arrived(cast: Cast, phone: Deliverer, as_: Client, how: str) -> None:
    one, two, _lost, four = (phone.phone.seal() for _ in range(4))
    phone.put(one)
    phone.put(four)
    assert gaps(as_(cast.binh), phone.device)["missing"] == [{"first": 2, "last": 3}]
    put_bytes(phone.api, two.manifest.id, as_bytes(phone.phone.tampered(envelope_json(two), how)))
    entry = gaps(as_(cast.binh), phone.device)
    assert (entry["highest"], entry["missing"]) == (4, [{"first": 3, "last": 3}])


@pytest.mark.parametrize("how", ["signature_of_something_else", "manifest_changed", "key_never_enrolled"])
def test_quarantined_report_nobody_signed_fills_no_gap(cast: Cast, phone: Deliverer, as_: Client, how: str) -> None:
    one, two, three = (phone.phone.seal() for _ in range(3))
    phone.put(one)
    phone.put(three)
    put_bytes(phone.api, two.manifest.id, as_bytes(phone.phone.tampered(envelope_json(two), how)))
    assert gaps(as_(cast.binh), phone.device)["missing"] == [{"first": 2, "last": 2}]


def test_replay_closes_the_gap_flag_of_the_report_after_it(cast: Cast, phone: Deliverer, as_: Client) -> None:
    one, two = phone.phone.seal(), phone.phone.seal()
    put_bytes(phone.api, two.manifest.id, raw := body_of(one))  # at a wrong address
    assert phone.put(two).json()["flags"] == ["sequence_gap"]
    assert replay(as_(cast.em), quarantined(raw)).status_code == 201
    assert receipt_of(phone.api, two)["flags"] == []


def test_gaps_name_a_phone_with_nothing_missing_and_are_scoped(cast: Cast, phone: Deliverer, as_: Client) -> None:
    assert gaps(as_(cast.binh), phone.device)["missing"] == []
    assert gaps(as_(cast.binh), phone.device)["highest"] == 0
    assert as_(cast.chi).get("/api/v1/devices/gaps/").json() == {"results": []}
    assert as_(cast.an).get("/api/v1/devices/gaps/").status_code == 403
