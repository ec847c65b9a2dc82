"""The key that wraps the data key, in the phone's hardware: made by wrapping only, and every byte counts."""

import os

import pytest

from mobile.device.android.keystore import AndroidKeystore
from mobile.device.android.keywrap import ALIAS, AndroidKeyWrap
from mobile.ports import KeyWrap
from shared.problems import Problem
from tests.fakes.java_security import DECRYPT, ENCRYPT, STRONGBOX_UNAVAILABLE, Hardware
from tests.fakes.jnius import FakeJnius, JavaException


@pytest.fixture
def hardware(jnius: FakeJnius) -> Hardware:
    made = Hardware()
    made.install(jnius)
    return made


def test_what_was_wrapped_opens_after_a_restart_and_shows_nothing_of_itself(hardware: Hardware) -> None:
    keeper: KeyWrap = AndroidKeyWrap()
    key = os.urandom(32)
    wrapped = keeper.wrap(key)
    opened = AndroidKeyWrap().unwrap(wrapped)
    assert (opened, type(opened), type(wrapped)) == (key, bytes, bytes)
    assert key not in wrapped
    assert (wrapped[:1], len(wrapped)) == (b"\x01", 1 + 12 + 32 + 16)


def test_its_key_is_an_aes_key_of_256_bits_for_this_one_use(hardware: Hardware) -> None:
    AndroidKeyWrap().wrap(bytes(32))
    AndroidKeyWrap().wrap(bytes(32))
    (spec,) = hardware.asked
    assert (spec.alias, spec.purposes, spec.said["KeySize"]) == (ALIAS, ENCRYPT | DECRYPT, 256)
    assert spec.said["IsStrongBoxBacked"] is True


def test_without_a_strongbox_its_key_lies_in_the_tee(hardware: Hardware) -> None:
    hardware.no_strongbox = STRONGBOX_UNAVAILABLE
    keeper = AndroidKeyWrap()
    assert keeper.unwrap(keeper.wrap(bytes(32))) == bytes(32)
    assert [spec.said.get("IsStrongBoxBacked", False) for spec in hardware.asked] == [True, False]


def test_every_wrapping_is_another_and_each_byte_counts(hardware: Hardware) -> None:
    keeper, key = AndroidKeyWrap(), os.urandom(32)
    first, second = keeper.wrap(key), keeper.wrap(key)
    assert first != second
    for place in range(len(first)):
        changed = bytearray(first)
        changed[place] ^= 1
        with pytest.raises(Problem, match="phone_data_locked"):
            keeper.unwrap(bytes(changed))


@pytest.mark.parametrize("size", [0, 1, 5, 13, 28])
def test_what_was_cut_off_does_not_open(hardware: Hardware, size: int) -> None:
    keeper = AndroidKeyWrap()
    with pytest.raises(Problem, match="phone_data_locked"):
        keeper.unwrap(keeper.wrap(bytes(32))[:size])


def test_unwrapping_never_makes_a_key(hardware: Hardware) -> None:
    with pytest.raises(Problem, match="phone_data_locked"):
        AndroidKeyWrap().unwrap(b"\x01" + bytes(60))
    assert (hardware.keys, hardware.asked) == ({}, [])


def test_another_key_opens_nothing(hardware: Hardware) -> None:
    wrapped = AndroidKeyWrap().wrap(bytes(32))
    hardware.keys.clear()
    AndroidKeyWrap().wrap(bytes(32))
    with pytest.raises(Problem, match="phone_data_locked"):
        AndroidKeyWrap().unwrap(wrapped)


@pytest.mark.parametrize(
    ("lost", "invalid"),
    [
        ("java.security.UnrecoverableKeyException", ""),
        ("", "android.security.keystore.KeyPermanentlyInvalidatedException"),
        ("", "java.security.InvalidKeyException"),
    ],
)
def test_a_key_that_is_of_no_use_is_refused_and_never_replaced(hardware: Hardware, lost: str, invalid: str) -> None:
    keeper = AndroidKeyWrap()
    wrapped = keeper.wrap(bytes(32))
    kept = hardware.keys[ALIAS]
    kept.lost, kept.invalid = lost, invalid
    with pytest.raises(Problem, match="phone_data_locked"):
        keeper.unwrap(wrapped)
    with pytest.raises(Problem, match="phone_data_locked"):
        keeper.wrap(bytes(32))
    assert (hardware.keys[ALIAS], len(hardware.asked)) == (kept, 1)


def test_what_goes_wrong_otherwise_stays_a_defect(hardware: Hardware) -> None:
    keeper = AndroidKeyWrap()
    wrapped = keeper.wrap(bytes(32))
    hardware.keys[ALIAS].invalid = "java.lang.IllegalStateException"
    with pytest.raises(JavaException):
        keeper.unwrap(wrapped)
    with pytest.raises(JavaException):
        keeper.wrap(bytes(32))


def test_a_signing_key_lies_beside_it_untouched(hardware: Hardware) -> None:
    keystore, keeper = AndroidKeystore(), AndroidKeyWrap()
    wrapped = keeper.wrap(bytes(32))
    assert AndroidKeystore().key_id == keystore.key_id
    assert keeper.unwrap(wrapped) == bytes(32)
