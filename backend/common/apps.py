from django.apps import AppConfig


class CommonConfig(AppConfig):
    """Before `django_tasks_db` in INSTALLED_APPS: its command `db_worker` stands in for the library's."""

    name = "backend.common"
    label = "common"
