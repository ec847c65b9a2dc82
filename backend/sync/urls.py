from django.urls import path

from backend.sync.apis import backups, deliveries, office, uploads

urlpatterns = [
    path("hello/", deliveries.HelloApi.as_view(), name="hello"),
    path("reports/batch/", deliveries.BatchApi.as_view(), name="reports-batch"),
    path("reports/backed-up/", backups.BackedUpApi.as_view(), name="reports-backed-up"),
    path("reports/<uuid:report_id>/", deliveries.ReportApi.as_view(), name="report"),
    path("reports/<uuid:report_id>/receipt/", deliveries.ReceiptApi.as_view(), name="report-receipt"),
    path("uploads/", uploads.UploadsApi.as_view(), name="uploads"),
    path("uploads/<uuid:upload_id>/", uploads.UploadApi.as_view(), name="upload"),
    path("devices/gaps/", office.GapsApi.as_view(), name="devices-gaps"),
    path("quarantine/", office.QuarantineApi.as_view(), name="quarantine"),
    path("quarantine/replay/", office.ReplaySomeApi.as_view(), name="quarantine-replay-some"),
    path("quarantine/<uuid:row_id>/replay/", office.ReplayApi.as_view(), name="quarantine-replay"),
]
