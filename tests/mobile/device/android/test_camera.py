"""The camera of a phone: what a picture is for is on the disk before the camera opens; nothing is left behind."""

import errno
import json
import os
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any
from uuid import UUID

import pytest

from mobile.device.android import camera as module
from mobile.device.android.camera import THREAD, AndroidCamera
from mobile.ports import Camera, Photo
from shared.problems import Problem
from shared.wire.v1.records import Purpose
from tests.fakes.jnius import FakeJnius, JavaException

NOW = datetime(2026, 11, 20, 1, 45, tzinfo=UTC)
DRAFT = UUID(int=7)
OK, CANCELLED = -1, 0


class Clock:
    def now(self) -> datetime:
        return NOW


class Uri(str):
    def toString(self) -> str:  # noqa: N802
        return str(self)


class Intent:
    def __init__(self, action: str) -> None:
        self.action, self.flags = action, 0
        self.extras: dict[str, Any] = {}

    def putExtra(self, name: str, value: Any) -> None:  # noqa: N802
        self.extras[name] = value

    def addFlags(self, flags: int) -> None:  # noqa: N802
        self.flags |= flags


class Android:
    """Rows of MediaStore as files, a camera app, and what runs on the thread of the screen when it is told to."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.rows: dict[str, Path] = {}
        self.intents: list[Intent] = []
        self.listening: list[Callable[..., None]] = []
        self.posted: list[Callable[[], None]] = []
        self.has_camera, self.unreadable = True, False
        self.refuses_row: Exception | None = None
        self.makes_rows = True
        self.refusal = "android.content.ActivityNotFoundException"
        self.made = 0
        self.noted: list[dict[str, Any]] = []  # as it stood when the camera opened
        self.home = folder / "app"
        self.home.mkdir()

    # activity
    def getContentResolver(self) -> "Android":  # noqa: N802
        return self

    def startActivityForResult(self, intent: Intent, request: int) -> None:  # noqa: N802
        if not self.has_camera:
            raise JavaException("no", self.refusal)
        self.intents.append(intent)
        self.request = request
        self.noted += [json.loads(path.read_text(encoding="utf-8")) for path in self.home.glob("camera-*.json")]

    # content resolver
    def insert(self, table: str, values: Any) -> Uri | None:
        if self.refuses_row is not None:
            raise self.refuses_row
        if not self.makes_rows:
            return None
        self.made += 1
        uri = Uri(f"content://media/{self.made}")
        self.rows[uri] = self.folder / f"row-{self.made}"
        self.rows[uri].write_bytes(b"")
        return uri

    def delete(self, uri: str, where: None, arguments: None) -> int:
        return 0 if self.rows.pop(uri, None) is None else 1

    def openFileDescriptor(self, uri: str, mode: str) -> Any:  # noqa: N802
        if self.unreadable or uri not in self.rows:
            raise JavaException("gone", "java.io.FileNotFoundException")
        descriptor = os.open(self.rows[uri], os.O_RDONLY)
        return SimpleNamespace(detachFd=lambda: descriptor)

    # android.activity of python-for-android
    def bind(self, on_activity_result: Callable[..., None]) -> None:
        self.listening.append(on_activity_result)

    def unbind(self, on_activity_result: Callable[..., None]) -> None:
        self.listening.remove(on_activity_result)

    # ---
    def post(self, call: Callable[[], None]) -> None:
        self.posted.append(call)

    def shoots(self, content: bytes) -> None:
        *_, uri = self.rows
        self.rows[uri].write_bytes(content)

    def answers(self, result: int, request: int | None = None) -> None:
        """The camera closes; then everything that comes of it on the thread of the screen."""
        for listener in list(self.listening):
            listener(self.request if request is None else request, result, None)
        self.settle()

    def settle(self) -> None:
        """What is posted and what copies, until there is neither."""
        copying = True
        while self.posted or copying:
            while self.posted:
                self.posted.pop(0)()
            threads = [thread for thread in threading.enumerate() if thread.name == THREAD]
            for thread in threads:
                thread.join(10)
                assert not thread.is_alive()
            copying = bool(threads)

    def is_killed(self) -> None:
        self.listening.clear()
        self.posted.clear()


@pytest.fixture
def android(jnius: FakeJnius, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Android:
    made = Android(tmp_path)
    jnius.classes |= {
        "org.kivy.android.PythonActivity": SimpleNamespace(mActivity=made),
        "android.content.Intent": Intent,
        "android.content.ContentValues": lambda: SimpleNamespace(put=lambda name, value: None),
        "android.net.Uri": SimpleNamespace(parse=Uri),
        "android.provider.MediaStore$Images$Media": SimpleNamespace(EXTERNAL_CONTENT_URI="images"),
    }
    module = ModuleType("android.activity")
    module.bind, module.unbind = made.bind, made.unbind  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "android", ModuleType("android"))
    monkeypatch.setitem(sys.modules, "android.activity", module)
    return made


class Told:
    """As the app does it: what is in a report is taken away, `taking_in` says not yet."""

    def __init__(self) -> None:
        self.photos: list[Photo | None] = []
        self.contents: list[bytes] = []
        self.problems: list[str] = []
        self.taking_in = False

    def done(self, photo: Photo | None) -> None:
        self.photos.append(photo)
        if photo is not None:
            self.contents.append(photo.path.read_bytes())
            self.mode = photo.path.stat().st_mode & 0o777
            if not self.taking_in:
                photo.path.unlink()

    def failed(self, problem: Problem) -> None:
        self.problems.append(problem.code)


@pytest.fixture
def told() -> Told:
    return Told()


def camera(android: Android) -> AndroidCamera:
    return AndroidCamera(android.home, Clock(), android.post)


def left(android: Android) -> set[str]:
    """Without ids."""
    return {path.name.partition("-")[0] + "".join(path.suffixes) for path in android.home.iterdir()}


def test_a_picture_comes_whole_and_leaves_nothing_behind(android: Android, told: Told) -> None:
    used: Camera = camera(android)
    used.take(DRAFT, Purpose.PLATE, told.done, told.failed)
    android.shoots(b"\xff\xd8" + bytes(300_000))
    android.answers(OK)
    (photo,) = told.photos
    assert photo is not None
    assert told.contents == [b"\xff\xd8" + bytes(300_000)]
    assert (told.mode, photo.from_app_camera, photo.taken_at) == (0o600, True, NOW)
    assert (android.rows, left(android), android.listening) == ({}, set(), [])


def test_the_camera_writes_into_our_row_and_may(android: Android, told: Told) -> None:
    camera(android).take(DRAFT, Purpose.PLATE, told.done, told.failed)
    (intent,) = android.intents
    assert (intent.action, intent.extras, intent.flags) == (
        "android.media.action.IMAGE_CAPTURE",
        {"output": "content://media/1"},
        3,
    )


def test_what_it_is_for_is_on_the_disk_before_the_camera_opens(android: Android, told: Told) -> None:
    camera(android).take(DRAFT, Purpose.PLATE, told.done, told.failed)
    (noted,) = android.noted
    assert (noted["draft"], noted["purpose"], noted["uri"]) == (str(DRAFT), "plate", "content://media/1")


def test_a_picture_taken_while_the_app_was_killed_comes_in_with_the_next_start(android: Android, told: Told) -> None:
    camera(android).take(DRAFT, Purpose.PLATE, told.done, told.failed)
    android.shoots(b"\xff\xd8abc")
    android.is_killed()
    again = camera(android)
    assert again.pending() == (DRAFT, Purpose.PLATE)
    again.collect(told.done, told.failed)
    assert again.pending() is None  # it is on its way
    android.settle()
    (photo,) = told.photos
    assert photo is not None
    assert (told.contents, photo.taken_at) == ([b"\xff\xd8abc"], NOW)
    assert camera(android).pending() is None
    assert (android.rows, left(android)) == ({}, set())


def test_killed_before_the_picture_was_taken_there_is_none(android: Android, told: Told) -> None:
    camera(android).take(DRAFT, Purpose.PLATE, told.done, told.failed)
    android.is_killed()
    camera(android).collect(told.done, told.failed)
    android.settle()
    assert (told.photos, told.problems, android.rows, left(android)) == ([None], [], {}, set())


def test_going_back_gives_nothing_and_leaves_nothing(android: Android, told: Told) -> None:
    camera(android).take(DRAFT, Purpose.PLATE, told.done, told.failed)
    android.answers(CANCELLED)
    assert (told.photos, android.rows, left(android), android.listening) == ([None], {}, set(), [])


def test_answers_to_others_are_not_ours(android: Android, told: Told) -> None:
    camera(android).take(DRAFT, Purpose.PLATE, told.done, told.failed)
    android.answers(OK, request=1)
    assert told.photos == []
    assert len(android.listening) == 1


def test_a_second_tap_opens_no_second_camera(android: Android, told: Told) -> None:
    used = camera(android)
    used.take(DRAFT, Purpose.PLATE, told.done, told.failed)
    used.take(DRAFT, Purpose.LOAD, told.done, told.failed)
    assert len(android.intents) == len(android.rows) == 1


def test_without_a_camera_app_it_says_so(android: Android, told: Told) -> None:
    android.has_camera = False
    used = camera(android)
    used.take(DRAFT, Purpose.PLATE, told.done, told.failed)
    assert (told.problems, android.rows, left(android), android.listening) == (["camera_missing"], {}, set(), [])
    android.has_camera = True
    used.take(DRAFT, Purpose.PLATE, told.done, told.failed)
    assert len(android.intents) == 1


def test_a_row_that_is_gone_is_told(android: Android, told: Told) -> None:
    camera(android).take(DRAFT, Purpose.PLATE, told.done, told.failed)
    android.unreadable = True
    android.answers(OK)
    assert (told.problems, left(android), android.listening) == (["photo_unreadable"], set(), [])


def test_on_a_full_phone_the_picture_waits_for_room(
    android: Android, told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    camera(android).take(DRAFT, Purpose.PLATE, told.done, told.failed)
    android.shoots(b"\xff\xd8abc")

    with monkeypatch.context() as disk:
        disk.setattr(os, "fsync", full)
        android.answers(OK)
        assert camera(android).pending() == (DRAFT, Purpose.PLATE)
    assert told.problems == ["phone_full"]
    assert left(android) == {"camera.json"}
    again = camera(android)
    assert again.pending() == (DRAFT, Purpose.PLATE)
    again.collect(told.done, told.failed)
    android.settle()
    assert told.contents == [b"\xff\xd8abc"]


@pytest.mark.parametrize("text", ["", "{", "[]", '{"draft": "x"}', '{"draft": 1, "purpose": 2, "uri": 3, "at": 4}'])
def test_a_note_that_is_none_says_of_no_picture(android: Android, told: Told, text: str) -> None:
    (android.home / "camera-1.json").write_text(text, encoding="utf-8")
    used = camera(android)
    assert used.pending() is None
    used.collect(told.done, told.failed)
    assert told.photos == [None]


def test_threads_take_leave_of_java(android: Android, told: Told, jnius: FakeJnius) -> None:
    camera(android).take(DRAFT, Purpose.PLATE, told.done, told.failed)
    android.shoots(b"\xff\xd8abc")
    android.answers(OK)
    assert jnius.detached == 1


# --- the app ends where it likes


def taken(android: Android, told: Told, content: bytes = b"\xff\xd8abc", purpose: Purpose = Purpose.PLATE) -> None:
    used = camera(android)
    used.take(DRAFT, purpose, told.done, told.failed)
    android.shoots(content)
    android.answers(OK)


def collected(android: Android, told: Told) -> AndroidCamera:
    again = camera(android)
    again.collect(told.done, told.failed)
    android.settle()
    return again


def test_what_the_camera_is_open_for_is_not_taken_for_what_was_cut_off(android: Android, told: Told) -> None:
    used = camera(android)
    used.take(DRAFT, Purpose.PLATE, told.done, told.failed)
    assert used.pending() is None
    used.collect(told.done, told.failed)
    android.shoots(b"\xff\xd8abc")
    android.answers(OK)
    assert (told.photos[0], told.contents, told.problems) == (None, [b"\xff\xd8abc"], [])


def test_killed_after_the_copy_and_before_the_report_had_it_it_comes_again(android: Android, told: Told) -> None:
    told.taking_in = True
    taken(android, told)
    assert android.rows == {}
    android.is_killed()
    told.taking_in = False
    again = collected(android, told)
    assert told.contents == [b"\xff\xd8abc"] * 2
    assert (again.pending(), left(android), told.problems) == (None, set(), [])


def test_killed_before_the_picture_was_handed_over_it_comes_with_the_next_start(android: Android, told: Told) -> None:
    used = camera(android)
    used.take(DRAFT, Purpose.PLATE, told.done, told.failed)
    android.shoots(b"\xff\xd8abc")
    used._came(OK)  # its copy is made beside
    for thread in [thread for thread in threading.enumerate() if thread.name == THREAD]:
        thread.join(10)
    assert left(android) == {"camera.json", "camera.jpg"}
    assert len(android.rows) == 1
    android.is_killed()
    collected(android, told)
    assert (told.contents, android.rows, left(android)) == ([b"\xff\xd8abc"], {}, set())


def test_what_a_report_has_does_not_come_again(android: Android, told: Told) -> None:
    """Taken in a while after it was handed over; then the app ended."""
    told.taking_in = True
    taken(android, told)
    (photo,) = told.photos
    assert photo is not None
    photo.path.unlink()
    assert left(android) == {"camera.json"}
    assert camera(android).pending() is None
    assert left(android) == set()


def test_a_copy_that_was_cut_off_is_made_anew(android: Android, told: Told) -> None:
    used = camera(android)
    used.take(DRAFT, Purpose.PLATE, told.done, told.failed)
    android.shoots(b"\xff\xd8abc")
    android.is_killed()
    (note,) = android.home.glob("camera-*.json")
    note.with_suffix(".jpg.part").write_bytes(b"\xff\xd8a" + bytes(9))
    (android.home / "camera-2.json.part").write_text("{", encoding="utf-8")
    collected(android, told)
    assert (told.contents, left(android)) == ([b"\xff\xd8abc"], set())


def test_a_picture_that_waits_for_room_is_not_forgotten_over_the_next(
    android: Android, told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    used = camera(android)
    used.take(DRAFT, Purpose.PLATE, told.done, told.failed)
    android.shoots(b"\xff\xd8first")
    with monkeypatch.context() as disk:
        disk.setattr(module, "_copy", full)
        android.answers(OK)
    used.take(DRAFT, Purpose.LOAD, told.done, told.failed)
    android.shoots(b"\xff\xd8second")
    android.answers(OK)
    assert (told.problems, told.contents) == (["phone_full"], [b"\xff\xd8second"])
    assert used.pending() is None  # with the next start only: nobody waits for it now
    assert camera(android).pending() == (DRAFT, Purpose.PLATE)
    collected(android, told)
    assert (told.contents[1:], android.rows, left(android)) == ([b"\xff\xd8first"], {}, set())


def full(*_: Any) -> int:
    raise OSError(errno.ENOSPC, "full")


def test_the_row_goes_when_the_copy_and_its_name_would_survive_a_flat_battery(
    android: Android, told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    used = camera(android)
    used.take(DRAFT, Purpose.PLATE, told.done, told.failed)
    android.shoots(b"\xff\xd8abc")
    happened: list[str] = []
    sync, delete = os.fsync, android.delete

    def synced(descriptor: int) -> None:
        path = Path(f"/proc/self/fd/{descriptor}").readlink()
        happened.append("folder" if path == android.home else "".join(path.suffixes))
        sync(descriptor)

    def deleted(*asked: Any) -> int:
        happened.append("row goes")
        return delete(*asked)

    monkeypatch.setattr(os, "fsync", synced)
    monkeypatch.setattr(android, "delete", deleted)
    android.answers(OK)
    assert happened == [".jpg.part", "folder", ".json.part", "folder", "row goes"]


# --- what else may fail


def test_on_a_full_phone_no_camera_opens(android: Android, told: Told, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as disk:
        disk.setattr(os, "fsync", full)
        camera(android).take(DRAFT, Purpose.PLATE, told.done, told.failed)
    assert (told.problems, android.intents, android.rows, left(android)) == (["phone_full"], [], {}, set())


@pytest.mark.parametrize("said", ["write failed: ENOSPC (No space left on device)", "database or disk is full"])
def test_without_room_for_a_row_it_says_so(android: Android, told: Told, said: str) -> None:
    android.refuses_row = JavaException(said, "java.lang.IllegalStateException")
    camera(android).take(DRAFT, Purpose.PLATE, told.done, told.failed)
    assert (told.problems, android.intents) == (["phone_full"], [])


def test_another_refusal_of_android_is_a_defect(android: Android, told: Told) -> None:
    used = camera(android)
    android.refuses_row = JavaException("no", "java.lang.SecurityException")
    with pytest.raises(JavaException):
        used.take(DRAFT, Purpose.PLATE, told.done, told.failed)
    android.refuses_row = None
    android.has_camera, android.refusal = False, "java.lang.SecurityException"
    with pytest.raises(JavaException):
        used.take(DRAFT, Purpose.PLATE, told.done, told.failed)
    assert (told.problems, android.rows, left(android), android.listening) == ([], {}, set(), [])


def test_android_makes_no_row(android: Android, told: Told) -> None:
    android.makes_rows = False
    camera(android).take(DRAFT, Purpose.PLATE, told.done, told.failed)
    assert (told.problems, android.intents) == (["photo_unreadable"], [])


def test_after_a_defect_the_camera_opens_again(android: Android, told: Told, monkeypatch: pytest.MonkeyPatch) -> None:
    used = camera(android)
    used.take(DRAFT, Purpose.PLATE, told.done, told.failed)
    android.shoots(b"\xff\xd8abc")
    with monkeypatch.context() as broken:
        broken.setattr(module, "_copy", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            android.answers(OK)
    used.take(DRAFT, Purpose.PLATE, told.done, told.failed)
    assert len(android.intents) == 2


def test_never_more_than_a_piece_of_it_is_in_memory(
    android: Android, told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "PIECE", 1000)
    asked: list[int] = []
    opening = os.fdopen

    @contextmanager
    def watched(descriptor: int, mode: str) -> Iterator[Any]:
        with opening(descriptor, mode) as file:

            def read(size: int) -> Any:
                asked.append(size)
                return file.read(size)

            yield SimpleNamespace(read=read)

    monkeypatch.setattr(os, "fdopen", watched)
    taken(android, told, b"\xff\xd8" + bytes(3998))
    assert asked == [1000] * 5
    assert told.contents == [b"\xff\xd8" + bytes(3998)]
