"""As much of HTTP/1.1 as a relay must know: where a head ends, and how long its body is."""

import contextlib
import socket
import struct
from dataclasses import dataclass

_LONGEST_HEAD = 64 * 1024
_END = b"\r\n\r\n"


class MessageOver(Exception):
    """The other end left, or said something that is no head."""


@dataclass(frozen=True, slots=True)
class Head:
    """`line`: request or status line, `fields`: all after it; both with their line ends."""

    line: bytes
    fields: bytes

    @property
    def raw(self) -> bytes:
        return self.line + self.fields

    @property
    def method(self) -> str:
        return self.line.split(b" ", 1)[0].decode("latin-1")

    @property
    def is_json(self) -> bool:
        return self._field("content-type").startswith("application/json")

    @property
    def length(self) -> int:
        """Bytes of body, 0 without one."""
        text = self._field("content-length")
        return int(text) if text.isdigit() else 0

    def answer_length(self, method: str) -> int | None:
        """Bytes of body of this answer to `method`; None: until the server closes."""
        status = self.line.split(b" ", 2)[1]
        if method == "HEAD" or status in (b"204", b"304"):
            return 0
        return self.length if self._field("content-length").isdigit() else None

    def _field(self, name: str) -> str:
        for line in self.fields.decode("latin-1").split("\r\n"):
            key, _, value = line.partition(":")
            if key.strip().lower() == name:
                return value.strip()
        return ""


def read_head(end: socket.socket) -> Head:
    """The next head, and not a byte of what follows it. MessageOver at the end of the stream."""
    head = bytearray()
    while not head.endswith(_END):
        peeked = end.recv(4096, socket.MSG_PEEK)
        if not peeked or len(head) > _LONGEST_HEAD:
            raise MessageOver
        # The end may lie across what was taken before and what is seen now.
        tail = bytes(head[-3:])
        found = (tail + peeked).find(_END)
        take = len(peeked) if found < 0 else found + len(_END) - len(tail)
        head += end.recv(take)
    line, _, fields = bytes(head).partition(b"\r\n")
    return Head(line + b"\r\n", fields)


def reset(end: socket.socket) -> None:
    """Close so that the other end sees a reset instead of an end."""
    with contextlib.suppress(OSError):  # it was gone already
        end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        end.shutdown(socket.SHUT_RD)
        end.close()
