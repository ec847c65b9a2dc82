"""The server's API over HTTP. Nothing here decides whether to believe an answer: that is `mobile.services.trust`."""

from collections.abc import Sequence
from dataclasses import fields, is_dataclass
from http import HTTPStatus
from typing import Any, BinaryIO, TypeVar, get_args, get_origin
from uuid import UUID

from mobile.ports import Answer, Enrolled, LocalFile, OnOffset, ReferenceDelta, Signed
from mobile.transport.http import Http, HttpAnswer, problem_from
from mobile.transport.tus import Tus
from shared.problems import Problem
from shared.wire.v1.canonical import canonical_bytes
from shared.wire.v1.codec import decode, encode, field_types, optional_inner
from shared.wire.v1.messages import Envelope, Hello, Receipt
from shared.wire.v1.reference import KINDS

T = TypeVar("T")


class HttpServerApi:
    """See `mobile.ports.ServerApi`."""

    def __init__(self, http: Http, tus: Tus | None = None) -> None:
        self._http = http
        self._tus = tus or Tus(http)

    def close(self) -> None:
        self._http.close()

    def hello(self, nonce: str) -> Signed[Hello]:
        try:
            return _signed(Hello, _json(self._http.call("GET", "hello/", params={"nonce": nonce}), 200))
        except Problem as problem:
            # No line is no line, and one that says in our own words that it is ill is ours; all else is a stranger.
            raise Problem("not_our_server") if problem.code == "answer_invalid" else problem from problem

    def enrol(self, *, code: str, public_key: str, model: str, platform: str) -> Enrolled:
        body = {"code": code, "public_key": public_key, "model": model, "platform": platform}
        return _read(Enrolled, _json(self._http.call("POST", "devices/enrol/", body=body), 200, 201))

    def logout(self, token: str) -> None:
        answer = self._http.call("POST", "auth/logout/", token=token)
        if answer.status not in (200, 204):
            raise answer.problem()

    def put_report(self, report: UUID, envelope: Envelope, token: str | None) -> Signed[Receipt]:
        return _signed(Receipt, _json(self._deliver("PUT", f"reports/{report}/", encode(envelope), token), 200, 201))

    def post_batch(self, reports: Sequence[tuple[UUID, Envelope]], token: str | None) -> tuple[Answer, ...]:
        body = {"envelopes": [encode(envelope) for _, envelope in reports]}
        answer = _json(self._deliver("POST", "reports/batch/", body, token), 200)
        results = answer.get("results") if isinstance(answer, dict) else None
        if not isinstance(results, list) or len(results) != len(reports):
            raise Problem("answer_invalid")
        return tuple(_result(result, report) for result, (report, _) in zip(results, reports, strict=True))

    def receipt(self, report: UUID, manifest_sha256: str, token: str | None) -> Signed[Receipt]:
        path, params = f"reports/{report}/receipt/", {"manifest": manifest_sha256}
        answer = self._http.call("GET", path, token=token, params=params)
        if answer.status == HTTPStatus.UNAUTHORIZED and token is not None:
            answer = self._http.call("GET", path, params=params)
        return _signed(Receipt, _json(answer, 200))

    def send_file(self, file: LocalFile, content: BinaryIO, token: str | None, moved: OnOffset) -> None:
        try:
            self._tus.send(file, content, token, moved)
        except Problem as problem:
            if token is None or problem.type.status != HTTPStatus.UNAUTHORIZED:
                raise
            self._tus.send(file, content, None, moved)

    def reference(self, cursor: str | None, token: str, *, etag: str | None = None) -> ReferenceDelta | None:
        params = {} if cursor is None else {"cursor": cursor}
        headers = {"Accept-Encoding": "gzip", **({} if etag is None else {"If-None-Match": etag})}
        answer = self._http.call("GET", "reference/", token=token, params=params, headers=headers)
        if answer.status == HTTPStatus.NOT_MODIFIED and etag is not None:
            return None
        return _delta(_json(answer, 200), answer.headers.get("ETag"))

    def _deliver(self, method: str, path: str, body: Any, token: str | None) -> HttpAnswer:
        """With the token when there is one; a token that no longer counts must not stop what needs none (design §5)."""
        answer = self._http.call(method, path, token=token, body=body)
        if answer.status == HTTPStatus.UNAUTHORIZED and token is not None:
            answer = self._http.call(method, path, body=body)
        return answer


def _json(answer: HttpAnswer, *good: int) -> Any:
    if answer.status not in good:
        raise answer.problem()
    return answer.json()


def _result(result: Any, report: UUID) -> Answer:
    """One entry of a batch's answer. An entry that makes no sense concerns its own report only."""
    try:
        if not isinstance(result, dict) or result.get("id") != str(report):
            raise Problem("answer_invalid")
        if result.get("status") in (200, 201):
            return _signed(Receipt, result.get("receipt"))
        status = result.get("status")
        return problem_from(result.get("problem"), status if isinstance(status, int) else 0)
    except Problem as problem:
        return problem


def _signed(kind: type[T], value: Any) -> Signed[T]:
    """The signature stands over the object as the server wrote it, fields this phone does not know included."""
    message = _read(kind, value)
    without = {name: entry for name, entry in value.items() if name != "signature"}
    try:
        return Signed(message, canonical_bytes(without), canonical_bytes(value).decode("utf-8"))
    except ValueError as error:
        raise Problem("answer_invalid") from error


def _read(kind: type[T], value: Any) -> T:
    return decode(kind, _known(kind, value), problem="answer_invalid")


def _known(kind: Any, value: Any) -> Any:
    """`value` without the fields `kind` does not have: a server may be newer than the phones that report to it."""
    kind = optional_inner(kind) or kind
    if get_origin(kind) is tuple and isinstance(value, list):
        return [_known(get_args(kind)[0], entry) for entry in value]
    if is_dataclass(kind) and isinstance(kind, type) and isinstance(value, dict):
        types = field_types(kind)
        return {
            field.name: _known(types[field.name], value[field.name]) for field in fields(kind) if field.name in value
        }
    return value


def _delta(answer: Any, etag: str | None) -> ReferenceDelta:
    """Problem `answer_invalid` where a part is missing: a server of ours names every one, if only to say "none"."""
    if not isinstance(answer, dict) or not isinstance(answer.get("cursor"), str) or not answer["cursor"]:
        raise Problem("answer_invalid")
    items = {kind: _rows(answer.get(kind)) for kind in KINDS}
    settings, removed = answer.get("settings"), answer.get("removed")
    if not isinstance(settings, dict) or not isinstance(removed, list):
        raise Problem("answer_invalid")
    if not all(isinstance(entry, str) for entry in removed):
        raise Problem("answer_invalid")
    return ReferenceDelta(answer["cursor"], items, settings, tuple(removed), etag)


def _rows(value: Any) -> tuple[dict[str, Any], ...]:
    if not isinstance(value, list):
        raise Problem("answer_invalid")
    if not all(isinstance(row, dict) and isinstance(row.get("id"), str) and row["id"] for row in value):
        raise Problem("answer_invalid")
    return tuple(value)
