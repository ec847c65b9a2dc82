"""Reference data: deltas, all or nothing, with the date."""

from collections.abc import Callable
from uuid import UUID

import pytest

from mobile.bootstrap import Phone
from shared.problems import Problem
from tests.fakes.server import FakeServer
from tests.mobile.conftest import FakeClock

A, B = "00000000-0000-4000-8000-00000000000a", "00000000-0000-4000-8000-00000000000b"


def licence(id: str, number: str) -> dict[str, object]:
    return {"id": id, "number": number, "area": None}


def test_pull_stores_rows_cursor_and_the_date_and_the_next_one_is_a_delta(
    phone: Phone, server: FakeServer, clock: FakeClock, new_phone: Callable[..., Phone]
) -> None:
    server.reference = {
        "cursor": "1",
        "licences": [licence(A, "1/GP"), licence(B, "2/GP")],
        "communes": [{"id": "12142", "name": "xã Minh Họa"}],
        "settings": {"x": 1},
        "removed": [],
    }
    assert phone.reference.as_of() is None
    phone.reference.pull()
    first = clock.now()
    clock.move(60)
    server.reference = {"cursor": "2", "licences": [licence(A, "1bis/GP")], "settings": {"x": 2}, "removed": [B]}
    phone.reference.pull()
    phone.close()

    again = new_phone().reference

    assert [row["number"] for row in again.rows("licences")] == ["1bis/GP"]
    assert again.rows("communes")[0]["name"] == "xã Minh Họa"
    assert (again.cursor(), again.settings(), again.as_of()) == ("2", {"x": 2}, clock.now())
    assert first < clock.now()
    found = again.licence(UUID(A))
    assert found is not None
    assert found.number == "1bis/GP"
    assert again.licence(UUID(B)) is None


@pytest.mark.parametrize(
    "answer",
    [
        {"licences": []},
        {"cursor": "9", "licences": [{"number": "no id"}]},
        {"cursor": "9", "licences": {}},
        {"cursor": 9},
        [],
    ],
)
def test_a_strange_answer_changes_nothing(phone: Phone, server: FakeServer, answer: object) -> None:
    server.reference = {"cursor": "1", "licences": [licence(A, "1/GP")], "settings": {}, "removed": []}
    phone.reference.pull()
    server.reference = answer  # type: ignore[assignment]  # on purpose
    with pytest.raises(Problem) as failure:
        phone.reference.pull()
    assert failure.value.code == "answer_invalid"
    assert (phone.reference.cursor(), len(phone.reference.rows("licences"))) == ("1", 1)


def test_a_number_that_two_licences_carry_finds_neither(phone: Phone, server: FakeServer) -> None:
    server.reference = {
        "cursor": "1",
        "licences": [licence(A, "1/GP"), licence(B, "1/gp")],
        "settings": {},
        "removed": [],
    }
    phone.reference.pull()
    assert phone.reference.licence_by_number("1/GP") is None


def test_pull_without_a_token_says_not_enrolled_and_a_dead_token_is_told_by_the_server(
    phone: Phone, server: FakeServer
) -> None:
    server.tokens.clear()
    with pytest.raises(Problem) as failure:
        phone.reference.pull()
    assert failure.value.code == "token_invalid"
    phone.enrolment.sign_out()
    with pytest.raises(Problem, match="not_enrolled"):
        phone.reference.pull()
