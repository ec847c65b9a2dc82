"""The register as a sheet that is read by people, by spreadsheets and by the import: what is in force on a day, a row
for each area. Whatever a name begins with, no cell is a formula. Memory flat."""

import csv
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import shapely
import xlsxwriter  # type: ignore[import-untyped,unused-ignore]
from django.db.models import Prefetch
from shapely.geometry import shape

from backend.registry.importing.harmless import guarded
from backend.registry.models import Licence, LicenceArea, LicenceVersion
from backend.registry.selectors.licences import in_force
from shared.rules.terms import DepthDatum

# Headers that the import recognises; those of the original coordinates are for people.
HEADERS = (
    "Số giấy phép", "Phiên bản", "Chủ giấy phép", "Mã số thuế", "Địa chỉ", "Cơ quan cấp", "Ngày cấp", "Căn cứ",
    "Áp dụng từ", "Ngày hiệu lực", "Ngày hết hạn", "Khoáng sản", "Nhóm khoáng sản", "Mục đích", "Công suất", "Độ sâu",
    "Tên khu vực", "Diện tích (ha)", "Diện tích tính được", "EPSG của bảng gốc", "Bảng tọa độ gốc", "WKT",
)  # fmt: skip
FORMATS = ("csv", "xlsx")
MOST_CELL = 32_767  # characters, of a sheet's cell
TOO_LONG = "quá dài cho XLSX, xem bản CSV / too long for XLSX, see the CSV"
_BATCH = 500
_BASES = {"in_place": " nguyên khối", "loose": " nguyên khai"}

Progress = Callable[[int, int], None]


def licences_export(path: Path, kind: str, *, today: date, progress: Progress | None = None) -> dict[str, int]:
    """Write the register to `path` (csv: UTF-8 with a mark and cells `guarded`; xlsx: every cell a string): numbers of
    `licences`, `rows`, and `too_long` cells that XLSX cannot hold and that say so. The file is there whole or not at
    all. OSError; ValueError for another kind."""
    unfinished = path.with_name(f".{path.name}.part")
    counts = {"licences": 0, "rows": 0, "too_long": 0}
    total = Licence.objects.count()
    try:
        with {"csv": _csv, "xlsx": _xlsx}[kind](unfinished) as write:
            write(HEADERS)
            for rows in _licences(today):
                for row in rows:
                    counts["too_long"] += write(row)
                    counts["rows"] += 1
                counts["licences"] += 1
                if progress is not None:
                    progress(counts["licences"], max(total, counts["licences"]))
        unfinished.replace(path)
    except BaseException:
        unfinished.unlink(missing_ok=True)
        raise
    return counts


def _licences(today: date) -> Iterator[list[Sequence[str]]]:
    """By number, 500 at a time, each with the rows of its version in force."""
    versions = LicenceVersion.objects.select_related("holder").prefetch_related(
        "minerals", Prefetch("areas", LicenceArea.objects.order_by("id"))
    )
    parts = Prefetch("versions", versions.order_by("effective_from", "version"))
    last = ""
    while found := list(Licence.objects.filter(number__gt=last).order_by("number").prefetch_related(parts)[:_BATCH]):
        for licence in found:
            version = in_force(list(licence.versions.all()), today)
            terms = _terms(licence, version)
            areas: Iterable[LicenceArea | None] = version.areas.all() or [None]
            yield [(*terms, *_area(area)) for area in areas]
        last = found[-1].number


def _terms(licence: Licence, version: LicenceVersion) -> tuple[str, ...]:
    return (
        licence.number,
        str(version.version),
        version.holder.name,
        version.holder.tax_code,
        version.holder.address,
        version.issuer,
        _day(version.issued_on),
        version.basis,
        _day(version.effective_from),
        _day(version.valid_from),
        _day(version.valid_to),
        "; ".join(row.mineral_id for row in version.minerals.all()),
        version.group,
        version.purpose,
        _capacity(version),
        _depth(version),
    )


def _area(area: LicenceArea | None) -> tuple[str, ...]:
    if area is None:
        return ("",) * 6
    return (
        area.name,
        "" if area.declared_ha is None else number(area.declared_ha),
        number(Decimal(str(round(area.computed_ha, 4)))),
        str(area.epsg),
        area.corner_table,
        shapely.to_wkt(shape(area.geometry), rounding_precision=8, trim=True),
    )


def _day(day: date | None) -> str:
    return "" if day is None else f"{day:%d/%m/%Y}"


def number(value: Decimal) -> str:
    """With a point and never three decimals, which could be thousands: 1.234 → "1.2340"."""
    text = f"{value.normalize():f}"
    return f"{text}0" if len(text.partition(".")[2]) == 3 else text


def _capacity(version: LicenceVersion) -> str:
    if version.capacity is None:
        return ""
    return f"{number(version.capacity)} {version.capacity_unit}{_BASES.get(version.capacity_basis, '')}/năm"


def _depth(version: LicenceVersion) -> str:
    if version.depth_limit_m is None:
        return ""
    level = "cốt " if version.depth_datum == DepthDatum.ELEVATION.value else ""
    return f"{level}{number(Decimal(str(version.depth_limit_m)))} m"


Write = Callable[[Sequence[str]], int]  # a row: how many of its cells were too long


@contextmanager
def _csv(path: Path) -> Iterator[Write]:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)

        def write(row: Sequence[str]) -> int:
            writer.writerow([guarded(cell) for cell in row])
            return 0

        yield write


@contextmanager
def _xlsx(path: Path) -> Iterator[Write]:
    with path.open("wb") as file:
        # constant_memory: a row goes to disk when the next one begins.
        book: Any = xlsxwriter.Workbook(
            file, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
        )
        sheet = book.add_worksheet("Giấy phép")
        sheet.freeze_panes(1, 1)
        at = 0

        def write(row: Sequence[str]) -> int:
            nonlocal at
            too_long = 0
            for place, cell in enumerate(row):
                fits = len(cell.encode("utf-16-le")) // 2 <= MOST_CELL
                too_long += not fits
                sheet.write_string(at, place, cell if fits else TOO_LONG)
            at += 1
            return too_long

        try:
            yield write
        finally:
            book.close()  # also after an error: it has files of its own open
