"""A memory card brought to the office: through the same answer table, to the same place, and back with receipts."""

import errno
import io
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone
from rest_framework.test import APIClient

from backend.audit.models import Event
from backend.inspections.evidence import evidence_path
from backend.inspections.models import Evidence, Report
from backend.sync.importing import CardImport
from backend.sync.models import QuarantinedEnvelope
from backend.sync.partials import incoming
from shared.problems import Problem
from shared.wire.v1.card import Card
from shared.wire.v1.seal import SealedReport, sha256_hex
from tests.backend.conftest import Cast, Deliverer, deliverer
from tests.backend.sync.helpers import (
    as_bytes,
    assert_signed_by,
    body_of,
    grown,
    quarantined,
    receipt_of,
    rows,
)
from tests.factories.reports import envelope_json, jpeg

pytestmark = pytest.mark.usefixtures("_at_noon")


@pytest.fixture
def card(tmp_path: Path) -> Card:
    return Card.create(tmp_path / "card")


def put_on(card: Card, sealed: SealedReport, *files: bytes) -> None:
    card.add_report(sealed.manifest.id, sealed.manifest_sha256, body_of(sealed))
    for content in files:
        card.add_file(sha256_hex(content), io.BytesIO(content))


def take(card: Card, cast: Cast, **more: Any) -> list[str]:
    """What the import said of everything: `report taken`, `file refused card_file_differs` …"""
    work = CardImport(card, cast.binh, timezone.now, **more)
    return [f"{line.kind} {line.outcome}" + (f" {line.problem.code}" if line.problem else "") for line in work.run()]


def command(card: Card, *more: str) -> tuple[int, str]:
    out = io.StringIO()
    try:
        call_command("import_card", str(card.folder), "--by", "binh", *more, stdout=out)
    except CommandError as error:
        return error.returncode, out.getvalue() + str(error)
    return 0, out.getvalue()


def test_reports_and_files_of_a_card_are_filed_and_receipts_come_back(cast: Cast, phone: Deliverer, card: Card) -> None:
    files = [jpeg("một"), jpeg("hai")]
    sealed = [phone.phone.seal(files=files), phone.phone.seal()]
    for one in sealed:
        put_on(card, one)
    put_on(card, sealed[0], *files)

    assert take(card, cast) == ["report taken"] * 2 + ["file taken"] * 2 + ["receipt taken"] * 2

    report = Report.objects.get(id=sealed[0].manifest.id)
    assert (report.flags, report.delivered_by) == (["from_card", "relayed"], None)
    assert [evidence_path(sha256_hex(content)).read_bytes() for content in files] == files
    assert set(Evidence.objects.values_list("state", flat=True)) == {"confirmed"}
    (key,) = APIClient().get("/api/v1/hello/?nonce=12345678").json()["keys"]
    receipts = {name: json.loads(text) for name, text in card.receipts()}
    for one in sealed:
        receipt = receipts[f"{one.manifest.id}.json"]
        assert_signed_by(receipt, key)
        assert receipt["manifest_sha256"] == one.manifest_sha256
        assert {entry["state"] for entry in receipt["evidence"]} <= {"confirmed"}


def test_who_brought_the_card_is_recorded_with_each_report_and_file(cast: Cast, phone: Deliverer, card: Card) -> None:
    photo = jpeg("một")
    sealed = phone.phone.seal(files=[photo])
    put_on(card, sealed, photo)
    take(card, cast)
    actors = dict(Event.objects.values_list("action", "actor"))
    binh = str(cast.binh.id)
    assert (actors["report:carried"], actors["evidence:confirmed"], actors["card:imported"]) == (binh, binh, binh)
    assert Event.objects.get(action="report:carried").subject == f"report:{sealed.manifest.id}"


def test_card_again_changes_nothing_and_writes_the_receipts_anew(cast: Cast, phone: Deliverer, card: Card) -> None:
    photo = jpeg("một")
    put_on(card, phone.phone.seal(files=[photo]), photo)
    take(card, cast)
    before = rows()
    assert take(card, cast) == ["report known", "file known", "receipt taken"]
    assert grown(before) == {"Event": 1}, "that a card was read"


@pytest.mark.parametrize("how", ["signature_of_something_else", "schema_newer", "key_never_enrolled"])
def test_bad_report_is_quarantined_as_any_and_stops_nothing(cast: Cast, phone: Deliverer, card: Card, how: str) -> None:
    bad, good = phone.phone.seal(), phone.phone.seal()
    raw = as_bytes(phone.phone.tampered(envelope_json(bad), how))
    card.add_report(bad.manifest.id, "0" * 64, raw)
    put_on(card, good)
    (card.folder / "reports" / "0.json").write_bytes(b"{not json")
    (card.folder / "reports" / "1.json").write_bytes(b"[1, 2]")
    said = take(card, cast)
    row = quarantined(raw)
    assert sorted(said) == sorted(
        [f"report refused {row.code}", "report taken", "report refused not_json"]
        + ["report refused envelope_invalid", "receipt taken"]
    )
    assert (row.from_card, row.delivered_by) == (True, None)
    assert Event.objects.filter(action="quarantine:kept", actor=str(cast.binh.id)).count() == 2


def test_second_manifest_of_an_id_is_kept_for_a_person(cast: Cast, phone: Deliverer, card: Card) -> None:
    first = phone.phone.seal()
    second = phone.phone.seal(id=first.manifest.id)
    phone.put(first)
    put_on(card, second)
    assert take(card, cast) == ["report refused report_differs"]
    assert QuarantinedEnvelope.objects.get().report == first.manifest.id


def test_body_over_the_limit_is_refused_and_the_rest_goes_on(
    cast: Cast, phone: Deliverer, card: Card, settings: Any
) -> None:
    sealed = phone.phone.seal()
    put_on(card, sealed)
    settings.ENVELOPE_MAX_BYTES = len(body_of(sealed))
    (card.folder / "reports" / "0.json").write_bytes(b" " * (len(body_of(sealed)) + 1))
    assert take(card, cast) == ["report refused too_large", "report taken", "receipt taken"]
    assert not QuarantinedEnvelope.objects.exists()


def test_bad_files_stop_nothing_and_leave_nothing(cast: Cast, phone: Deliverer, card: Card, tmp_path: Path) -> None:
    """One byte changed, one cut, one a link to the right bytes outside, one nobody named: and a good one."""
    contents = [jpeg(str(i)) for i in range(4)]
    put_on(card, phone.phone.seal(files=contents))
    places = [card.folder / "files" / sha256_hex(content) for content in contents]
    places[0].write_bytes(contents[0][:-1] + b"?")
    places[1].write_bytes(contents[1][:-1])
    (tmp_path / "outside").write_bytes(contents[2])
    places[2].symlink_to(tmp_path / "outside")
    places[3].write_bytes(contents[3])
    stranger = card.folder / "files" / sha256_hex(b"nobody's")
    stranger.write_bytes(b"nobody's")

    said = take(card, cast)

    assert sorted(said) == sorted(
        ["report taken", "file refused card_file_differs", "file refused card_file_differs", "file taken"]
        + ["file undeclared", "other stranger", "receipt taken"]
    )
    assert [evidence_path(sha256_hex(content)).exists() for content in contents] == [False, False, False, True]
    assert stranger.read_bytes() == b"nobody's"
    assert list(incoming().iterdir()) == []
    states = {row.sha256: row.state for row in Evidence.objects.all()}
    assert [states[sha256_hex(content)] for content in contents] == ["missing"] * 3 + ["confirmed"]


def test_file_of_a_report_that_lies_about_its_length_is_not_taken(cast: Cast, phone: Deliverer, card: Card) -> None:
    photo = jpeg("một")
    put_on(card, phone.phone.seal(files=[photo]), photo)
    report = CardImport(card, cast.binh, timezone.now)._receive(next(card.reports()).body).report
    Evidence.objects.filter(report=report).update(bytes=len(photo) + 1)
    assert take(card, cast)[:2] == ["report known", "file refused card_file_differs"]
    assert not evidence_path(sha256_hex(photo)).exists()


def test_file_that_began_by_the_line_is_finished_by_the_card(cast: Cast, phone: Deliverer, card: Card) -> None:
    photo = jpeg("một")
    sealed = phone.phone.seal(files=[photo])
    phone.put(sealed)
    Evidence.objects.update(state="partial", bytes_received=10)
    put_on(card, sealed, photo)
    assert take(card, cast)[:2] == ["report known", "file taken"]
    assert receipt_of(phone.api, sealed)["evidence"][0]["state"] == "confirmed"


def test_dry_run_says_the_same_and_changes_nothing(cast: Cast, phone: Deliverer, card: Card) -> None:
    photo, other = jpeg("một"), jpeg("hai")
    good = phone.phone.seal(files=[photo, other])
    put_on(card, good, photo)
    (card.folder / "files" / sha256_hex(other)).write_bytes(b"damaged")
    bad = phone.phone.tampered(envelope_json(phone.phone.seal()), "facts_wrong_unit")
    (card.folder / "reports" / "0.json").write_bytes(as_bytes(bad))
    stamps = {path: path.stat().st_mtime_ns for path in card.folder.rglob("*")}
    before = rows()
    said = take(card, cast, dry_run=True)
    assert grown(before) == {}
    assert {path: path.stat().st_mtime_ns for path in card.folder.rglob("*")} == stamps
    assert not evidence_path(sha256_hex(photo)).exists()
    assert [line for line in take(card, cast) if not line.startswith("receipt")] == said
    assert "report refused report_invalid" in said
    assert {"file taken", "file refused card_file_differs"} <= set(said)


def test_stopped_in_the_middle_and_taken_up_again(cast: Cast, phone: Deliverer, card: Card) -> None:
    photos = [jpeg(str(i)) for i in range(3)]
    for photo in photos:
        put_on(card, phone.phone.seal(files=[photo]), photo)
    run = CardImport(card, cast.binh, timezone.now).run()
    for _ in range(4):  # three reports and a file
        next(run)
    run.close()
    assert (Report.objects.count(), Evidence.objects.filter(state="confirmed").count()) == (3, 1)
    assert Event.objects.filter(action="card:imported").count() == 1
    assert sorted(take(card, cast)) == sorted(
        ["report known"] * 3 + ["file known"] + ["file taken"] * 2 + ["receipt taken"] * 3
    )


def test_office_disk_that_is_full_is_said_for_the_file_and_the_rest_goes_on(
    cast: Cast, phone: Deliverer, card: Card, monkeypatch: pytest.MonkeyPatch
) -> None:
    large, small = jpeg("một") * 20, jpeg("hai")
    put_on(card, phone.phone.seal(files=[large, small]), large, small)
    write = os.write

    def limited(descriptor: int, raw: Any) -> int:
        if len(raw) > len(small):
            raise OSError(errno.ENOSPC, "full")
        return write(descriptor, raw)

    monkeypatch.setattr(os, "write", limited)
    said = take(card, cast)
    assert sorted(line for line in said if line.startswith("file")) == ["file refused storage_full", "file taken"]
    assert list(incoming().iterdir()) == []


def test_card_that_takes_no_receipts_is_said_once_and_everything_is_here(
    cast: Cast, phone: Deliverer, card: Card, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(3):
        put_on(card, phone.phone.seal())

    def locked(*_: Any) -> None:
        raise Problem("card_failed")

    monkeypatch.setattr(Card, "add_receipt", locked)
    assert take(card, cast) == ["report taken"] * 3 + ["receipt refused card_failed"]
    assert Report.objects.count() == 3


def test_replay_of_what_came_by_card_says_so(
    cast: Cast, phone: Deliverer, card: Card, as_: Callable[..., APIClient]
) -> None:
    sealed = phone.phone.seal()
    cast.an.unit = None
    cast.an.save()
    put_on(card, sealed)
    take(card, cast)
    cast.an.unit = cast.team
    cast.an.save()
    row = QuarantinedEnvelope.objects.get()
    assert as_(cast.em).post(f"/api/v1/quarantine/{row.id}/replay/").json()["flags"] == ["from_card", "relayed"]


def test_replay_of_what_a_colleague_relayed_says_who(
    cast: Cast, phone: Deliverer, as_: Callable[..., APIClient]
) -> None:
    colleague = deliverer(cast.binh, cast.binh)
    sealed = phone.phone.seal()
    cast.an.unit = None
    cast.an.save()
    assert colleague.put(sealed).status_code == 422
    cast.an.unit = cast.team
    cast.an.save()
    row = QuarantinedEnvelope.objects.get()
    assert as_(cast.em).post(f"/api/v1/quarantine/{row.id}/replay/").json()["flags"] == ["relayed"]
    assert Report.objects.get().delivered_by == colleague.device


# --- in a terminal


def test_command_says_everything_and_ends_with_its_code(cast: Cast, phone: Deliverer, card: Card) -> None:
    photo = jpeg("một")
    put_on(card, phone.phone.seal(files=[photo]), photo)
    code, said = command(card, "--dry-run")
    assert code == 0
    assert "xem thử" in said
    assert not Report.objects.exists()
    assert command(card)[0] == 0
    (card.folder / "reports" / "\x1b[2Jx.json").write_bytes(b"?")
    code, said = command(card)
    assert code == 1
    assert "đã có / here already" in said
    assert "not_json: Nội dung" in said
    assert "\x1b" not in said


def test_command_in_json_is_one_value_a_line(cast: Cast, phone: Deliverer, card: Card) -> None:
    sealed = phone.phone.seal()
    put_on(card, sealed)
    code, said = command(card, "--json")
    *lines, summary = [json.loads(line) for line in said.splitlines()]
    assert code == 0
    assert [(line["kind"], line["outcome"], line["report"]) for line in lines] == [
        ("report", "taken", str(sealed.manifest.id)),
        ("receipt", "taken", str(sealed.manifest.id)),
    ]
    assert summary == {"dry_run": False, "counts": {"receipt_taken": 1, "report_taken": 1}}


def test_command_on_what_is_no_card_or_by_nobody_does_nothing(cast: Cast, card: Card, tmp_path: Path) -> None:
    before = rows()
    assert command(Card(tmp_path / "nowhere"))[0] == 2
    with pytest.raises(CommandError) as caught:
        call_command("import_card", str(card.folder), "--by", "nobody")
    assert caught.value.returncode == 2
    assert grown(before) == {}


def test_command_stopped_by_ctrl_c_says_how_to_go_on(
    cast: Cast, phone: Deliverer, card: Card, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(2):
        put_on(card, phone.phone.seal())
    receive, calls = CardImport._receive, []

    def interrupted(self: CardImport, body: bytes) -> Any:
        calls.append(body)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return receive(self, body)

    monkeypatch.setattr(CardImport, "_receive", interrupted)
    code, said = command(card)
    assert (code, Report.objects.count()) == (2, 1)
    assert "chạy lại để tiếp" in said
    assert Event.objects.filter(action="card:imported").count() == 1
