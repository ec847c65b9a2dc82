"""`manage.py redraw_reports`: make the counting rows and the load ledger again from the sealed reports.

For reports that came before a row was drawn, or before the register had their licence. Ended half way, it goes on with
`--after` the number it said last; run twice, it changes nothing more.
"""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from backend.inspections.services import reports_redraw


class Command(BaseCommand):
    help = "Dựng lại các dòng thống kê từ phiếu đã niêm phong / makes the counting rows of sealed reports again"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--after", type=int, default=0, help="chỉ phiếu sau số này / only reports above it")
        parser.add_argument("--batch", type=int, default=200, help="phiếu mỗi lượt / reports a transaction")

    def handle(self, *args: Any, **options: Any) -> None:
        after, batch = options["after"], options["batch"]
        if batch < 1 or after < 0:
            raise CommandError(
                "--batch phải từ 1, --after phải từ 0; hãy sửa rồi chạy lại / "
                "--batch has to be 1 or more and --after 0 or more; correct them and run it again"
            )
        last = after
        while (done := reports_redraw(after=last, limit=batch, now=timezone.now())) is not None:
            last = done
            self.stdout.write(f"… {last}")
        self.stdout.write(
            f"Đã dựng lại đến phiếu số {last} / redrawn up to report number {last}"
            if last > after
            else f"Không có phiếu nào sau số {after} / there is no report above number {after}"
        )
