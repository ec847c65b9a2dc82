"""`make apk`: builds the package where an Android SDK is, elsewhere verifies what can be and says what was not."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from mobile.android import verify
from mobile.android.stage import stage

ROOT = Path(__file__).resolve().parents[2]
SPEC = Path(__file__).with_name("buildozer.spec")
TARGET = ROOT / "var" / "apk" / "app"
SHOWN = 12  # faults of one check
NOT_VERIFIED = (
    ("biên dịch các công thức native (kivy, cryptography, pillow, sqlite3, openssl)", "compiling the native recipes"),
    ("đóng gói APK, chữ ký, cài lên máy", "building, signing and installing the APK"),
    ("chạy trên điện thoại thật: máy ảnh, vị trí, kho khóa, bàn phím", "anything on a real phone"),
)


def main() -> int:
    spec = verify.read_spec(SPEC)
    names = verify.names_in(spec["app"]["requirements"])
    _say("Đang chép vào var/apk/app… / staging…")
    files = stage(ROOT, TARGET)
    size = sum((TARGET / below).stat().st_size for below in files)
    checks = (
        ("buildozer.spec", "buildozer.spec", list(verify.spec_faults(spec))),
        (
            f"{len(names)} thư viện: công thức p4a hoặc Python thuần",
            "requirements: recipes or pure Python",
            list(verify.requirement_faults(names, verify.wheels_here(names))),
        ),
        (
            "mọi thư viện được gọi đều có trong requirements",
            "every import is among the requirements",
            list(verify.import_faults(ROOT, files, names)),
        ),
        (
            f"gói có {len(files)} tệp, {size // 1000} kB, không có gì thừa",
            "nothing else is in the package",
            list(verify.content_faults(files)),
        ),
        (
            "mọi mô-đun nạp được khi chỉ có các thư viện ấy",
            "every module imports with those libraries alone",
            verify.imports_apart(TARGET, files, sorted(verify.modules_of(names))),
        ),
    )
    bad = False
    for vi, en, faults in checks:
        _say(f"{'✗' if faults else '✓'} {vi} / {en}")
        for fault in faults[:SHOWN]:
            _say(f"    {fault}")
        if len(faults) > SHOWN:
            _say(f"    … +{len(faults) - SHOWN}")
        bad = bad or bool(faults)
    if bad:
        return 1
    return _build() if _has_sdk() else _tell_the_rest()


def _has_sdk() -> bool:
    return bool(os.environ.get("ANDROID_HOME") or (Path.home() / ".buildozer" / "android").is_dir()) and bool(
        shutil.which("buildozer")
    )


def _build() -> int:
    return subprocess.run(["buildozer", "android", "debug"], cwd=SPEC.parent, check=False).returncode


def _tell_the_rest() -> int:
    _say("Máy này không có Android SDK và buildozer. Chưa kiểm được / no Android SDK and buildozer here; not verified:")
    for vi, en in NOT_VERIFIED:
        _say(f"  - {vi} / {en}")
    return 0


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
