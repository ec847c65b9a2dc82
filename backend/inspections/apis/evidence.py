"""Files of evidence as they are handed out, and who had them."""

import re
from collections.abc import Iterator
from contextlib import closing
from typing import Any, BinaryIO, ClassVar
from uuid import UUID

from django.http import FileResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from backend.accounts.authentication import officer_of, read_clock
from backend.accounts.permissions import CASE_READERS, OFFICE_READERS
from backend.accounts.scoping import scope_of
from backend.audit.actions import Action
from backend.common.renderers import WhateverIsAccepted
from backend.inspections import custody, evidence, selectors, services
from shared.problems import FieldError, Problem

SIZES = ("original", "preview", "thumbnail")
_PIECE = 2**16
_RANGE = re.compile(r"bytes=(\d{0,15})-(\d{0,15})")


PROBLEM = {"$ref": "#/components/schemas/Problem"}


class EvidenceApi(APIView):
    """Bản gốc hoặc ảnh nhỏ của một tệp chứng cứ / an original byte for byte, or its small picture; each is recorded."""

    roles: ClassVar = {"GET": CASE_READERS}
    content_negotiation_class = WhateverIsAccepted

    @extend_schema(
        parameters=[
            OpenApiParameter("size", str, enum=SIZES, description="mặc định / default: original"),
            OpenApiParameter("Range", str, OpenApiParameter.HEADER, description="bytes=first-last (original)"),
        ],
        responses={
            (200, "application/octet-stream"): OpenApiTypes.BINARY,
            (200, "image/jpeg"): OpenApiTypes.BINARY,
            (206, "application/octet-stream"): OpenApiTypes.BINARY,
            416: OpenApiResponse(PROBLEM, "range_unsatisfiable"),
        },
    )
    def get(self, request: Request, report_id: UUID, evidence_id: UUID) -> HttpResponseBase:
        size = request.query_params.get("size", "original")
        if size not in SIZES:
            raise Problem("request_invalid", errors=(FieldError("size", "value", {"expected": ", ".join(SIZES)}),))
        report = selectors.report_in(scope_of(officer_of(request)), report_id)
        row = selectors.evidence_of(report, evidence_id)
        response = _original(request, row) if size == "original" else _small(request, row, size)
        response["X-Content-Type-Options"] = "nosniff"
        response["Cache-Control"] = "private, no-store"  # another look is another line in the custody log
        response["X-Evidence-Sha256"] = row.sha256
        return response


def _small(request: Request, row: Any, size: str) -> HttpResponseBase:
    file = evidence.small_picture_open(evidence=row, size=size, by=officer_of(request), now=read_clock())
    return FileResponse(file, content_type="image/jpeg", filename=f"{row.sha256}.{size}.jpg")


def _original(request: Request, row: Any) -> HttpResponseBase:
    part = _part_asked(request.headers.get("Range", ""), row.bytes)
    file, size = evidence.original_open(
        evidence=row,
        by=officer_of(request),
        part="" if part is None else f"{part[0]}-{part[1]}",
        now=read_clock(),
    )
    # Never shown inline: what a phone sent is not to be run by a browser.
    kind = "application/octet-stream"
    response: HttpResponseBase
    if part is None:
        response = FileResponse(file, as_attachment=True, filename=row.sha256, content_type=kind)
    else:
        first, last = part
        response = StreamingHttpResponse(_pieces(file, first, last), status=206, content_type=kind)
        response["Content-Range"] = f"bytes {first}-{last}/{size}"
        response["Content-Length"] = str(last - first + 1)
        response["Content-Disposition"] = f'attachment; filename="{row.sha256}"'
    response["Accept-Ranges"] = "bytes"
    response["X-Evidence-Media-Type"] = row.media_type if row.media_type.isascii() else kind
    return response


def _part_asked(header: str, size: int) -> tuple[int, int] | None:
    """(first, last) byte of a single range (RFC 9110, 14.1.2). None for all of it: no range, several, or a unit that
    is not bytes, which may be ignored. Problem `range_unsatisfiable`."""
    match = _RANGE.fullmatch(header.replace(" ", ""))
    if match is None or match[0] == "bytes=-":
        return None
    if not match[1]:
        first, last = max(size - int(match[2]), 0), size - 1
    else:
        first, last = int(match[1]), min(int(match[2] or size - 1), size - 1)
        if match[2] and int(match[2]) < int(match[1]):
            return None
    if first > last:
        raise Problem("range_unsatisfiable", size=size)
    return first, last


def _pieces(file: BinaryIO, first: int, last: int) -> Iterator[bytes]:
    with closing(file):
        file.seek(first)
        left = last - first + 1
        while left and (piece := file.read(min(_PIECE, left))):
            left -= len(piece)
            yield piece


class HolderOutput(serializers.Serializer[Any]):
    """`kind`: officer | device | system | anonymous. `name`: of the officer or the device's model, "" where unknown."""

    kind = serializers.CharField()
    id = serializers.CharField()
    name = serializers.CharField()


class CustodyOutput(serializers.Serializer[Any]):
    """One step. `step`: received | carried | confirmed | looked_into | viewed | downloaded | bundled. `index`: of the
    event that records it. `via`: the phone that brought the report for another, null when it came by itself. `size`:
    thumbnail | preview | original. `part`: byte range of a download."""

    index = serializers.IntegerField()
    at = serializers.DateTimeField()
    step = serializers.CharField()
    who = HolderOutput()
    via = HolderOutput(allow_null=True)
    size = serializers.CharField(allow_null=True)
    part = serializers.CharField(allow_null=True)


class CustodyListOutput(serializers.Serializer[Any]):
    """In the order of the chain. `next`: address of the steps after these, null at the end."""

    sha256 = serializers.CharField()
    results = CustodyOutput(many=True)
    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)


class CustodyQuery(serializers.Serializer[Any]):
    after = serializers.IntegerField(min_value=0, max_value=2**62, default=0)
    limit = serializers.IntegerField(min_value=1, max_value=200, default=100)


class CustodyApi(APIView):
    """Nhật ký lưu giữ của một tệp / who had a file and when: received, confirmed, viewed, downloaded, bundled."""

    roles: ClassVar = {"GET": OFFICE_READERS}

    @extend_schema(parameters=[CustodyQuery], responses=CustodyListOutput)
    def get(self, request: Request, report_id: UUID, evidence_id: UUID) -> Response:
        query = CustodyQuery(data=request.query_params)
        query.is_valid(raise_exception=True)
        after, limit = query.validated_data["after"], query.validated_data["limit"]
        report = selectors.report_in(scope_of(officer_of(request), OFFICE_READERS), report_id)
        row = custody.declared(report, evidence_id)
        services.view_record(
            action=Action.CUSTODY_VIEWED,
            subject=f"evidence:{report.id}/{row.evidence_id}",
            by=officer_of(request),
            now=read_clock(),
        )
        steps = custody.steps(report, row, after=after, limit=limit + 1)
        more, here = len(steps) > limit, request.build_absolute_uri(request.path)
        steps = steps[:limit]
        body = {
            "sha256": row.sha256,
            "results": steps,
            "next": f"{here}?after={steps[-1].index}&limit={limit}" if more else None,
            "previous": f"{here}?limit={limit}" if after else None,
        }
        return Response(CustodyListOutput(body).data)
