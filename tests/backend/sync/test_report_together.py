"""Reports that come together are filed together: one transaction, a fixed number of queries, and each as if alone."""

from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

import pytest
from django.conf import LazySettings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from backend.audit.models import Event
from backend.audit.selectors import head_hash
from backend.audit.verifying import verify
from backend.inspections import assessing, receiving
from backend.inspections.models import Evidence, Finding, Report, SealedBytes, SeenVehicle
from backend.sync import filing, services
from backend.sync.models import QuarantinedEnvelope
from shared.wire.v1.seal import SealedReport
from tests.backend.conftest import Cast, Deliverer, at_once, deliverer, enrol, make_cast, on_postgresql, review
from tests.backend.sync.helpers import as_bytes, grown, post_batch, receipt_of, rows
from tests.factories.reports import SealingPhone, document, envelope_json, load, transport_facts, vehicle

pytestmark = pytest.mark.usefixtures("_at_noon")


def batch(phone: Deliverer, *sealed: SealedReport) -> list[dict[str, Any]]:
    answer = post_batch(phone.api, *map(envelope_json, sealed))
    assert answer.status_code == 200, answer.content
    results: list[dict[str, Any]] = answer.json()["results"]
    return results


@pytest.fixture
def _queue(settings: LazySettings) -> None:
    """Tasks wait, as they do in an office."""
    settings.TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": ["default"]}}


def queries_of(call: Callable[[], Any]) -> list[str]:
    with CaptureQueriesContext(connection) as queries:
        call()
    return [query["sql"] for query in queries]


@pytest.mark.usefixtures("_queue")
def test_a_report_takes_the_same_few_queries_however_much_is_in_it_and_before_it(phone: Deliverer) -> None:
    phone.put(phone.phone.seal())
    small = phone.phone.seal()
    few = queries_of(lambda: phone.put(small))
    for _ in range(3):
        phone.put(phone.phone.seal(files=[b"x"]))
    full = transport_facts(
        vehicles=tuple(vehicle(id=f"v{i}") for i in range(1, 9)),
        loads=tuple(load(id=f"l{i}") for i in range(1, 9)),
    )
    big = phone.phone.seal(facts=full, files=[bytes([i]) for i in range(20)])
    many = queries_of(lambda: phone.put(big))
    assert Evidence.objects.filter(report=big.manifest.id).count() == 20
    exchanges = [one for one in few if not one.startswith(("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE"))]
    tables = 9 if connection.vendor == "sqlite" else 0  # each table's rows travel by themselves there
    assert len(exchanges) <= 15 + tables  # three of them read the register, which is empty here and not kept
    assert len(many) - len(few) <= (1 if connection.vendor == "sqlite" else 0)  # a table more: the evidence


@pytest.mark.usefixtures("_queue")
def test_a_batch_takes_the_same_number_of_queries_for_two_and_for_twenty(phone: Deliverer) -> None:
    phone.put(phone.phone.seal(files=[b"x"]))
    two = [phone.phone.seal(files=[b"x"]) for _ in range(2)]
    twenty = [phone.phone.seal(files=[b"x", b"y"]) for _ in range(20)]
    few = queries_of(lambda: batch(phone, *two))
    many = queries_of(lambda: batch(phone, *twenty))
    again = queries_of(lambda: batch(phone, *twenty))
    assert len(many) == len(few)
    assert len(again) < len(few)
    assert sum("UPDATE audit_chainhead" in one for one in many) == 1  # in several statements, or within one
    assert Report.objects.count() == 23


@pytest.mark.usefixtures("_queue")
def test_a_batch_is_assessed_by_one_task_and_a_single_report_by_its_own(phone: Deliverer) -> None:
    batch(phone, *(phone.phone.seal() for _ in range(3)))
    phone.put(phone.phone.seal())
    batch(phone, phone.phone.seal())
    names = [row.task_path.rpartition(".")[2] for row in DBTaskResult.objects.order_by("enqueued_at")]
    assert names == ["reports_assess", "report_assess", "report_assess"]


def test_chain_in_any_order_within_a_batch_ends_as_if_they_had_come_one_by_one(cast: Cast) -> None:
    one, two = (deliverer(cast.an, cast.binh) for _ in range(2))
    for phone, together in ((one, True), (two, False)):
        sealed = [phone.phone.seal(), phone.phone.seal(), phone.phone.seal(previous="1" * 64), phone.phone.seal()]
        reused = phone.phone.seal(sequence=2, previous="2" * 64)
        late = [sealed[3], sealed[2], reused, sealed[1], sealed[0]]
        if together:
            phone.put(sealed[3])
            assert [result["status"] for result in batch(phone, *late)] == [200, 201, 201, 201, 201]
        else:
            assert [phone.put(each).status_code for each in late] == [201] * 5
    flags = [
        {
            row.sequence * 10 + (row.previous == "2" * 64): row.flags
            for row in Report.objects.filter(device=phone.device)
        }
        for phone in (one, two)
    ]
    assert flags[0] == flags[1]
    assert flags[0][30] == ["chain_broken"]
    assert flags[0][40] == []
    assert list(verify()) == []


def test_correction_before_and_behind_what_it_corrects_in_one_batch(phone: Deliverer, cast: Cast) -> None:
    first = phone.phone.seal()
    correction = phone.phone.seal(supersedes=first.manifest.id)
    unknown = phone.phone.seal(supersedes=UUID(int=9))
    results = batch(phone, correction, first, unknown)
    assert [result["receipt"]["flags"] for result in results] == [["supersedes_unknown"], [], ["supersedes_unknown"]]
    later = phone.phone.seal(supersedes=first.manifest.id)
    assert batch(phone, later, phone.phone.seal())[0]["receipt"]["flags"] == []
    review(later.manifest.id, cast.binh)
    assert Report.objects.get(id=first.manifest.id).superseded_by_id == later.manifest.id


def test_what_is_accepted_already_supersedes_what_arrives_behind_it_in_a_batch(phone: Deliverer, cast: Cast) -> None:
    first = phone.phone.seal()
    correction = phone.phone.seal(supersedes=first.manifest.id)
    phone.put(correction)
    review(correction.manifest.id, cast.binh)
    states = [result["receipt"]["state"] for result in batch(phone, first, phone.phone.seal())]
    assert states == ["superseded", "received"]
    assert Report.objects.get(id=first.manifest.id).superseded_by_id == correction.manifest.id


def test_same_id_with_two_manifests_in_a_batch_files_the_first_and_keeps_the_other(phone: Deliverer) -> None:
    first = phone.phone.seal()
    other = phone.phone.seal(id=first.manifest.id, facts=transport_facts(statement="khác"))
    results = batch(phone, first, other, first)
    assert [result["status"] for result in results] == [201, 409, 200]
    assert results[0]["receipt"]["number"] == results[2]["receipt"]["number"]
    assert QuarantinedEnvelope.objects.get().code == "report_differs"


def test_receipts_of_a_batch_are_those_that_can_be_asked_for_afterwards(phone: Deliverer) -> None:
    here = phone.phone.seal(files=[b"lies here already"])
    phone.put(here)
    files_of = [phone.phone.seal(files=[b"one", b"two"]), phone.phone.seal()]
    results = batch(phone, here, *files_of)
    for sealed, result in zip((here, *files_of), results, strict=True):
        later = receipt_of(phone.api, sealed)
        changing = ("signature", "audit_head")
        assert {k: v for k, v in result["receipt"].items() if k not in changing} == {
            k: v for k, v in later.items() if k not in changing
        }
        assert Event.objects.filter(hash=result["receipt"]["audit_head"]).exists()


def test_one_that_fails_unforeseen_is_said_so_and_holds_up_no_other(
    phone: Deliverer, monkeypatch: pytest.MonkeyPatch
) -> None:
    good, bad, last = (phone.phone.seal(files=[b"one"]) for _ in range(3))
    drawn = receiving.drawn_rows

    def fails(report: Report, *args: Any) -> Any:
        if report.id == bad.manifest.id:
            raise ZeroDivisionError("bí mật trong phiếu")
        return drawn(report, *args)

    before = rows()
    with monkeypatch.context() as patched:
        patched.setattr(receiving, "drawn_rows", fails)
        results = batch(phone, good, bad, last)
    assert [result["status"] for result in results] == [201, 500, 201]
    assert results[1]["problem"]["code"] == "server_error"
    assert "bí mật" not in str(results)
    assert grown(before)["Report"] == 2
    assert grown(before)["SealedBytes"] == 2
    assert not Evidence.objects.filter(report_id=bad.manifest.id).exists()
    assert [result["status"] for result in batch(phone, good, bad, last)] == [200, 201, 200]
    assert {row.sequence: row.flags for row in Report.objects.all() if row.flags} == {}
    assert list(verify()) == []


@pytest.mark.parametrize("where", ["record_many", "insert_together", "reports_assess"])
def test_a_batch_that_dies_before_its_end_leaves_nothing_of_any_report(
    phone: Deliverer, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    """What is done before the commit goes with it, wherever it stops."""
    sealed = [phone.phone.seal(files=[b"one"]) for _ in range(3)]
    receipt_of_key = phone.api.get("/api/v1/hello/?nonce=12345678")  # makes the server's key, an event of its own
    assert receipt_of_key.status_code == 200
    before, head = rows(), head_hash()

    def dies(*_: Any, **__: Any) -> None:
        raise MemoryError

    whose: dict[str, tuple[object, object]] = {
        "record_many": (receiving.audit, dies),
        "insert_together": (receiving, dies),
        "reports_assess": (receiving, _Dying()),
    }
    with monkeypatch.context() as patched:
        patched.setattr(whose[where][0], where, whose[where][1])
        patched.setattr(filing, "report_receive", dies)
        assert [result["status"] for result in batch(phone, *sealed)] == [500] * 3
    assert grown(before) == {}
    assert head_hash() == head
    assert [result["status"] for result in batch(phone, *sealed)] == [201] * 3


class _Dying:
    def enqueue(self, _: Any) -> None:
        raise MemoryError


def test_batch_is_opened_in_pieces_so_that_memory_does_not_grow_with_it(
    phone: Deliverer, monkeypatch: pytest.MonkeyPatch
) -> None:
    sealed = [phone.phone.seal(facts=transport_facts(statement="x" * 20_000)) for _ in range(7)]
    tiny = [phone.phone.seal() for _ in range(3)]
    size = len(as_bytes(envelope_json(sealed[0])))
    seen: list[int] = []
    really = services.envelopes_file

    def counted(values: Sequence[Any], **rest: Any) -> Any:
        seen.append(len(values))
        return really(values, **rest)

    monkeypatch.setattr(services, "envelopes_file", counted)
    monkeypatch.setattr(services, "BATCH_PIECE", 2 * size + 1000)
    results = batch(phone, *sealed, *tiny)
    assert [result["status"] for result in results] == [201] * 10
    assert [result["id"] for result in results] == [str(one.manifest.id) for one in (*sealed, *tiny)]
    assert seen == [2, 2, 2, 1 + len(tiny)]
    assert {row.sequence: row.flags for row in Report.objects.all() if row.flags} == {}


def test_reports_of_several_phones_relayed_in_one_batch(phone: Deliverer, cast: Cast) -> None:
    other, _, _ = enrol(cast.binh, cast.em, SealingPhone(officer=cast.binh.id, unit=cast.division.id))
    stranger = SealingPhone(officer=cast.an.id, unit=cast.team.id)
    switched = other.seal(officer=cast.an.id, unit=cast.team.id)  # enrolled, but on the other phone
    nobody = other.seal(officer=UUID(int=5))
    results = batch(phone, phone.phone.seal(), other.seal(sequence=1, previous=None), switched, stranger.seal(), nobody)
    assert [result["status"] for result in results] == [201, 201, 201, 422, 422]
    flags = [set(result["receipt"]["flags"]) for result in results[:3]]
    assert [one - {"chain_broken", "sequence_gap", "sequence_reused"} for one in flags] == [
        set(),
        {"relayed"},
        {"relayed", "officer_switched"},
    ]
    assert [result["problem"]["code"] for result in results[3:]] == ["device_unknown", "report_invalid"]


def test_parts_and_counting_rows_of_each_go_to_each(phone: Deliverer) -> None:
    sealed = [phone.phone.seal(facts=transport_facts(vehicles=(vehicle(mark=f"87C-123.4{i}"),))) for i in range(4)]
    batch(phone, *sealed)
    for i, one in enumerate(sealed):
        assert SeenVehicle.objects.get(report=one.manifest.id).mark == f"87C-123.4{i}"
        assert bytes(SealedBytes.objects.get(report=one.manifest.id).manifest) == one.envelope.manifest


def test_a_report_that_cannot_be_assessed_with_others_gets_a_task_of_its_own(
    phone: Deliverer, settings: LazySettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": ["default"]}}
    papers = [document(number=f"0000012{i}") for i in range(3)]  # shared ones would bring tasks of their own
    sealed = [phone.phone.seal(facts=transport_facts(loads=(load(documents=(paper,)),))) for paper in papers]
    batch(phone, *sealed)
    ids = [str(one.manifest.id) for one in sealed]
    really = assessing._assess

    def fails(reports: Sequence[UUID], *rest: Any) -> int:
        if ids[1] in map(str, reports):
            raise ZeroDivisionError
        return really(reports, *rest)

    monkeypatch.setattr(assessing, "_assess", fails)
    assert assessing.reports_assess.call(ids) > 0
    assert [Finding.objects.filter(report=one).exists() for one in ids] == [True, False, True]
    waiting = DBTaskResult.objects.filter(task_path__endswith=".report_assess")
    assert [row.args_kwargs["args"] for row in waiting] == [[ids[1]]]


@pytest.mark.usefixtures("_queue")
def test_assessed_together_or_alone_it_is_the_same(phone: Deliverer, monkeypatch: pytest.MonkeyPatch) -> None:
    papers = [document(number=f"0000012{i % 4}") for i in range(12)]  # some are used three times
    sealed = [phone.phone.seal(facts=transport_facts(loads=(load(documents=(paper,)),))) for paper in papers]
    batch(phone, *sealed)
    ids = [str(one.manifest.id) for one in sealed]

    def found() -> list[tuple[Any, ...]]:
        names = ("report_id", "rule", "about", "revision", "answer", "reasons", "numbers")
        return sorted(Finding.objects.values_list(*names), key=str)

    for one in ids:
        assessing.report_assess.call(one)
    alone = found()
    assert len(alone) >= 12
    assert Event.objects.filter(action="report:assessed").count() == 12
    Finding.objects.all().delete()
    monkeypatch.setattr(assessing, "TOGETHER", 5)
    queries = queries_of(lambda: assessing.reports_assess.call(ids))
    assert found() == alone
    assert Event.objects.filter(action="report:assessed").count() == 24
    assert sum("UPDATE audit_chainhead" in one for one in queries) == 3
    assert list(verify()) == []


@on_postgresql
@pytest.mark.django_db(transaction=True)
def test_batches_with_the_same_reports_in_other_orders_at_once_neither_double_nor_deadlock() -> None:
    cast = make_cast()
    phones = [deliverer(cast.an, cast.binh) for _ in range(3)]

    def delivering(bodies: list[Any], phone: Deliverer) -> Callable[[], list[dict[str, Any]]]:
        delivery, now = services.Delivery(phone.device, None), timezone.now()
        return lambda: services.batch_receive(envelopes=bodies, delivery=delivery, now=now, language="vi")

    for _ in range(3):
        sealed = [one.phone.seal(files=[b"x"]) for one in phones for _ in range(4)]
        bodies = [envelope_json(one) for one in sealed]
        orders = (bodies, bodies[::-1], bodies[5:] + bodies[:5])
        answers = at_once(*(delivering(some, phone) for some, phone in zip(orders, phones, strict=True)))
        statuses = sorted(result["status"] for results in answers for result in results)
        assert statuses == [200] * 24 + [201] * 12
    assert Report.objects.count() == 36
    assert {row.sequence: row.flags for row in Report.objects.all() if set(row.flags) - {"relayed"}} == {}
    assert list(verify()) == []
