"""How the golden files were made: `python -m tests.golden.make [--overwrite]`, from the project's root.

Everything is the same on each run but the signatures (ECDSA draws a random number). The files are what others were
built against, so a difference is a break of the wire and not a reason to run this: nothing is overwritten unless asked.

The expected answers are not taken from the code under test. Canonical bytes and moves are written down by hand after
RFC 8785 and the table of moves. Metres come from the geometry by which a place was chosen: so far along the meridian or
the parallel of the WGS84 ellipsoid (radii of curvature M and N), or, for the slanted area, from Vincenty's inverse
formula over a dense walk along the boundary. Both were compared once with pyproj (GeographicLib): within 2 mm.
"""

import hashlib
import json
import math
import sys
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from shared.problems import FieldError, Problem
from shared.wire.v1.canonical import canonical_bytes
from shared.wire.v1.codec import encode
from shared.wire.v1.messages import (
    Announcement,
    App,
    EvidenceReceipt,
    EvidenceState,
    Hello,
    Receipt,
    ReportState,
    ServerKey,
)
from shared.wire.v1.records import (
    ActEnded,
    ActState,
    BasisKind,
    Inspection,
    InspectionBasis,
    Kind,
    Mode,
    Purpose,
    QuantityKind,
    Signature,
    SignatureResult,
)
from shared.wire.v1.seal import SealedReport, identity_hash
from tests.factories.reports import (
    SealingPhone,
    assessment,
    document,
    envelope_json,
    evidence_entry,
    extraction_facts,
    identity_part,
    jpeg,
    load,
    measurement,
    rule_result,
    stockyard_facts,
    subject,
    transport_facts,
)

FOLDER = Path(__file__).parent
# Not secrets: scalars anybody can read here, good for tests and for nothing else.
PHONE_KEY, SERVER_KEY, NEXT_SERVER_KEY = 20261120, 20261121, 20261122


def main(arguments: list[str]) -> int:
    overwrite = arguments == ["--overwrite"]
    if arguments and not overwrite:
        sys.stderr.write("usage: python -m tests.golden.make [--overwrite]\n")
        return 2
    files: dict[str, bytes] = {}
    envelopes(files)
    server(files)
    files["canonical_cases.json"] = _json(canonical_cases(), ascii_only=True)
    files["chain_cases.json"] = _json(chain_cases())
    files["geofence_cases.json"] = _json(geofence_cases())
    files["workflow_cases.json"] = _json(workflow_cases())
    files["problem_bodies.json"] = _json(problem_bodies())
    there = sorted(name for name in files if (FOLDER / name).exists())
    if there and not overwrite:
        sys.stderr.write(f"{len(there)} files exist and stay as they are ({', '.join(there)}); --overwrite replaces\n")
        return 1
    for name, content in files.items():
        (FOLDER / name).write_bytes(content)
    return 0


def _json(value: Any, *, ascii_only: bool = False) -> bytes:
    return (json.dumps(value, ensure_ascii=ascii_only, indent=1) + "\n").encode()


# --- what a phone sealed


def envelopes(files: dict[str, bytes]) -> None:
    """Three reports of one phone, its first three: transport, extraction, stockyard."""
    phone = SealingPhone(
        device=UUID("0193480a-2c00-7000-8000-0000000000d1"),
        officer=UUID("0193480a-2c00-7000-8000-0000000000a1"),
        unit=UUID("0193480a-2c00-7000-8000-0000000000b1"),
        private_value=PHONE_KEY,
    )
    files["phone_key.pem"] = phone.public_key_pem.encode()
    files["photo_load.jpg"] = jpeg("golden load")
    files["photo_plate.jpg"] = jpeg("golden plate")
    on_the_load = evidence_entry(files["photo_load.jpg"], id=UUID("0193480a-2c00-7000-8000-0000000000e1"))
    on_the_plate = evidence_entry(
        files["photo_plate.jpg"], id=UUID("0193480a-2c00-7000-8000-0000000000e2"), purpose=Purpose.PLATE
    )
    driver = identity_part(salt="00112233445566778899aabbccddeeff")
    made = {
        "transport": phone.seal(
            facts=transport_facts(
                inspection=_inspection(1, BasisKind.ORDER, Mode.UNANNOUNCED),
                subjects=(subject(identity=identity_hash(driver)),),
                loads=(
                    load(
                        measurements=(measurement(evidence=(on_the_load.id,)),),
                        documents=(document(quantity=9.0),),  # written as 9: RFC 8785 knows no 9.0
                    ),
                ),
            ),
            assessment=assessment("VC-02"),
            identities=(driver,),
            evidence=(on_the_load, on_the_plate),
            id=UUID("0193480a-2c00-7000-8000-000000000001"),
            reference_cursor="2026-11-19.4",
            app=_app(),
        ),
        "extraction": phone.seal(
            facts=extraction_facts(
                inspection=_inspection(2, BasisKind.TIP, Mode.UNANNOUNCED),
                act_ended=ActEnded(ActState.ENDED, datetime(2026, 11, 20, 1, 20, tzinfo=UTC), "tàu tắt máy khi bị gọi"),
                measurements=(
                    measurement(
                        kind=QuantityKind.DEPTH, value=7.2, unit="m", basis=None, dimensions=(), uncertainty=0.3
                    ),
                    measurement(kind=QuantityKind.PERCENT, value=1e-7, unit="%", basis=None, dimensions=()),
                ),
                signatures=(
                    Signature("Đỗ Văn Lái (minh họa)", "thuyền trưởng", None, SignatureResult.REFUSED, "bỏ đi", None),
                ),
            ),
            assessment=assessment("KT-07", "KT-10", rule_results=(rule_result(),)),
            kind=Kind.EXTRACTION,
            id=UUID("0193480a-2c00-7000-8000-000000000002"),
            sealed_at=datetime(2026, 11, 20, 2, 30, tzinfo=UTC),
            app=_app(),
        ),
        "stockyard": phone.seal(
            facts=stockyard_facts(inspection=_inspection(3, BasisKind.PLAN, Mode.PLANNED)),
            kind=Kind.STOCKYARD,
            id=UUID("0193480a-2c00-7000-8000-000000000003"),
            sealed_at=datetime(2026, 11, 20, 4, 0, 0, 250000, tzinfo=UTC),
            app=_app(),
        ),
    }
    for name, sealed in made.items():
        files[f"envelope_{name}.json"] = _json(envelope_json(sealed))
        files[f"envelope_{name}.decoded.json"] = _json(decoded(sealed))


def decoded(sealed: SealedReport) -> dict[str, Any]:
    """What the envelope's bytes say, for people to read."""
    return {
        "manifest_sha256": sealed.manifest_sha256,
        "manifest": encode(sealed.manifest),
        "facts": encode(sealed.facts),
        "assessment": encode(sealed.assessment),
        "identities": encode(sealed.identities),
    }


def _inspection(number: int, basis: BasisKind, mode: Mode) -> Inspection:
    return Inspection(
        UUID(f"0193480a-2c00-7000-8000-0000000000c{number}"),
        InspectionBasis(basis, f"{number}/QĐ-MH", date(2026, 11, 19)),
        mode,
        False,
    )


def _app() -> App:
    return App("kiem-khoang", "0.1.0", "android")


# --- what the server signed


def server(files: dict[str, bytes]) -> None:
    """A receipt for the transport report, one of its two photos still on the way; and a hello that announces a key."""
    now, following = SealingPhone(private_value=SERVER_KEY), SealingPhone(private_value=NEXT_SERVER_KEY)
    files["server_key.pem"] = now.public_key_pem.encode()
    files["server_key_next.pem"] = following.public_key_pem.encode()
    transport = json.loads(files["envelope_transport.decoded.json"])
    first, second = transport["manifest"]["evidence"]
    receipt = Receipt(
        report=UUID(transport["manifest"]["id"]),
        manifest_sha256=transport["manifest_sha256"],
        received_at=datetime(2026, 11, 20, 1, 46, 12, 345000, tzinfo=UTC),
        number=127,
        state=ReportState.RECEIVED,
        flags=(),
        evidence=(
            EvidenceReceipt(UUID(first["id"]), first["sha256"], first["bytes"], EvidenceState.CONFIRMED),
            EvidenceReceipt(UUID(second["id"]), second["sha256"], 1024, EvidenceState.PARTIAL),
        ),
        audit_head=hashlib.sha256(b"golden audit head").hexdigest(),
        key=now.key_id,
        signature="",
    )
    files["receipt.json"] = _json(signed(encode(receipt), now))
    announced = encode(
        ServerKey(following.key_id, following.public_key_pem, datetime(2027, 1, 1, tzinfo=UTC), announced_by=None)
    )
    unsigned = {name: value for name, value in announced.items() if name != "announced_by"}
    announced["announced_by"] = encode(Announcement(now.key_id, _signature(unsigned, now)))
    hello = encode(
        Hello(
            nonce="vLqXn2F0dGhlLXJpdmVyYmFuaw",
            server_time=datetime(2026, 11, 20, 1, 45, 30, tzinfo=UTC),
            keys=(ServerKey(now.key_id, now.public_key_pem, datetime(2026, 1, 1, tzinfo=UTC), announced_by=None),),
            signature="",
        )
    )
    hello["keys"].append(announced)
    files["hello.json"] = _json(signed(hello, now))


def signed(message: dict[str, Any], key: SealingPhone) -> dict[str, Any]:
    """`message` with the signature over its canonical form without one (design §5)."""
    unsigned = {name: value for name, value in message.items() if name != "signature"}
    return {**unsigned, "signature": _signature(unsigned, key)}


def _signature(value: Any, key: SealingPhone) -> str:
    text = encode(key.sign(canonical_bytes(value)))
    assert isinstance(text, str)
    return text


# --- canonical form


def canonical_cases() -> list[dict[str, Any]]:
    """`input`: JSON text as somebody might write it; `canonical`: the text whose UTF-8 bytes are hashed, by hand.

    `refused` instead where there is no canonical form. `by`: the rule the case is for.
    """
    cases: list[tuple[str, str, str, str]] = [
        ("empty object", "{ }", "{}", "RFC 8785 §3.2.1"),
        ("no spaces", '[ 1 ,\n\t{"a" : null, "b":[ ]} , true]', '[1,{"a":null,"b":[]},true]', "RFC 8785 §3.2.1"),
        ("whole number written with a point", '{"quantity": 9.0}', '{"quantity":9}', "RFC 8785 §3.2.2.3"),
        ("large", "1e21", "1e+21", "ECMA-262 Number::toString"),
        ("small", "0.0000001", "1e-7", "ECMA-262 Number::toString"),
        ("not yet small", "0.000001", "0.000001", "ECMA-262 Number::toString"),
        ("minus zero", "-0.0", "0", "RFC 8785 app. B"),
        ("whole minus zero", "-0", "0", "RFC 8785 app. B"),
        ("smallest", "5e-324", "5e-324", "RFC 8785 app. B"),
        ("largest", "1.7976931348623157E308", "1.7976931348623157e+308", "RFC 8785 app. B"),
        ("shortest digits", "333333333.33333329", "333333333.3333333", "RFC 8785 app. B"),
        ("a sum of binary fractions", "0.30000000000000004", "0.30000000000000004", "ECMA-262 Number::toString"),
        ("trailing zeros", "[4.50, 2e-3, 100E0]", "[4.5,0.002,100]", "RFC 8785 §3.2.2"),
        ("largest exact integer", "9007199254740991", "9007199254740991", "RFC 7493 §2.2"),
        ("smallest exact integer", "-9007199254740991", "-9007199254740991", "RFC 7493 §2.2"),
        (
            "escapes",
            r'"\u20ac$\u000F\u000aA' + "'" + r'\u0042\u0022\u005c\\\"\/\u2028\u007f\b\f\t\r"',
            '"\u20ac$\\u000f\\nA\'B\\"\\\\\\\\\\"/\u2028\u007f\\b\\f\\t\\r"',
            "RFC 8785 §3.2.2.2",
        ),
        (
            # U+1F600 is D83D DE00 in UTF-16 and comes before U+FF21, although its code point is the larger one. (The
            # RFC's own example has U+FB33 here, which NFC takes apart.)
            "keys by UTF-16 code units",
            r'{"\u20ac":1,"\r":2,"\uff21":3,"1":4,"\ud83d\ude00":5,"\u0080":6,"\u00f6":7}',
            '{"\\r":2,"1":4,"\u0080":6,"\u00f6":7,"\u20ac":1,"\U0001f600":5,"\uff21":3}',
            "RFC 8785 §3.2.3",
        ),
        ("key order within and without", '{"b":{"d":1,"c":2},"a":3}', '{"a":3,"b":{"c":2,"d":1}}', "RFC 8785 §3.2.3"),
        (
            "Vietnamese in NFD",
            r'"ca\u0301t so\u0302ng Ho\u0302\u0300ng, \u0111o\u0302\u0309 bo\u031b\u0300"',
            '"c\u00e1t s\u00f4ng H\u1ed3ng, \u0111\u1ed5 b\u1edd"',
            "design §6: strings in NFC",
        ),
        (
            "marks in the other order",
            # o, dot below, circumflex: composes to the same letter as o, circumflex, dot below
            r'["no\u0323\u0302i", "no\u0302\u0323i"]',
            '["n\u1ed9i","n\u1ed9i"]',
            "design §6: strings in NFC",
        ),
        ("a key in NFD", r'{"ti\u0301nh": 1}', '{"t\u00ednh":1}', "design §6: strings in NFC"),
        ("already NFC", '"tàu không số"', '"t\u00e0u kh\u00f4ng s\u1ed1"', "design §6: strings in NFC"),
    ]
    refused = [
        ("not a number", "NaN", "RFC 8259 §6"),
        ("infinity", "-Infinity", "RFC 8259 §6"),
        ("beyond a double", "1e400", "RFC 8785 §3.2.2.3"),
        ("integer beyond 2^53", "9007199254740992", "RFC 7493 §2.2"),
        ("large and whole, so written as such an integer", "1e20", "RFC 7493 §2.2"),
        ("lone high surrogate", r'"\ud83d"', "RFC 8785 §3.2.2.2"),
        ("lone low surrogate as a key", r'{"\ude00": 1}', "RFC 8785 §3.2.2.2"),
        ("nesting nobody needs", "[" * 5000 + "]" * 5000, "RFC 8259 §9"),
    ]
    return [
        {"name": name, "by": by, "input": given, "canonical": expected, "sha256": _sha256(expected)}
        for name, given, expected, by in cases
    ] + [{"name": name, "by": by, "input": given, "refused": True} for name, given, by in refused]


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


# --- the chain of a device


def chain_cases() -> list[dict[str, Any]]:
    """`reports` in the order they arrive; `flags` is what each gets at that moment (design §5, §6)."""
    one, two, three = ("1" * 64, "2" * 64, "3" * 64)
    return [
        {
            "name": "in order",
            "reports": [_link(1, one, None), _link(2, two, one), _link(3, three, two)],
        },
        {
            "name": "the second never arrives",
            "reports": [_link(1, one, None), _link(3, three, two, "sequence_gap")],
        },
        {
            "name": "the second arrives late and closes the gap",
            "reports": [_link(1, one, None), _link(3, three, two, "sequence_gap"), _link(2, two, one)],
        },
        {
            "name": "all in the wrong order",
            "reports": [
                _link(3, three, two, "sequence_gap"),
                _link(2, two, one, "sequence_gap"),
                _link(1, one, None),
            ],
        },
        {
            "name": "the one before is another than it names",
            "reports": [_link(1, one, None), _link(2, two, "f" * 64, "chain_broken")],
        },
        {
            "name": "a number used twice",
            "reports": [_link(1, one, None), _link(2, two, one), _link(2, "b" * 64, one, "sequence_reused")],
        },
        {
            "name": "the first number used twice",
            "reports": [_link(1, one, None), _link(1, "a" * 64, None, "sequence_reused")],
        },
        {
            "name": "a number used twice, and upon another report",
            "reports": [
                _link(1, one, None),
                _link(2, two, one),
                _link(2, "b" * 64, "f" * 64, "sequence_reused", "chain_broken"),
            ],
        },
        {
            "name": "the first of all that arrives is the thousandth",
            "reports": [_link(1000, three, two, "sequence_gap")],
        },
    ]


def _link(sequence: int, manifest_sha256: str, previous: str | None, *flags: str) -> dict[str, Any]:
    return {"sequence": sequence, "manifest_sha256": manifest_sha256, "previous": previous, "flags": list(flags)}


# --- inside or outside

_A, _F = 6378137.0, 1 / 298.257223563  # WGS84
_E2 = _F * (2 - _F)
# Radius that holds 95 % over radius that holds 68 %, for errors spread evenly round about (Rayleigh).
_SCALE = math.sqrt(math.log(0.05) / math.log(0.32))
_DATUM_M = 1.0  # of the one-metre class: domain notes B9

_SOUTH, _NORTH, _WEST, _EAST = 20.6400, 20.6450, 106.0400, 106.0500
_RECTANGLE = [[_WEST, _SOUTH], [_EAST, _SOUTH], [_EAST, _NORTH], [_WEST, _NORTH], [_WEST, _SOUTH]]
_HOLE = [[106.044, 20.642], [106.046, 20.642], [106.046, 20.643], [106.044, 20.643], [106.044, 20.642]]
_SLANTED = [
    [106.0412, 20.6403], [106.0470, 20.6421], [106.0493, 20.6466], [106.0457, 20.6479], [106.0441, 20.6450],
    [106.0402, 20.6441], [106.0412, 20.6403],
]  # fmt: skip


def _north(lat: float, metres: float) -> float:
    """The latitude so many metres north along the meridian; M is taken half-way, exact to 1e-9 m over kilometres."""
    m = _A * (1 - _E2) / (1 - _E2 * math.sin(math.radians(lat)) ** 2) ** 1.5
    half = math.radians(lat) + metres / m / 2
    m = _A * (1 - _E2) / (1 - _E2 * math.sin(half) ** 2) ** 1.5
    return lat + math.degrees(metres / m)


def _east(lat: float, lon: float, metres: float) -> float:
    """The longitude so many metres east along the parallel."""
    n = _A / math.sqrt(1 - _E2 * math.sin(math.radians(lat)) ** 2)
    return lon + math.degrees(metres / (n * math.cos(math.radians(lat))))


def geofence_cases() -> dict[str, Any]:
    rectangle = {"type": "Polygon", "coordinates": [_RECTANGLE]}
    areas: dict[str, Any] = {
        "rectangle": rectangle,
        "with_hole": {"type": "Polygon", "coordinates": [_RECTANGLE, _HOLE]},
        "slanted": {"type": "Polygon", "coordinates": [_SLANTED]},
        "two_parts": {
            "type": "MultiPolygon",
            "coordinates": [[_RECTANGLE], [[[lon + 0.02, lat] for lon, lat in _RECTANGLE]]],
        },
        # the right half of the first is the left half of the second: inside both is still inside
        "overlapping": {
            "type": "MultiPolygon",
            "coordinates": [[_RECTANGLE], [[[lon + 0.005, lat] for lon, lat in _RECTANGLE]]],
        },
    }
    middle_lat, middle_lon = (_SOUTH + _NORTH) / 2, (_WEST + _EAST) / 2

    def case(
        name: str, area: str, lat: float, lon: float, metres: float, answer: str, *reasons: str, **given: Any
    ) -> Any:
        asked = {"accuracy_m": 4.0, "age_s": 3.0, "mock": False, "offset_m": 0.0, **given}
        uncertainty = None
        if asked["accuracy_m"]:
            uncertainty = math.hypot(asked["accuracy_m"] * _SCALE, _DATUM_M, asked["offset_m"])
        return {
            "name": name, "area": area, "lat": lat, "lon": lon, **asked, "distance_m": round(metres, 3),
            "uncertainty_m": None if uncertainty is None else round(uncertainty, 3),
            "answer": answer, "reasons": list(reasons),
        }  # fmt: skip

    inside, outside = "inside_area", "outside_area_handheld"
    cases = [
        case("43 m north of the north edge, ±9 m", "rectangle", _north(_NORTH, 43), middle_lon, 43, "no", outside,
             accuracy_m=5.5),
        case("43 m north, but a receiver under trees", "rectangle", _north(_NORTH, 43), middle_lon, 43, "cannot_tell",
             "within_uncertainty", accuracy_m=30.0),
        case("20 m inside the south edge", "rectangle", _north(_SOUTH, 20), middle_lon, 20, "yes", inside),
        case("5 m inside the south edge", "rectangle", _north(_SOUTH, 5), middle_lon, 5, "cannot_tell",
             "within_uncertainty"),
        case("5 m outside the south edge", "rectangle", _north(_SOUTH, -5), middle_lon, 5, "cannot_tell",
             "within_uncertainty"),
        case("30 m east of the east edge", "rectangle", middle_lat, _east(middle_lat, _EAST, 30), 30, "no", outside),
        case("30 m west of the east edge", "rectangle", middle_lat, _east(middle_lat, _EAST, -30), 30, "yes", inside),
        case("on the west edge", "rectangle", middle_lat, _WEST, 0, "cannot_tell", "within_uncertainty",
             accuracy_m=0.02),
        case("off the north-east corner: 30 m and 40 m", "rectangle", _north(_NORTH, 40),
             _east(_NORTH, _EAST, 30), 50, "no", outside),
        case("500 m out", "rectangle", _north(_NORTH, 500), middle_lon, 500, "no", outside, accuracy_m=100.0),
        case("500 m out, a position of a mobile mast", "rectangle", _north(_NORTH, 500), middle_lon, 500, "cannot_tell",
             "accuracy_poor", accuracy_m=150.0),
        case("in the hole, 40 m from its edge", "with_hole", _north(20.642, 40), 106.045, 40, "no", outside),
        case("between hole and outer edge", "with_hole", _north(20.642, -40), 106.045, 40, "yes", inside),
        case("in the second of two parts", "two_parts", _north(_SOUTH, 25), middle_lon + 0.02, 25, "yes", inside),
        case("between two parts", "two_parts", middle_lat, _east(middle_lat, _EAST, 60), 60, "no", outside),
        case("where two parts overlap", "overlapping", _north(_SOUTH, 50), 106.0475, 50, "yes", inside),
        case("simulated position", "rectangle", middle_lat, middle_lon, _half_height(), "cannot_tell", "position_mock",
             mock=True),
        case("a fix of two and a half minutes ago", "rectangle", middle_lat, middle_lon, _half_height(), "cannot_tell",
             "fix_stale", age_s=150.0),
        case("a fix from the future", "rectangle", middle_lat, middle_lon, _half_height(), "cannot_tell", "fix_stale",
             age_s=-150.0),
        case("a fix just young enough", "rectangle", middle_lat, middle_lon, _half_height(), "yes", inside,
             age_s=120.0),
        case("a fix without a time", "rectangle", middle_lat, middle_lon, _half_height(), "cannot_tell",
             "fix_time_unknown", age_s=None),
        case("no accuracy", "rectangle", middle_lat, middle_lon, _half_height(), "cannot_tell", "accuracy_unknown",
             accuracy_m=None),
        case("accuracy 0.0, as Android writes none", "rectangle", middle_lat, middle_lon, _half_height(), "cannot_tell",
             "accuracy_unknown", accuracy_m=0.0),
        case("a target 43 m out, seen from the bank, ±50 m", "rectangle", _north(_NORTH, 43), middle_lon, 43,
             "cannot_tell", "within_uncertainty", offset_m=50.0),
        case("a target 43 m out, seen from the bank, ±10 m", "rectangle", _north(_NORTH, 43), middle_lon, 43, "no",
             outside, offset_m=10.0),
        case("everything wrong at once", "rectangle", _north(_NORTH, 5), middle_lon, 5, "cannot_tell", "position_mock",
             "fix_stale", "accuracy_poor", "within_uncertainty", mock=True, age_s=600.0, accuracy_m=120.0),
    ]  # fmt: skip
    for name, lat, lon, answer in (
        ("slanted, well inside", 20.6430, 106.0450, "yes"),
        ("slanted, inside the bend", 20.6462, 106.0470, "yes"),
        ("slanted, outside in the bend", 20.6462, 106.0436, "no"),
        ("slanted, south of the long edge", 20.6400, 106.0450, "no"),
        ("slanted, far to the north", 20.6600, 106.0450, "no"),
    ):
        reason = inside if answer == "yes" else outside
        cases.append(case(name, "slanted", lat, lon, _walk(_SLANTED, lat, lon), answer, reason))
    return {"areas": areas, "cases": cases}


def _half_height() -> float:
    """Metres along the meridian from the rectangle's middle to its south edge; the north edge is 1.4 mm farther."""
    low, high = 0.0, 1000.0
    middle = (_SOUTH + _NORTH) / 2
    while high - low > 1e-6:
        guess = (low + high) / 2
        low, high = (guess, high) if _north(_SOUTH, guess) < middle else (low, guess)
    return low


def _walk(ring: list[list[float]], lat: float, lon: float) -> float:
    """Metres to the nearest of 5,000 points on each edge: they lie at most 0.2 m apart, so it errs by below 1 mm for
    the places chosen (tens of metres off)."""
    steps = 5000
    best = math.inf
    for (lon_a, lat_a), (lon_b, lat_b) in zip(ring, ring[1:], strict=False):
        near = sorted(range(steps + 1), key=lambda i: _flat(lat, lon, lat_a, lon_a, lat_b, lon_b, i / steps))[:3]
        for i in near:
            along = i / steps
            best = min(best, _vincenty(lat, lon, lat_a + along * (lat_b - lat_a), lon_a + along * (lon_b - lon_a)))
    return best


def _flat(lat: float, lon: float, lat_a: float, lon_a: float, lat_b: float, lon_b: float, along: float) -> float:
    """Only good for choosing which three steps of an edge to measure properly."""
    shrink = math.cos(math.radians(lat))
    return math.hypot((lon_a + along * (lon_b - lon_a) - lon) * shrink, lat_a + along * (lat_b - lat_a) - lat)


def _vincenty(lat_a: float, lon_a: float, lat_b: float, lon_b: float) -> float:
    """Metres on the ellipsoid (T. Vincenty, Survey Review 23/176, 1975, inverse formula)."""
    minor = _A * (1 - _F)
    u1 = math.atan((1 - _F) * math.tan(math.radians(lat_a)))
    u2 = math.atan((1 - _F) * math.tan(math.radians(lat_b)))
    difference = lam = math.radians(lon_b - lon_a)
    if (lat_a, lon_a) == (lat_b, lon_b):
        return 0.0
    for _ in range(50):
        sin_sigma = math.hypot(
            math.cos(u2) * math.sin(lam),
            math.cos(u1) * math.sin(u2) - math.sin(u1) * math.cos(u2) * math.cos(lam),
        )
        cos_sigma = math.sin(u1) * math.sin(u2) + math.cos(u1) * math.cos(u2) * math.cos(lam)
        sigma = math.atan2(sin_sigma, cos_sigma)
        sin_alpha = math.cos(u1) * math.cos(u2) * math.sin(lam) / sin_sigma
        cos2_alpha = 1 - sin_alpha**2
        cos_2m = cos_sigma - 2 * math.sin(u1) * math.sin(u2) / cos2_alpha
        c = _F / 16 * cos2_alpha * (4 + _F * (4 - 3 * cos2_alpha))
        before = lam
        lam = difference + (1 - c) * _F * sin_alpha * (
            sigma + c * sin_sigma * (cos_2m + c * cos_sigma * (2 * cos_2m**2 - 1))
        )
        if abs(lam - before) < 1e-14:
            break
    u_squared = cos2_alpha * (_A**2 - minor**2) / minor**2
    big_a = 1 + u_squared / 16384 * (4096 + u_squared * (-768 + u_squared * (320 - 175 * u_squared)))
    big_b = u_squared / 1024 * (256 + u_squared * (-128 + u_squared * (74 - 47 * u_squared)))
    correction = big_b * sin_sigma * (
        cos_2m
        + big_b / 4 * (
            cos_sigma * (2 * cos_2m**2 - 1)
            - big_b / 6 * cos_2m * (4 * sin_sigma**2 - 3) * (4 * cos_2m**2 - 3)
        )
    )  # fmt: skip
    return minor * big_a * (sigma - correction)


# --- moves of a case


def workflow_cases() -> list[dict[str, Any]]:
    """`target`, or `code` with the `paths` of its errors: what design §2 and the table of moves say."""
    verify = {"question": "Chủ phương tiện là ai?"}
    record = {"number": "05/BB-VPHC", "drawn_on": "2026-11-21"}
    transfer = {"receiver": "market_surveillance", "letter": "77/MH-TTr", "reason": "hàng không rõ nguồn gốc"}
    close = {"outcome": "no_violation", "reason": "hóa đơn đầy đủ"}

    def move(name: str, state: str, action: str, data: Any, expected: Any, *roles: str, paths: Any = ()) -> Any:
        answer = {"target": expected} if expected in _STATES else {"code": expected, "paths": list(paths)}
        return {"name": name, "state": state, "action": action, "roles": list(roles or ("supervisor",)), "data": data,
                **answer}  # fmt: skip

    return [
        move("order verification", "opened", "verify", verify, "verifying"),
        move("enter the record at once", "opened", "record_violation", record, "recorded"),
        move("enter the record after verification", "verifying", "record_violation", record, "recorded"),
        move("transfer to market surveillance", "opened", "transfer", transfer, "transferred"),
        move("transfer with a date for the answer", "recorded", "transfer", {**transfer, "answer_due": "2026-12-01"},
             "transferred"),
        move("an optional date left empty", "opened", "transfer", {**transfer, "answer_due": ""}, "transferred"),
        move("the file comes back", "transferred", "transfer_answered", {"answer": "không thuộc thẩm quyền"},
             "verifying"),
        move("close without a violation", "opened", "close", close, "closed"),
        move("close what was recorded", "recorded", "close", {"outcome": "sanctioned", "reason": "đã nộp phạt"},
             "closed"),
        move("close what another agency handled", "transferred", "close",
             {"outcome": "handled_elsewhere", "reason": "QLTT đã xử phạt"}, "closed", "director"),
        move("a director may too", "opened", "verify", verify, "verifying", "director"),
        move("one role of several is enough", "opened", "verify", verify, "verifying", "inspector", "supervisor"),
        move("an inspector may not", "opened", "verify", verify, "not_allowed", "inspector"),
        move("an auditor may not", "opened", "close", close, "not_allowed", "auditor"),
        move("an administrator may not", "opened", "close", close, "not_allowed", "administrator"),
        move("who may not, does not learn what is missing", "opened", "close", {}, "not_allowed", "inspector"),
        move("closed is closed", "closed", "verify", verify, "move_refused"),
        move("no second closing", "closed", "close", close, "move_refused"),
        move("no record after a transfer", "transferred", "record_violation", record, "move_refused"),
        move("no answer to what was not sent", "verifying", "transfer_answered", {"answer": "x"}, "move_refused"),
        move("no such move", "opened", "fly", {}, "request_invalid", paths=["action"]),
        move("nothing given", "opened", "record_violation", {}, "request_invalid",
             paths=["data.number", "data.drawn_on"]),
        move("only spaces", "opened", "verify", {"question": "  "}, "request_invalid", paths=["data.question"]),
        move("a receiver nobody knows", "opened", "transfer", {**transfer, "receiver": "neighbour"}, "request_invalid",
             paths=["data.receiver"]),
        move("a day that is none", "opened", "record_violation", {**record, "drawn_on": "2026-02-30"},
             "request_invalid", paths=["data.drawn_on"]),
        move("a day written otherwise", "opened", "record_violation", {**record, "drawn_on": "20261121"},
             "request_invalid", paths=["data.drawn_on"]),
        move("a number for a text", "opened", "verify", {"question": 5}, "request_invalid", paths=["data.question"]),
        move("a field nobody asked for", "opened", "verify", {**verify, "colour": "xanh"}, "request_invalid",
             paths=["data.colour"]),
    ]  # fmt: skip


_STATES = ("opened", "verifying", "recorded", "transferred", "closed")


# --- problems as the server writes them


def problem_bodies() -> list[dict[str, Any]]:
    """RFC 9457 bodies as they stood when written: the phone must be able to read them for ever."""
    unit = FieldError("facts.loads[0].measurements[0].unit", "unit", {"kind": "volume", "expected": "m3"})
    problems = [
        Problem("report_invalid", errors=(unit, FieldError("facts.mood", "unknown"))),
        Problem(
            "schema_unknown", schema="report/2.0", errors=(FieldError("schema", "value", {"expected": "report/1.0"}),)
        ),
        Problem("too_large", limit=2_000_000),
        Problem("throttled", wait=30),
    ]
    return [
        {"language": language, "body": problem.as_json(language)} for problem in problems for language in ("vi", "en")
    ]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
