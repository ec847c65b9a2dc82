"""The month, for those who answer for it."""

from typing import Any, ClassVar
from uuid import UUID

from drf_spectacular.utils import OpenApiParameter, extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from backend.accounts.authentication import officer_of
from backend.accounts.permissions import OFFICE_READERS
from backend.accounts.scoping import scope_of
from backend.accounts.selectors import unit_in
from backend.common.languages import language
from backend.reporting import selectors
from shared.clock import Month
from shared.problems import FieldError, Problem


class QuantityOutput(serializers.Serializer[Any]):
    kind = serializers.CharField()
    unit = serializers.CharField()
    basis = serializers.CharField()
    value = serializers.CharField(help_text="decimal")


class CheckCounts(serializers.Serializer[Any]):
    inspections = serializers.IntegerField()
    subjects = serializers.IntegerField()
    road_vehicles = serializers.IntegerField()
    vessels = serializers.IntegerField()
    with_violation = serializers.IntegerField()
    without_violation = serializers.IntegerField()


class CheckRow(CheckCounts):
    mode = serializers.CharField()
    basis = serializers.CharField()


class ObservationCounts(serializers.Serializer[Any]):
    observations = serializers.IntegerField()
    reports = serializers.IntegerField()
    quantities = QuantityOutput(many=True)


class ObservationRow(ObservationCounts):
    code = serializers.CharField()


class ChecksTable(serializers.Serializer[Any]):
    title = serializers.CharField()
    rule = serializers.CharField()
    rows = CheckRow(many=True)
    total = CheckCounts()


class ObservationsTable(serializers.Serializer[Any]):
    title = serializers.CharField()
    rule = serializers.CharField()
    rows = ObservationRow(many=True)
    total = ObservationCounts()


class MonthlyOutput(serializers.Serializer[Any]):
    month = serializers.CharField()
    state = serializers.ChoiceField(choices=["open"])
    snapshot = serializers.UUIDField(allow_null=True)
    restatements = serializers.ListField(child=serializers.JSONField())
    tables = inline_serializer("MonthlyTables", {"B01": ChecksTable(), "B02": ObservationsTable()})


class MonthlyApi(APIView):
    """Số liệu tháng trong phạm vi của người xem / the month's figures within the reader's scope."""

    roles: ClassVar = {"GET": OFFICE_READERS}

    @extend_schema(
        parameters=[
            OpenApiParameter("month", str, required=True, description="YYYY-MM"),
            OpenApiParameter("unit", UUID),
        ],
        responses=MonthlyOutput,
    )
    def get(self, request: Request) -> Response:
        scope = scope_of(officer_of(request))
        path = None
        if unit := request.query_params.get("unit"):
            path = unit_in(scope, _uuid(unit)).path
        month = _month(request.query_params.get("month"))
        return Response(selectors.monthly(scope, month, unit_path=path, language=language()))


def _month(text: str | None) -> Month:
    if text is None:
        raise Problem("request_invalid", errors=(FieldError("month", "missing"),))
    try:
        return Month.parse(text)
    except ValueError as error:
        raise Problem("request_invalid", errors=(FieldError("month", "value", {"expected": "2026-01"}),)) from error


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise Problem("request_invalid", errors=(FieldError("unit", "value", {"expected": "UUID"}),)) from error
