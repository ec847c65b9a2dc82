"""`manage.py load_registry`: the violation catalogue, minerals, provincial hours, and what agencies do, from the files
of this release. Adds what is new; what the register has is never replaced unless it is named.

Exit codes: 0 done; 1 done, but rows of the file differ from the register, which was kept; 2 nothing was done.
"""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from backend.accounts.models import Agency
from backend.audit import services as audit
from backend.registry.services import defaults
from shared.problems import Problem


class Command(BaseCommand):
    help = "Nạp danh mục vi phạm, khoáng sản, giờ khai thác, vai trò cơ quan / loads the registry's lists"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--catalogue", type=Path, help="tệp danh mục vi phạm khác / another catalogue file")
        parser.add_argument(
            "--take",
            action="append",
            default=[],
            metavar="CODE@DATE",
            help="ghi dòng này của tệp thành bản mới / record this row of the file as the next revision",
        )
        parser.add_argument(
            "--agency",
            action="append",
            default=[],
            metavar="KIND=NAME",
            help="cơ quan nào giữ vai trò gì / which agency is of which kind: " + ", ".join(defaults.agency_kinds()),
        )
        parser.add_argument("--province", default="", help='"tỉnh Hưng Yên"')
        parser.add_argument("--place", default="", help='"Hưng Yên"')

    def handle(self, *args: Any, **options: Any) -> None:
        now = timezone.now()
        agencies = _agencies(options["agency"])
        if agencies and not (options["province"].strip() and options["place"].strip()):
            raise CommandError("Cần --province và --place / --province and --place are needed", returncode=2)
        file = options["catalogue"] or defaults.CATALOGUE
        try:
            with transaction.atomic():
                loaded = defaults.catalogue_load(take=options["take"], file=file, actor=audit.SYSTEM, now=now)
                minerals = defaults.minerals_load(actor=audit.SYSTEM, now=now)
                hours = defaults.hours_load(actor=audit.SYSTEM, now=now)
                rows = 0
                if agencies:
                    rows = defaults.registry_defaults(
                        province=options["province"],
                        place=options["place"],
                        agencies=agencies,
                        actor=audit.SYSTEM,
                        now=now,
                    )
        except Problem as problem:
            said = [f"{error.path}: {error.as_json('vi')['detail']}" for error in problem.errors]
            raise CommandError("\n".join((problem.detail("vi"), *said)), returncode=2) from problem
        except (OSError, ValueError) as error:
            raise CommandError(f"Không đọc được tệp / the file cannot be read: {error}", returncode=2) from error
        self.stdout.write(f"Danh mục vi phạm / catalogue: +{len(loaded.added)}")
        self.stdout.write(f"Khoáng sản / minerals: +{len(minerals)}")
        self.stdout.write(f"Giờ khai thác / hours: +{len(hours)}")
        self.stdout.write(f"Vai trò cơ quan / agencies' rows: +{rows}")
        if loaded.kept:
            self.stdout.write("Khác tệp, giữ theo sổ / differ from the file, kept as the register has them:")
            for id_ in loaded.kept:
                self.stdout.write(f"  {id_}  (--take {id_})")
            raise CommandError(f"{len(loaded.kept)} dòng khác tệp / rows differ", returncode=1)


def _agencies(pairs: list[str]) -> dict[str, list[Agency]]:
    """Kind → agencies by name; CommandError names the one that is not there."""
    found: dict[str, list[Agency]] = {}
    for pair in pairs:
        kind, _, name = pair.partition("=")
        agency = Agency.objects.filter(name=name).first()
        if agency is None:
            raise CommandError(f"Không có cơ quan “{name}” / there is no agency “{name}”", returncode=2)
        found.setdefault(kind, []).append(agency)
    return found
