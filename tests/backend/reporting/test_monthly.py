"""Tables B01 and B02 of a month, against examples worked by hand."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from backend.accounts import services as accounts
from backend.inspections.models import MeasuredQuantity, Report
from shared.wire.v1.records import Basis, BasisKind, Mode, SubjectKind, SubjectRole, VehicleKind
from shared.workflow.states import Role
from tests.backend.conftest import Cast, Deliverer, deliverer, officer, review
from tests.backend.reporting.conftest import at, facts_of, monthly, quantity, tables
from tests.factories.reports import assessment, load, subject, vehicle

FEBRUARY = at("2026-02-10T03:00:00+00:00")
NOTHING = {
    "inspections": 0,
    "subjects": 0,
    "road_vehicles": 0,
    "vessels": 0,
    "with_violation": 0,
    "without_violation": 0,
}


def counted(phone: Deliverer, by: Any, *codes: str, started: datetime = FEBRUARY, **facts: Any) -> UUID:
    """An accepted report with these observations."""
    opinion = assessment(*codes) if codes else None
    return phone.file_accepted(by, facts=facts_of(started=started, **facts), assessment=opinion)


@pytest.fixture
def binh(cast: Cast, as_: Callable[..., APIClient]) -> APIClient:
    return as_(cast.binh)


# --- what is asked for


def test_month_without_reports_is_all_zeros(binh: APIClient) -> None:
    body = monthly(binh, "2026-02").json()
    assert {name: body[name] for name in ("month", "state", "snapshot", "restatements")} == {
        "month": "2026-02",
        "state": "open",
        "snapshot": None,
        "restatements": [],
    }
    assert (body["tables"]["B01"]["rows"], body["tables"]["B01"]["total"]) == ([], NOTHING)
    b02 = body["tables"]["B02"]
    assert (b02["rows"], b02["total"]) == ([], {"observations": 0, "reports": 0, "quantities": []})


@pytest.mark.parametrize(
    "month",
    [
        "",
        "2026",
        "2026-13",
        "2026-00",
        "2026-1",
        "26-01",
        "2026-01-01",
        "2026/01",
        "２０２６-01",
        " 2026-01",
        "9999-12",
        "0001-01",
    ],
)
def test_month_that_is_none_is_refused_with_its_place(month: str, binh: APIClient) -> None:
    answer = monthly(binh, month)
    assert (answer.status_code, answer.json()["code"]) == (400, "request_invalid")
    assert [(error["path"], error["code"]) for error in answer.json()["errors"]] == [("month", "value")]


def test_month_missing_is_refused_with_its_place(binh: APIClient) -> None:
    answer = binh.get("/api/v1/statistics/monthly/")
    assert [(error["path"], error["code"]) for error in answer.json()["errors"]] == [("month", "missing")]


def test_rules_are_printed_in_both_languages(cast: Cast, as_: Callable[..., APIClient]) -> None:
    vi = tables(as_(cast.binh, **{"Accept-Language": "vi"}), "2026-02")
    en = tables(as_(cast.binh, **{"Accept-Language": "en"}), "2026-02")
    assert (vi["B01"]["title"], en["B01"]["title"]) == ("Kết quả kiểm tra", "Checks")
    assert (vi["B02"]["title"], en["B02"]["title"]) == ("Hành vi ghi nhận", "Observations")
    for table, words in (("B01", ("giờ Việt Nam", "Vietnam time")), ("B02", ("hai mã", "two codes"))):
        assert words[0] in vi[table]["rule"]
        assert words[1] in en[table]["rule"]


@pytest.mark.parametrize("unit", ["x", "5", "{}"])
def test_unit_that_is_no_id_is_refused_with_its_place(unit: str, binh: APIClient) -> None:
    answer = monthly(binh, "2026-02", unit=unit)
    assert [(error["path"], error["code"]) for error in answer.json()["errors"]] == [("unit", "value")]


def test_unit_out_of_scope_is_answered_as_one_that_never_was(cast: Cast, binh: APIClient) -> None:
    answers = [monthly(binh, "2026-02", unit=unit) for unit in (cast.market_team.id, cast.office.id, uuid4())]
    assert {(answer.status_code, answer.content) for answer in answers} == {(404, answers[0].content)}


# --- which reports count, and when


def test_report_counts_once_accepted_and_no_longer_once_replaced(cast: Cast, phone: Deliverer, binh: APIClient) -> None:
    def total() -> tuple[int, int]:
        found = tables(binh, "2026-02")
        return found["B01"]["total"]["inspections"], found["B02"]["total"]["observations"]

    facts = facts_of(started=FEBRUARY)
    report = phone.file(facts=facts, assessment=assessment("VC-01"))
    assert total() == (0, 0)
    review(report, cast.binh)
    assert total() == (1, 1)
    newer = phone.file(facts=facts, assessment=assessment("VC-01", "VC-02"), supersedes=report)
    assert total() == (1, 1)
    review(newer, cast.binh)
    assert total() == (1, 2)


@pytest.mark.parametrize("verdict", [None, "returned", "rejected"])
def test_report_that_is_not_accepted_does_not_count(
    verdict: str | None, cast: Cast, phone: Deliverer, binh: APIClient
) -> None:
    report = phone.file(facts=facts_of(started=FEBRUARY), assessment=assessment("VC-01"))
    if verdict:
        review(report, cast.binh, verdict)
    assert tables(binh, "2026-02")["B01"]["total"] == NOTHING
    assert tables(binh, "2026-02")["B02"]["rows"] == []


@pytest.mark.parametrize(
    ("started", "month"),
    [
        ("2026-01-31T16:59:59.999+00:00", "2026-01"),
        ("2026-01-31T17:00:00+00:00", "2026-02"),
        ("2026-02-01T00:00:00+07:00", "2026-02"),
        ("2026-02-28T16:59:59.999+00:00", "2026-02"),
        ("2026-02-28T17:00:00+00:00", "2026-03"),
        ("2025-12-31T17:00:00+00:00", "2026-01"),
        ("2024-02-29T16:00:00+00:00", "2024-02"),
    ],
)
def test_month_is_vietnams(started: str, month: str, cast: Cast, phone: Deliverer, binh: APIClient) -> None:
    counted(phone, cast.binh, "VC-01", started=at(started))
    for asked in ("2025-12", "2026-01", "2026-02", "2026-03", "2024-02", "2024-03"):
        found = tables(binh, asked)
        expected = 1 if asked == month else 0
        assert found["B01"]["total"]["inspections"] == expected, asked
        assert found["B02"]["total"]["observations"] == expected, asked


# --- B01


def test_inspection_of_several_reports_counts_once_with_the_earliest_reports_mode_and_basis(
    cast: Cast, phone: Deliverer, binh: APIClient
) -> None:
    check = uuid4()
    later = at("2026-02-10T05:00:00+00:00")
    counted(phone, cast.binh, inspection=check, started=later, mode=Mode.PLANNED, basis=BasisKind.PLAN)
    counted(phone, cast.binh, inspection=check, mode=Mode.UNANNOUNCED, basis=BasisKind.TIP)
    counted(phone, cast.binh, mode=Mode.PLANNED, basis=BasisKind.PLAN)
    rows = tables(binh, "2026-02")["B01"]["rows"]
    assert [(row["mode"], row["basis"], row["inspections"]) for row in rows] == [
        ("planned", "plan", 1),
        ("unannounced", "tip", 1),
    ]


def test_inspection_over_the_months_end_counts_whole_where_it_began(
    cast: Cast, phone: Deliverer, binh: APIClient
) -> None:
    check = uuid4()
    lorry = {"vehicles": (vehicle(),), "inspection": check}
    counted(phone, cast.binh, "KV-00", started=at("2026-01-31T16:30:00+00:00"), **lorry)
    counted(phone, cast.binh, "VC-01", started=at("2026-01-31T17:30:00+00:00"), **lorry)
    january, february = tables(binh, "2026-01"), tables(binh, "2026-02")
    assert january["B01"]["total"] == {**NOTHING, "inspections": 1, "road_vehicles": 2, "with_violation": 1}
    assert (february["B01"]["rows"], february["B01"]["total"]) == ([], NOTHING)
    # An observation stands in the month of its own report.
    assert [row["code"] for row in january["B02"]["rows"]] == ["KV-00"]
    assert [row["code"] for row in february["B02"]["rows"]] == ["VC-01"]


def test_inspection_moves_to_the_next_month_when_its_first_report_is_rejected(
    cast: Cast, phone: Deliverer, binh: APIClient
) -> None:
    check = uuid4()
    early = phone.file(facts=facts_of(started=at("2026-01-31T16:30:00+00:00"), inspection=check))
    counted(phone, cast.binh, inspection=check, started=at("2026-01-31T17:30:00+00:00"))
    review(early, cast.binh, "rejected")
    inspections = [tables(binh, month)["B01"]["total"]["inspections"] for month in ("2026-01", "2026-02")]
    assert inspections == [0, 1]


def test_inspection_of_two_units_over_the_months_end_is_of_one_month_for_both(
    cast: Cast, phone: Deliverer, as_: Callable[..., APIClient]
) -> None:
    check = uuid4()
    aside = accounts.unit_create(agency=cast.department, name="Phòng khác", parent=cast.office)
    other = deliverer(officer("sang", aside, Role.INSPECTOR), cast.cuong)
    counted(phone, cast.binh, started=at("2026-01-31T16:30:00+00:00"), inspection=check, mode=Mode.PLANNED)
    counted(other, cast.cuong, started=at("2026-01-31T17:30:00+00:00"), inspection=check)
    for api, query in (
        (as_(cast.cuong), {}),
        (as_(cast.cuong), {"unit": aside.id}),
        (as_(cast.cuong), {"unit": cast.team.id}),
        (as_(officer("trưởng", aside, Role.SUPERVISOR)), {}),
    ):
        rows = tables(api, "2026-01", **query)["B01"]["rows"]
        assert [(row["mode"], row["inspections"]) for row in rows] == [("planned", 1)], query
        assert tables(api, "2026-02", **query)["B01"]["rows"] == [], query


def test_inspection_shared_with_another_agency_counts_for_each_by_itself(
    cast: Cast, phone: Deliverer, as_: Callable[..., APIClient]
) -> None:
    check = uuid4()
    minh = deliverer(officer("minh", cast.market_team, Role.INSPECTOR), cast.chi)
    counted(minh, cast.chi, started=at("2026-01-20T00:00:00+00:00"), inspection=check)
    counted(phone, cast.binh, inspection=check)
    for who, expected in ((cast.binh, [0, 1]), (cast.chi, [1, 0])):
        api = as_(who)
        assert [tables(api, month)["B01"]["total"]["inspections"] for month in ("2026-01", "2026-02")] == expected


def test_subjects_count_once_an_inspection_and_witnesses_and_representatives_not(
    cast: Cast, phone: Deliverer, binh: APIClient
) -> None:
    check = uuid4()
    first = (
        subject(id="s1", display_name="Lê Văn Tài"),
        subject(id="s2", display_name="Cát Bãi Giữa", kind=SubjectKind.ORGANISATION, tax_code="0100000000"),
        subject(id="s3", display_name=None, kind=SubjectKind.UNKNOWN),
        subject(id="s4", display_name="Người xem", role=SubjectRole.WITNESS),
        subject(id="s5", display_name="Người thay", role=SubjectRole.REPRESENTATIVE),
    )
    second = (
        subject(id="s1", display_name="lê  văn TÀI", role=SubjectRole.VEHICLE_OWNER),
        subject(id="s2", display_name="Công ty Bãi Giữa", kind=SubjectKind.ORGANISATION, tax_code="0100000000"),
        subject(id="s3", display_name=None, kind=SubjectKind.UNKNOWN),
    )
    counted(phone, cast.binh, inspection=check, subjects=first)
    counted(phone, cast.binh, inspection=check, subjects=second)
    # Tài and the company once; each of the two nobody knew.
    assert tables(binh, "2026-02")["B01"]["total"]["subjects"] == 4
    counted(phone, cast.binh, subjects=first[:2])
    assert tables(binh, "2026-02")["B01"]["total"]["subjects"] == 6


def test_vehicles_count_at_every_stop_by_road_and_by_water(cast: Cast, phone: Deliverer, binh: APIClient) -> None:
    check = uuid4()
    lorry, ship = vehicle(), vehicle(id="v2", kind=VehicleKind.VESSEL, mark=None)
    counted(phone, cast.binh, inspection=check, vehicles=(lorry, ship))
    counted(phone, cast.binh, inspection=check, vehicles=(lorry,))
    total = tables(binh, "2026-02")["B01"]["total"]
    assert (total["road_vehicles"], total["vessels"], total["inspections"]) == (2, 1, 1)


def test_inspection_has_a_violation_with_any_observation_but_kv_00(
    cast: Cast, phone: Deliverer, binh: APIClient
) -> None:
    counted(phone, cast.binh)
    counted(phone, cast.binh, "KV-00")
    counted(phone, cast.binh, "KV-00", "VC-01")
    mixed = uuid4()
    counted(phone, cast.binh, "KV-00", inspection=mixed)
    counted(phone, cast.binh, "KT-01", inspection=mixed)
    total = tables(binh, "2026-02")["B01"]["total"]
    assert (total["inspections"], total["with_violation"], total["without_violation"]) == (4, 2, 2)


# --- B02


def test_observations_by_code_with_quantities_of_the_reports_that_have_the_code(
    cast: Cast, phone: Deliverer, binh: APIClient
) -> None:
    heap = [
        quantity(10.5),
        quantity(2.0, basis=Basis.IN_PLACE),
        quantity(1.5, "t"),
        quantity(700, "kg"),
        quantity(7, "m"),
    ]
    counted(phone, cast.binh, "VC-01", "VC-02", measurements=heap)
    counted(phone, cast.binh, "VC-01", measurements=[quantity(4.5)])
    counted(phone, cast.binh, measurements=[quantity(100)])  # observed nothing: in no row, in no total
    loose, in_place = ("volume", "m3", "loose"), ("volume", "m3", "in_place")
    kilos, tonnes = ("mass", "kg", "weight"), ("mass", "t", "weight")
    b02 = tables(binh, "2026-02")["B02"]

    def shown(row: dict[str, Any]) -> dict[tuple[str, str, str], str]:
        return {(q["kind"], q["unit"], q["basis"]): q["value"] for q in row["quantities"]}

    assert [(row["code"], row["observations"], row["reports"]) for row in b02["rows"]] == [
        ("VC-01", 2, 2),
        ("VC-02", 1, 1),
    ]
    rows = {row["code"]: shown(row) for row in b02["rows"]}
    assert rows["VC-01"] == {loose: "15", in_place: "2", kilos: "700", tonnes: "1.5"}
    assert rows["VC-02"] == {loose: "10.5", in_place: "2", kilos: "700", tonnes: "1.5"}
    assert (b02["total"]["observations"], b02["total"]["reports"]) == (3, 2)
    assert shown(b02["total"]) == rows["VC-01"]


def test_quantities_of_loads_count_too(cast: Cast, phone: Deliverer, binh: APIClient) -> None:
    lorry = {"vehicles": (vehicle(),), "subjects": (subject(),), "loads": (load(measurements=(quantity(12),)),)}
    counted(phone, cast.binh, "VC-01", measurements=[quantity(1)], **lorry)
    assert tables(binh, "2026-02")["B02"]["total"]["quantities"] == [
        {"kind": "volume", "unit": "m3", "basis": "loose", "value": "13"}
    ]


@pytest.mark.parametrize(
    ("values", "total"),
    [
        ([0.1, 0.2], "0.3"),
        ([0.1] * 1000, "100"),
        ([493.5, 1410.35, 0.05], "1903.9"),
        ([12345678.901, 0.001], "12345678.902"),
        ([100.0, 0.0], "100"),
        ([0.0], "0"),
        ([0.000001] * 3, "0.000003"),
        ([1e11, 0.1, 0.2], "100000000000.3"),
    ],
)
def test_sums_are_decimal(values: list[float], total: str, cast: Cast, phone: Deliverer, binh: APIClient) -> None:
    counted(phone, cast.binh, "VC-01", measurements=[quantity(value) for value in values])
    b02 = tables(binh, "2026-02")["B02"]
    assert b02["rows"][0]["quantities"][0]["value"] == b02["total"]["quantities"][0]["value"] == total


# --- whose reports


def test_unit_narrows_to_itself_and_the_units_below(
    cast: Cast, phone: Deliverer, as_: Callable[..., APIClient]
) -> None:
    desk = deliverer(officer("khang", cast.division, Role.INSPECTOR), cast.binh)
    aside = accounts.unit_create(agency=cast.department, name="Phòng khác", parent=cast.office)
    sang = deliverer(officer("sang", aside, Role.INSPECTOR), cast.cuong)
    for source, by in ((phone, cast.binh), (desk, cast.binh), (sang, cast.cuong)):
        counted(source, by, "VC-01")

    def inspections(who: Any, **query: Any) -> tuple[int, int]:
        found = tables(as_(who), "2026-02", **query)
        return found["B01"]["total"]["inspections"], found["B02"]["total"]["observations"]

    assert inspections(cast.cuong) == inspections(cast.dung) == (3, 3)
    assert inspections(cast.binh) == inspections(cast.cuong, unit=cast.division.id) == (2, 2)
    assert inspections(cast.binh, unit=cast.team.id) == inspections(cast.cuong, unit=cast.team.id) == (1, 1)
    assert inspections(cast.cuong, unit=aside.id) == (1, 1)
    assert inspections(cast.cuong, unit=cast.office.id) == (3, 3)
    assert inspections(cast.chi) == (0, 0)


def test_supervisor_who_also_inspects_does_not_count_own_reports_of_another_unit(
    cast: Cast, phone: Deliverer, as_: Callable[..., APIClient]
) -> None:
    counted(phone, cast.binh, "VC-01")
    aside = accounts.unit_create(agency=cast.department, name="Phòng khác", parent=cast.office)
    cast.an.role_rows.create(role=Role.SUPERVISOR.value)
    type(cast.an).objects.filter(id=cast.an.id).update(unit=aside)
    assert tables(as_(type(cast.an).objects.get(id=cast.an.id)), "2026-02")["B01"]["total"] == NOTHING


def test_figures_take_as_many_queries_for_twenty_reports_as_for_two(
    cast: Cast, phone: Deliverer, binh: APIClient
) -> None:
    def asked(more: int) -> int:
        for i in range(more):
            counted(phone, cast.binh, "VC-01", f"KT-{i:02d}", vehicles=(vehicle(),), measurements=[quantity(1)])
        with CaptureQueriesContext(connection) as queries:
            assert tables(binh, "2026-02")["B01"]["total"]["inspections"] == Report.objects.count()
        return len(queries)

    assert asked(2) == asked(18) < 20
    assert MeasuredQuantity.objects.count() == 20
