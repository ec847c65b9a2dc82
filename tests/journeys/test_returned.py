"""A report comes back from a supervisor and is corrected: a real phone, a real office, HTTP between them."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from mobile.bootstrap import Phone
from mobile.ports import Verdict
from shared.wire.v1.records import Kind, Purpose
from tests.factories import reports as make


def test_a_returned_report_is_corrected(phone: Phone, binh: Callable[..., Any], tmp_path: Path) -> None:
    picture = tmp_path / "anh.jpg"
    picture.write_bytes(make.jpeg("bien so"))
    draft = phone.recording.start(Kind.TRANSPORT)
    phone.recording.attach(draft.id, picture, purpose=Purpose.PLATE)
    phone.recording.save(draft.id, facts=make.transport_facts(place="Bến cũ"))
    first = phone.sealing.seal(draft.id)
    phone.sending.send_round(datetime.now(UTC))
    assert phone.reviews.pull() == 0

    binh("POST", f"reports/{first.id}/review/", {"verdict": "returned", "note": "Sai địa điểm"})
    assert phone.reviews.pull() == 1
    assert phone.reviews.pull() == 0
    (back,) = phone.reviews.to_correct()
    assert (back.report, back.verdict, back.note) == (first.id, Verdict.RETURNED, "Sai địa điểm")

    corrected = phone.correcting.begin(first.id)
    facts = {**phone.recording.get(corrected).facts, "place": "Bến mới"}
    phone.recording.save(corrected, facts=facts)
    second = phone.sealing.seal(corrected)
    phone.sending.send_round(datetime.now(UTC))

    shown = binh("GET", f"reports/{second.id}/")
    assert (shown["facts"]["place"], shown["supersedes"]) == ("Bến mới", str(first.id))
    assert [file["state"] for file in shown["evidence"]] == ["confirmed"]
    assert phone.reviews.to_correct() == ()

    binh("POST", f"reports/{second.id}/review/", {"verdict": "accepted"})
    assert binh("GET", f"reports/{first.id}/")["state"] == "superseded"
    assert phone.reviews.pull() == 0
