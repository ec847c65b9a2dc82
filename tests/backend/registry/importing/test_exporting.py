"""The register as a sheet: nothing in it is a formula, and reading it again gives what was written."""

import csv
import re
import zipfile
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import given as cases
from hypothesis import strategies as st
from openpyxl import load_workbook

from backend.audit import services as audit
from backend.registry.importing import exporting
from backend.registry.importing.exporting import HEADERS, TOO_LONG, licences_export, number
from backend.registry.importing.harmless import guarded, unguarded
from backend.registry.importing.reader import rows
from backend.registry.importing.rows import AreaRow, ReadOptions
from backend.registry.importing.runs import run_apply, run_read
from backend.registry.models import LicenceVersion
from backend.registry.services.given import AreaGiven, HolderGiven
from backend.registry.services.licences import licences_record
from shared.rules.terms import DepthDatum
from tests.factories.registry import given, licence, mineral, square

TODAY = date(2026, 11, 24)

HOSTILE = (
    "=cmd|'/c calc'!A1",
    "=HYPERLINK(\"http://127.0.0.1/?x=\"&A1,\"bấm\")",
    "+1+1",
    "-2+3",
    "@SUM(1+9)",
    "'=1+1",
    "''",
    "＝1+1",
    "\"; DROP TABLE registry_licence; --",
    "<script>alert(1)</script>",
    "_x0041_ không phải A",
    "\u202eđảo ngược\u202c",
    "\u200b\ufeffvô hình",
    "Hoà ﷽ 🚚 𝒜",
    "http://127.0.0.1/",
    "1E5",
    "0123",
    "TRUE",
    "một, hai; ba | bốn\tnăm",
    "\x01\x1b[31mđỏ",
    "%s {0} {number}",
)  # fmt: skip


def record(names: Sequence[str]) -> None:
    """Each name as holder, basis and purpose of a licence of its own."""
    mineral()
    licences_record(
        [
            given(
                f"{n}/GP",
                square(lat=20 + n * 0.02, lon=105.5),
                holder=HolderGiven(name, address=name),
                basis=name[:200],
                purpose=name,
            )
            for n, name in enumerate(names)
        ],
        actor=audit.SYSTEM,
        now=timezone.now(),
        source="thử",
    )


def exported(folder: Path, kind: str) -> Path:
    path = folder / f"sổ.{kind}"
    licences_export(path, kind, today=TODAY)
    return path


def stored() -> dict[str, tuple[str, str, str, str]]:
    versions = LicenceVersion.objects.select_related("licence", "holder")
    return {v.licence.number: (v.holder.name, v.holder.address, v.basis, v.purpose) for v in versions}


def seen(found: Sequence[AreaRow]) -> dict[str, tuple[str, ...]]:
    names = ("Chủ giấy phép", "Địa chỉ", "Căn cứ", "Mục đích")
    return {row.name: tuple(row.properties[name] for name in names) for row in found}


def read(path: Path) -> list[AreaRow]:
    return list(rows(path, ReadOptions(), path.parent))


# --- cells


@cases(st.text(max_size=20))
def test_what_is_guarded_comes_back(text: str) -> None:
    assert unguarded(guarded(text)) == text


@cases(st.text("'=+-@\t\r\n1.,a ", max_size=8))
def test_nothing_guarded_is_a_formula(text: str) -> None:
    cell = guarded(text)
    assert not re.match("[=+@\t\r\n]", cell)
    assert not cell.startswith("-") or re.fullmatch(r"-\d+([.,]\d+)?", cell)


@pytest.mark.parametrize("text", ["-4.5", "-4,5", "5", "", "Công ty", "a=b", "' trích"])
def test_what_needs_no_guard_has_none(text: str) -> None:
    assert guarded(text) == text


@pytest.mark.parametrize(
    ("value", "text"), [("1.234", "1.2340"), ("20500.5", "20500.5"), ("1000", "1000"), ("0.1", "0.1"), ("1E+3", "1000")]
)
def test_numbers_that_nobody_has_to_ask_about(value: str, text: str) -> None:
    assert number(Decimal(value)) == text


# --- the register


@pytest.mark.django_db
@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_hostile_names_come_back_unharmed(tmp_path: Path, kind: str) -> None:
    record(HOSTILE)
    found = read(exported(tmp_path, kind))
    assert seen(found) == stored()
    assert [row.outcome.value for row in found] == ["accepted"] * len(HOSTILE)


@pytest.mark.django_db
def test_no_cell_of_the_csv_is_a_formula(tmp_path: Path) -> None:
    record(HOSTILE)
    path = exported(tmp_path, "csv")
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")  # or spreadsheets take it for the machine's code page
    with path.open(encoding="utf-8-sig", newline="") as file:
        cells = [cell for line in csv.reader(file) for cell in line]
    assert not [
        cell for cell in cells if re.match("[=+@\t\r\n＝＋－＠-]", cell) and not re.fullmatch(r"-?\d+(\.\d+)?", cell)
    ]
    assert "'=cmd|'/c calc'!A1" in cells


@pytest.mark.django_db
def test_every_cell_of_the_workbook_is_a_string(tmp_path: Path) -> None:
    record(HOSTILE)
    path = exported(tmp_path, "xlsx")
    with zipfile.ZipFile(path) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml").decode()
        assert not [name for name in archive.namelist() if "external" in name.lower() or "vba" in name.lower()]
        assert not any(b"hyperlink" in archive.read(name) for name in archive.namelist() if name.endswith(".rels"))
    assert "<f>" not in sheet
    assert set(re.findall(r'<c r="\w+"(?: s="\d+")?(?: t="(\w+)")?', sheet)) == {"inlineStr"}
    workbook = load_workbook(path)
    assert [cell.value for cell in workbook.active[1]] == list(HEADERS)  # type: ignore[index]
    assert {cell.data_type for line in workbook.active.iter_rows() for cell in line if cell.value} == {"s"}  # type: ignore[union-attr]


@pytest.mark.django_db
@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_the_terms_come_back(tmp_path: Path, kind: str, settings: Any) -> None:
    settings.IMPORTS_DIR = tmp_path / "imports"
    area = AreaGiven(
        square(), 9209, 115.25, name="Khu 1", corner_table="Điểm\tX\tY\n1\t=2\t3", declared_ha=Decimal("298.2633")
    )
    licence(
        "12/GP-UBND", areas=(area, AreaGiven(square(lat=21), 4326, 90.0, name="Khu 2")), capacity=Decimal("1.234"),
        depth_limit_m=-4.125, depth_datum=DepthDatum.ELEVATION, issued_on=date(2024, 12, 31), basis="QĐ 5",
    )  # fmt: skip
    before = LicenceVersion.objects.select_related("holder").get()
    path = exported(tmp_path, kind)
    LicenceVersion.objects.all().delete()
    now = timezone.now()
    run = run_read(path=path, file_name=path.name, kind="licences", options=ReadOptions(), answers={}, by=None, now=now)
    run_apply(run=run, by=None, now=now)
    after = LicenceVersion.objects.select_related("holder").get()
    for name in (
        "capacity", "capacity_unit", "capacity_basis", "depth_limit_m", "depth_datum", "issued_on", "valid_from",
        "valid_to", "effective_from", "basis", "purpose", "group", "issuer", "issuer_level", "holder_id", "area",
    ):  # fmt: skip
        assert getattr(after, name) == getattr(before, name), name
    assert [row.mineral_id for row in after.minerals.all()] == ["CAT"]
    assert list(after.areas.order_by("id").values_list("declared_ha", flat=True)) == [Decimal("298.2633"), None]
    assert after.areas.count() == 2


@pytest.mark.django_db
def test_the_version_in_force_on_the_day(tmp_path: Path) -> None:
    licence("1/GP", basis="cũ")
    licence("1/GP", basis="nay", effective_from=date(2026, 6, 1))
    licence("1/GP", basis="sau này", effective_from=TODAY + timedelta(days=1))
    with exported(tmp_path, "csv").open(encoding="utf-8-sig", newline="") as file:
        (row,) = csv.DictReader(file)
    assert (row["Căn cứ"], row["Phiên bản"]) == ("nay", "2")


@pytest.mark.django_db
def test_what_a_cell_of_a_workbook_cannot_hold_says_so(tmp_path: Path) -> None:
    area = AreaGiven(square(), 4326, 1.0, corner_table="x" * 32_768)
    licence("1/GP", areas=(area,))
    counts = licences_export(tmp_path / "a.xlsx", "xlsx", today=TODAY)
    assert counts == {"licences": 1, "rows": 1, "too_long": 1}
    cells = [cell.value for line in load_workbook(tmp_path / "a.xlsx").active.iter_rows() for cell in line]  # type: ignore[union-attr]
    assert TOO_LONG in cells
    assert licences_export(tmp_path / "a.csv", "csv", today=TODAY)["too_long"] == 0
    assert read(tmp_path / "a.csv")[0].properties["Bảng tọa độ gốc"] == "x" * 32_768


@pytest.mark.django_db
def test_queries_do_not_grow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    counts = []
    for names in (["a"] * 3, ["b"] * 40):
        record([f"{name} {n}" for n, name in enumerate(names)])
        with CaptureQueriesContext(connection) as queries:
            exported(tmp_path, "csv")
        counts.append(len(queries))
    assert counts[0] == counts[1]
    monkeypatch.setattr(exporting, "_BATCH", 7)
    assert len(read(exported(tmp_path, "csv"))) == 40  # page after page


@pytest.mark.django_db
def test_a_file_is_there_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    record(["a", "b"])

    def broken(*args: object) -> Any:
        raise KeyboardInterrupt

    for kind in ("csv", "xlsx"):
        monkeypatch.setattr(exporting, "_area", broken)
        with pytest.raises(KeyboardInterrupt):
            exported(tmp_path, kind)
    assert list(tmp_path.iterdir()) == []


# --- the command


def command(*arguments: str) -> tuple[int, str]:
    out = StringIO()
    try:
        call_command("export_licences", *arguments, stdout=out)
    except CommandError as error:
        return error.returncode, str(error)
    return 0, out.getvalue()


@pytest.mark.django_db
def test_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    record(HOSTILE[:2])
    for arguments, code in (
        ([str(tmp_path / "a.csv")], 0),
        ([str(tmp_path / "a.xlsx")], 0),
        ([str(tmp_path / "b"), "--format", "csv"], 0),
        ([str(tmp_path / "a.csv")], 2),
        ([str(tmp_path / "a.csv"), "--force"], 0),
        ([str(tmp_path / "b.txt")], 2),
        ([str(tmp_path / "none" / "a.csv")], 2),
        ([str(tmp_path / "none" / "a.xlsx")], 2),
    ):
        assert command(*arguments)[0] == code, arguments
    assert (tmp_path / "a.csv").read_bytes() == (tmp_path / "b").read_bytes()
    assert "2 giấy phép / licences, 2 dòng / rows" in command(str(tmp_path / "c.csv"))[1]
    monkeypatch.setattr(exporting, "MOST_CELL", 20)
    code, said = command(str(tmp_path / "d.xlsx"))
    assert (code, "quá dài" in said) == (1, True)
