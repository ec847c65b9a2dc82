"""Cases as supervisors work on them."""

from typing import Any, ClassVar
from uuid import UUID

from django.db.models import QuerySet
from django.http import StreamingHttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema, inline_serializer
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from backend.accounts.authentication import officer_of, read_clock
from backend.accounts.permissions import CASE_WORKERS, OFFICE_READERS
from backend.accounts.scoping import Scope, scope_of
from backend.accounts.views import ScopedView
from backend.common.languages import language
from backend.common.renderers import WhateverIsAccepted
from backend.enforcement import bundling, selectors, services
from backend.inspections.apis.bundles import WITHOUT, archive_response, held_back
from shared.workflow.states import CaseAction, CaseState

PROBLEM = {"$ref": "#/components/schemas/Problem"}


class OpenCaseInput(serializers.Serializer[Any]):
    reports = serializers.ListField(child=serializers.UUIDField(), min_length=1, max_length=100)
    title = serializers.CharField(allow_blank=True, default="", max_length=300)


class MoveInput(serializers.Serializer[Any]):
    action = serializers.CharField(max_length=30, help_text=" | ".join(CaseAction))
    data = serializers.DictField(child=serializers.JSONField(allow_null=True), default=dict)  # type: ignore[assignment]  # DRF's own name
    expected_version = serializers.IntegerField(min_value=1)

    def validate_data(self, data: dict[str, Any]) -> dict[str, Any]:
        # JSON can carry U+0000, PostgreSQL cannot.
        if broken := {name: "U+0000" for name, value in data.items() if isinstance(value, str) and "\0" in value}:
            raise serializers.ValidationError(broken)
        return data


class ClockOutput(serializers.Serializer[Any]):
    code = serializers.CharField()
    kind = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]  # DRF's own name
    report = serializers.UUIDField()
    started_on = serializers.DateField()
    ends_on = serializers.DateField()
    citation = serializers.CharField()
    on_expiry = serializers.CharField()


class RequirementOutput(serializers.Serializer[Any]):
    name = serializers.CharField()
    kind = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]  # DRF's own name
    optional = serializers.BooleanField()
    choices = serializers.ListField(child=serializers.DictField(child=serializers.CharField()))


class ActionOutput(serializers.Serializer[Any]):
    action = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]  # DRF's own name
    requires = RequirementOutput(many=True)


class CaseOutput(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    number = serializers.CharField()
    version = serializers.IntegerField()
    state = serializers.ChoiceField(choices=[s.value for s in CaseState])
    state_words = serializers.CharField()
    title = serializers.CharField()
    unit = inline_serializer("CaseUnit", {"id": serializers.UUIDField(), "name": serializers.CharField()})
    opened_at = serializers.DateTimeField()
    reports = serializers.ListField(child=serializers.UUIDField())
    clocks = ClockOutput(many=True)
    allowed_actions = ActionOutput(many=True)


class CaseEventOutput(serializers.Serializer[Any]):
    version = serializers.IntegerField()
    action = serializers.CharField()
    source = serializers.CharField()  # type: ignore[assignment]  # DRF's own name
    target = serializers.CharField()
    officer = inline_serializer("CaseOfficer", {"id": serializers.UUIDField(), "name": serializers.CharField()})
    at = serializers.DateTimeField()
    data = serializers.JSONField()  # type: ignore[assignment]  # DRF's own name


class CaseListApi(ScopedView):
    """Vụ việc trong phạm vi; lập vụ việc từ phiếu đã chấp nhận / cases in scope; open one from accepted reports."""

    roles: ClassVar = {"GET": OFFICE_READERS, "POST": CASE_WORKERS}
    serializer_class = CaseOutput

    def rows(self, scope: Scope) -> QuerySet[Any]:
        return selectors.cases_in(scope)

    @extend_schema(responses=CaseOutput(many=True))
    def get(self, request: Request) -> Response:
        page = self.paginate_queryset(self.get_queryset())
        return self.get_paginated_response([_shown(case, request) for case in page or []])

    @extend_schema(
        request=OpenCaseInput, responses={201: CaseOutput, 409: OpenApiResponse(PROBLEM), 422: OpenApiResponse(PROBLEM)}
    )
    def post(self, request: Request) -> Response:
        data = OpenCaseInput(data=request.data)
        data.is_valid(raise_exception=True)
        case = services.case_open(by=officer_of(request), now=read_clock(), **data.validated_data)
        return Response(_shown(case, request), status=status.HTTP_201_CREATED)


class CaseApi(APIView):
    """Một vụ việc / one case; every look is recorded."""

    roles: ClassVar = {"GET": OFFICE_READERS}

    @extend_schema(responses=CaseOutput)
    def get(self, request: Request, case_id: UUID) -> Response:
        case = selectors.case_in(scope_of(officer_of(request)), case_id)
        services.case_view_record(case=case, by=officer_of(request), now=read_clock())
        return Response(_shown(case, request))


class CaseActionApi(APIView):
    """Chuyển bước / make a move of the table of transitions."""

    roles: ClassVar = {"POST": CASE_WORKERS}

    @extend_schema(
        request=MoveInput, responses={200: CaseOutput, 409: OpenApiResponse(PROBLEM), 422: OpenApiResponse(PROBLEM)}
    )
    def post(self, request: Request, case_id: UUID) -> Response:
        data = MoveInput(data=request.data)
        data.is_valid(raise_exception=True)
        case = selectors.case_in(scope_of(officer_of(request), CASE_WORKERS), case_id)
        case = services.case_advance(
            case=case, by=officer_of(request), now=read_clock(), language=language(), **data.validated_data
        )
        return Response(_shown(case, request))


class CaseEventsApi(APIView):
    """Lịch sử vụ việc / the case's history, oldest first."""

    roles: ClassVar = {"GET": OFFICE_READERS}

    @extend_schema(responses=inline_serializer("CaseEvents", {"results": CaseEventOutput(many=True)}))
    def get(self, request: Request, case_id: UUID) -> Response:
        case = selectors.case_in(scope_of(officer_of(request)), case_id)
        return Response({"results": CaseEventOutput(selectors.events_of(case), many=True).data})


class CaseBundleApi(APIView):
    """Gói chứng cứ của một vụ việc / the evidence bundle of a case; every handing out is recorded."""

    roles: ClassVar = {"GET": OFFICE_READERS}
    content_negotiation_class = WhateverIsAccepted

    @extend_schema(parameters=[WITHOUT], responses={(200, "application/zip"): OpenApiTypes.BINARY})
    def get(self, request: Request, case_id: UUID) -> StreamingHttpResponse:
        now = read_clock()
        case = selectors.case_in(scope_of(officer_of(request)), case_id)
        bundle = bundling.case_bundle(case=case, without=held_back(request), by=officer_of(request), now=now)
        return archive_response(bundle, now)


def _shown(case: Any, request: Request) -> dict[str, Any]:
    return dict(CaseOutput(selectors.case_json(case, officer=officer_of(request), language=language())).data)
