"""The gallery without a window."""

import pytest

from mobile.presenters.gallery import MANY, ROWS, GalleryPresenter
from mobile.presenters.routes import Route, Screen
from mobile.state.forms import Field
from shared.i18n import Words
from tests.fakes.shell import FakeShell


@pytest.fixture
def shell() -> FakeShell:
    return FakeShell()


@pytest.fixture
def gallery(shell: FakeShell) -> GalleryPresenter:
    return GalleryPresenter("", Words("en"), shell)


def field(gallery: GalleryPresenter, key: str) -> Field:
    samples = [sample for section in gallery.state.sections for sample in section.samples]
    return next(sample.field for sample in samples if sample.field is not None and sample.field.key == key)


@pytest.mark.parametrize(
    ("key", "text", "read"),
    [
        ("number", "1,5", "1.5"),
        ("number", "1 500", "1500"),
        ("day", "5/3/2026", "05/03/2026"),
        ("time", "2305", "23:05"),
    ],
)
def test_it_says_what_a_text_was_read_as(gallery: GalleryPresenter, key: str, text: str, read: str) -> None:
    gallery.type(key, text)
    assert (field(gallery, key).helper, field(gallery, key).error) == (f"Read as {read}", "")


def test_it_asks_where_a_number_can_mean_two_things(gallery: GalleryPresenter) -> None:
    gallery.type("number", "1.500")
    assert (
        field(gallery, "number").error == "1.500 can mean 1500 or 1.500: type 1500, or 1.5000 with a zero at the end."
    )


def test_choices_are_taken_and_given_back(gallery: GalleryPresenter) -> None:
    gallery.choose("chips", "one")
    gallery.choose("chips", "two")
    assert [option.value for option in field(gallery, "chips").options if option.chosen] == ["one"]
    gallery.choose("segments", "no")
    assert [option.value for option in field(gallery, "segments").options if option.chosen] == ["no"]
    gallery.switch("switch", True)
    assert field(gallery, "switch").on


def test_each_button_does_what_it_says(gallery: GalleryPresenter, shell: FakeShell) -> None:
    gallery.press("ask")
    shell.answer()
    gallery.press("say")
    gallery.press("tell")
    gallery.press(ROWS)
    assert len(shell.said) == 2
    assert [problem.code for problem in shell.told] == ["no_connection"]
    assert shell.opened == [Route(Screen.GALLERY, part=ROWS)]


def test_the_long_list_is_long(shell: FakeShell) -> None:
    rows = GalleryPresenter(ROWS, Words("en"), shell).state.rows
    assert (len(rows), rows[0].title, rows[-1].title) == (MANY, "A row 1", f"A row {MANY}")


def test_another_language_changes_every_word_and_nothing_typed(shell: FakeShell) -> None:
    words = Words("en")
    gallery = GalleryPresenter("", words, shell)
    gallery.type("number", "12")
    words.language = "vi"
    gallery.renewed()
    assert (field(gallery, "number").text, field(gallery, "number").helper) == ("12", "Hiểu là 12")
