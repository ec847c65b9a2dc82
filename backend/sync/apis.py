"""Where phones knock: hello, reports, uploads; and where the office looks after what went wrong."""

from typing import Any, ClassVar
from uuid import UUID

from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpResponse
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import generics, serializers, status
from rest_framework.parsers import BaseParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import ScopedRateThrottle
from rest_framework.views import APIView

from backend.accounts.authentication import (
    DeliveryAuthentication,
    device_of,
    officer_of,
    officer_or_none,
    read_clock,
)
from backend.accounts.permissions import CASE_READERS, DEVICE_READERS, Anybody, MayDoThis
from backend.accounts.scoping import Scope, scope_of
from backend.accounts.views import ScopedView
from backend.common.languages import language
from backend.common.parsers import natural, read_body
from backend.inspections import selectors as inspections
from backend.inspections.apis import ReportDetailApi, ReportDetailOutput
from backend.sync import selectors, services, uploads
from backend.sync.hello import hello
from shared.problems import FieldError, Problem
from shared.wire.v1.canonical import parse_json
from shared.workflow.states import Role

RECEIPT = {"$ref": "#/components/schemas/Receipt"}
ENVELOPE = {"$ref": "#/components/schemas/Envelope"}
PROBLEM = {"$ref": "#/components/schemas/Problem"}


class DeliveryThrottle(ScopedRateThrottle):
    """Deliveries without a token are counted per address; an enrolled phone is not held up."""

    scope = "delivery"

    def __init__(self) -> None:
        self.rate = self.get_rate()
        self.num_requests, self.duration = self.parse_rate(self.rate)

    def allow_request(self, request: Request, view: Any) -> bool:
        if officer_or_none(request) is not None:
            return True
        return super(ScopedRateThrottle, self).allow_request(request, view)


class DeliveryView(APIView):
    """Needs no token (design §5): the authority is in what is delivered."""

    authentication_classes = (DeliveryAuthentication,)
    permission_classes = (Anybody,)
    throttle_classes = (DeliveryThrottle,)

    @staticmethod
    def delivery(request: Request) -> services.Delivery:
        return services.Delivery(device_of(request), officer_or_none(request))


class HelloApi(DeliveryView):
    """Máy chủ tự chứng minh / the server proves itself with its key over the caller's nonce."""

    authentication_classes = ()  # type: ignore[assignment]  # nobody needs to say who they are

    @extend_schema(
        parameters=[OpenApiParameter("nonce", str, required=True)],
        responses={200: OpenApiResponse(response={"$ref": "#/components/schemas/Hello"})},
        auth=[],
    )
    def get(self, request: Request) -> Response:
        nonce = request.query_params.get("nonce", "")
        if not 8 <= len(nonce) <= 200:
            raise Problem("request_invalid", errors=(FieldError("nonce", "value", {"expected": "8–200"}),))
        return Response(hello(nonce=nonce, now=read_clock()))


class ReportApi(DeliveryView):
    """Một phiếu: nhận từ điện thoại (PUT), đọc ở văn phòng (GET) / one report: delivered by PUT, read by GET."""

    roles: ClassVar = {"GET": CASE_READERS}

    def get_authenticators(self) -> list[Any]:
        if self.request is not None and self.request.method == "GET":
            return [auth() for auth in APIView.authentication_classes]
        return super().get_authenticators()

    def get_permissions(self) -> list[Any]:
        return list(super().get_permissions()) if self.request.method == "PUT" else [MayDoThis()]

    @extend_schema(responses=ReportDetailOutput)
    def get(self, request: Request, report_id: UUID) -> Response:
        return ReportDetailApi.show(request, report_id)

    @extend_schema(
        request={"application/json": ENVELOPE},
        responses={
            200: OpenApiResponse(RECEIPT),
            201: OpenApiResponse(RECEIPT),
            400: OpenApiResponse(PROBLEM),
            409: OpenApiResponse(PROBLEM),
            413: OpenApiResponse(PROBLEM),
            422: OpenApiResponse(PROBLEM),
        },
    )
    def put(self, request: Request, report_id: UUID) -> Response:
        raw = read_body(request, settings.ENVELOPE_MAX_BYTES)
        answer = services.envelope_receive(
            value=parse_json(raw), raw=raw, report_id=report_id, delivery=self.delivery(request), now=read_clock()
        )
        return Response(services.receipt_json(answer.report), status=answer.status)


class BatchApi(DeliveryView):
    """Nhiều phiếu một lần / up to 100 envelopes at once; each gets its own answer, in order."""

    @extend_schema(
        request={
            "application/json": {
                "type": "object",
                "required": ["envelopes"],
                "additionalProperties": False,
                "properties": {"envelopes": {"type": "array", "maxItems": 100, "items": ENVELOPE}},
            }
        },
        responses={
            200: OpenApiResponse({"$ref": "#/components/schemas/BatchResults"}),
            400: OpenApiResponse(PROBLEM),
            413: OpenApiResponse(PROBLEM),
        },
    )
    def post(self, request: Request) -> Response:
        value = parse_json(read_body(request, settings.BATCH_MAX_BYTES))
        envelopes = value.get("envelopes") if isinstance(value, dict) else None
        if not isinstance(envelopes, list) or len(value) != 1 or len(envelopes) > settings.BATCH_MAX_ENVELOPES:
            limit = f"list ≤ {settings.BATCH_MAX_ENVELOPES}"
            raise Problem("request_invalid", errors=(FieldError("envelopes", "type", {"expected": limit}),))
        results = services.batch_receive(
            envelopes=envelopes, delivery=self.delivery(request), now=read_clock(), language=language()
        )
        return Response({"results": results})


class ReceiptApi(DeliveryView):
    """Biên nhận hiện tại / the receipt as it stands now; without a token for whoever knows the manifest's hash."""

    @extend_schema(
        parameters=[OpenApiParameter("manifest", str, description="SHA-256 of the manifest")],
        responses={200: OpenApiResponse(RECEIPT), 404: OpenApiResponse(PROBLEM)},
    )
    def get(self, request: Request, report_id: UUID) -> Response:
        report = inspections.report_by_id(report_id)
        knows = report is not None and request.query_params.get("manifest") == report.manifest_sha256
        if report is None or not (knows or self._may_read(request, report_id)):
            raise Problem("not_found")
        return Response(services.receipt_json(report))

    def _may_read(self, request: Request, report_id: UUID) -> bool:
        if officer_or_none(request) is None:
            return False
        return inspections.reports_in(scope_of(officer_of(request))).filter(id=report_id).exists()


class OffsetStreamParser(BaseParser):
    """Leaves the bytes on the line: they are streamed to the disk, never held."""

    media_type = "application/offset+octet-stream"

    def parse(self, stream: Any, media_type: Any = None, parser_context: Any = None) -> Any:
        return stream


class TusView(DeliveryView):
    """tus 1.0.0: the version header both ways."""

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if request.method != "OPTIONS" and request.headers.get("Tus-Resumable") != "1.0.0":
            raise Problem("tus_version")

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        response = super().finalize_response(request, response, *args, **kwargs)
        response["Tus-Resumable"] = "1.0.0"
        if response.status_code == 412:
            response["Tus-Version"] = "1.0.0"
        return response


_TUS = OpenApiParameter("Tus-Resumable", str, OpenApiParameter.HEADER, required=True, enum=["1.0.0"])


class UploadsApi(TusView):
    """Bắt đầu gửi một tệp đã khai báo / begin to send a declared file."""

    def options(self, request: Request, *args: Any, **kwargs: Any) -> Response:  # type: ignore[override]  # DRF's request
        response = Response(status=status.HTTP_204_NO_CONTENT)
        response["Tus-Version"] = "1.0.0"
        response["Tus-Extension"] = "creation,checksum"
        response["Tus-Checksum-Algorithm"] = ",".join(uploads.ALGORITHMS)
        response["Tus-Max-Size"] = str(settings.EVIDENCE_MAX_BYTES)
        return response

    @extend_schema(
        request=None,
        parameters=[
            _TUS,
            OpenApiParameter("Upload-Length", int, OpenApiParameter.HEADER, required=True),
            OpenApiParameter("Upload-Metadata", str, OpenApiParameter.HEADER, required=True),
        ],
        responses={
            201: OpenApiResponse(description="Location, Upload-Offset"),
            404: OpenApiResponse(PROBLEM),
            422: OpenApiResponse(PROBLEM),
        },
    )
    def post(self, request: Request) -> HttpResponse:
        length = _natural(request, "Upload-Length")
        metadata = uploads.parse_metadata(request.headers.get("Upload-Metadata", ""))
        upload, offset = uploads.upload_create(
            metadata=metadata, length=length, delivery=self.delivery(request), now=read_clock()
        )
        response = HttpResponse(status=status.HTTP_201_CREATED)
        response["Location"] = request.build_absolute_uri(f"{request.path}{upload.id}/")
        response["Upload-Offset"] = str(offset)
        return response


class UploadApi(TusView):
    """Gửi tiếp từ chỗ dừng / go on where it stopped."""

    parser_classes = (OffsetStreamParser,)

    @extend_schema(
        parameters=[_TUS],
        responses={200: OpenApiResponse(description="Upload-Offset, Upload-Length"), 404: OpenApiResponse(PROBLEM)},
    )
    def head(self, request: Request, upload_id: UUID) -> HttpResponse:
        upload = selectors.upload_by_id(upload_id)
        response = HttpResponse(status=status.HTTP_200_OK)
        offset = uploads.upload_offset(upload=upload, delivery=self.delivery(request), now=read_clock())
        response["Upload-Offset"] = str(offset)
        response["Upload-Length"] = str(upload.evidence.bytes)
        response["Cache-Control"] = "no-store"
        return response

    @extend_schema(
        request={"application/offset+octet-stream": {"type": "string", "format": "binary"}},
        parameters=[
            _TUS,
            OpenApiParameter("Upload-Offset", int, OpenApiParameter.HEADER, required=True),
            OpenApiParameter("Upload-Checksum", str, OpenApiParameter.HEADER),
        ],
        responses={
            204: OpenApiResponse(description="Upload-Offset"),
            409: OpenApiResponse(PROBLEM),
            422: OpenApiResponse(PROBLEM),
            423: OpenApiResponse(PROBLEM),
        },
    )
    def patch(self, request: Request, upload_id: UUID) -> HttpResponse:
        if request.content_type != OffsetStreamParser.media_type:
            raise Problem("media_type_unsupported", expected=OffsetStreamParser.media_type)
        offset = uploads.upload_append(
            upload=selectors.upload_by_id(upload_id),
            offset=_natural(request, "Upload-Offset"),
            declared=natural(request.META.get("CONTENT_LENGTH") or "0"),
            read=request._request.read,
            checksum=uploads.parse_checksum(request.headers.get("Upload-Checksum")),
            delivery=self.delivery(request),
            now=read_clock(),
        )
        response = HttpResponse(status=status.HTTP_204_NO_CONTENT)
        response["Upload-Offset"] = str(offset)
        return response


def _natural(request: Request, header: str) -> int:
    text = request.headers.get(header)
    if text is None:
        raise Problem("request_invalid", errors=(FieldError(header, "missing"),))
    if not (text.isascii() and text.isdigit() and len(text) < 16):
        raise Problem("request_invalid", errors=(FieldError(header, "value", {"expected": "0, 1, 2, …"}),))
    return int(text)


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
