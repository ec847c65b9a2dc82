"""The load ledger: what accepted reports saw, beside what was declared and what is permitted."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from rest_framework.test import APIClient

from backend.audit import services as audit
from backend.audit.models import Event
from backend.audit.verifying import verify
from backend.inspections.models import ObservedLoad
from backend.registry.models import LedgerYear, Licence, ReferenceRow
from backend.registry.services.output import output_declare
from shared.wire.v1.records import Kind
from tests.backend.conftest import Cast, Deliverer, review
from tests.backend.inspections.sand import lorry, shown, stop
from tests.factories.registry import licence, mineral

YEAR = 2026


@pytest.fixture
def sand(db: None) -> Licence:
    return licence(capacity=Decimal(100))


def ledger(api: APIClient, of: Licence, year: int = YEAR, **query: Any) -> dict[str, Any]:
    answer = api.get(f"/api/v1/licences/{of.id}/ledger/", {"year": year, **query})
    assert answer.status_code == 200, answer.content
    found: dict[str, Any] = answer.json()
    return found


def declare(of: Licence, month: int, m3: float) -> None:
    output_declare(
        licence=of, year=YEAR, month=month, quantity=Decimal(str(m3)), unit="m3", basis="loose", source="phiếu thử",
        actor=audit.SYSTEM, now=timezone.now(),
    )  # fmt: skip


def observed(found: dict[str, Any]) -> list[tuple[bool, int, float]]:
    return [(part["sampled"], part["loads"], part["quantity"]) for part in found["observed"]]


def test_only_what_a_supervisor_accepted_is_in_the_ledger(
    sand: Licence, phone: Deliverer, cast: Cast, as_: Callable[..., APIClient]
) -> None:
    waiting, rejected = stop(phone, sand.id, paper="00000001"), stop(phone, sand.id, paper="00000002")
    accepted = stop(phone, sand.id, m3=11.0, paper="00000003")
    assert ledger(as_(cast.binh), sand)["observed"] == []
    review(rejected, cast.binh, "rejected")
    review(accepted, cast.binh)
    found = ledger(as_(cast.binh), sand)
    assert observed(found) == [(True, 1, 11.0)]
    assert [entry["report"] for entry in found["results"]] == [str(accepted)]
    assert found["results"][0]["url"].endswith(f"/api/v1/reports/{accepted}/")
    assert str(waiting) not in str(found)


def test_every_entry_opens_its_report(
    sand: Licence, phone: Deliverer, cast: Cast, as_: Callable[..., APIClient]
) -> None:
    review(stop(phone, sand.id), cast.binh)
    api = as_(cast.binh)
    (entry,) = ledger(api, sand)["results"]
    assert api.get(entry["url"]).json()["id"] == entry["report"]


def test_sampled_stops_say_so_and_prove_no_excess(
    sand: Licence, phone: Deliverer, cast: Cast, as_: Callable[..., APIClient]
) -> None:
    for i in range(10):
        review(stop(phone, sand.id, m3=12.0, paper=f"{i + 1:08d}"), cast.binh)
    found = ledger(as_(cast.binh), sand)
    (part,) = found["observed"]
    assert (part["quantity"], part["sampled"], part["proves"]) == (120.0, True, False)
    capacity = next(verdict for verdict in found["verdicts"] if verdict["rule"] == "capacity")
    assert capacity["answer"] == "cannot_tell"
    assert "sampled_only" in capacity["reasons"]


@pytest.mark.parametrize(("declared", "step"), [(99, None), (115, 15), (125, 25), (150, 50), (200, 100)])
def test_declared_output_is_held_against_the_capacity(
    declared: int, step: int | None, sand: Licence, cast: Cast, as_: Callable[..., APIClient]
) -> None:
    declare(sand, 1, declared - 10)
    declare(sand, 2, 5)
    declare(sand, 2, 10)  # a correction: the last one counts
    found = ledger(as_(cast.cuong), sand)
    assert (found["permitted"], found["declared"]["quantity"]) == (100.0, float(declared))
    assert [(month["month"], month["revision"]) for month in found["declared"]["months"]] == [(1, 1), (2, 2)]
    capacity = next(verdict for verdict in found["verdicts"] if verdict["rule"] == "capacity")
    if step is None:
        assert capacity["answer"] != "no"
    else:
        assert (capacity["answer"], capacity["numbers"]["step_percent"]) == ("no", float(step))


def test_reports_of_others_count_and_stay_closed(
    sand: Licence, phone: Deliverer, cast: Cast, as_: Callable[..., APIClient]
) -> None:
    review(stop(phone, sand.id), cast.binh)
    own, foreign = ledger(as_(cast.binh), sand), ledger(as_(cast.chi), sand)
    assert (own["hidden"], len(own["results"])) == (0, 1)
    assert (foreign["hidden"], foreign["results"]) == (1, [])
    assert foreign["observed"] == own["observed"]


def test_a_load_goes_to_a_licence_only_where_the_papers_leave_no_doubt(
    sand: Licence, phone: Deliverer, cast: Cast
) -> None:
    by_number = stop(phone, None, paper="00000008")
    unknown = phone.file(facts=replace(lorry(None), licences_shown=(shown(None, "99/GP"),)), kind=Kind.TRANSPORT)
    assert ObservedLoad.objects.get(report=by_number).licence_id == sand.id
    assert ObservedLoad.objects.get(report=unknown).licence_id is None


def test_weight_is_worked_out_with_the_density_and_its_source(
    phone: Deliverer, cast: Cast, as_: Callable[..., APIClient]
) -> None:
    mineral(density=1.45, density_source="phiếu thử nghiệm 7/2026")
    sand = licence()
    review(stop(phone, sand.id, m3=10.0), cast.binh)
    (entry,) = ledger(as_(cast.binh), sand)["results"]
    assert (entry["volume_m3"], entry["mass_t"], entry["density"]) == (10.0, 14.5, 1.45)
    assert entry["density_source"] == "phiếu thử nghiệm 7/2026"


def test_the_sums_of_phones_change_with_the_entries(sand: Licence, phone: Deliverer, cast: Cast) -> None:
    def sums() -> tuple[Any, ...]:
        row = LedgerYear.objects.get(licence=sand, year=YEAR)
        assert f'"observed":{row.observed}' in ReferenceRow.objects.get(kind="licences", row_id=str(sand.id)).body
        return row.declared, row.observed, row.sampled

    first = stop(phone, sand.id, m3=9.0)
    review(first, cast.binh)
    assert sums() == (None, 9.0, True)
    declare(sand, 3, 40)
    assert sums() == (40.0, 9.0, True)
    second = phone.file(facts=lorry(sand.id, m3=7.5), kind=Kind.TRANSPORT, supersedes=first)
    review(second, cast.binh)
    assert sums() == (40.0, 7.5, True)
    assert Event.objects.filter(action="ledger:changed").count() >= 2
    assert list(verify()) == []


def test_reports_from_before_are_drawn_again(
    sand: Licence, phone: Deliverer, cast: Cast, as_: Callable[..., APIClient]
) -> None:
    review(stop(phone, sand.id), cast.binh)
    before = ledger(as_(cast.binh), sand)
    ObservedLoad.objects.all().delete()
    LedgerYear.objects.all().delete()
    for _ in range(2):
        call_command("redraw_reports", "--batch", "1", stdout=StringIO())
        assert ledger(as_(cast.binh), sand)["observed"] == before["observed"]
    assert ObservedLoad.objects.count() == 1


def test_the_number_of_queries_does_not_grow_with_the_loads(
    sand: Licence, phone: Deliverer, cast: Cast, as_: Callable[..., APIClient]
) -> None:
    api, counts = as_(cast.binh), []
    for i in range(6):
        review(stop(phone, sand.id, paper=f"{i + 1:08d}"), cast.binh)
        ledger(api, sand)  # the register's cache is brought up to date
        with CaptureQueriesContext(connection) as queries:
            ledger(api, sand)
        counts.append(len(queries))
    assert len(set(counts)) == 1


@pytest.mark.parametrize("year", ["", "abc", 1, 99999])
def test_a_year_that_is_none_is_refused(year: Any, sand: Licence, cast: Cast, as_: Callable[..., APIClient]) -> None:
    answer = as_(cast.binh).get(f"/api/v1/licences/{sand.id}/ledger/", {"year": year})
    assert (answer.status_code, answer.json()["code"]) == (400, "request_invalid")
