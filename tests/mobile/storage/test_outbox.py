"""The outbox keeps everything, numbers without gap, and opens what it wrote."""

import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from mobile.bootstrap import Phone
from mobile.ports import QueuedReport
from mobile.storage.schema import MIGRATIONS
from shared.problems import Problem
from shared.wire.v1.records import Kind
from tests.factories import reports as make
from tests.fakes.server import FakeServer, officer

Filed = Callable[..., QueuedReport]


def test_reports_are_paged_newest_first_without_skipping_or_repeating(phone: Phone, filed: Filed) -> None:
    sealed = [filed().id for _ in range(7)]
    pages, before = [], None
    while page := phone.sending.reports(limit=3, before=before):
        pages.append([report.id for report in page])
        before = page[-1].id
    assert [report for page in pages for report in page] == sealed[::-1]
    assert [len(page) for page in pages] == [3, 3, 1]


def test_sealing_that_fails_leaves_no_gap(phone: Phone, filed: Filed) -> None:
    filed()
    draft = phone.recording.start(Kind.TRANSPORT)
    with pytest.raises(Problem, match="report_invalid"):
        phone.sealing.seal(draft.id)
    assert filed().sequence == 2
    assert [kept.id for kept in phone.recording.drafts()] == [draft.id]


def test_sealing_twice_gives_the_same_report(phone: Phone, filed: Filed) -> None:
    draft = phone.recording.start(Kind.TRANSPORT)
    phone.recording.save(draft.id, facts=make.transport_facts())
    assert phone.sealing.seal(draft.id) == phone.sealing.seal(draft.id)
    assert filed().sequence == 2


def test_sign_out_and_another_officer_delete_nothing(phone: Phone, server: FakeServer, filed: Filed) -> None:
    report, draft = filed(photos=1), phone.recording.start(Kind.STOCKYARD)
    phone.enrolment.sign_out()
    phone.enrolment.enrol(server.code_for(officer("Trần Bình (minh họa)", username="binh")))
    assert phone.outbox.get(report.id) == report
    assert [kept.id for kept in phone.recording.drafts()] == [draft.id]
    assert filed().sequence == 2


def test_no_statement_of_the_outbox_deletes() -> None:
    source = (Path(__file__).resolve().parents[3] / "mobile/storage/outbox.py").read_text(encoding="utf-8")
    assert "DELETE FROM" not in source
    assert "REPLACE INTO" not in source


def test_the_database_is_durable_and_checks_its_references(phone: Phone) -> None:
    connection = phone.outbox._database.connection
    settings = {
        name: connection.execute(f"PRAGMA {name}").fetchone()[0]
        for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
    }
    assert settings == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 30_000}


def test_a_database_of_a_newer_app_is_refused_and_left_alone(new_phone: Callable[..., Phone], tmp_path: Path) -> None:
    new_phone("older").close()
    path = tmp_path / "older" / "phone.sqlite3"
    with sqlite3.connect(path) as db:
        db.execute(f"PRAGMA user_version = {len(MIGRATIONS) + 1}")
    db.close()
    with pytest.raises(Problem, match="phone_data_newer"):
        new_phone("older")


def test_the_words_of_a_sealed_draft_do_not_stay_in_clear_beside_the_seal(phone: Phone, filed: Filed) -> None:
    filed()
    assert phone.outbox._database.connection.execute("SELECT content FROM drafts").fetchone()[0] is None
