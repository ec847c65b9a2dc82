"""buildozer, python-for-android and pip, in an environment of their own below var/apk; what they say of the package.

Each question is answered, or `Unavailable` says why it cannot be asked now; `Refused` is an answer: no.
"""

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mobile.android.verify import normal

INSIDE = Path(__file__).with_name("inside.py")
PHONE = ("any",)  # pip's tag of wheels that run everywhere
# What pip takes on the machine that builds: python-for-android lets it choose as for that machine.
DESK = ("manylinux_2_28_x86_64", "manylinux_2_17_x86_64", "manylinux2014_x86_64", "any")
_QUIETLY = (
    "--disable-pip-version-check",
    "--retries",
    "2",
)  # without a retry pip does not say that there is no network
_NO_NETWORK = re.compile(
    r"NewConnectionError|NameResolutionError|name resolution|Name or service not known|Max retries|[Tt]imed? ?out"
    r"|Connection (?:refused|reset|aborted|broken)|Network is unreachable|ProxyError|SSLError|IncompleteRead"
)
_PIN = re.compile(r"^([a-z0-9.-]+)==([^ ;\\]+)(.*?)(?=^[a-z0-9]|\Z)", re.MULTILINE | re.DOTALL)


class Unavailable(Exception):
    """Vietnamese and English, in one sentence."""


class Refused(Exception):
    """What the tool said last. `whole`: all it said."""

    def __init__(self, last: str, whole: str = "") -> None:
        super().__init__(last)
        self.whole = whole


@dataclass(frozen=True, slots=True)
class Wheel:
    """`sha256`: hexadecimal, "" where pip does not say."""

    name: str
    version: str
    file: str
    sha256: str

    @property
    def tag(self) -> str:
        return "-".join(self.file.removesuffix(".whl").split("-")[-3:])


@dataclass(frozen=True, slots=True)
class Pin:
    version: str
    hashes: frozenset[str]


@dataclass(frozen=True, slots=True)
class Graph:
    """`recipes`: name and version of what is compiled, in order. `modules`: what pip is left with."""

    recipes: tuple[tuple[str, str | None], ...]
    modules: frozenset[str]


def pins(*locks: Path) -> dict[str, Pin]:
    """By normal name; of a name with a version for each Python, the last that the file names."""
    found: dict[str, Pin] = {}
    for lock in locks:
        for name, version, rest in _PIN.findall(lock.read_text(encoding="utf-8")):
            found[normal(name)] = Pin(version, frozenset(re.findall(r"sha256:([0-9a-f]{64})", rest)))
    return found


def environment(lock: Path, folder: Path) -> Path:
    """Its Python; made anew when the lock file or the Python is another one. Refused where a hash is another one."""
    python, stamp = folder / "bin" / "python", folder / ".installed"
    wanted = f"{hashlib.sha256(lock.read_bytes()).hexdigest()} {sys.version}"
    if stamp.is_file() and stamp.read_text(encoding="utf-8") == wanted:
        return python
    shutil.rmtree(folder, ignore_errors=True)
    install = ["install", "--require-hashes", "--only-binary", ":all:", "--no-input", "-q", "-r", str(lock)]
    try:
        _run([sys.executable, "-m", "venv", str(folder)])
        _run([str(python), "-m", "pip", *_QUIETLY, *install])
    except Refused as no:
        if "DO NOT MATCH THE HASHES" in no.whole:
            raise
        raise Unavailable(f"không cài được / cannot be installed: {no}") from no
    stamp.write_text(wanted, encoding="utf-8")
    return python


def site_packages(python: Path) -> Path:
    return next((python.parents[1] / "lib").glob("python3*")) / "site-packages"


def recipes(site: Path) -> frozenset[str]:
    """Names of the recipes of the python-for-android that is installed there, in small letters as it seeks them."""
    folder = site / "pythonforandroid" / "recipes"
    return frozenset(path.parent.name.lower() for path in folder.glob("*/__init__.py"))


def tokens(python: Path, folder: Path) -> None:
    """buildozer's own check of the spec in `folder`. Refused."""
    _asked(python, folder, "tokens")


def graph(python: Path, folder: Path, names: Sequence[str]) -> Graph:
    """Refused where python-for-android finds no order."""
    said = _asked(python, folder, "graph", *names)
    return Graph(tuple((name, version) for name, version in said["recipes"]), frozenset(said["modules"]))


def wheels(python: Path, pinned: Sequence[str], platforms: Sequence[str], version: str) -> list[Wheel]:
    """What pip takes for a Python of this version; nothing is downloaded but what it has to read. Refused."""
    nowhere, report = python.parents[2] / "nothing", python.parents[2] / "pip.json"
    how = ["--dry-run", "--ignore-installed", "--no-deps", "--only-binary=:all:", "-q", "--no-input"]
    where = [f"--platform={platform}" for platform in platforms]
    command = [str(python), "-m", "pip", *_QUIETLY, "install", *how, *where]
    command += ["--python-version", version, "--target", str(nowhere), "--report", str(report), *pinned]
    _run(command)
    found = json.loads(report.read_text(encoding="utf-8"))["install"]
    return [_wheel(one) for one in found]


def _wheel(one: Mapping[str, Any]) -> Wheel:
    came, told = one["download_info"], one["metadata"]
    hashes = came.get("archive_info", {}).get("hashes", {})
    return Wheel(normal(told["name"]), told["version"], came["url"].rpartition("/")[2], hashes.get("sha256", ""))


def _asked(python: Path, folder: Path, *command: str) -> Any:
    home = folder / "home"  # buildozer makes its folders in the user's
    home.mkdir(parents=True, exist_ok=True)
    return json.loads(_run([str(python), "-I", str(INSIDE), *command], folder, {"HOME": str(home)}).splitlines()[-1])


def plain_environment(given: Mapping[str, str]) -> dict[str, str]:
    """Without what buildozer would take instead of the spec's own words (APP_ANDROID_PERMISSIONS=…), and without what
    leads Python elsewhere."""
    led = ("APP_", "BUILDOZER_", "PYTHONPATH", "PYTHONHOME", "PIP_TARGET", "PIP_PREFIX", "PIP_USER")
    return {name: value for name, value in given.items() if not name.startswith(led)}


def _run(command: Sequence[str], folder: Path | None = None, more: Mapping[str, str] | None = None) -> str:
    done = subprocess.run(
        command,
        cwd=folder,
        env={**plain_environment(os.environ), **(more or {})},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode == 0:
        return done.stdout
    said = f"{done.stdout}\n{done.stderr}"
    if _NO_NETWORK.search(said):
        raise Unavailable("không có mạng / there is no network")
    lines = [line.strip() for line in said.splitlines() if line.strip() and not line.startswith("WARNING")]
    raise Refused("; ".join(lines[-3:]) or f"exit {done.returncode}", said)
