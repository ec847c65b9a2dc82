"""The phone's own camera app: a row of MediaStore is made for the picture, the camera writes into it, and its bytes
come into a file of the app.

The camera may push this app out of memory. So what the picture is for stands in a file before the camera opens, and
the next start of the app brings the picture in (`pending`, `collect`).
"""

import errno
import json
import os
import threading
from collections.abc import Callable
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

PENDING = "camera.json"  # in the app's folder
PIECE = 1 << 16
_REQUEST, _OK = 4711, -1  # of startActivityForResult; Activity.RESULT_OK
_CAPTURE, _OUTPUT = "android.media.action.IMAGE_CAPTURE", "output"
_GRANT = 0x1 | 0x2  # Intent.FLAG_GRANT_READ_URI_PERMISSION | FLAG_GRANT_WRITE_URI_PERMISSION
_NO_ROOM = (errno.ENOSPC, errno.EDQUOT)
_NO_CAMERA = "android.content.ActivityNotFoundException"
Done = Callable[[Photo | None], None]
Failed = Callable[[Problem], None]


class AndroidCamera:
    """A `Camera`. Made on the thread of the screen. `post`: takes calls from any thread to that of the screen."""

    def __init__(self, folder: Path, clock: Clock, post: Callable[[Callable[[], None]], None]) -> None:
        self._folder, self._clock, self._post = folder, clock, post
        self._java: Any = import_module("jnius")
        autoclass = self._java.autoclass
        self._activity: Any = autoclass("org.kivy.android.PythonActivity").mActivity
        self._intents = autoclass("android.content.Intent")
        self._values = autoclass("android.content.ContentValues")
        self._uris = autoclass("android.net.Uri")
        self._images = autoclass("android.provider.MediaStore$Images$Media").EXTERNAL_CONTENT_URI
        self._results: Any = import_module("android.activity")
        self._waiting: tuple[Done, Failed] | None = None

    def take(self, draft: UUID, purpose: Purpose, done: Done, failed: Failed) -> None:
        if self._waiting is not None:
            return  # a second tap while the camera opens
        uri = self._row()
        try:
            self._note(str(uri.toString()), draft, purpose)
        except OSError as error:
            self._forget(uri)
            failed(_problem(error))
            return
        self._waiting = (done, failed)
        self._results.bind(on_activity_result=self._ended)
        intent = self._intents(_CAPTURE)
        intent.putExtra(_OUTPUT, self._java.cast("android.os.Parcelable", uri))
        intent.addFlags(_GRANT)
        try:
            self._activity.startActivityForResult(intent, _REQUEST)
        except self._java.JavaException as error:
            self._stop(uri)
            if getattr(error, "classname", "") != _NO_CAMERA:
                raise
            failed(Problem("camera_missing"))

    def pending(self) -> tuple[UUID, Purpose] | None:
        noted = self._noted()
        return None if noted is None else (UUID(noted["draft"]), Purpose(noted["purpose"]))

    def collect(self, done: Done, failed: Failed) -> None:
        noted = self._noted()
        if noted is None:
            done(None)
            return
        self._bring(self._uris.parse(noted["uri"]), done, failed)

    # --- Android

    def _row(self) -> Any:
        values = self._values()
        values.put("_display_name", f"kiem-khoang-{uuid4()}.jpg")
        values.put("mime_type", "image/jpeg")
        return self._activity.getContentResolver().insert(self._images, values)

    def _ended(self, request: int, result: int, intent: Any) -> None:
        """On a thread of Android's."""
        if request != _REQUEST:
            return
        self._post(partial(self._came, result))

    def _came(self, result: int) -> None:
        waiting, noted = self._waiting, self._noted()
        if waiting is None or noted is None:
            return
        done, failed = waiting
        uri = self._uris.parse(noted["uri"])
        if result != _OK:
            self._stop(uri)
            done(None)
            return
        self._bring(uri, done, failed)

    def _bring(self, uri: Any, done: Done, failed: Failed) -> None:
        """Beside the screen: a picture is some megabytes. An empty row is a picture that was never taken."""

        def bring() -> None:
            try:
                photo = self._copied(uri)
            except Problem as problem:
                self._post(partial(self._end, uri, partial(failed, problem), keep=problem.code == "phone_full"))
            except BaseException as error:
                self._post(partial(_raise, error))
            else:
                self._post(partial(self._end, uri, partial(done, photo)))
            finally:
                self._java.detach()

        threading.Thread(target=bring, daemon=True).start()

    def _end(self, uri: Any, tell: Callable[[], None], *, keep: bool = False) -> None:
        """`keep`: there is no room now; the picture is brought in by the next start."""
        if keep:
            self._release()
        else:
            self._stop(uri)
        tell()

    def _copied(self, uri: Any) -> Photo | None:
        noted = self._noted()
        path = self._folder / f"camera-{uuid4()}.jpg"
        try:
            source = self._activity.getContentResolver().openFileDescriptor(uri, "r")
        except self._java.JavaException as error:
            raise Problem("photo_unreadable", name=path.name) from error
        if source is None:
            raise Problem("photo_unreadable", name=path.name)
        try:
            with os.fdopen(source.detachFd(), "rb") as reading, path.open("xb") as writing:
                os.fchmod(writing.fileno(), 0o600)
                while piece := reading.read(PIECE):
                    writing.write(piece)
                writing.flush()
                os.fsync(writing.fileno())
                size = writing.tell()
        except OSError as error:
            path.unlink(missing_ok=True)
            raise _problem(error, path.name) from error
        if not size:
            path.unlink()
            return None
        taken_at = None if noted is None else datetime.fromisoformat(noted["at"])
        return Photo(path, taken_at, from_app_camera=True)

    # --- what the picture is for

    def _note(self, uri: str, draft: UUID, purpose: Purpose) -> None:
        """On the disk, whole, before the camera opens."""
        said = {"uri": uri, "draft": str(draft), "purpose": purpose.value, "at": instant_text(self._clock.now())}
        path, part = self._folder / PENDING, self._folder / f"{PENDING}.part"
        with part.open("w", encoding="utf-8") as file:
            json.dump(said, file)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)

    def _noted(self) -> dict[str, str] | None:
        """None also for what is no such note: it says of no picture where it belongs."""
        try:
            said = json.loads((self._folder / PENDING).read_text(encoding="utf-8"))
            UUID(said["draft"]), Purpose(said["purpose"]), said["uri"], datetime.fromisoformat(said["at"])
        except (OSError, ValueError, LookupError, TypeError, AttributeError):
            return None
        return dict(said)

    def _stop(self, uri: Any) -> None:
        self._release()
        (self._folder / PENDING).unlink(missing_ok=True)
        self._forget(uri)

    def _release(self) -> None:
        if self._waiting is not None:
            self._waiting = None
            self._results.unbind(on_activity_result=self._ended)

    def _forget(self, uri: Any) -> None:
        self._activity.getContentResolver().delete(uri, None, None)


def _problem(error: OSError, name: str = "") -> Problem:
    return Problem("phone_full") if error.errno in _NO_ROOM else Problem("photo_unreadable", name=name)


def _raise(error: BaseException) -> None:
    raise error
