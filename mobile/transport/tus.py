"""Evidence over tus 1.0 (tus.io/protocols/resumable-upload): what has arrived is never sent again."""

import base64
import hashlib
import time
from dataclasses import dataclass
from http import HTTPStatus
from typing import BinaryIO

from mobile.ports import FileOnItsWay, May, OnOffset, ServerProblem
from mobile.transport.http import Http, HttpAnswer
from mobile.transport.pace import Pace
from shared.problems import Problem

# Cuts in a row without a byte gained between them, before the sync engine is told to wait for a better line.
TRIES = 3
GONE = frozenset({403, 404, 410})
BYTES = "application/offset+octet-stream"


@dataclass(frozen=True, slots=True)
class Able:
    """What the server says that it can beyond core and creation."""

    creation_with_upload: bool
    sha256: bool


PLAIN = Able(creation_with_upload=False, sha256=False)


class Tus:
    """The server keeps one upload per report and evidence id, so creating it again finds it again."""

    def __init__(self, http: Http, *, pace: Pace | None = None) -> None:
        self.http, self.pace = http, pace or Pace()
        self.able: Able | None = None  # None: has not been asked

    def forget(self) -> None:
        """Another server may be able to do other things."""
        self.able = None

    def send(self, file: FileOnItsWay, content: BinaryIO, token: str | None, moved: OnOffset, may: May) -> None:
        """Returns when the server has every byte. Each piece is a request of its own; after a cut the server is asked
        where it stands, so that nothing it has is sent twice. `may` is asked before each request. Problem
        `photo_unreadable` when the content ends early, and whatever `may` raises."""
        _Run(self, file, content, token, moved, may).finish()


class _Gone(Exception):
    """The server has no such upload, or no longer."""


class _Run:
    """One file on its way. `url` None: not created, or gone; `offset` None: the server has to be asked."""

    def __init__(
        self, tus: Tus, file: FileOnItsWay, content: BinaryIO, token: str | None, moved: OnOffset, may: May
    ) -> None:
        self._tus, self._file, self._content = tus, file, content
        self._token, self._moved, self._may = token, moved, may
        self._url = file.upload_url
        self._offset: int | None = None
        self._told: int | None = None
        self._best = -1
        self._asked = False  # what the server can do: once for each file, until one that speaks of tus answers
        # Nothing of it can be there, as far as the phone knows; after a failure the server may have it all.
        self._fresh = file.upload_url is None and file.attempts == 0

    def finish(self) -> None:
        vain = gone = 0
        while True:
            try:
                self._step()
                if self._gained():
                    vain = 0
                if self._offset is not None and self._offset >= self._file.bytes:
                    return
            except _Gone:
                self._url, self._offset, self._told, self._best = None, None, None, -1
                gone = _once_more(gone, Problem("answer_invalid"))
            except Problem as problem:
                if not _is_cut(problem):
                    raise
                self._tus.pace.cut()
                if problem.code != "checksum_mismatch":
                    self._offset = None
                vain = _once_more(vain, problem)

    def _step(self) -> None:
        if self._tus.able is None and not self._asked:
            self._tus.able = self._learn()
            self._asked = True
        if self._url is None:
            self._create(self._tus.able or PLAIN)
        if self._offset is None:
            self._ask()
        elif self._offset < self._file.bytes and self._told == self._offset:
            self._patch(self._offset, self._tus.able or PLAIN)

    def _gained(self) -> bool:
        """Tell where the file stands when that is news; whether it stands further than ever before."""
        if self._url is None or self._offset is None:
            return False
        if self._offset != self._told:
            self._moved(self._url, self._offset)
            self._told = self._offset
        better = self._offset > self._best
        self._best = max(self._best, self._offset)
        return better

    def _learn(self) -> Able | None:
        """None when what answered does not speak of tus: then core and creation have to do for this file."""
        answer = self._call("OPTIONS", "uploads/", {})
        if "Tus-Version" not in answer.headers:
            if answer.wait_s is not None:
                raise answer.problem()
            return None
        extensions = _words(answer.headers.get("Tus-Extension", ""))
        algorithms = _words(answer.headers.get("Tus-Checksum-Algorithm", ""))
        return Able("creation-with-upload" in extensions, "checksum" in extensions and "sha256" in algorithms)

    def _create(self, able: Able) -> None:
        file = self._file
        words = {"report": str(file.report), "evidence": str(file.id), "sha256": file.sha256}
        metadata = ",".join(
            f"{name} {base64.b64encode(value.encode('ascii')).decode('ascii')}" for name, value in words.items()
        )
        headers = {"Upload-Length": str(file.bytes), "Upload-Metadata": metadata}
        piece = self._read(0) if self._fresh and able.creation_with_upload else b""
        self._fresh = False  # whatever becomes of this request, something may be there afterwards
        if piece:
            headers |= self._of_piece(piece, able)
        begun = time.monotonic()
        answer = self._call("POST", "uploads/", headers, piece or None)
        if piece and answer.status == HTTPStatus.UNSUPPORTED_MEDIA_TYPE:
            self._tus.able = Able(creation_with_upload=False, sha256=able.sha256)
            return
        if answer.status not in (200, 201):
            raise answer.problem()
        location = answer.headers.get("Location")
        if not location:
            raise Problem("answer_invalid")
        self._url = self._tus.http.own_path(location)
        # Without the header the upload may be new or half done: then it has to be asked for.
        self._offset = self._checked(_offset(answer)) if "Upload-Offset" in answer.headers else None
        if piece and self._offset == len(piece):
            self._tus.pace.went(len(piece), time.monotonic() - begun)

    def _ask(self) -> None:
        if self._url is None:
            return
        answer = self._call("HEAD", self._url, {})
        if answer.status in GONE:
            raise _Gone
        if answer.status not in (200, 204):
            raise answer.problem()
        self._offset = self._checked(_offset(answer))

    def _patch(self, offset: int, able: Able) -> None:
        piece = self._read(offset)
        headers = {"Upload-Offset": str(offset), **self._of_piece(piece, able)}
        begun = time.monotonic()
        answer = self._call("PATCH", self._url or "", headers, piece)
        if answer.status in GONE:
            raise _Gone
        if answer.status != HTTPStatus.NO_CONTENT:
            raise answer.problem()
        reached = _offset(answer)
        if not offset < reached <= offset + len(piece):
            raise Problem("answer_invalid")
        self._tus.pace.went(len(piece), time.monotonic() - begun)
        self._offset = reached

    def _read(self, offset: int) -> bytes:
        self._content.seek(offset)
        piece = self._content.read(min(self._tus.pace.size, self._file.bytes - offset))
        if not piece:
            raise Problem("photo_unreadable", name=self._file.name)
        return piece

    def _of_piece(self, piece: bytes, able: Able) -> dict[str, str]:
        headers = {"Content-Type": BYTES}
        if able.sha256:
            # A byte that changes on the line costs this piece, and not the whole file at its end.
            digest = base64.b64encode(hashlib.sha256(piece).digest()).decode("ascii")
            headers["Upload-Checksum"] = f"sha256 {digest}"
        return headers

    def _checked(self, offset: int) -> int:
        if offset > self._file.bytes:
            raise Problem("answer_invalid")
        return offset

    def _call(self, method: str, path: str, headers: dict[str, str], content: bytes | None = None) -> HttpAnswer:
        self._may()
        sent = {"Tus-Resumable": "1.0.0", **headers}
        return self._tus.http.call(method, path, token=self._token, headers=sent, content=content)


def _once_more(vain: int, problem: Problem) -> int:
    if vain + 1 >= TRIES:
        raise problem
    return vain + 1


def _is_cut(problem: Problem) -> bool:
    """The line broke, changed a byte, or what we thought of the offset was overtaken by bytes still on their way."""
    return problem.code == "no_connection" or (
        isinstance(problem, ServerProblem) and problem.code in ("upload_offset", "checksum_mismatch")
    )


def _words(header: str) -> frozenset[str]:
    return frozenset(word.strip() for word in header.split(","))


def _offset(answer: HttpAnswer) -> int:
    text = answer.headers.get("Upload-Offset", "")
    if not (text.isascii() and text.isdigit() and len(text) < 16):
        raise Problem("answer_invalid")
    return int(text)
