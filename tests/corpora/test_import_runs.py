"""Registers of other countries and hostile files through the import: taken or refused, never half."""

from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter
from typing import Any

import pytest
from django.conf import LazySettings

from backend.audit.selectors import verify
from backend.registry.importing import runs
from backend.registry.importing.rows import ReadOptions
from backend.registry.models import ImportRun, Licence, LicenceArea, LicenceVersion
from backend.registry.selectors.imports import taken_keys, taken_rows
from shared.problems import Problem

NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
REGISTERS = "02_licences"
HOSTILE = "06_hostile"

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
    assert list(verify()) == []
    corpora_summary.append(f"{HOSTILE}: {len(files)} files, {dict(ended)}")
