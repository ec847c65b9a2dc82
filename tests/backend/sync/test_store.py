"""A disk of evidence that is not mounted leaves an empty folder: nothing is written into it, and nothing is lost."""

from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings
from django.test import Client

from backend.inspections import store
from backend.inspections.files import evidence_path
from backend.sync.partials import Partial
from tests.backend.conftest import Deliverer
from tests.backend.sync import tus
from tests.factories.reports import evidence_entry

CONTENT = bytes(range(256)) * 200


class Sent:
    """A report that declares CONTENT, and the upload of it."""

    def __init__(self, phone: Deliverer, content: bytes = CONTENT) -> None:
        self.api, self.content = phone.api, content
        self.entry = evidence_entry(content)
        self.report = phone.file(evidence=(self.entry,))

    def begin(self) -> Any:
        return tus.post(self.api, tus.metadata(self.report, self.entry), self.entry.bytes)

    def send(self) -> Any:
        return tus.patch(self.api, tus.create(self.api, self.report, self.entry), 0, self.content)


@pytest.fixture
def evidence(settings: LazySettings) -> Path:
    return Path(settings.EVIDENCE_DIR)


def unmounted(evidence: Path) -> Path:
    """The folder is there and empty; where what was in it is now."""
    aside = evidence.with_name("aside")
    evidence.rename(aside)
    evidence.mkdir()
    return aside


def test_nothing_is_written_into_the_place_of_a_store_that_is_away(phone: Deliverer, evidence: Path) -> None:
    first, second = Sent(phone), Sent(phone, CONTENT + b"2")
    assert first.send().status_code == 204
    aside = unmounted(evidence)
    answer = second.begin()
    assert (answer.status_code, answer.json()["code"]) == (503, "storage_away")
    assert list(evidence.iterdir()) == []
    assert Client().get("/healthz").json()["storage"] == "failing"

    evidence.rmdir()
    aside.rename(evidence)
    assert second.send().status_code == 204
    assert evidence_path(first.entry.sha256).read_bytes() == CONTENT
    assert Client().get("/healthz").json()["storage"] == "ok"


def test_a_store_that_goes_away_while_a_file_arrives_confirms_nothing(
    phone: Deliverer, evidence: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent = Sent(phone)
    path = tus.create(phone.api, sent.report, sent.entry)
    rename = Path.rename

    def away(self: Path, target: Any) -> Any:
        moved = rename(self, target)
        if Path(target) == evidence_path(sent.entry.sha256):
            monkeypatch.setattr(Path, "rename", rename)
            (evidence / store.MARK).unlink()  # another disk's folder from now on
        return moved

    monkeypatch.setattr(Path, "rename", away)
    answer = tus.patch(phone.api, path, 0, CONTENT)
    assert (answer.status_code, answer.json()["code"]) == (503, "storage_away")
    receipt = phone.api.get(f"/api/v1/reports/{sent.report}/receipt/").json()
    assert receipt["evidence"][0]["state"] != "confirmed"


def test_a_store_that_goes_away_before_a_file_is_moved_gets_no_folder_in_its_place(
    phone: Deliverer, evidence: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent = Sent(phone)
    path = tus.create(phone.api, sent.report, sent.entry)
    settle = Partial.settle
    aside = []

    def away(self: Partial, begun: int, end: int) -> None:
        settle(self, begun, end)
        aside.append(unmounted(evidence))

    with monkeypatch.context() as patched:
        patched.setattr(Partial, "settle", away)
        answer = tus.patch(phone.api, path, 0, CONTENT)
    assert (answer.status_code, answer.json()["code"]) == (503, "storage_away")
    assert list(evidence.iterdir()) == []
    evidence.rmdir()
    aside[0].rename(evidence)
    assert tus.head(phone.api, path)[0] == len(CONTENT)
    assert evidence_path(sent.entry.sha256).read_bytes() == CONTENT


def test_another_office_s_store_is_not_taken_for_ours(phone: Deliverer, evidence: Path) -> None:
    assert Sent(phone).send().status_code == 204
    (evidence / store.MARK).write_text("another")
    assert Sent(phone, CONTENT + b"2").begin().json()["code"] == "storage_away"
    store.store_claim()
    assert Sent(phone, CONTENT + b"3").send().status_code == 204


def test_a_new_office_takes_up_the_store_that_it_finds(evidence: Path, settings: LazySettings) -> None:
    evidence.mkdir(parents=True)
    (evidence / store.MARK).write_text("found")
    store.store_ensure()
    assert store.remembered() == (evidence / store.MARK).read_text() == "found"
