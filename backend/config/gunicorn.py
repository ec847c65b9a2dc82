"""How gunicorn serves the office: `gunicorn -c python:backend.config.gunicorn backend.config.wsgi`.

Each request has a thread while it is read and answered. A line that says nothing for KK_STALL_S seconds is let go,
whether it was in the middle of its headers, of a body, or of reading an answer: gunicorn's threads know no such limit,
so the kernel keeps it (SO_RCVTIMEO and SO_SNDTIMEO, socket(7)), and every connection inherits it from the socket that
listens. Slow lines that do say something: `backend/sync/slow_lines.py`.
"""

import logging
import os
import socket
import struct
from typing import Any

bind = os.environ.get("KK_BIND", "127.0.0.1:8000")
workers = int(os.environ.get("KK_WORKERS", "2"))
worker_class = "gthread"
threads = int(os.environ.get("KK_THREADS", "16"))
timeout = 60  # of a worker that does not answer its master; a request may take longer
graceful_timeout = 30
keepalive = 5
preload_app = True
control_socket_disable = True

stall_s = int(os.environ.get("KK_STALL_S", "30"))


class _LetGo(logging.Filter):
    """gunicorn logs the end of a silent line as an error with a traceback; it is none."""

    def filter(self, record: logging.LogRecord) -> bool:
        return not (record.exc_info and isinstance(record.exc_info[1], BlockingIOError))


def when_ready(server: Any) -> None:
    """gunicorn's hook, in the master before its workers begin."""
    limit = struct.pack("ll", stall_s, 0)  # struct timeval
    for listener in server.LISTENERS:
        listener.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, limit)
        listener.sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, limit)
    server.log.error_log.addFilter(_LetGo())
