"""tuspy, whose authors know nothing of this server."""

import io
from collections.abc import Callable

import pytest
from tusclient.client import TusClient
from tusclient.exceptions import TusCommunicationError, TusUploadFailed
from tusclient.uploader import Uploader

from tests.foreign.conftest import SIZE, Declared

PART = 90_000


def uploader(declared: Declared, content: bytes | None = None, url: str | None = None) -> Uploader:
    client = TusClient(declared.endpoint)
    return client.uploader(
        file_stream=io.BytesIO(declared.content if content is None else content),
        url=url,
        chunk_size=PART,
        metadata=declared.metadata,
        upload_checksum=True,
    )


def test_upload_in_parts_with_checksums(declared: Callable[[], Declared]) -> None:
    file = declared()
    uploader(file).upload()
    assert file.is_stored()


def test_interrupted_upload_is_resumed_to_the_byte_by_another_client(declared: Callable[[], Declared]) -> None:
    file = declared()
    first = uploader(file)
    first.upload(stop_at=PART)
    assert file.state() == ("partial", PART)
    second = uploader(file, url=first.url)
    assert second.offset == PART
    second.upload()
    assert file.is_stored()


def test_wrong_checksum_is_refused_and_the_upload_goes_on(declared: Callable[[], Declared]) -> None:
    file = declared()
    sending = uploader(file)
    sending.upload_chunk()
    sending.upload_checksum = False
    sending.client.set_headers({"Upload-Checksum": "sha1 Kq5sNclPz7QV2+lfQIuc6R7oRu0="})
    with pytest.raises(TusUploadFailed) as refused:
        sending.upload_chunk()
    assert refused.value.status_code == 460
    assert file.state() == ("partial", PART)
    uploader(file, url=sending.url).upload()
    assert file.is_stored()


def test_other_bytes_than_were_sealed_are_refused(declared: Callable[[], Declared]) -> None:
    file = declared()
    with pytest.raises(TusUploadFailed) as refused:
        uploader(file, file.content[:-1] + b"?").upload()
    assert refused.value.status_code in (422, 460)
    assert file.state() == ("missing", 0)


def test_expired_upload_is_gone_and_begun_anew(declared: Callable[[], Declared]) -> None:
    file = declared()
    first = uploader(file)
    first.upload(stop_at=PART)
    file.expire()
    with pytest.raises(TusCommunicationError) as gone:
        uploader(file, url=first.url)
    assert gone.value.status_code == 410
    assert file.state() == ("missing", 0)
    again = uploader(file)
    again.upload()
    assert again.offset == SIZE
    assert file.is_stored()
