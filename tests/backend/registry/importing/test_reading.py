"""The reader at arm's length: limits, ends, and what is left behind when it dies."""

import io
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from backend.registry.importing import reader, reading
from backend.registry.importing.reading import read_file
from backend.registry.importing.rows import MIB, AreaRow, FileRefused, Note, Outcome, ReadOptions
from tests.backend.processes import children
from tests.backend.registry.importing.files import (
    BOW_TIE,
    codes,
    feature,
    geojson,
    read_apart,
    refusal,
    table,
    text_file,
)


@pytest.fixture(autouse=True)
def _own_temp(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Whatever happens, no folder and no process stays."""
    folder = tmp_path_factory.mktemp("temp")
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    before = children()  # servers that other tests of this process keep
    yield folder
    assert list(folder.iterdir()) == []
    assert children() <= before


def stand_in(monkeypatch: pytest.MonkeyPatch, folder: Path, *lines: str) -> None:
    """A reader that does these lines instead of reading; `say(...)` writes a line."""
    (folder / "stand_in.py").write_text(
        "import json, os, resource, signal, sys, time\n"
        "def say(*said):\n"
        "    sys.stdout.write(json.dumps(said) + '\\n'); sys.stdout.flush()\n"
        "order = json.loads(sys.stdin.readline())\n" + "\n".join(lines) + "\n",
        encoding="utf-8",
    )
    monkeypatch.setattr(reading, "ROOT", folder)
    monkeypatch.setattr(reading, "READER", "stand_in")


def plain(number: int = 1) -> AreaRow:
    return AreaRow(number, "1/GP", {}, "", None, None, None, None, None, None, Outcome.ACCEPTED, ())


SAY_ROW = f"say('row', json.loads({json.dumps(json.dumps(plain().as_json()))}))"


def test_rows_come_with_progress(tmp_path: Path) -> None:
    path = geojson(tmp_path, *[feature(properties={"Số giấy phép": f"{n}/GP"}) for n in range(3)])
    seen: list[tuple[int, int | None]] = []
    rows = list(read_file(path, ReadOptions(), progress=lambda done, total: seen.append((done, total))))
    assert [row.name for row in rows] == ["0/GP", "1/GP", "2/GP"]
    assert seen == [(0, 3), (1, 3), (2, 3), (3, 3)]
    assert all(row.size > 100 for row in rows)


def test_a_row_is_the_same_after_its_way(tmp_path: Path) -> None:
    path = geojson(
        tmp_path, feature(properties={"Số giấy phép": "1/GP", "Diện tích (ha)": "298,2633 ha", "x": [1, {"y": None}]})
    )
    assert list(read_file(path, ReadOptions())) == list(reader.rows(path, ReadOptions(), tmp_path))


def test_options_survive_their_way() -> None:
    options = ReadOptions(epsg=9209, columns={"number": "Số"}, answers={"decimal": "comma"}, seconds=2.5)
    assert ReadOptions.from_json(json.loads(json.dumps(options.as_json()))) == options


def test_a_file_that_is_not_there_is_an_oserror(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        list(read_file(tmp_path / "none", ReadOptions()))


def test_stopping_ends_the_rows(tmp_path: Path) -> None:
    path = geojson(tmp_path, *[feature() for _ in range(50)])
    given = 0

    def stop() -> bool:
        return given >= 5

    for _ in read_file(path, ReadOptions(), stop=stop):
        given += 1
    assert given == 5


def test_stopping_while_nothing_comes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stand_in(monkeypatch, tmp_path, SAY_ROW, "time.sleep(600)")
    begun = time.monotonic()
    assert len(list(read_file(table(tmp_path), ReadOptions(), stop=lambda: time.monotonic() > begun + 1))) == 1
    assert time.monotonic() - begun < 20


@pytest.mark.parametrize("how", [KeyboardInterrupt, GeneratorExit, ValueError])
def test_whoever_breaks_off_leaves_no_reader(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, how: type[BaseException]
) -> None:
    mark = tmp_path / "pid"
    stand_in(monkeypatch, tmp_path, f"open({str(mark)!r}, 'w').write(str(os.getpid()))", SAY_ROW, "time.sleep(600)")
    rows = read_file(table(tmp_path), ReadOptions())
    next(rows)
    with pytest.raises(how):
        rows.throw(how())
    with pytest.raises(ProcessLookupError):
        os.kill(int(mark.read_text()), 0)


def test_the_reader_leaves_when_nobody_waits(tmp_path: Path) -> None:
    path = geojson(tmp_path, *[feature() for _ in range(5000)])
    process = subprocess.Popen(
        [sys.executable, "-m", reading.READER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=reading.ROOT
    )
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(reading._order(path, str(tmp_path), ReadOptions()))
    process.stdin.flush()
    process.stdout.readline()
    process.stdin.close()  # as when we die
    assert process.wait(timeout=20) == reading.EXIT_BROKEN
    process.stdout.close()


# --- limits


def test_too_slow_to_answer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stand_in(monkeypatch, tmp_path, SAY_ROW, "time.sleep(600)")
    refused = refusal(table(tmp_path), seconds=0.7)
    assert (refused.code, refused.values) == ("too_slow", {"seconds": "0.7"})


def test_only_waiting_counts(tmp_path: Path) -> None:
    path = geojson(tmp_path, *[feature() for _ in range(4)])
    for row in read_file(path, ReadOptions(seconds=3)):
        if row.number == 1:
            time.sleep(3.2)  # the caller's own time


def test_too_much_processor_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It goes on saying something, so that only the limit of processor time ends it."""
    stand_in(monkeypatch, tmp_path, "resource.setrlimit(resource.RLIMIT_CPU, (1, 2))", "while True: say('total', None)")
    assert refusal(table(tmp_path), seconds=30).code == "too_slow"


@pytest.mark.parametrize(
    ("lines", "code", "how"),
    [
        (("os.kill(os.getpid(), signal.SIGSEGV)",), "reader_crashed", "SIGSEGV"),
        (("os.kill(os.getpid(), signal.SIGKILL)",), "reader_crashed", "SIGKILL"),
        (("sys.exit(3)",), "reader_crashed", "exit 3"),
        (("sys.exit(0)",), "reader_crashed", "exit 0"),
        (("os._exit(71)",), "too_much_memory", None),
        (("os.write(2, b'std::bad_alloc')", "os.abort()"), "too_much_memory", None),
    ],
)
def test_a_dead_reader_is_a_refusal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lines: tuple[str, ...], code: str, how: str | None
) -> None:
    stand_in(monkeypatch, tmp_path, "resource.setrlimit(resource.RLIMIT_CORE, (0, 0))", SAY_ROW, *lines)
    refused = refusal(table(tmp_path))
    assert (refused.code, refused.values.get("how")) == (code, how)


def test_a_line_without_end_is_a_refusal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MOST_LINE", MIB)
    stand_in(monkeypatch, tmp_path, "sys.stdout.write('x' * 3_000_000)", "sys.stdout.flush()", "time.sleep(600)")
    assert refusal(table(tmp_path)).code == "reader_crashed"


def test_size(tmp_path: Path) -> None:
    refused = refusal(table(tmp_path), max_bytes=100)
    assert (refused.code, refused.values["limit"]) == ("too_large", "100 B")


def test_rows(tmp_path: Path) -> None:
    path = geojson(tmp_path, *[feature() for _ in range(11)])
    assert refusal(path, max_rows=10).values == {"limit": 10}
    assert len(list(read_file(path, ReadOptions(max_rows=11)))) == 11


def test_vertices(tmp_path: Path) -> None:
    (row,) = read_file(geojson(tmp_path, feature()), ReadOptions(max_vertices=4))
    assert (row.outcome, codes(row)) == (Outcome.REFUSED, ["too_many_vertices"])


def test_memory(tmp_path: Path) -> None:
    """A shape of 30 MB in a process of 160 MB."""
    path = tmp_path / "nặng.geojson"
    ring = ",".join(["[106.000001,20.500001]"] * 1_400_000)
    path.write_text(
        '{"type":"FeatureCollection","features":[{"type":"Feature","properties":{},"geometry":'
        f'{{"type":"Polygon","coordinates":[[{ring}]]}}}}]}}',
        encoding="utf-8",
    )
    refused = refusal(path, memory_bytes=280 * MIB)
    assert (refused.code, refused.values) == ("too_much_memory", {"limit": 280})


def test_a_bomb_in_a_zip(tmp_path: Path) -> None:
    """Densely packed, and one that would be too large with a plain packing."""
    path = tmp_path / "bom.kmz"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("doc.kml", b" " * (20 * MIB))
    assert refusal(path).code == "zip_bomb"
    assert refusal(path, max_bytes=MIB).code == "zip_bomb"


def test_a_bomb_in_a_workbook(tmp_path: Path) -> None:
    path = tmp_path / "bom.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
        archive.writestr("xl/worksheets/sheet1.xml", b"<c/>" * (5 * MIB))
    assert refusal(path).code == "zip_bomb"


LAUGHS = """<?xml version="1.0"?>
<!DOCTYPE kml [<!ENTITY a "ha">
<!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">]>
<kml xmlns="http://www.opengis.net/kml/2.2"><Placemark><name>&c;</name></Placemark></kml>
"""


def test_a_billion_laughs(tmp_path: Path) -> None:
    assert refusal(text_file(tmp_path, LAUGHS, name="cười.kml")).code == "xml_entities"
    path = tmp_path / "cười.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("xl/workbook.xml", LAUGHS)
    assert refusal(path).code == "xml_entities"


def test_a_file_of_this_machine_is_not_drawn_in(tmp_path: Path) -> None:
    secret = tmp_path / "bí mật"
    secret.write_text("mật khẩu", encoding="utf-8")
    outside = f'<!DOCTYPE kml [<!ENTITY x SYSTEM "file://{secret}">]><kml><Placemark><name>&x;</name></Placemark></kml>'
    assert refusal(text_file(tmp_path, outside, name="ngoài.kml")).code == "xml_entities"


def test_a_huge_number(tmp_path: Path) -> None:
    path = tmp_path / "số.geojson"
    ring = f"[[106,20],[1{'0' * 100_000},20],[107,21],[106,20]]"
    path.write_text(
        '{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"a":-' + "9" * 50_000 + "},"
        f'"geometry":{{"type":"Polygon","coordinates":[{ring}]}}}}]}}',
        encoding="utf-8",
    )
    (row,) = read_file(path, ReadOptions())
    assert codes(row) == ["not_finite"]
    assert len(row.properties["a"]) == 50_001


@pytest.mark.parametrize("depth", [400, 100_000])
def test_deep_json(tmp_path: Path, depth: int) -> None:
    path = tmp_path / "sâu.geojson"
    path.write_text(
        '{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"a":' + "[" * depth + "]" * depth + "}"
        ',"geometry":null}]}',
        encoding="utf-8",
    )
    if depth < 1000:
        (row,) = read_file(path, ReadOptions())
        assert (codes(row), row.properties) == (["row_too_deep"], {})
    else:
        assert refusal(path).code == "json_too_deep"


def test_groups_in_groups(tmp_path: Path) -> None:
    shape: dict[str, object] = {"type": "Polygon", "coordinates": [BOW_TIE]}
    for _ in range(200):
        shape = {"type": "GeometryCollection", "geometries": [shape]}
    (row,) = read_apart(geojson(tmp_path, {"type": "Feature", "properties": {}, "geometry": shape}))
    assert codes(row) == ["row_too_deep"]


def test_nesting_without_end_is_a_refusal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def rows(*args: object) -> Iterator[AreaRow]:
        raise RecursionError
        yield

    monkeypatch.setattr(reader, "rows", rows)
    out = io.BytesIO()
    order = {"path": str(table(tmp_path)), "folder": str(tmp_path), "options": ReadOptions().as_json()}
    reader.tell(order, out)
    assert json.loads(out.getvalue().splitlines()[-1]) == ["refused", "nested_too_deep", {}]


def test_a_row_longer_than_the_pipe_takes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader, "MOST_LINE", MIB)
    row = AreaRow(1, "x" * 5000, {"a": "y" * MIB}, "", None, None, None, None, None, None, Outcome.ACCEPTED, ())
    kind, said = json.loads(reader.line_of(row))
    back = AreaRow.from_json(said)
    assert (kind, back.outcome, back.properties, len(back.name)) == ("row", Outcome.REFUSED, {}, 1000)
    assert back.notes == (Note("row_too_large", {"limit": 1}),)


# --- what the reader may do


def limited(lines: str) -> subprocess.CompletedProcess[str]:
    """These lines after the reader's own precautions."""
    before = (
        "from backend.registry.importing import reader; from backend.registry.importing.rows import *; import sys, os\n"
        "reader.limits(ReadOptions(memory_bytes=700 * MIB, max_bytes=MIB)); sys.addaudithook(reader.alone)\n"
    )
    return subprocess.run(
        [sys.executable, "-c", before + lines],
        cwd=reading.ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize(
    "lines",
    [
        "import socket; socket.create_connection(('127.0.0.1', 9))",
        "import socket; socket.getaddrinfo('localhost', 80)",
        "import urllib.request; urllib.request.urlopen('http://127.0.0.1:9/')",
        "import subprocess; subprocess.run(['true'])",
        "os.system('true')",
        "os.fork()",
        "os.execv('/bin/true', ['true'])",
    ],
)
def test_no_network_and_no_other_program(lines: str) -> None:
    ended = limited(lines)
    assert ended.returncode == 1
    assert "the reader of a file does not do" in ended.stderr


def test_no_file_larger_than_what_is_read(tmp_path: Path) -> None:
    ended = limited(f"f = open({str(tmp_path / 'x')!r}, 'wb', 0)\nfor _ in range(5): f.write(bytes(MIB))")
    assert "File too large" in ended.stderr
    assert (tmp_path / "x").stat().st_size <= 2 * MIB


def test_no_more_memory() -> None:
    assert "MemoryError" in limited("bytearray(800 * MIB)").stderr


def test_no_secret_goes_along(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = tmp_path / "seen"
    monkeypatch.setenv("DATABASE_URL", "postgres://secret")
    monkeypatch.setenv("DJANGO_SECRET_KEY", "secret")
    stand_in(monkeypatch, tmp_path, f"open({str(seen)!r}, 'w').write(repr(dict(os.environ)))", "say('end')")
    list(read_file(table(tmp_path), ReadOptions()))
    assert "secret" not in seen.read_text()


def test_what_libraries_print_is_not_taken_for_rows(tmp_path: Path) -> None:
    """Standard output of the process is not where the lines go."""
    order = reading._order(table(tmp_path), str(tmp_path), ReadOptions())
    script = (
        "import os; from backend.registry.importing import reader\n"
        "reading = reader.rows\n"
        "def noisy(*a):\n    os.write(1, b'GDAL says hello\\n'); return reading(*a)\n"
        "reader.rows = noisy; reader.main()\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", script], cwd=reading.ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )  # fmt: skip
    assert process.stdin is not None
    process.stdin.write(order)
    process.stdin.flush()
    assert process.stdout is not None
    assert process.stderr is not None
    lines = [json.loads(line)[0] for line in process.stdout]
    assert lines == ["total", "row", "end"]
    assert b"hello" in process.stderr.read()
    process.wait()
    for pipe in (process.stdin, process.stdout, process.stderr):
        pipe.close()


def test_a_defect_of_ours_names_no_content_in_the_log(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "broken_reader.py").write_text(
        "from backend.registry.importing import reader\n"
        "def rows(*a):\n    raise KeyError(a[0].read_text('utf-8'))\n"
        "reader.rows = rows; reader.main()\n",
        encoding="utf-8",
    )
    monkeypatch.setattr(reading, "READER", "broken_reader")
    monkeypatch.setenv("PATH", os.environ["PATH"])
    monkeypatch.setattr(reading, "_ENVIRONMENT", ("PATH", "PYTHONPATH"))
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    refused = refusal(table(tmp_path))
    assert (refused.code, refused.values) == ("reader_crashed", {"how": f"exit {reading.EXIT_BROKEN}"})
    assert "KeyError" in caplog.text
    assert "Số hiệu" not in caplog.text


def test_in_threads(tmp_path: Path) -> None:
    path = geojson(tmp_path, *[feature() for _ in range(20)])
    counts: list[int] = []
    threads = [
        threading.Thread(target=lambda: counts.append(len(list(read_file(path, ReadOptions()))))) for _ in range(3)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert counts == [20, 20, 20]


def test_an_interrupt_of_the_terminal_reaches_only_us(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stand_in(
        monkeypatch,
        tmp_path,
        SAY_ROW,
        "say('row', json.loads(json.dumps({})) or None) if os.getpgid(0) != os.getpid() else None",
        "say('end')",
    )
    assert len(list(read_file(table(tmp_path), ReadOptions()))) == 1


# --- what a file is


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "file_empty"),
        (b"  \n ", "no_coordinate_columns"),
        (b"%PDF-1.7 ...", "kind_unknown"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "kind_unknown"),
        (b"<html><body>404</body></html>", "kind_unknown"),
        (b"SQLite format 3\x00" + bytes(200), "kind_unknown"),
        (b"\x00\x00\x27\x0a" + bytes(100), "shapefile_alone"),
        (b"PK\x03\x04" + bytes(40), "zip_broken"),
        (bytes([1, 0, 2, 0, 3, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9]), "not_text"),
        (b"null", "not_geojson"),
        (b'{"type": "FeatureCollection", "features": []}', "no_rows"),
        (b'{"type": "Topology", "objects": {}}', "topojson"),
    ],
)
def test_what_is_no_register(tmp_path: Path, content: bytes, code: str) -> None:
    path = tmp_path / "tệp.csv"
    path.write_bytes(content)
    assert refusal(path).code == code


def test_a_zip_without_data_and_one_with_a_password(tmp_path: Path) -> None:
    path = tmp_path / "x.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("đọc.txt", "x")
    assert refusal(path).code == "zip_without_data"
    raw = io.BytesIO()
    with zipfile.ZipFile(raw, "w") as archive:
        archive.writestr("doc.kml", "<kml/>")
    locked = bytearray(raw.getvalue())
    for sign, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        locked[locked.index(sign) + at] |= 1
    path.write_bytes(bytes(locked))
    assert refusal(path).code == "zip_encrypted"


@pytest.mark.parametrize("name", ["../doc.kml", "/etc/doc.kml", "a/../../doc.kml", "C:doc.kml", "..\\doc.kml"])
def test_a_zip_with_a_path_out_of_its_folder(tmp_path: Path, name: str) -> None:
    path = tmp_path / "x.kmz"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(name, "<kml/>")
    assert refusal(path).code == "zip_path"


def test_a_zip_of_many_files(tmp_path: Path) -> None:
    path = tmp_path / "x.kmz"
    with zipfile.ZipFile(path, "w") as archive:
        for n in range(1001):
            archive.writestr(f"{n}.kml", "")
    assert refusal(path).code == "zip_too_many"


def test_a_sheet_is_wanted(tmp_path: Path) -> None:
    refused = refusal(geojson(tmp_path, feature()), kind="records")
    assert (refused.code, refused.values) == ("not_a_table", {"found": "geojson"})


def test_a_refusal_may_come_after_rows(tmp_path: Path) -> None:
    """What was given before belongs to nothing then."""
    path = tmp_path / "cụt.geojson"
    whole = json.dumps({"type": "FeatureCollection", "features": [feature(), feature()]})
    path.write_text(whole[:-40], encoding="utf-8")
    given = []
    with pytest.raises(FileRefused) as caught:
        given.extend(read_file(path, ReadOptions()))
    assert caught.value.code == "json_broken"
