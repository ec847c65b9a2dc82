"""Licences, communes and the other lists, brought up to date."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from mobile.ports import Accounts, Clock, May, Reference, ReferenceState, ServerApi
from shared.clock import VIETNAM, to_millisecond
from shared.problems import Problem, Text

AS_OF = Text("Dữ liệu đến {time} ngày {day}", "Data as of {time} on {day}")
NO_DATA = Text(
    "Chưa có dữ liệu giấy phép; hãy tải về khi có mạng.", "No licence data yet; fetch it when there is a network."
)


@dataclass(frozen=True, slots=True)
class _Rows:
    """What was read of one revision; rows are shared, nobody changes them."""

    revision: int | None
    by_kind: dict[str, tuple[Mapping[str, Any], ...]] = field(default_factory=dict)


class ReferenceData:
    """Rows are read from the database and parsed once for each change, whichever process brought it."""

    def __init__(
        self, reference: Reference, accounts: Accounts, api: ServerApi, clock: Clock, may: May = lambda: None
    ) -> None:
        self._reference, self._accounts, self._api, self._clock = reference, accounts, api, clock
        self._may = may
        self._rows = _Rows(None)

    def pull(self) -> datetime:
        """Fetch what changed since the last time; the new "data as of". Whatever goes wrong, what the phone has stays.
        Problem `not_enrolled` when nobody with a token is signed in, `phone_full`, `waits_for_wifi`, and the server's
        own."""
        session = self._accounts.session()
        if session is None or session.token is None:
            raise Problem("not_enrolled")
        self._may()
        before = self._reference.state()
        asked = None if before is None else before.cursor
        delta = self._api.reference(asked, session.token, etag=None if before is None else before.etag)
        now = to_millisecond(self._clock.now())
        if delta is not None:
            self._reference.apply(delta, now, asked=asked)  # False: another process has just done the same
        elif asked is not None:
            self._reference.confirmed(now, asked=asked)
        return now

    def as_of(self) -> datetime | None:
        state = self._reference.state()
        return None if state is None else state.as_of

    def as_of_words(self, language: str = "vi") -> str:
        """How old what the phone knows is, to stand wherever it is shown."""
        as_of = self.as_of()
        if as_of is None:
            return NO_DATA.say(language)
        local = as_of.astimezone(VIETNAM)
        return AS_OF.say(language, time=f"{local:%H:%M}", day=f"{local:%d/%m/%Y}")

    def cursor(self) -> str | None:
        state = self._reference.state()
        return None if state is None else state.cursor

    def revision(self) -> int | None:
        """Another one whenever a row may be another; what was made from rows is good as long as it stays."""
        state: ReferenceState | None = self._reference.state()
        return None if state is None else state.revision

    def rows(self, kind: str) -> tuple[Mapping[str, Any], ...]:
        """`licences`, `minerals`, `violation_types`, `communes` or `vehicles`, as the server sent them."""
        revision = self.revision()  # before the rows: what another process writes in between is read again
        kept = self._rows
        if kept.revision != revision:
            self._rows = kept = _Rows(revision)
        if kind not in kept.by_kind:
            kept.by_kind[kind] = self._reference.rows(kind)
        return kept.by_kind[kind]

    def settings(self) -> Mapping[str, Any]:
        return self._reference.settings()
