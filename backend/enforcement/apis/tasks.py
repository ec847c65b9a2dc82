"""Tasks: a supervisor gives one, the officer sees it and answers it with a report."""

import unicodedata
from typing import Any, ClassVar
from uuid import UUID

from django.db.models import QuerySet
from django_filters.rest_framework import DjangoFilterBackend
from drf_spectacular.utils import OpenApiResponse, extend_schema, inline_serializer
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from backend.accounts.authentication import officer_of, read_clock
from backend.accounts.permissions import CASE_READERS, CASE_WORKERS
from backend.accounts.scoping import Scope, scope_of
from backend.accounts.views import ScopedView
from backend.enforcement import selectors, tasks
from backend.inspections.selectors import report_in
from shared.workflow.states import Role

PROBLEM = {"$ref": "#/components/schemas/Problem"}
ANSWERERS = CASE_WORKERS | {Role.INSPECTOR}


class NfcField(serializers.CharField):
    """Text as it is kept: the limit of its length counts what NFC makes of it, which may be more."""

    def to_internal_value(self, data: Any) -> str:
        return unicodedata.normalize("NFC", super().to_internal_value(data))


class TaskInput(serializers.Serializer[Any]):
    officer = serializers.UUIDField()
    words = NfcField(max_length=2000)
    due = serializers.DateField()
    report = serializers.UUIDField(required=False, allow_null=True, default=None)
    licence = serializers.UUIDField(required=False, allow_null=True, default=None)
    place = serializers.CharField(required=False, allow_blank=True, default="", max_length=10, help_text="commune code")
    case = serializers.UUIDField(required=False, allow_null=True, default=None)


class DoneInput(serializers.Serializer[Any]):
    report = serializers.UUIDField()


def _person(name: str) -> Any:
    return inline_serializer(name, {"id": serializers.UUIDField(), "name": serializers.CharField()})


class TaskOutput(serializers.Serializer[Any]):
    """`number`: by which a report names it. `overdue`: open, and its day is over in Vietnam. `answer`: a report."""

    id = serializers.UUIDField()
    number = serializers.CharField()
    officer = _person("TaskOfficer")
    given_by = _person("TaskGiver")
    given_at = serializers.DateTimeField()
    words = serializers.CharField()
    due = serializers.DateField()
    overdue = serializers.BooleanField()
    state = serializers.ChoiceField(choices=["open", "done"])
    done_at = serializers.DateTimeField(allow_null=True)
    answer = serializers.UUIDField(allow_null=True)
    report = serializers.UUIDField(allow_null=True)
    licence = inline_serializer(
        "TaskLicence", {"id": serializers.UUIDField(), "number": serializers.CharField()}, allow_null=True
    )
    place = inline_serializer(
        "TaskPlace", {"code": serializers.CharField(), "name": serializers.CharField()}, allow_null=True
    )
    case = inline_serializer(
        "TaskCase", {"id": serializers.UUIDField(), "number": serializers.CharField()}, allow_null=True
    )


class TaskListApi(ScopedView):
    """Nhiệm vụ trong phạm vi; giao nhiệm vụ / tasks in scope; give one."""

    roles: ClassVar = {"GET": CASE_READERS, "POST": CASE_WORKERS}
    serializer_class = TaskOutput
    filter_backends = (DjangoFilterBackend,)
    filterset_class = selectors.TaskFilter

    def rows(self, scope: Scope) -> QuerySet[Any]:
        return selectors.tasks_in(scope)

    @extend_schema(responses=TaskOutput(many=True))
    def get(self, request: Request) -> Response:
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        return self.get_paginated_response(_shown(page or []))

    @extend_schema(request=TaskInput, responses={201: TaskOutput, 400: OpenApiResponse(PROBLEM)}, filters=False)
    def post(self, request: Request) -> Response:
        data = TaskInput(data=request.data)
        data.is_valid(raise_exception=True)
        said = dict(data.validated_data)
        about = tasks.About(**{name: said.pop(name) for name in ("report", "licence", "place", "case")})
        task = tasks.task_give(about=about, by=officer_of(request), now=read_clock(), **said)
        return Response(_shown([task])[0], status=status.HTTP_201_CREATED)


class TaskApi(APIView):
    """Một nhiệm vụ / one task; every look is recorded."""

    roles: ClassVar = {"GET": CASE_READERS}

    @extend_schema(responses=TaskOutput)
    def get(self, request: Request, task_id: UUID) -> Response:
        task = selectors.task_in(scope_of(officer_of(request)), task_id)
        tasks.task_view_record(task=task, by=officer_of(request), now=read_clock())
        return Response(_shown([task])[0])


class TaskDoneApi(APIView):
    """Trả lời nhiệm vụ bằng một phiếu / answer a task with a report."""

    roles: ClassVar = {"POST": ANSWERERS}

    @extend_schema(request=DoneInput, responses={200: TaskOutput, 409: OpenApiResponse(PROBLEM)})
    def post(self, request: Request, task_id: UUID) -> Response:
        data = DoneInput(data=request.data)
        data.is_valid(raise_exception=True)
        scope = scope_of(officer_of(request), ANSWERERS)
        task, report = selectors.task_in(scope, task_id), report_in(scope, data.validated_data["report"])
        task = tasks.task_answer(task=task, report=report, by=officer_of(request), now=read_clock())
        return Response(_shown([task])[0])


def _shown(found: Any) -> list[dict[str, Any]]:
    return [dict(TaskOutput(row).data) for row in selectors.tasks_json(found, now=read_clock())]
