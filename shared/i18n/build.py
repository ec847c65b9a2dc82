"""Compiles the .po files into one catalogue: `python -m shared.i18n.build [--check]`. Needs Babel, the phone does not.

The same .po files give the same bytes: the header has no time and no version of the tool.
"""

import io
import re
import sys
from collections.abc import Sequence
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from shared.i18n import MO_FILE

PO_FOLDER = MO_FILE.parent.parent
_ENTRY = re.compile(r"^msgid ", re.MULTILINE)


class _Timeless(Catalog):
    """A catalogue whose header says only what gettext reads."""

    @property
    def mime_headers(self) -> list[tuple[str, str]]:
        return [
            ("Content-Type", "text/plain; charset=utf-8"),
            ("Plural-Forms", "nplurals=1; plural=0;"),
            ("Language", "vi"),
        ]


def entries(folder: Path = PO_FOLDER) -> list[tuple[str, Message]]:
    """(area, message) of every entry of every `<area>.po`, without the headers. ValueError for a file with a sentence
    twice or with one that is no longer said: nobody could say which translation holds."""
    found: list[tuple[str, Message]] = []
    for path in sorted(folder.glob("*.po")):
        text = path.read_text(encoding="utf-8")
        catalogue = read_po(io.BytesIO(text.encode()), locale="vi", abort_invalid=True)
        messages = [message for message in catalogue if message.id]
        if catalogue.obsolete:
            raise ValueError(
                f"{path.name}: {next(iter(catalogue.obsolete.values())).id!r} is no longer said; remove it"
            )
        # Babel makes one of two entries with the same id.
        if len(messages) != len(_ENTRY.findall(text)) - 1:
            raise ValueError(f"{path.name}: a sentence stands in it twice, or the header is missing")
        found += [(path.stem, message) for message in messages]
    return found


def compiled(folder: Path = PO_FOLDER) -> bytes:
    """The .mo of all areas. ValueError for a sentence in two areas or without a finished translation."""
    whole = _Timeless(locale="vi", charset="utf-8")
    seen: dict[tuple[str | None, str], str] = {}
    for area, message in entries(folder):
        key = (message.context, message.id if isinstance(message.id, str) else message.id[0])
        if key in seen:
            raise ValueError(f"{key[1]!r} stands in {seen[key]}.po, {area}.po; keep one")
        if message.fuzzy or not any(message.string or ()):
            raise ValueError(f"{area}.po: {key[1]!r} has no finished translation")
        seen[key] = area
        whole.add(message.id, message.string, context=message.context)
    file = io.BytesIO()
    write_mo(file, whole)
    return file.getvalue()


def main(arguments: Sequence[str]) -> int:
    match arguments:
        case []:
            MO_FILE.parent.mkdir(parents=True, exist_ok=True)
            MO_FILE.write_bytes(compiled())
            return 0
        case ["--check"]:
            if MO_FILE.is_file() and MO_FILE.read_bytes() == compiled():
                return 0
            sys.stderr.write(
                "Bản dịch đã biên dịch lệch với các tệp .po; chạy lại: python -m shared.i18n.build\n"
                "The compiled translations have drifted from the .po files; run: python -m shared.i18n.build\n"
            )
            return 1
    sys.stderr.write("usage: python -m shared.i18n.build [--check]\n")
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
