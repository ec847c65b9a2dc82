"""What goes into the package."""

import shutil
from collections.abc import Iterator
from pathlib import Path

MAIN = '"""Where python-for-android begins."""\n\nfrom mobile.main import main\n\nmain([])\n'
ROOTS = ("mobile", "shared")
SUFFIXES = frozenset({".py", ".ttf", ".mo", ".txt", ".md", ".json", ".csv"})
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
