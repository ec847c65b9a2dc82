"""Declared output: revisions, never changes; sheets of it, by month or with a column for each month."""

from datetime import UTC, date, datetime
from decimal import Decimal
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from openpyxl import Workbook

from backend.audit import services as audit
from backend.audit.models import Event
from backend.audit.verifying import verify
from backend.registry.importing import output_rows
from backend.registry.importing.output_cells import month_of, sheet_columns
from backend.registry.importing.rows import ReadOptions
from backend.registry.importing.runs import run_answer, run_apply, run_read
from backend.registry.models import DeclaredOutput, ImportRow, ImportRun, Licence
from backend.registry.selectors.output import declared_months
from backend.registry.services.output import OutputGiven, on_declared, output_declare, outputs_record
from shared.problems import Problem
from tests.backend.conftest import Cast
from tests.factories.registry import licence

NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _own_imports(tmp_path: Path, settings: LazySettings) -> None:
    settings.IMPORTS_DIR = tmp_path / "imports"


def declare(to: Licence, **more: Any) -> DeclaredOutput:
    values: dict[str, Any] = {"year": 2026, "month": 3, "quantity": Decimal("1500.5"), "unit": "m3", "basis": "loose"}
    return output_declare(
        **(values | {"licence": to, "source": "BC 03/2026", "actor": audit.SYSTEM, "now": NOW} | more)
    )


# --- the service


def test_a_correction_is_the_next_revision() -> None:
    sand = licence()
    assert declare(sand).revision == 1
    assert declare(sand, quantity=Decimal(1600)).revision == 2
    assert declare(sand, month=4, quantity=Decimal(0)).revision == 1
    found = declared_months([sand.id], 2026)
    assert {month: row.quantity for month, row in found[sand.id].items()} == {3: 1600, 4: 0}
    assert declared_months([sand.id], 2025) == {}
    assert DeclaredOutput.objects.count() == 3


def test_saying_the_same_again_changes_nothing() -> None:
    sand = licence()
    first = declare(sand)
    assert declare(sand) == first
    assert DeclaredOutput.objects.count() == 1


def test_it_is_recorded_in_the_audit_without_numbers_of_documents(cast: Cast) -> None:
    sand = licence()
    declare(sand, actor=str(cast.binh.id))
    event = Event.objects.get(action="output:declared")
    assert event.actor == str(cast.binh.id)
    assert f"{sand.id}:2026-03:1" in event.data
    assert sand.number not in event.data
    assert list(verify()) == []


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"quantity": Decimal(-1)}, "quantity"),
        ({"quantity": Decimal("NaN")}, "quantity"),
        ({"quantity": Decimal("0.0001")}, "quantity"),
        ({"quantity": Decimal(10) ** 15}, "quantity"),
        ({"month": 13}, "month"),
        ({"month": 0}, "month"),
        ({"month": 12}, "month"),
        ({"year": 2027, "month": 1}, "month"),
        ({"year": 1066}, "month"),
        ({"unit": "kg"}, "unit"),
        ({"unit": "t", "basis": "loose"}, "basis"),
        ({"basis": "weight"}, "basis"),
        ({"basis": "heap"}, "basis"),
    ],
)
def test_what_cannot_be_declared(more: dict[str, Any], field: str) -> None:
    sand = licence()
    with pytest.raises(Problem) as caught:
        declare(sand, **more)
    assert [error.path for error in caught.value.errors] == [f"[0].{field}"]
    assert not DeclaredOutput.objects.exists()


def test_the_month_is_vietnams() -> None:
    sand = licence()
    last_evening = datetime(2026, 11, 30, 17, 30, tzinfo=UTC)  # 1 December there
    assert declare(sand, month=12, now=last_evening).month == 12


def test_many_at_once_or_none() -> None:
    sand = licence()
    good = [OutputGiven(sand.id, 2025, month, Decimal(month), "m3") for month in range(1, 13)]
    with pytest.raises(Problem):
        outputs_record([*good, OutputGiven(sand.id, 2027, 1, Decimal(1), "m3")], source="x", actor="system", now=NOW)
    assert not DeclaredOutput.objects.exists()
    made = outputs_record([*good, good[0]], source="x", actor="system", now=NOW)
    assert (len(made), on_declared(made)) == (12, {(sand.id, 2025)})
    twice = [OutputGiven(sand.id, 2024, 1, Decimal(value), "m3") for value in (1, 2)]
    assert [row.revision for row in outputs_record(twice, source="x", actor="system", now=NOW)] == [1, 2]


def test_declared_months_is_one_query() -> None:
    ids = [licence(f"{i}/GP").id for i in range(5)]
    outputs_record([OutputGiven(one, 2026, 1, Decimal(1), "m3") for one in ids], source="x", actor="system", now=NOW)
    with CaptureQueriesContext(connection) as queries:
        assert set(declared_months(ids, 2026)) == set(ids)
    assert len(queries) == 1


# --- sheets


def sheet(folder: Path, *lines: str, name: str = "sản lượng.csv") -> Path:
    path = folder / name
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def read(path: Path, **more: Any) -> ImportRun:
    values = {"path": path, "file_name": path.name, "kind": "declared_output", "options": ReadOptions(), "answers": {}}
    return run_read(**(values | {"by": None, "now": NOW} | more))  # type: ignore[arg-type]


def apply(run: ImportRun, **more: Any) -> ImportRun:
    return run_apply(**({"run": run, "by": None, "now": NOW} | more))


def codes(row: ImportRow) -> list[str]:
    return [note["code"] for note in row.notes]


def declared() -> dict[tuple[str, int, int], tuple[Decimal, str]]:
    rows = DeclaredOutput.objects.order_by("revision")
    return {(r.licence.number, r.year, r.month): (r.quantity, r.unit) for r in rows.select_related("licence")}


def test_a_month_a_row(tmp_path: Path) -> None:
    licence("1/GP")
    licence("2/GP")
    path = sheet(
        tmp_path,
        "Số giấy phép,Tháng,Sản lượng,Đơn vị tính",
        '1/GP,03/2026,"1.234,5",m3',
        "1/GP,2026-04,0,m³",
        "2/GP,Tháng 3 năm 2026,75 tấn,",
    )
    run = read(path)
    assert (run.state, run.counts["accepted"]) == ("checked", 3)
    assert not DeclaredOutput.objects.exists()
    apply(run)
    assert declared() == {
        ("1/GP", 2026, 3): (Decimal("1234.5"), "m3"),
        ("1/GP", 2026, 4): (Decimal(0), "m3"),
        ("2/GP", 2026, 3): (Decimal(75), "t"),
    }
    assert set(DeclaredOutput.objects.values_list("source", flat=True)) == {"sản lượng.csv"}
    assert list(DeclaredOutput.objects.filter(unit="t").values_list("basis", flat=True)) == ["weight"]
    assert list(Event.objects.order_by("index").values_list("action", flat=True))[-3:] == [
        "import:read",
        "output:declared",
        "import:applied",
    ]
    assert list(verify()) == []


def test_a_column_for_each_month(tmp_path: Path) -> None:
    licence("1/GP")
    months = ",".join(f"Tháng {month}" for month in range(1, 13))
    run = read(sheet(tmp_path, f"Số GP,Năm,{months},ĐVT", "1/GP,2025,1,2,3,,,,,,,,,12,m3"))
    assert run.counts["accepted"] == 4
    apply(run)
    assert {key[2]: value[0] for key, value in declared().items()} == {1: 1, 2: 2, 3: 3, 12: 12}
    assert {row.content["sheet_row"] for row in run.rows.all()} == {1}


def test_a_workbook(tmp_path: Path) -> None:
    licence("1/GP")
    book = Workbook()
    page = book.active
    assert page is not None
    page.append(["Số giấy phép", "Tháng", "Sản lượng (m3)"])
    page.append(["1/GP", datetime(2026, 5, 1), 1250.25])  # noqa: DTZ001 - sheets know no zones
    page.append(["1/GP", "6/2026", 1000])
    path = tmp_path / "sản lượng.xlsx"
    book.save(path)
    apply(read(path))
    assert declared() == {
        ("1/GP", 2026, 5): (Decimal("1250.25"), "m3"),
        ("1/GP", 2026, 6): (Decimal(1000), "m3"),
    }


@pytest.mark.parametrize(
    ("line", "outcome", "code"),
    [
        ("9/GP,03/2026,5,m3", "refused", "licence_unknown"),
        (",03/2026,5,m3", "refused", "number_missing"),
        ("1/GP,03/2026,-5,m3", "refused", "quantity_negative"),
        ("1/GP,03/2026,,m3", "refused", "quantity_missing"),
        ("1/GP,03/2026,nhiều,m3", "refused", "quantity_unreadable"),
        ("1/GP,03/2026,=1+1,m3", "refused", "quantity_unreadable"),
        ("1/GP,03/2026,5 m3/ngày,m3", "refused", "quantity_unreadable"),
        ("1/GP,12/2026,5,m3", "refused", "month_future"),
        ("1/GP,13/2026,5,m3", "refused", "month_unreadable"),
        ("1/GP,,5,m3", "refused", "month_missing"),
        ("1/GP,3,5,m3", "question", "year_missing"),
        ("1/GP,03/2026,5,", "question", "unit_missing"),
        ("1/GP,03/2026,1.500,m3", "question", "cell_number_ambiguous"),
        ("1/GP,03/1900,5,m3", "refused", "field_refused"),
    ],
)
def test_what_is_asked_and_what_is_refused(tmp_path: Path, line: str, outcome: str, code: str) -> None:
    licence("1/GP")
    run = read(sheet(tmp_path, "Số giấy phép,Tháng,Sản lượng,Đơn vị tính", line, "1/GP,01/2026,7,m3"))
    rows = {row.number: row for row in run.rows.all()}
    assert (rows[1].outcome, codes(rows[1])) == (outcome, [code])
    assert rows[2].outcome == "accepted"
    apply(run, leave_out_questions=True)
    assert declared() == {("1/GP", 2026, 1): (Decimal(7), "m3")}


def test_questions_are_answered(tmp_path: Path) -> None:
    licence("1/GP")
    run = read(sheet(tmp_path, "Số giấy phép,Tháng,Sản lượng", "1/GP,3,1.500", "1/GP,4,2.500"))
    assert run.counts["question"] == 2
    answers = {"year": "2026", "unit": "t", "decimal": "comma", "decimal:2": "point"}
    apply(run_answer(run=run, answers=answers, by=None, now=NOW))
    assert declared() == {("1/GP", 2026, 3): (Decimal(1500), "t"), ("1/GP", 2026, 4): (Decimal("2.5"), "t")}


def test_a_month_that_stands_twice_is_refused_both_times(tmp_path: Path) -> None:
    licence("1/GP")
    lines = [f"1/GP,{month:02d}/2026,5,m3" for month in range(1, 11)]
    run = read(sheet(tmp_path, "Số giấy phép,Tháng,Sản lượng,ĐVT", *lines, "1/GP,2026-02,6,m3"))
    refused = {row.number: row for row in run.rows.filter(outcome="refused")}
    assert set(refused) == {2, 11}
    assert refused[2].notes == [{"code": "output_repeated", "values": {"row": 11}}]
    assert refused[11].notes == [{"code": "output_repeated", "values": {"row": 2}}]
    assert apply(run).counts["declarations"] == 9


def test_a_sheet_that_corrects(tmp_path: Path) -> None:
    sand = licence("1/GP")
    declare(sand, month=1, quantity=Decimal(7), basis="")
    declare(sand, month=2, quantity=Decimal(7), basis="")
    head = "Số giấy phép,Tháng,Sản lượng,ĐVT"
    path = sheet(tmp_path, head, "1/GP,01/2026,7,m3", "1/GP,02/2026,8,m3")
    run = read(path)
    assert [codes(row) for row in run.rows.all()] == [["output_unchanged"], ["output_corrects"]]
    assert run.rows.get(number=2).notes[0]["values"] == {"before": "7 m3"}
    assert apply(run).counts["revisions"] == 1
    assert apply(read(path)).counts["revisions"] == 0
    last = declared_months([sand.id], 2026)[sand.id]
    assert [(row.revision, row.quantity) for row in (last[1], last[2])] == [(1, Decimal(7)), (2, Decimal(8))]


def test_all_or_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    licence("1/GP")
    lines = [f"1/GP,{month:02d}/{year},5,m3" for year in range(1991, 2026) for month in range(1, 13)]
    lines += [f"1/GP,{month:02d}/2026,5,m3" for month in range(1, 12)]
    run = read(sheet(tmp_path, "Số giấy phép,Tháng,Sản lượng,ĐVT", *lines))

    def failing(given: Any, **values: Any) -> Any:
        outputs_record(list(given)[:300], **values)
        assert DeclaredOutput.objects.count() == 300
        raise KeyboardInterrupt

    monkeypatch.setattr(output_rows, "outputs_record", failing)
    with pytest.raises(KeyboardInterrupt):
        apply(run)
    assert not DeclaredOutput.objects.exists()
    run.refresh_from_db()
    assert run.state == "checked"


def test_queries_do_not_grow_with_the_rows(tmp_path: Path) -> None:
    licence("1/GP")

    def counted(years: range) -> tuple[int, int]:
        lines = [f"1/GP,{month:02d}/{year},5,m3" for year in years for month in range(1, 13)]
        path = sheet(tmp_path, "Số giấy phép,Tháng,Sản lượng,ĐVT", *lines)
        with CaptureQueriesContext(connection) as reading:
            run = read(path)
        with CaptureQueriesContext(connection) as applying:
            apply(run)
        return len(reading), len(applying)

    few, many = counted(range(1990, 1991)), counted(range(1991, 2026))
    assert many[0] - few[0] <= 3
    assert many[1] - few[1] <= 6


def test_a_licence_that_went_meanwhile(tmp_path: Path) -> None:
    sand = licence("1/GP")
    run = read(sheet(tmp_path, "Số giấy phép,Tháng,Sản lượng,ĐVT", "1/GP,01/2026,7,m3"))
    Licence.objects.filter(id=sand.id).delete()
    with pytest.raises(Problem) as caught:
        apply(run)
    assert caught.value.code == "not_found"


@pytest.mark.parametrize(
    ("value", "month"),
    [
        ("03/2026", (3, 2026)),
        ("3-2026", (3, 2026)),
        ("2026-03", (3, 2026)),
        ("2026-03-01", (3, 2026)),
        ("2026-03-01 00:00:00", (3, 2026)),
        ("15/03/2026", (3, 2026)),
        ("Tháng 03/2026", (3, 2026)),
        ("tháng 3 năm 2026", (3, 2026)),
        (date(2026, 3, 31), (3, 2026)),
        (3, (3, None)),
        (3.0, (3, None)),
        ("T3", (3, None)),
        ("13", None),
        ("quý I", None),
        ("", None),
    ],
)
def test_months_as_they_are_written(value: Any, month: Any) -> None:
    assert month_of(value) == month


def test_columns_of_months_count_only_without_a_column_of_quantities() -> None:
    columns, months = sheet_columns(("Số GP", "T1", "T2 2026", "2026-03", "04/2026", "Tháng 13", "Ghi chú"), {})
    assert columns == {"number": "Số GP"}
    assert months == {"T1": (1, None), "T2 2026": (2, 2026), "2026-03": (3, 2026), "04/2026": (4, 2026)}
    assert sheet_columns(("Số GP", "T1", "Sản lượng"), {})[1] == {}


def test_command(tmp_path: Path) -> None:
    licence("1/GP")
    path = str(sheet(tmp_path, "Số giấy phép,Tháng,Sản lượng,ĐVT", "1/GP,01/2026,7,m3", "9/GP,01/2026,7,m3"))
    for arguments, count in (((), 0), (("--apply",), 1)):
        out = StringIO()
        with pytest.raises(CommandError) as caught:
            call_command("import_output", path, *arguments, stdout=out)
        assert caught.value.returncode == 1
        assert "2 | 9/GP 01/2026 | từ chối / refused" in out.getvalue()
        assert DeclaredOutput.objects.count() == count
