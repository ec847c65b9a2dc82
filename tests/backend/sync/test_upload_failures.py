"""What the machine or the line does to an upload, and what a killed server leaves behind; slow lines; many at once."""

import errno
import os
import stat
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from backend.inspections import evidence as filing
from backend.inspections.models import Evidence
from backend.sync import partials
from backend.sync.confirming import Confirming
from backend.sync.models import Upload
from backend.sync.mutators import uploads_inserted
from backend.sync.partials import Partial, partial_path
from backend.sync.slow_lines import SlowLines
from tests.backend.conftest import Deliverer
from tests.backend.sync import tus
from tests.backend.sync.test_uploads import CONTENT, Filed, code_of

pytestmark = pytest.mark.usefixtures("_at_noon")


@pytest.fixture
def filed(phone: Deliverer) -> Filed:
    return Filed(phone)


# --- when the machine fails


@pytest.mark.parametrize("call", ["write", "fsync"])
@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EDQUOT])
def test_full_disk_gives_507_and_what_was_there_stays(
    filed: Filed, monkeypatch: pytest.MonkeyPatch, call: str, code: int
) -> None:
    filed.patch(0, CONTENT[:100])
    real = getattr(os, call)
    fails = iter([False, True] if call == "write" else [True])

    def full(descriptor: int, *rest: Any) -> Any:
        # The first piece still finds room for a part of itself.
        if next(fails, True):
            raise OSError(code, os.strerror(code))
        return real(descriptor, rest[0][:50])

    with monkeypatch.context() as patched:
        patched.setattr(os, call, full)
        assert code_of(filed.patch(100, CONTENT[100:]), 507) == "storage_full"
    assert filed.head() == 100
    assert filed.said() == ("partial", 100)
    assert filed.patch(100, CONTENT[100:]).status_code == 204
    assert filed.confirmed()


def test_full_disk_when_the_file_is_opened_gives_507(filed: Filed, monkeypatch: pytest.MonkeyPatch) -> None:
    real = os.open

    def full(path: Any, flags: int, *rest: Any, **more: Any) -> int:
        if flags & os.O_CREAT and "incoming" in str(path):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return real(path, flags, *rest, **more)

    with monkeypatch.context() as patched:
        patched.setattr(os, "open", full)
        assert code_of(filed.patch(0, CONTENT), 507) == "storage_full"
    assert filed.patch(0, CONTENT).status_code == 204


def cut(*pieces: bytes) -> Any:
    """A body whose line breaks after these pieces."""
    left = list(pieces)

    def read(_: int) -> bytes:
        if not left:
            raise ConnectionResetError(errno.ECONNRESET, "cut")
        return left.pop(0)

    return read


@pytest.mark.parametrize("checked", [False, True])
def test_cut_line_keeps_what_came_unless_its_checksum_cannot_be_checked(
    filed: Filed, monkeypatch: pytest.MonkeyPatch, checked: bool
) -> None:
    filed.patch(0, CONTENT[:100])
    headers = {"Upload-Checksum": tus.checksum("sha256", CONTENT[100:])} if checked else {}
    with monkeypatch.context() as patched:
        patched.setattr("django.core.handlers.wsgi.WSGIRequest.read", staticmethod(cut(CONTENT[100:1000])))
        filed.patch(100, CONTENT[100:], **headers)
    assert filed.head() == (100 if checked else 1000)
    rest = filed.head()
    assert filed.patch(rest, CONTENT[rest:]).status_code == 204
    assert filed.confirmed()


class Killed(BaseException):
    """What SIGKILL is to Python: nothing after it runs."""


@pytest.mark.parametrize("by", ["POST", "HEAD", "PATCH", "PUT"])
def test_kill_between_moving_the_file_and_its_row_heals_at_the_next_knock(
    filed: Filed, monkeypatch: pytest.MonkeyPatch, by: str
) -> None:
    def killed(**_: Any) -> None:
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(filing, "evidences_confirm", killed)
        with pytest.raises(Killed):
            filed.patch(0, CONTENT)
    assert filed.stored.read_bytes() == CONTENT
    assert Evidence.objects.get().state != "confirmed"
    if by == "POST":
        answer = tus.post(filed.api, tus.metadata(filed.report, filed.entry), len(CONTENT))
        assert answer["Upload-Offset"] == str(len(CONTENT))
    elif by == "HEAD":
        assert filed.head() == len(CONTENT)
    elif by == "PATCH":
        assert code_of(filed.patch(0, CONTENT), 409) == "upload_offset"
    else:
        assert filed.phone.put(filed.sealed).json()["evidence"][0]["state"] == "confirmed"
    assert filed.confirmed()


def test_confirmation_and_its_event_live_or_die_together(filed: Filed, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise RuntimeError("no event")

    with monkeypatch.context() as patched:
        patched.setattr("backend.inspections.evidence.audit.record_many", refuse)
        assert filed.patch(0, CONTENT).status_code == 500
    assert Evidence.objects.get().state != "confirmed"
    assert filed.head() == len(CONTENT)
    assert filed.confirmed()


# --- what a killed server left undone


def test_whole_file_that_was_not_moved_yet_is_finished_at_the_next_question(
    filed: Filed, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(*_: Any) -> None:
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(Partial, "settle", killed)
        with pytest.raises(Killed):
            filed.patch(0, CONTENT)
    assert not filed.stored.exists()
    assert filed.head() == len(CONTENT)
    assert filed.confirmed()


def test_whole_file_of_another_hash_that_a_killed_server_left_is_begun_anew(
    filed: Filed, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(*_: Any) -> None:
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(Partial, "settle", killed)
        with pytest.raises(Killed):
            filed.patch(0, CONTENT[:-1] + b"?")
    assert filed.head() == 0
    assert filed.said() == ("missing", 0)
    filed.patch(0, CONTENT)
    assert filed.confirmed()


def test_file_begun_anew_by_another_is_not_taken_for_what_this_sender_wrote(
    filed: Filed, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other's bytes are as many, so that only the file itself tells the difference."""
    other = b"?" * 1000
    pieces: list[bytes] = [CONTENT[:1000], CONTENT[1000:]]

    def read(_: int) -> bytes:
        if len(pieces) == 1:
            path = partial_path(filed.report, filed.entry.id)
            path.unlink()
            path.write_bytes(other)
        return pieces.pop(0) if pieces else b""

    with monkeypatch.context() as patched:
        patched.setattr("django.core.handlers.wsgi.WSGIRequest.read", staticmethod(read))
        assert code_of(filed.patch(0, CONTENT), 409) == "upload_offset"
    assert not filed.stored.exists()
    assert filed.head() == 1000


def test_refusal_of_the_disk_when_the_file_is_moved_leaves_it_for_the_next_question(
    filed: Filed, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patched:
        patched.setattr(Partial, "move", refuse)
        assert code_of(filed.patch(0, CONTENT), 507) == "storage_full"
    assert filed.head() == len(CONTENT)
    assert filed.confirmed()


@pytest.mark.parametrize("call", ["rename", "fchmod", "fsync of the folder"])
def test_server_killed_while_it_moves_a_file_can_open_it_again(
    filed: Filed, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    """Whoever runs it is not root: a file that only may be read is not opened for writing."""

    def killed(*given: Any, **_: Any) -> None:
        if call != "fsync of the folder" or given[0] == filed.stored.parent and filed.stored.exists():
            raise Killed

    with monkeypatch.context() as patched:
        where = {"rename": "pathlib.Path.rename", "fchmod": "os.fchmod"}.get(call, "backend.sync.partials.sync_folder")
        patched.setattr(where, killed)
        with pytest.raises(Killed):
            filed.patch(0, CONTENT)
    partial = partial_path(filed.report, filed.entry.id)
    assert partial.exists() == (call == "rename")
    assert not partial.exists() or partial.stat().st_mode & stat.S_IWUSR
    assert filed.head() == len(CONTENT)
    assert filed.confirmed()


def test_folders_are_made_when_they_are_missing_and_else_not_looked_for(
    filed: Filed, phone: Deliverer, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    real = partials.make_folder

    def make(folder: Path) -> None:
        asked.append(folder.name)
        real(folder)

    monkeypatch.setattr(partials, "make_folder", make)
    filed.patch(0, CONTENT)
    assert filed.confirmed()
    assert {"incoming", filed.stored.parent.name} <= set(asked)
    asked.clear()
    filed.stored.unlink()
    again = Filed(phone)  # the same bytes of another report
    again.patch(0, CONTENT)
    assert again.confirmed()
    assert asked == []


def test_an_upload_whose_row_was_removed_while_it_stood_in_the_way_of_another_gets_one(filed: Filed) -> None:
    Upload.objects.all().delete()
    mine = Upload(evidence=Evidence.objects.get(), created_at=timezone.now(), touched_at=timezone.now())
    uploads_inserted([mine], [])  # the insertion met a row, which is gone by now
    assert Upload.objects.get().id == mine.id


def test_confirming_again_records_nothing(filed: Filed) -> None:
    filed.patch(0, CONTENT)
    row = Evidence.objects.get()
    filing.evidences_confirm(confirming=[(row, "anonymous"), (row, "anonymous")], now=timezone.now())
    assert filed.confirmed()


class Written:
    """Stands for the database. `at`: what happens while the n-th batch is written; one with `bad` in it cannot be."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, bad: int | None = None) -> None:
        self.batches: list[list[int]] = []
        self.at: dict[int, Callable[[], object]] = {}
        self.bad, self.together = bad, Confirming()
        monkeypatch.setattr("backend.sync.confirming._write", self.write)

    def write(self, batch: list[Any]) -> None:
        self.batches.append([one.upload for one in batch])
        self.at.get(len(self.batches), lambda: None)()
        if self.bad in self.batches[-1]:
            raise ValueError(self.bad)

    def confirm(self, pool: ThreadPoolExecutor, number: int) -> Future[None]:
        """Waits for its turn, or is being written, when this returns."""
        before = len(self.batches) + len(self.together._waiting)
        call = pool.submit(self.together.confirm, number, actor="", now=timezone.now())  # type: ignore[arg-type]
        while len(self.batches) + len(self.together._waiting) == before:
            time.sleep(0.001)
        return call


def test_of_files_finished_at_once_only_the_one_that_cannot_be_written_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    written, go = Written(monkeypatch, bad=3), threading.Event()
    written.at[1] = lambda: go.wait(10)
    with ThreadPoolExecutor(6) as pool:
        calls = [written.confirm(pool, number) for number in range(6)]
        go.set()
        errors = [type(call.exception(10)) for call in calls]
    assert errors == [type(None)] * 3 + [ValueError] + [type(None)] * 2
    assert (written.batches[0], sorted(written.batches[1])) == ([0], [1, 2, 3, 4, 5])
    assert sorted(map(len, written.batches[2:])) == [1] * 5


def test_who_is_written_does_not_wait_for_those_that_come_after(monkeypatch: pytest.MonkeyPatch) -> None:
    written, go, held = Written(monkeypatch), threading.Event(), threading.Event()
    later: list[Future[None]] = []
    written.at = {1: lambda: go.wait(10), 2: lambda: later.append(written.confirm(pool, 6)), 3: lambda: held.wait(10)}
    with ThreadPoolExecutor(7) as pool:
        calls = [written.confirm(pool, number) for number in range(6)]
        go.set()
        try:
            assert [call.exception(5) for call in calls] == [None] * 6
            assert not later[0].done()
        finally:
            held.set()


# --- slow lines


def test_of_the_slow_lines_the_fastest_stay_and_new_ones_have_their_grace() -> None:
    now, gone = 100.0, []
    lines = SlowLines(clock=lambda: now)
    lines._sweeping = True  # looked at by hand here
    held = [lines.holding(lambda i=i: gone.append(i), most=2, grace_s=3) for i in range(5)]  # type: ignore[misc]
    received = [300, 10, 200, 20]
    for one, size in zip(held, received, strict=False):
        one.__enter__().received = size
    now += 2.9
    assert lines.look(most=2, grace_s=3) == 4
    assert gone == []
    now += 0.1
    held[4].__enter__()
    assert lines.look(most=2, grace_s=3) == 3
    assert gone == [1, 3]
    for one in held:
        one.__exit__(None, None, None)
    assert lines.look(most=2, grace_s=3) == 0
    assert gone == [1, 3]
