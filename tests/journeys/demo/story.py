"""What the two inspectors meet on the river: 24 reports, told as data. Nobody and nothing in it exists.

Plates carry 87, which no province has; companies and people say "minh họa"; licences are those of the demo province.
"""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from shared.identity import uuid7
from shared.wire.v1 import records as r

BIG_SHIP, OPEN_TRUCK = "Sà lan (minh họa)", "Xe ben (minh họa)"


@dataclass(frozen=True)
class LoadPlan:
    """`m3` loose, measured in the hold or body; `paper`: number of the invoice shown, None when none was."""

    m3: float
    paper: str | None = None
    slip_t: float | None = None


@dataclass(frozen=True)
class Stop:
    """One report. `team_stop`: stops with the same value belong to one inspection. `licence`: index of the licence
    whose boundary matters, `aside_m`: how far from its centre line the boat lies. `codes`: what the inspector sees."""

    kind: r.Kind
    team_stop: str
    codes: tuple[str, ...]
    licence: int
    aside_m: float = 0.0
    loads: tuple[LoadPlan, ...] = ()
    vessel: str | None = None
    trucks: tuple[str, ...] = ()
    subject: str | None = "organisation"
    shows_licence: bool = True
    mode: r.Mode = r.Mode.UNANNOUNCED
    basis: r.BasisKind = r.BasisKind.PATROL
    fled: bool = False
    photos: int = 2
    pit_m3: float | None = None
    tags: tuple[r.Purpose, ...] = field(default=(r.Purpose.OVERVIEW, r.Purpose.LOAD, r.Purpose.PLATE))


def _x(**given: object) -> Stop:
    return Stop(r.Kind.EXTRACTION, **given)  # type: ignore[arg-type]


def _t(**given: object) -> Stop:
    return Stop(r.Kind.TRANSPORT, **given)  # type: ignore[arg-type]


PLAN, TIP = {"mode": r.Mode.PLANNED, "basis": r.BasisKind.PLAN}, {"basis": r.BasisKind.TIP}

PHONE_1 = (
    _x(team_stop="1a", codes=("KV-00",), licence=0, aside_m=5, vessel="HY-0001", **PLAN),
    _x(team_stop="1b", codes=("KT-07",), licence=1, aside_m=180, vessel="HY-0002", pit_m3=120.5, **TIP),
    _x(team_stop="1c", codes=("KT-07", "KT-12"), licence=2, aside_m=240, vessel=None, pit_m3=64.25, **TIP),
    _x(
        team_stop="1d",
        codes=("KT-01",),
        licence=3,
        aside_m=420,
        vessel=None,
        subject="person",
        shows_licence=False,
        loads=(LoadPlan(8.0),),
    ),
    _x(
        team_stop="1d",
        codes=("KT-01",),
        licence=3,
        aside_m=435,
        vessel=None,
        subject="unknown",
        shows_licence=False,
        fled=True,
    ),
    _x(team_stop="1e", codes=("KV-00",), licence=4, aside_m=0, vessel="HY-0005", **PLAN),
    _x(team_stop="1f", codes=("KT-09",), licence=5, aside_m=10, vessel="HY-0006", **PLAN),
    _t(
        team_stop="1g",
        codes=("VC-01",),
        licence=6,
        loads=(LoadPlan(14.2), LoadPlan(13.9)),
        trucks=("87C-00101", "87C-00102"),
    ),
    _t(team_stop="1g", codes=("KV-00",), licence=6, loads=(LoadPlan(12.4, "0000417"),), trucks=("87C-00103",)),
    _t(team_stop="1g", codes=("VC-02",), licence=6, loads=(LoadPlan(13.1, "0000417"),), trucks=("87C-00104",)),
    _t(team_stop="1h", codes=("KV-00",), licence=7, loads=(LoadPlan(310.0, "0000533"),), vessel="HY-0011", **PLAN),
    _t(team_stop="1h", codes=("VC-04",), licence=7, loads=(LoadPlan(285.5, "0000534"),), vessel=None, **PLAN),
)

PHONE_2 = (
    _t(
        team_stop="2a",
        codes=("KV-00",),
        licence=8,
        loads=(LoadPlan(11.8, "0000610", slip_t=17.1),),
        trucks=("87C-00201",),
    ),
    _t(
        team_stop="2a",
        codes=("VC-05",),
        licence=8,
        loads=(LoadPlan(15.6, "0000611", slip_t=22.64),),
        trucks=("87C-00202",),
    ),
    _t(
        team_stop="2a",
        codes=("VC-01", "VC-05"),
        licence=8,
        loads=(LoadPlan(16.0, None, slip_t=23.2), LoadPlan(9.5)),
        trucks=("87C-00203", "87C-00204"),
    ),
    # An invoice that the other phone's inspector was shown for a barge of his: no phone can know, the office can.
    _t(team_stop="2b", codes=("KV-00",), licence=9, loads=(LoadPlan(265.0, "0000533"),), vessel="HY-0021"),
    _t(team_stop="2b", codes=("VC-01",), licence=9, loads=(LoadPlan(240.75),), vessel=None, subject="person"),
    _t(team_stop="2c", codes=("KV-00",), licence=10, loads=(LoadPlan(12.0, "0000811"),), trucks=("87C-00207",), **PLAN),
    _t(team_stop="2c", codes=("KV-00",), licence=10, loads=(LoadPlan(12.2, "0000812"),), trucks=("87C-00208",), **PLAN),
    _t(team_stop="2c", codes=("VC-02",), licence=10, loads=(LoadPlan(17.4, "0000812"),), trucks=("87C-00209",), **PLAN),
    _x(team_stop="2d", codes=("KT-07",), licence=11, aside_m=420, vessel="HY-0031", pit_m3=88.0, **TIP),
    _x(team_stop="2e", codes=("KV-00",), licence=8, aside_m=8, vessel="HY-0032", **PLAN),
    _x(team_stop="2f", codes=("KT-10",), licence=9, aside_m=0, vessel=None, subject="household_business", **PLAN),
    Stop(
        r.Kind.STOCKYARD,
        team_stop="2g",
        codes=("TT-02",),
        licence=10,
        aside_m=95,
        # Weighed at the gate, with a slip: what is seen here is all that passes, not a sample of it.
        loads=(LoadPlan(630.0, "0000901", slip_t=913.5),),
        photos=3,
    ),
)

STORIES = {1: PHONE_1, 2: PHONE_2}
REPORTS = sum(len(story) for story in STORIES.values())


@dataclass(frozen=True)
class Scene:
    """What the phone gives to a stop: its time, position and pictures (ids and purposes)."""

    inspection: UUID
    started_at: datetime
    finished_at: datetime
    position: r.Position
    device_time: r.DeviceTime
    photos: tuple[tuple[UUID, r.Purpose], ...]
    officer: str
    agency: str
    commune: str | None
    licence_id: UUID
    licence_number: str
    mineral: str
    catalogue_version: str


def facts(stop: Stop, scene: Scene) -> r.Facts:
    """The facts of a stop as its inspector would fill them in."""
    vehicles, loads = _vehicles(stop), _loads(stop, scene)
    violation = stop.codes != ("KV-00",)
    return r.Facts(
        inspection=r.Inspection(
            scene.inspection, r.InspectionBasis(stop.basis, "01/KH-MINHHOA", date(2026, 1, 5)), stop.mode, False
        ),
        officers=(r.TeamMember(scene.officer, "Chuyên viên", scene.agency, lead=True),),
        started_at=scene.started_at,
        finished_at=scene.finished_at,
        discovered_at=scene.started_at + timedelta(seconds=30) if violation else None,
        act_ended=r.ActEnded(r.ActState.ONGOING if violation else r.ActState.UNKNOWN, None, None),
        device_time=scene.device_time,
        positions=(scene.position, *_target(stop)),
        commune=scene.commune,
        place="Sông Hồng (minh họa)",
        weather="Nắng nhẹ",
        water=r.Water("triều xuống", None),
        subjects=_subjects(stop),
        licences_shown=_licences(stop, scene),
        licence_checks=_checks(stop),
        machines=_machines(stop),
        vehicles=vehicles,
        activity=r.Activity.PUMPING if stop.kind is r.Kind.EXTRACTION else r.Activity.MOVING,
        loads=loads,
        measurements=_pit(stop, scene),
        documents=(),
        statement=None if stop.fled else "Chúng tôi đang làm theo đơn hàng.",
        scene_actions=(),
        signatures=_signatures(stop, scene),
    )


def assessment(stop: Stop, scene: Scene) -> r.Assessment:
    return r.Assessment(
        observations=tuple(
            r.Observation(code, scene.catalogue_version, f"Ghi nhận {code} (minh họa)") for code in stop.codes
        ),
        rule_results=(),
        notes=None,
        proposal=None if stop.codes == ("KV-00",) else "Đề nghị lập vụ việc (minh họa)",
    )


def identities(stop: Stop) -> tuple[r.IdentityPart, ...]:
    """An identity part where a person stood on board; its number is none that could be issued."""
    if stop.subject != "person":
        return ()
    return (
        r.IdentityPart(uuid7(datetime.now(UTC)).hex + "00", "cccd", "000000000000", "Người minh họa", None, None, None),
    )


def _subjects(stop: Stop) -> tuple[r.Subject, ...]:
    if stop.fled or stop.subject is None:
        return ()
    kind = r.SubjectKind(stop.subject)
    names = {
        "organisation": f"Công ty minh họa {stop.licence}",
        "person": f"Người minh họa {stop.team_stop}",
        "household_business": f"Hộ kinh doanh minh họa {stop.licence}",
    }
    main = r.Subject(
        "s1",
        r.SubjectRole.CARGO_OWNER if stop.loads else r.SubjectRole.OFFENDER,
        kind,
        names.get(stop.subject),
        None,
        None,
        "#0" if stop.subject == "person" else None,
    )
    drivers = tuple(
        r.Subject(f"d{i}", r.SubjectRole.DRIVER, r.SubjectKind.PERSON, f"Lái xe minh họa {plate}", None, None, None)
        for i, plate in enumerate(stop.trucks, 1)
    )
    witness = r.Subject(
        "w1", r.SubjectRole.WITNESS, r.SubjectKind.PERSON, "Người chứng kiến minh họa", None, None, None
    )
    return (main, *drivers, witness)


def _vehicles(stop: Stop) -> tuple[r.Vehicle, ...]:
    trucks = tuple(
        r.Vehicle(f"v{i}", r.VehicleKind.ROAD, plate, OPEN_TRUCK, None) for i, plate in enumerate(stop.trucks, 1)
    )
    if trucks:
        return trucks
    unmarked = None if stop.vessel else "Ghe sắt khoảng 18 m, máy đuôi, sơn xanh, không số"
    return (r.Vehicle("v1", r.VehicleKind.VESSEL, stop.vessel, unmarked or BIG_SHIP, None),)


def _loads(stop: Stop, scene: Scene) -> tuple[r.Load, ...]:
    found = []
    for i, plan in enumerate(stop.loads, 1):
        vehicle = f"v{i}" if stop.trucks else "v1"
        evidence = tuple(photo for photo, purpose in scene.photos if purpose is r.Purpose.LOAD)
        measured = [_volume(plan.m3, "Thùng xe dài × rộng × cao" if stop.trucks else "Mớn nước", evidence)]
        if plan.slip_t is not None:
            measured.append(_mass(plan.slip_t, f"PC-{i:04d}"))
        found.append(
            r.Load(
                f"l{i}",
                (vehicle,),
                scene.mineral,
                tuple(measured),
                (_invoice(plan),),
                f"Mỏ {scene.licence_number}",
                "Bãi tập kết minh họa",
                () if stop.fled else ("s1",),
            )
        )
    return tuple(found)


def _volume(m3: float, method: str, evidence: tuple[UUID, ...]) -> r.Measurement:
    return r.Measurement(
        r.QuantityKind.VOLUME,
        m3,
        "m3",
        r.Basis.LOOSE,
        (),
        None,
        method,
        "Thước dây",
        round(m3 * 0.05, 2),
        "Tổ kiểm tra",
        None,
        evidence,
    )


def _mass(tonnes: float, slip: str) -> r.Measurement:
    return r.Measurement(
        r.QuantityKind.MASS, tonnes, "t", r.Basis.WEIGHT, (), slip, "Trạm cân", "Cân ô tô", 0.02, "Trạm cân", None, ()
    )


def _invoice(plan: LoadPlan) -> r.Document:
    shown = plan.paper is not None
    return r.Document(
        r.DocumentKind.INVOICE,
        r.Presented.SHOWN if shown else r.Presented.NOT_SHOWN,
        None,
        "Công ty minh họa" if shown else None,
        "1C26TMH" if shown else None,
        plan.paper,
        date(2026, 11, 2) if shown else None,
        plan.m3 if shown else None,
        "m3" if shown else None,
        (),
    )


def _pit(stop: Stop, scene: Scene) -> tuple[r.Measurement, ...]:
    if stop.pit_m3 is None:
        return ()
    return (
        r.Measurement(
            r.QuantityKind.VOLUME,
            stop.pit_m3,
            "m3",
            r.Basis.IN_PLACE,
            (r.Dimension("độ sâu", 2.5),),
            None,
            "Diện tích × độ sâu",
            "Máy đo sâu",
            round(stop.pit_m3 * 0.15, 2),
            "Tổ kiểm tra",
            None,
            tuple(photo for photo, _ in scene.photos[:1]),
        ),
    )


def _licences(stop: Stop, scene: Scene) -> tuple[r.LicenceShown, ...]:
    """On board of a digger the licence is asked for; with a load it lies among the papers, where there are any."""
    if not stop.shows_licence or (stop.kind is not r.Kind.EXTRACTION and not any(load.paper for load in stop.loads)):
        return ()
    return (
        r.LicenceShown(
            scene.licence_number,
            date(2025, 1, 1),
            "Cơ quan cấp phép (minh họa)",
            scene.mineral,
            None,
            None,
            None,
            None,
            "7h–17h",
            date(2029, 12, 31),
            scene.licence_id,
        ),
    )


def _checks(stop: Stop) -> tuple[r.LicenceCheck, ...]:
    if stop.kind is r.Kind.TRANSPORT:
        return ()
    absent = {
        "KT-10": r.LicenceCheckItem.MARKERS,
        "KT-12": r.LicenceCheckItem.TRACKER,
        "TT-02": r.LicenceCheckItem.BOARD,
    }
    gone = {absent[code] for code in stop.codes if code in absent}
    items = (r.LicenceCheckItem.MARKERS, r.LicenceCheckItem.TRACKER, r.LicenceCheckItem.BOARD, r.LicenceCheckItem.SCALE)
    return tuple(
        r.LicenceCheck(item, r.CheckResult.ABSENT if item in gone else r.CheckResult.PRESENT, None) for item in items
    )


def _machines(stop: Stop) -> tuple[r.Machine, ...]:
    return (
        (r.Machine("m1", "Máy bơm hút cát", None, "Công suất khoảng 75 kW"),) if stop.kind is r.Kind.EXTRACTION else ()
    )


def _target(stop: Stop) -> tuple[r.Position, ...]:
    """A vessel that fled: a bearing and a distance, no coordinates."""
    if not stop.fled:
        return ()
    return (
        r.Position(
            r.PositionRole.TARGET,
            None,
            None,
            None,
            None,
            None,
            None,
            None,
            mock=False,
            samples=0,
            bearing_deg=135.0,
            distance_m=220.0,
            method="Ước lượng bằng mắt",
            uncertainty_m=60.0,
            missing_reason=None,
        ),
    )


def _signatures(stop: Stop, scene: Scene) -> tuple[r.Signature, ...]:
    if stop.fled:
        return ()
    if stop.subject == "person":
        return (
            r.Signature(
                "Người minh họa", "offender", None, r.SignatureResult.REFUSED, "Không đồng ý khối lượng đo", None
            ),
        )
    return (
        r.Signature("Đại diện minh họa", "representative", "Công ty minh họa", r.SignatureResult.SIGNED, None, None),
    )
