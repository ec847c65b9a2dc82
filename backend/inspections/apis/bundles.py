"""A report as an archive that a stranger can check."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from django.http import StreamingHttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.views import APIView

from backend.accounts.authentication import officer_of, read_clock
from backend.accounts.permissions import OFFICE_READERS
from backend.accounts.scoping import scope_of
from backend.common.renderers import WhateverIsAccepted
from backend.common.zips import zip_stream
from backend.inspections import bundling, selectors
from backend.inspections.bundling import Part
from shared.problems import FieldError, Problem

WITHOUT = OpenApiParameter(
    "without",
    str,
    description="phần không giao, cách nhau bằng dấu phẩy / parts held back, comma-separated: "
    + ", ".join(part.value for part in Part),
)


class ReportBundleApi(APIView):
    """Gói chứng cứ của một phiếu / the evidence bundle of a report; every handing out is recorded."""

    roles: ClassVar = {"GET": OFFICE_READERS}
    content_negotiation_class = WhateverIsAccepted

    @extend_schema(parameters=[WITHOUT], responses={(200, "application/zip"): OpenApiTypes.BINARY})
    def get(self, request: Request, report_id: UUID) -> StreamingHttpResponse:
        now = read_clock()
        report = selectors.report_in(scope_of(officer_of(request), OFFICE_READERS), report_id)
        bundle = bundling.report_bundle(report=report, without=held_back(request), by=officer_of(request), now=now)
        return archive_response(bundle, now)


def held_back(request: Request) -> frozenset[Part]:
    """Problem `request_invalid` for a part nobody knows: nothing is handed out by a spelling mistake."""
    named = [name for name in request.query_params.get("without", "").split(",") if name]
    try:
        return frozenset(Part(name) for name in named)
    except ValueError as error:
        raise Problem(
            "request_invalid", errors=(FieldError("without", "value", {"expected": ", ".join(Part)}),)
        ) from error


def archive_response(bundle: bundling.Bundle, now: datetime) -> StreamingHttpResponse:
    response = StreamingHttpResponse(zip_stream(bundle.entries, made_at=now), content_type="application/zip")
    response["Content-Disposition"] = f'attachment; filename="{bundle.folder}.zip"'
    response["Cache-Control"] = "no-store"
    return response
