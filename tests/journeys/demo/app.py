"""`make app`: the field app in a window, against the demo's office.

An office that already listens on the demo's port is used as it is; else the demo's job is run first and its office
stays open as long as the app. The phone lies in var/app and is thrown away when its office was.
"""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import requests

from tests.journeys.demo import river, story
from tests.journeys.demo.__main__ import ROOT, demo_port, demo_var, make_room
from tests.journeys.demo.basemap import write_map
from tests.journeys.demo.job import Job
from tests.journeys.demo.office import Api
from tests.journeys.demo.receiver import Receiver
from tests.journeys.demo.screen import Failed, Screen, fail

HOME = ROOT / "var" / "app"
OFFICE_OF = "office.txt"  # the server key whose office this phone was enrolled at
LOOKS = 20  # times the receiver can be opened


def main() -> int:
    screen = Screen()
    job: Job | None = None
    try:
        if not os.environ.get("DISPLAY") and not os.environ.get("WAYLAND_DISPLAY"):
            fail(
                "Máy này không có màn hình nên không mở được cửa sổ; xem ảnh trong README.md và docs/images",
                "this machine has no screen to open a window on; see README.md and docs/images for pictures",
            )
        port, var = demo_port(), demo_var()
        url = f"http://127.0.0.1:{port}"
        if not _answers(url):
            make_room(var)
            job = Job(ROOT, var, port, screen)
            job.run()
        return _open(url, var.parent / "demo.json", screen)
    except Failed as failed:
        screen.say(f"✗ {failed}")
        return 1
    except KeyboardInterrupt:
        return 130
    finally:
        if job is not None:
            job.close()


def _answers(url: str) -> bool:
    try:
        return requests.get(f"{url}/healthz", timeout=3).ok
    except requests.RequestException:
        return False


def _open(url: str, addresses: Path, screen: Screen) -> int:
    """Prepare the phone's folder and run the app until its window is closed."""
    if not addresses.is_file():
        fail(f"Không thấy {addresses}: hãy chạy make demo trước", f"{addresses} is missing: run make demo first")
    accounts = json.loads(addresses.read_text(encoding="utf-8"))["accounts"]
    key = requests.get(f"{url}/api/v1/hello/", params={"nonce": "0" * 32}, timeout=10).json()["keys"][0]["id"]
    mark = HOME / OFFICE_OF
    if not mark.is_file() or mark.read_text(encoding="utf-8") != key:
        shutil.rmtree(HOME, ignore_errors=True)
        HOME.mkdir(parents=True)
        mark.write_text(key, encoding="utf-8")
    inspector = Api(url, **accounts["inspector"])
    reference = inspector.get("reference/")
    licences = sorted(reference["licences"], key=lambda row: str(row["number"]))
    _draw_map(licences, reference["communes"])
    supervisor = Api(url, **accounts["supervisor"])
    code = supervisor.post("devices/codes/", {"officer": inspector.officer["id"]})["code"]
    screen.say(f"Mã kích hoạt (điền sẵn) / enrolment code (filled in): {code}")
    places = river.places(next(iter(story.STORIES)), licences)
    receiver = Receiver([places[i % len(places)] for i in range(LOOKS)], seed=1)
    try:
        command = [sys.executable, "-m", "mobile.main", "--home", str(HOME), "--server", url]
        return subprocess.run([*command, "--gnss", receiver.url, "--code", code], cwd=ROOT, check=False).returncode
    finally:
        receiver.close()


def _draw_map(licences: list[dict[str, object]], communes: list[dict[str, object]]) -> None:
    write_map(HOME / "maps" / "demo.mbtiles", line_of(licences), centres_of(communes))


def line_of(licences: list[dict[str, object]]) -> list[tuple[float, float]]:
    """The river, as the licences along it tell it: the middle of each one's first area, from north to south."""
    middles = []
    for licence in licences:
        area = licence["area"]
        if isinstance(area, dict):
            corners = area["coordinates"][0][0]
            middles.append(
                (sum(lat for _, lat in corners) / len(corners), sum(lon for lon, _ in corners) / len(corners))
            )
    return sorted(middles, reverse=True)


def centres_of(communes: list[dict[str, object]]) -> list[tuple[float, float]]:
    return [(float(str(row["lat"])), float(str(row["lon"]))) for row in communes]


if __name__ == "__main__":
    sys.exit(main())
