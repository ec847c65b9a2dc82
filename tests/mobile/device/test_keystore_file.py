"""The key file: one key, nobody else's eyes."""

import subprocess
import sys
from pathlib import Path

import pytest

from mobile.device import keystore_file
from mobile.device.keystore_file import FileKeystore
from mobile.services.trust import key_id_of
from shared.problems import Problem
from tests.factories.reports import SealingPhone

ROOT = Path(__file__).resolve().parents[3]


def test_a_key_is_made_once_private_and_found_again(tmp_path: Path) -> None:
    path = tmp_path / "key.pem"
    first, second = FileKeystore(path), FileKeystore(path)
    assert first.key_id == second.key_id == key_id_of(first.public_key_pem)
    assert path.stat().st_mode & 0o777 == 0o600
    assert [file.name for file in tmp_path.iterdir()] == ["key.pem"]


def test_signatures_verify_and_nothing_else_does(tmp_path: Path) -> None:
    keystore, other = FileKeystore(tmp_path / "key.pem"), SealingPhone()
    der = keystore.sign(b"message")
    assert keystore.verify(keystore.public_key_pem, b"message", der)
    assert not keystore.verify(keystore.public_key_pem, b"massage", der)
    assert not keystore.verify(other.public_key_pem, b"message", der)
    assert not keystore.verify(keystore.public_key_pem, b"message", b"not DER")
    assert not keystore.verify("not PEM", b"message", der)
    assert keystore.verify(other.public_key_pem, b"message", other.sign(b"message"))


def test_openssl_checks_what_the_phone_signed(tmp_path: Path) -> None:
    keystore = FileKeystore(tmp_path / "key.pem")
    for name, content in {
        "pub.pem": keystore.public_key_pem.encode(),
        "sig": keystore.sign(b"manifest"),
        "m": b"manifest",
    }.items():
        (tmp_path / name).write_bytes(content)
    told = subprocess.run(
        ["openssl", "dgst", "-sha256", "-verify", "pub.pem", "-signature", "sig", "m"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.stdout == "Verified OK\n"


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660])
def test_a_key_that_others_can_read_is_refused(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "key.pem"
    FileKeystore(path)
    path.chmod(mode)
    with pytest.raises(Problem, match="key_unsafe"):
        FileKeystore(path)


def test_a_damaged_key_is_refused_and_never_replaced(tmp_path: Path) -> None:
    path = tmp_path / "key.pem"
    path.write_text("-----BEGIN PRIVATE KEY-----\nabc\n-----END PRIVATE KEY-----\n")
    path.chmod(0o600)
    before = path.read_bytes()
    with pytest.raises(Problem, match="key_unsafe"):
        FileKeystore(path)
    assert path.read_bytes() == before


def test_a_key_that_appeared_while_another_was_being_made_stays(tmp_path: Path) -> None:
    path = tmp_path / "key.pem"
    first = FileKeystore(path)
    keystore_file._create(path)
    assert FileKeystore(path).key_id == first.key_id
    assert [file.name for file in tmp_path.iterdir()] == ["key.pem"]


def test_processes_starting_at_once_agree_on_one_key(tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from mobile.device.keystore_file import FileKeystore; "
        "print(FileKeystore(Path(sys.argv[1])).key_id)"
    )
    started = [
        subprocess.Popen(
            [sys.executable, "-c", program, str(tmp_path / "key.pem")], cwd=ROOT, stdout=subprocess.PIPE, text=True
        )
        for _ in range(4)
    ]
    assert len({worker.communicate()[0] for worker in started}) == 1
    assert [worker.returncode for worker in started] == [0] * 4
