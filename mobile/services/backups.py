"""The last step of a report's way: it stands, with every file, in a verified backup of the office."""

from datetime import datetime, timedelta

from mobile.ports import Accounts, Backups, Keystore, Preferences, ServerApi
from mobile.services.trust import is_signed_by_pinned
from shared.problems import Problem

EVERY = timedelta(hours=1)
MOST = 500  # manifests in one question
ASKED = "backups_asked_at"


class BackupNews:
    """Asked by the way, when a line is open anyway: no failure here is a failure of sending."""

    def __init__(
        self, backups: Backups, accounts: Accounts, api: ServerApi, keystore: Keystore, preferences: Preferences
    ) -> None:
        self._backups, self._accounts, self._api = backups, accounts, api
        self._keystore, self._preferences = keystore, preferences

    def is_due(self, now: datetime) -> bool:
        """At most once an hour, and an hour after the first report was confirmed: no backup can be quicker."""
        if not self._backups.unbacked(limit=1):
            return False
        asked = self._preferences.get(ASKED)
        if asked is None:
            self._preferences.put(ASKED, now.isoformat())
            return False
        since = now - datetime.fromisoformat(asked)
        return since >= EVERY or since < timedelta(0)  # a clock that was put back must not make it wait for years

    def ask(self, now: datetime) -> int:
        """How many reports are now known to be in a backup. Problem where the server cannot say or nobody believes
        it; an hour passes before the next question all the same."""
        self._preferences.put(ASKED, now.isoformat())
        asked = self._backups.unbacked(limit=MOST)
        answer = self._api.backed_up(asked)
        said = answer.message
        if not is_signed_by_pinned(
            said.key, said.signature, answer.signed, self._accounts.server_keys(), self._keystore
        ):
            raise Problem("not_our_server")
        if not set(said.manifests) <= set(asked) or (said.manifests and said.taken_at is None):
            raise Problem("answer_invalid")
        if said.taken_at is not None:
            self._backups.backed_up(said.manifests, said.taken_at)
        return len(set(said.manifests))
