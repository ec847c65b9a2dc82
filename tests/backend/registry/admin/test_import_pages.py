"""Imports in the office: a file of every kind is sent, looked at, asked about, and taken whole or not at all."""

import csv
import html
import io
import json
import zipfile
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import numpy as np
import pyogrio
import pytest
import shapely
import time_machine
from django.conf import LazySettings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from openpyxl import Workbook, load_workbook
from shapely.geometry import shape

from backend.accounts import uploading
from backend.audit.verifying import verify
from backend.registry.importing import background
from backend.registry.importing.background import import_read
from backend.registry.importing.rows import ReadOptions
from backend.registry.importing.runs import run_begin
from backend.registry.models import DeclaredOutput, ImportRow, ImportRun, Licence, LicenceArea
from backend.registry.services.imports import kept_path, run_open, run_progress, run_stop
from tests.backend.conftest import Cast
from tests.backend.registry.admin.conftest import NOW, Browser, body_of, events, listed, page_of
from tests.backend.registry.admin.test_licence_pages import TABLE, read, shapes_of
from tests.factories.registry import licence, mineral, square

pytestmark = pytest.mark.django_db

ADD = f"{listed('importrun')}add/"
FIELDS = {"Số giấy phép": "21/GP", "Chủ giấy phép": "Công ty Cát (thử)", "Khoáng sản": "Cát lòng sông"}


def bow_tie(lat: float = 21.0) -> dict[str, Any]:
    ring = [[106.0, lat], [106.01, lat + 0.01], [106.01, lat], [106.0, lat + 0.01], [106.0, lat]]
    return {"type": "Polygon", "coordinates": [ring]}


def geojson(*features: tuple[dict[str, Any], dict[str, Any]]) -> bytes:
    found = [{"type": "Feature", "properties": fields, "geometry": geometry} for fields, geometry in features]
    return json.dumps({"type": "FeatureCollection", "features": found}).encode()


def gis(folder: Path, name: str, driver: str) -> bytes:
    """What another program would write; a shapefile is zipped."""
    target = folder / name
    data = [np.array([value], dtype=object) for value in FIELDS.values()]
    pyogrio.raw.write(
        target,
        shapely.to_wkb(np.array([shape(square())])),
        data,
        fields=["so_gp", "chu_gp", "khoang_san"] if driver == "ESRI Shapefile" else list(FIELDS),
        geometry_type="Polygon",
        crs="EPSG:4326",
        driver=driver,
        encoding="UTF-8",
    )
    if driver != "ESRI Shapefile":
        return target.read_bytes()
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for part in sorted(folder.glob(f"{target.stem}.*")):
            archive.write(part, part.name)
    return packed.getvalue()


def sheet() -> bytes:
    book, packed = Workbook(), io.BytesIO()
    page = book.active
    assert page is not None
    page.append([*FIELDS, "Điểm", "X", "Y"])
    for line in TABLE.splitlines()[1:]:
        label, x, y = line.split("\t")
        page.append([*FIELDS.values(), label, float(x.replace(",", ".")), float(y.replace(",", "."))])
    book.save(packed)
    return packed.getvalue()


def table() -> bytes:
    lines = [";".join([*FIELDS, "Điểm", "X", "Y"])]
    lines += [";".join([*FIELDS.values(), *line.split("\t")]) for line in TABLE.splitlines()[1:]]
    return "\n".join(lines).encode()


def kml() -> bytes:
    corners = " ".join(f"{lon},{lat}" for lon, lat in square()["coordinates"][0])
    data = "".join(f'<Data name="{name}"><value>{value}</value></Data>' for name, value in FIELDS.items())
    return (
        '<?xml version="1.0" encoding="UTF-8"?><kml xmlns="http://www.opengis.net/kml/2.2"><Document><Placemark>'
        f"<name>21/GP</name><ExtendedData>{data}</ExtendedData><Polygon><outerBoundaryIs><LinearRing><coordinates>"
        f"{corners}</coordinates></LinearRing></outerBoundaryIs></Polygon></Placemark></Document></kml>"
    ).encode()


def send(em: Client, content: bytes, name: str = "sổ giấy phép.geojson", **fields: str) -> Any:
    file = SimpleUploadedFile(name, content)
    return em.post(ADD, {"kind": "licences", "file": file, **fields})


def read_run(em: Client, content: bytes, name: str = "sổ giấy phép.geojson", **fields: str) -> ImportRun:
    answer = send(em, content, name, **fields)
    assert answer.status_code == 302, html.unescape(answer.content.decode())[-3000:]
    run = ImportRun.objects.order_by("-made_at").first()
    assert run is not None
    assert answer["Location"] == page_of("importrun", run.pk)
    return run


def act(em: Client, run: ImportRun, name: str, **fields: str) -> Any:
    return em.post(f"{listed('importrun')}{run.pk}/{name}/", fields)


# --- every kind


@pytest.mark.parametrize("kind", ["geojson", "csv", "xlsx", "shapefile", "gpkg", "kml"])
def test_a_file_of_every_kind_is_sent_looked_at_and_imported(kind: str, tmp_path: Path, em: Client, cast: Cast) -> None:
    mineral()
    content, name, more = {
        "geojson": lambda: (geojson((FIELDS, square())), "a.geojson", {}),
        "csv": lambda: (table(), "a.csv", {"epsg": "9209"}),
        "xlsx": lambda: (sheet(), "a.xlsx", {"epsg": "9209"}),
        "shapefile": lambda: (
            gis(tmp_path, "a.shp", "ESRI Shapefile"),
            "a.zip",
            {"columns": "number=so_gp\nholder=chu_gp\nmineral=khoang_san"},
        ),
        "gpkg": lambda: (gis(tmp_path, "a.gpkg", "GPKG"), "a.gpkg", {}),
        "kml": lambda: (kml(), "a.kml", {}),
    }[kind]()
    run = read_run(em, content, name, **more)
    row = run.rows.get()
    assert (run.state, row.outcome, run.made_by) == ("checked", "accepted", cast.em), row.notes
    assert Licence.objects.count() == 0
    page = read(em, page_of("importrun", run.pk))
    assert ("21/GP" in page, "Nhập vào sổ" in page) == (True, True)
    assert act(em, run, "apply").status_code == 302
    made = Licence.objects.get()
    assert (made.number, made.versions.get().holder.name) == ("21/GP", "Công ty Cát (thử)")
    assert [item.mineral_id for item in made.versions.get().minerals.all()] == ["CAT"]
    actions = [(event.action, event.actor) for event in events() if event.action.startswith(("import:", "licences:"))]
    em_id = str(cast.em.id)
    assert actions == [("import:read", em_id), ("licences:recorded", em_id), ("import:applied", em_id)]
    assert list(verify()) == []


def test_a_sheet_of_declared_output_is_imported(em: Client) -> None:
    licence("21/GP")
    content = "Số giấy phép;Tháng;Sản lượng;Đơn vị\n21/GP;03/2026;1250,5;m3\n21/GP;04/2026;100;m3\n".encode()
    run = read_run(em, content, "khai.csv", kind="declared_output")
    assert run.counts["accepted"] == 2, [row.notes for row in run.rows.all()]
    assert "1250,5" in read(em, f"{listed('importrun')}{run.pk}/row/1/")
    act(em, run, "apply")
    assert sorted(int(row.quantity) for row in DeclaredOutput.objects.all()) == [100, 1250]


def test_boundaries_are_imported_and_a_repair_is_shown_with_who_agreed(
    register: dict[str, Any], em: Client, cast: Cast
) -> None:
    run = read_run(em, geojson(({"Mã xã": "12345", "Tên xã": "Thử"}, bow_tie(20.64))), kind="boundaries")
    assert "loại địa giới" in read(em, f"{listed('importrun')}{run.pk}/row/1/").casefold()
    act(em, run, "answer", **{"answer:repair": "accept"})
    again = ImportRun.objects.order_by("-made_at")[0]
    act(em, again, "apply")
    boundary = register["communeboundary"]
    boundary.refresh_from_db()
    assert boundary.proposal["by"] == str(cast.em.id), again.rows.get().notes
    page = read(em, page_of("communeboundary", boundary.pk))
    assert "Em (thử)" in page
    assert [one["role"] for one in shapes_of(page)] == ["boundary", "original"]


# --- looked at


def test_the_report_says_of_each_row_what_became_of_it(em: Client) -> None:
    mineral()
    run = read_run(
        em,
        geojson(
            (FIELDS, square()),
            ({**FIELDS, "Số giấy phép": "22/GP", "Công suất": "12000"}, square(21)),
            ({"Chủ giấy phép": "Không số"}, square(22)),
            ({**FIELDS, "Số giấy phép": "23/GP"}, bow_tie()),
        ),
    )
    page = read(em, page_of("importrun", run.pk))
    for words in ("nhận: 1", "chờ trả lời: 2", "không nhận: 1", "không ghi đơn vị", "không có số giấy phép"):
        assert words in page, words
    assert "22/GP" in read(em, page_of("importrun", run.pk), outcome="question")
    refused = read(em, page_of("importrun", run.pk), outcome="refused")
    assert "22/GP" not in refused
    assert "21/GP" not in refused


def test_a_proposed_repair_is_drawn_beside_the_original(em: Client) -> None:
    run = read_run(em, geojson((FIELDS, bow_tie())))
    shapes = shapes_of(read(em, f"{listed('importrun')}{run.pk}/row/1/"))
    assert [shape["role"] for shape in shapes] == ["proposed", "original"]
    assert shapes[1]["geometry"] == bow_tie()
    assert shapes[0]["geometry"]["type"] == "MultiPolygon"


def test_a_repair_is_taken_only_when_somebody_agreed(em: Client, cast: Cast) -> None:
    mineral()
    run = read_run(em, geojson((FIELDS, bow_tie())))
    assert "Nhập vào sổ" not in read(em, page_of("importrun", run.pk))
    answer = act(em, run, "apply")
    assert "chưa nhập gì" in html.unescape(em.get(answer["Location"]).content.decode())
    assert not Licence.objects.exists()
    act(em, run, "answer", **{"answer:repair:1": "accept"})
    again = ImportRun.objects.order_by("-made_at").first()
    assert again is not None
    assert (again.pk == run.pk, again.answers) == (False, {"repair:1": "accept"})
    act(em, again, "apply")
    area = LicenceArea.objects.get()
    assert (area.repair["by"], area.repair["before"]) == (str(cast.em.id), bow_tie())


def test_one_answer_serves_all_rows_that_ask_the_same(em: Client) -> None:
    mineral()
    rows = [({**FIELDS, "Số giấy phép": f"{i}/GP", "Công suất": "12000"}, square(20 + i * 0.02)) for i in range(3)]
    run = read_run(em, geojson(*rows))
    page = read(em, page_of("importrun", run.pk))
    assert 'name="answer:capacity_unit"' in page
    assert "3 dòng" in page
    assert 'name="answer:capacity_unit:2"' in page
    act(em, run, "answer", **{"answer:capacity_unit": "m3", "answer:repair:9": "", "other": "x"})
    again = ImportRun.objects.order_by("-made_at")[0]
    assert (again.answers, again.counts["accepted"]) == ({"capacity_unit": "m3"}, 3)


def test_open_rows_may_be_left_out(em: Client) -> None:
    mineral()
    run = read_run(em, geojson((FIELDS, square()), ({**FIELDS, "Số giấy phép": "23/GP"}, bow_tie())))
    page = read(em, page_of("importrun", run.pk))
    assert "bỏ lại các dòng chưa trả lời" in page
    act(em, run, "apply")
    assert not Licence.objects.exists()
    act(em, run, "apply", leave_out="yes")
    assert [row.number for row in Licence.objects.all()] == ["21/GP"]


def test_what_was_imported_is_not_imported_again(em: Client) -> None:
    mineral()
    run = read_run(em, geojson((FIELDS, square())))
    act(em, run, "apply")
    answer = act(em, run, "apply")
    assert "đã được nhập" in html.unescape(em.get(answer["Location"]).content.decode())
    assert "Nhập vào sổ" not in read(em, page_of("importrun", run.pk))


def test_a_kept_file_that_changed_is_not_imported(em: Client) -> None:
    mineral()
    run = read_run(em, geojson((FIELDS, square())))
    kept_path(run.sha256).write_bytes(b"{}")
    answer = act(em, run, "apply")
    assert "đọc lại tệp gốc" in html.unescape(em.get(answer["Location"]).content.decode())
    assert act(em, run, "answer", **{"answer:repair": "accept"}).status_code == 409
    assert not Licence.objects.exists()


def test_rows_come_in_pages_and_ask_as_often_whatever_their_number(em: Client) -> None:
    mineral()
    counts = []
    for many in (60, 240):
        rows = [({**FIELDS, "Số giấy phép": f"{i}/GP"}, square(20 + i * 0.01)) for i in range(many)]
        run = read_run(em, geojson(*rows))
        with CaptureQueriesContext(connection) as queries:
            page = read(em, page_of("importrun", run.pk))
        counts.append(len(queries))
        assert page.count("/row/") == 50
        assert f"1 / {-(-many // 50)}" in page
    assert counts[0] == counts[1]
    assert "/row/51/" in read(em, page_of("importrun", run.pk), p="2")
    for odd in ("0", "-1", "x", "9" * 30):
        assert em.get(page_of("importrun", run.pk), {"p": odd}).status_code == 200


# --- what is refused


@pytest.mark.parametrize(
    ("content", "name", "said"),
    [
        (b'{"type": "FeatureCollection", "features": [', "a.geojson", "Không nhận cả tệp"),
        (b"%PDF-1.7 x", "a.csv", "Không nhập được loại tệp này (pdf)"),
        (b"\0" * 1000, "a.csv", "Không nhận cả tệp"),
        (b"a;b\n1;2\n", "a.csv", "Không thấy cột tọa độ"),
        (b"PK\x03\x04broken", "a.xlsx", "Không nhận cả tệp"),
    ],
)
def test_a_file_that_is_no_register_is_refused_with_a_sentence(
    content: bytes, name: str, said: str, em: Client
) -> None:
    run = read_run(em, content, name)
    assert run.state == "refused"
    page = html.unescape(read(em, page_of("importrun", run.pk)))
    assert said in page
    assert "Nhập vào sổ" not in page


def test_an_empty_file_and_no_file_are_asked_for(em: Client) -> None:
    for fields in ({"kind": "licences"}, {"kind": "licences", "file": SimpleUploadedFile("a.csv", b"")}):
        answer = em.post(ADD, fields)
        assert (answer.status_code, "errorlist" in answer.content.decode()) == (200, True)
    assert not ImportRun.objects.exists()


def test_a_file_too_large_is_said_to_be_and_not_kept(settings: LazySettings, tmp_path: Path, em: Client) -> None:
    settings.IMPORT_MAX_BYTES = 100_000
    settings.FILE_UPLOAD_TEMP_DIR = tmp_path
    answer = send(em, b"x" * 300_000)
    page = html.unescape(answer.content.decode())
    assert (answer.status_code, "100000 byte" in page) == (200, True)
    assert page.count("bắt buộc") == 0
    assert not ImportRun.objects.exists()
    assert [path for path in tmp_path.iterdir() if path.is_file()] == []


def test_a_full_disk_is_said_to_be(monkeypatch: pytest.MonkeyPatch, em: Client) -> None:
    def full(*args: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(uploading.TemporaryFileUploadHandler, "receive_data_chunk", full)
    answer = send(em, b"x")
    assert answer.status_code == 200
    assert "errorlist" in answer.content.decode()
    assert not ImportRun.objects.exists()


def test_what_others_send_touches_no_disk(
    settings: LazySettings, tmp_path: Path, cast: Cast, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[Any] = []
    monkeypatch.setattr(uploading.TemporaryFileUploadHandler, "new_file", lambda self, *a, **k: opened.append(a))
    for who in (cast.dung, cast.an, None):
        browser(who).post(ADD, {"kind": "licences", "file": SimpleUploadedFile("a.csv", b"x")})
    Client().post("/web-session/login/", {"username": "x", "file": SimpleUploadedFile("a.csv", b"x")})
    assert opened == []


def test_a_large_file_goes_to_the_disk_and_not_to_memory(em: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []
    real = background.import_read

    def look(self: Any, run_id: str) -> None:
        seen.append(run_id)

    monkeypatch.setattr(type(real), "enqueue", look)
    run = read_run(em, b"x" * 3_000_000, "a.csv")
    assert (seen, run.size, run.state) == ([str(run.pk)], 3_000_000, "reading")
    assert kept_path(run.sha256).stat().st_size == 3_000_000


# --- while the worker reads


@pytest.fixture
def reading(cast: Cast, tmp_path: Path) -> ImportRun:
    """Begun, and not taken up by a worker."""
    path = tmp_path / "a.geojson"
    path.write_bytes(geojson((FIELDS, square())))
    return run_begin(
        path=path, file_name="a.geojson", kind="licences", options=ReadOptions(), answers={}, by=cast.em, now=NOW
    )


def test_a_reading_is_followed_and_says_how_far_it_is(reading: ImportRun, em: Client) -> None:
    address = page_of("importrun", reading.pk)
    page = read(em, address)
    state = f"{listed('importrun')}{reading.pk}/state/"
    assert (f'data-reading="{state}"' in page, "registry/reading.js" in page) == (True, True)
    assert "Đang chờ đến lượt" in page
    assert run_progress(reading, done=7, total=20)
    said = em.get(state).json()
    assert said == {"state": "reading", "words": "Đã đọc 7 trên 20 dòng.", "done": 7, "total": 20}
    assert 'max="20" value="7"' in read(em, address)


def test_a_reading_that_nobody_takes_up_says_what_may_be_the_matter(reading: ImportRun, em: Client) -> None:
    address = page_of("importrun", reading.pk)
    assert "db_worker" not in read(em, address)
    with time_machine.travel(NOW + timedelta(minutes=3), tick=False):
        assert "db_worker" in read(em, address)


def test_a_reading_is_stopped_by_a_button_and_stays_so(reading: ImportRun, em: Client, cast: Cast) -> None:
    assert act(em, reading, "stop").status_code == 302
    reading.refresh_from_db()
    assert reading.state == "stopped"
    import_read.enqueue(str(reading.pk))  # the worker comes to it afterwards
    reading.refresh_from_db()
    assert (reading.state, reading.rows.count()) == ("stopped", 0)
    assert [(event.action, event.actor) for event in events("import:read")] == [("import:read", str(cast.em.id))]
    assert act(em, reading, "apply").status_code == 302
    assert not Licence.objects.exists()


def test_a_worker_sees_that_its_run_was_stopped(
    reading: ImportRun, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Stopped after its first word: no more rows, one event, by whom."""
    monkeypatch.setattr(background, "_TELL_S", 0.0)
    real = background.run_progress

    def progress(run: ImportRun, **how: Any) -> bool:
        run_stop(run, by=cast.em, now=NOW)
        return real(run, **how)

    monkeypatch.setattr(background, "run_progress", progress)
    import_read.enqueue(str(reading.pk))
    reading.refresh_from_db()
    assert (reading.state, reading.rows.count()) == ("stopped", 0)
    assert len(events("import:read")) == 1


def test_a_run_that_has_ended_is_not_stopped(em: Client) -> None:
    mineral()
    run = read_run(em, geojson((FIELDS, square())))
    act(em, run, "stop")
    run.refresh_from_db()
    assert run.state == "checked"


@pytest.mark.parametrize("name", ["stop", "answer", "apply"])
def test_a_page_that_changes_something_is_no_page_to_look_at(name: str, reading: ImportRun, em: Client) -> None:
    assert em.get(f"{listed('importrun')}{reading.pk}/{name}/").status_code == 405


@pytest.mark.parametrize(
    "address", ["{run}/row/2/", "{run}/row/99999999999999/", "{run}/report.pdf", f"{UUID(int=1)}/state/"]
)
def test_what_is_not_there_is_said_not_to_be(address: str, reading: ImportRun, em: Client) -> None:
    assert em.get(listed("importrun") + address.format(run=reading.pk)).status_code == 404


# --- the report as a file


HOSTILE = [
    "=cmd|' /C calc'!A0",
    "+1+1",
    "-2+3",
    "@SUM(1)",
    "\t=1",
    "<script>alert(1)</script>",
    "abc\u202egnp",
    'a"b;c\nd',
]


def hostile_run(cast: Cast) -> ImportRun:
    run = run_open(
        kind="licences", file_name="x.csv", sha256="0" * 64, size=1, options={}, answers={}, by=cast.em, now=NOW
    )
    for number, name in enumerate(HOSTILE, start=1):
        run.rows.create(
            number=number,
            name=name,
            key=name[:80],
            outcome="refused",
            notes=[{"code": "tax_code_refused", "values": {"value": name}}],
            content={"properties": {name: name}, "fields": {"holder": name}, "geometry": square(), "proposed": None},
        )
    run.state, run.counts = "checked", {"refused": len(HOSTILE)}
    run.save()
    return run


def test_names_are_harmless_and_unharmed_in_csv(cast: Cast, em: Client) -> None:
    run = hostile_run(cast)
    answer = em.get(f"{listed('importrun')}{run.pk}/report.csv")
    text = body_of(answer).decode("utf-8-sig")
    lines = list(csv.reader(io.StringIO(text, newline="")))
    assert lines[0][:4] == ["dòng", "tên", "thuộc về", "kết quả"]
    names = [line[1] for line in lines[1:]]
    assert [name.removeprefix("'") for name in names] == HOSTILE
    assert [name for name in names if name[:1] in "=+-@\t"] == []
    assert f'filename="{run.pk}.csv"' in answer["Content-Disposition"]


def test_names_are_harmless_and_unharmed_in_xlsx(cast: Cast, em: Client) -> None:
    run = hostile_run(cast)
    book = load_workbook(io.BytesIO(body_of(em.get(f"{listed('importrun')}{run.pk}/report.xlsx"))))
    page = book.active
    assert page is not None
    cells = [row[1] for row in page.iter_rows(min_row=2)]
    assert [cell.value for cell in cells] == HOSTILE
    assert {cell.data_type for cell in cells} == {"s"}


def test_names_of_files_and_rows_are_nothing_but_names(cast: Cast, em: Client) -> None:
    run = hostile_run(cast)
    ImportRun.objects.filter(pk=run.pk).update(file_name="<script>alert(3)</script>.csv")
    addresses = [listed("importrun"), page_of("importrun", run.pk)]
    addresses += [f"{listed('importrun')}{run.pk}/row/{n}/" for n in range(1, len(HOSTILE) + 1)]
    for address in addresses:
        page = read(em, address)
        assert "<script>alert" not in page, address
    row = read(em, f"{listed('importrun')}{run.pk}/row/6/")
    assert html.escape(HOSTILE[5]) in row
    assert shapes_of(row)[0]["label"] == HOSTILE[5]


def test_the_report_asks_as_often_whatever_the_number_of_rows(cast: Cast, em: Client) -> None:
    run = hostile_run(cast)
    run.rows.all().delete()
    read(em, page_of("importrun", run.pk))  # the first event of a chain asks more
    counts = []
    for first, last in ((1, 10), (11, 1200)):
        numbers = range(first, last + 1)
        ImportRow.objects.bulk_create(ImportRow(run=run, number=i, name="x", outcome="accepted") for i in numbers)
        with CaptureQueriesContext(connection) as queries:
            lines = body_of(em.get(f"{listed('importrun')}{run.pk}/report.csv")).decode().splitlines()
        assert len(lines) == last + 1
        counts.append(len(queries))
    assert counts[0] == counts[1]
