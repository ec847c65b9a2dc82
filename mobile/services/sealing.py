"""From draft to sealed report: the last moment at which anything can still be changed."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from mobile.ports import Accounts, Clock, Draft, Drafts, Keystore, Outbox, QueuedReport, Slot
from mobile.services.recording import PLACE_OF_IDENTITY
from mobile.services.reference import ReferenceData
from mobile.services.register import Registers
from shared.clock import to_millisecond
from shared.problems import FieldError, Problem
from shared.rules.papers import PaperUse
from shared.wire.v1.codec import decode
from shared.wire.v1.judging import RULES_OF_OURS, Judged, as_results, judge
from shared.wire.v1.load_papers import papers_seen
from shared.wire.v1.messages import REPORT_SCHEMA, App, Manifest
from shared.wire.v1.records import Assessment, Facts, IdentityPart
from shared.wire.v1.seal import SealedReport, identity_hash, seal


class Sealing:
    def __init__(
        self,
        drafts: Drafts,
        outbox: Outbox,
        accounts: Accounts,
        reference: ReferenceData,
        keystore: Keystore,
        clock: Clock,
        app: App,
    ) -> None:
        self._drafts, self._outbox, self._accounts, self._reference = drafts, outbox, accounts, reference
        self._keystore, self._clock, self._app = keystore, clock, app
        self.registers = Registers(reference, outbox)

    def seal(self, draft: UUID) -> QueuedReport:
        """Seal a draft and queue it; a draft sealed before gives the report it became, so a second tap is harmless.

        Problem `report_invalid` naming every field that is missing or contradicts another, `not_enrolled` when nobody
        works with this phone or its key is not the enrolled one, `draft_closed` for a discarded draft.
        """
        device, session = self._accounts.device(), self._accounts.session()
        if device is None or session is None or device.key_id != self._keystore.key_id:
            raise Problem("not_enrolled")
        officer, sealed_at = session.officer, to_millisecond(self._clock.now())

        def make(slot: Slot) -> SealedReport:
            words = slot.draft
            facts, assessment, identities = self._parts(words, sealed_at)
            manifest = Manifest(
                schema=REPORT_SCHEMA,
                id=words.id,
                kind=words.kind,
                device=device.id,
                officer=officer.id,
                unit=officer.unit,
                sequence=slot.sequence,
                previous=slot.previous,
                supersedes=words.supersedes,
                sealed_at=sealed_at,
                facts="",
                assessment=None,
                identities=(),
                evidence=words.files,
                reference_cursor=self._reference.cursor(),
                app=self._app,
            )
            return seal(manifest, facts, assessment, identities, sign=self._keystore.sign, key=self._keystore.key_id)

        return self._outbox.seal(draft, device.id, make)

    def preview(self, draft: UUID) -> tuple[Judged, ...]:
        """What the rules say of the draft as it is now; sealing will say the same of the same words. Problem
        `report_invalid` while something is still missing, `draft_closed`."""
        words = self._drafts.get(draft)
        return self._judged(words, decode(Facts, words.facts, path="facts"), to_millisecond(self._clock.now()))

    def shown_before(self, draft: UUID) -> tuple[PaperUse, ...]:
        """Loads of other reports sealed here for which a paper of this draft was shown, the last one first. Problem as
        `preview`."""
        words = self._drafts.get(draft)
        facts = decode(Facts, words.facts, path="facts")
        keys = {seen.key for seen in papers_seen(words.kind, words.id, facts) if seen.key}
        found = self._outbox.paper_uses(keys, but=words.id)
        uses = [use for same in found.values() for use in same if use.report != words.supersedes]
        return tuple(sorted(uses, key=lambda use: use.at, reverse=True))

    def _parts(self, words: Draft, sealed_at: datetime) -> tuple[Facts, Assessment | None, tuple[IdentityPart, ...]]:
        parts = tuple(decode(IdentityPart, part, path=f"identities[{i}]") for i, part in enumerate(words.identities))
        said = _with_identity_hashes(decode(Facts, words.facts, path="facts"), parts)
        opinion = None if words.assessment is None else decode(Assessment, words.assessment, path="assessment")
        results = as_results(self._judged(words, said, sealed_at))
        others = tuple(r for r in (opinion.rule_results if opinion else ()) if r.rule not in RULES_OF_OURS)
        if results or opinion:
            opinion = replace(opinion or Assessment((), (), None, None), rule_results=others + results)
        return said, opinion, parts

    def _judged(self, words: Draft, facts: Facts, judged_at: datetime) -> tuple[Judged, ...]:
        return judge(
            words.kind, words.id, facts, self.registers.at_hand(), judged_at=judged_at, supersedes=words.supersedes
        )


def _with_identity_hashes(facts: Facts, identities: tuple[IdentityPart, ...]) -> Facts:
    hashes = {f"{PLACE_OF_IDENTITY}{i}": identity_hash(part) for i, part in enumerate(identities)}
    subjects = []
    for i, subject in enumerate(facts.subjects):
        name = subject.identity
        if name is not None and name.startswith(PLACE_OF_IDENTITY):
            if name not in hashes:
                raise Problem(
                    "report_invalid", errors=(FieldError(f"facts.subjects[{i}].identity", "reference", {"name": name}),)
                )
            name = hashes[name]
        subjects.append(replace(subject, identity=name))
    return replace(facts, subjects=tuple(subjects))
