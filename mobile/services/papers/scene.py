"""When, where and who: the first sections of a paper."""

from collections.abc import Mapping
from datetime import datetime

from mobile.services.papers.model import Section
from mobile.services.papers.say import Part, Say, Sheet, instant, masked, parts
from shared.geo import vn2000
from shared.i18n import N_
from shared.wire.v1.records import (
    Activity,
    ActState,
    BasisKind,
    Mode,
    PositionRole,
    SubjectKind,
    SubjectRole,
    TimeSource,
    VehicleKind,
)


def frame(say: Say, facts: Part) -> Section:
    sheet, inspection = Sheet(say, N_("Inspection and time")), facts.get("inspection") or {}
    basis = inspection.get("basis") or {}
    if basis.get("kind") == BasisKind.TIP.value:
        # The paper goes to those who were inspected: nothing on it may lead to whoever told.
        sheet.pair(N_("Grounds"), say.words(N_("held by the office")))
    else:
        sheet.pair(N_("Grounds"), say.member(BasisKind, basis.get("kind")))
        sheet.pair(N_("Number of the grounds"), say.text(basis.get("number")), 1)
        sheet.pair(N_("Date of the grounds"), say.day(basis.get("date")), 1)
    sheet.pair(N_("Form of the inspection"), say.member(Mode, inspection.get("mode")))
    sheet.pair(N_("Several agencies"), say.yes(inspection.get("inter_agency")))
    sheet.pair(N_("Begun"), say.time(facts.get("started_at")))
    sheet.pair(N_("Finished"), say.time(facts.get("finished_at")))
    sheet.pair(N_("Discovered"), say.time(facts.get("discovered_at")))
    ended = facts.get("act_ended") or {}
    sheet.pair(N_("The act"), say.member(ActState, ended.get("state")))
    if ended.get("state") == ActState.ENDED.value:
        sheet.pair(N_("Ended at"), say.time(ended.get("at")), 1)
        sheet.pair(N_("Known from"), say.text(ended.get("proof")), 1)
    clock = facts.get("device_time") or {}
    sheet.pair(N_("The phone's clock compared with"), say.member(TimeSource, clock.get("source")))
    sheet.pair(N_("Difference"), say.number(clock.get("offset_s"), "s"), 1)
    return sheet.done()


def place(say: Say, facts: Part, communes: Mapping[str, str], zone: int, at: datetime) -> Section:
    """`communes`: code → name. `zone`: EPSG number of the plane. `at`: against which the age of a fix is told."""
    sheet, water, code = Sheet(say, N_("Place and conditions")), facts.get("water") or {}, facts.get("commune")
    name = communes.get(str(code))
    sheet.pair(N_("Commune"), say.text(code) if name is None else f"{name} ({code})")
    sheet.pair(N_("Place"), say.text(facts.get("place")))
    for one in parts(facts, "positions"):
        _position(sheet, one, zone, at)
    if not parts(facts, "positions"):
        sheet.pair(N_("Position by satellites"), say.nothing())
    sheet.pair(N_("Weather"), say.text(facts.get("weather")))
    sheet.pair(N_("Tide"), say.text(water.get("tide")))
    sheet.pair(N_("Water level"), say.text(water.get("level")))
    sheet.pair(N_("Activity seen"), say.member(Activity, facts.get("activity")))
    return sheet.done()


def _on_plane(sheet: Sheet, zone: int, lat: float, lon: float) -> None:
    say, words, plane = sheet.say, sheet.say.words, vn2000.zone(zone).title
    if not vn2000.reaches(zone, lon=lon):
        sheet.line(f"{plane}: " + words(N_("too far from Vietnam for its planes")), 1)
        return
    grid = vn2000.from_wgs84(zone, lat=lat, lon=lon)
    x, y = say.number(round(grid.northing_m, 1)), say.number(round(grid.easting_m, 1))
    sheet.line(words(N_("{plane}: X (north) {x} m, Y (east) {y} m"), plane=plane, x=x, y=y), 1)


def _position(sheet: Sheet, one: Part, zone: int, at: datetime) -> None:
    say, words = sheet.say, sheet.say.words
    sheet.head(say.member(PositionRole, one.get("role")))
    lat, lon = one.get("lat"), one.get("lon")
    if lat is None or lon is None:
        sheet.pair(N_("No position, because"), say.text(one.get("missing_reason")), 1)
    else:
        sheet.pair(N_("WGS84 (latitude, longitude)"), f"{lat:.6f}, {lon:.6f}", 1)
        _on_plane(sheet, zone, float(lat), float(lon))
        sheet.pair(N_("Accuracy (68 %)"), _spread(say, one.get("accuracy_m"), "m"), 1)
        sheet.pair(N_("Time of the position"), _fixed(say, one.get("fixed_at"), at), 1)
        sheet.pair(N_("Averaged over"), words.many("{n} fix", "{n} fixes", int(one.get("samples") or 0)), 1)
        if one.get("mock"):
            sheet.line(words(N_("The phone reported this position as a simulated one.")), 1)
    if one.get("bearing_deg") is not None or one.get("distance_m") is not None:
        sheet.pair(N_("Bearing from true north"), say.number(one.get("bearing_deg"), "°"), 1)
        sheet.pair(N_("Distance"), say.number(one.get("distance_m"), "m"), 1)
        sheet.pair(N_("Uncertainty (95 %)"), _spread(say, one.get("uncertainty_m"), "m"), 1)
        sheet.pair(N_("Way of measuring"), say.text(one.get("method")), 1)


def _spread(say: Say, value: object, unit: str) -> str:
    return say.nothing() if value is None else f"± {say.number(value, unit)}"


def _fixed(say: Say, value: object, at: datetime) -> str:
    fixed = instant(value)
    if fixed is None:
        return say.text(value)
    age = round((at - fixed).total_seconds())
    return say.words(N_("{when} ({s} s before this paper's time)"), when=say.time(value), s=age)


def team(say: Say, facts: Part) -> Section:
    sheet = Sheet(say, N_("Inspection team"))
    for member in parts(facts, "officers"):
        rest = ", ".join((say.text(member.get("post")), say.text(member.get("agency"))))
        role = say.words(N_("team leader")) if member.get("lead") else say.words(N_("member"))
        sheet.line(f"{say.text(member.get('name'))} – {rest} ({role})")
    return sheet.done()


def subjects(say: Say, facts: Part, identities: Mapping[str, Part]) -> Section:
    """`identities`: by the name that a subject gives of its part. Numbers are masked, birth dates not printed."""
    sheet = Sheet(say, N_("Persons and bodies"))
    for one in parts(facts, "subjects"):
        part = identities.get(str(one.get("identity"))) or {}
        number = part.get("document_number")
        sheet.head(f"{say.member(SubjectRole, one.get('role'))}: {say.text(one.get('display_name'))}")
        sheet.pair(N_("Kind"), say.member(SubjectKind, one.get("kind")), 1)
        sheet.pair(N_("Identity paper"), say.text(part.get("document_kind")), 1)
        sheet.pair(N_("Number, last characters"), masked(str(number)) if number else say.nothing(), 1)
        sheet.pair(N_("Tax code"), say.text(one.get("tax_code")), 1)
        sheet.pair(N_("Address"), say.text(one.get("address")), 1)
    return sheet.done()


def vehicles(say: Say, facts: Part) -> Section:
    sheet = Sheet(say, N_("Vehicles, vessels and machines"))
    for one in parts(facts, "vehicles"):
        mark = one.get("mark") or say.words(N_("no number seen"))
        sheet.head(f"{say.member(VehicleKind, one.get('kind'))}: {mark}")
        sheet.pair(N_("Description"), say.text(one.get("description")), 1)
        sheet.pair(N_("Trailer or tow"), say.text(one.get("trailer")), 1)
    for one in parts(facts, "machines"):
        sheet.head(say.text(one.get("kind")))
        sheet.pair(N_("Mark"), say.text(one.get("mark")), 1)
        sheet.pair(N_("Description"), say.text(one.get("description")), 1)
    return sheet.done()
