"""What answers become."""

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest

from mobile.ports import ServerProblem
from mobile.transport.api import HttpServerApi
from mobile.transport.http import Http
from shared.problems import Problem
from tests.fakes.server import FakeServer


@pytest.fixture
def http(server: FakeServer) -> Iterator[Http]:
    opened = Http(server.url, read_s=0.3)
    yield opened
    opened.close()


def test_a_problem_of_a_newer_server_keeps_its_code_status_and_words(server: FakeServer, http: Http) -> None:
    server.fail("problem", status=418, code="not_in_this_catalogue")
    with pytest.raises(ServerProblem) as failure:
        HttpServerApi(http).receipt(uuid4(), "0" * 64, None)
    problem = failure.value
    assert (problem.status, problem.code, problem.detail("vi")) == (418, "not_in_this_catalogue", "chi tiết {lạ}")
    assert problem.as_json("vi")["detail"] == "chi tiết {lạ}"


@pytest.mark.parametrize(
    ("kind", "how", "code"),
    [
        ("portal", {}, "answer_invalid"),
        ("redirect", {}, "answer_invalid"),
        ("html", {"status": 502}, "answer_invalid"),
        ("cut", {}, "no_connection"),
        ("slow", {"seconds": 0.8}, "no_connection"),
    ],
)
def test_what_is_no_answer_of_ours_becomes_a_problem_of_the_phone(
    server: FakeServer, http: Http, kind: str, how: dict[str, Any], code: str
) -> None:
    server.fail(kind, **how)
    with pytest.raises(Problem) as failure:
        HttpServerApi(http).receipt(uuid4(), "0" * 64, None)
    assert failure.value.code == code


def test_addresses_the_server_gives_are_asked_of_our_own_server(http: Http, server: FakeServer) -> None:
    assert http.own_path("http://elsewhere.example:81/api/v1/uploads/7/?a=1") == "/api/v1/uploads/7/?a=1"
    assert http.own_path("/api/v1/uploads/7/") == "/api/v1/uploads/7/"
    assert http.own_path("uploads/7/") == "/api/v1/uploads/7/"
    assert http.own_path("//elsewhere.example/x") == "/x"


def test_fields_of_a_newer_server_are_passed_over_and_its_signature_still_holds(server: FakeServer, http: Http) -> None:
    server.keys = [{**server.key.record(), "colour": "xanh"}]
    hello = HttpServerApi(http).hello("n")
    assert hello.message.keys[0].id == server.key.id
    assert b'"colour"' in hello.signed


@pytest.mark.parametrize(
    ("status", "header", "seconds"),
    [
        (503, "120", 120.0),
        (429, "0", 0.0),
        (503, "Thu, 26 Nov 2026 08:02:00 GMT", 120.0),  # by the server's own clock, whatever the phone's says
        (503, "Thu, 26 Nov 2026 07:00:00 GMT", 0.0),
        (503, "99999999999999999999", 999_999_999.0),
        (503, "soon", None),
        (503, "-5", None),
        (503, "", None),
        (500, "120", None),
        (404, "120", None),
    ],
)
@pytest.mark.parametrize("kind", ["html", "problem"])
def test_retry_after_is_read_from_proxies_and_servers_alike(
    server: FakeServer, http: Http, kind: str, status: int, header: str, seconds: float | None
) -> None:
    date = {"Date": "Thu, 26 Nov 2026 08:00:00 GMT"} if "GMT" in header else {}
    server.fail(kind, status=status, headers={"Retry-After": header, **date})
    with pytest.raises(Problem) as failure:
        HttpServerApi(http).receipt(uuid4(), "0" * 64, None)
    assert failure.value.values.get("retry_after_s") == seconds


def test_a_token_refused_where_no_word_can_be_said_is_a_session_that_ended(server: FakeServer, http: Http) -> None:
    server.fail("problem", "HEAD", status=401, code="token_invalid")
    answer = http.call("HEAD", "uploads/7/")
    assert answer.problem().code == "session_ended"
