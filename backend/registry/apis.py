"""What the phone takes along."""

from typing import Any, ClassVar

from django.http.response import HttpResponseBase
from django.utils.cache import get_conditional_response
from django.utils.decorators import method_decorator
from django.utils.http import quote_etag
from django.views.decorators.gzip import gzip_page
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from backend.accounts.authentication import officer_of
from backend.accounts.permissions import EVERYONE
from backend.registry.selectors import reference


class ReferenceOutput(serializers.Serializer[Any]):
    """Rows each have an `id`; docs/sync.md says what else."""

    cursor = serializers.CharField()
    licences = serializers.ListField(child=serializers.JSONField())
    minerals = serializers.ListField(child=serializers.JSONField())
    violation_types = serializers.ListField(child=serializers.JSONField())
    communes = serializers.ListField(child=serializers.JSONField())
    vehicles = serializers.ListField(child=serializers.JSONField())
    settings = serializers.DictField(child=serializers.JSONField())
    removed = serializers.ListField(child=serializers.CharField())


@method_decorator(gzip_page, name="dispatch")
class ReferenceApi(APIView):
    """Danh mục cho điện thoại / reference data for the phone: what changed above `cursor` where its officer works."""

    roles: ClassVar = {"GET": EVERYONE}

    @extend_schema(parameters=[OpenApiParameter("cursor", str)], responses=ReferenceOutput)
    def get(self, request: Request) -> HttpResponseBase:
        question = reference.asked(reference.place_of(officer_of(request).unit), request.query_params.get("cursor"))
        headers = {"ETag": quote_etag(question.etag), "Cache-Control": "private, no-cache"}
        known = get_conditional_response(request._request, etag=headers["ETag"])
        if known is not None:
            for name, value in headers.items():
                known.headers[name] = value
            return known
        return Response(reference.delta(question), headers=headers)
