"""Rows inserted in one go come back as the ORM's own would."""

from datetime import UTC, datetime
from decimal import Decimal
from uuid import UUID

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from backend.audit.models import Event
from backend.common import inserting
from backend.common.inserting import insert_rows, insert_together
from backend.inspections.models import Evidence, MeasuredQuantity, Report, SealedBytes
from tests.backend.conftest import Cast, Deliverer

NOW = datetime(2026, 11, 20, 2, 0, 0, 123000, tzinfo=UTC)


def event(index: int) -> Event:
    return Event(index=index, at=NOW, actor="ai", action="thử", subject="s:1", data="{}", previous="", hash=str(index))


def report(phone: Deliverer, id_: int) -> Report:
    """Every kind of column that a report has, empty ones too."""
    return Report(
        id=UUID(int=id_),
        number=None,
        kind="transport",
        device=phone.device,
        officer_id=phone.phone.officer,
        unit_id=phone.phone.unit,
        sequence=id_,
        previous=None,
        manifest_sha256="a" * 64,
        flags=["sequence_gap", 'q"\\%s'],
        sealed_at=NOW,
        received_at=NOW,
        started_at=NOW,
        finished_at=None,
        inspection=UUID(int=7),
        inspection_mode="planned",
        inspection_basis="tip",
        inter_agency=True,
        commune="00001",
        place="Bãi Giữa; -- 'đ' %s %% \\",
        lat=21.123456789012345,
        lon=-1e-7,
    )


def values(row: Report | SealedBytes | MeasuredQuantity | Evidence, *, but: str = "id") -> dict[str, object]:
    names = [field.attname for field in row._meta.concrete_fields if field.attname != but]
    fresh = type(row)._default_manager.get(pk=row.pk) if row.pk else type(row)._default_manager.get()
    return {name: getattr(fresh, name) for name in names}


def test_rows_are_as_bulk_create_makes_them(cast: Cast, phone: Deliverer) -> None:
    ours, theirs = report(phone, 1), report(phone, 2)
    insert_rows([ours])
    Report.objects.bulk_create([theirs])
    different = {name for name, value in values(ours).items() if value != values(theirs)[name]}
    assert different == {"sequence"}
    assert (ours._state.adding, ours._state.db) == (False, "default")
    assert values(ours)["flags"] == ["sequence_gap", 'q"\\%s']
    assert values(ours)["place"] == "Bãi Giữa; -- 'đ' %s %% \\"


def test_several_models_go_together_with_what_follows(cast: Cast, phone: Deliverer) -> None:
    one = report(phone, 1)
    raw = SealedBytes(report_id=one.id, manifest=b"\x00%s;'\xff", signature=b"", key="k", facts=b"{}", assessment=None)
    amount = MeasuredQuantity(report_id=one.id, kind="volume", unit="m3", basis="", value=Decimal("12.500000"))
    move = f"UPDATE {Report._meta.db_table} SET place = %s"  # noqa: S608 - a table's name
    with transaction.atomic(), CaptureQueriesContext(connection) as queries:
        insert_together([raw], [], [amount], [one], then=[(move, ["50 %s;"])])
    assert len(queries) == (1 if connection.vendor == "postgresql" else 4)
    kept = SealedBytes.objects.get(report=one.id)
    assert (bytes(kept.manifest), bytes(kept.signature), kept.assessment) == (b"\x00%s;'\xff", b"", None)
    assert MeasuredQuantity.objects.get().value == Decimal("12.5")
    assert Report.objects.get().place == "50 %s;"


def test_what_the_database_refuses_leaves_nothing_of_the_others(cast: Cast, phone: Deliverer) -> None:
    insert_rows([report(phone, 1)])
    with pytest.raises(IntegrityError), transaction.atomic():
        insert_together([event(10**6)], [report(phone, 1)])
    assert not Event.objects.filter(index=10**6).exists()


def test_more_rows_than_a_statement_takes_are_all_written(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inserting, "MOST_VALUES", 3 * 8)
    first = (Event.objects.count() and Event.objects.latest("index").index) + 1
    insert_rows([event(index) for index in range(first, first + 10)])
    assert Event.objects.filter(index__gte=first).count() == 10
