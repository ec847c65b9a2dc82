"""Reports as supervisors read and review them."""

from typing import Any, ClassVar
from uuid import UUID

from django.db.models import QuerySet
from django.http import FileResponse
from django_filters.rest_framework import DjangoFilterBackend
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import generics, serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from backend.accounts.authentication import officer_of, read_clock
from backend.accounts.permissions import CASE_READERS, CASE_WORKERS, EVERYONE
from backend.accounts.scoping import Scope, scope_of
from backend.accounts.views import ScopedView
from backend.audit.actions import Action
from backend.common.languages import language
from backend.common.paging import ByNumber
from backend.inspections import evidence as evidence_files
from backend.inspections import ledger, selectors, services, suggesting
from shared.rules.words import sentence


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


class EvidenceOutput(serializers.Serializer[Any]):
    id = serializers.UUIDField(source="evidence_id")
    sha256 = serializers.CharField()
    bytes = serializers.IntegerField()
    media_type = serializers.CharField()
    purpose = serializers.CharField()
    taken_at = serializers.DateTimeField(allow_null=True)
    from_app_camera = serializers.BooleanField()
    state = serializers.CharField()
    bytes_received = serializers.IntegerField()


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


class EvidenceApi(APIView):
    """Bản gốc một tệp chứng cứ / an original file, byte for byte; every download is recorded."""

    roles: ClassVar = {"GET": CASE_READERS}

    @extend_schema(responses={(200, "application/octet-stream"): OpenApiTypes.BINARY})
    def get(self, request: Request, report_id: UUID, evidence_id: UUID) -> FileResponse:
        report = selectors.report_in(scope_of(officer_of(request)), report_id)
        evidence = selectors.evidence_of(report, evidence_id)
        services.view_record(
            action=Action.EVIDENCE_VIEWED,
            subject=f"evidence:{report.id}/{evidence.evidence_id}",
            by=officer_of(request),
            now=read_clock(),
        )
        # Never shown inline: what a phone sent is not to be run by a browser.
        response = FileResponse(
            evidence_files.evidence_path(evidence.sha256).open("rb"),
            as_attachment=True,
            filename=evidence.sha256,
            content_type="application/octet-stream",
        )
        response["X-Content-Type-Options"] = "nosniff"
        response["X-Evidence-Sha256"] = evidence.sha256
        response["X-Evidence-Media-Type"] = (
            evidence.media_type if evidence.media_type.isascii() else "application/octet-stream"
        )
        return response


# --- the load ledger


class LedgerCapacityOutput(serializers.Serializer[Any]):
    version = serializers.IntegerField()
    effective_from = serializers.DateField()
    quantity = serializers.FloatField(allow_null=True)
    unit = serializers.CharField()
    basis = serializers.CharField()


class DeclaredMonthOutput(serializers.Serializer[Any]):
    """`quantity` in the unit of the declaration, `in_unit` in that of the ledger, null where nobody can say."""

    month = serializers.IntegerField()
    quantity = serializers.DecimalField(max_digits=18, decimal_places=3)
    unit = serializers.CharField()
    basis = serializers.CharField()
    in_unit = serializers.FloatField(allow_null=True)
    revision = serializers.IntegerField()
    source = serializers.CharField()  # type: ignore[assignment]  # a field of this name beside DRF's own attribute


class DeclaredOutput(serializers.Serializer[Any]):
    """`percent` of the capacity; `step_percent`: the last step over it that was reached (15, 25, 50, 100), 0 below."""

    quantity = serializers.FloatField(allow_null=True)
    percent = serializers.FloatField(allow_null=True)
    step_percent = serializers.IntegerField(allow_null=True)
    months = DeclaredMonthOutput(many=True)


class ObservedOutput(serializers.Serializer[Any]):
    """`sampled`: some loads were seen, not all; then they prove no excess by themselves (`proves`)."""

    place_kind = serializers.ChoiceField(choices=["stop", "gate"])
    sampled = serializers.BooleanField()
    proves = serializers.BooleanField()
    loads = serializers.IntegerField()
    loads_without_quantity = serializers.IntegerField()
    quantity = serializers.FloatField(allow_null=True)
    uncertainty = serializers.FloatField(allow_null=True)
    through_density = serializers.FloatField()
    as_of = serializers.DateField(allow_null=True)
    percent = serializers.FloatField(allow_null=True)
    step_percent = serializers.IntegerField(allow_null=True)


class VerdictOutput(serializers.Serializer[Any]):
    rule = serializers.CharField()
    version = serializers.CharField()
    answer = serializers.CharField()
    reasons = serializers.ListField(child=serializers.CharField())
    numbers = serializers.DictField(child=serializers.FloatField())
    citation = serializers.CharField()
    sentence = serializers.SerializerMethodField()

    def get_sentence(self, verdict: Any) -> str:
        return sentence(verdict, language())


class EntryOutput(serializers.Serializer[Any]):
    """One load; `url` opens its report. `uncertainty` (95 %) belongs to what was `measured` (volume | mass)."""

    report = serializers.UUIDField(source="report_id")
    url = serializers.HyperlinkedIdentityField(
        view_name="report", lookup_field="report_id", lookup_url_kwarg="report_id"
    )
    load = serializers.CharField()
    at = serializers.DateTimeField()
    place_kind = serializers.CharField()
    sampled = serializers.BooleanField()
    mineral = serializers.CharField()
    mineral_code = serializers.CharField()
    volume_m3 = serializers.FloatField(allow_null=True)
    mass_t = serializers.FloatField(allow_null=True)
    measured = serializers.CharField()
    basis = serializers.CharField()
    uncertainty = serializers.FloatField(allow_null=True)
    density = serializers.FloatField(allow_null=True)
    density_source = serializers.CharField()


class LedgerLicence(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    number = serializers.CharField()


class LedgerOutput(serializers.Serializer[Any]):
    """The sums are the same for everybody; the entries are those of reports the reader may see, and `hidden` says how
    many more there are."""

    licence = LedgerLicence()
    year = serializers.IntegerField()
    unit = serializers.CharField()
    basis = serializers.CharField()
    permitted = serializers.FloatField(allow_null=True)
    capacities = LedgerCapacityOutput(many=True)
    density = serializers.FloatField(allow_null=True)
    density_source = serializers.CharField()
    declared = DeclaredOutput()
    observed = ObservedOutput(many=True)
    verdicts = VerdictOutput(many=True)
    hidden = serializers.IntegerField()
    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)
    results = EntryOutput(many=True)


class LedgerQuery(serializers.Serializer[Any]):
    year = serializers.IntegerField(min_value=1990, max_value=2999)


class ByReport(ByNumber):
    """By the number of the report; the loads of one report in the order in which they were drawn."""

    ordering = ("-number", "id")  # type: ignore[assignment]  # Django REST framework takes both


class LedgerApi(generics.GenericAPIView[Any]):
    """Sổ khối lượng của giấy phép trong năm / the load ledger of a licence and year: declared, observed, permitted."""

    roles: ClassVar = {"GET": EVERYONE}
    serializer_class = LedgerOutput
    pagination_class = ByReport

    @extend_schema(parameters=[LedgerQuery], responses=LedgerOutput)
    def get(self, request: Request, licence_id: UUID) -> Response:
        query = LedgerQuery(data=request.query_params)
        query.is_valid(raise_exception=True)
        year = query.validated_data["year"]
        found = ledger.ledger_of(licence_id, year, now=read_clock())
        entries = ledger.entries(scope_of(officer_of(request), CASE_READERS), licence_id, year)
        seen = entries.count()
        page = self.paginate_queryset(entries) or []
        links = self.get_paginated_response([]).data
        body = {
            **found.figures,
            "verdicts": found.verdicts,
            "hidden": found.loads - seen,
            **links,
            "results": page,
        }
        return Response(LedgerOutput(body, context={"request": request}).data)
