"""Tokens: one officer on one device."""

from datetime import datetime
from hmac import compare_digest
from typing import Any

from django.utils import timezone
from knox.auth import TokenAuthentication
from knox.crypto import hash_token
from rest_framework import exceptions
from rest_framework.request import Request

from backend.accounts.models import Device, Officer, OfficerToken
from backend.accounts.selectors import tokens_that_begin_like


class OfficerTokenAuthentication(TokenAuthentication):  # type: ignore[misc]  # knox has no types
    """knox's tokens; a token of a revoked device or of somebody who left opens nothing at once.

    Looked up by ourselves, because every request does: knox asks three times, once for all tokens of the officer, to
    remove those that expired. That is done where tokens are made. A token is never prolonged (AUTO_REFRESH is off).
    """

    def authenticate_credentials(self, token: bytes) -> tuple[Officer, OfficerToken]:
        if not token.isalnum():  # of ASCII: letters and digits
            raise exceptions.AuthenticationFailed
        text = token.decode("ascii")
        digest = hash_token(text)
        for row in tokens_that_begin_like(text):
            if compare_digest(digest, row.digest):
                return self._opened(row)
        raise exceptions.AuthenticationFailed

    @staticmethod
    def _opened(row: OfficerToken) -> tuple[Officer, OfficerToken]:
        expired = row.expiry is not None and row.expiry < timezone.now()
        revoked = row.device is not None and row.device.revoked_at is not None
        if expired or revoked or not row.user.is_active:
            raise exceptions.AuthenticationFailed
        return row.user, row


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
