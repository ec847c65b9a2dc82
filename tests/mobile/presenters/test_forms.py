"""Filling in a report: every letter kept, nothing guessed, only what this kind of check needs."""

import json
from collections.abc import Callable

import pytest

from mobile.bootstrap import Phone
from mobile.state.forms import FieldKind, Level
from shared.problems import Problem
from shared.wire.v1.records import (
    Kind,
    PositionRole,
    Presented,
    SubjectRole,
    VehicleKind,
)
from tests.mobile.presenters.forms import Begin, Desk, fill_transport, here

TYPED = {FieldKind.TEXT, FieldKind.LONG_TEXT, FieldKind.NUMBER, FieldKind.DATE, FieldKind.MOMENT}
GOOD = {
    FieldKind.TEXT: "Bến Đò Ngựa",
    FieldKind.LONG_TEXT: "  Tôi chở thuê.\n Không biết mỏ nào. ",
    FieldKind.NUMBER: "12,5",
    FieldKind.DATE: "05/03/2026",
    FieldKind.MOMENT: "05/03/2026 23:05",
}
BAD = {FieldKind.NUMBER: "12,5x", FieldKind.DATE: "31/02/2026", FieldKind.MOMENT: "05/03/2026"}


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
    desk.choose("vehicle/0", "vehicles/0/kind", VehicleKind.VESSEL.value)
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


def offered(desk: Desk, load: int = 0) -> tuple[str, ...]:
    desk.form.open(f"vehicle/{load}")
    return next(field.suggestions for key, field in desk.fields.items() if key.endswith("/mark"))


def test_a_vehicle_met_before_is_offered_while_its_plate_is_typed(begin: Begin) -> None:
    first = begin()
    fill_transport(first)
    met = first.facts().vehicles[0].mark
    assert met is not None
    first.seal()
    desk = begin()
    assert offered(desk) == (met,)
    desk.form.type("vehicles/0/mark", met[:3].lower())
    assert offered(desk) == (met,)
    desk.form.type("vehicles/0/mark", "99Z")
    assert offered(desk) == ()
    desk.form.type("vehicles/0/mark", met.replace("-", " ").lower())
    assert offered(desk) == ()  # it stands there
    desk.form.another()
    desk.form.type("vehicles/1/mark", "")
    assert offered(desk, 1) == ()  # the one before it in this convoy
    desk.form.open("vehicle/0")
    desk.form.type("vehicles/0/mark", "")
    desk.form.choose("vehicles/0/kind", "vessel")
    assert offered(desk) == ()


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
