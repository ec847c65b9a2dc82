"""Sealing and opening: what is sealed opens as it was; anything else is refused with its own code (design §5)."""

import base64
import hashlib
import shutil
import subprocess
from copy import deepcopy
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given
from hypothesis import strategies as st

from shared.problems import Problem
from shared.wire.v1.canonical import canonical_bytes
from shared.wire.v1.codec import decode, encode
from shared.wire.v1.messages import Hello, Receipt
from shared.wire.v1.records import Kind
from shared.wire.v1.seal import (
    SealedReport,
    chain_flags,
    identity_hash,
    open_envelope,
    peek_manifest,
    read_envelope,
    seal,
    sha256_hex,
)
from tests import golden
from tests.factories.reports import (
    STARTED_AT,
    TAMPERINGS,
    SealingPhone,
    assessment,
    envelope_json,
    evidence_entry,
    facts,
    identity_part,
    jpeg,
    measurement,
    subject,
    transport_facts,
    verify_with,
)
from tests.shared.strategies import examples

PHONE = SealingPhone()


def full_report(phone: SealingPhone = PHONE, kind: Kind = Kind.TRANSPORT) -> SealedReport:
    """With an assessment, an identity and a photo."""
    driver = identity_part()
    return phone.seal(
        facts=transport_facts(subjects=(subject(identity=identity_hash(driver)),)),
        assessment=assessment("VC-01"),
        identities=(driver,),
        files=[jpeg("load")],
        kind=kind,
    )


def opened(envelope: Any, *phones: SealingPhone) -> SealedReport:
    return open_envelope(read_envelope(envelope), verify_with(*phones or (PHONE,)))


# --- good ones


@pytest.mark.parametrize("kind", Kind)
def test_a_sealed_report_opens_as_it_was_sealed(kind: Kind) -> None:
    sealed = PHONE.seal(kind=kind, files=[jpeg(1), jpeg(2)])
    assert opened(envelope_json(sealed)) == sealed


def test_a_report_with_every_part_opens_as_it_was_sealed() -> None:
    sealed = full_report()
    assert opened(envelope_json(sealed)) == sealed
    assert sealed.assessment is not None
    assert len(sealed.identities) == 1


def test_a_phone_chains_its_reports() -> None:
    phone = SealingPhone()
    first, second = phone.seal(), phone.seal()
    assert (first.manifest.sequence, first.manifest.previous) == (1, None)
    assert (second.manifest.sequence, second.manifest.previous) == (2, first.manifest_sha256)


def test_sealing_fills_in_the_hashes_whatever_stood_there() -> None:
    sealed = PHONE.seal(assessment=assessment("KV-00"))
    parts = sealed.envelope.parts
    assert sealed.manifest.facts == hashlib.sha256(parts.facts).hexdigest()
    assert parts.assessment is not None
    assert sealed.manifest.assessment == hashlib.sha256(parts.assessment).hexdigest()
    assert sealed.manifest_sha256 == hashlib.sha256(sealed.envelope.manifest).hexdigest()


def test_what_sealing_answers_is_what_the_bytes_say() -> None:
    """Microseconds and decomposed letters do not survive the wire; the phone must show what the server will."""
    odd = facts(started_at=STARTED_AT + timedelta(microseconds=1234), weather="na\u0306\u0301ng")
    sealed = PHONE.seal(facts=odd)
    assert sealed.facts.started_at == STARTED_AT + timedelta(microseconds=1000)
    assert sealed.facts.weather == "nắng"
    assert opened(envelope_json(sealed)) == sealed


# --- nothing is signed that the server would refuse


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"measurements": (measurement(unit="t"),)}, "facts.measurements[0].unit"),
        ({"measurements": (measurement(value=float("nan")),)}, ""),
        ({"measurements": (measurement(value=1e20),)}, ""),
        ({"measurements": (measurement(value=1e22),)}, "facts.measurements[0].value"),
        ({"started_at": datetime(2026, 11, 20, 1)}, ""),  # noqa: DTZ001 - a time without a zone is the point
        ({"statement": "\ud83d"}, ""),
        ({"activity": "dancing"}, "facts.activity"),
        ({"officers": ()}, "facts.officers"),
        ({"statement": 5}, "facts.statement"),
    ],
)
def test_sealing_refuses_what_the_server_would_and_signs_nothing(changes: dict[str, Any], path: str) -> None:
    signed: list[bytes] = []
    good = full_report()
    with pytest.raises(Problem) as caught:
        seal(
            good.manifest,
            replace(good.facts, subjects=(), loads=(), **changes),
            None,
            (),
            sign=lambda message: signed.append(message) or b"",  # type: ignore[func-returns-value]
            key=PHONE.key_id,
        )
    assert (caught.value.code, [error.path for error in caught.value.errors]) == ("report_invalid", [path])
    caught.value.as_json("vi")
    assert signed == []


def test_a_bad_manifest_is_not_sealed_either() -> None:
    entry = evidence_entry(b"photo", sha256="SHA")
    with pytest.raises(Problem, match="report_invalid"):
        PHONE.seal(evidence=(entry,))


# --- bad ones, each with its own code


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize(("how", "code"), TAMPERINGS.items())
def test_every_kind_of_tampering_gives_its_own_code(how: str, code: str, kind: Kind) -> None:
    good = envelope_json(PHONE.seal(kind=kind, files=[jpeg(1)]))
    before = deepcopy(good)
    bad = PHONE.tampered(good, how)
    assert good == before != bad
    with pytest.raises(Problem) as caught:
        opened(bad)
    assert caught.value.code == code
    assert caught.value.type.status == 422
    assert caught.value.errors
    caught.value.as_json("vi")


def test_the_tamperings_cover_every_code_an_envelope_can_get() -> None:
    assert set(TAMPERINGS.values()) == {
        "envelope_invalid", "device_unknown", "signature_bad", "schema_unknown", "not_canonical", "part_hash_mismatch",
        "report_invalid",
    }  # fmt: skip


SEALED = full_report()


@examples
@given(where=st.sampled_from(["manifest", "signature", "facts", "assessment", "identity"]), data=st.data())
def test_one_flipped_bit_anywhere_is_refused(where: str, data: st.DataObject) -> None:
    envelope = envelope_json(SEALED)
    holder: Any = envelope if where in ("manifest", "signature") else envelope["parts"]
    key: Any = where
    if where == "identity":
        holder, key = envelope["parts"]["identities"], 0
    raw = bytearray(base64.b64decode(holder[key]))
    raw[data.draw(st.integers(0, len(raw) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    holder[key] = base64.b64encode(raw).decode()
    with pytest.raises(Problem) as caught:
        opened(envelope)
    assert caught.value.code == ("signature_bad" if where in ("manifest", "signature") else "part_hash_mismatch")


def test_identities_in_another_order_do_not_match() -> None:
    envelope = envelope_json(PHONE.seal(identities=(identity_part(), identity_part())))
    envelope["parts"]["identities"].reverse()
    with pytest.raises(Problem) as caught:
        opened(envelope)
    assert caught.value.code == "part_hash_mismatch"
    assert [error.path for error in caught.value.errors] == ["parts.identities[0]", "parts.identities[1]"]


def test_an_unknown_device_is_said_before_anything_is_read() -> None:
    """Nobody unknown learns by the answer whether the rest was right."""
    stranger = SealingPhone()
    with pytest.raises(Problem, match="device_unknown"):
        opened(stranger.tampered(envelope_json(stranger.seal()), "facts_not_json"))


def test_a_bad_signature_is_said_before_the_schema() -> None:
    newer = PHONE.tampered(envelope_json(PHONE.seal()), "schema_newer")
    with pytest.raises(Problem, match="signature_bad"):
        opened({**newer, "signature": base64.b64encode(PHONE.sign(b"x")).decode()})


def test_a_newer_schema_is_named_in_the_answer() -> None:
    with pytest.raises(Problem) as caught:
        opened(PHONE.tampered(envelope_json(PHONE.seal()), "schema_newer"))
    assert "report/2.0" in caught.value.detail("vi")


@pytest.mark.parametrize("schema", [None, 5, ["report/1.0"]])
def test_a_schema_that_is_no_text_is_a_wrong_field(schema: object) -> None:
    envelope = envelope_json(PHONE.seal())
    claims = {**peek_manifest(base64.b64decode(envelope["manifest"])), "schema": schema}
    with pytest.raises(Problem, match="report_invalid"):
        opened(PHONE.signed_again(envelope, manifest=canonical_bytes(claims)))


@pytest.mark.parametrize("value", [[], "report/1.0", 5, None])
def test_a_manifest_that_is_no_object_is_refused(value: object) -> None:
    with pytest.raises(Problem, match="report_invalid"):
        opened(PHONE.signed_again(envelope_json(PHONE.seal()), manifest=canonical_bytes(value)))


@examples
@given(st.binary(max_size=40) | st.just(b'{"id":"x","schema":7}') | st.just(b"[" * 5000))
def test_peeking_never_refuses(raw: bytes) -> None:
    assert isinstance(peek_manifest(raw), dict)


# --- golden files


@pytest.mark.parametrize("kind", Kind)
def test_golden_envelopes_open_and_say_what_is_written_beside_them(kind: Kind) -> None:
    body = golden.read(f"envelope_{kind}.json")
    sealed = open_envelope(read_envelope(body), verify_with(SealingPhone(private_value=20261120)))
    assert {
        "manifest_sha256": sealed.manifest_sha256,
        "manifest": encode(sealed.manifest),
        "facts": encode(sealed.facts),
        "assessment": encode(sealed.assessment),
        "identities": encode(sealed.identities),
    } == golden.read(f"envelope_{kind}.decoded.json")
    assert envelope_json(sealed) == body
    assert canonical_bytes(encode(sealed.facts)) == sealed.envelope.parts.facts
    assert sealed.manifest.kind is kind


def test_golden_envelopes_are_one_chain() -> None:
    manifests = [golden.read(f"envelope_{name}.decoded.json") for name in ("transport", "extraction", "stockyard")]
    assert [m["manifest"]["sequence"] for m in manifests] == [1, 2, 3]
    assert [m["manifest"]["previous"] for m in manifests] == [None, *(m["manifest_sha256"] for m in manifests[:2])]


def test_golden_photos_are_the_ones_declared() -> None:
    evidence = golden.read("envelope_transport.decoded.json")["manifest"]["evidence"]
    for entry, name in zip(evidence, ("photo_load.jpg", "photo_plate.jpg"), strict=True):
        content = (golden.FOLDER / name).read_bytes()
        assert (entry["sha256"], entry["bytes"]) == (sha256_hex(content), len(content))


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not installed here")
@pytest.mark.parametrize("kind", Kind)
def test_a_stranger_can_check_a_golden_signature_with_openssl(kind: Kind, tmp_path: Path) -> None:
    body = golden.read(f"envelope_{kind}.json")
    (tmp_path / "manifest").write_bytes(base64.b64decode(body["manifest"]))
    (tmp_path / "signature").write_bytes(base64.b64decode(body["signature"]))
    command = ["openssl", "dgst", "-sha256", "-verify", str(golden.FOLDER / "phone_key.pem")]
    command += ["-signature", str(tmp_path / "signature"), str(tmp_path / "manifest")]
    said = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (said.returncode, said.stdout.strip()) == (0, "Verified OK")


def holds(message: dict[str, Any], signature: str, pem: str) -> bool:
    key = serialization.load_pem_public_key((golden.FOLDER / pem).read_bytes())
    assert isinstance(key, ec.EllipticCurvePublicKey)
    try:
        key.verify(base64.b64decode(signature), canonical_bytes(message), ec.ECDSA(hashes.SHA256()))
    except InvalidSignature:
        return False
    return True


def without(message: dict[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in message.items() if key != name}


def test_golden_receipt_is_a_receipt_and_signed() -> None:
    receipt = golden.read("receipt.json")
    assert encode(decode(Receipt, receipt)) == receipt
    assert holds(without(receipt, "signature"), receipt["signature"], "server_key.pem")
    assert not holds(without({**receipt, "number": 128}, "signature"), receipt["signature"], "server_key.pem")


def test_golden_hello_is_signed_and_announces_the_next_key() -> None:
    hello = golden.read("hello.json")
    assert encode(decode(Hello, hello)) == hello
    assert holds(without(hello, "signature"), hello["signature"], "server_key.pem")
    now, following = hello["keys"]
    assert following["announced_by"]["key"] == now["id"]
    assert holds(without(following, "announced_by"), following["announced_by"]["signature"], "server_key.pem")
    assert following["public_key"] == (golden.FOLDER / "server_key_next.pem").read_text()


# --- the chain


@pytest.mark.parametrize("case", golden.read("chain_cases.json"), ids=lambda case: case["name"])
def test_chain_flags_golden(case: dict[str, Any]) -> None:
    arrived: dict[int, str] = {}
    for report in case["reports"]:
        flags = chain_flags(
            report["sequence"],
            report["previous"],
            before=arrived.get(report["sequence"] - 1),
            same_sequence=report["sequence"] in arrived,
        )
        assert sorted(flags) == sorted(report["flags"])
        arrived.setdefault(report["sequence"], report["manifest_sha256"])


@examples
@given(st.permutations(list(range(1, 8))))
def test_an_honest_chain_is_never_broken_in_whatever_order_it_arrives(order: list[int]) -> None:
    names = {n: f"{n:064x}" for n in range(8)}
    arrived: set[int] = set()
    for n in order:
        before = names[n - 1] if n - 1 in arrived else None
        flags = chain_flags(n, names[n - 1] if n > 1 else None, before=before, same_sequence=n in arrived)
        assert flags == (("sequence_gap",) if n > 1 and n - 1 not in arrived else ())
        arrived.add(n)
