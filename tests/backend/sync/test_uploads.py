"""Evidence bytes by tus 1.0, inside this process."""

import hashlib
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.conf import LazySettings
from rest_framework.test import APIClient

from backend.audit.models import Event
from backend.audit.verifying import verify
from backend.inspections import evidence as filing
from backend.sync.models import Upload
from shared.wire.v1.messages import EvidenceEntry
from shared.wire.v1.seal import SealedReport
from tests.backend.conftest import Deliverer
from tests.backend.sync import tus
from tests.backend.sync.helpers import grown, receipt_of, rows
from tests.factories.reports import evidence_entry, transport_facts

pytestmark = pytest.mark.usefixtures("_at_noon")

CONTENT = bytes(range(256)) * 40


class Filed:
    """A delivered report that declares CONTENT, and a stranger who brings the bytes."""

    def __init__(self, phone: Deliverer, content: bytes = CONTENT) -> None:
        self.phone, self.content = phone, content
        self.sealed: SealedReport = phone.phone.seal(files=[content])
        assert phone.put(self.sealed).status_code == 201
        self.api = APIClient(raise_request_exception=False)
        self.path = tus.create(self.api, self.report, self.entry)

    @property
    def report(self) -> UUID:
        return self.sealed.manifest.id

    @property
    def entry(self) -> EvidenceEntry:
        return self.sealed.manifest.evidence[0]

    @property
    def stored(self) -> Path:
        return filing.evidence_path(self.entry.sha256)

    def patch(self, offset: object, part: bytes, **headers: str) -> Any:
        return tus.patch(self.api, self.path, offset, part, **headers)

    def head(self) -> int:
        offset, length = tus.head(self.api, self.path)
        assert length == len(self.content)
        return offset

    def said(self) -> tuple[str, int]:
        """What the receipt says of the file."""
        (line,) = receipt_of(self.api, self.sealed)["evidence"]
        return line["state"], line["bytes_received"]

    def confirmed(self) -> bool:
        whole = self.stored.read_bytes() == self.content if self.stored.exists() else False
        events = Event.objects.filter(action="evidence:confirmed", subject=f"evidence:{self.report}/{self.entry.id}")
        return whole and self.said() == ("confirmed", len(self.content)) and events.count() == 1


@pytest.fixture
def filed(phone: Deliverer) -> Filed:
    return Filed(phone)


def code_of(answer: Any, status: int) -> str:
    assert answer.status_code == status, answer.content
    assert answer["Content-Type"] == "application/problem+json"
    assert answer["Tus-Resumable"] == "1.0.0"
    code: str = answer.json()["code"]
    return code


# --- what the server offers


def test_options_says_what_the_server_can_without_version_header(db: None, settings: LazySettings) -> None:
    answer = APIClient().options("/api/v1/uploads/")
    assert answer.status_code in (200, 204)
    assert (answer["Tus-Resumable"], answer["Tus-Version"]) == ("1.0.0", "1.0.0")
    assert {"creation", "checksum"} <= set(answer["Tus-Extension"].split(","))
    assert set(answer["Tus-Checksum-Algorithm"].split(",")) == {"sha1", "sha256"}
    assert answer["Tus-Max-Size"] == str(settings.EVIDENCE_MAX_BYTES)


@pytest.mark.parametrize("version", ["0.2.2", "2.0.0", ""])
def test_another_version_of_tus_gives_412_and_says_which(filed: Filed, version: str) -> None:
    other = {"Tus-Resumable": version}
    answers = [
        tus.post(filed.api, tus.metadata(filed.report, filed.entry), len(CONTENT), **other),
        filed.patch(0, CONTENT, **other),
    ]
    for answer in answers:
        assert code_of(answer, 412) == "tus_version"
        assert answer["Tus-Version"] == "1.0.0"
    assert filed.api.head(filed.path, headers=other).status_code == 412
    assert filed.api.head(filed.path).status_code == 412
    assert filed.head() == 0


# --- creation


def test_post_gives_a_location_to_go_on_from_and_the_same_one_again(filed: Filed) -> None:
    answer = tus.post(filed.api, tus.metadata(filed.report, filed.entry), len(CONTENT))
    assert answer.status_code == 201
    assert (answer["Location"], answer["Upload-Offset"]) == (f"http://testserver{filed.path}", "0")
    filed.patch(0, CONTENT[:100])
    again = tus.post(filed.api, tus.metadata(filed.report, filed.entry), len(CONTENT))
    assert (again["Location"], again["Upload-Offset"]) == (answer["Location"], "100")
    assert Upload.objects.count() == 1


@pytest.mark.parametrize(
    ("overrides", "path"),
    [
        ({"report": None}, "Upload-Metadata.report"),
        ({"evidence": None}, "Upload-Metadata.evidence"),
        ({"sha256": None}, "Upload-Metadata.sha256"),
        ({"report": "none"}, "Upload-Metadata.report"),
        ({"evidence": "a\0b"}, "Upload-Metadata.evidence"),
        ({"sha256": "a\0b"}, "Upload-Metadata.sha256"),
        ({"sha256": "A" * 64}, "Upload-Metadata.sha256"),
    ],
    ids=str,
)
def test_post_with_wrong_metadata_gives_400_naming_it(
    filed: Filed, overrides: dict[str, str | None], path: str
) -> None:
    answer = tus.post(filed.api, tus.metadata(filed.report, filed.entry, **overrides), len(CONTENT))
    assert code_of(answer, 400) == "request_invalid"
    assert [error["path"] for error in answer.json()["errors"]] == [path]


@pytest.mark.parametrize("header", ["", ",", "report", "report ***", "report /w=="])
def test_post_with_metadata_that_is_none_gives_400(filed: Filed, header: str) -> None:
    assert code_of(tus.post(filed.api, header, len(CONTENT)), 400) == "request_invalid"


@pytest.mark.parametrize("length", ["", "-1", "1.5", "x", "9" * 20, "٣"])
def test_post_with_a_length_that_is_none_gives_400(filed: Filed, length: str) -> None:
    answer = tus.post(filed.api, tus.metadata(filed.report, filed.entry), length)
    assert code_of(answer, 400) == "request_invalid"
    assert answer.json()["errors"][0]["path"] == "Upload-Length"


def test_post_with_another_length_than_declared_gives_422_naming_the_declared(filed: Filed) -> None:
    answer = tus.post(filed.api, tus.metadata(filed.report, filed.entry), len(CONTENT) + 1)
    assert code_of(answer, 422) == "evidence_length"
    assert str(len(CONTENT)) in answer.json()["detail"]


def test_post_of_a_file_no_report_declares_gives_404(filed: Filed) -> None:
    before = rows()
    for overrides in ({"report": str(uuid4())}, {"evidence": str(uuid4())}, {"sha256": "0" * 64}):
        answer = tus.post(filed.api, tus.metadata(filed.report, filed.entry, **overrides), len(CONTENT))
        assert code_of(answer, 404) == "evidence_unknown"
    assert grown(before) == {}


def test_post_of_a_file_larger_than_the_server_takes_gives_413(filed: Filed, settings: LazySettings) -> None:
    settings.EVIDENCE_MAX_BYTES = len(CONTENT) - 1
    answer = tus.post(filed.api, tus.metadata(filed.report, filed.entry), len(CONTENT))
    assert code_of(answer, 413) == "evidence_too_large"


# --- sending


def test_whole_file_in_one_patch_is_confirmed_without_any_token(filed: Filed) -> None:
    assert filed.said() == ("missing", 0)
    answer = filed.patch(0, CONTENT)
    assert (answer.status_code, answer["Upload-Offset"]) == (204, str(len(CONTENT)))
    assert filed.confirmed()
    assert filed.head() == len(CONTENT)
    event = Event.objects.get(action="evidence:confirmed")
    assert event.actor == "anonymous"
    assert list(verify()) == []


def test_file_in_parts_resumes_to_the_byte_and_the_receipt_says_how_far(filed: Filed) -> None:
    cuts = [0, 1, 255, 256, 5000, len(CONTENT) - 1, len(CONTENT)]
    for start, end in zip(cuts, cuts[1:], strict=False):
        assert filed.head() == start
        assert filed.said() == (("partial", start) if start else ("missing", 0))
        answer = filed.patch(start, CONTENT[start:end])
        assert (answer.status_code, answer["Upload-Offset"]) == (204, str(end))
    assert filed.confirmed()


def test_empty_patch_moves_nothing(filed: Filed) -> None:
    assert filed.patch(0, b"")["Upload-Offset"] == "0"
    assert filed.said() == ("missing", 0)


@pytest.mark.parametrize("offset", [0, 99, 101, len(CONTENT), 10**14])
def test_patch_at_another_offset_gives_409_with_the_right_one_and_keeps_nothing(filed: Filed, offset: int) -> None:
    filed.patch(0, CONTENT[:100])
    answer = filed.patch(offset, CONTENT[100:])
    assert code_of(answer, 409) == "upload_offset"
    assert "100" in answer.json()["detail"]
    assert filed.head() == 100


@pytest.mark.parametrize("offset", ["", "-1", "one", "1e2"])
def test_patch_at_an_offset_that_is_none_gives_400(filed: Filed, offset: str) -> None:
    answer = filed.patch(offset, CONTENT)
    assert code_of(answer, 400) == "request_invalid"
    assert answer.json()["errors"][0]["path"] == "Upload-Offset"
    assert filed.head() == 0


def test_patch_beyond_the_declared_length_gives_413_and_keeps_nothing_of_it(filed: Filed) -> None:
    filed.patch(0, CONTENT[:100])
    assert code_of(filed.patch(100, CONTENT[100:] + b"x"), 413) == "upload_too_long"
    assert filed.head() == 100
    assert filed.patch(100, CONTENT[100:]).status_code == 204
    assert filed.confirmed()


@pytest.mark.parametrize("media_type", ["application/octet-stream", "application/json", "image/jpeg", ""])
def test_patch_of_another_media_type_gives_415(filed: Filed, media_type: str) -> None:
    answer = filed.api.generic(
        "PATCH",
        filed.path,
        CONTENT,
        content_type=media_type,
        headers={"Tus-Resumable": "1.0.0", "Upload-Offset": "0"},
    )
    assert code_of(answer, 415) == "media_type_unsupported"
    assert tus.OFFSET_STREAM in answer.json()["detail"]
    assert filed.head() == 0


def test_upload_nobody_began_is_not_found(db: None) -> None:
    path = f"/api/v1/uploads/{uuid4()}/"
    assert code_of(tus.patch(APIClient(), path, 0, b"x"), 404) == "not_found"
    assert APIClient().head(path, headers={"Tus-Resumable": "1.0.0"}).status_code == 404


def test_patch_after_the_file_is_whole_changes_nothing(filed: Filed) -> None:
    filed.patch(0, CONTENT)
    before = rows()
    assert code_of(filed.patch(0, CONTENT), 409) == "upload_offset"
    assert filed.patch(len(CONTENT), b"")["Upload-Offset"] == str(len(CONTENT))
    assert grown(before) == {}
    assert filed.confirmed()


# --- checksums


@pytest.mark.parametrize("algorithm", ["sha1", "sha256"])
def test_patch_with_its_checksum_is_kept(filed: Filed, algorithm: str) -> None:
    half = len(CONTENT) // 2
    for start, part in ((0, CONTENT[:half]), (half, CONTENT[half:])):
        assert filed.patch(start, part, **{"Upload-Checksum": tus.checksum(algorithm, part)}).status_code == 204
    assert filed.confirmed()


@pytest.mark.parametrize("algorithm", ["sha1", "sha256"])
def test_patch_with_another_checksum_gives_460_and_nothing_of_it_is_kept(filed: Filed, algorithm: str) -> None:
    filed.patch(0, CONTENT[:100])
    wrong = {"Upload-Checksum": tus.checksum(algorithm, b"something else")}
    assert code_of(filed.patch(100, CONTENT[100:200], **wrong), 460) == "checksum_mismatch"
    assert filed.head() == 100
    assert filed.said() == ("partial", 100)


@pytest.mark.parametrize(
    "header",
    ["md5 1B2M2Y8AsgTpgAmY7PhCfg==", "sha256", "sha256 ***", "sha256 AAAA", "SHA256", "", "crc32 AAAAAA=="],
)
def test_patch_with_a_checksum_the_server_cannot_check_gives_400(filed: Filed, header: str) -> None:
    assert code_of(filed.patch(0, CONTENT, **{"Upload-Checksum": header}), 400) == "checksum_unsupported"
    assert filed.head() == 0


# --- when the whole is not what was sealed


def test_whole_file_of_another_hash_gives_422_goes_and_can_be_sent_again(filed: Filed) -> None:
    wrong = CONTENT[:-1] + b"?"
    filed.patch(0, wrong[:100])
    assert code_of(filed.patch(100, wrong[100:]), 422) == "evidence_hash_mismatch"
    assert filed.head() == 0
    assert filed.said() == ("missing", 0)
    assert not filed.stored.exists()
    assert not Event.objects.filter(action="evidence:confirmed").exists()
    assert filed.patch(0, CONTENT).status_code == 204
    assert filed.confirmed()


def test_same_content_declared_by_two_reports_is_stored_once_and_confirmed_for_both(phone: Deliverer) -> None:
    one, two = Filed(phone), Filed(phone)
    two.patch(0, CONTENT[:50])
    one.patch(0, CONTENT)
    assert one.confirmed()
    # The second had begun; asking again tells its sender that nothing is left to send.
    assert two.head() == len(CONTENT)
    assert two.confirmed()
    assert two.patch(len(CONTENT), b"").status_code == 204
    assert not any((two.stored.parents[1] / "incoming").iterdir())
    files = [path for path in one.stored.parents[1].rglob("*") if path.is_file() and len(path.name) == 64]
    assert files == [one.stored]


def test_report_declaring_content_that_lies_here_already_has_it_confirmed_at_once(phone: Deliverer) -> None:
    one = Filed(phone)
    one.patch(0, CONTENT)
    sealed = phone.phone.seal(files=[CONTENT])
    answer = phone.put(sealed)
    assert answer.json()["evidence"][0]["state"] == "confirmed"
    # Within one report too.
    twice = phone.phone.seal(files=[CONTENT, CONTENT])
    assert [line["state"] for line in phone.put(twice).json()["evidence"]] == ["confirmed", "confirmed"]


def test_report_that_lies_about_the_length_of_known_content_is_not_confirmed(phone: Deliverer) -> None:
    one = Filed(phone)
    one.patch(0, CONTENT)
    liar = phone.phone.seal(evidence=(evidence_entry(CONTENT, bytes=5),))
    (line,) = phone.put(liar).json()["evidence"]
    assert (line["state"], line["bytes_received"]) == ("missing", 0)
    path = tus.create(one.api, liar.manifest.id, liar.manifest.evidence[0])
    assert code_of(tus.patch(one.api, path, 0, CONTENT[:5]), 422) == "evidence_hash_mismatch"
    assert one.confirmed()


def test_two_files_of_a_report_travel_by_themselves(phone: Deliverer) -> None:
    sealed = phone.phone.seal(files=[b"one", b"two!"], facts=transport_facts())
    phone.put(sealed)
    one, two = sealed.manifest.evidence
    api = APIClient()
    tus.patch(api, tus.create(api, sealed.manifest.id, two), 0, b"two!")
    tus.patch(api, tus.create(api, sealed.manifest.id, one), 0, b"o")
    lines = {line["id"]: (line["state"], line["bytes_received"]) for line in receipt_of(api, sealed)["evidence"]}
    assert lines == {str(one.id): ("partial", 1), str(two.id): ("confirmed", 4)}


def test_stored_file_is_readable_by_its_hash_and_writable_by_nobody(filed: Filed) -> None:
    filed.patch(0, CONTENT)
    assert hashlib.sha256(filed.stored.read_bytes()).hexdigest() == filed.stored.name
    assert filed.stored.stat().st_mode & 0o222 == 0
