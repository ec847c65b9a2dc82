"""`manage.py import_card FOLDER --by USERNAME`: takes in what a memory card or export folder carries.

Exit codes: 0 everything is here; 1 something was refused, each says why; 2 nothing could be done, or stopped.
"""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from backend.registry.management.console import NOTHING, SOME_ROWS, bar, failing, plain, terminating
from backend.sync.importing import (
    FILE,
    KNOWN,
    OTHER,
    RECEIPT,
    REFUSED,
    REPORT,
    STRANGER,
    TAKEN,
    UNDECLARED,
    CardImport,
    Line,
)
from backend.sync.management.console import officer_named
from shared.problems import Problem
from shared.wire.v1.card import Card

_KINDS = {
    REPORT: "phiếu / report",
    FILE: "tệp / file",
    RECEIPT: "biên nhận / receipt",
    OTHER: "thứ khác / other",
}
_OUTCOMES = {
    TAKEN: "nhận / taken",
    KNOWN: "đã có / here already",
    REFUSED: "từ chối / refused",
    UNDECLARED: "không phiếu nào khai, để lại / named by no report, left there",
    STRANGER: "không phải của thẻ, để lại / none of the card's, left there",
}
# What an interrupt leaves.
_UNDONE = "những gì đã nhận vẫn còn, chạy lại để tiếp / what was taken stays, run it again to go on"


class Command(BaseCommand):
    help = "Nhận phiếu và tệp từ thẻ nhớ / takes in reports and files from a memory card"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.epilog = (
            "Mã thoát / exit codes: 0 đã có đủ / everything is here; 1 có thứ bị từ chối / something was refused; "
            "2 không làm được hoặc đã dừng / nothing could be done, or stopped. Làm lại được / may be repeated."
        )
        parser.add_argument("folder", type=Path, metavar="FOLDER")
        parser.add_argument("--by", required=True, metavar="USERNAME", help="người mang thẻ đến / who brings the card")
        parser.add_argument("--dry-run", action="store_true", help="chỉ xem, không đổi gì / look only, change nothing")
        parser.add_argument("--json", action="store_true", help="mỗi dòng một JSON / one JSON value a line")

    def handle(self, *args: Any, **options: Any) -> None:
        by = officer_named(options["by"])
        if by is None:
            raise CommandError("--by: cần tên người mang thẻ / who brings the card is needed", returncode=NOTHING)
        try:
            card = Card.open(options["folder"])
        except Problem as problem:
            raise CommandError(f"{problem.detail('vi')} / {problem.detail('en')}", returncode=NOTHING) from problem
        work = CardImport(card, by, timezone.now, dry_run=options["dry_run"])
        with failing(options["folder"], undone=_UNDONE):
            self._run(work, as_json=options["json"])
        self._summary(work, as_json=options["json"])
        refused = sum(count for name, count in work.counts.items() if name.endswith(f" {REFUSED}"))
        if refused:
            raise CommandError(
                "Có thứ chưa nhận được; xem lý do ở từng dòng / something was not taken; each says why",
                returncode=SOME_ROWS,
            )

    def _run(self, work: CardImport, *, as_json: bool) -> None:
        lines = work.run()
        with terminating(), bar("mục/items") as progress:
            try:
                for done, line in enumerate(lines, start=1):
                    self.stdout.write(json.dumps(_as_json(line), ensure_ascii=True) if as_json else _as_text(line))
                    progress(done, None)
            finally:
                lines.close()  # stopped in the middle: what was done is recorded before this returns

    def _summary(self, work: CardImport, *, as_json: bool) -> None:
        if as_json:
            counts = {name.replace(" ", "_"): count for name, count in sorted(work.counts.items())}
            self.stdout.write(json.dumps({"dry_run": work.dry_run, "counts": counts}))
            return
        dry = "xem thử, chưa đổi gì / looked at only, nothing changed: " if work.dry_run else ""
        said = [f"{_KINDS[kind]} {_OUTCOMES[outcome]}: {count}" for (kind, outcome), count in _pairs(work)]
        self.stdout.write(dry + "; ".join(said))


def _pairs(work: CardImport) -> list[tuple[tuple[str, str], int]]:
    return [((name.split(" ")[0], name.split(" ")[1]), count) for name, count in sorted(work.counts.items())]


def _as_json(line: Line) -> dict[str, Any]:
    problem = None if line.problem is None else line.problem.as_json("vi")
    report = None if line.report is None else str(line.report)
    return {"kind": line.kind, "name": line.name, "outcome": line.outcome, "report": report, "problem": problem}


def _as_text(line: Line) -> str:
    words = f"{_KINDS[line.kind]} | {line.name} | {_OUTCOMES[line.outcome]}"
    if line.problem is not None:
        words += f" | {line.problem.code}: {line.problem.detail('vi')} / {line.problem.detail('en')}"
        words += "".join(f" [{error.path}]" for error in line.problem.errors[:5])
    return plain(words).replace("\n", " ")
