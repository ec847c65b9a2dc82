"""buildozer, where an Android SDK is."""

import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

from mobile.android.tools import plain_environment
from mobile.android.verify import FROM_SOURCE

SDK_NAMES = ("ANDROID_HOME", "ANDROID_SDK_ROOT", "ANDROIDSDK")
# What buildozer, the recipes and gradle call (buildozer's "Targeting Android", for Debian and Ubuntu).
PROGRAMS = ("git", "zip", "unzip", "javac", "make", "cc", "autoconf", "automake", "libtoolize", "pkg-config", "cmake")
NDK_NAMES = ("ANDROID_NDK_HOME", "ANDROID_NDK_ROOT", "ANDROIDNDK")


def sdk(given: Mapping[str, str] = os.environ, home: Path | None = None) -> Path | None:
    """That the environment names, or the one that buildozer fetched before; None where there is none."""
    named = [Path(given[name]) for name in SDK_NAMES if given.get(name)]
    fetched = (home or Path.home()) / ".buildozer" / "android" / "platform" / "android-sdk"
    return next((path for path in (*named, fetched) if (path / "platforms").is_dir() or _has_manager(path)), None)


def missing_programs(path: str | None = None) -> list[str]:
    """That this machine lacks, before a build runs for minutes and stops for want of one. `path`: as in PATH."""
    return [name for name in PROGRAMS if shutil.which(name, path=path) is None]


def _has_manager(path: Path) -> bool:
    return (path / "cmdline-tools").is_dir() or (path / "tools" / "bin" / "sdkmanager").is_file()


def places(sdk: Path, given: Mapping[str, str]) -> str:
    """Lines for the end of the section [app]: where SDK and NDK are on this machine."""
    ndk = next((given[name] for name in NDK_NAMES if given.get(name)), "")
    return f"android.sdk_path = {sdk}\n" + (f"android.ndk_path = {ndk}\n" if ndk else "")


def environment_of(python: Path, given: Mapping[str, str]) -> dict[str, str]:
    """`PIP_NO_BINARY`: python-for-android lets pip choose as for this machine."""
    return {
        **plain_environment(given),
        "VIRTUAL_ENV": str(python.parents[1]),
        "PATH": f"{python.parent}{os.pathsep}{given.get('PATH', '')}",
        "PIP_NO_BINARY": ",".join(sorted(FROM_SOURCE)),
        "FONTTOOLS_WITH_CYTHON": "0",
    }


def run(folder: Path, python: Path, sdk: Path) -> int:
    """In the folder of the staged spec; the exit code. The package lies in its `bin` then."""
    spec = folder / "buildozer.spec"
    text = spec.read_text(encoding="utf-8").replace("[buildozer]\n", f"{places(sdk, os.environ)}\n[buildozer]\n")
    spec.write_text(text, encoding="utf-8")
    command = [str(python), "-m", "buildozer", "android", "debug"]
    return subprocess.run(command, cwd=folder, env=environment_of(python, os.environ), check=False).returncode
