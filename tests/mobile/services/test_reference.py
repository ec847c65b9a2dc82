"""Reference data: deltas, all or nothing, with the date."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from mobile.bootstrap import Phone
from mobile.services.reference import ReferenceData
from mobile.storage.reference import SqliteReference
from shared.problems import Problem
from tests.fakes.server import FakeServer
from tests.mobile.conftest import FakeClock

A, B = "00000000-0000-4000-8000-00000000000a", "00000000-0000-4000-8000-00000000000b"


def licence(id: str, number: str) -> dict[str, object]:
    return {"id": id, "number": number, "area": None}


def give(server: FakeServer, cursor: str, *licences: dict[str, object], **more: Any) -> None:
    server.reference = {"cursor": cursor, "licences": list(licences), **more}


def test_pull_stores_rows_cursor_and_the_date_and_the_next_one_is_a_delta(
    phone: Phone, server: FakeServer, clock: FakeClock, new_phone: Callable[..., Phone]
) -> None:
    commune = {"id": "12142", "name": "xã Minh Họa"}
    give(server, "1", licence(A, "1/GP"), licence(B, "2/GP"), communes=[commune], settings={"x": 1})
    assert phone.reference.as_of() is None
    phone.reference.pull()
    first = clock.now()
    clock.move(60)
    give(server, "2", licence(A, "1bis/GP"), settings={"x": 2}, removed=[B])
    phone.reference.pull()
    phone.close()

    again = new_phone().reference

    assert [row["number"] for row in again.rows("licences")] == ["1bis/GP"]
    assert again.rows("communes")[0]["name"] == "xã Minh Họa"
    assert (again.cursor(), again.settings(), again.as_of()) == ("2", {"x": 2}, clock.now())
    assert first < clock.now()
    assert [asked["cursor"] for asked in server.references_asked] == [None, "1"]


def test_everything_else_goes_when_the_server_says_so(phone: Phone, server: FakeServer) -> None:
    give(server, "1", licence(A, "1/GP"), communes=[{"id": "12142"}])
    phone.reference.pull()
    give(server, "9", licence(B, "2/GP"), removed=["*"])
    phone.reference.pull()
    assert [row["id"] for kind in ("licences", "communes") for row in phone.reference.rows(kind)] == [B]


def test_answer_travels_packed_and_is_asked_for_by_its_etag(phone: Phone, server: FakeServer, clock: FakeClock) -> None:
    give(server, "1", licence(A, "1/GP"))
    phone.reference.pull()
    give(server, "1")
    phone.reference.pull()  # nothing new: from now on the etag says it
    revision = phone.reference.revision()
    clock.move(600)
    phone.reference.pull()
    etags = [asked["etag"] for asked in server.references_asked]
    assert etags[:2] == [None, None]
    assert etags[2] is not None
    assert {asked["encodings"] for asked in server.references_asked} == {"gzip"}
    assert phone.reference.as_of() == clock.now()
    assert (phone.reference.revision(), len(phone.reference.rows("licences"))) == (revision, 1)
    give(server, "2", licence(B, "2/GP"))
    phone.reference.pull()
    assert len(phone.reference.rows("licences")) == 2
    give(server, "2")
    phone.reference.pull()
    assert server.references_asked[-1]["etag"] is None  # that of cursor 1 says nothing of cursor 2


@pytest.mark.parametrize(
    "answer",
    [
        {},
        [],
        {"licences": []},
        {"cursor": 9},
        {"cursor": ""},
        {"cursor": "9"},
        {"cursor": "9", "licences": [{"number": "no id"}]},
        {"cursor": "9", "licences": [{"id": 7}]},
        {"cursor": "9", "licences": [{"id": ""}]},
        {"cursor": "9", "licences": [A]},
        {"cursor": "9", "licences": {}},
        {"cursor": "9", "settings": []},
        {"cursor": "9", "removed": [{"id": A}]},
        {"cursor": "9", "removed": None},
    ],
)
def test_a_strange_answer_changes_nothing(phone: Phone, server: FakeServer, answer: Any) -> None:
    give(server, "1", licence(A, "1/GP"))
    phone.reference.pull()
    before = (phone.reference.cursor(), phone.reference.as_of(), phone.reference.revision())
    kinds = ("licences", "minerals", "violation_types", "communes", "vehicles")
    rest = {**dict.fromkeys(kinds, []), "settings": {}, "removed": []}
    # A whole answer but for what is strange in it; and as short as it stands.
    for strange in ({**rest, **answer}, answer) if isinstance(answer, dict) and len(answer) == 2 else (answer,):
        server.reference, server.reference_whole = strange, False
        with pytest.raises(Problem) as failure:
            phone.reference.pull()
        assert failure.value.code == "answer_invalid"
        assert failure.value.detail("vi")
    assert before == (phone.reference.cursor(), phone.reference.as_of(), phone.reference.revision())
    assert len(phone.reference.rows("licences")) == 1


@pytest.mark.parametrize("after", [0, 1, 40, 200])
def test_an_answer_cut_short_changes_nothing(phone: Phone, server: FakeServer, after: int) -> None:
    give(server, "1", licence(A, "1/GP"))
    phone.reference.pull()
    give(server, "2", *(licence(f"{B[:-4]}{i:04x}", f"{i}/GP") for i in range(200)), removed=[A])
    server.fail("short", "GET", "reference", after=after)
    with pytest.raises(Problem) as failure:
        phone.reference.pull()
    assert failure.value.code == "no_connection"
    assert (phone.reference.cursor(), [row["id"] for row in phone.reference.rows("licences")]) == ("1", [A])
    phone.reference.pull()
    assert (phone.reference.cursor(), len(phone.reference.rows("licences"))) == ("2", 200)


@pytest.mark.parametrize("kind", ["portal", "html", "redirect", "problem"])
def test_a_portal_or_a_server_in_trouble_changes_nothing(phone: Phone, server: FakeServer, kind: str) -> None:
    give(server, "1", licence(A, "1/GP"))
    phone.reference.pull()
    server.fail(kind, "GET", "reference")
    with pytest.raises(Problem) as failure:
        phone.reference.pull()
    assert failure.value.detail("vi")
    assert (phone.reference.cursor(), len(phone.reference.rows("licences"))) == ("1", 1)


def test_an_answer_to_a_question_that_another_process_has_settled_changes_nothing(
    phone: Phone, server: FakeServer, clock: FakeClock, new_phone: Callable[..., Phone]
) -> None:
    """The screen and the background service pull at once: the slower one's answer is older than what is there."""
    give(server, "1", licence(A, "1/GP"))
    phone.reference.pull()
    other = new_phone()
    give(server, "2", licence(A, "2/GP"))
    server.fail("slow", "GET", "reference", seconds=0.4)
    slow = threading.Thread(target=other.reference.pull)
    slow.start()
    while server.log.count(("GET", "reference/")) < 2:
        pass
    give(server, "3", licence(A, "3/GP"))
    phone.reference.pull()
    give(server, "2", licence(A, "2/GP"))
    slow.join()
    assert (phone.reference.cursor(), phone.reference.rows("licences")[0]["number"]) == ("3", "3/GP")


def test_rows_are_parsed_once_for_each_change_whoever_brings_it(
    phone: Phone, server: FakeServer, new_phone: Callable[..., Phone]
) -> None:
    give(server, "1", licence(A, "1/GP"))
    phone.reference.pull()
    assert phone.reference.rows("licences") is phone.reference.rows("licences")
    give(server, "2", licence(B, "2/GP"))
    new_phone().reference.pull()
    assert [row["number"] for row in phone.reference.rows("licences")] == ["1/GP", "2/GP"]
    # Written while the office read: the same cursor, and yet another row.
    give(server, "2", licence(B, "2bis/GP"))
    new_phone().reference.pull()
    assert [row["number"] for row in phone.reference.rows("licences")] == ["1/GP", "2bis/GP"]


def test_how_old_the_data_is_can_be_said(phone: Phone, server: FakeServer, clock: FakeClock) -> None:
    assert phone.reference.as_of_words() == "Chưa có dữ liệu giấy phép; hãy tải về khi có mạng."
    clock.move((datetime(2026, 11, 24, 17, 5, tzinfo=UTC) - clock.now()).total_seconds())
    phone.reference.pull()
    assert phone.reference.as_of_words() == "Dữ liệu đến 00:05 ngày 25/11/2026"
    assert phone.reference.as_of_words("en") == "Data as of 00:05 on 25/11/2026"


def test_rows_of_another_format_count_as_none_and_go_with_the_next_pull(
    phone: Phone, server: FakeServer, clock: FakeClock
) -> None:
    """An app that came anew does not read what the former one had stored, and does not ask with its cursor."""
    give(server, "1", licence(A, "1/GP"), settings={"x": 1})
    phone.reference.pull()
    former = phone.reference._reference
    assert isinstance(former, SqliteReference)
    store = SqliteReference(former._database, row_format="99")
    newer = ReferenceData(store, phone.reference._accounts, phone.reference._api, clock)
    assert (newer.cursor(), newer.as_of(), newer.rows("licences"), newer.settings()) == (None, None, (), {})
    give(server, "2", licence(B, "2/GP"))
    newer.pull()
    assert server.references_asked[-1]["cursor"] is None
    assert [row["id"] for row in newer.rows("licences")] == [B]


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
