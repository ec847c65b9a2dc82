"""JSON as the wire means it, bounded."""

from collections.abc import Mapping
from typing import IO, Any

from django.conf import settings
from rest_framework.parsers import BaseParser
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request

from shared.problems import Problem
from shared.wire.v1.canonical import parse_json

_PIECE = 2**16
# A refused body is read on to its end up to here, so that its sender gets to see the answer instead of a reset line.
_DRAIN = 80 * 2**20


def read_body(request: Request, limit: int) -> bytes:
    """The whole body; Problem `too_large` beyond `limit` bytes, of which no more than `limit` are ever held."""
    stream = request._request
    try:
        declared = natural(request.META.get("CONTENT_LENGTH") or "0")
        body = b"" if declared > limit else stream.read(limit + 1)
        if declared > limit or len(body) > limit:
            drained = 0
            while drained < _DRAIN and (piece := stream.read(_PIECE)):
                drained += len(piece)
            raise Problem("too_large", limit=limit)
    except (OSError, ValueError) as error:  # the line was cut, or a length that is none: nobody's defect, no whole body
        raise Problem("not_json") from error
    return body


def natural(text: str) -> int:
    """A length as HTTP writes it; ValueError for anything else."""
    if not text.isascii() or not text.isdigit():  # int() would take the digits of every script
        raise ValueError(text)
    return int(text)


class StrictJSONParser(BaseParser):
    """RFC 8259 without Python's extensions; an object where DRF's serializers want one.

    Not a JSONParser: to those DRF hands the body only after it has read all of it.
    """

    media_type = "application/json"
    renderer_class = JSONRenderer  # what the browsable API writes its examples with

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        request = (parser_context or {})["request"]
        return parse_json(read_body(request, settings.ENVELOPE_MAX_BYTES))
