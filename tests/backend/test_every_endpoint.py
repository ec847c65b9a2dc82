"""Every operation of the OpenAPI document, tried by everybody, against one table written from design §2 and §5.

The table does not look at what the views say of themselves. An operation that is in the document and not in the table
fails, and the other way round.
"""

import base64
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.apps import apps
from django.core.signals import request_finished
from django.db import close_old_connections, connection, transaction
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone
from drf_spectacular.generators import SchemaGenerator
from rest_framework.test import APIClient

from backend.accounts import services as accounts
from backend.accounts.models import Device, Officer, OfficerToken, RateCount
from backend.enforcement import services as enforcement
from backend.enforcement import tasks
from backend.enforcement.models import Case, Task
from backend.inspections.evidence import evidence_path
from backend.inspections.models import Report
from backend.registry.models import Licence
from backend.sync.models import ArrivedNumbers, ArrivedUpTo, QuarantinedEnvelope, Upload
from shared.wire.v1.seal import SealedReport
from shared.workflow.states import Role
from tests.backend.conftest import PASSWORD, Cast, Deliverer, enrol, make_cast, officer, review
from tests.factories.registry import licence
from tests.factories.reports import SealingPhone, assessment, envelope_json, jpeg

# What may come of a call:
#   ok     2xx                          empty  200, and nothing of An's team in it
#   403    the role may not, whatever the object                404  no such thing for this person
#   401    sign in first
ROLES = ("inspector", "supervisor", "director", "auditor", "administrator")
TOKENLESS = ("stranger", "revoked", "expired")


@dataclass(frozen=True)
class Expected:
    """One outcome a role, in the order of ROLES, for An's agency and for another; one for TOKENLESS together."""

    own_agency: str
    other_agency: str
    tokenless: str = "401"

    def of(self, actor: str) -> str:
        if actor in TOKENLESS:
            return self.tokenless
        who, _, role = actor.rpartition(" ")
        return (self.other_agency if who else self.own_agency).split()[ROLES.index(role)]


ANYBODY = Expected("ok ok ok ok ok", "ok ok ok ok ok", "ok")
SIGNED_IN = Expected("ok ok ok ok ok", "ok ok ok ok ok")

# Design §2: an inspector sees own reports; a supervisor everything of the unit, reviews, opens and moves cases, makes
# codes; a director is that over the whole agency; an auditor reads everything, changes nothing; an administrator has
# people and devices and no case work. Agencies stand side by side.
TABLE: Mapping[str, Expected] = {
    "GET /api/v1/": SIGNED_IN,
    "GET /api/v1/hello/": ANYBODY,
    "GET /api/v1/audit/head/": ANYBODY,
    "POST /api/v1/auth/login/": ANYBODY,
    "POST /api/v1/auth/logout/": SIGNED_IN,
    "GET /api/v1/me/": SIGNED_IN,
    "GET /api/v1/reference/": SIGNED_IN,
    # --- places are public knowledge
    "GET /api/v1/communes/at/": SIGNED_IN,
    "GET /api/v1/communes/named/": SIGNED_IN,
    # --- the register is for everybody who inspects; the reports behind a ledger stay in scope (tests of their own)
    "GET /api/v1/licences/": SIGNED_IN,
    "GET /api/v1/licences/{licence_id}/": SIGNED_IN,
    "GET /api/v1/licences/{licence_id}/ledger/": SIGNED_IN,
    # --- devices
    "POST /api/v1/devices/codes/": Expected("403 ok ok 403 ok", "403 404 404 403 404"),
    "POST /api/v1/devices/enrol/": ANYBODY,
    "GET /api/v1/devices/": Expected("403 ok ok ok ok", "403 empty empty empty empty"),
    "POST /api/v1/devices/{device_id}/revoke/": Expected("403 ok ok 403 ok", "403 404 404 403 404"),
    "POST /api/v1/devices/{device_id}/officers/{officer_id}/revoke/": Expected(
        "403 ok ok 403 ok", "403 404 404 403 404"
    ),
    "GET /api/v1/devices/gaps/": Expected("403 ok ok ok ok", "403 empty empty empty empty"),
    # --- what phones deliver: the authority is in what is delivered, not in a token
    "PUT /api/v1/reports/{report_id}/": ANYBODY,
    "POST /api/v1/reports/batch/": ANYBODY,
    "POST /api/v1/reports/backed-up/": ANYBODY,  # who knows a manifest's hash may know that it is safe
    "POST /api/v1/uploads/": ANYBODY,
    "PATCH /api/v1/uploads/{upload_id}/": ANYBODY,
    "DELETE /api/v1/uploads/{upload_id}/": ANYBODY,  # who has the random address of an unfinished one
    # --- a receipt is read by whoever may read the report; with the manifest's hash by anybody (a test of its own)
    "GET /api/v1/reports/{report_id}/receipt/": Expected("ok ok ok ok 404", "404 404 404 404 404", "404"),
    # --- reports
    "GET /api/v1/reports/": Expected("ok ok ok ok 403", "empty empty empty empty 403"),
    "GET /api/v1/reports/{report_id}/": Expected("ok ok ok ok 403", "404 404 404 404 403"),
    "GET /api/v1/reports/{report_id}/evidence/{evidence_id}/": Expected("ok ok ok ok 403", "404 404 404 404 403"),
    "GET /api/v1/reports/{report_id}/evidence/{evidence_id}/custody/": Expected(
        "403 ok ok ok 403", "403 404 404 404 403"
    ),
    # What leaves the office as an archive: not for who filed it.
    "GET /api/v1/reports/{report_id}/bundle/": Expected("403 ok ok ok 403", "403 404 404 404 403"),
    "POST /api/v1/reports/{report_id}/review/": Expected("403 ok ok 403 403", "403 404 404 403 403"),
    # --- quarantine
    "GET /api/v1/quarantine/": Expected("403 403 403 403 ok", "403 403 403 403 empty"),
    "POST /api/v1/quarantine/replay/": Expected("403 403 403 403 ok", "403 403 403 403 empty"),
    "POST /api/v1/quarantine/{row_id}/replay/": Expected("403 403 403 403 ok", "403 403 403 403 404"),
    # --- cases
    "GET /api/v1/cases/": Expected("403 ok ok ok 403", "403 empty empty empty 403"),
    "POST /api/v1/cases/": Expected("403 ok ok 403 403", "403 404 404 403 403"),
    "GET /api/v1/cases/{case_id}/": Expected("403 ok ok ok 403", "403 404 404 404 403"),
    "POST /api/v1/cases/{case_id}/actions/": Expected("403 ok ok 403 403", "403 404 404 403 403"),
    "GET /api/v1/cases/{case_id}/bundle/": Expected("403 ok ok ok 403", "403 404 404 404 403"),
    "GET /api/v1/cases/{case_id}/events/": Expected("403 ok ok ok 403", "403 404 404 404 403"),
    # --- tasks: an inspector sees those given to them
    "GET /api/v1/tasks/": Expected("ok ok ok ok 403", "empty empty empty empty 403"),
    "POST /api/v1/tasks/": Expected("403 ok ok 403 403", "403 404 404 403 403"),
    "GET /api/v1/tasks/{task_id}/": Expected("ok ok ok ok 403", "404 404 404 404 403"),
    "POST /api/v1/tasks/{task_id}/done/": Expected("ok ok ok 403 403", "404 404 404 403 403"),
    # --- the month
    "GET /api/v1/statistics/monthly/": Expected("403 ok ok ok 403", "403 empty empty empty 403"),
}

# Addresses that the document leaves out: itself and the page that shows it.
UNDOCUMENTED = {"/api/v1/schema/", "/api/v1/docs/"}


# --- a world with one of everything, all of it An's team's


@dataclass
class World:
    cast: Cast
    an: Deliverer
    report: UUID  # received, with a file that came and one that did not
    evidence: UUID
    half: SealedReport
    accepted: UUID  # accepted, in no case
    case: Case
    task: Task
    licence: Licence
    device: Device
    quarantined: QuarantinedEnvelope
    upload: Upload
    file: bytes
    actors: dict[str, APIClient] = field(default_factory=dict)


def tus(**headers: str) -> dict[str, Any]:
    return {"headers": {"Tus-Resumable": "1.0.0", **headers}}


def metadata(sealed: SealedReport, index: int) -> str:
    entry = sealed.manifest.evidence[index]
    said = {"report": str(sealed.manifest.id), "evidence": str(entry.id), "sha256": entry.sha256}
    return ",".join(f"{name} {base64.b64encode(value.encode()).decode()}" for name, value in said.items())


def begin_upload(api: APIClient, sealed: SealedReport, index: int) -> Any:
    headers = {"Upload-Length": str(sealed.manifest.evidence[index].bytes), "Upload-Metadata": metadata(sealed, index)}
    return api.post("/api/v1/uploads/", **tus(**headers))


def append(api: APIClient, address: str, content: bytes) -> Any:
    return api.patch(address, content, content_type="application/offset+octet-stream", **tus(**{"Upload-Offset": "0"}))


def let_go(answer: Any) -> None:
    """Close a file that was answered with. Django would end the request and with it a connection in a transaction."""
    request_finished.disconnect(close_old_connections)
    try:
        answer.close()
    finally:
        request_finished.connect(close_old_connections)


@pytest.fixture
def world(db: None, as_: Callable[..., APIClient]) -> World:
    cast = make_cast()
    sealing, device, token = enrol(cast.an, cast.binh)
    an = Deliverer(sealing, device, APIClient(raise_request_exception=False))
    an.api.credentials(HTTP_AUTHORIZATION=f"Token {token}")
    files = [jpeg("một"), jpeg("hai")]
    half = sealing.seal(files=files, assessment=assessment("VC-01"))
    assert an.put(half).status_code == 201
    address = begin_upload(an.api, half, 0)["Location"]
    assert append(an.api, address, files[0]).status_code == 204
    begin_upload(an.api, half, 1)
    in_case, free = an.file_accepted(cast.binh), an.file_accepted(cast.binh)
    case = enforcement.case_open(reports=[in_case], title="Vụ thử", by=cast.binh, now=timezone.now())
    world = World(
        cast,
        an,
        report=half.manifest.id,
        evidence=half.manifest.evidence[0].id,
        half=half,
        accepted=free,
        case=case,
        task=tasks.task_give(
            officer=cast.an.id,
            words="Xem lại bến (thử)",
            due=timezone.localdate() + timedelta(days=9),
            about=tasks.About(case=case.id),
            by=cast.binh,
            now=timezone.now(),
        ),
        licence=licence(),
        device=device,
        quarantined=quarantined_and_mended(an, cast.an),
        upload=Upload.objects.get(evidence__evidence_id=half.manifest.evidence[1].id),
        file=files[1],
    )
    world.actors = actors(world, as_)
    return world


def quarantined_and_mended(an: Deliverer, filer: Officer) -> QuarantinedEnvelope:
    """What was refused while its officer had no unit, and would be taken now."""
    Officer.objects.filter(id=filer.id).update(unit=None)
    assert an.put(an.phone.seal()).status_code == 422
    Officer.objects.filter(id=filer.id).update(unit=filer.unit)
    return QuarantinedEnvelope.objects.get()


def actors(world: World, as_: Callable[..., APIClient]) -> dict[str, APIClient]:
    cast = world.cast
    found = {role: as_(person) for role, person in cast.by_role.items()}
    for role in ROLES:
        member = officer(f"chi-{role}", cast.market_team, Role(role))
        found[f"other agency's {role}"] = as_(cast.chi if role == "supervisor" else member)
    found["stranger"] = as_(None)
    _, lost, token = enrol(cast.an, cast.binh)
    accounts.device_revoke(device=lost, by=cast.binh, now=timezone.now())
    found["revoked"] = APIClient(headers={"Authorization": f"Token {token}"}, raise_request_exception=False)
    _, token = OfficerToken.objects.create(cast.cuong, expiry=timedelta(seconds=-1))
    found["expired"] = APIClient(headers={"Authorization": f"Token {token}"}, raise_request_exception=False)
    return found


# --- how each operation is called, with what is right to send


def code_for(world: World) -> str:
    code, _ = accounts.code_make(officer=world.cast.an, made_by=world.cast.binh, now=timezone.now())
    return code


def enrol_body(world: World) -> dict[str, str]:
    return {"code": code_for(world), "public_key": SealingPhone().public_key_pem, "model": "Máy", "platform": "test"}


def task_body(world: World) -> dict[str, str]:
    due = timezone.localdate() + timedelta(days=9)
    return {"officer": str(world.cast.an.id), "words": "Cân lại xe (thử)", "due": due.isoformat()}


def login_body(world: World) -> dict[str, str]:
    return {"username": world.cast.dung.username, "password": PASSWORD}


def put_report(world: World, api: APIClient, path: Callable[[str], str]) -> Any:
    sealed = world.an.phone.seal(id=uuid4())
    return api.put(f"/api/v1/reports/{sealed.manifest.id}/", envelope_json(sealed), format="json")


def upload_again(world: World, api: APIClient, path: Callable[[str], str]) -> Any:
    # What the call before this one brought lies on the disk, where no transaction takes it back.
    evidence_path(world.half.manifest.evidence[1].sha256).unlink(missing_ok=True)
    return append(api, path(""), world.file)


def upload_dropped(world: World, api: APIClient, path: Callable[[str], str]) -> Any:
    evidence_path(world.half.manifest.evidence[1].sha256).unlink(missing_ok=True)  # as above
    return api.delete(path(""), **tus())


Call = Callable[[World, APIClient, Callable[[str], str]], Any]


def get(query: str = "") -> Call:
    return lambda world, api, path: api.get(path(query))


def post(body: Callable[[World], Any] = lambda world: None) -> Call:
    return lambda world, api, path: api.post(path(""), body(world), format="json")


CALLS: Mapping[str, Call] = {
    "GET /api/v1/hello/": get("?nonce=12345678"),
    "GET /api/v1/communes/at/": get("?lat=20.65&lon=106.05"),
    "GET /api/v1/communes/named/": get("?name=Xuân Quan"),
    "GET /api/v1/licences/{licence_id}/ledger/": get("?year=2026"),
    "POST /api/v1/auth/login/": post(login_body),
    "POST /api/v1/auth/logout/": post(),
    "POST /api/v1/devices/codes/": post(lambda world: {"officer": str(world.cast.an.id)}),
    "POST /api/v1/devices/enrol/": post(enrol_body),
    "POST /api/v1/devices/{device_id}/revoke/": post(),
    "POST /api/v1/devices/{device_id}/officers/{officer_id}/revoke/": post(),
    "PUT /api/v1/reports/{report_id}/": put_report,
    "POST /api/v1/reports/batch/": post(lambda world: {"envelopes": [envelope_json(world.an.phone.seal())]}),
    "POST /api/v1/reports/backed-up/": post(lambda world: {"manifests": [world.half.manifest_sha256]}),
    "POST /api/v1/uploads/": lambda world, api, path: begin_upload(api, world.half, 1),
    "PATCH /api/v1/uploads/{upload_id}/": upload_again,
    "DELETE /api/v1/uploads/{upload_id}/": upload_dropped,
    "POST /api/v1/reports/{report_id}/review/": post(lambda world: {"verdict": "accepted"}),
    "POST /api/v1/quarantine/replay/": post(lambda world: {"code": "report_invalid"}),
    "POST /api/v1/quarantine/{row_id}/replay/": post(),
    "POST /api/v1/cases/": post(lambda world: {"reports": [str(world.accepted)], "title": "Hai xe"}),
    "POST /api/v1/cases/{case_id}/actions/": post(
        lambda world: {"action": "verify", "data": {"question": "Cát từ bãi nào?"}, "expected_version": 1}
    ),
    "POST /api/v1/tasks/": post(task_body),
    "POST /api/v1/tasks/{task_id}/done/": post(lambda world: {"report": str(world.report)}),
    "GET /api/v1/statistics/monthly/": get("?month=2026-11"),
}


def call(operation: str, world: World, api: APIClient, objects: Mapping[str, Any]) -> Any:
    method, _, template = operation.partition(" ")
    address = template.format_map(dict(objects))
    how = CALLS.get(operation) or {"GET": get(), "HEAD": get()}[method]
    return how(world, api, lambda query: address + query)


def objects_of(world: World) -> dict[str, Any]:
    return {
        "report_id": world.report,
        "evidence_id": world.evidence,
        "case_id": world.case.id,
        "task_id": world.task.id,
        "licence_id": world.licence.id,
        "device_id": world.device.id,
        "officer_id": world.cast.an.id,
        "row_id": world.quarantined.id,
        "upload_id": world.upload.id,
    }


# --- the tests


def documented() -> dict[str, Any]:
    document = SchemaGenerator().get_schema(request=None, public=True)
    return {
        f"{method.upper()} {path}": operation
        for path, item in document["paths"].items()
        for method, operation in item.items()
    }


def test_the_table_and_the_openapi_document_name_the_same_operations() -> None:
    assert set(documented()) == set(TABLE)


def test_the_document_names_every_address_below_the_api() -> None:
    def addresses(resolver: URLResolver, prefix: str = "/") -> Iterator[str]:
        for entry in resolver.url_patterns:
            address = prefix + str(entry.pattern)
            if isinstance(entry, URLPattern):
                yield re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", address)
            else:
                yield from addresses(entry, address)

    found = {address for address in addresses(get_resolver()) if address.startswith("/api/")}
    assert found - UNDOCUMENTED == {operation.partition(" ")[2] for operation in TABLE}


def everything() -> list[Any]:
    """Every row of every table but the audit chain's, counters of tries, and what is drawn from other tables when
    somebody asks."""
    found = []
    with connection.cursor() as cursor:
        for model in apps.get_models():
            if model._meta.app_label != "audit" and model not in (RateCount, ArrivedNumbers, ArrivedUpTo):
                cursor.execute(f"SELECT * FROM {model._meta.db_table} ORDER BY 1")  # noqa: S608 - our names
                found.append((model._meta.label, cursor.fetchall()))
    return found


def outcome(answer: Any) -> str:
    return "ok" if 200 <= answer.status_code < 300 else str(answer.status_code)


def said(answer: Any) -> str:
    return "" if answer.streaming else answer.content.decode()


def mentions(answer: Any, world: World) -> bool:
    """Whether anything of An's team stands in the answer."""
    cast = world.cast
    ours = (
        world.report,
        world.accepted,
        world.case.id,
        world.task.id,
        world.device.id,
        world.quarantined.id,
        cast.an.id,
        cast.team.id,
    )
    return any(str(id_) in said(answer) for id_ in ours) or any(name in said(answer) for name in ("VV-20", "NV-20"))


def part_of(operation: str) -> str:
    """`reports` of `GET /api/v1/reports/{report_id}/`: operations that are tried in one world."""
    return operation.split("/")[3]


@pytest.mark.parametrize("part", sorted({part_of(operation) for operation in TABLE}))
def test_every_operation_by_everybody_answers_as_the_table_says(part: str, world: World) -> None:
    before = everything()
    assert [
        fault for operation in TABLE if part_of(operation) == part for fault in faults(operation, world, before)
    ] == []


def faults(operation: str, world: World, before: list[Any]) -> list[Any]:
    """What is not as the table says when everybody tries `operation`; nothing of it stays."""
    wrong: list[Any] = []
    for actor, api in world.actors.items():
        expected = TABLE[operation].of(actor)
        with transaction.atomic():
            answer = call(operation, world, api, objects_of(world))
            told = outcome(answer)
            if told != expected.replace("empty", "ok"):
                wrong.append((actor, expected, answer.status_code, said(answer)))
            if expected in ("401", "403", "404"):
                wrong += refused_badly(actor, answer, expected)
            if (told != "ok" or operation.startswith("GET")) and everything() != before:
                wrong.append((actor, "changed something", told))
            if (told != "ok" or expected == "empty") and mentions(answer, world):
                wrong.append((actor, "shows something of another unit", said(answer)))
            let_go(answer)
            transaction.set_rollback(True)
    return [(operation, *fault) for fault in wrong]


def refused_badly(actor: str, answer: Any, expected: str) -> Iterator[Any]:
    token = "token_invalid" if actor in ("revoked", "expired") else "not_signed_in"
    code = {"401": token, "403": "not_allowed", "404": "not_found"}[expected]
    if answer["Content-Type"] != "application/problem+json" or answer.json()["code"] != code:
        yield (actor, code, answer["Content-Type"], answer.content[:200])
    if expected == "401" and "WWW-Authenticate" not in answer:
        yield (actor, "401 without WWW-Authenticate")


def test_an_object_of_another_agency_and_one_that_never_was_are_answered_alike(world: World) -> None:
    nowhere = dict.fromkeys(objects_of(world), uuid4())
    for operation, expected in TABLE.items():
        for actor, api in world.actors.items():
            if expected.of(actor) == "404":
                there = call(operation, world, api, objects_of(world))
                gone = call(operation, world_without(world), api, nowhere)
                assert (there.status_code, there.content) == (gone.status_code, gone.content), (operation, actor)


def world_without(world: World) -> World:
    """The same world, where bodies name a report and an officer that never were."""
    nobody = Officer(id=uuid4())
    cast = Cast(**{**vars(world.cast), "an": nobody})
    return World(**{**vars(world), "accepted": uuid4(), "cast": cast})


def test_methods_that_are_not_documented_are_open_to_nobody(world: World) -> None:
    open_ = []
    for address in {operation.partition(" ")[2] for operation in TABLE}:
        for method in ("get", "post", "put", "patch", "delete"):
            if f"{method.upper()} {address}" in TABLE:
                continue
            for actor in ("director", "administrator", "stranger"):
                answer = getattr(world.actors[actor], method)(address.format_map(objects_of(world)), **tus())
                if answer.status_code not in (401, 403, 405):
                    open_.append((method, address, actor, answer.status_code))
    assert open_ == []


def test_options_is_for_whoever_is_signed_in_and_says_nothing_of_others(world: World) -> None:
    for address in {operation.partition(" ")[2] for operation in TABLE}:
        for actor in ("inspector", "director", "other agency's director"):
            answer = world.actors[actor].options(address.format_map(objects_of(world)))
            assert answer.status_code in (200, 204), (address, actor, answer.content)
            assert not mentions(answer, world), (address, actor)


def test_the_table_lets_an_auditor_change_nothing() -> None:
    for operation, expected in TABLE.items():
        changes = not operation.startswith("GET") and expected is not ANYBODY and "logout" not in operation
        assert not changes or expected.of("auditor") == "403", operation


def test_the_table_gives_an_administrator_no_case_work() -> None:
    for operation, expected in TABLE.items():
        if re.search("/cases/|/statistics/|/review/|/evidence/|GET /api/v1/reports/", operation):
            assert expected.of("administrator") in ("403", "404"), operation


def test_receipt_is_shown_to_whoever_knows_the_manifest_hash(world: World) -> None:
    sealed = world.half
    address = f"/api/v1/reports/{world.report}/receipt/"
    for actor, api in world.actors.items():
        assert api.get(address, {"manifest": sealed.manifest_sha256}).status_code == 200, actor
        if actor in TOKENLESS:
            assert api.get(address, {"manifest": "0" * 64}).status_code == 404, actor


def test_an_upload_is_asked_for_its_offset_by_anybody(world: World) -> None:
    for actor, api in world.actors.items():
        answer = api.head(f"/api/v1/uploads/{world.upload.id}/", **tus())
        assert (answer.status_code, answer["Upload-Offset"]) == (200, "0"), actor
        assert api.head(f"/api/v1/uploads/{uuid4()}/", **tus()).status_code == 404, actor


def test_head_is_answered_like_get_to_everybody(world: World) -> None:
    for operation in [name for name in TABLE if name.startswith("GET")]:
        address = operation.partition(" ")[2].format_map(objects_of(world))
        query = {"nonce": "12345678", "month": "2026-11"}
        for actor in ("inspector", "director", "other agency's director", "administrator", "stranger", "expired"):
            api = world.actors[actor]
            asked, got = api.head(address, query), api.get(address, query)
            let_go(got)
            let_go(asked)
            assert asked.status_code == got.status_code, (address, actor)


# --- units of one agency


def ids(answer: Any) -> set[str]:
    assert answer.status_code == 200, answer.content
    return {row.get("id", row.get("device")) for row in answer.json()["results"]}


def test_supervisor_of_a_sibling_division_sees_nothing_of_the_team(world: World, as_: Callable[..., APIClient]) -> None:
    cast = world.cast
    sibling = accounts.unit_create(agency=cast.department, name="Phòng khác", parent=cast.office)
    api = as_(officer("sang", sibling, Role.SUPERVISOR))
    for address in ("reports/", "cases/", "devices/", "devices/gaps/"):
        assert ids(api.get(f"/api/v1/{address}")) == set(), address
    for operation in [name for name in TABLE if TABLE[name].of("other agency's supervisor") == "404"]:
        answer = call(operation, world, api, objects_of(world))
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found"), operation
    body = api.get("/api/v1/statistics/monthly/?month=2026-11").json()
    assert body["tables"]["B01"]["total"]["inspections"] == 0
    assert body["tables"]["B02"]["rows"] == []


@pytest.mark.parametrize("place", ["team", "division", "office"])
def test_supervisor_of_the_unit_or_above_sees_the_team(place: str, world: World, as_: Callable[..., APIClient]) -> None:
    api = as_(officer("trên", getattr(world.cast, place), Role.SUPERVISOR))
    assert {str(world.report), str(world.accepted)} < ids(api.get("/api/v1/reports/"))
    assert str(world.device.id) in ids(api.get("/api/v1/devices/"))
    assert api.get(f"/api/v1/reports/{world.report}/").status_code == 200
    # The case is the division's, which opened it: a supervisor of the team below does not see it.
    expected = 404 if place == "team" else 200
    assert api.get(f"/api/v1/cases/{world.case.id}/").status_code == expected


@pytest.mark.parametrize("role", [Role.DIRECTOR, Role.AUDITOR])
def test_director_and_auditor_see_the_whole_agency_from_any_unit_of_it(
    role: Role, world: World, as_: Callable[..., APIClient]
) -> None:
    cast = world.cast
    aside = accounts.unit_create(agency=cast.department, name="Văn phòng")
    api = as_(officer("bên", aside, role))
    assert ids(api.get("/api/v1/reports/")) == {str(id_) for id_ in Report.objects.values_list("id", flat=True)}
    assert ids(api.get("/api/v1/cases/")) == {str(world.case.id)}
    assert str(world.device.id) in ids(api.get("/api/v1/devices/"))


def test_inspector_sees_own_reports_and_not_a_colleagues(world: World, as_: Callable[..., APIClient]) -> None:
    colleague = officer("hoa", world.cast.team, Role.INSPECTOR)
    api = as_(colleague)
    assert ids(api.get("/api/v1/reports/")) == set()
    assert api.get(f"/api/v1/reports/{world.report}/").status_code == 404
    assert api.get(f"/api/v1/reports/{world.report}/evidence/{world.evidence}/").status_code == 404
    assert api.get(f"/api/v1/reports/{world.report}/receipt/").status_code == 404
    assert len(ids(world.actors["inspector"].get("/api/v1/reports/"))) == 3


def test_filters_show_nothing_beyond_the_scope(world: World) -> None:
    cast = world.cast
    for query in ({"unit": cast.team.id}, {"officer": cast.an.id}, {"review": "accepted"}, {"violation": "VC-01"}):
        assert ids(world.actors["supervisor"].get("/api/v1/reports/", query)), query
        assert ids(world.actors["other agency's director"].get("/api/v1/reports/", query)) == set(), query


def test_what_belongs_to_nobody_is_seen_by_the_hosting_agencys_administrator_alone(world: World) -> None:
    unknown = SealingPhone().seal()
    body = envelope_json(unknown)
    assert (
        world.actors["stranger"].put(f"/api/v1/reports/{unknown.manifest.id}/", body, format="json").status_code == 422
    )
    row = QuarantinedEnvelope.objects.get(code="device_unknown")
    assert str(row.id) in ids(world.actors["administrator"].get("/api/v1/quarantine/"))
    assert ids(world.actors["other agency's administrator"].get("/api/v1/quarantine/")) == set()


def test_a_report_stays_with_the_unit_stamped_at_receipt_when_its_officer_moves(world: World) -> None:
    Officer.objects.filter(id=world.cast.an.id).update(unit=world.cast.market_team)
    assert str(world.report) in ids(world.actors["supervisor"].get("/api/v1/reports/"))
    assert ids(world.actors["other agency's supervisor"].get("/api/v1/reports/")) == set()


def test_somebody_who_left_is_let_in_nowhere(world: World) -> None:
    Officer.objects.filter(id=world.cast.binh.id).update(is_active=False)
    answer = world.actors["supervisor"].get("/api/v1/reports/")
    assert (answer.status_code, answer.json()["code"]) == (401, "token_invalid")


def test_reviewed_reports_of_the_team_are_not_to_be_reviewed_from_outside(world: World) -> None:
    review(world.report, world.cast.binh, "returned")
    answer = world.actors["other agency's director"].post(
        f"/api/v1/reports/{world.report}/review/", {"verdict": "accepted"}, format="json"
    )
    assert answer.status_code == 404
