"""`manage.py backup FOLDER`: database, originals and, with a passphrase, the server's private keys."""

import os
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from backend.backups.taking import backup_take
from shared.problems import Problem

PASSPHRASE = "KK_BACKUP_PASSPHRASE"  # noqa: S105 - the name of a variable


class Command(BaseCommand):
    help = "Sao lưu cơ sở dữ liệu và tệp gốc vào FOLDER / backs up database and originals to FOLDER"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path, metavar="FOLDER")

    def handle(self, *args: Any, **options: Any) -> None:
        passphrase = os.environ.get(PASSPHRASE) or None
        try:
            taken = backup_take(
                folder=options["folder"], now=timezone.now(), passphrase=passphrase, on_file=self._progress
            )
        except Problem as problem:
            raise CommandError(f"{problem.detail('vi')} / {problem.detail('en')}", returncode=1) from problem
        except OSError as error:
            where = error.filename or options["folder"]
            raise CommandError(
                f"Không ghi được vào {where}: {error.strerror}; hãy xem ổ đĩa rồi chạy lại."
                f" / {where} cannot be written: {error.strerror}; look at the disk and run it again.",
                returncode=1,
            ) from error
        self.stdout.write(
            f"Đã sao lưu {taken.name}: {taken.files} tệp gốc ({taken.copied} tệp mới), {taken.events} sự kiện."
            f" / Backed up: {taken.files} originals ({taken.copied} new), {taken.events} events."
        )
        if not taken.keys:
            self.stdout.write(
                f"Khóa riêng của máy chủ không có trong bản sao lưu; đặt {PASSPHRASE} để khóa và đưa vào, hoặc cất"
                " riêng."
                f" / The server's private keys are not in it; set {PASSPHRASE} to include them locked, or keep them"
                " apart."
            )

    def _progress(self, done: int) -> None:
        if self.stderr.isatty() and done % 100 == 0:
            self.stderr.write(f"{done} tệp / files\r", ending="")
