"""Import runs: read without consequences, looked at, then taken whole or not at all."""

import hashlib
import json
import os
import signal
import stat
import sys
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from io import StringIO
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest
from django.conf import LazySettings
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from backend.audit.models import Event
from backend.audit.verifying import verify
from backend.registry.importing import licence_rows, reading, run_words, runs
from backend.registry.importing.cells import Cells, amount_of
from backend.registry.importing.headers import columns_of
from backend.registry.importing.rows import AreaRow, Outcome, ReadOptions
from backend.registry.importing.runs import run_answer, run_apply, run_read
from backend.registry.models import ImportRow, ImportRun, Licence, LicenceArea, LicenceVersion
from backend.registry.selectors.imports import outcomes, taken_keys
from backend.registry.services.imports import kept_path
from backend.registry.services.licences import licences_write
from shared.geo.vn2000 import to_wgs84
from shared.problems import Problem
from tests.architecture.test_house_rules import placeholders
from tests.backend.conftest import Cast
from tests.backend.processes import children
from tests.factories.registry import mineral, square

NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _own_imports(tmp_path: Path, settings: LazySettings) -> None:
    settings.IMPORTS_DIR = tmp_path / "imports"


def feature(
    number: str | None,
    place: int = 0,
    more: Mapping[str, Any] = MappingProxyType({}),
    *,
    geometry: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """A square of its own for every `place`, with the headers a department would write."""
    spot = square(lat=20.0 + (place % 50) * 0.02, lon=105.0 + (place // 50) * 0.02)
    properties = {"Số giấy phép": number, "Chủ giấy phép": "Công ty Đá Vôi (thử)", **more}
    return {"type": "Feature", "properties": properties, "geometry": geometry or spot}


def bow_tie(lat: float = 21.0) -> dict[str, Any]:
    ring = [[106.0, lat], [106.01, lat + 0.01], [106.01, lat], [106.0, lat + 0.01], [106.0, lat]]
    return {"type": "Polygon", "coordinates": [ring]}


def file_of(folder: Path, features: list[dict[str, Any]], name: str = "sổ giấy phép.geojson") -> Path:
    path = folder / name
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    return path


def read(path: Path, **more: Any) -> ImportRun:
    values = {"path": path, "file_name": path.name, "kind": "licences", "options": ReadOptions(), "answers": {}}
    return run_read(**(values | {"by": None, "now": NOW} | more))  # type: ignore[arg-type]


def apply(run: ImportRun, **more: Any) -> ImportRun:
    return run_apply(**({"run": run, "by": None, "now": NOW} | more))


def codes(row: ImportRow) -> list[str]:
    return [note["code"] for note in row.notes]


def only(run: ImportRun) -> ImportRow:
    return run.rows.get()


def refused(code: str, call: Any, *args: Any, **values: Any) -> Problem:
    with pytest.raises(Problem) as caught:
        call(*args, **values)
    assert caught.value.code == code
    return caught.value


# --- reading


def test_reading_imports_nothing_and_keeps_the_file(tmp_path: Path, cast: Cast) -> None:
    path = file_of(tmp_path, [feature("1/GP", 1), feature("2/GP", 2)])
    run = read(path, by=cast.binh)
    raw = path.read_bytes()
    assert (run.state, run.sha256, run.size) == ("checked", hashlib.sha256(raw).hexdigest(), len(raw))
    assert run.counts == {"accepted": 2, "repaired": 0, "question": 0, "refused": 0}
    kept = kept_path(run.sha256)
    assert kept.read_bytes() == raw
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert stat.S_IMODE(kept.parent.stat().st_mode) == 0o700
    assert [found.name for found in kept.parent.iterdir()] == [run.sha256]
    assert not Licence.objects.exists()
    event = Event.objects.latest("index")
    assert (event.action, event.actor) == ("import:read", str(cast.binh.id))
    for name in ("Vôi", path.name, "1/GP"):
        assert name not in event.data
    assert list(verify()) == []


def test_the_same_file_again_is_a_new_run(tmp_path: Path) -> None:
    path = file_of(tmp_path, [feature("1/GP")])
    assert read(path).id != read(path).id
    assert ImportRun.objects.count() == 2


def test_a_file_that_is_no_register_is_refused_with_words(tmp_path: Path) -> None:
    path = tmp_path / "hỏng.geojson"
    path.write_text('{"type": "FeatureCollection", "features": [', encoding="utf-8")
    run = read(path)
    assert (run.state, run.counts["accepted"]) == ("refused", 0)
    vietnamese, english = (runs.problem_words(run, language) for language in ("vi", "en"))
    assert "" not in (vietnamese, english)
    assert vietnamese != english
    refused("import_not_checked", apply, run)


def test_a_file_too_large_is_not_kept(tmp_path: Path) -> None:
    path = file_of(tmp_path, [feature("1/GP")])
    run = read(path, options=ReadOptions(max_bytes=100))
    assert (run.state, run.sha256) == ("refused", "")
    assert not (tmp_path / "imports").exists()


def test_stopping_leaves_a_run_that_cannot_be_applied(tmp_path: Path) -> None:
    seen = iter([False, False, *[True] * 1000])
    run = read(file_of(tmp_path, [feature(f"{i}/GP", i) for i in range(20)]), stop=lambda: next(seen))
    assert run.state == "stopped"
    assert run.rows.count() < 20
    refused("import_not_checked", apply, run)


def test_an_interrupt_leaves_a_stopped_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def rows(*args: Any, **values: Any) -> Iterator[Any]:
        raise KeyboardInterrupt
        yield

    monkeypatch.setattr(runs, "read_file", rows)
    with pytest.raises(KeyboardInterrupt):
        read(file_of(tmp_path, [feature("1/GP")]))
    assert ImportRun.objects.get().state == "stopped"


def test_a_kind_that_nobody_imports_is_refused(tmp_path: Path) -> None:
    refused("import_kind_other", read, file_of(tmp_path, []), kind="vehicles")


@pytest.mark.parametrize("ending", ["os._exit(0)", "os.kill(os.getpid(), 9)"])
def test_a_reader_that_dies_leaves_a_refused_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ending: str) -> None:
    """After more rows than are written at once."""
    row = AreaRow(1, "1/GP", {}, "", None, None, None, None, None, None, Outcome.ACCEPTED, ())
    (tmp_path / "dying.py").write_text(
        f"import json, os, sys\nsys.stdin.readline()\nrow = json.loads({json.dumps(row.as_json())!r})\n"
        "for n in range(1, 701):\n    print(json.dumps(['row', {**row, 'number': n}]))\n"
        f"sys.stdout.flush()\n{ending}\n",
        encoding="utf-8",
    )
    monkeypatch.setattr(reading, "ROOT", tmp_path)
    monkeypatch.setattr(reading, "READER", "dying")
    run = read(file_of(tmp_path, [feature("1/GP")]))
    assert (run.state, run.problem["code"], run.rows.count()) == ("refused", "reader_crashed", 500)
    assert all(runs.problem_words(run, language).endswith(".") for language in ("vi", "en"))
    refused("import_not_checked", apply, run)
    assert not Licence.objects.exists()
    assert list(verify()) == []


def test_large_rows_are_written_in_smaller_batches() -> None:
    row = AreaRow(1, "", {}, "", None, None, None, None, None, None, Outcome.ACCEPTED, (), size=3 * 2**20)
    assert [len(batch) for batch in runs._batches([row] * 7)] == [3, 3, 1]
    assert [len(batch) for batch in runs._batches([replace(row, size=1)] * 1100)] == [500, 500, 100]


# --- what a row says


def cells(**properties: Any) -> Cells:
    answers = properties.pop("answers", {})
    return Cells(properties, columns_of(properties, {}), {}, answers, 1)


FULL = {
    "Số GP": "15/GP-UBND",
    "Tên doanh nghiệp": "Công ty  Cát\u00a0Vàng",
    "Mã số thuế": "0100109106",
    "Cơ quan cấp": "UBND tỉnh Hưng Yên",
    "Loại khoáng sản": "cát lòng sông; Vàng lạ",
    "Nhóm": "Nhóm III",
    "Công suất": "20.500,5 m3 nguyên khối/năm",
    "Ngày cấp": "05/03/2024",
    "Ngày hiệu lực": "2024-03-10",
    "Ngày hết hạn": "ngày 09 tháng 3 năm 2034",
    "Độ sâu": "cote -4,5 m",
}


def test_vietnamese_headers_become_the_terms_of_a_licence(tmp_path: Path) -> None:
    mineral()
    run = read(file_of(tmp_path, [{**feature(None), "properties": FULL}]))
    row = only(run)
    assert (row.outcome, codes(row)) == ("accepted", ["mineral_unknown"])
    apply(run)
    version = LicenceVersion.objects.select_related("licence", "holder").get()
    assert version.licence.number == "15/GP-UBND"
    assert (version.holder.name, version.holder.tax_code) == ("Công ty Cát Vàng", "0100109106")
    assert (version.issuer_level, version.group) == ("province", "III")
    assert [row.mineral_id for row in version.minerals.all()] == ["CAT"]
    assert (version.capacity, version.capacity_unit, version.capacity_basis) == (Decimal("20500.5"), "m3", "in_place")
    assert (version.issued_on, version.valid_from, version.valid_to) == (
        date(2024, 3, 5),
        date(2024, 3, 10),
        date(2034, 3, 9),
    )
    assert version.effective_from == date(2024, 3, 10)
    assert (version.depth_limit_m, version.depth_datum) == (-4.5, "elevation")


def test_a_foreign_register_is_read_with_the_columns_that_are_named(tmp_path: Path) -> None:
    foreign = {"TENEMENT": "EP-1", "PARTIES": "Mining Inc.", "date_de1": "2016-07-04"}
    path = file_of(tmp_path, [{**feature(None), "properties": foreign}])
    assert codes(only(read(path)))[-2:] == ["number_missing", "holder_missing"]
    columns = {"number": "TENEMENT", "holder": "PARTIES", "valid_from": "date_de1"}
    run = read(path, options=ReadOptions(columns=columns), defaults={"issuer": "Bộ (thử)"})
    apply(run)
    version = LicenceVersion.objects.get()
    assert (version.valid_from, version.issuer_level) == (date(2016, 7, 4), "ministry")


@pytest.mark.parametrize(
    ("more", "outcome", "code"),
    [
        ({"Số giấy phép": " "}, "refused", "number_missing"),
        ({"Số giấy phép": "9" * 61}, "refused", "number_too_long"),
        ({"Chủ giấy phép": ""}, "refused", "holder_missing"),
        ({"Chủ giấy phép": "Đ" * 301}, "accepted", "text_shortened"),
        ({"MST": "0100109107"}, "accepted", "tax_code_refused"),
        ({"Nhóm": "V"}, "accepted", "group_unknown"),
        ({"Khoáng sản": "kryptonite"}, "accepted", "mineral_unknown"),
        ({"Ngày cấp": "31/02/2024"}, "accepted", "date_impossible"),
        ({"Ngày cấp": "01/01/0024"}, "accepted", "date_impossible"),
        ({"Ngày cấp": "sang năm"}, "accepted", "date_unreadable"),
        ({"Công suất": "20.000 m3/năm"}, "question", "cell_number_ambiguous"),
        ({"Công suất": "20.500,5"}, "question", "capacity_unit_missing"),
        ({"Công suất": "500 m3/ngày"}, "accepted", "cell_number_unreadable"),
        ({"Công suất": "theo quyết định"}, "accepted", "cell_number_unreadable"),
        ({"Ngày hiệu lực": "02/01/2025", "Ngày hết hạn": "01/01/2025"}, "refused", "field_refused"),
        ({"ghi chú": "a\x00b"}, "accepted", "characters_replaced"),
    ],
)
def test_what_is_said_of_a_cell(tmp_path: Path, more: dict[str, Any], outcome: str, code: str) -> None:
    row = only(read(file_of(tmp_path, [feature("1/GP", more=more)])))
    assert (row.outcome, codes(row)) == (outcome, [code])
    for language in ("vi", "en"):
        (words,) = runs.row_words(row, language)
        assert words.endswith((".", ")."))


def test_a_note_names_the_column_of_the_file(tmp_path: Path) -> None:
    row = only(read(file_of(tmp_path, [feature("1/GP", more={"Ngày cấp": "sang năm"})])))
    assert row.notes == [{"code": "date_unreadable", "values": {"field": "Ngày cấp", "value": "sang năm"}}]


@pytest.mark.parametrize(
    ("text", "number", "times", "unit", "basis", "per"),
    [
        ("20.000 m3/năm", "20.000", 1, "m3", "", "nam"),
        ("20 nghìn m³", "20", 1000, "m3", "", ""),
        ("1,5 triệu tấn/năm", "1,5", 1_000_000, "t", "", "nam"),
        ("350 000 m3 nguyên khai/năm", "350 000", 1, "m3", "loose", "nam"),
        ("300 t/ngày", "300", 1, "t", "", "ngay"),
        ("75", "75", 1, "", "", ""),
    ],
)
def test_an_amount_is_taken_apart(text: str, number: str, times: int, unit: str, basis: str, per: str) -> None:
    found = amount_of(text)
    assert found is not None
    assert (found.number, found.times, found.unit, found.basis, found.per) == (number, times, unit, basis, per)


@pytest.mark.parametrize("text", ["", "m3", "10 m3 rồi 20 m3", "10 con", "=1+1", "12/GP"])
def test_what_is_no_amount(text: str) -> None:
    assert amount_of(text) is None


def test_the_header_may_say_the_unit(tmp_path: Path) -> None:
    run = read(file_of(tmp_path, [feature("1/GP", more={"Công suất (tấn/năm)": 900})]))
    apply(run)
    version = LicenceVersion.objects.get()
    assert (version.capacity, version.capacity_unit) == (Decimal(900), "t")


# --- questions


def test_a_question_blocks_until_it_is_answered_or_left_out(tmp_path: Path) -> None:
    path = file_of(tmp_path, [feature("1/GP"), feature("2/GP", 2, more={"Công suất": "20.000 m3/năm"})])
    run = read(path)
    assert refused("import_open_questions", apply, run).values == {"count": 1}
    assert not Licence.objects.exists()
    assert ImportRun.objects.get().state == "checked"
    answered = run_answer(run=run, answers={"decimal": "comma"}, by=None, now=NOW)
    assert (answered.id != run.id, answered.sha256, answered.answers) == (True, run.sha256, {"decimal": "comma"})
    apply(answered)
    assert LicenceVersion.objects.get(licence__number="2/GP").capacity == 20_000
    left = apply(run, leave_out_questions=True)
    assert left.counts["licences"] == 1


def test_an_answer_may_be_for_one_row(tmp_path: Path) -> None:
    path = file_of(tmp_path, [feature(f"{i}/GP", i, more={"Công suất": "20.000 m3"}) for i in (1, 2)])
    run = read(path, answers={"decimal": "comma", "decimal:2": "point"})
    apply(run)
    found = dict(LicenceVersion.objects.values_list("licence__number", "capacity"))
    assert found == {"1/GP": Decimal(20_000), "2/GP": Decimal(20)}


def test_a_repair_is_taken_only_when_somebody_agreed(tmp_path: Path, cast: Cast) -> None:
    path = file_of(tmp_path, [feature("1/GP", geometry=bow_tie()), feature("2/GP", 2)])
    run = read(path)
    row = run.rows.get(number=1)
    assert (row.outcome, row.content["proposed"] is not None) == ("question", True)
    apply(run, leave_out_questions=True)
    assert list(LicenceArea.objects.values_list("repair", flat=True)) == [{}]
    assert not Licence.objects.filter(number="1/GP").exists()

    agreed = run_answer(run=run, answers={"repair:1": "accept"}, by=cast.binh, now=NOW)
    assert agreed.counts["repaired"] == 1
    apply(agreed, by=cast.em)
    area = LicenceArea.objects.get(version__licence__number="1/GP")
    assert area.geometry == row.content["proposed"]
    assert area.repair["by"] == str(cast.binh.id)
    assert area.repair["at"] == NOW.isoformat()
    assert (area.repair["run"], area.repair["row"]) == (str(agreed.id), 1)
    assert area.repair["before"] == bow_tie()
    assert area.repair["how"]

    again = read(path, answers={"repair": "accept"}, by=cast.em, now=NOW + timedelta(days=9))
    assert apply(again, now=NOW + timedelta(days=9)).counts["versions"] == 0
    assert LicenceArea.objects.get(version__licence__number="1/GP").repair == area.repair


# --- several rows of one licence


def test_rows_of_one_licence_are_one_licence_wherever_they_stand(tmp_path: Path) -> None:
    features = [feature(f"{i}/GP", i) for i in range(600)]
    features += [feature("7/GP", 700), feature(" 7/GP ", 701)]
    run = read(file_of(tmp_path, features))
    assert run.counts["accepted"] == 602
    assert apply(run).counts["licences"] == 600
    version = LicenceVersion.objects.get(licence__number="7/GP")
    assert version.areas.count() == 3
    assert version.area is not None
    assert len(version.area["coordinates"]) == 3
    assert LicenceVersion.objects.count() == 600


def test_rows_of_one_licence_that_disagree_are_a_question(tmp_path: Path) -> None:
    path = file_of(
        tmp_path,
        [
            feature("1/GP", 1, more={"Ngày hết hạn": "01/01/2030"}),
            feature("2/GP", 2),
            feature("1/GP", 3, more={"Ngày hết hạn": "01/01/2031"}),
            feature("1/GP", 4),
        ],
    )
    run = read(path)
    rows = {row.number: row for row in run.rows.all()}
    assert [rows[i].outcome for i in (1, 2, 3, 4)] == ["question", "accepted", "question", "question"]
    assert rows[3].notes == [{"code": "licence_rows_differ", "values": {"fields": "valid_to", "row": 1}}]
    assert codes(rows[1]) == codes(rows[4]) == ["licence_incomplete"]
    assert run.counts == {"accepted": 1, "repaired": 0, "question": 3, "refused": 0}
    apply(run, leave_out_questions=True)
    assert list(Licence.objects.values_list("number", flat=True)) == ["2/GP"]


def test_a_licence_is_not_imported_without_one_of_its_areas(tmp_path: Path) -> None:
    flat = {"type": "Polygon", "coordinates": [[[106, 21], [106.1, 21], [106, 21]]]}
    path = file_of(tmp_path, [feature("1/GP", 1), feature("1/GP", geometry=flat), feature("2/GP", 2)])
    run = read(path)
    rows = {row.number: row for row in run.rows.all()}
    assert (rows[1].outcome, codes(rows[1])) == ("refused", ["licence_incomplete"])
    assert taken_keys(run) == ["2/GP"]
    # Whatever the rows say: what is taken is decided when it is taken.
    run.rows.filter(number=1).update(outcome="accepted")
    assert taken_keys(run) == ["2/GP"]


# --- corner tables

TABLE = (
    "BẢNG TỌA ĐỘ CÁC ĐIỂM GÓC, kinh tuyến trục 105°30', múi chiếu 3°",
    "Số giấy phép;Chủ giấy phép;Diện tích;Số hiệu điểm;X (m);Y (m)",
    "12/GP;Công ty Cát (thử);6,5 ha;1;2283500,25;561200,50",
    ";;;2;2283500,25;561500,50",
    ";;;3;2283300,25;561500,50",
    ";;;4;2283300,25;561200,50",
)


def test_a_corner_table_is_kept_as_it_is_written(tmp_path: Path) -> None:
    path = tmp_path / "sổ.csv"
    path.write_text("\n".join(TABLE), encoding="utf-8")
    run = read(path)
    row = only(run)
    assert (row.outcome, row.content["declared_ha"]) == ("accepted", "6.5")
    assert row.content["difference_percent"] == pytest.approx(-7.692, abs=0.001)
    assert "-7.692 %" in " ".join(runs.row_words(row, "vi"))
    apply(run)
    area = LicenceArea.objects.get()
    assert (area.epsg, area.declared_ha, area.repair) == (9209, Decimal("6.5"), {})
    assert area.computed_ha == pytest.approx(6.0, abs=1e-6)
    assert area.corner_table.splitlines()[:2] == ["Số hiệu điểm\tX (m)\tY (m)", "1\t2283500,25\t561200,50"]
    wanted = to_wgs84(9209, northing_m=2283500.25, easting_m=561200.5)
    assert min(
        abs(lon - wanted.lon) + abs(lat - wanted.lat) for lon, lat in area.geometry["coordinates"][0]
    ) == pytest.approx(0, abs=1e-7)


def test_swapped_columns_wait_for_an_answer(tmp_path: Path) -> None:
    path = tmp_path / "sổ.csv"
    path.write_text("\n".join(TABLE).replace("X (m);Y (m)", "Y (m);X (m)"), encoding="utf-8")
    run = read(path)
    assert run.counts["question"] == 1
    refused("import_open_questions", apply, run)
    apply(run_answer(run=run, answers={"axes": "swapped"}, by=None, now=NOW))
    assert LicenceArea.objects.get().corner_table.splitlines()[0] == "Số hiệu điểm\tX (m)\tY (m)"


# --- taking it


def test_one_transaction(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = read(file_of(tmp_path, [feature(f"{i}/GP", i) for i in range(720)]))
    passed = 0

    def failing(given: Any, **values: Any) -> Any:
        def until() -> Iterator[Any]:
            nonlocal passed
            for one in given:
                passed += 1
                if passed == 700:
                    assert LicenceVersion.objects.count() == 500  # half of it is written, and has to go
                    raise KeyboardInterrupt
                yield one

        return licences_write(until(), **values)

    monkeypatch.setattr(licence_rows, "licences_write", failing)
    with pytest.raises(KeyboardInterrupt):
        apply(run)
    assert (Licence.objects.count(), LicenceVersion.objects.count()) == (0, 0)
    run.refresh_from_db()
    assert (run.state, run.applied_at) == ("checked", None)
    assert not Event.objects.filter(action="import:applied").exists()
    monkeypatch.undo()
    assert apply(run).counts["versions"] == 720
    assert list(verify()) == []


def test_applying_is_recorded_and_done_once(tmp_path: Path, cast: Cast) -> None:
    run = apply(read(file_of(tmp_path, [feature("1/GP")])), by=cast.em)
    assert (run.state, run.applied_at) == ("applied", NOW)
    assert run.counts == {"accepted": 1, "repaired": 0, "question": 0, "refused": 0, "licences": 1, "versions": 1}
    assert list(Event.objects.order_by("index").values_list("action", flat=True))[-3:] == [
        "import:read",
        "licences:recorded",
        "import:applied",
    ]
    event = Event.objects.get(action="import:applied")
    assert (event.actor, event.subject) == (str(cast.em.id), f"import:{run.id}")
    assert "1/GP" not in "".join(Event.objects.values_list("data", flat=True))
    refused("import_already_applied", apply, run)
    assert list(verify()) == []


def test_the_same_file_imported_again_makes_no_version(tmp_path: Path) -> None:
    """Also when it says nothing of when it takes effect, which is then the day of the first import."""
    path = file_of(tmp_path, [feature("1/GP"), feature("2/GP", 2, more={"Ngày hiệu lực": "01/02/2025"})])
    apply(read(path))
    later = NOW + timedelta(days=40)
    assert apply(read(path, now=later), now=later).counts["versions"] == 0
    changed = file_of(tmp_path, [feature("1/GP", more={"Ngày hết hạn": "01/01/2030"})], "sửa.geojson")
    assert apply(read(changed, now=later), now=later).counts["versions"] == 1
    last = LicenceVersion.objects.get(licence__number="1/GP", version=2)
    assert last.effective_from == date(2027, 1, 3)


def test_a_kept_file_that_changed_is_not_imported(tmp_path: Path) -> None:
    run = read(file_of(tmp_path, [feature("1/GP")]))
    kept = kept_path(run.sha256)
    kept.write_bytes(kept.read_bytes() + b" ")
    refused("import_file_changed", apply, run)
    kept.unlink()
    refused("import_file_changed", apply, run)
    assert not Licence.objects.exists()


def test_nothing_to_import(tmp_path: Path) -> None:
    run = read(file_of(tmp_path, [feature(None)]))
    refused("import_nothing", apply, run)
    run.refresh_from_db()
    assert run.state == "checked"


NAUGHTY = [
    "=cmd|'/c calc'!A1",
    "@SUM(1+9)",
    "'; DROP TABLE registry_licence; --",
    "{0.__class__} %s {number}",
    "<script>alert(1)</script>",
    "\u202eđảo ngược",
    "Hoà\u0300\u0301 ﷽ 🚚",
    "\ud83d nửa ký tự",
    "NUL\x00giữa",
]


def test_naughty_names_go_into_the_register_and_out_again(tmp_path: Path) -> None:
    features = [feature(f"{i}/GP", i, more={"Chủ giấy phép": name, "ghi chú": name}) for i, name in enumerate(NAUGHTY)]
    run = read(file_of(tmp_path, features))
    assert run.counts["accepted"] == len(NAUGHTY)
    apply(run)
    stored = dict(LicenceVersion.objects.values_list("licence__number", "holder__name"))
    for i, name in enumerate(NAUGHTY[:6]):
        assert stored[f"{i}/GP"] == name
    assert stored["7/GP"] == "\ufffd nửa ký tự"
    assert stored["8/GP"] == "NUL\ufffdgiữa"
    for row in run.rows.all():
        for language in ("vi", "en"):
            runs.row_words(row, language)
    out = StringIO()
    call_command("import_licences", str(tmp_path / "sổ giấy phép.geojson"), stdout=out)
    assert "\u202e" not in out.getvalue()


def test_queries_do_not_grow_with_the_rows(tmp_path: Path) -> None:
    def counted(rows: int) -> tuple[int, int]:
        path = file_of(tmp_path, [feature(f"{rows}-{i}/GP", i) for i in range(rows)], f"{rows}.geojson")
        with CaptureQueriesContext(
            connection,
        ) as reading:
            run = read(path)
        with CaptureQueriesContext(connection) as applying:
            apply(run)
        return len(reading), len(applying)

    few, many = counted(20), counted(500)
    assert many[0] - few[0] <= 2
    assert many[1] - few[1] <= 25  # more rows than fit one INSERT of SQLite


# --- the command


def command(*args: str) -> tuple[int, str, str]:
    out = StringIO()
    try:
        call_command("import_licences", *args, stdout=out)
    except CommandError as error:
        return error.returncode, out.getvalue(), str(error)
    return 0, out.getvalue(), ""


def test_command_checks_then_imports(tmp_path: Path) -> None:
    path = str(file_of(tmp_path, [feature("1/GP", more={"Diện tích (ha)": "100"})]))
    code, out, _ = command(path)
    assert code == 0
    assert "1/GP | nhận / accepted | 100 |" in out
    assert "chưa nhập gì" in out
    assert not Licence.objects.exists()
    code, out, _ = command(path, "--apply")
    assert (code, Licence.objects.count()) == (0, 1)
    assert "đã nhập / imported" in out


def test_command_says_what_is_open(tmp_path: Path) -> None:
    path = str(file_of(tmp_path, [feature("1/GP"), feature("2/GP", 2, geometry=bow_tie())]))
    assert command(path)[0] == 1
    code, _, error = command(path, "--apply")
    assert (code, Licence.objects.count()) == (1, 0)
    assert "1 dòng" in error
    code, _, _ = command(path, "--apply", "--leave-out-questions")
    assert (code, Licence.objects.count()) == (1, 1)
    code, _, _ = command(path, "--apply", "--accept-repairs")
    assert (code, Licence.objects.count()) == (0, 2)


def test_command_in_json(tmp_path: Path) -> None:
    path = str(file_of(tmp_path, [feature("1/GP", more={"Công suất": "20.000 m3"})]))
    code, out, _ = command(path, "--json")
    row, last = (json.loads(line) for line in out.splitlines())
    assert (code, row["outcome"], row["notes"][0]["code"]) == (1, "question", "cell_number_ambiguous")
    assert row["notes"][0]["vi"] != row["notes"][0]["en"]
    assert last["run"]["state"] == "checked"
    assert command(path, "--json", "--answer", "decimal=comma")[0] == 0


def test_command_that_can_do_nothing(tmp_path: Path) -> None:
    broken = tmp_path / "x.geojson"
    broken.write_text("{", encoding="utf-8")
    assert command(str(broken))[0] == 2
    assert command(str(tmp_path / "none.geojson"))[0] == 2
    assert command(str(tmp_path))[0] == 2
    assert command(str(broken), "--columns", "number")[0] == 2
    assert command(str(broken), "--by", "nobody")[0] == 2
    assert not Licence.objects.exists()


def test_command_interrupted_says_that_nothing_was_imported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*args: Any, **values: Any) -> Any:
        raise KeyboardInterrupt

    monkeypatch.setattr(licence_rows, "licences_write", interrupted)
    code, _, error = command(str(file_of(tmp_path, [feature("1/GP")])), "--apply")
    assert (code, "chưa nhập gì" in error) == (2, True)
    assert not Licence.objects.exists()
    assert outcomes(ImportRun.objects.get())["accepted"] == 1


class Terminal(StringIO):
    def isatty(self) -> bool:
        return True


def test_a_bar_is_shown_on_a_terminal_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = str(file_of(tmp_path, [feature(f"{i}/GP", i) for i in range(3)]))
    for screen, shown in ((Terminal(), True), (StringIO(), False)):
        monkeypatch.setattr(sys, "stderr", screen)
        assert command(path)[0] == 0
        assert ("dòng/rows" in screen.getvalue()) is shown


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_command_ended_while_reading(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, how: signal.Signals) -> None:
    """By Ctrl-C or by whoever ends processes: the run stays as a stopped one, and nobody is left behind."""
    reader = runs.read_file

    def rows(*args: Any, **values: Any) -> Iterator[Any]:
        for row in reader(*args, **values):
            yield row
            os.kill(os.getpid(), how)

    monkeypatch.setattr(runs, "read_file", rows)
    # Whoever runs the tests in the background has Ctrl-C ignored.
    usual = signal.signal(signal.SIGINT, signal.default_int_handler)
    before, processes = signal.getsignal(signal.SIGTERM), children()
    code, _, error = command(str(file_of(tmp_path, [feature(f"{i}/GP", i) for i in range(20)])), "--apply")
    assert (code, "Đã dừng" in error, "nothing was imported" in error) == (2, True, True)
    run = ImportRun.objects.get()
    assert (run.state, run.applied_at) == ("stopped", None)
    assert not Licence.objects.exists()
    refused("import_not_checked", apply, run)
    assert signal.getsignal(signal.SIGTERM) == before
    assert children() <= processes
    signal.signal(signal.SIGINT, usual)


def test_command_names_the_fields(capsys: pytest.CaptureFixture[str]) -> None:
    for name, field in (("import_licences", "easting"), ("import_output", "quantity")):
        with pytest.raises(SystemExit):
            call_command(name, "--help")
        assert field in capsys.readouterr().out


# --- words


def test_every_note_says_the_same_in_both_languages() -> None:
    for code, text in run_words.RUN_WORDS.items():
        vietnamese, english = placeholders(text.vi), placeholders(text.en)
        assert {name.removesuffix("_vi") for name in vietnamese} == {n.removesuffix("_en") for n in english}, code
        assert text.vi != text.en
