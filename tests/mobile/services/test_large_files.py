"""Video and audio travel as photos do: the bytes untouched, and never in memory as a whole."""

import hashlib
import tracemalloc
from pathlib import Path

import pytest

from mobile.bootstrap import Phone
from shared.wire.v1.records import Kind, Purpose
from tests.factories import reports as make
from tests.fakes.server import FakeServer
from tests.mobile.conftest import FakeClock, Patience, state_of

SIZE = 48 << 20
MEMORY = 24 << 20  # four pieces of the largest size, as requests, http.client and the server's side hold them


@pytest.mark.timeout(60)
def test_a_video_is_attached_sealed_and_sent_without_being_held(
    phone: Phone, server: FakeServer, clock: FakeClock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    video = tmp_path / "phim.mp4"
    with video.open("wb") as file:
        file.write(b"\0\0\0\x18ftypmp42" + bytes(20))
        file.truncate(SIZE)  # sparse
    digest = hashlib.sha256()

    class Sink(bytearray):
        """Of the fake server, which would keep everything: counts, and forgets the bytes."""

        size = 0

        def __len__(self) -> int:
            return self.size

        def __iadd__(self, more: object) -> "Sink":
            assert isinstance(more, bytes)
            digest.update(more)
            self.size += len(more)
            return self

        def __buffer__(self, flags: int, /) -> memoryview:
            raise AssertionError("nobody asks for the bytes")

    monkeypatch.setattr("tests.fakes.uploads.new_content", Sink)
    monkeypatch.setattr("tests.fakes.uploads.hash_of", lambda content: digest.hexdigest())
    draft = phone.recording.start(Kind.TRANSPORT)
    tracemalloc.start()
    try:
        entry = phone.recording.attach(draft.id, video, purpose=Purpose.LOAD)
        phone.recording.save(draft.id, facts=make.transport_facts())
        report = phone.sealing.seal(draft.id)
        phone.sending.send_until_empty(Patience(clock))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()

    assert state_of(phone, report) == ("confirmed", ["confirmed"])
    assert entry.media_type == "video/mp4"
    assert entry.sha256 == digest.hexdigest() == hashlib.sha256(video.read_bytes()).hexdigest()
    assert peak < MEMORY
