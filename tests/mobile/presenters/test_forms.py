"""Filling in a report: every letter kept, nothing guessed, what is missing and what the rules say, sealed as typed."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from fontTools.ttLib import TTFont

from mobile.bootstrap import Phone
from mobile.fonts import FOLDER
from mobile.state.forms import FieldKind, Level
from shared.problems import Problem
from shared.wire.v1.records import (
    BasisKind,
    Kind,
    PositionRole,
    Presented,
    SignatureResult,
    SubjectRole,
    VehicleKind,
)
from tests.fakes.server import FakeServer
from tests.mobile.conftest import FakeClock
from tests.mobile.presenters.forms import Begin, Desk, fill_transport, here, register

Photo = Callable[..., Path]
TYPED = {FieldKind.TEXT, FieldKind.LONG_TEXT, FieldKind.NUMBER, FieldKind.DATE, FieldKind.MOMENT}
GOOD = {
    FieldKind.TEXT: "Bến Đò Ngựa",
    FieldKind.LONG_TEXT: "  Tôi chở thuê.\n Không biết mỏ nào. ",
    FieldKind.NUMBER: "12,5",
    FieldKind.DATE: "05/03/2026",
    FieldKind.MOMENT: "05/03/2026 23:05",
}
BAD = {FieldKind.NUMBER: "12,5x", FieldKind.DATE: "31/02/2026", FieldKind.MOMENT: "05/03/2026"}


@pytest.fixture
def begin(phone: Phone, server: FakeServer, tmp_path: Path) -> Begin:
    register(phone, server)

    def start(kind: Kind = Kind.TRANSPORT, **how: object) -> Desk:
        return Desk(how.pop("phone", phone), tmp_path, kind, **how)  # type: ignore[arg-type]

    return start


def every_field(desk: Desk, pages: tuple[str, ...] = ()) -> list[tuple[str, str, FieldKind]]:
    """(page, key, kind) of everything that can be typed."""
    found = []
    for page in pages or tuple(step.page for step in desk.form.state.steps):
        desk.form.open(page)
        found += [(page, field.key, field.kind) for field in desk.fields.values() if field.kind in TYPED]
        desk.form.open("")
    return found


# --- typing


@pytest.mark.parametrize("kind", list(Kind))
def test_what_is_typed_into_any_field_is_kept_and_can_be_taken_back(begin: Begin, kind: Kind) -> None:
    desk = begin(kind)
    fields = every_field(desk)
    assert len(fields) > 10
    for page, key, sort in fields:
        desk.form.open(page)
        before = desk.phone.recording.get(desk.id).facts, desk.phone.recording.get(desk.id).identities
        desk.form.type(key, GOOD[sort])
        assert desk.fields[key].text == GOOD[sort], key
        assert desk.fields[key].error == ""
        kept = desk.phone.recording.get(desk.id)
        assert (kept.facts, kept.identities) != before, key
        desk.form.open("")
        desk.form.open(page)
        shown = desk.fields[key].text
        assert shown.split() == GOOD[sort].split(), key  # written the same way by the app itself
        desk.form.type(key, "")
        assert desk.fields[key].text == "", key


@pytest.mark.parametrize("kind", list(Kind))
def test_what_is_no_value_stays_as_typed_with_its_reason(begin: Begin, kind: Kind) -> None:
    desk = begin(kind)
    for page, key, sort in every_field(desk):
        if sort not in BAD:
            continue
        desk.form.open(page)
        desk.form.type(key, BAD[sort])
        assert (desk.fields[key].text, bool(desk.fields[key].error)) == (BAD[sort], True), key
        desk.form.open("")
        assert any(BAD[sort] in notice.text and notice.level is Level.BAD for notice in desk.form.state.missing), key
        assert not desk.form.state.can_seal
        desk.form.open(page)
        assert desk.fields[key].text == BAD[sort], key
        desk.form.type(key, GOOD[sort])
        assert desk.fields[key].error == "", key
        desk.form.type(key, "")


def test_a_number_that_can_be_two_is_not_guessed(begin: Begin) -> None:
    desk = begin()
    desk.type("load/0", volume="1.500")
    assert "1500" in desk.fields["loads/0/measurements/volume"].error
    assert desk.phone.recording.get(desk.id).facts["loads"][0]["measurements"] == []


def test_text_is_kept_as_nfc_and_what_was_said_word_for_word(begin: Begin) -> None:
    desk = begin()
    desk.type("statement", statement="  Tôi không biết.\n  Hỏi ông chủ. ")
    assert desk.facts().statement == "  Tôi không biết.\n  Hỏi ông chủ. "


def test_every_letter_is_on_the_phone_before_the_next(begin: Begin, new_phone: Callable[..., Phone]) -> None:
    """As when Android kills the app: nothing is closed, another process opens the same folder."""
    desk = begin()
    for count in range(1, 9):
        desk.type("vehicle/0", mark="87C-1234"[:count])
        again = begin(phone=new_phone(), draft=desk.id)
        assert again.form.state == desk.form.state


@pytest.mark.parametrize("page", ["scene", "vehicle/0", "load/0", "papers/0", "photos", "statement", "measure/0", ""])
def test_after_a_kill_the_form_is_where_it_was(begin: Begin, new_phone: Callable[..., Phone], page: str) -> None:
    desk = begin()
    fill_transport(desk)
    desk.type("load/0", volume="12,5x", origin="Bãi Giữa")
    desk.form.open(page)
    again = begin(phone=new_phone(), draft=desk.id)
    again.form.renewed()
    desk.form.renewed()
    assert again.form.state == desk.form.state


def test_what_is_left_half_typed_is_still_there_and_still_wrong_after_a_kill(
    begin: Begin, new_phone: Callable[..., Phone]
) -> None:
    desk = begin()
    desk.type("scene", discovered_at="20/11")
    again = begin(phone=new_phone(), draft=desk.id)
    again.form.open("scene")
    assert again.fields["discovered_at"].text == "20/11"
    assert again.fields["discovered_at"].error


def test_the_disk_hears_of_it_when_the_typing_rests(
    begin: Begin, phone: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = begin()
    synced: list[bool] = []
    save = phone.drafts.save
    monkeypatch.setattr(phone.drafts, "save", lambda draft, *, synced=True: (save(draft, synced=synced), _note(synced)))

    def _note(value: bool) -> None:
        synced.append(value)

    desk.type("vehicle/0", mark="87C")
    assert True not in synced
    desk.shell.jobs.pass_time(5.0)
    assert synced[-1] is True
    desk.shell.jobs.pass_time(60.0)
    assert synced.count(True) == 1


@pytest.mark.parametrize("leave", ["paused", "closed"])
def test_leaving_the_app_or_the_form_puts_it_on_the_disk(
    begin: Begin, phone: Phone, monkeypatch: pytest.MonkeyPatch, leave: str
) -> None:
    desk = begin()
    desk.type("vehicle/0", mark="87C")
    seen: list[bool] = []
    save = phone.drafts.save
    monkeypatch.setattr(
        phone.drafts, "save", lambda draft, *, synced=True: (seen.append(synced), save(draft, synced=synced))
    )
    getattr(desk.form, leave)()
    assert seen == [True]


def test_a_full_phone_is_told_and_the_words_stay(begin: Begin, phone: Phone, monkeypatch: pytest.MonkeyPatch) -> None:
    desk = begin()
    save = phone.drafts.save

    def full(*_: object, **__: object) -> None:
        raise Problem("phone_full")

    desk.form.open("vehicle/0")
    monkeypatch.setattr(phone.drafts, "save", full)
    desk.form.type("vehicles/0/mark", "87C-1")
    assert desk.form.state.problem
    assert desk.fields["vehicles/0/mark"].text == "87C-1"
    monkeypatch.setattr(phone.drafts, "save", save)
    desk.form.type("vehicles/0/mark", "87C-12")
    assert desk.form.state.problem == ""
    assert phone.recording.get(desk.id).facts["vehicles"][0]["mark"] == "87C-12"


# --- choosing


def test_a_choice_may_be_taken_back_where_none_is_an_answer(begin: Begin) -> None:
    desk = begin(Kind.EXTRACTION)
    desk.choose("activity", "activity", "pumping")
    assert desk.phone.recording.get(desk.id).facts["activity"] == "pumping"
    desk.form.choose("activity", "pumping")
    assert desk.phone.recording.get(desk.id).facts["activity"] is None


def test_a_choice_that_has_to_be_stays(begin: Begin) -> None:
    desk = begin()
    desk.choose("vehicle/0", "vehicles/0/kind", "road")
    assert desk.facts().vehicles[0].kind is VehicleKind.ROAD


def test_only_what_this_kind_of_check_needs_is_asked(begin: Begin) -> None:
    desk = begin()
    assert "inspection/basis/number" not in {key for _, key, _ in every_field(desk)}
    desk.choose("scene", "inspection/basis/kind", "plan")
    assert "inspection/basis/number" in desk.fields
    assert "water/level" not in desk.fields
    desk.choose("vehicle/0", "vehicles/0/kind", "vessel")
    desk.form.open("scene")
    assert "water/level" in desk.fields
    assert desk.facts().subjects[0].role is SubjectRole.CAPTAIN


def test_a_paper_that_was_not_shown_has_no_number(begin: Begin) -> None:
    desk = begin()
    fill_transport(desk)
    assert desk.facts().loads[0].documents[0].number == "0000123"
    desk.choose("papers/0", "loads/0/documents/0/presented", "not_shown")
    assert desk.facts().loads[0].documents[0].number is None


def test_a_promised_paper_needs_its_day(begin: Begin) -> None:
    desk = begin()
    fill_transport(desk)
    desk.choose("papers/0", "loads/0/documents/1/presented", "promised")
    assert desk.missing() == ["Giấy tờ: thiếu Hẹn nộp trước ngày"]
    desk.type("paper/loads.0.documents/1", promised_by="25/11/2026")
    assert desk.missing() == []
    assert desk.facts().loads[0].documents[1].presented is Presented.PROMISED


# --- lists


def test_a_convoy_is_several_loads_of_one_inspection(begin: Begin) -> None:
    desk = begin()
    fill_transport(desk)
    desk.type("load/0", destination="Công trường Phố Nối")
    desk.form.another()
    assert desk.form.state.page.page == "vehicle/1"
    desk.type("vehicle/1", mark="87C-678.90")
    desk.choose("papers/1", "loads/1/documents/0/presented", "not_shown")
    desk.type("load/1", mass="20")
    facts = desk.facts()
    assert [vehicle.mark for vehicle in facts.vehicles] == ["87C-123.45", "87C-678.90"]
    assert [load.mineral for load in facts.loads] == ["Cát san lấp", "Cát san lấp"]
    assert facts.loads[1].destination == "Công trường Phố Nối"
    assert [step.page for step in _overview(desk)].count("load/1") == 1
    desk.form.remove("loads/0")
    facts = desk.facts()
    assert [vehicle.mark for vehicle in facts.vehicles] == ["87C-678.90"]
    assert {subject.id for subject in facts.subjects} == set(facts.loads[0].subjects)


def _overview(desk: Desk) -> tuple[object, ...]:
    desk.form.open("")
    return desk.form.state.steps


def test_the_team_is_remembered_for_the_next_report(begin: Begin) -> None:
    desk = begin()
    desk.form.open("scene")
    desk.form.add("officers")
    assert desk.form.state.page.page == "member/1"
    desk.type("member/1", name="Vũ Thị Hai (minh họa)", post="kiểm tra viên")
    fill_transport(desk)
    desk.seal()
    again = begin()
    assert [member.name for member in again.facts().officers][1:] == ["Vũ Thị Hai (minh họa)"]


def test_a_member_without_a_name_is_missing(begin: Begin) -> None:
    desk = begin()
    fill_transport(desk)
    desk.form.open("scene")
    desk.form.add("officers")
    assert desk.missing() == ["Thành viên đoàn: thiếu Họ tên"]
    desk.form.remove("officers/1")
    assert desk.missing() == []


@pytest.mark.parametrize(
    ("kind", "page", "key", "fill"),
    [
        (Kind.EXTRACTION, "activity", "machines", {"kind": "Máy xúc", "mark": "M1"}),
        (Kind.EXTRACTION, "activity", "vehicles", {"mark": "87C-1"}),
        (Kind.TRANSPORT, "statement", "scene_actions", {"item": "Xe ô tô", "place_kept": "Bãi xe"}),
    ],
)
def test_things_are_added_filled_in_and_taken_away(
    begin: Begin, kind: Kind, page: str, key: str, fill: dict[str, str]
) -> None:
    desk = begin(kind)
    before = len(desk.phone.recording.get(desk.id).facts[key])
    desk.form.open(page)
    desk.form.add(key)
    desk.type(desk.form.state.page.page, **fill)
    assert desk.form.went_back()
    assert desk.form.state.page.page == page
    assert len(desk.phone.recording.get(desk.id).facts[key]) == before + 1
    desk.facts()
    desk.form.remove(f"{key}/{before}")
    assert len(desk.phone.recording.get(desk.id).facts[key]) == before


def test_another_paper_can_be_added_and_is_some_other_paper(begin: Begin) -> None:
    desk = begin()
    desk.form.open("papers/0")
    desk.form.press("add-paper:loads/0/documents")
    added = len(desk.facts().loads[0].documents) - 1
    desk.choose("papers/0", f"loads/0/documents/{added}/presented", "shown")
    desk.form.open(f"paper/loads.0.documents/{added}")
    desk.form.choose(f"loads/0/documents/{added}/kind", "contract")
    assert desk.facts().loads[0].documents[added].kind.value == "contract"


# --- who does not stop


def test_a_vessel_that_flees_has_no_subject_and_no_papers_but_a_bearing(begin: Begin) -> None:
    desk = begin()
    desk.form.position_taken(here(desk.phone))
    desk.choose("vehicle/0", "vehicles/0/kind", "vessel")
    desk.form.switch("vehicles/0/nameless", True)
    desk.form.press("fled")
    desk.type("vehicle/0", description="Tàu sắt, mui đỏ", bearing_deg="135", distance_m="400", uncertainty_m="50")
    desk.choose("load/0", "loads/0/mineral", "Cát san lấp")
    assert desk.missing() == []
    assert "papers/0" not in [step.page for step in _overview(desk)]  # type: ignore[attr-defined]
    report = desk.seal()
    sealed = json.loads(desk.phone.outbox.envelope(report.id).parts.facts)
    assert (sealed["subjects"], sealed["loads"][0]["documents"], sealed["statement"]) == ([], [], None)
    target = next(one for one in sealed["positions"] if one["role"] == PositionRole.TARGET.value)
    assert (target["bearing_deg"], target["distance_m"], target["uncertainty_m"]) == (135, 400, 50)


def test_who_was_met_after_all_is_asked_again(begin: Begin) -> None:
    desk = begin()
    desk.form.open("vehicle/0")
    desk.form.press("fled")
    desk.form.press("met")
    facts = desk.facts()
    assert len(facts.subjects) == 1
    assert len(facts.loads[0].documents) > 3
    assert [position.role for position in facts.positions] == []


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
    desk.form.picture(first.id)
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
