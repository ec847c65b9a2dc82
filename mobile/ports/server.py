"""The server, as the phone speaks with it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO, Protocol
from uuid import UUID

from mobile.ports.people import Officer
from mobile.ports.queues import FileOnItsWay
from mobile.ports.reference import ReferenceDelta
from mobile.ports.reviews import Reviewed, Verdict
from mobile.ports.tasks import GivenTask
from shared.problems import Problem, ProblemType, Text
from shared.wire.v1.messages import BackedUp, Hello, Receipt, ServerKey
from shared.wire.v1.signed import Signed


class ServerProblem(Problem):
    """A problem the server told, in its own words: its code may be one this phone does not know. `retry_after_s` among
    the `values` of this and of `answer_invalid`: for how long it asks to be left alone (RFC 9110, 10.2.3)."""

    def __init__(self, *, status: int, code: str, title: str, detail: str, **values: object) -> None:
        self.type = ProblemType(code, status, Text(title, title), Text(detail, detail))
        self.errors = ()
        self.values = values
        self._detail = detail
        Exception.__init__(self, f"{code}: {detail}")

    @property
    def status(self) -> int:
        return self.type.status

    def detail(self, language: str) -> str:
        return self._detail


@dataclass(frozen=True, slots=True)
class Enrolled:
    token: str
    device: UUID
    officer: Officer
    keys: tuple[ServerKey, ...]
    server_time: datetime


Answer = Signed[Receipt] | Problem  # what became of one report of a batch
OnOffset = Callable[[str, int], None]  # (upload address, bytes the server has)
May = Callable[[], None]  # raises the Problem for which nothing may be sent just now


class ServerApi(Protocol):
    """Problem `no_connection`, `answer_invalid`, or ServerProblem from every call. Delivery works without a token."""

    @property
    def address(self) -> str:
        """Up to and without `/api/v1`."""

    def reach(self, address: str) -> None:
        """Ask there from now on."""

    def hello(self, nonce: str) -> Signed[Hello]:
        """Problem `not_our_server` for whatever does not answer as ours would."""

    def enrol(self, *, code: str, public_key: str, model: str, platform: str) -> Enrolled: ...

    def logout(self, token: str) -> None: ...

    def put_report(self, report: UUID, envelope: bytes, token: str | None) -> Signed[Receipt]:
        """`envelope`: its JSON, sent as it is."""

    def post_batch(self, reports: Sequence[tuple[UUID, bytes]], token: str | None) -> tuple[Answer, ...]:
        """One answer for each report, in their order."""

    def receipt(self, report: UUID, manifest_sha256: str, token: str | None) -> Signed[Receipt]: ...

    def send_file(self, file: "FileOnItsWay", content: BinaryIO, token: str | None, moved: OnOffset, may: May) -> None:
        """Returns when the server has every byte. `may` is asked before each request, `moved` told after each piece."""

    def backed_up(self, manifests: Sequence[str]) -> Signed[BackedUp]:
        """Which of these (at most 500) stand in the last verified backup."""

    def reference(self, cursor: str | None, token: str, *, etag: str | None = None) -> ReferenceDelta | None:
        """None: the answer is still the one with that etag."""

    def reviewed(self, verdict: Verdict, token: str) -> tuple[UUID, ...]:
        """The officer's reports about which that was said and which no other report corrects, received last first."""

    def review(self, report: UUID, token: str) -> Reviewed: ...

    def tasks(self, officer: UUID, token: str) -> tuple[GivenTask, ...]:
        """All that this officer was given and no report answers yet."""
