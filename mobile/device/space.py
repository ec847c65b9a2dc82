"""Room on the disk."""

import shutil
from collections.abc import Callable
from pathlib import Path


def free_bytes(folder: Path) -> Callable[[], int]:
    """See `mobile.ports.FreeSpace`: of the disk on which `folder` lies."""
    return lambda: shutil.disk_usage(folder).free
