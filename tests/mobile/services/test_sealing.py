"""What is sealed is what was typed, signed by this phone, with the geofence's word."""

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
from shared.wire.v1.records import Facts, Kind, PositionRole, Purpose, RuleAnswer
from shared.wire.v1.seal import SealedReport, identity_hash, open_envelope, read_envelope
from tests.factories import reports as make
from tests.fakes.server import FakeServer

LICENCE = UUID("00000000-0000-4000-8000-000000000012")
LAT, LON = 20.6471, 106.0489  # where the factory's observer stands


def square(lat: float, lon: float, half: float = 0.002) -> dict[str, Any]:
    corners = [(lon - half, lat - half), (lon + half, lat - half), (lon + half, lat + half), (lon - half, lat + half)]
    return {"type": "Polygon", "coordinates": [[list(corner) for corner in [*corners, corners[0]]]]}


@pytest.fixture
def knows(phone: Phone, server: FakeServer) -> Callable[..., None]:
    """Give the phone one licence with this area."""

    def pull(area: object, number: str = "12/GP-UBND") -> None:
        server.reference = {
            "cursor": "c-7",
            "licences": [{"id": str(LICENCE), "number": number, "area": area}],
            "settings": {},
            "removed": [],
        }
        phone.reference.pull()

    return pull


def sealed(phone: Phone, facts: Facts, **parts: Any) -> SealedReport:
    draft = phone.recording.start(Kind.EXTRACTION)
    phone.recording.save(draft.id, facts=facts, **parts)
    return opened(phone, phone.sealing.seal(draft.id))


def opened(phone: Phone, report: QueuedReport) -> SealedReport:
    return open_envelope(
        read_envelope(encode(phone.outbox.envelope(report.id))),
        lambda key, message, der: (
            phone.keystore.verify(phone.keystore.public_key_pem, message, der) if key == phone.keystore.key_id else None
        ),
    )


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
    assert report.assessment == make.assessment("VC-01")


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
    [result] = report.assessment.rule_results
    assert (result.rule, result.answer, result.reasons) == ("geofence", answer, (reason, f"licence:{LICENCE}"))
    assert [seen.code for seen in report.assessment.observations] == ["KT-07"]
    assert report.manifest.reference_cursor == "c-7"


def test_a_licence_not_matched_is_found_by_its_number_and_one_not_known_is_said_to_be(
    phone: Phone, knows: Callable[..., None]
) -> None:
    knows(square(LAT, LON), number="12 / gp-ubnd")
    report = sealed(phone, shown(None))
    assert report.assessment is not None
    assert report.assessment.rule_results[0].answer is RuleAnswer.YES
    unknown = sealed(phone, shown(uuid4()))
    assert unknown.assessment is not None
    assert unknown.assessment.rule_results[0].reasons == ("licence_unknown", "licence:12/GP-UBND")


def test_the_geofence_does_not_guess_without_a_position(phone: Phone, knows: Callable[..., None]) -> None:
    knows(square(LAT, LON))
    missing = make.position(lat=None, lon=None, accuracy_m=None, fixed_at=None, missing_reason="no_receiver")
    report = sealed(phone, replace(shown(LICENCE), positions=(missing,)))
    assert report.assessment is not None
    assert report.assessment.rule_results[0].reasons[0] == "position_missing"


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
        assert report.assessment is not None
        answers.append(report.assessment.rule_results[0].reasons[0])
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
    report = sealed(phone, facts)
    assert report.assessment is not None
    assert report.assessment.rule_results[0].answer is RuleAnswer.YES


def test_preview_says_what_sealing_will_say(phone: Phone, knows: Callable[..., None]) -> None:
    knows(square(LAT, LON))
    draft = phone.recording.start(Kind.EXTRACTION)
    phone.recording.save(draft.id, facts=shown(LICENCE))
    before = phone.sealing.preview(draft.id)
    report = opened(phone, phone.sealing.seal(draft.id))
    assert report.assessment is not None
    assert report.assessment.rule_results == before
