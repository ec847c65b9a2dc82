"""Signing in with a password, out again, and saying who one is."""

import hashlib
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from rest_framework.request import Request
from rest_framework.test import APIClient, APIRequestFactory

from backend.accounts.authentication import OfficerTokenAuthentication
from backend.accounts.models import Device, Officer, OfficerToken
from backend.accounts.selectors import tokens_that_begin_like
from backend.audit.models import Event
from shared.workflow.states import Role
from tests.backend.conftest import PASSWORD, Cast, Deliverer, officer


def login(username: str, password: str = PASSWORD, **headers: str) -> Any:
    api = APIClient(headers=headers or None, raise_request_exception=False)
    return api.post("/api/v1/auth/login/", {"username": username, "password": password}, format="json")


def with_token(token: str) -> APIClient:
    return APIClient(headers={"Authorization": f"Token {token}"}, raise_request_exception=False)


def test_login_gives_a_token_its_end_and_the_officer(cast: Cast, time_machine: time_machine.TimeMachineFixture) -> None:
    time_machine.move_to("2026-11-20T01:00:00+00:00", tick=False)
    body = login("binh").json()
    assert set(body) == {"token", "expiry", "officer"}
    assert body["expiry"].startswith("2027-02-18T01:00:00")
    assert body["officer"] == {
        "id": str(cast.binh.id),
        "username": "binh",
        "name": "Binh (thử)",
        "post": "",
        "unit": str(cast.division.id),
        "agency": str(cast.department.id),
        "roles": ["supervisor"],
    }
    assert with_token(body["token"]).get("/api/v1/me/").json() == {**body["officer"], "device": None}


def test_token_is_kept_as_a_hash_only(cast: Cast) -> None:
    token = login("binh").json()["token"]
    assert token not in str(list(OfficerToken.objects.values_list())) + str(list(Event.objects.values_list()))


def test_token_ends_at_its_expiry(cast: Cast, time_machine: time_machine.TimeMachineFixture) -> None:
    time_machine.move_to("2026-11-20T01:00:00+00:00", tick=False)
    api = with_token(login("binh").json()["token"])
    time_machine.shift(timedelta(days=90, seconds=-1))
    assert api.get("/api/v1/me/").status_code == 200
    time_machine.shift(timedelta(seconds=2))
    answer = api.get("/api/v1/me/")
    assert (answer.status_code, answer.json()["code"]) == (401, "token_invalid")


def test_token_costs_one_question_however_many_there_are(
    cast: Cast, phone: Deliverer, django_assert_num_queries: Any
) -> None:
    """Also of an officer whose scripts sign in again and again."""
    tokens = [login("binh").json()["token"] for _ in range(30)]
    for token in (tokens[17], phone.api._credentials["HTTP_AUTHORIZATION"].split()[1]):
        request = Request(APIRequestFactory(headers={"Authorization": f"Token {token}"}).get("/"))
        with django_assert_num_queries(1):
            found = OfficerTokenAuthentication().authenticate(request)
            assert found is not None
            officer, row = found
            assert (officer.is_active, row.user, row.device) == (True, officer, device_of_row(row, phone))
    assert officer == cast.an


def device_of_row(row: OfficerToken, phone: Deliverer) -> Device | None:
    return None if row.device_id is None else phone.device


def test_token_looked_up_is_the_row_as_it_stands(cast: Cast, phone: Deliverer) -> None:
    token = phone.api._credentials["HTTP_AUTHORIZATION"].split()[1]
    (row,) = tokens_that_begin_like(token)
    for found, model in ((row, OfficerToken), (row.user, Officer), (row.device, Device)):
        stands = model.objects.get(pk=found.pk)
        assert {one.attname: getattr(found, one.attname) for one in model._meta.concrete_fields} == {
            one.attname: getattr(stands, one.attname) for one in model._meta.concrete_fields
        }
        assert not found.get_deferred_fields()


def test_token_of_the_same_beginning_and_another_end_opens_nothing(cast: Cast) -> None:
    token = login("binh").json()["token"]
    other = token[:-1] + ("0" if token[-1] != "0" else "1")
    assert with_token(other).get("/api/v1/me/").json()["code"] == "token_invalid"
    OfficerToken.objects.update(digest="0" * 128)
    assert with_token(token).get("/api/v1/me/").json()["code"] == "token_invalid"


def test_expired_tokens_go_when_a_new_one_is_made(cast: Cast, time_machine: time_machine.TimeMachineFixture) -> None:
    time_machine.move_to("2026-11-20T01:00:00+00:00", tick=False)
    login("binh")
    login("an")
    time_machine.shift(timedelta(days=89))
    login("binh")
    time_machine.shift(timedelta(days=2))
    assert login("binh").status_code == 200
    assert sorted(OfficerToken.objects.values_list("user__username", flat=True)) == ["an", "binh", "binh"]


@pytest.mark.parametrize(
    ("username", "password"), [("binh", "sai-mat-khau"), ("khong-co-ai", PASSWORD), ("BINH", PASSWORD)]
)
def test_login_refused_says_the_same_for_a_wrong_name_and_a_wrong_password(
    username: str, password: str, cast: Cast
) -> None:
    answer = login(username, password)
    assert (answer.status_code, answer.json()["code"]) == (401, "login_failed")
    assert answer["WWW-Authenticate"] == "Token"
    assert answer.json()["detail"] == "Tên đăng nhập hoặc mật khẩu không đúng; thử lại."
    assert OfficerToken.objects.count() == 0


def test_refused_login_is_recorded_without_the_name_that_was_tried(cast: Cast) -> None:
    # People type their password into the field for the name.
    login("mat-khau-go-nham", "x")
    event = Event.objects.get(action="officer:sign_in_refused")
    assert "mat-khau" not in str(vars(event))
    assert event.subject == f"username-sha256:{hashlib.sha256(b'mat-khau-go-nham').hexdigest()[:16]}"


def test_login_of_somebody_who_left_is_refused(cast: Cast) -> None:
    Officer.objects.filter(id=cast.binh.id).update(is_active=False)
    assert login("binh").json()["code"] == "login_failed"


@pytest.mark.parametrize(
    "body", [{}, {"username": "binh"}, {"username": "", "password": ""}, [], "x", {"username": ["a"], "password": 1}]
)
def test_login_without_name_or_password_is_a_request_that_is_not_right(body: Any, cast: Cast) -> None:
    answer = APIClient(raise_request_exception=False).post("/api/v1/auth/login/", body, format="json")
    assert (answer.status_code, answer.json()["code"]) == (400, "request_invalid")


def test_login_answers_in_the_language_asked_for(cast: Cast) -> None:
    answer = login("binh", "sai", **{"Accept-Language": "en"})
    assert answer.json()["detail"] == "The user name or the password is wrong; try again."


def test_logout_ends_this_token_and_no_other(cast: Cast) -> None:
    first, second = (with_token(login("binh").json()["token"]) for _ in range(2))
    answer = first.post("/api/v1/auth/logout/")
    assert (answer.status_code, answer.content) == (204, b"")
    assert first.get("/api/v1/me/").status_code == 401
    assert second.get("/api/v1/me/").status_code == 200
    assert [event.subject for event in Event.objects.filter(action="officer:signed_out")] == [f"officer:{cast.binh.id}"]


def test_logout_in_a_web_session_ends_the_session(cast: Cast) -> None:
    api = APIClient(raise_request_exception=False)
    assert api.login(username="binh", password=PASSWORD)
    assert api.get("/api/v1/me/").status_code == 200
    assert api.post("/api/v1/auth/logout/").status_code == 204
    assert api.get("/api/v1/me/").status_code == 401


def test_logout_on_a_phone_keeps_the_device_known(cast: Cast, phone: Deliverer) -> None:
    waiting = phone.phone.seal()
    assert phone.api.post("/api/v1/auth/logout/").status_code == 204
    assert phone.put(waiting).status_code == 201


def test_me_says_which_device_asks(cast: Cast, phone: Deliverer, as_: Callable[..., APIClient]) -> None:
    assert phone.api.get("/api/v1/me/").json()["device"] == str(phone.device.id)
    assert as_(cast.an).get("/api/v1/me/").json()["device"] is None


def test_me_names_every_role(cast: Cast, as_: Callable[..., APIClient]) -> None:
    both = officer("hai vai", cast.team, Role.SUPERVISOR, Role.INSPECTOR)
    assert as_(both).get("/api/v1/me/").json()["roles"] == ["inspector", "supervisor"]


@pytest.mark.parametrize(
    "header", ["Token", "Token ", "Token a b", "Token \u00e9\u00ff", "Token " + "x" * 64, "Bearer abc"]
)
def test_token_that_is_none_opens_nothing(header: str, cast: Cast) -> None:
    answer = APIClient(raise_request_exception=False).get("/api/v1/me/", HTTP_AUTHORIZATION=header)
    assert answer.status_code == 401, answer.content
    assert answer.json()["code"] in ("token_invalid", "not_signed_in")
