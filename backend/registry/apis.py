"""What the phone takes along; the licence register."""

from typing import Any, ClassVar
from uuid import UUID

from django.http.response import HttpResponseBase
from django.utils.cache import get_conditional_response
from django.utils.decorators import method_decorator
from django.utils.http import quote_etag
from django.views.decorators.gzip import gzip_page
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import generics, serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from backend.accounts.authentication import officer_of, read_clock
from backend.accounts.permissions import EVERYONE
from backend.common.boxes import BoxField
from backend.common.paging import ByNumber
from backend.registry.selectors import places, reference, searching
from shared.clock import VIETNAM
from shared.rules.terms import MineralFamily


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


# --- licences


class LicensedMineralOutput(serializers.Serializer[Any]):
    code = serializers.CharField()
    name = serializers.CharField()
    family = serializers.CharField()


class CapacityOutput(serializers.Serializer[Any]):
    value = serializers.FloatField()
    unit = serializers.CharField()
    basis = serializers.CharField(allow_null=True)


class LicenceOutput(serializers.Serializer[Any]):
    """A licence as it stands today, or on `valid_on`. `box`: south, west, north, east in degrees."""

    id = serializers.UUIDField()
    number = serializers.CharField()
    version = serializers.IntegerField()
    effective_from = serializers.DateField()
    holder = serializers.CharField()
    tax_code = serializers.CharField(allow_null=True)
    issuer = serializers.CharField()
    issuer_level = serializers.CharField(allow_null=True)
    group = serializers.CharField(allow_null=True)
    minerals = LicensedMineralOutput(many=True)
    capacity = CapacityOutput(allow_null=True)
    valid_from = serializers.DateField(allow_null=True)
    valid_to = serializers.DateField(allow_null=True)
    box = serializers.ListField(child=serializers.FloatField(), allow_null=True)
    illustration = serializers.BooleanField()


class LicenceAreaOutput(serializers.Serializer[Any]):
    """`corner_table`: as the paper has it, northing x first; `geometry`: GeoJSON, WGS84; `repair`: how a ring that was
    not valid was mended and who confirmed it, {} when nothing was."""

    name = serializers.CharField()
    epsg = serializers.IntegerField()
    corner_table = serializers.CharField()
    geometry = serializers.JSONField()
    declared_ha = serializers.FloatField(allow_null=True)
    computed_ha = serializers.FloatField()
    difference_percent = serializers.FloatField(allow_null=True)
    repair = serializers.JSONField()
    source = serializers.CharField()  # type: ignore[assignment]  # a field of this name beside DRF's own attribute


class LicenceVersionOutput(serializers.Serializer[Any]):
    version = serializers.IntegerField()
    in_force = serializers.BooleanField()
    effective_from = serializers.DateField()
    basis = serializers.CharField()
    holder = serializers.CharField()
    tax_code = serializers.CharField(allow_null=True)
    issuer = serializers.CharField()
    issuer_level = serializers.CharField(allow_null=True)
    issued_on = serializers.DateField(allow_null=True)
    group = serializers.CharField(allow_null=True)
    purpose = serializers.CharField()
    minerals = LicensedMineralOutput(many=True)
    depth_limit_m = serializers.FloatField(allow_null=True)
    depth_datum = serializers.CharField()
    capacity = CapacityOutput(allow_null=True)
    hours = serializers.JSONField()
    season = serializers.JSONField()
    explosives = serializers.BooleanField()
    valid_from = serializers.DateField(allow_null=True)
    valid_to = serializers.DateField(allow_null=True)
    area = serializers.JSONField(allow_null=True)
    areas = LicenceAreaOutput(many=True)
    stockyards = serializers.ListField(child=serializers.JSONField())
    equipment = serializers.ListField(child=serializers.JSONField())
    recorded_at = serializers.DateTimeField()


class LicenceDetailOutput(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    number = serializers.CharField()
    illustration = serializers.BooleanField()
    versions = LicenceVersionOutput(many=True)


class LicenceQuery(serializers.Serializer[Any]):
    q = serializers.CharField(required=False, max_length=200, default="", allow_blank=True)
    number = serializers.CharField(required=False, max_length=60, default="", allow_blank=True)
    mineral = serializers.CharField(required=False, max_length=20, default="", allow_blank=True)
    family = serializers.ChoiceField(required=False, choices=[family.value for family in MineralFamily])
    valid_on = serializers.DateField(required=False)
    bbox = BoxField(required=False, help_text="west,south,east,north")


class ByLicenceNumber(ByNumber):
    """By the number on the licence, which is unique and never changes."""

    ordering = "number"


class LicenceListApi(generics.GenericAPIView[Any]):
    """Sổ giấy phép khai thác / the licence register: `q` finds numbers, holders and minerals without accents too."""

    roles: ClassVar = {"GET": EVERYONE}
    serializer_class = LicenceOutput
    pagination_class = ByLicenceNumber

    @extend_schema(parameters=[LicenceQuery], responses=LicenceOutput(many=True))
    def get(self, request: Request) -> Response:
        query = LicenceQuery(data=request.query_params)
        query.is_valid(raise_exception=True)
        data = query.validated_data
        day = data.get("valid_on") or read_clock().astimezone(VIETNAM).date()
        family = data.get("family")
        wanted = searching.Wanted(
            day,
            data["q"],
            data["number"],
            data["mineral"],
            None if family is None else MineralFamily(family),
            data.get("valid_on"),
            data.get("bbox"),
        )
        page = self.paginate_queryset(searching.licences(wanted))
        return self.get_paginated_response(LicenceOutput(searching.lines(page or [], day), many=True).data)


class LicenceDetailApi(APIView):
    """Một giấy phép với mọi lần điều chỉnh / one licence with every amendment, corner tables included."""

    roles: ClassVar = {"GET": EVERYONE}

    @extend_schema(responses=LicenceDetailOutput)
    def get(self, request: Request, licence_id: UUID) -> Response:
        day = read_clock().astimezone(VIETNAM).date()
        return Response(LicenceDetailOutput(searching.licence_detail(licence_id, day)).data)


class PlaceQuery(serializers.Serializer[Any]):
    lat = serializers.FloatField(min_value=-90, max_value=90)
    lon = serializers.FloatField(min_value=-180, max_value=180)
    day = serializers.DateField(required=False)


class CommuneAtOutput(serializers.Serializer[Any]):
    """`by` boundary: the position lies in it, `distance_m` to its boundary. `by` nearest_centre: a suggestion only,
    `distance_m` to its centre."""

    code = serializers.CharField()
    name = serializers.CharField()
    province_code = serializers.CharField()
    province = serializers.CharField(allow_blank=True)
    by = serializers.ChoiceField(choices=["boundary", "nearest_centre"])
    distance_m = serializers.FloatField()


class ProvinceAtOutput(serializers.Serializer[Any]):
    code = serializers.CharField()
    name = serializers.CharField()
    distance_m = serializers.FloatField()


class PlacesAtOutput(serializers.Serializer[Any]):
    day = serializers.DateField()
    results = CommuneAtOutput(many=True)
    provinces = ProvinceAtOutput(many=True)


class CommunesAtApi(APIView):
    """Vị trí thuộc xã nào / the commune a position is in on a day, by boundary, on a border both; where no boundary
    says, the nearest centres as suggestions, marked as such. `provinces`: as far as their boundaries are known."""

    roles: ClassVar = {"GET": EVERYONE}

    @extend_schema(parameters=[PlaceQuery], responses=PlacesAtOutput)
    def get(self, request: Request) -> Response:
        query = PlaceQuery(data=request.query_params)
        query.is_valid(raise_exception=True)
        data = query.validated_data
        day = data.get("day") or read_clock().astimezone(VIETNAM).date()
        return Response(PlacesAtOutput(places.places_at(data["lat"], data["lon"], day)).data)


class NameQuery(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=200)
    day = serializers.DateField(required=False)


class CommuneNamedOutput(serializers.Serializer[Any]):
    """`former`: the unit of that name which went into the commune, empty when the name is its own."""

    code = serializers.CharField()
    name = serializers.CharField()
    province_code = serializers.CharField()
    province = serializers.CharField(allow_blank=True)
    former = serializers.CharField(allow_blank=True)


class CommunesNamedOutput(serializers.Serializer[Any]):
    day = serializers.DateField()
    results = CommuneNamedOutput(many=True)


class CommunesNamedApi(APIView):
    """Tên xã trên giấy tờ cũ nay là xã nào / which communes a name means on a day, also one that is no more: “xã Xuân
    Quan, huyện Văn Giang, tỉnh Hưng Yên”."""

    roles: ClassVar = {"GET": EVERYONE}

    @extend_schema(parameters=[NameQuery], responses=CommunesNamedOutput)
    def get(self, request: Request) -> Response:
        query = NameQuery(data=request.query_params)
        query.is_valid(raise_exception=True)
        data = query.validated_data
        day = data.get("day") or read_clock().astimezone(VIETNAM).date()
        found = {"day": day, "results": places.communes_named(data["name"], day)}
        return Response(CommunesNamedOutput(found).data)
