"""A phone is enrolled with a one-time code and its key; from then on what it seals is known."""

import base64
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from django.utils import timezone
from rest_framework.test import APIClient
from rest_framework.throttling import SimpleRateThrottle

from backend.accounts import rates
from backend.accounts import services as accounts
from backend.accounts.models import Device, DeviceOfficer, EnrolmentCode, Officer, OfficerToken, RateCount
from backend.audit.models import Event
from backend.inspections.models import Report
from shared.workflow.states import Role
from tests.backend.conftest import Cast, Deliverer, at_once, deliverer, make_cast, officer, on_postgresql
from tests.factories.reports import SealingPhone

NOW = "2026-11-20T01:00:00+00:00"


def code_for(cast: Cast, whose: Officer | None = None) -> str:
    code, _ = accounts.code_make(officer=whose or cast.an, made_by=cast.binh, now=timezone.now())
    return code


def enrol(code: str, public_key: str | None = None, api: APIClient | None = None) -> Any:
    body = {
        "code": code,
        "public_key": public_key or SealingPhone().public_key_pem,
        "model": "Máy thử",
        "platform": "test",
    }
    return (api or APIClient(raise_request_exception=False)).post("/api/v1/devices/enrol/", body, format="json")


def refused(answer: Any, status: int, code: str) -> None:
    assert (answer.status_code, answer["Content-Type"]) == (status, "application/problem+json"), answer.content
    assert answer.json()["code"] == code
    assert Device.objects.count() == OfficerToken.objects.count() == 0


def test_enrolment_gives_a_token_of_the_officer_on_the_device_and_the_servers_keys(cast: Cast) -> None:
    phone = SealingPhone()
    body = enrol(code_for(cast), phone.public_key_pem).json()
    assert set(body) == {"token", "device", "officer", "keys", "server_time"}
    assert body["officer"]["username"] == "an"
    assert body["officer"]["roles"] == ["inspector"]
    assert [set(key) for key in body["keys"]] == [{"id", "public_key", "valid_from", "announced_by"}]
    device = Device.objects.get()
    assert (str(device.id), device.key_id, device.unit_id) == (body["device"], phone.key_id, cast.an.unit_id)
    me = APIClient(headers={"Authorization": f"Token {body['token']}"}).get("/api/v1/me/").json()
    assert (me["id"], me["device"]) == (str(cast.an.id), body["device"])


def test_code_endpoint_gives_a_code_its_end_and_text_for_a_qr_code(
    cast: Cast, as_: Callable[..., APIClient], time_machine: time_machine.TimeMachineFixture
) -> None:
    time_machine.move_to(NOW, tick=False)
    answer = as_(cast.binh).post("/api/v1/devices/codes/", {"officer": str(cast.an.id)}, format="json")
    body = answer.json()
    assert answer.status_code == 201
    assert body["expires_at"] == "2026-11-20T01:15:00Z"
    (key,) = APIClient().get("/api/v1/hello/?nonce=12345678").json()["keys"]
    assert body["qr"] == f"kiemkhoang:http://testserver/#{body['code']}.{key['id']}"
    assert answer["Cache-Control"] == "no-store"
    assert enrol(body["code"]).status_code == 201


def test_code_is_kept_as_a_hash_only(cast: Cast) -> None:
    code = code_for(cast)
    kept = str(list(EnrolmentCode.objects.values_list())) + str(list(Event.objects.values_list()))
    assert code not in kept
    assert code.replace("-", "") not in kept


def test_code_works_once(cast: Cast) -> None:
    code = code_for(cast)
    assert enrol(code).status_code == 201
    again = enrol(code)
    assert (again.status_code, again.json()["code"]) == (422, "code_invalid")
    assert Device.objects.count() == 1


@pytest.mark.parametrize(
    ("waited", "status"), [(timedelta(minutes=15, milliseconds=-1), 201), (timedelta(minutes=15), 422)]
)
def test_code_ends_after_fifteen_minutes_exactly(
    waited: timedelta, status: int, cast: Cast, time_machine: time_machine.TimeMachineFixture
) -> None:
    time_machine.move_to(NOW, tick=False)
    code = code_for(cast)
    time_machine.shift(waited)
    assert enrol(code).status_code == status


@pytest.mark.parametrize("code", ["AAAAA-AAAAA", "", "-", "0", "A" * 40, "мã-sai"])
def test_wrong_code_is_refused(code: str, cast: Cast) -> None:
    code_for(cast)
    answer = enrol(code)
    if code:
        refused(answer, 422, "code_invalid")
    else:
        refused(answer, 400, "request_invalid")


def test_code_is_read_as_people_write_it(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    signs = iter("01AB01ZY01")
    monkeypatch.setattr(accounts.secrets, "choice", lambda alphabet: next(signs))
    assert code_for(cast) == "01AB0-1ZY01"
    assert enrol(" oiab o-LzyOl ").status_code == 201


def test_code_of_somebody_who_left_meanwhile_is_refused(cast: Cast) -> None:
    code = code_for(cast)
    Officer.objects.filter(id=cast.an.id).update(is_active=False)
    refused(enrol(code), 422, "code_invalid")


def test_code_for_somebody_who_left_is_not_made(cast: Cast, as_: Callable[..., APIClient]) -> None:
    Officer.objects.filter(id=cast.an.id).update(is_active=False)
    answer = as_(cast.binh).post("/api/v1/devices/codes/", {"officer": str(cast.an.id)}, format="json")
    assert answer.status_code == 404


# --- keys


def pem(key: Any) -> str:
    return str(
        key.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo).decode("ascii")
    )


def private_pem() -> str:
    key = SealingPhone().private_key
    form = serialization.PrivateFormat.PKCS8
    return key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption()).decode("ascii")


def of_an_unknown_curve() -> str:
    """SPKI of an EC key on a curve that no library here knows."""
    der = ec.generate_private_key(ec.SECP256R1()).public_key()
    raw = der.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    other = raw.replace(bytes.fromhex("06082a8648ce3d030107"), bytes.fromhex("06082a8648ce3d030163"))
    assert other != raw
    return f"-----BEGIN PUBLIC KEY-----\n{base64.encodebytes(other).decode()}-----END PUBLIC KEY-----\n"


BAD_KEYS: dict[str, Callable[[], str]] = {
    "P-384": lambda: pem(ec.generate_private_key(ec.SECP384R1()).public_key()),
    "secp256k1": lambda: pem(ec.generate_private_key(ec.SECP256K1()).public_key()),
    "unknown curve": of_an_unknown_curve,
    "RSA": lambda: pem(rsa.generate_private_key(65537, 2048).public_key()),
    "Ed25519": lambda: pem(ed25519.Ed25519PrivateKey.generate().public_key()),
    "private key": private_pem,
    "not PEM": lambda: "khóa",
    "empty PEM": lambda: "-----BEGIN PUBLIC KEY-----\n-----END PUBLIC KEY-----\n",
    "cut off": lambda: SealingPhone().public_key_pem[:80],
    "certificate": lambda: "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
}


@pytest.mark.parametrize("kind", BAD_KEYS)
def test_key_that_is_no_public_p256_key_is_refused_and_the_code_stays_good(kind: str, cast: Cast) -> None:
    code = code_for(cast)
    refused(enrol(code, BAD_KEYS[kind]()), 422, "key_invalid")
    assert enrol(code).status_code == 201


def test_same_key_for_a_second_officer_is_the_same_device_with_a_token_of_their_own(cast: Cast) -> None:
    hoa = officer("hoa", cast.team, Role.INSPECTOR)
    key = SealingPhone().public_key_pem
    first, second = enrol(code_for(cast), key).json(), enrol(code_for(cast, hoa), key).json()
    assert first["device"] == second["device"]
    for body, who in ((first, cast.an), (second, hoa)):
        me = APIClient(headers={"Authorization": f"Token {body['token']}"}).get("/api/v1/me/").json()
        assert me["id"] == str(who.id)
    assert DeviceOfficer.objects.count() == 2


def test_same_key_for_the_same_officer_again_replaces_the_token(cast: Cast) -> None:
    key = SealingPhone().public_key_pem
    first, second = enrol(code_for(cast), key).json(), enrol(code_for(cast), key).json()
    assert first["device"] == second["device"]
    statuses = [
        APIClient(headers={"Authorization": f"Token {body['token']}"}).get("/api/v1/me/").status_code
        for body in (first, second)
    ]
    assert statuses == [401, 200]


def test_key_of_another_agencys_device_is_taken_and_the_code_stays_good(cast: Cast) -> None:
    key = SealingPhone().public_key_pem
    assert enrol(code_for(cast), key).status_code == 201
    foreign = officer("minh", cast.market_team, Role.INSPECTOR)
    code, _ = accounts.code_make(officer=foreign, made_by=cast.chi, now=timezone.now())
    answer = enrol(code, key)
    assert (answer.status_code, answer.json()["code"]) == (409, "key_taken")
    assert Device.objects.get().unit_id == cast.an.unit_id
    assert enrol(code).status_code == 201


# --- throttling


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    rates = {"enrol": "3/min", "sign_in": "3/min", "delivery": None, "wrong_code": None, "wrong_code_everybody": None}
    monkeypatch.setattr(SimpleRateThrottle, "THROTTLE_RATES", rates)


def test_guessing_codes_is_throttled(cast: Cast, few: None) -> None:
    code = code_for(cast)
    for _ in range(3):
        assert enrol("AAAAA-AAAAA").status_code == 422
    answer = enrol(code)
    assert (answer.status_code, answer.json()["code"]) == (429, "throttled")
    assert 1 <= int(answer["Retry-After"]) <= 61
    assert Device.objects.count() == 0


def test_throttle_counts_each_address_by_itself(cast: Cast, few: None) -> None:
    for _ in range(4):
        enrol("AAAAA-AAAAA")
    assert enrol(code_for(cast), api=APIClient(REMOTE_ADDR="192.0.2.7")).status_code == 201


def test_a_line_with_ipv6_is_one_caller_whatever_address_it_takes(cast: Cast, few: None) -> None:
    answers = [enrol("AAAAA-AAAAA", api=APIClient(REMOTE_ADDR=f"2001:db8:1:2::{i:x}")) for i in range(9, 13)]
    assert [answer.status_code for answer in answers] == [422, 422, 422, 429]
    assert enrol(code_for(cast), api=APIClient(REMOTE_ADDR="2001:db8:1:3::9")).status_code == 201


def test_throttle_is_not_fooled_by_a_forwarded_address(cast: Cast, few: None) -> None:
    answers = [enrol("AAAAA-AAAAA", api=APIClient(headers={"X-Forwarded-For": f"192.0.2.{i}"})) for i in range(4)]
    assert [answer.status_code for answer in answers] == [422, 422, 422, 429]


def test_guessing_passwords_is_throttled_over_both_doors(cast: Cast, few: None) -> None:
    api = APIClient(raise_request_exception=False)
    body = {"username": "an", "password": "sai"}
    answers = [api.post("/api/v1/auth/login/", body, format="json").status_code for _ in range(2)]
    answers += [api.post("/web-session/login/", body, format="multipart").status_code for _ in range(2)]
    assert answers == [401, 401, 200, 429]


def wrong_codes(monkeypatch: pytest.MonkeyPatch, **rates: str | None) -> None:
    loose = {"enrol": None, "wrong_code": None, "wrong_code_everybody": None, "sign_in": None, "delivery": None}
    monkeypatch.setattr(SimpleRateThrottle, "THROTTLE_RATES", {**loose, **rates})


def test_wrong_codes_from_many_addresses_share_one_count(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    wrong_codes(monkeypatch, wrong_code_everybody="3/hour")
    code = code_for(cast)
    answers = [enrol("AAAAA-AAAAA", api=APIClient(REMOTE_ADDR=f"192.0.2.{i}")) for i in range(4)]
    assert [answer.status_code for answer in answers] == [422, 422, 422, 429]
    answer = enrol(code, api=APIClient(REMOTE_ADDR="198.51.100.1"))
    assert (answer.status_code, answer.json()["code"]) == (429, "throttled")
    assert int(answer["Retry-After"]) <= 3601
    assert Event.objects.filter(action="code:refused").count() == 3


def test_wrong_codes_of_one_address_leave_others_alone(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    wrong_codes(monkeypatch, wrong_code="2/hour", wrong_code_everybody="5/hour")
    assert [enrol("AAAAA-AAAAA").status_code for _ in range(6)] == [422, 422, 429, 429, 429, 429]
    assert enrol(code_for(cast), api=APIClient(REMOTE_ADDR="192.0.2.7")).status_code == 201


def test_right_codes_are_not_counted_as_guesses(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """A morning on which a whole division is enrolled; a key that is none does not cost a guess either."""
    wrong_codes(monkeypatch, wrong_code="2/hour", wrong_code_everybody="2/hour")
    for _ in range(5):
        code = code_for(cast)
        assert enrol(code, "khóa").status_code == 422
        assert enrol(code).status_code == 201
    assert [enrol("AAAAA-AAAAA").status_code for _ in range(3)] == [422, 422, 429]


# --- counting


def spend(at_s: float, *, limit: int = 4, whom: str = "x") -> float | None:
    return rates.spend(scope="test", whom=whom, limit=limit, period_s=60, now=datetime.fromtimestamp(at_s, UTC))


@pytest.mark.parametrize("first", [0, 29, 56])
def test_no_minute_lets_more_than_the_limit_through_wherever_it_begins(db: None, first: int) -> None:
    """A plain counter for each minute would let twice as much through around the turn."""
    begun = 1_800_000_000  # a multiple of 60
    granted = [at for at in range(first, first + 300) if spend(begun + at + 0.5) is None]
    busiest = max(sum(1 for at in granted if start <= at < start + 60) for start in range(first, first + 240))
    assert busiest == 4
    assert len(granted) >= 18, "whoever keeps knocking gets in nearly as often as is allowed"


def test_waiting_as_long_as_was_said_is_enough(db: None) -> None:
    begun = 1_800_000_000
    for second in (1, 30, 59):
        now = begun + second
        while (wait := spend(now, whom=f"after {second}")) is None:
            now += 0.001
        assert 0 < wait <= 60
        assert spend(now + wait + 3, whom=f"after {second}") is None
        begun += 600


def test_counters_go_when_their_time_is_over_and_name_nobody(db: None) -> None:
    spend(1_800_000_000, whom="192.0.2.7")
    assert "192.0.2" not in str(list(RateCount.objects.values_list()))
    spend(1_800_000_200, whom="other")
    assert RateCount.objects.count() == 1


@on_postgresql
@pytest.mark.django_db(transaction=True)
def test_tries_at_the_same_moment_cannot_outrun_the_count() -> None:
    now = timezone.now()
    calls = [lambda: rates.spend(scope="test", whom="x", limit=5, period_s=3600, now=now) is None] * 12
    assert sorted(at_once(*calls)) == [False] * 7 + [True] * 5


# --- revoking


def test_revoked_devices_token_is_dead_at_once(cast: Cast, phone: Deliverer, as_: Callable[..., APIClient]) -> None:
    assert phone.api.get("/api/v1/me/").status_code == 200
    answer = as_(cast.binh).post(f"/api/v1/devices/{phone.device.id}/revoke/")
    assert answer.json()["revoked_at"] is not None
    answer = phone.api.get("/api/v1/me/")
    assert (answer.status_code, answer.json()["code"]) == (401, "token_invalid")


def test_what_a_revoked_device_sealed_is_accepted_and_flagged(
    cast: Cast, phone: Deliverer, as_: Callable[..., APIClient]
) -> None:
    before = phone.phone.seal()
    as_(cast.em).post(f"/api/v1/devices/{phone.device.id}/revoke/")
    assert phone.put(before).status_code == 201
    flags = Report.objects.get(id=before.manifest.id).flags
    assert set(flags) == {"device_revoked", "delivered_without_token"}


def test_revoking_twice_is_recorded_once(cast: Cast, phone: Deliverer, as_: Callable[..., APIClient]) -> None:
    address = f"/api/v1/devices/{phone.device.id}/revoke/"
    first, again = (as_(cast.binh).post(address).json() for _ in range(2))
    assert first == again
    assert Event.objects.filter(action="device:revoked").count() == 1


def test_revoked_device_found_again_is_enrolled_anew_with_a_fresh_code(
    cast: Cast, phone: Deliverer, as_: Callable[..., APIClient]
) -> None:
    as_(cast.binh).post(f"/api/v1/devices/{phone.device.id}/revoke/")
    answer = enrol(code_for(cast), phone.phone.public_key_pem)
    assert (answer.status_code, answer.json()["device"]) == (201, str(phone.device.id))
    assert Device.objects.get().revoked_at is None


def test_other_officers_of_a_shared_phone_are_locked_out_when_it_is_revoked(
    cast: Cast, phone: Deliverer, as_: Callable[..., APIClient]
) -> None:
    hoa = officer("hoa", cast.team, Role.INSPECTOR)
    second = deliverer(hoa, cast.binh, phone.phone)
    as_(cast.binh).post(f"/api/v1/devices/{phone.device.id}/revoke/")
    assert second.api.get("/api/v1/me/").status_code == 401


def revoke_officer(api: APIClient, phone: Deliverer, whom: Officer) -> Any:
    return api.post(f"/api/v1/devices/{phone.device.id}/officers/{whom.id}/revoke/")


def test_revoking_one_officer_on_a_shared_phone_leaves_the_others(
    cast: Cast, phone: Deliverer, as_: Callable[..., APIClient]
) -> None:
    hoa = officer("hoa", cast.team, Role.INSPECTOR)
    second = deliverer(hoa, cast.binh, phone.phone)
    answer = revoke_officer(as_(cast.binh), phone, cast.an)
    assert answer.status_code == 200
    assert [(row["name"], row["revoked_at"] is None) for row in answer.json()["officers"]] == [
        (cast.an.name, False),
        (hoa.name, True),
    ]
    assert answer.json()["revoked_at"] is None
    assert phone.api.get("/api/v1/me/").status_code == 401
    assert second.api.get("/api/v1/me/").status_code == 200
    event = Event.objects.get(action="device:officer_revoked")
    assert (event.subject, event.actor) == (f"device:{phone.device.id}", str(cast.binh.id))
    assert revoke_officer(as_(cast.binh), phone, cast.an).status_code == 200
    assert Event.objects.filter(action="device:officer_revoked").count() == 1


def test_officer_revoked_on_a_phone_comes_back_with_a_fresh_code_only(
    cast: Cast, phone: Deliverer, as_: Callable[..., APIClient]
) -> None:
    before = phone.phone.seal()
    revoke_officer(as_(cast.binh), phone, cast.an)
    answer = phone.put(before)  # sealed by somebody who may not read here any more: kept, and said so
    assert (answer.status_code, answer.json()["flags"]) == (201, ["delivered_without_token", "officer_revoked"])
    assert enrol(code_for(cast), phone.phone.public_key_pem).json()["device"] == str(phone.device.id)
    assert DeviceOfficer.objects.get().revoked_at is None


def test_revoking_an_officer_who_never_had_the_phone_is_not_found(
    cast: Cast, phone: Deliverer, as_: Callable[..., APIClient]
) -> None:
    answer = revoke_officer(as_(cast.binh), phone, cast.cuong)
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


# --- at the same moment


@on_postgresql
@pytest.mark.django_db(transaction=True)
def test_two_phones_with_one_code_at_the_same_moment_enrol_one() -> None:
    cast = make_cast()
    code = code_for(cast)
    accounts.signing.key_ensure(timezone.now())

    def phone() -> str:
        accounts.device_enrol(
            code=code, public_key=SealingPhone().public_key_pem, model="Máy", platform="test", now=timezone.now()
        )
        return "enrolled"

    assert sorted(at_once(*[phone] * 4)) == ["code_invalid"] * 3 + ["enrolled"]
    assert Device.objects.count() == OfficerToken.objects.count() == 1


@on_postgresql
@pytest.mark.django_db(transaction=True)
def test_two_officers_with_one_new_phone_at_the_same_moment_share_the_device() -> None:
    cast = make_cast()
    key = SealingPhone().public_key_pem
    codes = [code_for(cast), code_for(cast, officer("hoa", cast.team, Role.INSPECTOR))]

    def enrolled(code: str) -> Callable[[], Any]:
        return lambda: (
            accounts.device_enrol(code=code, public_key=key, model="Máy", platform="test", now=timezone.now())[0].id
        )

    first, second = at_once(*map(enrolled, codes))
    assert first == second
    assert OfficerToken.objects.filter(device_id=first).count() == 2
