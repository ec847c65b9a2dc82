"""How much a phone fetches: everything for the first time in a province with 500 licences, and one licence amended.

Real communes, the real catalogue, licences drawn at random: areas of 4 to 40 corners, holders, vessels, stockyards and
two years of the ledger. What is counted are the bytes of the answer's body as the server packs it.
"""

import atexit
import dataclasses
import math
import random
import shutil
import tempfile
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.bench.frame import LEAST_RUNS, Figure, at_most, progress, set_up_django

if TYPE_CHECKING:
    from rest_framework.test import APIClient

    from backend.registry.services.given import LicenceGiven

LICENCES = 500
FIRST_KB, DELTA_KB = 400, 2
NAMES = ("An Phú", "Bình Minh", "Sông Hồng", "Hoàng Long", "Đại Thành", "Tân Tiến", "Phúc Lộc", "Thịnh Vượng")
TRADES = ("Khai thác khoáng sản", "Thương mại và Xây dựng", "Vận tải thủy", "Vật liệu xây dựng")


def figures() -> Iterable[Figure]:
    var = Path(tempfile.mkdtemp(prefix="bench-reference-"))
    atexit.register(shutil.rmtree, var, ignore_errors=True)
    set_up_django(var)
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    first, deltas = [], []
    for run in range(LEAST_RUNS):
        progress(f"{run + 1}/{LEAST_RUNS}: {LICENCES} giấy phép / licences")
        kilobytes, delta = _one_province(random.Random(run))
        first.append(kilobytes)
        deltas.append(delta)
    yield at_most(
        f"Tải lần đầu, {LICENCES} giấy phép / first pull with {LICENCES} licences",
        first,
        "kB",
        limit=FIRST_KB,
        limit_words="nén gzip, cùng 104 xã, danh mục hành vi, khoáng sản, phương tiện / "
        "gzip, with 104 communes, the catalogue, minerals, vehicles",
    )
    yield at_most(
        "Một giấy phép thay đổi / one licence amended",
        deltas,
        "kB",
        limit=DELTA_KB,
        limit_words="nén gzip, giấy phép nhiều điểm góc nhất, đổi công suất / "
        "gzip, of the licence with most corners, its capacity amended",
    )


def _one_province(chance: random.Random) -> tuple[float, float]:
    """(first pull, delta) in kB of 1000 bytes; what was written is taken back."""
    from django.db import transaction
    from rest_framework.test import APIClient

    from backend.accounts import services as accounts
    from backend.accounts.models import OfficerToken
    from backend.registry.services.licences import licences_record
    from shared.workflow.states import Role

    with transaction.atomic():
        agency = accounts.agency_create(name="Sở (đo)", hosts=True)
        unit = accounts.unit_create(agency=agency, name="Tổ kiểm tra")
        officer = accounts.officer_create(
            username="do", name="Đo", post="", unit=unit, roles=frozenset({Role.INSPECTOR}), password="đo-tốc-độ-2026"
        )
        given = _register(chance, unit)
        api = APIClient(SERVER_NAME="localhost")
        api.credentials(HTTP_AUTHORIZATION=f"Token {OfficerToken.objects.create(officer)[1]}")
        whole, first = _pulled(api, None)
        if len(whole["licences"]) != LICENCES or len(whole["communes"]) < 104 or len(whole["violation_types"]) < 50:
            raise RuntimeError("the province is not whole")
        most = max(given, key=lambda one: len(one.areas[0].geometry["coordinates"][0]))
        amended = dataclasses.replace(most, capacity=Decimal(77_777), effective_from=date(2026, 11, 1), basis="2/QĐ")
        licences_record([amended], **_by())
        delta, size = _pulled(api, whole["cursor"])
        if [len(row["versions"]) for row in delta["licences"]] != [1]:
            raise RuntimeError("the delta is not that of one amended licence")
        transaction.set_rollback(True)
    return first / 1000, size / 1000


def _pulled(api: "APIClient", cursor: str | None) -> tuple[dict[str, Any], int]:
    asked = {} if cursor is None else {"cursor": cursor}
    packed = api.get("/api/v1/reference/", asked, headers={"Accept-Encoding": "gzip"})
    answer: dict[str, Any] = api.get("/api/v1/reference/", asked).json()
    if packed.status_code != 200 or packed.headers["Content-Encoding"] != "gzip":
        raise RuntimeError(f"no packed answer: {packed.status_code}")
    return answer, len(packed.content)


def _by() -> dict[str, Any]:
    from django.utils import timezone

    from backend.audit import services as audit

    return {"actor": audit.SYSTEM, "now": timezone.now(), "source": "tests/bench/bench_reference.py"}


def _register(chance: random.Random, unit: Any) -> "list[LicenceGiven]":
    from backend.registry import demo_province
    from backend.registry.services import defaults
    from backend.registry.services.licences import licences_record
    from backend.registry.services.minerals import MineralGiven, minerals_record
    from backend.registry.services.places import communes_record
    from backend.registry.services.unit_areas import unit_area_set
    from shared.rules.terms import MineralFamily

    by = _by()
    whose = {"actor": by["actor"], "now": by["now"]}
    communes_record(demo_province.communes(), **by)
    defaults.catalogue_load(**whose)
    defaults.minerals_load(**whose)
    defaults.hours_load(**whose)
    minerals = [
        MineralGiven("CAT", "Cát lòng sông", MineralFamily.RIVERBED_SAND, "m3", 1.45, "QĐ 12/2024/QĐ-UBND"),
        MineralGiven("SET", "Sét gạch ngói", MineralFamily.COMMON),
        MineralGiven("DAT", "Đất san lấp", MineralFamily.COMMON, "m3", 1.6, "QĐ 12/2024/QĐ-UBND"),
    ]
    minerals_record(minerals, **by)
    unit_area_set(unit=unit, province_code=demo_province.PROVINCE_CODE, commune_codes=(), box=None, **whose)
    given = [_licence(chance, i, [mineral.code for mineral in minerals]) for i in range(LICENCES)]
    made = licences_record(given, **by)
    _years(chance, made)
    return given


def _years(chance: random.Random, made: Sequence[Any]) -> None:
    """Sums of two years for each licence, as the ledger would have made them."""
    from django.db.models import Max
    from django.utils import timezone

    from backend.audit.models import Event
    from backend.registry.models import LedgerYear
    from backend.registry.services.licences import licences_publish

    LedgerYear.objects.bulk_create(
        LedgerYear(
            licence_id=version.licence_id,
            year=year,
            declared=round(chance.uniform(1_000, 90_000), 2),
            observed=round(chance.uniform(100, 40_000), 3),
            uncertainty=round(chance.uniform(10, 900), 3),
            as_of=date(year, chance.randint(1, 11), chance.randint(1, 25)),
        )
        for version in made
        for year in (2025, 2026)
    )
    number = Event.objects.aggregate(last=Max("index"))["last"]
    licences_publish([version.licence_id for version in made], number=number, now=timezone.now())


def _licence(chance: random.Random, i: int, minerals: Sequence[str]) -> "LicenceGiven":
    from backend.registry.services.given import AreaGiven, EquipmentGiven, HolderGiven, LicenceGiven, StockyardGiven
    from shared.rules.terms import EquipmentKind, IssuerLevel, MineralGroup

    lat, lon = chance.uniform(20.4, 21.0), chance.uniform(105.85, 106.55)
    ring = _ring(chance, lat, lon)
    hectares = Decimal(f"{chance.uniform(2, 60):.2f}")
    day = date(chance.randint(2018, 2026), chance.randint(1, 10), chance.randint(1, 28))
    return LicenceGiven(
        number=f"{chance.randint(100, 4000)}.{i}/GP-UBND",
        effective_from=day,
        holder=HolderGiven(f"Công ty TNHH {chance.choice(TRADES)} {chance.choice(NAMES)} {chance.randint(1, 400)}"),
        minerals=(chance.choice(minerals),),
        areas=(AreaGiven({"type": "Polygon", "coordinates": [ring]}, 9209, float(hectares), declared_ha=hectares),),
        issuer="Ủy ban nhân dân tỉnh Hưng Yên",
        issuer_level=IssuerLevel.PROVINCE,
        issued_on=day,
        group=MineralGroup.III,
        purpose="Vật liệu xây dựng thông thường",
        depth_limit_m=round(chance.uniform(2, 12), 1),
        capacity=Decimal(chance.randint(10, 300) * 1000),
        capacity_unit="m3",
        capacity_basis="in_place",
        hours=(("06:00", "18:00"),),
        season=(("01-01", "06-30"), ("09-01", "12-31")) if chance.random() < 0.2 else (),
        valid_from=day,
        valid_to=day.replace(year=day.year + chance.randint(3, 20)),
        equipment=tuple(
            EquipmentGiven(EquipmentKind.WATERWAY, f"HY-{chance.randint(1000, 9999)}", "Tàu hút cát 150 m³/h")
            for _ in range(chance.randint(1, 4))
        ),
        stockyards=(StockyardGiven(f"Bãi {chance.choice(NAMES)}", lat=round(lat + 0.01, 6), lon=round(lon, 6)),),
    )


def _ring(chance: random.Random, lat: float, lon: float) -> list[list[float]]:
    """4 to 40 corners round a place, all digits that a conversion from VN-2000 leaves."""
    corners, size = chance.randint(4, 40), chance.uniform(60, 500)
    ring = []
    for i in range(corners):
        angle = 2 * math.pi * (i + chance.uniform(0, 0.6)) / corners
        reach = size * chance.uniform(0.5, 1.5)
        ring.append([lon + reach * math.cos(angle) / 104_000, lat + reach * math.sin(angle) / 111_320])
    return [*ring, ring[0]]
