"""Files read at arm's length (`backend.common.apart`). Rows come over a pipe one by one; at most one of them is held
here."""

import json
import tempfile
from collections.abc import Callable, Generator
from contextlib import closing
from pathlib import Path

from backend.common import apart
from backend.common.apart import MOST_LINE, ROOT, ReaderDied, Stop
from backend.common.confined import EXIT_BROKEN, EXIT_MEMORY, Limits
from backend.registry.importing.rows import MIB, AreaRow, FileRefused, ReadOptions

__all__ = ["EXIT_BROKEN", "EXIT_MEMORY", "MOST_LINE", "READER", "ROOT", "Progress", "Stop", "limits_of", "read_file"]

READER = "backend.registry.importing.reader"
_ENVIRONMENT = (*apart.ENVIRONMENT, "PROJ_DATA", "PROJ_LIB", "GDAL_DATA")

Progress = Callable[[int, int | None], None]


def limits_of(options: ReadOptions) -> Limits:
    return Limits(options.seconds, options.memory_bytes, options.max_bytes + MIB)


def read_file(
    path: Path, options: ReadOptions, *, progress: Progress | None = None, stop: Stop | None = None
) -> Generator[AreaRow, None, None]:
    """The rows of a file as they are read; `options.kind` None: by content. `progress(rows so far, rows in all or
    None)`. When `stop()` says so the rows end early, without an error.

    FileRefused: the file cannot be read, or not within the limits; rows given before belong to nothing then. OSError
    when it cannot be opened. Whatever ends the iteration, the reader is killed and its folder removed; a caller that
    may raise closes it. Safe in threads: nothing is forked.
    """
    with path.open("rb"):
        pass  # an OSError here is the caller's; in the reader it would be a crash
    done, total = 0, None
    with tempfile.TemporaryDirectory(prefix="kk-import-") as folder:
        messages = apart.said_apart(
            READER,
            _order(path, folder, options),
            limits_of(options),
            folder=folder,
            stop=stop,
            root=ROOT,
            environment=_ENVIRONMENT,
            most_line=MOST_LINE,
        )
        try:
            with closing(messages):
                for (kind, *said), size in messages:
                    if kind == "row":
                        done += 1
                        yield AreaRow.from_json(said[0], size)
                    elif kind == "total":
                        (total,) = said
                    else:
                        code, values = said
                        raise FileRefused(code, **values)
                    if progress is not None:
                        progress(done, total)
        except ReaderDied as died:
            raise FileRefused(died.code, **died.values) from died


def _order(path: Path, folder: str, options: ReadOptions) -> bytes:
    order = {"path": str(path.resolve()), "folder": folder, "options": options.as_json()}
    return json.dumps(order).encode() + b"\n"
