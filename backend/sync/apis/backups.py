"""Which sealed reports are in the office's last backup: the last thing a phone can want to know of them."""

from typing import Any

from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from backend.inspections.backed_up import manifests_backed_up
from backend.sync.apis.deliveries import PROBLEM, DeliveryView

MOST = 500


class BackedUpInput(serializers.Serializer[Any]):
    manifests = serializers.ListField(
        child=serializers.RegexField(r"^[0-9a-f]{64}\Z", trim_whitespace=False),
        max_length=MOST,
        help_text="SHA-256 of manifests",
    )


class BackedUpOutput(serializers.Serializer[Any]):
    """Signed like everything the server signs."""

    taken_at = serializers.DateTimeField(allow_null=True)
    manifests = serializers.ListField(child=serializers.CharField())
    key = serializers.CharField()
    signature = serializers.CharField()


class BackedUpApi(DeliveryView):
    """Phiếu nào đã có trong bản sao lưu gần nhất / which reports are in the last backup with every file.

    Needs no token, as receipts need none: whoever knows a manifest's hash may know that it is safe.
    """

    @extend_schema(request=BackedUpInput, responses={200: BackedUpOutput, 400: OpenApiResponse(PROBLEM)})
    def post(self, request: Request) -> Response:
        data = BackedUpInput(data=request.data)
        data.is_valid(raise_exception=True)
        return Response(manifests_backed_up(data.validated_data["manifests"]))
