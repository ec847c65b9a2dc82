"""The position panel and the map: what the receiver says, in words, and what lies around."""

import sqlite3
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from mobile.bootstrap import Phone
from mobile.presenters.map import MapPresenter
from mobile.presenters.position import PositionPresenter
from mobile.presenters.routes import Route, Screen
from mobile.services.mapped import Mapped
from mobile.services.positioning import NO_FIX, NO_RECEIVER, ONLY_STALE, Positioning, Reading
from mobile.services.register import Registers
from mobile.state.forms import Level
from mobile.storage.tiles import MbTiles, newest_map
from shared.geo.fix import Fix
from shared.i18n import Words
from shared.problems import Problem
from tests.factories.terms import LAT, LON, licence_row, square
from tests.fakes.server import FakeServer
from tests.fakes.shell import FakeShell
from tests.journeys.demo.basemap import write_map
from tests.mobile.conftest import MORNING, FakeClock
from tests.mobile.services.test_positioning import Receiver, fix

Panel = Callable[..., PositionPresenter]


@pytest.fixture
def shell() -> FakeShell:
    return FakeShell()


@pytest.fixture
def received() -> list[Reading]:
    return []


@pytest.fixture
def panel(phone: Phone, shell: FakeShell, received: list[Reading], clock: FakeClock) -> Panel:
    registers = Registers(phone.reference, phone.outbox)

    def make(*fixes: Fix, receiver: bool = True, **how: Any) -> PositionPresenter:
        positioning = Positioning((lambda: Receiver(list(fixes))) if receiver else None, clock)
        presenter = PositionPresenter(
            positioning,
            clock,
            Words("vi"),
            shell,
            receive=received.append,
            register=registers.at_hand,
            **{"zone": lambda lat, lon: 9209, **how},
        )
        presenter.opened()
        return presenter

    return make


def lines(presenter: PositionPresenter) -> dict[str, str]:
    return {line.label: line.text for line in presenter.state.lines}


# --- position


def test_fixes_are_averaged_and_taken_into_the_report(panel: Panel, received: list[Reading], shell: FakeShell) -> None:
    presenter = panel(*(fix(lat=20.6471 + i * 1e-6) for i in range(4)), wanted=4)
    assert (presenter.state.share, presenter.state.accuracy) == (1.0, "±5 m")
    assert presenter.state.accuracy_level is Level.GOOD

    presenter.take()
    assert received[0].position.samples == 4
    assert received[0].position.lat == pytest.approx(20.6471015)
    assert shell.backs == 1


def test_the_place_stands_in_both_systems_with_age_satellites_and_source(panel: Panel) -> None:
    told = lines(panel(fix()))
    assert told["WGS84"] == "20.647100, 106.048900"
    assert told["VN-2000 (TM-3 105-30, 105°30')"] == "X 2283982.75 · Y 557001.35"
    assert told["Số vệ tinh"] == "9"
    assert told["Lần đo cuối cách đây"] == "0 giây"
    assert told["Nguồn"] == "nmea"


def test_the_plane_is_that_of_the_place_and_is_named_with_its_meridian(panel: Panel) -> None:
    asked: list[tuple[float, float]] = []

    def zone(lat: float, lon: float) -> int:
        asked.append((lat, lon))
        return 5897

    told = lines(panel(fix(), zone=zone))
    assert told["VN-2000 (TM-3 zone 482, 105°00')"] == "X 2284238.36 · Y 609106.15"
    assert asked[-1] == pytest.approx((20.6471, 106.0489))


def test_a_place_far_from_vietnam_has_no_plane_and_ends_nothing(panel: Panel, received: list[Reading]) -> None:
    presenter = panel(fix(lat=-37.785, lon=175.314))
    assert lines(presenter)["VN-2000 (TM-3 105-30, 105°30')"] == "quá xa Việt Nam, không có mặt phẳng nào của hệ này"
    presenter.take()
    assert received[0].position.lat == -37.785


def test_the_nearest_boundary_is_told_in_words(
    panel: Panel, phone: Phone, server: FakeServer, received: list[Reading]
) -> None:
    server.reference = {"cursor": "c", "removed": ["*"], "licences": [licence_row(area=square(LAT, LON, 0.003))]}
    phone.reference.pull()
    inside = panel(fix(lat=LAT, lon=LON))
    assert "trong ranh giới" in lines(inside)["12/GP-UBND"]
    assert next(line.level for line in inside.state.lines if line.label == "12/GP-UBND") is Level.GOOD

    outside = panel(fix(lat=LAT + 0.01, lon=LON))
    assert "ngoài ranh giới theo thiết bị cầm tay" in lines(outside)["12/GP-UBND"]
    far = panel(fix(lat=LAT + 1, lon=LON))
    assert "không có trong vòng 5 km" in lines(far)["Giấy phép"]


def test_a_simulated_position_is_shown_as_one(panel: Panel) -> None:
    presenter = panel(fix(mock=True))
    assert [notice.level for notice in presenter.state.notices] == [Level.BAD]
    assert "giả lập" in presenter.state.notices[0].text


def test_stale_fixes_are_not_used_and_said_to_be_old(panel: Panel, received: list[Reading]) -> None:
    presenter = panel(fix(received_at=MORNING - timedelta(seconds=60)))
    assert not presenter.state.can_take
    assert any("đã cũ" in notice.text for notice in presenter.state.notices)
    presenter.take()
    assert received == []

    presenter.without()
    assert received[0].position.missing_reason == ONLY_STALE


def test_without_a_receiver_the_report_goes_on_and_says_why(
    panel: Panel, received: list[Reading], shell: FakeShell
) -> None:
    presenter = panel(receiver=False)
    assert any("không tới được bộ thu" in notice.text for notice in presenter.state.notices)
    presenter.without()
    assert (received[0].position.missing_reason, received[0].position.lat) == (NO_RECEIVER, None)
    assert shell.backs == 1


def test_a_receiver_that_never_fixes_says_to_go_outside(panel: Panel, received: list[Reading]) -> None:
    presenter = panel()
    assert any("ra chỗ thoáng" in notice.text for notice in presenter.state.notices)
    presenter.without()
    assert received[0].position.missing_reason == NO_FIX


def test_the_age_grows_while_nothing_comes(panel: Panel, clock: FakeClock, shell: FakeShell) -> None:
    presenter = panel(fix())
    clock.move(14)
    shell.jobs.pass_time(1)
    assert lines(presenter)["Lần đo cuối cách đây"] == "14 giây"
    assert any("vị trí cuối đã cũ" in notice.text for notice in presenter.state.notices)


def test_a_poor_fix_is_no_ground_for_a_boundary(panel: Panel) -> None:
    presenter = panel(fix(accuracy_m=80.0))
    assert presenter.state.accuracy_level is Level.WARN
    assert any("Kém chính xác" in notice.text for notice in presenter.state.notices)


def test_measuring_again_forgets_what_came(panel: Panel) -> None:
    presenter = panel(fix(), fix(), wanted=10)
    assert presenter.state.share == 0.2
    presenter.again()
    assert presenter.state.share == 0.2  # the receiver gives the same two once more, not four


def test_a_closed_panel_hears_nothing_more(panel: Panel, shell: FakeShell) -> None:
    presenter = panel(fix())
    presenter.closed()
    before = presenter.state
    shell.jobs.pass_time(5)
    assert presenter.state is before


# --- map


@pytest.fixture
def map_of(phone: Phone, shell: FakeShell, clock: FakeClock, tmp_path: Path) -> Callable[..., MapPresenter]:
    def make(*fixes: Fix, tiles: MbTiles | None = None) -> MapPresenter:
        presenter = MapPresenter(
            Mapped(phone.reference, phone.outbox),
            phone.reference,
            Positioning(lambda: Receiver(list(fixes)), clock),
            tiles,
            tmp_path / "cache",
            clock,
            Words("vi"),
            shell,
        )
        presenter.opened()
        return presenter

    return make


def test_the_map_shows_areas_communes_own_reports_and_where_one_stands(
    map_of: Callable[..., MapPresenter], phone: Phone, server: FakeServer, filed: Callable[..., Any]
) -> None:
    commune = {"id": "1", "code": "12345", "kind": "Xã", "name": "Tân Hưng", "lat": LAT, "lon": LON}
    ended = licence_row(id=str(uuid4()), number="9/GP", valid_to="2020-01-01", area=square(LAT + 0.1))
    server.reference = {
        "cursor": "c",
        "removed": ["*"],
        "licences": [licence_row(), ended, licence_row(id=str(uuid4()), number="x", area=None)],
        "communes": [commune, {"id": "2", "code": "2"}],
    }
    phone.reference.pull()
    sealed = filed()
    presenter = map_of(fix(lat=LAT, lon=LON))
    state = presenter.state

    assert {area.label: area.level for area in state.areas} == {"12/GP-UBND": Level.GOOD, "9/GP": Level.BAD}
    assert [point.label for point in state.communes] == ["Xã Tân Hưng"]
    assert [point.key for point in state.reports] == [str(sealed.id)]
    assert state.here is not None
    assert state.box is not None
    assert state.box[0] <= LAT <= state.box[2]
    assert "nền" in state.notice


def test_what_is_tapped_is_told_and_opened(
    map_of: Callable[..., MapPresenter],
    phone: Phone,
    server: FakeServer,
    shell: FakeShell,
    filed: Callable[..., Any],
) -> None:
    server.reference = {"cursor": "c", "removed": ["*"], "licences": [licence_row()]}
    phone.reference.pull()
    sealed = filed()
    presenter = map_of()
    presenter.tap(presenter.state.areas[0].key)
    assert presenter.state.card is not None
    assert presenter.state.card.title == "12/GP-UBND"
    presenter.open()
    presenter.tap(str(sealed.id))
    presenter.open()
    presenter.tap("")
    assert presenter.state.card is None
    assert shell.opened == [Route(Screen.LOOKUP, "12/GP-UBND"), Route(Screen.REPORT, str(sealed.id))]


# --- map files


@pytest.fixture
def map_file(tmp_path: Path) -> Path:
    path = tmp_path / "maps" / "thu.mbtiles"
    write_map(path, [(20.84, 105.94), (20.80, 105.96)], [(20.82, 105.95)])
    return path


def test_a_map_file_gives_its_tiles_and_says_where_it_is(map_file: Path) -> None:
    tiles = MbTiles(map_file)
    assert tiles.zooms == (9, 14)
    assert tiles.extent is not None
    south, west, north, east = tiles.extent
    assert (south < 20.80, north > 20.84, west < 105.94, east > 105.96) == (True,) * 4
    assert tiles.tile(9, 406, 225) is not None
    assert tiles.tile(9, 0, 0) is None
    assert newest_map(map_file.parent) == map_file
    assert newest_map(map_file.parent / "none") is None


@pytest.mark.parametrize("how", ["empty", "text", "cut", "no table", "vector", "no tiles"])
def test_what_is_no_map_file_is_one_sentence(map_file: Path, how: str) -> None:
    content = map_file.read_bytes()
    if how in ("empty", "text", "cut"):
        map_file.write_bytes(
            {"empty": b"", "text": b"khong phai ban do" * 100, "cut": content[: len(content) // 3]}[how]
        )
    else:
        statement = {
            "no table": "DROP TABLE metadata",
            "vector": "UPDATE metadata SET value = 'pbf' WHERE name = 'format'",
            "no tiles": "DELETE FROM tiles",
        }[how]
        with sqlite3.connect(map_file) as connection:
            connection.execute(statement)
        connection.close()
    with pytest.raises(Problem, match="map_unreadable"):
        _ = [
            MbTiles(map_file).tile(zoom, x, y)
            for zoom in range(9, 15)
            for x in range(400, 420)
            for y in range(220, 230)
        ]


def test_bounds_that_make_no_sense_count_as_none(map_file: Path) -> None:
    for bounds in ("", "1,2,3", "10,20,5,30", "a,b,c,d", "-200,0,10,10"):
        with sqlite3.connect(map_file) as connection:
            connection.execute("UPDATE metadata SET value = ? WHERE name = 'bounds'", (bounds,))
        connection.close()
        assert MbTiles(map_file).extent is None
