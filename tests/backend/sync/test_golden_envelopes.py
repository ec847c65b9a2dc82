"""The golden files as the office reads them: what a phone of version 1.0 sealed is filed for ever."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
import time_machine
from django.utils import timezone
from rest_framework.test import APIClient

from backend.accounts.models import Device, DeviceOfficer, Officer, Unit
from backend.audit.signing import key_id, load_public_key
from backend.inspections.models import Evidence, Report
from shared.wire.v1.codec import decode
from shared.wire.v1.messages import Manifest, Receipt
from shared.wire.v1.schema import schema
from tests import golden
from tests.backend.conftest import Cast
from tests.backend.sync.tus import create, patch

pytestmark = pytest.mark.usefixtures("_after_the_last")

CHAIN = ("transport", "extraction", "stockyard")


@pytest.fixture
def _after_the_last() -> Iterator[None]:
    """The golden reports arrive an hour after the last of them was sealed, on whatever day the tests run."""
    sealed_at = golden.read("envelope_stockyard.decoded.json")["manifest"]["sealed_at"]
    with time_machine.travel(datetime.fromisoformat(sealed_at) + timedelta(hours=1), tick=False):
        yield


@pytest.fixture
def golden_phone(cast: Cast) -> Device:
    """The phone, officer and unit that the golden reports name, as if enrolled here long ago."""
    manifest = golden.read("envelope_transport.decoded.json")["manifest"]
    unit = Unit(id=UUID(manifest["unit"]), agency=cast.department, parent=cast.division, name="Tổ vàng (minh họa)")
    unit.path = f"{cast.division.path}{unit.id}/"
    unit.save(force_insert=True)
    officer = Officer.objects.create(id=UUID(manifest["officer"]), username="golden", name="Minh họa", unit=unit)
    pem = (golden.FOLDER / "phone_key.pem").read_text(encoding="ascii")
    since = timezone.now() - timedelta(days=30)
    device = Device.objects.create(
        id=UUID(manifest["device"]),
        key_id=key_id(load_public_key(pem)),
        public_key=pem,
        model="Máy vàng (minh họa)",
        platform="test",
        unit=cast.team,
        enrolled_at=since,
    )
    DeviceOfficer.objects.create(device=device, officer=officer, since=since)
    return device


def put(name: str) -> Any:
    envelope = golden.read(f"envelope_{name}.json")
    report = golden.read(f"envelope_{name}.decoded.json")["manifest"]["id"]
    return APIClient(raise_request_exception=False).put(f"/api/v1/reports/{report}/", envelope, format="json")


def test_golden_chain_is_filed_in_its_order_without_a_flag_but_the_missing_token(golden_phone: Device) -> None:
    for name in CHAIN:
        answer = put(name)
        assert (answer.status_code, answer.json().get("flags")) == (201, ["delivered_without_token"]), answer.json()
        decoded = golden.read(f"envelope_{name}.decoded.json")
        assert answer.json()["manifest_sha256"] == decoded["manifest_sha256"]
        kept = Report.objects.get(id=decoded["manifest"]["id"])
        assert (kept.kind, kept.sequence) == (name, decoded["manifest"]["sequence"])


def test_golden_chain_backwards_ends_without_a_gap(golden_phone: Device) -> None:
    for name in reversed(CHAIN):
        assert put(name).status_code == 201
    flags = list(Report.objects.order_by("sequence").values_list("flags", flat=True))
    assert flags == [["delivered_without_token"]] * 3


def test_golden_photos_are_the_files_the_transport_report_declares(golden_phone: Device) -> None:
    assert put("transport").status_code == 201
    manifest = decode(Manifest, golden.read("envelope_transport.decoded.json")["manifest"])
    api = APIClient(raise_request_exception=False)
    for entry in manifest.evidence:
        content = (golden.FOLDER / f"photo_{entry.purpose.value}.jpg").read_bytes()
        assert patch(api, create(api, manifest.id, entry), 0, content).status_code == 204
    assert set(Evidence.objects.values_list("state", flat=True)) == {"confirmed"}


def test_receipt_of_the_office_has_the_fields_of_the_golden_one(golden_phone: Device) -> None:
    receipt = put("transport").json()
    assert set(receipt) == set(golden.read("receipt.json")) == set(schema()["$defs"][Receipt.__name__]["required"])
