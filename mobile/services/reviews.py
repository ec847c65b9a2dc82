"""Which reports came back, and what the supervisor wrote."""

from uuid import UUID

from mobile.ports import Accounts, May, Reviewed, Reviews, ServerApi, Verdict
from shared.problems import Problem


class ReviewNews:
    """One question for each verdict, and one more for each review that the phone does not have yet: the server's list
    has no notes, and each look at a report stands in its custody log."""

    def __init__(self, reviews: Reviews, accounts: Accounts, api: ServerApi, may: May = lambda: None) -> None:
        self._reviews, self._accounts, self._api, self._may = reviews, accounts, api, may

    def pull(self) -> int:
        """How many reviews are new. Problem `not_enrolled` when nobody with a token is signed in, `waits_for_wifi`, and
        the server's own; what the phone has stays."""
        session = self._accounts.session()
        if session is None or session.token is None:
            raise Problem("not_enrolled")
        self._may()
        came = 0
        for verdict in Verdict:
            listed = self._api.reviewed(verdict, session.token)
            for report in self._reviews.unknown(listed, verdict):
                self._reviews.keep(self._api.review(report, session.token), session.officer.id)
                came += 1
            if verdict is Verdict.RETURNED:
                self._reviews.settled(listed, session.officer.id)
        return came

    def of(self, report: UUID) -> Reviewed | None:
        return self._reviews.of(report)

    def to_correct(self) -> tuple[Reviewed, ...]:
        """Of the officer who works with the phone: a correction is sealed in their name."""
        session = self._accounts.session()
        return () if session is None else self._reviews.to_correct(session.officer.id)
