"""The memory of a process, asked of Linux while it lives (proc(5), `status` and `clear_refs`).

What the kernel keeps of a child that ended (`ru_maxrss`) is no such thing: it begins with the size of whoever started
it, and never falls again.
"""

import os
from pathlib import Path

KIB = 1024


def most(pid: int | None = None) -> int:
    """Bytes: the most since it began, or since `forget_most`. Without `pid`: of this process."""
    return _bytes("VmHWM", pid)


def forget_most(pid: int | None = None) -> int:
    """Bytes it has now."""
    Path(f"/proc/{pid or os.getpid()}/clear_refs").write_text("5", encoding="ascii")
    return _bytes("VmRSS", pid)


def _bytes(name: str, pid: int | None) -> int:
    status = Path(f"/proc/{pid or os.getpid()}/status").read_text(encoding="ascii", errors="replace")
    return int(status.split(f"{name}:")[1].split()[0]) * KIB
