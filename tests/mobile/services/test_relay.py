"""A card from phone to phone: what is carried arrives, receipts find their way back, and nothing is believed unread."""

import base64
import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

import pytest

from mobile.bootstrap import Phone
from mobile.ports import QueuedReport
from mobile.services.relay import CardTaken, CardWritten, Refused, Thing
from shared.problems import Problem
from shared.wire.v1.canonical import canonical_bytes
from shared.wire.v1.card import Card
from shared.wire.v1.seal import to_bytes
from tests.factories.reports import SealingPhone
from tests.fakes.server import FakeServer, officer
from tests.mobile.conftest import FakeClock, Patience, state_of

Filed = Callable[..., QueuedReport]


def carried(phone: Phone) -> list[tuple[str, list[str]]]:
    return [
        (report.state.value, [file.state.value for file in report.files]) for report in phone.relayed.reports(limit=100)
    ]


def on_disk(phone_folder: Path) -> set[str]:
    return {path.name for path in (phone_folder / "files").iterdir() if path.name.startswith("relayed-")}


def test_what_waits_goes_over_a_card_and_a_colleagues_phone_and_the_receipt_comes_back(
    phone: Phone, colleague: Phone, server: FakeServer, filed: Filed, clock: FakeClock, card: Path, tmp_path: Path
) -> None:
    reports = [filed(photos=2), filed()]

    assert phone.relay.export(card) == CardWritten(reports=2, files=2)
    assert [state_of(phone, report)[0] for report in reports] == ["on_phone", "on_phone"]
    assert colleague.relay.take_in(card) == CardTaken(reports=2, files=2)
    assert colleague.sending.left().waiting == 4
    result = colleague.sending.send_until_empty(Patience(clock))

    assert (result.left.waiting, result.received, result.confirmed_files) == (0, 2, 2)
    assert sorted(carried(colleague)) == [("confirmed", []), ("confirmed", ["confirmed", "confirmed"])]
    assert set(server.tokens_seen) >= {"Token token-2"}  # who carried it is known
    assert on_disk(tmp_path / "colleague") == set()
    assert colleague.relay.export(card).receipts == 2
    assert phone.relay.take_in(card) == CardTaken(known=2, receipts=2)
    assert [state_of(phone, report) for report in reports] == [
        ("confirmed", ["confirmed", "confirmed"]),
        ("confirmed", []),
    ]
    server.log.clear()
    assert phone.sending.send_round(clock.now()).left.waiting == 0
    assert server.log == []


def test_everything_can_be_done_twice_and_by_two_colleagues(
    phone: Phone,
    colleague: Phone,
    server: FakeServer,
    filed: Filed,
    clock: FakeClock,
    card: Path,
    new_phone: Callable[..., Phone],
) -> None:
    report = filed(photos=1)
    third = new_phone("third")
    third.enrolment.enrol(server.code_for(officer("Lê Cường (minh họa)", username="cuong")))
    for _ in range(2):
        phone.relay.export(card)
    assert colleague.relay.take_in(card) == CardTaken(reports=1, files=1)
    assert colleague.relay.take_in(card) == CardTaken(known=1)
    third.relay.take_in(card)
    for sender in (colleague, third, phone):
        sender.sending.send_until_empty(Patience(clock))
    assert server.arrivals == [str(report.id)]
    assert server.quarantine == []
    assert server.payload == report.files[0].entry.bytes
    assert colleague.relay.export(card).receipts == 1
    assert third.relay.export(card).receipts == 1
    assert phone.relay.take_in(card) == CardTaken(known=1)
    assert state_of(phone, report) == ("confirmed", ["confirmed"])


def test_own_reports_go_first_and_carried_files_after_all_own(
    phone: Phone, colleague: Phone, server: FakeServer, filed: Filed, clock: FakeClock, card: Path
) -> None:
    carried_report = filed(photos=1)
    phone.relay.export(card)
    colleague.relay.take_in(card)
    own = filed(photos=2, by=colleague)

    colleague.sending.send_round(clock.now())

    assert server.arrivals == [str(own.id), str(carried_report.id)]
    assert [upload.report for upload in server.uploads.values()] == [str(own.id)] * 2 + [str(carried_report.id)]


def test_carried_things_lie_locked_and_go_when_they_are_vouched_for(
    phone: Phone, colleague: Phone, filed: Filed, clock: FakeClock, card: Path, tmp_path: Path
) -> None:
    report = filed(photos=1)
    phone.relay.export(card)
    colleague.relay.take_in(card)
    kept = b"".join(path.read_bytes() for path in (tmp_path / "colleague").rglob("*") if path.is_file())
    envelope = phone.outbox.envelope(report.id)
    photo = (card / "files" / report.files[0].entry.sha256).read_bytes()
    for secret in (envelope.manifest[:60], to_bytes(envelope)[:60], photo[100:160]):
        assert secret not in kept
    colleague.sending.send_until_empty(Patience(clock))
    [row] = colleague.relayed.reports(limit=9)
    with pytest.raises(KeyError):
        colleague.relayed.body(row.key)
    assert row.receipt is not None


def test_a_card_that_lacks_files_brings_the_report_and_a_later_card_the_files(
    phone: Phone, colleague: Phone, server: FakeServer, filed: Filed, clock: FakeClock, card: Path
) -> None:
    report = filed(photos=2)
    phone.relay.export(card)
    [first, second] = [card / "files" / file.entry.sha256 for file in report.files]
    away = second.with_name(".pulled-out.part")
    second.rename(away)
    assert colleague.relay.take_in(card) == CardTaken(reports=1, files=1)
    assert colleague.sending.send_until_empty(Patience(clock)).left.waiting == 0
    assert carried(colleague) == [("received", ["confirmed", "on_phone"])]
    away.rename(second)
    assert colleague.relay.take_in(card) == CardTaken(files=1, known=1)
    colleague.sending.send_until_empty(Patience(clock))
    assert carried(colleague) == [("confirmed", ["confirmed", "confirmed"])]
    assert len(server.confirmed_files()) == 2
    assert first.exists()  # a card is not emptied by reading it


def test_what_makes_no_sense_is_named_and_left_and_the_rest_is_taken(
    phone: Phone, colleague: Phone, server: FakeServer, filed: Filed, clock: FakeClock, card: Path
) -> None:
    report = filed(photos=2)
    phone.relay.export(card)
    (card / "reports" / "aaa.json").write_bytes(b"{}")
    (card / "reports" / "bbb.json").write_bytes(b'{"manifest": 7}')
    (card / "reports" / "ccc.json").write_bytes(b"\xff" * 3_000_000)
    lying = card / "files" / report.files[0].entry.sha256
    lying.write_bytes(lying.read_bytes()[:-1] + b"x")
    linked = card / "files" / report.files[1].entry.sha256
    linked.rename(card / "elsewhere")
    linked.symlink_to(card / "elsewhere")

    taken = colleague.relay.take_in(card)

    assert (taken.reports, taken.files) == (1, 0)
    assert sorted((refused.name, refused.code) for refused in taken.refused) == sorted(
        [
            ("aaa.json", "card_report_invalid"),
            ("bbb.json", "card_report_invalid"),
            ("ccc.json", "too_large"),
            (report.files[0].entry.sha256, "card_file_differs"),
        ]
    )
    assert colleague.files.measure(f"relayed-{report.files[0].entry.sha256}") is None
    colleague.sending.send_until_empty(Patience(clock))
    assert server.arrivals == [str(report.id)]


def test_a_newer_phones_report_is_carried_byte_for_byte_though_nobody_here_can_read_it(
    colleague: Phone, server: FakeServer, clock: FakeClock, card: Path
) -> None:
    report, content = uuid4(), b"phim cua may moi"
    sha256 = hashlib.sha256(content).hexdigest()
    manifest = canonical_bytes(
        {
            "schema": "report/2.0",
            "id": str(report),
            "evidence": [{"id": str(uuid4()), "sha256": sha256, "bytes": len(content), "lens": "new"}, {"odd": 1}],
        }
    )
    body = json.dumps({"manifest": base64.b64encode(manifest).decode(), "news": [1]}).encode()
    made = Card.create(card)
    made.add_report(report, hashlib.sha256(manifest).hexdigest(), body)
    (card / "files" / sha256).write_bytes(content)
    assert colleague.relay.take_in(card) == CardTaken(reports=1, files=1)
    [row] = colleague.relayed.reports(limit=9)
    assert colleague.relayed.body(row.key) == body

    colleague.sending.send_round(clock.now())

    assert server.quarantine == [json.loads(body)]  # as the contract wants: kept whole, and tried again slowly
    assert carried(colleague)[0][0] == "held"
    assert colleague.relayed.body(row.key) == body


def test_two_reports_that_claim_one_id_are_both_carried_and_the_office_decides(
    phone: Phone, colleague: Phone, server: FakeServer, filed: Filed, clock: FakeClock, card: Path
) -> None:
    report = filed()
    forged = SealingPhone().seal(id=report.id)
    Card.create(card).add_report(report.id, forged.manifest_sha256, to_bytes(forged.envelope))
    phone.relay.export(card)
    assert colleague.relay.take_in(card).reports == 2
    colleague.sending.send_round(clock.now())
    assert sorted(state for state, _ in carried(colleague)) == ["confirmed", "held"]
    assert server.arrivals == [str(report.id)]


@pytest.mark.parametrize("lie", ["signature", "other hash", "no receipt", "of another report", "changed"])
def test_a_receipt_is_believed_only_with_its_signature_and_for_that_report(
    phone: Phone, server: FakeServer, filed: Filed, card: Path, lie: str
) -> None:
    report = filed(photos=1)
    sealed = phone.outbox.envelope(report.id)
    server.deliver(json.loads(to_bytes(sealed)), str(report.id))
    key = server.stranger if lie == "signature" else server.key
    value = server.receipt(str(report.id), key)
    if lie == "signature":
        value = {**value, "key": server.key.id}
    if lie == "other hash":
        del value["signature"]
        value["manifest_sha256"] = "f" * 64
        value["evidence"] = [{**line, "state": "confirmed"} for line in value["evidence"]]
        value["signature"] = server.key.sign(value)
    if lie == "changed":
        value["number"] += 1
    text = b"[]" if lie == "no receipt" else canonical_bytes(value)
    name = uuid4() if lie == "of another report" else report.id
    if lie == "of another report":
        del value["signature"]
        value["report"] = str(name)
        text = canonical_bytes({**value, "signature": server.key.sign(value)})
    Card.create(card).add_receipt(name, text.decode())

    taken = phone.relay.take_in(card)

    assert taken.receipts == 0
    assert state_of(phone, report) == ("on_phone", ["on_phone"])
    assert bool(taken.refused) is (lie in ("signature", "no receipt", "changed"))


def test_chosen_reports_are_written_whole_though_they_were_confirmed(
    phone: Phone, filed: Filed, clock: FakeClock, card: Path
) -> None:
    first, second = filed(photos=1), filed(photos=1)
    phone.sending.send_until_empty(Patience(clock))
    assert phone.relay.export(card) == CardWritten()
    assert phone.relay.export(card, [second.id]) == CardWritten(reports=1, files=1)
    assert [path.name[:36] for path in (card / "reports").iterdir()] == [str(second.id)]
    assert first.id != second.id


def test_a_file_damaged_on_the_phone_is_named_and_the_others_are_written(
    phone: Phone, filed: Filed, card: Path, tmp_path: Path
) -> None:
    report = filed(photos=2)
    (tmp_path / "phone" / "files" / report.files[0].name).unlink()
    assert phone.relay.export(card) == CardWritten(
        reports=1, files=1, refused=[Refused(Thing.FILE, report.files[0].name, "photo_unreadable")]
    )


def test_a_phone_that_nobody_enrolled_takes_nothing_in(new_phone: Callable[..., Phone], card: Path) -> None:
    Card.create(card)
    with pytest.raises(Problem, match="not_enrolled"):
        new_phone("fresh").relay.take_in(card)


def test_a_folder_that_is_no_card_is_told_so(phone: Phone, tmp_path: Path) -> None:
    with pytest.raises(Problem, match="card_invalid"):
        phone.relay.take_in(tmp_path)


def test_what_is_carried_survives_a_restart_and_can_be_handed_on(
    phone: Phone,
    colleague: Phone,
    server: FakeServer,
    filed: Filed,
    clock: FakeClock,
    card: Path,
    tmp_path: Path,
    new_phone: Callable[..., Phone],
) -> None:
    report = filed(photos=1)
    phone.relay.export(card)
    colleague.relay.take_in(card)
    colleague.close()
    again = new_phone("colleague")
    assert again.relay.export(tmp_path / "second") == CardWritten(reports=1, files=1)
    third = new_phone("third")
    third.enrolment.enrol(server.code_for(officer("Lê Cường (minh họa)", username="cuong")))
    third.relay.take_in(tmp_path / "second")
    third.sending.send_until_empty(Patience(clock))
    assert server.arrivals == [str(report.id)]
    third.relay.export(tmp_path / "second")
    assert again.relay.take_in(tmp_path / "second") == CardTaken(known=1, receipts=1)
    assert again.sending.left().waiting == 0


def test_a_file_from_a_card_that_a_crash_left_without_its_row_goes_and_comes_again(
    phone: Phone,
    colleague: Phone,
    filed: Filed,
    card: Path,
    tmp_path: Path,
    new_phone: Callable[..., Phone],
) -> None:
    report = filed(photos=1)
    phone.relay.export(card)
    sha256 = report.files[0].entry.sha256
    colleague.files.add(f"relayed-{sha256}", card / "files" / sha256)
    colleague.close()
    again = new_phone("colleague")
    assert again.leftovers == ()
    assert on_disk(tmp_path / "colleague") == set()
    assert again.relay.take_in(card) == CardTaken(reports=1, files=1)


@pytest.mark.parametrize("path", ["^reports/", "uploads", "receipt"])
@pytest.mark.parametrize(
    ("kind", "how"),
    [("html", {"status": 404}), ("portal", {}), ("problem", {"status": 503, "code": "x"}), ("cut", {"after": 50})],
)
def test_carried_reports_outlive_every_failure_like_own_ones(
    phone: Phone,
    colleague: Phone,
    server: FakeServer,
    filed: Filed,
    clock: FakeClock,
    card: Path,
    path: str,
    kind: str,
    how: dict[str, object],
) -> None:
    report = filed(photos=1)
    phone.relay.export(card)
    colleague.relay.take_in(card)
    server.fail(kind, "", path, times=3, **how)
    assert colleague.sending.send_until_empty(Patience(clock)).left.waiting == 0
    assert carried(colleague) == [("confirmed", ["confirmed"])]
    assert server.arrivals == [str(report.id)]


def test_a_carried_file_damaged_here_is_said_so_and_taken_again_from_the_card(
    phone: Phone, colleague: Phone, filed: Filed, clock: FakeClock, card: Path, tmp_path: Path
) -> None:
    filed(photos=1)
    phone.relay.export(card)
    colleague.relay.take_in(card)
    [name] = on_disk(tmp_path / "colleague")
    (tmp_path / "colleague" / "files" / name).unlink()
    assert colleague.sending.send_until_empty(Patience(clock)).left.damaged == 1
    assert colleague.relay.take_in(card) == CardTaken(files=1, known=1)
    assert colleague.sending.send_until_empty(Patience(clock)).left == colleague.sending.left()
    assert carried(colleague) == [("confirmed", ["confirmed"])]


def test_a_server_restored_from_an_old_backup_gets_a_carried_report_again(
    phone: Phone, colleague: Phone, server: FakeServer, filed: Filed, clock: FakeClock, card: Path
) -> None:
    report = filed(photos=1)
    phone.relay.export(card)
    colleague.relay.take_in(card)
    server.fail("html", "POST", "uploads", times=1)
    colleague.sending.send_round(clock.now())
    server.reports.clear()
    server.arrivals.clear()
    colleague.sending.send_until_empty(Patience(clock))
    assert server.arrivals == [str(report.id)]
    assert carried(colleague) == [("confirmed", ["confirmed"])]
