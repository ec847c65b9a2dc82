"""Disks that get full.

As root each is a small file system of its own (tmpfs), which is full by ENOSPC like a real one. Elsewhere nobody may
mount, and full is done by RLIMIT_FSIZE on the running processes: every write beyond a size is refused with EFBIG.
"""

import os
import resource
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

from tests.soak import processes

_MARK = "KK_SOAK_NAMESPACE"
_ROOM_MB = 2048
_NO_LIMIT = resource.RLIM_INFINITY
_HARDLY = 4096  # bytes: what a file may still have where nobody may mount


def enter_namespace(command: list[str]) -> None:
    """Begin this program again with mounts that nobody else sees and that end with its last process. Does nothing
    where that is not allowed."""
    if os.environ.get(_MARK) or os.geteuid() != 0:
        return
    tried = subprocess.run(
        ["unshare", "--mount", "mount", "-t", "tmpfs", "tmpfs", "/mnt"], capture_output=True, check=False
    )
    if tried.returncode == 0:
        os.environ[_MARK] = "1"
        os.execvp("unshare", ["unshare", "--mount", "--propagation", "private", sys.executable, *command])  # noqa: S606 - no shell is wanted


def can_mount() -> bool:
    return bool(os.environ.get(_MARK))


class Disk:
    """The folder `at`. `pids`: of those who write there, where full is done by limits."""

    def __init__(self, at: Path) -> None:
        self.at = at
        at.mkdir(parents=True, exist_ok=True)
        if can_mount():
            self._mount(f"size={_ROOM_MB}m")

    def fill(self, pids: Iterable[int]) -> None:
        """From now on not a block more."""
        if not can_mount():
            _limit(pids, _HARDLY)
            return
        for _ in range(100):
            used = os.statvfs(self.at)
            taken = (used.f_blocks - used.f_bfree) * used.f_frsize
            try:
                self._mount(f"remount,size={max(taken, 4096)}")
            except subprocess.CalledProcessError:
                continue  # somebody wrote between the two
            return
        raise RuntimeError(f"{self.at} cannot be made full")

    def free(self, pids: Iterable[int]) -> None:
        if can_mount():
            self._mount(f"remount,size={_ROOM_MB}m")
        else:
            _limit(pids, _NO_LIMIT)

    def _mount(self, options: str) -> None:
        subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(self.at)], check=True, capture_output=True)


def _limit(pids: Iterable[int], size: int) -> None:
    for pid in pids:
        for one in (pid, *processes.children(pid)):
            try:
                resource.prlimit(one, resource.RLIMIT_FSIZE, (size, _NO_LIMIT))
            except ProcessLookupError:
                continue  # it died meanwhile, which this run is about
