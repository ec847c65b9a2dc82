"""The server's own answers to the rules, made in the background from the sealed facts."""

import json
import logging
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from django_tasks import task

from backend.audit import services as audit
from backend.audit.actions import Action
from backend.common.inserting import insert_rows
from backend.inspections.loads import column_id, column_text
from backend.inspections.models import Finding, Report, SealedBytes, SeenPaper
from backend.registry.selectors.terms import Register, register, year_of
from shared.clock import VIETNAM
from shared.rules import photos
from shared.rules.papers import PaperUse
from shared.rules.terms import DatedHours, LicenceTerms, LicensedMineral
from shared.wire.v1.act import moment_of_act
from shared.wire.v1.codec import decode
from shared.wire.v1.judging import Judged, from_result, judge
from shared.wire.v1.messages import ReportState
from shared.wire.v1.records import Facts, Kind, RuleAnswer, RuleResult

# A report that was sent back, turned down or corrected has used no paper.
USES_PAPERS = (ReportState.ACCEPTED.value, ReportState.RECEIVED.value)
RULE_LENGTH, VERSION_LENGTH, ABOUT_LENGTH, CITATION_LENGTH = 40, 10, 120, 200
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
log = logging.getLogger(__name__)
TOGETHER = 25  # reports assessed in one transaction


@dataclass(frozen=True, slots=True)
class Sealed:
    """What an assessment reads of a report. `assessed`: it was judged before."""

    report: UUID
    kind: Kind
    sealed_at: datetime
    supersedes: UUID | None
    facts: Facts
    rule_results: tuple[RuleResult, ...]
    assessed: bool


@task()
def report_assess(report_id: str) -> int:
    """Ask every rule that applies, as the phone asked it; the number of findings that were added.

    Assessed again, a report gets what is said differently now, as the next revision; what was said before stays.
    """
    try:
        return _assess([UUID(report_id)], timezone.now())
    except IntegrityError:
        # Another worker assessed it in the same moment and was first: beside what it wrote there is less to add.
        return _assess([UUID(report_id)], timezone.now())


@task()
def reports_assess(report_ids: list[str]) -> int:
    """`report_assess` for reports that came together, some in each transaction. Where that fails each is assessed by
    itself, and one that cannot be gets a task of its own, whose failure is seen; it holds up no other."""
    added = 0
    for i in range(0, len(report_ids), TOGETHER):
        some = report_ids[i : i + TOGETHER]
        try:
            added += _assess([UUID(report_id) for report_id in some], timezone.now())
        except Exception:
            log.warning("%d reports could not be assessed together", len(some), exc_info=True)
            added += sum(map(_by_itself, some))
    return added


def _by_itself(report_id: str) -> int:
    try:
        return report_assess.call(report_id)
    except Exception:
        log.exception("report %s could not be assessed with others", report_id)
        report_assess.enqueue(report_id)
        return 0


def _assess(reports: Sequence[UUID], now: datetime) -> int:
    """In one transaction, which appends to the audit chain at its end only: meanwhile others can."""
    with transaction.atomic():
        known, findings, entries, again = register(), list[Finding](), list[audit.Entry](), set[UUID]()
        for report in reports:
            sealed = sealed_of(report)
            before = _before(report) if sealed.assessed else {}
            asked = ServerRegister(known, report, sealed.supersedes, moment_of_act(sealed.facts), now)
            made = list(_findings(report, judged_of(sealed, asked), phone_said(sealed, known), before))
            for finding in made:
                finding.reference_cursor, finding.made_at = known.state.cursor, now
            findings += made
            if not sealed.assessed:
                again |= asked.later  # it came late: loads seen after it were judged without its papers
            if made or not sealed.assessed:
                said = {"findings": len(made), "register": known.state.cursor}
                entries.append(audit.Entry(f"report:{report}", audit.SYSTEM, said))
        insert_rows(findings)
        for later in sorted(again):
            report_assess.enqueue(str(later))
        if entries:
            audit.record_many(Action.REPORT_ASSESSED, entries, at=now)
    return len(findings)


def bytes_of(report: UUID) -> tuple[bytes, bytes, bytes | None, bool]:
    """Manifest, facts and assessment as sealed, and whether there are findings; in one query."""
    with connection.cursor() as cursor:
        cursor.execute(_SEALED, [SealedBytes._meta.pk.get_db_prep_value(report, connection)])
        found = cursor.fetchone()
    if found is None:
        raise Report.DoesNotExist(report)
    return bytes(found[0]), bytes(found[1]), None if found[2] is None else bytes(found[2]), bool(found[3])


def sealed_of(report: UUID) -> Sealed:
    """The bytes were checked when they came, and nobody has changed them."""
    found = bytes_of(report)
    manifest, facts = json.loads(found[0]), json.loads(found[1])
    results = () if found[2] is None else json.loads(found[2])["rule_results"]
    return Sealed(
        report,
        Kind(manifest["kind"]),
        datetime.fromisoformat(manifest["sealed_at"]),
        None if manifest["supersedes"] is None else UUID(manifest["supersedes"]),
        decode(Facts, facts),
        tuple(_result(result) for result in results),
        found[3],
    )


# Not composed anew for every report: with the ORM that is half of the CPU of an assessment.
_SEALED = (
    f"SELECT manifest, facts, assessment, EXISTS (SELECT 1 FROM {Finding._meta.db_table} f"  # noqa: S608 - our own tables
    f" WHERE f.report_id = s.report_id AND f.rule NOT IN {tuple(sorted(photos.RULES))})"
    f" FROM {SealedBytes._meta.db_table} s WHERE s.report_id = %s"
)


def _result(row: Mapping[str, Any]) -> RuleResult:
    return RuleResult(row["rule"], row["version"], RuleAnswer(row["answer"]), row["numbers"], tuple(row["reasons"]))


def judged_of(sealed: Sealed, asked: "ServerRegister") -> tuple[Judged, ...]:
    return judge(
        sealed.kind,
        sealed.report,
        sealed.facts,
        asked,
        judged_at=sealed.sealed_at,
        supersedes=sealed.supersedes,
    )


@dataclass(frozen=True, slots=True)
class Said:
    """What one side says of one thing."""

    version: str
    answer: str
    reasons: list[str]
    numbers: dict[str, float]


def phone_said(sealed: Sealed, known: Register) -> dict[Asked, Said]:
    """What stands in the sealed assessment, by what it is about. A licence that the phone had to name by its number is
    named as the server knows it, so that both stand side by side."""
    names = {
        f"licence:{shown.number}": f"licence:{found}"
        for shown in sealed.facts.licences_shown
        if shown.matched is None and (found := known.id_by_number(shown.number)) is not None
    }
    said = {}
    for result in sealed.rule_results:
        rule, about, verdict = from_result(result)
        if rule in photos.RULES:
            continue  # asked at the office alone
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
    report: UUID, judged: Sequence[Judged], phone: Mapping[Asked, Said], before: Mapping[Asked, Finding]
) -> Iterator[Finding]:
    """Those that say something else than the last of `before` about the same thing."""
    fresh = {(one.verdict.rule, column_id(one.about, ABOUT_LENGTH)): one for one in judged}
    for key in {**fresh, **phone, **before}:
        finding = _finding(report, key, fresh.get(key), phone.get(key))
        last = before.get(key)
        if last is None:
            yield finding
        elif any(getattr(finding, name) != getattr(last, name) for name in _SAID):
            finding.revision = last.revision + 1
            yield finding


def _finding(report: UUID, key: Asked, judged: Judged | None, phone: Said | None) -> Finding:
    finding = Finding(report_id=report, rule=key[0], about=key[1], reasons=[], numbers={})
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
    """The last revision about each thing, but for files: those are revised by who looks into them (`pictures`)."""
    rows = Finding.objects.filter(report=report).exclude(rule__in=photos.RULES).order_by("revision")
    return {(row.rule, row.about): row for row in rows}


@dataclass(slots=True)
class ServerRegister:
    """The register and the papers, as `judging.Register` asks for them on behalf of one report.

    `moment`: of the act. `later`: reports of later acts that show a paper of this one, as far as it was asked.
    """

    known: Register
    report: UUID
    supersedes: UUID | None
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
        same = {self.report, *([self.supersedes] if self.supersedes else ())}
        links = {(row["report_id"], row["report__supersedes"]) for row in rows if row["report__supersedes"]}
        while more := {one for link in links if not same.isdisjoint(link) for one in link} - same:
            same |= more
        return same


_USE = ("load", "at", "mark_key", "load_quantity", "load_unit")
