"""The log says what failed, and never what was in it or who was let in by what."""

import json
import logging
from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from backend.common.logs import formatter
from tests.backend.conftest import PASSWORD, Cast, enrol
from tests.backend.sync.helpers import as_bytes, body_of, put_bytes
from tests.factories.reports import assessment, envelope_json

SECRETS = ("minh họa", "87C-123", PASSWORD, "sai-mật-khẩu", "CCCD")


def written(caplog: pytest.LogCaptureFixture) -> str:
    """Everything logged, as it would be written: JSON lines with their tracebacks."""
    form = formatter()
    return "\n".join(form.format(record) for record in caplog.records)


def test_log_holds_no_body_no_token_and_no_password(
    cast: Cast, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    caplog.set_level(logging.DEBUG)
    for noisy in ("django.db.backends", "faker", "asyncio"):  # switched on by nobody in an office
        caplog.set_level(logging.INFO, logger=noisy)
    phone, _, token = enrol(cast.an, cast.binh)
    api = APIClient(headers={"Authorization": f"Token {token}"}, raise_request_exception=False)
    sealed = phone.seal(assessment=assessment("VC-01"))
    put_bytes(api, sealed.manifest.id, body_of(sealed))
    put_bytes(api, sealed.manifest.id, as_bytes(phone.tampered(envelope_json(sealed), "facts_wrong_unit")))
    put_bytes(api, sealed.manifest.id, body_of(sealed)[:-5])
    for password in (PASSWORD, "sai-mật-khẩu"):
        api.post("/api/v1/auth/login/", {"username": "an", "password": password}, format="json")

    def fail(*_: Any, **__: Any) -> None:
        raise RuntimeError("nobody foresaw this")

    monkeypatch.setattr("backend.sync.services._filed", fail)
    assert put_bytes(api, sealed.manifest.id, body_of(sealed)).status_code == 500
    monkeypatch.setattr("backend.accounts.services.authenticate", fail)
    login = api.post("/api/v1/auth/login/", {"username": "an", "password": PASSWORD}, format="json")
    assert login.status_code == 500

    log = written(caplog)
    assert log.count("nobody foresaw this") >= 2  # so the log was really looked at
    manifest = envelope_json(sealed)["manifest"]
    assert [secret for secret in (*SECRETS, token, manifest[40:80]) if secret in log] == []


@pytest.mark.parametrize("record", [("chữ %s", ("đ",)), ("no arguments", ())], ids=str)
def test_log_line_is_one_json_object(record: tuple[str, tuple[str, ...]]) -> None:
    line = formatter().format(logging.LogRecord("backend", logging.WARNING, __file__, 1, *record, exc_info=None))
    assert "\n" not in line
    said = json.loads(line)
    assert (said["level"], said["logger"]) == ("warning", "backend")
    assert said["event"] == (record[0] % record[1])


def test_log_line_of_an_exception_is_one_json_object_too() -> None:
    fails: Callable[[], Any] = lambda: 1 / 0  # noqa: E731
    try:
        fails()
    except ZeroDivisionError as error:
        info = (type(error), error, error.__traceback__)
    line = formatter().format(logging.LogRecord("x", logging.ERROR, __file__, 1, "failed", (), exc_info=info))
    assert "\n" not in line
    assert "ZeroDivisionError" in json.loads(line)["exception"]
