"""What the pages of an import run show of its rows."""

from collections import Counter
from dataclasses import dataclass
from typing import Any

from backend.registry.models import ImportRow, ImportRun
from backend.registry.selectors.imports import QUESTION

_MOST_SCANNED = 20_000  # rows whose questions are gathered


@dataclass(frozen=True, slots=True)
class Alike:
    """Questions of one kind over the rows of a run: `key` answers all of them at once; `choices` parted by "|"."""

    key: str
    code: str
    choices: str
    values: dict[str, Any]
    count: int


def rows_shown(run: ImportRun, outcome: str, start: int, size: int) -> tuple[list[ImportRow], int]:
    """A page of rows in the order of the file, without their content, and how many there are of that outcome ("" for
    all). Two queries."""
    rows = run.rows.filter(outcome=outcome) if outcome else run.rows.all()
    return list(rows.defer("content").order_by("number")[start : start + size]), rows.count()


def row_of(run: ImportRun, number: int) -> ImportRow | None:
    return run.rows.filter(number=number).first()


def neighbours_of(row: ImportRow) -> tuple[int | None, int | None]:
    """Numbers of the rows before and after it that have the same outcome."""
    same = ImportRow.objects.filter(run=row.run_id, outcome=row.outcome).values_list("number", flat=True)
    before = same.filter(number__lt=row.number).order_by("-number").first()
    return before, same.filter(number__gt=row.number).order_by("number").first()


def questions_alike(run: ImportRun) -> list[Alike]:
    """Questions that open rows have in common, the most frequent first; of the first rows only, where they are very
    many. One query."""
    counted: Counter[tuple[str, str, str]] = Counter()
    first: dict[tuple[str, str, str], dict[str, Any]] = {}
    rows = run.rows.filter(outcome=QUESTION).order_by("number").values_list("notes", flat=True)
    for notes in rows[:_MOST_SCANNED].iterator(chunk_size=500):
        for note in notes:
            answer = str(note["values"].get("answer", ""))
            if answer:
                key = (answer.rpartition(":")[0] or answer, note["code"], str(note["values"].get("choices", "")))
                counted[key] += 1
                first.setdefault(key, note["values"])
    return [
        Alike(key, code, choices, first[key, code, choices], count)
        for (key, code, choices), count in counted.most_common()
    ]
