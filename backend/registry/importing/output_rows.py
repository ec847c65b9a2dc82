"""Rows of a sheet as declared output: looked at in batches, then together, and taken month by month."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import F

from backend.registry.importing.cells import storable, worse
from backend.registry.importing.licence_rows import notes_json
from backend.registry.importing.output_cells import Entry, Month, declaration, entries, sheet_columns
from backend.registry.importing.rows import AreaRow, Outcome
from backend.registry.models import DeclaredOutput, ImportRow, ImportRun
from backend.registry.selectors.imports import BATCH, repeated_keys, taken_keys, taken_rows
from backend.registry.selectors.output import last_declared, licence_ids
from backend.registry.services.imports import rows_update
from backend.registry.services.output import OutputGiven, output_errors, outputs_record
from shared.problems import Problem


@dataclass
class OutputLook:
    """What becomes of rows as they are read. One row of twelve months is twelve declarations, each with its own
    outcome; `sheet_row` says where they stand."""

    run: ImportRun
    columns: Mapping[str, str]
    defaults: Mapping[str, str]
    now: datetime
    today: date
    _count: int = 0
    _by_names: dict[tuple[str, ...], tuple[dict[str, str], dict[str, Month]]] = field(default_factory=dict)

    def rows(self, batch: Sequence[AreaRow]) -> list[ImportRow]:
        found = [(row, entry, declaration(entry, self.today)) for row in batch for entry in self._entries(row)]
        numbers = {said["number"] for _, _, said in found if said["number"]}
        licences = licence_ids(sorted(numbers))
        years = {said["year"] for _, _, said in found if said["year"]}
        before = last_declared(licences.values(), years)
        return [self._row(row, entry, said, licences, before) for row, entry, said in found]

    def _entries(self, row: AreaRow) -> Iterator[Entry]:
        properties, _ = storable(row.properties)
        names = tuple(properties)
        if names not in self._by_names:
            self._by_names[names] = sheet_columns(names, self.columns)
        columns, months = self._by_names[names]
        for entry in entries(properties, columns, months, self.defaults, self.run.answers, row.number):
            entry.cells.notes[:0] = row.notes
            entry.cells.outcome = worse(entry.cells.outcome, row.outcome)
            yield entry

    def _row(
        self,
        row: AreaRow,
        entry: Entry,
        said: dict[str, Any],
        licences: Mapping[str, UUID],
        before: Mapping[tuple[UUID, int, int], DeclaredOutput],
    ) -> ImportRow:
        cells, number = entry.cells, said["number"]
        licence = licences.get(number)
        if number and licence is None:
            cells.note("licence_unknown", Outcome.REFUSED, value=number)
        if licence and cells.outcome is not Outcome.REFUSED and cells.outcome is not Outcome.QUESTION:
            self._check(entry, said, before.get((licence, said["year"], said["month"])))
        self._count += 1
        key = f"{number}|{said['year']}-{said['month']:02d}" if number and said["year"] and said["month"] else ""
        month = f"{said['month'] or 0:02d}/{said['year'] or '?'}" if said["month"] else entry.said
        return ImportRow(
            run=self.run,
            number=self._count,
            name=f"{number} {month}".strip(),
            key=key,
            outcome=cells.outcome.value,
            notes=notes_json(cells.notes),
            content={"sheet_row": row.number, "properties": cells.properties, "fields": said},
        )

    def _check(self, entry: Entry, said: dict[str, Any], before: DeclaredOutput | None) -> None:
        """What the register would refuse is refused here; what it has already, or differently, is said."""
        cells, quantity = entry.cells, Decimal(said["quantity"])
        for error in output_errors(
            year=said["year"],
            month=said["month"],
            quantity=quantity,
            unit=said["unit"],
            basis=said["basis"],
            now=self.now,
        ):
            words = {f"reason_{language}": error.as_json(language)["detail"] for language in ("vi", "en")}
            cells.note("field_refused", Outcome.REFUSED, field=error.path, **words)
        if before is None:
            return
        if (before.quantity, before.unit, before.basis) == (quantity, said["unit"], said["basis"]):
            cells.note("output_unchanged")
        else:
            cells.note("output_corrects", before=f"{before.quantity.normalize():f} {before.unit}")


def outputs_compare(run: ImportRun) -> None:
    """A month that stands in the file twice is refused wherever it stands: nobody can say which figure is meant."""
    keys = repeated_keys(run)
    for i in range(0, len(keys), BATCH):
        rows = run.rows.filter(key__in=keys[i : i + BATCH]).defer("content")
        groups: dict[str, list[Any]] = defaultdict(list)
        for row in rows.annotate(sheet_row=F("content__sheet_row")).order_by("number"):
            groups[row.key].append(row)
        for group in groups.values():
            for row in group:
                other = group[1] if row is group[0] else group[0]
                row.notes.append({"code": "output_repeated", "values": {"row": other.sheet_row}})
                row.outcome = Outcome.REFUSED.value
        rows_update([row for group in groups.values() for row in group])


def outputs_apply(run: ImportRun, *, actor: str, now: datetime) -> dict[str, int]:
    """Record the declarations of a run, inside the caller's transaction: how many, and how many revisions that made.
    Problem `import_nothing`."""
    keys = taken_keys(run)
    if not keys:
        raise Problem("import_nothing")
    made = outputs_record(_given(run, keys), source=run.file_name, actor=actor, now=now, subject=f"import:{run.id}")
    return {"declarations": len(keys), "revisions": len(made)}


def _given(run: ImportRun, keys: Sequence[str]) -> Iterator[OutputGiven]:
    for i in range(0, len(keys), BATCH):
        rows = taken_rows(run).filter(key__in=keys[i : i + BATCH]).order_by("number")
        said = list(rows.values_list("content__fields", flat=True))
        licences = licence_ids(sorted({one["number"] for one in said}))
        for one in said:
            if one["number"] not in licences:
                raise Problem("not_found")
            yield OutputGiven(
                licence_id=licences[one["number"]],
                year=one["year"],
                month=one["month"],
                quantity=Decimal(one["quantity"]),
                unit=one["unit"],
                basis=one["basis"],
            )
