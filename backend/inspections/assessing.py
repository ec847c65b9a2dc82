"""The server's own answers to the rules, made in the background from the sealed facts."""

import json
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django_tasks import task

from backend.audit import services as audit
from backend.audit.actions import Action
from backend.inspections.loads import column_id, column_text
from backend.inspections.models import Finding, Report, SealedBytes, SeenPaper
from backend.registry.selectors.terms import Register, register, year_of
from shared.clock import VIETNAM
from shared.rules.papers import PaperUse
from shared.rules.terms import DatedHours, LicenceTerms, LicensedMineral
from shared.wire.v1.act import moment_of_act
from shared.wire.v1.codec import decode
from shared.wire.v1.judging import Judged, from_result, judge
from shared.wire.v1.messages import ReportState
from shared.wire.v1.records import Facts, Kind, RuleResult

# A report that was sent back, turned down or corrected has used no paper.
USES_PAPERS = (ReportState.ACCEPTED.value, ReportState.RECEIVED.value)
RULE_LENGTH, VERSION_LENGTH, ABOUT_LENGTH, CITATION_LENGTH = 40, 10, 120, 200
_NEEDED = ("facts", "assessment", "report__kind", "report__sealed_at", "report__supersedes")
# What makes two findings about the same thing say the same.
_SAID = (
    "version",
    "licence_version",
    "answer",
    "reasons",
    "numbers",
    "citation",
    "phone_version",
    "phone_answer",
    "phone_reasons",
    "phone_numbers",
)
Asked = tuple[str, str]  # rule, about


@task()
def report_assess(report_id: str) -> int:
    """Ask every rule that applies, as the phone asked it; the number of findings that were added.

    Assessed again, a report gets what is said differently now, as the next revision; what was said before stays.
    """
    now = timezone.now()
    with transaction.atomic():
        # Locked, so that two who assess one report take turns. NO KEY: see `services.report_receive`.
        locked = SealedBytes.objects.select_for_update(of=("report",), no_key=True)
        sealed = locked.select_related("report").only(*_NEEDED).get(report_id=UUID(report_id))
        before = _before(sealed.report_id)
        facts, known = facts_of(sealed), register()
        asked = ServerRegister(known, sealed.report, moment_of_act(facts), now)
        judged = judged_of(sealed.report, facts, asked)
        findings = list(_findings(sealed, judged, phone_said(sealed, facts, known), before))
        for finding in findings:
            finding.reference_cursor, finding.made_at = known.state.cursor, now
        Finding.objects.bulk_create(findings)
        if not before:
            # It came late: loads seen after it were judged without its papers.
            for later in sorted(asked.later):
                report_assess.enqueue(str(later))
        if findings or not before:
            audit.record(
                Action.REPORT_ASSESSED,
                subject=f"report:{sealed.report_id}",
                actor=audit.SYSTEM,
                at=now,
                findings=len(findings),
                register=known.state.cursor,
            )
    return len(findings)


def facts_of(sealed: SealedBytes) -> Facts:
    # The bytes were checked when they came, and nobody has changed them.
    return decode(Facts, json.loads(bytes(sealed.facts)))


def judged_of(report: Report, facts: Facts, asked: "ServerRegister") -> tuple[Judged, ...]:
    return judge(Kind(report.kind), report.id, facts, asked, judged_at=report.sealed_at, supersedes=report.supersedes)


@dataclass(frozen=True, slots=True)
class Said:
    """What one side says of one thing."""

    version: str
    answer: str
    reasons: list[str]
    numbers: dict[str, float]


def phone_said(sealed: SealedBytes, facts: Facts, known: Register) -> dict[Asked, Said]:
    """What stands in the sealed assessment, by what it is about. A licence that the phone had to name by its number is
    named as the server knows it, so that both stand side by side."""
    if sealed.assessment is None:
        return {}
    names = {
        f"licence:{shown.number}": f"licence:{found}"
        for shown in facts.licences_shown
        if shown.matched is None and (found := known.id_by_number(shown.number)) is not None
    }
    said = {}
    for row in json.loads(bytes(sealed.assessment))["rule_results"]:
        rule, about, verdict = from_result(decode(RuleResult, row))
        licence, slash, rest = _split(about, names)
        said[column_id(rule, RULE_LENGTH), column_id(names.get(licence, licence) + slash + rest, ABOUT_LENGTH)] = Said(
            column_text(verdict.version, VERSION_LENGTH),
            verdict.answer.value,
            [_text(reason) for reason in verdict.reasons],
            {_text(name): value for name, value in verdict.numbers.items()},
        )
    return said


def _split(about: str, names: Collection[str]) -> tuple[str, str, str]:
    """A number of a licence has slashes of its own: "licence:12/GP-UBND/vehicle:v1"."""
    for name in names:
        if about == name or about.startswith(f"{name}/"):
            return name, about[len(name) : len(name) + 1], about[len(name) + 1 :]
    return about, "", ""


def _text(text: str) -> str:
    """JSON may carry U+0000, which PostgreSQL's does not."""
    return text.replace("\0", "")


def _findings(
    sealed: SealedBytes, judged: Sequence[Judged], phone: Mapping[Asked, Said], before: Mapping[Asked, Finding]
) -> Iterator[Finding]:
    """Those that say something else than the last of `before` about the same thing."""
    fresh = {(one.verdict.rule, column_id(one.about, ABOUT_LENGTH)): one for one in judged}
    for key in {**fresh, **phone, **before}:
        finding = _finding(sealed, key, fresh.get(key), phone.get(key))
        last = before.get(key)
        if last is None:
            yield finding
        elif any(getattr(finding, name) != getattr(last, name) for name in _SAID):
            finding.revision = last.revision + 1
            yield finding


def _finding(sealed: SealedBytes, key: Asked, judged: Judged | None, phone: Said | None) -> Finding:
    finding = Finding(report_id=sealed.report_id, rule=key[0], about=key[1], reasons=[], numbers={})
    if judged is not None:
        verdict = judged.verdict
        finding.version, finding.licence_version = verdict.version, judged.licence_version
        finding.answer, finding.citation = verdict.answer.value, column_text(verdict.citation, CITATION_LENGTH)
        finding.reasons = list(verdict.reasons)
        finding.numbers = {name: float(value) for name, value in verdict.numbers.items()}
    if phone is not None:
        finding.phone_version, finding.phone_answer = phone.version, phone.answer
        finding.phone_reasons, finding.phone_numbers = phone.reasons, phone.numbers
    return finding


def _before(report: UUID) -> dict[Asked, Finding]:
    """The last revision about each thing."""
    rows = Finding.objects.filter(report=report).order_by("revision")
    return {(row.rule, row.about): row for row in rows}


@dataclass(slots=True)
class ServerRegister:
    """The register and the papers, as `judging.Register` asks for them on behalf of one report.

    `moment`: of the act. `later`: reports of later acts that show a paper of this one, as far as it was asked.
    """

    known: Register
    report: Report
    moment: datetime
    now: datetime
    later: set[UUID] = field(default_factory=set)

    def licence(self, id: UUID, day: date) -> LicenceTerms | None:
        return self._with_sums(self.known.licence(id, day), day)

    def licence_by_number(self, number: str, day: date) -> LicenceTerms | None:
        return self._with_sums(self.known.licence_by_number(number, day), day)

    def licences_at(self, lat: float, lon: float, day: date) -> list[LicenceTerms]:
        found = [self._with_sums(terms, day) for terms in self.known.licences_at(lat, lon, day)]
        return [terms for terms in found if terms is not None]

    def _with_sums(self, terms: LicenceTerms | None, day: date) -> LicenceTerms | None:
        """Phones carry the sums of this year and the last one; a change of older ones is no change of a row."""
        if terms is None or day.year >= self.now.astimezone(VIETNAM).year - 1:
            return terms
        sums = year_of(terms.id, day.year)
        return replace(terms, ledger=() if sums is None else (sums,))

    def minerals(self, keys: Collection[str]) -> dict[str, LicensedMineral]:
        return self.known.minerals(keys)

    def hours(self) -> tuple[DatedHours, ...]:
        return self.known.hours()

    def paper_uses(self, keys: Collection[str], *, but: UUID) -> dict[str, list[PaperUse]]:
        """Loads of earlier acts: whoever shows a paper a second time is told so, not who showed it first."""
        rows = SeenPaper.objects.filter(key__in=keys, report__state__in=USES_PAPERS).exclude(report=but)
        found = list(rows.values("key", "report_id", "report__supersedes", *_USE).order_by("at", "id"))
        same = self._corrections(found)
        uses = defaultdict(list)
        for row in found:
            if row["report_id"] in same:
                continue
            if (row["at"], row["report_id"]) > (self.moment, but):
                self.later.add(row["report_id"])
                continue
            uses[row["key"]].append(
                PaperUse(
                    row["report_id"],
                    row["load"],
                    row["at"],
                    row["mark_key"],
                    row["load_quantity"],
                    row["load_unit"],
                )
            )
        return dict(uses)

    def _corrections(self, rows: Sequence[Mapping[str, Any]]) -> set[UUID]:
        """Reports that correct this one or are corrected by it, however often: their loads are the same loads."""
        same = {self.report.id} | ({self.report.supersedes} if self.report.supersedes else set())
        links = {(row["report_id"], row["report__supersedes"]) for row in rows if row["report__supersedes"]}
        while more := {one for link in links if not same.isdisjoint(link) for one in link} - same:
            same |= more
        return same


_USE = ("load", "at", "mark_key", "load_quantity", "load_unit")
