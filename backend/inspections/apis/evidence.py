"""Original files, as they are handed out."""

from typing import ClassVar
from uuid import UUID

from django.http import FileResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.views import APIView

from backend.accounts.authentication import officer_of, read_clock
from backend.accounts.permissions import CASE_READERS
from backend.accounts.scoping import scope_of
from backend.audit.actions import Action
from backend.inspections import evidence as evidence_files
from backend.inspections import selectors, services


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
