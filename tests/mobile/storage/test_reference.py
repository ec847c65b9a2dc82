"""The reference rows on disk: a delta is there whole or not at all, whenever the process dies."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from mobile.ports import ReferenceDelta
from mobile.storage import schema
from mobile.storage.database import Database
from mobile.storage.reference import SqliteReference

ROOT = Path(__file__).resolve().parents[3]
NOW = datetime(2026, 11, 25, 8, 0, tzinfo=UTC)
ROWS = 400

# Brings delta after delta: each names all rows with its own number, and takes away or brings back the even ones.
WORKER = f"""
import sys
from datetime import UTC, datetime
from pathlib import Path
from mobile.ports import ReferenceDelta
from mobile.storage.database import Database
from mobile.storage.reference import SqliteReference

reference = SqliteReference(Database(Path(sys.argv[1])))
print("ready", flush=True)
asked = None
for n in range(1, 10_000):
    ids = [f"r{{i}}" for i in range({ROWS})]
    here = [id for i, id in enumerate(ids) if n % 2 or i % 2]
    rows = tuple({{"id": id, "n": n, "words": "minh họa " * 20}} for id in here)
    delta = ReferenceDelta(str(n), {{"licences": rows}}, {{"n": n}}, tuple(id for id in ids if id not in here))
    assert reference.apply(delta, datetime(2026, 11, 25, tzinfo=UTC), asked=asked)
    asked = str(n)
    print(n, flush=True)
"""


def delta(cursor: str, *rows: dict[str, Any], removed: tuple[str, ...] = (), **more: Any) -> ReferenceDelta:
    return ReferenceDelta(cursor, {"licences": rows}, {}, removed, **more)


@pytest.fixture
def reference(tmp_path: Path) -> SqliteReference:
    return SqliteReference(Database(tmp_path / "phone.sqlite3"))


@pytest.mark.parametrize("after_s", [0.02, 0.05, 0.11, 0.23])
def test_a_phone_killed_in_the_middle_has_one_delta_or_the_next_and_no_mixture(tmp_path: Path, after_s: float) -> None:
    path = tmp_path / "phone.sqlite3"
    worker = subprocess.Popen(
        [sys.executable, "-c", WORKER, str(path)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert worker.stdout is not None
    assert worker.stdout.readline() == "ready\n"
    time.sleep(after_s)
    worker.send_signal(signal.SIGKILL)
    out, _ = worker.communicate()
    said = [int(line) for line in out.splitlines(keepends=True) if line.endswith("\n")]

    reference = SqliteReference(Database(path))
    state, rows = reference.state(), reference.rows("licences")
    n = 0 if state is None else int(state.cursor)
    assert n in (len(said), len(said) + 1)
    assert {row["n"] for row in rows} == ({n} if n else set())
    assert len(rows) == (0 if n == 0 else ROWS if n % 2 else ROWS // 2)
    assert reference.settings() == ({"n": n} if n else {})


def test_delta_that_cannot_be_stored_leaves_what_was_there(reference: SqliteReference) -> None:
    assert reference.apply(delta("1", {"id": "a", "x": 1}), NOW, asked=None)
    before = reference.state()
    with pytest.raises(TypeError):
        reference.apply(delta("2", {"id": "a", "x": object()}), NOW, asked="1")
    with pytest.raises(sqlite3.Error):
        reference.apply(delta("2", {"id": "b"}, removed=("a", object())), NOW, asked="1")  # type: ignore[arg-type]
    assert (reference.state(), reference.rows("licences")) == (before, ({"id": "a", "x": 1},))


def test_delta_for_another_cursor_than_the_stored_one_is_not_taken(reference: SqliteReference) -> None:
    assert not reference.apply(delta("2"), NOW, asked="1")
    assert reference.state() is None
    assert reference.apply(delta("1", {"id": "a"}), NOW, asked=None)
    assert not reference.apply(delta("2", removed=("a",)), NOW, asked=None)
    assert reference.rows("licences") == ({"id": "a"},)


def test_etag_is_kept_for_the_answer_that_there_is_nothing_new(reference: SqliteReference) -> None:
    reference.apply(delta("1", etag='"x"'), NOW, asked=None)
    assert _state(reference).etag is None
    reference.apply(delta("1", etag='"y"'), NOW, asked="1")
    assert _state(reference).etag == '"y"'
    reference.apply(delta("2", etag='"z"'), NOW, asked="1")
    assert _state(reference).etag is None


def test_confirming_moves_the_date_of_the_cursor_that_was_asked_with_only(reference: SqliteReference) -> None:
    reference.apply(delta("1"), NOW, asked=None)
    later = NOW.replace(hour=9)
    reference.confirmed(later, asked="0")
    assert _state(reference).as_of == NOW
    reference.confirmed(later, asked="1")
    assert (_state(reference).as_of, _state(reference).revision) == (later, 1)


def test_revision_grows_with_every_delta(reference: SqliteReference) -> None:
    reference.apply(delta("1"), NOW, asked=None)
    reference.apply(delta("1", {"id": "a"}), NOW, asked="1")
    assert _state(reference).revision == 2


def test_replaced_row_is_removed_and_listed_in_one_delta(reference: SqliteReference) -> None:
    reference.apply(delta("1", {"id": "a"}), NOW, asked=None)
    reference.apply(delta("2", {"id": "a", "x": 2}, removed=("a",)), NOW, asked="1")
    assert reference.rows("licences") == ({"id": "a", "x": 2},)


def test_rows_fetched_by_the_first_app_are_fetched_anew(tmp_path: Path) -> None:
    """A phone with the first schema: its rows have no versions, its cursor is of no use. Everything else stays."""
    path = tmp_path / "phone.sqlite3"
    old = sqlite3.connect(path)
    for statement in schema.MIGRATIONS[0]:
        old.execute(statement)
    old.execute("PRAGMA user_version = 1")
    old.execute("INSERT INTO reference VALUES (1, 'abc', '{}', 0)")
    old.execute("INSERT INTO reference_rows VALUES ('licences', 'a', ?)", (json.dumps({"id": "a", "mineral": "cát"}),))
    old.execute("INSERT INTO device VALUES (1, 'd', 'k')")
    old.commit()
    old.close()

    database = Database(path)
    reference = SqliteReference(database)
    assert (reference.state(), reference.rows("licences")) == (None, ())
    assert reference.apply(delta("1", {"id": "b"}), NOW, asked=None)
    assert reference.rows("licences") == ({"id": "b"},)
    assert database.connection.execute("SELECT id FROM device").fetchone()["id"] == "d"


def _state(reference: SqliteReference) -> Any:
    state = reference.state()
    assert state is not None
    return state
