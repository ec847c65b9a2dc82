"""Limits that hold over all processes of an office: tried against real workers, many at once."""

import base64
import json
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from uuid import uuid4

import pytest

from tests import memory
from tests.backend.sync.helpers import as_bytes
from tests.backend.sync.office import Office, Reply, office_folder
from tests.factories.reports import SealingPhone, envelope_json

MB = 2**20


@pytest.fixture(scope="module")
def strict(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """An office that allows little."""
    running = Office(
        office_folder(tmp_path_factory),
        KK_RATE_ENROL="1000/hour",
        KK_RATE_WRONG_CODE="1000/hour",
        KK_RATE_WRONG_CODE_EVERYBODY="7/hour",
        KK_RATE_DELIVERY="9/hour",
    )
    running.start()
    yield running
    running.stop()


def many(calls: int, call: Callable[[], Reply]) -> Counter[int]:
    with ThreadPoolExecutor(8) as pool:
        return Counter(reply.status for reply in pool.map(lambda _: call(), range(calls)))


def enrol(office: Office, code: str) -> Reply:
    wish = {"code": code, "public_key": SealingPhone().public_key_pem, "model": "thử", "platform": "test"}
    return office.request("POST", "/api/v1/devices/enrol/", as_bytes(wish), Content_Type="application/json")


def binh(office: Office) -> dict[str, str]:
    token = (office.folder / "token").read_text(encoding="ascii")
    return {"Authorization": f"Token {token}", "Content_Type": "application/json"}


def test_limits_are_counted_once_for_all_processes(strict: Office) -> None:
    assert len(strict.workers) >= 2
    phone, token = strict.enrolled_phone()
    sealed = phone.seal(sealed_at=datetime.now(UTC))

    assert many(30, lambda: enrol(strict, "AAAAA-AAAAA")) == {422: 7, 429: 23}
    tokenless = many(30, lambda: strict.put(sealed))
    assert tokenless[200] + tokenless[201] == 9
    assert tokenless[429] == 21
    assert many(12, lambda: strict.put(sealed, **token)) == {200: 12}, "an enrolled phone is not held up"


def test_revoked_phone_reads_nothing_in_any_process_at_once(office: Office) -> None:
    phone, token = office.enrolled_phone()
    assert many(16, lambda: office.request("GET", "/api/v1/me/", **token)) == {200: 16}
    revoked = office.request("POST", f"/api/v1/devices/{phone.device}/revoke/", b"", **binh(office))
    assert revoked.status == 200
    assert many(16, lambda: office.request("GET", "/api/v1/me/", **token)) == {401: 16}
    answer = office.put(phone.seal(sealed_at=datetime.now(UTC)), **token)
    assert (answer.status, answer.json()["flags"]) == (201, ["delivered_without_token", "device_revoked"])


def test_one_code_and_many_phones_at_the_same_instant_enrol_one(office: Office) -> None:
    an = office.request("GET", "/api/v1/me/", **binh(office)).json()["id"]
    made = office.request("POST", "/api/v1/devices/codes/", json.dumps({"officer": an}).encode(), **binh(office))
    code = made.json()["code"]
    assert many(8, lambda: enrol(office, code)) == {201: 1, 422: 7}


def shapes(phone: SealingPhone) -> Iterator[bytes]:
    """Bodies as large as an envelope may be, each made to cost: memory, words about errors, or time."""
    room = 2 * MB - 200
    yield b'{"manifest": "' + b"A" * room + b'"}'
    yield b"[" + b"0," * (room // 2) + b"0]"
    yield b"[" + b"{}," * (room // 3) + b"{}]"
    yield b'{"manifest": {' + b",".join(b'"%07d": 0' % i for i in range(room // 13)) + b"}}"
    yield b"[" + b'"\\u0e33",' * (room // 9) + b"0]"
    yield b"9" * room
    yield b"[" + b"1e308," * (room // 6) + b"0]"
    hidden = base64.b64encode(b"[" + b"{}," * (room // 4 - 100) + b"{}]").decode()
    sealed = envelope_json(phone.seal(sealed_at=datetime.now(UTC)))
    nobody = {
        **sealed,
        "manifest": hidden,
        "parts": {"facts": "", "assessment": None, "identities": []},
        "key": "0" * 64,
    }
    yield as_bytes(nobody)
    yield as_bytes({**sealed, "parts": {**sealed["parts"], "identities": ["AAAA"] * (room // 8)}})


def test_bodies_of_two_megabytes_are_refused_in_bounded_memory(office: Office) -> None:
    """Every shape four times at once. None is a failure, and no worker grows by more than the bodies at work in it:
    raw, as text, unpacked, and on their way into the database (44 MB; taken apart unlooked they took 500)."""
    phone, token = office.enrolled_phone()
    begun = len(office.log)
    for _ in range(4):  # every worker has loaded what it needs
        office.put(phone.seal(sealed_at=datetime.now(UTC)), **token)
    before = {pid: memory.forget_most(pid) for pid in office.workers}
    for raw in shapes(phone):
        assert len(raw) <= 2 * MB

        def send(raw: bytes = raw) -> Reply:
            return office.request("PUT", f"/api/v1/reports/{uuid4()}/", raw, Content_Type="application/json", **token)

        statuses = many(4, send)
        assert set(statuses) <= {400, 422}, statuses
    assert office.workers == list(before)
    assert max(memory.most(pid) - held for pid, held in before.items()) < 100 * MB
    assert "Traceback" not in office.log[begun:]
    assert office.put(phone.seal(sealed_at=datetime.now(UTC)), **token).status == 201


def test_batch_as_large_as_may_be_is_answered_or_refused_in_bounded_memory(office: Office) -> None:
    phone, token = office.enrolled_phone()
    office.put(phone.seal(sealed_at=datetime.now(UTC)), **token)
    before = {pid: memory.forget_most(pid) for pid in office.workers}

    def send(raw: bytes) -> Reply:
        assert len(raw) <= 32 * MB
        return office.request("POST", "/api/v1/reports/batch/", raw, Content_Type="application/json", **token)

    answer = send(b'{"envelopes": [' + b"{}," * (32 * MB // 3 - 10) + b"{}]}")
    assert (answer.status, answer.json()["code"]) == (400, "request_invalid")
    answer = send(as_bytes({"envelopes": [{"manifest": "A" * (300 * 1024)}] * 100}))
    assert Counter(result["status"] for result in answer.json()["results"]) == {422: 100}
    assert max(memory.most(pid) - held for pid, held in before.items()) < 150 * MB
    assert office.put(phone.seal(sealed_at=datetime.now(UTC)), **token).status == 201
