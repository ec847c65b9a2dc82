"""`manage.py rotate_key [--destroy-old]`: the server signs with a new key, which the one before announces."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from backend.audit import signing
from backend.audit.services import SYSTEM


class Command(BaseCommand):
    help = "Đổi khoá ký của máy chủ / gives the server a new signing key, announced by the one before"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--destroy-old",
            action="store_true",
            help="xoá nửa bí mật của mọi khoá cũ / remove the private halves of all older keys",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        now = timezone.now()
        try:
            row = signing.key_rotate(now, SYSTEM)
            destroyed = signing.old_keys_destroy(now, SYSTEM) if options["destroy_old"] else []
        except OSError as error:
            raise CommandError(
                f"Không đổi được khoá: {error}; đưa lại thư mục khoá (KK_KEYS) từ bản sao lưu rồi chạy lại / the key "
                "was not rotated; bring back the folder of keys (KK_KEYS) from a backup and run this again",
                returncode=2,
            ) from error
        self.stdout.write(f"Khoá mới / new key: {row.id} (← {row.announced_by})")
        for id_ in destroyed:
            self.stdout.write(f"Đã xoá nửa bí mật / private half removed: {id_}")
