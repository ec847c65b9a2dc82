"""Who leads, who receives, what heads a paper and who may fine, on a given day."""

import json
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from pytest_django import DjangoAssertNumQueries

from backend.accounts import services as accounts
from backend.accounts.models import Agency
from backend.audit import services as audit
from backend.audit.models import Event
from backend.audit.verifying import verify
from backend.registry.models import AgencyDuty, Letterhead, Power
from backend.registry.selectors.agencies import competent, lead_agency, letterhead, powers, receivers
from backend.registry.services import agencies as services
from backend.registry.services.defaults import agency_kinds, registry_defaults
from shared.problems import Problem
from tests.shared.rules.catalogue_data import CATALOGUE

NOW = datetime(2026, 11, 20, 3, tzinfo=UTC)
TODAY = date(2026, 11, 20)
DECREE = "36/2020/NĐ-CP"
START = date(2020, 5, 10)

pytestmark = pytest.mark.django_db


@pytest.fixture
def of() -> Callable[[str], Agency]:
    """`of("market")`: the agency of that name, made when first asked for."""
    made: dict[str, Agency] = {}

    def agency(name: str) -> Agency:
        return made.setdefault(name, accounts.agency_create(name=name))

    return agency


def duty(agency: Agency, what: str, since: date, until: date | None = None) -> AgencyDuty:
    return services.duty_record(
        agency=agency, duty=what, valid_from=since, valid_to=until, source="văn bản (thử)", actor=audit.SYSTEM, now=NOW
    )


def power(agency: Agency, article: str, limit: int, post: str = "Giám đốc", **more: Any) -> Power:
    given: dict[str, Any] = {
        "decree": DECREE,
        "valid_from": START,
        "source": "văn bản (thử)",
        "share_percent": limit // 10,
    }
    return services.power_record(
        agency=agency,
        post=post,
        article=article,
        limit_million_vnd=Decimal(limit),
        actor=audit.SYSTEM,
        now=NOW,
        **{**given, **more},
    )


def heading(agency: Agency, text: str, since: date, until: date | None = None) -> Letterhead:
    return services.letterhead_record(
        agency=agency,
        heading=text,
        code="SCT",
        place="Hưng Yên",
        superior="ỦY BAN NHÂN DÂN TỈNH",
        addressees=["Ủy ban nhân dân tỉnh"],
        valid_from=since,
        valid_to=until,
        source="văn bản (thử)",
        actor=audit.SYSTEM,
        now=NOW,
    )


def events() -> list[dict[str, Any]]:
    return [json.loads(event.data) for event in Event.objects.filter(action="agencies:recorded").order_by("index")]


Of = Callable[[str], Agency]

# --- who leads


def test_lead_agency_by_the_day_and_none_where_none_is_recorded(of: Of) -> None:
    duty(of("NNMT"), "lead_minerals", date(2025, 3, 1), date(2026, 9, 14))
    duty(of("CT"), "lead_minerals", date(2026, 9, 15), date(2027, 2, 28))
    days = [
        date(2025, 2, 28),
        date(2025, 3, 1),
        date(2026, 9, 14),
        date(2026, 9, 15),
        date(2027, 2, 28),
        date(2027, 3, 1),
    ]
    led = [lead_agency(day) for day in days]
    assert [found and found.name for found in led] == [None, "NNMT", "NNMT", "CT", "CT", None]


def test_a_correction_is_a_new_row_and_the_former_stays(of: Of) -> None:
    wrong = duty(of("CT"), "lead_minerals", date(2026, 9, 15))
    duty(of("NNMT"), "lead_minerals", date(2026, 9, 15))
    found = lead_agency(TODAY)
    assert found is not None
    assert found.name == "NNMT"
    wrong.refresh_from_db()
    assert (wrong.valid_from, wrong.valid_to) == (date(2026, 9, 15), None)


# --- who receives


def test_receivers_of_a_code_on_a_day(of: Of, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    for name in ("Xã B", "Xã A"):
        duty(of(name), "receives:commune", START)
    duty(of("Xã cũ"), "receives:commune", START, date(2025, 6, 30))
    duty(of("Thuế"), "receives:tax", START)
    with django_assert_num_queries(1):
        names = [row.agency.name for row in receivers("commune", TODAY)]
    assert names == ["Xã A", "Xã B"]
    assert receivers("police", TODAY) == []


def test_what_goes_to_the_lead_goes_to_the_one_recorded_last(of: Of) -> None:
    duty(of("CT"), "lead_minerals", date(2026, 9, 15))
    duty(of("NNMT"), "lead_minerals", date(2026, 9, 15))
    assert [row.agency.name for row in receivers("lead_minerals", TODAY)] == ["NNMT"]


def test_what_goes_to_the_lead_goes_to_whoever_leads_that_day(of: Of) -> None:
    duty(of("NNMT"), "lead_minerals", date(2025, 3, 1), date(2026, 9, 14))
    duty(of("CT"), "lead_minerals", date(2026, 9, 15))
    assert [receivers("lead_minerals", day)[0].agency.name for day in (date(2026, 9, 14), TODAY)] == ["NNMT", "CT"]
    assert receivers("lead_minerals", date(2020, 1, 1)) == []


# --- headings


def test_letterhead_of_the_day(of: Of) -> None:
    heading(of("CT"), "SỞ CÔNG THƯƠNG", date(2020, 5, 10))
    heading(of("CT"), "SỞ CÔNG THƯƠNG VÀ KHOÁNG SẢN", date(2026, 9, 15), date(2027, 2, 28))
    days = [date(2020, 5, 9), date(2026, 9, 14), TODAY, date(2027, 3, 1)]
    found = [letterhead(of("CT"), day) for day in days]
    assert [row and row.heading for row in found] == [
        None,
        "SỞ CÔNG THƯƠNG",
        "SỞ CÔNG THƯƠNG VÀ KHOÁNG SẢN",
        "SỞ CÔNG THƯƠNG",
    ]
    assert letterhead(of("khác"), TODAY) is None


# --- powers


def test_powers_of_an_article_the_smallest_first(of: Of, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    power(of("UBND tỉnh"), "*", 1000)
    power(of("Sở"), "48", 800)
    power(of("Sở"), "37", 700)
    power(of("Xã"), "*", 500)
    with django_assert_num_queries(1):
        found = powers(DECREE, "48", TODAY)
    assert [(row.agency.name, int(row.limit_million_vnd)) for row in found] == [
        ("Xã", 500),
        ("Sở", 800),
        ("UBND tỉnh", 1000),
    ]
    assert [row.agency.name for row in powers(DECREE, "41", TODAY)] == ["Xã", "UBND tỉnh"], "Sở has no row for it"
    assert powers("98/2020/NĐ-CP", "48", TODAY) == []
    assert powers(DECREE, "48", date(2020, 5, 9)) == []


@pytest.mark.parametrize("first", ["*", "48"])
def test_what_is_said_of_an_article_goes_before_what_is_said_of_all(first: str, of: Of) -> None:
    for article in (first, "48" if first == "*" else "*"):
        power(of("Sở"), article, 100 if article == "48" else 800)
    assert [int(row.limit_million_vnd) for row in powers(DECREE, "48", TODAY)] == [100]
    assert [int(row.limit_million_vnd) for row in powers(DECREE, "37", TODAY)] == [800]


def test_a_power_is_taken_back_by_a_new_row_of_nothing(of: Of) -> None:
    power(of("Sở"), "41", 800)
    power(of("Sở"), "41", 0)
    assert powers(DECREE, "41", TODAY) == []
    assert Power.objects.count() == 2


@pytest.mark.parametrize("organisation", [False, True])
@pytest.mark.parametrize(
    ("maximum", "who"),
    [
        (500, ["Xã", "Sở", "UBND tỉnh"]),
        (500.5, ["Sở", "UBND tỉnh"]),
        (800, ["Sở", "UBND tỉnh"]),
        (1000, ["UBND tỉnh"]),
        (1001, []),
    ],
)
def test_competence_is_tested_on_the_maximum_of_the_band(
    organisation: bool, maximum: float, who: list[str], of: Of
) -> None:
    for name, limit in (("Xã", 500), ("Sở", 800), ("UBND tỉnh", 1000)):
        power(of(name), "*", limit)
    found = competent(decree=DECREE, article="48", day=TODAY, maximum_million=maximum, organisation=organisation)
    assert [one.power.agency.name for one in found] == who
    times = 2 if organisation else 1
    assert all(one.needed_million == Decimal(str(maximum)) * times for one in found)
    assert all(one.limit_million == one.power.limit_million_vnd * times for one in found)
    assert not any(one.verified for one in found)


# --- ending, verifying


def test_the_end_of_an_open_row_is_recorded_with_the_old_one(of: Of) -> None:
    row = duty(of("CT"), "lead_minerals", date(2026, 9, 15), date(2027, 2, 28))
    services.row_end(row, valid_to=date(2027, 6, 30), source="NQ gia hạn (thử)", actor="an", now=NOW)
    found = lead_agency(date(2027, 6, 30))
    assert found is not None
    assert found.name == "CT"
    assert events()[-1] == {"source": "NQ gia hạn (thử)", "valid_to": "2027-06-30", "before": "2027-02-28"}


def test_a_row_that_never_held_ends_before_it_begins(of: Of) -> None:
    row = duty(of("CT"), "receives:tax", START)
    services.row_end(row, valid_to=date(2020, 5, 9), source="ghi nhầm", actor="an", now=NOW)
    assert receivers("tax", START) == []
    with pytest.raises(Problem):
        services.row_end(row, valid_to=date(2020, 5, 8), source="ghi nhầm", actor="an", now=NOW)
    with pytest.raises(Problem):
        services.row_end(row, valid_to=TODAY, source=" ", actor="an", now=NOW)


def test_verification_is_a_mark(of: Of) -> None:
    row = power(of("Sở"), "48", 800)
    services.row_verify(row, verified_on=TODAY, verified_by="Luật sư (thử)", actor="an", now=NOW)
    (found,) = competent(decree=DECREE, article="48", day=TODAY, maximum_million=1, organisation=False)
    assert found.verified
    with pytest.raises(Problem):
        services.row_verify(row, verified_on=date(2026, 11, 21), verified_by="Luật sư (thử)", actor="an", now=NOW)


def test_every_write_is_in_the_chain_without_names(of: Of) -> None:
    duty(of("CT"), "lead_minerals", START)
    heading(of("CT"), "SỞ", START)
    row = power(of("CT"), "48", 800)
    services.row_verify(row, verified_on=TODAY, verified_by="Luật sư (thử)", actor="an", now=NOW)
    subjects = [e.subject.split(":")[0] for e in Event.objects.filter(action="agencies:recorded").order_by("index")]
    assert subjects == ["agencyduty", "letterhead", "power", "power"]
    assert "Luật sư" not in json.dumps(events(), ensure_ascii=False)
    assert list(verify()) == []


WRONG: list[tuple[Callable[[Agency], object], str]] = [
    (lambda a: duty(a, "leads", START), "duty"),
    (lambda a: duty(a, "receives:", START), "duty"),
    (lambda a: duty(a, "lead_minerals", TODAY, START), "valid_to"),
    (lambda a: heading(a, " ", START), "heading"),
    (lambda a: power(a, "", 800), "article"),
    (lambda a: power(a, "48", 800, post=" "), "post"),
    (lambda a: power(a, "48", 800, share_percent=101), "share_percent"),
    (lambda a: power(a, "48", -1, share_percent=0), "limit_million_vnd"),
    (lambda a: power(a, "48", 800, source=""), "source"),
    (lambda a: power(a, "48", 800, verified_on=TODAY), "verified_by"),
    (lambda a: power(a, "48", 800, verified_by="Luật sư"), "verified_on"),
]


@pytest.mark.parametrize(("call", "path"), WRONG)
def test_what_cannot_be_is_refused(call: Callable[[Agency], object], path: str, of: Of) -> None:
    with pytest.raises(Problem) as refusal:
        call(of("Sở"))
    assert [error.path for error in refusal.value.errors] == [path]
    assert [model.objects.count() for model in (AgencyDuty, Letterhead, Power)] == [0, 0, 0]
    assert events() == []


# --- what a department starts with

KINDS = (
    *("province_committee", "industry_trade_department", "agriculture_environment_department"),
    *("natural_resources_department", "market_surveillance", "tax", "construction_department", "dyke_authority"),
    *(
        "police",
        "traffic_police",
        "waterway_police",
        "environment_police",
        "investigation_body",
        "province_inspectorate",
    ),
)


@pytest.fixture
def started(of: Of) -> Of:
    load(of)
    return of


def load(of: Of) -> int:
    agencies: dict[str, Any] = {kind: of(kind) for kind in KINDS}
    return registry_defaults(
        actor=audit.SYSTEM,
        now=NOW,
        province="tỉnh Hưng Yên",
        place="Hưng Yên",
        agencies={**agencies, "commune": [of("Xã A"), of("Xã B")]},
    )


def test_kinds_of_the_test_are_those_of_the_file() -> None:
    assert {*KINDS, "commune"} == set(agency_kinds())


def test_start_is_loaded_once_in_one_event_and_unverified(of: Of) -> None:
    made = load(of)
    rows = [*AgencyDuty.objects.all(), *Letterhead.objects.all(), *Power.objects.all()]
    assert made == len(rows) > 50
    assert not any(row.verified_on for row in rows)
    assert len(events()) == 1
    assert load(of) == 0
    assert len(events()) == 1


def test_start_adds_what_a_new_agency_brings_and_leaves_corrections_alone(started: Of) -> None:
    row = Power.objects.get(agency=started("Xã A"), share_percent=50)
    services.row_end(row, valid_to=date(2026, 12, 31), source="thử", actor="an", now=NOW)
    agencies = {"commune": [started("Xã A"), started("Xã C")]}
    made = registry_defaults(actor=audit.SYSTEM, now=NOW, province="tỉnh Hưng Yên", place="Hưng Yên", agencies=agencies)
    assert made == 3, "a duty and two powers of Xã C"
    row.refresh_from_db()
    assert row.valid_to == date(2026, 12, 31)


@pytest.mark.parametrize(
    ("day", "kind"),
    [
        (date(2022, 1, 15), "natural_resources_department"),
        (date(2025, 3, 1), "agriculture_environment_department"),
        (date(2026, 9, 14), "agriculture_environment_department"),
        (date(2026, 9, 15), "industry_trade_department"),
        (date(2027, 2, 28), "industry_trade_department"),
        (date(2027, 3, 1), None),
    ],
)
def test_start_leads_by_period(day: date, kind: str | None, started: Of) -> None:
    found = lead_agency(day)
    assert (found and found.name) == kind


def test_start_has_a_receiver_for_everything_the_catalogue_passes_on(started: Of) -> None:
    for found in CATALOGUE.types:
        if found.valid_to is None:
            for code in found.transfer_to:
                assert receivers(code, TODAY), f"{found.code} goes to {code}"
    assert [row.agency.name for row in receivers("commune", TODAY)] == ["Xã A", "Xã B"]


def may(article: str, day: date = TODAY) -> set[str]:
    return {row.agency.name for row in powers(DECREE, article, day)}


def test_start_knows_which_articles_the_resolution_lists(started: Of) -> None:
    for article in ("30", "33", "35", "36", "37", "38", "39", "40", "45", "46", "47", "49", "54", "54a"):
        assert "industry_trade_department" in may(article), article
    for article in ("34", "41", "43", "52"):
        assert "industry_trade_department" not in may(article), article
    assert "industry_trade_department" in may("48"), "in Đ65 since NĐ 04/2022"
    assert "industry_trade_department" in may("48", date(2022, 1, 6))
    assert "industry_trade_department" not in may("48", date(2022, 1, 5))
    assert "industry_trade_department" not in may("37", date(2027, 3, 1)), "the resolution ends"
    assert "industry_trade_department" in may("38", date(2027, 3, 1)), "Đ65 does not"


def limits(article: str, day: date) -> dict[str, int]:
    return {row.agency.name: int(row.limit_million_vnd) for row in powers(DECREE, article, day)}


def test_start_knows_the_shares_before_and_after_1_7_2025(started: Of) -> None:
    before, after = (limits("41", day) for day in (date(2025, 6, 30), date(2025, 7, 1)))
    assert (before["Xã A"], after["Xã A"]) == (5, 500)
    assert (before["province_committee"], after["province_committee"]) == (1000, 1000)
    assert "agriculture_environment_department" not in before
    assert after["agriculture_environment_department"] == 800
    assert before["police"] == 100
    assert "police" not in after, "nobody has read what NĐ 189/2025 gives it"
    assert "province_inspectorate" in may("41", date(2026, 9, 26))
    assert "province_inspectorate" not in may("41", date(2026, 9, 25))


def test_start_sends_what_a_department_may_not_fine_to_the_chair(started: Of) -> None:
    found = competent(decree=DECREE, article="41", day=TODAY, maximum_million=900, organisation=True)
    assert [one.power.post for one in found] == ["Chủ tịch Ủy ban nhân dân cấp tỉnh"]


def test_start_heads_papers_with_the_addressee_of_the_period(started: Of) -> None:
    department = started("industry_trade_department")
    while_leading, afterwards = (letterhead(department, day) for day in (TODAY, date(2027, 3, 1)))
    assert while_leading is not None
    assert afterwards is not None
    assert while_leading.superior == "ỦY BAN NHÂN DÂN TỈNH HƯNG YÊN"
    assert (while_leading.place, while_leading.code) == ("Hưng Yên", "SCT")
    assert while_leading.addressees == ["Ủy ban nhân dân tỉnh Hưng Yên", "Bộ Công Thương"]
    assert afterwards.addressees == ["Ủy ban nhân dân tỉnh Hưng Yên"]


def test_start_refuses_a_kind_it_does_not_know(of: Of) -> None:
    with pytest.raises(Problem) as refusal:
        registry_defaults(actor=audit.SYSTEM, now=NOW, province="x", place="x", agencies={"navy": of("Hải quân")})
    assert refusal.value.errors[0].values == {"name": "navy"}


def test_command_gives_agencies_their_kinds(of: Of) -> None:
    for name in ("Sở Công Thương", "Xã A", "Xã B"):
        of(name)
    out = StringIO()
    pairs = ["industry_trade_department=Sở Công Thương", "commune=Xã A", "commune=Xã B"]
    given = [argument for pair in pairs for argument in ("--agency", pair)]
    call_command("load_registry", "--province", "tỉnh Hưng Yên", "--place", "Hưng Yên", *given, stdout=out)
    found = lead_agency(TODAY)
    assert found is not None
    assert found.name == "Sở Công Thương"
    assert len(receivers("commune", TODAY)) == 2


@pytest.mark.parametrize(
    "arguments",
    [
        ("--agency", "tax=Không có", "--province", "x", "--place", "x"),
        ("--agency", "tax=Thuế"),
        ("--agency", "navy=Thuế", "--province", "x", "--place", "x"),
    ],
)
def test_command_refuses_an_agency_it_cannot_place(arguments: tuple[str, ...], of: Of) -> None:
    of("Thuế")
    with pytest.raises(CommandError) as refusal:
        call_command("load_registry", *arguments, stdout=StringIO())
    assert refusal.value.returncode == 2
    assert not Event.objects.exclude(action="agency:created").exists()
