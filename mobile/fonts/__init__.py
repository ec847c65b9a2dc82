"""Fonts of the app and of the papers it makes; see NOTICE.md."""

from pathlib import Path

FOLDER = Path(__file__).resolve().parent
