"""An honest small server for the phone's tests: it keeps, signs and checks what the contract (design §5) says, and
fails on command.

Faults are taken in the order they were given, each by the first requests that fit it.
"""

import base64
import gzip
import hashlib
import json
import re
import socket
import threading
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import UUID, uuid4

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from shared.clock import instant_text
from shared.problems import Problem
from shared.wire.v1.reference import KINDS
from shared.wire.v1.seal import SealedReport, open_envelope, read_envelope
from tests.fakes.signing_key import SigningKey as SigningKey
from tests.fakes.uploads import Upload, Uploads

PORTAL = b"<html><body>Wi-Fi mi\xe1\xbb\x85n ph\xc3\xad: xin \xc4\x91\xc4\x83ng nh\xe1\xba\xadp</body></html>"


@dataclass
class Fault:
    """`kind`: `cut` (the line breaks after `after` bytes of the body), `cut_answer` (everything was done, the answer
    never arrives), `portal` (200, HTML), `html` (`status`, HTML), `problem` (`status`, `code`), `redirect`, `slow`
    (`seconds` before the answer), `short` (the line breaks after `after` bytes of the answer), `stranger` (signed by a
    key nobody knows), `corrupt` (the first byte of the upload changes), `other_receipt` (the receipt speaks of another
    manifest), `other_hash` (of files with another hash)."""

    kind: str
    method: str = ""
    path: str = ""  # regular expression, searched for
    times: int = 1
    after: int = 0
    status: int = 500
    code: str = "server_error"
    seconds: float = 0.0
    headers: dict[str, str] = field(default_factory=dict)  # of `html` and `problem`


class FakeServer:
    def __init__(self) -> None:
        self.key = SigningKey()
        self.stranger = SigningKey()
        self.keys: list[dict[str, Any]] = [self.key.record()]
        self.keys_at_enrolment: list[dict[str, Any]] | None = None  # others than hello shows, where a test wants that
        self.devices: dict[str, tuple[str, ec.EllipticCurvePublicKey]] = {}  # key id → device id, key
        self.codes: dict[str, dict[str, Any]] = {}  # code, without its dash → officer
        self._codes = 0
        self.tokens: set[str] = set()
        self.dead_tokens: set[str] = set()  # revoked or expired: every call with one is 401
        self.reports: dict[str, SealedReport] = {}
        self.arrivals: list[str] = []  # ids in the order in which reports became known
        self.quarantine: list[dict[str, Any]] = []
        self.reviews: dict[str, dict[str, Any]] = {}  # of reports: verdict, note, at
        self.tasks: list[dict[str, Any]] = []  # open ones, as their list answers them; see `task`
        self.page = 50  # rows in one answer of a list
        self.tus = Uploads(self.reports)
        self.backup: tuple[datetime, set[str]] | None = None  # when the last one was made, manifests that stand in it
        self.bent_offset: str | None = None  # what stands in Upload-Offset instead of the truth
        self.receipt_more: dict[str, Any] = {}  # what a newer server would say in a receipt
        self.evidence_more: dict[str, Any] = {}
        self.backup_says: list[str] | None = None  # in the place of the truth
        self.backups_asked: list[list[str]] = []
        self.reference: dict[str, Any] = {"cursor": "1"}  # parts of the contract that are not named are empty
        self.reference_whole = True  # False: what stands in `reference` is the answer, whatever it is
        self.references_asked: list[dict[str, str | None]] = []
        self.faults: list[Fault] = []
        self.log: list[tuple[str, str]] = []
        self.tokens_seen: list[str | None] = []
        self.errors: list[BaseException] = []
        self.lock = threading.RLock()
        self._http = _Http(("127.0.0.1", 0), _Handler)
        self._http.fake = self
        self._thread = threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._http.server_address[1]}"

    @property
    def uploads(self) -> dict[str, Upload]:
        return self.tus.by_name

    @property
    def payload(self) -> int:
        """Bytes of files that reached us, also those that came in vain."""
        return self.tus.payload

    def close(self) -> None:
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()

    def fail(self, kind: str, method: str = "", path: str = "", **how: Any) -> None:
        self.faults.append(Fault(kind, method, path, **how))

    def code_for(self, officer: dict[str, Any]) -> str:
        self._codes += 1
        code = f"MA000{self._codes:05d}"
        self.codes[code] = officer
        return f"{code[:5]}-{code[5:]}"

    def confirmed_files(self) -> dict[str, bytes]:
        return {upload.evidence: bytes(upload.content) for upload in self.uploads.values() if upload.confirmed}

    def take_fault(self, method: str, path: str, length: int) -> Fault | None:
        """`length`: of the body; where there is none, no byte of it can change."""
        with self.lock:
            for fault in self.faults:
                if fault.kind == "corrupt" and not length:
                    continue
                if fault.times and (not fault.method or fault.method == method) and re.search(fault.path, path):
                    fault.times -= 1
                    return fault
            return None

    # --- what it does; every method answers (status, body) or raises Problem

    def hello(self, nonce: str, key: SigningKey) -> dict[str, Any]:
        value = {"nonce": nonce, "server_time": instant_text(datetime.now(UTC)), "keys": self.keys}
        return {**value, "signature": key.sign(value)}

    def enrol(self, body: dict[str, Any]) -> dict[str, Any]:
        officer = self.codes.pop(body["code"].replace("-", ""), None)
        if officer is None:
            raise Problem("code_invalid")
        key = serialization.load_pem_public_key(body["public_key"].encode())
        assert isinstance(key, ec.EllipticCurvePublicKey)
        form = serialization.PublicFormat.SubjectPublicKeyInfo
        key_id = hashlib.sha256(key.public_bytes(serialization.Encoding.DER, form)).hexdigest()
        device, _ = self.devices.setdefault(key_id, (str(uuid4()), key))
        token = f"token-{len(self.tokens) + 1}"
        self.tokens.add(token)
        now = instant_text(datetime.now(UTC))
        keys = self.keys_at_enrolment or self.keys
        return {"token": token, "device": device, "officer": officer, "keys": keys, "server_time": now}

    def deliver(self, body: Any, expected: str | None) -> tuple[int, dict[str, Any]]:
        try:
            sealed = open_envelope(read_envelope(body), self._verify)
            name = str(sealed.manifest.id)
            if expected is not None and name != expected:
                raise Problem("id_mismatch")
        except Problem:
            self.quarantine.append(body)
            raise
        known = self.reports.get(name)
        if known is not None and known.manifest_sha256 != sealed.manifest_sha256:
            self.quarantine.append(body)
            raise Problem("report_differs")
        if known is None:
            self.reports[name] = sealed
            self.arrivals.append(name)
        return (201 if known is None else 200), self.receipt(name, self.key)

    def receipt(self, id: str, key: SigningKey) -> dict[str, Any]:
        sealed = self.reports[id]
        evidence = []
        for entry in sealed.manifest.evidence:
            upload = self.tus.of(str(entry.id))
            have = 0 if upload is None else len(upload.content)
            state = "missing" if have == 0 else "confirmed" if have == entry.bytes else "partial"
            line = {"id": str(entry.id), "sha256": entry.sha256, "bytes_received": have, "state": state}
            evidence.append({**line, **self.evidence_more})
        value = {
            "report": id,
            "manifest_sha256": sealed.manifest_sha256,
            "received_at": instant_text(datetime.now(UTC)),
            "number": self.arrivals.index(id) + 1,
            "state": "received",
            "flags": [],
            "evidence": evidence,
            "audit_head": "0" * 64,
            "key": key.id,
            **self.receipt_more,
        }
        return {**value, "signature": key.sign(value)}

    def review(self, report: object, verdict: str, note: str) -> None:
        self.reviews[str(report)] = {"verdict": verdict, "note": note, "at": instant_text(datetime.now(UTC))}

    def open_tasks(self, officer: str, start: int) -> dict[str, Any]:
        named = {sealed.facts.inspection.basis.number for sealed in self.reports.values()}
        found = [one for one in self.tasks if one["officer"]["id"] == officer and one["number"] not in named]
        return self._paged(found, start, f"tasks/?state=open&officer={officer}")

    def listed(self, verdict: str, start: int) -> dict[str, Any]:
        corrected = {str(sealed.manifest.supersedes) for sealed in self.reports.values()}
        found = [
            {"id": name}
            for name in reversed(self.arrivals)
            if name not in corrected and self.reviews.get(name, {}).get("verdict") == verdict
        ]
        return self._paged(found, start, f"reports/?review={verdict}")

    def _paged(self, found: list[Any], start: int, address: str) -> dict[str, Any]:
        end = start + self.page
        more = f"{self.url}/api/v1/{address}&cursor={end}" if found[end:] else None
        return {"next": more, "previous": None, "results": found[start:end]}

    def backed_up(self, manifests: list[str], key: SigningKey) -> dict[str, Any]:
        self.backups_asked.append(manifests)
        taken_at, standing = self.backup or (None, set[str]())
        value = {
            "taken_at": None if taken_at is None else instant_text(taken_at),
            "manifests": self.backup_says or [manifest for manifest in manifests if manifest in standing],
            "key": self.key.id,
        }
        return {**value, "signature": key.sign(value)}

    def _verify(self, key: str, message: bytes, signature: bytes) -> bool | None:
        if key not in self.devices:
            return None
        try:
            self.devices[key][1].verify(signature, message, ec.ECDSA(hashes.SHA256()))
        except InvalidSignature:
            return False
        return True


class _Http(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64
    fake: FakeServer

    def handle_error(self, request: Any, client_address: Any) -> None:
        import sys

        error = sys.exception() if hasattr(sys, "exception") else sys.exc_info()[1]
        if error is not None and not isinstance(error, ConnectionError | TimeoutError):
            self.fake.errors.append(error)


class _Cut(ConnectionError):
    """The line broke, as ordered."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 60  # longer than a busy machine may stand still between two requests of one test
    wbufsize = -1  # header and body in one packet: two would wait 40 ms for each other (Nagle)
    server: _Http

    def log_message(self, format: str, *args: Any) -> None:
        """Tests read `log`."""

    def handle_one(self) -> None:
        fake, path = self.server.fake, urlsplit(self.path).path.removeprefix("/api/v1/")
        with fake.lock:
            fake.log.append((self.command, path))
            fake.tokens_seen.append(self.headers.get("Authorization"))
        fault = fake.take_fault(self.command, path, int(self.headers.get("Content-Length", 0)))
        try:
            self._serve(fake, path, fault)
        except _Cut:
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)

    do_GET = do_PUT = do_POST = do_HEAD = do_PATCH = do_OPTIONS = handle_one  # noqa: N815 - names of http.server

    def _serve(self, fake: FakeServer, path: str, fault: Fault | None) -> None:
        kind = "" if fault is None else fault.kind
        length = int(self.headers.get("Content-Length", 0))
        if fault is not None and kind == "cut":
            came = self.rfile.read(min(fault.after, length))
            with fake.lock:
                if path.startswith("uploads/"):
                    fake.tus.cut(self.command, _upload_name(path), self.headers, came)
            raise _Cut
        raw = self.rfile.read(length)
        if fault is not None and kind in ("portal", "html", "redirect"):
            status = {"portal": 200, "html": fault.status, "redirect": 302}[kind]
            more = {"Location": "http://127.0.0.1:1/"} if status == 302 else fault.headers
            return self._send(status, PORTAL, "text/html", more)
        if fault is not None and kind == "problem":
            body = {"type": "x", "title": "Lỗi", "status": fault.status, "detail": "chi tiết {lạ}", "code": fault.code}
            return self._send(fault.status, json.dumps(body).encode(), "application/problem+json", fault.headers)
        if fault is not None and kind == "slow":
            time.sleep(fault.seconds)
        try:
            with fake.lock:
                status, answer, headers = self._answer(fake, path, raw, fault)
        except Problem as problem:
            status, answer, headers = problem.type.status, problem.as_json("vi"), {}
        if kind == "cut_answer":
            raise _Cut
        media = "application/json" if status < 400 else "application/problem+json"
        content = b"" if answer is None else json.dumps(answer).encode()
        if headers.get("Content-Encoding") == "gzip":
            content = gzip.compress(content)
        short = fault.after if fault is not None and kind == "short" else None
        return self._send(status, content, media, headers, short)

    def _answer(self, fake: FakeServer, path: str, raw: bytes, fault: Fault | None) -> tuple[int, Any, dict[str, str]]:
        if (self.headers.get("Authorization") or "").removeprefix("Token ") in fake.dead_tokens:
            raise Problem("token_invalid")
        key = fake.stranger if fault is not None and fault.kind == "stranger" else fake.key
        query = {name: values[0] for name, values in parse_qs(urlsplit(self.path).query).items()}
        match (self.command, path.strip("/").split("/")):
            case "GET", ["hello"]:
                return 200, fake.hello(query["nonce"], key), {}
            case "POST", ["devices", "enrol"]:
                return 201, fake.enrol(json.loads(raw)), {}
            case "POST", ["auth", "logout"]:
                fake.tokens.discard(self.headers["Authorization"].removeprefix("Token "))
                return 204, None, {}
            case "GET", ["reference"]:
                self._require_token(fake)
                return self._reference(fake, query.get("cursor"))
            case "POST", ["reports", "batch"]:
                return 200, {"results": [self._result(fake, body) for body in json.loads(raw)["envelopes"]]}, {}
            case "PUT", ["reports", id]:
                status, receipt = fake.deliver(json.loads(raw), id)
                return status, self._bent(fake, receipt, key, fault), {}
            case "GET", ["reports", id, "receipt"]:
                if id not in fake.reports or query.get("manifest") != fake.reports[id].manifest_sha256:
                    raise Problem("not_found")
                return 200, self._bent(fake, fake.receipt(id, key), key, fault), {}
            case "GET", ["reports"]:
                self._require_token(fake)
                return 200, fake.listed(query["review"], int(query.get("cursor", 0))), {}
            case "GET", ["tasks"]:
                self._require_token(fake)
                if query["state"] != "open":
                    raise Problem("not_found")
                return 200, fake.open_tasks(query["officer"], int(query.get("cursor", 0))), {}
            case "GET", ["reports", id] if id in fake.reports:
                self._require_token(fake)
                return 200, {"id": id, "review": fake.reviews.get(id)}, {}
            case "POST", ["reports", "backed-up"]:
                return 200, fake.backed_up(json.loads(raw)["manifests"], key), {}
            case _, ["uploads", *_]:
                if fault is not None and fault.kind == "corrupt":
                    raw = bytes([raw[0] ^ 1]) + raw[1:]
                status, answer, headers = fake.tus.answer(self.command, _upload_name(path), self.headers, raw)
                if fake.bent_offset is not None and "Upload-Offset" in headers:
                    headers["Upload-Offset"] = fake.bent_offset.encode().decode("latin-1")
                return status, answer, headers
        raise Problem("not_found")

    def _reference(self, fake: FakeServer, cursor: str | None) -> tuple[int, Any, dict[str, str]]:
        known, encodings = self.headers.get("If-None-Match"), self.headers.get("Accept-Encoding")
        fake.references_asked.append({"cursor": cursor, "etag": known, "encodings": encodings})
        answer = fake.reference
        if fake.reference_whole:
            answer = {**dict.fromkeys(KINDS, []), "settings": {}, "removed": [], **answer}
        digest = hashlib.sha256(json.dumps([cursor, answer], sort_keys=True).encode()).hexdigest()
        if known == f'"{digest}"':
            return 304, None, {"ETag": known}
        packed = {"Content-Encoding": "gzip"} if "gzip" in (encodings or "") else {}
        return 200, answer, {"ETag": f'"{digest}"', **packed}

    def _bent(self, fake: FakeServer, receipt: dict[str, Any], key: SigningKey, fault: Fault | None) -> dict[str, Any]:
        value = {name: entry for name, entry in receipt.items() if name != "signature"}
        if fault is not None and fault.kind == "stranger":
            # The worst stranger: it names our key, and signs with its own.
            return {**value, "key": fake.key.id, "signature": key.sign({**value, "key": fake.key.id})}
        if fault is not None and fault.kind == "other_receipt":
            value["manifest_sha256"] = "f" * 64
            return {**value, "signature": fake.key.sign(value)}
        if fault is not None and fault.kind == "other_hash":
            value["evidence"] = [{**entry, "sha256": "e" * 64} for entry in receipt["evidence"]]
            return {**value, "signature": fake.key.sign(value)}
        return receipt

    def _result(self, fake: FakeServer, body: Any) -> dict[str, Any]:
        name = json.loads(base64.b64decode(body["manifest"]))["id"]
        try:
            status, receipt = fake.deliver(body, None)
        except Problem as problem:
            return {"id": name, "status": problem.type.status, "problem": problem.as_json("vi")}
        return {"id": name, "status": status, "receipt": receipt}

    def _require_token(self, fake: FakeServer) -> None:
        if self.headers.get("Authorization", "").removeprefix("Token ") not in fake.tokens:
            raise Problem("token_invalid")

    def _send(self, status: int, body: bytes, media: str, headers: dict[str, str], short: int | None = None) -> None:
        """`short`: how many bytes of the body go out before the line breaks; None: all of them, and it holds."""
        self.send_response_only(status)
        for name, value in {
            "Date": self.date_time_string(),
            "Content-Type": media,
            "Content-Length": str(len(body)),
            "Tus-Resumable": "1.0.0",
            **headers,
        }.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body[:short])
        if short is not None:
            self.wfile.flush()
            raise _Cut


def _upload_name(path: str) -> str | None:
    """None for the address where uploads are created."""
    return path.strip("/").removeprefix("uploads").strip("/") or None


def officer(name: str = "Phạm An (minh họa)", **overrides: Any) -> dict[str, Any]:
    """As the enrolment answers it."""
    return {
        "id": str(uuid4()),
        "username": "an",
        "name": name,
        "post": "kiểm tra viên",
        "unit": str(UUID(int=11)),
        "agency": str(UUID(int=1)),
        "roles": ["inspector"],
        **overrides,
    }


def task(to: UUID | str, number: str = "NV-2026-0001", **overrides: Any) -> dict[str, Any]:
    """As the list answers one that is open; `to`: id of the officer."""
    return {
        "id": str(uuid4()),
        "number": number,
        "officer": {"id": str(to), "name": "Phạm An (minh họa)"},
        "given_by": {"id": str(uuid4()), "name": "Trần Bình (minh họa)"},
        "given_at": "2026-11-18T02:00:00.000Z",
        "words": "Kiểm tra bãi Giữa sau 18 giờ (minh họa)",
        "due": "2026-11-24",
        "overdue": False,
        "state": "open",
        "done_at": None,
        "answer": None,
        "report": None,
        "licence": None,
        "place": None,
        "case": None,
        **overrides,
    }
