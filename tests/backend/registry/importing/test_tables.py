"""CSV and XLSX: encodings, delimiters, sheets; lines that are records of their own."""

import csv
import zipfile
from datetime import date, datetime, time
from pathlib import Path
from unicodedata import normalize

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from backend.registry.importing.harmless import guarded
from backend.registry.importing.rows import Outcome, ReadOptions
from backend.registry.importing.tables import MOST_COLUMNS, csv_sheet, texts
from tests.backend.registry.importing.files import (
    CORNERS,
    HECTARES,
    codes,
    corner_lines,
    read,
    read_apart,
    refusal,
    text_file,
    values,
)

TITLE = "Mỏ cát Phú Thọ, EPSG:9209"


def lines_of(sign: str = ";") -> list[str]:
    return [TITLE.replace(",", " "), sign.join(("Số hiệu điểm", "X (m)", "Y (m)", "Tên mỏ")),
            *[f"{line}{sign}Mỏ Đức Thọ" for line in corner_lines(sign=sign, comma=sign != ",")]]  # fmt: skip


@pytest.mark.parametrize("sign", [";", ",", "\t", "|"])
def test_delimiters(tmp_path: Path, sign: str) -> None:
    (row,) = read(text_file(tmp_path, *lines_of(sign)))
    assert (row.name, row.outcome, row.computed_ha) == ("Mỏ Đức Thọ", Outcome.ACCEPTED, pytest.approx(HECTARES))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_encodings_that_prove_themselves(tmp_path: Path, encoding: str) -> None:
    (row,) = read(text_file(tmp_path, *lines_of(), encoding=encoding))
    assert (row.name, row.outcome) == ("Mỏ Đức Thọ", Outcome.ACCEPTED)
    assert "encoding_guessed" not in codes(row)


def decomposed(text: str) -> str:
    """As the old Vietnamese code page wants it: marks of tones after their letter, the letters whole."""
    tones = "\u0300\u0301\u0303\u0309\u0323"
    found = ""
    for letter in normalize("NFC", text):
        parts = normalize("NFD", letter)
        tone = "".join(mark for mark in parts[1:] if mark in tones)
        found += normalize("NFC", parts[0] + "".join(mark for mark in parts[1:] if mark not in tones)) + tone
    return found


def test_the_old_vietnamese_code_page_is_a_guess_that_is_said(tmp_path: Path) -> None:
    lines = [decomposed(line) for line in lines_of()]
    path = text_file(tmp_path, *lines, encoding="cp1258")
    (row,) = read(path)
    assert values(row, "encoding_guessed") == {"encoding": "cp1258"}
    assert row.name == decomposed("Mỏ Đức Thọ")
    (told,) = read(path, encoding="cp1258")
    assert "encoding_guessed" not in codes(told)


def test_an_encoding_that_was_said_wrongly(tmp_path: Path) -> None:
    path = text_file(tmp_path, *lines_of())
    assert refusal(path, encoding="ascii").values == {"encoding": "ascii"}
    assert refusal(path, encoding="no-such").code == "encoding_wrong"


def test_nobody_knows_the_encoding(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_bytes("\n".join(lines_of()).encode("cp1258", "ignore") + b"\n\xd2\xd2\xff\xfe\x81\x8d\x8f\n")
    assert refusal(path).code == "encoding_unknown"


def test_a_quotation_without_end(tmp_path: Path) -> None:
    path = text_file(tmp_path, "Điểm;X;Y", '1;"' + "x" * 17_000_000, *corner_lines())
    assert refusal(path).code == "csv_broken"


def test_too_many_columns(tmp_path: Path) -> None:
    assert refusal(text_file(tmp_path, ";".join("x" * (MOST_COLUMNS + 1)), "1;2")).values == {"limit": MOST_COLUMNS}


def test_a_cell_of_many_lines_does_not_hide_the_delimiter(tmp_path: Path) -> None:
    """A corner table within a cell has more tabs than the sheet has commas."""
    path = tmp_path / "x.csv"
    inner = "\n".join("\t".join(line) for line in (["Điểm", "X", "Y"], *[["1", "2", "3"]] * 90))
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([["Số giấy phép", "Bảng", "Ghi chú"], ["1/GP", inner, "a"], ["2/GP", inner, "b"]])
    rows = read(path, kind="records")
    assert [row.properties["Số giấy phép"] for row in rows] == ["1/GP", "2/GP"]
    assert rows[0].properties["Bảng"] == inner


@given(
    cells=st.lists(
        st.lists(
            st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=12),
            min_size=3,
            max_size=3,
        ),
        min_size=1,
        max_size=6,
    )
)
def test_whatever_is_written_comes_back(tmp_path_factory: pytest.TempPathFactory, cells: list[list[str]]) -> None:
    path = tmp_path_factory.mktemp("csv") / "x.csv"
    with path.open("w", newline="", encoding="utf-8-sig") as file:
        csv.writer(file).writerows(
            [["Số giấy phép", "Chủ", "Ghi chú"], *[[guarded(c) for c in line] for line in cells]]
        )
    lines = list(csv_sheet(path, ReadOptions()).lines)
    assert [texts(line) for line in lines[1:]] == [tuple(line) for line in cells]


# --- XLSX


def book(folder: Path, *sheets: list[list[object]], name: str = "bảng.xlsx") -> Path:
    workbook = Workbook()
    assert workbook.active is not None
    workbook.remove(workbook.active)
    for n, lines in enumerate(sheets):
        sheet = workbook.create_sheet(f"Khu {n}")
        for line in lines:
            sheet.append(line)
    path = folder / name
    workbook.save(path)
    return path


HEAD: list[object] = ["Số hiệu", "X (m)", "Y (m)", "Số giấy phép"]


def corners_in_cells(number: str = "1/GP") -> list[list[object]]:
    return [["EPSG:9209"], HEAD, *[[n, x, y, number] for n, (x, y) in enumerate(CORNERS, 1)]]


def test_a_workbook_with_numbers(tmp_path: Path) -> None:
    (row,) = read_apart(book(tmp_path, corners_in_cells()))
    assert (row.name, row.epsg, row.computed_ha) == ("1/GP", 9209, pytest.approx(HECTARES))
    assert row.corner_table.splitlines()[1] == "1\t2283500.25\t561200.5"


def test_sheets_are_numbered_on_and_hidden_ones_left_out(tmp_path: Path) -> None:
    path = book(tmp_path, corners_in_cells("1/GP"), [["chỉ ghi chú"]], corners_in_cells("2/GP"))
    assert [(row.number, row.name) for row in read(path)] == [(1, "1/GP"), (2, "2/GP")]
    workbook = load_workbook(path)
    workbook["Khu 0"].sheet_state = "hidden"
    workbook.save(path)
    assert [row.name for row in read(path)] == ["2/GP"]


def test_days_and_times_of_cells(tmp_path: Path) -> None:
    line: list[object] = [
        "1/GP",
        datetime(2026, 3, 1),  # noqa: DTZ001 - sheets know no zones
        datetime(2026, 3, 1, 7, 30),  # noqa: DTZ001
        date(2026, 3, 2),
        time(7, 30),
        True,
    ]
    (row,) = read(book(tmp_path, [["Số", "a", "b", "c", "d", "e"], line]), kind="records")
    assert list(row.properties.values()) == [
        "1/GP",
        "2026-03-01",
        "2026-03-01T07:30:00",
        "2026-03-02",
        "07:30:00",
        "True",
    ]


def test_formulas_count_as_what_they_last_gave(tmp_path: Path) -> None:
    """openpyxl keeps no results, so here they gave nothing; they are never calculated."""
    first, second = read(book(tmp_path, [["Số", "a", "b"], ["1/GP", "=1+1", 3], ["2/GP", "x", 4]]), kind="records")
    assert first.properties == {"Số": "1/GP", "a": "", "b": 3}
    assert second.properties == {"Số": "2/GP", "a": "x", "b": 4}


def test_a_sheet_of_too_many_columns(tmp_path: Path) -> None:
    assert refusal(book(tmp_path, [[*HEAD, *["x"] * MOST_COLUMNS]])).code == "too_many_columns"


@pytest.mark.parametrize("content", [b"", b"<workbook", b"<workbook xmlns='x'><sheets><sheet/></sheets></workbook>"])
def test_a_workbook_that_is_none(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("xl/workbook.xml", content)
        archive.writestr("[Content_Types].xml", "<Types/>")
    assert refusal(path).code == "xlsx_broken"


def test_a_sheet_that_breaks_off(tmp_path: Path) -> None:
    """The workbook opens, its sheet is cut in the middle; and so is the packing of a whole one."""
    whole = book(tmp_path, corners_in_cells())
    path = tmp_path / "cụt.xlsx"
    with zipfile.ZipFile(whole) as archive, zipfile.ZipFile(path, "w") as copy:
        for name in archive.namelist():
            content = archive.read(name)
            copy.writestr(name, content[: len(content) // 2] if "sheet1" in name else content)
    assert refusal(path).code == "xlsx_broken"
    path.write_bytes(whole.read_bytes()[:3000])
    assert refusal(path).code == "zip_broken"


# --- a row for each line, with WKT


def test_a_column_of_wkt(tmp_path: Path) -> None:
    shape = "POLYGON ((106 20.5, 106.01 20.5, 106.01 20.51, 106 20.51, 106 20.5))"
    path = text_file(
        tmp_path,
        "Số giấy phép;WKT",
        f"1/GP;{shape}",
        f'2/GP;"SRID=4326;{shape}"',
        "3/GP;",
        "4/GP;POLYGON ((106 20.5, 106.01",
        "5/GP;POINT (106 20)",
        "6/GP;lô 7, tờ 3",
        "Số giấy phép;WKT",
    )
    found = {row.name: (row.outcome.value, codes(row)) for row in read(path)}
    assert found["1/GP"] == found["2/GP"] == ("accepted", [])
    assert found["3/GP"] == ("refused", ["geometry_missing"])
    assert found["4/GP"] == ("refused", ["wkt_broken"])
    assert found["5/GP"] == ("refused", ["not_an_area"])
    assert found["6/GP"] == ("refused", ["wkt_broken"])
    assert found["Số giấy phép"] == ("refused", ["header_repeated"])


# --- records


def test_records_keep_their_headers(tmp_path: Path) -> None:
    path = text_file(
        tmp_path,
        "BÁO CÁO THÁNG;;",
        "Số giấy phép;;Sản lượng",
        "1/GP;x;5",
        ";;",
        "Số giấy phép;;Sản lượng",
        "2/GP;y;6;7",
    )
    first, again, wide = read(path, kind="records")
    assert first.properties == {"Số giấy phép": "1/GP", "#2": "x", "Sản lượng": "5"}
    assert (again.outcome, codes(again)) == (Outcome.REFUSED, ["header_repeated"])
    assert (wide.outcome, codes(wide)) == (Outcome.REFUSED, ["line_too_wide"])


def test_an_empty_table(tmp_path: Path) -> None:
    assert refusal(text_file(tmp_path, "Số;Tháng"), kind="records").code == "table_empty"
