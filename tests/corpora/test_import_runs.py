"""Registers of other countries and hostile files through the import: taken or refused, never half."""

import csv
import json
import re
import unicodedata
import zipfile
from collections import Counter
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path
from time import perf_counter
from typing import Any
from unicodedata import normalize

import pytest
from django.conf import LazySettings
from django.core.management import call_command

from backend.audit.verifying import verify
from backend.registry.importing import runs
from backend.registry.importing.exporting import licences_export
from backend.registry.importing.rows import ReadOptions
from backend.registry.models import ImportRun, Licence, LicenceArea, LicenceVersion
from backend.registry.selectors.imports import taken_keys, taken_rows
from shared.problems import Problem
from tests.factories.registry import square

NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
REGISTERS = "02_licences"
HOSTILE = "06_hostile"
_HALF = re.compile("[\x00\ud800-\udfff]")

pytestmark = [pytest.mark.django_db, pytest.mark.timeout(600)]


@pytest.fixture(autouse=True)
def _own_imports(tmp_path: Path, settings: LazySettings) -> None:
    settings.IMPORTS_DIR = tmp_path / "imports"


def read(path: Path, columns: dict[str, str] | None = None, **more: Any) -> ImportRun:
    return runs.run_read(
        path=path,
        file_name=path.name,
        kind="licences",
        options=ReadOptions(columns=columns or {}),
        answers=more.pop("answers", {}),
        by=None,
        now=NOW,
        **more,
    )


def taken(run: ImportRun) -> ImportRun:
    """Apply it and check that the register holds what the run says, no more and no less."""
    keys, rows = taken_keys(run), taken_rows(run).count()
    applied = runs.run_apply(run=run, by=None, now=NOW, leave_out_questions=True)
    assert applied.state == "applied"
    assert Licence.objects.filter(number__in=keys).count() == len(keys) == applied.counts["licences"]
    versions = LicenceVersion.objects.filter(licence__number__in=keys)
    assert versions.count() == applied.counts["versions"]
    assert LicenceArea.objects.filter(version__in=versions).count() == rows
    assert Licence.objects.count() == len(keys)
    assert list(verify()) == []
    return applied


CONGO = {"number": "name", "holder": "parties", "valid_from": "date_de1"}


def test_a_register_of_2973_titles(corpora: Path, corpora_summary: list[str]) -> None:
    path = corpora / REGISTERS / "drc_cami_titres_2016.geojson"
    began = perf_counter()
    run = read(path, CONGO, answers={"repair": "accept"})
    middle = perf_counter()
    assert (run.state, sum(run.counts.values())) == ("checked", 2973)
    applied = taken(run)
    ended = perf_counter()
    assert applied.counts["licences"] > 2800
    again = read(path, CONGO, answers={"repair": "accept"})
    assert runs.run_apply(run=again, by=None, now=NOW, leave_out_questions=True).counts["versions"] == 0
    corpora_summary.append(
        f"drc_cami_titres_2016: {applied.counts}; read {middle - began:.1f} s, applied {ended - middle:.1f} s"
    )


@pytest.mark.parametrize(
    ("name", "columns"),
    [
        ("drc_cami_titres_v2.geojson", CONGO),
        ("ph_mgb_tenements_critical_minerals.geojson", {"number": "TENEMENT", "holder": "HOLDER"}),
    ],
)
def test_other_registers(corpora: Path, corpora_summary: list[str], name: str, columns: dict[str, str]) -> None:
    run = read(corpora / REGISTERS / name, columns, answers={"repair": "accept"})
    assert run.state == "checked"
    notes = Counter(note["code"] for row in run.rows.all() for note in row.notes)
    applied = taken(run)
    assert applied.counts["licences"] > 100
    corpora_summary.append(f"{name}: {applied.counts}; {dict(notes.most_common())}")


@pytest.mark.parametrize("name", ["esdm_nickel.csv", "esdm_coal_deposits.csv"])
def test_points_are_no_areas(corpora: Path, corpora_summary: list[str], name: str) -> None:
    run = read(corpora / REGISTERS / "id_esdm" / name, {"number": "object_name", "holder": "institution"})
    assert run.state in ("checked", "refused")
    assert (run.counts["accepted"], run.counts["repaired"]) == (0, 0)
    with pytest.raises(Problem):
        runs.run_apply(run=run, by=None, now=NOW, leave_out_questions=True)
    assert not Licence.objects.exists()
    corpora_summary.append(f"{name}: {run.state} {run.counts} {run.problem.get('code', '')}")


def test_hostile_files_are_taken_or_refused_never_half(corpora: Path, corpora_summary: list[str]) -> None:
    """Every file there is, whatever it is, as a register; words for everything that is said of it."""
    files = sorted(path for path in (corpora / HOSTILE).rglob("*") if path.is_file())
    assert len(files) > 300
    ended: Counter[str] = Counter()
    for path in files:
        before = (Licence.objects.count(), LicenceVersion.objects.count())
        run = read(path, defaults={"number": path.name[:60], "holder": "thử"})
        for language in ("vi", "en"):
            assert bool(runs.problem_words(run, language)) == (run.state == "refused"), path
            for row in run.rows.all():
                assert len(runs.row_words(row, language)) == len(row.notes), path
        assert run.state in ("checked", "refused"), path
        wanted = len(taken_keys(run)) if run.state == "checked" else 0
        if wanted:
            applied = runs.run_apply(run=run, by=None, now=NOW, leave_out_questions=True)
            assert applied.counts["licences"] == wanted, path
            ended["applied"] += 1
        else:
            with pytest.raises(Problem) as caught:
                runs.run_apply(run=run, by=None, now=NOW, leave_out_questions=True)
            assert caught.value.code == ("import_nothing" if run.state == "checked" else "import_not_checked"), path
            assert (Licence.objects.count(), LicenceVersion.objects.count()) == before, path
            ended[run.problem.get("code", "no row taken")] += 1
        assert ImportRun.objects.get(id=run.id).state in ("refused", "checked", "applied")
    assert ended["applied"] > 5
    assert not ended["reader_crashed"] + ended["too_slow"] + ended["too_much_memory"]
    assert list(verify()) == []
    corpora_summary.append(f"{HOSTILE}: {len(files)} files, {dict(ended)}")


def test_naughty_names_survive_everything(corpora: Path, corpora_summary: list[str], tmp_path: Path) -> None:
    """Every string of blns as a holder, an address and a purpose: stored, shown, written as CSV and XLSX and read
    again, unharmed as far as a database can hold it, and never a formula."""
    names = [name for name in json.loads((corpora / HOSTILE / "blns" / "blns.json").read_text("utf-8")) if name.strip()]
    assert len(names) > 400
    features = [
        {
            "type": "Feature",
            "properties": {
                "Số giấy phép": f"{n}/GP",
                "Chủ giấy phép": f"{name} {n}",
                "Địa chỉ": name,
                "Mục đích": name,
            },
            "geometry": square(lat=9 + (n % 100) * 0.1, lon=103 + n // 100 * 0.1),
        }
        for n, name in enumerate(names)
    ]
    path = tmp_path / "blns.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    run = read(path)
    assert run.counts["accepted"] == len(names)
    taken(run)
    stored = {
        version.licence.number: (version.holder.name, version.holder.address, version.purpose)
        for version in LicenceVersion.objects.select_related("licence", "holder")
    }
    for n, name in enumerate(names):
        # One line, composed; what no database holds (NUL, half a character) is a mark. A number makes each its own
        # holder: names that differ in signs only are one.
        wanted, numbered = (
            " ".join(_HALF.sub("\ufffd", normalize("NFC", text)).split()) for text in (name, f"{name} {n}")
        )
        assert stored[f"{n}/GP"] == (numbered[:300], wanted[:500], wanted[:300])
    out = StringIO()
    call_command("import_licences", str(path), stdout=out)
    # What steers a terminal or hides is shown as a mark.
    assert not [c for c in out.getvalue() if unicodedata.category(c)[0] == "C" and c != "\n"]
    for kind in ("csv", "xlsx"):
        sheet = tmp_path / f"blns.{kind}"
        counts = licences_export(sheet, kind, today=NOW.date())
        assert counts["rows"] == len(stored)
        again = read(sheet)
        found = {row.key: row.content["fields"] for row in again.rows.all()}
        assert {number: (said["holder"], said["address"], said["purpose"]) for number, said in found.items()} == stored
    with (tmp_path / "blns.csv").open(encoding="utf-8-sig", newline="") as file:
        cells = [cell for line in csv.reader(file) for cell in line]
    formulas = [c for c in cells if re.match("[-=+@\t\r\n＝＋－＠]", c) and not re.fullmatch(r"-?\d+([.,]\d+)?", c)]
    assert formulas == []
    with zipfile.ZipFile(tmp_path / "blns.xlsx") as archive:
        page = archive.read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in page
    assert set(re.findall(r'<c r="\w+"(?: s="\d+")?(?: t="(\w+)")?', page)) == {"inlineStr"}
    corpora_summary.append(f"blns: {len(names)} names")
