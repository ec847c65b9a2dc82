"""`make apk`: verifies what can be of the package, and builds it where an Android SDK is; else says what was not."""

import sys
from configparser import ConfigParser
from pathlib import Path

from mobile.android import build, online, verify
from mobile.android.stage import stage, with_versions
from mobile.android.told import Told
from mobile.android.tools import Refused, Unavailable, environment, pins

ROOT = Path(__file__).resolve().parents[2]
SPEC = Path(__file__).with_name("buildozer.spec")
FOLDER = ROOT / "var" / "apk"
LOCK = ROOT / "requirements" / "apk.txt"
LOCKS = (ROOT / "requirements" / "app.txt", LOCK)
NOT_VERIFIED = (
    (
        "biên dịch các công thức native; ứng dụng chạy với phiên bản của chúng nơi khác bàn làm việc",
        "compiling the native recipes; the app with their versions where those differ from the desk's",
    ),
    ("nhánh p4a.branch và com.google.zxing:core có ở nơi tải", "that p4a.branch and com.google.zxing:core can be had"),
    ("đóng gói, ký và cài APK; kích cỡ của nó", "building, signing and installing the APK; its size"),
    (
        "chạy trên điện thoại thật: máy ảnh, vị trí, kho khóa, bàn phím, Python 3.14",
        "anything on a real phone: camera, position, keystore, keyboard, Python 3.14",
    ),
)


def main() -> int:
    told = Told(sys.stdout)
    FOLDER.mkdir(parents=True, exist_ok=True)
    spec = verify.read_spec(SPEC)
    names = verify.names_in(spec["app"].get("requirements", ""))
    _spec(told, spec)
    _tree(told, names, spec["app"].get("source.include_exts", "").split(","))
    python = _with_tools(told, names) if _versions(told, names) else None
    sdk = build.sdk()
    if told.failed or sdk is None:
        return told.end(NOT_VERIFIED)
    if python is None:
        told.check("đóng gói cần buildozer", "building needs buildozer", ["xem ở trên / see above"])
        return told.end(NOT_VERIFIED)
    lacking = build.missing_programs()
    told.check(
        "máy này có các chương trình mà việc đóng gói gọi",
        "this machine has the programs that building calls",
        [f"thiếu {name}: hãy cài rồi chạy lại / {name} is missing: install it and run again" for name in lacking],
    )
    return told.end(NOT_VERIFIED) if lacking else build.run(FOLDER, python, sdk)


def _versions(told: Told, names: list[str]) -> bool:
    """Writes the staged spec, with versions; False where one is missing."""
    locked = pins(*LOCKS)
    unpinned = [name for name in names if name not in verify.NATIVE and verify.normal(name) not in locked]
    told.check(
        f"mọi thư viện Python thuần có phiên bản trong {LOCK.name} hoặc app.txt",
        "every requirement of pure Python has a version in the lock files",
        [f"{name}: không có trong tệp khoá / is not in the lock files" for name in unpinned],
    )
    if not unpinned:
        versions = {name: pin.version for name, pin in locked.items()}
        text = with_versions(SPEC.read_text(encoding="utf-8"), versions)
        (FOLDER / SPEC.name).write_text(text, encoding="utf-8")
    return not unpinned


def _spec(told: Told, spec: ConfigParser) -> None:
    bootstrap = (ROOT / "mobile" / "bootstrap.py").read_text(encoding="utf-8")
    faults = [*verify.spec_faults(spec), *verify.version_faults(spec, bootstrap)]
    rules = len(verify.RULES) + 2
    told.check(
        f"buildozer.spec: {rules} quy tắc, {len(verify.PERMISSIONS)} quyền và không quyền nào khác",
        f"{rules} rules hold, {len(verify.PERMISSIONS)} permissions and no other",
        faults,
    )


def _tree(told: Told, names: list[str], extensions: list[str]) -> None:
    target = FOLDER / "app"
    files = stage(ROOT, target)
    size = sum((target / below).stat().st_size for below in files)
    told.check(
        f"gói có {len(files)} tệp, {size // 1000} kB: không có khóa, kiểm thử, dữ liệu",
        f"{len(files)} files, {size // 1000} kB are staged: no secret, no test, no data",
        verify.content_faults(target, files, extensions),
    )
    told.check(
        "mọi thư viện được gọi đều có trong requirements",
        "every library that is imported is among the requirements",
        verify.import_faults(target, files, names),
    )
    told.check(
        "thư viện mà các thư viện ấy cần cũng có trong requirements",
        "what those need themselves is among the requirements too",
        verify.dependency_faults(names),
    )
    modules = [below for below in files if below.suffix == ".py"]
    told.step("nạp từng mô-đun…", "importing each module…")
    told.check(
        f"{len(modules)} mô-đun nạp được khi chỉ có các thư viện ấy (jnius và android là giả)",
        f"{len(modules)} modules import with those libraries alone (jnius and android are fakes)",
        verify.imports_apart(target, modules, verify.modules_of(names)),
    )


def _with_tools(told: Told, names: list[str]) -> Path | None:
    """The Python of the tools; None where they cannot be had."""
    told.step("cài buildozer và python-for-android vào var/apk/tools…", "installing the build tools…")
    try:
        python = environment(LOCK, FOLDER / "tools")
    except Refused as no:
        told.check("cài công cụ theo tệp khoá", "the tools install from the lock file", [str(no)])
    except Unavailable as why:
        told.skip("buildozer, python-for-android, pip", "buildozer, python-for-android, pip", why)
        wheels = verify.wheels_here(names)
        known = [name for name in names if name in verify.NATIVE or verify.normal(name) in wheels]
        told.check(
            f"{len(known)} trong {len(names)} thư viện: công thức hoặc Python thuần, theo bản đã cài",
            f"{len(known)} of {len(names)} requirements: recipes or pure Python, as they are installed here",
            verify.requirement_faults(known, wheels),
        )
    else:
        online.check(told, python, FOLDER, names, pins(*LOCKS))
        return python
    return None


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.stderr.write("\nĐã dừng. / Stopped.\n")
        sys.exit(130)
