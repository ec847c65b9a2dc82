"""Rules of this house that linters do not know: a function each, that lists what breaks it and is shown to go red."""

import ast
import os
import re
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from string import Formatter

import pytest

from shared.problems import CATALOGUE, FIELD_ERRORS

ROOT = Path(__file__).parents[2]
PROGRAMS = ("shared", "backend", "mobile")
# Made while running or working, never part of the project (.gitignore).
MADE = {
    ".git", ".venv", "var", "__pycache__", ".mypy_cache", ".ruff_cache", ".pytest_cache", ".hypothesis",
    ".import_linter_cache",
}  # fmt: skip


def files(*folders: str, ending: str = "") -> Iterator[Path]:
    for folder in folders or (".",):
        for here, below, names in os.walk(ROOT / folder):
            below[:] = sorted(set(below) - MADE)
            yield from (Path(here, name) for name in sorted(names) if name.endswith(ending))


@cache
def sources(*folders: str) -> tuple[tuple[str, ast.Module], ...]:
    """(path from the root, syntax tree) of every Python file."""
    return tuple(
        (path.relative_to(ROOT).as_posix(), ast.parse(path.read_text(encoding="utf-8")))
        for path in files(*folders, ending=".py")
    )


def test_the_walk_finds_the_project() -> None:
    """Were nothing found, every rule below would hold."""
    found = {path.relative_to(ROOT).as_posix() for path in files()}
    assert {"shared/problems/__init__.py", "pyproject.toml", "Makefile", "tests/golden/README.md"} <= found
    assert len(sources(*PROGRAMS)) > 40


# --- addresses and places of one machine

# The lock pins by hash and names no place to fetch from: an office may have its own. And a page or program that needs
# something from afar does not work where there is no network.
REGISTRY = re.compile(
    r"pypi\.org|pythonhosted\.org|npmjs\.(org|com)|yarnpkg\.com|unpkg\.com|jsdelivr\.net|cdnjs\.|docker\.io|ghcr\.io"
    r"|quay\.io|crates\.io|proxy\.golang\.org|maven\.org|conda\.anaconda\.org|-[-](extra-)?index-url|-[-]find-links"
    r"|-[-]trusted-host|PIP_INDEX[_]URL"
)
MACHINE = re.compile(r"(?:(?<![\w.$}/-])|(?<=file://))(/work|/home|/Users|/root)/\w|\b[A-Z]:\\Users\\")
# File → why it may name such a path.
OF_ANOTHER_ROOT = {"tests/bare_machine/prove.sh": "paths inside the bare Debian it makes, not of this machine"}


def places_named(name: str, text: str) -> list[str]:
    found = [f"{name}: {match[0]}" for match in REGISTRY.finditer(text)]
    if name not in OF_ANOTHER_ROOT:
        found += [f"{name}: {match[0]}" for match in MACHINE.finditer(text)]
    return found


def test_no_file_names_a_registry_or_a_machine() -> None:
    found: list[str] = []
    for path in files():
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue  # pictures
        found += places_named(path.relative_to(ROOT).as_posix(), text)
    assert found == []


@pytest.mark.parametrize(
    "text",
    [
        # taken apart, so that this file does not break its own rule
        "https://" + "pypi" + ".org/simple",
        "--index" + "-url http://mirror.example/",
        "<script src='https://unpkg" + ".com/leaflet'>",
        'DATA = "/ho' + 'me/an/kiem-khoang/data"',
        "cd /wo" + "rk/main",
        "file:///Us" + "ers/an",
        "C:\\Us" + "ers\\An",
    ],
)
def test_a_registry_or_a_machine_is_seen(text: str) -> None:
    assert places_named("some/file.py", text)


@pytest.mark.parametrize(
    "text", ["--no-emit-index-url", "https://kiemkhoang.vn/problems/", "{root}/home/x", "./work/x"]
)
def test_what_only_looks_like_one_is_not(text: str) -> None:
    assert places_named("some/file.py", text) == []


# --- one catalogue of problems


def placeholders(words: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(words) if name is not None}


def called(node: ast.Call) -> str:
    return node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")


def literals(node: ast.expr | None) -> list[str]:
    """The strings an argument may be: one, or either arm of `a if … else b`."""
    if isinstance(node, ast.IfExp):
        return literals(node.body) + literals(node.orelse)
    return [node.value] if isinstance(node, ast.Constant) and isinstance(node.value, str) else []


def argument(node: ast.Call, position: int, name: str) -> ast.expr | None:
    if len(node.args) > position:
        return node.args[position]
    return next((keyword.value for keyword in node.keywords if keyword.arg == name), None)


def misnamed_problems(name: str, tree: ast.Module) -> list[str]:
    """Codes that are not in the catalogue, and codes whose words want a value that is not given."""
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and called(node) == "Problem":
            given = {keyword.arg for keyword in node.keywords}
            for code in literals(argument(node, 0, "code")):
                wanted = placeholders(CATALOGUE[code].detail.vi) if code in CATALOGUE else {"an entry in the catalogue"}
                if None not in given and not wanted <= given:
                    found.append(f"{name}:{node.lineno}: {code} wants {sorted(wanted - given)}")
                elif code in CATALOGUE and CATALOGUE[code].retired:
                    found.append(f"{name}:{node.lineno}: {code} is retired")
        if isinstance(node, ast.Call) and called(node) == "FieldError":
            values = argument(node, 2, "values")
            known = isinstance(values, ast.Dict) or values is None
            keys = values.keys if isinstance(values, ast.Dict) else []
            given = {literal for key in keys for literal in literals(key)}
            for code in literals(argument(node, 1, "code")):
                wanted = placeholders(FIELD_ERRORS[code].vi) if code in FIELD_ERRORS else {"an entry in FIELD_ERRORS"}
                if (known or code not in FIELD_ERRORS) and not wanted <= given:
                    found.append(f"{name}:{node.lineno}: {code} wants {sorted(wanted - given)}")
    return found


def test_every_problem_raised_is_in_the_catalogue_with_its_values() -> None:
    assert [line for name, tree in sources(*PROGRAMS) for line in misnamed_problems(name, tree)] == []


@pytest.mark.parametrize(
    "source",
    [
        'raise Problem("no_such_code")',
        'raise problems.Problem("no_such_code")',
        'raise Problem("not_found" if x else "nowhere")',
        'raise Problem("throttled")',
        'raise Problem("schema_unknown", errors=())',
        'FieldError("facts.unit", "wrong")',
        'FieldError("facts.unit", "type")',
        'FieldError("facts.unit", "unit", {"kind": "volume"})',
        'FieldError(path="facts.unit", code="reference", values={"names": 1})',
    ],
)
def test_a_misnamed_problem_is_seen(source: str) -> None:
    assert misnamed_problems("some.py", ast.parse(source))


@pytest.mark.parametrize(
    "source",
    [
        'raise Problem("not_found")',
        'raise Problem("throttled", wait=3)',
        'raise Problem("throttled", **values)',
        "raise Problem(code)",
        'FieldError("x", "type", {"expected": "string"})',
        'FieldError("x", "type", values)',
    ],
)
def test_a_rightly_named_problem_is_not(source: str) -> None:
    assert misnamed_problems("some.py", ast.parse(source)) == []


# Code → why nothing raises it although it is not retired.
NOT_RAISED: dict[str, str] = {}


def words_of(tree: ast.Module) -> str:
    """All strings of a module but its docstrings: a code may stand alone, in a table or in a query."""
    documentation = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    strings = (
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in documentation
    )
    return "\n".join(strings)


def never_named(codes: set[str], trees: list[ast.Module]) -> set[str]:
    said = set(re.findall(r"\w+", "\n".join(words_of(tree) for tree in trees)))
    return codes - said


def test_every_problem_of_the_catalogue_is_raised_somewhere() -> None:
    trees = [tree for name, tree in sources(*PROGRAMS) if not name.startswith("shared/problems/")]
    living = {code for code, entry in CATALOGUE.items() if not entry.retired}
    assert never_named(living, trees) == set(NOT_RAISED), "retire it (retired=True), or list it with a reason"
    assert never_named(set(FIELD_ERRORS), trees) == set()


def test_a_problem_that_nothing_raises_is_seen() -> None:
    tree = ast.parse('"""too_large"""\nraise Problem("not_found")\nexecute("SET problem = \'throttled\'")')
    assert never_named({"not_found", "too_large", "throttled"}, [tree]) == {"too_large"}


# --- shared is plain Python, and reads no clock

PURE = set(sys.stdlib_module_names) | {"shared", "geopy", "rfc8785"}
# File → what it may import besides: a command that runs where the program is made, never on the phone.
OF_THE_DESK = {"shared/i18n/build.py": {"babel"}}
CLOCKS = {"now", "utcnow", "today", "time", "time_ns", "monotonic", "perf_counter", "localtime", "gmtime"}


def foreign_imports(name: str, tree: ast.Module) -> list[str]:
    """Imports anywhere in the module, also those inside functions, that are neither standard nor pure Python."""
    found = []
    allowed = PURE | OF_THE_DESK.get(name, set())
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.level:
            found.append(f"{name}:{node.lineno}: relative import")
        elif isinstance(node, ast.Import | ast.ImportFrom):
            modules = [node.module or ""] if isinstance(node, ast.ImportFrom) else [alias.name for alias in node.names]
            found += [f"{name}:{node.lineno}: {module}" for module in modules if module.split(".")[0] not in allowed]
    return found


def test_shared_imports_the_standard_library_and_pure_wheels_only() -> None:
    assert [line for name, tree in sources("shared") for line in foreign_imports(name, tree)] == []


@pytest.mark.parametrize(
    "source",
    [
        "import django",
        "from kivy.app import App",
        "def f():\n    import requests",
        "if TYPE_CHECKING:\n    from cryptography.hazmat import primitives",
        "import shapely.geometry as g",
        "from backend.common import problems",
        "from . import codec",
    ],
)
def test_a_foreign_import_is_seen(source: str) -> None:
    assert foreign_imports("shared/some.py", ast.parse(source))


def clock_readings(name: str, tree: ast.Module) -> list[str]:
    """Calls like `datetime.now()`: phone and server read the clock once, at the edge, and pass it in. The hour of a
    moment that was passed in (`local.time()`) is no clock: `time()` counts where it is a module's."""
    return [
        f"{name}:{node.lineno}: {ast.unparse(node.func)}()"
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in CLOCKS
        and isinstance(node.func.value, ast.Name | ast.Attribute)
        and (node.func.attr != "time" or ast.unparse(node.func.value) in _modules_named(tree))
    ]


def _modules_named(tree: ast.Module) -> set[str]:
    """Names under which the module has imported others, and `time`."""
    return {"time"} | {
        alias.asname or alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names
    }


def test_shared_never_reads_the_clock() -> None:
    assert [line for name, tree in sources("shared") for line in clock_readings(name, tree)] == []


@pytest.mark.parametrize("source", ["datetime.now(UTC)", "time.time()", "datetime.date.today()", "time.monotonic()"])
def test_a_reading_of_the_clock_is_seen(source: str) -> None:
    assert clock_readings("shared/some.py", ast.parse(source))


# --- tests' keys sign nothing that counts


def test_no_program_knows_the_keys_of_the_golden_files() -> None:
    pems = [path.read_text() for path in files("tests/golden", ending=".pem")]
    assert len(pems) == 3
    bodies = ["".join(pem.split("-----")[2].split())[:60] for pem in pems]
    for path in files(*PROGRAMS):
        if path.suffix in {".py", ".json", ".pem", ".toml"}:
            text = "".join(path.read_text(encoding="utf-8").split())
            assert not [body for body in bodies if body in text], path
