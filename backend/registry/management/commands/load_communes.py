"""`manage.py load_communes [--province CODE]`: the provinces and communes of the whole country, or of one province, and
what they were made from. Running it again changes nothing.

Exit codes: 0 recorded; 2 nothing could be done.
"""

import sqlite3
from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from backend.audit import services as audit
from backend.registry.importing.admin_units import AdminUnits
from backend.registry.services.places import places_record
from shared.problems import Problem


class Command(BaseCommand):
    help = "Nạp danh mục tỉnh, xã và đơn vị cũ / loads provinces, communes and the units they were made from"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--province", default="", metavar="CODE", help="chỉ một tỉnh / one province only (33)")

    def handle(self, *args: Any, **options: Any) -> None:
        units = AdminUnits(options["province"])
        try:
            provinces, communes, former = list(units.provinces()), list(units.communes()), list(units.former())
        except (OSError, sqlite3.Error) as error:
            raise CommandError(
                "Không đọc được dữ liệu của gói vietnamadminunits; cài lại các gói rồi thử lại"
                " / the data of the package vietnamadminunits cannot be read; install the packages again",
                returncode=2,
            ) from error
        if not provinces:
            raise CommandError(
                f"--province {options['province']}: không có tỉnh nào mã này; ghi mã hai chữ số"
                " / no province has this code; give its two digits",
                returncode=2,
            )
        try:
            done = places_record(
                provinces=provinces,
                communes=communes,
                former=former,
                source=units.source,
                actor=audit.SYSTEM,
                now=timezone.now(),
            )
        except Problem as problem:
            errors = [f"{e.path}: {e.as_json('vi')['detail']} / {e.as_json('en')['detail']}" for e in problem.errors]
            words = f"{problem.detail('vi')} / {problem.detail('en')}"
            raise CommandError("\n".join([words, *errors]), returncode=2) from problem
        self.stdout.write(
            "{provinces} tỉnh, {communes} xã, {former} đơn vị cũ: thêm {made}, sửa {corrected}, {phones} cho điện thoại"
            " / provinces, communes, former units: added, corrected, rows for phones".format(**asdict(done))
        )
