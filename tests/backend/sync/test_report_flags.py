"""What is odd about a well-signed report is kept and flagged, never refused."""

import itertools
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from backend.accounts import services as accounts
from backend.inspections.models import MeasuredQuantity, Report, SealedBytes
from shared.wire.v1.canonical import canonical_bytes
from shared.wire.v1.codec import encode
from shared.wire.v1.messages import App
from shared.wire.v1.seal import SealedReport
from tests.backend.conftest import Cast, Deliverer, enrol
from tests.backend.sync.helpers import body_of, put_bytes, receipt_of
from tests.factories.reports import (
    SealingPhone,
    assessment,
    envelope_json,
    evidence_entry,
    measurement,
    subject,
    transport_facts,
    vehicle,
)

pytestmark = pytest.mark.usefixtures("_at_noon")


def flags_of(answer: object) -> list[str]:
    assert getattr(answer, "status_code") == 201, getattr(answer, "content")  # noqa: B009 - DRF's test response
    flags: list[str] = answer.json()["flags"]  # type: ignore[attr-defined]
    return flags


def test_report_in_its_place_has_no_flags(phone: Deliverer) -> None:
    assert flags_of(phone.put(phone.phone.seal())) == []
    assert flags_of(phone.put(phone.phone.seal())) == []


def test_report_naming_another_before_it_is_flagged_chain_broken(phone: Deliverer) -> None:
    phone.put(phone.phone.seal())
    assert flags_of(phone.put(phone.phone.seal(previous="0" * 64))) == ["chain_broken"]


def test_report_ahead_of_the_one_before_is_flagged_until_that_arrives(phone: Deliverer) -> None:
    one, two, three = (phone.phone.seal() for _ in range(3))
    assert flags_of(phone.put(one)) == []
    assert flags_of(phone.put(three)) == ["sequence_gap"]
    assert flags_of(phone.put(two)) == []
    assert receipt_of(phone.api, three)["flags"] == []


def test_report_ahead_of_one_it_does_not_name_turns_from_gap_to_break(phone: Deliverer) -> None:
    one, two = phone.phone.seal(), phone.phone.seal(previous="1" * 64)
    assert flags_of(phone.put(two)) == ["sequence_gap"]
    assert flags_of(phone.put(one)) == []
    assert receipt_of(phone.api, two)["flags"] == ["chain_broken"]


def test_second_report_of_a_number_is_flagged_reused(phone: Deliverer) -> None:
    one, two = phone.phone.seal(), phone.phone.seal()
    again = phone.phone.seal(sequence=2, previous=one.manifest_sha256)
    assert [flags_of(phone.put(sealed)) for sealed in (one, two, again)] == [[], [], ["sequence_reused"]]


@pytest.mark.parametrize("order", [*itertools.permutations(range(4))], ids=str)
def test_chain_flags_end_the_same_in_whatever_order_a_forked_chain_arrives(
    phone: Deliverer, order: tuple[int, ...]
) -> None:
    """A phone restored from a backup seals number 2 twice and goes on from the second."""
    one, lost = phone.phone.seal(), phone.phone.seal()
    fork = phone.phone.seal(sequence=2, previous=one.manifest_sha256)
    three = phone.phone.seal()
    sealed: list[SealedReport] = [one, lost, fork, three]
    for i in order:
        flags_of(phone.put(sealed[i]))
    breaks = [sorted({"sequence_gap", "chain_broken"} & set(receipt_of(phone.api, s)["flags"])) for s in sealed]
    assert breaks == [[], [], [], []]
    assert Report.objects.filter(flags__icontains="sequence_reused").count() == 1


@pytest.mark.parametrize(
    ("sealed_at", "started_at"),
    [
        (timedelta(hours=2), timedelta(hours=1)),
        (timedelta(days=-500), timedelta(days=-500)),
        (timedelta(minutes=-10), timedelta(minutes=10)),
    ],
    ids=["sealed in the future", "sealed before it was enrolled", "started after it was sealed"],
)
def test_report_of_an_impossible_time_is_flagged_clock_absurd(
    phone: Deliverer, sealed_at: timedelta, started_at: timedelta
) -> None:
    now = timezone.now()
    facts = transport_facts(started_at=now + started_at, finished_at=None)
    assert flags_of(phone.put(phone.phone.seal(facts=facts, sealed_at=now + sealed_at))) == ["clock_absurd"]


@pytest.mark.parametrize("sealed_at", ["0001-01-01T00:00:00.000+00:00", "9999-12-31T23:59:59.999+00:00"])
def test_report_of_the_ends_of_time_is_kept_and_flagged(phone: Deliverer, sealed_at: str) -> None:
    sealed = phone.phone.seal()
    manifest = canonical_bytes({**encode(sealed.manifest), "sealed_at": sealed_at})
    answer = phone.put_json(str(sealed.manifest.id), phone.phone.signed_again(envelope_json(sealed), manifest=manifest))
    assert flags_of(answer) == ["clock_absurd"]


@pytest.mark.parametrize("value", [1e12, 9e15])
def test_report_of_an_impossible_quantity_is_kept_and_flagged_and_the_number_not_counted(
    phone: Deliverer, value: float
) -> None:
    facts = transport_facts(measurements=(measurement(value=value),))
    sealed = phone.phone.seal(facts=facts)
    assert flags_of(phone.put(sealed)) == ["quantity_absurd"]
    assert [row.value for row in MeasuredQuantity.objects.all()] == [12]


def test_report_with_texts_no_column_can_hold_is_kept_without_a_flag(phone: Deliverer) -> None:
    """U+0000 and lengths that JSON allows and PostgreSQL does not; the sealed bytes have them all the same."""
    nul = "a\x00b" * 200
    photo = evidence_entry(b"one", media_type=nul)
    facts = transport_facts(
        commune=nul,
        place=nul,
        statement=nul,
        vehicles=(vehicle(mark=nul),),
        subjects=(subject(display_name=nul, tax_code=nul),),
    )
    sealed = phone.phone.seal(
        facts=facts, assessment=assessment(nul), evidence=(photo,), reference_cursor=nul, app=App(nul, nul, nul)
    )
    assert flags_of(phone.put(sealed)) == []
    assert bytes(SealedBytes.objects.get().facts) == sealed.envelope.parts.facts
    row = Report.objects.get()
    assert (row.commune, row.place) == ("", ("ab" * 200)[:500])
    assert phone.put(sealed).status_code == 200


def test_report_by_an_officer_never_enrolled_on_the_device_is_flagged(cast: Cast, phone: Deliverer) -> None:
    sealed = phone.phone.seal(officer=cast.binh.id, unit=cast.division.id)
    assert flags_of(phone.put(sealed)) == ["officer_switched"]
    row = Report.objects.get(id=sealed.manifest.id)
    assert (row.officer_id, row.unit_id) == (cast.binh.id, cast.division.id)


def test_report_naming_another_unit_is_flagged_and_belongs_to_the_officers(cast: Cast, phone: Deliverer) -> None:
    sealed = phone.phone.seal(unit=cast.division.id)
    assert flags_of(phone.put(sealed)) == ["unit_differs"]
    assert Report.objects.get(id=sealed.manifest.id).unit_id == cast.team.id


def test_report_of_a_revoked_device_is_flagged_and_its_token_counts_for_nothing(cast: Cast, phone: Deliverer) -> None:
    accounts.device_revoke(device=phone.device, by=cast.binh, now=timezone.now())
    sealed = phone.phone.seal()
    assert flags_of(phone.put(sealed)) == ["delivered_without_token", "device_revoked"]
    assert phone.api.get(f"/api/v1/reports/{sealed.manifest.id}/receipt/").status_code == 404
    assert phone.api.get("/api/v1/me/").status_code == 401


def test_report_relayed_by_a_colleague_is_flagged_and_names_who_brought_it(cast: Cast, phone: Deliverer) -> None:
    _, colleague, token = enrol(cast.binh, cast.binh)
    api = APIClient(headers={"Authorization": f"Token {token}"})
    sealed = phone.phone.seal()
    assert flags_of(put_bytes(api, sealed.manifest.id, body_of(sealed))) == ["relayed"]
    assert Report.objects.get().delivered_by_id == colleague.id


@pytest.mark.parametrize("header", [None, "Token " + "0" * 64, "Token", "Token \xff\xfe", "Bearer x"])
def test_report_delivered_without_a_good_token_is_kept_and_flagged(phone: Deliverer, header: str | None) -> None:
    api = APIClient(headers={} if header is None else {"Authorization": header})
    sealed = phone.phone.seal()
    assert flags_of(put_bytes(api, sealed.manifest.id, body_of(sealed))) == ["delivered_without_token"]


def test_report_delivered_by_a_person_without_device_is_flagged(
    cast: Cast, phone: Deliverer, as_: Callable[..., APIClient]
) -> None:
    """A memory card brought to the office: Bình hands it in from a desk."""
    sealed = phone.phone.seal()
    assert flags_of(put_bytes(as_(cast.binh), sealed.manifest.id, body_of(sealed))) == ["delivered_without_token"]


def test_flags_add_up_and_are_sorted(cast: Cast, phone: Deliverer) -> None:
    phone.put(phone.phone.seal())
    sealed = phone.phone.seal(previous="0" * 64, officer=cast.binh.id, sealed_at=timezone.now() + timedelta(days=1))
    answer = put_bytes(APIClient(), sealed.manifest.id, body_of(sealed))
    assert flags_of(answer) == [
        "chain_broken",
        "clock_absurd",
        "delivered_without_token",
        "officer_switched",
        "unit_differs",
    ]


def test_second_arrival_by_another_way_changes_no_flag(phone: Deliverer) -> None:
    sealed = phone.phone.seal()
    phone.put(sealed)
    again = put_bytes(APIClient(), sealed.manifest.id, body_of(sealed))
    assert (again.status_code, again.json()["flags"]) == (200, [])


def test_phone_of_nobody_cannot_be_flagged_in(db: None) -> None:
    """Flags are for keys that were enrolled; a stranger's report is refused whatever else is odd about it."""
    stranger = SealingPhone()
    sealed = stranger.seal(previous=None)
    answer = APIClient().put(f"/api/v1/reports/{sealed.manifest.id}/", envelope_json(sealed), format="json")
    assert (answer.status_code, answer.json()["code"]) == (422, "device_unknown")
