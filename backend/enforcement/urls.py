from django.urls import path

from backend.enforcement import apis

urlpatterns = [
    path("cases/", apis.CaseListApi.as_view(), name="cases"),
    path("cases/<uuid:case_id>/", apis.CaseApi.as_view(), name="case"),
    path("cases/<uuid:case_id>/actions/", apis.CaseActionApi.as_view(), name="case-actions"),
    path("cases/<uuid:case_id>/events/", apis.CaseEventsApi.as_view(), name="case-events"),
    path("cases/<uuid:case_id>/bundle/", apis.CaseBundleApi.as_view(), name="case-bundle"),
]
