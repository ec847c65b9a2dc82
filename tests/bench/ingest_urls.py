"""The office's addresses and one more: the yardstick, an empty view that asks for a token and nothing else."""

from django.urls import path
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


class EmptyApi(APIView):
    authentication_classes = (OfficerTokenAuthentication,)
    permission_classes = (IsAuthenticated,)

    def get(self, request: Request) -> Response:
        return Response({})


urlpatterns = [path("bench/empty/", EmptyApi.as_view()), *office.urlpatterns]
