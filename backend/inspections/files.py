"""Where files of evidence lie: by their content, so that the same bytes are kept once."""

from pathlib import Path

from django.conf import settings


def evidence_path(sha256: str) -> Path:
    """Of an original. Nothing but the upload of its bytes ever writes there. In 256 folders: file systems keep tens of
    thousands of names in each, and more folders would mostly have to be made, and brought to the disk, for one file."""
    return Path(settings.EVIDENCE_DIR) / sha256[:2] / sha256


def small_picture_path(sha256: str, size: str) -> Path:
    """Of what was made of an original, and can be made again. `size`: thumbnail | preview."""
    return small_pictures_folder() / sha256[:2] / f"{sha256}.{size}.jpg"


def small_pictures_folder() -> Path:
    return Path(settings.EVIDENCE_DIR) / "thumbnails"
