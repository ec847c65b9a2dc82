"""Papers of a phone: rows of Android's own Downloads, handed on to whatever app prints or sends them.

From Android 10 (API 29) on an app writes there without a permission, and what it wrote no other app reads unless it is
handed a grant for it.
"""

import errno
import mimetypes
import os
import threading
from importlib import import_module
from typing import Any

from shared.problems import Problem

FOLDER = "Download/KiemKhoang/"  # Android writes the slash at the end, and compares with it
_ID, _NAME, _TYPE, _PLACE, _PENDING = "_id", "_display_name", "mime_type", "relative_path", "is_pending"
_SEND, _STREAM = "android.intent.action.SEND", "android.intent.extra.STREAM"
_GRANT_READ = 1  # Intent.FLAG_GRANT_READ_URI_PERMISSION
_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_NO_ROOM_SAID = ("ENOSPC", "EDQUOT", "EFBIG", "No space left")


class AndroidShare:
    """A `Share`. Made on the thread of the screen: Java finds the app's own classes from no other; used from any."""

    def __init__(self) -> None:
        self._java: Any = import_module("jnius")
        autoclass = self._java.autoclass
        self._app = autoclass("org.kivy.android.PythonActivity")
        self._intents = autoclass("android.content.Intent")
        self._store = autoclass("android.provider.MediaStore")
        self._downloads = autoclass("android.provider.MediaStore$Downloads").EXTERNAL_CONTENT_URI
        self._writing = threading.Lock()  # old papers are swept beside the one that is being written

    def hand_on(self, name: str, content: bytes) -> str:
        with self._writing:
            uri = self._write(name, content)
        self._send(name, uri)
        return FOLDER + name

    def kept(self) -> tuple[str, ...]:
        return tuple(sorted({name for _, name in self._rows()}))

    def remove(self, name: str) -> None:
        with self._writing:
            self._remove(name)

    def _write(self, name: str, content: bytes) -> Any:
        """The content URI. Other apps see the row only once it is whole."""
        self._remove(name)  # else Android would write "name (1).pdf" beside it
        resolver = self._resolver()
        uri = None
        try:
            uri = resolver.insert(self._downloads, self._described(name))
            if uri is None:
                raise OSError(errno.EIO, "Android made no row for the file", name)
            _fill(resolver, uri, content)
            resolver.update(uri, self._values(pending=False), None, None)
        except (OSError, self._java.JavaException) as error:
            if uri is not None:
                resolver.delete(uri, None, None)
            if not _is_full(error):
                raise
            raise Problem("phone_full") from error
        return uri

    def _send(self, name: str, uri: Any) -> None:
        intent = self._intents(_SEND)
        intent.setType(_type_of(name))
        intent.putExtra(_STREAM, self._java.cast("android.os.Parcelable", uri))
        # The grant goes with the clip: what is in the extra alone the chooser does not pass on to every app.
        intent.setClipData(self._java.autoclass("android.content.ClipData").newRawUri("", uri))
        intent.addFlags(_GRANT_READ)
        self._app.mActivity.startActivity(self._intents.createChooser(intent, None))

    def _remove(self, name: str) -> None:
        ids = self._java.autoclass("android.content.ContentUris")
        for row, found in self._rows():
            if found == name:
                self._resolver().delete(ids.withAppendedId(self._downloads, row), None, None)

    def _rows(self) -> list[tuple[int, str]]:
        """Id and name of every paper of this app, half written ones of an app that was killed among them."""
        where = f"{_PLACE} = ? AND owner_package_name = ?"
        given = [FOLDER, self._app.mActivity.getPackageName()]
        everything = self._store.setIncludePending(self._downloads)
        cursor = self._resolver().query(everything, [_ID, _NAME], where, given, None)
        if cursor is None:
            raise OSError(errno.EIO, "Android did not list the files")
        rows = []
        try:
            while cursor.moveToNext():
                rows.append((cursor.getLong(0), cursor.getString(1)))
        finally:
            cursor.close()
        return rows

    def _described(self, name: str) -> Any:
        values = self._values(pending=True)
        values.put(_NAME, name)
        values.put(_TYPE, _type_of(name))
        values.put(_PLACE, FOLDER)
        return values

    def _values(self, *, pending: bool) -> Any:
        values = self._java.autoclass("android.content.ContentValues")()
        # `put` has a form for every sort of number, and pyjnius gives a Python one to none of them.
        values.put(_PENDING, self._java.autoclass("java.lang.Integer")(int(pending)))
        return values

    def _resolver(self) -> Any:
        return self._app.mActivity.getContentResolver()


def _fill(resolver: Any, uri: Any, content: bytes) -> None:
    with os.fdopen(resolver.openFileDescriptor(uri, "w").detachFd(), "wb") as file:
        file.write(content)


def _is_full(error: Exception) -> bool:
    """Python gives a number, Java a sentence in which the number's name stands."""
    if isinstance(error, OSError):
        return error.errno in _NO_ROOM
    return any(word in str(error) for word in _NO_ROOM_SAID)


def _type_of(name: str) -> str:
    return mimetypes.guess_type(name)[0] or "application/octet-stream"
