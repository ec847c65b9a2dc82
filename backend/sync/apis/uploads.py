"""Evidence bytes by tus 1.0."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpResponse
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import status
from rest_framework.parsers import BaseParser
from rest_framework.request import Request
from rest_framework.response import Response

from backend.accounts.authentication import (
    read_clock,
)
from backend.common.parsers import natural
from backend.sync import selectors, uploads
from backend.sync.apis.deliveries import PROBLEM, DeliveryView
from shared.problems import FieldError, Problem


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
