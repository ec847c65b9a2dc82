"""`manage.py export_licences --format csv|xlsx FILE`: the licence register as a sheet, harmless to spreadsheets.

Exit codes: 0 everything is in the file; 1 something did not fit; 2 nothing could be done.
"""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from backend.registry.importing.exporting import FORMATS, licences_export
from backend.registry.management.console import NOTHING, SOME_ROWS, bar, failing
from shared.clock import VIETNAM


class Command(BaseCommand):
    help = (
        "Xuất sổ giấy phép ra bảng; ô bắt đầu bằng = + - @ có dấu ' đứng trước (CSV), khi nhập lại được bỏ đi "
        "/ writes the licence register as a sheet; cells that begin with = + - @ get a ' before them (CSV), which the "
        "import takes off again"
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE")
        parser.add_argument("--format", choices=FORMATS, help="mặc định theo đuôi tệp / default: by the file's suffix")
        parser.add_argument("--force", action="store_true", help="ghi đè tệp có sẵn / replace a file that is there")

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["file"]
        kind = options["format"] or path.suffix.lower().removeprefix(".")
        if kind not in FORMATS:
            raise CommandError(
                f"“{path.name}”: chọn --format csv hoặc xlsx / choose --format csv or xlsx", returncode=NOTHING
            )
        if path.exists() and not options["force"]:
            raise CommandError(
                f"{path}: đã có tệp này; đặt tên khác hoặc --force / it is there already; take another name or --force",
                returncode=NOTHING,
            )
        with failing(path, undone="chưa ghi tệp nào / no file was written"), bar("giấy phép/licences") as progress:
            counts = licences_export(path, kind, today=timezone.now().astimezone(VIETNAM).date(), progress=progress)
        self.stdout.write(f"{path.name}: {counts['licences']} giấy phép / licences, {counts['rows']} dòng / rows")
        if counts["too_long"]:
            raise CommandError(
                f"{counts['too_long']} ô quá dài cho XLSX và ghi rõ như vậy; xuất CSV để có đủ / "
                f"{counts['too_long']} cells are too long for XLSX and say so; export CSV to have them",
                returncode=SOME_ROWS,
            )
