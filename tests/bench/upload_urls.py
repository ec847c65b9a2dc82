"""The office's addresses and two more, the yardsticks: a view that asks for a token, streams a body into a file of its
own and syncs it, and nothing else. Bare: with the token's library as it is. Lean: with the office's own way to look a
token up."""

import os
from pathlib import Path
from typing import Any, ClassVar
from uuid import uuid4

from django.conf import settings
from django.urls import path
from knox.auth import TokenAuthentication
from rest_framework.parsers import BaseParser
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from backend.accounts.authentication import OfficerTokenAuthentication
from backend.config import urls as office

handler400, handler403, handler404, handler500 = (
    office.handler400,
    office.handler403,
    office.handler404,
    office.handler500,
)


class StreamParser(BaseParser):
    media_type = "application/offset+octet-stream"

    def parse(self, stream: Any, media_type: Any = None, parser_context: Any = None) -> Any:
        return stream


class BareApi(APIView):
    authentication_classes: ClassVar[Any] = (TokenAuthentication,)
    permission_classes = (IsAuthenticated,)
    parser_classes = (StreamParser,)

    def post(self, request: Request) -> Response:
        folder = Path(settings.EVIDENCE_DIR) / "bare"
        folder.mkdir(parents=True, exist_ok=True)
        with (folder / uuid4().hex).open("wb") as file:
            while piece := request._request.read(2**16):
                file.write(piece)
            file.flush()
            os.fsync(file.fileno())
        return Response(status=201)


class LeanApi(BareApi):
    authentication_classes: ClassVar[Any] = (OfficerTokenAuthentication,)


urlpatterns = [
    path("bench/bare/", BareApi.as_view()),
    path("bench/lean/", LeanApi.as_view()),
    *office.urlpatterns,
]
