"""What can be known of the package without an SDK. Each check gives the sentences of what is wrong, none where it
holds."""

import ast
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from configparser import ConfigParser
from importlib import metadata
from pathlib import Path

PERMISSIONS = frozenset({"INTERNET", "ACCESS_NETWORK_STATE", "ACCESS_FINE_LOCATION", "ACCESS_COARSE_LOCATION"})
RULES = {
    "android.api": "34",
    "android.minapi": "29",
    "android.archs": "arm64-v8a",
    "android.allow_backup": "False",
    "p4a.bootstrap": "sdl2",
}
# Of python-for-android 2026.5.9 (pythonforandroid/recipes), as far as this app needs them.
RECIPES = frozenset(
    {"python3", "kivy", "pyjnius", "android", "sqlite3", "openssl", "cryptography", "pillow", "libffi", "cffi", "sdl2"}
)
SECRETS = (".pem", ".key", ".env")
ON_ANDROID = frozenset({"jnius", "android"})  # modules that only a phone has


def read_spec(path: Path) -> ConfigParser:
    """As buildozer reads it: case matters, and nothing is interpolated."""
    spec = ConfigParser(interpolation=None)
    spec.optionxform = str  # type: ignore[assignment, method-assign]
    spec.read(path, encoding="utf-8")
    return spec


def names_in(text: str) -> list[str]:
    return [part.partition("==")[0].strip() for part in text.split(",") if part.strip()]


def spec_faults(spec: ConfigParser) -> Iterator[str]:
    app = spec["app"]
    for name, wanted in RULES.items():
        if app.get(name) != wanted:
            yield f"{name} = {app.get(name)}, cần / wanted {wanted}"
    for name in sorted(set(names_in(app.get("android.permissions", ""))) ^ PERMISSIONS):
        more = name in names_in(app.get("android.permissions", ""))
        yield f"{'thừa quyền / permission too many' if more else 'thiếu quyền / permission missing'}: {name}"
    if any(name.startswith("android.services") or name == "services" for name in app):
        yield "không có dịch vụ nền / there is no background service"


def requirement_faults(names: Iterable[str], wheels: Mapping[str, str]) -> Iterator[str]:
    """`wheels`: name → tag of the wheel that is installed here (`py3-none-any`)."""
    for name in names:
        if name in RECIPES:
            continue
        tag = wheels.get(normal(name))
        if tag is None:
            yield f"{name}: không phải công thức p4a, chưa cài ở đây / neither a recipe nor installed here"
        elif not tag.endswith("-none-any"):
            yield f"{name}: {tag} không phải Python thuần / is not pure Python"


def normal(name: str) -> str:
    """As packages are named on indexes (PEP 503)."""
    return name.lower().replace("_", "-").replace(".", "-")


def wheels_here(
    names: Iterable[str], pure: frozenset[str] = frozenset({"charset-normalizer", "fonttools"})
) -> dict[str, str]:
    """Tags of what is installed. `pure`: has a compiled wheel for this machine and a pure one on the index."""
    found: dict[str, str] = {}
    for name in map(normal, names):
        if name in pure:
            found[name] = "py3-none-any"
            continue
        try:
            text = metadata.distribution(name).read_text("WHEEL") or ""
        except metadata.PackageNotFoundError:
            continue
        tags = [line.partition(":")[2].strip() for line in text.splitlines() if line.startswith("Tag:")]
        found[name] = next((tag for tag in tags if tag.endswith("-none-any")), tags[0] if tags else "?")
    return found


def import_faults(root: Path, files: Iterable[Path], requirements: Iterable[str]) -> Iterator[str]:
    """Modules that staged files import and no requirement brings."""
    brought = {normal(name) for name in requirements}
    of_module = {
        module: {normal(name) for name in names} for module, names in metadata.packages_distributions().items()
    }
    of_module["kivy_garden"] = {"kivy-garden-mapview"}
    missing: dict[str, str] = {}
    for below in files:
        if below.suffix != ".py":
            continue
        for module in _imported(ast.parse((root / below).read_text(encoding="utf-8"))):
            own = module in sys.stdlib_module_names or module in ("mobile", "shared") or module in ON_ANDROID
            if not own and not (of_module.get(module, {module}) & brought):
                missing.setdefault(module, below.as_posix())
    for module, where in sorted(missing.items()):
        yield f"{where}: {module} không có trong requirements / is not among the requirements"


def _imported(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level and node.module:
            yield node.module.partition(".")[0]


def content_faults(files: Iterable[Path]) -> Iterator[str]:
    """Nothing of tests, of the office, of this machine."""
    for below in files:
        if below.parts[0] not in ("mobile", "shared") or "test" in below.name or below.name.endswith(SECRETS):
            yield f"{below.as_posix()}: không được nằm trong gói / must not be in the package"


# Runs in a process of its own: everything that is staged, and nothing else, can be imported.
_IMPORTING = """
import sys, types, zoneinfo
from importlib import import_module
from importlib.abc import MetaPathFinder
target, allowed, modules = sys.argv[1], set(sys.argv[2].split(",")), sys.argv[3].split(",")
class Refuse(MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        top = name.partition(".")[0]
        if top in allowed or top in sys.stdlib_module_names or top.startswith("_sysconfigdata"):
            return None
        if top in ("mobile", "shared"):
            return None
        raise ModuleNotFoundError(f"no {name} on a phone", name=name)
sys.path.insert(0, target)
zoneinfo.reset_tzpath(())  # a phone has no time zones where Python looks for them
for name in ("jnius", "android", "android.activity", "android.permissions"):
    sys.modules[name] = types.ModuleType(name)
from pathlib import Path
from mobile.ui.environment import configure, prepare
prepare(Path(target).parent / "kivy")
import kivy
configure()
sys.meta_path.insert(0, Refuse())
for module in modules:
    try:
        import_module(module)
    except BaseException as error:
        print(f"{module}: {type(error).__name__}: {error}")
print("done")
"""


def imports_apart(target: Path, files: Iterable[Path], allowed: Iterable[str]) -> list[str]:
    """Faults; `allowed`: modules that the requirements bring."""
    modules = [_module(below) for below in files if below.suffix == ".py"]
    command = [sys.executable, "-I", "-c", _IMPORTING, str(target), ",".join(allowed), ",".join(modules)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=target, timeout=300, check=False)
    lines = done.stdout.splitlines()
    if not lines or lines[-1] != "done":
        return [*lines, done.stderr.strip().splitlines()[-1] if done.stderr.strip() else f"exit {done.returncode}"]
    return lines[:-1]


def _module(below: Path) -> str:
    parts = below.with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def modules_of(requirements: Iterable[str]) -> set[str]:
    """What can be imported where these are installed, and what they need themselves on this machine."""
    brought = {normal(name) for name in requirements} | {"setuptools", "typing-extensions", "packaging"}
    found = {m for m, names in metadata.packages_distributions().items() if {normal(n) for n in names} & brought}
    return found | {"kivy_garden", "_cffi_backend", "_mesa"}
