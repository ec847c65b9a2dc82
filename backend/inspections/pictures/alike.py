"""Where else a file of evidence was used: the same bytes, or a picture that looks like it, in any report of anybody."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Q

from backend.inspections.models import AlikeContents, Content, Evidence, Report
from backend.inspections.pictures.hashing import NEAR_DIFFERENCE, NEAR_FREQUENCY, apart, bands, neighbours
from shared.wire.v1.messages import EvidenceState

# Of uses of one file and of pictures alike; beyond, somebody photographs the same signboard every day.
MOST_USES, MOST_ALIKE = 1000, 50
# Within it, reports of one inspection show one scene, by right.
ONE_INSPECTION = timedelta(hours=24)
_ALL = 2**64 - 1


@dataclass(frozen=True, slots=True)
class Use:
    """`bits`: in which the pictures differ, None for the very same file. `started_at`: of the other report."""

    row: int
    report: UUID
    evidence: UUID
    bits: int | None
    started_at: datetime

    def before(self, report: Report) -> bool:
        return (self.started_at, self.report) < (report.started_at, report.id)


def search(content: Content) -> list[tuple[str, int]]:
    """Contents that look like this one, the most similar first, with the bits in which they differ.

    Four bands of the difference hash are looked up in their indexes with everything one bit away, which finds every
    hash within 7 bits; the frequency hash confirms.
    """
    if content.difference_hash is None or content.frequency_hash is None:
        return []
    near = {
        bits
        for i in range(4)
        for bits in Content.objects.filter(**{f"band{i}__in": neighbours(getattr(content, f"band{i}"))})
        .values_list("difference_hash", flat=True)
        .distinct()
        if bits is not None and _bits_apart(bits, content.difference_hash) <= NEAR_DIFFERENCE
    }
    found = []
    for difference in sorted(near):
        rows = Content.objects.filter(band0=bands(difference & _ALL)[0], difference_hash=difference).exclude(
            sha256=content.sha256
        )
        for sha256, frequency in rows.values_list("sha256", "frequency_hash")[: MOST_ALIKE * 4]:
            if frequency is not None and _bits_apart(frequency, content.frequency_hash) <= NEAR_FREQUENCY:
                found.append((_bits_apart(difference, content.difference_hash), sha256))
    return [(sha256, bits) for bits, sha256 in sorted(found)[:MOST_ALIKE]]


def _bits_apart(one: int, other: int) -> int:
    return apart(one & _ALL, other & _ALL)


def pairs_record(content: Content) -> None:
    """Keep what the search finds. The content is committed before, so that of two that come in one moment the later
    search sees the other."""
    AlikeContents.objects.bulk_create(
        [
            AlikeContents(first=min(sha256, content.sha256), second=max(sha256, content.sha256), bits=bits)
            for sha256, bits in search(content)
        ],
        ignore_conflicts=True,
    )


def uses(evidence: Evidence, report: Report) -> list[Use]:
    """The same file and pictures like it in other reports, earliest act first. Not in what corrects this report or was
    corrected by it, and not in reports of the same inspection on the same day."""
    alike = dict(_alike(evidence.sha256))
    rows = Evidence.objects.filter(sha256__in=[evidence.sha256, *alike], state=EvidenceState.CONFIRMED.value).exclude(
        report_id=report.id
    )
    found = list(
        rows.order_by("report__started_at", "report_id", "position").values_list(
            "pk", "report_id", "evidence_id", "sha256", "report__started_at", "report__inspection"
        )[:MOST_USES]
    )
    if not found:
        return []
    chain = _corrections(report)
    return [
        Use(pk, other, evidence_id, alike.get(sha256), started_at)
        for pk, other, evidence_id, sha256, started_at, inspection in found
        if other not in chain
        and not (inspection == report.inspection and abs(started_at - report.started_at) <= ONE_INSPECTION)
    ]


def _alike(sha256: str) -> Iterator[tuple[str, int]]:
    for first, second, bits in AlikeContents.objects.filter(Q(first=sha256) | Q(second=sha256)).values_list(
        "first", "second", "bits"
    ):
        yield (second if first == sha256 else first), bits


def _corrections(report: Report) -> set[UUID]:
    """The report with all that it corrects and that correct it, however often."""
    chain = {report.id}
    older = set() if report.supersedes is None else {report.supersedes}
    while older := older - chain:
        chain |= older
        rows = Report.objects.filter(id__in=older, supersedes__isnull=False)
        older = {one for one in rows.values_list("supersedes", flat=True) if one is not None}
    newer = set(chain)
    while newer:
        newer = set(Report.objects.filter(supersedes__in=newer).values_list("id", flat=True)) - chain
        chain |= newer
    return chain
