"""What was written is on the disk."""

import os
from pathlib import Path


def sync(path: Path) -> None:
    """Of a file its bytes, of a folder the names in it; returns when they would survive a flat battery. OSError."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
