"""Where the office looks after what went wrong: gaps and quarantine."""

from typing import Any, ClassVar
from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import generics, serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from backend.accounts.authentication import (
    officer_of,
    read_clock,
)
from backend.accounts.permissions import DEVICE_READERS
from backend.accounts.scoping import Scope, scope_of
from backend.accounts.views import ScopedView
from backend.common.languages import language
from backend.sync import selectors, services
from backend.sync.apis.deliveries import PROBLEM, RECEIPT
from shared.workflow.states import Role


class GapOutput(serializers.Serializer[Any]):
    class Range(serializers.Serializer[Any]):
        first = serializers.IntegerField()
        last = serializers.IntegerField()

    class GapUnit(serializers.Serializer[Any]):
        id = serializers.UUIDField()
        name = serializers.CharField()

    device = serializers.UUIDField()
    model = serializers.CharField()
    unit = GapUnit()
    revoked_at = serializers.DateTimeField(allow_null=True)
    highest = serializers.IntegerField()
    missing = Range(many=True)


class GapsOutput(serializers.Serializer[Any]):
    results = GapOutput(many=True)


class GapsApi(APIView):
    """Số phiếu chưa đến / report numbers that never arrived, per device in scope."""

    roles: ClassVar = {"GET": DEVICE_READERS}

    @extend_schema(responses=GapsOutput)
    def get(self, request: Request) -> Response:
        return Response({"results": GapOutput(selectors.gaps_in(scope_of(officer_of(request))), many=True).data})


class QuarantineOutput(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    number = serializers.IntegerField()
    sha256 = serializers.CharField()
    code = serializers.CharField()
    problem = serializers.JSONField()
    report = serializers.UUIDField(allow_null=True)
    device = serializers.UUIDField(source="device_id", allow_null=True)
    sequence = serializers.IntegerField(allow_null=True)
    received_at = serializers.DateTimeField()
    last_seen_at = serializers.DateTimeField()
    times = serializers.IntegerField()
    replayed_at = serializers.DateTimeField(allow_null=True)


class QuarantineApi(ScopedView, generics.ListAPIView[Any]):
    """Khu cách ly / what could not be filed, kept whole."""

    roles: ClassVar = {"GET": frozenset({Role.ADMINISTRATOR})}
    serializer_class = QuarantineOutput

    def rows(self, scope: Scope) -> QuerySet[Any]:
        return selectors.quarantine_in(scope).defer("body")


class ReplayApi(APIView):
    """Thử nhận lại sau khi sửa hoặc nâng cấp / try again after a fix or an upgrade."""

    roles: ClassVar = {"POST": frozenset({Role.ADMINISTRATOR})}

    @extend_schema(
        request=None,
        responses={200: OpenApiResponse(RECEIPT), 201: OpenApiResponse(RECEIPT), 422: OpenApiResponse(PROBLEM)},
    )
    def post(self, request: Request, row_id: UUID) -> Response:
        row = selectors.quarantined_in(scope_of(officer_of(request)), row_id)
        answer = services.quarantine_replay(row=row, by=officer_of(request), now=read_clock(), language=language())
        return Response(services.receipt_json(answer.report), status=answer.status)
