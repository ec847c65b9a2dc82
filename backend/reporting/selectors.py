"""The month's figures. Every table carries the rule it was counted by."""

from collections import defaultdict
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, QuerySet, Sum

from backend.accounts.scoping import Scope
from backend.inspections.drawing import NOT_COUNTED
from backend.inspections.models import MeasuredQuantity, Report, SeenSubject, SeenVehicle, SeenViolation
from backend.inspections.selectors import counted_reports
from shared.clock import Month
from shared.problems import Text
from shared.wire.v1.messages import ReportState
from shared.wire.v1.records import VehicleKind

NO_VIOLATION = "KV-00"

B01_TITLE = Text("Kết quả kiểm tra", "Checks")
B01_RULE = Text(
    "Đếm số cuộc kiểm tra khác nhau của các phiếu đã chấp nhận, chưa bị thay thế; một cuộc thuộc tháng (giờ Việt Nam) "
    "của phiếu bắt đầu sớm nhất và mang hình thức, căn cứ của phiếu đó. Đối tượng: mỗi người hoặc tổ chức một lần "
    "trong một cuộc, không kể người chứng kiến và người đại diện. Phương tiện: mỗi lượt dừng. Có vi phạm: có ít nhất "
    "một hành vi khác KV-00.",
    "Distinct inspections of accepted, not superseded reports; an inspection belongs to the month (Vietnam time) of "
    "its earliest report by start and has that report's mode and basis. Subjects: once an inspection, witnesses and "
    "representatives left out. Vehicles: every stop. With violation: at least one observation other than KV-00.",
)
B02_TITLE = Text("Hành vi ghi nhận", "Observations")
B02_RULE = Text(
    "Đếm hành vi theo mã trong các phiếu đã chấp nhận, chưa bị thay thế, theo giờ bắt đầu. Khối lượng: tổng số đo thể "
    "tích và khối lượng của các phiếu có mã đó; phiếu có hai mã được tính ở cả hai dòng, dòng tổng chỉ tính một lần.",
    "Observations by code in accepted, not superseded reports, by start. Quantities: volumes and masses measured in "
    "the reports with that code; a report with two codes counts in both rows and once in the total.",
)


def monthly(scope: Scope, month: Month, *, unit_path: str | None, language: str) -> dict[str, Any]:
    """`{month, state, snapshot, restatements, tables}` for what `scope` may see, narrowed to a unit and those below."""
    reports = counted_reports(scope)
    if unit_path is not None:
        reports = reports.filter(unit__path__startswith=unit_path)
    return {
        "month": str(month),
        "state": "open",
        "snapshot": None,
        "restatements": [],
        "tables": {
            "B01": {"title": B01_TITLE.say(language), "rule": B01_RULE.say(language), **checks(reports, scope, month)},
            "B02": {
                "title": B02_TITLE.say(language),
                "rule": B02_RULE.say(language),
                **observations(reports.filter(started_at__gte=month.start, started_at__lt=month.end)),
            },
        },
    }


def checks(reports: QuerySet[Report], scope: Scope, month: Month) -> dict[str, Any]:
    """B01: `{rows: [{mode, basis, …counts}], total: {…counts}}`, rows by mode and basis.

    An inspection over midnight of the month's end counts whole in the month it began, and in no other. It began with
    the earliest report of the agency, whichever unit filed that: so a unit and its agency never differ in the month.
    """
    of_agency = Report.objects.filter(state=ReportState.ACCEPTED.value, unit__agency=scope.agency)
    begun_before = of_agency.filter(inspection=OuterRef("inspection"), started_at__lt=month.start)
    begun_now = of_agency.filter(started_at__gte=month.start, started_at__lt=month.end).exclude(Exists(begun_before))
    reports = reports.filter(inspection__in=begun_now.values("inspection"))
    shown = set(reports.values_list("inspection", flat=True))
    first: dict[UUID, tuple[str, str]] = {}
    rows = begun_now.order_by("started_at", "id").values_list("inspection", "inspection_mode", "inspection_basis")
    for inspection, mode, basis in rows.iterator():
        if inspection in shown:
            first.setdefault(inspection, (mode, basis))
    counts = {
        "subjects": _per_inspection(
            SeenSubject.objects.filter(report__in=reports).exclude(role__in=[role.value for role in NOT_COUNTED]),
            distinct="counted_as",
        ),
        "road_vehicles": _per_inspection(SeenVehicle.objects.filter(report__in=reports, kind=VehicleKind.ROAD.value)),
        "vessels": _per_inspection(SeenVehicle.objects.filter(report__in=reports, kind=VehicleKind.VESSEL.value)),
    }
    violating = set(
        SeenViolation.objects.filter(report__in=reports)
        .exclude(code=NO_VIOLATION)
        .values_list("report__inspection", flat=True)
        .distinct()
    )
    table: dict[tuple[str, str], dict[str, int]] = defaultdict(_no_checks)
    total = _no_checks()
    for inspection, key in first.items():
        for line in (table[key], total):
            line["inspections"] += 1
            line["with_violation" if inspection in violating else "without_violation"] += 1
            for name, by_inspection in counts.items():
                line[name] += by_inspection.get(inspection, 0)
    return {
        "rows": [{"mode": mode, "basis": basis, **table[mode, basis]} for mode, basis in sorted(table)],
        "total": total,
    }


def observations(reports: QuerySet[Report]) -> dict[str, Any]:
    """B02: `{rows: [{code, observations, reports, quantities: [{kind, unit, basis, value}]}], total}`, rows by code.

    Values are decimal text: a sum of cubic metres is not a float.
    """
    seen = SeenViolation.objects.filter(report__in=reports)
    measured: dict[str, list[dict[str, str]]] = defaultdict(list)
    # A report names a code once, so the join repeats no quantity within a code.
    quantities = MeasuredQuantity.objects.filter(report__in=reports, report__violations__isnull=False)
    code = "report__violations__code"
    for line in quantities.values(code, *_QUANTITY).annotate(total=Sum("value")).order_by(code, *_QUANTITY):
        measured[line[code]].append(_quantity(line))
    lines = seen.values("code").annotate(observations=Count("id"), reports=Count("report", distinct=True))
    rows = [{**line, "quantities": measured[line["code"]]} for line in lines.order_by("code")]
    total = {
        "observations": seen.count(),
        "reports": seen.aggregate(n=Count("report", distinct=True))["n"],
        "quantities": _summed(MeasuredQuantity.objects.filter(report__in=seen.values("report"))),
    }
    return {"rows": rows, "total": total}


def _no_checks() -> dict[str, int]:
    return dict.fromkeys(
        ("inspections", "subjects", "road_vehicles", "vessels", "with_violation", "without_violation"), 0
    )


def _per_inspection(rows: QuerySet[Any], distinct: str = "id") -> dict[UUID, int]:
    counted = rows.values("report__inspection").annotate(n=Count(distinct, distinct=True))
    return {line["report__inspection"]: line["n"] for line in counted}


_QUANTITY = ("kind", "unit", "basis")


def _summed(quantities: QuerySet[MeasuredQuantity]) -> list[dict[str, str]]:
    lines = quantities.values(*_QUANTITY).annotate(total=Sum("value")).order_by(*_QUANTITY)
    return [_quantity(line) for line in lines]


def _quantity(line: dict[str, Any]) -> dict[str, str]:
    return {**{name: line[name] for name in _QUANTITY}, "value": decimal_text(line["total"])}


def decimal_text(value: Decimal) -> str:
    """`493.5`, never `493.500000` nor `4.9E+2`. SQLite sums in floats; no value has more than six places, so what it is
    off by is cut away here."""
    text = f"{value:.6f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
