"""Field reports as a phone makes them: builders for every record, a phone that seals, and bad envelopes on purpose.

Only the standard library, `cryptography`, Pillow and `shared`: the server's and the phone's tests both build on this.
Every builder gives a valid record and takes overrides by keyword. People and companies are invented ("minh họa"); the
plates carry 87 and the vessels no number at all, because no province has the code 87 (domain notes B10).
"""

import base64
import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from copy import deepcopy
from dataclasses import replace
from datetime import UTC, date, datetime
from io import BytesIO
from types import MappingProxyType
from typing import Any, TypeVar
from uuid import UUID, uuid4

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from PIL import Image

from shared.identity import uuid7
from shared.wire.v1.canonical import canonical_bytes
from shared.wire.v1.codec import encode
from shared.wire.v1.messages import REPORT_SCHEMA, App, EvidenceEntry, Manifest
from shared.wire.v1.records import (
    ActEnded,
    Activity,
    ActState,
    Assessment,
    Basis,
    BasisKind,
    CheckResult,
    DeviceTime,
    Dimension,
    Document,
    DocumentKind,
    Facts,
    IdentityPart,
    Inspection,
    InspectionBasis,
    Kind,
    LicenceCheck,
    LicenceCheckItem,
    LicenceShown,
    Load,
    Machine,
    Measurement,
    Mode,
    Observation,
    Position,
    PositionRole,
    Presented,
    Purpose,
    QuantityKind,
    RuleAnswer,
    RuleResult,
    Signature,
    SignatureResult,
    Subject,
    SubjectKind,
    SubjectRole,
    TeamMember,
    TimeSource,
    Vehicle,
    VehicleKind,
    Water,
)
from shared.wire.v1.seal import SealedReport, seal

T = TypeVar("T")

# A morning on the river bank, 08:00 to 08:40 in Vietnam, and the report sealed at 08:45. Fixed, so that nothing depends
# on the day a test runs; a test about clocks passes its own `sealed_at`.
STARTED_AT = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)
FINISHED_AT = datetime(2026, 11, 20, 1, 40, tzinfo=UTC)
SEALED_AT = datetime(2026, 11, 20, 1, 45, tzinfo=UTC)

CATALOGUE_VERSION = "ND36-2020/ND04-2022"


# --- records


def measurement(**overrides: Any) -> Measurement:
    """12 m³ of loose sand, measured in the truck's body."""
    return _build(
        Measurement,
        overrides,
        kind=QuantityKind.VOLUME,
        value=12.0,
        unit="m3",
        basis=Basis.LOOSE,
        dimensions=(Dimension("dài", 5.0), Dimension("rộng", 2.4), Dimension("cao", 1.0)),
        slip_number=None,
        method="thùng xe dài × rộng × cao",
        instrument="thước thép 10 m",
        uncertainty=0.6,
        measured_by="Phạm An (minh họa)",
        conversion=None,
        evidence=(),
    )


def document(**overrides: Any) -> Document:
    """An invoice for 12 m³ that was shown; `promised_by` is filled in when `presented` is promised."""
    if overrides.get("presented") is Presented.PROMISED:
        overrides.setdefault("promised_by", date(2026, 11, 24))
    return _build(
        Document,
        overrides,
        kind=DocumentKind.INVOICE,
        presented=Presented.SHOWN,
        promised_by=None,
        issuer="Công ty Cát sỏi Bãi Giữa (minh họa)",
        series="1C26TMH",
        number="00000127",
        date=date(2026, 11, 20),
        quantity=12.0,
        unit="m3",
        evidence=(),
    )


def vehicle(**overrides: Any) -> Vehicle:
    """A lorry with a plate; `mark=None` is "không số" and then wants a description."""
    return _build(
        Vehicle,
        overrides,
        id="v1",
        kind=VehicleKind.ROAD,
        mark="87C-123.45",
        description="xe tải ben ba chân, ca bin xanh",
        trailer=None,
    )


def subject(**overrides: Any) -> Subject:
    return _build(
        Subject,
        overrides,
        id="s1",
        role=SubjectRole.DRIVER,
        kind=SubjectKind.PERSON,
        display_name="Lê Văn Tài (minh họa)",
        tax_code=None,
        address="thôn Bến, xã Minh Họa",
        identity=None,
    )


def position(**overrides: Any) -> Position:
    """Where the inspector stood: a good handheld fix on the Red River near Hưng Yên."""
    return _build(
        Position,
        overrides,
        role=PositionRole.OBSERVER,
        lat=20.6471,
        lon=106.0489,
        accuracy_m=4.2,
        altitude_m=6.0,
        fixed_at=STARTED_AT,
        provider="gps",
        satellites=17,
        mock=False,
        samples=30,
        bearing_deg=None,
        distance_m=None,
        method=None,
        uncertainty_m=None,
        missing_reason=None,
    )


def load(**overrides: Any) -> Load:
    """Sand on the lorry `v1` of the driver `s1`, with its invoice."""
    return _build(
        Load,
        overrides,
        id="l1",
        vehicles=("v1",),
        mineral="cát san lấp",
        measurements=(measurement(),),
        documents=(document(),),
        origin="bãi Bến Gạch (minh họa)",
        destination="công trình đường gom (minh họa)",
        subjects=("s1",),
    )


def identity_part(**overrides: Any) -> IdentityPart:
    """Who the driver is. Name it in `subject(identity=identity_hash(part))` and seal it with `identities=(part,)`."""
    return _build(
        IdentityPart,
        overrides,
        salt=hashlib.sha256(uuid4().bytes).hexdigest()[:32],
        document_kind="CCCD",
        document_number="000000000000",
        name="Lê Văn Tài (minh họa)",
        birth_date=date(1988, 2, 29),
        address="thôn Bến, xã Minh Họa",
        photo=None,
    )


def assessment(*codes: str, **overrides: Any) -> Assessment:
    """The inspector's opinion: an observation for each code of the violation catalogue (domain notes C5)."""
    return _build(
        Assessment,
        overrides,
        observations=tuple(Observation(code, CATALOGUE_VERSION, _WORDS.get(code, code)) for code in codes),
        rule_results=(),
        notes=None,
        proposal="Lập biên bản, chuyển hồ sơ" if codes else None,
    )


_WORDS = {
    "KT-01": "Khai thác cát lòng sông không có giấy phép",
    "KT-07": "Khai thác cát lòng sông ngoài ranh giới khu vực được cấp phép",
    "KT-10": "Mốc ranh giới khu vực khai thác không còn",
    "VC-01": "Không xuất trình hóa đơn, tài liệu chứng minh nguồn gốc cát trên xe",
    "VC-02": "Khối lượng trên xe khác khối lượng trên hóa đơn",
    "TT-02": "Bến bãi không có trạm cân, camera",
    "KV-00": "Không phát hiện vi phạm",
}


def rule_result(**overrides: Any) -> RuleResult:
    return _build(
        RuleResult,
        overrides,
        rule="geofence",
        version="1",
        answer=RuleAnswer.NO,
        numbers={"distance_m": 43.0, "uncertainty_m": 6.9, "age_s": 3.0},
        reasons=("outside_area_handheld",),
    )


def facts(**overrides: Any) -> Facts:
    """The least a report needs: a team on patrol, at a place, with nobody met and nothing measured."""
    return _build(
        Facts,
        overrides,
        inspection=Inspection(
            id=uuid4(),
            basis=InspectionBasis(BasisKind.PATROL, "18/KH-MH", date(2026, 11, 2)),
            mode=Mode.UNANNOUNCED,
            inter_agency=False,
        ),
        officers=(TeamMember("Phạm An (minh họa)", "kiểm tra viên", "Đội kiểm tra số 1 (minh họa)", True),),
        started_at=STARTED_AT,
        finished_at=FINISHED_AT,
        discovered_at=STARTED_AT,
        act_ended=ActEnded(ActState.ONGOING, None, None),
        device_time=DeviceTime(-0.4, TimeSource.GNSS),
        positions=(position(),),
        commune="12142",
        place="đường đê, gần bến Gạch (minh họa)",
        weather="nhiều mây, không mưa",
        water=None,
        subjects=(),
        licences_shown=(),
        licence_checks=(),
        machines=(),
        vehicles=(),
        activity=None,
        loads=(),
        measurements=(),
        documents=(),
        statement=None,
        scene_actions=(),
        signatures=(),
    )


def transport_facts(**overrides: Any) -> Facts:
    """A sand lorry stopped on the dyke road, its load measured and its papers asked for."""
    given: dict[str, Any] = {
        "subjects": (subject(),),
        "vehicles": (vehicle(),),
        "activity": Activity.MOVING,
        "loads": (load(),),
        "documents": (
            document(
                kind=DocumentKind.REGISTRATION, issuer=None, series=None, number="87-000123", quantity=None, unit=None
            ),
            document(
                kind=DocumentKind.DELIVERY_NOTE,
                presented=Presented.NOT_SHOWN,
                issuer=None,
                series=None,
                number=None,
                date=None,
                quantity=None,
                unit=None,
            ),
        ),
        "statement": "Tôi chở thuê, hóa đơn chủ bãi đưa lúc lấy cát.",
        "signatures": (
            Signature(
                "Phạm An (minh họa)",
                "kiểm tra viên",
                "Đội kiểm tra số 1 (minh họa)",
                SignatureResult.SIGNED,
                None,
                None,
            ),
            Signature("Lê Văn Tài (minh họa)", "lái xe", None, SignatureResult.REFUSED, "không đồng ý với số đo", None),
        ),
    }
    return facts(**{**given, **overrides})


def extraction_facts(**overrides: Any) -> Facts:
    """An unnumbered dredger pumping sand, seen from the bank beside a licensed stretch of river."""
    given: dict[str, Any] = {
        "positions": (
            position(),
            position(
                role=PositionRole.TARGET,
                lat=20.6459,
                lon=106.0478,
                accuracy_m=9.0,
                altitude_m=None,
                samples=1,
                bearing_deg=221.0,
                distance_m=176.0,
                method="máy đo xa laze, la bàn",
                uncertainty_m=8.0,
            ),
        ),
        "water": Water("nước ròng", "+0,8 m"),
        "subjects": (subject(role=SubjectRole.CAPTAIN, display_name="Đỗ Văn Lái (minh họa)"),),
        "licences_shown": (
            LicenceShown(
                number="12/GP-UBND",
                date=date(2024, 5, 6),
                issuer="UBND tỉnh",
                mineral="cát san lấp",
                area_ha=8.6,
                capacity=60000.0,
                capacity_unit="m3/năm",
                depth_m=-6.5,
                hours="07:00-17:00",
                valid_to=date(2029, 5, 6),
                matched=None,
            ),
        ),
        "licence_checks": (
            LicenceCheck(LicenceCheckItem.MARKERS, CheckResult.ABSENT, "mất phao mốc số 3"),
            LicenceCheck(LicenceCheckItem.TRACKER, CheckResult.NOT_CHECKED, None),
        ),
        "machines": (Machine("m1", "máy bơm hút cát", None, "ống hút khoảng 20 cm"),),
        "vehicles": (
            vehicle(kind=VehicleKind.VESSEL, mark=None, description="tàu vỏ thép khoảng 30 m, không số, máy hút ở mũi"),
        ),
        "activity": Activity.PUMPING,
        "loads": (
            load(
                measurements=(
                    measurement(value=85.0, dimensions=(), method="mớn nước", uncertainty=15.0, instrument=None),
                ),
                documents=(),
                destination=None,
                origin="lòng sông",
            ),
        ),
        "measurements": (
            measurement(
                kind=QuantityKind.DEPTH,
                value=7.2,
                unit="m",
                basis=None,
                dimensions=(),
                method="dây dọi",
                uncertainty=0.3,
            ),
        ),
    }
    return facts(**{**given, **overrides})


def stockyard_facts(**overrides: Any) -> Facts:
    """A riverside stockyard: piles surveyed, the scale looked for, papers promised."""
    given: dict[str, Any] = {
        "subjects": (
            subject(
                role=SubjectRole.REPRESENTATIVE,
                kind=SubjectKind.HOUSEHOLD_BUSINESS,
                display_name="Hộ kinh doanh Bến Gạch (minh họa)",
                tax_code="0000000000",
            ),
        ),
        "licence_checks": (
            LicenceCheck(LicenceCheckItem.SCALE, CheckResult.ABSENT, None),
            LicenceCheck(LicenceCheckItem.CAMERA, CheckResult.PRESENT, "hướng ra cổng"),
            LicenceCheck(LicenceCheckItem.BOARD, CheckResult.PRESENT, "không ghi địa chỉ nguồn cung"),
        ),
        "activity": Activity.STOCKPILING,
        "measurements": (
            measurement(
                value=493.5,
                dimensions=(),
                method="đo đống: diện tích 1.410 m² × cao trung bình 0,35 m",
                uncertainty=40.0,
            ),
        ),
        "documents": (
            document(kind=DocumentKind.CONTRACT, presented=Presented.PROMISED, series=None, number=None, date=None),
        ),
    }
    return facts(**{**given, **overrides})


def evidence_entry(content: bytes, **overrides: Any) -> EvidenceEntry:
    """The manifest's line for a file with exactly these bytes."""
    return _build(
        EvidenceEntry,
        overrides,
        id=uuid4(),
        sha256=hashlib.sha256(content).hexdigest(),
        bytes=len(content),
        media_type="image/jpeg",
        purpose=Purpose.LOAD,
        taken_at=STARTED_AT,
        from_app_camera=True,
    )


def jpeg(seed: object, size: tuple[int, int] = (320, 240)) -> bytes:
    """A small JPEG; another seed gives another picture, the same seed the same bytes."""
    digest = hashlib.sha256(repr(seed).encode()).digest()
    picture = Image.frombytes("RGB", (4, 2), digest[:24]).resize(size, Image.Resampling.NEAREST)
    buffer = BytesIO()
    picture.save(buffer, "JPEG", quality=80)
    return buffer.getvalue()


def _build(record: type[T], overrides: Mapping[str, Any], /, **defaults: Any) -> T:
    return record(**{**defaults, **overrides})


# --- a phone


class SealingPhone:
    """A phone in memory: its key, its ids, and the chain of what it sealed.

    `private_value` makes a phone with a known key (golden files); otherwise the key is new.
    """

    def __init__(
        self,
        *,
        device: UUID | None = None,
        officer: UUID | None = None,
        unit: UUID | None = None,
        private_value: int | None = None,
    ) -> None:
        curve = ec.SECP256R1()
        self.private_key = (
            ec.generate_private_key(curve) if private_value is None else ec.derive_private_key(private_value, curve)
        )
        self.device = device or uuid4()
        self.officer = officer or uuid4()
        self.unit = unit or uuid4()
        self.sequence = 0
        self.previous: str | None = None

    @property
    def public_key_pem(self) -> str:
        return (
            self.private_key.public_key()
            .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
            .decode("ascii")
        )

    @property
    def key_id(self) -> str:
        """Hex SHA-256 of the SPKI's DER."""
        spki = self.private_key.public_key().public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        return hashlib.sha256(spki).hexdigest()

    def sign(self, message: bytes) -> bytes:
        return self.private_key.sign(message, ec.ECDSA(hashes.SHA256()))

    def verify(self, key: str, message: bytes, signature: bytes) -> bool | None:
        """What `open_envelope` asks, of a server that has enrolled this phone only."""
        return verify_with(self)(key, message, signature)

    def seal(
        self,
        *,
        facts: Facts | None = None,
        assessment: Assessment | None = None,
        identities: tuple[IdentityPart, ...] = (),
        kind: Kind = Kind.TRANSPORT,
        files: Iterable[bytes] = (),
        supersedes: UUID | None = None,
        sealed_at: datetime = SEALED_AT,
        **manifest_overrides: Any,
    ) -> SealedReport:
        """The next report of this phone, sealed and valid. A report that is never sent leaves a gap in the chain.

        `facts` None: the ones that fit `kind`. `files`: a photo entry for each; entries that facts refer to are made
        with `evidence_entry` and given as `evidence=`. With `sequence=` or `previous=` the phone counts on from there.
        """
        manifest = _build(
            Manifest,
            manifest_overrides,
            schema=REPORT_SCHEMA,
            id=uuid7(sealed_at),
            kind=kind,
            device=self.device,
            officer=self.officer,
            unit=self.unit,
            sequence=self.sequence + 1,
            previous=self.previous,
            supersedes=supersedes,
            sealed_at=sealed_at,
            facts="",
            assessment=None,
            identities=(),
            evidence=(),
            reference_cursor=None,
            app=App("kiem-khoang", "0.1.0", "test"),
        )
        manifest = replace(manifest, evidence=(*manifest.evidence, *(evidence_entry(content) for content in files)))
        if facts is None:
            facts = _FACTS_OF[manifest.kind]()
        sealed = seal(manifest, facts, assessment, identities, sign=self.sign, key=self.key_id)
        self.sequence, self.previous = sealed.manifest.sequence, sealed.manifest_sha256
        return sealed

    def signed_again(
        self, envelope: Mapping[str, Any], *, manifest: bytes | None = None, **parts: Any
    ) -> dict[str, Any]:
        """`envelope` (JSON value) with other bytes, hashed and signed as if the app itself had made them.

        `manifest`: its bytes, whatever they are. `facts`, `assessment`: bytes of that part; `identities`: list of
        bytes. The manifest's hashes follow the parts unless the manifest is given too.
        """
        changed = deepcopy(dict(envelope))
        claims = json.loads(_unpacked(changed["manifest"]))
        for name, content in parts.items():
            if name == "identities":
                changed["parts"][name] = [_packed(raw) for raw in content]
                claims[name] = [hashlib.sha256(raw).hexdigest() for raw in content]
            else:
                changed["parts"][name] = _packed(content)
                claims[name] = hashlib.sha256(content).hexdigest()
        raw = canonical_bytes(claims) if manifest is None else manifest
        return {**changed, "manifest": _packed(raw), "signature": _packed(self.sign(raw))}

    def tampered(self, envelope: Mapping[str, Any], how: str) -> dict[str, Any]:
        """`envelope` (JSON value) made wrong in one way of `TAMPERINGS`; the original is left as it is.

        What is no matter of the signature is signed again by this phone, so that nothing but `how` is wrong.
        """
        return _TAMPER[how][0](self, deepcopy(dict(envelope)))


def verify_with(*phones: SealingPhone) -> Callable[[str, bytes, bytes], bool | None]:
    """The `verify` of a server that has enrolled these phones."""
    keys = {phone.key_id: phone.private_key.public_key() for phone in phones}

    def verify(key: str, message: bytes, signature: bytes) -> bool | None:
        if key not in keys:
            return None
        try:
            keys[key].verify(signature, message, ec.ECDSA(hashes.SHA256()))
        except InvalidSignature:
            return False
        return True

    return verify


def envelope_json(sealed: SealedReport) -> dict[str, Any]:
    """The envelope as PUT sends it."""
    value = encode(sealed.envelope)
    assert isinstance(value, dict)
    return value


_FACTS_OF: Mapping[Kind, Callable[[], Facts]] = {
    Kind.EXTRACTION: extraction_facts,
    Kind.TRANSPORT: transport_facts,
    Kind.STOCKYARD: stockyard_facts,
}


# --- bad envelopes


def _packed(raw: bytes) -> str:
    return base64.b64encode(raw).decode("ascii")


def _unpacked(text: str) -> bytes:
    return base64.b64decode(text, validate=True)


Tamper = Callable[[SealingPhone, dict[str, Any]], dict[str, Any]]
_TAMPER: dict[str, tuple[Tamper, str]] = {}


def _tampering(code: str) -> Callable[[Tamper], Tamper]:
    """Registers a way to break an envelope under its function's name, with the problem a server answers."""

    def register(tamper: Tamper) -> Tamper:
        _TAMPER[tamper.__name__] = (tamper, code)
        return tamper

    return register


def _facts_of(envelope: Mapping[str, Any]) -> dict[str, Any]:
    value = json.loads(_unpacked(envelope["parts"]["facts"]))
    assert isinstance(value, dict)
    return value


def _manifest_of(envelope: Mapping[str, Any]) -> dict[str, Any]:
    value = json.loads(_unpacked(envelope["manifest"]))
    assert isinstance(value, dict)
    return value


def _with_facts(phone: SealingPhone, envelope: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return phone.signed_again(envelope, facts=canonical_bytes({**_facts_of(envelope), **changes}))


def _with_manifest(phone: SealingPhone, envelope: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return phone.signed_again(envelope, manifest=canonical_bytes({**_manifest_of(envelope), **changes}))


@_tampering("signature_bad")
def signature_of_something_else(phone: SealingPhone, envelope: dict[str, Any]) -> dict[str, Any]:
    return {**envelope, "signature": _packed(phone.sign(b"something else"))}


@_tampering("signature_bad")
def signature_not_der(phone: SealingPhone, envelope: dict[str, Any]) -> dict[str, Any]:
    return {**envelope, "signature": _packed(b"\x00" * 70)}


@_tampering("signature_bad")
def signature_by_another_phone(phone: SealingPhone, envelope: dict[str, Any]) -> dict[str, Any]:
    return {**envelope, "signature": _packed(SealingPhone().sign(_unpacked(envelope["manifest"])))}


@_tampering("signature_bad")
def manifest_changed(phone: SealingPhone, envelope: dict[str, Any]) -> dict[str, Any]:
    changed = {**_manifest_of(envelope), "officer": str(UUID(int=7))}
    return {**envelope, "manifest": _packed(canonical_bytes(changed))}


@_tampering("device_unknown")
def key_never_enrolled(phone: SealingPhone, envelope: dict[str, Any]) -> dict[str, Any]:
    stranger = SealingPhone()
    return {**envelope, "key": stranger.key_id, "signature": _packed(stranger.sign(_unpacked(envelope["manifest"])))}


@_tampering("part_hash_mismatch")
def facts_of_another_report(phone: SealingPhone, envelope: dict[str, Any]) -> dict[str, Any]:
    envelope["parts"]["facts"] = _packed(
        canonical_bytes({**_facts_of(envelope), "statement": "Không phải cát của tôi."})
    )
    return envelope


@_tampering("part_hash_mismatch")
def assessment_swapped(phone: SealingPhone, envelope: dict[str, Any]) -> dict[str, Any]:
    """Taken away where there is one, added where there is none."""
    there = envelope["parts"]["assessment"] is not None
    envelope["parts"]["assessment"] = None if there else _packed(canonical_bytes(encode(assessment("KV-00"))))
    return envelope


@_tampering("part_hash_mismatch")
def identity_added(phone: SealingPhone, envelope: dict[str, Any]) -> dict[str, Any]:
    envelope["parts"]["identities"].append(_packed(canonical_bytes(encode(identity_part()))))
    return envelope


@_tampering("not_canonical")
def facts_with_spaces(phone: SealingPhone, envelope: dict[str, Any]) -> dict[str, Any]:
    return phone.signed_again(envelope, facts=json.dumps(_facts_of(envelope), ensure_ascii=False).encode())


@_tampering("not_canonical")
def facts_not_nfc(phone: SealingPhone, envelope: dict[str, Any]) -> dict[str, Any]:
    raw = canonical_bytes({**_facts_of(envelope), "weather": "nắng"})
    return phone.signed_again(envelope, facts=raw.replace("nắng".encode(), "n\u0061\u0306\u0301ng".encode()))


@_tampering("not_canonical")
def facts_with_a_key_twice(phone: SealingPhone, envelope: dict[str, Any]) -> dict[str, Any]:
    return phone.signed_again(envelope, facts=b'{"weather":null,' + _unpacked(envelope["parts"]["facts"])[1:])


@_tampering("not_canonical")
def facts_not_json(phone: SealingPhone, envelope: dict[str, Any]) -> dict[str, Any]:
    return phone.signed_again(envelope, facts=b"\xff\xd8\xff\xe0")


@_tampering("not_canonical")
def manifest_with_spaces(phone: SealingPhone, envelope: dict[str, Any]) -> dict[str, Any]:
    return phone.signed_again(envelope, manifest=json.dumps(_manifest_of(envelope)).encode())


@_tampering("schema_unknown")
def schema_newer(phone: SealingPhone, envelope: dict[str, Any]) -> dict[str, Any]:
    """A report of an app that is ahead of the server: another schema, and fields nobody here knows."""
    return _with_manifest(phone, envelope, schema="report/2.0", witnesses=[])


@_tampering("report_invalid")
def facts_unknown_field(phone: SealingPhone, envelope: dict[str, Any]) -> dict[str, Any]:
    return _with_facts(phone, envelope, mood="vui")


@_tampering("report_invalid")
def facts_missing_field(phone: SealingPhone, envelope: dict[str, Any]) -> dict[str, Any]:
    value = _facts_of(envelope)
    del value["weather"]
    return phone.signed_again(envelope, facts=canonical_bytes(value))


@_tampering("report_invalid")
def facts_wrong_type(phone: SealingPhone, envelope: dict[str, Any]) -> dict[str, Any]:
    return _with_facts(phone, envelope, started_at="hôm qua")


@_tampering("report_invalid")
def facts_wrong_unit(phone: SealingPhone, envelope: dict[str, Any]) -> dict[str, Any]:
    """A volume in tonnes; the report's own measurement where it has one."""
    value = _facts_of(envelope)
    measured = value["measurements"] or [one for load_ in value["loads"] for one in load_["measurements"]]
    if measured:
        measured[0].update(kind="volume", basis="loose", unit="t")
    else:
        value["measurements"] = [encode(measurement(unit="t"))]
    return phone.signed_again(envelope, facts=canonical_bytes(value))


@_tampering("report_invalid")
def facts_dangling_reference(phone: SealingPhone, envelope: dict[str, Any]) -> dict[str, Any]:
    return _with_facts(phone, envelope, loads=[encode(load(vehicles=("v9",), subjects=()))])


@_tampering("report_invalid")
def manifest_unknown_field(phone: SealingPhone, envelope: dict[str, Any]) -> dict[str, Any]:
    return _with_manifest(phone, envelope, colour="xanh")


@_tampering("report_invalid")
def manifest_missing_field(phone: SealingPhone, envelope: dict[str, Any]) -> dict[str, Any]:
    value = _manifest_of(envelope)
    del value["unit"]
    return phone.signed_again(envelope, manifest=canonical_bytes(value))


@_tampering("report_invalid")
def manifest_sequence_zero(phone: SealingPhone, envelope: dict[str, Any]) -> dict[str, Any]:
    return _with_manifest(phone, envelope, sequence=0)


@_tampering("envelope_invalid")
def envelope_unknown_field(phone: SealingPhone, envelope: dict[str, Any]) -> dict[str, Any]:
    return {**envelope, "note": "gấp"}


@_tampering("envelope_invalid")
def envelope_missing_field(phone: SealingPhone, envelope: dict[str, Any]) -> dict[str, Any]:
    del envelope["key"]
    return envelope


@_tampering("envelope_invalid")
def envelope_not_base64(phone: SealingPhone, envelope: dict[str, Any]) -> dict[str, Any]:
    return {**envelope, "manifest": "%%%"}


@_tampering("envelope_invalid")
def envelope_key_no_hash(phone: SealingPhone, envelope: dict[str, Any]) -> dict[str, Any]:
    return {**envelope, "key": "A" * 64}


# Way to break an envelope → code of the problem a server answers (design §5, row 422).
TAMPERINGS: Mapping[str, str] = MappingProxyType({name: code for name, (_, code) in _TAMPER.items()})
