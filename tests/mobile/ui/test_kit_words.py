"""In a language in which every sentence stands in brackets, whatever stands outside them came past the catalogues."""

import ast
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages
from typing import TYPE_CHECKING, Any

import pytest

from mobile import presenters
from mobile.bootstrap import Phone
from mobile.composition import notices
from mobile.ports import QueuedReport
from mobile.presenters.samples import LETTERS
from mobile.presenters.settings import Chosen
from shared.i18n import PSEUDO
from shared.problems import Text
from shared.rules import words
from shared.wire.v1.reference import KINDS
from tests.fakes.server import FakeServer, officer
from tests.mobile.ui.walk import furnish, walk

if TYPE_CHECKING:
    from tests.mobile.ui.driver import Driver

ROOT = Path(__file__).parents[3]
# What may stand outside the brackets, by reason.
ALLOWED = {
    "a unit, the same in every language": r"(?<!\w)(m|m²|m³|t|ha|m3|B|kB|MB|GB|km)(?!\w)",
    "an id or the beginning of a key": r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{16}",
    "a language calls itself by its own name": r"Tiếng Việt|English",
    "licences of fonts and libraries are quoted": re.escape(notices()),
    "letters and plates of the gallery, to look at": rf"{LETTERS}|87C-000\.0[12]",
}


def data_of(phone: Phone) -> Iterator[str]:
    """What people typed and what came from the office; names of enums are no data."""
    rows = (row for kind in KINDS for row in phone.reference.rows(kind))
    drafts = (phone.recording.get(draft.id).facts for draft in phone.recording.drafts())
    tasks = (asdict(one.task) for one in phone.tasks.open())
    for tree in (*rows, *drafts, *tasks, officer()):
        yield from (text for text in strings(tree) if not re.fullmatch(r"[a-z0-9_]*", text))


def strings(tree: Any) -> Iterator[str]:
    if isinstance(tree, str):
        yield tree
    elif isinstance(tree, Mapping):
        yield from (text for value in tree.values() for text in strings(value))
    elif isinstance(tree, list | tuple):
        yield from (text for value in tree for text in strings(value))


@pytest.fixture
def bracketed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sentences that stand beside their Vietnamese in the code (problems, rules) are in brackets too."""
    say, rule = Text.say, words.sentence
    monkeypatch.setattr(Text, "say", lambda text, language, **values: f"⟦{say(text, language, **values)}⟧")
    found = [import_module(one.name) for one in walk_packages(presenters.__path__, f"{presenters.__name__}.")]
    speaking = [module for module in found if getattr(module, "sentence", None) is rule]
    assert len(speaking) > 1
    for module in speaking:
        monkeypatch.setattr(module, "sentence", lambda verdict, language: f"⟦{rule(verdict, language)}⟧")


@pytest.mark.usefixtures("bracketed")
def test_every_text_on_every_screen_comes_from_the_catalogues(
    phone: Phone,
    server: FakeServer,
    photo: Callable[..., Path],
    filed: Callable[..., QueuedReport],
    app_of: Callable[..., "Driver"],
) -> None:
    there = furnish(phone, server, photo, filed(photos=2).id)
    driver = app_of(phone)
    from tests.mobile.ui.looks import said_on, unsaid

    files = [str(there.folder), *(path.name for path in there.folder.iterdir())]
    typed = sorted((re.escape(text) for text in {*data_of(phone), *files}), key=len, reverse=True)
    outside = re.compile("|".join([*typed, *ALLOWED.values()]))
    driver.app.wear(Chosen(language=PSEUDO))
    faults: set[str] = set()
    count = 0
    for place, root in walk(driver, there):
        for text in said_on(root):
            count += 1
            if rest := unsaid(text, outside):
                faults.add(f"{place}: {rest!r} of {text[:80]!r}")
    assert not faults, "\n".join(sorted(faults))
    assert count > 500


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("⟦Load⟧", ""),
        ("⟦1. ⟦Load⟧⟧ · 2.3 kB", ""),
        ("12,5 m³ ± 0,3", ""),
        ("08:45 · 20/11/2026", ""),
        ("⟦Load⟧ today", "today"),
        ("kBase", "kBase"),
        ("Gửi", "Gửi"),
    ],
)
def test_what_stands_outside_is_found(text: str, left: str) -> None:
    from tests.mobile.ui.looks import unsaid

    assert unsaid(text, re.compile("|".join(ALLOWED.values()))) == left


# --- what a screen says only at times

# Parts of the kit, and which of their arguments are words to read.
SAY = {
    "Text": ((0,), ()),
    "Line": ((0,), ()),
    "Badge": ((0,), ()),
    "PushButton": ((0,), ()),
    "IconButton": ((1,), ()),
    "NoticeBox": ((1,), ()),
    "Empty": ((1, 2, 3), ()),
    "AppBar": ((0,), ("subtitle",)),
    "SwitchRow": ((0,), ()),
    "CheckRow": ((0,), ()),
    "TextField": ((1,), ("helper", "clear")),
    "DateField": ((1,), ("helper", "pick_label")),
    "Row": ((1, 2), ("title", "subtitle")),
    "put": ((0,), ()),
    "say": ((0, 1), ("action",)),
}


def spoken(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """(line, text) of every text with letters that stands in the code where the kit is given words."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
        places, names = SAY.get(name, ((), ()))
        given = [node.args[place] for place in places if place < len(node.args)]
        given += [word.value for word in node.keywords if word.arg in names]
        for argument in given:
            for part in [argument, *getattr(argument, "values", [])]:
                if (
                    isinstance(part, ast.Constant)
                    and isinstance(part.value, str)
                    and re.search(r"[^\W\d_]", part.value)
                ):
                    yield node.lineno, part.value


def test_no_screen_speaks_by_itself() -> None:
    paths = sorted((ROOT / "mobile" / "ui").rglob("*.py"))
    assert len(paths) > 30
    trees = {path.relative_to(ROOT).as_posix(): ast.parse(path.read_text(encoding="utf-8")) for path in paths}
    assert [f"{name}:{line}: {text!r}" for name, tree in trees.items() for line, text in spoken(tree)] == []


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ('Text("Load")', 1),
        ('self.title.put(f"Load {n}")', 1),
        ('AppBar(state.title, subtitle="Draft")', 1),
        ('Empty("inbox-outline", "", "Nothing")', 1),
        ('IconButton("close", "Close", on_tap=f)', 1),
        ('Text("", "caption")', 0),
        ('Text(f"{a} · {b}")', 0),
        ('IconButton("close", label)', 0),
    ],
)
def test_a_screen_that_speaks_by_itself_is_found(code: str, found: int) -> None:
    assert len(list(spoken(ast.parse(code)))) == found
