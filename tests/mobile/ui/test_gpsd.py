"""A position from the real gpsd, through the window into a sealed report."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from mobile.bootstrap import Phone
from mobile.device.clock import SystemClock
from mobile.presenters.routes import Route, Screen
from shared.wire.v1.records import Kind
from tests.factories import reports as make
from tests.fakes.gpsd import RealGpsd, needs_gpsd
from tests.fakes.nmea import sentences
from tests.fakes.server import FakeServer, officer
from tests.mobile.presenters.forms import register
from tests.mobile.ui.hand import Hand

if TYPE_CHECKING:
    from tests.mobile.ui.driver import Driver

LAT, LON = 20.6471, 106.0489


@needs_gpsd
def test_a_receiver_behind_gpsd_places_the_report(
    new_phone: Callable[..., Phone], server: FakeServer, app_of: Callable[..., "Driver"]
) -> None:
    start = datetime.now(UTC).replace(microsecond=0)
    epochs = [
        sentences(LAT, LON, start + timedelta(seconds=n), hdop=0.8, satellites=11, sigmas_m=(2.0, 2.0))
        for n in range(600)
    ]
    with RealGpsd(epochs) as daemon:
        phone = new_phone(gnss=daemon.url, clock=SystemClock())
        phone.enrolment.enrol(server.code_for(officer()))
        register(phone, server)
        draft = phone.recording.start(Kind.TRANSPORT)
        phone.recording.save(draft.id, facts=make.transport_facts())
        driver = app_of(phone)
        driver.app.open(Route(Screen.FORM, str(draft.id), "scene"))
        driver.frames(5)
        hand = Hand(driver)
        hand.tap(key="positions")
        driver.until(lambda: driver.sees("gpsd"), "the source")
        driver.until(lambda: driver.app.stack.top.presenter.state.share >= 1, "all the fixes")
        hand.tap("Dùng vị trí này")
    phone.sealing.seal(draft.id)
    phone.sending.send_round(phone.clock.now())
    (sealed,) = server.reports.values()
    position = sealed.facts.positions[0]
    assert (position.lat, position.lon) == (pytest.approx(LAT, abs=1e-6), pytest.approx(LON, abs=1e-6))
    assert (position.provider, position.mock, position.samples) == ("gpsd", False, 10)
    assert position.accuracy_m is not None  # gpsd's own estimate, from the satellites' geometry
    assert 1 < position.accuracy_m < 15
