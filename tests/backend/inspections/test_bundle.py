"""A bundle is unpacked and checked by a stranger with the very commands its VERIFY text gives."""

import io
import json
import re
import subprocess
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from rest_framework.test import APIClient

from backend.accounts.models import Officer
from backend.audit.models import Event
from backend.common.zips import Altered
from backend.inspections.evidence import evidence_path
from backend.inspections.models import SealedIdentity
from shared.wire.v1.messages import EvidenceEntry
from shared.wire.v1.records import Purpose
from shared.wire.v1.seal import SealedReport, identity_hash
from tests.backend.conftest import Cast, Deliverer, review
from tests.backend.sync import tus
from tests.factories.reports import assessment, evidence_entry, identity_part, jpeg, subject, transport_facts

PLATE, CARD = jpeg("biển số"), jpeg("căn cước")


@pytest.fixture
def filed(phone: Deliverer) -> SealedReport:
    """A report with everything: an opinion, an identity part with the picture of a card, and two originals."""
    entries = (
        evidence_entry(PLATE, purpose=Purpose.PLATE, from_app_camera=True),
        evidence_entry(CARD, purpose=Purpose.IDENTITY, from_app_camera=False),
    )
    part = identity_part(photo=entries[1].id)
    said = transport_facts(subjects=(subject(identity=identity_hash(part)),))
    sealed = phone.phone.seal(facts=said, assessment=assessment("VC-01"), identities=(part,), evidence=entries)
    assert phone.put(sealed).status_code == 201
    for entry, content in zip(entries, (PLATE, CARD), strict=True):
        upload(phone.api, sealed.manifest.id, entry, content)
    return sealed


def upload(api: APIClient, report: UUID, entry: EvidenceEntry, content: bytes) -> None:
    path = tus.create(api, report, entry)
    assert tus.patch(api, path, 0, content).status_code == 204


def fetch(api: APIClient, path: str) -> bytes:
    answer = api.get(f"/api/v1/{path}", headers={"Accept": "application/zip"})
    assert answer.status_code == 200, answer.content
    assert answer["Content-Type"] == "application/zip"
    return b"".join(answer.streaming_content)


def unpack(archive: bytes, folder: Path) -> Path:
    """The one folder inside; every name is harmless."""
    with zipfile.ZipFile(io.BytesIO(archive)) as file:
        assert file.testzip() is None
        assert all(re.fullmatch(r"[a-zA-Z0-9][\w./-]*", name) and ".." not in name for name in file.namelist())
        file.extractall(folder)
        (top,) = {name.split("/")[0] for name in file.namelist()}
    return folder / top


def commands(folder: Path) -> list[tuple[str, str]]:
    """(command, what it must print in the end) as the Vietnamese half of VERIFY.txt has them."""
    found: list[tuple[str, str]] = []
    for line in (folder / "VERIFY.txt").read_text(encoding="utf-8").split("-" * 78)[0].splitlines():
        if line.startswith("$ "):
            found.append((line[2:], ""))
        elif line.startswith("= "):
            found[-1] = (found[-1][0], line[2:])
    return found


def run(folder: Path, command: str) -> tuple[int, str]:
    done = subprocess.run(["bash", "-c", command], cwd=folder, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout


def faults(folder: Path, known: list[tuple[str, str]]) -> list[str]:
    """Commands that fail, or print another number than they must."""
    found = []
    for command, expected in known:
        code, said = run(folder, command)
        if code or (expected and not said.strip().endswith(expected)):
            found.append(command)
    return found


@pytest.fixture
def bundle(filed: SealedReport, cast: Cast, as_: Callable[..., APIClient], tmp_path: Path) -> Path:
    return unpack(fetch(as_(cast.binh), f"reports/{filed.manifest.id}/bundle/"), tmp_path / "bundle")


def test_the_commands_of_its_verify_text_find_nothing(bundle: Path, filed: SealedReport) -> None:
    known = commands(bundle)
    assert {command.split()[0] for command, _ in known} == {"sha256sum", "openssl"}
    assert faults(bundle, known) == []
    # The numbers that are to be compared by eye do stand in the manifest.
    manifest = (bundle / f"reports/{filed.manifest.id}/manifest.json").read_text(encoding="utf-8")
    printed = [run(bundle, command)[1] for command, _ in known if command.startswith("openssl dgst -sha256 reports/")]
    assert len(printed) == 5
    assert all(line.split()[-1] in manifest for line in printed)


def test_one_byte_changed_in_any_file_is_found(bundle: Path) -> None:
    known = commands(bundle)
    files = sorted(path for path in bundle.rglob("*") if path.is_file())
    assert len(files) > 20
    for path in files:
        whole = path.read_bytes()
        for at in (0, len(whole) // 2, len(whole) - 1):
            path.chmod(0o644)
            path.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
            assert _found(bundle, known), f"{path.name} at {at}"
        path.write_bytes(whole)
    assert faults(bundle, known) == []


def _found(folder: Path, known: list[tuple[str, str]]) -> bool:
    """By the first command that finds it."""
    return any(faults(folder, [one]) for one in known)


def test_whoever_rewrites_it_all_needs_the_keys(bundle: Path, filed: SealedReport) -> None:
    """Facts, list of hashes, its signature and the server's key changed so that they fit each other."""
    known = commands(bundle)
    for path in bundle.rglob("*"):
        path.chmod(0o755)
    server = next((bundle / "keys").glob("server-*.pem"))
    facts = bundle / f"reports/{filed.manifest.id}/facts.json"
    facts.write_bytes(facts.read_bytes()[:-1] + b" }")
    key = "../forger.pem"
    forged = " && ".join(
        (
            f"openssl ecparam -name prime256v1 -genkey -noout -out {key}",
            f"openssl pkey -in {key} -pubout -out {server.relative_to(bundle)}",
            "sed 's/^[0-9a-f]*  //' SHA256SUMS | xargs sha256sum > sums",
            "mv sums SHA256SUMS",
            f"openssl dgst -sha256 -sign {key} -out SHA256SUMS.sig SHA256SUMS",
        )
    )
    assert run(bundle, forged)[0] == 0
    found = faults(bundle, known)
    assert [command.split()[1] for command in found[:1]] == ["pkey"]  # the number of the key is another
    assert any("receipt.sig" in command for command in found)
    manifest = (bundle / f"reports/{filed.manifest.id}/manifest.json").read_text(encoding="utf-8")
    number = run(bundle, f"openssl dgst -sha256 {facts.relative_to(bundle)}")[1].split()[-1]
    assert number not in manifest


def test_it_holds_the_sealed_bytes_and_says_where_pictures_came_from(bundle: Path, filed: SealedReport) -> None:
    folder = bundle / f"reports/{filed.manifest.id}"
    parts = filed.envelope.parts
    assert (folder / "manifest.json").read_bytes() == filed.envelope.manifest
    assert (folder / "manifest.sig").read_bytes() == filed.envelope.signature
    assert (folder / "facts.json").read_bytes() == parts.facts
    assert (folder / "assessment.json").read_bytes() == parts.assessment
    assert [path.read_bytes() for path in (folder / "identities").iterdir()] == list(parts.identities)
    assert {path.read_bytes() for path in (folder / "evidence").iterdir()} == {PLATE, CARD}
    words = (bundle / "VERIFY.txt").read_text(encoding="utf-8")
    assert f"{filed.manifest.evidence[0].sha256}  plate: máy ảnh do ứng dụng mở" in words
    assert f"{filed.manifest.evidence[1].sha256}  identity: tệp có từ trước" in words
    assert "existed before the app received it" in words


def test_facts_go_out_without_the_opinion_and_without_identities_and_still_verify(
    filed: SealedReport, cast: Cast, as_: Callable[..., APIClient], tmp_path: Path
) -> None:
    path = f"reports/{filed.manifest.id}/bundle/?without=assessment,identities"
    folder = unpack(fetch(as_(cast.binh), path), tmp_path)
    assert faults(folder, commands(folder)) == []
    names = {item.name for item in folder.rglob("*")}
    assert not names & {"assessment.json", "identities", f"{filed.manifest.evidence[1].sha256}.jpg"}
    everything = b"".join(item.read_bytes() for item in folder.rglob("*") if item.is_file())
    assert filed.identities[0].document_number
    for held_back in (filed.identities[0].document_number, filed.identities[0].salt, "VC-01"):
        assert held_back.encode() not in everything
    assert CARD not in everything
    assert PLATE in everything
    said = json.loads((folder / "bundle.json").read_bytes())["reports"][0]
    assert said["parts"]["assessment"] == "withheld"
    assert said["parts"]["identities"][0]["state"] == "withheld"
    assert [file["absent"] for file in said["evidence"]] == [None, "withheld"]


def test_a_part_removed_after_its_retention_is_said_and_the_rest_verifies(
    filed: SealedReport, cast: Cast, as_: Callable[..., APIClient], tmp_path: Path
) -> None:
    SealedIdentity.objects.update(content=None)
    folder = unpack(fetch(as_(cast.binh), f"reports/{filed.manifest.id}/bundle/"), tmp_path)
    assert faults(folder, commands(folder)) == []
    assert "đã xóa khi hết thời hạn lưu giữ" in (folder / "VERIFY.txt").read_text(encoding="utf-8")


def test_the_chain_tells_of_the_bundle_and_the_bundle_of_itself(bundle: Path, filed: SealedReport, cast: Cast) -> None:
    event = Event.objects.get(action="report:bundled")
    assert (event.subject, event.actor) == (f"report:{filed.manifest.id}", str(cast.binh.id))
    assert json.loads(event.data) == {"evidence": [str(e.id) for e in filed.manifest.evidence], "without": []}
    told = [json.loads(path.read_bytes()) for path in sorted((bundle / "audit").glob("0*.json"))]
    own_doing = ("report:assessed", "evidence:looked_into")  # what the office did by itself meanwhile
    assert [one["action"] for one in told if one["action"] not in own_doing] == [
        "device:enrolled",
        "report:received",
        "evidence:confirmed",
        "evidence:confirmed",
        "report:bundled",
    ]
    head = json.loads((bundle / "audit/heads.jsonl").read_bytes())
    assert (head["index"], head["hash"]) == (event.index, event.hash)


def test_who_may_have_one(filed: SealedReport, cast: Cast, as_: Callable[..., APIClient], phone: Deliverer) -> None:
    path = f"/api/v1/reports/{filed.manifest.id}/bundle/"
    assert {who: as_(officer).get(path).status_code for who, officer in _everybody(cast).items()} == {
        "an": 403,
        "binh": 200,
        "cuong": 200,
        "dung": 200,
        "em": 403,
        "chi": 404,
        "nobody": 401,
    }
    assert phone.api.get(path).status_code == 403


def _everybody(cast: Cast) -> dict[str, Officer | None]:
    named: dict[str, Officer | None] = {
        name: getattr(cast, name) for name in ("an", "binh", "cuong", "dung", "em", "chi")
    }
    return {**named, "nobody": None}


def test_a_misspelt_part_hands_out_nothing(filed: SealedReport, cast: Cast, as_: Callable[..., APIClient]) -> None:
    answer = as_(cast.binh).get(f"/api/v1/reports/{filed.manifest.id}/bundle/?without=identity")
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["path"] == "without"
    assert not Event.objects.filter(action="report:bundled").exists()


def test_a_file_that_has_not_come_is_said(
    phone: Deliverer, cast: Cast, as_: Callable[..., APIClient], tmp_path: Path
) -> None:
    sealed = phone.phone.seal(files=[PLATE])
    assert phone.put(sealed).status_code == 201
    folder = unpack(fetch(as_(cast.binh), f"reports/{sealed.manifest.id}/bundle/"), tmp_path)
    assert faults(folder, commands(folder)) == []
    assert "chưa đến cơ quan" in (folder / "VERIFY.txt").read_text(encoding="utf-8")


def test_an_original_that_is_gone_or_changed_at_the_office_is_not_handed_out(
    filed: SealedReport, cast: Cast, as_: Callable[..., APIClient]
) -> None:
    stored = evidence_path(filed.manifest.evidence[0].sha256)
    stored.chmod(0o640)
    stored.write_bytes(bytes([PLATE[0] ^ 1]) + PLATE[1:])
    answer = as_(cast.binh).get(f"/api/v1/reports/{filed.manifest.id}/bundle/")
    sent: list[bytes] = []
    with pytest.raises(Altered):
        sent.extend(answer.streaming_content)
    with pytest.raises(zipfile.BadZipFile):
        zipfile.ZipFile(io.BytesIO(b"".join(sent)))
    stored.unlink()
    answer = as_(cast.binh).get(f"/api/v1/reports/{filed.manifest.id}/bundle/")
    assert (answer.status_code, answer.json()["code"]) == (500, "evidence_damaged")


def test_a_case_brings_its_history_and_every_report(
    filed: SealedReport, phone: Deliverer, cast: Cast, as_: Callable[..., APIClient], tmp_path: Path
) -> None:
    other = phone.file()
    for report in (filed.manifest.id, other):
        review(report, cast.binh)
    api = as_(cast.binh)
    body = {"reports": [str(filed.manifest.id), str(other)], "title": "Vụ thử"}
    case: dict[str, Any] = api.post("/api/v1/cases/", body, format="json").json()
    folder = unpack(fetch(api, f"cases/{case['id']}/bundle/?without=identities"), tmp_path)
    assert folder.name == f"vu-viec-{case['number']}"
    known = commands(folder)
    assert faults(folder, known) == []
    assert {path.name for path in (folder / "reports").iterdir()} == {str(filed.manifest.id), str(other)}
    assert json.loads((folder / "case/history.json").read_bytes())[0]["action"] == "open"
    told = {json.loads(path.read_bytes())["action"] for path in (folder / "audit").glob("0*.json")}
    assert {"case:opened", "case:bundled", "report:reviewed", "report:bundled"} <= told
    assert Event.objects.filter(action="report:bundled").count() == 2
    (folder / "case/history.json").chmod(0o644)
    (folder / "case/history.json").write_bytes(b"[]")
    assert faults(folder, known) == ["sha256sum -c SHA256SUMS"]
