"""Signed heads: what the last event was at a moment, in the server's own hand.

The chain alone proves nothing against whoever may write the whole database: they can make every hash again and cut the
tail. They cannot sign. A head that left the database (in a receipt, a bundle, a backup, a file here, a stranger's
notebook) must stand in the chain for ever after; `audit_verify` checks that it does.
"""

import fcntl
import json
import os
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import timezone

from backend.audit import signing
from backend.audit.selectors import head
from shared.clock import Month, instant_text


def signed_head(now: datetime) -> dict[str, Any]:
    """`{index, hash, at, key, signature}`: the last event as it stands at `now`, signed (RFC 8785 without `signature`).

    Before the first event `index` is 0 and `hash` 64 zeros; making the server's key is an event.
    """
    signing.key_ensure(now)
    index, hash_ = head()
    return signing.signed_body({"index": index, "hash": hash_, "at": instant_text(now), "key": ""})


def head_publish(now: datetime, folder: Path | None = None) -> tuple[dict[str, Any], Path]:
    """Append the head of `now` to `heads-YYYY-MM.jsonl` (month of Vietnam) in `folder`, by default settings.HEADS_DIR.

    What was written before is never touched, so that the folder may be on a medium that only grows. When this returns
    the line is on the disk. OSError when it cannot be.
    """
    value = signed_head(now)
    path = (folder or Path(settings.HEADS_DIR)) / f"heads-{Month.of(now)}.jsonl"
    path.parent.mkdir(parents=True, exist_ok=True)
    _append(path, json.dumps(value, sort_keys=True, separators=(",", ":")).encode("ascii") + b"\n")
    return value, path


def head_publish_due(**_: Any) -> None:
    """For the end of a transaction that reached a step of settings.HEADS_EVERY events."""
    head_publish(timezone.now())


def _append(path: Path, line: bytes) -> None:
    made = not path.exists()
    descriptor = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o644)
    with os.fdopen(descriptor, "r+b", buffering=0) as file:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        size = file.seek(0, os.SEEK_END)
        if size and os.pread(descriptor, 1, size - 1) != b"\n":
            line = b"\n" + line  # the machine died within the line before: it stays as it is, by itself
        written = file.write(line)
        if written != len(line):
            raise OSError(f"{path}: {written} of {len(line)} bytes written")
        os.fsync(descriptor)
    if made:
        folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
