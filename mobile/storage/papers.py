"""Papers shown for the loads of reports sealed on this phone: found by whoever knows one, told to nobody else."""

import sqlite3
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING
from uuid import UUID

from mobile.ports import Vault
from mobile.storage.database import from_millis, to_millis
from mobile.storage.rows import lock_json, unlock_json

if TYPE_CHECKING:
    from shared.rules.papers import PaperUse

_COLUMN = "papers_locked.body"


def insert_paper(db: sqlite3.Connection, vault: Vault, key: str, use: "PaperUse") -> None:
    found_by, row = vault.index(key.encode("utf-8")), f"{use.report}:{use.load}"
    body = lock_json(vault, [to_millis(use.at), use.mark_key, use.quantity, use.unit], _COLUMN, row)
    db.execute("INSERT INTO papers_locked VALUES (?, ?, ?, ?)", (found_by, str(use.report), use.load, body))


def uses_of(
    db: sqlite3.Connection, vault: Vault, keys: Collection[str], *, but: UUID
) -> "Mapping[str, Sequence[PaperUse]]":
    """Key → uses in other reports than `but`, by time; not of superseded reports."""
    found: dict[str, list[PaperUse]] = defaultdict(list)
    for key in sorted(keys):  # one query for each: a load has a few papers, SQLite a limit on parameters
        rows = db.execute(
            "SELECT report, load, body FROM papers_locked WHERE key = ? AND report <> ? AND report NOT IN"
            " (SELECT drafts.supersedes FROM drafts JOIN reports ON reports.id = drafts.id"
            " WHERE drafts.supersedes IS NOT NULL)",
            (vault.index(key.encode("utf-8")), str(but)),
        )
        uses = [_use(vault, row) for row in rows]
        if uses:
            found[key] = sorted(uses, key=lambda use: (use.at, str(use.report), use.load))
    return found


def _use(vault: Vault, row: sqlite3.Row) -> "PaperUse":
    from shared.rules.papers import PaperUse  # not needed for the first screen

    at, mark_key, quantity, unit = unlock_json(vault, row["body"], _COLUMN, f"{row['report']}:{row['load']}")
    return PaperUse(UUID(row["report"]), row["load"], from_millis(at), mark_key, quantity, unit)
