"""The violation catalogue: dated rows of what is forbidden, by which measure it is judged, which band stands for it.

A row is a plain dict `{code, valid_from, valid_to, verified_on, verified_by, content}` with ISO dates: a table of the
server, JSON on the way to the phone. `content` is written as in `violation_types.toml`, which says what its words mean.
"""

import json
import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from hashlib import sha256
from types import MappingProxyType
from typing import Any, TypeVar

from shared.problems import Text
from shared.rules.provisions import (
    FIELD_MAXIMUM,
    MILLION,
    Act,
    Band,
    Column,
    Consequence,
    Elsewhere,
    Extra,
    Measure,
    Span,
    Tier,
    ViolationType,
    When,
)
from shared.rules.terms import MineralFamily

_DATES = ("valid_from", "valid_to", "verified_on")
_FIRST_DAY = "2020-05-10"
_OUTSIDE = ("code", *_DATES, "verified_by")  # beside `content`
_NOTES = ("source", "unsure")  # for whoever checks the row; phones do without


def rows_of(toml_text: str) -> list[dict[str, Any]]:
    """The rows of a catalogue file, violations and consequences; every one is read before any is returned.

    ValueError names the first row that is wrong and what is wrong with it.
    """
    document = tomllib.loads(toml_text)
    if unknown := set(document) - {"violation", "consequence"}:
        raise ValueError(f"unknown table: {', '.join(sorted(unknown))}")
    rows = [_row({**entry, "kind": "violation"}) for entry in document.get("violation", [])]
    rows += [
        _row({"valid_from": _FIRST_DAY, **entry, "kind": "consequence"}) for entry in document.get("consequence", [])
    ]
    read(rows)
    return rows


def _row(entry: dict[str, Any]) -> dict[str, Any]:
    plain = json.loads(json.dumps(entry, default=date.isoformat))
    if entry["kind"] == "violation" and not str(plain.get("source") or "").strip():
        raise ValueError(f"{plain.get('code')}: source is missing")
    return {
        "code": plain.get("code", ""),
        **{name: plain.get(name) for name in _DATES},
        "verified_by": plain.get("verified_by", ""),
        "content": {name: value for name, value in plain.items() if name not in _OUTSIDE},
    }


def version_of(rows: Iterable[Mapping[str, Any]]) -> str:
    """12 hex digits that name exactly these rows, in whatever order they come and on whichever side: what is noted for
    the lawyer (`_NOTES`) does not travel to phones and changes nothing that is judged."""
    plain = [for_phones(row) for row in rows]
    ordered = sorted(plain, key=lambda row: (row["code"], row["valid_from"] or "", json.dumps(row, sort_keys=True)))
    text = json.dumps(ordered, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return sha256(text.encode()).hexdigest()[:12]


def for_phones(row: Mapping[str, Any]) -> dict[str, Any]:
    """The row without what phones have no use for; `read` takes it and gives the same version."""
    content = {name: value for name, value in row["content"].items() if name not in _NOTES}
    return {**{name: row[name] for name in _OUTSIDE}, "content": content}


@dataclass(frozen=True, slots=True)
class Catalogue:
    types: tuple[ViolationType, ...]
    consequences: Mapping[str, Consequence]
    version: str

    def type_on(self, code: str, day: date) -> ViolationType | None:
        return in_force(self.types, code, day)


def read(rows: Sequence[Mapping[str, Any]]) -> Catalogue:
    """All rows together. ValueError also where two rows of a code overlap in time, or a code is named that is not
    there."""
    types = tuple(violation_type(row) for row in rows if not is_consequence(row))
    consequences = {row["code"]: consequence(row) for row in rows if is_consequence(row)}
    ordered = sorted(types, key=lambda found: (found.code, found.valid_from))
    for former, later in zip(ordered, ordered[1:], strict=False):
        if former.code == later.code and (former.valid_to is None or later.valid_from <= former.valid_to):
            raise ValueError(f"{former.code}: rows of {former.valid_from} and {later.valid_from} overlap in time")
    codes = {found.code for found in types}
    for found in types:
        if missing := _named(found) - codes - set(consequences):
            raise ValueError(f"{found.code}: names {', '.join(sorted(missing))}, which is not in the catalogue")
    return Catalogue(types, MappingProxyType(consequences), version_of(rows))


def _named(found: ViolationType) -> set[str]:
    """Every code the row refers to."""
    named = set(found.see)
    for act in found.acts:
        named |= set(act.remedies) | {extra.code for extra in act.extra}
        for tier in act.tiers:
            named |= {extra.code for extra in tier.extra}
            named |= {cell.code for cell in tier.cells.values() if isinstance(cell, Elsewhere)}
    return named


def in_force(types: Iterable[ViolationType], code: str, on: date) -> ViolationType | None:
    """The row of a code for an act of that day; an act still going on counts on the day it was found or today. None:
    no row stands for that day. Of an old act: where the later provision is milder, that one applies (NĐ 04/2022 Đ5 k2),
    which a person judges."""
    return next((found for found in types if found.code == code and found.valid_on(on)), None)


# --- reading one row


def is_consequence(row: Mapping[str, Any]) -> bool:
    """A remedy or an additional sanction, not a violation."""
    return bool(row["content"].get("kind") == "consequence")


def row_checked(row: Mapping[str, Any]) -> ViolationType | Consequence:
    """What one row says; ValueError says what is wrong with it."""
    return consequence(row) if is_consequence(row) else violation_type(row)


def violation_type(row: Mapping[str, Any]) -> ViolationType:
    """ValueError says which code and what is wrong."""
    code = str(row.get("code") or "")
    if not re.fullmatch(r"[A-Z]{2}-\d{2}", code):
        raise ValueError(f"{code or '?'}: a code is two capitals, a hyphen and two digits")
    try:
        return _violation(code, row)
    except (ValueError, TypeError, KeyError, IndexError, ArithmeticError, AttributeError) as wrong:
        said = f"{wrong.args[0]} is missing" if isinstance(wrong, KeyError) else str(wrong)
        raise ValueError(f"{code} of {row.get('valid_from')}: {said}") from wrong


def _violation(code: str, row: Mapping[str, Any]) -> ViolationType:
    content = _only(
        row["content"],
        "kind vi en decree amended_by amended_from duty families prohibited_area_top field_maximum_million transfer_to "
        "see source unsure act",
    )
    valid_from, valid_to, verified_on = date.fromisoformat(row["valid_from"]), *(_day(row[name]) for name in _DATES[1:])
    if valid_to is not None and valid_from > valid_to:
        raise ValueError("valid_from is after valid_to")
    if (verified_on is None) != (not row["verified_by"]):
        raise ValueError("verified_on and verified_by go together")
    title = Text(_filled(content, "vi"), _filled(content, "en"))
    acts = tuple(_act(act, title) for act in content.get("act", ()))
    if len({act.key for act in acts}) < len(acts):
        raise ValueError("two acts have the same key")
    if acts and not content.get("decree"):
        raise ValueError("a band without a decree")
    return ViolationType(
        code=code,
        valid_from=valid_from,
        valid_to=valid_to,
        verified_on=verified_on,
        verified_by=str(row["verified_by"]),
        title=title,
        decree=content.get("decree", ""),
        amended_by=content.get("amended_by", ""),
        amended_from=_day(content.get("amended_from")),
        duty=content.get("duty", ""),
        families=frozenset(_known(MineralFamily, name, "mineral family") for name in content.get("families", ())),
        prohibited_area_top=content.get("prohibited_area_top", False) is True,
        field_maximum=_million(content.get("field_maximum_million", FIELD_MAXIMUM // MILLION)),
        transfer_to=tuple(content.get("transfer_to", ())),
        see=tuple(content.get("see", ())),
        source=content.get("source", ""),
        unsure=content.get("unsure", ""),
        acts=acts,
    )


def _act(content: Mapping[str, Any], title: Text) -> Act:
    _only(content, "key vi en article columns extra remedies depth_over_ha tiers")
    columns = tuple(_known(Column, name, "column") for name in content["columns"])
    tiers = tuple(_tier(tier, columns) for tier in content["tiers"])
    if not tiers:
        raise ValueError("an act without tiers")
    measures = tuple(tiers[0].spans)
    if any(set(tier.spans) != set(measures) for tier in tiers) or (not measures and len(tiers) > 1):
        raise ValueError("every tier has a span of every measure of its act")
    for measure in measures:
        _in_steps(measure, [tier.spans[measure] for tier in tiers])
    for column in columns:
        _rising(column, [tier.cells[column] for tier in tiers if column in tier.cells])
    depth = content.get("depth_over_ha")
    return Act(
        key=content.get("key", ""),
        title=Text(_filled(content, "vi"), _filled(content, "en")) if "vi" in content else title,
        article=_filled(content, "article"),
        columns=columns,
        measures=measures,
        tiers=tiers,
        extra=_extras(content, columns),
        remedies=tuple(content.get("remedies", ())),
        depth_over_ha=None if depth is None else Decimal(str(depth)),
    )


def _tier(content: Mapping[str, Any], columns: Sequence[Column]) -> Tier:
    known = {*(measure.value for measure in Measure), *(column.value for column in columns), "clause", "extra"}
    _only(content, " ".join(known))
    clause = content.get("clause", "")
    cells = {column: _cell(content[column], clause) for column in columns if column in content}
    if not cells:
        raise ValueError("a tier without a band")
    spans = {measure: _span(measure, content[measure]) for measure in Measure if measure in content}
    return Tier(MappingProxyType(spans), MappingProxyType(cells), _extras(content, columns))


def _cell(value: Sequence[Any], clause: str) -> Band | Elsewhere:
    place, *amount = value
    if len(amount) == 2 and amount[0] == "see":
        return Elsewhere(str(amount[1]))
    here, slash, point = place.partition("/")
    clause, point = (here, point) if slash else (clause, place)
    if not clause:
        raise ValueError("a band without its clause")
    if amount == ["warning"]:
        return Band(0, 0, True, clause, point)
    if len(amount) != 2:
        raise ValueError(f"a band is point, from, to; not {list(value)}")
    low, high = _million(amount[0]), _million(amount[1])
    if not 0 < low <= high:
        raise ValueError(f"band {amount[0]}–{amount[1]}: from is over to, or is nothing")
    return Band(low, high, False, clause, point)


def _span(measure: Measure, value: Sequence[Any]) -> Span:
    if not 1 <= len(value) <= 2:
        raise ValueError(f"{measure}: a span is [from, to] or [from]")
    start, end = Decimal(str(value[0])), Decimal(str(value[1])) if len(value) == 2 else None
    if start < 0 or (end is not None and start >= end):
        raise ValueError(f"{measure}: empty span {list(value)}")
    return Span(start, end)


def _in_steps(measure: Measure, spans: Sequence[Span]) -> None:
    for former, later in zip(spans, spans[1:], strict=False):
        if former.end is None or former.end > later.start:
            raise ValueError(f"{measure}: tiers overlap at {later.start}")
        if former.end < later.start:
            raise ValueError(f"{measure}: gap between tiers from {former.end} to {later.start}")
    if spans[-1].end is not None:
        raise ValueError(f"{measure}: the last tier is open upwards")


def _rising(column: Column, cells: Sequence[Band | Elsewhere]) -> None:
    bands = [cell for cell in cells if isinstance(cell, Band)]
    if not cells:
        raise ValueError(f"column {column} has no band")
    if any(former.low > later.low or former.high > later.high for former, later in zip(bands, bands[1:], strict=False)):
        raise ValueError(f"column {column}: a graver tier has a lower band")


def _extras(content: Mapping[str, Any], columns: Sequence[Column]) -> tuple[Extra, ...]:
    return tuple(_extra(value, columns) for value in content.get("extra", ()))


def _extra(value: Sequence[Any], columns: Sequence[Column]) -> Extra:
    """[code, when] or [code, months from, months to, when], and the columns where not all."""
    code, *rest = value
    only = [_known(Column, name, "column") for name in rest.pop()] if isinstance(rest[-1], list) else []
    if strange := set(only) - set(columns):
        raise ValueError(f"{code}: {', '.join(sorted(strange))} is no column of this act")
    when = _known(When, rest.pop(), "condition")
    if not rest:
        return Extra(code, None, None, False, when, frozenset(only))
    low, high = int(rest[0]), str(rest[1])
    under, months = high.startswith("<"), int(high.removeprefix("<"))
    if not 0 < low <= months:
        raise ValueError(f"{code}: {low} to {high} months")
    return Extra(code, low, months, under, when, frozenset(only))


def consequence(row: Mapping[str, Any]) -> Consequence:
    code = str(row.get("code") or "")
    if not re.fullmatch(r"B[PS]-\d{2}", code):
        raise ValueError(f"{code or '?'}: a remedy is BP- and a sanction BS- with two digits")
    date.fromisoformat(row["valid_from"])
    content = _only(row["content"], "kind vi en")
    return Consequence(code, Text(_filled(content, "vi"), _filled(content, "en")))


K = TypeVar("K", bound=StrEnum)


def _known(kind: type[K], value: str, name: str) -> K:
    if value not in set(kind):
        raise ValueError(f"unknown {name}: {value}")
    return kind(value)


def _only(content: Mapping[str, Any], known: str) -> Mapping[str, Any]:
    if strange := set(content) - set(known.split()):
        raise ValueError(f"unknown word: {', '.join(sorted(strange))}")
    return content


def _filled(content: Mapping[str, Any], name: str) -> str:
    if not isinstance(content.get(name), str) or not content[name].strip():
        raise ValueError(f"{name} is missing")
    return str(content[name])


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


def _million(value: float | int) -> int:
    amount = Decimal(str(value)) * MILLION
    if amount != int(amount):
        raise ValueError(f"{value} million is no whole number of đồng")
    return int(amount)
