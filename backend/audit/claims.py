"""Heads that were given out, as they come back: published heads, receipts, what somebody wrote down."""

import base64
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from backend.audit import signing
from shared.problems import Problem
from shared.wire.v1.canonical import canonical_bytes, parse_json
from shared.wire.v1.checks import is_hash

WHOLE_FILE_BYTES = 2**20  # a receipt written over several lines
LINE_BYTES = 2**20
# What a folder may hold: published heads, those of a bundle, and receipts as phones and cards keep them.
PATTERNS = ("**/heads*.jsonl", "**/receipt*.json", "**/receipts/*.json", "**/receipts*.jsonl")
UNUSABLE, TORN = "unusable", "torn"


@dataclass(frozen=True, slots=True)
class Claim:
    """`hash` stood at the head once; `index` where the claim says so. `where`: file and line.

    `what`: "" for a claim to be checked; `signature_wrong` or `key_unknown` for one that this server did not make;
    UNUSABLE for what is no head at all, TORN for a line that a crash cut short.
    """

    hash: str
    index: int | None = None
    where: str = ""
    what: str = ""


def files_of(path: Path) -> list[Path]:
    """`path` itself, or what lies in that folder and can hold heads, by name. FileNotFoundError when there is none."""
    if not path.is_dir():
        if not path.is_file():
            raise FileNotFoundError(path)
        return [path]
    found = sorted({file for pattern in PATTERNS for file in path.glob(pattern) if file.is_file()})
    if not found:
        raise FileNotFoundError(path)
    return found


def claims_in(file: Path, keys: Mapping[str, str]) -> Iterator[Claim]:
    """Every claim of a file of JSON lines, or of one JSON value; `keys`: id → PEM of those whose signature counts."""
    with file.open("rb") as lines:
        for number, line in enumerate(iter(lambda: lines.readline(LINE_BYTES), b""), 1):
            if not line.strip():
                continue
            claim = _claim(line, f"{file}:{number}", keys)
            if claim.what == UNUSABLE and number == 1 and file.stat().st_size <= WHOLE_FILE_BYTES:
                whole = _claim(file.read_bytes(), str(file), keys)
                if whole.what != UNUSABLE:
                    yield whole
                    return
            yield claim


def _claim(line: bytes, where: str, keys: Mapping[str, str]) -> Claim:
    try:
        value = parse_json(line)
    except Problem:
        return Claim("", None, where, TORN if line.startswith(b'{"at":') else UNUSABLE)
    if isinstance(value, str) and is_hash(value):
        return Claim(value, None, where)  # copied by hand, or from a newspaper
    if not isinstance(value, dict):
        return Claim("", None, where, UNUSABLE)
    hash_, index = (value["audit_head"], None) if "audit_head" in value else (value.get("hash"), value.get("index"))
    if not isinstance(hash_, str) or not is_hash(hash_):
        return Claim("", None, where, UNUSABLE)
    if index is not None and type(index) is not int:
        return Claim("", None, where, UNUSABLE)
    return Claim(hash_, index, where, _signature_fault(value, keys))


def _signature_fault(value: dict[str, Any], keys: Mapping[str, str]) -> str:
    pem = keys.get(str(value.get("key")))
    if pem is None:
        return "key_unknown"
    said = {name: entry for name, entry in value.items() if name != "signature"}
    try:
        signature = base64.b64decode(str(value.get("signature")), validate=True)
        message = canonical_bytes(said)
    except ValueError:
        return "signature_wrong"
    return "" if signing.signature_holds(pem, message, signature) else "signature_wrong"
