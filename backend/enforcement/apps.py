from django.apps import AppConfig


class EnforcementConfig(AppConfig):
    name = "backend.enforcement"
    label = "enforcement"
