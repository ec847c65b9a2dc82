"""Tokens: one officer on one device."""

from datetime import datetime
from typing import Any

from django.utils import timezone
from knox.auth import TokenAuthentication
from rest_framework import exceptions
from rest_framework.request import Request

from backend.accounts.models import Device, Officer, OfficerToken


class OfficerTokenAuthentication(TokenAuthentication):  # type: ignore[misc]  # knox has no types
    """knox's tokens; a token of a revoked device or of somebody who left opens nothing at once."""

    def authenticate_credentials(self, token: bytes) -> tuple[Officer, OfficerToken]:
        try:
            officer, row = super().authenticate_credentials(token)
        except UnicodeDecodeError as error:
            raise exceptions.AuthenticationFailed from error
        if row.device_id is not None and row.device.revoked_at is not None:
            raise exceptions.AuthenticationFailed
        return officer, row


class DeliveryAuthentication(OfficerTokenAuthentication):
    """For deliveries, which need no token: a bad one is worth as much as none, never a refusal (design §5)."""

    def authenticate(self, request: Request) -> Any:
        try:
            return super().authenticate(request)
        except exceptions.AuthenticationFailed:
            return None


def token_of(request: Request) -> OfficerToken | None:
    """The token used; None in a web session and for strangers."""
    return request.auth if isinstance(request.auth, OfficerToken) else None


def device_of(request: Request) -> Device | None:
    """The device whose token was used, or None for people and strangers."""
    token = token_of(request)
    return token.device if token is not None else None


def officer_or_none(request: Request) -> Officer | None:
    """Who asks, None for strangers."""
    return request.user if isinstance(request.user, Officer) else None


def officer_of(request: Request) -> Officer:
    """Who asks; only for views whose permission let officers in alone."""
    if not isinstance(request.user, Officer):
        raise TypeError("a view without MayDoThis asked for its officer")
    return request.user


def read_clock() -> datetime:
    """The server's clock, read once at the edge of a request."""
    return timezone.now()
