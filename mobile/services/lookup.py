"""A plate, a vessel's mark, a number of a licence or a paper, found without a network however it is written.

The register is read anew when it changed. Of sealed reports each is unlocked once while the app runs, beside the
screen; what is kept of them lies in memory only.
"""

import json
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, TypeVar
from uuid import UUID

from mobile.ports import Outbox, ReportBrief, Stop
from mobile.services.reference import ReferenceData
from shared.rules.papers import FOR_A_LOAD, paper_key
from shared.rules.terms import LicenceTerms, terms_on
from shared.vietnamese import number_key, without_accents
from shared.wire.v1.records import DocumentKind, Kind, Presented

MOST = 20  # of each kind: who gets more types on
LEAST = 2  # letters or digits: fewer would find everything
_FIRST, _PAGE = 20, 500  # mostly little is new
Part = Mapping[str, Any]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Stopped:
    """An earlier stop sealed on this phone. `marks`, `numbers`: of its vehicles, of licences and papers, as typed."""

    id: UUID
    kind: Kind
    sequence: int
    sealed_at: datetime
    marks: tuple[str, ...]
    numbers: tuple[str, ...]
    place: str


@dataclass(frozen=True, slots=True)
class ShownPaper:
    """`uses`: the reports in which it was shown, the last first."""

    kind: DocumentKind
    number: str
    issuer: str
    day: date | None
    uses: tuple[Stopped, ...]


Seen = tuple[str, str, ShownPaper]  # key of the paper, what a query is looked for in, the paper


@dataclass(frozen=True, slots=True)
class ListedVehicle:
    """Of the register. `row`: as the server sent it."""

    mark: str
    row: Part


@dataclass(frozen=True, slots=True)
class Found:
    """`more`: there are others than those shown."""

    licences: tuple[LicenceTerms, ...] = ()
    vehicles: tuple[ListedVehicle, ...] = ()
    stops: tuple[Stopped, ...] = ()
    papers: tuple[ShownPaper, ...] = ()
    more: bool = False


def folded(text: str) -> str:
    """Letters and digits in lower case without accents: "12/GP–UBND" and "12 gp ubnd" are one."""
    return "".join(c for c in without_accents(text) if c.isalnum())


def hay(*texts: str) -> str:
    """What a query is looked for in: each text, and each without the zeros before its numbers."""
    return "|".join(dict.fromkeys(key for text in texts for key in (folded(text), _without_zeros(text)) if key))


def _without_zeros(text: str) -> str:
    return number_key(text).replace(".", "")


class Lookup:
    def __init__(self, reference: ReferenceData, outbox: Outbox) -> None:
        self._reference, self._outbox = reference, outbox
        self._revision: int | None = None
        self._licences: tuple[tuple[str, Part], ...] = ()
        self._vehicles: tuple[tuple[str, ListedVehicle], ...] = ()
        self._stops: list[tuple[str, Stopped]] = []
        self._papers: dict[str, tuple[str, ShownPaper]] = {}
        self._superseded: set[UUID] = set()
        self._newest = 0
        self._reading = threading.Lock()

    def read(self, stop: Stop, progress: Callable[[int], None] | None = None) -> None:
        """Bring the memory up to date; `progress`: how many reports were read. Ends early when told to, and then goes
        on the next time from the beginning."""
        with self._reading:
            self._read_register()
            self._read_reports(stop, progress)

    def find(self, typed: str, day: date) -> Found:
        """Nothing for fewer than `LEAST` letters and digits. `day`: on which licences are told."""
        keys = {key for key in (folded(typed), _without_zeros(typed)) if len(key) >= LEAST}
        if not keys:
            return Found()
        licences, more_licences = _cut(one for text, one in self._licences if _in(keys, text))
        vehicles, more_vehicles = _cut(one for text, one in self._vehicles if _in(keys, text))
        stops, more_stops = _cut(one for text, one in self._stops if one.id not in self._superseded and _in(keys, text))
        papers, more_papers = _cut(self._valid(one) for text, one in self._papers.values() if _in(keys, text))
        terms = tuple(found for found in (_terms(row, day) for row in licences) if found is not None)
        return Found(
            terms,
            vehicles,
            stops,
            tuple(one for one in papers if one.uses),
            more_licences or more_vehicles or more_stops or more_papers,
        )

    # --- reading

    def _read_register(self) -> None:
        revision = self._reference.revision()
        if revision == self._revision:
            return
        self._licences = tuple((_hay_of_licence(row), row) for row in self._reference.rows("licences"))
        vehicles = [ListedVehicle(str(row.get("mark") or ""), row) for row in self._reference.rows("vehicles")]
        self._vehicles = tuple((hay(one.mark, str(one.row.get("description") or "")), one) for one in vehicles)
        self._revision = revision

    def _read_reports(self, stop: Stop, progress: Callable[[int], None] | None) -> None:
        stops: list[tuple[str, Stopped]] = []
        papers: list[Seen] = []
        superseded: set[UUID] = set()
        newest = self._newest
        for brief in self._briefs():
            if stop.is_set():
                return
            newest = max(newest, brief.number)
            self._take(brief, stops, papers, superseded)
            if progress is not None and len(stops) % 100 == 0:
                progress(len(stops))
        self._stops = stops + self._stops
        self._papers = self._with_papers(papers)
        self._superseded |= superseded
        self._newest = newest

    def _with_papers(self, papers: Sequence[Seen]) -> dict[str, tuple[str, ShownPaper]]:
        """Another dict: somebody may be searching in the one that is there. The last use of a paper stands first."""
        uses: dict[str, dict[UUID, Stopped]] = {}
        for key, _, paper in papers:
            for use in paper.uses:
                uses.setdefault(key, {})[use.id] = use
        known = dict(self._papers)
        for key, text, paper in papers:
            found = uses.pop(key, None)
            if found is not None:
                before = known[key][1].uses if key in known else ()
                known[key] = (text, replace(paper, uses=(*found.values(), *before)))
        return known

    def _briefs(self) -> Iterator[ReportBrief]:
        """Those not read yet, the newest first."""
        before: int | None = None
        while page := self._outbox.briefs(limit=_FIRST if before is None else _PAGE, before=before):
            for brief in page:
                if brief.number <= self._newest:
                    return
                yield brief
            before = page[-1].number

    def _take(
        self,
        brief: ReportBrief,
        stops: list[tuple[str, Stopped]],
        papers: list[Seen],
        superseded: set[UUID],
    ) -> None:
        envelope = self._outbox.envelope(brief.id)
        corrected = json.loads(envelope.manifest)["supersedes"]
        if corrected is not None:
            superseded.add(UUID(corrected))
        facts = json.loads(envelope.parts.facts)
        one = _stopped(brief, facts)
        stops.append((hay(*one.marks, *one.numbers), one))
        papers += _papers_of(facts, one)

    def _valid(self, paper: ShownPaper) -> ShownPaper:
        uses = tuple(use for use in paper.uses if use.id not in self._superseded)
        return replace(paper, uses=uses)


def _in(keys: set[str], text: str) -> bool:
    return any(key in text for key in keys)


def _cut(found: Iterator[T]) -> tuple[tuple[T, ...], bool]:
    """At most `MOST` of them, and whether there are others."""
    kept: list[T] = []
    for one in found:
        if len(kept) == MOST:
            return tuple(kept), True
        kept.append(one)
    return tuple(kept), False


def _hay_of_licence(row: Part) -> str:
    equipment = row.get("equipment") or ()
    return hay(
        str(row.get("number") or ""),
        str(row.get("holder") or ""),
        str(row.get("tax_code") or ""),
        *(str(one.get("mark") or "") for one in equipment),
    )


def _terms(row: Part, day: date) -> LicenceTerms | None:
    """None for a row that this version cannot read, as for the rules."""
    try:
        return terms_on(row, day)
    except (KeyError, TypeError, ValueError):
        return None


def _stopped(brief: ReportBrief, facts: Part) -> Stopped:
    marks = [text for one in facts["vehicles"] for text in (one["mark"], one["trailer"])]
    marks += [one["mark"] for one in facts["machines"]]
    numbers = [one["number"] for one in facts["licences_shown"]] + [_number(one) for one in _documents(facts)]
    return Stopped(
        brief.id,
        brief.kind,
        brief.sequence,
        brief.sealed_at,
        tuple(str(mark) for mark in marks if mark),
        tuple(str(number) for number in numbers if number),
        str(facts["place"] or ""),
    )


def _documents(facts: Part) -> Sequence[Part]:
    shown = [one for load in facts["loads"] for one in load["documents"]] + list(facts["documents"])
    return [one for one in shown if one["presented"] == Presented.SHOWN.value]


def _number(one: Part) -> str:
    return " ".join(str(one[name]) for name in ("series", "number") if one[name])


def _papers_of(facts: Part, stop: Stopped) -> Iterator[Seen]:
    """Papers made out for a load: driving licences and the like are no business of the next stop."""
    for one in _documents(facts):
        if one["kind"] not in FOR_A_LOAD or not one["number"]:
            continue
        day = None if one["date"] is None else date.fromisoformat(one["date"])
        # Where too little was written down to know the paper again, it stands for itself.
        key = paper_key(one["kind"], one["issuer"], one["series"], one["number"], day) or f"{stop.id}|{_number(one)}"
        paper = ShownPaper(DocumentKind(one["kind"]), _number(one), str(one["issuer"] or ""), day, (stop,))
        yield key, hay(_number(one), str(one["number"])), paper
