"""The server proves itself, so that a phone does not hand evidence to a Wi-Fi portal."""

from datetime import datetime
from typing import Any

from backend.audit import signing
from backend.audit.selectors import server_keys
from shared.wire.v1 import messages


def hello(*, nonce: str, now: datetime) -> dict[str, Any]:
    """The signed greeting of the contract: the nonce given back, the time, every key of this server."""
    signing.key_ensure(now)
    keys = tuple(signing.as_message(row) for row in server_keys())
    return signing.signed(messages.Hello(nonce=nonce, server_time=now, keys=keys, signature=""))
