"""What the package for Android names and so has to hold: Java classes, permissions, modules of its own. `make apk` does
not come upon these, because importing a module does not run what is inside its functions."""

import ast
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path

import pytest

from mobile.android.stage import staged
from mobile.android.verify import names_in, read_spec

ROOT = Path(__file__).parents[2]
Trees = Mapping[str, ast.Module]
Texts = Iterable[tuple[str, str]]
# Java that every package has: Android's own, python-for-android's and SDL's.
PLATFORM = ("android.", "java.", "javax.", "org.jnius.", "org.kivy.", "org.libsdl.")
CLASS = re.compile(r"[a-z][a-z0-9]*(\.[a-z][a-z0-9_]*)+\.[A-Z]\w*(\$\w+)*")
PERMISSION = re.compile(r"android\.permission\.([A-Z_]+)")
# Stands in for a phone: what it imports inside its functions is never run on one.
DESKTOP = "mobile/device/desktop.py"


@cache
def trees() -> dict[str, ast.Module]:
    """Path → syntax of every module that goes into the package."""
    python = [below.as_posix() for below in staged(ROOT) if below.suffix == ".py"]
    return {name: ast.parse((ROOT / name).read_text(encoding="utf-8")) for name in python}


def said(token: str) -> list[str]:
    return names_in(read_spec(ROOT / "mobile" / "android" / "buildozer.spec")["app"][token])


@cache
def texts() -> tuple[tuple[str, str], ...]:
    """Path and text of every string in them."""
    return tuple(
        (name, node.value)
        for name, tree in trees().items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    )


def test_the_package_is_found() -> None:
    """Were nothing found, every rule below would hold."""
    assert len(trees()) > 250
    assert "com.google.zxing.qrcode.QRCodeReader" in {text for _, text in texts()}


# --- Java


def homeless_classes(named: Texts, dependencies: Iterable[str]) -> list[str]:
    """Java classes that are named and that neither the platform nor a gradle dependency brings."""
    groups = tuple(f"{line.partition(':')[0]}." for line in dependencies)
    return [f"{n}: {t}" for n, t in named if CLASS.fullmatch(t) and not t.startswith((*PLATFORM, *groups))]


def test_every_java_class_comes_from_somewhere() -> None:
    assert homeless_classes(texts(), said("android.gradle_dependencies")) == []


def test_a_class_without_its_library_is_seen() -> None:
    assert any("com.google.zxing" in line for line in homeless_classes(texts(), []))
    other = [("some.py", "com.google.mlkit.vision.Scanner"), ("some.py", "com.google.zxing.Result")]
    assert len(homeless_classes(other, ["com.google.zxing:core:3.5.3"])) == 1


# --- permissions


def undeclared(named: Texts, permissions: Iterable[str]) -> list[str]:
    """Permissions that are named and not in the spec: Android answers a question for one with no, without a word."""
    return [f"{n}: {m[1]}" for n, text in named for m in PERMISSION.finditer(text) if m[1] not in permissions]


def test_every_permission_asked_for_is_declared() -> None:
    assert undeclared(texts(), said("android.permissions")) == []


def test_a_permission_that_is_not_declared_is_seen() -> None:
    fewer = set(said("android.permissions")) - {"ACCESS_FINE_LOCATION"}
    assert undeclared(texts(), fewer)


# --- modules of our own


def wanted_and_left_out(of: Trees, root: Path = ROOT) -> list[str]:
    """Modules of ours that are imported, also inside functions, and do not go into the package."""
    there = {_module(Path(name)) for name in of}
    return [
        f"{name}: {module}"
        for name, tree in of.items()
        for module, later in imported(tree, root)
        if module.partition(".")[0] in ("mobile", "shared") and module not in there and not (later and name == DESKTOP)
    ]


def imported(tree: ast.AST, root: Path, *, later: bool = False) -> Iterator[tuple[str, bool]]:
    """Name, and whether it is imported inside a function. What only a type checker reads is left out."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            continue
        if isinstance(node, ast.Import):
            yield from ((alias.name, later) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            parts = (f"{node.module}.{alias.name}" for alias in node.names)
            yield from ((name, later) for name in (node.module, *(part for part in parts if _is_ours(part, root))))
        else:
            yield from imported(node, root, later=later or isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def _is_ours(module: str, root: Path) -> bool:
    path = root.joinpath(*module.split("."))
    return path.with_suffix(".py").is_file() or (path / "__init__.py").is_file()


def _module(below: Path) -> str:
    parts = below.with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def package_with(name: str, source: str) -> dict[str, ast.Module]:
    """The package's modules with nothing in them, and one with `source`."""
    return {**dict.fromkeys(trees(), ast.parse("")), name: ast.parse(source)}


def test_nothing_in_the_package_wants_what_was_left_out() -> None:
    assert wanted_and_left_out(trees()) == []


@pytest.mark.parametrize(
    ("name", "source"),
    [
        ("mobile/services/some.py", "def f():\n    from mobile.device.gnss_source import open_gnss"),
        ("mobile/services/some.py", "from mobile.device import qr_file"),
        ("mobile/services/some.py", "try:\n    import shared.i18n.build\nexcept ImportError:\n    pass"),
        (DESKTOP, "from mobile.device.gnss_source import open_gnss"),
    ],
)
def test_one_that_does_is_seen(name: str, source: str) -> None:
    assert wanted_and_left_out(package_with(name, source))


@pytest.mark.parametrize(
    ("name", "source"),
    [
        (DESKTOP, "def f():\n    from mobile.device.gnss_source import open_gnss"),
        ("mobile/services/some.py", "if TYPE_CHECKING:\n    from mobile.device import qr_file"),
        ("mobile/services/some.py", "from mobile.ports import Clock"),
    ],
)
def test_one_that_does_not_is_not(name: str, source: str) -> None:
    assert wanted_and_left_out(package_with(name, source)) == []


# --- what python -OO takes away


def stripped(of: Trees) -> list[str]:
    """python-for-android packs with -OO: no docstring is there to be read, and no assert runs. One that only tells a
    type checker what is known changes nothing."""
    found = []
    for name, tree in of.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute) and node.attr == "__doc__":
                found.append(f"{name}:{node.lineno}: __doc__")
            if isinstance(node, ast.Assert) and not ast.unparse(node.test).startswith("isinstance("):
                found.append(f"{name}:{node.lineno}: {ast.unparse(node)}")
    return found


def test_nothing_needs_what_is_stripped() -> None:
    assert stripped(trees()) == []


@pytest.mark.parametrize("source", ["assert taken.pop() is None", "say(main.__doc__)"])
def test_what_needs_it_is_seen(source: str) -> None:
    assert len(stripped({"some.py": ast.parse(source)})) == 1
