"""A receiver's own log, through the real gpsd and the window, into the position of a report."""

import re
import tempfile
from pathlib import Path
from typing import Any

from mobile.bootstrap import open_phone
from mobile.ports import Device, Officer, Session
from shared.wire.v1.records import Kind
from tests.bench.app_window import app_over
from tests.factories import reports as make
from tests.fakes.gpsd import RealGpsd, needs_gpsd

LOG = Path("04_gps/gpsd/daemon/bu353s4.log")  # 2010s, SiRF IV at one epoch a second
_SENTENCE = re.compile(r"\$[A-Z]{2}[A-Z0-9]{3},[^*]*\*[0-9A-F]{2}")


def epochs(text: str) -> list[list[str]]:
    """Sentences from one GGA to the next."""
    found: list[list[str]] = []
    for sentence in _SENTENCE.findall(text):
        if sentence[3:6] == "GGA" or not found:
            found.append([])
        found[-1].append(sentence)
    return found


def stated(text: str) -> tuple[float, float]:
    """Latitude and longitude of the first valid GGA, in degrees."""
    for sentence in _SENTENCE.findall(text):
        part = sentence.split(",")
        if sentence[3:6] == "GGA" and part[6] not in ("", "0"):
            lat, lon = float(part[2][:2]) + float(part[2][2:]) / 60, float(part[4][:3]) + float(part[4][3:]) / 60
            return (-lat if part[3] == "S" else lat), (-lon if part[5] == "W" else lon)
    raise AssertionError("no position in the log")


@needs_gpsd
def test_a_log_of_a_real_receiver_places_a_report(corpora: Path) -> None:
    from mobile.presenters.routes import Route, Screen

    text = (corpora / LOG).read_text(encoding="latin-1")
    lat, lon = stated(text)
    with tempfile.TemporaryDirectory() as made, RealGpsd(epochs(text) * 20) as daemon:
        home = Path(made) / "phone"
        phone = open_phone(home, server="http://127.0.0.1:9", gnss=daemon.url)
        officer = Officer(_id(1), "an", "Cán bộ minh họa", None, _id(2), "A", ("inspector",))
        phone.accounts.enrolled(Device(_id(3), phone.keystore.key_id), Session(officer, "token"), [])
        draft = phone.recording.start(Kind.TRANSPORT)
        phone.recording.save(draft.id, facts=make.transport_facts())
        with app_over(phone, home) as driver:
            driver.app.open(Route(Screen.FORM, str(draft.id), "scene"))
            driver.frames(5)
            driver.tap(key="positions")
            driver.until(lambda: driver.app.stack.top.presenter.state.can_take, "a position")
            driver.tap("Dùng vị trí này")
            driver.until(lambda: driver.app.stack.top.route.screen is Screen.FORM, "the form")
        position = phone.recording.get(draft.id).facts["positions"][0]
        phone.close()
    assert abs(position["lat"] - lat) < 0.001  # it stands still: a hundred metres would be another place
    assert abs(position["lon"] - lon) < 0.001
    assert position["provider"] == "gpsd"


def _id(number: int) -> Any:
    from uuid import UUID

    return UUID(int=number)
