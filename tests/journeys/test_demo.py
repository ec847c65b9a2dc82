"""The main job as its user runs it, in processes of its own, on whichever database the suite runs."""

import json
import os
import re
import socket
import subprocess
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def database() -> Iterator[dict[str, str]]:
    """An empty database for the demo: SQLite in its own folder, or a new one on the suite's PostgreSQL server."""
    url = os.environ.get("DATABASE_URL", "")
    if not url.startswith("postgres"):
        yield {}
        return
    import psycopg

    name = f"demo_{uuid.uuid4().hex[:12]}"
    server = re.sub(r"/[^/]*$", "/postgres", url)
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    yield {"DATABASE_URL": re.sub(r"/[^/]*$", f"/{name}", url)}
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def run_demo(var: Path, port: int, **environment: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("KK_", "DATABASE_URL"))}
    return subprocess.run(
        [sys.executable, "-m", "tests.journeys.demo"],
        cwd=ROOT,
        env={**kept, "DEMO_EXIT": "1", "DEMO_VAR": str(var), "DEMO_PORT": str(port), **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=400,
    )


@pytest.mark.timeout(420)
def test_demo_runs_whole_job_and_every_check_holds(tmp_path: Path, database: dict[str, str]) -> None:
    done = run_demo(tmp_path / "demo", free_port(), **database)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    figures = json.loads(done.stdout.splitlines()[-1])
    assert figures["ok"] is True
    assert figures["communes"] == 104
    assert figures["filed"] == figures["received"] == 24
    assert figures["accepted"] == 23
    assert figures["returned"] == 1
    assert figures["photos"] == figures["photos_equal"] == 49
    assert figures["line_cuts"] == 1
    assert figures["cases"] == 3
    assert figures["licences"] == 12
    assert figures["reference_again_bytes"] < 2_000 < figures["reference_bytes"] < 40_000
    assert figures["delta_amended_bytes"] < 3_000
    # One invoice was shown on both phones: the office alone can see that.
    assert (figures["invoices_used_again"], figures["invoices_seen_by_phones"]) == (3, 2)
    assert figures["verdicts_differing"] == 1 < 100 < figures["verdicts"]
    assert figures["ledger"] == {
        "permitted_m3": 30_000,
        "declared_m3": 500,
        "observed_m3": {"gate all": 630, "stop sampled": pytest.approx(41.6)},
        "over_percent": pytest.approx(130, abs=0.1),
    }
    # Resumed to the byte: the cut costs far less than sending the photos in flight again.
    assert figures["line_bytes"] < 1.15 * figures["content_bytes"]
    written = json.loads((tmp_path / "demo.json").read_text(encoding="utf-8"))
    assert set(written) == {"url", "accounts", "enrolment_code"}
    assert set(written["accounts"]) == {"inspector", "supervisor", "director", "auditor", "administrator"}


def test_demo_on_taken_port_says_so_in_one_line(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = run_demo(tmp_path / "demo", port)
    assert done.returncode == 1
    assert f"{port}" in done.stdout
    assert "DEMO_PORT=" in done.stdout
    assert len([line for line in done.stdout.splitlines() if line.startswith("✗")]) == 1
    assert "Traceback" not in done.stdout + done.stderr


def test_demo_in_folder_that_cannot_be_written_says_so_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    done = run_demo(tmp_path / "file" / "demo", free_port())
    assert done.returncode == 1
    assert done.stdout.startswith("✗ ")
    assert "Traceback" not in done.stdout + done.stderr
