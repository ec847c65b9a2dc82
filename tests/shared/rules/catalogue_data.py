"""The catalogue as it stands in the project's file, read once."""

from pathlib import Path
from typing import Any

from shared.rules import catalogue
from shared.rules.catalogue import Catalogue

FILE = Path(__file__).parents[3] / "backend" / "registry" / "data" / "violation_types.toml"
ROWS: list[dict[str, Any]] = catalogue.rows_of(FILE.read_text(encoding="utf-8"))
CATALOGUE: Catalogue = catalogue.read(ROWS)
