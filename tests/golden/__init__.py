"""Files that phone, server and anybody else must read alike. How each was made: `make.py`; what it is: README.md."""

import json
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent


def read(name: str) -> Any:
    """The JSON value of a golden file."""
    return json.loads((FOLDER / name).read_text(encoding="utf-8"))
