"""The licence register as everybody who inspects reads it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from rest_framework.test import APIClient

from backend.audit import services as audit
from backend.registry.services.given import AreaGiven, EquipmentGiven, HolderGiven, StockyardGiven
from backend.registry.services.licences import licences_record
from shared.rules.terms import EquipmentKind
from tests.backend.conftest import Cast
from tests.factories.registry import given, licence, square


@pytest.fixture
def an(cast: Cast, as_: Callable[..., APIClient]) -> APIClient:
    return as_(cast.an)


def numbers(api: APIClient, **query: Any) -> list[str]:
    answer = api.get("/api/v1/licences/", query)
    assert answer.status_code == 200, answer.content
    return [row["number"] for row in answer.json()["results"]]


@pytest.fixture
def register(db: None) -> None:
    licence("12/GP-UBND", square(20.60, 106.00))
    licence("7/GP-UBND", square(20.90, 106.30), holder=HolderGiven("Hợp tác xã Hoà Bình"), valid_to=date(2025, 12, 31))
    licence("482/GP-BNNMT", square(21.20, 106.50), minerals=())


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, ["12/GP-UBND", "482/GP-BNNMT", "7/GP-UBND"]),
        ({"q": "hoa binh"}, ["7/GP-UBND"]),
        ({"q": "HÒA BÌNH"}, ["7/GP-UBND"]),
        ({"q": "482"}, ["482/GP-BNNMT"]),
        ({"q": "không có ai"}, []),
        ({"number": "12 /gp–ubnd"}, ["12/GP-UBND"]),
        ({"valid_on": "2026-03-01"}, ["12/GP-UBND", "482/GP-BNNMT"]),
        ({"family": "riverbed_sand"}, ["12/GP-UBND", "7/GP-UBND"]),
        ({"bbox": "106.25,20.85,106.35,20.95"}, ["7/GP-UBND"]),
        ({"bbox": "100,10,101,11"}, []),
    ],
)
def test_licences_are_found(query: dict[str, str], found: list[str], register: None, an: APIClient) -> None:
    assert numbers(an, **query) == found


@pytest.mark.parametrize("query", [{"bbox": "1,2,3"}, {"valid_on": "31/12/2026"}, {"family": "vàng"}])
def test_a_question_that_is_none_is_refused(query: dict[str, str], an: APIClient) -> None:
    answer = an.get("/api/v1/licences/", query)
    assert (answer.status_code, answer.json()["code"]) == (400, "request_invalid")


def test_pages_neither_skip_nor_repeat(register: None, an: APIClient) -> None:
    seen: list[str] = []
    address: str | None = "/api/v1/licences/?limit=2"
    while address:
        page = an.get(address).json()
        seen += [row["number"] for row in page["results"]]
        address = page["next"]
    assert seen == ["12/GP-UBND", "482/GP-BNNMT", "7/GP-UBND"]


def test_one_licence_shows_every_version_and_its_corner_table(an: APIClient) -> None:
    table = "Điểm\tX\tY\n1\t2278000,00\t553000,00"
    area = AreaGiven(square(), 9209, 115.3, corner_table=table, declared_ha=Decimal("115"))
    found = licence(
        areas=(area,),
        equipment=(EquipmentGiven(EquipmentKind.WATERWAY, "HY-1234", "tàu hút"),),
        stockyards=(StockyardGiven("Bãi số 1"),),
    )
    amended = replace(given(), effective_from=date(2026, 1, 1), holder=HolderGiven("Công ty tên mới"), basis="QĐ 9")
    licences_record([amended], actor=audit.SYSTEM, now=timezone.now(), source="thử")
    body = an.get(f"/api/v1/licences/{found.id}/").json()
    first, second = sorted(body["versions"], key=lambda version: version["version"])
    assert (first["holder"], second["holder"]) == ("Công ty Cát Sông (thử)", "Công ty tên mới")
    assert (first["in_force"], second["in_force"]) == (False, True)
    (shown,) = first["areas"]
    assert (shown["corner_table"], shown["epsg"]) == (table, 9209)
    assert shown["difference_percent"] == pytest.approx(0.26, abs=0.01)
    assert [row["mark"] for row in first["equipment"]] == ["HY-1234"]
    assert [row["name"] for row in first["stockyards"]] == ["Bãi số 1"]


def test_no_such_licence(an: APIClient) -> None:
    for address in (f"/api/v1/licences/{uuid4()}/", f"/api/v1/licences/{uuid4()}/ledger/?year=2026"):
        assert an.get(address).json()["code"] == "not_found"


def test_the_number_of_queries_does_not_grow_with_the_licences(an: APIClient) -> None:
    counts = []
    for size in (3, 30):
        for i in range(size):
            licence(f"{size}-{i}/GP", square(20 + i * 0.02, 105.5 + size * 0.01))
        numbers(an)
        with CaptureQueriesContext(connection) as queries:
            assert len(numbers(an)) >= size
        counts.append(len(queries))
    assert counts[0] == counts[1]
