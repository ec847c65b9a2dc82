"""Memory cards of a phone: those that are in and can be written."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from mobile.device.android.cards import AndroidCards
from mobile.ports import Cards
from tests.fakes.jnius import FakeJnius, JavaException

BUILT_IN, CARD = "/storage/emulated/0/Android/data/vn/files", "/storage/1A2B-3C4D/Android/data/vn/files"


class Storage:
    """`getExternalFilesDirs` and `Environment`; `state`: by path."""

    def __init__(self) -> None:
        self.state = {BUILT_IN: "mounted", CARD: "mounted"}
        self.listed: list[str | None] | None = [BUILT_IN, CARD]

    def getExternalFilesDirs(self, kind: Any) -> Any:  # noqa: N802 - Java's
        assert kind is None, "the app's own folder, none of a kind below it"
        if self.listed is None:
            return None
        return [None if path is None else SimpleNamespace(getAbsolutePath=lambda p=path: p) for path in self.listed]

    def isExternalStorageRemovable(self, file: Any) -> bool:  # noqa: N802 - Java's
        if file.getAbsolutePath() not in self.state:
            raise JavaException("Failed to find storage device", "java.lang.IllegalArgumentException")
        return bool(file.getAbsolutePath() == CARD)

    def getExternalStorageState(self, file: Any) -> str:  # noqa: N802 - Java's
        return self.state[file.getAbsolutePath()]


@pytest.fixture
def storage(jnius: FakeJnius) -> Storage:
    made = Storage()
    jnius.classes["org.kivy.android.PythonActivity"] = SimpleNamespace(mActivity=made)
    jnius.classes["android.os.Environment"] = made
    return made


def test_a_card_is_where_the_app_may_write_and_not_the_phones_own_storage(storage: Storage) -> None:
    cards: Cards = AndroidCards()
    assert cards.folders() == (Path(CARD),)


@pytest.mark.parametrize("state", ["unmounted", "mounted_ro", "bad_removal", "checking"])
def test_a_card_that_cannot_be_written_is_none(storage: Storage, state: str) -> None:
    storage.state[CARD] = state
    assert AndroidCards().folders() == ()


def test_a_card_that_comes_or_goes_is_seen_at_the_next_question(storage: Storage) -> None:
    cards = AndroidCards()
    storage.listed = [BUILT_IN, None]
    assert cards.folders() == ()
    storage.listed = None
    assert cards.folders() == ()
    storage.listed = [BUILT_IN, CARD]
    assert cards.folders() == (Path(CARD),)
    del storage.state[CARD]
    assert cards.folders() == ()
