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

from backend.accounts.permissions import EVERYONE
from backend.registry import selectors


class CommuneOutput(serializers.Serializer[Any]):
    id = serializers.CharField(help_text="= code; what `removed` names")
    code = serializers.CharField()
    province_code = serializers.CharField()
    name = serializers.CharField()
    kind = serializers.CharField()
    lat = serializers.FloatField()
    lon = serializers.FloatField()


class LicenceOutput(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    number = serializers.CharField()
    holder = serializers.CharField()
    mineral = serializers.CharField()
    area = serializers.JSONField(help_text="GeoJSON Polygon | MultiPolygon, WGS84")
    valid_from = serializers.DateField()
    valid_to = serializers.DateField()
    illustration = serializers.BooleanField(help_text="dữ liệu minh họa / illustration, not a real licence")


class ReferenceOutput(serializers.Serializer[Any]):
    cursor = serializers.CharField()
    licences = LicenceOutput(many=True)
    minerals = serializers.ListField(child=serializers.JSONField())
    violation_types = serializers.ListField(child=serializers.JSONField())
    communes = CommuneOutput(many=True)
    vehicles = serializers.ListField(child=serializers.JSONField())
    settings = serializers.DictField(child=serializers.JSONField())
    removed = serializers.ListField(child=serializers.CharField())


@method_decorator(gzip_page, name="dispatch")
class ReferenceApi(APIView):
    """Danh mục cho điện thoại / reference data for the phone: everything, or nothing when `cursor` is still right."""

    roles: ClassVar = {"GET": EVERYONE}

    @extend_schema(parameters=[OpenApiParameter("cursor", str)], responses=ReferenceOutput)
    def get(self, request: Request) -> HttpResponseBase | None:
        package = selectors.reference_package()
        etag = quote_etag(package["cursor"])
        empty: dict[str, Any] = {"minerals": [], "violation_types": [], "vehicles": [], "settings": {}, "removed": []}
        if request.query_params.get("cursor") == package["cursor"]:
            package |= {"licences": [], "communes": []}
        response = Response(package | empty, headers={"ETag": etag})
        return get_conditional_response(request._request, etag=etag, response=response)
