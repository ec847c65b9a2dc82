from django.urls import path

from backend.registry.apis import ReferenceApi

urlpatterns = [path("reference/", ReferenceApi.as_view(), name="reference")]
