"""The front page of the API: where to go."""

from typing import ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse
from rest_framework.views import APIView

from backend.accounts.permissions import EVERYONE

_NAMES = (
    "me",
    "reports",
    "cases",
    "devices",
    "devices-gaps",
    "quarantine",
    "reference",
    "statistics-monthly",
    "docs",
    "schema",
)


class ApiRoot(APIView):
    """Kiểm Khoáng: kiểm tra khai thác và vận chuyển khoáng sản / inspections of mineral extraction and transport."""

    roles: ClassVar = {"GET": EVERYONE}

    @extend_schema(responses={200: {"type": "object", "additionalProperties": {"type": "string", "format": "uri"}}})
    def get(self, request: Request) -> Response:
        return Response({name: reverse(name, request=request) for name in _NAMES})
