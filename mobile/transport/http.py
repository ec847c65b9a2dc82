"""One HTTP exchange: what can go wrong on the way is sorted here into the catalogue's problems."""

import json
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin, urlsplit

from mobile.ports import ServerProblem
from shared.problems import Problem
from shared.wire.v1.canonical import parse_json

if TYPE_CHECKING:
    import requests  # loaded with the first exchange: a phone shows something before it asks anybody

CONNECT_S = 10.0
READ_S = 60.0  # between two bytes; a slow line is still a line
MAX_BODY = 64 << 20  # a whole province's reference data is a few megabytes; a portal's video is not ours to read
PIECE = 1 << 16


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """`headers`: case-insensitive."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        """Problem `answer_invalid` for anything but JSON sent as such."""
        if not self.headers.get("Content-Type", "").startswith(("application/json", "application/problem+json")):
            raise Problem("answer_invalid")
        try:
            return parse_json(self.body)
        except Problem as error:
            raise Problem("answer_invalid") from error

    def problem(self) -> Problem:
        """What this refusal says, in the server's words; `answer_invalid` when no server of ours would say it."""
        told = self.headers.get("Content-Type", "").startswith("application/problem+json")
        if told and not self.body and self.status == HTTPStatus.UNAUTHORIZED:
            return Problem("session_ended")  # to HEAD a server can say no more
        body = self.json() if told and self.body else None
        return problem_from(body, self.status, retry_after_s=self.wait_s)

    @property
    def wait_s(self) -> float | None:
        """For how many seconds it asks to be left alone (Retry-After, RFC 9110, 10.2.3); None where it does not, or
        where its status gives the header another meaning."""
        text = self.headers.get("Retry-After", "").strip()
        if self.status not in (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE) or not text:
            return None
        if text.isascii() and text.isdigit():
            return float(text[:9])
        try:
            return max(0.0, (_http_date(text) - _http_date(self.headers.get("Date", ""))).total_seconds())
        except ValueError:
            return None  # neither form of the header: as if it were not there


def problem_from(body: Any, status: int, *, retry_after_s: float | None = None) -> Problem:
    """A problem document as it came, its code known to this phone or not."""
    values: dict[str, Any] = {} if retry_after_s is None else {"retry_after_s": retry_after_s}
    if not isinstance(body, dict) or not isinstance(body.get("code"), str) or status < 400:
        return Problem("answer_invalid", **values)
    return ServerProblem(
        status=status,
        code=body["code"][:100],
        title=str(body.get("title", "")),
        detail=str(body.get("detail", "")),
        **values,
    )


def _http_date(text: str) -> datetime:
    """Both dates are the server's own: the phone's clock may be years off. ValueError."""
    found = parsedate_to_datetime(text)
    if found.tzinfo is None:
        raise ValueError("no time zone")
    return found


class Http:
    """`base_url`: up to and without `/api/v1`. For use from any thread; each keeps a connection of its own."""

    def __init__(
        self, base_url: str, *, connect_s: float = CONNECT_S, read_s: float = READ_S, language: str = "vi"
    ) -> None:
        self.base_url = base_url.rstrip("/")
        self._timeout = (connect_s, read_s)
        self._language = language
        self._local = threading.local()
        self._lock = threading.Lock()
        self._all: list[requests.Session] = []

    def call(
        self,
        method: str,
        path: str,
        *,
        token: str | None = None,
        params: Mapping[str, str] | None = None,
        body: Any = None,
        content: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> HttpAnswer:
        """`path` relative to the API, or a whole path from `own_path`. Any status is an answer,
        redirects too: they are never followed, for only portals redirect here. Problem `no_connection`;
        `not_our_server` for a wrong certificate."""
        from requests import exceptions

        sent = dict(headers or {})
        if token is not None:
            sent["Authorization"] = f"Token {token}"
        if body is not None:
            content = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode("utf-8")
            sent["Content-Type"] = "application/json"
        try:
            with self._session.request(
                method,
                urljoin(self._base, path),
                params=params,
                data=content,
                headers=sent,
                timeout=self._timeout,
                allow_redirects=False,
                stream=True,
            ) as response:
                return HttpAnswer(response.status_code, response.headers, _read(response))
        except exceptions.SSLError as error:
            raise Problem("not_our_server") from error
        except exceptions.ContentDecodingError as error:
            raise Problem("answer_invalid") from error
        except exceptions.RequestException as error:
            raise Problem("no_connection") from error

    @property
    def _base(self) -> str:
        return self.base_url + "/api/v1/"

    def reach(self, base_url: str) -> None:
        """Ask there from now on. Connections to where it was before are closed."""
        self.close()
        self.base_url = base_url.rstrip("/")

    def own_path(self, location: str) -> str:
        """Path and query of an address the server gave, to be asked of our own server whatever host stands in it: a
        proxy makes servers mistake their name, and bytes and token must go nowhere else."""
        parts = urlsplit(urljoin(self._base, location))
        return parts.path + (f"?{parts.query}" if parts.query else "")

    def close(self) -> None:
        with self._lock:
            for session in self._all:
                session.close()
            self._all.clear()
        self._local = threading.local()

    @property
    def _session(self) -> "requests.Session":
        session: requests.Session | None = getattr(self._local, "session", None)
        if session is None:
            from requests import Session

            session = Session()
            # The environment is not asked: a .netrc would replace our token.
            session.trust_env = False
            session.headers.update(
                {"Accept": "application/json, application/problem+json", "Accept-Language": self._language}
            )
            self._local.session = session
            with self._lock:
                self._all.append(session)
        return session


def _read(response: "requests.Response") -> bytes:
    body = bytearray()
    for piece in response.iter_content(PIECE):
        body += piece
        if len(body) > MAX_BODY:
            raise Problem("answer_invalid")
    return bytes(body)
