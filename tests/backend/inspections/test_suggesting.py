"""Bands suggested for what an inspector saw: from whom, from what was measured, on which day, and who may see them."""

import json
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries
from rest_framework.test import APIClient

from backend.accounts import services as accounts
from backend.audit import services as audit
from backend.inspections.suggesting import suggestions
from backend.inspections.suggestion_rows import OWN_WORDS
from backend.registry.models import CatalogueEntry
from backend.registry.services.agencies import duty_record, power_record
from backend.registry.services.catalogue import catalogue_record, catalogue_verify
from backend.registry.services.minerals import MineralGiven, minerals_record
from shared.rules.band_words import WORDS
from shared.rules.terms import IssuerLevel, MineralFamily
from shared.wire.v1.records import (
    ActEnded,
    ActState,
    Basis,
    Facts,
    LicenceShown,
    Measurement,
    QuantityKind,
    Subject,
    SubjectKind,
    SubjectRole,
)
from tests.backend.conftest import Cast, Deliverer
from tests.factories import registry
from tests.factories import reports as made
from tests.shared.rules.catalogue_data import ROWS

NOW = datetime(2026, 11, 20, 3, tzinfo=UTC)
TODAY = date(2026, 11, 20)
MILLION = 1_000_000
SAND_TYPED = "Cát lòng sông"

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _catalogue() -> None:
    catalogue_record(ROWS, actor=audit.SYSTEM, now=NOW, source="thử")


def offender(kind: SubjectKind, **more: Any) -> Subject:
    return made.subject(role=SubjectRole.OFFENDER, kind=kind, **more)


def measured(kind: QuantityKind, value: float, unit: str, uncertainty: float | None = 0.0, **more: Any) -> Measurement:
    basis = {QuantityKind.VOLUME: Basis.LOOSE, QuantityKind.MASS: Basis.WEIGHT}.get(kind)
    return made.measurement(
        kind=kind, value=value, unit=unit, uncertainty=uncertainty, basis=basis, dimensions=(), **more
    )


def volume(value: float, uncertainty: float | None = 0.5) -> Measurement:
    return measured(QuantityKind.VOLUME, value, "m3", uncertainty)


def load(*measurements: Measurement, **more: Any) -> Any:
    return made.load(mineral=SAND_TYPED, measurements=measurements, documents=(), **more)


def finding(rule: str, answer: str, *reasons: str, about: str = "licence:x", **numbers: float) -> dict[str, Any]:
    return {"rule": rule, "about": about, "answer": answer, "reasons": list(reasons), "numbers": numbers}


def outside(metres: float, error: float = 9.0, about: str = "licence:x") -> dict[str, Any]:
    return finding("geofence", "no", "outside_area_handheld", about=about, distance_m=metres, uncertainty_m=error)


def suggest(
    facts: Facts, *codes: str, findings: list[dict[str, Any]] | None = None, **more: Any
) -> list[dict[str, Any]]:
    found = suggestions(facts, codes, findings or [], **{"today": TODAY, "language": "vi", **more})
    json.dumps(found)
    return found


def one(facts: Facts, code: str, *findings: dict[str, Any], **more: Any) -> dict[str, Any]:
    (found,) = suggest(facts, code, findings=list(findings), **more)
    return found


def codes(said: list[dict[str, str]]) -> set[str]:
    return {row["code"] for row in said}


def shown(number: str = "12/GP-UBND") -> LicenceShown:
    return LicenceShown(number, None, None, None, None, None, None, None, None, None, None)


PERSON = (offender(SubjectKind.PERSON),)
COMPANY = (offender(SubjectKind.ORGANISATION),)

# --- who


def test_sand_from_a_boat_at_night_by_a_person() -> None:
    found = one(made.facts(subjects=PERSON, measurements=(volume(8),)), "KT-01")
    assert (found["low"], found["high"], found["start"]) == (20 * MILLION, 30 * MILLION, 25 * MILLION)
    assert found["decides"] is False
    assert found["note"] == "Gợi ý; người có thẩm quyền quyết định."
    assert found["printed"].endswith(
        "xử lý theo quy định pháp luật về xử phạt vi phạm hành chính trong lĩnh vực khoáng sản."
    )
    assert found["measured"] == [
        {"measure": "volume_m3", "value": 8.0, "uncertainty": 0.5, "handheld": False, "from": "measurements[0]"}
    ]
    (option,) = found["options"]
    assert [extra["code"] for extra in option["extra"]] == ["BS-01", "BS-02"]
    assert option["extra"][1]["title"] == "Tịch thu phương tiện vi phạm"
    assert option["remedies"][0] == {
        "code": "BP-01",
        "title": "Buộc đưa khu vực về trạng thái an toàn, cải tạo, phục hồi môi trường",
    }


@pytest.mark.parametrize(
    ("kinds", "multipliers"),
    [
        ([SubjectKind.PERSON], [1]),
        ([SubjectKind.HOUSEHOLD_BUSINESS], [1]),
        ([SubjectKind.ORGANISATION], [2]),
        ([SubjectKind.BRANCH], [1, 2]),
        ([SubjectKind.UNKNOWN], [1, 2]),
        ([], [1, 2]),
        ([SubjectKind.PERSON, SubjectKind.PERSON], [1]),
        ([SubjectKind.PERSON, SubjectKind.ORGANISATION], [1, 2]),
    ],
)
def test_who_pays_once_and_who_twice(kinds: list[SubjectKind], multipliers: list[int]) -> None:
    subjects = tuple(offender(kind, id=f"s{i}") for i, kind in enumerate(kinds))
    found = one(made.facts(subjects=subjects, measurements=(volume(8),)), "KT-01")
    assert found["multipliers"] == multipliers
    assert ("actor_kind" in codes(found["missing"])) == (len(multipliers) == 2)


def test_a_driver_is_no_offender() -> None:
    found = one(made.facts(subjects=(made.subject(kind=SubjectKind.ORGANISATION),), measurements=(volume(8),)), "KT-01")
    assert found["multipliers"] == [1, 2]


@pytest.mark.parametrize(("level", "start"), [(IssuerLevel.PROVINCE, 120), (IssuerLevel.MINISTRY, 170), (None, None)])
def test_level_of_the_licence_shown_decides_the_column(level: IssuerLevel | None, start: int | None) -> None:
    registry.mineral("DA", "Đá xây dựng", family=MineralFamily.COMMON.value)
    registry.licence(issuer_level=level, minerals=("DA",))
    facts = made.facts(
        subjects=COMPANY,
        licences_shown=(shown(),),
        measurements=(measured(QuantityKind.AREA, 4262, "m2", 10),),
    )
    found = one(facts, "KT-05")
    assert found["start"] == (None if start is None else start * MILLION)
    assert found["measured"][0]["value"] == pytest.approx(0.4262)
    assert found["measured"][0]["uncertainty"] == pytest.approx(0.001)
    assert ("licence" in codes(found["missing"])) == (level is None)


def test_a_licence_as_it_stood_on_the_day_of_the_act() -> None:
    registry.mineral("DA", "Đá xây dựng", family=MineralFamily.COMMON.value)
    for since, explosives in ((date(2025, 1, 1), False), (date(2026, 6, 1), True)):
        registry.licence(minerals=("DA",), effective_from=since, explosives=explosives)
    facts = {"subjects": COMPANY, "licences_shown": (shown(),)}
    before = made.facts(**facts, act_ended=ActEnded(ActState.ENDED, datetime(2026, 5, 31, tzinfo=UTC), "sổ"))
    assert [one(each, "KT-09")["options"][0]["column"] for each in (made.facts(**facts), before)] == ["X", "NX_PEAT"]


def test_a_licence_the_register_does_not_have_leaves_the_level_open() -> None:
    registry.mineral("DA", "Đá xây dựng", family=MineralFamily.COMMON.value)
    registry.licence(minerals=("DA",))
    facts = made.facts(
        subjects=COMPANY,
        licences_shown=(shown(), shown("99/GP-UBND")),
        measurements=(measured(QuantityKind.AREA, 0.3, "ha"),),
    )
    assert "licence" in codes(one(facts, "KT-05")["missing"])


def test_without_a_licence_it_is_asked_who_would_have_licensed_the_mineral() -> None:
    minerals_record([MineralGiven("DAT", "Đất đồi", MineralFamily.COMMON)], actor=audit.SYSTEM, now=NOW, source="thử")
    facts = made.facts(subjects=COMPANY, loads=(made.load(mineral="đất đồi", documents=()),))
    assert {option["column"] for option in one(facts, "KT-03")["options"]} == {"P"}
    assert "licence" in codes(one(facts, "KT-05")["missing"]), "outside which boundary, nobody has seen"


def test_the_mineral_typed_says_the_family_before_the_licence_does() -> None:
    registry.licence()
    minerals_record([MineralGiven("DAT", "Đất đồi", MineralFamily.COMMON)], actor=audit.SYSTEM, now=NOW, source="thử")
    facts = made.facts(subjects=COMPANY, licences_shown=(shown(),), loads=(made.load(mineral="đất đồi", documents=()),))
    assert "other_family" in codes(one(facts, "KT-01")["reasons"])
    assert "other_family" not in codes(one(made.facts(subjects=COMPANY, licences_shown=(shown(),)), "KT-01")["reasons"])


# --- how much


def test_loads_add_up_with_their_errors() -> None:
    facts = made.facts(subjects=PERSON, loads=(load(volume(6, 0.5)), load(volume(3.5, 0.5), id="l2")))
    found = one(facts, "KT-01")
    assert found["measured"] == [
        {"measure": "volume_m3", "value": 9.5, "uncertainty": 1.0, "handheld": False, "from": "loads"}
    ]
    assert "straddles_tier" in codes(found["reasons"])
    assert found["competence_maximum"] == 50 * MILLION


def test_a_weighed_load_counts_through_an_established_density_and_says_that_nobody_knows_its_error() -> None:
    tonnes = measured(QuantityKind.MASS, 14.5, "t", 0.1)
    facts = made.facts(subjects=PERSON, loads=(load(tonnes),))
    before = one(facts, "KT-01")
    assert (before["measured"], "load_without_quantity" in codes(before["reasons"])) == ([], True)
    assert "quantity" in codes(before["missing"])
    minerals_record(
        [MineralGiven("CAT", SAND_TYPED, MineralFamily.RIVERBED_SAND, "m3", 1.45, "TB (thử)")],
        actor=audit.SYSTEM,
        now=NOW,
        source="thử",
    )
    found = one(facts, "KT-01")
    assert found["measured"][0]["value"] == pytest.approx(10.0)
    assert found["measured"][0]["uncertainty"] is None
    assert "uncertainty_unknown" in codes(found["reasons"])


def test_one_load_without_a_figure_leaves_no_total() -> None:
    found = one(made.facts(subjects=PERSON, loads=(load(volume(6)), load(id="l2"))), "KT-01")
    assert found["measured"] == []
    assert "load_without_quantity" in codes(found["reasons"])
    assert len(found["options"]) == 6


@pytest.mark.parametrize("second", ["measurement", "load"])
def test_of_two_figures_nobody_guesses(second: str) -> None:
    more: dict[str, Any] = {"measurements": (volume(8),), "loads": (load(volume(3)),)}
    if second == "measurement":
        more = {"measurements": (volume(8), volume(12))}
    found = one(made.facts(subjects=PERSON, **more), "KT-01")
    assert found["measured"] == []
    assert "several_quantities" in codes(found["reasons"])
    assert "quantity" in codes(found["missing"])


def test_tonnes_of_gold_ore_measured_in_kilograms() -> None:
    found = one(made.facts(subjects=PERSON, measurements=(measured(QuantityKind.MASS, 250_000, "kg", 500),)), "KT-04")
    assert found["measured"][0]["value"] == pytest.approx(250)
    assert found["start"] == 350 * MILLION


def test_metres_outside_come_from_the_geofence_and_need_a_survey() -> None:
    found = one(made.facts(subjects=COMPANY), "KT-07", outside(95, 12))
    assert found["measured"][0] == {
        "measure": "distance_outside_m",
        "value": 95,
        "uncertainty": 12,
        "handheld": True,
        "from": "geofence licence:x",
    }
    assert {"handheld_needs_survey", "straddles_tier", "not_verified"} <= codes(found["reasons"])
    assert found["start"] == 120 * MILLION
    assert found["competence_maximum"] == 200 * MILLION


def test_of_several_licences_the_nearest_boundary_counts_and_inside_one_it_is_outside_of_none() -> None:
    facts = made.facts(subjects=COMPANY)
    near = one(facts, "KT-07", outside(250, about="licence:a"), outside(40, about="licence:b"))
    assert near["measured"][0]["from"] == "geofence licence:b"
    inside = finding("geofence", "yes", "inside_area", about="licence:c", distance_m=30.0, uncertainty_m=9.0)
    assert one(facts, "KT-07", outside(40), inside)["measured"] == []
    unsure = finding("geofence", "cannot_tell", "within_uncertainty", distance_m=3.0, uncertainty_m=9.0)
    assert one(facts, "KT-07", unsure)["measured"] == []


def test_depth_is_counted_from_the_licence_s_limit() -> None:
    facts = made.facts(subjects=COMPANY)
    deep = finding("depth", "no", "too_deep", depth_m=7.5, limit_m=5.0, uncertainty_m=0.1, excess_m=2.5)
    less = finding("depth", "no", "too_deep", about="licence:y", depth_m=5.5, limit_m=5.0, uncertainty_m=0.1)
    found = one(facts, "KT-07", deep, less)
    assert [(row["measure"], row["value"]) for row in found["measured"]] == [("depth_beyond_m", 2.5)]
    assert found["start"] == 170 * MILLION
    wet = finding("depth", "cannot_tell", "depth_through_water", depth_m=7.5, limit_m=5.0, uncertainty_m=0.1)
    shallow = finding("depth", "yes", "within_depth", depth_m=4.0, limit_m=5.0, uncertainty_m=0.1)
    assert one(facts, "KT-07", wet, shallow)["measured"] == []


def test_per_cent_over_the_capacity_come_from_the_ledger_or_from_a_measurement() -> None:
    facts = made.facts(subjects=COMPANY, loads=(load(volume(6)),))
    minerals_record(
        [MineralGiven("CAT", SAND_TYPED, MineralFamily.RIVERBED_SAND)], actor=audit.SYSTEM, now=NOW, source="thử"
    )
    declared = finding("capacity", "no", "over_capacity", "declared_over", over_percent=30.0, step_percent=25)
    found = one(facts, "KT-08", declared)
    assert found["start"] == 300 * MILLION
    assert found["measured"][0]["uncertainty"] == 0
    observed = finding("capacity", "no", "over_capacity", "observed_over", over_percent=30.0, step_percent=25)
    assert "uncertainty_unknown" in codes(one(facts, "KT-08", observed)["reasons"])
    assert one(facts, "KT-08", finding("capacity", "cannot_tell", "sampled_only"))["measured"] == []
    own = made.facts(subjects=COMPANY, measurements=(measured(QuantityKind.PERCENT, 60, "%", 2),))
    assert one(own, "KT-08", declared)["measured"][0]["value"] == 60


@pytest.mark.parametrize(
    ("method", "instrument", "by_hand"),
    [
        ("đo vòng quanh", "máy định vị cầm tay", True),
        ("GPS", None, True),
        ("đo diện tích trên điện thoại", None, True),
        ("GNSS RTK", "máy GPS RTK hai tần số", False),
        ("toàn đạc điện tử", "Leica", False),
        (None, None, False),
    ],
)
def test_an_area_walked_with_a_handheld_needs_a_survey(
    method: str | None, instrument: str | None, by_hand: bool
) -> None:
    area = measured(QuantityKind.AREA, 0.3, "ha", 0.01, method=method, instrument=instrument)
    found = one(made.facts(subjects=COMPANY, measurements=(area,)), "KT-05")
    assert found["measured"][0]["handheld"] is by_hand
    assert ("handheld_needs_survey" in codes(found["reasons"])) is by_hand


# --- when


def test_the_provision_is_that_of_the_day_the_act_ended() -> None:
    facts = {"subjects": PERSON, "measurements": (volume(55),)}
    then = made.facts(**facts, act_ended=ActEnded(ActState.ENDED, datetime(2022, 1, 5, 16, tzinfo=UTC), "sổ nhật ký"))
    found = one(then, "KT-01")
    assert (found["act_on"], found["provision_from"]) == ("2022-01-05", "2020-05-10")
    assert "corridor" in codes(found["missing"])
    # 17:00 UTC is the next day in Vietnam, and that day the new text begins.
    later = made.facts(**facts, act_ended=ActEnded(ActState.ENDED, datetime(2022, 1, 5, 17, tzinfo=UTC), "sổ nhật ký"))
    assert one(later, "KT-01")["provision_from"] == "2022-01-06"


def test_a_code_of_no_row_says_so_and_no_violation_suggests_nothing() -> None:
    unknown, *others = suggest(made.facts(subjects=PERSON), "ZZ-99", "KV-00")
    assert others == []
    assert (codes(unknown["reasons"]), unknown["decides"]) == ({"not_in_catalogue"}, False)
    old = made.facts(act_ended=ActEnded(ActState.ENDED, datetime(2019, 5, 1, tzinfo=UTC), "sổ"))
    assert codes(one(old, "KT-01")["reasons"]) == {"not_in_catalogue"}


# --- who decides, who receives


def power(agency: Any, limit: int, article: str = "*", post: str = "Chủ tịch") -> None:
    power_record(
        agency=agency,
        post=post,
        decree="36/2020/NĐ-CP",
        article=article,
        share_percent=limit // 10,
        limit_million_vnd=Decimal(limit),
        valid_from=date(2025, 7, 1),
        source="NĐ 189/2025 (thử)",
        actor=audit.SYSTEM,
        now=NOW,
    )


def test_posts_that_may_decide_are_tested_on_the_band_in_reach() -> None:
    commune, department = accounts.agency_create(name="Xã"), accounts.agency_create(name="Sở")
    power(commune, 75, post="Chủ tịch xã")
    power(department, 800, post="Giám đốc Sở")
    sure = one(made.facts(subjects=COMPANY, measurements=(measured(QuantityKind.VOLUME, 15, "m3"),)), "KT-01")
    assert [row["post"] for row in sure["competent"]] == ["Chủ tịch xã", "Giám đốc Sở"]
    assert sure["competent"][0]["limit"] == 150 * MILLION
    assert sure["competent"][0]["verified"] is False
    near = one(made.facts(subjects=COMPANY, measurements=(volume(19, 2),)), "KT-01")
    assert [row["post"] for row in near["competent"]] == ["Giám đốc Sở"], "80 million may stand: over a commune's 75"


def test_what_has_no_band_is_passed_on_to_the_agencies_of_today() -> None:
    market = accounts.agency_create(name="Quản lý thị trường (thử)")
    duty_record(
        agency=market,
        duty="receives:market_surveillance",
        valid_from=date(2020, 5, 10),
        source="thử",
        actor=audit.SYSTEM,
        now=NOW,
    )
    found = one(made.transport_facts(), "VC-01")
    assert found["transfer_to"] == [
        {
            "code": "market_surveillance",
            "agencies": [{"id": str(market.id), "name": "Quản lý thị trường (thử)", "verified": False}],
        },
        {"code": "police", "agencies": []},
    ]
    assert (found["options"], found["competent"], found["start"]) == ([], [], None)


def test_a_verified_row_prints_its_citation_in_the_reader_s_language() -> None:
    row = CatalogueEntry.objects.get(code="KT-01", valid_from=date(2022, 1, 6))
    catalogue_verify(row, verified_on=TODAY, verified_by="Luật sư (thử)", actor="an", now=NOW)
    facts = made.facts(subjects=PERSON, measurements=(volume(8),))
    vi, en = (one(facts, "KT-01", language=language) for language in ("vi", "en"))
    assert vi["printed"].startswith("điểm a khoản 1 Điều 48")
    assert en["printed"].startswith("point a, clause 1, article 48")
    assert en["title"] != vi["title"]


def test_words_of_its_own_are_no_words_of_the_rule() -> None:
    assert set(OWN_WORDS).isdisjoint(WORDS)
    for text in OWN_WORDS.values():
        assert text.vi.strip()
        assert text.en.strip()
        assert text.vi != text.en


def test_many_codes_take_as_many_queries_as_one(django_assert_max_num_queries: DjangoAssertNumQueries) -> None:
    registry.licence()
    facts = made.facts(subjects=COMPANY, licences_shown=(shown(),), loads=(load(volume(6)),))
    suggest(facts, "KT-01")
    with django_assert_max_num_queries(6):
        suggest(facts, "KT-01")
    every = sorted({row["code"] for row in ROWS if row["content"]["kind"] == "violation"})
    with django_assert_max_num_queries(6):
        assert len(suggest(facts, *every)) == len(every) - 1


# --- who sees them


@pytest.fixture
def filed(cast: Cast, phone: Deliverer) -> Any:
    return phone.file(facts=made.facts(subjects=PERSON, measurements=(volume(8),)), assessment=made.assessment("KT-01"))


@pytest.mark.parametrize(("who", "sees"), [("an", False), ("binh", True), ("cuong", True), ("dung", True)])
def test_suggestions_are_for_those_who_review(
    who: str, sees: bool, filed: Any, cast: Cast, as_: Callable[..., APIClient]
) -> None:
    answer = as_(getattr(cast, who)).get(f"/api/v1/reports/{filed}/")
    assert answer.status_code == 200, answer.content
    found = answer.json()["suggestions"]
    if not sees:
        assert found is None
    else:
        assert [(row["code"], row["start"]) for row in found] == [("KT-01", 25 * MILLION)]
    assert "KT-01" not in json.dumps(answer.json()["facts"]), "the facts stay facts"


def test_a_report_without_an_assessment_suggests_nothing(
    cast: Cast, phone: Deliverer, as_: Callable[..., APIClient]
) -> None:
    report = phone.file(facts=made.facts())
    assert as_(cast.binh).get(f"/api/v1/reports/{report}/").json()["suggestions"] == []


def test_words_follow_the_language_asked_for(filed: Any, cast: Cast, as_: Callable[..., APIClient]) -> None:
    answer = as_(cast.binh, **{"Accept-Language": "en"}).get(f"/api/v1/reports/{filed}/")
    assert answer.json()["suggestions"][0]["note"] == "A suggestion; the competent person decides."
