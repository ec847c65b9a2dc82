"""The database as one file of a moment: SQLite by its backup interface, PostgreSQL by pg_dump; and back."""

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from django.db import connection

from shared.problems import Problem

SQLITE, POSTGRESQL = "sqlite", "postgresql"
FILE = {SQLITE: "database.sqlite3", POSTGRESQL: "database.dump"}


def dump(target: Path) -> None:
    """Write what is committed now to `target`; the office works on meanwhile."""
    if connection.vendor == SQLITE:
        _dump_sqlite(Path(str(connection.settings_dict["NAME"])), target)
    else:
        _run("pg_dump", "--format=custom", "--no-owner", f"--file={target}", str(connection.settings_dict["NAME"]))


def _dump_sqlite(source: Path, target: Path) -> None:
    # A connection of its own, read only. All pages in one step: a step at a time would begin again with every write.
    with (
        closing(sqlite3.connect(f"{source.as_uri()}?mode=ro", uri=True)) as reading,
        closing(sqlite3.connect(target)) as writing,
    ):
        reading.backup(writing, pages=-1)
        # One file: whoever restores it has no -wal beside it.
        writing.execute("PRAGMA journal_mode = DELETE")
        (said,) = writing.execute("PRAGMA integrity_check").fetchone()
    if said != "ok":
        raise Problem("backup_database", reason=said)


def restore_sqlite(source: Path, target: Path) -> None:
    """Put a dump in the place of `target`, which must not exist."""
    unfinished = target.with_name(f"{target.name}.restoring")
    shutil.copyfile(source, unfinished)
    descriptor = os.open(unfinished, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    unfinished.rename(target)


def restore_postgresql(source: Path) -> None:
    """Into the empty database of the settings, all or nothing."""
    name = str(connection.settings_dict["NAME"])
    connection.close()
    _run("pg_restore", "--no-owner", "--exit-on-error", "--single-transaction", f"--dbname={name}", str(source))


def is_empty() -> bool:
    return not connection.introspection.table_names()


@contextmanager
def emptied_again() -> Iterator[None]:
    """When what happens inside fails, the PostgreSQL database that was empty before is empty again."""
    try:
        yield
    except BaseException:
        with connection.cursor() as cursor:
            cursor.execute("DROP SCHEMA public CASCADE")
            cursor.execute("CREATE SCHEMA public")
        raise


def _run(program: str, *arguments: str) -> None:
    """A tool of PostgreSQL on the database of the settings; Problem `backup_tool_missing`, `backup_database`."""
    found = shutil.which(program) or next((str(path) for path in sorted(_installed(program), reverse=True)), None)
    if found is None:
        raise Problem("backup_tool_missing", program=program)
    done = subprocess.run(  # noqa: S603 - our own arguments, no shell
        [found, *arguments], env={**os.environ, **_where()}, capture_output=True, text=True, check=False
    )
    if done.returncode:
        lines = done.stderr.strip().splitlines()
        raise Problem("backup_database", reason=lines[0] if lines else program)


def _installed(program: str) -> Iterator[Path]:
    return Path("/usr/lib/postgresql").glob(f"*/bin/{program}")


def _where() -> dict[str, str]:
    """By the environment, so that no password stands in the list of processes."""
    settings: dict[str, Any] = connection.settings_dict
    named = {"PGHOST": "HOST", "PGPORT": "PORT", "PGUSER": "USER", "PGPASSWORD": "PASSWORD"}
    return {variable: str(settings[key]) for variable, key in named.items() if settings.get(key)}
