"""`manage.py audit_publish [--to FOLDER]`: the signed head of the audit chain, written outside the database."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from backend.audit.heads import head_publish


class Command(BaseCommand):
    help = "Ghi mã đầu chuỗi đã ký ra ngoài cơ sở dữ liệu / writes the audit chain's signed head outside the database"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--to", metavar="FOLDER", type=Path, default=None, help="thay cho KK_HEADS / instead of KK_HEADS"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            head, path = head_publish(timezone.now(), options["to"])
        except OSError as error:
            raise CommandError(
                f"Không ghi được mã đầu chuỗi: {error}; kiểm tra thư mục và khoá của máy chủ / the head could not be "
                "written; check the folder and the server's keys", returncode=2,
            ) from error  # fmt: skip
        self.stdout.write(f"{head['index']} {head['hash']} → {path}")
