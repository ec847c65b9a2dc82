"""Assessment of one report by the server with 5,000 licences: CPU of the worker's process for `report_assess`.

On PostgreSQL where one answers (`KK_BENCH_POSTGRES`, default the local one), so that the database's own work is not the
worker's; else on SQLite, which works in the same process.
"""

import gc
import os
import random
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID, uuid4

from shared.geo.polygon import Area
from tests.bench.bench_geo import VIETNAM, licence
from tests.bench.frame import Figure, at_most, progress, set_up_django

LICENCES, REPORTS, RUNS = 5000, 60, 7
LIMIT_MS = 2.0
POSTGRES = "postgres://postgres@127.0.0.1:5432/postgres"
NOW = datetime(2026, 11, 25, 3, 0, tzinfo=UTC)


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


def given(number: int, area: Area) -> Any:
    from backend.registry.services.given import AreaGiven, EquipmentGiven, HolderGiven, LicenceGiven
    from shared.rules.terms import EquipmentKind, IssuerLevel, MineralGroup

    rings = [[[lon, lat] for lat, lon in ring] for ring in area.polygons[0]]
    return LicenceGiven(
        number=f"{number}/GP-UBND",
        effective_from=date(2025, 1, 1),
        holder=HolderGiven(f"Công ty số {number} (minh họa)"),
        minerals=("MH-CAT",),
        areas=(AreaGiven({"type": "Polygon", "coordinates": rings}, 4326, area.area_m2() / 10_000),),
        issuer="UBND tỉnh (minh họa)",
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


def register_filled(chance: random.Random) -> list[tuple[UUID, str, Area]]:
    """5,000 licences of 4 to 12 corners all over the country: (id, number, area)."""
    from backend.audit.services import SYSTEM
    from backend.registry.models import Mineral
    from backend.registry.services.licences import licences_record
    from shared.rules.terms import MineralFamily

    Mineral.objects.create(
        code="MH-CAT",
        name="Cát lòng sông",
        name_key="cat long song",
        family=MineralFamily.RIVERBED_SAND.value,
        density=1.45,
        density_source="minh họa",
    )
    areas: list[Area] = []
    while len(areas) < LICENCES:
        from shapely.geometry import Polygon

        area = licence(chance, VIETNAM)
        if Polygon([(lon, lat) for lat, lon in area.polygons[0][0]]).is_valid:
            areas.append(area)
    made = licences_record(
        (given(number, area) for number, area in enumerate(areas)), actor=SYSTEM, now=NOW, source="minh họa"
    )
    return [(version.licence_id, f"{number}/GP-UBND", area) for number, (version, area) in enumerate(zip(made, areas, strict=True))]
