"""`manage.py quarantine_replay`: after an upgrade, try again what waits in quarantine.

Exit codes: 0 everything that waited is filed; 1 some of it is still refused; 2 nothing could be done, or stopped.
"""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from backend.registry.management.console import NOTHING, SOME_ROWS, bar, plain, terminating
from backend.sync.management.console import officer_named
from backend.sync.replaying import Replayed, quarantine_replay_each
from backend.sync.selectors import quarantine_waiting


class Command(BaseCommand):
    help = "Thử nhận lại các bản trong khu cách ly / tries again what waits in quarantine"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.epilog = (
            "Mã thoát / exit codes: 0 nhận hết / all filed; 1 còn bản chưa nhận / some still refused; "
            "2 không làm được hoặc đã dừng / nothing could be done, or stopped."
        )
        parser.add_argument("--code", help="chỉ loại này / this kind of refusal only: schema_unknown, …")
        parser.add_argument("--after", type=int, default=0, metavar="NUMBER", help="đi tiếp từ số này / go on above")
        parser.add_argument("--by", metavar="USERNAME", help="người làm / who does this")
        parser.add_argument("--json", action="store_true", help="mỗi dòng một JSON / one JSON value a line")

    def handle(self, *args: Any, **options: Any) -> None:
        by = officer_named(options["by"])
        rows = quarantine_waiting(options["code"], options["after"])
        total, filed, refused, last = rows.count(), 0, 0, options["after"]
        try:
            with terminating(), bar("bản/envelopes") as progress:
                for one in quarantine_replay_each(rows=rows, by=by, now=timezone.now(), language="vi"):
                    filed, refused = filed + (one.problem is None), refused + (one.problem is not None)
                    last = one.row.number or last
                    self._say(one, as_json=options["json"])
                    progress(filed + refused, total)
        except KeyboardInterrupt as interrupt:
            raise CommandError(
                f"Đã dừng theo lệnh; những gì đã nhận vẫn còn, đi tiếp bằng --after {last}"
                f" / stopped as told; what was filed stays, go on with --after {last}",
                returncode=NOTHING,
            ) from interrupt
        if not options["json"]:
            self.stdout.write(f"nhận / filed: {filed}; còn từ chối / still refused: {refused}")
        if refused:
            raise CommandError(
                "Còn bản chưa nhận được; xem lý do ở từng dòng / some are still refused; each says why",
                returncode=SOME_ROWS,
            )

    def _say(self, one: Replayed, *, as_json: bool) -> None:
        number, reason = one.row.number, one.reason
        if as_json:
            said = {"number": number, "quarantine": str(one.row.id), "status": one.status}
            report = None if one.report is None else str(one.report)
            why = None if reason is None else reason.as_json("vi")
            self.stdout.write(json.dumps({**said, "report": report, "refused": why}, ensure_ascii=True))
        elif reason is None:
            self.stdout.write(f"{number} | {one.status} | {one.report}")
        else:
            words = f"{reason.detail('vi')} / {reason.detail('en')}"
            self.stdout.write(plain(f"{number} | {one.status} | {reason.code} | {words}").replace("\n", " "))
