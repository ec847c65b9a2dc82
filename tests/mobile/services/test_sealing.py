"""What is sealed is what was typed, signed by this phone, with the rules' word."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from mobile.bootstrap import Phone
from mobile.ports import QueuedReport
from shared.problems import Problem
from shared.wire.v1.codec import encode
from shared.wire.v1.judging import as_results
from shared.wire.v1.records import Facts, Kind, PositionRole, Purpose, RuleAnswer, RuleResult
from shared.wire.v1.seal import SealedReport, identity_hash, open_envelope, read_envelope
from tests import golden
from tests.factories import reports as make
from tests.factories.terms import LAT, LICENCE, LON, licence_row, mineral_row, square
from tests.fakes.server import FakeServer

GOLDEN = golden.read("rule_cases.json")


@pytest.fixture
def knows(phone: Phone, server: FakeServer) -> Callable[..., None]:
    """Give the phone one licence with this area."""

    def pull(area: object, number: str = "12/GP-UBND", **row: Any) -> None:
        server.reference = {
            "cursor": "c-7",
            "licences": [licence_row(area=area, number=number, **row)],
            "minerals": [mineral_row()],
        }
        phone.reference.pull()

    return pull


def sealed(phone: Phone, facts: Facts, kind: Kind = Kind.EXTRACTION, **parts: Any) -> SealedReport:
    draft = phone.recording.start(kind)
    phone.recording.save(draft.id, facts=facts, **parts)
    return opened(phone, phone.sealing.seal(draft.id))


def opened(phone: Phone, report: QueuedReport) -> SealedReport:
    return open_envelope(
        read_envelope(encode(phone.outbox.envelope(report.id))),
        lambda key, message, der: (
            phone.keystore.verify(phone.keystore.public_key_pem, message, der) if key == phone.keystore.key_id else None
        ),
    )


def geofenced(report: SealedReport) -> RuleResult:
    assert report.assessment is not None
    [result] = [result for result in report.assessment.rule_results if result.rule == "geofence"]
    return result


def said(report: SealedReport) -> dict[str, list[str]]:
    """By rule and what it is about, as tests/golden/rule_cases.json has it."""
    assert report.assessment is not None
    return {
        f"{result.rule} {result.reasons[-1]}": [result.answer.value, *result.reasons[:-1]]
        for result in report.assessment.rule_results
    }


def shown(matched: UUID | None) -> Facts:
    facts = make.extraction_facts()
    observer = tuple(position for position in facts.positions if position.role is PositionRole.OBSERVER)
    licence = replace(facts.licences_shown[0], matched=matched)
    return replace(facts, positions=observer, licences_shown=(licence,))


def test_the_report_says_who_when_and_with_what_and_opens_with_the_phones_key(
    phone: Phone, photo: Callable[..., Any]
) -> None:
    draft = phone.recording.start(Kind.TRANSPORT)
    entry = phone.recording.attach(draft.id, photo(), purpose=Purpose.LOAD)
    facts = make.transport_facts(measurements=(make.measurement(evidence=(entry.id,)),))
    phone.recording.save(draft.id, facts=facts, assessment=make.assessment("VC-01"))
    report = opened(phone, phone.sealing.seal(draft.id))

    session, device = phone.enrolment.current(), phone.accounts.device()
    assert session is not None
    assert device is not None
    manifest = report.manifest
    assert (manifest.id, manifest.kind, manifest.device, manifest.officer, manifest.unit) == (
        draft.id,
        Kind.TRANSPORT,
        device.id,
        session.officer.id,
        session.officer.unit,
    )
    assert (manifest.sequence, manifest.previous, manifest.evidence) == (1, None, (entry,))
    assert manifest.sealed_at == make.SEALED_AT
    assert report.facts == facts
    assert report.assessment is not None
    assert replace(report.assessment, rule_results=()) == make.assessment("VC-01")


def test_sealing_without_enrolment_or_with_another_key_says_so(phone: Phone, new_phone: Callable[..., Phone]) -> None:
    fresh = new_phone("fresh")
    draft = fresh.recording.start(Kind.TRANSPORT)
    fresh.recording.save(draft.id, facts=make.transport_facts())
    with pytest.raises(Problem, match="not_enrolled"):
        fresh.sealing.seal(draft.id)
    phone.enrolment.sign_out()
    with pytest.raises(Problem, match="not_enrolled"):
        phone.sealing.seal(phone.recording.start(Kind.TRANSPORT).id)


def test_a_phone_whose_key_was_replaced_has_to_be_enrolled_again(
    phone: Phone, new_phone: Callable[..., Phone], tmp_path: Path
) -> None:
    phone.close()
    (tmp_path / "phone" / "key.pem").unlink()
    again = new_phone()
    with pytest.raises(Problem, match="not_enrolled"):
        again.sealing.seal(again.recording.start(Kind.TRANSPORT).id)


def test_an_unfinished_draft_names_every_missing_field(phone: Phone) -> None:
    draft = phone.recording.start(Kind.TRANSPORT)
    facts = encode(make.transport_facts())
    del facts["weather"]
    facts["loads"][0]["measurements"][0]["value"] = "nhiều"
    phone.recording.save(draft.id, facts=facts)
    with pytest.raises(Problem) as failure:
        phone.sealing.seal(draft.id)
    assert {error.path for error in failure.value.errors} == {"facts.weather", "facts.loads[0].measurements[0].value"}


def test_a_subject_that_names_an_identity_by_place_gets_its_hash(phone: Phone) -> None:
    part = make.identity_part()
    facts = make.transport_facts(subjects=(make.subject(identity="#0"),))
    report = sealed(phone, facts, identities=[part])
    assert report.facts.subjects[0].identity == identity_hash(part)
    with pytest.raises(Problem, match="report_invalid"):
        sealed(phone, make.transport_facts(subjects=(make.subject(identity="#1"),)), identities=[part])


@pytest.mark.parametrize(
    ("area", "answer", "reason"),
    [
        (square(LAT, LON), RuleAnswer.YES, "inside_area"),
        (square(LAT + 0.01, LON), RuleAnswer.NO, "outside_area_handheld"),
        (square(LAT + 0.002, LON), RuleAnswer.CANNOT_TELL, "within_uncertainty"),
        (None, RuleAnswer.CANNOT_TELL, "licence_area_unknown"),
        ({"type": "Point", "coordinates": [1, 2]}, RuleAnswer.CANNOT_TELL, "licence_area_unknown"),
    ],
)
def test_the_geofence_speaks_of_each_licence_shown(
    phone: Phone, knows: Callable[..., None], area: object, answer: RuleAnswer, reason: str
) -> None:
    knows(area)
    report = sealed(phone, shown(LICENCE), assessment=make.assessment("KT-07"))
    assert report.assessment is not None
    result = geofenced(report)
    assert (result.rule, result.answer, result.reasons) == ("geofence", answer, (reason, f"licence:{LICENCE}"))
    assert [seen.code for seen in report.assessment.observations] == ["KT-07"]
    assert report.manifest.reference_cursor == "c-7"


def test_a_licence_not_matched_is_found_by_its_number_and_one_not_known_is_said_to_be(
    phone: Phone, knows: Callable[..., None]
) -> None:
    knows(square(LAT, LON), number="12 / gp-ubnd")
    assert geofenced(sealed(phone, shown(None))).answer is RuleAnswer.YES
    assert geofenced(sealed(phone, shown(uuid4()))).reasons == ("licence_unknown", "licence:12/GP-UBND")


def test_the_geofence_does_not_guess_without_a_position(phone: Phone, knows: Callable[..., None]) -> None:
    knows(square(LAT, LON))
    missing = make.position(lat=None, lon=None, accuracy_m=None, fixed_at=None, missing_reason="no_receiver")
    report = sealed(phone, replace(shown(LICENCE), positions=(missing,)))
    assert geofenced(report).reasons[0] == "position_missing"


def test_a_fix_from_before_the_inspection_is_stale_and_one_within_it_is_not(
    phone: Phone, knows: Callable[..., None]
) -> None:
    knows(square(LAT, LON))
    answers = []
    for fixed_at in (
        make.STARTED_AT - timedelta(minutes=10),
        make.STARTED_AT + timedelta(minutes=30),
        make.FINISHED_AT + timedelta(hours=1),
    ):
        report = sealed(phone, replace(shown(LICENCE), positions=(make.position(fixed_at=fixed_at),)))
        answers.append(geofenced(report).reasons[0])
    assert answers == ["fix_stale", "inside_area", "fix_stale"]


def test_a_phone_clock_years_off_does_not_make_a_fix_stale_when_the_receiver_told_the_offset(
    phone: Phone, knows: Callable[..., None]
) -> None:
    knows(square(LAT, LON))
    years = timedelta(days=2000)
    facts = replace(
        shown(LICENCE),
        positions=(make.position(fixed_at=make.STARTED_AT + years),),
        device_time=replace(make.facts().device_time, offset_s=years.total_seconds()),
    )
    assert geofenced(sealed(phone, facts)).answer is RuleAnswer.YES


def test_preview_says_what_sealing_will_say(phone: Phone, knows: Callable[..., None]) -> None:
    knows(square(LAT, LON))
    draft = phone.recording.start(Kind.EXTRACTION)
    phone.recording.save(draft.id, facts=shown(LICENCE))
    before = phone.sealing.preview(draft.id)
    report = opened(phone, phone.sealing.seal(draft.id))
    assert report.assessment is not None
    assert report.assessment.rule_results == as_results(before)
    assert len(before) == 9


def test_results_typed_in_or_left_over_give_way_to_the_rules_and_those_of_others_stay(
    phone: Phone, knows: Callable[..., None]
) -> None:
    knows(square(LAT, LON))
    foreign = make.rule_result(rule="satellite_trigger")
    old = make.rule_result(reasons=("outside_area_handheld", f"licence:{LICENCE}"))
    report = sealed(phone, shown(LICENCE), assessment=make.assessment(rule_results=(old, foreign)))
    assert geofenced(report).answer is RuleAnswer.YES
    assert report.assessment is not None
    assert foreign in report.assessment.rule_results
    assert old not in report.assessment.rule_results
    empty = sealed(phone, make.facts(), kind=Kind.STOCKYARD, assessment=make.assessment(rule_results=(old, foreign)))
    assert empty.assessment is not None
    assert empty.assessment.rule_results == (foreign,)


@pytest.mark.parametrize("case", GOLDEN["cases"], ids=lambda case: case["name"])
def test_golden_rules_on_the_phone(phone: Phone, server: FakeServer, case: dict[str, Any]) -> None:
    server.reference = {
        "cursor": "c-8",
        "licences": GOLDEN["licences"],
        "minerals": GOLDEN["minerals"],
        "settings": {"hours": GOLDEN["hours"]},
    }
    phone.reference.pull()
    kind = Kind(case["kind"])
    earlier = [filed(phone, kind, {**GOLDEN["base"][kind.value], **patch}) for patch in case["earlier"]]
    corrected = None if case["supersedes"] is None else earlier[case["supersedes"]].manifest.id
    report = filed(phone, kind, {**GOLDEN["base"][kind.value], **case["facts"]}, supersedes=corrected)
    assert said(report) == case["says"]


def filed(phone: Phone, kind: Kind, facts: dict[str, Any], supersedes: UUID | None = None) -> SealedReport:
    draft = phone.recording.start(kind, supersedes=supersedes)
    phone.recording.save(draft.id, facts=facts)
    return opened(phone, phone.sealing.seal(draft.id))


def reuse(report: SealedReport) -> list[str]:
    return said(report)["paper_reused load:l1/paper:invoice:1"]


def lorry(mark: str) -> dict[str, Any]:
    return dict(encode(make.transport_facts(vehicles=(make.vehicle(mark=mark),))))


def test_a_paper_shown_again_is_seen_without_a_network_and_after_a_restart(
    phone: Phone, new_phone: Callable[..., Phone]
) -> None:
    assert reuse(filed(phone, Kind.TRANSPORT, lorry("87C-000.01"))) == ["yes", "paper_seen_once"]
    phone.close()
    again = new_phone()
    second = filed(again, Kind.TRANSPORT, lorry("87C-000.02"))
    assert reuse(second) == ["no", "paper_used_again", "paper_exceeded"]
    third = filed(again, Kind.TRANSPORT, lorry("87C-000.03"))
    assert third.assessment is not None
    numbers = {result.rule: result.numbers for result in third.assessment.rule_results}["paper_reused"]
    assert numbers == {"other_loads_count": 2.0, "loads_m3": 36.0, "paper_m3": 12.0}


def test_a_corrected_report_counts_once(phone: Phone) -> None:
    first = filed(phone, Kind.TRANSPORT, lorry("87C-000.01"))
    correction = filed(phone, Kind.TRANSPORT, lorry("87C-000.11"), supersedes=first.manifest.id)
    assert reuse(correction) == ["yes", "paper_seen_once"]
    other = filed(phone, Kind.TRANSPORT, lorry("87C-000.02"))
    assert other.assessment is not None
    [numbers] = [result.numbers for result in other.assessment.rule_results if result.rule == "paper_reused"]
    assert numbers["other_loads_count"] == 1


def test_a_draft_and_a_report_that_could_not_be_sealed_leave_no_paper_behind(phone: Phone) -> None:
    draft = phone.recording.start(Kind.TRANSPORT)
    phone.recording.save(draft.id, facts=lorry("87C-000.01"))
    phone.sealing.preview(draft.id)
    bad = phone.recording.start(Kind.TRANSPORT)
    phone.recording.save(bad.id, facts={**lorry("87C-000.03"), "officers": []})
    with pytest.raises(Problem, match="report_invalid"):
        phone.sealing.seal(bad.id)
    assert reuse(filed(phone, Kind.TRANSPORT, lorry("87C-000.02"))) == ["yes", "paper_seen_once"]
