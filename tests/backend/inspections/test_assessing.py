"""The office's own answers beside the phone's; what was said before stays."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from backend.audit import services as audit
from backend.audit.verifying import verify
from backend.inspections.assessing import report_assess
from backend.inspections.models import Finding
from backend.registry.models import Licence
from backend.registry.services.licences import licences_record
from backend.registry.services.output import output_declare
from shared.wire.v1.records import Facts, Kind, RuleAnswer
from tests.backend.conftest import Cast, Deliverer, review
from tests.backend.inspections.sand import lorry, shown, stop
from tests.factories import reports as made
from tests.factories.registry import given, licence


@pytest.fixture
def sand(db: None) -> Licence:
    return licence()


def findings(report: object, rule: str) -> list[Finding]:
    return list(Finding.objects.filter(report=report, rule=rule).order_by("about", "revision"))


def test_assessing_again_adds_nothing(sand: Licence, phone: Deliverer) -> None:
    report = stop(phone, sand.id)
    report_assess.call(str(report))
    assert Finding.objects.filter(report=report).count() > 0
    assert report_assess.call(str(report)) == 0
    assert list(verify()) == []


def test_the_phones_words_stand_beside_the_offices(sand: Licence, phone: Deliverer) -> None:
    said = made.rule_result(
        rule="validity", version="1", answer=RuleAnswer.NO, numbers={"over_days": 3.0},
        reasons=("expired", f"licence:{sand.id}"),
    )  # fmt: skip
    report = phone.file(facts=lorry(sand.id), kind=Kind.TRANSPORT, assessment=made.assessment(rule_results=(said,)))
    report_assess.call(str(report))
    (found,) = findings(report, "validity")
    assert (found.about, found.answer, found.phone_answer) == (f"licence:{sand.id}", "yes", "no")
    assert (found.phone_reasons, found.phone_numbers) == (["expired"], {"over_days": 3.0})
    assert found.reference_cursor != ""


def test_what_only_the_phone_says_is_kept(sand: Licence, phone: Deliverer) -> None:
    said = made.rule_result(rule="validity", version="1", answer=RuleAnswer.NO, reasons=("expired", "licence:99/GP"))
    report = phone.file(facts=lorry(sand.id), kind=Kind.TRANSPORT, assessment=made.assessment(rule_results=(said,)))
    report_assess.call(str(report))
    alone = next(found for found in findings(report, "validity") if found.about == "licence:99/GP")
    assert (alone.answer, alone.phone_answer) == ("", "no")


def test_a_report_keeps_the_version_it_was_made_under(sand: Licence, phone: Deliverer) -> None:
    """An amendment from December leaves November's acts alone; one that had taken effect counts, as a revision."""
    report = stop(phone, sand.id)
    report_assess.call(str(report))
    now = timezone.now()
    later = replace(given(), effective_from=date(2026, 12, 1), valid_to=date(2026, 12, 31))
    licences_record([later], actor=audit.SYSTEM, now=now, source="thử")
    assert report_assess.call(str(report)) == 0
    earlier = replace(given(), effective_from=date(2026, 1, 1), valid_to=date(2026, 6, 30), basis="sửa sai")
    licences_record([earlier], actor=audit.SYSTEM, now=now, source="thử")
    assert report_assess.call(str(report)) > 0
    before, after = findings(report, "validity")
    assert [(before.answer, before.licence_version), (after.answer, after.licence_version)] == [("yes", 1), ("no", 3)]
    assert after.revision == before.revision + 1


def test_a_paper_used_for_another_load_is_seen(sand: Licence, phone: Deliverer, cast: Cast) -> None:
    first = phone.file(facts=_at(sand, 5), kind=Kind.TRANSPORT)
    second = phone.file(facts=_at(sand, 20), kind=Kind.TRANSPORT)
    for report in (first, second):
        report_assess.call(str(report))
    (found,) = findings(second, "paper_reused")
    assert (found.answer, found.reasons) == ("no", ["paper_used_again", "paper_exceeded"])
    assert [one.reasons for one in findings(first, "paper_reused")] == [["paper_seen_once"]]
    review(first, cast.binh, "rejected")
    report_assess.call(str(second))
    assert findings(second, "paper_reused")[-1].reasons == ["paper_seen_once"]


def _at(sand: Licence, hour: int) -> Facts:
    moment = datetime(2026, 11, 20, hour, tzinfo=UTC)
    facts = lorry(sand.id, m3=12.0)
    return replace(facts, started_at=moment, finished_at=None, discovered_at=moment)


def test_dredger_beside_the_licence_is_told_in_metres(
    sand: Licence, phone: Deliverer, cast: Cast, as_: Callable[..., APIClient]
) -> None:
    facts = made.extraction_facts(
        positions=(made.position(lat=20.605, lon=106.0110),), licences_shown=(shown(sand.id),)
    )
    report = phone.file(facts=facts, kind=Kind.EXTRACTION)
    report_assess.call(str(report))
    (found,) = findings(report, "geofence")
    assert (found.answer, found.reasons) == ("no", ["outside_area_handheld"])
    assert found.numbers["distance_m"] == pytest.approx(104.2, abs=0.5)
    said = as_(cast.binh, **{"Accept-Language": "vi"}).get(f"/api/v1/reports/{report}/").json()
    words = next(row["sentence"] for row in said["findings"] if row["rule"] == "geofence")
    assert "ngoài ranh giới theo thiết bị cầm tay" in words
    assert "cần đo đạc" in words
    english = as_(cast.binh, **{"Accept-Language": "en"}).get(f"/api/v1/reports/{report}/").json()
    assert "survey to confirm" in next(row["sentence"] for row in english["findings"] if row["rule"] == "geofence")


def test_without_a_paper_the_nearest_licence_is_asked(sand: Licence, phone: Deliverer) -> None:
    facts = made.extraction_facts(positions=(made.position(lat=20.605, lon=106.0110),), licences_shown=())
    report = phone.file(facts=facts, kind=Kind.EXTRACTION)
    report_assess.call(str(report))
    (found,) = findings(report, "geofence")
    assert (found.about, found.answer) == (f"licence:{sand.id}", "no")


def test_output_over_the_capacity_is_said_of_the_year(phone: Deliverer) -> None:
    small = licence(capacity=Decimal(100))
    output_declare(
        licence=small, year=2026, month=1, quantity=Decimal(126), unit="m3", basis="loose", source="thử",
        actor=audit.SYSTEM, now=timezone.now(),
    )  # fmt: skip
    report = phone.file(facts=made.extraction_facts(licences_shown=(shown(small.id),)), kind=Kind.EXTRACTION)
    report_assess.call(str(report))
    (found,) = findings(report, "capacity")
    assert (found.about, found.answer) == (f"licence:{small.id}/year:2026", "no")
    assert found.numbers["step_percent"] == 25


def test_a_correction_of_a_correction_uses_no_paper_again(sand: Licence, phone: Deliverer) -> None:
    first = phone.file(facts=_at(sand, 5), kind=Kind.TRANSPORT)
    second = phone.file(facts=_at(sand, 6), kind=Kind.TRANSPORT, supersedes=first)
    third = phone.file(facts=_at(sand, 7), kind=Kind.TRANSPORT, supersedes=second)
    report_assess.call(str(third))
    assert findings(third, "paper_reused")[-1].reasons == ["paper_seen_once"]
