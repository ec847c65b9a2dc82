"""What types cannot say of a report, one broken thing at a time."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from shared.problems import Problem
from shared.wire.v1.checks import check_manifest, check_parts, is_hash, measurements_of
from shared.wire.v1.messages import Manifest
from shared.wire.v1.records import (
    ActEnded,
    ActState,
    Assessment,
    Basis,
    Facts,
    IdentityPart,
    Kind,
    Machine,
    Presented,
    QuantityKind,
    Signature,
    SignatureResult,
)
from tests.factories.reports import (
    STARTED_AT,
    SealingPhone,
    assessment,
    document,
    evidence_entry,
    extraction_facts,
    facts,
    identity_part,
    load,
    measurement,
    position,
    stockyard_facts,
    subject,
    transport_facts,
    vehicle,
)

PHOTO = evidence_entry(b"photo")
STRANGER = UUID(int=5)
MANIFEST = SealingPhone().seal(evidence=(PHOTO,)).manifest
NOWHERE = {"lat": None, "lon": None, "accuracy_m": None, "fixed_at": None}


def errors_of(
    facts: Facts,
    manifest: Manifest = MANIFEST,
    opinion: Assessment | None = None,
    identities: tuple[IdentityPart, ...] = (),
) -> list[tuple[str, str]]:
    try:
        check_parts(manifest, facts, opinion, identities)
    except Problem as problem:
        problem.as_json("vi")
        problem.as_json("en")
        return [(error.path, error.code) for error in problem.errors]
    return []


def manifest_errors(**changes: Any) -> list[tuple[str, str]]:
    try:
        check_manifest(replace(MANIFEST, **changes))
    except Problem as problem:
        problem.as_json("vi")
        return [(error.path, error.code) for error in problem.errors]
    return []


@pytest.mark.parametrize("made", [facts(), transport_facts(), extraction_facts(), stockyard_facts()])
def test_good_facts_pass(made: Facts) -> None:
    assert errors_of(made) == []


@pytest.mark.parametrize(
    ("broken", "path", "code"),
    [
        (facts(finished_at=STARTED_AT - timedelta(seconds=1)), "facts.finished_at", "value"),
        (facts(act_ended=ActEnded(ActState.ENDED, None, None)), "facts.act_ended.at", "required"),
        (facts(officers=()), "facts.officers", "required"),
        # positions
        (facts(positions=(position(lat=None),)), "facts.positions[0].lat", "required"),
        (facts(positions=(position(), position(lon=None))), "facts.positions[1].lon", "required"),
        (facts(positions=(position(**NOWHERE),)), "facts.positions[0].missing_reason", "required"),
        (facts(positions=(position(lat=91.0),)), "facts.positions[0].lat", "value"),
        (facts(positions=(position(lon=-180.5),)), "facts.positions[0].lat", "value"),
        (facts(positions=(position(accuracy_m=-1.0),)), "facts.positions[0].accuracy_m", "value"),
        # measurements
        (facts(measurements=(measurement(unit="t"),)), "facts.measurements[0].unit", "unit"),
        (facts(measurements=(measurement(value=-1.0),)), "facts.measurements[0].value", "value"),
        (facts(measurements=(measurement(basis=Basis.WEIGHT),)), "facts.measurements[0].basis", "value"),
        (facts(measurements=(measurement(basis=None),)), "facts.measurements[0].basis", "value"),
        (
            facts(measurements=(measurement(kind=QuantityKind.MASS, unit="t"),)),
            "facts.measurements[0].basis",
            "value",
        ),
        (
            facts(measurements=(measurement(kind=QuantityKind.DEPTH, unit="m"),)),
            "facts.measurements[0].basis",
            "value",
        ),
        (
            transport_facts(loads=(load(measurements=(measurement(), measurement(unit="kg"))),)),
            "facts.loads[0].measurements[1].unit",
            "unit",
        ),
        # references
        (facts(measurements=(measurement(evidence=(STRANGER,)),)), "facts.measurements[0].evidence[0]", "reference"),
        (facts(documents=(document(evidence=(PHOTO.id, STRANGER)),)), "facts.documents[0].evidence[1]", "reference"),
        (transport_facts(subjects=()), "facts.loads[0].subjects[0]", "reference"),
        (transport_facts(vehicles=()), "facts.loads[0].vehicles[0]", "reference"),
        (
            transport_facts(loads=(load(measurements=(measurement(evidence=(STRANGER,)),)),)),
            "facts.loads[0].measurements[0].evidence[0]",
            "reference",
        ),
        (
            transport_facts(loads=(load(documents=(document(evidence=(STRANGER,)),)),)),
            "facts.loads[0].documents[0].evidence[0]",
            "reference",
        ),
        (facts(subjects=(subject(identity="0" * 64),)), "facts.subjects[0].identity", "reference"),
        (
            facts(signatures=(Signature("An", "lái xe", None, SignatureResult.SIGNED, None, STRANGER),)),
            "facts.signatures[0].evidence[0]",
            "reference",
        ),
        # ids twice
        (facts(subjects=(subject(), subject())), "facts.subjects[1].id", "duplicate"),
        (facts(vehicles=(vehicle(), vehicle())), "facts.vehicles[1].id", "duplicate"),
        (transport_facts(loads=(load(), load())), "facts.loads[1].id", "duplicate"),
        (
            facts(machines=(Machine("m1", "bơm", None, None), Machine("m1", "xúc", None, None))),
            "facts.machines[1].id",
            "duplicate",
        ),
        # papers and signatures
        (
            facts(documents=(replace(document(presented=Presented.PROMISED), promised_by=None),)),
            "facts.documents[0].promised_by",
            "required",
        ),
        (
            facts(signatures=(Signature("An", "lái xe", None, SignatureResult.REFUSED, "", None),)),
            "facts.signatures[0].reason",
            "required",
        ),
    ],
)
def test_each_broken_thing_is_named(broken: Facts, path: str, code: str) -> None:
    assert errors_of(broken) == [(path, code)]


@pytest.mark.parametrize(
    "good",
    [
        facts(finished_at=None),
        facts(finished_at=STARTED_AT),
        facts(act_ended=ActEnded(ActState.ENDED, datetime(2026, 11, 20, tzinfo=UTC), None)),
        facts(positions=(position(**NOWHERE, missing_reason="máy thu không bắt được vệ tinh"),)),
        facts(positions=(position(**NOWHERE, bearing_deg=10.0, distance_m=80.0, method="ước lượng"),)),
        facts(positions=()),
        facts(measurements=(measurement(basis=Basis.IN_PLACE),)),
        facts(measurements=(measurement(kind=QuantityKind.MASS, unit="kg", basis=Basis.WEIGHT),)),
        facts(measurements=(measurement(value=0.0),)),
        facts(measurements=(measurement(evidence=(PHOTO.id,)),)),
        facts(vehicles=(vehicle(mark=None),)),
        facts(documents=(document(presented=Presented.PROMISED, promised_by=date(2026, 11, 25)),)),
        facts(signatures=(Signature("An", "lái xe", None, SignatureResult.SIGNED, None, PHOTO.id),)),
    ],
)
def test_what_looks_odd_but_happens_passes(good: Facts) -> None:
    assert errors_of(good) == []


def test_all_are_named_at_once() -> None:
    broken = facts(officers=(), measurements=(measurement(unit="t", value=-2.0),))
    assert {path for path, _ in errors_of(broken)} == {
        "facts.officers", "facts.measurements[0].unit", "facts.measurements[0].value",
    }  # fmt: skip


def test_observations_have_a_code_and_each_only_once() -> None:
    assert errors_of(facts(), opinion=assessment("KT-01", " ")) == [("assessment.observations[1].code", "required")]
    assert errors_of(facts(), opinion=assessment("KT-01", "KT-01")) == [
        ("assessment.observations[1].code", "duplicate")
    ]
    assert errors_of(facts(), opinion=assessment("KT-01", "KT-10")) == []
    assert errors_of(facts(), opinion=assessment()) == []


@pytest.mark.parametrize("salt", ["", "00" * 15, "z" * 32, "AB" * 15 + "a"])
def test_an_identity_without_a_good_salt_is_refused(salt: str) -> None:
    """With a short or made-up salt the hash gives the document number away to somebody who tries them all."""
    assert errors_of(facts(), identities=(identity_part(salt=salt),)) == [("identities[0].salt", "value")]


def test_an_identity_photo_is_one_of_the_files() -> None:
    assert errors_of(facts(), identities=(identity_part(photo=PHOTO.id),)) == []
    assert errors_of(facts(), identities=(identity_part(), identity_part(photo=STRANGER))) == [
        ("identities[1].photo", "reference")
    ]


@pytest.mark.parametrize(
    ("changes", "path", "code"),
    [
        ({"sequence": 0}, "sequence", "value"),
        ({"sequence": -3}, "sequence", "value"),
        ({"sequence": 2, "previous": None}, "previous", "value"),
        ({"sequence": 1, "previous": "0" * 64}, "previous", "value"),
        ({"facts": "0" * 63}, "facts", "value"),
        ({"facts": "A" * 64}, "facts", "value"),
        ({"assessment": ""}, "assessment", "value"),
        ({"sequence": 2, "previous": "previous"}, "previous", "value"),
        ({"identities": ("0" * 64, "x")}, "identities[1]", "value"),
        ({"identities": ("0" * 64, "0" * 64)}, "identities[1]", "duplicate"),
        ({"evidence": (evidence_entry(b"a", sha256="0x"),)}, "evidence[0].sha256", "value"),
        ({"evidence": (evidence_entry(b""),)}, "evidence[0].bytes", "value"),
        ({"evidence": (PHOTO, evidence_entry(b"b", id=PHOTO.id))}, "evidence[1].id", "duplicate"),
    ],
)
def test_each_broken_thing_of_a_manifest_is_named(changes: dict[str, Any], path: str, code: str) -> None:
    assert manifest_errors(**changes) == [(path, code)]


def test_a_good_manifest_passes() -> None:
    assert manifest_errors() == []
    assert manifest_errors(sequence=2, previous="0" * 64, supersedes=uuid4(), evidence=()) == []


def test_measurements_of_the_loads_are_found_too() -> None:
    made = transport_facts(
        measurements=(measurement(value=1.0),), loads=(load(measurements=(measurement(value=2.0),)), load(id="l2"))
    )
    assert [(path, one.value) for path, one in measurements_of(made)] == [
        ("facts.measurements[0]", 1.0),
        ("facts.loads[0].measurements[0]", 2.0),
        ("facts.loads[1].measurements[0]", 12.0),
    ]


@pytest.mark.parametrize(
    ("text", "answer"),
    [("0" * 64, True), ("f" * 64, True), ("F" * 64, False), ("0" * 65, False), ("", False), ("g" * 64, False)],
)
def test_is_hash(text: str, answer: bool) -> None:
    assert is_hash(text) is answer


@pytest.mark.parametrize("kind", Kind)
def test_a_report_of_each_kind_may_say_as_little_as_the_least(kind: Kind) -> None:
    assert SealingPhone().seal(facts=facts(), kind=kind).manifest.kind is kind
