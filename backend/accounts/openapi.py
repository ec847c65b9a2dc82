"""How the OpenAPI document calls our tokens."""

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.plumbing import build_bearer_security_scheme_object


class OfficerTokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]  # spectacular's metaclass
    target_class = "backend.accounts.authentication.OfficerTokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: Any) -> dict[str, Any]:
        return dict(build_bearer_security_scheme_object(header_name="Authorization", token_prefix="Token"))  # noqa: S106 - a word, no secret


class DeliveryTokenScheme(OfficerTokenScheme):  # type: ignore[no-untyped-call]
    target_class = "backend.accounts.authentication.DeliveryAuthentication"
    name = "delivery_token"
