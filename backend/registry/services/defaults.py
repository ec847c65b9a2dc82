"""What a department starts with, from the files in `backend/registry/data`: catalogue, minerals, hours, and what its
agencies do. Running it again adds what is new and leaves alone whatever the register has: a person's correction is
never put back by a release."""

import tomllib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.db import transaction

from backend.accounts.models import Agency
from backend.registry.models import AgencyDuty, CatalogueEntry, Letterhead, Mineral, Power, ProvincialHours
from backend.registry.selectors.catalogue import entry_id, entry_row, standing
from backend.registry.services.agencies import Row, rows_record
from backend.registry.services.catalogue import catalogue_record
from backend.registry.services.hours import hours_record
from backend.registry.services.minerals import MineralGiven, minerals_record
from shared.problems import FieldError, Problem
from shared.rules.catalogue import rows_of
from shared.rules.terms import MineralFamily

DATA = Path(__file__).parents[1] / "data"
CATALOGUE = DATA / "violation_types.toml"
DECREE = "36/2020/NĐ-CP"
SOURCE = "backend/registry/data"


@dataclass(frozen=True, slots=True)
class CatalogueLoaded:
    """`added`: rows recorded, as `code@valid_from`. `kept`: rows of the file that say something else than the
    register does, which was left as it is."""

    added: tuple[str, ...]
    kept: tuple[str, ...]


def catalogue_load(*, actor: str, now: datetime, take: Collection[str] = (), file: Path = CATALOGUE) -> CatalogueLoaded:
    """Record the rows of a catalogue file that the register has never had. Where the register says something else, it
    stays, unless the row (`code@valid_from`) is in `take`. Problem `request_invalid`; ValueError for a file that cannot
    be read."""
    rows = {f"{row['code']}@{row['valid_from']}": row for row in rows_of(file.read_text(encoding="utf-8"))}
    if strange := set(take) - set(rows):
        raise Problem(
            "request_invalid", errors=tuple(FieldError("take", "reference", {"name": n}) for n in sorted(strange))
        )
    stands = {entry_id(entry): entry_row(entry) for entry in standing()}
    ever = {f"{code}@{day.isoformat()}" for code, day in CatalogueEntry.objects.values_list("code", "valid_from")}
    says = ("valid_to", "content")
    differing = [id_ for id_ in rows if id_ in stands and any(rows[id_][s] != stands[id_][s] for s in says)]
    gone = [id_ for id_ in rows if id_ in ever and id_ not in stands]
    wanted = [id_ for id_ in rows if id_ not in ever or id_ in take]
    if wanted:
        catalogue_record([rows[id_] for id_ in wanted], actor=actor, now=now, source=f"{SOURCE}/{file.name}")
    added = tuple(id_ for id_ in wanted if id_ not in stands or id_ in differing)
    return CatalogueLoaded(added, tuple(id_ for id_ in (*differing, *gone) if id_ not in take))


def minerals_load(*, actor: str, now: datetime, file: Path = DATA / "minerals.toml") -> list[str]:
    """Add the minerals of the file whose code the register does not have; their codes."""
    known = set(Mineral.objects.values_list("code", flat=True))
    given = [
        MineralGiven(**{**row, "family": MineralFamily(row["family"])})
        for row in _tables(file)["mineral"]
        if row["code"] not in known
    ]
    if given:
        minerals_record(given, actor=actor, now=now, source=f"{SOURCE}/{file.name}")
    return [one.code for one in given]


def hours_load(*, actor: str, now: datetime, file: Path = DATA / "hours.toml") -> list[str]:
    """Add the hours of the file for families that have none at all: once a province has recorded its own, they are its
    own. `family@valid_from` of each."""
    known = set(ProvincialHours.objects.values_list("family", flat=True))
    fresh = [row for row in _tables(file)["hours"] if row["family"] not in known]
    with transaction.atomic():
        for row in fresh:
            hours_record(
                family=MineralFamily(row["family"]),
                hours=row["windows"],
                valid_from=row["valid_from"],
                valid_to=row.get("valid_to"),
                source=row["source"],
                actor=actor,
                now=now,
            )
    return [f"{row['family']}@{row['valid_from']}" for row in fresh]


def agency_kinds(file: Path = DATA / "agencies.toml") -> dict[str, str]:
    """Kind → what it stands for."""
    return dict(_tables(file)["kinds"])


def registry_defaults(
    *,
    actor: str,
    now: datetime,
    province: str,
    place: str,
    agencies: Mapping[str, Agency | Sequence[Agency]],
    file: Path = DATA / "agencies.toml",
) -> int:
    """Give these agencies the duties, headings and powers of their kinds; how many rows are new. One agency may stand
    for several kinds (the police), and one kind may be several agencies (communes). All rows are unverified.

    `province`: "tỉnh Hưng Yên"; `place`: "Hưng Yên", where papers are dated. What an agency has for the same matter and
    first day is left alone. Problem `request_invalid` for a kind that the file does not have.
    """
    tables = _tables(file)
    if strange := set(agencies) - set(tables["kinds"]):
        raise Problem(
            "request_invalid", errors=tuple(FieldError("agencies", "reference", {"name": n}) for n in sorted(strange))
        )
    words = {"province": province, "PROVINCE": province.upper(), "place": place}
    rows: list[Row] = []
    for table, make in (("duty", _duty), ("letterhead", _letterhead), ("power", _powers)):
        for entry in tables[table]:
            given = agencies.get(entry["kind"], ())
            for agency in (given,) if isinstance(given, Agency) else given:
                rows += make(agency, entry, words)
    with transaction.atomic():
        known = _known([row.agency_id for row in rows])
        # Rows of one key that come together (a heading while leading, and for good) are both meant.
        fresh = [row for row in rows if _matter(row) not in known]
        if fresh:
            rows_record(fresh, actor=actor, now=now, source=f"{SOURCE}/{file.name}")
    return len(fresh)


def _dates(entry: Mapping[str, Any]) -> dict[str, Any]:
    return {"valid_from": entry["valid_from"], "valid_to": entry.get("valid_to"), "source": entry["source"]}


def _duty(agency: Agency, entry: Mapping[str, Any], words: Mapping[str, str]) -> list[Row]:
    return [AgencyDuty(agency=agency, duty=entry["duty"], **_dates(entry))]


def _letterhead(agency: Agency, entry: Mapping[str, Any], words: Mapping[str, str]) -> list[Row]:
    said = {name: entry[name].format(**words) for name in ("superior", "heading", "code", "place")}
    addressees = [line.format(**words) for line in entry["addressees"]]
    return [Letterhead(agency=agency, addressees=addressees, **said, **_dates(entry))]


def _powers(agency: Agency, entry: Mapping[str, Any], words: Mapping[str, str]) -> list[Row]:
    return [
        Power(
            agency=agency,
            post=entry["post"],
            decree=DECREE,
            article=article,
            share_percent=entry["share_percent"],
            limit_million_vnd=Decimal(entry["limit_million"]),
            **_dates(entry),
        )
        for article in entry["articles"]
    ]


def _matter(row: Row) -> tuple[object, ...]:
    if isinstance(row, AgencyDuty):
        own: tuple[object, ...] = ("duty", row.duty)
    elif isinstance(row, Letterhead):
        own = ("letterhead", row.source)  # two may begin on one day; a source never changes
    else:
        own = ("power", row.post, row.decree, row.article)
    return (row.agency_id, row.valid_from, *own)


def _known(agencies: Collection[Any]) -> set[tuple[object, ...]]:
    models = (AgencyDuty, Letterhead, Power)
    return {_matter(row) for model in models for row in model._default_manager.filter(agency_id__in=set(agencies))}


def _tables(file: Path) -> dict[str, Any]:
    return tomllib.loads(file.read_text(encoding="utf-8"))
