"""Rows of a register as licences: looked at row by row, then together, and taken licence by licence."""

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import F

from backend.registry.importing.cells import Cells, storable, worse
from backend.registry.importing.headers import columns_of
from backend.registry.importing.licence_cells import Minerals, dated, differing, fields_of, given_of, merged
from backend.registry.importing.rows import AreaRow, Note, Outcome
from backend.registry.models import ImportRow, ImportRun, LicenceArea, LicenceVersion, Mineral
from backend.registry.selectors.imports import BATCH, repeated_keys, taken_keys, taken_rows
from backend.registry.services.given import AreaGiven, LicenceGiven, check
from backend.registry.services.imports import actor_of, rows_update
from backend.registry.services.licences import licences_write
from shared.clock import VIETNAM
from shared.problems import Problem

_MOST_HA = Decimal(10) ** 10  # the column holds 14 digits, four of them decimals
_WGS84 = 4326


def minerals_known() -> Minerals:
    """Code and name of every mineral of the register, as a cell may give them."""
    found: dict[str, str] = {}
    for code, key in Mineral.objects.values_list("code", "name_key"):
        found.setdefault(key, code)
        found[code.casefold()] = code
    return found


@dataclass
class LicenceLook:
    """What becomes of rows as they are read. `today`: Vietnam's."""

    run: ImportRun
    columns: Mapping[str, str]
    defaults: Mapping[str, str]
    today: date
    minerals: Minerals = field(default_factory=minerals_known)
    _by_names: dict[tuple[str, ...], dict[str, str]] = field(default_factory=dict)

    def rows(self, batch: Sequence[AreaRow]) -> list[ImportRow]:
        return [self._row(row) for row in batch]

    def _columns(self, properties: Mapping[str, Any]) -> dict[str, str]:
        names = tuple(properties)
        if names not in self._by_names:
            self._by_names[names] = columns_of(names, self.columns)
        return self._by_names[names]

    def _row(self, row: AreaRow) -> ImportRow:
        properties, replaced = storable(row.properties)
        columns, answers = self._columns(properties), self.run.answers
        cells = Cells(properties, columns, self.defaults, answers, row.number, list(row.notes))
        if replaced:
            cells.note("characters_replaced")
        fields = fields_of(cells, self.minerals)
        content, _ = storable(
            {
                "corner_table": row.corner_table,
                "epsg": row.epsg,
                "geometry": row.geometry,
                "proposed": row.proposed,
                "declared_ha": _hectares(row.declared_ha),
                "computed_ha": row.computed_ha,
                "difference_percent": row.difference_percent,
            }
        )
        outcome = worse(row.outcome, cells.outcome)
        if outcome is not Outcome.REFUSED:
            outcome = worse(outcome, self._check(cells, fields, content))
        name, _ = storable(row.name or fields["number"])
        return ImportRow(
            run=self.run,
            number=row.number,
            name=name,
            key=fields["number"],
            outcome=outcome.value,
            notes=notes_json(cells.notes),
            content={"properties": properties, "fields": fields, **content},
        )

    def _check(self, cells: Cells, fields: dict[str, Any], content: Mapping[str, Any]) -> Outcome:
        """What the register would refuse is refused here, so that what was looked at is what can be imported."""
        geometry = content["proposed"] or content["geometry"]
        areas = [] if geometry is None else [AreaGiven(geometry, content["epsg"] or _WGS84, 0.0)]
        try:
            check(given_of(fields, areas, self.today))
        except Problem as problem:
            for error in problem.errors:
                said = {f"reason_{language}": error.as_json(language)["detail"] for language in ("vi", "en")}
                cells.note("field_refused", Outcome.REFUSED, field=error.path, **said)
        return cells.outcome


def notes_json(notes: Sequence[Note]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]]
    found, _ = storable([{"code": note.code, "values": note.values} for note in notes])
    return found


def _hectares(declared: Decimal | None) -> str | None:
    return None if declared is None else f"{declared:f}"


def licences_compare(run: ImportRun) -> None:
    """Rows of one licence, wherever they stand in the file: they have to agree, and none of them may be left out."""
    keys = repeated_keys(run)
    for i in range(0, len(keys), BATCH):
        rows = run.rows.filter(key__in=keys[i : i + BATCH]).defer("content").annotate(fields=F("content__fields"))
        groups: dict[str, list[Any]] = defaultdict(list)
        for row in rows.order_by("number"):
            groups[row.key].append(row)
        rows_update([row for group in groups.values() for row in _compared(group)])


def _compared(group: Sequence[Any]) -> list[ImportRow]:
    """The rows of which something has to be said now."""
    first, changed = group[0], {}
    for row in group[1:]:
        fields = differing(first.fields, row.fields)
        if fields:
            values = {"fields": ", ".join(fields), "row": first.number}
            row.notes.append({"code": "licence_rows_differ", "values": values})
            row.outcome = worse(Outcome(row.outcome), Outcome.QUESTION).value
            changed[row.number] = row
    worst = max(group, key=lambda row: list(Outcome).index(Outcome(row.outcome)))
    if Outcome(worst.outcome) in (Outcome.QUESTION, Outcome.REFUSED):
        for row in group:
            if Outcome(row.outcome) in (Outcome.ACCEPTED, Outcome.REPAIRED):
                row.notes.append({"code": "licence_incomplete", "values": {"row": worst.number}})
                row.outcome = worst.outcome
                changed[row.number] = row
    return list(changed.values())


def licences_apply(run: ImportRun, *, actor: str, now: datetime) -> dict[str, int]:
    """Record the licences of a run, inside the caller's transaction: how many, and how many versions that made.
    Problem `import_nothing`."""
    keys = taken_keys(run)
    if not keys:
        raise Problem("import_nothing")
    given = _given(run, keys, now)
    made = licences_write(given, actor=actor, now=now, source=run.sha256, subject=f"import:{run.id}")
    return {"licences": len(keys), "versions": made}


def _given(run: ImportRun, keys: Sequence[str], now: datetime) -> Iterator[LicenceGiven]:
    """Licence by licence in the order of the file; as many in memory as one batch holds."""
    for i in range(0, len(keys), BATCH):
        batch = keys[i : i + BATCH]
        groups: dict[str, list[ImportRow]] = {key: [] for key in batch}
        for row in taken_rows(run).filter(key__in=batch).order_by("number"):
            groups[row.key].append(row)
        confirmed = _confirmed_before([key for key, rows in groups.items() if any(r.content["proposed"] for r in rows)])
        terms = {key: merged([row.content["fields"] for row in rows]) for key, rows in groups.items()}
        standing = _standing([key for key in batch if not dated(terms[key])])
        for key, rows in groups.items():
            areas = [_area(run, row, confirmed) for row in rows if _geometry(row) is not None]
            given = given_of(terms[key], areas, now.astimezone(VIETNAM).date())
            yield _as_standing(given, standing[key]) if key in standing else given


def _geometry(row: ImportRow) -> dict[str, Any] | None:
    found: dict[str, Any] | None = row.content["proposed"] or row.content["geometry"]
    return found


def _area(run: ImportRun, row: ImportRow, confirmed: Mapping[tuple[str, str], dict[str, Any]]) -> AreaGiven:
    """A repair carries who agreed to it: whoever answered when the file was read."""
    content, geometry = row.content, _geometry(row)
    assert geometry is not None  # noqa: S101
    repair: dict[str, Any] = {}
    if content["proposed"]:
        repair = confirmed.get((row.key, json.dumps(geometry, sort_keys=True))) or {
            "by": actor_of(run.made_by),
            "at": run.made_at.isoformat(),
            "run": str(run.id),
            "row": row.number,
            "how": row.notes,
            "before": content["geometry"],
        }
    declared = None if content["declared_ha"] is None else Decimal(content["declared_ha"])
    return AreaGiven(
        geometry=geometry,
        epsg=content["epsg"] or _WGS84,
        computed_ha=content["computed_ha"],
        name=row.name[:200],
        corner_table=content["corner_table"],
        declared_ha=declared if declared is not None and abs(declared) < _MOST_HA else None,
        repair=repair,
        source=run.file_name[:300],
    )


def _confirmed_before(numbers: Sequence[str]) -> dict[tuple[str, str], dict[str, Any]]:
    """Repairs that somebody confirmed when these licences were imported before: who and when stay as they were, and
    importing the same again changes nothing."""
    areas = LicenceArea.objects.filter(version__licence__number__in=numbers).exclude(repair={}).order_by("id")
    return {
        (number, json.dumps(geometry, sort_keys=True)): repair
        for number, geometry, repair in areas.values_list("version__licence__number", "geometry", "repair")
    }


def _standing(numbers: Sequence[str]) -> dict[str, tuple[date, str]]:
    """Number → (since when, digest) of the last version."""
    versions = LicenceVersion.objects.filter(licence__number__in=numbers).order_by("version")
    rows = versions.values_list("licence__number", "effective_from", "digest")
    return {number: (since, digest) for number, since, digest in rows}


def _as_standing(given: LicenceGiven, last: tuple[date, str]) -> LicenceGiven:
    """A row without a date that says what the register has already takes effect when that did: no new version."""
    since, digest = last
    same = replace(given, effective_from=since)
    return same if same.digest() == digest else given
