"""Rows of a file as boundaries of provinces and communes: whose they are, looked at in batches, and taken."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from backend.registry.importing.cells import Cells, storable, text_of, worse
from backend.registry.importing.headers import columns_of
from backend.registry.importing.licence_rows import notes_json
from backend.registry.importing.rows import AreaRow, Outcome
from backend.registry.models import Commune, CommuneBoundary, ImportRow, ImportRun, Province, ProvinceBoundary
from backend.registry.selectors.imports import repeated_keys, taken_keys, taken_rows
from backend.registry.selectors.place_names import place_key, split_kind
from backend.registry.selectors.places import in_force
from backend.registry.services.boundaries import COMMUNE, PROVINCE, BoundaryGiven, as_multi, boundaries_record
from backend.registry.services.imports import actor_of, rows_update
from shared.clock import VIETNAM
from shared.geo.polygon import Area
from shared.problems import Problem

# As `headers.header_key` makes them, most telling first. "Tên xã" beats "tên": a file of communes names provinces too.
BOUNDARY_HEADERS: Mapping[str, tuple[str, ...]] = {
    "code": (
        "ma xa", "maxa", "ma phuong xa", "ma xa phuong", "ma px", "ward code", "wardcode", "commune code",
        "communecode", "ma dvhc", "madvhc", "ma don vi hanh chinh", "ma hanh chinh", "code", "ma",
    ),
    "name": (
        "ten xa", "tenxa", "ten phuong xa", "ten xa phuong", "phuong xa", "xa phuong", "ward name", "wardname", "ward",
        "commune name", "commune", "ten dvhc", "ten don vi hanh chinh", "full name", "fullname", "ten day du", "name",
        "ten",
    ),
    "province": (
        "ma tinh", "matinh", "province code", "provincecode", "ten tinh", "tentinh", "tinh", "tinh thanh",
        "tinh thanh pho", "province", "province name", "provincename", "prov",
    ),
}  # fmt: skip
FAR_KM = 10.0  # a centre farther than this outside a boundary is hardly that place's
_PROVINCIAL = ("Tỉnh", "Thành phố")
_BATCH = 100
_SHOWN = 60


@dataclass(frozen=True, slots=True)
class Place:
    """A province (its own `province_code`) or a commune of the list, as it is today."""

    place: str
    code: str
    kind: str
    name: str
    province_code: str
    lat: float | None
    lon: float | None

    def __str__(self) -> str:
        return f"{self.kind} {self.name}"

    @property
    def key(self) -> str:
        return f"{self.place}:{self.code}"


class Gazetteer:
    """The places in force on a day, by code and by name."""

    def __init__(self, day: date) -> None:
        provinces = Province.objects.filter(in_force(day)).values_list("code", "kind", "name", "code", "lat", "lon")
        communes = Commune.objects.filter(in_force(day))
        rows = communes.values_list("code", "kind", "name", "province_code", "lat", "lon")
        places = [*(Place(PROVINCE, *row) for row in provinces), *(Place(COMMUNE, *row) for row in rows)]
        self.by_code = {place.code: place for place in places}
        self._by_name: dict[str, list[Place]] = defaultdict(list)
        for place in places:
            self._by_name[place_key(place.name)].append(place)

    def coded(self, code: str) -> list[Place]:
        """What a code can be; one that a sheet has taken the zeros from may be a province's or a commune's."""
        if not (code.isascii() and code.isdecimal() and len(code) <= 5):
            return []
        wanted = [code.zfill(2)] * (len(code) <= 2) + [code.zfill(5)]
        return [self.by_code[one] for one in wanted if one in self.by_code]

    def named(self, name: str, province: str | None) -> list[Place]:
        """Places of a name, in a province where one is said. A kind that is written decides between them."""
        found = [one for one in self._by_name.get(place_key(name), ()) if province in (None, one.province_code)]
        if province is not None:
            found = [one for one in found if one.place == COMMUNE] or found
        kind, _ = split_kind(name)
        return [one for one in found if one.kind == kind] or found

    def province(self, text: str) -> str | None:
        """A province's code from its code or name; None when it is none."""
        if text.isdecimal() and text.zfill(2) in self.by_code:
            return text.zfill(2)
        found = [one for one in self._by_name.get(place_key(text), ()) if one.place == PROVINCE] if text else []
        return found[0].code if found else None


@dataclass
class BoundaryLook:
    """What becomes of rows as they are read. `today`: Vietnam's; a boundary is that of a place as it is then."""

    run: ImportRun
    columns: Mapping[str, str]
    defaults: Mapping[str, str]
    today: date
    places: Gazetteer = field(init=False)

    def __post_init__(self) -> None:
        self.places = Gazetteer(self.today)

    def rows(self, batch: Sequence[AreaRow]) -> list[ImportRow]:
        looked = [self._look(row) for row in batch]
        before = _standing([place for _, _, _, place in looked if place is not None], self.today)
        return [self._row(*one, before) for one in looked]

    def _look(self, row: AreaRow) -> tuple[AreaRow, dict[str, Any], Cells, Place | None]:
        properties, replaced = storable(row.properties)
        columns = columns_of(tuple(properties), self.columns, BOUNDARY_HEADERS)
        cells = Cells(properties, columns, self.defaults, self.run.answers, row.number, list(row.notes), row.outcome)
        if replaced:
            cells.note("characters_replaced")
        content, _ = storable(
            {
                "geometry": row.geometry,
                "proposed": row.proposed,
                "declared_ha": None if row.declared_ha is None else f"{row.declared_ha:f}",
                "computed_ha": row.computed_ha,
                "difference_percent": row.difference_percent,
            }
        )
        place = whose(cells, self.places)
        geometry = content["proposed"] or content["geometry"]
        if place is not None and geometry is not None and cells.answer("place") is None:
            _check_centre(cells, place, geometry)
        return row, content, cells, place

    def _row(
        self,
        row: AreaRow,
        content: dict[str, Any],
        cells: Cells,
        place: Place | None,
        before: Mapping[str, tuple[dict[str, Any], str, str]],
    ) -> ImportRow:
        geometry = content["proposed"] or content["geometry"]
        if place is not None and geometry is not None and place.key in before:
            standing, day, source = before[place.key]
            if standing == as_multi(geometry):
                cells.note("boundary_unchanged", place=str(place))
            else:
                cells.note("boundary_replaces", place=str(place), day=day, source=source)
        name, _ = storable(str(place) if place else row.name)
        return ImportRow(
            run=self.run,
            number=row.number,
            name=name,
            key=place.key if place else "",
            outcome=cells.outcome.value,
            notes=notes_json(cells.notes),
            content={
                "properties": cells.properties,
                "fields": {"place": place.place, "code": place.code, "name": str(place)} if place else {},
                **content,
            },
        )


def whose(cells: Cells, places: Gazetteer) -> Place | None:
    """The place a row speaks of: what was answered, else by its code, else by its name within its province; None, and a
    question or a refusal, where that does not say which one."""
    answer = cells.answer("place")
    if answer is not None:
        answered = places.by_code.get(answer.strip())
        if answered is None:
            cells.note("place_unknown", Outcome.REFUSED, value=answer[:_SHOWN])
        return answered
    code, name = text_of(cells.raw("code")), cells.text("name")
    said = cells.text("province")
    province = places.province(said)
    named = places.named(name, province) if name else []
    if code:
        return _by_code(cells, code, name, places.coded(code), named)
    if name:
        return _one_of(cells, name, named)
    if province is not None:
        return places.by_code[province]
    if said:
        cells.note("place_unknown", Outcome.REFUSED, value=said[:_SHOWN])
    else:
        cells.note("place_missing", Outcome.REFUSED)
    return None


def _by_code(cells: Cells, code: str, name: str, coded: list[Place], named: list[Place]) -> Place | None:
    if not coded:
        if named:
            values = {"value": code[:_SHOWN], "name": ", ".join(map(str, named))}
            cells.ask("place_code_unknown", "place", *(one.code for one in named), **values)
        else:
            cells.note("place_unknown", Outcome.REFUSED, value=f"{code} {name}".strip()[:_SHOWN])
        return None
    agreeing = [one for one in coded if not name or place_key(one.name) == place_key(name)]
    if agreeing:
        return _one_of(cells, f"{code} {name}".strip(), agreeing)
    choices = dict.fromkeys(one.code for one in (*coded, *named))
    value = f"{coded[0]} ({coded[0].code})"
    cells.ask("place_name_differs", "place", *choices, place=value, name=name[:_SHOWN])
    return None


def _one_of(cells: Cells, said: str, found: list[Place]) -> Place | None:
    if len(found) == 1:
        return found[0]
    if found:
        listed = ", ".join(f"{one} ({one.code})" for one in found[:10])
        cells.ask("place_ambiguous", "place", *(one.code for one in found), value=said[:_SHOWN], places=listed)
    else:
        cells.note("place_unknown", Outcome.REFUSED, value=said[:_SHOWN])
    return None


def _check_centre(cells: Cells, place: Place, geometry: dict[str, Any]) -> None:
    """A boundary that leaves the place's centre far outside is somebody else's, or drawn in another system."""
    if place.lat is None or place.lon is None:
        return
    area = Area.from_geojson(geometry)
    far = 0.0 if area.contains(place.lat, place.lon) else area.distance_to_boundary_m(place.lat, place.lon)
    if far > FAR_KM * 1000:
        cells.ask("place_far", "place", place.code, place=str(place), km=round(far / 1000))


def _standing(places: Iterable[Place], day: date) -> dict[str, tuple[dict[str, Any], str, str]]:
    """Key of a place → (geometry, day of its import, where it came from). Two queries."""
    found: dict[str, tuple[dict[str, Any], str, str]] = {}
    wanted = list(places)
    for level, model in ((COMMUNE, CommuneBoundary), (PROVINCE, ProvinceBoundary)):
        codes = [one.code for one in wanted if one.place == level]
        rows = model.objects.filter(in_force(day, f"{level}__"), **{f"{level}__code__in": codes})
        for code, geometry, at, source in rows.values_list(f"{level}__code", "geometry", "imported_at", "source"):
            found[f"{level}:{code}"] = (geometry, f"{at.astimezone(VIETNAM):%d/%m/%Y}", source)
    return found


def boundaries_compare(run: ImportRun) -> None:
    """A place that stands in the file twice is refused wherever it stands: nobody can say which boundary is meant."""
    keys = repeated_keys(run)
    for i in range(0, len(keys), _BATCH):
        groups: dict[str, list[ImportRow]] = defaultdict(list)
        for row in run.rows.filter(key__in=keys[i : i + _BATCH]).defer("content").order_by("number"):
            groups[row.key].append(row)
        for group in groups.values():
            for row in group:
                other = group[1] if row is group[0] else group[0]
                values = {"place": row.name, "row": other.number}
                row.notes.append({"code": "boundary_repeated", "values": values})
                row.outcome = worse(Outcome(row.outcome), Outcome.REFUSED).value
        rows_update([row for group in groups.values() for row in group])


def boundaries_apply(run: ImportRun, *, actor: str, now: datetime) -> dict[str, int]:
    """Record the boundaries of a run, inside the caller's transaction: how many of each kind differ from what there
    was. Problem `import_nothing`; `request_invalid` when a place is gone since the file was read."""
    keys = taken_keys(run)
    if not keys:
        raise Problem("import_nothing")
    return boundaries_record(_given(run, keys), actor=actor, now=now, subject=f"import:{run.id}")


def _given(run: ImportRun, keys: Sequence[str]) -> Iterator[BoundaryGiven]:
    """As many in memory as one batch holds. A repair carries who agreed to it."""
    for i in range(0, len(keys), _BATCH):
        for row in taken_rows(run).filter(key__in=keys[i : i + _BATCH]).order_by("number"):
            content = row.content
            proposal: dict[str, Any] = {}
            if content["proposed"]:
                proposal = {
                    "by": actor_of(run.made_by),
                    "at": run.made_at.isoformat(),
                    "run": str(run.id),
                    "row": row.number,
                    "how": row.notes,
                    "before": content["geometry"],
                }
            yield BoundaryGiven(
                place=content["fields"]["place"],
                code=content["fields"]["code"],
                geometry=content["proposed"] or content["geometry"],
                proposal=proposal,
                source=run.file_name,
            )
