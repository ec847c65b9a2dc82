"""Whatever somebody who owns the database does to the chain is found: they drop the triggers, and put them back before
anybody looks."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db.models import F

from backend.audit import selectors
from backend.audit.claims import Claim
from backend.audit.models import ChainHead, Event
from backend.audit.selectors import event_hash, head_hash
from backend.audit.triggers import triggers_drop, triggers_ensure
from backend.audit.verifying import Fault, verify
from tests.backend.audit.attack import audit_verify, recompute
from tests.backend.audit.test_record import append

OTHER = "f" * 64


def told(*against: str) -> list[Fault]:
    triggers_ensure()
    try:
        return list(verify([Claim(hash_) for hash_ in against]))
    finally:
        triggers_drop()


def faults(*against: str) -> set[tuple[int, str]]:
    return {(fault.index, fault.what) for fault in told(*against)}


def change(at: int, /, **columns: Any) -> None:
    assert Event.objects.filter(index=at).update(**columns) == 1


@pytest.fixture(autouse=True)
def _five_events(db: None) -> None:
    append(5)
    assert faults() == set()  # and the triggers are away


@pytest.mark.parametrize("index", [1, 3, 5])
@pytest.mark.parametrize(
    "columns",
    [
        {"data": '{"n":9}'},
        {"data": ""},
        {"actor": "another"},
        {"action": "case:moved"},
        {"subject": "case:9"},
        {"at": F("at") + timedelta(milliseconds=1)},
        {"at": F("at") - timedelta(days=1)},
    ],
    ids=str,
)
def test_changed_column_is_found_at_its_event(index: int, columns: dict[str, Any]) -> None:
    change(index, **columns)
    assert faults() == {(index, "changed")}


def test_changed_link_is_found() -> None:
    change(3, previous=OTHER)
    assert faults() == {(3, "changed"), (3, "link_broken")}


def test_changed_hash_is_found() -> None:
    change(3, hash=OTHER)
    assert faults() == {(3, "changed"), (4, "link_broken")}


def test_changed_event_with_its_hash_made_again_is_found_at_the_next_link() -> None:
    event = Event.objects.get(index=3)
    event.data = '{"n":9}'
    change(3, data=event.data, hash=event_hash(event))
    assert faults() == {(4, "link_broken")}


@pytest.mark.parametrize("index", [1, 3, 4])
def test_removed_event_is_found(index: int) -> None:
    Event.objects.filter(index=index).delete()
    assert faults() == {(index, "missing")}


def test_removed_event_whose_numbers_were_closed_up_is_found() -> None:
    Event.objects.filter(index=3).delete()
    for index in (4, 5):
        change(index, index=index - 1)
    assert {what for _, what in faults()} >= {"changed", "link_broken", "head_differs"}


def test_removed_tail_is_found_by_the_head() -> None:
    Event.objects.filter(index=5).delete()
    assert faults() == {(4, "head_differs")}


@pytest.mark.parametrize("cut", [5, 1])
def test_removed_tail_with_the_head_put_back_is_found_against_a_head_that_was_given_out(cut: int) -> None:
    given_out = head_hash()
    Event.objects.filter(index__gte=cut).delete()
    last = Event.objects.order_by("-index").first()
    ChainHead.objects.update(index=last.index if last else 0, hash=last.hash if last else "0" * 64)
    assert faults() == set()
    assert faults(given_out) == {(0, "head_unknown")}


def test_whole_chain_made_again_is_found_against_a_head_that_was_given_out() -> None:
    given_out = head_hash()
    change(2, actor="another")
    recompute()
    assert faults() == set()
    assert faults(given_out) == {(0, "head_unknown")}


def test_earlier_heads_still_stand_in_a_chain_that_grew() -> None:
    heads = [event.hash for event in Event.objects.all()]
    append(3)
    assert faults(*heads, "0" * 64) == set()


@pytest.mark.parametrize("index", [0, 6])
def test_inserted_event_is_found(index: int) -> None:
    forged = Event.objects.get(index=5)
    forged.previous, forged.index = forged.hash, index
    forged.hash = event_hash(forged)
    forged.save(force_insert=True)
    assert faults() != set()


@pytest.mark.parametrize("columns", [{"hash": OTHER}, {"index": 4}, {"index": 6}], ids=str)
def test_changed_head_is_found(columns: dict[str, Any]) -> None:
    ChainHead.objects.update(**columns)
    assert faults() == {(5, "head_differs")}


def test_removed_head_is_found() -> None:
    ChainHead.objects.all().delete()
    assert faults() == {(5, "head_differs")}


def test_every_fault_is_told_not_just_the_first() -> None:
    change(1, actor="another")
    change(4, actor="another")
    Event.objects.filter(index=2).delete()
    assert faults() == {(1, "changed"), (2, "missing"), (4, "changed")}


def test_empty_chain_is_whole() -> None:
    Event.objects.all().delete()
    ChainHead.objects.all().delete()
    assert told() == []
    assert told(OTHER) == [Fault(0, "head_unknown", f"{OTHER} ")]


def test_progress_tells_how_far_it_is_and_reading_goes_in_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("backend.audit.verifying.CHUNK", 2)
    seen: list[int] = []
    triggers_ensure()
    assert list(verify(seen=seen.append)) == []
    assert seen == [2, 4, 5]


# --- the command


def test_command_says_that_the_chain_is_whole() -> None:
    code, said = audit_verify()
    assert code == 0
    assert "nguyên vẹn: 5 sự kiện" in said
    assert "whole" in said


BREAKS: dict[str, Callable[[], Any]] = {
    "3: sự kiện bị sửa / the event was changed": lambda: change(3, actor="another"),
    "2: thiếu sự kiện / events are missing 2–2": lambda: Event.objects.filter(index=2).delete(),
    "3: mối nối bị đứt / the link to the event before is broken": lambda: change(2, hash=OTHER),
    "5: đầu chuỗi không khớp": lambda: ChainHead.objects.update(hash=OTHER),
}


@pytest.mark.parametrize("line", BREAKS)
def test_command_names_what_it_found_and_exits_with_1(line: str) -> None:
    BREAKS[line]()
    code, said = audit_verify()
    assert code == 1
    assert line in said
    assert "lỗi" in said.splitlines()[-1]


def test_command_that_is_stopped_says_how_far_it_came_and_that_the_rest_is_unchecked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    change(1, actor="another")
    monkeypatch.setattr("backend.audit.verifying.CHUNK", 2)
    hashed = selectors.row_hash

    def interrupted(row: tuple[Any, ...]) -> str:
        if row[0] == 4:
            raise KeyboardInterrupt
        return hashed(row)

    monkeypatch.setattr("backend.audit.verifying.row_hash", interrupted)
    code, said = audit_verify()
    assert code == 2
    assert "stopped after event 2 with 1 faults" in said


def test_memory_stays_flat(monkeypatch: pytest.MonkeyPatch) -> None:
    """No more rows are alive than are read at a time, however long the chain."""
    monkeypatch.setattr("backend.audit.verifying.CHUNK", 10)
    append(95)
    alive = most = 0

    class Row(str):
        def __new__(cls, text: str) -> "Row":
            nonlocal alive, most
            alive += 1
            most = max(most, alive)
            return super().__new__(cls, text)

        def __del__(self) -> None:
            nonlocal alive
            alive -= 1

    monkeypatch.setattr(Event._meta.get_field("data"), "from_db_value", lambda text, *_: Row(text), raising=False)
    triggers_ensure()
    assert list(verify()) == []
    assert alive == 0
    assert 1 <= most <= 20
