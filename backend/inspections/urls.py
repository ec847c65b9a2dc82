from django.urls import path

from backend.inspections.apis import bundles, evidence, ledger, reports

urlpatterns = [
    path("reports/", reports.ReportListApi.as_view(), name="reports"),
    path("licences/<uuid:licence_id>/ledger/", ledger.LedgerApi.as_view(), name="licence-ledger"),
    path("reports/<uuid:report_id>/review/", reports.ReviewApi.as_view(), name="report-review"),
    path(
        "reports/<uuid:report_id>/evidence/<uuid:evidence_id>/", evidence.EvidenceApi.as_view(), name="report-evidence"
    ),
    path(
        "reports/<uuid:report_id>/evidence/<uuid:evidence_id>/custody/",
        evidence.CustodyApi.as_view(),
        name="evidence-custody",
    ),
    path("reports/<uuid:report_id>/bundle/", bundles.ReportBundleApi.as_view(), name="report-bundle"),
]
