"""tus beyond its core: creation-with-upload, termination, expiration, limits by kind, the method in a header."""

import errno
import os
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
import time_machine
from django.conf import LazySettings
from django.core.management import call_command
from django.utils import timezone
from rest_framework.test import APIClient

from backend.audit.models import Event
from backend.audit.verifying import verify
from backend.inspections import evidence as filing
from backend.inspections.models import Evidence
from backend.sync import uploads
from backend.sync.confirming import Confirming
from backend.sync.filing import Delivery
from backend.sync.models import Upload
from backend.sync.partials import Partial, partial_path
from backend.sync.slow_lines import SlowLines
from shared.wire.v1.seal import SealedReport
from tests.backend.conftest import Deliverer, at_once, on_postgresql
from tests.backend.sync import tus
from tests.backend.sync.helpers import grown, rows
from tests.backend.sync.test_uploads import CONTENT, Filed, Killed, code_of, cut
from tests.factories.reports import evidence_entry

pytestmark = pytest.mark.usefixtures("_at_noon")
LIFE = timedelta(days=30)


@pytest.fixture
def sealed(phone: Deliverer) -> SealedReport:
    """Delivered; declares CONTENT, of which nothing came."""
    report = phone.phone.seal(files=[CONTENT])
    assert phone.put(report).status_code == 201
    return report


@pytest.fixture
def filed(phone: Deliverer) -> Filed:
    return Filed(phone)


def create(sealed: SealedReport, body: bytes, media_type: str = tus.OFFSET_STREAM, **headers: str) -> Any:
    (entry,) = sealed.manifest.evidence
    given = {
        "Tus-Resumable": "1.0.0",
        "Upload-Metadata": tus.metadata(sealed.manifest.id, entry),
        "Upload-Length": str(entry.bytes),
        **headers,
    }
    api = APIClient(raise_request_exception=False)
    return api.generic("POST", "/api/v1/uploads/", body, content_type=media_type, headers=given)


def state() -> tuple[str, int]:
    row = Evidence.objects.get()
    return row.state, row.bytes_received


def test_options_lists_every_extension_of_the_contract(db: None) -> None:
    answer = APIClient().options(f"/api/v1/uploads/{uuid4()}/")
    assert answer["Tus-Extension"] == "creation,creation-with-upload,checksum,termination,expiration"


# --- creation with upload


def test_whole_file_in_the_creation_is_confirmed(sealed: SealedReport) -> None:
    answer = create(sealed, CONTENT)
    assert (answer.status_code, answer["Upload-Offset"]) == (201, str(len(CONTENT)))
    assert "Upload-Expires" not in answer
    assert state() == ("confirmed", len(CONTENT))
    assert filing.evidence_path(sealed.manifest.evidence[0].sha256).read_bytes() == CONTENT
    assert tus.head(APIClient(), urlsplit(answer["Location"]).path) == (len(CONTENT), len(CONTENT))
    before = rows()
    again = create(sealed, CONTENT)
    assert (again["Location"], again["Upload-Offset"]) == (answer["Location"], str(len(CONTENT)))
    assert grown(before) == {}
    assert list(verify()) == []


def test_beginning_in_the_creation_is_gone_on_with(sealed: SealedReport) -> None:
    answer = create(sealed, CONTENT[:300])
    assert answer["Upload-Offset"] == "300"
    assert state() == ("partial", 300)
    path = urlsplit(answer["Location"]).path
    again = create(sealed, CONTENT)
    assert (again["Location"], again["Upload-Offset"]) == (answer["Location"], "300")  # a body counts at the beginning
    assert tus.patch(APIClient(), path, 300, CONTENT[300:]).status_code == 204
    assert state() == ("confirmed", len(CONTENT))


def test_line_cut_in_the_creation_keeps_what_came(sealed: SealedReport, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patched:
        patched.setattr("django.core.handlers.wsgi.WSGIRequest.read", staticmethod(cut(CONTENT[:1000])))
        create(sealed, CONTENT)
    assert create(sealed, b"")["Upload-Offset"] == "1000"


def test_server_killed_in_the_creation_still_has_what_came(
    sealed: SealedReport, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(*_: Any) -> None:
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(Partial, "settle", killed)
        with pytest.raises(Killed):
            create(sealed, CONTENT[:1000])
    assert not Upload.objects.exists()
    assert create(sealed, b"")["Upload-Offset"] == "1000"


@pytest.mark.parametrize(
    ("body", "headers", "status", "code"),
    [
        (CONTENT[:-1] + b"?", {}, 422, "evidence_hash_mismatch"),
        (CONTENT + b"x", {}, 413, "upload_too_long"),
        (CONTENT[:9], {"Upload-Checksum": tus.checksum("sha1", b"else")}, 460, "checksum_mismatch"),
        (CONTENT[:9], {"Upload-Checksum": "md5 AAAA"}, 400, "checksum_unsupported"),
        (CONTENT[:9], {"media_type": "image/jpeg"}, 415, "media_type_unsupported"),
        (CONTENT[:9], {"Content-Length": "nine"}, 400, "request_invalid"),
        (b"", {"Upload-Defer-Length": "1"}, 400, "upload_length_needed"),
        (CONTENT[:9], {"Transfer-Encoding": "chunked"}, 400, "upload_length_needed"),
        (b"", {"Upload-Length": "0"}, 422, "evidence_length"),
    ],
    ids=["hash", "too long", "checksum", "algorithm", "type", "length of the body", "deferred", "in chunks", "empty"],
)
def test_creation_that_is_refused_keeps_nothing(
    sealed: SealedReport, body: bytes, headers: dict[str, str], status: int, code: str
) -> None:
    assert code_of(create(sealed, body, **headers), status) == code
    assert state() == ("missing", 0)
    assert create(sealed, b"")["Upload-Offset"] == "0"
    assert create(sealed, CONTENT, **{"Upload-Checksum": tus.checksum("sha1", CONTENT)}).status_code == 201
    assert state() == ("confirmed", len(CONTENT))


def test_metadata_that_names_a_path_or_a_key_twice_opens_no_other_file(sealed: SealedReport) -> None:
    (entry,) = sealed.manifest.evidence
    api, good = APIClient(raise_request_exception=False), tus.metadata(sealed.manifest.id, entry)
    assert code_of(tus.post(api, f"{good},{good}", len(CONTENT)), 400) == "request_invalid"
    for trick in ("../../etc/passwd", "/etc/passwd", "..", f"{entry.sha256}/..", "a\0b"):
        answer = tus.post(api, tus.metadata(sealed.manifest.id, entry, sha256=trick), len(CONTENT))
        assert code_of(answer, 400) == "request_invalid"
        named = tus.metadata(sealed.manifest.id, entry, filename=trick)
        assert tus.post(api, named, len(CONTENT)).status_code == 201
    assert not any(partial_path(sealed.manifest.id, entry.id).parent.glob("**/*"))


def test_head_says_which_file_it_is_about(filed: Filed) -> None:
    answer = filed.api.head(filed.path, headers={"Tus-Resumable": "1.0.0"})
    assert answer["Upload-Metadata"] == tus.metadata(filed.report, filed.entry)


@on_postgresql
@pytest.mark.django_db(transaction=True)
def test_senders_of_the_same_new_file_at_once_have_one_upload_and_one_confirmation(phone: Deliverer) -> None:
    sealed = phone.phone.seal(files=[CONTENT])
    phone.put(sealed)
    answers = at_once(*[lambda: create(sealed, CONTENT)] * 6)
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer["Location"] for answer in answers}) == 1
    assert str(len(CONTENT)) in {answer["Upload-Offset"] for answer in answers}
    assert state() == ("confirmed", len(CONTENT))
    assert Event.objects.filter(action="evidence:confirmed").count() == 1


# --- what a killed server left undone


def test_whole_file_that_was_not_moved_yet_is_finished_at_the_next_question(
    filed: Filed, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(*_: Any) -> None:
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(Partial, "settle", killed)
        with pytest.raises(Killed):
            filed.patch(0, CONTENT)
    assert not filed.stored.exists()
    assert filed.head() == len(CONTENT)
    assert filed.confirmed()


def test_whole_file_of_another_hash_that_a_killed_server_left_is_begun_anew(
    filed: Filed, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(*_: Any) -> None:
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(Partial, "settle", killed)
        with pytest.raises(Killed):
            filed.patch(0, CONTENT[:-1] + b"?")
    assert filed.head() == 0
    assert filed.said() == ("missing", 0)
    filed.patch(0, CONTENT)
    assert filed.confirmed()


def test_file_begun_anew_by_another_is_not_taken_for_what_this_sender_wrote(
    filed: Filed, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other's bytes are as many, so that only the file itself tells the difference."""
    other = b"?" * 1000
    pieces: list[bytes] = [CONTENT[:1000], CONTENT[1000:]]

    def read(_: int) -> bytes:
        if len(pieces) == 1:
            path = partial_path(filed.report, filed.entry.id)
            path.unlink()
            path.write_bytes(other)
        return pieces.pop(0) if pieces else b""

    with monkeypatch.context() as patched:
        patched.setattr("django.core.handlers.wsgi.WSGIRequest.read", staticmethod(read))
        assert code_of(filed.patch(0, CONTENT), 409) == "upload_offset"
    assert not filed.stored.exists()
    assert filed.head() == 1000


def test_refusal_of_the_disk_when_the_file_is_moved_leaves_it_for_the_next_question(
    filed: Filed, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patched:
        patched.setattr(Partial, "move", refuse)
        assert code_of(filed.patch(0, CONTENT), 507) == "storage_full"
    assert filed.head() == len(CONTENT)
    assert filed.confirmed()


def test_confirming_again_records_nothing(filed: Filed) -> None:
    filed.patch(0, CONTENT)
    row = Evidence.objects.get()
    filing.evidences_confirm(confirming=[(row, "anonymous"), (row, "anonymous")], now=timezone.now())
    assert filed.confirmed()


def test_of_files_finished_at_once_only_the_one_that_cannot_be_written_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    written: list[list[int]] = []

    def write(batch: list[Any]) -> None:
        written.append([one.upload for one in batch])
        if 3 in written[-1]:
            raise ValueError("three")

    monkeypatch.setattr("backend.sync.confirming._write", write)
    together = Confirming()
    with ThreadPoolExecutor(5) as pool:
        with together._turn:
            calls = [pool.submit(together.confirm, i, actor="", now=timezone.now()) for i in range(5)]  # type: ignore[arg-type]
            while len(together._waiting) < 5:
                time.sleep(0.001)
        errors = [type(call.exception()) for call in calls]
    assert errors == [type(None)] * 3 + [ValueError, type(None)]
    assert sorted(written[0]) == [0, 1, 2, 3, 4]
    assert sorted(map(len, written[1:])) == [1] * 5


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


# --- limits, the method in a header


@pytest.mark.parametrize(
    ("media_type", "kind"),
    [
        ("image/heic", "image"),
        ("VIDEO/mp4", "video"),
        ("audio/ogg", "audio"),
        ("application/pdf", "other"),
        ("", "other"),
    ],
)
def test_file_over_the_limit_of_its_kind_is_refused_and_its_report_is_not(
    phone: Deliverer, settings: LazySettings, media_type: str, kind: str
) -> None:
    settings.EVIDENCE_LIMITS = {**settings.EVIDENCE_LIMITS, kind: 10}
    within, over = evidence_entry(b"0123456789", media_type=media_type), evidence_entry(CONTENT, media_type=media_type)
    report = phone.phone.seal(evidence=(within, over))
    assert phone.put(report).status_code == 201
    api = APIClient(raise_request_exception=False)
    assert tus.post(api, tus.metadata(report.manifest.id, within), 10).status_code == 201
    answer = tus.post(api, tus.metadata(report.manifest.id, over), over.bytes)
    assert code_of(answer, 413) == "evidence_too_large"


@pytest.mark.parametrize("actual", ["POST", "GET", "PUT"])
def test_method_named_in_a_header_stands_for_the_actual_one(filed: Filed, actual: str) -> None:
    def call(method: str, **headers: str) -> Any:
        given = {"Tus-Resumable": "1.0.0", "X-HTTP-Method-Override": method, **headers}
        body = CONTENT[:100] if method == "PATCH" else b""
        return filed.api.generic(actual, filed.path, body, content_type=tus.OFFSET_STREAM, headers=given)

    assert call("PATCH", **{"Upload-Offset": "0"})["Upload-Offset"] == "100"
    assert call("HEAD")["Upload-Offset"] == "100"
    assert filed.api.get(filed.path, headers={"X-HTTP-Method-Override": "options"})["Tus-Version"] == "1.0.0"
    assert call("delete").status_code == 204
    assert call("HEAD").status_code == 404
    for wrong in ("TRACE", "", "PATCH, DELETE", "dispatch"):
        assert code_of(call(wrong), 405) == "method_not_allowed"


# --- slow lines


def test_of_the_slow_lines_the_fastest_stay_and_new_ones_have_their_grace() -> None:
    now, gone = 100.0, []
    lines = SlowLines(clock=lambda: now)
    lines._sweeping = True  # looked at by hand here
    held = [lines.holding(lambda i=i: gone.append(i), most=2, grace_s=3) for i in range(5)]  # type: ignore[misc]
    received = [300, 10, 200, 20]
    for one, size in zip(held, received, strict=False):
        one.__enter__().received = size
    now += 2.9
    assert lines.look(most=2, grace_s=3) == 4
    assert gone == []
    now += 0.1
    held[4].__enter__()
    assert lines.look(most=2, grace_s=3) == 3
    assert gone == [1, 3]
    for one in held:
        one.__exit__(None, None, None)
    assert lines.look(most=2, grace_s=3) == 0
    assert gone == [1, 3]
