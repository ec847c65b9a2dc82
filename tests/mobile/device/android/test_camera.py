"""The camera of a phone: what a picture is for is on the disk before the camera opens; nothing is left behind."""

import errno
import json
import os
import sys
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any
from uuid import UUID

import pytest

from mobile.device.android.camera import PENDING, AndroidCamera
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
        self.came = threading.Event()
        self.has_camera, self.unreadable = True, False
        self.noted: list[dict[str, str]] = []  # as it stood when the camera opened
        self.home = folder / "app"
        self.home.mkdir()

    # activity
    def getContentResolver(self) -> "Android":  # noqa: N802
        return self

    def startActivityForResult(self, intent: Intent, request: int) -> None:  # noqa: N802
        if not self.has_camera:
            raise JavaException("no", "android.content.ActivityNotFoundException")
        self.intents.append(intent)
        self.request = request
        self.noted.append(json.loads((self.home / PENDING).read_text(encoding="utf-8")))

    # content resolver
    def insert(self, table: str, values: Any) -> Uri:
        uri = Uri(f"content://media/{len(self.rows) + 1}")
        self.rows[uri] = self.folder / f"row-{len(self.rows) + 1}"
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
        self.came.set()

    def shoots(self, content: bytes) -> None:
        (uri,) = self.rows
        self.rows[uri].write_bytes(content)

    def answers(self, result: int, request: int | None = None) -> None:
        """The camera closes; then everything that comes of it on the thread of the screen."""
        for listener in list(self.listening):
            listener(self.request if request is None else request, result, None)
        self.settle()

    def settle(self) -> None:
        while self.came.wait(0.5) or self.posted:
            self.came.clear()
            while self.posted:
                self.posted.pop(0)()


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
    def __init__(self) -> None:
        self.photos: list[Photo | None] = []
        self.problems: list[str] = []

    def done(self, photo: Photo | None) -> None:
        self.photos.append(photo)

    def failed(self, problem: Problem) -> None:
        self.problems.append(problem.code)


@pytest.fixture
def told() -> Told:
    return Told()


def camera(android: Android) -> AndroidCamera:
    return AndroidCamera(android.home, Clock(), android.post)


def left(android: Android) -> set[str]:
    return {path.name for path in android.home.iterdir()}


def test_a_picture_comes_whole_and_leaves_nothing_behind(android: Android, told: Told) -> None:
    used: Camera = camera(android)
    used.take(DRAFT, Purpose.PLATE, told.done, told.failed)
    android.shoots(b"\xff\xd8" + bytes(300_000))
    android.answers(OK)
    (photo,) = told.photos
    assert photo is not None
    assert photo.path.read_bytes() == b"\xff\xd8" + bytes(300_000)
    assert (photo.path.stat().st_mode & 0o777, photo.from_app_camera, photo.taken_at) == (0o600, True, NOW)
    assert android.rows == {}
    assert left(android) == {photo.path.name}
    assert android.listening == []


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
    android.listening.clear()  # the process is gone
    again = camera(android)
    assert again.pending() == (DRAFT, Purpose.PLATE)
    again.collect(told.done, told.failed)
    android.settle()
    (photo,) = told.photos
    assert photo is not None
    assert (photo.path.read_bytes(), photo.taken_at) == (b"\xff\xd8abc", NOW)
    assert camera(android).pending() is None
    assert android.rows == {}


def test_killed_before_the_picture_was_taken_there_is_none(android: Android, told: Told) -> None:
    camera(android).take(DRAFT, Purpose.PLATE, told.done, told.failed)
    android.listening.clear()
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

    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "full")

    with monkeypatch.context() as disk:
        disk.setattr(os, "fsync", full)
        android.answers(OK)
    assert told.problems == ["phone_full"]
    assert left(android) == {PENDING}
    again = camera(android)
    assert again.pending() == (DRAFT, Purpose.PLATE)
    again.collect(told.done, told.failed)
    android.settle()
    assert told.photos[0] is not None


@pytest.mark.parametrize("text", ["", "{", "[]", '{"draft": "x"}', '{"draft": 1, "purpose": 2, "uri": 3, "at": 4}'])
def test_a_note_that_is_none_says_of_no_picture(android: Android, told: Told, text: str) -> None:
    (android.home / PENDING).write_text(text, encoding="utf-8")
    used = camera(android)
    assert used.pending() is None
    used.collect(told.done, told.failed)
    assert told.photos == [None]


def test_threads_take_leave_of_java(android: Android, told: Told, jnius: FakeJnius) -> None:
    camera(android).take(DRAFT, Purpose.PLATE, told.done, told.failed)
    android.shoots(b"\xff\xd8abc")
    android.answers(OK)
    assert jnius.detached == 1
