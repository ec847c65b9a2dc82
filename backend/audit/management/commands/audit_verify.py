"""`manage.py audit_verify [--against HEADS …] [--keys PEM …]`: is the audit chain whole, and is it still the same?"""

import time
from argparse import ArgumentParser
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from backend.audit.claims import TORN, UNUSABLE, Claim, claims_in, files_of
from backend.audit.heads import head_publish
from backend.audit.outside_keys import read_keys
from backend.audit.selectors import head, server_keys
from backend.audit.verifying import trusted_keys, verify

WORDS = {
    "missing": "thiếu sự kiện / events are missing",
    "link_broken": "mối nối bị đứt / the link to the event before is broken",
    "changed": "sự kiện bị sửa / the event was changed",
    "head_differs": "đầu chuỗi không khớp / the head row does not match the last event",
    "head_unknown": "mã đầu chuỗi đã phát ra nhưng không còn / a head that was given out is gone",
    "tail_cut": "đuôi chuỗi bị cắt, đã từng có / the tail was cut off; there have been",
    "made_again": "không phải chuỗi đã ký, bị làm lại trong / not the chain that was signed; made again within",
    "signature_wrong": "chữ ký trên mã đầu chuỗi không đúng / the signature on a head does not hold",
    "key_unknown": "mã đầu chuỗi ký bằng khoá lạ, đưa khoá bằng --keys / a head by an unknown key; give it by --keys",
    "key_foreign": "khoá không được khoá đáng tin nào giới thiệu / a stored key that no trusted key announces",
    "trigger_missing": "thiếu trigger giữ chuỗi, chạy migrate / a trigger that keeps the chain is missing; run migrate",
}
_SHOWN_EVERY_S = 0.5


class Command(BaseCommand):
    help = (
        "Kiểm tra chuỗi nhật ký / verifies the audit chain. "
        "0: nguyên vẹn / whole, 1: có lỗi / faults, 2: chưa kiểm tra được / not checked"
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--against", metavar="PATH", nargs="+", action="extend", default=[],
            help="mã đầu chuỗi, biên nhận đã phát ra: tệp hoặc thư mục / files or folders with heads or receipts given "
            "out, one JSON value a line; those of KK_HEADS are always checked",
        )  # fmt: skip
        parser.add_argument(
            "--keys", metavar="PEM", nargs="+", action="extend", default=[],
            help="khoá công khai biết từ bên ngoài / public keys known from outside the database",
        )  # fmt: skip

    def handle(self, *args: Any, **options: Any) -> None:
        self._read, self._shown, self._unusable = 0, 0.0, 0
        try:
            trusted, faults = trusted_keys(_pems(options["keys"]))
        except ValueError as error:
            raise CommandError("--keys: không phải khoá P-256 / no P-256 key", returncode=2) from error
        claims = self._claims(_files(options["against"]), trusted)
        found = 0
        try:
            for found, fault in enumerate(chain(faults, verify(claims, self._progress)), 1):  # noqa: B007 - said below
                self.stdout.write(f"{fault.index}: {WORDS[fault.what]} {fault.detail}".rstrip())
        except KeyboardInterrupt as stop:
            raise CommandError(
                f"Đã dừng sau sự kiện {self._read}, đến đó có {found} lỗi; phần sau chưa kiểm tra / stopped after "
                f"event {self._read} with {found} faults so far; the rest was not checked", returncode=2,
            ) from stop  # fmt: skip
        except OSError as error:
            raise CommandError(f"{error.filename}: không đọc được / cannot be read", returncode=2) from error
        self._end(found)

    def _end(self, found: int) -> None:
        if found:
            raise CommandError(f"Chuỗi nhật ký có {found} lỗi / the audit chain has {found} faults", returncode=1)
        if self._unusable:
            raise CommandError(
                f"Chuỗi nguyên vẹn, nhưng {self._unusable} dòng không dùng được / the chain is whole, but "
                f"{self._unusable} lines could not be used", returncode=2,
            )  # fmt: skip
        self.stdout.write(f"Chuỗi nhật ký nguyên vẹn: {self._read} sự kiện / the audit chain is whole")
        if server_keys():
            try:
                _, path = head_publish(timezone.now())
            except OSError as error:
                self.stderr.write(f"Không ghi được mã đầu chuỗi / the head could not be written: {error}")
            else:
                self.stderr.write(f"Mã đầu chuỗi đã ghi vào / the head was written to {path}", str)

    def _claims(self, files: list[Path], trusted: dict[str, str]) -> Iterator[Claim]:
        for file in files:
            for claim in claims_in(file, trusted):
                if claim.what == UNUSABLE:
                    self._unusable += 1
                    self.stderr.write(f"{claim.where}: không có mã đầu chuỗi / holds no head")
                elif claim.what == TORN:
                    self.stderr.write(f"{claim.where}: dòng viết dở, bỏ qua / a line cut short, passed over")
                else:
                    yield claim

    def _progress(self, index: int) -> None:
        self._read = index
        if self.stderr.isatty() and time.monotonic() - self._shown > _SHOWN_EVERY_S:
            self._shown = time.monotonic()
            self.stderr.write(f"\r{index} / {head()[0]}", ending="")
            self.stderr.flush()


def _files(against: list[str]) -> list[Path]:
    """What was named, and the heads this office published."""
    files: list[Path] = []
    for path in against:
        try:
            files += files_of(Path(path))
        except OSError as error:
            raise CommandError(
                f"{path}: không đọc được mã đầu chuỗi nào / no heads can be read there", returncode=2
            ) from error
    published = Path(settings.HEADS_DIR)
    return files + [file for file in sorted(published.glob("heads-*.jsonl")) if file not in files]


def _pems(paths: list[str]) -> tuple[str, ...]:
    try:
        return read_keys(map(Path, paths))
    except OSError as error:
        raise CommandError(f"{error.filename}: không đọc được / cannot be read", returncode=2) from error
    except ValueError as error:
        raise CommandError(f"{error}: không có khoá công khai / holds no public key", returncode=2) from error
