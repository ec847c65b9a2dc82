"""Runs apart, in a Python that sees nothing of this folder:  python -I alone.py <question.json

Imports every module of the staged tree, where nothing else can be imported than what a phone has. The question:
`target` (the tree), `home` (a folder for Kivy), `allowed` (names of what the requirements bring), `modules`. The last
line on stdout is the answer, a list of sentences: what could not be imported.
"""

import json
import os
import sys
import types
import zoneinfo
from collections.abc import Iterable
from importlib import import_module
from importlib.abc import MetaPathFinder
from pathlib import Path
from typing import Any
from unittest.mock import MagicMock

OWN = frozenset({"mobile", "shared"})
FAKES = ("jnius", "android", "android.activity", "android.permissions")
# Of the standard library, and yet not on the phone: gone from Python 3.12 or 3.13,
GONE = frozenset(
    {
        "asynchat",
        "asyncore",
        "distutils",
        "imp",
        "smtpd",
        "aifc",
        "audioop",
        "cgi",
        "cgitb",
        "chunk",
        "crypt",
        "imghdr",
        "mailcap",
        "msilib",
        "nis",
        "nntplib",
        "ossaudiodev",
        "pipes",
        "sndhdr",
        "spwd",
        "sunau",
        "telnetlib",
        "uu",
        "xdrlib",
    }
)
# left out by python-for-android, or compiled only where a library is that it does not build unasked,
LEFT_OUT = frozenset(
    {"test", "lib2to3", "ensurepip", "idlelib", "tkinter", "_tkinter", "_bz2", "_lzma", "_dbm", "_gdbm"}
)
# or not made for Android.
NOT_FOR_ANDROID = frozenset(
    {"_curses", "_curses_panel", "curses", "grp", "readline", "_multiprocessing", "_posixshmem"}
)
NOT_THERE = GONE | LEFT_OUT | NOT_FOR_ANDROID


class OnlyThePhones(MetaPathFinder):
    """Stands before all finders and refuses what is not on a phone."""

    def __init__(self, allowed: Iterable[str]) -> None:
        self._allowed = (frozenset(allowed) | OWN | sys.stdlib_module_names) - NOT_THERE

    def find_spec(self, fullname: str, path: Any = None, target: Any = None) -> None:
        top = fullname.partition(".")[0]
        if top not in self._allowed and not top.startswith("_sysconfigdata"):
            raise ModuleNotFoundError(f"a phone has no {fullname}", name=fullname)


def main() -> int:
    asked = json.load(sys.stdin)
    for name in FAKES:
        sys.modules[name] = types.ModuleType(name)
    sys.meta_path.insert(0, OnlyThePhones(asked["allowed"]))
    sys.path.insert(0, asked["target"])
    zoneinfo.reset_tzpath(())  # Android keeps its own in a form that Python does not read
    import_module("mobile.ui.environment").prepare(Path(asked["home"]))
    _without_a_screen()
    faults = [fault for module in asked["modules"] if (fault := _fault(module))]
    sys.stdout.write(f"\n{json.dumps(faults)}\n")
    sys.stdout.flush()
    return 0


def _without_a_screen() -> None:
    """Kivy asks for its window as soon as something of a screen is imported; here nothing is ever drawn."""
    os.environ["KIVY_WINDOW"] = ""
    window = MagicMock(dpi=160.0, density=1.0, system_size=(412, 820), size=(412, 820))
    core: Any = import_module("kivy.core.window")
    core.Window = window
    loop = import_module("kivy.base").EventLoop
    loop.window, loop.ensure_window = window, lambda: None


def _fault(module: str) -> str:
    try:
        import_module(module)
    except (Exception, SystemExit) as error:
        return f"{module}: {type(error).__name__}: {error}"
    return ""


if __name__ == "__main__":
    sys.exit(main())
