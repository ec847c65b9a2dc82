"""Assessment of one report by the server with 5,000 licences: CPU of the worker's process for `report_assess`.

Reading the report and asking the rules has the limit as it stands. The whole task has it over a bare transaction that
reads the same bytes, inserts the same rows and is rolled back, measured in the same run.

On PostgreSQL where one answers (`KK_BENCH_POSTGRES`, default the local one), so that the database's own work is not the
worker's; else on SQLite, which works in the same process.
"""

import gc
import os
import random
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from uuid import UUID

from shared.geo.polygon import Area
from tests.bench.bench_geo import VIETNAM, licence
from tests.bench.frame import Figure, at_most, progress, set_up_django

if TYPE_CHECKING:
    from backend.registry.services.given import LicenceGiven
    from shared.wire.v1.records import Facts

LICENCES, REPORTS, RUNS = 5000, 60, 7
LIMIT_MS = 2.0
STATEMENTS = 6  # of an assessment: report, register, papers, findings, head and event of the audit chain
POSTGRES = "postgres://postgres@127.0.0.1:5432/postgres"
NOW = datetime(2026, 11, 25, 3, 0, tzinfo=UTC)
MARK = "minh họa"


@contextmanager
def database() -> Iterator[str]:
    """The address of an empty PostgreSQL database that goes when this ends; "" where none can be had."""
    import psycopg

    address = os.environ.get("KK_BENCH_POSTGRES", POSTGRES)
    name = f"kk_bench_assess_{os.getpid()}"
    try:
        keeper = psycopg.connect(address, autocommit=True, connect_timeout=3)
    except psycopg.OperationalError as error:
        progress(f"không có PostgreSQL, đo trên SQLite / no PostgreSQL, measured on SQLite: {error}".splitlines()[0])
        yield ""
        return
    with keeper:
        keeper.execute(f'CREATE DATABASE "{name}"')
        try:
            yield urlsplit(address)._replace(path=f"/{name}").geturl()
        finally:
            from django.db import connections

            connections.close_all()
            keeper.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def given(number: int, area: Area) -> "LicenceGiven":
    from backend.registry.services.given import AreaGiven, EquipmentGiven, HolderGiven, LicenceGiven
    from shared.rules.terms import EquipmentKind, IssuerLevel, MineralGroup

    ring = [[lon, lat] for lat, lon in area.polygons[0][0]]
    return LicenceGiven(
        number=f"{number}/GP-UBND",
        effective_from=date(2025, 1, 1),
        holder=HolderGiven(f"Công ty số {number} ({MARK})"),
        minerals=("MH-CAT",),
        areas=(AreaGiven({"type": "Polygon", "coordinates": [ring]}, 4326, area.area_m2() / 10_000),),
        issuer=f"UBND tỉnh ({MARK})",
        issuer_level=IssuerLevel.PROVINCE,
        group=MineralGroup.III,
        depth_limit_m=6.0,
        capacity=Decimal(60_000),
        capacity_unit="m3",
        capacity_basis="loose",
        hours=(("07:00", "17:00"),),
        valid_from=date(2025, 1, 1),
        valid_to=date(2029, 12, 31),
        equipment=(EquipmentGiven(EquipmentKind.WATERWAY, f"MH-{number}", "tàu hút"),),
        illustration=True,
    )


def register_filled(chance: random.Random, licences: int = LICENCES) -> list[tuple[UUID, str, Area]]:
    """Licences of 4 to 12 corners all over the country: (id, number, area)."""
    from shapely.geometry import Polygon

    from backend.audit.services import SYSTEM
    from backend.registry.models import Mineral
    from backend.registry.services.licences import licences_record
    from shared.rules.terms import MineralFamily
    from shared.vietnamese import name_key

    Mineral.objects.update_or_create(
        code="MH-CAT",
        defaults={
            "name": "Cát lòng sông",
            "name_key": name_key("Cát lòng sông"),
            "family": MineralFamily.RIVERBED_SAND.value,
            "density": 1.45,
            "density_source": MARK,
        },
    )
    areas: list[Area] = []
    while len(areas) < licences:
        area = licence(chance, VIETNAM)
        if Polygon([(lon, lat) for lat, lon in area.polygons[0][0]]).is_valid:
            areas.append(area)
    rows = (given(number, area) for number, area in enumerate(areas))
    made = licences_record(rows, actor=SYSTEM, now=NOW, source=MARK)
    numbers = {version.licence_id: version.licence.number for version in made}
    return [(found, number, areas[int(number.split("/")[0])]) for found, number in numbers.items()]


def seen(chance: random.Random, place: int, licences: Sequence[tuple[UUID, str, Area]]) -> "Facts":
    """What an inspector saw: a dredger within or beside a licence that was shown (matched, by its number, or not at
    all), or a lorry with an invoice, every third one an invoice that was shown before."""
    from shared.wire.v1.records import LicenceShown
    from tests.factories import reports as made

    found, number, area = chance.choice(licences)
    south, west, north, east = area.bounds
    lat, lon = chance.uniform(south, north), chance.uniform(west, east)
    shown = LicenceShown(number, None, None, "Cát lòng sông", None, None, None, None, None, None, found)
    if place % 3 == 0:
        paper = made.document(number=f"{127 + (place if place % 10 else 0):08d}")
        carried = made.load(mineral="Cát lòng sông", documents=(paper,))
        return made.transport_facts(loads=(carried,), licences_shown=(shown,))
    sand = made.load(mineral="Cát lòng sông", documents=(), destination=None)
    position = made.position(lat=lat, lon=lon)
    ways = ((replace(shown, matched=None),), (shown,), ())
    return made.extraction_facts(positions=(position,), licences_shown=ways[place % 4 % 3], loads=(sand,))


def reports_filed(chance: random.Random, licences: Sequence[tuple[UUID, str, Area]]) -> list[str]:
    """Reports as phones seal them, each with what the rules said there; their ids."""
    from backend.accounts import services as accounts
    from backend.inspections.assessing import ServerRegister
    from backend.inspections.services import report_receive
    from backend.registry.selectors.terms import register
    from shared.wire.v1.act import moment_of_act
    from shared.wire.v1.judging import as_results, judge
    from shared.wire.v1.records import Kind
    from shared.workflow.states import Role
    from tests.factories.reports import SEALED_AT, SealingPhone, assessment

    agency = accounts.agency_create(name=f"Sở ({MARK})", hosts=True)
    team = accounts.unit_create(agency=agency, name="Tổ kiểm tra")
    officer = accounts.officer_create(
        username="an", name=MARK, post="", unit=team, roles=frozenset({Role.INSPECTOR, Role.SUPERVISOR}), password=None
    )
    phone = SealingPhone(officer=officer.id, unit=team.id)
    code, _ = accounts.code_make(officer=officer, made_by=officer, now=NOW)
    device, _, _ = accounts.device_enrol(
        code=code, public_key=phone.public_key_pem, model=MARK, platform="bench", now=NOW - timedelta(days=9)
    )
    phone.device = device.id
    ids = []
    for place in range(REPORTS):
        facts = seen(chance, place, licences)
        kind = Kind.TRANSPORT if facts.vehicles and facts.activity == "moving" else Kind.EXTRACTION
        blank = phone.seal(facts=facts, kind=kind, sealed_at=SEALED_AT).manifest
        asked = ServerRegister(register(), blank.id, None, moment_of_act(facts), NOW)
        results = as_results(judge(kind, blank.id, facts, asked, judged_at=SEALED_AT))
        opinion = assessment("KT-07", rule_results=results)
        sealed = phone.seal(facts=facts, kind=kind, sealed_at=SEALED_AT, assessment=opinion, id=blank.id)
        report_receive(sealed=sealed, device=device, officer=officer, delivered_by=None, flags=(), now=NOW)
        ids.append(str(sealed.manifest.id))
    return ids


def cpu_ms(work: Callable[[str], object], ids: Sequence[str]) -> float:
    """CPU of this process for one report, the mean over all of them; garbage is not collected meanwhile."""
    gc.collect()
    gc.disable()
    try:
        begun = time.process_time()
        for one in ids:
            work(one)
        return 1000 * (time.process_time() - begun) / len(ids)
    finally:
        gc.enable()


def measured(where: str) -> Iterator[Figure]:
    from django.core.management import call_command
    from django.db import connection, transaction

    from backend.common.inserting import insert_rows
    from backend.inspections import assessing
    from backend.inspections.models import Finding
    from backend.registry.selectors import terms
    from shared.wire.v1.act import moment_of_act

    call_command("migrate", verbosity=0)
    chance = random.Random(2026)
    progress(f"{LICENCES} giấy phép, {REPORTS} phiếu / licences, reports; {where}")
    licences = register_filled(chance)
    ids = reports_filed(chance, licences)

    known = terms.register()

    def judged(one: str) -> None:
        sealed = assessing.sealed_of(UUID(one))
        asked = _WithoutPapers(known, sealed.report, None, moment_of_act(sealed.facts), NOW)
        assessing.judged_of(sealed, asked)
        assessing.phone_said(sealed, known)

    class _WithoutPapers(assessing.ServerRegister):
        def paper_uses(self, keys: Any, *, but: UUID) -> dict[str, Any]:
            return {}

    made_before: dict[str, list[Finding]] = {}

    def bare(one: str) -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            assessing.bytes_of(UUID(one))
            insert_rows(made_before[one])
            for _ in range(STATEMENTS - 2):
                cursor.execute("SELECT 1")
                cursor.fetchall()
            transaction.set_rollback(True)

    whole, judging, again, empty = [], [], [], []
    for run in range(RUNS + 1):
        if run:
            made_before = {one: list(Finding.objects.filter(report=one)) for one in ids}
        Finding.objects.filter(report__in=ids).delete()
        if run:
            empty.append(cpu_ms(bare, ids))
        first = cpu_ms(assessing.report_assess.call, ids)
        made = Finding.objects.filter(report__in=ids).count()
        same, alone = cpu_ms(assessing.report_assess.call, ids), cpu_ms(judged, ids)
        if Finding.objects.filter(report__in=ids).count() != made or made < 3 * REPORTS:
            raise AssertionError(f"{made} findings, and others when asked again")
        if run:  # the first one warms up
            whole.append(first)
            again.append(same)
            judging.append(alone)
    words = f"CPU của tiến trình, {where} / CPU of the process, {where}"
    yield at_most(
        f"Chấm một phiếu với {LICENCES} giấy phép: đọc phiếu, hỏi các quy tắc / "
        f"assessment of a report with {LICENCES} licences: reading it and asking the rules",
        judging,
        "ms",
        limit=LIMIT_MS,
        limit_words=words,
    )
    limit = LIMIT_MS + statistics.median(empty)
    over = "2 ms + đọc, ghi suông cùng dữ liệu, cùng lượt đo / 2 ms + bare reading and writing of the same, same run"
    yield at_most(
        f"– cả việc, ghi {made / REPORTS:.0f} kết luận và nhật ký / the whole task, findings and audit written",
        whole,
        "ms",
        limit=limit,
        limit_words=over,
    )
    yield at_most(
        "– chấm lại, không có gì khác / again, with nothing that differs",
        again,
        "ms",
        limit=limit,
        limit_words=over,
    )


def figures() -> Iterator[Figure]:
    var = Path(tempfile.mkdtemp(prefix="bench-assess-"))
    try:
        with database() as address:
            set_up_django(var, address)
            yield from list(measured("PostgreSQL" if address else "SQLite"))
    finally:
        shutil.rmtree(var, ignore_errors=True)
