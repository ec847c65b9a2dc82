"""A task is answered by a report that names it, or by hand; a correction takes the answer's place."""

import json
import threading
from collections.abc import Callable
from datetime import date
from uuid import uuid4

import pytest
import time_machine
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from rest_framework.test import APIClient

from backend.accounts.models import Device
from backend.audit import services as audit
from backend.audit.actions import Action
from backend.audit.models import Event
from backend.audit.verifying import verify
from backend.enforcement import tasks
from backend.enforcement.models import Task
from backend.inspections.models import Report
from backend.sync.models import QuarantinedEnvelope
from shared.wire.v1.records import BasisKind, Facts
from shared.workflow.states import Role
from tests.backend.conftest import Cast, Deliverer, at_once, deliverer, make_cast, officer, on_postgresql
from tests.backend.enforcement.helpers import give, given, naming, refused, shown
from tests.factories.reports import SealingPhone, envelope_json

NOW = "2026-11-23T02:00:00+00:00"
Api = Callable[..., APIClient]


@pytest.fixture(autouse=True)
def _at(time_machine: time_machine.TimeMachineFixture) -> None:
    time_machine.move_to(NOW, tick=False)


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


# --- corrections


def test_a_correction_that_came_before_an_older_one_is_the_answer_in_the_end(
    cast: Cast, phone: Deliverer, as_: Api
) -> None:
    task = given(as_(cast.binh), cast.an)
    first = phone.file(facts=naming(task["number"]))
    late = phone.phone.seal(facts=naming(task["number"]), supersedes=first)
    last = phone.file(facts=naming(task["number"]), supersedes=late.manifest.id)
    assert phone.put(late).status_code == 201
    assert shown(as_(cast.binh), task)["answer"] == str(last)


def test_what_came_after_its_own_correction_answers_with_that(cast: Cast, phone: Deliverer, as_: Api) -> None:
    task = given(as_(cast.binh), cast.an)
    late = phone.phone.seal(facts=naming(task["number"]))
    correction = phone.file(facts=naming(None), supersedes=late.manifest.id)
    assert phone.put(late).status_code == 201
    assert shown(as_(cast.binh), task)["answer"] == str(correction)


def test_a_colleague_of_the_unit_may_correct_the_answer_and_nobody_else(cast: Cast, phone: Deliverer, as_: Api) -> None:
    colleague = deliverer(officer("lan", cast.team, Role.INSPECTOR), cast.binh)
    stranger = deliverer(officer("sơn", cast.market_team, Role.INSPECTOR), cast.chi)
    task = given(as_(cast.binh), cast.an)
    first = phone.file(facts=naming(task["number"]))
    stranger.file(facts=naming(task["number"]), supersedes=first)
    assert shown(as_(cast.binh), task)["answer"] == str(first)
    correction = colleague.file(supersedes=first)
    assert shown(as_(cast.binh), task)["answer"] == str(correction)


def test_a_colleagues_report_named_by_hand_is_corrected_too(cast: Cast, as_: Api) -> None:
    colleague = deliverer(officer("lan", cast.team, Role.INSPECTOR), cast.binh)
    task, report = given(as_(cast.binh), cast.an), colleague.file()
    as_(cast.binh).post(f"/api/v1/tasks/{task['id']}/done/", {"report": str(report)}, format="json")
    correction = colleague.file(supersedes=report)
    assert shown(as_(cast.binh), task)["answer"] == str(correction)


def test_reports_that_correct_each_other_settle(cast: Cast, phone: Deliverer, as_: Api) -> None:
    task = given(as_(cast.binh), cast.an)
    one = phone.phone.seal(facts=naming(task["number"]), supersedes=(other_id := uuid4()))
    other = phone.phone.seal(facts=naming(task["number"]), supersedes=one.manifest.id, id=other_id)
    for sealed in (one, other, one, other, one):
        assert phone.put(sealed).status_code in (200, 201)
    assert shown(as_(cast.binh), task)["answer"] == str(other_id)
    assert Event.objects.filter(action="task:answered").count() == 2


def test_by_hand_a_corrected_report_stands_for_its_correction(cast: Cast, phone: Deliverer, as_: Api) -> None:
    task, first = given(as_(cast.binh), cast.an), phone.file()
    correction = phone.file(supersedes=first)
    address = f"/api/v1/tasks/{task['id']}/done/"
    for report in (first, correction, first):
        answer = phone.api.post(address, {"report": str(report)}, format="json")
        assert (answer.status_code, answer.json()["answer"]) == (200, str(correction))
    assert Event.objects.filter(action="task:answered").count() == 1


# --- who and from where


def test_who_answered_is_kept(cast: Cast, phone: Deliverer, as_: Api) -> None:
    first, second = given(as_(cast.binh), cast.an), given(as_(cast.binh), cast.an)
    report = phone.file(facts=naming(first["number"]))
    as_(cast.binh).post(f"/api/v1/tasks/{second['id']}/done/", {"report": str(report)}, format="json")
    by = dict(Task.objects.values_list("name", "done_by"))
    assert by == {first["number"]: cast.an.id, second["number"]: cast.binh.id}


def test_a_report_out_of_quarantine_answers(cast: Cast, as_: Api) -> None:
    task = given(as_(cast.binh), cast.an)
    unknown = SealingPhone(officer=cast.an.id, unit=cast.team.id)
    sealed = unknown.seal(facts=naming(task["number"]))
    address = f"/api/v1/reports/{sealed.manifest.id}/"
    refused(as_(None).put(address, envelope_json(sealed), format="json"), 422, "device_unknown")
    assert shown(as_(cast.binh), task)["state"] == "open"
    Device.objects.create(
        id=unknown.device,
        key_id=unknown.key_id,
        public_key=unknown.public_key_pem,
        unit=cast.team,
        enrolled_at=timezone.now(),
    )
    row = QuarantinedEnvelope.objects.get()
    assert as_(cast.em).post(f"/api/v1/quarantine/{row.id}/replay/").status_code == 201
    assert shown(as_(cast.binh), task)["answer"] == str(sealed.manifest.id)
    assert Event.objects.get(action="task:answered").actor == str(cast.em.id)


def test_an_officer_who_changed_to_another_agency_still_answers(cast: Cast, phone: Deliverer, as_: Api) -> None:
    task = given(as_(cast.binh), cast.an)
    cast.an.unit = cast.market_team
    cast.an.save()
    report = phone.file(facts=naming(task["number"]))
    assert shown(as_(cast.binh), task)["answer"] == str(report)


def test_a_revoked_phone_reads_no_task_and_what_it_sealed_answers(cast: Cast, phone: Deliverer, as_: Api) -> None:
    task = given(as_(cast.binh), cast.an)
    sealed = phone.phone.seal(facts=naming(task["number"]))
    as_(cast.binh).post(f"/api/v1/devices/{phone.device.id}/revoke/")
    address = f"/api/v1/tasks/{task['id']}/"
    refused(phone.api.get("/api/v1/tasks/"), 401, "token_invalid")
    refused(phone.api.get(address), 401, "token_invalid")
    refused(phone.api.post(f"{address}done/", {"report": str(sealed.manifest.id)}, format="json"), 401, "token_invalid")
    phone.api.credentials()
    assert phone.put(sealed).status_code == 201
    assert shown(as_(cast.binh), task)["answer"] == str(sealed.manifest.id)


def test_an_auditor_reads_and_answers_nothing(cast: Cast, phone: Deliverer, as_: Api) -> None:
    task, report = given(as_(cast.binh), cast.an), phone.file()
    auditor = as_(cast.dung)
    assert shown(auditor, task)["id"] == task["id"]
    address = f"/api/v1/tasks/{task['id']}/done/"
    refused(auditor.post(address, {"report": str(report)}, format="json"), 403, "not_allowed")
    refused(give(auditor, cast.an), 403, "not_allowed")
    assert shown(as_(cast.binh), task)["state"] == "open"


def test_reports_that_name_no_task_ask_nothing_about_tasks(cast: Cast, phone: Deliverer) -> None:
    with CaptureQueriesContext(connection) as queries:
        phone.file()
    assert not [query["sql"] for query in queries if Task._meta.db_table in query["sql"]]


def test_the_chain_holds_all_of_it(cast: Cast, phone: Deliverer, as_: Api) -> None:
    task = given(as_(cast.binh), cast.an)
    phone.file(facts=naming(task["number"]))
    shown(as_(cast.an), task)
    assert list(verify()) == []


@on_postgresql
@pytest.mark.django_db(transaction=True)
def test_two_answers_in_the_same_instant_are_one() -> None:
    cast = make_cast()
    task = give_one(cast)
    phone = deliverer(cast.an, cast.binh)
    reports = [Report.objects.get(id=phone.file()) for _ in range(4)]
    named = [tasks.Named(report, task.name) for report in reports]
    at_once(*[lambda one=one: tasks.tasks_answer([one], actor="x", now=timezone.now()) for one in named])
    task.refresh_from_db()
    assert task.answer_id in {report.id for report in reports}
    assert Event.objects.filter(action="task:answered").count() == 1


@on_postgresql
@pytest.mark.django_db(transaction=True)
def test_a_card_and_a_hand_that_answer_at_once_do_not_wait_for_each_other() -> None:
    """A card's report is received and answers in one transaction, which holds the audit chain before it comes to the
    task; a hand comes to the task first."""
    cast = make_cast()
    phone = deliverer(cast.an, cast.binh)
    by_card, by_hand = (Report.objects.get(id=phone.file()) for _ in range(2))
    task = give_one(cast)
    holds = threading.Event()

    def card() -> str:
        with transaction.atomic():
            audit.record(Action.REPORT_CARRIED, subject=f"report:{by_card.id}", actor="x", at=timezone.now())
            holds.set()
            until_somebody_waits_for_the_chain()
            tasks.tasks_answer([tasks.Named(by_card, task.name)], actor="x", now=timezone.now())
        return "carried"

    def hand() -> str:
        assert holds.wait(timeout=20)
        return str(tasks.task_answer(task=task, report=by_hand, by=cast.binh, now=timezone.now()).answer_id)

    assert at_once(card, hand) == ["carried", "task_answered"]
    task.refresh_from_db()
    assert task.answer_id == by_card.id
    assert list(verify()) == []


def until_somebody_waits_for_the_chain() -> None:
    for _ in range(100_000):
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
            if cursor.fetchone()[0]:
                return
    raise AssertionError("nobody came")


@on_postgresql
@pytest.mark.django_db(transaction=True)
def test_an_answer_and_its_correction_in_the_same_instant_end_with_the_correction() -> None:
    cast = make_cast()
    phone = deliverer(cast.an, cast.binh)
    for _ in range(5):
        task = give_one(cast)
        first = phone.file()
        tasks.task_answer(task=task, report=Report.objects.get(id=first), by=cast.an, now=timezone.now())
        second = phone.phone.seal(supersedes=first)
        third = phone.phone.seal(supersedes=second.manifest.id)
        clients = [deliverer(cast.an, cast.binh).api for _ in range(2)]
        at_once(
            *[
                lambda api=api, sealed=sealed: api.put(
                    f"/api/v1/reports/{sealed.manifest.id}/", envelope_json(sealed), format="json"
                )
                for api, sealed in zip(clients, (second, third), strict=True)
            ]
        )
        task.refresh_from_db()
        assert task.answer_id == third.manifest.id


def give_one(cast: Cast) -> Task:
    return tasks.task_give(
        officer=cast.an.id, words="x", due=date(2026, 11, 25), about=tasks.About(), by=cast.binh, now=timezone.now()
    )
