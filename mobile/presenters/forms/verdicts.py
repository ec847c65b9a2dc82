"""What the rules say while a report is filled in, beside the page that it concerns."""

import re
from collections.abc import Sequence

from mobile.presenters.forms.context import Context
from mobile.presenters.written import moment
from mobile.state.forms import Level, Notice
from shared.i18n import N_
from shared.rules import ledger, papers
from shared.rules.papers import PaperUse
from shared.rules.verdict import Answer
from shared.rules.words import sentence
from shared.wire.v1.judging import Judged
from shared.wire.v1.records import Kind, Presented

_LEVELS = {Answer.YES: Level.GOOD, Answer.NO: Level.BAD, Answer.CANNOT_TELL: Level.WARN}
# Rules of a whole year or of the register; while standing at a truck they say nothing to do.
_SILENT = {ledger.OVER, ledger.DECLARED_LESS}
RULE_WORDS = {
    "geofence": N_("Area"),
    "depth": N_("Depth"),
    "hours": N_("Hours"),
    "validity": N_("Validity"),
    "mineral": N_("Mineral"),
    "equipment_listed": N_("Machine or vehicle in the licence"),
    "papers_shown": N_("Papers"),
    "paper_reused": N_("Paper used before"),
    "load_against_paper": N_("Load and paper"),
}


def notices(context: Context, judged: Sequence[Judged], earlier: Sequence[PaperUse] = ()) -> tuple[Notice, ...]:
    """The graver first. What is as it should be is said on its page, but not counted as a warning. `earlier`: loads for
    which the same papers were shown."""
    words = context.words
    made = []
    for one in judged:
        rule = one.verdict.rule
        if rule not in RULE_WORDS or rule in _SILENT:
            continue
        if rule == papers.SHOWN and not _asked_for_papers(context):
            continue  # nobody got so far yet
        said = sentence(one.verdict, words.language)
        if rule == papers.REUSED and earlier:
            said = f"{_same_as(context, earlier[0])}; {said}"
        text = f"{words(RULE_WORDS[rule])}: {said}"
        made.append(Notice(_LEVELS[one.verdict.answer], text, "", _page(context, one)))
    order = {Level.BAD: 0, Level.WARN: 1, Level.INFO: 2, Level.GOOD: 3}
    return tuple(sorted(dict.fromkeys(made), key=lambda notice: order[notice.level]))


def _asked_for_papers(context: Context) -> bool:
    lists = [context.get("documents", ()), *(load["documents"] for load in context.get("loads", ()))]
    return any(paper["presented"] != Presented.NOT_ASKED.value for of_one in lists for paper in of_one)


def _same_as(context: Context, use: PaperUse) -> str:
    words = context.words
    mark = use.mark_key or words(N_("one without a mark"))
    return words(N_("the same paper as {mark} at {when}"), mark=mark, when=moment(use.at))


def _page(context: Context, one: Judged) -> str:
    load = re.search(r"load:([a-z0-9]+)", one.about)
    if load is not None:
        ids = [str(item["id"]) for item in context.get("loads", ())]
        i = ids.index(load[1]) if load[1] in ids else 0
        about_papers = one.verdict.rule in (papers.SHOWN, papers.REUSED, "load_against_paper")
        if not about_papers:
            return f"load/{i}"
        return f"papers/{i}" if context.kind is Kind.TRANSPORT else "papers"
    if one.verdict.rule == papers.SHOWN:
        return "papers" if context.kind is Kind.STOCKYARD else "papers/0"
    if context.kind is Kind.EXTRACTION:
        return {"geofence": "scene", "hours": "activity", "depth": "quantities", "equipment_listed": "activity"}.get(
            one.verdict.rule, "licence"
        )
    return "licence" if context.kind is Kind.STOCKYARD else "scene"
