from django.urls import path

from backend.sync import apis

urlpatterns = [
    path("hello/", apis.HelloApi.as_view(), name="hello"),
    path("reports/batch/", apis.BatchApi.as_view(), name="reports-batch"),
    path("reports/<uuid:report_id>/", apis.ReportApi.as_view(), name="report"),
    path("reports/<uuid:report_id>/receipt/", apis.ReceiptApi.as_view(), name="report-receipt"),
    path("uploads/", apis.UploadsApi.as_view(), name="uploads"),
    path("uploads/<uuid:upload_id>/", apis.UploadApi.as_view(), name="upload"),
    path("devices/gaps/", apis.GapsApi.as_view(), name="devices-gaps"),
    path("quarantine/", apis.QuarantineApi.as_view(), name="quarantine"),
    path("quarantine/<uuid:row_id>/replay/", apis.ReplayApi.as_view(), name="quarantine-replay"),
]
