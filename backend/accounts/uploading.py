"""Files sent to the office's pages: straight to the disk, from keepers only, up to a limit."""

from typing import Any

from django.conf import settings
from django.core.files.uploadhandler import SkipFile, TemporaryFileUploadHandler

from backend.accounts.keeping import may_keep
from backend.common.problems import is_full

# In `request.META`: why the file did not arrive, as a code of the catalogue of problems.
REFUSED = "kiemkhoang.upload_refused"


class KeeperUploads(TemporaryFileUploadHandler):
    """Of Django's own handlers the first would keep small files in memory, and both take what anybody sends."""

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        if self.request is None or not may_keep(getattr(self.request, "user", None)):
            raise SkipFile
        super().new_file(*args, **kwargs)
        self._size = 0

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:
        """What is too much is read and dropped, so that the sentence about it gets through."""
        self._size += len(raw_data)
        if self._size > settings.IMPORT_MAX_BYTES:
            self._refuse("too_large")
        try:
            super().receive_data_chunk(raw_data, start)
        except OSError as error:
            if not is_full(error):
                raise
            self._refuse("storage_full")
        return None

    def _refuse(self, code: str) -> None:
        if self.request is not None:
            self.request.META[REFUSED] = code
        raise SkipFile
