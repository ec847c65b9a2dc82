"""A correction of a report that came back: another report, which begins with what the first one said."""

import json
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from mobile.ports import FileState, Outbox, Reviews
from mobile.services.recording import PLACE_OF_IDENTITY, Recording
from shared.wire.v1.codec import decode
from shared.wire.v1.records import IdentityPart, Purpose
from shared.wire.v1.seal import identity_hash

_NAMES_FILES = ("evidence", "photo")
NOTE = "note"  # in `Draft.typed`: what the supervisor wrote, for the form to show


class Correcting:
    """What is sealed never changes: the first report stays as it is, with its signatures. Nobody has signed the new
    words yet, so signatures and refusals are not carried over; photos and other files are, under new ids."""

    def __init__(self, recording: Recording, outbox: Outbox, reviews: Reviews) -> None:
        self._recording, self._outbox, self._reviews = recording, outbox, reviews

    def begin(self, report: UUID) -> UUID:
        """The draft that corrects it: the one that is open, else a new one. Problem `phone_full`, `photo_unreadable`;
        then there is none."""
        begun = self._reviews.correction(report)
        if begun is not None:
            if NOTE in self._recording.get(begun).typed:
                return begun
            self._recording.discard(begun)  # the app was killed while it was made; nobody has typed into it
        sealed, envelope = self._outbox.get(report), self._outbox.envelope(report)
        facts = json.loads(envelope.parts.facts)
        identities = [json.loads(part) for part in envelope.parts.identities]
        facts = {**facts, "signatures": [], "subjects": _by_place(facts["subjects"], identities)}
        # Whole by itself, should the app be killed before the files have come along.
        draft = self._recording.start(sealed.kind, supersedes=report, facts=_renamed(facts, {}))
        try:
            carried = {
                str(file.id): str(self._recording.carry(draft.id, file).id)
                for file in sealed.files
                if file.entry.purpose is not Purpose.SIGNATURE and file.state is not FileState.DAMAGED
            }
            reviewed = self._reviews.of(report)
            self._recording.save(
                draft.id,
                facts=_renamed(facts, carried),
                assessment=_opinion(envelope.parts.assessment),
                identities=[_renamed(part, carried) for part in identities],
                typed={NOTE: "" if reviewed is None else reviewed.note},
            )
        except BaseException:
            self._recording.discard(draft.id)
            raise
        return draft.id


def _by_place(subjects: list[dict[str, Any]], identities: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Subjects name their identity part by place while it may still change (`Recording.save`)."""
    places = {
        identity_hash(decode(IdentityPart, part, path=f"identities[{i}]")): f"{PLACE_OF_IDENTITY}{i}"
        for i, part in enumerate(identities)
    }
    # One that is named and not there was removed when its time had come.
    return [{**subject, "identity": places.get(subject["identity"])} for subject in subjects]


def _opinion(part: bytes | None) -> dict[str, Any] | None:
    """Without what the rules said: sealing asks them again."""
    return None if part is None else {**json.loads(part), "rule_results": []}


def _renamed(value: Any, ids: Mapping[str, str]) -> Any:
    """Files by their new ids; the id of one that was left behind names nothing and goes."""
    if isinstance(value, dict):
        return {
            key: _files(below, ids) if key in _NAMES_FILES else _renamed(below, ids) for key, below in value.items()
        }
    return [_renamed(below, ids) for below in value] if isinstance(value, list) else value


def _files(value: Any, ids: Mapping[str, str]) -> Any:
    if isinstance(value, list):
        return [ids[one] for one in value if one in ids]
    return ids.get(value) if isinstance(value, str) else value
