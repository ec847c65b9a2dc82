"""The office's pages as an app: Django's admin with our site."""

from django.contrib.admin.apps import AdminConfig


class OfficeAdminConfig(AdminConfig):
    default_site = "backend.config.admin.OfficeSite"
