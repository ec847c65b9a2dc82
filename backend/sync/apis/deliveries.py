"""Where phones knock: hello, reports, receipts."""

from typing import Any, ClassVar
from uuid import UUID

from django.conf import settings
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from backend.accounts.authentication import (
    DeliveryAuthentication,
    device_of,
    officer_of,
    officer_or_none,
    read_clock,
)
from backend.accounts.permissions import CASE_READERS, Anybody, MayDoThis
from backend.accounts.rates import SharedThrottle
from backend.accounts.scoping import scope_of
from backend.common.languages import language
from backend.common.parsers import read_body
from backend.inspections import selectors as inspections
from backend.inspections.apis.reports import ReportDetailApi, ReportDetailOutput
from backend.sync import services
from backend.sync.bodies import batch_envelopes, envelope_value
from backend.sync.filing import Delivery
from backend.sync.hello import hello
from shared.problems import FieldError, Problem

RECEIPT = {"$ref": "#/components/schemas/Receipt"}
ENVELOPE = {"$ref": "#/components/schemas/Envelope"}
PROBLEM = {"$ref": "#/components/schemas/Problem"}


class DeliveryThrottle(SharedThrottle):
    """Deliveries without a token are counted per address; an enrolled phone is not held up."""

    scope = "delivery"

    def allow_request(self, request: Request, view: Any) -> bool:
        return officer_or_none(request) is not None or super().allow_request(request, view)


class DeliveryView(APIView):
    """Needs no token (design §5): the authority is in what is delivered."""

    authentication_classes = (DeliveryAuthentication,)
    permission_classes = (Anybody,)
    throttle_classes = (DeliveryThrottle,)

    @staticmethod
    def delivery(request: Request) -> Delivery:
        return Delivery(device_of(request), officer_or_none(request))


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
            value=envelope_value(raw), raw=raw, report_id=report_id, delivery=self.delivery(request), now=read_clock()
        )
        return Response(services.receipts_json([answer])[0], status=answer.status)


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
        envelopes = batch_envelopes(read_body(request, settings.BATCH_MAX_BYTES))
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
