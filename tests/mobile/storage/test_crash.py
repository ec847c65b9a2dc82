"""A phone process killed in the middle of its work: what it had said was saved is there, and the chain has no hole."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from uuid import UUID

import pytest

from mobile.bootstrap import Phone, open_phone
from shared.wire.v1.codec import encode
from shared.wire.v1.seal import open_envelope, read_envelope

ROOT = Path(__file__).resolve().parents[3]
SERVER = "http://127.0.0.1:9"  # nothing is sent here

# Says what it has done after every call that returned; runs until it is killed or has sealed so many.
WORKER = """
import json, sys
from pathlib import Path
from mobile.bootstrap import open_phone
from shared.wire.v1.records import Kind, Purpose
from tests.factories import reports as make

home, photo, limit = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
phone = open_phone(home, server="http://127.0.0.1:9")
say = lambda **words: print(json.dumps(words), flush=True)
say(ready=True)
sys.stdin.readline()
for i in range(limit):
    draft = phone.recording.start(Kind.TRANSPORT)
    say(draft=str(draft.id))
    for _ in range(2):
        entry = phone.recording.attach(draft.id, photo, purpose=Purpose.LOAD)
        say(file=str(entry.id), draft=str(draft.id))
    phone.recording.save(draft.id, facts=make.transport_facts(place=f"nơi {i}"))
    say(saved=f"nơi {i}", draft=str(draft.id))
    report = phone.sealing.seal(draft.id)
    say(sealed=str(report.id), sequence=report.sequence)
"""


def start(home: Path, photo: Path, limit: int) -> "subprocess.Popen[str]":
    worker = subprocess.Popen(
        [sys.executable, "-c", WORKER, str(home), str(photo), str(limit)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert worker.stdout is not None
    assert json.loads(worker.stdout.readline()) == {"ready": True}
    return worker


def go(worker: "subprocess.Popen[str]") -> None:
    assert worker.stdin is not None
    worker.stdin.write("\n")
    worker.stdin.flush()


def said(worker: "subprocess.Popen[str]") -> list[dict[str, object]]:
    """What came out before it died; a half line was never said."""
    out, _ = worker.communicate()
    return [json.loads(line) for line in out.splitlines(keepends=True) if line.endswith("\n")]


def check_chain(phone: Phone) -> list[UUID]:
    """Every report in sequence, opened with the phone's own key: numbers 1 … n, each naming the one before."""
    reports = list(reversed(phone.outbox.reports(limit=10_000)))
    assert [report.sequence for report in reports] == list(range(1, len(reports) + 1))
    before = None
    for report in reports:
        opened = open_envelope(
            read_envelope(encode(phone.outbox.envelope(report.id))),
            lambda key, message, der: (
                phone.keystore.verify(phone.keystore.public_key_pem, message, der)
                if key == phone.keystore.key_id
                else None
            ),
        )
        assert opened.manifest.previous == before
        before = opened.manifest_sha256
        assert [entry.id for entry in opened.manifest.evidence] == [file.entry.id for file in report.files]
        for file in report.files:
            assert phone.files.measure(file.name) == (file.entry.sha256, file.entry.bytes)
    return [report.id for report in reports]


@pytest.fixture
def home(phone: Phone, tmp_path: Path) -> Path:
    """Of an enrolled phone that is switched off."""
    phone.close()
    return tmp_path / "phone"


@pytest.mark.parametrize("after_s", [0.03, 0.08, 0.15, 0.3])
def test_a_phone_killed_while_attaching_and_sealing_loses_nothing_it_said_was_saved(
    home: Path, photo: Callable[..., Path], after_s: float
) -> None:
    worker = start(home, photo(size=400_000), 10_000)
    go(worker)
    time.sleep(after_s)
    worker.send_signal(signal.SIGKILL)
    words = said(worker)

    phone = open_phone(home, server=SERVER)
    sealed = check_chain(phone)
    drafts = {draft.id: draft for draft in phone.recording.drafts()}
    whole = {file.entry.id for report in sealed for file in phone.outbox.get(report).files}
    whole |= {entry.id for draft in drafts.values() for entry in draft.files}
    assert {UUID(str(word["sealed"])) for word in words if "sealed" in word} <= set(sealed)
    assert {UUID(str(word["file"])) for word in words if "file" in word} <= whole
    assert {UUID(str(word["draft"])) for word in words if "draft" in word} <= set(sealed) | set(drafts)
    for word in words:
        if "saved" in word and (draft := drafts.get(UUID(str(word["draft"])))):
            assert draft.facts["place"] == word["saved"]
    for draft in drafts.values():
        for entry in draft.files:
            assert phone.files.measure(str(entry.id)) == (entry.sha256, entry.bytes)
    _check_folder(home, phone)
    phone.close()


def _check_folder(home: Path, phone: Phone) -> None:
    """Halves are gone, whole files without a row are set aside, and nothing else is there."""
    names = {path.name for path in (home / "files").iterdir()} - {".lock", "leftovers"}
    assert names == phone.outbox.file_names()
    if phone.leftovers:
        assert {path.name for path in (home / "files" / "leftovers").iterdir()} == set(phone.leftovers)


def test_two_processes_sealing_at_once_share_one_chain(home: Path, photo: Callable[..., Path]) -> None:
    workers = [start(home, photo(), 12) for _ in range(2)]
    for worker in workers:
        go(worker)
    words = [said(worker) for worker in workers]

    assert [worker.returncode for worker in workers] == [0, 0]
    numbers = sorted(int(str(word["sequence"])) for lines in words for word in lines if "sequence" in word)
    assert numbers == list(range(1, 25))
    phone = open_phone(home, server=SERVER)
    assert len(check_chain(phone)) == 24
    phone.close()


def test_a_phone_started_beside_a_running_one_leaves_its_unfinished_files_alone(
    home: Path, photo: Callable[..., Path]
) -> None:
    first = open_phone(home, server=SERVER)
    half = home / "files" / "x.part"
    half.write_bytes(b"still copying")

    second = open_phone(home, server=SERVER)

    assert half.exists()
    first.close()
    second.close()
    open_phone(home, server=SERVER).close()
    assert not half.exists()
