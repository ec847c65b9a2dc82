from django.urls import path

from backend.accounts import apis

urlpatterns = [
    path("auth/login/", apis.LoginApi.as_view(), name="login"),
    path("auth/logout/", apis.LogoutApi.as_view(), name="logout"),
    path("me/", apis.MeApi.as_view(), name="me"),
    path("devices/", apis.DeviceListApi.as_view(), name="devices"),
    path("devices/codes/", apis.CodeApi.as_view(), name="devices-codes"),
    path("devices/enrol/", apis.EnrolApi.as_view(), name="devices-enrol"),
    path("devices/<uuid:device_id>/revoke/", apis.RevokeApi.as_view(), name="device-revoke"),
    path(
        "devices/<uuid:device_id>/officers/<uuid:officer_id>/revoke/",
        apis.RevokeOfficerApi.as_view(),
        name="device-officer-revoke",
    ),
]
