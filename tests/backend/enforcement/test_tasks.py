"""Tasks: given to an inspector below, seen by whom they concern, answered by a report that names them."""

import json
import unicodedata
from collections.abc import Callable
from dataclasses import replace
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
from backend.audit.verifying import verify
from backend.enforcement import services, tasks
from backend.enforcement.models import Task, TaskSerial
from backend.inspections.models import Report
from shared.wire.v1.records import BasisKind, Facts, InspectionBasis
from shared.workflow.states import Role
from tests.backend.conftest import Cast, Deliverer, at_once, deliverer, make_cast, officer, on_postgresql
from tests.factories import registry
from tests.factories import reports as make
from tests.factories.reports import envelope_json

NOW = "2026-11-23T02:00:00+00:00"
Api = Callable[..., APIClient]


@pytest.fixture(autouse=True)
def _at(time_machine: time_machine.TimeMachineFixture) -> None:
    time_machine.move_to(NOW, tick=False)


def give(api: APIClient, to: Any, **more: Any) -> Any:
    body = {"officer": str(to.id), "words": "Xem lại bến Gạch sau 18 giờ (thử)", "due": "2026-11-25", **more}
    return api.post("/api/v1/tasks/", body, format="json")


def given(api: APIClient, to: Any, **more: Any) -> dict[str, Any]:
    answer = give(api, to, **more)
    assert answer.status_code == 201, answer.content
    body: dict[str, Any] = answer.json()
    return body


def shown(api: APIClient, task: Any) -> dict[str, Any]:
    body: dict[str, Any] = api.get(f"/api/v1/tasks/{task['id']}/").json()
    return body


def naming(number: str | None, kind: BasisKind = BasisKind.TASK) -> Facts:
    facts = make.transport_facts()
    basis = InspectionBasis(kind, number, date(2026, 11, 23))
    return replace(facts, inspection=replace(facts.inspection, basis=basis))


def refused(answer: Any, status: int, code: str) -> dict[str, Any]:
    body: dict[str, Any] = answer.json()
    assert (answer.status_code, body["code"]) == (status, code), body
    return body


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


@pytest.mark.parametrize("words", ["", "   ", "x" * 2001, "a\0b", None, 5.5, ["a"]])
def test_words_that_are_none_are_refused(words: Any, cast: Cast, as_: Api) -> None:
    answer = give(as_(cast.binh), cast.an, words=words)
    if words == 5.5:  # a number is its words
        assert answer.status_code == 201
        return
    refused(answer, 400, "request_invalid")
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


# --- answering


@pytest.mark.parametrize("typed", ["NV-2026-0001", " nv 2026–1 ", "NV2026-0001", "Nv-2026-001"])
def test_a_report_that_names_it_answers_it(typed: str, cast: Cast, phone: Deliverer, as_: Api) -> None:
    task = given(as_(cast.binh), cast.an)
    report = phone.file(facts=naming(typed))
    body = shown(as_(cast.binh), task)
    assert (body["state"], body["answer"], body["done_at"]) == ("done", str(report), "2026-11-23T02:00:00Z")
    event = Event.objects.get(action="task:answered")
    assert (event.subject, event.actor) == (f"task:{task['id']}", f"device:{phone.device.id}")
    assert json.loads(event.data) == {"report": str(report)}


@pytest.mark.parametrize(
    "facts",
    [naming("NV-2026-0002"), naming(None), naming(""), naming("NV-2026-0001", BasisKind.PLAN), naming("' OR 1=1 --")],
    ids=["unknown", "none", "empty", "another basis", "nonsense"],
)
def test_a_report_that_names_no_task_of_theirs_is_received_all_the_same(
    facts: Facts, cast: Cast, phone: Deliverer, as_: Api
) -> None:
    task = given(as_(cast.binh), cast.an)
    phone.file(facts=facts)
    assert shown(as_(cast.binh), task)["state"] == "open"


def test_anothers_report_answers_nothing(cast: Cast, as_: Api) -> None:
    other = officer("lan", cast.team, Role.INSPECTOR)
    task = given(as_(cast.binh), cast.an)
    deliverer(other, cast.binh).file(facts=naming(task["number"]))
    assert shown(as_(cast.binh), task)["state"] == "open"


def test_the_first_report_stays_the_answer_and_its_correction_takes_its_place(
    cast: Cast, phone: Deliverer, as_: Api
) -> None:
    task = given(as_(cast.binh), cast.an)
    first = phone.file(facts=naming(task["number"]))
    phone.file(facts=naming(task["number"]))
    assert shown(as_(cast.binh), task)["answer"] == str(first)
    correction = phone.file(facts=naming(task["number"]), supersedes=first)
    body = shown(as_(cast.binh), task)
    assert (body["answer"], body["done_at"]) == (str(correction), "2026-11-23T02:00:00Z")


def test_the_same_report_again_answers_once(cast: Cast, phone: Deliverer, as_: Api) -> None:
    task = given(as_(cast.binh), cast.an)
    sealed = phone.phone.seal(facts=naming(task["number"]))
    assert [phone.put(sealed).status_code for _ in range(3)] == [201, 200, 200]
    assert Event.objects.filter(action="task:answered").count() == 1


def test_a_server_that_died_in_between_answers_when_the_report_comes_again(
    cast: Cast, phone: Deliverer, as_: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    task = given(as_(cast.binh), cast.an)
    sealed = phone.phone.seal(facts=naming(task["number"]))
    with monkeypatch.context() as dying:
        dying.setattr("backend.sync.filing.tasks_answer", lambda *_, **__: (_ for _ in ()).throw(SystemError))
        assert phone.put(sealed).status_code == 500
    assert Report.objects.filter(id=sealed.manifest.id).exists()
    assert shown(as_(cast.binh), task)["state"] == "open"
    assert phone.put(sealed).status_code == 200
    assert shown(as_(cast.binh), task)["answer"] == str(sealed.manifest.id)


def test_a_defect_in_answering_holds_up_no_report(
    cast: Cast, phone: Deliverer, as_: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    task = given(as_(cast.binh), cast.an)
    monkeypatch.setattr(tasks, "number_key", lambda text: 1 / 0)
    phone.file(facts=naming(task["number"]))
    assert shown(as_(cast.binh), task)["state"] == "open"


def test_a_batch_and_a_relayed_report_answer_too(cast: Cast, phone: Deliverer, as_: Api) -> None:
    api = as_(cast.binh)
    first, second = given(api, cast.an), given(api, cast.an)
    envelopes = [envelope_json(phone.phone.seal(facts=naming(task["number"]))) for task in (first, second)]
    assert phone.api.post("/api/v1/reports/batch/", {"envelopes": envelopes[:1]}, format="json").status_code == 200
    as_(None).post("/api/v1/reports/batch/", {"envelopes": envelopes[1:]}, format="json")
    assert [shown(api, task)["state"] for task in (first, second)] == ["done", "done"]


def test_it_is_answered_by_hand_too(cast: Cast, phone: Deliverer, as_: Api) -> None:
    task, report = given(as_(cast.binh), cast.an), phone.file()
    address = f"/api/v1/tasks/{task['id']}/done/"
    answer = phone.api.post(address, {"report": str(report)}, format="json")
    assert (answer.status_code, answer.json()["answer"]) == (200, str(report))
    assert phone.api.post(address, {"report": str(report)}, format="json").json() == answer.json()
    body = refused(phone.api.post(address, {"report": str(phone.file())}, format="json"), 409, "task_answered")
    assert task["number"] in body["detail"]
    assert Event.objects.filter(action="task:answered").count() == 1


def test_by_hand_only_with_a_report_that_one_sees(cast: Cast, phone: Deliverer, as_: Api) -> None:
    other = officer("lan", cast.team, Role.INSPECTOR)
    task, theirs = given(as_(cast.binh), cast.an), deliverer(other, cast.binh).file()
    address = f"/api/v1/tasks/{task['id']}/done/"
    refused(phone.api.post(address, {"report": str(theirs)}, format="json"), 404, "not_found")
    refused(phone.api.post(address, {"report": "x"}, format="json"), 400, "request_invalid")
    assert as_(cast.binh).post(address, {"report": str(theirs)}, format="json").status_code == 200


def test_the_chain_holds_all_of_it(cast: Cast, phone: Deliverer, as_: Api) -> None:
    task = given(as_(cast.binh), cast.an)
    phone.file(facts=naming(task["number"]))
    shown(as_(cast.an), task)
    assert list(verify()) == []


@on_postgresql
@pytest.mark.django_db(transaction=True)
def test_two_answers_in_the_same_instant_are_one() -> None:
    cast = make_cast()
    task = tasks.task_give(
        officer=cast.an.id, words="x", due=date(2026, 11, 25), about=tasks.About(), by=cast.binh, now=timezone.now()
    )
    phone = deliverer(cast.an, cast.binh)
    reports = [Report.objects.get(id=phone.file()) for _ in range(4)]
    named = [tasks.Named(report, task.name) for report in reports]
    at_once(*[lambda one=one: tasks.tasks_answer([one], actor="x", now=timezone.now()) for one in named])
    task.refresh_from_db()
    assert task.answer_id in {report.id for report in reports}
    assert Event.objects.filter(action="task:answered").count() == 1
