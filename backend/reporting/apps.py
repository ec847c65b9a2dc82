from django.apps import AppConfig


class ReportingConfig(AppConfig):
    name = "backend.reporting"
    label = "reporting"
