"""A phone's Java, as far as a test says there is one."""

import sys

import pytest

from tests.fakes.jnius import FakeJnius


@pytest.fixture
def jnius(monkeypatch: pytest.MonkeyPatch) -> FakeJnius:
    """In the place of pyjnius; adapters import it when they are made, never when their module is read."""
    fake = FakeJnius()
    monkeypatch.setitem(sys.modules, "jnius", fake)
    return fake
