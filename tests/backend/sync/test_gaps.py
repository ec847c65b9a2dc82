"""Which numbers never arrived, kept as ranges: the same answer as from every number, for the price of what is new."""

import random
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from rest_framework.test import APIClient

from backend.accounts.models import Device, Officer
from backend.inspections.models import Report
from backend.sync import gaps as counting
from backend.sync.gaps import gaps_refresh, merged
from backend.sync.models import ArrivedNumbers, ArrivedUpTo, QuarantinedEnvelope
from backend.sync.selectors import missing_ranges
from tests.backend.conftest import Cast, Deliverer, at_once, enrol, make_cast, on_postgresql
from tests.backend.sync.helpers import as_bytes, put_bytes
from tests.factories.reports import envelope_json


def bulk(device: Device, officer: Officer, sequences: list[int], first_number: int) -> None:
    """Rows of reports as receipt leaves them, without what this is not about."""
    now = timezone.now()
    Report.objects.bulk_create(
        Report(
            id=uuid4(),
            number=first_number + i,
            kind="transport",
            device=device,
            officer=officer,
            unit=device.unit,
            sequence=sequence,
            manifest_sha256=f"{first_number + i:064x}",
            sealed_at=now,
            received_at=now,
            started_at=now - timedelta(hours=1),
            inspection=uuid4(),
            inspection_mode="planned",
            inspection_basis="plan",
            inter_agency=False,
        )
        for i, sequence in enumerate(sequences)
    )


def gaps(api: APIClient) -> dict[str, tuple[int, list[tuple[int, int]]]]:
    """Device → (highest, missing ranges)."""
    return {
        entry["device"]: (entry["highest"], [(gap["first"], gap["last"]) for gap in entry["missing"]])
        for entry in api.get("/api/v1/devices/gaps/").json()["results"]
    }


@given(st.lists(st.sets(st.integers(1, 40)), max_size=6))
def test_ranges_in_parts_say_what_all_numbers_together_say(parts: list[set[int]]) -> None:
    ranges: list[list[int]] = []
    for part in parts:
        ranges = merged(ranges, part)
    arrived = set().union(*parts)
    assert {n for first, last in ranges for n in range(first, last + 1)} == arrived
    assert all(ranges[i][1] + 1 < ranges[i + 1][0] for i in range(len(ranges) - 1))
    missing = {n for gap in missing_ranges(ranges) for n in range(gap["first"], gap["last"] + 1)}
    assert missing == set(range(1, max(arrived, default=0) + 1)) - arrived


def test_gaps_are_the_same_however_often_somebody_looked_in_between(
    cast: Cast, as_: Callable[..., APIClient], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(counting, "_AT_ONCE", 7)  # lots that end anywhere
    devices = [enrol(cast.an, cast.binh)[1] for _ in range(3)]
    rest = [(device, sequence) for device in devices for sequence in range(1, 31)]
    random.Random(4).shuffle(rest)
    lost, rest = rest[:12], rest[12:]
    number, api = 1000, as_(cast.binh)
    while rest:
        for device, sequence in rest[:9]:
            bulk(device, cast.an, [sequence], number)
            number += 1
        rest = rest[9:]
        gaps(api)
    found = gaps(api)
    for device in devices:
        highest, missing = found[str(device.id)]
        expected = {sequence for other, sequence in lost if other == device and sequence < highest}
        assert {n for first, last in missing for n in range(first, last + 1)} == expected


def test_looking_for_gaps_reads_what_is_new_and_no_more(cast: Cast, as_: Callable[..., APIClient]) -> None:
    _, device, _ = enrol(cast.an, cast.binh)
    bulk(device, cast.an, [*range(1, 2001), *range(2003, 3001)], 10_000)
    api = as_(cast.binh)
    assert gaps(api)[str(device.id)] == (3000, [(2001, 2002)])
    with CaptureQueriesContext(connection) as few:
        gaps(api)
    for _ in range(5):
        enrol(cast.an, cast.binh)
    bulk(device, cast.an, [3001], 20_000)
    gaps(api)
    with CaptureQueriesContext(connection) as many:
        assert gaps(api)[str(device.id)] == (3001, [(2001, 2002)])
    assert len(many) == len(few)
    assert not any("FOR UPDATE" in query["sql"] or query["sql"].startswith("INSERT") for query in many.captured_queries)
    assert ArrivedNumbers.objects.get(device=device).ranges == [[1, 2000], [2003, 3001]]


def test_quarantined_numbers_count_and_what_names_no_number_does_not_stop_the_reading(
    cast: Cast, phone: Deliverer, as_: Callable[..., APIClient]
) -> None:
    one, two, three = (phone.phone.seal() for _ in range(3))
    api = as_(cast.binh)
    put_bytes(APIClient(), one.manifest.id, b'{"manifest": 7}')
    assert gaps(api)[str(phone.device.id)] == (0, [])
    put_bytes(phone.api, two.manifest.id, as_bytes(phone.phone.tampered(envelope_json(two), "facts_wrong_unit")))
    assert gaps(api)[str(phone.device.id)] == (2, [(1, 1)])
    phone.put(three)
    phone.put(one)
    assert gaps(api)[str(phone.device.id)] == (3, [])
    known = ArrivedUpTo.objects.get()
    assert known.reports == max(Report.objects.values_list("number", flat=True))
    assert known.quarantined == max(QuarantinedEnvelope.objects.values_list("number", flat=True))


@on_postgresql
@pytest.mark.django_db(transaction=True)
def test_several_who_look_at_once_while_reports_arrive_miss_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counting, "_AT_ONCE", 5)
    cast = make_cast()
    phone, device, _ = enrol(cast.an, cast.binh)
    api = APIClient()
    bodies = [(sealed.manifest.id, as_bytes(envelope_json(sealed))) for sealed in (phone.seal() for _ in range(16))]

    def sending(some: list[Any]) -> Callable[[], list[int]]:
        return lambda: [put_bytes(api, report, raw).status_code for report, raw in some]

    def looking() -> None:
        for _ in range(8):
            gaps_refresh()

    answers = at_once(sending(bodies[::2]), sending(bodies[1::2]), looking, looking)
    assert answers[:2] == [[201] * 8] * 2
    gaps_refresh()
    assert ArrivedNumbers.objects.get(device=device).ranges == [[1, 16]]
