"""`manage.py import_licences FILE`: read a licence register, say what would become of every row, import when told to.

Exit codes: 0 every row is taken; 1 some rows are not; 2 nothing could be done.
"""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from backend.registry.importing.columns import CORNER_HEADERS
from backend.registry.importing.headers import HEADERS
from backend.registry.importing.runs import LICENCES
from backend.registry.management import console


class Command(BaseCommand):
    help = "Đọc thử rồi nhập sổ giấy phép / checks and imports a licence register"

    def add_arguments(self, parser: ArgumentParser) -> None:
        console.arguments(parser, dict.fromkeys((*HEADERS, *CORNER_HEADERS)))
        console.area_arguments(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        answers = console.area_answers(options)
        console.run_command(kind=LICENCES, options=options, epsg=options["epsg"], answers=answers, out=self.stdout)
