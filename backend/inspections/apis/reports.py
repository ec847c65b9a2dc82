"""Reports as supervisors read and review them."""

from typing import Any, ClassVar
from uuid import UUID

from django.db.models import QuerySet
from django_filters.rest_framework import DjangoFilterBackend
from drf_spectacular.utils import extend_schema
from rest_framework import generics, serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from backend.accounts.authentication import officer_of, read_clock
from backend.accounts.permissions import CASE_READERS, CASE_WORKERS
from backend.accounts.scoping import Scope, scope_of
from backend.accounts.views import ScopedView
from backend.audit.actions import Action
from backend.common.languages import language
from backend.inspections import selectors, services, suggesting
from backend.inspections.pictures import showing


class NamedOutput(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    name = serializers.CharField()


class ReportOutput(serializers.Serializer[Any]):
    """One line of the list: no names of subjects, no plates."""

    id = serializers.UUIDField()
    number = serializers.IntegerField()
    kind = serializers.CharField()
    state = serializers.CharField()
    flags = serializers.ListField(child=serializers.CharField())
    device = serializers.UUIDField(source="device_id")
    sequence = serializers.IntegerField()
    officer = NamedOutput()
    unit = NamedOutput()
    inspection = serializers.UUIDField()
    inspection_mode = serializers.CharField()
    inspection_basis = serializers.CharField()
    started_at = serializers.DateTimeField()
    finished_at = serializers.DateTimeField(allow_null=True)
    sealed_at = serializers.DateTimeField()
    received_at = serializers.DateTimeField()
    supersedes = serializers.UUIDField(allow_null=True)
    superseded_by = serializers.UUIDField(source="superseded_by_id", allow_null=True)
    commune = serializers.CharField()
    place = serializers.CharField()
    lat = serializers.FloatField(allow_null=True)
    lon = serializers.FloatField(allow_null=True)
    accuracy_m = serializers.FloatField(allow_null=True)
    manifest_sha256 = serializers.CharField()


class UsedInOutput(serializers.Serializer[Any]):
    """Another report with the same file (`same_file`), or with a picture that looks like it."""

    report = serializers.UUIDField()
    evidence = serializers.UUIDField()
    same_file = serializers.BooleanField()
    difference_bits = serializers.IntegerField(allow_null=True)


class EvidenceOutput(serializers.Serializer[Any]):
    """`found_type`: by content, null until the file was looked into. `small_pictures_words`: why there are none.
    `used_in`: what the reader may open of the reports that have it too, and `used_in_hidden` how many more there are.
    """

    id = serializers.UUIDField(source="evidence_id")
    sha256 = serializers.CharField()
    bytes = serializers.IntegerField()
    media_type = serializers.CharField()
    purpose = serializers.CharField()
    taken_at = serializers.DateTimeField(allow_null=True)
    from_app_camera = serializers.BooleanField()
    state = serializers.CharField()
    bytes_received = serializers.IntegerField()
    in_backup = serializers.BooleanField()
    found_type = serializers.CharField(allow_null=True)
    small_pictures = serializers.ChoiceField(choices=["ready", "none", "pending"])
    small_pictures_words = serializers.CharField()
    width = serializers.IntegerField(allow_null=True)
    height = serializers.IntegerField(allow_null=True)
    used_in = UsedInOutput(many=True)
    used_in_hidden = serializers.IntegerField()


class SaidOutput(serializers.Serializer[Any]):
    """`sentence`: reasons and numbers in the language asked for."""

    version = serializers.CharField()
    answer = serializers.CharField()
    reasons = serializers.ListField(child=serializers.CharField())
    numbers = serializers.DictField(child=serializers.FloatField())
    sentence = serializers.CharField()
    reference_cursor = serializers.CharField(allow_null=True)


class FindingOutput(SaidOutput):
    """What the server says, and what the phone had said of the same thing. `answer` "": only the phone spoke of it."""

    rule = serializers.CharField()
    about = serializers.CharField()
    licence_version = serializers.IntegerField(allow_null=True)
    citation = serializers.CharField()
    made_at = serializers.DateTimeField()
    revisions = serializers.IntegerField()
    phone = SaidOutput(allow_null=True)


class ReviewOutput(serializers.Serializer[Any]):
    verdict = serializers.CharField()
    note = serializers.CharField()
    officer = serializers.UUIDField()
    at = serializers.DateTimeField()


class ReportDetailOutput(ReportOutput):
    """`in_backup`: the last backup holds the sealed report; of each file, that it holds its bytes too."""

    in_backup = serializers.BooleanField()
    manifest = serializers.JSONField()
    facts = serializers.JSONField()
    assessment = serializers.JSONField(allow_null=True)
    findings = FindingOutput(many=True)
    evidence = EvidenceOutput(many=True)
    review = ReviewOutput(allow_null=True)
    # Bands that may stand for what was observed; null for whoever does not review the report.
    suggestions = serializers.ListField(child=serializers.JSONField(), allow_null=True)


class ReviewInput(serializers.Serializer[Any]):
    verdict = serializers.ChoiceField(choices=["accepted", "returned", "rejected"])
    note = serializers.CharField(allow_blank=True, default="", max_length=5000)


class ReportListApi(ScopedView, generics.ListAPIView[Any]):
    """Phiếu trong phạm vi, mới nhận trước / reports in scope, received last first."""

    roles: ClassVar = {"GET": CASE_READERS}
    serializer_class = ReportOutput
    filter_backends = (DjangoFilterBackend,)
    filterset_class = selectors.ReportFilter

    def rows(self, scope: Scope) -> QuerySet[Any]:
        return selectors.reports_in(scope)


class ReportDetailApi(APIView):
    """Một phiếu với sự kiện, nhận định và chứng cứ / one report; every look is recorded."""

    @staticmethod
    def show(request: Request, report_id: UUID) -> Response:
        report = selectors.report_in(scope_of(officer_of(request)), report_id)
        services.view_record(
            action=Action.REPORT_VIEWED, subject=f"report:{report.id}", by=officer_of(request), now=read_clock()
        )
        line = ReportOutput(report).data
        detail = selectors.report_detail(report, language())
        seen = showing.seen(report, scope_of(officer_of(request)), language())
        detail["evidence"] = [{**file, **seen[file["evidence_id"]]} for file in detail["evidence"]]
        detail["suggestions"] = suggesting.for_reviewer(
            officer_of(request), report, detail, now=read_clock(), language=language()
        )
        evidence, findings = (
            EvidenceOutput(detail.pop("evidence"), many=True),
            FindingOutput(detail.pop("findings"), many=True),
        )
        return Response({**line, **detail, "evidence": evidence.data, "findings": findings.data})


class ReviewApi(APIView):
    """Duyệt một phiếu / review a report: a note is required unless it is accepted."""

    roles: ClassVar = {"POST": CASE_WORKERS}

    @extend_schema(request=ReviewInput, responses=ReportOutput)
    def post(self, request: Request, report_id: UUID) -> Response:
        data = ReviewInput(data=request.data)
        data.is_valid(raise_exception=True)
        report = selectors.report_in(scope_of(officer_of(request), CASE_WORKERS), report_id)
        report = services.report_review(report=report, by=officer_of(request), now=read_clock(), **data.validated_data)
        return Response(ReportOutput(report).data)
