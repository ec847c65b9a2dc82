"""`manage.py count_events`: how often each action stands in the audit chain, as JSON."""

import json
from typing import Any

from django.core.management.base import BaseCommand

from backend.audit.selectors import counts


class Command(BaseCommand):
    help = "Đếm sự kiện theo loại / counts audit events by action, as JSON"

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(json.dumps(counts()))
