"""A whole phone on Android's parts: sealed by its hardware, locked by its hardware, opened again."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from mobile.bootstrap import Phone, open_phone
from mobile.device.android.machine import PERMISSIONS, AndroidMachine
from mobile.ports import Machine, NetworkKind
from shared.problems import Problem
from shared.wire.v1.records import Kind, Purpose
from tests.factories import reports as make
from tests.fakes.java_security import Hardware
from tests.fakes.jnius import FakeJnius
from tests.fakes.server import FakeServer, officer
from tests.mobile.conftest import FakeClock

NET = SimpleNamespace(hasTransport=lambda kind: kind == 1, hasCapability=lambda kind: True)
SERVICES = {
    "connectivity": SimpleNamespace(getActiveNetwork=lambda: "net", getNetworkCapabilities=lambda network: NET),
    "batterymanager": SimpleNamespace(getIntProperty=lambda asked: 80, isCharging=lambda: False),
    "location": SimpleNamespace(),
}


@pytest.fixture
def hardware(jnius: FakeJnius, monkeypatch: pytest.MonkeyPatch) -> Hardware:
    made = Hardware()
    made.install(jnius)
    strict = jnius.cast  # about the arguments of Java's cryptography; a service is what it is cast to
    monkeypatch.setattr(
        jnius, "cast", lambda name, value: value if value in SERVICES.values() else strict(name, value), raising=False
    )
    activity = SimpleNamespace(getSystemService=lambda name: SERVICES[name], checkSelfPermission=lambda name: -1)
    jnius.classes |= {
        "android.os.Build": SimpleNamespace(MANUFACTURER="Hãng", MODEL="Máy 7"),
        "android.os.Build$VERSION": SimpleNamespace(SDK_INT=34),
        "android.os.SystemClock": SimpleNamespace(),
        "android.os.Looper": SimpleNamespace(),
        "android.os.Environment": SimpleNamespace(),
        "org.kivy.android.PythonActivity": SimpleNamespace(mActivity=activity),
        "android.content.Intent": object,
        "android.content.ContentValues": object,
        "android.net.Uri": object,
        "org.jnius.NativeInvocationHandler": object,
        "android.provider.MediaStore$Images$Media": SimpleNamespace(EXTERNAL_CONTENT_URI="images"),
    }
    monkeypatch.setitem(sys.modules, "android", ModuleType("android"))
    monkeypatch.setitem(sys.modules, "android.activity", ModuleType("android.activity"))
    return made


@pytest.fixture
def start(hardware: Hardware, tmp_path: Path, server: FakeServer, clock: FakeClock) -> Iterator[Callable[[], Phone]]:
    opened: list[Phone] = []

    def begin() -> Phone:
        home = tmp_path / "android"
        machine: Machine = AndroidMachine(home, clock, lambda call: call())
        opened.append(open_phone(home, server=server.url, clock=clock, machine=machine))
        return opened[-1]

    yield begin
    for phone in opened:
        phone.close()


def test_a_report_is_sealed_in_hardware_and_arrives(
    start: Callable[[], Phone], server: FakeServer, photo: Callable[..., Path]
) -> None:
    phone = start()
    phone.enrolment.enrol(server.code_for(officer()))
    draft = phone.recording.start(Kind.TRANSPORT)
    phone.recording.attach(draft.id, photo(), purpose=Purpose.PLATE)
    phone.recording.save(draft.id, facts=make.transport_facts())
    phone.sealing.seal(draft.id)
    phone.sending.send_round(phone.clock.now())
    (sealed,) = server.reports.values()
    assert (sealed.envelope.key, sealed.manifest.app.platform) == (phone.keystore.key_id, "android")
    assert len(server.confirmed_files()) == 1


def test_what_lies_there_opens_with_this_hardware_only(
    start: Callable[[], Phone], server: FakeServer, hardware: Hardware
) -> None:
    phone = start()
    phone.enrolment.enrol(server.code_for(officer()))
    draft = phone.recording.start(Kind.TRANSPORT)
    phone.recording.save(draft.id, facts=make.transport_facts())
    phone.close()
    assert start().recording.get(draft.id).facts["statement"] == make.transport_facts().statement
    hardware.keys.clear()
    with pytest.raises(Problem, match="phone_data_locked"):
        start()


def test_it_says_which_phone_it_is_and_what_it_has(start: Callable[[], Phone]) -> None:
    phone = start()
    machine: Any = phone.machine
    assert (machine.model, machine.platform) == ("Hãng Máy 7", "android")
    assert machine.network().kind() is NetworkKind.WIFI
    charge = machine.battery()()
    assert charge is not None
    assert charge.percent == 80
    assert machine.camera.pending() is None
    assert phone.positioning.take(samples=1).position.missing_reason == "no_receiver"  # not allowed


def test_a_thread_takes_leave_of_java(start: Callable[[], Phone], jnius: FakeJnius) -> None:
    before = jnius.detached
    start().machine.thread_ends()
    assert jnius.detached == before + 1


def test_the_officer_is_asked_for_the_position(start: Callable[[], Phone], monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    module = ModuleType("android.permissions")
    module.request_permissions = asked.extend  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "android.permissions", module)
    machine: Any = start().machine
    machine.ask_permissions()
    assert asked == list(PERMISSIONS)


def test_what_java_needs_to_call_python_is_loaded_on_the_thread_of_the_screen(
    hardware: Hardware, jnius: FakeJnius, tmp_path: Path, clock: FakeClock
) -> None:
    AndroidMachine(tmp_path / "android", clock, lambda call: call())
    assert "org.jnius.NativeInvocationHandler" in jnius.asked
