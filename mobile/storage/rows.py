"""Values of locked columns."""

import json
from typing import Any

from mobile.ports import Vault


def about(column: str, row: object) -> bytes:
    """`column`: `table.column`; `row`: what tells the row from all others, for ever."""
    return f"{column}:{row}".encode()


def lock_json(vault: Vault, value: Any, column: str, row: object) -> bytes:
    return vault.lock(json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8"), about(column, row))


def unlock_json(vault: Vault, locked: bytes, column: str, row: object) -> Any:
    return json.loads(vault.unlock(locked, about(column, row)))


def lock_text(vault: Vault, value: str | None, column: str, row: object) -> bytes | None:
    return None if value is None else vault.lock(value.encode("utf-8"), about(column, row))


def unlock_text(vault: Vault, locked: bytes | None, column: str, row: object) -> str | None:
    return None if locked is None else vault.unlock(locked, about(column, row)).decode("utf-8")
