"""Minerals: densities only with their source, changes that reach the licences naming one, removal."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from backend.audit import services as audit
from backend.audit.models import Event
from backend.audit.verifying import verify
from backend.registry.models import Mineral, ReferenceRow
from backend.registry.selectors.reference import bodies
from backend.registry.services.minerals import MineralGiven, mineral_remove, minerals_record
from shared.problems import Problem
from shared.rules.terms import MineralFamily
from tests.factories.registry import SAND, licence

NOW = datetime(2026, 11, 20, 3, tzinfo=UTC)
RIVER = MineralGiven("CAT", "Cát lòng sông", MineralFamily.RIVERBED_SAND)

pytestmark = pytest.mark.django_db


def record(*given: MineralGiven) -> list[Mineral]:
    return minerals_record(given, actor=audit.SYSTEM, now=NOW, source="thử")


def sent(kind: str) -> dict[str, dict[str, Any]]:
    return {row["id"]: row for row in bodies(kind)}


def test_a_mineral_reaches_phones_with_its_density_and_who_says_so() -> None:
    record(MineralGiven("CAT", "Cát  lòng sông ", MineralFamily.RIVERBED_SAND, "m3", 1.45, "TB 12/2026 của Sở (thử)"))
    assert sent("minerals") == {
        "mineral:CAT": {
            "id": "mineral:CAT",
            "code": "CAT",
            "name": "Cát  lòng sông",
            "key": Mineral.objects.get().name_key,
            "family": "riverbed_sand",
            "unit": "m3",
            "density": 1.45,
            "density_source": "TB 12/2026 của Sở (thử)",
            "illustration": False,
        }
    }
    event = Event.objects.get(action="registry:changed")
    assert (event.subject, json.loads(event.data)["minerals"]) == ("registry:minerals", ["CAT"])
    assert list(verify()) == []


def test_recording_the_same_again_changes_nothing() -> None:
    assert len(record(RIVER)) == 1
    number = ReferenceRow.objects.get().number
    assert record(RIVER) == []
    assert ReferenceRow.objects.get().number == number


def test_a_density_established_later_reaches_the_licences_that_name_the_mineral() -> None:
    sand, other = licence(), licence("13/GP-UBND")
    before = ReferenceRow.objects.get(row_id=str(sand.id)).number
    record(MineralGiven(SAND, "Cát lòng sông", MineralFamily.RIVERBED_SAND, "m3", 1.4, "thử"))
    for one in (sand, other):
        (mineral,) = sent("licences")[str(one.id)]["minerals"]
        assert (mineral["density"], mineral["density_source"]) == (1.4, "thử")
    assert ReferenceRow.objects.get(row_id=str(sand.id)).number > before


@pytest.mark.parametrize(
    ("fields", "path"),
    [
        ({"code": " "}, "[1].code"),
        ({"code": "x" * 21}, "[1].code"),
        ({"name": " "}, "[1].name"),
        ({"unit": "kg"}, "[1].unit"),
        ({"density": 0.0, "density_source": "thử"}, "[1].density"),
        ({"density": 31.0, "density_source": "thử"}, "[1].density"),
        ({"density": float("nan"), "density_source": "thử"}, "[1].density"),
        ({"density": 1.4}, "[1].density_source"),
        ({"density_source": "thử"}, "[1].density_source"),
    ],
)
def test_what_is_no_mineral_is_refused_whole(fields: dict[str, Any], path: str) -> None:
    values = {"code": "DAT", "name": "Đất", "family": MineralFamily.COMMON}
    with pytest.raises(Problem) as refusal:
        record(RIVER, MineralGiven(**{**values, **fields}))
    assert [error.path for error in refusal.value.errors] == [path]
    assert not Mineral.objects.exists()


def test_a_mineral_nobody_names_is_removed_and_phones_drop_it() -> None:
    record(RIVER)
    mineral_remove("CAT", reason="ghi nhầm", actor="an", now=NOW)
    assert not Mineral.objects.exists()
    assert ReferenceRow.objects.get(row_id="mineral:CAT").removed


def test_a_mineral_a_licence_names_stays() -> None:
    licence()
    with pytest.raises(Problem) as refusal:
        mineral_remove(SAND, reason="thử", actor="an", now=NOW)
    assert refusal.value.errors[0].code == "mineral_in_use"
    assert Mineral.objects.filter(code=SAND).exists()


@pytest.mark.parametrize(
    ("code", "reason", "problem"), [("KHONG", "thử", "not_found"), ("CAT", " ", "request_invalid")]
)
def test_removing_needs_a_mineral_and_a_reason(code: str, reason: str, problem: str) -> None:
    record(RIVER)
    with pytest.raises(Problem) as refusal:
        mineral_remove(code, reason=reason, actor="an", now=NOW)
    assert refusal.value.code == problem
