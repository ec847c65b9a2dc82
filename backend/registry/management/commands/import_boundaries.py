"""`manage.py import_boundaries FILE`: read boundaries of provinces or communes, say what would become of every row,
import when told to.

Exit codes: 0 every row is taken; 1 some rows are not; 2 nothing could be done.
"""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from backend.registry.importing.boundary_rows import BOUNDARY_HEADERS
from backend.registry.importing.runs import BOUNDARIES
from backend.registry.management import console


class Command(BaseCommand):
    help = "Đọc thử rồi nhập ranh giới tỉnh, xã / checks and imports boundaries of provinces and communes"

    def add_arguments(self, parser: ArgumentParser) -> None:
        console.arguments(parser, BOUNDARY_HEADERS)
        console.area_arguments(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        answers = console.area_answers(options)
        console.run_command(kind=BOUNDARIES, options=options, epsg=options["epsg"], answers=answers, out=self.stdout)
