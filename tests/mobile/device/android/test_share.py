"""Papers in Android's Downloads: whole or not to be seen, handed on with a grant, and taken away again."""

import os
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from mobile.device.android.share import FOLDER, AndroidShare
from mobile.ports.device import Share
from shared.problems import Problem
from tests.fakes.java_security import Cast, uncast
from tests.fakes.jnius import FakeJnius, JavaException

US = "vn.kiemkhoang"


@dataclass(frozen=True)
class Uri:
    row: int
    pending_too: bool = False


@dataclass(frozen=True)
class JavaInteger:
    value: int


@dataclass
class Row:
    said: dict[str, Any]
    path: Path
    owner: str = US

    @property
    def name(self) -> str:
        return str(self.said["_display_name"])

    @property
    def pending(self) -> bool:
        return bool(self.said["is_pending"])


class Values:
    def __init__(self) -> None:
        self.said: dict[str, Any] = {}

    def put(self, name: str, value: Any) -> None:
        assert isinstance(value, (str, JavaInteger)), "pyjnius finds no form of `put` for a Python number"
        self.said[name] = value.value if isinstance(value, JavaInteger) else value


class Intent:
    def __init__(self, action: str) -> None:
        self.action, self.type, self.flags, self.clip = action, "", 0, None
        self.extras: dict[str, Any] = {}

    clip: Any

    def setType(self, kind: str) -> None:  # noqa: N802 - Java's names, here and below
        self.type = kind

    def putExtra(self, name: str, value: Any) -> None:  # noqa: N802
        self.extras[name] = uncast("android.os.Parcelable", value)

    def setClipData(self, clip: Any) -> None:  # noqa: N802
        self.clip = clip

    def addFlags(self, flags: int) -> None:  # noqa: N802
        self.flags |= flags

    @staticmethod
    def createChooser(intent: "Intent", title: None) -> "Intent":  # noqa: N802
        chooser = Intent("android.intent.action.CHOOSER")
        chooser.extras["of"] = intent
        return chooser


class Cursor:
    def __init__(self, rows: list[tuple[int, str]]) -> None:
        self._rows, self._at, self.closed = rows, -1, False

    def moveToNext(self) -> bool:  # noqa: N802
        self._at += 1
        return self._at < len(self._rows)

    def getLong(self, column: int) -> int:  # noqa: N802
        return int(self._rows[self._at][column])

    def getString(self, column: int) -> str:  # noqa: N802
        return str(self._rows[self._at][column])

    def close(self) -> None:
        self.closed = True


@dataclass
class Android:
    """A phone's MediaStore, and the activities it was asked to start. `full`: where what is written does not fit."""

    folder: Path
    full: bool = False
    insert_fails: str = ""
    rows: dict[int, Row] = field(default_factory=dict)
    started: list[Intent] = field(default_factory=list)
    cursors: list[Cursor] = field(default_factory=list)
    made: int = 0

    # --- the activity

    def getPackageName(self) -> str:  # noqa: N802
        return US

    def getContentResolver(self) -> "Android":  # noqa: N802
        return self

    def startActivity(self, intent: Intent) -> None:  # noqa: N802
        self.started.append(intent)

    # --- its resolver

    def insert(self, uri: Uri, values: Values) -> Uri | None:
        assert uri == Uri(0)
        if self.insert_fails:
            raise JavaException(self.insert_fails, "java.lang.IllegalStateException")
        self.made += 1
        said, names = dict(values.said), [row.name for row in self.rows.values()]
        if said["_display_name"] in names:
            said["_display_name"] += " (1)"
        self.rows[self.made] = Row(said, self.folder / str(self.made))
        return Uri(self.made)

    def openFileDescriptor(self, uri: Uri, mode: str) -> Any:  # noqa: N802
        assert mode == "w"
        path = Path("/dev/full") if self.full else self.rows[uri.row].path
        return SimpleNamespace(detachFd=lambda: os.open(path, os.O_WRONLY | os.O_CREAT, 0o600))

    def update(self, uri: Uri, values: Values, where: None, given: None) -> int:
        self.rows[uri.row].said.update(values.said)
        return 1

    def delete(self, uri: Uri, where: None, given: None) -> int:
        assert uri.row, "this would delete every download of the phone"
        return int(self.rows.pop(uri.row, None) is not None)

    def query(self, uri: Uri, columns: list[str], where: str, given: list[str], order: None) -> Cursor:
        assert (columns, where) == (["_id", "_display_name"], "relative_path = ? AND owner_package_name = ?")
        found = [
            (number, row.name)
            for number, row in self.rows.items()
            if [row.said["relative_path"], row.owner] == given and (uri.pending_too or not row.pending)
        ]
        self.cursors.append(Cursor(found))
        return self.cursors[-1]


@pytest.fixture
def android(jnius: FakeJnius, tmp_path: Path) -> Android:
    made = Android(tmp_path)
    jnius.cast = Cast  # type: ignore[method-assign]
    jnius.classes |= {
        "org.kivy.android.PythonActivity": SimpleNamespace(mActivity=made),
        "android.content.Intent": Intent,
        "android.content.ContentValues": Values,
        "android.content.ContentUris": SimpleNamespace(withAppendedId=lambda uri, row: Uri(row)),
        "android.content.ClipData": SimpleNamespace(newRawUri=lambda label, uri: ("clip", uri)),
        "android.provider.MediaStore": SimpleNamespace(setIncludePending=lambda uri: Uri(uri.row, pending_too=True)),
        "android.provider.MediaStore$Downloads": SimpleNamespace(EXTERNAL_CONTENT_URI=Uri(0)),
        "java.lang.Integer": JavaInteger,
    }
    return made


def test_what_is_handed_on_is_kept_until_it_is_removed(android: Android) -> None:
    share: Share = AndroidShare()
    assert share.kept() == ()
    assert share.hand_on("a.pdf", b"one") == "Download/KiemKhoang/a.pdf"
    share.hand_on("b.pdf", b"two")
    assert share.kept() == ("a.pdf", "b.pdf")
    share.remove("a.pdf")
    share.remove("a.pdf")
    assert [row.name for row in android.rows.values()] == ["b.pdf"]


def test_the_row_is_whole_before_others_see_it(android: Android) -> None:
    AndroidShare().hand_on("a.pdf", b"one")
    (row,) = android.rows.values()
    assert row.path.read_bytes() == b"one"
    assert (row.said["mime_type"], row.said["relative_path"], row.pending) == ("application/pdf", FOLDER, False)


def test_nobody_sees_a_paper_while_it_is_written(android: Android, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[bool] = []
    opened = Android.openFileDescriptor

    def watched(self: Android, uri: Uri, mode: str) -> Any:
        seen.append(self.rows[uri.row].pending)
        return opened(self, uri, mode)

    monkeypatch.setattr(Android, "openFileDescriptor", watched)
    AndroidShare().hand_on("a.pdf", b"one")
    assert seen == [True]


def test_a_paper_that_is_made_again_takes_the_place_of_the_old_one(android: Android) -> None:
    share = AndroidShare()
    share.hand_on("a.pdf", b"one")
    share.hand_on("a.pdf", b"two")
    (row,) = android.rows.values()
    assert (row.name, row.path.read_bytes()) == ("a.pdf", b"two")


def test_the_app_that_is_chosen_may_read_this_paper(android: Android) -> None:
    AndroidShare().hand_on("a.pdf", b"one")
    (chooser,) = android.started
    assert chooser.action == "android.intent.action.CHOOSER"
    intent = chooser.extras["of"]
    assert (intent.action, intent.type, intent.flags) == ("android.intent.action.SEND", "application/pdf", 1)
    assert intent.extras == {"android.intent.extra.STREAM": Uri(1)}
    assert intent.clip == ("clip", Uri(1))


def test_what_lies_elsewhere_or_is_of_others_is_not_ours(android: Android) -> None:
    said = {"_display_name": "a.pdf", "is_pending": 0}
    android.rows[8] = Row(said | {"relative_path": "Download/"}, android.folder / "8")
    android.rows[9] = Row(said | {"relative_path": FOLDER}, android.folder / "9", owner="another.app")
    share = AndroidShare()
    assert share.kept() == ()
    share.remove("a.pdf")
    assert set(android.rows) == {8, 9}


def test_half_a_paper_of_an_app_that_was_killed_is_found_and_removed(android: Android) -> None:
    said = {"_display_name": "a.pdf", "is_pending": 1, "relative_path": FOLDER}
    android.rows[7] = Row(said, android.folder / "7")
    share = AndroidShare()
    assert share.kept() == ("a.pdf",)
    share.remove("a.pdf")
    assert android.rows == {}


def test_a_full_phone_is_said_and_nothing_of_the_paper_stays(android: Android) -> None:
    android.full = True
    with pytest.raises(Problem, match="phone_full"):
        AndroidShare().hand_on("a.pdf", b"one")
    assert (android.rows, android.started) == ({}, [])


def test_a_full_phone_that_java_tells_of_is_said_too(android: Android) -> None:
    android.insert_fails = "write failed: ENOSPC (No space left on device)"
    with pytest.raises(Problem, match="phone_full"):
        AndroidShare().hand_on("a.pdf", b"one")


def test_what_goes_wrong_otherwise_stays_a_defect(android: Android, monkeypatch: pytest.MonkeyPatch) -> None:
    android.insert_fails = "Volume external_primary not found"
    with pytest.raises(JavaException):
        AndroidShare().hand_on("a.pdf", b"one")
    monkeypatch.setattr(Android, "insert", lambda self, uri, values: None)
    with pytest.raises(OSError, match="no row"):
        AndroidShare().hand_on("a.pdf", b"one")


def test_every_list_is_closed(android: Android) -> None:
    share = AndroidShare()
    share.hand_on("a.pdf", b"one")
    share.kept()
    assert android.cursors
    assert all(cursor.closed for cursor in android.cursors)


def test_a_paper_is_not_swept_while_it_is_written(android: Android, monkeypatch: pytest.MonkeyPatch) -> None:
    share, held = AndroidShare(), []
    update, delete = Android.update, Android.delete

    def updated(self: Android, uri: Uri, values: Values, where: None, given: None) -> int:
        held.append(share._writing.locked())
        return update(self, uri, values, where, given)

    def deleted(self: Android, uri: Uri, where: None, given: None) -> int:
        held.append(share._writing.locked())
        return delete(self, uri, where, given)

    monkeypatch.setattr(Android, "update", updated)
    monkeypatch.setattr(Android, "delete", deleted)
    share.hand_on("a.pdf", b"one")
    share.remove("a.pdf")
    assert held == [True, True]


def test_classes_of_the_app_itself_are_looked_up_when_it_is_made(android: Android, jnius: FakeJnius) -> None:
    share = AndroidShare()
    made = list(jnius.asked)
    share.hand_on("a.pdf", b"one")
    share.remove("a.pdf")
    assert "org.kivy.android.PythonActivity" in made
    assert all(name.startswith(("android.", "java.")) for name in jnius.asked[len(made) :])
