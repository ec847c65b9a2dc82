"""A supervisor accepts, returns or rejects a report; an accepted correction takes the place of what it corrects."""

import json
from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from backend.accounts import services as accounts
from backend.accounts.models import Officer
from backend.audit.models import Event
from backend.inspections.models import Report, Review
from shared.workflow.states import Role
from tests.backend.conftest import Cast, Deliverer, at_once, deliverer, make_cast, officer, on_postgresql, review


def ask(api: APIClient, report: UUID, verdict: Any, **more: Any) -> Any:
    return api.post(f"/api/v1/reports/{report}/review/", {"verdict": verdict, **more}, format="json")


def state(report: UUID) -> str:
    return Report.objects.get(id=report).state


# --- the verdict


@pytest.mark.parametrize(
    ("verdict", "note"), [("accepted", ""), ("accepted", "đủ"), ("returned", "đo lại"), ("rejected", "trùng")]
)
def test_review_sets_the_state_and_keeps_who_when_and_why(
    verdict: str, note: str, cast: Cast, phone: Deliverer, as_: Callable[..., APIClient]
) -> None:
    report = phone.file()
    answer = ask(as_(cast.binh), report, verdict, note=f"  {note} ")
    assert (answer.status_code, answer.json()["state"]) == (200, verdict)
    kept = Review.objects.get()
    assert (kept.report_id, kept.officer_id, kept.verdict, kept.note) == (report, cast.binh.id, verdict, note)
    shown = as_(cast.an).get(f"/api/v1/reports/{report}/").json()["review"]
    assert (shown["verdict"], shown["note"], shown["officer"]) == (verdict, note, str(cast.binh.id))
    event = Event.objects.get(action="report:reviewed")
    assert (event.subject, event.actor) == (f"report:{report}", str(cast.binh.id))
    assert json.loads(event.data) == {"verdict": verdict, "supersedes": []}


def test_receipt_says_what_became_of_the_report(cast: Cast, phone: Deliverer) -> None:
    report = phone.file()
    review(report, cast.binh, "returned")
    assert phone.api.get(f"/api/v1/reports/{report}/receipt/").json()["state"] == "returned"


@pytest.mark.parametrize("verdict", ["returned", "rejected"])
@pytest.mark.parametrize("note", [{}, {"note": ""}, {"note": "  \n"}])
def test_review_needs_a_note_unless_accepted(
    verdict: str, note: dict[str, str], cast: Cast, phone: Deliverer, as_: Callable[..., APIClient]
) -> None:
    report = phone.file()
    answer = ask(as_(cast.binh), report, verdict, **note)
    assert (answer.status_code, answer.json()["code"]) == (400, "request_invalid")
    assert [(error["path"], error["code"]) for error in answer.json()["errors"]] == [("note", "required")]
    assert state(report) == "received"


@pytest.mark.parametrize("verdict", ["received", "superseded", "", None, "ACCEPTED", ["accepted"]])
def test_review_takes_the_three_verdicts_and_no_other(
    verdict: Any, cast: Cast, phone: Deliverer, as_: Callable[..., APIClient]
) -> None:
    report = phone.file()
    answer = ask(as_(cast.binh), report, verdict, note="x")
    assert (answer.status_code, [error["path"] for error in answer.json()["errors"]]) == (400, ["verdict"])
    assert state(report) == "received"


@pytest.mark.parametrize("note", ["a\0b", "x" * 5001])
def test_review_refuses_a_note_that_cannot_be_kept(
    note: str, cast: Cast, phone: Deliverer, as_: Callable[..., APIClient]
) -> None:
    answer = ask(as_(cast.binh), phone.file(), "returned", note=note)
    assert (answer.status_code, [error["path"] for error in answer.json()["errors"]]) == (400, ["note"])


def test_nobody_reviews_a_report_they_filed(cast: Cast, as_: Callable[..., APIClient]) -> None:
    both = officer("hai vai", cast.team, Role.INSPECTOR, Role.SUPERVISOR)
    report = deliverer(both, cast.binh).file()
    answer = ask(as_(both), report, "accepted")
    assert (answer.status_code, answer.json()["code"]) == (403, "own_report")
    assert (state(report), Review.objects.count()) == ("received", 0)
    assert ask(as_(cast.binh), report, "accepted").status_code == 200


@pytest.mark.parametrize("first", ["accepted", "returned", "rejected"])
def test_second_review_is_refused_and_changes_nothing(
    first: str, cast: Cast, phone: Deliverer, as_: Callable[..., APIClient]
) -> None:
    report = phone.file()
    review(report, cast.binh, first)
    answer = ask(as_(cast.cuong), report, "accepted")
    assert (answer.status_code, answer.json()["code"]) == (409, "already_reviewed")
    assert f"“{first}”" in answer.json()["detail"]
    assert (state(report), Review.objects.get().officer_id) == (first, cast.binh.id)


@on_postgresql
@pytest.mark.django_db(transaction=True)
def test_reviews_at_the_same_moment_leave_one() -> None:
    cast = make_cast()
    report = deliverer(cast.an, cast.binh).file()
    verdicts = ("accepted", "returned", "rejected", "accepted")
    results = at_once(*[lambda verdict=verdict: review(report, cast.binh, verdict).state for verdict in verdicts])
    assert sorted(results, key="already_reviewed".__eq__)[1:] == ["already_reviewed"] * 3
    assert Review.objects.get().verdict == state(report)
    assert Event.objects.filter(action="report:reviewed").count() == 1


# --- corrections


def test_accepted_correction_takes_the_place_of_the_report_it_corrects(
    cast: Cast, phone: Deliverer, as_: Callable[..., APIClient]
) -> None:
    older = phone.file_accepted(cast.binh)
    newer = phone.file(supersedes=older)
    assert (state(older), state(newer)) == ("accepted", "received")
    review(newer, cast.binh)
    assert (state(older), state(newer)) == ("superseded", "accepted")
    shown = as_(cast.binh).get(f"/api/v1/reports/{older}/").json()
    assert shown["superseded_by"] == str(newer)
    event = Event.objects.filter(action="report:reviewed").latest("index")
    assert json.loads(event.data)["supersedes"] == [str(older)]


@pytest.mark.parametrize("verdict", ["returned", "rejected"])
def test_correction_that_is_not_accepted_replaces_nothing(verdict: str, cast: Cast, phone: Deliverer) -> None:
    older = phone.file_accepted(cast.binh)
    review(phone.file(supersedes=older), cast.binh, verdict)
    assert state(older) == "accepted"


@pytest.mark.parametrize("verdict", [None, "accepted", "returned", "rejected"])
def test_correction_replaces_a_report_whatever_was_said_of_it(
    verdict: str | None, cast: Cast, phone: Deliverer
) -> None:
    older = phone.file()
    if verdict is not None:
        review(older, cast.binh, verdict)
    phone.file_accepted(cast.binh, supersedes=older)
    assert state(older) == "superseded"


def test_superseded_report_is_not_reviewed_any_more(
    cast: Cast, phone: Deliverer, as_: Callable[..., APIClient]
) -> None:
    older = phone.file()
    phone.file_accepted(cast.binh, supersedes=older)
    answer = ask(as_(cast.binh), older, "accepted")
    assert (answer.status_code, answer.json()["code"]) == (409, "already_reviewed")


def test_colleague_of_the_same_unit_may_correct(cast: Cast, phone: Deliverer) -> None:
    older = phone.file_accepted(cast.binh)
    deliverer(officer("hoa", cast.team, Role.INSPECTOR), cast.binh).file_accepted(cast.binh, supersedes=older)
    assert state(older) == "superseded"


def test_correction_by_an_officer_of_another_unit_is_flagged_and_replaces_nothing(cast: Cast, phone: Deliverer) -> None:
    older = phone.file_accepted(cast.binh)
    aside = accounts.unit_create(agency=cast.department, name="Phòng khác", parent=cast.office)
    foreign = deliverer(officer("lạ", aside, Role.INSPECTOR), cast.cuong)
    newer = foreign.file(supersedes=older)
    assert "supersedes_foreign" in Report.objects.get(id=newer).flags
    # The unit that counts is the one stamped at receipt: moving into the unit afterwards gives no right to replace.
    Officer.objects.filter(username="lạ").update(unit=cast.team)
    review(newer, cast.cuong)
    assert (state(older), state(newer)) == ("accepted", "accepted")


def test_correction_counts_although_its_officer_moved_before_the_review(cast: Cast, phone: Deliverer) -> None:
    older = phone.file_accepted(cast.binh)
    newer = deliverer(officer("hoa", cast.team, Role.INSPECTOR), cast.binh).file(supersedes=older)
    aside = accounts.unit_create(agency=cast.department, name="Phòng khác", parent=cast.office)
    Officer.objects.filter(username="hoa").update(unit=aside)
    review(newer, cast.cuong)
    assert state(older) == "superseded"


def test_correction_accepted_before_the_report_it_corrects_arrives(cast: Cast, phone: Deliverer) -> None:
    late = phone.phone.seal()
    newer = phone.file_accepted(cast.binh, supersedes=late.manifest.id)
    assert "supersedes_unknown" in Report.objects.get(id=newer).flags
    assert phone.put(late).status_code == 201
    kept = Report.objects.get(id=late.manifest.id)
    assert (kept.state, kept.superseded_by_id) == ("superseded", newer)


def test_foreign_correction_accepted_before_the_report_arrives_replaces_nothing(cast: Cast, phone: Deliverer) -> None:
    late = phone.phone.seal()
    foreign = deliverer(officer("minh", cast.market_team, Role.INSPECTOR), cast.chi)
    review(foreign.file(supersedes=late.manifest.id), cast.chi)
    assert phone.put(late).status_code == 201
    assert state(late.manifest.id) == "received"


def test_correction_of_a_correction_that_nobody_reviewed_replaces_both(cast: Cast, phone: Deliverer) -> None:
    first = phone.file_accepted(cast.binh)
    second = phone.file(supersedes=first)
    third = phone.file_accepted(cast.binh, supersedes=second)
    assert [state(report) for report in (first, second, third)] == ["superseded", "superseded", "accepted"]
    chain = dict(Report.objects.values_list("id", "superseded_by"))
    assert (chain[first], chain[second], chain[third]) == (second, third, None)


def test_report_that_arrives_after_the_correction_of_its_correction_counts_no_more(
    cast: Cast, phone: Deliverer
) -> None:
    late = phone.phone.seal()
    second = phone.file_accepted(cast.binh, supersedes=late.manifest.id)
    phone.file_accepted(cast.binh, supersedes=second)
    assert phone.put(late).status_code == 201
    assert state(late.manifest.id) == "superseded"


def test_report_that_corrects_itself_or_in_a_circle_is_just_accepted(cast: Cast, phone: Deliverer) -> None:
    itself = uuid4()
    assert state(phone.file_accepted(cast.binh, id=itself, supersedes=itself)) == "accepted"
    one, other = uuid4(), uuid4()
    phone.file(id=one, supersedes=other)
    phone.file_accepted(cast.binh, id=other, supersedes=one)
    assert (state(one), state(other)) == ("superseded", "accepted")


def test_correction_is_reviewed_at_the_time_given(cast: Cast, phone: Deliverer) -> None:
    now = timezone.now()
    review(phone.file(), cast.binh, now=now)
    assert Review.objects.get().at == now
