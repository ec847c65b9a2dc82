"""What can be known of the package without an SDK. Each check gives the sentences of what is wrong, none where it
holds."""

import ast
import json
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from configparser import ConfigParser
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement

ALONE = Path(__file__).with_name("alone.py")
PERMISSIONS = frozenset({"INTERNET", "ACCESS_NETWORK_STATE", "ACCESS_FINE_LOCATION", "ACCESS_COARSE_LOCATION"})
RULES = {
    "title": "Kiểm Khoáng",
    "android.api": "34",
    "android.minapi": "29",
    "android.archs": "arm64-v8a",
    "android.allow_backup": "False",
    "android.gradle_dependencies": "com.google.zxing:core:3.5.3",
    "p4a.bootstrap": "sdl2",
}
# All that the spec may say: a service, a piece of manifest or a build hook would be one more.
KNOWN = frozenset(RULES) | frozenset(
    {
        "package.name",
        "package.domain",
        "version",
        "source.dir",
        "source.include_exts",
        "requirements",
        "orientation",
        "fullscreen",
        "android.presplash_color",
        "android.permissions",
        "p4a.branch",
    }
)
# Compiled by a recipe of python-for-android; all others are pure Python, through pip.
NATIVE = frozenset({"python3", "kivy", "pyjnius", "android", "sqlite3", "openssl", "cryptography", "pillow"})
# Pure Python in their source and beside it compiled for desks, which is what pip would take where a package is built.
FROM_SOURCE = frozenset({"charset-normalizer", "fonttools"})
BROUGHT = frozenset({"cffi", "pycparser", "setuptools"})  # by the recipes of cryptography and kivy
OWN = frozenset({"mobile", "shared"})
ON_ANDROID = frozenset({"jnius", "android"})  # modules that only a phone has
PHONE = {"python_version": "3.14", "python_full_version": "3.14.2", "sys_platform": "android", "extra": ""}
# Files that the app opens by itself.
NEEDED = (
    "mobile/main.py",
    "mobile/fonts/Roboto-Regular.ttf",
    "mobile/fonts/Roboto-Bold.ttf",
    "mobile/fonts/icons.ttf",
    "shared/i18n/vi/LC_MESSAGES/kiem_khoang.mo",
)
_NOT_IN_IT = re.compile(
    r"(?i)(^|[/_])(tests?|conftest|secrets?)([/_.]|$)|\.(pem|key|p12|jks|keystore|env|sqlite3?|db|mbtiles|log)$"
)
_SECRET = re.compile(
    rb"-----BEGIN [A-Z ]*PRIVATE KEY-----\s|(?i:secret|_key|password|token)\s*=\s*[\"'][\w+/=.-]{16,}[\"']"
)


def read_spec(path: Path) -> ConfigParser:
    """As buildozer reads it: case matters, and a name may stand without a value."""
    spec = ConfigParser(allow_no_value=True)
    spec.optionxform = str  # type: ignore[assignment, method-assign]
    spec.read(path, encoding="utf-8")
    return spec


def names_in(text: str) -> list[str]:
    return [part.partition("==")[0].strip() for part in text.split(",") if part.strip()]


def normal(name: str) -> str:
    """As packages are named on indexes (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def spec_faults(spec: ConfigParser) -> Iterator[str]:
    app = spec["app"]
    for name, wanted in RULES.items():
        if app.get(name) != wanted:
            yield f"{name} = {app.get(name)}, cần / wanted {wanted}"
    asked = [name.rpartition(".")[2] for name in names_in(app.get("android.permissions", ""))]
    for name in sorted(set(asked) ^ PERMISSIONS):
        yield f"{'thừa quyền / permission too many' if name in asked else 'thiếu quyền / permission missing'}: {name}"
    for name in app:
        if name not in KNOWN:
            yield f"{name}: gói không được khai thêm / the package may not say more"
    for section in spec.sections():
        if section not in ("app", "buildozer"):  # buildozer takes a section [app:…] or [app@…] instead of a line
            yield f"[{section}]: thừa phần / a section too many"


def version_faults(spec: ConfigParser, bootstrap: str) -> Iterator[str]:
    """`bootstrap`: source of the module with the app's VERSION."""
    said = re.search(r'^VERSION = "([^"]+)"', bootstrap, re.MULTILINE)
    if said is None or spec["app"].get("version") != said[1]:
        yield f"version = {spec['app'].get('version')}, ứng dụng là / the app is {said and said[1]}"


def requirement_faults(names: Iterable[str], wheels: Mapping[str, str]) -> Iterator[str]:
    """`wheels`: name → tag of the wheel that pip takes (`py3-none-any`)."""
    for name in names:
        if name in NATIVE:
            continue
        tag = wheels.get(normal(name))
        if tag is None:
            yield f"{name}: không phải công thức p4a, không có wheel / neither a recipe nor a wheel"
        elif not tag.endswith("-none-any"):
            yield f"{name}: {tag} không phải Python thuần / is not pure Python"


def recipe_faults(names: Iterable[str], recipes: frozenset[str]) -> Iterator[str]:
    """`recipes`: those of python-for-android, in small letters."""
    for name in names:
        if name in NATIVE and name not in recipes:
            yield f"{name}: python-for-android không có công thức / has no recipe"
        elif name not in NATIVE and normal(name) in {normal(recipe) for recipe in recipes}:
            yield f"{name}: python-for-android có công thức riêng / has a recipe of its own"


def wheels_here(names: Iterable[str]) -> dict[str, str]:
    """Tags of what is installed; what is not is left out. `FROM_SOURCE` are what they become on a phone."""
    found: dict[str, str] = {}
    for name in map(normal, names):
        try:
            text = metadata.distribution(name).read_text("WHEEL") or ""
        except metadata.PackageNotFoundError:
            continue
        tags = re.findall(r"^Tag: *(\S+)", text, re.MULTILINE)
        pure = next((tag for tag in tags if tag.endswith("-none-any")), tags[0] if tags else "?")
        found[name] = "py3-none-any" if name in FROM_SOURCE else pure
    return found


def dependency_faults(names: Iterable[str]) -> Iterator[str]:
    """What pure requirements need themselves: python-for-android installs them without, so all have to be named."""
    asked = list(names)
    named = {normal(name) for name in asked}
    for name in asked:
        if name in NATIVE:
            continue
        try:
            needs = metadata.requires(name) or []
        except metadata.PackageNotFoundError:
            continue
        for need in map(Requirement, needs):
            if (need.marker is None or need.marker.evaluate(dict(PHONE))) and normal(need.name) not in named:
                yield f"{name} cần / needs {need.name}: không có trong requirements / is not among them"


def import_faults(root: Path, files: Iterable[Path], requirements: Iterable[str]) -> Iterator[str]:
    """Modules that staged files import and no requirement brings."""
    brought = {normal(name) for name in requirements}
    of_module = {
        module: {normal(name) for name in names} for module, names in metadata.packages_distributions().items()
    }
    for name, where in sorted(libraries(root, files).items()):
        top = name.partition(".")[0]
        packages = {"pyjnius"} if top in ON_ANDROID else of_module.get(top, {top})
        if not packages & brought:
            yield f"{where}: {name} không có trong requirements / is not among the requirements"


def libraries(root: Path, files: Iterable[Path]) -> dict[str, str]:
    """Modules of others that these import, at the top or when it comes to it → the first file that does."""
    found: dict[str, str] = {}
    for below in files:
        for name in imported(ast.parse((root / below).read_text(encoding="utf-8"))) if below.suffix == ".py" else ():
            if name.partition(".")[0] not in sys.stdlib_module_names | OWN:
                found.setdefault(name, below.as_posix())
    return found


def imported(tree: ast.AST) -> Iterator[str]:
    """Names of modules that are imported, by `import_module("…")` too."""
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=names):
                yield from (alias.name for alias in names)
            case ast.ImportFrom(module=str(module), level=0):
                yield module
            case ast.Call(func=ast.Name(id="import_module"), args=[ast.Constant(value=str(module)), *_]):
                yield module


def content_faults(target: Path, files: Iterable[Path], extensions: Iterable[str]) -> Iterator[str]:
    """Nothing of tests, of the office, of this machine, and all that the app opens. `extensions`: those of the spec."""
    kept = {f".{one}" for one in extensions}
    found = {below.as_posix(): below for below in files}
    for name, below in found.items():
        if below.parts[0] not in OWN or _NOT_IN_IT.search(name):
            yield f"{name}: không được nằm trong gói / must not be in the package"
        elif below.suffix not in kept:
            yield f"{name}: buildozer bỏ tệp này / leaves it out (source.include_exts)"
        elif (target / below).is_symlink() or _SECRET.search((target / below).read_bytes()):
            yield f"{name}: giống khóa bí mật / looks like a secret"
    for name in NEEDED:
        if name not in found:
            yield f"{name}: thiếu / missing"


def imports_apart(target: Path, files: Iterable[Path], allowed: Iterable[str]) -> list[str]:
    """Faults; `allowed`: modules that the requirements bring. A process of its own imports these files and what they
    import only when it comes to it."""
    python = [below for below in files if below.suffix == ".py"]
    question = {
        "target": str(target),
        "home": str(target.with_name("kivy")),
        "allowed": sorted(allowed),
        "modules": [*map(_module, python), *sorted(libraries(target, python))],
    }
    command = [sys.executable, "-I", str(ALONE)]
    done = subprocess.run(command, input=json.dumps(question), capture_output=True, text=True, cwd=target, check=False)
    if done.returncode != 0 or not done.stdout.strip():
        return [done.stderr.strip().splitlines()[-1] if done.stderr.strip() else f"exit {done.returncode}"]
    faults: list[str] = json.loads(done.stdout.splitlines()[-1])
    return faults


def _module(below: Path) -> str:
    parts = below.with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def modules_of(requirements: Iterable[str]) -> set[str]:
    """What can be imported where these are installed, with what their recipes bring."""
    brought = {normal(name) for name in requirements} | BROUGHT
    return {m for m, names in metadata.packages_distributions().items() if {normal(n) for n in names} & brought}
