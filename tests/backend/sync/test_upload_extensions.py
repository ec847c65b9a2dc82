"""tus beyond its core: creation-with-upload, termination, expiration, limits by kind, the method in a header."""

from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from django.conf import LazySettings
from rest_framework.test import APIClient

from backend.audit.models import Event
from backend.audit.verifying import verify
from backend.inspections import evidence as filing
from backend.inspections.models import Evidence
from backend.sync.models import Upload
from backend.sync.partials import Partial, partial_path
from shared.wire.v1.seal import SealedReport
from tests.backend.conftest import Deliverer, at_once, on_postgresql
from tests.backend.sync import tus
from tests.backend.sync.helpers import grown, rows
from tests.backend.sync.test_upload_failures import Killed, cut
from tests.backend.sync.test_uploads import CONTENT, Filed, code_of
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
    assert "Tus-Extension" in filed.api.get(filed.path, headers={"X-HTTP-Method-Override": "options"})
    assert call("delete").status_code == 204
    assert call("HEAD").status_code == 404
    for wrong in ("TRACE", "", "PATCH, DELETE", "dispatch"):
        assert code_of(call(wrong), 405) == "method_not_allowed"
