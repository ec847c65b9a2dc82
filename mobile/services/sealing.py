"""From draft to sealed report: the last moment at which anything can still be changed."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from mobile.ports import Accounts, Clock, Drafts, Keystore, Outbox, QueuedReport, Slot
from mobile.services.reference import LicenceOnPhone, ReferenceData
from shared.clock import to_millisecond
from shared.problems import FieldError, Problem
from shared.rules import geofence
from shared.rules.verdict import Verdict
from shared.wire.v1.codec import decode
from shared.wire.v1.judging import cannot_tell, inside_licence
from shared.wire.v1.messages import REPORT_SCHEMA, App, Manifest
from shared.wire.v1.records import (
    Assessment,
    Facts,
    IdentityPart,
    LicenceShown,
    RuleAnswer,
    RuleResult,
)
from shared.wire.v1.seal import SealedReport, identity_hash, seal

PLACE_OF_IDENTITY = "#"  # see Recording.save


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
            facts, assessment, identities = self._parts(words.facts, words.assessment, words.identities, sealed_at)
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

    def preview(self, draft: UUID) -> tuple[RuleResult, ...]:
        """What the rules say of the draft as it is now; sealing will say the same of the same words."""
        facts = decode(Facts, self._drafts.get(draft).facts, path="facts")
        return geofence_results(facts, self._reference, to_millisecond(self._clock.now()))

    def _parts(
        self,
        facts: Mapping[str, Any],
        assessment: Mapping[str, Any] | None,
        identities: tuple[Mapping[str, Any], ...],
        sealed_at: datetime,
    ) -> tuple[Facts, Assessment | None, tuple[IdentityPart, ...]]:
        parts = tuple(decode(IdentityPart, part, path=f"identities[{i}]") for i, part in enumerate(identities))
        said = _with_identity_hashes(decode(Facts, facts, path="facts"), parts)
        opinion = None if assessment is None else decode(Assessment, assessment, path="assessment")
        results = geofence_results(said, self._reference, sealed_at)
        if results:
            opinion = opinion or Assessment((), (), None, None)
            others = tuple(result for result in opinion.rule_results if result.rule != geofence.RULE)
            opinion = replace(opinion, rule_results=others + results)
        return said, opinion, parts


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


def geofence_results(facts: Facts, reference: ReferenceData, judged_at: datetime) -> tuple[RuleResult, ...]:
    """Was it inside each licence that was shown? The last reason names the licence: `licence:<id>`, or
    `licence:<number>` for one that the phone's register does not have."""
    found = []
    for shown in facts.licences_shown:
        licence = _licence_of(shown, reference)
        if licence is None:
            verdict = cannot_tell("licence_unknown")
        else:
            verdict = inside_licence(licence.area, facts, sealed_at=judged_at)
        found.append(_result(verdict, shown, licence))
    return tuple(found)


def _licence_of(shown: LicenceShown, reference: ReferenceData) -> LicenceOnPhone | None:
    return reference.licence_by_number(shown.number) if shown.matched is None else reference.licence(shown.matched)


def _result(verdict: Verdict, shown: LicenceShown, licence: LicenceOnPhone | None) -> RuleResult:
    name = f"licence:{shown.number if licence is None else licence.id}"
    return RuleResult(
        verdict.rule, verdict.version, RuleAnswer(verdict.answer.value), dict(verdict.numbers), (*verdict.reasons, name)
    )
