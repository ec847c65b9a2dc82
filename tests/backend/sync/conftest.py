"""The clock stands a quarter of an hour after the factories' reports were sealed; and a real office to knock at."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine

from tests.backend.sync.office import Office, office_folder
from tests.factories.reports import SEALED_AT


@pytest.fixture
def _at_noon() -> Iterator[None]:
    """Used by every module that delivers inside this process: flags must not depend on the day a test runs."""
    with time_machine.travel(SEALED_AT + timedelta(minutes=15), tick=False):
        yield


@pytest.fixture(scope="session")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """gunicorn on a free port; shared by all tests, so each enrols phones of its own."""
    running = Office(office_folder(tmp_path_factory))
    running.start()
    yield running
    running.stop()


@pytest.fixture
def own_office(tmp_path_factory: pytest.TempPathFactory, tmp_path: Path) -> Iterator[Office]:
    """An office that a test may kill."""
    running = Office(office_folder(tmp_path_factory))
    running.start()
    yield running
    running.stop()
