"""Memory cards of a phone: the app's own folder on each, which needs no permission and no chooser.

It is a plain path, as the core wants one. File managers may hide it (Android 11 on); the same app on another phone
finds it, and so does a computer. It goes with the app when that is removed while the card is in.
"""

from importlib import import_module
from pathlib import Path
from typing import Any

MOUNTED = "mounted"  # Environment.MEDIA_MOUNTED: may be read and written


class AndroidCards:
    """A `Cards`. Used from any thread."""

    def __init__(self) -> None:
        self._java: Any = import_module("jnius")
        self._activity: Any = self._java.autoclass("org.kivy.android.PythonActivity").mActivity
        self._environment: Any = self._java.autoclass("android.os.Environment")

    def folders(self) -> tuple[Path, ...]:
        found = self._activity.getExternalFilesDirs(None)
        return tuple(Path(file.getAbsolutePath()) for file in found or () if file is not None and self._is_card(file))

    def _is_card(self, file: Any) -> bool:
        try:
            removable = self._environment.isExternalStorageRemovable(file)
            return bool(removable) and self._environment.getExternalStorageState(file) == MOUNTED
        except self._java.JavaException:
            return False  # pulled out since it was listed
