"""What the report's detail says of each file: its type by content, its small pictures, and where else it was used."""

from typing import Any
from uuid import UUID

from django.db.models import Q

from backend.accounts.scoping import Scope, within
from backend.inspections.models import Content, Evidence, Finding, Report
from backend.inspections.pictures.alike import uses
from backend.inspections.pictures.comparing import about
from shared.problems import CATALOGUE
from shared.rules import photos

_SHOWN = 50


def seen(report: Report, scope: Scope, language: str) -> dict[UUID, dict[str, Any]]:
    """By id of the file: `found_type`, `small_pictures` (ready | none | pending) with `small_pictures_words`, `width`,
    `height`, `used_in` (reports that the reader may open) and `used_in_hidden` (how many more there are)."""
    rows = list(Evidence.objects.filter(report=report))
    contents = Content.objects.in_bulk([row.sha256 for row in rows])
    reused = _reused(report)
    return {
        row.evidence_id: {
            **_small(contents.get(row.sha256), language),
            **_used_in(row, report, scope, asked=about(row) in reused),
        }
        for row in rows
    }


def _reused(report: Report) -> set[str]:
    """What was once found to stand elsewhere too."""
    rows = Finding.objects.filter(report=report, rule=photos.REUSED)
    return set(rows.values_list("about", flat=True))


def _small(content: Content | None, language: str) -> dict[str, Any]:
    state = "pending" if content is None else "ready" if content.pictured and not content.problem else "none"
    code = "" if content is None or state == "ready" else content.problem or "thumbnail_not_picture"
    return {
        "found_type": None if content is None else content.media_type,
        "small_pictures": state,
        "small_pictures_words": CATALOGUE[code].detail.say(language) if code else "",
        "width": None if content is None else content.width,
        "height": None if content is None else content.height,
    }


def _used_in(row: Evidence, report: Report, scope: Scope, *, asked: bool) -> dict[str, Any]:
    found = uses(row, report) if asked else []
    ids = {use.report for use in found}
    visible = set(
        Report.objects.filter(Q(id__in=ids) & within(scope, unit="unit", owner="officer")).values_list("id", flat=True)
    )
    return {
        "used_in": [
            {"report": use.report, "evidence": use.evidence, "same_file": use.bits is None, "difference_bits": use.bits}
            for use in found
            if use.report in visible
        ][:_SHOWN],
        "used_in_hidden": len(ids - visible),
    }
