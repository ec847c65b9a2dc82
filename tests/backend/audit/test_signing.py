"""The server's key: made once, kept from others, and what it signs can be checked by anybody."""

import base64
import stat
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.conf import LazySettings, settings

from backend.audit import signing
from backend.audit.models import Event, ServerKey
from backend.audit.selectors import server_keys
from backend.audit.verifying import verify
from shared.wire.v1.canonical import canonical_bytes
from tests.backend.conftest import at_once, on_postgresql

NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)


def key_files() -> list[Path]:
    return sorted(Path(settings.KEYS_DIR).iterdir())


def test_key_is_made_at_first_need_and_its_private_half_is_the_servers_alone(db: None) -> None:
    row = signing.key_ensure(NOW)
    (file,) = key_files()
    assert file.name == f"{row.id}.pem"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    assert "PRIVATE" not in row.public_key
    event = Event.objects.get(action="key:made")
    assert event.subject == f"key:{row.id}"
    assert row.public_key not in event.data


def test_key_is_made_once(db: None) -> None:
    assert signing.key_ensure(NOW) == signing.key_ensure(NOW)
    assert (len(key_files()), ServerKey.objects.count(), Event.objects.count()) == (1, 1, 1)


@on_postgresql
@pytest.mark.django_db(transaction=True)
def test_key_is_made_once_when_eight_need_it_at_the_same_instant() -> None:
    rows = at_once(*[lambda: signing.key_ensure(NOW).id] * 8)
    assert len(set(rows)) == 1
    assert [key.id for key in server_keys()] == rows[:1]
    assert Event.objects.filter(action="key:made").count() == 1
    assert signing.sign({"a": 1})
    assert list(verify()) == []


def test_signature_can_be_checked_with_openssl_alone(db: None, tmp_path: Path) -> None:
    body = {"b": "chữ ký", "a": [1.0, None]}
    (tmp_path / "signature").write_bytes(base64.b64decode(signing.sign(body)))
    (tmp_path / "message").write_bytes(canonical_bytes(body))
    (tmp_path / "key.pem").write_text(server_keys()[-1].public_key, encoding="ascii")
    check = ["openssl", "dgst", "-sha256", "-verify", "key.pem", "-signature", "signature", "message"]
    assert subprocess.run(check, cwd=tmp_path, capture_output=True, check=True).stdout.strip() == b"Verified OK"


def test_server_whose_private_key_is_gone_refuses_to_sign(db: None, settings: LazySettings, tmp_path: Path) -> None:
    """A database restored without its keys: silence, never a signature by a key nobody knows."""
    row = signing.key_ensure(NOW)
    key_files()[0].unlink()
    with pytest.raises(FileNotFoundError):
        signing.sign({"a": 1})
    assert server_keys() == [row]


@pytest.mark.parametrize(
    "pem", ["", "-----BEGIN PUBLIC KEY-----\n-----END PUBLIC KEY-----\n", "chữ", "x" * 900], ids=repr
)
def test_what_is_no_p256_key_is_refused(pem: str) -> None:
    with pytest.raises((ValueError, UnicodeError)):
        signing.load_public_key(pem)
