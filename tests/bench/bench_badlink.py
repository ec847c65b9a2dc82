"""The phone on a bad line: how many bytes it sends for those that must arrive, against a real office.

256 kbit/s, where one request in ten is reset at a random byte and everything is cut after each 60 s of sending. Only
the time is scaled: the line is FASTER times as fast, and so is all that the phone measures and waits by. What counts
here are bytes, and these are the same.
"""

import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from mobile.bootstrap import Phone, open_phone
from mobile.transport.api import HttpServerApi
from mobile.transport.http import Http
from mobile.transport.pace import AIM_S, Pace
from mobile.transport.tus import Tus
from shared.wire.v1.records import Kind, Purpose
from shared.wire.v1.seal import to_bytes
from tests.bench.bad_line import BadLine
from tests.bench.frame import LEAST_RUNS, ROOT, Figure, at_most, progress, set_up_django
from tests.factories import reports as make

if TYPE_CHECKING:
    from tests.backend.sync.office import Office

# A run's share: five runs have the 100 reports and 300 photos that the figure speaks of.
REPORTS, PHOTOS = 20, 3  # photos a report
SIZES = (100_000, 150_000)  # bytes of a scaled photo
RATE = 256_000 / 8
CUT_S, RESETS = 60, 0.1
FASTER = 40
LIMIT = 1.15


class FastClock:
    """The phone's clock and its patience: FASTER seconds in each."""

    def __init__(self) -> None:
        self._begun, self._start = time.monotonic(), datetime.now(UTC)

    def now(self) -> datetime:
        return self._start + timedelta(seconds=(time.monotonic() - self._begun) * FASTER)

    def is_set(self) -> bool:
        return False

    def wait(self, timeout: float) -> bool:
        time.sleep(timeout / FASTER)
        return False


@contextmanager
def running_office(folder: Path) -> Iterator["Office"]:
    folder.mkdir()
    set_up_django(folder)  # the office's helpers are a test's, and want it
    from tests.backend.sync.office import Office

    environment = {**os.environ, "KK_VAR": str(folder), "DATABASE_URL": f"sqlite:///{folder / 'kiemkhoang.sqlite3'}"}
    set_up = [sys.executable, "-m", "tests.backend.sync.set_up_office"]
    token = subprocess.run(set_up, cwd=ROOT, env=environment, check=True, capture_output=True, text=True).stdout
    (folder / "token").write_text(token, encoding="ascii")
    office = Office(folder)
    office.start()
    try:
        yield office
    finally:
        office.stop()


def code_of(office: "Office") -> str:
    """An enrolment code for a new phone."""
    token = (office.folder / "token").read_text(encoding="ascii")
    officer = office.request("GET", "/api/v1/me/", Authorization=f"Token {token}").json()["id"]
    wish = f'{{"officer": "{officer}"}}'.encode()
    made = office.request(
        "POST", "/api/v1/devices/codes/", wish, Authorization=f"Token {token}", Content_Type="application/json"
    )
    return str(made.json()["code"])


def file_all(phone: Phone, camera: Path, seed: int) -> int:
    """Seal everything; the bytes that have to arrive: envelopes as in PUT, and photos."""
    content, chance = 0, random.Random(seed)
    for number in range(REPORTS):
        draft = phone.recording.start(Kind.TRANSPORT)
        for _ in range(PHOTOS):
            camera.write_bytes(make.jpeg(number) + chance.randbytes(chance.randint(*SIZES)))
            content += phone.recording.attach(draft.id, camera, purpose=Purpose.LOAD).bytes
        phone.recording.save(draft.id, facts=make.transport_facts())
        content += len(to_bytes(phone.outbox.envelope(phone.sealing.seal(draft.id).id)))
    return content


def run(office: "Office", home: Path, seed: int) -> tuple[float, float]:
    """(payload, payload and headers) at the line for each byte of content. AssertionError when anything is lost."""
    line = BadLine(office.port, rate=RATE * FASTER, resets=RESETS, cut_bytes=int(RATE * CUT_S), seed=seed)
    clock = FastClock()
    http = Http(line.url)
    api = HttpServerApi(http, Tus(http, pace=Pace(aim_s=AIM_S / FASTER)))
    direct = f"http://127.0.0.1:{office.port}"
    with closing(line), closing(open_phone(home, server=direct, api=api, clock=clock)) as phone:
        http.reach(direct)
        phone.enrolment.enrol(code_of(office))
        http.reach(line.url)
        content = file_all(phone, home / "camera.jpg", seed)
        result = phone.sending.send_until_empty(clock)
        assert (result.left.waiting, result.left.held, result.left.damaged) == (0, 0, 0), result
        check(phone, office)
    progress(
        f"{content / 1e6:.1f} MB, {line.requests} requests, {line.reset} reset, {line.cuts} cuts:"
        f" {line.payload / content:.3f}, with headers {(line.payload + line.heads) / content:.3f}"
    )
    return line.payload / content, (line.payload + line.heads) / content


def check(phone: Phone, office: "Office") -> None:
    """Nothing lost, nothing doubled: each report and file stands at the office once, with the sealed bytes."""
    token = (office.folder / "token").read_text(encoding="ascii")
    there = {path.name for path in (office.folder / "evidence").rglob("*") if path.is_file()}
    numbers = set()
    for report in phone.outbox.reports(limit=REPORTS + 1):
        assert report.state == "confirmed"
        found = office.request("GET", f"/api/v1/reports/{report.id}/receipt/", Authorization=f"Token {token}").json()
        assert found["manifest_sha256"] == report.manifest_sha256
        assert {(line["sha256"], line["state"]) for line in found["evidence"]} == {
            (file.sha256, "confirmed") for file in report.files
        }
        assert {file.sha256 for file in report.files} <= there
        assert not found["flags"], found["flags"]
        numbers.add(found["number"])
    assert len(numbers) == REPORTS


def figures() -> list[Figure]:
    found = []
    with tempfile.TemporaryDirectory() as folder, running_office(Path(folder) / "office") as office:
        for seed in range(LEAST_RUNS):
            found.append(run(office, Path(folder) / f"phone-{seed}", seed))
    with_headers = sorted(ratio for _, ratio in found)[len(found) // 2]
    return [
        at_most(
            f"điện thoại: byte gửi qua đường truyền xấu, mỗi lượt {REPORTS} phiếu, {REPORTS * PHOTOS} ảnh"
            f" / phone: bytes sent over a bad line, {REPORTS} reports and {REPORTS * PHOTOS} photos a run",
            [ratio for ratio, _ in found],
            "×",
            limit=LIMIT,
            limit_words=(
                f"lần nội dung (phiếu và ảnh); 256 kbit/s, 10 % yêu cầu bị ngắt ở byte bất kỳ, cắt sau mỗi {CUT_S} s"
                f" gửi, chạy nhanh {FASTER} lần; kể cả tiêu đề HTTP {with_headers:.3f} / times the content (envelopes,"
                f" photos); 256 kbit/s, 10 % of requests reset at a random byte, cut after each {CUT_S} s of sending,"
                f" time run {FASTER} times as fast; HTTP headers included {with_headers:.3f}"
            ),
        )
    ]
