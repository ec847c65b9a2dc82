"""tus-js-client (from npm), installed by `requirements/foreign.sh` below var/foreign."""

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.foreign.conftest import SIZE, Declared

ROOT = Path(__file__).parents[2]
CLIENT = ROOT / "var" / "foreign"
PART = 90_000

pytestmark = pytest.mark.skipif(
    shutil.which("node") is None or not (CLIENT / "installed").exists(),
    reason="node or tus-js-client is missing; make test lists it",
)


def send(declared: Declared, **wish: Any) -> dict[str, Any]:
    """Runs the client in a process of its own: `url`, `sent` (methods), and `done`, `left`, `terminated` or `error`
    with `status`."""
    asked = {"path": str(declared.path), "endpoint": declared.endpoint, "size": SIZE, "metadata": declared.metadata}
    done = subprocess.run(
        ["node", str(Path(__file__).with_name("tus_js_client.cjs")), json.dumps({**asked, **wish}), str(CLIENT)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    said: dict[str, Any] = json.loads(done.stdout)
    return said


def test_upload_in_one_request(declared: Callable[[], Declared]) -> None:
    file = declared()
    said = send(file, inCreation=True)
    assert (said.get("done"), said["sent"]) == (True, ["POST"])
    assert file.is_stored()


def test_interrupted_upload_is_resumed_to_the_byte_by_another_process(declared: Callable[[], Declared]) -> None:
    file = declared()
    left = send(file, chunkSize=PART, leaveAfter=PART)
    assert left["left"] == PART
    assert file.state() == ("partial", PART)
    said = send(file, url=left["url"], override=True)
    assert (said.get("done"), said["sent"]) == (True, ["HEAD", "POST"])
    assert file.is_stored()


def test_wrong_checksum_is_refused_and_the_upload_goes_on(declared: Callable[[], Declared]) -> None:
    file = declared()
    left = send(file, chunkSize=PART, leaveAfter=PART)
    wrong = send(file, url=left["url"], headers={"Upload-Checksum": "sha1 Kq5sNclPz7QV2+lfQIuc6R7oRu0="})
    assert wrong["status"] == 460
    assert file.state() == ("partial", PART)
    assert send(file, url=left["url"]).get("done")
    assert file.is_stored()


def test_expired_upload_is_begun_anew_by_the_client_itself(declared: Callable[[], Declared]) -> None:
    file = declared()
    left = send(file, chunkSize=PART, leaveAfter=PART)
    file.expire()
    said = send(file, url=left["url"])
    assert (said.get("done"), said["sent"]) == (True, ["HEAD", "POST", "PATCH"])
    assert said["url"] != left["url"]
    assert file.is_stored()


def test_terminated_upload_is_gone(declared: Callable[[], Declared]) -> None:
    file = declared()
    said = send(file, chunkSize=PART, terminateAfter=PART)
    assert said["terminated"] == PART
    assert said["sent"] == ["POST", "PATCH", "DELETE"]
    assert file.state() == ("missing", 0)
    assert (
        file.office.request("HEAD", said["url"].partition(str(file.office.port))[2], Tus_Resumable="1.0.0").status
        == 404
    )
