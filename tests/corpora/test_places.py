"""The boundaries of Vietnam as a department might have them: all 34 provinces, Hưng Yên's 104 communes."""

import json
from datetime import UTC, date, datetime
from pathlib import Path
from random import Random
from time import perf_counter
from typing import Any

import pytest
from django.conf import LazySettings
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from backend.audit.verifying import verify
from backend.registry.importing import runs
from backend.registry.importing.rows import ReadOptions
from backend.registry.models import Commune, CommuneBoundary, ImportRun, ProvinceBoundary
from backend.registry.selectors.places import communes_at, provinces_at
from shared.geo.communes import BOUNDARY
from shared.geo.polygon import Area

NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
DAY = date(2026, 11, 24)
PLACES = "01_admin"
COMMUNES, PROVINCES = "hung_yen_wards_104_fullres.geojson", "vn_provinces_34_simplified.geojson"

pytestmark = [pytest.mark.django_db, pytest.mark.timeout(600)]


@pytest.fixture(autouse=True)
def _own_imports(tmp_path: Path, settings: LazySettings) -> None:
    settings.IMPORTS_DIR = tmp_path / "imports"


def read(path: Path, **more: Any) -> ImportRun:
    answers = {"repair": "accept"} | more.pop("answers", {})
    values = {"kind": "boundaries", "options": ReadOptions(), "answers": answers, "by": None, "now": NOW}
    return runs.run_read(path=path, file_name=path.name, **(values | more))  # type: ignore[arg-type]


def said(run: ImportRun) -> list[str]:
    return [
        f"{row.number} {row.name} {row.outcome}: {runs.row_words(row, 'en')}"
        for row in run.rows.exclude(outcome="accepted")
    ]


def taken(run: ImportRun) -> dict[str, int]:
    done: dict[str, int] = runs.run_apply(run=run, by=None, now=NOW).counts
    assert list(verify()) == []
    return done


def test_all_communes_of_hung_yen(corpora: Path, corpora_summary: list[str]) -> None:
    call_command("load_communes", "--province", "33")
    began = perf_counter()
    run = read(corpora / PLACES / COMMUNES)
    assert (run.state, run.counts["question"], run.counts["refused"]) == ("checked", 0, 0), said(run)
    done = taken(run)
    ended = perf_counter()
    assert done["commune_boundaries"] == 104
    assert CommuneBoundary.objects.count() == 104

    outside = []
    for code, lat, lon in Commune.objects.values_list("code", "lat", "lon"):
        found = communes_at(lat, lon, DAY)
        if code not in [one.code for one in found if one.by == BOUNDARY]:
            outside.append(f"{code} → {[(one.code, one.by) for one in found]}")
    corpora_summary.append(f"{COMMUNES}: {done}; {ended - began:.1f} s; centres outside: {outside}")
    assert outside == []

    random, asked, misses = Random(33), 0, []
    for boundary in CommuneBoundary.objects.select_related("commune"):
        area, count = Area.from_geojson(boundary.geometry), 0
        while count < 10:
            lat, lon = random.uniform(boundary.south, boundary.north), random.uniform(boundary.west, boundary.east)
            if not area.contains(lat, lon):
                continue
            count += 1
            with CaptureQueriesContext(connection) as queries:
                found = communes_at(lat, lon, DAY)
            assert len(queries) == 1
            if boundary.commune.code not in [one.code for one in found] or found[0].by != BOUNDARY:
                misses.append((boundary.commune.code, lat, lon))
        asked += count
    assert (asked, misses) == (1040, [])

    again = read(corpora / PLACES / COMMUNES)
    assert taken(again)["commune_boundaries"] == 0


def test_all_34_provinces(corpora: Path, corpora_summary: list[str]) -> None:
    call_command("load_communes")
    run = read(corpora / PLACES / PROVINCES)
    assert (run.state, run.counts["question"], run.counts["refused"]) == ("checked", 0, 0), said(run)
    done = taken(run)
    assert done["province_boundaries"] == 34
    assert ProvinceBoundary.objects.count() == 35  # Đồng Nai's is that of the province it was as well
    boundaries = ProvinceBoundary.objects.filter(province__valid_to=None).select_related("province")
    areas = {one.province.code: Area.from_geojson(one.geometry) for one in boundaries}
    communes = list(Commune.objects.filter(valid_to=None))
    outside = {row.code for row in communes if not areas[row.province_code].contains(row.lat, row.lon)}
    for row in communes[::20]:
        found = [one.code for one in provinces_at(row.lat, row.lon, DAY)]
        assert (row.province_code in found) == (row.code not in outside), row.code
    corpora_summary.append(f"{PROVINCES}: {done}; communes whose centre lies in no or another province: {outside}")
    # Islands, and strips along borders that were simplified.
    assert len(outside) < 40


def test_a_province_by_itself(corpora: Path) -> None:
    call_command("load_communes", "--province", "33")
    assert taken(read(corpora / PLACES / "hung_yen_province_fullres.geojson"))["province_boundaries"] == 1
    (found,) = provinces_at(20.65, 106.05, DAY)
    assert (found.code, found.name) == ("33", "Tỉnh Hưng Yên")


@pytest.mark.parametrize("name", ["vn_wards_3321_simplified.topojson", "pre2025_districts_simplified.topojson"])
def test_topojson_is_refused_with_a_sentence(corpora: Path, name: str) -> None:
    run = read(corpora / PLACES / name)
    assert (run.state, run.problem["code"]) == ("refused", "topojson")
    assert "TopoJSON" in runs.problem_words(run, "vi")
    assert not CommuneBoundary.objects.exists()


def test_the_list_agrees_with_the_boundaries_file(corpora: Path) -> None:
    """Codes and names of the package and of the map are the same, whichever way the tone is placed."""
    call_command("load_communes", "--province", "33")
    features = json.loads((corpora / PLACES / COMMUNES).read_text("utf-8"))["features"]
    for feature in features:
        feature["properties"] = {"ten_xa": feature["properties"]["fullName"]}
    folder = Path(runs.imports.kept_path("x")).parent
    folder.mkdir(parents=True)
    path = folder / "names only.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    run = read(path)
    assert (run.counts["question"], run.counts["refused"]) == (0, 0), said(run)
    assert run.rows.exclude(key="").values("key").distinct().count() == 104
