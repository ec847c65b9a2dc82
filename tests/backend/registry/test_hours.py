"""Hours the province's chair sets: dated rows, what phones get of them, and what is in the audit chain."""

import json
from datetime import UTC, date, datetime, time
from typing import Any

import pytest

from backend.audit import services as audit
from backend.audit.models import Event
from backend.registry.models import ProvincialHours
from backend.registry.selectors.hours import dated_hours, hours_rows
from backend.registry.selectors.reference import phone_settings
from backend.registry.services.hours import hours_end, hours_record
from shared.problems import Problem
from shared.rules.terms import MineralFamily, Window

NOW = datetime(2026, 11, 20, 3, tzinfo=UTC)
SAND = MineralFamily.RIVERBED_SAND
DAY = [["05:00", "19:00"]]

pytestmark = pytest.mark.django_db


def record(valid_from: date, hours: Any = DAY, **more: Any) -> ProvincialHours:
    given: dict[str, Any] = {"family": SAND, "source": "QĐ của Chủ tịch UBND tỉnh (thử)"}
    return hours_record(hours=hours, valid_from=valid_from, actor=audit.SYSTEM, now=NOW, **{**given, **more})


def spans() -> list[tuple[date, date | None]]:
    return list(ProvincialHours.objects.order_by("valid_from").values_list("valid_from", "valid_to"))


def events() -> list[dict[str, Any]]:
    return [json.loads(event.data) for event in Event.objects.filter(action="registry:changed").order_by("index")]


def test_hours_reach_phones_and_the_rule() -> None:
    record(date(2026, 10, 1), [["06:00", "11:00"], ["13:00", "18:00"]])
    assert phone_settings() == {"hours": hours_rows()}
    assert hours_rows() == [
        {
            "family": "riverbed_sand",
            "windows": [["06:00", "11:00"], ["13:00", "18:00"]],
            "valid_from": "2026-10-01",
            "valid_to": None,
            "source": "QĐ của Chủ tịch UBND tỉnh (thử)",
        }
    ]
    (dated,) = dated_hours()
    assert dated.windows == (Window(time(6), time(11)), Window(time(13), time(18)))


def test_new_hours_end_the_former_the_day_before() -> None:
    record(date(2026, 1, 1))
    record(date(2026, 10, 1), [["06:00", "17:00"]])
    assert spans() == [(date(2026, 1, 1), date(2026, 9, 30)), (date(2026, 10, 1), None)]
    assert len(events()[-1]["ended"]) == 1
    assert [row["valid_to"] for row in phone_settings()["hours"]] == ["2026-09-30", None]


def test_another_family_has_hours_of_its_own() -> None:
    record(date(2026, 1, 1))
    record(date(2026, 10, 1), family=MineralFamily.COMMON)
    assert spans() == [(date(2026, 1, 1), None), (date(2026, 10, 1), None)]


def test_a_correction_is_recorded_with_what_stood_there() -> None:
    record(date(2026, 10, 1))
    record(date(2026, 10, 1), [["05:30", "18:30"]])
    assert ProvincialHours.objects.get().windows == [["05:30", "18:30"]]
    assert events()[-1]["before"] == {"windows": [["05:00", "19:00"]], "valid_to": None}


def test_an_earlier_period_ends_before_the_one_that_follows() -> None:
    record(date(2026, 10, 1))
    with pytest.raises(Problem) as refusal:
        record(date(2026, 1, 1))
    assert [error.path for error in refusal.value.errors] == ["valid_to"]
    record(date(2026, 1, 1), valid_to=date(2026, 9, 30))
    assert spans() == [(date(2026, 1, 1), date(2026, 9, 30)), (date(2026, 10, 1), None)]


def test_the_end_of_hours_is_recorded_with_its_paper() -> None:
    row = record(date(2026, 10, 1))
    hours_end(row, valid_to=date(2026, 12, 31), source="QĐ bãi bỏ (thử)", actor="an", now=NOW)
    assert spans() == [(date(2026, 10, 1), date(2026, 12, 31))]
    assert events()[-1]["source"] == "QĐ bãi bỏ (thử)"
    assert phone_settings()["hours"][0]["valid_to"] == "2026-12-31"
    with pytest.raises(Problem):
        hours_end(row, valid_to=date(2026, 9, 30), source="QĐ (thử)", actor="an", now=NOW)


def test_hours_do_not_end_inside_those_that_follow() -> None:
    row = record(date(2026, 1, 1))
    record(date(2026, 10, 1))
    with pytest.raises(Problem):
        hours_end(row, valid_to=date(2026, 10, 1), source="QĐ (thử)", actor="an", now=NOW)
    assert spans()[0][1] == date(2026, 9, 30)


@pytest.mark.parametrize(
    ("more", "path"),
    [
        ({"hours": []}, "windows"),
        ({"hours": [["19:00", "05:00"]]}, "windows"),
        ({"hours": [["5 giờ", "19:00"]]}, "windows"),
        ({"hours": [["05:00"]]}, "windows"),
        ({"valid_to": date(2026, 9, 30)}, "valid_to"),
        ({"source": " "}, "source"),
    ],
)
def test_what_are_no_hours_is_refused(more: dict[str, Any], path: str) -> None:
    with pytest.raises(Problem) as refusal:
        record(date(2026, 10, 1), **more)
    assert [error.path for error in refusal.value.errors] == [path]
    assert not ProvincialHours.objects.exists()
    assert phone_settings() == {}
