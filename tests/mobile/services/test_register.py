"""The register as the phone has it: of the day, by number, by place; read once for each change."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from mobile.bootstrap import Phone
from mobile.services.register import DAYS_KEPT, PhoneRegister, Registers
from mobile.storage.database import Database
from shared.rules.terms import MineralFamily
from shared.wire.v1.judging import NEAR_M
from tests.factories.terms import DAY, LAT, LICENCE, LON, licence_row, mineral_row, square
from tests.fakes.server import FakeServer

Give = Callable[..., PhoneRegister]
HOURS = {
    "family": "riverbed_sand",
    "windows": [["07:00", "17:00"]],
    "valid_from": "2026-07-01",
    "valid_to": None,
    "source": "QĐ minh họa",
}


@pytest.fixture
def registers(phone: Phone) -> Registers:
    return Registers(phone.reference, phone.outbox)


@pytest.fixture
def give(phone: Phone, server: FakeServer, registers: Registers) -> Give:
    """The register after a pull of these rows."""
    count = iter(range(1000))

    def pull(*licences: dict[str, Any], **more: Any) -> PhoneRegister:
        server.reference = {"cursor": f"c-{next(count)}", "removed": ["*"], "licences": list(licences), **more}
        phone.reference.pull()
        return registers.at_hand()

    return pull


def test_an_empty_phone_knows_nothing(registers: Registers) -> None:
    register = registers.at_hand()
    assert register.licence(LICENCE, DAY) is None
    assert register.licence_by_number("12/GP-UBND", DAY) is None
    assert list(register.licences_at(LAT, LON, DAY)) == []
    assert (list(register.hours()), register.minerals({"cát"})) == ([], {})
    assert register.paper_uses({"invoice|1"}, but=uuid4()) == {}


def test_a_licence_is_the_version_of_the_day(give: Give) -> None:
    later = {**licence_row(), "version": 2, "effective_from": "2026-12-01", "area": square(LAT + 0.5)}
    register = give(licence_row(versions=[later]))
    versions = [register.licence(LICENCE, day) for day in (DAY, date(2026, 12, 1))]
    assert [found and found.version for found in versions] == [1, 2]
    assert [found.version for found in register.licences_at(LAT, LON, DAY)] == [1]
    assert list(register.licences_at(LAT, LON, date(2026, 12, 1))) == []
    assert [found.version for found in register.licences_at(LAT + 0.5, LON, date(2026, 12, 1))] == [2]


def test_a_number_finds_the_only_licence_that_has_it(give: Give) -> None:
    register = give(licence_row(), licence_row(id=str(uuid4()), number="13/GP-UBND"))
    found = register.licence_by_number("012 / gp–ubnd", DAY)
    assert found is not None
    assert found.id == LICENCE
    assert register.licence_by_number("14/GP-UBND", DAY) is None
    assert register.licence_by_number("---", DAY) is None
    twice = give(licence_row(), licence_row(id=str(uuid4()), number="12/gp-ubnd"))
    assert twice.licence_by_number("12/GP-UBND", DAY) is None


def test_a_place_finds_all_that_hold_it_else_the_nearest_within_five_kilometres(give: Give) -> None:
    north = licence_row(id=str(uuid4()), number="13/GP-UBND", area=square(LAT + 0.02))
    over = licence_row(id=str(uuid4()), number="11/GP-UBND", area=square(LAT, LON, 0.003))
    nowhere = licence_row(id=str(uuid4()), number="10/GP-UBND", area=None)
    register = give(north, licence_row(), over, nowhere)

    def at(lat: float) -> list[str]:
        return [terms.number for terms in register.licences_at(lat, LON, DAY)]

    assert at(LAT) == ["11/GP-UBND", "12/GP-UBND"]
    assert at(LAT + 0.0025) == ["11/GP-UBND"]
    assert at(LAT + 0.015) == ["13/GP-UBND"]
    metre = 1 / 110_700
    edge = LAT + 0.022
    assert at(edge + (NEAR_M - 20) * metre) == ["13/GP-UBND"]
    assert at(edge + (NEAR_M + 20) * metre) == []


def test_hours_and_minerals_are_those_of_the_office(give: Give) -> None:
    two = [mineral_row("Cát", code="A"), mineral_row("cát", code="B"), mineral_row("Sét", code="C", family="common")]
    register = give(minerals=two, settings={"hours": [HOURS]})
    [row] = register.hours()
    assert (row.family, row.valid_from, row.source) == (
        MineralFamily.RIVERBED_SAND,
        date(2026, 7, 1),
        "QĐ minh họa",
    )
    assert {
        key: found.code for key, found in register.minerals({"cát", "set", "sét", *(m["key"] for m in two)}).items()
    } == {two[2]["key"]: "C"}, "a name that two minerals carry says neither"


@pytest.mark.parametrize(
    "broken",
    [{"depth_datum": "moon"}, {"effective_from": "soon"}, {"equipment": None}, {"minerals": [{"code": "x"}]}],
)
def test_a_row_from_a_newer_office_counts_as_none_and_keeps_no_other_from_being_found(
    give: Give, broken: dict[str, Any]
) -> None:
    other = licence_row(id=str(uuid4()), number="13/GP-UBND")
    register = give(licence_row(**broken), other, minerals=[{"id": "mineral:x"}], settings={"hours": [{"family": 1}]})
    assert register.licence(LICENCE, DAY) is None
    assert [terms.number for terms in register.licences_at(LAT, LON, DAY)] == ["13/GP-UBND"]
    assert (list(register.hours()), register.minerals({"x"})) == ([], {})


def test_the_register_is_worked_out_once_for_each_change(
    phone: Phone, give: Give, registers: Registers, server: FakeServer
) -> None:
    before = give(licence_row())
    assert registers.at_hand() is before
    assert before.licence(LICENCE, DAY) is before.licence(LICENCE, DAY)
    after = give(licence_row(number="99/GP-UBND"))
    assert after is not before
    found = after.licence(LICENCE, DAY)
    assert found is not None
    assert found.number == "99/GP-UBND"


def test_a_place_asked_again_reads_nothing_from_the_database(give: Give, monkeypatch: pytest.MonkeyPatch) -> None:
    register = give(licence_row())
    expected = list(register.licences_at(LAT, LON, DAY))

    def closed(database: Database) -> object:
        raise AssertionError("the database was asked")

    monkeypatch.setattr(Database, "connection", property(closed))
    assert list(register.licences_at(LAT, LON, DAY)) == expected
    assert register.licence(LICENCE, DAY) == expected[0]
    assert register.licence_by_number("12/GP-UBND", DAY) == expected[0]


def test_days_do_not_pile_up(give: Give) -> None:
    register = give(licence_row())
    for days in range(3 * DAYS_KEPT):
        [found] = register.licences_at(LAT, LON, DAY + timedelta(days=days))
        assert found.id == UUID(str(LICENCE))
    assert len(register._indices) <= DAYS_KEPT
    assert len(register._terms) <= DAYS_KEPT
