"""Photos shown large, without a window."""

from collections.abc import Callable
from pathlib import Path
from uuid import UUID

import pytest

from mobile.bootstrap import Phone
from mobile.composition import Screens
from mobile.ports import QueuedReport
from mobile.presenters.photo import PhotoPresenter
from mobile.presenters.routes import Route, Screen
from mobile.state.photo import PhotoState
from shared.i18n import Words
from shared.wire.v1.records import Purpose
from tests.fakes.shell import FakeShell
from tests.mobile.presenters.forms import Begin, Desk

Photo = Callable[..., Path]


@pytest.fixture(autouse=True)
def _no_ids_before(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ids of one process grow: another test's clock is not to count here."""
    monkeypatch.setattr("shared.identity._last", (0, 0))


def opened(desk: Desk, file: UUID) -> PhotoPresenter:
    desk.form.picture(file)
    made = desk.screens.presenter(desk.shell.opened[-1], desk.shell)
    assert isinstance(made, PhotoPresenter)
    made.opened()
    return made


def with_photos(begin: Begin, photo: Photo, count: int = 2) -> tuple[Desk, list[UUID]]:
    desk = begin()
    for n in range(count):
        desk.photograph("plate" if n == 0 else "load", photo(n))
    return desk, [picture.id for picture in desk.fields["files"].pictures]


def test_a_tap_in_the_form_shows_it_with_what_is_known_of_it(begin: Begin, photo: Photo) -> None:
    desk, (first, _) = with_photos(begin, photo)
    shown = opened(desk, first)
    assert desk.shell.opened[-1] == Route(Screen.PHOTO, str(desk.id), str(first))
    state: PhotoState = shown.state
    assert (state.title, state.purpose) == ("Ảnh 1/2", "Biển số, số đăng ký")
    assert state.lines[0].startswith("Đưa vào phiếu 20/11/2026")
    assert state.lines[-1].endswith("kB")
    assert state.shown == first
    assert shown.picture is not None
    assert (shown.picture.width, shown.picture.height) == (320, 240)
    assert (state.has_previous, state.has_next) == (False, True)


def test_when_it_was_put_in_is_not_told_by_an_id_of_a_clock_that_was_put_back(
    begin: Begin, photo: Photo, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared.identity._last", (4_102_358_400_000, 0))  # 2099-12-31
    desk, (first, _) = with_photos(begin, photo)
    assert not any("Đưa vào phiếu" in line for line in opened(desk, first).state.lines)


def test_one_leafs_to_both_ends_and_no_farther(begin: Begin, photo: Photo) -> None:
    desk, (first, second) = with_photos(begin, photo)
    shown = opened(desk, first)
    shown.turn(1)
    assert shown.state.shown == second
    shown.turn(1)
    assert shown.state.shown == second
    shown.turn(-1)
    assert shown.state.shown == first


def test_who_leafs_quickly_has_one_picture_made_at_a_time(begin: Begin, photo: Photo) -> None:
    desk, files = with_photos(begin, photo, 4)
    desk.shell.jobs.held = []
    shown = opened(desk, files[0])
    for _ in range(3):
        shown.turn(1)
    assert len(desk.shell.jobs.held) == 1
    assert (shown.state.title, shown.state.shown, shown.state.busy) == ("Ảnh 4/4", None, "Đang mở ảnh…")
    desk.shell.jobs.go()
    assert shown.state.shown == files[3]


def test_one_that_is_left_and_come_back_to_while_another_is_made_is_shown(begin: Begin, photo: Photo) -> None:
    desk, (first, _) = with_photos(begin, photo)
    shown = opened(desk, first)
    desk.shell.jobs.held = []
    shown.turn(1)
    shown.turn(-1)
    desk.shell.jobs.go()
    assert shown.state.shown == first
    assert shown.picture is not None


def test_a_damaged_one_is_a_sentence_and_the_next_is_shown(begin: Begin, photo: Photo) -> None:
    desk, (first, second) = with_photos(begin, photo)
    desk.phone.files.remove(str(first))
    shown = opened(desk, first)
    assert shown.state.shown is None
    assert shown.state.problem.startswith("Ảnh này đã hỏng")
    shown.turn(1)
    assert (shown.state.shown, shown.state.problem) == (second, "")


def test_it_is_taken_out_after_a_question_and_after_the_last_the_form_comes(begin: Begin, photo: Photo) -> None:
    desk, (first, second) = with_photos(begin, photo)
    shown = opened(desk, first)
    shown.take_out()
    assert len(desk.phone.recording.get(desk.id).files) == 2
    desk.shell.answer()
    assert [one.id for one in desk.phone.recording.get(desk.id).files] == [second]
    assert (shown.state.title, shown.state.shown) == ("Ảnh 1/1", second)
    shown.take_out()
    desk.shell.answer()
    assert desk.shell.backs == 1
    assert shown.picture is None


def test_nothing_of_it_is_kept_when_it_is_left(begin: Begin, photo: Photo) -> None:
    desk, (first, _) = with_photos(begin, photo)
    shown = opened(desk, first)
    shown.closed()
    assert shown.picture is None


def test_those_of_a_sealed_report_are_shown_and_stay(
    phone: Phone, filed: Callable[..., QueuedReport], tmp_path: Path
) -> None:
    report = filed(photos=2)
    shell = FakeShell()
    route = Route(Screen.PHOTO, str(report.id), str(report.files[1].id))
    shown = Screens(phone, Words("vi"), tmp_path).presenter(route, shell)
    assert isinstance(shown, PhotoPresenter)
    shown.opened()
    assert (shown.state.title, shown.state.shown) == ("Ảnh 2/2", report.files[1].id)
    assert shown.state.lines[0].startswith("Chụp trong ứng dụng") or shown.state.lines[0].startswith("Đưa vào phiếu")
    assert shown.state.take_out == ""
    shown.take_out()
    assert shell.asked == []


def test_signatures_are_not_among_those_of_a_draft(begin: Begin, photo: Photo) -> None:
    desk, files = with_photos(begin, photo)
    desk.phone.recording.attach(desk.id, photo("chu-ky"), purpose=Purpose.SIGNATURE)
    assert opened(desk, files[0]).state.title == "Ảnh 1/2"
