"""Drafts to fill in, beside a register that knows the place."""

from pathlib import Path

import pytest

from mobile.bootstrap import Phone
from shared.wire.v1.records import Kind
from tests.fakes.server import FakeServer
from tests.mobile.presenters.forms import Begin, Desk, register


@pytest.fixture
def begin(phone: Phone, server: FakeServer, tmp_path: Path) -> Begin:
    register(phone, server)

    def start(kind: Kind = Kind.TRANSPORT, **how: object) -> Desk:
        return Desk(how.pop("phone", phone), tmp_path, kind, **how)  # type: ignore[arg-type]

    return start
