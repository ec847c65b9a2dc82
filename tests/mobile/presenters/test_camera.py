"""Pictures of a phone that has a camera: into the report, and nowhere else."""

from collections.abc import Callable
from pathlib import Path
from uuid import UUID

import pytest
import segno

from mobile.bootstrap import Phone
from mobile.composition import Screens
from mobile.device.desktop import Desktop
from mobile.presenters.routes import Route, Screen
from shared.i18n import Words
from shared.problems import Problem
from shared.wire.v1.records import Kind, Purpose
from tests.fakes.camera import FakeCamera
from tests.fakes.server import FakeServer, officer
from tests.fakes.shell import FakeShell
from tests.mobile.conftest import FakeClock
from tests.mobile.presenters.forms import Desk


@pytest.fixture
def camera() -> FakeCamera:
    return FakeCamera()


@pytest.fixture
def phone(
    new_phone: Callable[..., Phone], server: FakeServer, clock: FakeClock, camera: FakeCamera, tmp_path: Path
) -> Phone:
    machine = Desktop(tmp_path / "phone", clock)
    machine.camera = camera
    started = new_phone(machine=machine)
    started.enrolment.enrol(server.code_for(officer()))
    return started


@pytest.fixture
def desk(phone: Phone, tmp_path: Path) -> Desk:
    return Desk(phone, tmp_path / "phone")


def press(desk: Desk, purpose: Purpose) -> None:
    desk.form.open("photos")
    desk.form.press(f"photo:{purpose.value}")


def test_a_picture_goes_into_the_report_and_its_open_file_is_gone(
    desk: Desk, camera: FakeCamera, photo: Callable[..., Path]
) -> None:
    taken = photo("biển số")
    camera.coming.append(taken)
    press(desk, Purpose.PLATE)
    assert camera.asked == [(desk.id, Purpose.PLATE)]
    (entry,) = desk.phone.recording.get(desk.id).files
    assert (entry.purpose, entry.from_app_camera) == (Purpose.PLATE, True)
    assert not taken.exists()


def test_going_back_changes_nothing(desk: Desk, camera: FakeCamera) -> None:
    camera.coming.append(None)
    press(desk, Purpose.PLATE)
    assert desk.phone.recording.get(desk.id).files == ()


def test_what_failed_is_told(desk: Desk, camera: FakeCamera) -> None:
    camera.coming.append(Problem("camera_missing"))
    press(desk, Purpose.PLATE)
    assert [problem.code for problem in desk.shell.told] == ["camera_missing"]


def home(phone: Phone, tmp_path: Path) -> FakeShell:
    """The app starts."""
    shell = FakeShell()
    screens = Screens(phone, Words("vi"), tmp_path / "phone")
    screens.presenter(Route(Screen.HOME), shell)
    screens.presenter(Route(Screen.HOME), shell)  # and is opened again: once is enough
    return shell


def test_a_picture_taken_while_the_app_was_killed_comes_into_its_draft(
    phone: Phone, camera: FakeCamera, photo: Callable[..., Path], tmp_path: Path
) -> None:
    draft, taken = phone.recording.start(Kind.TRANSPORT), photo("xe")
    camera.left = [(draft.id, Purpose.LOAD, taken)]
    shell = home(phone, tmp_path)
    (entry,) = phone.recording.get(draft.id).files
    assert entry.purpose is Purpose.LOAD
    assert not taken.exists()
    assert any("đang chụp dở" in text for text in shell.said)


def test_a_picture_for_a_draft_that_was_sealed_meanwhile_is_told(
    phone: Phone, camera: FakeCamera, photo: Callable[..., Path], tmp_path: Path
) -> None:
    draft = phone.recording.start(Kind.TRANSPORT)
    phone.recording.discard(draft.id)
    taken = photo("xe")
    camera.left = [(draft.id, Purpose.LOAD, taken)]
    shell = home(phone, tmp_path)
    assert [problem.code for problem in shell.told] == ["draft_closed"]
    assert not taken.exists()  # nothing can come of it


@pytest.fixture
def full(monkeypatch: pytest.MonkeyPatch, phone: Phone) -> None:
    def no_room(*_: object, **__: object) -> None:
        raise Problem("phone_full")

    monkeypatch.setattr(phone.recording, "attach_photo", no_room)


@pytest.mark.usefixtures("full")
def test_a_picture_that_a_full_phone_has_no_room_for_stays_where_the_camera_put_it(
    desk: Desk, camera: FakeCamera, photo: Callable[..., Path]
) -> None:
    taken = photo("biển số")
    content = taken.read_bytes()
    camera.coming.append(taken)
    press(desk, Purpose.PLATE)
    assert [problem.code for problem in desk.shell.told] == ["phone_full"]
    assert taken.read_bytes() == content


@pytest.mark.usefixtures("full")
def test_a_picture_of_an_earlier_run_stays_while_the_phone_is_full(
    phone: Phone, camera: FakeCamera, photo: Callable[..., Path], tmp_path: Path
) -> None:
    taken = photo("xe")
    camera.left = [(phone.recording.start(Kind.TRANSPORT).id, Purpose.LOAD, taken)]
    shell = home(phone, tmp_path)
    assert ([problem.code for problem in shell.told], shell.said) == (["phone_full"], [])
    assert taken.exists()


def test_every_picture_of_earlier_runs_is_brought_in_past_one_that_is_gone(
    phone: Phone, camera: FakeCamera, photo: Callable[..., Path], tmp_path: Path
) -> None:
    draft = phone.recording.start(Kind.TRANSPORT).id
    gone = Problem("photo_unreadable", name="camera.jpg")
    camera.left = [
        (draft, Purpose.LOAD, photo("một")),
        (draft, Purpose.PLATE, gone),
        (draft, Purpose.PLATE, None),
        (draft, Purpose.OVERVIEW, photo("hai")),
    ]
    shell = home(phone, tmp_path)
    assert [entry.purpose for entry in phone.recording.get(draft).files] == [Purpose.LOAD, Purpose.OVERVIEW]
    assert shell.told == [gone]


def test_a_file_of_this_machine_is_its_owners(
    new_phone: Callable[..., Phone], server: FakeServer, photo: Callable[..., Path], tmp_path: Path
) -> None:
    phone = new_phone()
    phone.enrolment.enrol(server.code_for(officer()))
    desk, chosen = Desk(phone, tmp_path / "phone"), photo("từ thẻ nhớ")
    press(desk, Purpose.PLATE)
    desk.shell.choosing[-1](chosen)
    assert len(phone.recording.get(desk.id).files) == 1
    assert chosen.exists()


def test_a_qr_code_is_read_and_its_picture_thrown_away(
    phone: Phone, camera: FakeCamera, tmp_path: Path, server: FakeServer
) -> None:
    code = server.code_for(officer("Lê Cường (minh họa)"))
    segno.make(code).save(tmp_path / "ma.png", scale=8, border=4)
    camera.coming.append(tmp_path / "ma.png")
    read: list[str] = []
    screens = Screens(phone, Words("vi"), tmp_path / "phone")
    screens.forms.scan(FakeShell())(read.append)  # type: ignore[arg-type]
    assert read == [code]
    assert camera.asked == [(UUID(int=0), Purpose.OTHER)]
    assert not (tmp_path / "ma.png").exists()


def test_a_picture_of_a_code_left_over_is_thrown_away(
    phone: Phone, camera: FakeCamera, photo: Callable[..., Path], tmp_path: Path
) -> None:
    taken = photo("mã")
    camera.left = [(UUID(int=0), Purpose.OTHER, taken)]
    shell = home(phone, tmp_path)
    assert not taken.exists()
    assert (shell.said, shell.told) == ([], [])
