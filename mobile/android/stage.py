"""What goes into the package."""

import re
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path

from mobile.android.verify import NATIVE, names_in, normal

MAIN = '''"""Where python-for-android begins."""

import os

# Without a word SDL would be told to draw into memory, as on a desktop without a screen (mobile.ui.environment).
os.environ.setdefault("SDL_VIDEODRIVER", "Android")

from mobile.main import main

main([])
'''
ROOTS = ("mobile", "shared")
SUFFIXES = frozenset({".py", ".kv", ".ttf", ".mo", ".txt", ".md", ".json", ".csv"})
# Of a desktop alone, or commands of this desk: their libraries are not on a phone.
LEFT_OUT = frozenset(
    {
        "mobile/device/gnss_gpsd.py",
        "mobile/device/gnss_nmea.py",
        "mobile/device/gnss_source.py",
        "mobile/device/qr_file.py",
        "mobile/fonts/make_icons.py",
        "shared/i18n/build.py",
    }
)


def staged(root: Path) -> Iterator[Path]:
    """Files of the project that go in, as paths below `root`, in order."""
    for name in ROOTS:
        for path in sorted((root / name).rglob("*")):
            below = path.relative_to(root)
            if path.is_file() and path.suffix in SUFFIXES and _goes_in(below):
                yield below


def _goes_in(below: Path) -> bool:
    return below.parts[:2] != ("mobile", "android") and below.as_posix() not in LEFT_OUT


def stage(root: Path, target: Path) -> list[Path]:
    """Copies them to `target`, which is made anew, with a `main.py`; what was copied."""
    shutil.rmtree(target, ignore_errors=True)
    found = list(staged(root))
    for below in found:
        (target / below).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(root / below, target / below)
    (target / "main.py").write_text(MAIN, encoding="utf-8")
    return found


def with_versions(spec: str, versions: Mapping[str, str]) -> str:
    """The text of a spec with Kivy and its pure requirements at these versions (by normal name). KeyError for one
    without. What else a recipe compiles has the recipe's version."""

    def pinned(line: re.Match[str]) -> str:
        names = names_in(line[2])
        free = NATIVE - {"kivy"}
        return line[1] + ",".join(name if name in free else f"{name}=={versions[normal(name)]}" for name in names)

    return re.sub(r"^(requirements = )(.*)$", pinned, spec, flags=re.MULTILINE)
