"""Bodies that strangers may send, read in bounded memory."""

from typing import Any

from django.conf import settings

from shared.problems import FieldError, Problem
from shared.wire.v1.canonical import parse_json

# A megabyte of `{},{},…` becomes fifty in memory. An envelope's bulk is base64, in which no comma stands: one has six
# and one more for each identity part.
_MOST_IN_ENVELOPE = 10_000
_MOST_IN_BATCH = 100_000


def envelope_value(raw: bytes) -> Any:
    """The JSON value of a body; Problem `not_json`. None for what has far more in it than any envelope: that is refused
    like all that is none, and kept, without being taken apart."""
    return parse_json(raw) if raw.count(b",") <= _MOST_IN_ENVELOPE else None


def batch_envelopes(raw: bytes) -> list[Any]:
    """What stands in `envelopes`; Problems `not_json`, `request_invalid`."""
    value = parse_json(raw) if raw.count(b",") <= _MOST_IN_BATCH else None
    envelopes = value.get("envelopes") if isinstance(value, dict) and len(value) == 1 else None
    if not isinstance(envelopes, list) or len(envelopes) > settings.BATCH_MAX_ENVELOPES:
        limit = f"list ≤ {settings.BATCH_MAX_ENVELOPES}"
        raise Problem("request_invalid", errors=(FieldError("envelopes", "type", {"expected": limit}),))
    return envelopes
