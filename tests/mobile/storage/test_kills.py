"""The phone killed between any two things it asks of the operating system: what it had said was saved is there."""

import json
import os
import random
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from mobile.bootstrap import Phone, open_phone
from mobile.device.keywrap_file import FileKeyWrap
from mobile.storage.database import Database
from mobile.storage.vault import open_vault
from tests.mobile.storage.killing import SERVER
from tests.mobile.storage.older import OldPhone, found_in_clear, make_old_phone
from tests.mobile.storage.test_crash import check_chain

ROOT = Path(__file__).resolve().parents[3]
Kill = Callable[..., dict[str, Any]]


@pytest.fixture(scope="module")
def kill() -> Iterator[Kill]:
    """Runs a job of `killing` on a phone; `calls`: where it is killed, None to let it end."""
    worker = subprocess.Popen(
        [sys.executable, "-m", "tests.mobile.storage.killing"],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert worker.stdin is not None
    assert worker.stdout is not None
    talk, hear = worker.stdin, worker.stdout

    def order(job: str, home: Path, photo: Path, calls: int | None) -> dict[str, Any]:
        talk.write(json.dumps({"job": job, "home": str(home), "photo": str(photo), "calls": calls}) + "\n")
        talk.flush()
        answer = hear.readline()
        assert answer, "the killer died itself"
        told: dict[str, Any] = json.loads(answer)
        return told

    yield order
    talk.close()
    hear.close()
    assert worker.wait(20) == 0


def places(total: int, count: int, seed: int) -> list[int]:
    """So many numbers of calls, spread over all of them, another one in each stretch for each seed."""
    chance = random.Random(seed)
    return sorted({max(1, int((i + chance.random()) * total / count)) for i in range(count)})


def test_a_phone_killed_between_any_two_system_calls_keeps_what_it_said_was_saved(
    phone: Phone, photo: Callable[..., Path], tmp_path: Path, kill: Kill
) -> None:
    phone.close()
    template, picture = tmp_path / "phone", photo(size=150_000)
    shutil.copytree(template, tmp_path / "whole")
    whole = kill("record", tmp_path / "whole", picture, None)
    assert [word for word in whole["said"] if "discarded" in word], "the job ends by itself"
    died_before: set[str] = set()
    for number in places(whole["calls"], 52, seed=2026):
        home = tmp_path / f"killed-{number}"
        shutil.copytree(template, home)
        said = kill("record", home, picture, number)["said"]
        died_before.add(next(iter(said[-1])) if said else "nothing")
        again = open_phone(home, server=SERVER)
        try:
            check_recorded(home, again, said)
        finally:
            again.close()
        shutil.rmtree(home)
    assert {"draft", "file", "saved", "sealed", "discarding"} <= died_before, "not every step was killed"


def check_recorded(home: Path, phone: Phone, said: list[dict[str, Any]]) -> None:
    sealed = check_chain(phone)
    told = {key: [str(word[key]) for word in said if key in word] for key in WORDS}
    files = {str(file.entry.id) for report in sealed for file in phone.outbox.get(report).files}
    drafts = {str(draft.id): draft for draft in phone.recording.drafts()}
    for draft in drafts.values():
        for entry in draft.files:
            assert phone.files.measure(str(entry.id)) == (entry.sha256, entry.bytes)
            files.add(str(entry.id))
    going = set(told["detaching"]) | {name for word in said for name in word.get("files", ())}
    assert set(told["file"]) - going <= files
    assert not set(told["detached"]) & files, "what was taken back stays away"
    assert not set(told["discarded"]) & set(drafts)
    assert set(told["sealed"]) <= {str(report) for report in sealed}
    assert set(told["draft"]) <= {str(report) for report in sealed} | set(drafts)
    for saved in told["saved"]:
        if saved in drafts:
            assert drafts[saved].facts["place"] == "nơi đã lưu"
    names = {path.name for path in (home / "files").iterdir()} - {".lock"}
    assert names == phone.outbox.file_names()
    assert phone.leftovers == ()


WORDS = ("draft", "file", "detaching", "detached", "saved", "sealed", "discarding", "discarded")


def test_an_older_version_s_data_is_locked_once_though_the_phone_is_killed_again_and_again(
    tmp_path: Path, kill: Kill
) -> None:
    template = make_old_phone(tmp_path / "old")
    assert {word for _, word in found_in_clear(template.home, template.words())} == set(template.words())
    picture = tmp_path / "unused"
    shutil.copytree(template.home, tmp_path / "whole")
    total = kill("start", tmp_path / "whole", picture, None)["calls"]
    for number in places(total, 24, seed=7):
        home = tmp_path / f"killed-{number}"
        shutil.copytree(template.home, home)
        kill("start", home, picture, number)
        kill("start", home, picture, max(1, total - number))  # and once more, somewhere else
        check_locked(template, home)
        shutil.rmtree(home)


def test_what_an_older_version_left_is_no_damage_though_the_start_that_was_to_lock_it_was_killed(
    tmp_path: Path,
) -> None:
    old = make_old_phone(tmp_path / "old")
    database = Database(old.home / "phone.sqlite3")
    open_vault(database, FileKeyWrap(old.home / "lock.key"))
    database.close()
    (old.home / "phone.open").touch()
    check_locked(old, old.home)
    assert not list(old.home.glob("phone.damaged-*"))


def check_locked(old: OldPhone, home: Path) -> None:
    phone = open_phone(home, server=SERVER)
    try:
        old.check(phone)
    finally:
        phone.close()
    old.check_nothing_is_in_clear(home)
