"""`manage.py expire_uploads`: remove unfinished uploads that nothing came for in KK_UPLOAD_DAYS.

Once a day. Confirmed evidence is never touched; the phone that sent the bytes still has the file and begins again.
"""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from backend.sync.uploads import leftovers_remove, uploads_expire

_BATCH = 500


class Command(BaseCommand):
    help = "Bỏ các tệp gửi dở đã quá hạn / removes unfinished uploads that have expired"

    def handle(self, *args: Any, **options: Any) -> None:
        now = timezone.now()
        gone = 0
        while done := uploads_expire(now=now, limit=_BATCH):
            gone += done
        left = leftovers_remove(now=now)
        self.stdout.write(
            f"Đã bỏ {gone} lượt gửi dở và {left} tệp thừa / {gone} unfinished uploads and {left} leftover files removed"
        )
