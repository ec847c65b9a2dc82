"""The one thing of the audit chain that is for everybody."""

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import ScopedRateThrottle
from rest_framework.views import APIView

from backend.audit.heads import signed_head


class HeadOutput(serializers.Serializer[object]):
    index = serializers.IntegerField(help_text="Số sự kiện của chuỗi / events in the chain")
    hash = serializers.CharField(help_text="SHA-256, hex")
    at = serializers.DateTimeField()
    key = serializers.CharField(help_text="SHA-256 (hex) SPKI")
    signature = serializers.CharField(help_text="ECDSA P-256, base64 DER, RFC 8785")


class HeadApi(APIView):
    """Mã đầu chuỗi nhật ký, đã ký; giữ lại để sau này đối chiếu / the audit chain's signed head, to be kept by whoever
    wants to check later that nothing before it was changed."""

    authentication_classes = ()
    permission_classes = (AllowAny,)  # tells nothing but how many events there are
    throttle_classes = (ScopedRateThrottle,)
    throttle_scope = "head"

    @extend_schema(responses=HeadOutput, auth=[])
    def get(self, request: Request) -> Response:
        return Response(signed_head(timezone.now()))
