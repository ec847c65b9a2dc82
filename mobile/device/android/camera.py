"""The phone's own camera app: a row of MediaStore is made for the picture, the camera writes into it, and its bytes
come into a file of the app.

The camera may push this app out of memory. So what a picture is for stands in a file before the camera opens, and the
next start of the app brings the picture in (`pending`, `collect`). That file stays until whoever was given the picture
has removed it: what was not yet in a report when the app was killed is handed over once more, never lost.
"""

import errno
import json
import os
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from mobile.ports import Clock, Photo
from shared.clock import instant_text
from shared.problems import Problem
from shared.wire.v1.records import Purpose

PIECE = 1 << 16
THREAD = "camera"  # the name of those that copy
_NOTE, _PICTURE, _PART = "camera-{}.json", "camera-{}.jpg", ".part"
_REQUEST, _OK = 4711, -1  # of startActivityForResult; Activity.RESULT_OK
_CAPTURE, _OUTPUT = "android.media.action.IMAGE_CAPTURE", "output"
_GRANT = 0x1 | 0x2  # Intent.FLAG_GRANT_READ_URI_PERMISSION | FLAG_GRANT_WRITE_URI_PERMISSION
_NO_ROOM = (errno.ENOSPC, errno.EDQUOT)
_NO_ROOM_SAID = ("ENOSPC", "EDQUOT", "No space left", "disk is full")
_NO_CAMERA = "android.content.ActivityNotFoundException"
Done = Callable[[Photo | None], None]
Failed = Callable[[Problem], None]


@dataclass(frozen=True, slots=True)
class _Capture:
    """One opening of the camera. `id`: in the names of its files. `copied`: the picture lies here, whole."""

    id: str
    uri: str
    draft: UUID
    purpose: Purpose
    at: datetime
    copied: bool = False


class _Notes:
    """What pictures are for: a file for each, so that none takes the place of another."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def write(self, capture: _Capture) -> None:
        """On the disk, whole."""
        said = {
            "uri": capture.uri,
            "draft": str(capture.draft),
            "purpose": capture.purpose.value,
            "at": instant_text(capture.at),
            "copied": capture.copied,
        }
        path = self._path(capture)
        part = path.with_name(path.name + _PART)
        try:
            with part.open("w", encoding="utf-8") as file:
                json.dump(said, file)
                file.flush()
                os.fsync(file.fileno())
        except OSError:
            part.unlink(missing_ok=True)
            raise
        part.replace(path)
        _sync(self._folder)

    def drop(self, capture: _Capture) -> None:
        self._path(capture).unlink(missing_ok=True)

    def read(self) -> list[_Capture]:
        """The oldest first; without what is no such note: it says of no picture where it belongs."""
        found = [_read(path) for path in self._folder.glob(_NOTE.format("*"))]
        return sorted((capture for capture in found if capture is not None), key=lambda capture: capture.at)

    def picture(self, capture: _Capture) -> Path:
        return self._folder / _PICTURE.format(capture.id)

    def _path(self, capture: _Capture) -> Path:
        return self._folder / _NOTE.format(capture.id)


def _read(path: Path) -> _Capture | None:
    try:
        said = json.loads(path.read_text(encoding="utf-8"))
        draft, purpose, at = UUID(said["draft"]), Purpose(said["purpose"]), datetime.fromisoformat(said["at"])
        name = path.stem.partition("-")[2]
        return _Capture(name, str(said["uri"]), draft, purpose, at, copied=bool(said["copied"]))
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        return None


class AndroidCamera:
    """A `Camera`. Made, and called, on the thread of the screen. `post`: takes calls from any thread to that one."""

    def __init__(self, folder: Path, clock: Clock, post: Callable[[Callable[[], None]], None]) -> None:
        self._notes, self._clock, self._post = _Notes(folder), clock, post
        self._folder = folder
        self._java: Any = import_module("jnius")
        autoclass = self._java.autoclass
        self._activity: Any = autoclass("org.kivy.android.PythonActivity").mActivity
        self._intents = autoclass("android.content.Intent")
        self._values = autoclass("android.content.ContentValues")
        self._uris = autoclass("android.net.Uri")
        self._images = autoclass("android.provider.MediaStore$Images$Media").EXTERNAL_CONTENT_URI
        self._results: Any = import_module("android.activity")
        self._waiting: tuple[_Capture, Done, Failed] | None = None
        self._ours: set[str] = set()  # ids of this run: nothing of it was cut off
        for part in folder.glob(f"camera-*{_PART}"):
            part.unlink()  # an earlier run ended in the middle of it

    def take(self, draft: UUID, purpose: Purpose, done: Done, failed: Failed) -> None:
        if self._waiting is not None:
            return  # a second tap while the camera opens
        name = str(uuid4())
        try:
            capture = self._begin(name, draft, purpose)
        except OSError as error:
            failed(_problem(error, _PICTURE.format(name)))
            return
        self._waiting = (capture, done, failed)
        self._results.bind(on_activity_result=self._ended)
        try:
            self._activity.startActivityForResult(self._intent(capture), _REQUEST)
        except self._java.JavaException as error:
            self._release()
            self._forget(capture)
            if error.classname != _NO_CAMERA:
                raise
            failed(Problem("camera_missing"))

    def pending(self) -> tuple[UUID, Purpose] | None:
        capture = self._cut_off()
        return None if capture is None else (capture.draft, capture.purpose)

    def collect(self, done: Done, failed: Failed) -> None:
        capture = self._cut_off()
        if capture is None:
            done(None)
            return
        self._ours.add(capture.id)
        self._bring(capture, done, failed)

    def _cut_off(self) -> _Capture | None:
        """The oldest of earlier runs that nobody has taken in."""
        for capture in self._notes.read():
            if capture.copied and not self._notes.picture(capture).exists():
                self._notes.drop(capture)  # taken in; the app ended before it could say so here
            elif capture.id not in self._ours:
                return capture
        return None

    # --- on the way to the camera

    def _begin(self, name: str, draft: UUID, purpose: Purpose) -> _Capture:
        uri = self._row(name)
        capture = _Capture(name, str(uri.toString()), draft, purpose, self._clock.now())
        self._ours.add(name)
        try:
            self._notes.write(capture)
        except OSError:
            self._forget(capture)
            raise
        return capture

    def _row(self, name: str) -> Any:
        values = self._values()
        values.put("_display_name", f"kiem-khoang-{name}.jpg")
        values.put("mime_type", "image/jpeg")
        try:
            uri = self._activity.getContentResolver().insert(self._images, values)
        except self._java.JavaException as error:
            if not _is_full(error):
                raise
            raise OSError(errno.ENOSPC, "Android has no room for the row") from error
        if uri is None:
            raise OSError(errno.EIO, "Android made no row for the picture")
        return uri

    def _intent(self, capture: _Capture) -> Any:
        intent = self._intents(_CAPTURE)
        intent.putExtra(_OUTPUT, self._java.cast("android.os.Parcelable", self._uris.parse(capture.uri)))
        intent.addFlags(_GRANT)
        return intent

    # --- back from it

    def _ended(self, request: int, result: int, intent: Any) -> None:
        """On a thread of Android's."""
        if request == _REQUEST:
            self._post(partial(self._came, result))

    def _came(self, result: int) -> None:
        if self._waiting is None:
            return
        capture, done, failed = self._waiting
        self._release()
        if result == _OK:
            self._bring(capture, done, failed)
        else:
            self._forget(capture)
            done(None)

    def _bring(self, capture: _Capture, done: Done, failed: Failed) -> None:
        """Beside the screen: a picture is some megabytes."""

        def bring() -> None:
            try:
                self._post(partial(self._hand_over, capture, self._copied(capture), done))
            except Problem as problem:
                self._post(partial(self._refuse, capture, problem, failed))
            except BaseException as error:
                self._post(partial(_raise, error))
            finally:
                self._java.detach()

        threading.Thread(target=bring, name=THREAD, daemon=True).start()

    def _hand_over(self, capture: _Capture, photo: Photo | None, done: Done) -> None:
        """The row goes now that the copy is durable; the note once the copy is taken in, or was never made."""
        try:
            self._delete_row(capture)
        finally:
            done(photo)
        if not self._notes.picture(capture).exists():
            self._notes.drop(capture)

    def _refuse(self, capture: _Capture, problem: Problem, failed: Failed) -> None:
        if problem.code != "phone_full":  # else there is no room now: the next start brings the picture in
            self._forget(capture)
        failed(problem)

    def _copied(self, capture: _Capture) -> Photo | None:
        """None when the camera wrote nothing: a picture that was never taken. Problem `phone_full`,
        `photo_unreadable`."""
        path = self._notes.picture(capture)
        photo = Photo(path, capture.at, from_app_camera=True)
        if capture.copied:
            return photo
        part = path.with_name(path.name + _PART)
        try:
            size = _copy(self._opened(capture), part)
            if not size:
                part.unlink()
                return None
            part.replace(path)
            _sync(self._folder)
            self._notes.write(replace(capture, copied=True))
        except (OSError, self._java.JavaException) as error:
            part.unlink(missing_ok=True)
            path.unlink(missing_ok=True)
            raise _problem(error, path.name) from error
        return photo

    def _opened(self, capture: _Capture) -> int:
        """A descriptor of this process's own."""
        source = self._activity.getContentResolver().openFileDescriptor(self._uris.parse(capture.uri), "r")
        if source is None:
            raise OSError(errno.EIO, "Android opened no row")
        return int(source.detachFd())

    # --- what is left

    def _forget(self, capture: _Capture) -> None:
        self._notes.drop(capture)
        self._delete_row(capture)

    def _delete_row(self, capture: _Capture) -> None:
        self._activity.getContentResolver().delete(self._uris.parse(capture.uri), None, None)

    def _release(self) -> None:
        self._waiting = None
        self._results.unbind(on_activity_result=self._ended)


def _copy(descriptor: int, path: Path) -> int:
    """Bytes, all of them on the disk. Closes the descriptor."""
    with os.fdopen(descriptor, "rb") as reading, path.open("wb") as writing:
        os.fchmod(writing.fileno(), 0o600)
        while piece := reading.read(PIECE):
            writing.write(piece)
        writing.flush()
        os.fsync(writing.fileno())
        return writing.tell()


def _sync(folder: Path) -> None:
    """The names in it too."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _problem(error: Exception, name: str) -> Problem:
    return Problem("phone_full") if _is_full(error) else Problem("photo_unreadable", name=name)


def _is_full(error: Exception) -> bool:
    """Python gives a number, Java a sentence in which its name stands."""
    if isinstance(error, OSError):
        return error.errno in _NO_ROOM
    return any(said in str(error) for said in _NO_ROOM_SAID)


def _raise(error: BaseException) -> None:
    raise error
