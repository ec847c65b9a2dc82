"""`manage.py audit_verify [--against FILE]`: is the audit chain whole?"""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from backend.audit.models import Event
from backend.audit.selectors import verify

WORDS = {
    "missing": "thiếu sự kiện / events are missing",
    "link_broken": "mối nối bị đứt / the link to the event before is broken",
    "changed": "sự kiện bị sửa / the event was changed",
    "head_differs": "đầu chuỗi không khớp / the head row does not match the last event",
    "head_unknown": "mã đầu chuỗi đã phát ra nhưng không còn / a head that was given out is gone",
}


class Command(BaseCommand):
    help = "Kiểm tra chuỗi nhật ký / verifies the audit chain"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--against", metavar="FILE", help="receipts or heads given out, one JSON value a line")

    def handle(self, *args: Any, **options: Any) -> None:
        faults = list(verify(_heads(options["against"])))
        for fault in faults:
            self.stdout.write(f"{fault.index}: {WORDS[fault.what]} {fault.detail}".rstrip())
        if faults:
            raise CommandError(
                f"Chuỗi nhật ký có {len(faults)} lỗi / the audit chain has {len(faults)} faults", returncode=1
            )
        self.stdout.write(f"Chuỗi nhật ký nguyên vẹn: {Event.objects.count()} sự kiện / the audit chain is whole")


def _heads(path: str | None) -> list[str]:
    """Hashes from lines that are a JSON string or an object with `audit_head`."""
    if path is None:
        return []
    try:
        lines = Path(path).read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(f"{path}: không đọc được / cannot be read", returncode=2) from error
    heads = []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            value = json.loads(line)
            heads.append(str(value["audit_head"] if isinstance(value, dict) else value))
        except (ValueError, KeyError) as error:
            raise CommandError(
                f"{path}: dòng {number} không có audit_head / line {number} has no audit_head", returncode=2
            ) from error
    return heads
