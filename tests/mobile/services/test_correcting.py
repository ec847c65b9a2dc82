"""Reports that came back, and the drafts that correct them."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from uuid import UUID

import pytest

from mobile.bootstrap import Phone
from mobile.ports import LocalFile, QueuedReport, ServerProblem, Verdict
from shared.problems import Problem
from shared.wire.v1.codec import decode
from shared.wire.v1.messages import EvidenceEntry
from shared.wire.v1.records import Facts, Kind, Purpose, Signature, SignatureResult
from tests.factories import reports as make
from tests.fakes.server import FakeServer, officer

Filed = Callable[..., QueuedReport]


@pytest.fixture
def returned(phone: Phone, server: FakeServer, filed: Filed) -> QueuedReport:
    report = filed(photos=2)
    phone.sending.send_round(phone.clock.now())
    server.review(report.id, "returned", "Thiếu ảnh biển số của bà Bình (minh họa)")
    phone.reviews.pull()
    return report


# --- which came back


def test_what_came_back_is_known_with_its_note_and_asked_for_once(
    phone: Phone, server: FakeServer, returned: QueuedReport
) -> None:
    (back,) = phone.reviews.to_correct()
    assert (back.report, back.verdict) == (returned.id, Verdict.RETURNED)
    assert back.note.startswith("Thiếu ảnh")
    server.log.clear()
    assert phone.reviews.pull() == 0
    assert server.log == [("GET", "reports/"), ("GET", "reports/")]


def test_note_lies_locked(phone: Phone, returned: QueuedReport, tmp_path: Path) -> None:
    phone.close()
    for path in (tmp_path / "phone").glob("phone.sqlite3*"):
        assert "biển số".encode() not in path.read_bytes()


def test_a_rejected_report_is_told_and_not_to_be_corrected(phone: Phone, server: FakeServer, filed: Filed) -> None:
    report = filed()
    phone.sending.send_round(phone.clock.now())
    server.review(report.id, "rejected", "Lập nhầm")
    assert phone.reviews.pull() == 1
    said = phone.reviews.of(report.id)
    assert said is not None
    assert said.verdict is Verdict.REJECTED
    assert phone.reviews.to_correct() == ()


def test_all_pages_of_the_list_are_read(phone: Phone, server: FakeServer, filed: Filed) -> None:
    reports = [filed() for _ in range(5)]
    phone.sending.send_round(phone.clock.now())
    server.page = 2
    for report in reports:
        server.review(report.id, "returned", "Sửa")
    assert phone.reviews.pull() == 5


def test_reports_of_another_phone_are_not_ours_to_keep(phone: Phone, server: FakeServer, filed: Filed) -> None:
    stranger = make.SealingPhone().seal()
    server.reports[str(stranger.manifest.id)] = stranger
    server.arrivals.append(str(stranger.manifest.id))
    server.review(stranger.manifest.id, "returned", "Của máy khác")
    assert phone.reviews.pull() == 0


def test_what_was_corrected_from_elsewhere_waits_no_longer(
    phone: Phone, server: FakeServer, returned: QueuedReport
) -> None:
    server.review(returned.id, "accepted", "")
    phone.reviews.pull()
    assert phone.reviews.to_correct() == ()


def test_officers_of_one_phone_hear_each_of_their_own(phone: Phone, server: FakeServer, returned: QueuedReport) -> None:
    """The list of the second has none of the first one's reports; that is no word about them."""
    first = phone.enrolment.current()
    assert first is not None
    phone.enrolment.enrol(server.code_for(officer("Vũ Thị Hai (minh họa)")))
    server.listed = lambda verdict, start: {"next": None, "results": []}  # type: ignore[method-assign]
    phone.reviews.pull()
    assert phone.reviews.to_correct() == ()
    phone.enrolment.change_to(first.officer.id)
    assert [one.report for one in phone.reviews.to_correct()] == [returned.id]


@pytest.mark.parametrize("answer", ["portal", "html"])
def test_an_answer_that_makes_no_sense_changes_nothing(
    phone: Phone, server: FakeServer, returned: QueuedReport, answer: str
) -> None:
    server.fail(answer, path="reports/$")
    with pytest.raises(Problem):
        phone.reviews.pull()
    assert len(phone.reviews.to_correct()) == 1


def test_a_list_that_refers_to_itself_ends(phone: Phone, server: FakeServer, filed: Filed) -> None:
    filed()
    phone.sending.send_round(phone.clock.now())
    server.listed = lambda verdict, start: {  # type: ignore[method-assign]
        "next": f"{server.url}/api/v1/reports/?cursor=7",
        "results": [],
    }
    assert phone.reviews.pull() == 0


@pytest.mark.parametrize("said", [None, {}, {"verdict": "returned", "note": "x", "at": "gestern"}, {"verdict": "?"}])
def test_a_review_that_cannot_be_read_is_not_kept(
    phone: Phone, server: FakeServer, filed: Filed, said: dict[str, str] | None
) -> None:
    report = filed()
    phone.sending.send_round(phone.clock.now())
    server.listed = lambda verdict, start: {"next": None, "results": [{"id": str(report.id)}]}  # type: ignore[method-assign]
    server.reviews[str(report.id)] = said  # type: ignore[assignment]
    with pytest.raises(Problem) as caught:
        phone.reviews.pull()
    assert caught.value.code == "answer_invalid"
    assert phone.reviews.of(report.id) is None


def test_without_an_officer_nobody_is_asked(new_phone: Callable[..., Phone], server: FakeServer) -> None:
    with pytest.raises(Problem) as caught:
        new_phone().reviews.pull()
    assert (caught.value.code, server.log) == ("not_enrolled", [])


def test_a_revoked_token_reads_nothing(phone: Phone, server: FakeServer) -> None:
    server.dead_tokens |= server.tokens
    with pytest.raises(ServerProblem) as caught:
        phone.reviews.pull()
    assert caught.value.code == "token_invalid"


# --- correcting


def test_correction_begins_with_what_the_first_report_said(phone: Phone, returned: QueuedReport) -> None:
    draft = phone.recording.get(phone.correcting.begin(returned.id))
    sealed = make.transport_facts()
    assert (draft.supersedes, draft.kind) == (returned.id, Kind.TRANSPORT)
    assert draft.facts["place"] == sealed.place
    first = json.loads(phone.outbox.envelope(returned.id).parts.facts)
    assert draft.facts["inspection"] == first["inspection"]
    assert draft.typed["note"].startswith("Thiếu ảnh")
    assert [(file.sha256, file.purpose) for file in draft.files] == [
        (file.sha256, file.entry.purpose) for file in returned.files
    ]
    assert {file.id for file in draft.files}.isdisjoint(file.id for file in returned.files)


def test_correcting_twice_is_one_draft(phone: Phone, returned: QueuedReport) -> None:
    assert phone.correcting.begin(returned.id) == phone.correcting.begin(returned.id)
    assert len(phone.recording.drafts()) == 1


def test_killed_while_it_is_made_it_is_made_anew(
    phone: Phone, returned: QueuedReport, monkeypatch: pytest.MonkeyPatch
) -> None:
    carry, discard = phone.recording.carry, phone.recording.discard
    carried: list[object] = []

    def killed(draft: UUID, file: LocalFile) -> EvidenceEntry:
        if carried:
            raise KeyboardInterrupt
        carried.append(file)
        return carry(draft, file)

    monkeypatch.setattr("mobile.services.recording.Recording.carry", lambda self, draft, file: killed(draft, file))
    monkeypatch.setattr("mobile.services.recording.Recording.discard", lambda self, draft: None)
    with pytest.raises(KeyboardInterrupt):
        phone.correcting.begin(returned.id)
    (half,) = phone.recording.drafts()
    decode(Facts, half.facts, path="facts")  # whole by itself

    monkeypatch.setattr("mobile.services.recording.Recording.carry", lambda self, draft, file: carry(draft, file))
    monkeypatch.setattr("mobile.services.recording.Recording.discard", lambda self, draft: discard(draft))
    again = phone.correcting.begin(returned.id)
    (draft,) = phone.recording.drafts()
    assert draft.id == again != half.id
    assert len(draft.files) == len(returned.files)


def test_a_sealed_correction_takes_the_first_off_the_list(phone: Phone, returned: QueuedReport) -> None:
    draft = phone.correcting.begin(returned.id)
    assert len(phone.reviews.to_correct()) == 1
    phone.sealing.seal(draft)
    assert phone.reviews.to_correct() == ()


def test_nobody_has_signed_the_new_words(phone: Phone, photo: Callable[..., Path]) -> None:
    draft = phone.recording.start(Kind.TRANSPORT)
    drawn = phone.recording.attach(draft.id, photo("chữ ký"), purpose=Purpose.SIGNATURE)
    paper = phone.recording.attach(draft.id, photo("giấy"), purpose=Purpose.DOCUMENT)
    signed = Signature("An (minh họa)", "driver", None, SignatureResult.SIGNED, None, drawn.id)
    shown = make.load(documents=(make.document(evidence=(paper.id, drawn.id)),))
    phone.recording.save(draft.id, facts=make.transport_facts(loads=(shown,), signatures=(signed,)))
    first = phone.sealing.seal(draft.id)

    corrected = phone.recording.get(phone.correcting.begin(first.id))
    assert corrected.facts["signatures"] == []
    (carried,) = corrected.files
    assert carried.purpose is Purpose.DOCUMENT
    assert corrected.facts["loads"][0]["documents"][0]["evidence"] == [str(carried.id)]


def test_identities_come_along(phone: Phone) -> None:
    part = make.identity_part()
    draft = phone.recording.start(Kind.TRANSPORT)
    facts = make.transport_facts()
    facts = replace(facts, subjects=(replace(facts.subjects[0], identity="#0"), *facts.subjects[1:]))
    phone.recording.save(draft.id, facts=facts, identities=[part])
    first = phone.sealing.seal(draft.id)
    corrected = phone.recording.get(phone.correcting.begin(first.id))
    assert corrected.facts["subjects"][0]["identity"] == "#0"
    assert corrected.identities[0]["document_number"] == part.document_number


def test_a_photo_that_is_no_longer_whole_stops_it_with_nothing_left_over(phone: Phone, returned: QueuedReport) -> None:
    path = next(path for path in phone.files._folder.iterdir() if path.name == returned.files[1].name)
    path.write_bytes(path.read_bytes()[:-40])
    with pytest.raises(Problem) as caught:
        phone.correcting.begin(returned.id)
    assert caught.value.code == "photo_unreadable"
    assert phone.recording.drafts() == ()
