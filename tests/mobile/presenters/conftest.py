"""Drafts to fill in, beside a register that knows the place."""

from pathlib import Path

import pytest

from mobile.bootstrap import Phone
from shared.i18n import Words
from shared.wire.v1.records import Kind
from tests.fakes.server import FakeServer
from tests.mobile.presenters.forms import Begin, Desk, register


@pytest.fixture
def begin(phone: Phone, server: FakeServer, tmp_path: Path) -> Begin:
    register(phone, server)

    def start(kind: Kind = Kind.TRANSPORT, **how: object) -> Desk:
        return Desk(how.pop("phone", phone), tmp_path, kind, **how)  # type: ignore[arg-type]

    return start


@pytest.fixture
def words() -> Words:
    return Words("vi")


@pytest.fixture
def card(tmp_path: Path) -> Path:
    """A folder as an officer points at one: there, and empty."""
    folder = tmp_path / "CARD"
    folder.mkdir()
    return folder
