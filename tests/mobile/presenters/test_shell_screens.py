"""Home, sending, one report, enrolling, settings: what an officer reads and what a tap does, without a window."""

from collections.abc import Callable
from dataclasses import replace
from uuid import UUID, uuid4

import pytest

from mobile.bootstrap import Phone
from mobile.ports import NetworkKind, QueuedReport, Reviewed, Session, Verdict
from mobile.presenters.courier import Courier
from mobile.presenters.enrol import EnrolPresenter
from mobile.presenters.home import HomePresenter
from mobile.presenters.report import ReportPresenter
from mobile.presenters.routes import Route, Screen
from mobile.presenters.settings import Chosen, SettingsPresenter, read_choices
from mobile.presenters.sync import SyncPresenter
from mobile.services.traffic import Policy
from mobile.state.forms import Level, Row
from mobile.state.sync import NEWER, OLDER
from shared.i18n import Words
from shared.problems import CATALOGUE
from shared.wire.v1.records import Kind
from tests.fakes.server import FakeServer, officer
from tests.fakes.shell import FakeShell
from tests.mobile.conftest import MORNING, FakeClock, FakeNetwork

Filed = Callable[..., QueuedReport]


@pytest.fixture
def shell() -> FakeShell:
    return FakeShell()


@pytest.fixture
def words() -> Words:
    return Words("vi")


@pytest.fixture
def courier(phone: Phone, shell: FakeShell) -> Courier:
    made = Courier(lambda: phone.sending, (phone.reference.pull,), phone.clock)
    made.attach(shell.jobs)
    return made


def home(phone: Phone, courier: Courier, words: Words, shell: FakeShell, **how: object) -> HomePresenter:
    given = {
        "returned": tuple,
        "begin": lambda kind: phone.recording.start(kind).id,
        **how,
    }
    return HomePresenter(
        phone.recording,
        phone.outbox,
        phone.reference,
        phone.enrolment,
        courier,
        phone.clock,
        words,
        shell,
        **given,  # type: ignore[arg-type]
    )


def sync(phone: Phone, courier: Courier, words: Words, shell: FakeShell) -> SyncPresenter:
    return SyncPresenter(phone.outbox, courier, phone.traffic, phone.backups.taken_at, phone.clock, words, shell)


# --- home


def test_home_shows_drafts_waiting_reports_and_what_came_from_the_office(
    phone: Phone, courier: Courier, words: Words, shell: FakeShell, filed: Filed, server: FakeServer
) -> None:
    draft, sealed = phone.recording.start(Kind.EXTRACTION), filed(photos=1)
    back = Row(page="t1", title="Vận chuyển khoáng sản số 1")
    shown = home(phone, courier, words, shell, returned=lambda: (back,)).state

    assert [group.key for group in shown.groups] == ["returned", "drafts", "waiting"]
    assert shown.groups[0].rows == (back,)
    assert [row.page for row in shown.groups[1].rows] == [str(draft.id)]
    assert [row.page for row in shown.groups[2].rows] == [str(sealed.id)]
    assert "Còn trên máy, chưa gửi" in shown.groups[2].rows[0].subtitle
    assert shown.officer == officer()["name"]
    assert shown.sent == "Hôm nay đã niêm phong 1 phiếu"
    assert shown.empty == ""


def test_home_tells_an_officer_who_may_not_read_any_more(
    phone: Phone, courier: Courier, words: Words, shell: FakeShell, filed: Filed, server: FakeServer
) -> None:
    filed()
    server.dead_tokens |= server.tokens
    presenter = home(phone, courier, words, shell)
    presenter.opened()
    assert any("xin mã kích hoạt mới" in notice.text for notice in presenter.state.notices)
    assert len(server.reports) == 1  # delivery needs no token
    presenter.closed()


def test_home_tells_of_an_office_that_answers_nonsense(
    phone: Phone, courier: Courier, words: Words, shell: FakeShell, server: FakeServer
) -> None:
    server.fail("html", path="reference/", status=200)
    presenter = home(phone, courier, words, shell)
    presenter.opened()
    said = CATALOGUE["answer_invalid"].detail.say("vi")
    assert said in [notice.text for notice in presenter.state.notices]
    presenter.closed()


def test_home_starts_a_draft_of_the_kind_that_was_tapped(
    phone: Phone, courier: Courier, words: Words, shell: FakeShell
) -> None:
    presenter = home(phone, courier, words, shell)
    presenter.start("stockyard")

    (draft,) = phone.recording.drafts()
    assert draft.kind is Kind.STOCKYARD
    assert shell.opened == [Route(Screen.FORM, str(draft.id))]


def test_home_throws_a_draft_away_only_after_a_yes(
    phone: Phone, courier: Courier, words: Words, shell: FakeShell
) -> None:
    draft = phone.recording.start(Kind.TRANSPORT)
    presenter = home(phone, courier, words, shell)
    presenter.discard(str(draft.id))
    assert len(phone.recording.drafts()) == 1

    shell.answer()
    assert phone.recording.drafts() == ()
    assert presenter.state.empty


def test_home_opens_what_a_row_stands_for(phone: Phone, courier: Courier, words: Words, shell: FakeShell) -> None:
    presenter = home(phone, courier, words, shell)
    for group in ("drafts", "returned", "waiting"):
        presenter.open(group, "x")
    assert [route.screen for route in shell.opened] == [Screen.FORM, Screen.REPORT, Screen.REPORT]


def test_home_says_when_the_register_is_old_or_missing(
    phone: Phone, courier: Courier, words: Words, shell: FakeShell, clock: FakeClock
) -> None:
    presenter = home(phone, courier, words, shell)
    assert any("Chưa có dữ liệu giấy phép" in notice.text for notice in presenter.state.notices)

    phone.reference.pull()
    presenter.renewed()
    assert presenter.state.notices == ()

    clock.move(25 * 3600)
    presenter.renewed()
    assert [notice.level for notice in presenter.state.notices] == [Level.WARN]


def test_opening_home_sends_what_waits_and_tells_it(
    phone: Phone, courier: Courier, words: Words, shell: FakeShell, filed: Filed
) -> None:
    filed(photos=1)
    presenter = home(phone, courier, words, shell)
    presenter.opened()

    assert [group.key for group in presenter.state.groups] == []
    assert phone.outbox.totals(phone.clock.now()).confirmed == 1


# --- courier


def test_a_courier_that_cannot_reach_anybody_says_so_and_keeps_everything(
    phone: Phone, courier: Courier, words: Words, shell: FakeShell, filed: Filed, network: FakeNetwork
) -> None:
    phone.traffic.choose(Policy.ALL_ON_WIFI)
    network.now = NetworkKind.MOBILE
    filed()
    states = []
    courier.watch(states.append)
    result = phone.sending.send_round(phone.clock.now())
    courier._after_round(result)

    assert states[-1].notice == "waits_for_wifi"
    assert phone.outbox.totals(phone.clock.now()).waiting == 1


def test_a_kick_while_a_round_runs_does_not_start_a_second_one(
    phone: Phone, courier: Courier, shell: FakeShell
) -> None:
    shell.jobs.held = []
    courier.kick()
    courier.kick()
    assert len(shell.jobs.held) == 1
    assert courier.state.running

    shell.jobs.go()
    assert not courier.state.running


def test_what_is_kicked_while_a_round_ends_is_sent_too(
    phone: Phone, courier: Courier, shell: FakeShell, filed: Filed
) -> None:
    def late(state: object) -> None:
        if courier.state.rounds == 1 and not phone.outbox.briefs(limit=1):
            filed()
            courier.kick()

    courier.watch(late)
    courier.kick()
    assert phone.outbox.totals(phone.clock.now()).confirmed == 1


# --- sending


def test_sync_says_safe_only_when_the_server_vouches(
    phone: Phone, courier: Courier, words: Words, shell: FakeShell, filed: Filed
) -> None:
    filed(photos=2)
    presenter = sync(phone, courier, words, shell)
    assert presenter.state.summary == "Còn 1 phiếu chưa an toàn trên máy chủ"
    assert presenter.state.level is Level.INFO

    presenter.opened()
    assert presenter.state.summary == "Mọi phiếu đã đến đủ"
    assert presenter.state.level is Level.GOOD
    assert presenter.state.rows[0].level is Level.GOOD


def test_sync_tells_of_a_report_that_the_server_refuses(
    phone: Phone, courier: Courier, words: Words, shell: FakeShell, filed: Filed, server: FakeServer
) -> None:
    filed()
    server.fail("problem", "PUT", "reports/", status=422, code="signature_invalid", times=99)
    server.fail("problem", "POST", "reports/batch/", status=422, code="signature_invalid", times=99)
    phone.sending.send_round(phone.clock.now())
    presenter = sync(phone, courier, words, shell)

    assert presenter.state.level is Level.WARN
    assert presenter.state.rows[0].level is Level.WARN


def test_sync_shows_page_after_page_and_never_more_than_one(
    phone: Phone, courier: Courier, words: Words, shell: FakeShell, filed: Filed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mobile.presenters.sync.PAGE", 2)
    for _ in range(5):
        filed()
    presenter = sync(phone, courier, words, shell)

    def said() -> list[str]:
        return [row.page if row.page in (OLDER, NEWER) else row.title[-1] for row in presenter.state.rows]

    assert (said(), presenter.state.page) == (["5", "4", OLDER], 0)
    presenter.open(OLDER)
    assert (said(), presenter.state.page) == ([NEWER, "3", "2", OLDER], 1)
    presenter.renewed()  # something arrived: the page stays
    assert said() == [NEWER, "3", "2", OLDER]
    presenter.open(OLDER)
    assert said() == [NEWER, "1"]
    presenter.open(NEWER)
    presenter.open(NEWER)
    assert said() == ["5", "4", OLDER]
    assert shell.opened == []


def test_sync_shows_how_far_the_bytes_are(phone: Phone, courier: Courier, words: Words, shell: FakeShell) -> None:
    presenter = sync(phone, courier, words, shell)
    presenter._unwatch = courier.watch(lambda _: presenter._moved())
    courier._show(replace(courier.state, moving=((uuid4(), 500_000, 2_000_000),)))
    assert presenter.state.share == 0.25
    assert presenter.state.moving == "500 kB / 2,0 MB"


# --- one report


def report(
    phone: Phone, courier: Courier, words: Words, shell: FakeShell, id: UUID, review: Reviewed | None = None
) -> ReportPresenter:
    return ReportPresenter(
        id,
        phone.outbox,
        courier,
        phone.backups.taken_at,
        phone.clock,
        words,
        shell,
        review=lambda _: review,
        correct=lambda report: phone.recording.start(Kind.TRANSPORT, supersedes=report).id,
        paper=lambda _: None,
        resend=phone.sending.resend,
    )


def test_a_report_tells_where_each_file_is(
    phone: Phone, courier: Courier, words: Words, shell: FakeShell, filed: Filed
) -> None:
    sealed = filed(photos=2)
    presenter = report(phone, courier, words, shell, sealed.id)
    assert [file.words for file in presenter.state.files] == ["Còn trên máy", "Còn trên máy"]

    phone.sending.send_round(phone.clock.now())
    presenter.renewed()
    assert [file.share for file in presenter.state.files] == [1.0, 1.0]
    assert presenter.state.level is Level.GOOD
    assert presenter.state.correct == ""


def test_a_returned_report_can_be_corrected(
    phone: Phone, courier: Courier, words: Words, shell: FakeShell, filed: Filed
) -> None:
    sealed = filed()
    said = Reviewed(sealed.id, Verdict.RETURNED, "Thiếu ảnh biển số", MORNING)
    presenter = report(phone, courier, words, shell, sealed.id, said)
    assert presenter.state.review == "Trả lại lúc 20/11/2026 08:45: Thiếu ảnh biển số"
    assert presenter.state.correct

    presenter.correct()
    (draft,) = phone.recording.drafts()
    assert draft.supersedes == sealed.id
    assert shell.opened == [Route(Screen.FORM, str(draft.id))]


def test_a_rejected_report_says_so_and_asks_for_nothing(
    phone: Phone, courier: Courier, words: Words, shell: FakeShell, filed: Filed
) -> None:
    sealed = filed()
    said = Reviewed(sealed.id, Verdict.REJECTED, "Lập nhầm", MORNING)
    state = report(phone, courier, words, shell, sealed.id, said).state
    assert (state.review, state.review_level, state.correct) == (
        "Không chấp nhận lúc 20/11/2026 08:45: Lập nhầm",
        Level.BAD,
        "",
    )


def test_sending_all_of_it_again_needs_a_yes(
    phone: Phone, courier: Courier, words: Words, shell: FakeShell, filed: Filed, server: FakeServer
) -> None:
    sealed = filed()
    phone.sending.send_round(phone.clock.now())
    presenter = report(phone, courier, words, shell, sealed.id)
    presenter.resend()
    assert phone.outbox.get(sealed.id).state.value == "confirmed"

    before = len(server.log)
    shell.answer()
    assert len(server.log) > before


# --- enrolling


def test_a_typed_code_enrols_and_goes_on(
    new_phone: Callable[..., Phone], server: FakeServer, words: Words, shell: FakeShell
) -> None:
    fresh = new_phone("fresh")
    enrolled: list[Session] = []
    presenter = EnrolPresenter(fresh.enrolment, words, shell, enrolled=enrolled.append)
    presenter.enrol()
    assert enrolled == []  # nothing typed, nothing asked

    presenter.type(server.code_for(officer()).lower())
    presenter.enrol()
    assert [session.officer.name for session in enrolled] == [officer()["name"]]


def test_a_wrong_code_is_one_sentence_and_stays_typed(
    new_phone: Callable[..., Phone], words: Words, shell: FakeShell
) -> None:
    fresh = new_phone("fresh")
    presenter = EnrolPresenter(fresh.enrolment, words, shell, enrolled=lambda _: None)
    presenter.type("??")
    presenter.enrol()
    assert "không phải mã kích hoạt" in presenter.state.error
    assert presenter.state.code == "??"

    words.language = "en"
    presenter.renewed()
    assert "no enrolment code" in presenter.state.error


def test_a_scanned_code_enrols_without_typing(
    new_phone: Callable[..., Phone], server: FakeServer, words: Words, shell: FakeShell
) -> None:
    fresh = new_phone("fresh")
    enrolled: list[Session] = []
    code = server.code_for(officer())
    presenter = EnrolPresenter(fresh.enrolment, words, shell, enrolled=enrolled.append, scan=lambda got: got(code))
    presenter.scan()
    assert len(enrolled) == 1


def test_who_types_the_code_names_the_server_where_none_is_known(
    new_phone: Callable[..., Phone], server: FakeServer, words: Words, shell: FakeShell
) -> None:
    fresh = new_phone("fresh", server="")
    enrolled: list[Session] = []
    presenter = EnrolPresenter(fresh.enrolment, words, shell, enrolled=enrolled.append)
    assert presenter.state.server_label == "Địa chỉ máy chủ"
    presenter.type(server.code_for(officer()))
    presenter.enrol()
    assert "chưa biết máy chủ" in presenter.state.error
    presenter.type_server("http://kk.example")
    assert presenter.state.error == ""
    presenter.enrol()
    assert "không mã hóa" in presenter.state.error
    assert presenter.state.server == "http://kk.example"
    presenter.type_server(server.url)
    presenter.enrol()
    assert len(enrolled) == 1


def test_no_server_is_asked_for_where_one_is_known_or_the_code_brings_it(
    new_phone: Callable[..., Phone], words: Words, shell: FakeShell
) -> None:
    known = EnrolPresenter(new_phone("known").enrolment, words, shell, enrolled=lambda _: None)
    assert known.state.server_label == ""
    fresh = EnrolPresenter(new_phone("fresh", server="").enrolment, words, shell, enrolled=lambda _: None)
    fresh.type("kiemkhoang:https://kk.example#K7QX0-1MN4R")
    assert fresh.state.server_label == ""


# --- settings


def test_what_is_chosen_is_worn_at_once_and_kept(phone: Phone, words: Words, shell: FakeShell) -> None:
    presenter = SettingsPresenter(phone.preferences, phone.traffic, words, shell, apply=shell.wear, storage=tuple)
    presenter.choose("look", "sun")
    presenter.choose("text_size", "150")
    presenter.choose("language", "en")
    presenter.choose("traffic", "all_on_wifi")

    assert shell.worn[-1] == Chosen("en", "sun", 150, True)
    assert read_choices(phone.preferences) == shell.worn[-1]
    assert phone.traffic.policy is Policy.ALL_ON_WIFI


def test_choices_that_this_version_does_not_know_count_as_none(phone: Phone) -> None:
    for name, value in (("language", "fr"), ("look", "neon"), ("text_size", "1000")):
        phone.preferences.put(name, value)
    assert read_choices(phone.preferences) == Chosen()


def test_settings_say_what_lies_on_the_phone(phone: Phone, words: Words, shell: FakeShell) -> None:
    rows = (Row(page="", title="Ảnh", subtitle="1,2 MB"),)
    presenter = SettingsPresenter(
        phone.preferences, phone.traffic, words, shell, apply=shell.wear, storage=lambda: rows
    )
    presenter.opened()
    assert presenter.state.storage == rows


def test_a_report_of_which_a_file_was_changed_on_the_phone_is_told_as_damaged(
    phone: Phone, courier: Courier, words: Words, shell: FakeShell, filed: Filed
) -> None:
    sealed = filed(photos=1)
    phone.outbox.file_damaged(sealed.files[0].id)
    assert sync(phone, courier, words, shell).state.rows[0].level is Level.BAD
    assert report(phone, courier, words, shell, sealed.id).state.level is Level.BAD
