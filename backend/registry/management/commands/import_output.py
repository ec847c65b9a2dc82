"""`manage.py import_output FILE`: read a sheet of declared output, say what would become of it, import when told to.

Exit codes: 0 every row is taken; 1 some rows are not; 2 nothing could be done.
"""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from backend.registry.importing.headers import OUTPUT_HEADERS
from backend.registry.importing.runs import DECLARED_OUTPUT
from backend.registry.management import console


class Command(BaseCommand):
    help = "Đọc thử rồi nhập sản lượng khai báo / checks and imports declared output"

    def add_arguments(self, parser: ArgumentParser) -> None:
        console.arguments(parser, OUTPUT_HEADERS)

    def handle(self, *args: Any, **options: Any) -> None:
        answers = console.pairs(options["answer"])
        console.run_command(kind=DECLARED_OUTPUT, options=options, epsg=None, answers=answers, out=self.stdout)
