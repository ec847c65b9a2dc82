"""The report of an import run as a file: what became of each row, in the reader's language. No cell is a formula."""

import csv
import tempfile
from collections.abc import Iterator, Sequence
from typing import IO, Any

import xlsxwriter
from django.http import FileResponse, StreamingHttpResponse

from backend.common.languages import both
from backend.registry.admin.words import value_words
from backend.registry.importing.exporting import MOST_CELL
from backend.registry.importing.harmless import guarded
from backend.registry.importing.runs import row_words
from backend.registry.models import ImportRow, ImportRun
from backend.registry.selectors.imports import run_rows

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def report_lines(run: ImportRun, language: str) -> Iterator[Sequence[str]]:
    """Headers, then a line for each row of the file; memory flat."""
    heads = [
        both("dòng", "row"),
        both("tên", "name"),
        both("thuộc về", "belongs to"),
        both("kết quả", "outcome"),
        both("diện tích khai (ha)", "declared (ha)"),
        both("diện tích tính (ha)", "computed (ha)"),
        both("chênh lệch (%)", "difference (%)"),
        both("ghi chú", "notes"),
    ]
    yield [str(head) for head in heads]
    for row in run_rows(run):
        yield _line(row, language)


def _line(row: ImportRow, language: str) -> list[str]:
    figures = [row.content.get(name) for name in ("declared_ha", "computed_ha", "difference_percent")]
    return [
        str(row.content.get("sheet_row", row.number)),
        row.name,
        row.key,
        str(value_words("importrow.outcome", row.outcome)),
        *("" if figure is None else str(figure) for figure in figures),
        " ".join(row_words(row, language)),
    ]


class _Echo:
    """A file that hands back what is written."""

    def write(self, text: str) -> str:
        return text


def as_csv(run: ImportRun, language: str) -> StreamingHttpResponse:
    """UTF-8 with a mark, so that a spreadsheet reads the accents."""
    writer = csv.writer(_Echo())
    lines = (writer.writerow([guarded(cell) for cell in line]) for line in report_lines(run, language))

    def body() -> Iterator[str]:
        yield "\ufeff"
        yield from lines

    response = StreamingHttpResponse(body(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{run.id}.csv"'
    return response


def as_xlsx(run: ImportRun, language: str) -> FileResponse:
    file: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - the response closes it
    book: Any = xlsxwriter.Workbook(
        file, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    sheet = book.add_worksheet()
    sheet.freeze_panes(1, 0)
    for at, line in enumerate(report_lines(run, language)):
        for place, cell in enumerate(line):
            sheet.write_string(at, place, cell[: MOST_CELL // 2])
    book.close()
    file.seek(0)
    return FileResponse(file, as_attachment=True, filename=f"{run.id}.xlsx", content_type=XLSX)
