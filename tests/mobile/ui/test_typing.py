"""Typing Vietnamese on a keyboard without an input method: Telex in texts, never in codes, and off when it is off."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest

from mobile.bootstrap import Phone
from mobile.presenters.routes import Route, Screen
from mobile.ui.widgets.entry import Entry, Typing
from shared.wire.v1.records import Kind

if TYPE_CHECKING:
    from tests.mobile.ui.driver import Driver


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    before = Typing.telex
    yield
    Typing.telex = before


@pytest.fixture
def form(phone: Phone, app_of: Callable[..., "Driver"]) -> Callable[..., str]:
    """Types into a field of the vehicle's page and gives what the draft then has."""
    draft = phone.recording.start(Kind.TRANSPORT)
    driver = app_of(phone)
    driver.app.open(Route(Screen.FORM, str(draft.id), "vehicle/0"))
    driver.frames(4)

    def write(key: str, text: str) -> str:
        field = driver.find(key=key)
        (entry,) = [one for one in field.walk(restrict=True) if isinstance(one, Entry)]
        driver.tap(entry)
        driver.type(text)
        return str(entry.text)

    return write


def test_telex_composes_what_is_typed_and_the_draft_has_it(form: Callable[..., str], phone: Phone) -> None:
    assert form("subjects/0/display_name", "Nguyeenx Vawn Ddinhj") == "Nguyễn Văn Định"
    (draft,) = phone.recording.drafts()
    assert draft.facts["subjects"][0]["display_name"] == "Nguyễn Văn Định"


def test_a_code_is_typed_as_it_is(form: Callable[..., str]) -> None:
    assert form("vehicles/0/mark", "87aas-12") == "87AAS-12"


def test_with_the_switch_off_keys_stay_as_they_are(form: Callable[..., str]) -> None:
    Typing.telex = False
    assert form("subjects/0/display_name", "Nguyeenx") == "Nguyeenx"


def test_the_switch_is_heard_at_once_and_at_the_next_start(phone: Phone, app_of: Callable[..., "Driver"]) -> None:
    driver = app_of(phone)
    driver.app.open(Route(Screen.SETTINGS))
    driver.frames(4)
    assert Typing.telex is True
    driver.tap("Giữ nguyên phím gõ")
    assert Typing.telex is False
    Typing.telex = True
    app_of(phone)
    assert Typing.telex is False
