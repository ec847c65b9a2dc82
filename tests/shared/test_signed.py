"""Messages of a newer server, read by a program of this version."""

from datetime import UTC, datetime
from typing import Any

import pytest

from shared.problems import Problem
from shared.wire.v1.canonical import canonical_bytes
from shared.wire.v1.messages import BackedUp, EvidenceState, Receipt, ReportState
from shared.wire.v1.signed import read_known, read_signed
from tests import golden


def receipt(**changes: Any) -> dict[str, Any]:
    return {**golden.read("receipt.json"), **changes}


def test_fields_nobody_knows_are_passed_over_and_stay_under_the_signature() -> None:
    value = receipt(colour="xanh")
    value["evidence"] = [{**line, "place": [1, {"a": None}]} for line in value["evidence"]]
    found = read_signed(Receipt, value)
    assert found.message == read_signed(Receipt, receipt()).message
    assert found.signed == canonical_bytes({name: entry for name, entry in value.items() if name != "signature"})
    assert found.text.encode() == canonical_bytes(value)


def test_a_state_nobody_knows_is_taken_for_the_most_careful_one() -> None:
    value = receipt(state="notarised")
    value["evidence"] = [{**line, "state": "engraved"} for line in value["evidence"]]
    found = read_signed(Receipt, value).message
    assert found.state is ReportState.RECEIVED
    assert {line.state for line in found.evidence} == {EvidenceState.PARTIAL}


def test_states_that_are_known_stay_what_they_are() -> None:
    assert read_known(Receipt, receipt(state="accepted")).state is ReportState.ACCEPTED


@pytest.mark.parametrize("change", [{"state": 7}, {"evidence": None}, {"evidence": [{}]}, {"number": "1"}])
def test_what_is_none_of_it_is_no_answer(change: dict[str, Any]) -> None:
    with pytest.raises(Problem, match="answer_invalid"):
        read_signed(Receipt, receipt(**change))


@pytest.mark.parametrize("value", [None, [], "x", 7, {}])
def test_what_is_no_object_is_no_answer(value: Any) -> None:
    with pytest.raises(Problem, match="answer_invalid"):
        read_signed(Receipt, value)


def test_text_that_no_json_can_carry_is_no_answer() -> None:
    with pytest.raises(Problem, match="answer_invalid"):
        read_signed(Receipt, receipt(colour="\ud800"))


def test_a_word_on_backups_is_read() -> None:
    value = {"taken_at": "2026-11-20T18:30:00.000+00:00", "manifests": ["a" * 64], "key": "b" * 64, "signature": "x"}
    assert read_known(BackedUp, value).taken_at == datetime(2026, 11, 20, 18, 30, tzinfo=UTC)
    assert read_known(BackedUp, {**value, "taken_at": None, "manifests": []}).manifests == ()
