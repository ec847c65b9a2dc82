"""Many writers at once: no phone ever has a cursor above a change it has not got (PostgreSQL, a connection each)."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone

from backend.audit import services as audit
from backend.registry.models import LicenceVersion, ReferenceRow
from backend.registry.selectors import reference
from backend.registry.services.licences import licences_record
from tests.backend.conftest import at_once, on_postgresql
from tests.factories.registry import given, mineral, square

pytestmark = [on_postgresql, pytest.mark.django_db(transaction=True)]


def record(*numbers: str, **fields: Any) -> None:
    licences = [given(number, square(), **fields) for number in numbers]
    licences_record(licences, actor=audit.SYSTEM, now=timezone.now(), source="thử")


def pull(cursor: str | None) -> tuple[str, dict[str, Any]]:
    """(cursor, number → row) of what changed since."""
    answer = reference.delta(reference.asked(reference.EVERYWHERE, cursor))
    return answer["cursor"], {row["number"]: row for row in answer["licences"]}


def test_a_change_that_is_committed_later_is_not_missed() -> None:
    """The first writer has its number and dawdles before its commit; the second, begun later, must not overtake it: a
    phone that pulls in between would take the second's number and never hear of the first."""
    mineral()
    record("0/GP")
    written, go_on, second_done = threading.Event(), threading.Event(), threading.Event()

    def slow() -> None:
        try:
            with transaction.atomic():
                record("1/GP")
                written.set()
                assert go_on.wait(20)
        finally:
            connection.close()

    def quick() -> None:
        try:
            assert written.wait(20)
            record("2/GP")
            second_done.set()
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        writers = [pool.submit(slow), pool.submit(quick)]
        assert written.wait(20)
        overtaken = second_done.wait(1.5)
        cursor, before = pull(None)
        go_on.set()
        for writer in writers:
            writer.result(timeout=20)
    _, after = pull(cursor)
    assert set(before) | set(after) == {"0/GP", "1/GP", "2/GP"}
    assert (overtaken, set(before), set(after)) == (False, {"0/GP"}, {"1/GP", "2/GP"})


def test_phone_that_pulls_while_many_write_has_everything_in_the_end() -> None:
    mineral()
    writers = 4
    stop = threading.Event()
    seen: dict[str, Any] = {}

    def write(writer: int) -> None:
        for i in range(8):
            record(f"{writer}-{i}/GP", f"shared-{i}/GP", capacity=Decimal(1000 + writer))

    def follow() -> str | None:
        cursor = None
        while not stop.is_set():
            cursor, rows = pull(cursor)
            seen.update(rows)
        return cursor

    def work() -> None:
        done = at_once(*(lambda writer=writer: write(writer) for writer in range(writers)))  # type: ignore[misc]
        assert done == [None] * writers
        stop.set()

    def guarded() -> None:
        try:
            work()
        finally:
            stop.set()

    with ThreadPoolExecutor(1) as pool:
        working = pool.submit(guarded)
        cursor = follow()
        working.result(timeout=60)
    _, last = pull(cursor)
    seen.update(last)
    _, whole = pull(None)
    assert len(whole) == writers * 8 + 8
    assert seen == whole
    numbers = list(ReferenceRow.objects.filter(kind="licences").values_list("number", flat=True))
    assert len(set(numbers)) >= writers * 8 / 2  # several changes, not one


def test_two_who_amend_one_licence_both_reach_the_phone() -> None:
    mineral()
    record("1/GP")
    cursor, _ = pull(None)
    days = (date(2026, 1, 1), date(2026, 2, 1))
    assert at_once(
        *(lambda day=day: record("1/GP", effective_from=day, capacity=Decimal(day.month)) for day in days)  # type: ignore[misc]
    ) == [None, None]
    _, rows = pull(cursor)
    row = rows["1/GP"]
    assert (row["effective_from"], row["capacity"]["value"]) == ("2026-02-01", 2)
    assert LicenceVersion.objects.count() == 3
