"""Lists that cannot forget their scope."""

from typing import Any

from django.db.models import QuerySet
from rest_framework.generics import GenericAPIView

from backend.accounts.authentication import officer_of
from backend.accounts.scoping import NOBODY, Scope, scope_of


class ScopedView(GenericAPIView[Any]):
    """A view over what `rows` gives for the caller's scope."""

    def rows(self, scope: Scope) -> QuerySet[Any]:
        raise TypeError(f"{type(self).__name__} does not say which rows it shows")

    def get_queryset(self) -> QuerySet[Any]:
        # The OpenAPI generator asks without anybody asking.
        fake = getattr(self, "swagger_fake_view", False)
        return self.rows(NOBODY if fake else scope_of(officer_of(self.request)))
