"""`manage.py make_thumbnails`: look into files of evidence that the background never looked into.

For originals that came before there were small pictures, or that a killed worker left; with `--again` into all of them.
Ended half way, it goes on with `--after` the number it said last; run twice, it changes nothing more.
"""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from backend.inspections.pictures.tasks import evidences_to_look_into, look_into

_BATCH = 100


class Command(BaseCommand):
    help = "Làm ảnh nhỏ và đối chiếu các tệp chứng cứ / makes small pictures and compares files of evidence"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--after", type=int, default=0, help="chỉ tệp sau số này / only files above it")
        parser.add_argument(
            "--again", action="store_true", help="làm lại cả tệp đã xem / also those looked into before"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        last, done, none, gone = options["after"], 0, 0, 0
        while rows := evidences_to_look_into(again=options["again"], after=last, limit=_BATCH):
            for row in rows:
                try:
                    none += bool(look_into(row, timezone.now(), again=options["again"]))
                except FileNotFoundError:
                    gone += 1
                    self.stderr.write(
                        f"Tệp số {row}: không còn bản gốc trên đĩa; lấy lại từ bản sao lưu / "
                        f"file {row}: its original is not on the disk; restore it from a backup"
                    )
                done, last = done + 1, row
            self.stdout.write(f"… {last}")
        self.stdout.write(
            f"Đã xem {done} tệp, {none} tệp không có ảnh nhỏ, {gone} tệp thiếu bản gốc / "
            f"looked into {done} files, {none} without small pictures, {gone} without an original"
        )
