"""The server's API over HTTP. Nothing here decides whether to believe an answer: that is `mobile.services.trust`."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from http import HTTPStatus
from typing import Any, BinaryIO
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

from mobile.ports import Answer, Enrolled, FileOnItsWay, GivenTask, May, OnOffset, ReferenceDelta, Reviewed, Verdict
from mobile.transport.http import Http, HttpAnswer, problem_from
from mobile.transport.tus import Tus
from shared.problems import Problem
from shared.wire.v1.messages import BackedUp, Hello, Receipt
from shared.wire.v1.reference import KINDS
from shared.wire.v1.signed import Signed, read_known, read_signed

JSON = {"Content-Type": "application/json"}


class HttpServerApi:
    """See `mobile.ports.ServerApi`."""

    def __init__(self, http: Http, tus: Tus | None = None) -> None:
        self._http = http
        self._tus = tus or Tus(http)

    def close(self) -> None:
        self._http.close()

    @property
    def address(self) -> str:
        return self._http.base_url

    def reach(self, address: str) -> None:
        self._http.reach(address)
        self._tus.forget()

    def hello(self, nonce: str) -> Signed[Hello]:
        try:
            return read_signed(Hello, _json(self._http.call("GET", "hello/", params={"nonce": nonce}), 200))
        except Problem as problem:
            # No line is no line, and one that says in our own words that it is ill is ours; all else is a stranger.
            if problem.code == "answer_invalid":
                asked: Any = problem.values  # a proxy before our server may ask for a wait
                raise Problem("not_our_server", **asked) from problem
            raise

    def enrol(self, *, code: str, public_key: str, model: str, platform: str) -> Enrolled:
        body = {"code": code, "public_key": public_key, "model": model, "platform": platform}
        return read_known(Enrolled, _json(self._http.call("POST", "devices/enrol/", body=body), 200, 201))

    def logout(self, token: str) -> None:
        answer = self._http.call("POST", "auth/logout/", token=token)
        if answer.status not in (200, 204):
            raise answer.problem()

    def put_report(self, report: UUID, envelope: bytes, token: str | None) -> Signed[Receipt]:
        answer = self._http.call("PUT", f"reports/{report}/", token=token, content=envelope, headers=JSON)
        return read_signed(Receipt, _json(answer, 200, 201))

    def post_batch(self, reports: Sequence[tuple[UUID, bytes]], token: str | None) -> tuple[Answer, ...]:
        body = b'{"envelopes":[' + b",".join(envelope for _, envelope in reports) + b"]}"
        sent = self._http.call("POST", "reports/batch/", token=token, content=body, headers=JSON)
        answer = _json(sent, 200)
        results = answer.get("results") if isinstance(answer, dict) else None
        if not isinstance(results, list) or len(results) != len(reports):
            raise Problem("answer_invalid")
        return tuple(_result(result, report) for result, (report, _) in zip(results, reports, strict=True))

    def receipt(self, report: UUID, manifest_sha256: str, token: str | None) -> Signed[Receipt]:
        path, params = f"reports/{report}/receipt/", {"manifest": manifest_sha256}
        return read_signed(Receipt, _json(self._http.call("GET", path, token=token, params=params), 200))

    def send_file(self, file: FileOnItsWay, content: BinaryIO, token: str | None, moved: OnOffset, may: May) -> None:
        self._tus.send(file, content, token, moved, may)

    def backed_up(self, manifests: Sequence[str]) -> Signed[BackedUp]:
        answer = self._http.call("POST", "reports/backed-up/", body={"manifests": list(manifests)})
        return read_signed(BackedUp, _json(answer, 200))

    def reference(self, cursor: str | None, token: str, *, etag: str | None = None) -> ReferenceDelta | None:
        params = {} if cursor is None else {"cursor": cursor}
        headers = {"Accept-Encoding": "gzip", **({} if etag is None else {"If-None-Match": etag})}
        answer = self._http.call("GET", "reference/", token=token, params=params, headers=headers)
        if answer.status == HTTPStatus.NOT_MODIFIED and etag is not None:
            return None
        return _delta(_json(answer, 200), answer.headers.get("ETag"))

    def reviewed(self, verdict: Verdict, token: str) -> tuple[UUID, ...]:
        return tuple(_id(row) for row in self._all("reports/", token, {"review": verdict.value}))

    def tasks(self, officer: UUID, token: str) -> tuple[GivenTask, ...]:
        params = {"state": "open", "officer": str(officer)}
        return tuple(_task(row) for row in self._all("tasks/", token, params))

    def review(self, report: UUID, token: str) -> Reviewed:
        answer = _json(self._http.call("GET", f"reports/{report}/", token=token), 200)
        try:
            said = answer["review"]
            at = datetime.fromisoformat(said["at"]).astimezone(UTC)
            return Reviewed(report, Verdict(said["verdict"]), str(said["note"]), at)
        except (LookupError, TypeError, ValueError) as error:
            raise Problem("answer_invalid") from error

    def _all(self, path: str, token: str, asked: dict[str, str]) -> list[Any]:
        """Rows of every page."""
        found: list[Any] = []
        params = asked
        while True:
            rows, cursor = _page(_json(self._http.call("GET", path, token=token, params=params), 200))
            found += rows
            if cursor is None or cursor == params.get("cursor"):
                return found
            params = {**asked, "cursor": cursor}


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
            return read_signed(Receipt, result.get("receipt"))
        status = result.get("status")
        return problem_from(result.get("problem"), status if isinstance(status, int) else 0)
    except Problem as problem:
        return problem


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


def _page(answer: Any) -> tuple[list[Any], str | None]:
    """Rows of a page, and the cursor of the next one."""
    try:
        following = answer["next"]
        cursor = None if following is None else parse_qs(urlsplit(following).query)["cursor"][0]
        return list(answer["results"]), cursor
    except (LookupError, TypeError, ValueError, AttributeError) as error:
        raise Problem("answer_invalid") from error


def _id(row: Any) -> UUID:
    try:
        return UUID(row["id"])
    except (LookupError, TypeError, ValueError, AttributeError) as error:
        raise Problem("answer_invalid") from error


def _task(row: Any) -> GivenTask:
    try:
        return GivenTask(
            id=UUID(row["id"]),
            number=str(row["number"]),
            words=str(row["words"]),
            due=date.fromisoformat(row["due"]),
            given_at=datetime.fromisoformat(row["given_at"]).astimezone(UTC),
            given_by=str(row["given_by"]["name"]),
            licence=_named(row["licence"], "number"),
            place=_named(row["place"], "name"),
            case=_named(row["case"], "number"),
            report=None if row["report"] is None else UUID(row["report"]),
        )
    except (LookupError, TypeError, ValueError, AttributeError) as error:
        raise Problem("answer_invalid") from error


def _named(value: Any, name: str) -> str | None:
    return None if value is None else str(value[name])


def _rows(value: Any) -> tuple[dict[str, Any], ...]:
    if not isinstance(value, list):
        raise Problem("answer_invalid")
    if not all(isinstance(row, dict) and isinstance(row.get("id"), str) and row["id"] for row in value):
        raise Problem("answer_invalid")
    return tuple(value)
