"""Evidence over tus 1.0 (tus.io/protocols/resumable-upload): what has arrived is never sent again."""

import base64
from typing import BinaryIO

from mobile.ports import LocalFile, OnOffset, ServerProblem
from mobile.transport.http import Http, HttpAnswer
from shared.problems import Problem

PIECE = 1 << 18
# Cuts in a row without a byte gained between them, before the sync engine is told to wait for a better line.
TRIES = 3
GONE = frozenset({403, 404, 410})


class _Gone(Exception):
    """The server has no such upload, or no longer."""


class Tus:
    """The server keeps one upload per report and evidence id, so creating it again finds it again."""

    def __init__(self, http: Http, *, piece: int = PIECE) -> None:
        self._http, self._piece = http, piece

    def send(self, file: LocalFile, content: BinaryIO, token: str | None, moved: OnOffset) -> None:
        """Returns when the server has every byte. Each piece is a request of its own; after a cut the server is
        asked where it stands, so that nothing it has is sent twice. Problem `photo_unreadable` when
        the content ends early."""
        url = file.upload_url
        offset: int | None = None
        best, vain = -1, 0
        while True:
            try:
                if url is None:
                    url, offset = self._create(file, token)
                if offset is None:
                    offset = self._ask(url, token)
                if offset > best:
                    best, vain = offset, 0
                    moved(url, offset)
                if offset >= file.entry.bytes:
                    return
                offset = self._patch(url, offset, file, content, token)
            except _Gone:
                url, offset, vain = None, None, _once_more(vain, Problem("answer_invalid"))
            except Problem as problem:
                if not _is_cut(problem):
                    raise
                offset, vain = None, _once_more(vain, problem)

    def _create(self, file: LocalFile, token: str | None) -> tuple[str, int | None]:
        words = {"report": str(file.report), "evidence": str(file.entry.id), "sha256": file.entry.sha256}
        metadata = ",".join(
            f"{name} {base64.b64encode(value.encode('ascii')).decode('ascii')}" for name, value in words.items()
        )
        answer = self._call(
            "POST", "uploads/", token, {"Upload-Length": str(file.entry.bytes), "Upload-Metadata": metadata}
        )
        location = answer.headers.get("Location")
        if answer.status not in (200, 201):
            raise answer.problem()
        if not location:
            raise Problem("answer_invalid")
        # Without the header the upload may be new or half done: then it has to be asked for.
        told = "Upload-Offset" in answer.headers
        return self._http.own_path(location), _offset(answer) if told else None

    def _ask(self, url: str, token: str | None) -> int:
        answer = self._call("HEAD", url, token, {})
        if answer.status in GONE:
            raise _Gone
        if answer.status not in (200, 204):
            raise answer.problem()
        return _offset(answer)

    def _patch(self, url: str, offset: int, file: LocalFile, content: BinaryIO, token: str | None) -> int:
        content.seek(offset)
        piece = content.read(min(self._piece, file.entry.bytes - offset))
        if not piece:
            raise Problem("photo_unreadable", name=file.name)
        headers = {"Upload-Offset": str(offset), "Content-Type": "application/offset+octet-stream"}
        answer = self._call("PATCH", url, token, headers, piece)
        if answer.status == 204:
            reached = _offset(answer)
            if not offset < reached <= offset + len(piece):
                raise Problem("answer_invalid")
            return reached
        if answer.status in GONE:
            raise _Gone
        raise answer.problem()

    def _call(
        self, method: str, path: str, token: str | None, headers: dict[str, str], content: bytes | None = None
    ) -> HttpAnswer:
        return self._http.call(
            method, path, token=token, headers={"Tus-Resumable": "1.0.0", **headers}, content=content
        )


def _once_more(vain: int, problem: Problem) -> int:
    if vain + 1 >= TRIES:
        raise problem
    return vain + 1


def _is_cut(problem: Problem) -> bool:
    """The line broke, or what we thought of the offset was overtaken by bytes still on their way."""
    return problem.code == "no_connection" or (isinstance(problem, ServerProblem) and problem.code == "upload_offset")


def _offset(answer: HttpAnswer) -> int:
    text = answer.headers.get("Upload-Offset", "")
    if not (text.isascii() and text.isdigit()):
        raise Problem("answer_invalid")
    return int(text)
