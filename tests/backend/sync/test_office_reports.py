"""Reports sent to a real gunicorn process over SQLite: at once, too large, and cut off."""

import random
import socket
import struct
import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any, TypeVar
from uuid import uuid4

import pytest

from shared.wire.v1.seal import SealedReport
from tests import memory
from tests.backend.sync.helpers import assert_signed_by, body_of
from tests.backend.sync.office import Office, Reply
from tests.factories.reports import SealingPhone

T = TypeVar("T")
MB = 2**20


def together(*calls: Callable[[], T]) -> list[T]:
    start = threading.Barrier(len(calls))

    def run(call: Callable[[], T]) -> T:
        start.wait(timeout=20)
        return call()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


def seal(phone: SealingPhone, **more: Any) -> SealedReport:
    return phone.seal(sealed_at=datetime.now(UTC), **more)


def sending(office: Office, sealed: SealedReport, **headers: str) -> Callable[[], Reply]:
    return lambda: office.put(sealed, **headers)


def test_report_is_answered_with_a_receipt_the_enrolled_key_signed(office: Office) -> None:
    phone, token = office.enrolled_phone()
    answer = office.put(seal(phone), **token)
    assert answer.status == 201
    (key,) = office.request("GET", "/api/v1/hello/?nonce=12345678").json()["keys"]
    assert_signed_by(answer.json(), key)


@pytest.mark.parametrize("connections", [2, 8])
def test_same_envelope_at_the_same_instant_is_filed_once(office: Office, connections: int) -> None:
    phone, token = office.enrolled_phone()
    sealed = seal(phone, files=[b"one"])
    answers = together(*[sending(office, sealed, **token)] * connections)
    assert Counter(answer.status for answer in answers) == {201: 1, 200: connections - 1}
    assert len({answer.json()["number"] for answer in answers}) == 1


def test_same_id_with_other_manifests_at_the_same_instant_is_filed_once(office: Office) -> None:
    (one, one_token), (two, two_token) = office.enrolled_phone(), office.enrolled_phone()
    first = seal(one)
    second = seal(two, id=first.manifest.id)
    answers = together(sending(office, first, **one_token), sending(office, second, **two_token))
    assert sorted(answer.status for answer in answers) == [201, 409]
    winner = first if answers[0].status == 201 else second
    path = f"/api/v1/reports/{first.manifest.id}/receipt/?manifest={winner.manifest_sha256}"
    assert office.request("GET", path).status == 200


def test_chain_of_twenty_in_random_order_at_once_ends_without_a_gap(office: Office) -> None:
    phone, token = office.enrolled_phone()
    sealed = [seal(phone) for _ in range(20)]
    shuffled = random.sample(sealed, len(sealed))
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda one: office.put(one, **token), shuffled))
    assert [answer.status for answer in answers] == [201] * 20
    for one in sealed:
        path = f"/api/v1/reports/{one.manifest.id}/receipt/?manifest={one.manifest_sha256}"
        assert not {"sequence_gap", "chain_broken"} & set(office.request("GET", path).json()["flags"])


@pytest.mark.parametrize("path", ["/api/v1/reports/{id}/", "/api/v1/reports/batch/", "/api/v1/auth/login/"])
def test_body_of_50_mb_gives_413_in_flat_memory_and_the_office_lives(office: Office, path: str) -> None:
    phone, token = office.enrolled_phone()
    for _ in range(4):  # every worker has loaded what it needs
        office.put(seal(phone), **token)
    before = {pid: memory.forget_most(pid) for pid in office.workers}
    method = "POST" if "{id}" not in path else "PUT"
    big = b'{"manifest": "' + b"A" * (50 * MB)
    answer = office.request(method, path.format(id=uuid4()), big, Content_Type="application/json", **token)
    assert (answer.status, answer.json()["code"]) == (413, "too_large")
    assert office.workers == list(before)
    assert max(memory.most(pid) - before[pid] for pid in before) < 8 * MB
    assert office.put(seal(phone), **token).status == 201


def test_report_cut_off_in_the_middle_is_neither_filed_nor_kept_nor_an_error(office: Office) -> None:
    phone, token = office.enrolled_phone()
    sealed = seal(phone)
    body = body_of(sealed)
    begun = len(office.log)
    for reset in (False, True):
        with office.connect() as line:
            head = (
                f"PUT /api/v1/reports/{sealed.manifest.id}/ HTTP/1.1\r\nHost: 127.0.0.1\r\n"
                f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
            )
            line.sendall(head.encode() + body[: len(body) // 2])
            time.sleep(0.2)
            if reset:  # the line breaks instead of being hung up
                line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    assert office.request("GET", "/healthz").status == 200
    answer = office.put(sealed, **token)
    assert (answer.status, answer.json()["flags"]) == (201, [])
    assert "Traceback" not in office.log[begun:]


def test_log_of_the_office_holds_no_body_and_no_token(office: Office) -> None:
    phone, token = office.enrolled_phone()
    sealed = seal(phone)
    assert office.put(sealed, **token).status == 201
    bad = office.request("PUT", f"/api/v1/reports/{uuid4()}/", body_of(sealed), Content_Type="application/json")
    assert bad.status == 422
    secrets = [
        token["Authorization"].split()[1],
        sealed.envelope.signature.hex(),
        "minh họa",
        "87C-123",
        "Authorization",
    ]
    assert [secret for secret in secrets if secret in office.log] == []
