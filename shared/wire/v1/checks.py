"""What types cannot say of a report: units that fit, references that resolve, numbers that are possible."""

from collections.abc import Iterable, Iterator, Set
from uuid import UUID

from shared.problems import FieldError, Problem
from shared.wire.v1.messages import Manifest
from shared.wire.v1.records import (
    UNITS,
    ActState,
    Assessment,
    Basis,
    Facts,
    IdentityPart,
    Measurement,
    Position,
    Presented,
    QuantityKind,
    SignatureResult,
)

_HASH_LENGTH = 64
_SALT_LENGTH = 32


def check_manifest(manifest: Manifest) -> None:
    """Problem `report_invalid` for hashes that are none, a sequence below 1, a chain that begins twice, ids twice."""
    errors: list[FieldError] = []
    if manifest.sequence < 1:
        errors.append(FieldError("sequence", "value", {"expected": "≥ 1"}))
    elif (manifest.sequence == 1) != (manifest.previous is None):
        errors.append(FieldError("previous", "value", {"expected": "null ⇔ sequence = 1"}))
    hashes = [("facts", manifest.facts), ("assessment", manifest.assessment), ("previous", manifest.previous)]
    hashes += [(f"identities[{i}]", value) for i, value in enumerate(manifest.identities)]
    hashes += [(f"evidence[{i}].sha256", entry.sha256) for i, entry in enumerate(manifest.evidence)]
    errors += [
        FieldError(path, "value", {"expected": "SHA-256 (hex)"})
        for path, value in hashes
        if value is not None and not is_hash(value)
    ]
    for i, entry in enumerate(manifest.evidence):
        if entry.bytes < 1:
            errors.append(FieldError(f"evidence[{i}].bytes", "value", {"expected": "≥ 1"}))
    errors += _twice("evidence", [str(entry.id) for entry in manifest.evidence], ".id")
    errors += _twice("identities", manifest.identities)
    _raise(errors)


def check_parts(
    manifest: Manifest, facts: Facts, assessment: Assessment | None, identities: tuple[IdentityPart, ...]
) -> None:
    """Problem `report_invalid` naming every place where the parts contradict themselves or the manifest."""
    files = {entry.id for entry in manifest.evidence}
    errors = list(_check_facts(facts, files=files, identities=set(manifest.identities)))
    if assessment is not None:
        errors += [
            FieldError(f"assessment.observations[{i}].code", "required")
            for i, seen in enumerate(assessment.observations)
            if not seen.code.strip()
        ]
        errors += _twice("assessment.observations", [seen.code for seen in assessment.observations], ".code")
    for i, part in enumerate(identities):
        if len(part.salt) < _SALT_LENGTH or not _is_hex(part.salt):
            errors.append(FieldError(f"identities[{i}].salt", "value", {"expected": "≥ 16 bytes (hex)"}))
        if part.photo is not None and part.photo not in files:
            errors.append(FieldError(f"identities[{i}].photo", "reference", {"name": str(part.photo)}))
    _raise(errors)


def is_hash(text: str) -> bool:
    return len(text) == _HASH_LENGTH and _is_hex(text)


def _is_hex(text: str) -> bool:
    return not text.strip("0123456789abcdef")


def measurements_of(facts: Facts) -> Iterator[tuple[str, Measurement]]:
    """Every measurement of a report with its path, those of the loads included."""
    for i, measurement in enumerate(facts.measurements):
        yield f"facts.measurements[{i}]", measurement
    for i, load in enumerate(facts.loads):
        for j, measurement in enumerate(load.measurements):
            yield f"facts.loads[{i}].measurements[{j}]", measurement


def _check_facts(facts: Facts, *, files: Set[UUID], identities: Set[str]) -> Iterator[FieldError]:
    if facts.finished_at is not None and facts.finished_at < facts.started_at:
        yield FieldError("facts.finished_at", "value", {"expected": "≥ started_at"})
    if facts.act_ended.state is ActState.ENDED and facts.act_ended.at is None:
        yield FieldError("facts.act_ended.at", "required")
    if not facts.officers:
        yield FieldError("facts.officers", "required")
    for i, position in enumerate(facts.positions):
        yield from _check_position(position, f"facts.positions[{i}]")
    for path, measurement in measurements_of(facts):
        yield from _check_measurement(measurement, path)
    yield from _check_references(facts, files, identities)
    for i, signature in enumerate(facts.signatures):
        if signature.result is SignatureResult.REFUSED and not signature.reason:
            yield FieldError(f"facts.signatures[{i}].reason", "required")


def _check_position(position: Position, path: str) -> Iterator[FieldError]:
    if position.lat is None or position.lon is None:
        if position.lat is not position.lon:
            yield FieldError(f"{path}.lat" if position.lat is None else f"{path}.lon", "required")
        elif position.distance_m is None and not position.missing_reason:
            yield FieldError(f"{path}.missing_reason", "required")
    elif not (-90 <= position.lat <= 90 and -180 <= position.lon <= 180):
        yield FieldError(f"{path}.lat", "value", {"expected": "−90…90, −180…180"})
    for name in ("accuracy_m", "satellites", "samples", "distance_m", "uncertainty_m"):
        value = getattr(position, name)
        if value is not None and value < 0:
            yield FieldError(f"{path}.{name}", "value", {"expected": "≥ 0"})
    if position.bearing_deg is not None and not 0 <= position.bearing_deg <= 360:
        yield FieldError(f"{path}.bearing_deg", "value", {"expected": "0…360"})


def _check_measurement(measurement: Measurement, path: str) -> Iterator[FieldError]:
    units = UNITS[measurement.kind]
    if measurement.unit not in units:
        yield FieldError(f"{path}.unit", "unit", {"kind": measurement.kind.value, "expected": " | ".join(units)})
    if measurement.value < 0:
        yield FieldError(f"{path}.value", "value", {"expected": "≥ 0"})
    bases = _BASES.get(measurement.kind, (None,))
    if measurement.basis not in bases:
        expected = " | ".join("null" if basis is None else basis.value for basis in bases)
        yield FieldError(f"{path}.basis", "value", {"expected": expected})


# A volume is loose or in place, a mass is by weight; nothing else has a basis (domain notes C2).
_BASES: dict[QuantityKind, tuple[Basis | None, ...]] = {
    QuantityKind.VOLUME: (Basis.LOOSE, Basis.IN_PLACE),
    QuantityKind.MASS: (Basis.WEIGHT,),
}


def _check_references(facts: Facts, files: Set[UUID], identities: Set[str]) -> Iterator[FieldError]:
    subjects, vehicles = [s.id for s in facts.subjects], [v.id for v in facts.vehicles]
    yield from _twice("facts.subjects", subjects, ".id")
    yield from _twice("facts.vehicles", vehicles, ".id")
    yield from _twice("facts.loads", [load.id for load in facts.loads], ".id")
    yield from _twice("facts.machines", [machine.id for machine in facts.machines], ".id")
    for i, subject in enumerate(facts.subjects):
        if subject.identity is not None and subject.identity not in identities:
            yield FieldError(f"facts.subjects[{i}].identity", "reference", {"name": subject.identity})
    documents = [(f"facts.documents[{i}]", document) for i, document in enumerate(facts.documents)]
    for i, load in enumerate(facts.loads):
        yield from _unknown(f"facts.loads[{i}].vehicles", load.vehicles, set(vehicles))
        yield from _unknown(f"facts.loads[{i}].subjects", load.subjects, set(subjects))
        documents += [(f"facts.loads[{i}].documents[{j}]", document) for j, document in enumerate(load.documents)]
    for path, document in documents:
        yield from _unknown(f"{path}.evidence", document.evidence, files)
        if document.presented is Presented.PROMISED and document.promised_by is None:
            yield FieldError(f"{path}.promised_by", "required")
    for path, measurement in measurements_of(facts):
        yield from _unknown(f"{path}.evidence", measurement.evidence, files)
    for i, signature in enumerate(facts.signatures):
        if signature.evidence is not None:
            yield from _unknown(f"facts.signatures[{i}].evidence", (signature.evidence,), files)


def _unknown(path: str, names: Iterable[object], known: Set[object]) -> Iterator[FieldError]:
    for i, name in enumerate(names):
        if name not in known:
            yield FieldError(f"{path}[{i}]", "reference", {"name": str(name)})


def _twice(path: str, names: Iterable[str], leaf: str = "") -> Iterator[FieldError]:
    seen: set[str] = set()
    for i, name in enumerate(names):
        if name in seen:
            yield FieldError(f"{path}[{i}]{leaf}", "duplicate", {"name": name})
        seen.add(name)


def _raise(errors: list[FieldError]) -> None:
    if errors:
        raise Problem("report_invalid", errors=tuple(errors))
