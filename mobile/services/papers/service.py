"""Makes the papers of a draft or a sealed report, hands them on, and takes them away when they are no longer needed."""

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from pathlib import PurePath
from uuid import UUID

from mobile.ports import Clock, Drafts, FileStore, Outbox, QueueState
from mobile.ports.device import Share
from mobile.services.papers.content import Noted, paper
from mobile.services.papers.pdf import A4, ROLL, draw
from mobile.services.papers.say import Part
from mobile.services.recording import PLACE_OF_IDENTITY
from mobile.services.reference import ReferenceData
from shared.problems import Problem
from shared.wire.v1.messages import EvidenceEntry
from shared.wire.v1.records import Purpose

LAYOUTS = {"A4": A4, "80mm": ROLL}
_NAME = "{report}-{layout}.pdf"
_ID_LENGTH = 36


class Papers:
    """`zone`: EPSG number of the VN-2000 plane that is used where those facts were noted."""

    def __init__(
        self,
        drafts: Drafts,
        outbox: Outbox,
        files: FileStore,
        reference: ReferenceData,
        share: Share,
        clock: Clock,
        *,
        zone: Callable[[Part], int],
    ) -> None:
        self._drafts, self._outbox, self._files, self._reference = drafts, outbox, files, reference
        self._share, self._clock, self._zone = share, clock, zone

    def of_draft(self, draft: UUID, layout: str) -> str:
        """Where the paper is; `layout`: one of LAYOUTS. Problem `draft_closed`, `phone_full`."""
        words = self._drafts.get(draft)
        named = {f"{PLACE_OF_IDENTITY}{i}": part for i, part in enumerate(words.identities)}
        # The file store has the files of a draft under their ids.
        pictures = self._pictures((entry, str(entry.id)) for entry in words.files)
        return self._made(
            Noted(
                id=draft,
                kind=words.kind,
                facts=words.facts,
                identities=named,
                files=words.files,
                pictures=pictures,
                communes=self._communes(),
                zone=self._zone(words.facts),
                at=self._clock.now(),
                sealed=None,
            ),
            layout,
        )

    def of_report(self, report: UUID, layout: str) -> str:
        """As `of_draft`, of what was sealed. Problem `phone_full`."""
        queued, parts = self._outbox.get(report), self._outbox.envelope(report).parts
        facts = json.loads(parts.facts)
        return self._made(
            Noted(
                id=report,
                kind=queued.kind,
                facts=facts,
                identities={hashlib.sha256(part).hexdigest(): json.loads(part) for part in parts.identities},
                files=tuple(file.entry for file in queued.files),
                pictures=self._pictures((file.entry, file.name) for file in queued.files),
                communes=self._communes(),
                zone=self._zone(facts),
                at=queued.sealed_at,
                sealed=queued.manifest_sha256,
            ),
            layout,
        )

    def sweep(self) -> None:
        """Papers hold identities: they go when their report was confirmed, and when their draft was thrown away."""
        for name in self._share.kept():
            if not self._wanted(name):
                self._share.remove(name)

    def _wanted(self, name: str) -> bool:
        try:
            report = UUID(PurePath(name).name[:_ID_LENGTH])
        except ValueError:
            return False  # not one of ours, or half of one: nobody asked for it
        try:
            return self._outbox.get(report).state is not QueueState.CONFIRMED
        except KeyError:
            return any(draft.id == report for draft in self._drafts.open_drafts())

    def _made(self, noted: Noted, layout: str) -> str:
        """One at a time: a phone asks for each where it shall go, and two such questions would lie on each other."""
        self.sweep()
        content = draw(paper(noted), LAYOUTS[layout])
        return self._share.hand_on(_NAME.format(report=noted.id, layout=layout), content)

    def _pictures(self, files: Iterable[tuple[EvidenceEntry, str]]) -> dict[str, bytes]:
        """Of signatures. One that has gone or was damaged is left out, and the paper says that there is no picture."""
        found = {}
        for entry, name in files:
            if entry.purpose is not Purpose.SIGNATURE:
                continue
            try:
                with self._files.open(name) as content:
                    found[str(entry.id)] = content.read()
            except Problem as problem:
                if problem.code != "photo_unreadable":
                    raise
        return found

    def _communes(self) -> Mapping[str, str]:
        return {str(row["code"]): _named(row) for row in self._reference.rows("communes")}


def _named(row: Part) -> str:
    return " ".join(str(row[name]) for name in ("kind", "name") if row.get(name))
