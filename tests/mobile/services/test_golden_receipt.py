"""The golden receipt as the phone reads it: the server's word counts only with its signature, and for that report."""

from mobile.bootstrap import Phone
from mobile.services.trust import receipt_is_true
from shared.wire.v1.canonical import canonical_bytes
from shared.wire.v1.codec import decode
from shared.wire.v1.messages import EvidenceState, Manifest, Receipt
from shared.wire.v1.signed import Signed
from tests import golden


def golden_receipt(**changes: object) -> Signed[Receipt]:
    value = {**golden.read("receipt.json"), **changes}
    unsigned = {name: entry for name, entry in value.items() if name != "signature"}
    return Signed(decode(Receipt, value), canonical_bytes(unsigned), canonical_bytes(value).decode())


def pinned() -> dict[str, str]:
    value = golden.read("receipt.json")
    return {value["key"]: (golden.FOLDER / "server_key.pem").read_text(encoding="ascii")}


def test_golden_receipt_is_true_under_its_server_key_and_no_other(phone: Phone) -> None:
    receipt = golden_receipt()
    assert receipt_is_true(receipt, pinned(), phone.keystore)
    other = (golden.FOLDER / "server_key_next.pem").read_text(encoding="ascii")
    assert not receipt_is_true(receipt, dict.fromkeys(pinned(), other), phone.keystore)
    assert not receipt_is_true(receipt, {}, phone.keystore)


def test_golden_receipt_with_anything_changed_is_not_true(phone: Phone) -> None:
    assert not receipt_is_true(golden_receipt(number=128), pinned(), phone.keystore)
    assert not receipt_is_true(golden_receipt(flags=["relayed"]), pinned(), phone.keystore)


def test_golden_receipt_speaks_of_the_golden_report_and_of_one_photo_only() -> None:
    receipt = golden_receipt().message
    decoded = golden.read("envelope_transport.decoded.json")
    manifest = decode(Manifest, decoded["manifest"])
    assert (receipt.report, receipt.manifest_sha256) == (manifest.id, decoded["manifest_sha256"])
    declared = {(entry.id, entry.sha256) for entry in manifest.evidence}
    assert {(entry.id, entry.sha256) for entry in receipt.evidence} == declared
    assert sorted(entry.state for entry in receipt.evidence) == [EvidenceState.CONFIRMED, EvidenceState.PARTIAL]
