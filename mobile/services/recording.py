"""Filling in a report: every call returns only when what it was given would survive a flat battery. (A draft that was
only started, with nothing in it yet, survives the app's being killed, no more.)"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

from mobile.ports import Clock, Draft, Drafts, FileStore, LocalFile, Photo, StoredFile
from shared.clock import to_millisecond
from shared.identity import uuid7
from shared.problems import Problem
from shared.wire.v1.codec import encode
from shared.wire.v1.media import media_type
from shared.wire.v1.messages import EvidenceEntry
from shared.wire.v1.records import Assessment, Facts, IdentityPart, Kind, Purpose

Typed = Mapping[str, Any]  # a record of the wire that may still lack fields
PLACE_OF_IDENTITY = "#"  # see `Recording.save`


class Recording:
    def __init__(self, drafts: Drafts, files: FileStore, clock: Clock) -> None:
        self._drafts, self._files, self._clock = drafts, files, clock

    def start(self, kind: Kind, *, supersedes: UUID | None = None, facts: Facts | Typed | None = None) -> Draft:
        """A new draft. `supersedes`: the report that this one corrects. `facts`: with which it begins."""
        now = to_millisecond(self._clock.now())
        draft = Draft(
            id=uuid7(now),
            kind=kind,
            started_at=now,
            saved_at=now,
            supersedes=supersedes,
            facts={} if facts is None else encode(facts),
            assessment=None,
            identities=(),
            files=(),
        )
        self._drafts.start(draft)
        return draft

    def save(
        self,
        draft: UUID,
        *,
        facts: Facts | Typed | None = None,
        assessment: Assessment | Typed | None = None,
        identities: Sequence[IdentityPart | Typed] | None = None,
        typed: Typed | None = None,
        synced: bool = True,
    ) -> Draft:
        """Store what was typed so far, finished or not; None leaves a part as it was. `typed`: see `Draft`.
        `synced=False`, for single letters: safe from the app's being killed, and from a flat battery once a save that
        is synced is through.

        While an identity is still being typed its hash changes with every letter, so a subject of a draft may
        name it by place: `"#0"` is the first of `identities`; sealing writes the hash. Problem `draft_closed`.
        """
        before = self._drafts.get(draft)
        after = replace(
            before,
            saved_at=to_millisecond(self._clock.now()),
            facts=before.facts if facts is None else encode(facts),
            assessment=before.assessment if assessment is None else encode(assessment),
            identities=before.identities if identities is None else tuple(encode(part) for part in identities),
            typed=before.typed if typed is None else typed,
        )
        self._drafts.save(after, synced=synced)
        return after

    def attach(
        self,
        draft: UUID,
        source: Path,
        *,
        purpose: Purpose,
        taken_at: datetime | None = None,
        from_app_camera: bool = False,
    ) -> EvidenceEntry:
        """Copy a file into the phone's keeping, with the hash of its exact bytes. Problem `photo_unreadable` also
        for an empty file, `phone_full`, `draft_closed`."""
        taken = None if taken_at is None else to_millisecond(taken_at)

        def entry_of(file: UUID, stored: StoredFile) -> EvidenceEntry:
            kind = media_type(stored.head)
            return EvidenceEntry(file, stored.sha256, stored.size, kind, purpose, taken, from_app_camera)

        return self._keep(draft, entry_of, partial(self._files.add, source=source))

    def carry(self, draft: UUID, file: LocalFile) -> EvidenceEntry:
        """A file of a sealed report, for the report that corrects it: the same bytes under another id. Problem
        `photo_unreadable` when the phone's copy is no longer what was sealed, `phone_full`, `draft_closed`."""
        return self._keep(draft, lambda new, _: replace(file.entry, id=new), partial(self._files.copy, of=file.name))

    def _keep(
        self,
        draft: UUID,
        entry_of: Callable[[UUID, StoredFile], EvidenceEntry],
        store: Callable[..., StoredFile],
    ) -> EvidenceEntry:
        words = self._drafts.get(draft)  # before a large copy is made for nothing
        file = uuid7(self._clock.now())
        stored = store(str(file), label=lambda stored: self._drafts.label(words, entry_of(file, stored)))
        entry = entry_of(file, stored)
        try:
            self._drafts.add_file(draft, entry, stored.name)
        except Problem:
            self._files.remove(stored.name)
            raise
        return entry

    def attach_photo(self, draft: UUID, photo: Photo, *, purpose: Purpose) -> EvidenceEntry:
        return self.attach(
            draft, photo.path, purpose=purpose, taken_at=photo.taken_at, from_app_camera=photo.from_app_camera
        )

    def detach(self, draft: UUID, file: UUID) -> None:
        self._files.remove(self._drafts.remove_file(draft, file))

    def discard(self, draft: UUID) -> None:
        """Throw a draft and its files away. Only drafts: what is sealed stays."""
        for name in self._drafts.discard(draft):
            self._files.remove(name)

    def get(self, draft: UUID) -> Draft:
        return self._drafts.get(draft)

    def drafts(self) -> tuple[Draft, ...]:
        """Saved last first."""
        return self._drafts.open_drafts()
