from django.urls import path

from backend.reporting.apis import MonthlyApi

urlpatterns = [path("statistics/monthly/", MonthlyApi.as_view(), name="statistics-monthly")]
