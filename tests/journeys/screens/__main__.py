"""`python -m tests.journeys.screens [FOLDER]`: runs the demo's job, then draws every screen of one of its phones in
both languages and all looks into FOLDER (docs/screens)."""

import os
import shutil
import signal
import socket
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from shared.clock import VIETNAM
from tests.journeys.demo import river
from tests.journeys.demo.__main__ import ROOT, make_room
from tests.journeys.demo.app import centres_of, line_of
from tests.journeys.demo.basemap import write_map
from tests.journeys.demo.job import Job
from tests.journeys.demo.ledger import filed_on
from tests.journeys.demo.receiver import Receiver
from tests.journeys.demo.screen import Failed, Screen
from tests.journeys.screens.index import write_index

OPENINGS = 60  # times the receiver can be opened
TASKS = (
    ("Kiểm tra lại bãi chứa bên bờ trái sau 18 giờ (minh họa)", -1),
    ("Cân đối chứng sà lan HY-0011 (minh họa)", 2),
    ("Ghi lại mốc ranh giới mỏ sau mùa lũ (minh họa)", 12),
)


def main(arguments: list[str]) -> int:
    folder = Path(arguments[0]).resolve() if arguments else ROOT / "docs" / "screens"
    screen = Screen()
    for ending in (signal.SIGTERM, signal.SIGHUP):  # the office must not outlive whoever started it
        signal.signal(ending, signal.default_int_handler)
    job: Job | None = None
    try:
        var = ROOT / "var" / "screens" / "office"
        make_room(var)
        job = Job(ROOT, var, _free_port(), screen)
        job.run()
        phone = _whose_report_came_back(job)
        _give_tasks(job, job.accounts[job.inspectors[phone]]["id"])
        return _draw(job, phone, folder, screen)
    except Failed as failed:
        screen.say(f"✗ {failed}")
        return 1
    except KeyboardInterrupt:
        screen.say("Đã dừng / stopped")
        return 130
    finally:
        if job is not None:
            job.close()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _whose_report_came_back(job: Job) -> int:
    """Number of a phone."""
    returned = {report for report, verdict in job.verdicts.items() if verdict == "returned"}
    return next(number for number, home in job.homes.items() if {one.id for one in filed_on(home)} & returned)


def _give_tasks(job: Job, officer: str) -> None:
    supervisor, today = job.sign_in("supervisor"), datetime.now(UTC).astimezone(VIETNAM).date()
    licence = job.licences[0]
    for words, days in TASKS:
        due = max(today, today + timedelta(days=days))  # none is given for a day that is over
        supervisor.post(
            "tasks/", {"officer": officer, "words": words, "due": due.isoformat(), "licence": str(licence["id"])}
        )


def _draw(job: Job, phone: int, folder: Path, screen: Screen) -> int:
    """Into a folder beside it first: a run that is stopped leaves the pictures that were there."""
    home = job.homes[phone]
    communes = _communes(job)
    write_map(home / "maps" / "demo.mbtiles", line_of(job.licences), centres_of(communes))
    fresh = folder.with_name(f"{folder.name}.new")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(parents=True)
    places = river.places(phone, job.licences)
    receiver = Receiver([places[i % len(places)] for i in range(OPENINGS)], seed=7)
    environment = {name: value for name, value in os.environ.items() if name not in ("DISPLAY", "WAYLAND_DISPLAY")}
    command = [
        sys.executable,
        "-m",
        "tests.journeys.screens.shots",
        str(home),
        job.office.url,
        receiver.url,
        str(fresh),
        str(next(other for number, other in job.homes.items() if number != phone)),
    ]
    try:
        code = subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode
    finally:
        receiver.close()
    if code != 0:
        return code
    write_index(fresh)
    shutil.rmtree(folder, ignore_errors=True)
    fresh.rename(folder)
    count = sum(1 for _ in folder.rglob("*.png"))
    size = sum(path.stat().st_size for path in folder.rglob("*.png"))
    screen.step(f"{count} ảnh, {size // 1000} kB: {folder}", f"{count} pictures")
    return 0


def _communes(job: Job) -> list[dict[str, object]]:
    found: list[dict[str, object]] = job.sign_in("inspector").get("reference/")["communes"]
    return found


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
