"""From facts to the words of a paper. The assessment is no argument here: it cannot be printed by mistake."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from mobile.services.papers import found, scene
from mobile.services.papers.model import Line, Paper, Section
from mobile.services.papers.say import Part, Say, grouped, moment
from shared.i18n import N_, Words
from shared.i18n.labels import label
from shared.wire.v1.messages import EvidenceEntry
from shared.wire.v1.records import Kind


@dataclass(frozen=True, slots=True)
class Noted:
    """`identities`: by the name that a subject gives of its part. `pictures`: of signatures, by id of the file.
    `sealed`: SHA-256 of the manifest, None for a draft. `at`: when it was sealed, of a draft now. `zone`: EPSG."""

    id: UUID
    kind: Kind
    facts: Part
    identities: Mapping[str, Part]
    files: Sequence[EvidenceEntry]
    pictures: dict[str, bytes]
    communes: Mapping[str, str]
    zone: int
    at: datetime
    sealed: str | None


def paper(noted: Noted) -> Paper:
    """Vietnamese, whatever language the app speaks: it is signed by people who read Vietnamese."""
    say, facts = Say(Words("vi")), noted.facts
    words = say.words
    state = words(N_("SEALED")) if noted.sealed else words(N_("NOT YET SEALED"))
    return Paper(
        title=words(N_("FIELD REPORT: FACTS NOTED AT THE SCENE")),
        subtitle=f"{label(words, noted.kind)} – {state}",
        notice=words(
            N_(
                "This paper was made by an app from what was noted at the scene. It is not an official"
                " record or decision and states no conclusion."
            )
        ),
        sections=(
            _about(say, noted),
            scene.frame(say, facts),
            scene.place(say, facts, noted.communes, noted.zone, noted.at),
            scene.team(say, facts),
            scene.subjects(say, facts, noted.identities),
            found.licences(say, facts),
            scene.vehicles(say, facts),
            found.loads(say, facts),
            found.measured(say, facts),
            found.documents(say, facts),
            found.actions(say, facts),
            found.statement(say, facts),
            found.files(say, noted.files),
        ),
        signers_title=words(N_("Signatures")),
        signers=found.signers(say, facts, noted.pictures, room=noted.sealed is None),
        foot=words(N_("Report {id}"), id=noted.id),
    )


def _about(say: Say, noted: Noted) -> Section:
    words = say.words
    lines = [Line(words(N_("Report number")), str(noted.id))]
    if noted.sealed is None:
        lines.append(Line(words(N_("Paper made at")), moment(noted.at)))
        lines.append(Line("", words(N_("Not sealed: the report may still change after this paper."))))
    else:
        lines.append(Line(words(N_("Sealed at")), moment(noted.at)))
        lines.append(Line(words(N_("Fingerprint of the sealed report (SHA-256)")), grouped(noted.sealed), 0, True))
    return Section(words(N_("About this paper")), tuple(lines))
