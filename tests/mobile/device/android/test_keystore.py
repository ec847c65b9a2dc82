"""The signing key in the phone's hardware: asked for in the right place, never replaced, never out."""

import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from mobile.device.android.keystore import ALIAS, AndroidKeystore
from mobile.device.keystore_file import FileKeystore
from mobile.ports import Keystore
from mobile.services.trust import key_id_of
from shared.problems import Problem
from tests.factories.reports import SealingPhone
from tests.fakes.java_security import SIGN, STRONGBOX_UNAVAILABLE, Hardware
from tests.fakes.jnius import FakeJnius, JavaException

ROOT = Path(__file__).resolve().parents[4]


@pytest.fixture
def hardware(jnius: FakeJnius) -> Hardware:
    made = Hardware()
    made.install(jnius)
    return made


def test_a_key_is_made_once_and_found_again(hardware: Hardware) -> None:
    first: Keystore = AndroidKeystore()
    second = AndroidKeystore()
    assert first.key_id == second.key_id == key_id_of(first.public_key_pem)
    assert len(hardware.asked) == 1


def test_the_key_may_only_sign_and_is_of_p256(hardware: Hardware) -> None:
    AndroidKeystore()
    (spec,) = hardware.asked
    assert (spec.alias, spec.purposes, spec.said["Digests"]) == (ALIAS, SIGN, "SHA-256")
    assert isinstance(hardware.keys[ALIAS].secret.curve, ec.SECP256R1)


def test_the_strongbox_is_asked_first(hardware: Hardware) -> None:
    AndroidKeystore()
    assert [spec.said.get("IsStrongBoxBacked", False) for spec in hardware.asked] == [True]


@pytest.mark.parametrize("classname", [STRONGBOX_UNAVAILABLE, "java.security.ProviderException"])
def test_without_a_strongbox_the_key_lies_in_the_tee(hardware: Hardware, classname: str) -> None:
    hardware.no_strongbox = classname
    keystore = AndroidKeystore()
    assert [spec.said.get("IsStrongBoxBacked", False) for spec in hardware.asked] == [True, False]
    assert keystore.verify(keystore.public_key_pem, b"m", keystore.sign(b"m"))


def test_an_android_that_knows_no_strongbox_is_not_asked_for_one(jnius: FakeJnius) -> None:
    old = Hardware(sdk=27)
    old.install(jnius)
    AndroidKeystore()
    assert ["IsStrongBoxBacked" in spec.said for spec in old.asked] == [False]


def test_another_failure_than_the_want_of_a_strongbox_is_no_reason_for_a_weaker_key(hardware: Hardware) -> None:
    hardware.no_strongbox = "java.security.InvalidAlgorithmParameterException"
    with pytest.raises(JavaException):
        AndroidKeystore()
    assert (len(hardware.asked), hardware.keys) == (1, {})


def test_the_pem_is_written_as_on_a_desktop(hardware: Hardware) -> None:
    pem = AndroidKeystore().public_key_pem
    public = hardware.keys[ALIAS].secret.public_key()
    assert pem == public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def test_a_desktop_verifies_what_the_phone_signed_and_the_other_way_round(hardware: Hardware, tmp_path: Path) -> None:
    phone, desktop = AndroidKeystore(), FileKeystore(tmp_path / "key.pem")
    assert desktop.verify(phone.public_key_pem, b"message", phone.sign(b"message"))
    assert phone.verify(desktop.public_key_pem, b"message", desktop.sign(b"message"))


def test_openssl_checks_what_the_phone_signed(hardware: Hardware, tmp_path: Path) -> None:
    keystore = AndroidKeystore()
    signature = keystore.sign(b"manifest")
    assert type(signature) is bytes
    for name, content in {"pub.pem": keystore.public_key_pem.encode(), "sig": signature, "m": b"manifest"}.items():
        (tmp_path / name).write_bytes(content)
    told = subprocess.run(
        ["openssl", "dgst", "-sha256", "-verify", "pub.pem", "-signature", "sig", "m"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.stdout == "Verified OK\n"


def test_nothing_else_verifies(hardware: Hardware) -> None:
    keystore, other = AndroidKeystore(), SealingPhone()
    pem, der = keystore.public_key_pem, keystore.sign(b"message")
    assert not keystore.verify(pem, b"massage", der)
    assert not keystore.verify(other.public_key_pem, b"message", der)
    assert not keystore.verify(pem, b"message", b"not DER")
    assert not keystore.verify(pem, b"message", b"")


@pytest.mark.parametrize(
    "pem",
    [
        "",
        "not PEM",
        "-----BEGIN PUBLIC KEY-----\n?\n-----END PUBLIC KEY-----\n",
        "-----BEGIN PUBLIC KEY-----\nẠ\n-----END PUBLIC KEY-----\n",
        "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n",
    ],
)
def test_what_is_no_key_verifies_nothing(hardware: Hardware, pem: str) -> None:
    keystore = AndroidKeystore()
    assert not keystore.verify(pem, b"message", keystore.sign(b"message"))


def test_a_point_that_is_not_on_the_curve_verifies_nothing(hardware: Hardware) -> None:
    keystore = AndroidKeystore()
    lines = keystore.public_key_pem.splitlines()
    pem = "\n".join([lines[0], lines[1][:-8] + "AAAAAAAA", *lines[2:]])
    assert not keystore.verify(pem, b"message", keystore.sign(b"message"))


def test_a_key_of_another_curve_verifies_nothing_even_what_it_signed(hardware: Hardware) -> None:
    other = ec.generate_private_key(ec.SECP384R1())
    pem = other.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    assert not AndroidKeystore().verify(pem, b"message", other.sign(b"message", ec.ECDSA(hashes.SHA256())))


def test_a_key_that_is_lost_is_refused_and_never_replaced(hardware: Hardware) -> None:
    AndroidKeystore()
    kept = hardware.keys[ALIAS]
    kept.lost = "java.security.UnrecoverableKeyException"
    with pytest.raises(Problem, match="key_unsafe"):
        AndroidKeystore()
    kept.lost, kept.secret = "", None
    with pytest.raises(Problem, match="key_unsafe"):
        AndroidKeystore()
    assert (hardware.keys[ALIAS], len(hardware.asked)) == (kept, 1)


def test_a_key_of_another_kind_under_the_same_name_is_refused(hardware: Hardware) -> None:
    AndroidKeystore()
    hardware.keys[ALIAS].secret = ec.generate_private_key(ec.SECP384R1())
    with pytest.raises(Problem, match="key_unsafe"):
        AndroidKeystore()


def test_a_key_that_android_made_invalid_signs_nothing(hardware: Hardware) -> None:
    keystore = AndroidKeystore()
    hardware.keys[ALIAS].invalid = "android.security.keystore.KeyPermanentlyInvalidatedException"
    with pytest.raises(Problem, match="key_unsafe"):
        keystore.sign(b"message")


def test_what_goes_wrong_otherwise_while_signing_stays_a_defect(hardware: Hardware) -> None:
    keystore = AndroidKeystore()
    hardware.keys[ALIAS].invalid = "java.lang.IllegalStateException"
    with pytest.raises(JavaException):
        keystore.sign(b"message")


@pytest.mark.parametrize("module", ["keystore", "keywrap", "share", "editor", "qr"])
def test_the_module_is_read_without_java_and_without_the_library_that_a_phone_lacks(module: str) -> None:
    program = f"import sys; sys.modules |= dict(jnius=None, cryptography=None); import mobile.device.android.{module}"
    subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=True)
