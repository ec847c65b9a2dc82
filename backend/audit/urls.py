from django.urls import path

from backend.audit import apis

urlpatterns = [path("audit/head/", apis.HeadApi.as_view(), name="audit-head")]
