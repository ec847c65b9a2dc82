"""Enrolling by a picture of the supervisor's QR code."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import segno

from mobile.bootstrap import Phone
from mobile.presenters.routes import Route, Screen
from tests.fakes.server import FakeServer, officer
from tests.mobile.ui.hand import Hand

if TYPE_CHECKING:
    from tests.mobile.ui.driver import Driver


@pytest.fixture
def album(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "album"
    folder.mkdir()
    monkeypatch.setenv("HOME", str(folder))
    return folder


def test_a_picture_of_the_code_enrols(
    new_phone: Callable[..., Phone], server: FakeServer, app_of: Callable[..., "Driver"], album: Path
) -> None:
    code = server.code_for(officer())
    segno.make(code).save(album / "ma.png", scale=8, border=4)
    phone = new_phone()
    driver = app_of(phone)
    assert driver.app.stack.top.route.screen is Screen.ENROL
    hand = Hand(driver)
    hand.tap("Quét mã QR")
    hand.tap("ma.png")
    hand.tap("Lấy tệp này")
    driver.until(lambda: phone.enrolment.current() is not None, "enrolled")
    driver.until(lambda: driver.app.stack.top.route == Route(Screen.LOCK, *_lock(phone)), "a PIN to choose")
    assert (album / "ma.png").exists()


def _lock(phone: Phone) -> tuple[str, str]:
    session = phone.enrolment.current()
    assert session is not None
    return str(session.officer.id), "choose"


def test_a_picture_without_a_code_says_so(
    new_phone: Callable[..., Phone], app_of: Callable[..., "Driver"], album: Path, photo: Callable[..., Path]
) -> None:
    photo("cảnh").rename(album / "canh.jpg")
    driver = app_of(new_phone())
    hand = Hand(driver)
    hand.tap("Quét mã QR")
    hand.tap("canh.jpg")
    hand.tap("Lấy tệp này")
    driver.until(lambda: any("QR" in text and "mã" in text for text in driver.texts()[-4:]), "the sentence")
