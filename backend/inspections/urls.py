from django.urls import path

from backend.inspections import apis

urlpatterns = [
    path("reports/", apis.ReportListApi.as_view(), name="reports"),
    path("licences/<uuid:licence_id>/ledger/", apis.LedgerApi.as_view(), name="licence-ledger"),
    path("reports/<uuid:report_id>/review/", apis.ReviewApi.as_view(), name="report-review"),
    path("reports/<uuid:report_id>/evidence/<uuid:evidence_id>/", apis.EvidenceApi.as_view(), name="report-evidence"),
]
