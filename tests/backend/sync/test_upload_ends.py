"""Uploads that end before their file is whole: termination and expiration."""

import os
from collections.abc import Iterator
from datetime import timedelta
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
import time_machine
from django.core.management import call_command
from django.utils import timezone
from rest_framework.test import APIClient

from backend.audit.models import Event
from backend.inspections import evidence as filing
from backend.sync import uploads
from backend.sync.filing import Delivery
from backend.sync.models import Upload
from backend.sync.partials import partial_path
from tests.backend.conftest import Deliverer
from tests.backend.sync import tus
from tests.backend.sync.test_upload_failures import Killed
from tests.backend.sync.test_uploads import CONTENT, Filed, code_of

pytestmark = pytest.mark.usefixtures("_at_noon")
LIFE = timedelta(days=30)


@pytest.fixture
def filed(phone: Deliverer) -> Filed:
    return Filed(phone)


# --- termination


def delete(filed: Filed) -> Any:
    return filed.api.delete(filed.path, headers={"Tus-Resumable": "1.0.0"})


def test_unfinished_upload_is_terminated_recorded_and_begun_anew(filed: Filed) -> None:
    filed.patch(0, CONTENT[:100])
    assert delete(filed).status_code == 204
    assert filed.said() == ("missing", 0)
    assert not partial_path(filed.report, filed.entry.id).exists()
    event = Event.objects.get(action="upload:terminated")
    assert event.subject == f"evidence:{filed.report}/{filed.entry.id}"
    assert (event.actor, event.data) == ("anonymous", '{"bytes":100}')
    for answer in (delete(filed), filed.patch(100, CONTENT[100:])):
        assert code_of(answer, 404) == "not_found"
    filed.path = tus.create(filed.api, filed.report, filed.entry)
    assert filed.head() == 0
    filed.patch(0, CONTENT)
    assert filed.confirmed()


def test_evidence_is_never_deleted(filed: Filed, monkeypatch: pytest.MonkeyPatch) -> None:
    filed.patch(0, CONTENT)
    assert code_of(delete(filed), 403) == "evidence_kept"
    assert filed.confirmed()
    assert filed.head() == len(CONTENT)


def test_file_that_a_killed_server_did_not_confirm_is_evidence_too(
    filed: Filed, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(**_: Any) -> None:
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(filing, "evidences_confirm", killed)
        with pytest.raises(Killed):
            filed.patch(0, CONTENT)
    assert code_of(delete(filed), 403) == "evidence_kept"
    assert filed.confirmed()


def test_upload_that_two_drop_at_once_is_recorded_once(filed: Filed) -> None:
    filed.patch(0, CONTENT[:100])
    upload = Upload.objects.get()
    for _ in range(2):
        uploads.upload_terminate(upload=upload, delivery=Delivery(None, None), now=timezone.now())
    assert Event.objects.filter(action="upload:terminated").count() == 1


def test_upload_nobody_knows_is_not_terminated(filed: Filed) -> None:
    filed.patch(0, CONTENT[:100])
    answer = APIClient().delete(f"/api/v1/uploads/{uuid4()}/", headers={"Tus-Resumable": "1.0.0"})
    assert code_of(answer, 404) == "not_found"
    assert code_of(APIClient().delete(filed.path), 412) == "tus_version"
    assert filed.head() == 100


# --- expiration


@pytest.fixture
def later() -> Iterator[Any]:
    with time_machine.travel(timezone.now(), tick=False) as clock:
        yield clock


def expires(answer: Any) -> timedelta:
    return parsedate_to_datetime(answer["Upload-Expires"]) - timezone.now()


def test_unfinished_upload_says_when_it_expires_and_more_bytes_put_it_off(filed: Filed, later: Any) -> None:
    assert expires(tus.post(filed.api, tus.metadata(filed.report, filed.entry), len(CONTENT))) == LIFE
    later.shift(timedelta(days=10))
    assert expires(filed.patch(0, b"")) == LIFE - timedelta(days=10)  # nothing came
    assert expires(filed.api.head(filed.path, headers={"Tus-Resumable": "1.0.0"})) == LIFE - timedelta(days=10)
    assert expires(filed.patch(0, CONTENT[:100])) == LIFE
    later.shift(LIFE - timedelta(seconds=1))
    assert filed.head() == 100
    call_command("expire_uploads")
    assert filed.head() == 100
    assert "Upload-Expires" not in filed.patch(100, CONTENT[100:])


@pytest.mark.parametrize("by", ["HEAD", "PATCH", "DELETE", "command"])
def test_expired_upload_is_gone_recorded_and_begun_anew(filed: Filed, later: Any, by: str) -> None:
    filed.patch(0, CONTENT[:100])
    later.shift(LIFE)
    if by == "HEAD":
        assert filed.api.head(filed.path, headers={"Tus-Resumable": "1.0.0"}).status_code == 410
    elif by == "command":
        call_command("expire_uploads")
    else:
        answer = filed.patch(100, CONTENT[100:]) if by == "PATCH" else delete(filed)
        assert code_of(answer, 410) == "upload_expired"
    assert code_of(filed.patch(100, CONTENT[100:]), 404) == "not_found"
    assert filed.said() == ("missing", 0)
    assert not partial_path(filed.report, filed.entry.id).exists()
    event = Event.objects.get(action="upload:expired")
    assert (event.actor, event.data) == ("system", '{"bytes":100}')
    filed.path = tus.create(filed.api, filed.report, filed.entry)
    filed.patch(0, CONTENT)
    assert filed.confirmed()


def test_creation_after_expiry_begins_anew(filed: Filed, later: Any) -> None:
    filed.patch(0, CONTENT[:100])
    later.shift(LIFE)
    answer = tus.post(filed.api, tus.metadata(filed.report, filed.entry), len(CONTENT))
    assert (answer.status_code, answer["Upload-Offset"]) == (201, "0")
    assert urlsplit(answer["Location"]).path != filed.path


def test_expiry_never_touches_evidence_nor_what_is_on_its_way_of_others(filed: Filed, later: Any) -> None:
    other = Filed(filed.phone, CONTENT + b"!")
    filed.patch(0, CONTENT)
    later.shift(LIFE * 3)
    other.path = tus.create(other.api, other.report, other.entry)
    other.patch(0, CONTENT[:70])
    assert filed.head() == len(CONTENT)
    call_command("expire_uploads")
    assert filed.confirmed()
    assert other.head() == 70


def test_old_partial_files_that_nothing_goes_on_with_are_removed(filed: Filed, later: Any) -> None:
    filed.patch(0, CONTENT[:100])
    open_one = partial_path(filed.report, filed.entry.id)
    left, young, foreign = (open_one.parent / name for name in (f"{uuid4()}.{uuid4()}", f"{uuid4()}.{uuid4()}", "note"))
    for path in (left, young, foreign):
        path.write_bytes(b"x")
    long_ago = (timezone.now() - LIFE).timestamp()
    for path in (left, open_one, foreign):
        os.utime(path, (long_ago, long_ago))
    os.utime(young, (long_ago + 1, long_ago + 1))
    call_command("expire_uploads")
    assert [path.exists() for path in (left, young, foreign, open_one)] == [False, True, True, True]
