"""After the run: is everything that was filed at the office exactly once, or still on its phone and said so?

Each check compares what the two sides have by themselves and yields a `Fault` for whatever does not hold; a whole run
yields none.
"""

import base64
import hashlib
import json
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

import rfc8785
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tests.soak.books import Filed, Kept, KeptFile, OfficeBooks, PhoneBooks

CONFIRMED = "confirmed"
MADE_OF_ORIGINALS = "thumbnails/"


@dataclass(frozen=True, slots=True)
class Fault:
    """`code`: stable; `about`: what it concerns."""

    code: str
    about: str

    def __str__(self) -> str:
        return f"{self.code}: {self.about}"


def faults(
    office: OfficeBooks, phones: Sequence[PhoneBooks], photos: Collection[str], corrupted: Collection[bytes]
) -> Iterator[Fault]:
    """`photos`: SHA-256 of everything that was ever put into a report. `corrupted`: bodies of the requests that the
    line changed on purpose."""
    for phone in phones:
        yield from phone_whole(phone)
        yield from arrived_or_said(phone, office)
        yield from receipts_true(phone, office)
    yield from nothing_twice(office)
    yield from nothing_foreign(office, phones, photos)
    yield from evidence_stored(office)
    yield from recorded_once(office)
    yield from assessed(office)
    yield from quarantine_explained(office, corrupted)


# --- the phone by itself


def phone_whole(phone: PhoneBooks) -> Iterator[Fault]:
    """Nothing that was said to be sealed has gone; the chain has neither hole nor double; what has not arrived is whole
    on the phone and the phone says so."""
    have = {kept.id: kept.manifest_sha256 for kept in phone.reports}
    for report, manifest in phone.sealed.items():
        if have.get(report) != manifest:
            yield Fault("sealed_report_gone", f"phone {phone.number} {report}")
    before = None
    for place, kept in enumerate(phone.reports, 1):
        manifest = json.loads(kept.manifest)
        if kept.sequence != place or manifest["sequence"] != place or manifest["previous"] != before:
            yield Fault("phone_chain_broken", f"phone {phone.number} {kept.id}")
        if hashlib.sha256(kept.manifest).hexdigest() != kept.manifest_sha256:
            yield Fault("phone_manifest_changed", kept.id)
        before = kept.manifest_sha256
    unsent = [kept for kept in phone.reports if not _is_confirmed(kept)]
    if bool(unsent) != bool(sum(phone.left)):
        yield Fault("phone_says_otherwise", f"phone {phone.number}: {len(unsent)} not confirmed, it says {phone.left}")
    for kept in unsent:
        for file in kept.files:
            if file.state != CONFIRMED and not file.whole:
                yield Fault("file_lost_on_phone", f"{kept.id}/{file.evidence}")


def _is_confirmed(kept: Kept) -> bool:
    return kept.state == CONFIRMED


# --- both sides


def arrived_or_said(phone: PhoneBooks, office: OfficeBooks) -> Iterator[Fault]:
    """What a phone holds for received or confirmed is at the office, byte for byte."""
    there = {filed.id: filed for filed in office.reports}
    rows = {(row.report, row.evidence): row for row in office.evidence}
    for kept in phone.reports:
        filed = there.get(kept.id)
        if filed is None:
            if kept.state in ("received", CONFIRMED) or kept.receipt:
                yield Fault("confirmed_report_missing", kept.id)
            continue
        if not _same_bytes(kept, filed):
            yield Fault("report_differs", kept.id)
        if kept.state == CONFIRMED and any(file.state != CONFIRMED for file in kept.files):
            yield Fault("confirmed_too_early", kept.id)
        for file in kept.files:
            row = rows.get((kept.id, file.evidence))
            if row is None or row.sha256 != file.sha256:
                yield Fault("evidence_row_missing", f"{kept.id}/{file.evidence}")
            elif file.state == CONFIRMED and (row.state != CONFIRMED or not _lies_there(file, office)):
                yield Fault("confirmed_file_missing", f"{kept.id}/{file.evidence} {file.sha256}")


def _same_bytes(kept: Kept, filed: Filed) -> bool:
    names = ("device", "sequence", "manifest_sha256", "manifest", "facts", "assessment", "identities", "signature")
    return all(getattr(kept, name) == getattr(filed, name) for name in names)


def _lies_there(file: KeptFile, office: OfficeBooks) -> bool:
    found = office.files.get(stored_at(file.sha256))
    return found is not None and found[0] == file.sha256


def stored_at(sha256: str) -> str:
    """Where the office keeps a file, below its evidence folder."""
    return f"{sha256[:2]}/{sha256}"


def receipts_true(phone: PhoneBooks, office: OfficeBooks) -> Iterator[Fault]:
    """Every receipt on the phone is signed by a key of this office, speaks of the report it lies beside, and promises
    nothing that is not so."""
    confirmed = {(row.report, row.evidence) for row in office.evidence if row.state == CONFIRMED}
    for kept in phone.reports:
        if kept.receipt is None:
            continue
        receipt = json.loads(kept.receipt)
        if not _is_signed(receipt, office.keys):
            yield Fault("receipt_signature", kept.id)
        if receipt["report"] != kept.id or receipt["manifest_sha256"] != kept.manifest_sha256:
            yield Fault("receipt_of_another", kept.id)
        for entry in receipt["evidence"]:
            if entry["state"] == CONFIRMED and (kept.id, entry["id"]) not in confirmed:
                yield Fault("receipt_promise_broken", f"{kept.id}/{entry['id']}")


def _is_signed(receipt: dict[str, object], keys: dict[str, str]) -> bool:
    pem = keys.get(str(receipt.get("key")))
    if pem is None:
        return False
    body = {name: value for name, value in receipt.items() if name != "signature"}
    key = serialization.load_pem_public_key(pem.encode())
    assert isinstance(key, ec.EllipticCurvePublicKey)
    try:
        signature = base64.b64decode(str(receipt["signature"]))
        key.verify(signature, rfc8785.dumps(body), ec.ECDSA(hashes.SHA256()))  # type: ignore[arg-type]
    except InvalidSignature:
        return False
    return True


# --- the office by itself


def nothing_twice(office: OfficeBooks) -> Iterator[Fault]:
    yield from _repeated("report_twice", (filed.id for filed in office.reports))
    yield from _repeated("manifest_twice", (filed.manifest_sha256 for filed in office.reports))
    yield from _repeated("sequence_twice", (f"{filed.device} {filed.sequence}" for filed in office.reports))
    yield from _repeated("evidence_twice", (f"{row.report}/{row.evidence}" for row in office.evidence))
    originals = (digest for path, (digest, _) in office.files.items() if not path.startswith(MADE_OF_ORIGINALS))
    yield from _repeated("file_twice", originals)


def _repeated(code: str, values: Iterator[str]) -> Iterator[Fault]:
    for value, times in Counter(values).items():
        if times > 1:
            yield Fault(code, f"{value} × {times}")


def nothing_foreign(office: OfficeBooks, phones: Sequence[PhoneBooks], photos: Collection[str]) -> Iterator[Fault]:
    """Nothing is at the office that no phone sealed; every evidence row stands in its report's manifest and every one
    of the manifest has its row."""
    kept = {report.id for phone in phones for report in phone.reports}
    rows: dict[str, set[tuple[str, str, int]]] = {}
    for row in office.evidence:
        rows.setdefault(row.report, set()).add((row.evidence, row.sha256, row.size))
        if row.sha256 not in photos:
            yield Fault("evidence_nobody_took", f"{row.report}/{row.evidence}")
    for filed in office.reports:
        if filed.id not in kept:
            yield Fault("report_nobody_sealed", filed.id)
        declared = {
            (e["id"], e["sha256"], e["bytes"]) for e in json.loads(filed.manifest or b'{"evidence":[]}')["evidence"]
        }
        if declared != rows.get(filed.id, set()):
            yield Fault("evidence_rows_differ", filed.id)


def evidence_stored(office: OfficeBooks) -> Iterator[Fault]:
    """The store holds the confirmed files under their hashes, with these hashes, and nothing that no row names."""
    declared = {row.sha256 for row in office.evidence}
    for path, (digest, _) in office.files.items():
        name = path.rsplit("/", 1)[-1]
        if path == stored_at(name):
            if digest != name:
                yield Fault("stored_file_changed", path)
            if name not in declared:
                yield Fault("stored_file_undeclared", path)
    for row in office.evidence:
        found = office.files.get(stored_at(row.sha256))
        if row.state == CONFIRMED and (found is None or found[1] != row.size):
            yield Fault("stored_file_missing", f"{row.report}/{row.evidence} {row.sha256}")


def recorded_once(office: OfficeBooks) -> Iterator[Fault]:
    """One event for each report's receipt and each file's confirmation, none without its row."""
    expected = {("report:received", f"report:{filed.id}") for filed in office.reports}
    expected |= {
        ("evidence:confirmed", f"evidence:{row.report}/{row.evidence}")
        for row in office.evidence
        if row.state == CONFIRMED
    }
    for event in expected:
        if office.events[event] != 1:
            yield Fault("event_count", f"{event[0]} {event[1]} × {office.events[event]}")
    for event in office.events:
        if event[0] in ("report:received", "evidence:confirmed") and event not in expected:
            yield Fault("event_without_row", f"{event[0]} {event[1]}")


def assessed(office: OfficeBooks) -> Iterator[Fault]:
    """Background work that was ordered with a report was done, whatever was killed and whatever was full."""
    for filed in office.reports:
        if not office.events["report:assessed", f"report:{filed.id}"]:
            yield Fault("report_not_assessed", filed.id)


def quarantine_explained(office: OfficeBooks, corrupted: Collection[bytes]) -> Iterator[Fault]:
    """In quarantine lies only what the line changed on its way: the body, or one envelope of a batch."""
    changed = set(corrupted)
    for body in corrupted:
        changed |= set(_envelopes(body))
    for code, body in office.quarantine:
        if body not in changed:
            yield Fault("quarantined_for_nothing", f"{code} {hashlib.sha256(body).hexdigest()}")


def _envelopes(body: bytes) -> Iterator[bytes]:
    try:
        batch = json.loads(body)
        envelopes = batch["envelopes"]
    except (ValueError, KeyError, TypeError):
        return  # no batch
    if isinstance(envelopes, list):
        for envelope in envelopes:
            yield json.dumps(envelope, ensure_ascii=False, separators=(",", ":")).encode()
