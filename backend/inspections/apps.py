from django.apps import AppConfig


class InspectionsConfig(AppConfig):
    name = "backend.inspections"
    label = "inspections"

    def ready(self) -> None:
        from backend.inspections.ledger import observed
        from backend.registry.services.ledger import observed_by

        observed_by(observed)
