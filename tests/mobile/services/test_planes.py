"""The plane of VN-2000 at a place, by what the phone knows of communes."""

from pathlib import Path
from typing import Any

import pytest

from mobile.bootstrap import Phone
from mobile.composition import Screens
from mobile.presenters.position import PositionPresenter
from mobile.presenters.routes import Route, Screen
from mobile.services.planes import Planes
from shared.i18n import Words
from shared.wire.v1.records import Kind
from tests.fakes.server import FakeServer
from tests.fakes.shell import FakeShell

OTHERWISE = 9209


def commune(code: str, lat: float, lon: float, province: str, *former: str) -> dict[str, Any]:
    return {
        "id": code,
        "code": code,
        "province_code": province,
        "name": f"Xã {code}",
        "kind": "Xã",
        "lat": lat,
        "lon": lon,
        "former": list(former),
    }


HA_LONG = commune("06001", 20.95, 107.08, "22")
HAI_DUONG = commune("10500", 20.94, 106.33, "31", "Phường A, Thành phố Hải Dương, Tỉnh Hải Dương")
HAI_PHONG = commune("11300", 20.86, 106.68, "31", "Phường B, Quận Hồng Bàng, Thành phố Hải Phòng")
BOTH = commune("11000", 20.90, 106.50, "31", "Xã C, Huyện Kim Thành, Tỉnh Hải Dương", "Xã D, Huyện An Dương, Hải Phòng")
NOTHING = commune("11001", 20.60, 106.60, "31")


@pytest.fixture
def planes(phone: Phone, server: FakeServer) -> Planes:
    bare = {"id": "2", "code": "2"}
    rows = [HA_LONG, HAI_DUONG, HAI_PHONG, BOTH, NOTHING, bare]
    server.reference = {"cursor": "c", "removed": ["*"], "communes": rows}
    phone.reference.pull()
    return Planes(phone.reference, otherwise=OTHERWISE)


@pytest.mark.parametrize(
    ("row", "zone"),
    [
        (HA_LONG, 5899),  # all of Quảng Ninh writes in it
        (HAI_PHONG, 9210),  # a merged province: by the former one
        (HAI_DUONG, 9209),
        (BOTH, OTHERWISE),  # two say two
        (NOTHING, OTHERWISE),
    ],
)
def test_the_nearest_commune_tells(planes: Planes, row: dict[str, Any], zone: int) -> None:
    assert planes.at(row["lat"] + 0.01, row["lon"] - 0.01) == zone


def test_far_from_every_commune_the_zone_stays(planes: Planes) -> None:
    assert planes.at(10.8, 106.7) == OTHERWISE
    assert planes.at(-37.8, 175.3) == OTHERWISE
    assert planes.at(200.0, 0.0) == OTHERWISE


def test_a_phone_without_reference_data_keeps_its_zone(phone: Phone) -> None:
    assert Planes(phone.reference, otherwise=5897).at(20.95, 107.08) == 5897


def test_the_commune_that_was_noted_goes_before_the_position(planes: Planes) -> None:
    there = [{"lat": None, "lon": None}, {"lat": HAI_PHONG["lat"], "lon": HAI_PHONG["lon"]}]
    assert planes.of_facts({"commune": "06001", "positions": there}) == 5899
    assert planes.of_facts({"commune": None, "positions": there}) == 9210
    assert planes.of_facts({"commune": "11000", "positions": there}) == 9210  # the commune tells two, the place one
    assert planes.of_facts({}) == OTHERWISE


def test_what_the_server_sends_next_is_read(planes: Planes, phone: Phone, server: FakeServer) -> None:
    assert planes.at(11.94, 108.44) == OTHERWISE
    dalat = commune("24700", 11.94, 108.44, "68", "Phường 1, Thành phố Đà Lạt, Tỉnh Lâm Đồng")
    server.reference = {"cursor": "d", "removed": ["*"], "communes": [dalat]}
    phone.reference.pull()
    assert planes.at(11.94, 108.44) == 5899


def test_the_position_panel_and_the_papers_of_the_app_ask_here(planes: Planes, phone: Phone, tmp_path: Path) -> None:
    screens, shell = Screens(phone, Words("vi"), tmp_path), FakeShell()
    draft = str(screens.forms.begin(Kind.TRANSPORT))
    screens.presenter(Route(Screen.FORM, draft), shell)
    panel = screens.presenter(Route(Screen.POSITION, draft), shell)
    assert isinstance(panel, PositionPresenter)
    assert panel._zone(HA_LONG["lat"], HA_LONG["lon"]) == 5899
    assert screens.papers._zone({"commune": HA_LONG["code"]}) == 5899
