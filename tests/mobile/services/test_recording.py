"""Drafts and their files."""

import hashlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from mobile.bootstrap import Phone
from mobile.device.photos_files import PhotosFromFiles
from shared.problems import Problem
from shared.wire.v1.media import media_type
from shared.wire.v1.records import Kind, Purpose
from tests.factories import reports as make
from tests.mobile.conftest import FakeClock


def test_what_was_saved_is_there_after_a_restart_unfinished_as_it_was(
    phone: Phone, new_phone: Callable[..., Phone], photo: Callable[..., Path]
) -> None:
    draft = phone.recording.start(Kind.STOCKYARD)
    entry = phone.recording.attach(draft.id, photo(), purpose=Purpose.DOCUMENT)
    phone.recording.save(
        draft.id,
        facts={"place": "Bến Gạch ặ", "loads": []},
        assessment={"notes": "xem lại"},
        identities=[{"name": "Tài"}],
    )
    phone.close()

    [again] = new_phone().recording.drafts()

    assert (again.id, again.kind, again.files) == (draft.id, Kind.STOCKYARD, (entry,))
    assert again.facts == {"place": "Bến Gạch ặ", "loads": []}
    assert (again.assessment, again.identities) == ({"notes": "xem lại"}, ({"name": "Tài"},))


def test_saving_one_part_leaves_the_others(phone: Phone) -> None:
    draft = phone.recording.start(Kind.TRANSPORT)
    phone.recording.save(draft.id, facts={"place": "a"}, assessment={"notes": "b"})
    phone.recording.save(draft.id, facts={"place": "c"})
    assert phone.recording.get(draft.id).assessment == {"notes": "b"}


def test_attaching_keeps_the_exact_bytes_and_their_hash_whatever_becomes_of_the_source(
    phone: Phone, photo: Callable[..., Path]
) -> None:
    draft, source = phone.recording.start(Kind.TRANSPORT), photo(size=600_000)
    content = source.read_bytes()
    entry = phone.recording.attach(
        draft.id, source, purpose=Purpose.LOAD, taken_at=make.STARTED_AT, from_app_camera=True
    )
    source.unlink()
    with phone.files.open(str(entry.id)) as kept:
        assert kept.read() == content
    assert (entry.sha256, entry.bytes) == (hashlib.sha256(content).hexdigest(), len(content))
    assert (entry.media_type, entry.purpose, entry.taken_at, entry.from_app_camera) == (
        "image/jpeg",
        Purpose.LOAD,
        make.STARTED_AT,
        True,
    )


@pytest.mark.parametrize("what", ["missing", "empty", "folder"])
def test_attaching_what_cannot_be_read_says_so_and_leaves_nothing(phone: Phone, tmp_path: Path, what: str) -> None:
    source = tmp_path / "x.jpg"
    if what == "empty":
        source.touch()
    elif what == "folder":
        source.mkdir()
    draft = phone.recording.start(Kind.TRANSPORT)
    with pytest.raises(Problem) as failure:
        phone.recording.attach(draft.id, source, purpose=Purpose.LOAD)
    assert failure.value.code == "photo_unreadable"
    assert phone.recording.get(draft.id).files == ()
    assert [path.name for path in (tmp_path / "phone" / "files").iterdir()] == [".lock"]


def test_detaching_and_discarding_remove_the_files_of_drafts_only(
    phone: Phone, photo: Callable[..., Path], tmp_path: Path
) -> None:
    draft = phone.recording.start(Kind.TRANSPORT)
    first, second = (phone.recording.attach(draft.id, photo(i), purpose=Purpose.LOAD) for i in range(2))
    phone.recording.detach(draft.id, first.id)
    assert phone.recording.get(draft.id).files == (second,)
    phone.recording.save(draft.id, facts=make.transport_facts())
    sealed = phone.sealing.seal(draft.id)
    for forbidden in (
        lambda: phone.recording.discard(draft.id),
        lambda: phone.recording.detach(draft.id, second.id),
        lambda: phone.recording.save(draft.id, facts={}),
        lambda: phone.recording.attach(draft.id, photo(3), purpose=Purpose.LOAD),
    ):
        with pytest.raises(Problem, match="draft_closed"):
            forbidden()
    assert phone.files.measure(sealed.files[0].name) == (second.sha256, second.bytes)
    other = phone.recording.start(Kind.TRANSPORT)
    phone.recording.attach(other.id, photo(4), purpose=Purpose.LOAD)
    phone.recording.discard(other.id)
    kept = {path.name for path in (tmp_path / "phone" / "files").iterdir() if not path.name.startswith(".")}
    assert kept == {str(second.id)}


def test_drafts_are_listed_saved_last_first(phone: Phone, clock: FakeClock) -> None:
    ids = []
    for _ in range(3):
        ids.append(phone.recording.start(Kind.TRANSPORT).id)
        clock.move(1)
    phone.recording.save(ids[0], facts={})
    assert [draft.id for draft in phone.recording.drafts()] == [ids[0], ids[2], ids[1]]


def test_photos_from_files_come_one_by_one_with_no_claim_of_camera_or_time(
    phone: Phone, photo: Callable[..., Path]
) -> None:
    source = PhotosFromFiles([photo(1), photo(2)])
    draft = phone.recording.start(Kind.TRANSPORT)
    while taken := source.take():
        phone.recording.attach_photo(draft.id, taken, purpose=Purpose.OVERVIEW)
    files = phone.recording.get(draft.id).files
    assert [(entry.taken_at, entry.from_app_camera) for entry in files] == [(None, False)] * 2


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        (b"\xff\xd8\xff\xe1....Exif", "image/jpeg"),
        (b"\x89PNG\r\n\x1a\n....", "image/png"),
        (b"\x00\x00\x00\x18ftypheic....", "image/heic"),
        (b"\x00\x00\x00\x18ftypisom....", "video/mp4"),
        (b"\x00\x00\x00\x14ftypqt  ....", "video/quicktime"),
        (b"RIFF....WEBPVP8 ", "image/webp"),
        (b"%PDF-1.7 ........", "application/pdf"),
        (b"MZ\x90\x00............", "application/octet-stream"),
        (b"", "application/octet-stream"),
    ],
)
def test_the_media_type_is_told_by_content(head: bytes, expected: str) -> None:
    assert media_type(head) == expected


def test_a_draft_that_corrects_a_report_names_it(phone: Phone) -> None:
    draft = phone.recording.start(Kind.TRANSPORT)
    phone.recording.save(draft.id, facts=make.transport_facts())
    old = phone.sealing.seal(draft.id)
    correction = phone.recording.start(Kind.TRANSPORT, supersedes=old.id)
    phone.recording.save(correction.id, facts=replace(make.transport_facts(), place="đúng hơn"))
    assert f'"supersedes":"{old.id}"'.encode() in phone.outbox.envelope(phone.sealing.seal(correction.id).id).manifest
