"""Corpora: real data nobody here wrote, read in place and never copied. `python -m pytest tests/corpora --corpora DIR`.

Without the option these tests are skipped: the data does not ship with the project.
"""

from pathlib import Path

import pytest

summary_lines: list[str] = []


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--corpora", metavar="DIR", default=None, help="folder of the corpora (01_admin, 04_gps, …)")


def corpora_dir(config: pytest.Config) -> Path | None:
    """None when the option was not given. Raises pytest.UsageError when it names no folder."""
    # The default: run from the root, pytest finds this conftest too late to know the option.
    given = config.getoption("--corpora", default=None)
    if given is None:
        return None
    folder = Path(given).resolve()
    if not folder.is_dir():
        raise pytest.UsageError(f"--corpora: không có thư mục {given}; hãy chỉ đúng thư mục dữ liệu (no such folder).")
    return folder


@pytest.fixture(scope="session")
def corpora(request: pytest.FixtureRequest) -> Path:
    folder = corpora_dir(request.config)
    if folder is None:
        pytest.skip("needs --corpora DIR")
    return folder


@pytest.fixture
def corpora_summary() -> list[str]:
    """Lines put here are shown below the results."""
    return summary_lines


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if summary_lines:
        terminalreporter.section("corpora")
        for line in summary_lines:
            terminalreporter.write_line(line)
