"""What the phone takes along: everything, or nothing when it has that already."""

import gzip
import json
from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import UUID

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from backend.registry import services
from backend.registry.models import Commune, Licence
from backend.registry.selectors import licence_areas
from tests.backend.conftest import Cast, Deliverer

SQUARE = {
    "type": "Polygon",
    "coordinates": [[[106.0, 20.6], [106.01, 20.6], [106.01, 20.61], [106.0, 20.61], [106.0, 20.6]]],
}
COMMUNE = {"code": "12142", "province_code": "33", "name": "Minh Họa", "kind": "Xã", "lat": 20.6, "lon": 106.0}
LICENCE = {
    "id": UUID(int=0x0199_0000_0000_7000_8000_0000_0000_0001),
    "number": "12/GP-UBND",
    "holder": "Đơn vị (minh họa)",
    "mineral": "cát (minh họa)",
    "area": SQUARE,
    "valid_from": date(2025, 1, 1),
    "valid_to": date(2029, 12, 31),
    "illustration": True,
}


def load(**changes: Any) -> None:
    services.communes_load([COMMUNE], source="thử", now=timezone.now())
    services.licences_load([{**LICENCE, **changes}], source="thử", now=timezone.now())


@pytest.fixture
def an(cast: Cast, as_: Callable[..., APIClient]) -> APIClient:
    return as_(cast.an)


def reference(api: APIClient, cursor: str | None = None) -> dict[str, Any]:
    answer = api.get("/api/v1/reference/", {} if cursor is None else {"cursor": cursor})
    assert answer.status_code == 200, answer.content
    found: dict[str, Any] = answer.json()
    return found


def test_reference_has_every_part_of_the_contract(an: APIClient) -> None:
    load()
    body = reference(an)
    assert set(body) == {
        *("cursor", "licences", "minerals", "violation_types", "communes", "vehicles", "settings", "removed")
    }
    assert body["licences"] == [
        {**LICENCE, "id": str(LICENCE["id"]), "valid_from": "2025-01-01", "valid_to": "2029-12-31"}
    ]
    assert body["communes"] == [{"id": "12142", **COMMUNE}]


def test_reference_is_empty_when_nothing_changed(an: APIClient) -> None:
    load()
    cursor = reference(an)["cursor"]
    body = reference(an, cursor)
    assert body.pop("cursor") == cursor
    assert not any(body.values())


@pytest.mark.parametrize("cursor", ["", "x", "0" * 32, "ốc"])
def test_reference_is_whole_for_a_cursor_that_is_not_the_present_one(cursor: str, an: APIClient) -> None:
    load()
    assert len(reference(an, cursor)["licences"]) == 1


def test_reference_travels_packed_to_whoever_takes_that(an: APIClient) -> None:
    load()
    packed = an.get("/api/v1/reference/", headers={"Accept-Encoding": "gzip"})
    assert packed["Content-Encoding"] == "gzip"
    assert json.loads(gzip.decompress(packed.content)) == reference(an)
    assert "Content-Encoding" not in an.get("/api/v1/reference/")


@pytest.mark.parametrize("encoding", ["gzip", "identity"])
def test_reference_known_by_its_etag_is_not_sent_again(encoding: str, an: APIClient) -> None:
    load()
    first = an.get("/api/v1/reference/", headers={"Accept-Encoding": encoding})
    known = {"Accept-Encoding": encoding, "If-None-Match": first["ETag"]}
    again = an.get("/api/v1/reference/", headers=known)
    assert (again.status_code, again.content) == (304, b"")
    load(holder="Đơn vị khác (minh họa)")
    assert an.get("/api/v1/reference/", headers=known).status_code == 200


@pytest.mark.parametrize(
    "change", [{"holder": "Đơn vị khác (minh họa)"}, {"valid_to": date(2030, 1, 1)}, {"illustration": False}]
)
def test_cursor_changes_with_the_content_and_only_with_it(change: dict[str, Any], an: APIClient) -> None:
    load()
    before = reference(an)["cursor"]
    load()
    assert reference(an)["cursor"] == before
    load(**change)
    assert reference(an)["cursor"] != before
    load()
    assert reference(an)["cursor"] == before


def test_cursor_changes_when_a_licence_goes(an: APIClient) -> None:
    load()
    before = reference(an)["cursor"]
    Licence.objects.all().delete()
    body = reference(an, before)
    assert (body["licences"], len(body["communes"])) == ([], 1)
    assert body["cursor"] != before


def test_loading_again_updates_by_code_and_number(db: None) -> None:
    load()
    load(holder="Đơn vị khác (minh họa)")
    assert (Commune.objects.count(), Licence.objects.get().holder) == (1, "Đơn vị khác (minh họa)")


@pytest.mark.parametrize(
    "area", [{}, {"type": "Point", "coordinates": [106, 20]}, {"type": "Polygon", "coordinates": []}]
)
def test_licence_without_an_area_is_not_loaded(area: dict[str, Any], db: None) -> None:
    with pytest.raises(ValueError, match=".*"):
        services.licences_load([{**LICENCE, "area": area}], source="thử", now=timezone.now())
    assert Licence.objects.count() == 0


def test_areas_are_given_for_the_licences_named(db: None) -> None:
    load()
    assert [row[0] for row in licence_areas([LICENCE["id"], UUID(int=5)])] == [LICENCE["id"]]
    assert list(licence_areas([])) == []


def test_phone_takes_the_reference_with_its_token(cast: Cast, phone: Deliverer) -> None:
    load()
    assert len(reference(phone.api)["communes"]) == 1
