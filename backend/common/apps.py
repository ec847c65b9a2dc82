from django.apps import AppConfig


class CommonConfig(AppConfig):
    name = "backend.common"
    label = "common"

    def ready(self) -> None:
        from django_tasks.signals import task_finished

        from backend.common.abandoned import after_task

        task_finished.connect(after_task, dispatch_uid="backend.common.abandoned")
