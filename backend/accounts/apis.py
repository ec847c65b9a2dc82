"""Signing in, enrolling phones, keeping them."""

from typing import Any, ClassVar
from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import generics, serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from backend.accounts import selectors, services
from backend.accounts.authentication import device_of, officer_of, read_clock, token_of
from backend.accounts.permissions import DEVICE_KEEPERS, DEVICE_READERS, EVERYONE, Anybody
from backend.accounts.rates import CodeGuess, EnrolThrottle, SignInThrottle
from backend.accounts.scoping import Scope, scope_of
from backend.accounts.views import ScopedView
from backend.audit import signing
from backend.audit.selectors import server_keys
from shared.problems import Problem
from shared.wire.v1.codec import encode
from shared.workflow.states import Role


class PlaceInOffice(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    name = serializers.CharField()


class OfficerOutput(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    username = serializers.CharField()
    name = serializers.CharField()
    post = serializers.CharField(allow_blank=True)
    unit = serializers.UUIDField(allow_null=True)
    agency = serializers.UUIDField(allow_null=True)
    roles = serializers.ListField(child=serializers.ChoiceField(choices=[r.value for r in Role]))


class LoginInput(serializers.Serializer[Any]):
    username = serializers.CharField(max_length=150)
    password = serializers.CharField(max_length=200, trim_whitespace=False, style={"input_type": "password"})


class LoginOutput(serializers.Serializer[Any]):
    token = serializers.CharField()
    expiry = serializers.DateTimeField(allow_null=True)
    officer = OfficerOutput()


class MeOutput(OfficerOutput):
    device = serializers.UUIDField(allow_null=True)


class CodeInput(serializers.Serializer[Any]):
    officer = serializers.UUIDField()


class CodeOutput(serializers.Serializer[Any]):
    code = serializers.CharField()
    expires_at = serializers.DateTimeField()
    qr = serializers.CharField(help_text="văn bản để vẽ mã QR / the text to draw as a QR code")


class EnrolInput(serializers.Serializer[Any]):
    code = serializers.CharField(max_length=40)
    public_key = serializers.CharField(max_length=1000, trim_whitespace=False, help_text="SPKI PEM, P-256")
    model = serializers.CharField(max_length=100)
    platform = serializers.CharField(max_length=100)


class EnrolOutput(serializers.Serializer[Any]):
    token = serializers.CharField()
    device = serializers.UUIDField()
    officer = OfficerOutput()
    keys = serializers.ListField(child=serializers.JSONField())
    server_time = serializers.DateTimeField()


class OfficerOnDevice(serializers.Serializer[Any]):
    id = serializers.UUIDField(source="officer_id")
    name = serializers.CharField(source="officer.name")
    since = serializers.DateTimeField()
    revoked_at = serializers.DateTimeField(allow_null=True)


class DeviceOutput(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    number = serializers.IntegerField()
    model = serializers.CharField()
    platform = serializers.CharField()
    key = serializers.CharField(source="key_id")
    unit = PlaceInOffice()
    enrolled_at = serializers.DateTimeField()
    revoked_at = serializers.DateTimeField(allow_null=True)
    officers = OfficerOnDevice(source="officer_rows", many=True)


class LoginApi(APIView):
    """Đăng nhập / sign in with a password, for people and scripts."""

    authentication_classes = ()
    permission_classes = (Anybody,)
    throttle_classes = (SignInThrottle,)

    @extend_schema(request=LoginInput, responses=LoginOutput, auth=[])
    def post(self, request: Request) -> Response:
        data = LoginInput(data=request.data)
        data.is_valid(raise_exception=True)
        row, token = services.officer_sign_in(request=request, now=read_clock(), **data.validated_data)
        return Response({"token": token, "expiry": row.expiry, "officer": selectors.officer_json(row.user)})


class LogoutApi(APIView):
    """Đăng xuất / give the token back, or end the web session. What waits on a phone stays there."""

    roles: ClassVar = {"POST": EVERYONE}

    @extend_schema(request=None, responses={204: OpenApiResponse(description="")})
    def post(self, request: Request) -> Response:
        services.officer_sign_out(
            request=request, officer=officer_of(request), token=token_of(request), now=read_clock()
        )
        return Response(status=status.HTTP_204_NO_CONTENT)


class MeApi(APIView):
    """Tôi là ai / who the caller is."""

    roles: ClassVar = {"GET": EVERYONE}

    @extend_schema(responses=MeOutput)
    def get(self, request: Request) -> Response:
        device = device_of(request)
        return Response(
            {**selectors.officer_json(officer_of(request)), "device": None if device is None else str(device.id)}
        )


class CodeApi(APIView):
    """Tạo mã kích hoạt dùng một lần / make a one-time enrolment code for an officer in scope."""

    roles: ClassVar = {"POST": DEVICE_KEEPERS}

    @extend_schema(request=CodeInput, responses={201: CodeOutput})
    def post(self, request: Request) -> Response:
        data = CodeInput(data=request.data)
        data.is_valid(raise_exception=True)
        officer = selectors.officer_in(scope_of(officer_of(request), DEVICE_KEEPERS), data.validated_data["officer"])
        now = read_clock()
        code, expires_at = services.code_make(officer=officer, made_by=officer_of(request), now=now)
        qr = services.code_text(server=request.build_absolute_uri("/"), code=code, now=now)
        answer = CodeOutput({"code": code, "expires_at": expires_at, "qr": qr}).data
        return Response(answer, status=status.HTTP_201_CREATED, headers={"Cache-Control": "no-store"})


class EnrolApi(APIView):
    """Kích hoạt thiết bị / enrol a phone with a one-time code and its public key."""

    authentication_classes = ()
    permission_classes = (Anybody,)
    throttle_classes = (EnrolThrottle,)

    @extend_schema(request=EnrolInput, responses={201: EnrolOutput}, auth=[])
    def post(self, request: Request) -> Response:
        data = EnrolInput(data=request.data)
        data.is_valid(raise_exception=True)
        now = read_clock()
        signing.key_ensure(now)
        guess = CodeGuess(request, self, now)
        guess.begin()
        try:
            device, officer, token = services.device_enrol(now=now, **data.validated_data)
        except Problem as problem:
            if problem.code == "code_invalid":
                services.code_refuse_record(now=now)
            else:
                guess.give_back()  # the code was right, and is still good
            raise
        guess.give_back()
        body = {
            "token": token,
            "device": str(device.id),
            "officer": selectors.officer_json(officer),
            "keys": [encode(signing.as_message(row)) for row in server_keys()],
            "server_time": encode(now),
        }
        return Response(body, status=status.HTTP_201_CREATED)


class DeviceListApi(ScopedView, generics.ListAPIView[Any]):
    """Thiết bị trong phạm vi / devices in scope."""

    roles: ClassVar = {"GET": DEVICE_READERS}
    serializer_class = DeviceOutput

    def rows(self, scope: Scope) -> QuerySet[Any]:
        return selectors.devices_in(scope)


class RevokeApi(APIView):
    """Thu hồi thiết bị / revoke a phone: reading ends at once, what it sealed is still accepted."""

    roles: ClassVar = {"POST": DEVICE_KEEPERS}

    @extend_schema(request=None, responses=DeviceOutput)
    def post(self, request: Request, device_id: UUID) -> Response:
        device = selectors.device_in(scope_of(officer_of(request), DEVICE_KEEPERS), device_id)
        return Response(
            DeviceOutput(services.device_revoke(device=device, by=officer_of(request), now=read_clock())).data
        )


class RevokeOfficerApi(APIView):
    """Thu hồi quyền của một người trên thiết bị / one officer may no longer read on this phone; others go on."""

    roles: ClassVar = {"POST": DEVICE_KEEPERS}

    @extend_schema(request=None, responses=DeviceOutput)
    def post(self, request: Request, device_id: UUID, officer_id: UUID) -> Response:
        scope = scope_of(officer_of(request), DEVICE_KEEPERS)
        device = selectors.device_in(scope, device_id)
        services.device_officer_revoke(device=device, officer_id=officer_id, by=officer_of(request), now=read_clock())
        return Response(DeviceOutput(selectors.device_in(scope, device_id)).data)
