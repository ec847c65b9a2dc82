"""Evidence bytes by tus 1.0."""

import fcntl
import socket
import sys
import termios
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.http import http_date
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import status
from rest_framework.parsers import BaseParser
from rest_framework.request import Request
from rest_framework.response import Response

from backend.accounts.authentication import read_clock
from backend.common.parsers import natural
from backend.sync import tus_headers, uploads
from backend.sync.apis.deliveries import PROBLEM, DeliveryView
from backend.sync.slow_lines import SlowLines
from shared.problems import FieldError, Problem

if TYPE_CHECKING:
    from backend.sync.models import Upload

OFFSET_STREAM = "application/offset+octet-stream"
_LINES = SlowLines()


class OffsetStreamParser(BaseParser):
    """Leaves the bytes on the line: they are streamed to the disk, never held."""

    media_type = OFFSET_STREAM

    def parse(self, stream: Any, media_type: Any = None, parser_context: Any = None) -> Any:
        return stream


class TusView(DeliveryView):
    """tus 1.0.0: the version header both ways; the method may be named in a header."""

    parser_classes = (OffsetStreamParser,)

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if (method := request.headers.get("X-HTTP-Method-Override")) is not None:
            request.method = method.upper()
        return super().dispatch(request, *args, **kwargs)

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

    def options(self, request: Request, *args: Any, **kwargs: Any) -> Response:  # type: ignore[override]  # DRF's request
        response = Response(status=status.HTTP_204_NO_CONTENT)
        response["Tus-Version"] = "1.0.0"
        response["Tus-Extension"] = ",".join(tus_headers.EXTENSIONS)
        response["Tus-Checksum-Algorithm"] = ",".join(tus_headers.ALGORITHMS)
        response["Tus-Max-Size"] = str(settings.EVIDENCE_MAX_BYTES)
        return response


_TUS = OpenApiParameter("Tus-Resumable", str, OpenApiParameter.HEADER, required=True, enum=["1.0.0"])
_CHECKSUM = OpenApiParameter("Upload-Checksum", str, OpenApiParameter.HEADER)
_BYTES = {OFFSET_STREAM: {"type": "string", "format": "binary"}}


class UploadsApi(TusView):
    """Bắt đầu gửi một tệp đã khai báo / begin to send a declared file."""

    @extend_schema(
        request=_BYTES,
        parameters=[
            _TUS,
            OpenApiParameter("Upload-Length", int, OpenApiParameter.HEADER, required=True),
            OpenApiParameter("Upload-Metadata", str, OpenApiParameter.HEADER, required=True),
            _CHECKSUM,
        ],
        responses={
            201: OpenApiResponse(description="Location, Upload-Offset, Upload-Expires"),
            400: OpenApiResponse(PROBLEM),
            404: OpenApiResponse(PROBLEM),
            413: OpenApiResponse(PROBLEM),
            415: OpenApiResponse(PROBLEM),
            422: OpenApiResponse(PROBLEM),
        },
    )
    def post(self, request: Request) -> HttpResponse:
        now = read_clock()
        if "Upload-Defer-Length" in request.headers:
            raise Problem("upload_length_needed")
        length = _natural(request, "Upload-Length")
        metadata = tus_headers.parse_metadata(request.headers.get("Upload-Metadata", ""))
        with _arriving(request) as body:
            upload, offset = uploads.upload_create(
                metadata=metadata,
                length=length,
                body=body if body.declared else None,
                delivery=self.delivery(request),
                now=now,
            )
        response = _answer(status.HTTP_201_CREATED, upload, offset)
        response["Location"] = request.build_absolute_uri(f"{request.path}{upload.id}/")
        return response


class UploadApi(TusView):
    """Gửi tiếp từ chỗ dừng, hoặc bỏ phần gửi dở / go on where it stopped, or drop what is unfinished."""

    @extend_schema(
        parameters=[_TUS],
        responses={
            200: OpenApiResponse(description="Upload-Offset, Upload-Length, Upload-Metadata, Upload-Expires"),
            404: OpenApiResponse(PROBLEM),
            410: OpenApiResponse(PROBLEM),
        },
    )
    def head(self, request: Request, upload_id: UUID) -> HttpResponse:
        now = read_clock()
        upload = uploads.upload_find(upload_id=upload_id, now=now)
        offset = uploads.upload_offset(upload=upload, delivery=self.delivery(request), now=now)
        response = _answer(status.HTTP_200_OK, upload, offset)
        evidence = upload.evidence
        response["Upload-Length"] = str(evidence.bytes)
        response["Upload-Metadata"] = tus_headers.metadata_header(
            {"report": str(evidence.report_id), "evidence": str(evidence.evidence_id), "sha256": evidence.sha256}
        )
        response["Cache-Control"] = "no-store"
        return response

    @extend_schema(
        request=_BYTES,
        parameters=[
            _TUS,
            OpenApiParameter("Upload-Offset", int, OpenApiParameter.HEADER, required=True),
            _CHECKSUM,
        ],
        responses={
            204: OpenApiResponse(description="Upload-Offset, Upload-Expires"),
            400: OpenApiResponse(PROBLEM),
            404: OpenApiResponse(PROBLEM),
            409: OpenApiResponse(PROBLEM),
            410: OpenApiResponse(PROBLEM),
            413: OpenApiResponse(PROBLEM),
            415: OpenApiResponse(PROBLEM),
            422: OpenApiResponse(PROBLEM),
        },
    )
    def patch(self, request: Request, upload_id: UUID) -> HttpResponse:
        now = read_clock()
        if request.content_type != OFFSET_STREAM:
            raise Problem("media_type_unsupported", expected=OFFSET_STREAM)
        upload = uploads.upload_find(upload_id=upload_id, now=now)
        with _arriving(request) as body:
            offset = uploads.upload_append(
                upload=upload,
                offset=_natural(request, "Upload-Offset"),
                body=body,
                delivery=self.delivery(request),
                now=now,
            )
        return _answer(status.HTTP_204_NO_CONTENT, upload, offset)

    @extend_schema(
        parameters=[_TUS],
        responses={
            204: None,
            403: OpenApiResponse(PROBLEM),
            404: OpenApiResponse(PROBLEM),
            410: OpenApiResponse(PROBLEM),
        },
    )
    def delete(self, request: Request, upload_id: UUID) -> HttpResponse:
        now = read_clock()
        upload = uploads.upload_find(upload_id=upload_id, now=now)
        uploads.upload_terminate(upload=upload, delivery=self.delivery(request), now=now)
        return HttpResponse(status=status.HTTP_204_NO_CONTENT)


def _answer(code: int, upload: "Upload", offset: int) -> HttpResponse:
    response = HttpResponse(status=code)
    response["Upload-Offset"] = str(offset)
    if (expires := uploads.expires_at(upload)) is not None:
        response["Upload-Expires"] = http_date(expires.timestamp())
    return response


@contextmanager
def _arriving(request: Request) -> Iterator[uploads.Body]:
    """The body of a request, watched while it is read: a slow one may be let go (`slow_lines`). Problem
    `media_type_unsupported` for a body of another type."""
    wsgi = request._request
    try:
        declared = natural(request.META.get("CONTENT_LENGTH") or "0")
    except ValueError as error:
        raise Problem("request_invalid", errors=(FieldError("Content-Length", "invalid"),)) from error
    if "Transfer-Encoding" in request.headers:
        raise Problem("upload_length_needed")
    if declared and request.content_type != OFFSET_STREAM:
        raise Problem("media_type_unsupported", expected=OFFSET_STREAM)
    checksum = tus_headers.parse_checksum(request.headers.get("Upload-Checksum"))

    peer: socket.socket | None = request.META.get("gunicorn.socket")

    def let_go() -> None:
        """The thread that waits for the line finds it ended."""
        if peer is not None:
            peer.shutdown(socket.SHUT_RD)

    with _LINES.holding(let_go, most=settings.SLOW_LINES, grace_s=settings.SLOW_LINE_GRACE_S) as line:

        def read(size: int) -> bytes:
            piece: bytes = wsgi.read(size)
            line.received += len(piece)
            return piece

        yield uploads.Body(declared, read, checksum, _waiting(peer))


def _waiting(peer: socket.socket | None) -> int:
    """Bytes that the kernel has of the line (FIONREAD, ioctl_tty(2))."""
    if peer is None:
        return 0
    found = fcntl.ioctl(peer, termios.FIONREAD, bytes(4))
    return int.from_bytes(found, sys.byteorder)


def _natural(request: Request, header: str) -> int:
    text = request.headers.get(header)
    if text is None:
        raise Problem("request_invalid", errors=(FieldError(header, "missing"),))
    if not (text.isascii() and text.isdigit() and len(text) < 16):
        raise Problem("request_invalid", errors=(FieldError(header, "value", {"expected": "0, 1, 2, …"}),))
    return int(text)
