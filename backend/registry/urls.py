from django.urls import path

from backend.registry import apis

urlpatterns = [
    path("reference/", apis.ReferenceApi.as_view(), name="reference"),
    path("communes/at/", apis.CommunesAtApi.as_view(), name="communes-at"),
    path("communes/named/", apis.CommunesNamedApi.as_view(), name="communes-named"),
    path("licences/", apis.LicenceListApi.as_view(), name="licences"),
    path("licences/<uuid:licence_id>/", apis.LicenceDetailApi.as_view(), name="licence"),
]
