"""`manage.py restore FOLDER [--snapshot NAME] [--check] [--replace] [--keys FILE]`."""

import os
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from backend.audit.outside_keys import read_keys
from backend.backups.checking import snapshot_check
from backend.backups.management.commands.backup import PASSPHRASE
from backend.backups.restoring import backup_restore
from backend.backups.vault import BackupFolder
from shared.problems import Problem


class Command(BaseCommand):
    help = "Khôi phục từ bản sao lưu, sau khi kiểm tra toàn bộ / puts a backup back after checking all of it"
    requires_system_checks = ()  # the database may not be there yet

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path, metavar="FOLDER")
        parser.add_argument("--snapshot", metavar="NAME", help="mặc định: bản mới nhất / default: the newest")
        parser.add_argument("--check", action="store_true", help="chỉ kiểm tra / check it, put nothing back")
        parser.add_argument(
            "--replace",
            action="store_true",
            help="SQLite: cất cơ sở dữ liệu đang có sang bên / SQLite: move the standing database aside",
        )
        parser.add_argument("--keys", type=Path, metavar="FILE", help="khóa công khai biết từ nơi khác / known PEMs")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            keys = read_keys([options["keys"]]) if options["keys"] else ()
            if options["check"]:
                self._check(options, keys)
            else:
                self._restore(options, keys)
        except ValueError as error:
            raise CommandError(f"{error}: không có khóa công khai / holds no public key", returncode=2) from error
        except Problem as problem:
            raise CommandError(f"{problem.detail('vi')} / {problem.detail('en')}", returncode=1) from problem
        except OSError as error:
            raise CommandError(
                f"Không đọc hoặc ghi được {error.filename}: {error.strerror}; chưa thay đổi gì, hãy chạy lại."
                f" / {error.filename} cannot be read or written: {error.strerror}; run it again.",
                returncode=1,
            ) from error

    def _check(self, options: dict[str, Any], keys: Any) -> None:
        vault = BackupFolder(options["folder"])
        snapshot = vault.snapshot(options["snapshot"])
        snapshot_check(snapshot, vault, keys=keys, on_file=self._progress)
        count = snapshot.manifest["files"]["count"]
        self.stdout.write(f"Bản sao lưu {snapshot.name} nguyên vẹn: {count} tệp gốc / the backup is whole")
        self._say_whose_keys(keys)

    def _restore(self, options: dict[str, Any], keys: Any) -> None:
        done = backup_restore(
            folder=options["folder"],
            now=timezone.now(),
            name=options["snapshot"],
            replace=options["replace"],
            passphrase=os.environ.get(PASSPHRASE) or None,
            keys=keys,
            on_file=self._progress,
        )
        self.stdout.write(
            f"Đã khôi phục {done.name}: {done.files} tệp gốc ({done.copied} tệp được chép)."
            f" / Restored: {done.files} originals ({done.copied} copied)."
        )
        if done.moved is not None:
            self.stdout.write(f"Cơ sở dữ liệu cũ nằm ở {done.moved} / the former database is kept there")
        self._say_whose_keys(keys)
        self.stdout.write(
            "Những gì nhận sau bản sao lưu này không còn ở máy chủ: điện thoại phải gửi lại, và audit_verify sẽ báo"
            " các đầu"
            " chuỗi đã phát ra sau đó; hãy lập biên bản. / What came after this backup is gone from the server: phones"
            " have to send it again, and audit_verify will name heads given out later; write it down."
        )
        self.stdout.write(
            "Nếu phần mềm mới hơn bản sao lưu: chạy manage.py migrate / if the software is newer: migrate"
        )

    def _say_whose_keys(self, keys: Any) -> None:
        if not keys:
            self.stdout.write(
                "Chữ ký được kiểm bằng khóa ghi trong chính bản sao lưu; dùng --keys với khóa biết từ nơi khác."
                " / The signature was checked with the backup's own keys; use --keys with keys known from elsewhere."
            )

    def _progress(self, done: int, total: int) -> None:
        if self.stderr.isatty() and (done % 100 == 0 or done == total):
            self.stderr.write(f"{done}/{total}\r", ending="")
