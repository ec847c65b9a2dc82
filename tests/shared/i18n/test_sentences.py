"""Every sentence of phone and shared code has its Vietnamese, once, and nothing has one that is no longer said."""

import ast
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from babel.messages.catalog import Message

from shared.i18n import MO_FILE
from shared.i18n.build import PO_FOLDER, compiled, entries, main
from shared.i18n.labels import LABELS
from tests.shared.i18n.extraction import Sentence, placeholders, sentences, untranslatable

ROOT = Path(__file__).parents[3]
Key = tuple[str | None, str, str | None]


def trees() -> Iterator[tuple[str, ast.AST]]:
    for program in ("shared", "mobile"):
        for path in sorted((ROOT / program).rglob("*.py")):
            yield path.relative_to(ROOT).as_posix(), ast.parse(path.read_text(encoding="utf-8"))


def said() -> list[Sentence]:
    found = [sentence for where, tree in trees() for sentence in sentences(where, tree)]
    return found + [
        Sentence("shared/i18n/labels.py", english, None, name)
        for name, of_class in LABELS.items()
        for english in of_class.values()
    ]


def key_of(message: Message) -> Key:
    if isinstance(message.id, str):
        return message.context, message.id, None
    return message.context, message.id[0], message.id[1]


def translations(message: Message) -> Sequence[str]:
    return (message.string,) if isinstance(message.string, str) else tuple(message.string or ())


def faults(message: Message) -> list[str]:
    """What is wrong with one entry of a .po file."""
    _, msgid, other = key_of(message)
    texts = translations(message)
    wanted = placeholders(msgid) | placeholders(other or "")
    found: list[str] = []
    if len(texts) != 1 or not texts[0].strip():
        found.append("no translation, or more than one")
    if message.fuzzy:
        found.append("marked fuzzy")
    if any(placeholders(text) != wanted for text in texts):
        found.append("other placeholders")
    if any(not name.isidentifier() for name in wanted):
        found.append("a placeholder is a plain name")
    if any(c.isalpha() and not c.isascii() for c in msgid + (other or "")):
        found.append("the msgid is English")
    if any(not unicodedata.is_normalized("NFC", text) for text in texts):
        found.append("the translation is not NFC")
    if any(text.strip() != text for text in (msgid, other or "", *texts)):
        found.append("begins or ends with a space")
    return found


def test_the_walk_finds_what_is_said() -> None:
    """Were nothing found, every test below would hold."""
    found = said()
    assert any(sentence.where.startswith("mobile/") for sentence in found)
    assert len(entries()) > 90


def test_every_sentence_said_has_its_vietnamese() -> None:
    have = {key_of(message) for _, message in entries()}
    missing = [s for s in said() if (s.context, s.msgid, s.other) not in have]
    assert [f"{s.where}: {s.msgid!r}" for s in missing] == []


def test_no_sentence_is_translated_twice() -> None:
    """Also not once with and once without a plural: gettext keeps both under one id."""
    count = Counter((message.context, key_of(message)[1]) for _, message in entries())
    assert {key: n for key, n in count.items() if n > 1} == {}


def test_nothing_is_translated_that_nobody_says() -> None:
    used = {(s.context, s.msgid, s.other) for s in said()}
    assert [f"{area}.po: {key_of(m)[1]!r}" for area, m in entries() if key_of(m) not in used] == []


def test_every_translation_is_whole() -> None:
    found = [f"{area}.po: {key_of(m)[1]!r}: {fault}" for area, m in entries() for fault in faults(m)]
    assert found == []


def ill_given(found: list[Sentence]) -> list[str]:
    """Where a sentence is said without a value for a placeholder, or with one for none."""
    return [
        f"{s.where}: {s.msgid!r} is given {sorted(s.given)}"
        for s in found
        if s.given is not None and s.given != placeholders(s.msgid) | placeholders(s.other or "") | _number(s)
    ]


def _number(sentence: Sentence) -> set[str]:
    return {"n"} if sentence.other is not None else set()


def test_every_placeholder_gets_its_value_where_the_sentence_is_said() -> None:
    assert ill_given(said()) == []


def test_no_sentence_is_put_together_before_it_is_said() -> None:
    assert [fault for where, tree in trees() for fault in untranslatable(where, tree)] == []


def test_the_compiled_catalogue_is_what_the_po_files_say() -> None:
    assert MO_FILE.read_bytes() == compiled(), "run: python -m shared.i18n.build"


# --- the tests above can fail

SAYS = """
from shared.i18n import N_, Words
A = N_("Constant")
def f(words: Words, n, kind):
    words("Plain {x}", x=1)
    words("Yes" if n else "No")
    words.many("{n} day", "{n} days", n)
    words.context("Kind", "Other")
    words(A)
class P:
    def g(self): return self._words("Of a field", **{}) + self.words("Of another")
"""


def test_sentences_are_found_however_they_are_said() -> None:
    found = {(s.context, s.msgid, s.other) for s in sentences("x.py", ast.parse(SAYS))}
    assert found == {
        (None, "Constant", None),
        (None, "Plain {x}", None),
        (None, "Yes", None),
        (None, "No", None),
        (None, "{n} day", "{n} days"),
        ("Kind", "Other", None),
        (None, "Of a field", None),
        (None, "Of another", None),
    }
    assert list(untranslatable("x.py", ast.parse(SAYS))) == []


@pytest.mark.parametrize(
    "code",
    [
        'words(f"{n} files")',
        'self.words("a" + b)',
        'words("{}".format(n))',
        'words("a %s" % n)',
        'words(f"{n}" if n else "none")',
        'words.many(f"{n} a", "b", 1)',
        'words.many("a", f"{n} b", 1)',
        'words.context("Kind", f"{n}")',
        'words.context(kind, "Other")',
        "N_(name)",
        "def f(w: Words): ...",
        "w = Words('vi')",
        "class A:\n    said: Words",
    ],
)
def test_what_nobody_could_translate_is_found(code: str) -> None:
    assert len(list(untranslatable("x.py", ast.parse(code)))) == 1


@pytest.mark.parametrize(
    ("code", "ill"),
    [
        ('words("{n} files")', True),
        ('words(N_("{n} files"))', True),
        ('words("Files", n=1)', True),
        ('words.many("{n} of {m}", "{n} of {m}", n)', True),
        ('words.context("Kind", "{n}")', True),
        ('words.many("{n} file", "{n} files", n)', False),
        ('words.many("one file", "{n} files", n)', False),
        ('words(N_("{n} files"), n=1)', False),
        ('words("{n} files", **values)', False),
        ('N_("{n} files")', False),
    ],
)
def test_a_value_that_is_missing_or_too_many_is_found(code: str, ill: bool) -> None:
    assert bool(ill_given(list(sentences("x.py", ast.parse(code))))) is ill


@pytest.mark.parametrize(
    ("message", "fault"),
    [
        (Message("Send", ""), "no translation, or more than one"),
        (Message("Send", "Gửi", flags=["fuzzy"]), "marked fuzzy"),
        (Message("Send {n}", "Gửi {m}"), "other placeholders"),
        (Message("Send {n:d}", "Gửi {n:d}"), "a placeholder is a plain name"),
        (Message("Gửi", "Gửi"), "the msgid is English"),
        (Message("Send", unicodedata.normalize("NFD", "Gửi")), "the translation is not NFC"),
        (Message("Send ", "Gửi"), "begins or ends with a space"),
    ],
)
def test_a_faulty_entry_is_found(message: Message, fault: str) -> None:
    assert fault in faults(message)
    assert faults(Message(("{n} day", "{n} days"), ("{n} ngày",))) == []


HEADER = 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n"Plural-Forms: nplurals=1; plural=0;\\n"\n'


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({"a": '\nmsgid "Send"\nmsgstr "Gửi"\n', "b": '\nmsgid "Send"\nmsgstr "Gửi"\n'}, "a.po, b.po"),
        ({"a": '\nmsgid "Send"\nmsgstr "Gửi"\n\nmsgid "Send"\nmsgstr "Gửi đi"\n'}, "twice"),
        ({"a": '\nmsgid "Send"\nmsgstr ""\n'}, "no finished translation"),
        ({"a": '\n#, fuzzy\nmsgid "Send"\nmsgstr "Gửi"\n'}, "no finished translation"),
        ({"a": '\n#~ msgid "Send"\n#~ msgstr "Gửi"\n'}, "no longer said"),
    ],
)
def test_build_refuses_what_it_cannot_decide(tmp_path: Path, files: dict[str, str], said: str) -> None:
    for area, text in files.items():
        (tmp_path / f"{area}.po").write_text(HEADER + text, encoding="utf-8")
    with pytest.raises(ValueError, match=said):
        compiled(tmp_path)


def test_build_check_tells_a_catalogue_that_drifted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    mo = tmp_path / "vi" / "kiem_khoang.mo"
    monkeypatch.setattr("shared.i18n.build.MO_FILE", mo)
    assert main(["--check"]) == 1
    assert "shared.i18n.build" in capsys.readouterr().err
    assert main([]) == 0
    assert main(["--check"]) == 0
    mo.write_bytes(mo.read_bytes()[:-1])
    assert main(["--check"]) == 1
    assert main(["--chekc"]) == 2
    assert PO_FOLDER.is_dir()
