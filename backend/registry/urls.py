from django.urls import path

from backend.registry import apis

urlpatterns = [
    path("reference/", apis.ReferenceApi.as_view(), name="reference"),
    path("licences/", apis.LicenceListApi.as_view(), name="licences"),
    path("licences/<uuid:licence_id>/", apis.LicenceDetailApi.as_view(), name="licence"),
]
