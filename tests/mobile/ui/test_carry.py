"""Reports onto a card, from a card and back again, through the windows of two phones."""

import errno
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from mobile.bootstrap import Phone
from mobile.ports import NetworkKind, QueuedReport
from mobile.presenters.routes import Route, Screen
from mobile.presenters.settings import Chosen
from mobile.services.relay import FOLDER
from tests.fakes.server import FakeServer
from tests.mobile.conftest import FakeNetwork, Patience, state_of

if TYPE_CHECKING:
    from tests.mobile.ui.driver import Driver

App = Callable[..., "Driver"]
Filed = Callable[..., QueuedReport]
LARGE = 700_000  # bytes: several pieces
NARROW, HIGH = 320, 568


@pytest.fixture
def media(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where cards are put in: the chooser opens here."""
    folder = tmp_path / "media"
    (folder / "CARD").mkdir(parents=True)
    monkeypatch.setenv("HOME", str(folder))
    return folder


@pytest.fixture
def offline(network: FakeNetwork, server: FakeServer, colleague: Phone) -> Callable[[bool], None]:
    """No line, once both phones are enrolled; to be called with whether there is none."""

    def be(without: bool) -> None:
        network.now = NetworkKind.NONE if without else NetworkKind.WIFI
        server.faults.clear()
        if without:
            server.fail("html", status=502, times=9999)

    be(True)
    return be


def opened(phone: Phone, app_of: App) -> "Driver":
    """The screen, reached as a finger reaches it."""
    driver = app_of(phone)
    driver.app.open(Route(Screen.SYNC))
    driver.frames(5)  # laid out
    driver.tap("Mang hộ bằng thẻ nhớ")
    driver.until(lambda: driver.app.stack.top.route.screen is Screen.CARRY, "the screen")
    driver.frames(5)
    return driver


def point_at_card(driver: "Driver", does: str, here: str, *, inside: bool = True) -> None:
    """`inside`: the chooser opens beside the card; afterwards it opens in it."""
    driver.tap(does)
    driver.frames(5)
    if inside:
        driver.tap("CARD")
        driver.frames(5)
    driver.tap(here)
    driver.frames(5)


def copy(driver: "Driver", **how: Any) -> None:
    point_at_card(driver, "Chép ra thẻ nhớ / thư mục", "Chép vào thư mục này", **how)


def take(driver: "Driver", **how: Any) -> None:
    point_at_card(driver, "Nhận phiếu từ thẻ nhớ / thư mục", "Nhận từ thư mục này", **how)


# --- the journey


def test_a_report_goes_over_a_card_and_a_colleague_to_the_office_and_its_phone_hears_of_it(
    phone: Phone,
    colleague: Phone,
    server: FakeServer,
    offline: Callable[[bool], None],
    filed: Filed,
    app_of: App,
    media: Path,
) -> None:
    report = filed(photos=2)

    here = opened(phone, app_of)
    assert here.sees("Còn chờ trên máy này: 1 phiếu, 2 tệp")
    copy(here)
    here.until(lambda: here.sees("Trên thẻ nay có 1 phiếu, 2 tệp"), "what lies on the card")
    assert here.sees("Chép ra chưa phải là gửi")
    assert here.sees("Còn chờ trên máy này: 1 phiếu, 2 tệp")
    assert state_of(phone, report) == ("on_phone", ["on_phone", "on_phone"])
    here.close()

    there = opened(colleague, app_of)
    assert there.sees("Máy này không mang hộ phiếu nào")
    take(there)
    there.until(lambda: there.sees("Đã nhận 1 phiếu của 1 máy, 2 tệp"), "what was taken in")
    assert there.sees(f"Niêm phong {report.manifest_sha256[:16]}")
    assert there.sees("Còn trên máy, chưa gửi")
    offline(False)
    there.app.back()
    there.frames(5)
    there.tap("Gửi ngay")
    there.until(lambda: colleague.relay.carried(limit=1)[0].state.value == "confirmed", "that it arrived")
    there.tap("Mang hộ bằng thẻ nhớ")
    there.until(lambda: there.sees("Đã gửi: máy chủ xác nhận phiếu và mọi tệp"), "that the list says so")
    assert server.arrivals == [str(report.id)]
    assert len(server.confirmed_files()) == 2
    copy(there, inside=False)
    there.until(lambda: there.sees("Đã ghi 1 biên nhận"), "the way back")
    there.close()

    offline(True)
    again = opened(phone, app_of)
    take(again, inside=False)
    again.until(lambda: again.sees("1 biên nhận báo tin mới"), "the news")
    assert state_of(phone, report) == ("confirmed", ["confirmed", "confirmed"])
    assert again.sees("Trên máy này không còn gì chờ gửi.")
    assert len(server.arrivals) == 1


def test_whoever_gets_a_line_meanwhile_hears_it_there_and_sends_nothing_twice(
    phone: Phone, colleague: Phone, server: FakeServer, filed: Filed, app_of: App, media: Path, clock: Any
) -> None:
    report = filed(photos=1)
    phone.relay.export(media / "CARD" / FOLDER)
    driver = opened(colleague, app_of)
    take(driver)
    driver.until(lambda: driver.sees("Đã gửi: máy chủ xác nhận"), "that it went on its way by itself")
    uploads = len(server.uploads)
    phone.sending.send_until_empty(Patience(clock))
    assert state_of(phone, report) == ("confirmed", ["confirmed"])
    assert (server.arrivals, len(server.uploads)) == ([str(report.id)], uploads)
    take(driver, inside=False)
    driver.until(lambda: driver.sees("nên không nhận thêm lần nữa"), "that it was here already")
    assert len(colleague.relay.carried(limit=9)) == 1


# --- what goes wrong


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[float]]:
    """A card that takes its time for each piece; how long."""
    from shared.wire.v1 import card as cards

    seconds = [0.3]
    real = cards._written

    def written(path: Path) -> Any:
        time.sleep(seconds[0])
        return real(path)

    monkeypatch.setattr(cards, "_written", written)
    yield seconds
    seconds[0] = 0.0


@pytest.mark.usefixtures("offline")
def test_a_copying_shows_its_bytes_and_a_finger_stops_it(
    phone: Phone, filed: Filed, app_of: App, media: Path, slow: list[float]
) -> None:
    report = filed(photos=4)
    size = sum(file.entry.bytes for file in report.files)
    driver = opened(phone, app_of)
    copy(driver)
    driver.until(lambda: any("/" in text and " B" in text or "kB" in text for text in driver.texts()), "bytes")
    driver.until(lambda: driver.app.stack.top.presenter.state.share, "some of them")
    assert not driver.sees("Chép ra thẻ nhớ / thư mục")
    driver.tap("Dừng chép")
    driver.until(lambda: driver.sees("Đã dừng: trên thẻ chưa có đủ"), "that it stopped")
    lying = list((media / "CARD" / FOLDER / "files").iterdir())
    assert 0 < len(lying) < 4
    assert not [path for path in lying if path.name.startswith(".")]
    slow[0] = 0.0
    copy(driver, inside=False)
    driver.until(lambda: driver.sees("Trên thẻ nay có 1 phiếu, 4 tệp"), "all of it")
    assert sum(path.stat().st_size for path in (media / "CARD" / FOLDER / "files").iterdir()) == size


@pytest.mark.usefixtures("offline")
def test_the_back_arrow_asks_before_it_ends_a_copying(
    phone: Phone, filed: Filed, app_of: App, media: Path, slow: list[float]
) -> None:
    filed(photos=4)
    driver = opened(phone, app_of)
    copy(driver)
    driver.until(lambda: driver.sees("Đang chép"), "that it goes on")
    driver.key(27, "escape")
    driver.until(lambda: driver.sees("Dừng chép?"), "the question")
    driver.tap("Chép tiếp")
    driver.until(lambda: driver.sees("Trên thẻ nay có 1 phiếu, 4 tệp"), "the end")
    driver.key(27, "escape")
    driver.until(lambda: driver.app.stack.top.route.screen is Screen.SYNC, "the screen below")


@pytest.mark.usefixtures("offline")
@pytest.mark.parametrize(
    ("number", "said"),
    [
        (errno.ENOSPC, "Thẻ không còn chỗ; dùng thẻ khác hoặc xóa bớt tệp khác"),
        (errno.EIO, "Không đọc hoặc ghi được thẻ; cắm lại thẻ rồi làm lại"),
        (errno.EROFS, "Thẻ hoặc thư mục này không cho ghi; gạt lẫy khóa"),
    ],
)
def test_a_card_that_fails_says_what_to_do_and_nothing_is_lost(
    phone: Phone, filed: Filed, app_of: App, media: Path, monkeypatch: pytest.MonkeyPatch, number: int, said: str
) -> None:
    report = filed(photos=2)
    driver = opened(phone, app_of)
    real = os.fsync

    def sync(descriptor: int) -> None:
        if str(media) in str(Path(f"/proc/self/fd/{descriptor}").readlink()):
            raise OSError(number, os.strerror(number))
        real(descriptor)

    monkeypatch.setattr(os, "fsync", sync)
    copy(driver)
    driver.until(lambda: driver.sees(said), "the sentence")
    assert driver.app.overlays.depth == 0
    assert state_of(phone, report) == ("on_phone", ["on_phone", "on_phone"])
    monkeypatch.setattr(os, "fsync", real)
    copy(driver, inside=False)
    driver.until(lambda: driver.sees("Trên thẻ nay có 1 phiếu, 2 tệp"), "what lies on the card")
    assert not driver.sees(said)


@pytest.mark.usefixtures("offline")
def test_a_card_pulled_out_while_a_folder_is_chosen_leads_back_to_where_there_is_one(
    phone: Phone, filed: Filed, app_of: App, media: Path
) -> None:
    filed()
    (media / "CARD" / "DCIM").mkdir()
    driver = opened(phone, app_of)
    driver.tap("Chép ra thẻ nhớ / thư mục")
    driver.frames(5)
    driver.tap("CARD")
    driver.frames(5)
    (media / "CARD").rename(media.parent / "pulled")
    driver.tap("DCIM")
    driver.frames(5)
    driver.find(str(media))
    (media.parent / "pulled").rename(media / "CARD")
    driver.tap("..")
    driver.frames(5)
    driver.tap("media")
    driver.frames(5)
    driver.tap("CARD")
    driver.frames(5)
    (media / "CARD").rename(media.parent / "pulled")
    driver.tap("Chép vào thư mục này")
    driver.until(lambda: driver.sees("cắm lại thẻ"), "the sentence")
    assert not (media / "CARD").exists()


def test_what_is_refused_is_named(phone: Phone, colleague: Phone, filed: Filed, app_of: App, media: Path) -> None:
    filed()
    card = media / "CARD" / FOLDER
    phone.relay.export(card)
    (card / "reports" / "rác.json").write_bytes(b"{}")
    driver = opened(colleague, app_of)
    take(driver)
    driver.until(lambda: driver.sees("Không nhận “rác.json” (Không phải phiếu)"), "the refusal")
    assert driver.sees("Đã nhận 1 phiếu của 1 máy")


# --- how it looks


@pytest.mark.usefixtures("offline")
@pytest.mark.parametrize(("language", "scale", "look"), [("vi", 200, "sun"), ("en", 200, "dark"), ("vi", 100, "light")])
def test_nothing_is_cut_with_all_of_it_said(
    phone: Phone,
    colleague: Phone,
    filed: Filed,
    app_of: App,
    media: Path,
    language: str,
    scale: int,
    look: str,
) -> None:
    reports = [filed(photos=2), filed(photos=1)]
    card = media / "CARD" / FOLDER
    phone.relay.export(card)
    (card / "reports" / "báo cáo gửi cho phụ trách để xem lại trước khi nộp.json").write_bytes(b"{}")
    (card / "files" / reports[0].files[0].entry.sha256).write_bytes(b"other")
    driver = app_of(colleague)
    from kivy.core.window import Window

    from tests.mobile.ui.looks import cut, small, weak_on

    Window.size = (NARROW, HIGH)
    driver.app.wear(Chosen(language=language, scale=scale, look=look))
    driver.app.open(Route(Screen.CARRY))
    presenter = driver.app.stack.top.presenter

    def faults() -> list[str]:
        driver.frames(5)
        root = driver.app.root_layer
        return [*cut(root), *small(root), *weak_on(root, look == "sun")]

    assert faults() == []
    presenter._begin(presenter._take_in, media / "CARD")
    driver.until(lambda: presenter.state.rows and presenter.state.notices, "what was taken in")
    assert len(presenter.state.notices) == 3
    assert faults() == []
    presenter.take()
    assert faults() == []
