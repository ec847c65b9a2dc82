"""The field report: facts, assessment and identity part, as they are sealed.

Every field is always written; what is unknown is null. `None` therefore means "not known or not there", never
"forgotten". Times carry an offset. Ids inside one report (`s1`, `v1`, `l1`) are unique within it and nowhere else.
"""

from dataclasses import dataclass
from datetime import date as Day  # noqa: N812 - fields are called `date`, so the type needs another name
from datetime import datetime
from enum import StrEnum
from uuid import UUID


class Kind(StrEnum):
    EXTRACTION = "extraction"
    TRANSPORT = "transport"
    STOCKYARD = "stockyard"


class BasisKind(StrEnum):
    PLAN = "plan"
    ORDER = "order"
    TIP = "tip"
    ALARM = "alarm"
    PATROL = "patrol"
    TASK = "task"
    TRANSFER = "transfer"


class Mode(StrEnum):
    PLANNED = "planned"
    UNANNOUNCED = "unannounced"


class ActState(StrEnum):
    ONGOING = "ongoing"
    ENDED = "ended"
    UNKNOWN = "unknown"


class TimeSource(StrEnum):
    GNSS = "gnss"
    SERVER = "server"
    NONE = "none"


class PositionRole(StrEnum):
    OBSERVER = "observer"
    TARGET = "target"
    MARKER = "marker"


class SubjectRole(StrEnum):
    OFFENDER = "offender"
    CAPTAIN = "captain"
    DRIVER = "driver"
    VEHICLE_OWNER = "vehicle_owner"
    CARGO_OWNER = "cargo_owner"
    WITNESS = "witness"
    REPRESENTATIVE = "representative"


class SubjectKind(StrEnum):
    PERSON = "person"
    HOUSEHOLD_BUSINESS = "household_business"
    ORGANISATION = "organisation"
    BRANCH = "branch"
    UNKNOWN = "unknown"


class LicenceCheckItem(StrEnum):
    """What an inspector looks for at a licensed site (NĐ 193/2025 Đ59, Đ115, Đ116)."""

    DESIGN = "design"
    MINE_DIRECTOR = "mine_director"
    MARKERS = "markers"
    SCALE = "scale"
    CAMERA = "camera"
    TRACKER = "tracker"
    BOARD = "board"
    DEPOSIT = "deposit"
    LAND_LEASE = "land_lease"
    ENVIRONMENT_LICENCE = "environment_licence"


class CheckResult(StrEnum):
    PRESENT = "present"
    ABSENT = "absent"
    NOT_CHECKED = "not_checked"


class VehicleKind(StrEnum):
    ROAD = "road"
    VESSEL = "vessel"


class Activity(StrEnum):
    DIGGING = "digging"
    PUMPING = "pumping"
    LOADING = "loading"
    MOVING = "moving"
    STOCKPILING = "stockpiling"
    PROCESSING = "processing"
    IDLE = "idle"


class QuantityKind(StrEnum):
    VOLUME = "volume"
    MASS = "mass"
    LENGTH = "length"
    AREA = "area"
    DEPTH = "depth"
    PERCENT = "percent"
    COUNT = "count"


class Basis(StrEnum):
    """What a quantity is counted on: loose (nguyên khai, rời), in place (nguyên khối), by weight."""

    LOOSE = "loose"
    IN_PLACE = "in_place"
    WEIGHT = "weight"


class DocumentKind(StrEnum):
    """Papers asked for on board or on site (domain notes C2)."""

    INVOICE = "invoice"
    DELIVERY_NOTE = "delivery_note"
    WEIGH_SLIP = "weigh_slip"
    CONTRACT = "contract"
    LICENCE = "licence"
    LOG_BOOK = "log_book"
    REGISTRATION = "registration"
    TECHNICAL_INSPECTION = "technical_inspection"
    DRIVING_LICENCE = "driving_licence"
    CREW_CERTIFICATE = "crew_certificate"
    TRACKER_DATA = "tracker_data"
    OTHER = "other"


class Presented(StrEnum):
    SHOWN = "shown"
    NOT_SHOWN = "not_shown"
    PROMISED = "promised"
    NOT_ASKED = "not_asked"


class SceneActionKind(StrEnum):
    STOP = "stop"
    SEAL = "seal"
    DETAIN = "detain"
    HAND_OVER = "hand_over"


class SignatureResult(StrEnum):
    SIGNED = "signed"
    REFUSED = "refused"


class Purpose(StrEnum):
    """Why a picture or file was taken."""

    OVERVIEW = "overview"
    PLATE = "plate"
    LOAD = "load"
    DOCUMENT = "document"
    MEASUREMENT = "measurement"
    MARKER = "marker"
    BOARD = "board"
    SIGNATURE = "signature"
    IDENTITY = "identity"
    STATEMENT = "statement"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class InspectionBasis:
    kind: BasisKind
    number: str | None
    date: Day | None


@dataclass(frozen=True, slots=True)
class Inspection:
    """One check by one team; several reports may belong to it. `id` is minted when the team starts."""

    id: UUID
    basis: InspectionBasis
    mode: Mode
    inter_agency: bool


@dataclass(frozen=True, slots=True)
class TeamMember:
    name: str
    post: str | None
    agency: str
    lead: bool


@dataclass(frozen=True, slots=True)
class ActEnded:
    """When the act ended, for the limitation period (NĐ 36/2020 Đ5b): `at` and `proof` only with `ended`."""

    state: ActState
    at: datetime | None
    proof: str | None


@dataclass(frozen=True, slots=True)
class DeviceTime:
    """How far the phone's clock was from a better one: better − phone, seconds."""

    offset_s: float | None
    source: TimeSource


@dataclass(frozen=True, slots=True)
class Position:
    """A place and how it is known; or, with `missing_reason`, why there is none.

    `lat`, `lon` WGS84 degrees; `accuracy_m` 68 % radius; `samples` fixes averaged. For a target seen from elsewhere:
    `bearing_deg` clockwise from true north, `distance_m`, `uncertainty_m` (95 %) and the `method` used.
    """

    role: PositionRole
    lat: float | None
    lon: float | None
    accuracy_m: float | None
    altitude_m: float | None
    fixed_at: datetime | None
    provider: str | None
    satellites: int | None
    mock: bool
    samples: int
    bearing_deg: float | None
    distance_m: float | None
    method: str | None
    uncertainty_m: float | None
    missing_reason: str | None


@dataclass(frozen=True, slots=True)
class Water:
    tide: str | None
    level: str | None


@dataclass(frozen=True, slots=True)
class Subject:
    """Somebody met or owning something. Document numbers and birth dates stand in the identity part named by hash."""

    id: str
    role: SubjectRole
    kind: SubjectKind
    display_name: str | None
    tax_code: str | None
    address: str | None
    identity: str | None


@dataclass(frozen=True, slots=True)
class LicenceShown:
    """A licence as the paper said. `matched`: id of the register's licence, null when none was found."""

    number: str
    date: Day | None
    issuer: str | None
    mineral: str | None
    area_ha: float | None
    capacity: float | None
    capacity_unit: str | None
    depth_m: float | None
    hours: str | None
    valid_to: Day | None
    matched: UUID | None


@dataclass(frozen=True, slots=True)
class LicenceCheck:
    item: LicenceCheckItem
    result: CheckResult
    note: str | None


@dataclass(frozen=True, slots=True)
class Machine:
    id: str
    kind: str
    mark: str | None
    description: str | None


@dataclass(frozen=True, slots=True)
class Vehicle:
    """`mark`: plate or vessel number as typed, null for "không số" (then `description` says how to know it again)."""

    id: str
    kind: VehicleKind
    mark: str | None
    description: str | None
    trailer: str | None


@dataclass(frozen=True, slots=True)
class Dimension:
    """One length that went into a measurement, metres."""

    name: str
    value_m: float


@dataclass(frozen=True, slots=True)
class Conversion:
    """How the value was got from another quantity: value = measured × factor."""

    measured: float
    unit: str
    factor: float
    source: str


@dataclass(frozen=True, slots=True)
class Measurement:
    """`unit` fits `kind` (see `UNITS`); `uncertainty` in the same unit (95 %); `evidence`: ids of files."""

    kind: QuantityKind
    value: float
    unit: str
    basis: Basis | None
    dimensions: tuple[Dimension, ...]
    slip_number: str | None
    method: str | None
    instrument: str | None
    uncertainty: float | None
    measured_by: str | None
    conversion: Conversion | None
    evidence: tuple[UUID, ...]


@dataclass(frozen=True, slots=True)
class Document:
    kind: DocumentKind
    presented: Presented
    promised_by: Day | None
    issuer: str | None
    series: str | None
    number: str | None
    date: Day | None
    quantity: float | None
    unit: str | None
    evidence: tuple[UUID, ...]


@dataclass(frozen=True, slots=True)
class Load:
    """What one vehicle or tow carries. `vehicles` and `subjects` name ids of this report."""

    id: str
    vehicles: tuple[str, ...]
    mineral: str
    measurements: tuple[Measurement, ...]
    documents: tuple[Document, ...]
    origin: str | None
    destination: str | None
    subjects: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SceneAction:
    kind: SceneActionKind
    item: str
    number: str | None
    condition: str | None
    place_kept: str | None
    keeper: str | None


@dataclass(frozen=True, slots=True)
class Signature:
    who: str
    role: str
    agency: str | None
    result: SignatureResult
    reason: str | None
    evidence: UUID | None


@dataclass(frozen=True, slots=True)
class Facts:
    """What was seen, measured, shown and said. No legal opinion."""

    inspection: Inspection
    officers: tuple[TeamMember, ...]
    started_at: datetime
    finished_at: datetime | None
    discovered_at: datetime | None
    act_ended: ActEnded
    device_time: DeviceTime
    positions: tuple[Position, ...]
    commune: str | None
    place: str | None
    weather: str | None
    water: Water | None
    subjects: tuple[Subject, ...]
    licences_shown: tuple[LicenceShown, ...]
    licence_checks: tuple[LicenceCheck, ...]
    machines: tuple[Machine, ...]
    vehicles: tuple[Vehicle, ...]
    activity: Activity | None
    loads: tuple[Load, ...]
    measurements: tuple[Measurement, ...]
    documents: tuple[Document, ...]
    statement: str | None
    scene_actions: tuple[SceneAction, ...]
    signatures: tuple[Signature, ...]


@dataclass(frozen=True, slots=True)
class Observation:
    """A violation as the inspector classifies it; `code` of the catalogue in the version named."""

    code: str
    catalogue_version: str
    words: str


class RuleAnswer(StrEnum):
    """The three answers of `shared.rules.verdict.Answer`, as written on the wire."""

    YES = "yes"
    NO = "no"
    CANNOT_TELL = "cannot_tell"


@dataclass(frozen=True, slots=True)
class RuleResult:
    rule: str
    version: str
    answer: RuleAnswer
    numbers: dict[str, float]
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Assessment:
    """Internal opinion: never shown to, signed by or printed for the subject."""

    observations: tuple[Observation, ...]
    rule_results: tuple[RuleResult, ...]
    notes: str | None
    proposal: str | None


@dataclass(frozen=True, slots=True)
class IdentityPart:
    """Who somebody is. `salt` (≥ 16 random bytes, hex) keeps the hash from giving the number away by trying."""

    salt: str
    document_kind: str | None
    document_number: str | None
    name: str | None
    birth_date: Day | None
    address: str | None
    photo: UUID | None


UNITS: dict[QuantityKind, tuple[str, ...]] = {
    QuantityKind.VOLUME: ("m3",),
    QuantityKind.MASS: ("t", "kg"),
    QuantityKind.LENGTH: ("m", "km"),
    QuantityKind.AREA: ("m2", "ha"),
    QuantityKind.DEPTH: ("m",),
    QuantityKind.PERCENT: ("%",),
    QuantityKind.COUNT: ("1",),
}
