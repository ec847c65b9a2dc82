"""Cells of CSV files that no spreadsheet takes for a formula (OWASP, CSV Injection), and back again without loss."""

import re

# What begins a formula in some program, wide forms included; tab and line breaks, because programs skip them.
_SIGNS = "=+\\-@\t\r\n\uff1d\uff0b\uff0d\uff20"
_DANGEROUS = re.compile(f"'*[{_SIGNS}]")
_GUARDED = re.compile(f"'+[{_SIGNS}]")
_NUMBER = re.compile(r"-?\d+(?:[.,]\d+)?")


def guarded(text: str) -> str:
    """The cell with an apostrophe before it where a spreadsheet might calculate it; numbers stay as they are. A cell
    that looks guarded already gets one more, so that `unguarded` gives back what was there."""
    return f"'{text}" if _DANGEROUS.match(text) and not _NUMBER.fullmatch(text) else text


def unguarded(text: str) -> str:
    """What `guarded` was given."""
    return text[1:] if _GUARDED.match(text) else text
