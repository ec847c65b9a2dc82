"""Tasks: given to an inspector below, seen by whom they concern."""

import json
import unicodedata
from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from rest_framework.test import APIClient

from backend.audit.models import Event
from backend.enforcement import services, tasks
from backend.enforcement.models import Task, TaskSerial
from shared.workflow.states import Role
from tests.backend.conftest import Cast, Deliverer, at_once, deliverer, make_cast, officer, on_postgresql
from tests.backend.enforcement.helpers import give, given, naming, refused, shown
from tests.factories import registry

NOW = "2026-11-23T02:00:00+00:00"
Api = Callable[..., APIClient]


@pytest.fixture(autouse=True)
def _at(time_machine: time_machine.TimeMachineFixture) -> None:
    time_machine.move_to(NOW, tick=False)


# --- giving


def test_a_task_is_given_with_everything_it_is_about(cast: Cast, phone: Deliverer, as_: Api) -> None:
    report = phone.file_accepted(cast.binh)
    case = services.case_open(reports=[report], title="", by=cast.binh, now=timezone.now())
    licence, commune = registry.licence(), registry.commune()
    body = given(
        as_(cast.binh),
        cast.an,
        report=str(report),
        licence=str(licence.id),
        place=commune.code,
        case=str(case.id),
    )
    assert body == {
        "id": body["id"],
        "number": "NV-2026-0001",
        "officer": {"id": str(cast.an.id), "name": cast.an.name},
        "given_by": {"id": str(cast.binh.id), "name": cast.binh.name},
        "given_at": "2026-11-23T02:00:00Z",
        "words": "Xem lại bến Gạch sau 18 giờ (thử)",
        "due": "2026-11-25",
        "overdue": False,
        "state": "open",
        "done_at": None,
        "answer": None,
        "report": str(report),
        "licence": {"id": str(licence.id), "number": licence.number},
        "place": {"code": commune.code, "name": f"{commune.kind} {commune.name}"},
        "case": {"id": str(case.id), "number": case.name},
    }
    event = Event.objects.get(action="task:given")
    assert (event.subject, event.actor) == (f"task:{body['id']}", str(cast.binh.id))
    assert json.loads(event.data) == {"name": "NV-2026-0001", "officer": str(cast.an.id), "due": "2026-11-25"}
    assert Task.objects.get().number == event.index


def test_words_are_kept_as_nfc(cast: Cast, as_: Api) -> None:
    assert given(as_(cast.binh), cast.an, words=unicodedata.normalize("NFD", "Bến Gạch"))["words"] == "Bến Gạch"


@pytest.mark.parametrize("words", ["", "   ", "x" * 2001, "\u0958" * 2000, "a\0b", None, 5.5, ["a"]])
def test_words_that_are_none_are_refused(words: Any, cast: Cast, as_: Api) -> None:
    answer = give(as_(cast.binh), cast.an, words=words)
    if words == 5.5:  # a number is its words
        assert answer.status_code == 201
        return
    refused(answer, 400, "request_invalid")
    assert Task.objects.count() == 0


def test_half_a_character_is_refused(cast: Cast, as_: Api) -> None:
    body = json.dumps({"officer": str(cast.an.id), "words": "a\ud800", "due": "2026-11-25"})
    refused(as_(cast.binh).post("/api/v1/tasks/", body, content_type="application/json"), 400, "not_json")
    assert Task.objects.count() == 0


@pytest.mark.parametrize("due", ["2026-11-22", "hôm qua", "", None, "2026-13-01"])
def test_a_day_that_is_over_or_none_is_refused(due: Any, cast: Cast, as_: Api) -> None:
    refused(give(as_(cast.binh), cast.an, due=due), 400, "request_invalid")
    assert Task.objects.count() == TaskSerial.objects.count() == 0


def test_today_is_vietnams(cast: Cast, as_: Api, time_machine: time_machine.TimeMachineFixture) -> None:
    time_machine.move_to("2026-11-23T18:00:00+00:00", tick=False)  # 24 November, 01:00
    api = as_(cast.binh)
    refused(give(api, cast.an, due="2026-11-23"), 400, "request_invalid")
    task = given(api, cast.an, due="2026-11-24")
    assert task["overdue"] is False
    time_machine.move_to("2026-11-24T17:00:00+00:00", tick=False)
    assert shown(api, task)["overdue"] is True


def test_only_an_inspector_at_work_below_the_giver_gets_one(cast: Cast, as_: Api) -> None:
    api = as_(cast.binh)
    refused(give(api, cast.chi), 404, "not_found")
    refused(give(api, cast.cuong), 404, "not_found")  # above
    assert refused(give(api, cast.binh), 400, "request_invalid")["errors"][0]["path"] == "officer"
    gone = officer("nghi viec", cast.team, Role.INSPECTOR)
    gone.is_active = False
    gone.save()
    refused(give(api, gone), 404, "not_found")
    assert Task.objects.count() == 0


@pytest.mark.parametrize("what", ["report", "licence", "case"])
def test_what_the_giver_does_not_see_is_not_there(what: str, cast: Cast, as_: Api) -> None:
    member = officer("chi-inspector", cast.market_team, Role.INSPECTOR)
    theirs = deliverer(member, cast.chi)
    report = theirs.file_accepted(cast.chi)
    case = services.case_open(reports=[report], title="", by=cast.chi, now=timezone.now())
    about = {"report": report, "licence": uuid4(), "case": case.id}[what]
    refused(give(as_(cast.binh), cast.an, **{what: str(about)}), 404, "not_found")
    assert Task.objects.count() == 0


def test_a_place_is_a_commune(cast: Cast, as_: Api) -> None:
    body = refused(give(as_(cast.binh), cast.an, place="99999"), 400, "request_invalid")
    assert body["errors"][0]["path"] == "place"


def test_numbers_have_no_gaps_and_begin_anew_each_year(
    cast: Cast, as_: Api, time_machine: time_machine.TimeMachineFixture
) -> None:
    api = as_(cast.binh)
    assert given(api, cast.an)["number"] == "NV-2026-0001"
    give(api, cast.an, due="2020-01-01")
    assert given(api, cast.an)["number"] == "NV-2026-0002"
    time_machine.move_to("2026-12-31T17:00:00+00:00", tick=False)  # 2027 in Vietnam
    assert given(api, cast.an, due="2027-01-02")["number"] == "NV-2027-0001"


@on_postgresql
@pytest.mark.django_db(transaction=True)
def test_two_given_in_the_same_instant_have_two_numbers() -> None:
    cast = make_cast()

    def one() -> str:
        return tasks.task_give(
            officer=cast.an.id,
            words="x",
            due=date(2026, 11, 25),
            about=tasks.About(),
            by=cast.binh,
            now=timezone.now(),
        ).name

    assert sorted(at_once(*[one] * 6)) == [f"NV-2026-{n:04d}" for n in range(1, 7)]


# --- seeing


def test_the_officer_sees_their_own_and_supervisors_those_of_their_units(cast: Cast, as_: Api) -> None:
    other = officer("binh luan", cast.team, Role.INSPECTOR)
    mine, theirs = given(as_(cast.binh), cast.an), given(as_(cast.binh), other)

    def listed(who: Any, query: str = "") -> list[str]:
        return [row["number"] for row in as_(who).get(f"/api/v1/tasks/{query}").json()["results"]]

    assert listed(cast.an) == [mine["number"]]
    assert listed(cast.binh) == [theirs["number"], mine["number"]]
    assert listed(cast.binh, f"?officer={cast.an.id}") == [mine["number"]]
    assert listed(cast.cuong) == [theirs["number"], mine["number"]]
    assert listed(cast.chi) == []
    assert as_(other).get(f"/api/v1/tasks/{mine['id']}/").status_code == 404


def test_open_and_done_are_apart(cast: Cast, phone: Deliverer, as_: Api) -> None:
    api = as_(cast.binh)
    first, second = given(api, cast.an), given(api, cast.an)
    phone.file(facts=naming(first["number"]))

    def listed(state: str) -> list[str]:
        return [row["number"] for row in phone.api.get(f"/api/v1/tasks/?state={state}").json()["results"]]

    assert (listed("open"), listed("done")) == ([second["number"]], [first["number"]])
    refused(phone.api.get("/api/v1/tasks/?state=x"), 400, "request_invalid")


def test_pages_follow_each_other_while_tasks_come(cast: Cast, as_: Api) -> None:
    api = as_(cast.binh)
    for _ in range(5):
        given(api, cast.an)
    first = api.get("/api/v1/tasks/?limit=2").json()
    given(api, cast.an)
    second = api.get(first["next"]).json()
    assert [row["number"][-1] for row in [*first["results"], *second["results"]]] == ["5", "4", "3", "2"]


def test_every_look_at_one_is_recorded(cast: Cast, as_: Api) -> None:
    task = given(as_(cast.binh), cast.an)
    shown(as_(cast.an), task)
    seen = Event.objects.get(action="task:viewed")
    assert (seen.subject, seen.actor) == (f"task:{task['id']}", str(cast.an.id))


def test_the_list_does_not_ask_per_row(cast: Cast, phone: Deliverer, as_: Api) -> None:
    api, licence, commune = as_(cast.binh), registry.licence(), registry.commune()

    def asked(rows: int) -> int:
        while Task.objects.count() < rows:
            given(api, cast.an, licence=str(licence.id), place=commune.code)
        with CaptureQueriesContext(connection) as queries:
            assert len(api.get("/api/v1/tasks/").json()["results"]) == rows
        return len(queries)

    assert asked(2) == asked(20) < 12
