"""What a report is filled in with: measures, photos, signatures, what the rules say, and sealing it as it was typed."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from fontTools.ttLib import TTFont

from mobile.bootstrap import Phone
from mobile.fonts import FOLDER
from mobile.state.forms import Level
from shared.problems import Problem
from shared.wire.v1.records import (
    BasisKind,
    Kind,
    SignatureResult,
    SubjectRole,
)
from tests.fakes.server import FakeServer
from tests.mobile.conftest import FakeClock
from tests.mobile.presenters.forms import Begin, fill_transport, here

Photo = Callable[..., Path]


# --- measuring


def test_a_truck_body_is_measured_with_its_formula_and_uncertainty(begin: Begin) -> None:
    desk = begin()
    desk.form.open("load/0")
    desk.form.press("open:measure/0")
    assert "#readings/0/result" not in desk.fields
    desk.type("measure/0", length="4,5", width="2,3", height="0,6")
    note = desk.fields["#readings/0/result"]
    assert note.level is Level.GOOD
    assert "6,21 m³ ± " in note.text
    desk.form.press("measured:0")
    (measured,) = desk.facts().loads[0].measurements
    assert measured.value == pytest.approx(6.21)
    assert measured.method == "truck_body"
    assert {one.name: one.value_m for one in measured.dimensions} == {"length": 4.5, "width": 2.3, "height": 0.6}
    assert desk.form.state.page.page == "load/0"


def test_every_sign_of_a_formula_can_be_drawn(begin: Begin) -> None:
    """The font has no L₀."""
    desk = begin()
    desk.choose("measure/0", "#readings/0/method", "trapezoid_body")
    lengths = {"bottom_length": "4", "bottom_width": "2", "top_length": "5", "top_width": "3", "height": "1"}
    desk.type("measure/0", **lengths)
    said = desk.fields["#readings/0/result"].text
    font = TTFont(FOLDER / "Roboto-Regular.ttf").getBestCmap()
    assert [sign for sign in said.replace("\n", "") if ord(sign) not in font] == []
    assert "L0 × W0" in said


def test_a_measure_that_cannot_be_says_why_and_gives_no_number(begin: Begin) -> None:
    desk = begin()
    desk.type("measure/0", length="4,5", width="2,3", height="0")
    assert desk.fields["#readings/0/result"].level is Level.WARN
    assert "measured:0" not in desk.fields


def test_a_quantity_typed_over_a_measured_one_has_no_method_any_more(begin: Begin) -> None:
    desk = begin()
    desk.type("measure/0", length="4,5", width="2,3", height="0,6")
    desk.form.press("measured:0")
    desk.type("load/0", volume="7")
    (measured,) = desk.facts().loads[0].measurements
    assert (measured.value, measured.method, measured.dimensions) == (7.0, None, ())


# --- photos, statements, signatures


def test_photos_are_attached_counted_and_taken_out_after_a_question(begin: Begin, photo: Photo) -> None:
    desk = begin()
    desk.photograph("plate", photo(1))
    desk.photograph("plate", photo(2))
    assert desk.fields["photo:plate"].label == "Biển số, số đăng ký (2)"
    (first, _) = desk.fields["files"].pictures
    desk.form.take_out(first.id, lambda: None)
    assert len(desk.phone.recording.get(desk.id).files) == 2
    desk.shell.answer()
    assert len(desk.phone.recording.get(desk.id).files) == 1
    assert len(desk.fields["files"].pictures) == 1


def test_a_photo_that_cannot_be_read_is_told_and_the_report_goes_on(begin: Begin, tmp_path: Path) -> None:
    desk = begin()
    empty = tmp_path / "rong.jpg"
    empty.touch()
    desk.photograph("plate", empty)
    assert [problem.code for problem in desk.shell.told] == ["photo_unreadable"]
    assert desk.phone.recording.get(desk.id).files == ()


def test_a_full_phone_takes_no_photo_and_says_so(
    begin: Begin, photo: Photo, phone: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = begin()

    def full(*_: object, **__: object) -> None:
        raise Problem("phone_full")

    monkeypatch.setattr(phone.files, "add", full)
    desk.photograph("plate", photo(1))
    assert [problem.code for problem in desk.shell.told] == ["phone_full"]


def test_a_signature_is_a_picture_among_the_evidence(begin: Begin) -> None:
    desk = begin()
    fill_transport(desk)
    desk.sign("driver")
    (signature,) = desk.facts().signatures
    assert (signature.who, signature.result) == ("Lê Văn Lái (minh họa)", SignatureResult.SIGNED)
    (file,) = desk.phone.recording.get(desk.id).files
    assert (signature.evidence, file.media_type) == (file.id, "image/png")
    desk.form.open("statement")
    desk.form.press("unsign:driver")
    assert desk.facts().signatures == ()


def test_who_refuses_is_written_down_with_the_reason(begin: Begin) -> None:
    desk = begin()
    fill_transport(desk)
    desk.sign("driver", refuses="Nói chờ chủ xe")
    (signature,) = desk.facts().signatures
    assert (signature.result, signature.reason, signature.evidence) == (SignatureResult.REFUSED, "Nói chờ chủ xe", None)
    desk.seal()


def test_a_slip_of_the_finger_is_no_signature(begin: Begin) -> None:
    desk = begin()
    desk.form.open("statement")
    desk.form.press("sign:driver")
    sign = desk.screens.presenter(desk.shell.opened[-1], desk.shell)
    sign.drawn((((0.1, 0.1), (0.1, 0.2)),))
    assert not sign.state.can_end
    sign.done()
    assert desk.facts().signatures == ()


def test_a_witness_is_a_subject_as_long_as_there_is_a_name(begin: Begin) -> None:
    desk = begin()
    desk.type("statement", witness="Đỗ Thị Chứng (minh họa)")
    assert [subject.role for subject in desk.facts().subjects][-1] is SubjectRole.WITNESS
    assert "sign:witness" in desk.fields
    desk.form.type("witness", "")
    assert SubjectRole.WITNESS not in [subject.role for subject in desk.facts().subjects]


def test_numbers_of_papers_of_people_lie_apart_and_locked(begin: Begin) -> None:
    desk = begin()
    fill_transport(desk)
    desk.type("vehicle/0", display_name="Lê Văn Lái (minh họa)", document_number="033099000000", birth_date="1/2/1990")
    report = desk.seal()
    parts = desk.phone.outbox.envelope(report.id).parts
    assert b"033099000000" not in parts.facts
    (identity,) = [json.loads(part) for part in parts.identities]
    assert (identity["document_number"], identity["birth_date"]) == ("033099000000", "1990-02-01")


# --- what the rules say


def test_paper_that_another_truck_showed_is_said_while_typing(begin: Begin, clock: FakeClock) -> None:
    first = begin()
    fill_transport(first)
    first.seal()
    clock.move(1800)
    second = begin()
    fill_transport(second, mark="87C-999.99")
    said = " ".join(second.said())
    assert "cùng giấy tờ với 87C12345 lúc 20/11/2026 08:45" in said


def test_outside_hours_is_said_where_it_was_dug(begin: Begin) -> None:
    desk = begin(Kind.EXTRACTION)
    desk.form.position_taken(here(desk.phone))
    desk.choose("activity", "activity", "pumping")
    desk.form.open("licence")
    desk.form.press("show-licence")
    desk.type("licence", number="12/GP-UBND")
    desk.type("scene", discovered_at="20/11/2026 05:10")
    assert any("Giờ" in text for text in desk.said())


def test_the_verdict_never_comes_before_what_is_needed_is_there(begin: Begin) -> None:
    assert begin().said() == []


# --- sealing


def test_what_is_missing_stands_in_one_place_and_keeps_it_from_being_sealed(begin: Begin) -> None:
    desk = begin()
    assert desk.missing() == [
        "Chưa có vị trí: hãy lấy vị trí, hoặc đi tiếp không có vị trí",
        "Phương tiện: thiếu Biển số hoặc số đăng ký",
        "Hàng chở: thiếu Loại khoáng sản",
    ]
    review = desk.review()
    assert not review.state.can_seal
    review.seal()
    assert desk.phone.outbox.reports(limit=1) == ()


def test_a_report_says_what_was_typed(begin: Begin, photo: Photo, server: FakeServer) -> None:
    desk = begin()
    fill_transport(desk)
    desk.photograph("plate", photo(1))
    desk.type("statement", statement="Tôi chở thuê.")
    desk.sign("driver")
    review = desk.review()
    assert ("Biển số hoặc số đăng ký", "87C-123.45") in [line for part in review.state.parts for line in part.lines]
    review.seal()
    desk.phone.sending.send_round(desk.phone.clock.now())
    sealed = server.reports[str(desk.id)].facts
    assert sealed.vehicles[0].mark == "87C-123.45"
    assert sealed.loads[0].measurements[0].value == 12.5
    assert sealed.inspection.basis.kind is BasisKind.PATROL
    assert len(server.confirmed_files()) == 2


def test_two_taps_on_seal_make_one_report(begin: Begin) -> None:
    desk = begin()
    fill_transport(desk)
    review = desk.review()
    desk.shell.jobs.held = []
    review.seal()
    review.seal()
    desk.shell.jobs.go()
    assert len(desk.phone.outbox.reports(limit=9)) == 1


def test_nobody_enrolled_is_told_on_the_review_page(begin: Begin) -> None:
    desk = begin()
    fill_transport(desk)
    desk.phone.enrolment.sign_out()
    review = desk.review()
    review.seal()
    assert review.state.problem
    assert len(desk.phone.recording.drafts()) == 1


def test_another_language_changes_words_not_what_was_typed(begin: Begin) -> None:
    desk = begin()
    desk.type("load/0", volume="12,5x", origin="Bãi Giữa")
    desk.words.language = "en"
    desk.form.renewed()
    fields = desk.fields
    assert fields["loads/0/measurements/volume"].label == "Volume, loose"
    assert fields["loads/0/measurements/volume"].text == "12,5x"
    assert fields["loads/0/origin"].text == "Bãi Giữa"


def test_a_correction_shows_the_supervisors_note_and_names_the_first_report(
    begin: Begin, phone: Phone, server: FakeServer
) -> None:
    desk = begin()
    fill_transport(desk)
    first = desk.seal()
    phone.sending.send_round(phone.clock.now())
    server.review(first.id, "returned", "Sai biển số")
    phone.reviews.pull()
    again = begin(draft=phone.correcting.begin(first.id))
    assert again.said()[0] == "Sai biển số"
    again.type("vehicle/0", mark="87C-543.21")
    report = again.seal()
    phone.sending.send_round(phone.clock.now())
    assert server.reports[str(report.id)].manifest.supersedes == first.id
    assert server.reports[str(report.id)].facts.vehicles[0].mark == "87C-543.21"


def test_a_stockyard_and_a_mine_can_be_sealed(begin: Begin, server: FakeServer) -> None:
    yard = begin(Kind.STOCKYARD)
    yard.form.position_taken(here(yard.phone))
    yard.choose("load/0", "loads/0/mineral", "Cát san lấp")
    yard.type("measure/0", circumference="30", height="3")
    yard.form.press("measured:0")
    yard.seal()
    mine = begin(Kind.EXTRACTION)
    mine.form.position_taken(here(mine.phone))
    mine.type("quantities", area="120", depth="1,5")
    mine.seal()
    mine.phone.sending.send_round(mine.phone.clock.now())
    assert {sealed.manifest.kind for sealed in server.reports.values()} == {Kind.STOCKYARD, Kind.EXTRACTION}
