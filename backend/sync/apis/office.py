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
from backend.sync.gaps import gaps_refresh
from backend.sync.replaying import quarantine_replay_some
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
        gaps_refresh()
        return Response({"results": GapOutput(selectors.gaps_in(scope_of(officer_of(request))), many=True).data})


class ReplaySomeInput(serializers.Serializer[Any]):
    code = serializers.CharField(max_length=40, required=False, help_text="chỉ loại này / of this kind of refusal only")
    after = serializers.IntegerField(
        min_value=0, default=0, help_text="`next` của lần trước / `next` of the answer before"
    )


class ReplaySomeOutput(serializers.Serializer[Any]):
    class Replayed(serializers.Serializer[Any]):
        id = serializers.UUIDField()
        number = serializers.IntegerField()
        status = serializers.IntegerField()
        report = serializers.UUIDField(allow_null=True)
        problem = serializers.JSONField(allow_null=True)

    results = Replayed(many=True)
    next = serializers.IntegerField(allow_null=True)


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
    delivered_by = serializers.UUIDField(source="delivered_by_id", allow_null=True)
    from_card = serializers.BooleanField()


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


class ReplaySomeApi(APIView):
    """Thử nhận lại nhiều bản / try again what waits, at most 100 a call: go on from `next`."""

    roles: ClassVar = {"POST": frozenset({Role.ADMINISTRATOR})}

    @extend_schema(operation_id="quarantine_replay_some", request=ReplaySomeInput, responses=ReplaySomeOutput)
    def post(self, request: Request) -> Response:
        data = ReplaySomeInput(data=request.data)
        data.is_valid(raise_exception=True)
        by = officer_of(request)
        code, after = data.validated_data.get("code"), data.validated_data["after"]
        rows = selectors.quarantine_waiting(code, after, scope_of(by))
        return Response(quarantine_replay_some(rows=rows, by=by, now=read_clock(), language=language()))
