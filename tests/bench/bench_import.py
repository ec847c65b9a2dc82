"""A register of 2,973 polygons read and imported: linear in their number, memory flat. Generated here, alike to what an
office publishes; with KK_CORPORA=<folder> the published register of that size is measured too.

Every import runs in a process and on a database of its own, or one would find the other's memory and rows.
"""

import json
import math
import os
import random
import resource
import shutil
import tempfile
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from time import perf_counter
from typing import Any

from tests.bench.frame import LEAST_RUNS, Figure, at_most, progress, set_up_django

POLYGONS = 2973
QUARTER = POLYGONS // 4
REAL = Path("02_licences") / "drc_cami_titres_2016.geojson"
REAL_COLUMNS = {"number": "name", "holder": "parties", "valid_from": "date_de1"}


@dataclass(frozen=True)
class Import:
    """`seconds`: of reading and applying. `ours_kib`, `readers_kib`: the most memory of this process above what it had
    before, and of the reader."""

    licences: int
    seconds: float
    ours_kib: int
    readers_kib: int


def ring(chance: random.Random, lon: float, lat: float) -> list[list[float]]:
    """Rectangles of a cadastral grid with steps, as registers have them, and rivers' bends: 5 to 41 corners."""
    if chance.random() < 0.6:
        steps, size = chance.randint(1, 9), chance.uniform(0.002, 0.02)
        stairs = []
        for step in range(steps):
            x, y = lon + size * step / steps, lat + size * (step + 1) / steps
            stairs += [[x, y], [x + size / steps, y]]
        corners = [[lon, lat], [lon + size, lat], [lon + size, lat + size], *reversed(stairs)]
    else:
        count, size = chance.randint(8, 40), chance.uniform(0.001, 0.01)
        corners = []
        for corner in range(count):
            angle, far = 2 * math.pi * corner / count, size * chance.uniform(0.6, 1)
            corners.append([lon + far * math.cos(angle), lat + far * math.sin(angle)])
    corners = [[round(x, 7), round(y, 7)] for x, y in corners]
    return [*corners, corners[0]]


def feature(chance: random.Random, number: int) -> dict[str, Any]:
    lat, lon = 8.6 + (number % 140) * 0.1, 103.0 + (number // 140) * 0.25
    properties = {
        "OBJECTID": number,
        "Số giấy phép": f"{number}/GP-BTNMT",
        "Chủ giấy phép": f"Công ty Trách nhiệm hữu hạn Khai thác số {number % 900} (phép đo)",
        "Khoáng sản": chance.choice(["Cát", "Đá vôi; Sét", "Au; Cu; Co", "Sỏi"]),
        "Ngày hiệu lực": f"{chance.randint(1, 28):02d}/{chance.randint(1, 12):02d}/{chance.randint(2005, 2025)}",
        "Diện tích": f"{chance.uniform(1, 900):.4f} ha".replace(".", ","),
        "Tình trạng": "Đang hiệu lực",
        "Ghi chú": "Theo quyết định của cơ quan có thẩm quyền và các phụ lục kèm theo, " * chance.randint(0, 4),
    }
    area = {"type": "Polygon", "coordinates": [ring(chance, lon, lat)]}
    return {"type": "Feature", "id": number, "properties": properties, "geometry": area}


def register(path: Path, count: int) -> Path:
    chance = random.Random(2973)
    features = [feature(chance, number) for number in range(count)]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    return path


def first_of(source: Path, path: Path, count: int) -> Path:
    """The first features of a file that others made."""
    whole = json.loads(source.read_text(encoding="utf-8"))
    path.write_text(json.dumps({**whole, "features": whole["features"][:count]}), encoding="utf-8")
    return path


def prepare(var: Path) -> None:
    """An empty register; in a process of its own."""
    set_up_django(var)
    from django.core.management import call_command

    call_command("migrate", verbosity=0)


def imported(var: Path, path: Path, columns: dict[str, str]) -> Import:
    """One import in a process of its own."""
    set_up_django(var)
    from django.utils import timezone

    from backend.registry.importing import runs
    from backend.registry.importing.rows import ReadOptions
    from backend.registry.models import Licence

    now = timezone.now()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    began = perf_counter()
    run = runs.run_read(
        path=path, file_name=path.name, kind=runs.LICENCES, options=ReadOptions(columns=columns),
        answers={"repair": "accept", "decimal": "comma"}, by=None, now=now,
    )  # fmt: skip
    runs.run_apply(run=run, by=None, now=now, leave_out_questions=True)
    return Import(
        Licence.objects.count(),
        perf_counter() - began,
        resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before,
        resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss,
    )


def apart(work: Any, *given: Any) -> Any:
    with ProcessPoolExecutor(max_workers=1, mp_context=get_context("spawn")) as process:
        return process.submit(work, *given).result()


@dataclass(frozen=True)
class Round:
    """The same import of one polygon, of a quarter and of the whole, one after the other."""

    one: Import
    quarter: Import
    whole: Import

    def growth(self) -> float:
        """Time for a polygon in the whole, over time for one in the quarter; what one polygon alone takes is the
        start of the reader and is taken off."""
        quarter = (self.quarter.seconds - self.one.seconds) / (QUARTER - 1)
        return (self.whole.seconds - self.one.seconds) / (POLYGONS - 1) / quarter


def rounds(folder: Path, empty: Path, files: list[Path], columns: dict[str, str]) -> list[Round]:
    found = []
    for number in range(LEAST_RUNS):
        imports = []
        for path in files:
            var = folder / "var"
            shutil.copytree(empty, var)
            imports.append(apart(imported, var, path, columns))
            shutil.rmtree(var)
        found.append(Round(*imports))
        whole = found[-1].whole
        progress(
            f"{number + 1}/{LEAST_RUNS}: {whole.licences} giấy phép / licences, {whole.seconds:.1f} s, "
            f"+{whole.ours_kib // 1024} MiB, {whole.readers_kib // 1024} MiB"
        )
    if min(one.whole.licences for one in found) < 0.9 * POLYGONS:
        raise ValueError(f"only {found[0].whole.licences} of {POLYGONS} licences were imported")
    return found


def told(found: list[Round], vietnamese: str, english: str) -> Iterator[Figure]:
    yield at_most(
        f"Thời gian nhập một vùng khi {vietnamese} lớn gấp 4 / time to import a polygon as {english} grows fourfold",
        [one.growth() for one in found],
        "×",
        limit=1.3,
        limit_words=f"1,3 lần ở {QUARTER} vùng, cùng lượt đo / 1.3 times that at {QUARTER} polygons, same run",
    )
    yield at_most(
        f"Bộ nhớ của bên nhập thêm khi {vietnamese} lớn gấp 4 / memory the importer adds as {english} grows fourfold",
        [(one.whole.ours_kib - one.quarter.ours_kib) / 1024 for one in found],
        "MiB",
        limit=16,
        limit_words=f"16 MiB hơn lúc nhập {QUARTER} vùng; giữ cả sổ thì hơn 25 / 16 MiB above importing {QUARTER} "
        "polygons; keeping the register would be more than 25",
    )
    yield at_most(
        f"Bộ nhớ của bên đọc khi {vietnamese} lớn gấp 4 / memory of the reader as {english} grows fourfold",
        [(one.whole.readers_kib - one.one.readers_kib) / 1024 for one in found],
        "MiB",
        limit=16,
        limit_words="16 MiB hơn lúc đọc một vùng / 16 MiB above reading one polygon",
    )


def figures() -> Iterator[Figure]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        empty = folder / "empty"
        empty.mkdir()
        apart(prepare, empty)
        progress(f"{POLYGONS} vùng tạo ra / generated polygons")
        files = [register(folder / f"{count}.geojson", count) for count in (1, QUARTER, POLYGONS)]
        yield from told(rounds(folder, empty, files, {}), "sổ tạo ra", "a generated register")
        corpora = os.environ.get("KK_CORPORA")
        if corpora:
            progress(str(REAL))
            source = Path(corpora) / REAL
            files = [first_of(source, folder / f"r{count}.geojson", count) for count in (1, QUARTER, POLYGONS)]
            yield from told(rounds(folder, empty, files, REAL_COLUMNS), "sổ công bố", "a published register")
