"""`python -m tests.journeys.demo`: the main job, step by step; then the office stays open until interrupted.

DEMO_EXIT=1 ends after the job. DEMO_PORT, DEMO_VAR: other port, other folder than 8000 and var/demo.
"""

import os
import shutil
import signal
import sys
from pathlib import Path
from types import FrameType

from tests.journeys.demo.job import Job
from tests.journeys.demo.screen import Failed, Screen

ROOT = Path(__file__).resolve().parents[3]
ROOM = 300 * 2**20


def main() -> int:
    screen = Screen()
    for ending in (signal.SIGTERM, signal.SIGHUP):  # the server must not outlive whoever started it
        signal.signal(ending, _interrupt)
    try:
        port = demo_port()
        var = demo_var()
        make_room(var)
        job = Job(ROOT, var, port, screen)
    except Failed as failed:
        screen.say(f"✗ {failed}")
        return 1
    try:
        job.run()
        if os.environ.get("DEMO_EXIT") != "1":
            job.serve()
    except Failed as failed:
        screen.say(f"✗ {failed}")
        return 1
    except KeyboardInterrupt:
        screen.say("Đã dừng / stopped")
        return 0 if job.done else 130
    finally:
        job.close()
    return 0


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def demo_port() -> int:
    text = os.environ.get("DEMO_PORT") or "8000"
    if not text.isdigit() or not 0 < int(text) < 65536:
        raise Failed(f"DEMO_PORT={text} không phải số cổng / DEMO_PORT={text} is no port number")
    return int(text)


def demo_var() -> Path:
    return Path(os.environ.get("DEMO_VAR") or ROOT / "var" / "demo")


def make_room(var: Path) -> None:
    """A clean folder; what an earlier demo left in it goes."""
    try:
        shutil.rmtree(var, ignore_errors=False) if var.exists() else None
        var.mkdir(parents=True)
    except OSError as error:
        raise Failed(f"Không ghi được vào {var}: {error.strerror} / cannot write to {var}") from error
    if shutil.disk_usage(var).free < ROOM:
        raise Failed(
            f"Ổ đĩa còn dưới 300 MB; dọn chỗ rồi chạy lại / less than 300 MB free at {var}; make room and run again"
        )


if __name__ == "__main__":
    sys.exit(main())
